//! From tokens to a [`Value`]: hand-written recursive descent, bounded in depth.

mod answer;
mod arithmetic;
mod atom;
mod binders;
mod function;
mod literal;
mod sets;
mod special;

pub(crate) use special::{plain_words, undecorate};

use crate::budget::{Budget, Spent};
use crate::expr::Name;
use crate::lex::{self, LexError, Shape, Tok, Token};
use crate::value::Value;

/// Why a text is not an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Nothing is left after decoration is removed.
    #[error("the text is empty")]
    Empty,
    /// More text than a final answer can be.
    #[error("the text is too long to be an answer")]
    TooLong,
    /// Brackets nest too deeply.
    #[error("the expression nests too deeply")]
    TooDeep,
    /// Not understood.
    #[error("not understood: {what} at byte {at}")]
    Syntax {
        /// What was expected or found.
        what: &'static str,
        /// Byte offset in the text.
        at: usize,
    },
    /// The step budget ran out.
    #[error("the step budget is spent")]
    Budget,
}

impl From<Spent> for ParseError {
    fn from(_: Spent) -> Self {
        ParseError::Budget
    }
}

impl From<LexError> for ParseError {
    fn from(e: LexError) -> Self {
        match e {
            LexError::TooLong => ParseError::TooLong,
            LexError::Spent => ParseError::Budget,
        }
    }
}

pub(crate) type Parsed<T> = Result<T, ParseError>;

/// Nesting allowed in an answer.
const MAX_DEPTH: usize = 64;

/// Parses the text of one answer.
///
/// # Errors
/// [`ParseError`] says why the text is not an answer; words alone are a [`Value::Text`], not an error.
pub(crate) fn parse(text: &str, budget: &Budget) -> Parsed<Value> {
    if text.len() > 2 * lex::MAX_TEXT {
        return Err(ParseError::TooLong);
    }
    let text = special::undecorate(text);
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    if let Some(v) = special::whole(text, budget)? {
        return Ok(v);
    }
    let tokens = lex::lex(text, budget)?;
    if tokens.is_empty() {
        return Err(ParseError::Empty);
    }
    let end = tokens.len();
    let mut p = Parser {
        t: tokens,
        i: 0,
        end,
        depth: 0,
        nesting: 0,
        budget,
        abs: 0,
        no_bar: false,
        no_colon: false,
        no_mod: false,
        bound: Vec::new(),
    };
    match p.answer() {
        Ok(v) => Ok(v),
        Err(ParseError::Budget) => Err(ParseError::Budget),
        Err(e) => match special::as_text(text) {
            Some(t) => Ok(Value::Text(t)),
            None => Err(e),
        },
    }
}

pub(crate) struct Parser<'a> {
    t: Vec<Token>,
    i: usize,
    end: usize,
    depth: usize,
    /// Brackets around the current position.
    nesting: usize,
    budget: &'a Budget,
    /// Open `|` that a bar would close.
    abs: usize,
    /// A bar means "such that" here.
    no_bar: bool,
    /// A colon means "such that" here.
    no_colon: bool,
    no_mod: bool,
    /// Indices of the sums and products around the current position.
    bound: Vec<Name>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Tok> {
        self.peek_at(0)
    }

    fn peek_at(&self, k: usize) -> Option<&Tok> {
        if self.i + k < self.end { Some(&self.t[self.i + k].tok) } else { None }
    }

    fn is(&self, c: char) -> bool {
        matches!(self.peek(), Some(Tok::Sym(s)) if *s == c)
    }

    fn is_at(&self, k: usize, c: char) -> bool {
        matches!(self.peek_at(k), Some(Tok::Sym(s)) if *s == c)
    }

    fn eat(&mut self, c: char) -> bool {
        let yes = self.is(c);
        if yes {
            self.i += 1;
        }
        yes
    }

    fn is_open(&self, s: Shape) -> bool {
        matches!(self.peek(), Some(Tok::Open(o)) if *o == s)
    }

    fn is_close(&self, s: Shape) -> bool {
        matches!(self.peek(), Some(Tok::Close(o)) if *o == s)
    }

    fn at_end(&self) -> bool {
        self.i >= self.end
    }

    fn space_before(&self) -> bool {
        self.t.get(self.i).is_some_and(|t| t.space)
    }

    fn error<T>(&self, what: &'static str) -> Parsed<T> {
        Err(ParseError::Syntax { what, at: self.t.get(self.i).map_or(0, |t| t.at) })
    }

    /// Runs `f` one level deeper.
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.budget.pay(10)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ParseError::TooDeep);
        }
        let r = f(self);
        self.depth -= 1;
        r
    }

    /// Runs `f` inside brackets, where the outer meaning of bars and colons does not hold.
    fn bracketed<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let saved = (self.abs, self.no_bar, self.no_colon, self.no_mod);
        (self.abs, self.no_bar, self.no_colon, self.no_mod) = (0, false, false, false);
        self.nesting += 1;
        let r = f(self);
        self.nesting -= 1;
        (self.abs, self.no_bar, self.no_colon, self.no_mod) = saved;
        r
    }
}
