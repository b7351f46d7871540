//! From text to tokens: LaTeX, plain ASCII and Unicode notation, repaired where models break it.

pub(crate) use number::integer as integer_of;
pub(crate) use words::{function, keyword};

mod commands;
mod number;
mod words;

use dashu_ratio::RBig;

use crate::budget::{Budget, Spent};
use crate::expr::{Const, Func, Name};

/// The longest text that is lexed; a final answer is never near it.
pub(crate) const MAX_TEXT: usize = 20_000;
const MAX_TOKENS: usize = 6_000;

/// Why a text could not become tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LexError {
    TooLong,
    Spent,
}

impl From<Spent> for LexError {
    fn from(_: Spent) -> Self {
        LexError::Spent
    }
}

/// A numeric literal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Literal {
    pub(crate) value: RBig,
    /// The unit of the last written decimal place, when a decimal point (or exponent) was written.
    pub(crate) ulp: Option<RBig>,
    /// The digits when this is a plain run of them (`007` keeps its zeros).
    pub(crate) digits: Option<Box<str>>,
    /// A comma stood between groups of three digits: `1,000`.
    pub(crate) grouped: bool,
}

/// Bracket shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Round,
    Square,
    /// `\{ \}`
    Curly,
    /// TeX group `{ }`
    Group,
    Floor,
    Ceil,
    Angle,
    Bar,
}

/// Environments that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Env {
    Matrix,
    Determinant,
    Cases,
    Lines,
}

/// A function name as written; [`Named::Log`] and the like need more than one argument slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Func(Func),
    Log,
    Log10,
    Exp,
    Sqrt,
    Cbrt,
    Det,
}

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tok {
    Num(Literal),
    /// A variable letter (or Greek name).
    Letter(Name),
    /// A word that is not mathematics; lower case for comparison is up to the reader.
    Word(Name),
    Func(Named),
    Const(Const),
    /// An operator, relation or punctuation mark, normalised to one character.
    Sym(char),
    Open(Shape),
    Close(Shape),
    Frac,
    Binom,
    Sum,
    Product,
    Integral,
    Limit,
    /// An accent over an argument that is kept as part of a name.
    Overline,
    Begin(Env),
    End,
    /// `\\` inside an environment.
    Row,
    /// `and`, `or` between answers.
    And,
    Or,
    /// `mod`, `\bmod`: a remainder, or what a residue is taken modulo.
    Mod,
    /// `\pmod`: what a residue is taken modulo.
    Modulo,
    Currency(char),
}

/// A token with its place.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) tok: Tok,
    /// White space stands before it.
    pub(crate) space: bool,
    /// Byte offset in the lexed text (0 inside expanded text arguments).
    pub(crate) at: usize,
}

/// Splits `text` into tokens.
pub(crate) fn lex(text: &str, budget: &Budget) -> Result<Vec<Token>, LexError> {
    if text.len() > MAX_TEXT {
        return Err(LexError::TooLong);
    }
    budget.pay(text.len() as u64 + 10)?;
    let mut lexer = Lexer {
        s: text,
        b: text.as_bytes(),
        i: 0,
        out: Vec::with_capacity(text.len() / 2 + 4),
        space: false,
        depth: 0,
        envs: 0,
        spaced_commas: text.contains(", ") || text.contains(",\\ "),
        nested: 0,
        double: text.contains("\\\\begin") || text.contains("\\\\left") || text.contains("\\\\frac"),
    };
    lexer.run()?;
    Ok(lexer.out)
}

struct Lexer<'a> {
    s: &'a str,
    b: &'a [u8],
    i: usize,
    out: Vec<Token>,
    space: bool,
    depth: usize,
    envs: usize,
    spaced_commas: bool,
    nested: usize,
    /// Backslashes are doubled throughout (a string that was escaped twice).
    double: bool,
}

impl Lexer<'_> {
    fn push(&mut self, tok: Tok) {
        let at = if self.nested == 0 { self.i } else { 0 };
        self.out.push(Token { tok, space: std::mem::take(&mut self.space), at });
    }

    fn sym(&mut self, c: char, len: usize) {
        self.push(Tok::Sym(c));
        self.i += len;
    }

    fn run(&mut self) -> Result<(), LexError> {
        while self.i < self.b.len() {
            if self.out.len() > MAX_TOKENS {
                return Err(LexError::TooLong);
            }
            let c = self.b[self.i];
            match c {
                b' ' | b'\t' | b'\n' | b'\r' | b'~' => {
                    self.space = true;
                    self.i += 1;
                }
                b'0'..=b'9' => self.number(),
                b'.' => self.dot(),
                b'a'..=b'z' | b'A'..=b'Z' => match self.bare_fraction() {
                    Some(name) => {
                        self.i += name.len();
                        self.command(name)?;
                    }
                    None => self.letters(),
                },
                b'\\' => self.backslash()?,
                b'$' => self.i += 1,
                b'(' => self.open(Shape::Round),
                b')' => self.close(Shape::Round),
                b'[' => self.open(Shape::Square),
                b']' => self.close(Shape::Square),
                b'{' => {
                    // `{,}` is a digit separator that stands alone here: ignore it.
                    if self.s[self.i..].starts_with("{}") {
                        self.i += 2;
                    } else {
                        self.open(Shape::Group)
                    }
                }
                b'}' => self.close(Shape::Group),
                b'*' => {
                    let double = self.b.get(self.i + 1) == Some(&b'*');
                    let markdown = double && !self.value_before();
                    if markdown {
                        self.i += 2;
                    } else {
                        self.sym(if double { '^' } else { '·' }, if double { 2 } else { 1 })
                    }
                }
                b'<' | b'>' | b'!' | b'=' => self.comparison(c),
                b'&' => {
                    if self.envs > 0 {
                        self.sym('&', 1)
                    } else {
                        self.i += 1;
                    }
                }
                b'-' if self.s[self.i..].starts_with("->") => self.sym('→', 2),
                b'+' | b'-' | b'/' | b'^' | b'_' | b'%' | b'\'' | b',' | b';' | b':' | b'|' => {
                    self.sym(c as char, 1)
                }
                b'#' | b'"' | b'`' | b'?' | b'@' => self.i += 1,
                0x0c => {
                    // A form feed is the mangled start of `\f…` (and a backspace of `\b…`).
                    self.control('f')?
                }
                0x08 => self.control('b')?,
                0..=0x1f | 0x7f => self.i += 1,
                _ => self.unicode(),
            }
        }
        Ok(())
    }

    /// `frac{1}{2}`: the command without its backslash.
    fn bare_fraction(&self) -> Option<&'static str> {
        let rest = &self.s[self.i..];
        ["frac", "dfrac", "tfrac", "cfrac"]
            .into_iter()
            .find(|n| rest.strip_prefix(n).is_some_and(|argument| argument.starts_with('{')))
    }

    fn control(&mut self, first: char) -> Result<(), LexError> {
        let rest = &self.s[self.i + 1..];
        let n = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let name = format!("{first}{}", &rest[..n]);
        self.i += 1 + n;
        self.command(&name)
    }

    /// Whether the last token ends a value (so that an operator may follow).
    fn value_before(&self) -> bool {
        matches!(
            self.out.last().map(|t| &t.tok),
            Some(Tok::Num(_) | Tok::Letter(_) | Tok::Const(_) | Tok::Close(_))
        )
    }

    fn open(&mut self, s: Shape) {
        self.depth += 1;
        self.push(Tok::Open(s));
        self.i += 1;
    }

    fn close(&mut self, s: Shape) {
        self.depth = self.depth.saturating_sub(1);
        self.push(Tok::Close(s));
        self.i += 1;
    }

    fn comparison(&mut self, c: u8) {
        let rest = &self.s[self.i..];
        for (text, sym) in [
            ("<=>", '⇔'),
            ("<=", '≤'),
            (">=", '≥'),
            ("!=", '≠'),
            ("==", '='),
            ("=<", '≤'),
            ("=>", '⇒'),
            ("<>", '≠'),
        ] {
            if rest.starts_with(text) {
                return self.sym(sym, text.len());
            }
        }
        self.sym(c as char, 1)
    }

    fn dot(&mut self) {
        let next = self.b.get(self.i + 1);
        if next.is_some_and(u8::is_ascii_digit)
            && !self.b[..self.i].last().is_some_and(u8::is_ascii_alphanumeric)
        {
            return self.number();
        }
        if self.s[self.i..].starts_with("...") {
            return self.sym('…', 3);
        }
        self.i += 1;
    }

    fn unicode(&mut self) {
        let Some(c) = self.s[self.i..].chars().next() else {
            self.i = self.b.len();
            return;
        };
        let n = c.len_utf8();
        if c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}') {
            self.space |= c.is_whitespace();
            self.i += n;
            return;
        }
        if let Some(t) = words::unicode_token(c) {
            if let Tok::Open(_) = t {
                self.depth += 1;
            }
            if let Tok::Close(_) = t {
                self.depth = self.depth.saturating_sub(1);
            }
            self.push(t);
            self.i += n;
            return;
        }
        if let Some(d) = words::fullwidth(c) {
            // Fullwidth forms: lex the ASCII character in their place.
            let rest: String =
                std::iter::once(d).chain(self.s[self.i + n..].chars().map_while(words::fullwidth)).collect();
            let used: usize =
                self.s[self.i..].chars().map_while(|c| words::fullwidth(c).map(|_| c.len_utf8())).sum();
            self.splice(&rest);
            self.i += used;
            return;
        }
        if let Some((digits, sup)) = self.script_run() {
            self.push(Tok::Sym(if sup { '^' } else { '_' }));
            self.push(Tok::Open(Shape::Group));
            self.splice(&digits.0);
            self.push(Tok::Close(Shape::Group));
            self.i += digits.1;
            return;
        }
        if let Some((a, b)) = words::vulgar_fraction(c) {
            self.push(Tok::Frac);
            for v in [a, b] {
                self.push(Tok::Open(Shape::Group));
                self.push(Tok::Num(number::small(v)));
                self.push(Tok::Close(Shape::Group));
            }
            self.i += n;
            return;
        }
        if c.is_alphabetic() {
            // A run of letters of another script is one word.
            let len: usize = self.s[self.i..]
                .chars()
                .take_while(|c| c.is_alphabetic() && !c.is_ascii())
                .map(char::len_utf8)
                .sum();
            let word = &self.s[self.i..self.i + len];
            let tok = match word {
                "和" | "与" | "及" | "と" => Tok::And,
                "或" => Tok::Or,
                _ => Tok::Word(word.into()),
            };
            self.push(tok);
            self.i += len;
            return;
        }
        self.i += n;
    }

    /// A run of superscript or subscript characters as ASCII, with its length in bytes.
    fn script_run(&self) -> Option<((String, usize), bool)> {
        let sup = words::superscript(self.s[self.i..].chars().next()?).is_some();
        let map = if sup { words::superscript } else { words::subscript };
        let mut text = String::new();
        let mut len = 0;
        for c in self.s[self.i..].chars() {
            let Some(d) = map(c) else { break };
            text.push(d);
            len += c.len_utf8();
        }
        if text.is_empty() { None } else { Some(((text, len), sup)) }
    }

    /// Lexes other text in place, as if it stood here.
    fn splice(&mut self, text: &str) {
        if self.nested > 8 {
            return;
        }
        let mut inner = Lexer {
            s: text,
            b: text.as_bytes(),
            i: 0,
            out: std::mem::take(&mut self.out),
            space: self.space,
            depth: self.depth,
            envs: 0,
            spaced_commas: self.spaced_commas,
            nested: self.nested + 1,
            double: false,
        };
        // A failure inside only shortens the tokens.
        let _ = inner.run();
        self.space = inner.space;
        self.out = inner.out;
    }
}
