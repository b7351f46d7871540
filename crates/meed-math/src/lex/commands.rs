//! LaTeX commands.

use super::{Env, LexError, Lexer, Named, Shape, Tok};
use crate::expr::{Const, Func};

impl Lexer<'_> {
    pub(super) fn backslash(&mut self) -> Result<(), LexError> {
        let rest = &self.b[self.i + 1..];
        let Some(&c) = rest.first() else {
            self.i += 1;
            return Ok(());
        };
        if c == b'\\' {
            let letters = rest[1..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
            let name = &self.s[self.i + 2..self.i + 2 + letters];
            let in_rows = self.envs > 0 && !self.double;
            if letters > 0 && !in_rows && (known(name) || self.envs == 0) {
                // A doubled backslash before a command: the text was escaped twice.
                self.i += 1;
                return self.backslash();
            }
            if matches!(rest.get(1), Some(b'(' | b')' | b'{' | b'}' | b',' | b'!' | b';' | b'%' | b'$'))
                && self.envs == 0
            {
                self.i += 1;
                return self.backslash();
            }
            let four = self.double && rest.len() >= 3 && rest[1] == b'\\' && rest[2] == b'\\';
            self.i += if four { 4 } else { 2 };
            // An optional [2pt] after a row.
            if self.b.get(self.i) == Some(&b'[')
                && let Some(n) = self.s[self.i..].find(']').filter(|n| *n < 8)
                && self.s[self.i..self.i + n].ends_with("pt")
            {
                self.i += n + 1;
            }
            let tok = if self.envs > 0 { Tok::Row } else { Tok::Sym(';') };
            self.push(tok);
            return Ok(());
        }
        if !c.is_ascii_alphabetic() {
            self.i += 2;
            match c {
                b'{' => {
                    self.depth += 1;
                    self.push(Tok::Open(Shape::Curly))
                }
                b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.push(Tok::Close(Shape::Curly))
                }
                b'|' => self.push(Tok::Sym('‖')),
                b'%' => self.push(Tok::Sym('%')),
                b'$' => self.push(Tok::Currency('$')),
                b'&' | b'#' | b'_' => {}
                b'-' => {}
                b' ' | b',' | b';' | b':' | b'!' | b'\n' | b'>' | b'(' | b')' | b'[' | b']' => {
                    self.space = true
                }
                _ if c >= 0x80 => self.i -= 1,
                _ => {}
            }
            return Ok(());
        }
        let n = rest.iter().take_while(|c| c.is_ascii_alphabetic()).count();
        let name = self.s[self.i + 1..self.i + 1 + n].to_string();
        self.i += 1 + n;
        self.command(&name)
    }

    pub(super) fn command(&mut self, name: &str) -> Result<(), LexError> {
        if let Some(t) = symbol(name) {
            match t {
                Tok::Open(_) => self.depth += 1,
                Tok::Close(_) => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.push(t);
            return Ok(());
        }
        if let Some(f) = super::words::function(name) {
            self.push(Tok::Func(f));
            return Ok(());
        }
        if super::words::greek(name) {
            let name = match name {
                "varepsilon" => "epsilon",
                "vartheta" => "theta",
                "varphi" => "phi",
                n => n,
            };
            self.push(Tok::Letter(name.into()));
            return Ok(());
        }
        match name {
            "text" | "textbf" | "textit" | "textrm" | "textnormal" | "textsf" | "texttt" | "mbox"
            | "hbox" | "mathrm" | "mathbf" | "mathit" | "mathsf" | "mathtt" | "operatorname"
            | "boldsymbol" | "bm" | "emph" | "underline" | "mathcal" | "mathscr" | "mathfrak" | "fbox"
            | "text_" | "textup" | "bold" | "unit" => self.text_argument(name)?,
            "mathbb" | "Bbb" => {
                let arg = self.argument();
                let c = match arg.trim() {
                    "R" => 'ℝ',
                    "Z" => 'ℤ',
                    "N" => 'ℕ',
                    "Q" => 'ℚ',
                    "C" => 'ℂ',
                    other => {
                        let other = other.to_string();
                        self.splice(&other);
                        return Ok(());
                    }
                };
                self.push(Tok::Sym(c));
            }
            "overline" | "bar" | "overrightarrow" | "vec" | "widehat" | "hat" | "overleftrightarrow"
            | "overarc" | "tilde" | "widetilde" | "dot" | "overset" => {
                self.push(Tok::Overline);
            }
            "begin" => {
                let env = self.argument();
                let env = env.trim().trim_end_matches('*').to_string();
                let tok = match env.as_str() {
                    "pmatrix" | "bmatrix" | "matrix" | "Bmatrix" | "smallmatrix" | "psmallmatrix"
                    | "bsmallmatrix" | "array" | "tabular" => Tok::Begin(Env::Matrix),
                    "vmatrix" => Tok::Begin(Env::Determinant),
                    "cases" | "dcases" | "rcases" => Tok::Begin(Env::Cases),
                    _ => Tok::Begin(Env::Lines),
                };
                if matches!(env.as_str(), "array" | "tabular") && self.b.get(self.i) == Some(&b'{') {
                    self.argument();
                }
                self.envs += 1;
                self.depth += 1;
                self.push(tok);
            }
            "end" => {
                self.argument();
                self.envs = self.envs.saturating_sub(1);
                self.depth = self.depth.saturating_sub(1);
                self.push(Tok::End);
            }
            "left" | "right" | "middle" => {
                // A lone dot is an invisible delimiter.
                while self.b.get(self.i) == Some(&b' ') {
                    self.i += 1;
                }
                if self.b.get(self.i) == Some(&b'.') {
                    self.i += 1;
                }
            }
            "hspace" | "vspace" | "label" | "tag" | "color" | "phantom" | "hphantom" | "vphantom"
            | "textcolor" => {
                self.argument();
            }
            "ce" | "SI" | "si" => {
                let a = self.argument().to_string();
                self.splice(&a);
            }
            "not" => {
                let rest = self.s[self.i..].trim_start();
                let skipped = self.s.len() - self.i - rest.len();
                for (text, sym) in [("=", '≠'), ("\\in", '∉'), ("\\equiv", '≢')] {
                    if rest.starts_with(text) {
                        self.i += skipped + text.len();
                        self.push(Tok::Sym(sym));
                        return Ok(());
                    }
                }
            }
            "x" | "e" | "i" | "y" | "d" => {
                // A single letter as a command is a stray backslash.
                self.push(Tok::Letter(name.into()));
            }
            _ if name.starts_with("frac") && name.len() > 4 => {
                // \fracab
                self.push(Tok::Frac);
                let rest = name[4..].to_string();
                self.splice(&rest);
            }
            _ => self.space = true,
        }
        Ok(())
    }

    /// A braced argument (or the next character) as raw text.
    fn argument(&mut self) -> String {
        while self.b.get(self.i) == Some(&b' ') {
            self.i += 1;
        }
        if self.b.get(self.i) == Some(&b'_') {
            self.i += 1;
        }
        if self.b.get(self.i) != Some(&b'{') {
            let Some(c) = self.s[self.i..].chars().next() else { return String::new() };
            self.i += c.len_utf8();
            return c.to_string();
        }
        let mut depth = 0usize;
        for (k, c) in self.b[self.i..].iter().enumerate() {
            match c {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let arg = self.s[self.i + 1..self.i + k].to_string();
                self.i += k + 1;
                return arg;
            }
        }
        let arg = self.s[self.i + 1..].to_string();
        self.i = self.b.len();
        arg
    }

    fn text_argument(&mut self, command: &str) -> Result<(), LexError> {
        let raw = self.argument();
        let text = raw.trim();
        if text.is_empty() {
            self.space = true;
            return Ok(());
        }
        let bold = matches!(command, "mathbf" | "boldsymbol" | "bm");
        if text.chars().count() == 1 {
            match text {
                // Bold i, j, k are basis vectors, not the imaginary unit.
                "i" | "e" | "j" | "k" if bold => self.push(Tok::Letter(format!("vec_{text}").into())),
                "e" if command == "mathrm" => self.push(Tok::Const(Const::E)),
                "i" if command == "mathrm" => self.push(Tok::Const(Const::I)),
                // 5\text{ m}: after a number upright letters are units.
                u if !bold
                    && crate::units::is_symbol(u)
                    && matches!(
                        self.out.last().map(|t| &t.tok),
                        Some(Tok::Num(_) | Tok::Close(_) | Tok::Word(_) | Tok::Sym('/'))
                    ) =>
                {
                    self.space = true;
                    self.push(Tok::Word(u.into()))
                }
                "C" if matches!(command, "mathrm" | "operatorname") => self.push(Tok::Letter("C".into())),
                t => {
                    let t = t.to_string();
                    self.splice(&t)
                }
            }
            return Ok(());
        }
        // min and sec are minutes and seconds after a number.
        if crate::units::is_unit(text) && matches!(self.out.last().map(|t| &t.tok), Some(Tok::Num(_))) {
            self.space = true;
            self.push(Tok::Word(text.into()));
            return Ok(());
        }
        if let Some(f) = super::words::function(text) {
            self.push(Tok::Func(f));
            return Ok(());
        }
        if let Some(k) = super::words::keyword(text) {
            self.push(k);
            return Ok(());
        }
        let plain = text
            .bytes()
            .all(|c| c.is_ascii_alphabetic() || c == b' ' || c == b'-' || c == b'.' || c == b'\'');
        if plain
            && (text.contains(' ')
                || command.starts_with("text")
                || command == "mbox"
                || text.len() > 3
                || crate::units::is_unit(text))
        {
            // Words, split so that "and", "or" and units inside are seen.
            for w in text.split(' ').filter(|w| !w.is_empty()) {
                let w = w.trim_matches(|c| c == '.' || c == '\'');
                if w.is_empty() {
                    continue;
                }
                self.space = true;
                let tok = match super::words::keyword(w) {
                    Some(k) => k,
                    None if w.len() == 1 && text.len() == 1 => Tok::Letter(w.into()),
                    None => Tok::Word(w.into()),
                };
                self.push(tok);
            }
            self.space = true;
            return Ok(());
        }
        let raw = raw.clone();
        self.splice(&raw);
        Ok(())
    }
}

fn known(name: &str) -> bool {
    symbol(name).is_some()
        || super::words::function(name).is_some()
        || super::words::greek(name)
        || matches!(
            name,
            "text"
                | "mathrm"
                | "mathbf"
                | "left"
                | "right"
                | "begin"
                | "end"
                | "boxed"
                | "mathbb"
                | "overline"
                | "quad"
        )
}

/// Commands that are one token without arguments.
fn symbol(name: &str) -> Option<Tok> {
    let s = Tok::Sym;
    Some(match name {
        "frac" | "dfrac" | "tfrac" | "cfrac" | "ffrac" | "rac" => Tok::Frac,
        "binom" | "dbinom" | "tbinom" => Tok::Binom,
        "sqrt" => Tok::Func(Named::Sqrt),
        "sum" => Tok::Sum,
        "prod" => Tok::Product,
        "int" => Tok::Integral,
        "lim" => Tok::Limit,
        "cdot" | "times" | "ast" | "star" | "bullet" => s('·'),
        "div" => s('/'),
        "slash" => s('/'),
        "pm" => s('±'),
        "mp" => s('∓'),
        "le" | "leq" | "leqslant" | "leqq" => s('≤'),
        "ge" | "geq" | "geqslant" | "geqq" => s('≥'),
        "lt" => s('<'),
        "gt" => s('>'),
        "ne" | "neq" => s('≠'),
        "approx" | "simeq" | "doteq" | "cong" | "thickapprox" => s('≈'),
        "equiv" => s('≡'),
        "in" => s('∈'),
        "notin" => s('∉'),
        "cup" | "bigcup" => s('∪'),
        "cap" | "bigcap" => s('∩'),
        "setminus" | "backslash" | "smallsetminus" => s('∖'),
        "emptyset" | "varnothing" => s('∅'),
        "to" | "rightarrow" | "longrightarrow" => s('→'),
        "Rightarrow" | "implies" | "Longrightarrow" => s('⇒'),
        "iff" | "Leftrightarrow" => s('⇔'),
        "mid" | "vert" | "divides" => s('|'),
        "Vert" => s('‖'),
        "lvert" => Tok::Open(Shape::Bar),
        "rvert" => Tok::Close(Shape::Bar),
        "lfloor" => Tok::Open(Shape::Floor),
        "rfloor" => Tok::Close(Shape::Floor),
        "lceil" => Tok::Open(Shape::Ceil),
        "rceil" => Tok::Close(Shape::Ceil),
        "langle" => Tok::Open(Shape::Angle),
        "rangle" => Tok::Close(Shape::Angle),
        "lbrace" => Tok::Open(Shape::Curly),
        "rbrace" => Tok::Close(Shape::Curly),
        "lbrack" => Tok::Open(Shape::Square),
        "rbrack" => Tok::Close(Shape::Square),
        "lparen" => Tok::Open(Shape::Round),
        "rparen" => Tok::Close(Shape::Round),
        "pi" => Tok::Const(Const::Pi),
        "infty" => Tok::Const(Const::Infinity),
        "circ" | "degree" => s('°'),
        "prime" => s('\''),
        "ldots" | "dots" | "cdots" | "dotsc" | "dotsb" | "dotsm" => s('…'),
        "percent" => s('%'),
        "land" | "wedge" => Tok::And,
        "lor" | "vee" => Tok::Or,
        "mod" | "bmod" => Tok::Mod,
        "pmod" | "pod" => Tok::Modulo,
        "R" | "reals" => s('ℝ'),
        "Z" => s('ℤ'),
        "N" => s('ℕ'),
        "Q" => s('ℚ'),
        "C" => s('ℂ'),
        "colon" => s(':'),
        "choose" => s('⍑'),
        "over" => s('⍀'),
        "angle" | "measuredangle" => s('∠'),
        "triangle" => s('△'),
        "euro" => Tok::Currency('€'),
        "pounds" => Tok::Currency('£'),
        "dollar" => Tok::Currency('$'),
        "exp" => Tok::Func(Named::Exp),
        "gcd" => Tok::Func(Named::Func(Func::Gcd)),
        _ => return None,
    })
}
