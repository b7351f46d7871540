//! Brackets: grouping, tuples, intervals, sets.

use super::{Parsed, Parser};
use crate::expr::{Expr, Func};
use crate::lex::{Shape, Tok};
use crate::value::Value;

impl Parser<'_> {
    /// An opening bracket at the cursor.
    pub(super) fn bracket(&mut self, s: Shape) -> Parsed<Value> {
        self.deeper(|p| match s {
            Shape::Curly => p.set(),
            Shape::Group => {
                // `{1, 2, 3}` with plain braces.
                p.group()
            }
            Shape::Floor | Shape::Ceil | Shape::Bar => {
                p.i += 1;
                let v = p.bracketed(|p| p.additive())?;
                if !matches!(p.peek(), Some(Tok::Close(_))) {
                    return p.error("a closing bracket");
                }
                p.i += 1;
                let f = match s {
                    Shape::Floor => Func::Floor,
                    Shape::Ceil => Func::Ceil,
                    _ => Func::Abs,
                };
                match v {
                    Value::Scalar(q) => Ok(Value::scalar(Expr::call(f, vec![q.value()]))),
                    _ => p.error("a number in these brackets"),
                }
            }
            Shape::Round | Shape::Square | Shape::Angle => p.tuple(s),
        })
    }

    fn tuple(&mut self, s: Shape) -> Parsed<Value> {
        self.i += 1;
        let open = match s {
            Shape::Round => '(',
            Shape::Square => '[',
            _ => '⟨',
        };
        if matches!(self.peek(), Some(Tok::Close(_))) {
            return self.error("something in brackets");
        }
        let v = self.bracketed(|p| p.list())?;
        let close = match self.peek() {
            Some(Tok::Close(Shape::Round)) => ')',
            Some(Tok::Close(Shape::Square)) => ']',
            Some(Tok::Close(Shape::Angle)) => '⟩',
            // ]a, b[ and [a, b[
            Some(Tok::Open(Shape::Square)) => '[',
            None => match open {
                '(' => ')',
                '[' => ']',
                _ => '⟩',
            },
            _ => return self.error("a closing bracket"),
        };
        if !self.at_end() {
            self.i += 1;
        }
        Ok(match v {
            Value::List { items, .. } => Value::Tuple { open, close, items },
            Value::Scalar(mut q) => {
                q.digits = None;
                Value::Scalar(q)
            }
            v => v,
        })
    }

    /// `]a, b[` as some countries write open intervals.
    pub(super) fn reversed_interval(&mut self) -> Parsed<Value> {
        self.i += 1;
        let v = self.bracketed(|p| p.list())?;
        let close = match self.peek() {
            Some(Tok::Open(Shape::Square)) => '[',
            Some(Tok::Close(Shape::Square)) => ']',
            _ => return self.error("the end of an interval"),
        };
        self.i += 1;
        match v {
            Value::List { items, .. } if items.len() == 2 => Ok(Value::Tuple { open: ']', close, items }),
            _ => self.error("two ends"),
        }
    }

    /// `\{…\}`.
    fn set(&mut self) -> Parsed<Value> {
        self.i += 1;
        if self.is_close(Shape::Curly) {
            self.i += 1;
            return Ok(Value::NumberSet('∅'));
        }
        // \left\{ \begin{array}…: a system, not a set.
        if matches!(self.peek(), Some(Tok::Begin(_))) {
            let v = self.bracketed(|p| p.chain())?;
            if self.is_close(Shape::Curly) {
                self.i += 1;
            }
            return Ok(v);
        }
        let saved = (self.abs, self.no_bar, self.no_colon, self.no_mod);
        (self.abs, self.no_bar, self.no_colon, self.no_mod) = (0, true, true, false);
        self.nesting += 1;
        let first = self.list();
        self.nesting -= 1;
        (self.abs, self.no_bar, self.no_colon, self.no_mod) = saved;
        let first = first?;
        let v = if self.is('|') || self.is(':') {
            self.i += 1;
            let conditions = match self.bracketed(|p| p.list())? {
                Value::List { items, .. } => items,
                v => vec![v],
            };
            Value::Builder { element: Box::new(first), conditions }
        } else {
            match first {
                Value::List { items, .. } => Value::Set(items),
                v => Value::Set(vec![v]),
            }
        };
        if matches!(self.peek(), Some(Tok::Close(Shape::Curly | Shape::Group))) {
            self.i += 1;
        } else if !self.at_end() {
            return self.error("a closing brace");
        }
        Ok(v)
    }
}
