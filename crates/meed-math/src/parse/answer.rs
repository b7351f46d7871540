//! The outer shape of an answer: lists, relation chains, labels and trailing remarks.

use dashu_ratio::RBig;

use super::{ParseError, Parsed, Parser};
use crate::expr::Expr;
use crate::lex::Tok;
use crate::num::rational::pow10;
use crate::value::{Quantity, Value};

pub(crate) fn is_relation(c: char) -> bool {
    matches!(c, '=' | '<' | '>' | '≤' | '≥' | '≠' | '≈' | '≡' | '∈' | '∉' | '≢')
}

impl Parser<'_> {
    /// The whole input.
    pub(super) fn answer(&mut self) -> Parsed<Value> {
        let v = self.list()?;
        // Closing braces without an opening one are a frequent slip.
        while matches!(self.peek(), Some(Tok::Close(_) | Tok::End | Tok::Row) | Some(Tok::Sym('…'))) {
            self.i += 1;
        }
        if !self.at_end() {
            return self.error("unexpected symbol");
        }
        Ok(attach_conditions(v))
    }

    /// Items separated by commas, semicolons, `and`, `or`.
    pub(super) fn list(&mut self) -> Parsed<Value> {
        let mut items = Vec::new();
        let mut tight_comma = 0;
        let mut separators = 0;
        while self.separator() {}
        loop {
            self.budget.pay(5)?;
            items.push(self.item()?);
            let tight = self.is(',')
                && !self.space_before()
                && self.t.get(self.i + 1).is_some_and(|t| !t.space)
                && matches!(self.peek_at(1), Some(Tok::Num(_)));
            let mut any = false;
            while self.separator() {
                any = true;
            }
            if !any {
                break;
            }
            separators += 1;
            tight_comma += usize::from(tight);
            if self.at_end()
                || matches!(self.peek(), Some(Tok::Close(_) | Tok::End | Tok::Row))
                || self.is('|') && self.abs > 0
            {
                break;
            }
        }
        if items.len() == 1
            && let Some(v) = items.pop()
        {
            return Ok(v);
        }
        let decimal = if separators == 1 && tight_comma == 1 && self.nesting == 0 {
            decimal_comma(&items)
        } else {
            None
        };
        Ok(Value::List { items: expand_dots(items), decimal })
    }

    fn separator(&mut self) -> bool {
        let yes = matches!(self.peek(), Some(Tok::Sym(',' | ';') | Tok::And | Tok::Or));
        if yes {
            self.i += 1;
        }
        yes
    }

    /// One answer of a list.
    pub(super) fn item(&mut self) -> Parsed<Value> {
        self.deeper(|p| {
            p.skip_filler();
            let v = p.chain()?;
            p.skip_remark();
            Ok(v)
        })
    }

    /// Skips `the answer is` and the like before a value.
    fn skip_filler(&mut self) {
        let mut k = 0;
        while let Some(Tok::Word(w)) = self.peek_at(k) {
            if !crate::words::is_filler(w) {
                break;
            }
            k += 1;
        }
        while k > 0 && matches!(self.peek_at(k), Some(Tok::Sym(':' | '='))) {
            k += 1;
        }
        let value_follows = matches!(self.peek_at(k), Some(t) if !matches!(t, Tok::Word(_) | Tok::Sym(',' | ';' ) | Tok::And | Tok::Or | Tok::Close(_)));
        if value_follows {
            self.i += k;
        }
        if self.nesting == 0 && (self.is('≈') || self.is('=')) {
            self.i += 1;
        }
    }

    /// Skips words after a value (`for all real x`) up to the next separator.
    fn skip_remark(&mut self) {
        let starts = match self.peek() {
            Some(Tok::Word(_)) => true,
            Some(Tok::Open(_)) => matches!(self.peek_at(1), Some(Tok::Word(_))),
            _ => false,
        };
        if !starts {
            return;
        }
        let mut level = 0usize;
        let only_words = self.nesting > 0;
        while let Some(t) = self.peek() {
            match t {
                Tok::Open(_) => level += 1,
                Tok::Close(_) if level == 0 => return,
                Tok::Close(_) => level -= 1,
                Tok::Sym(',' | ';') | Tok::And | Tok::Or if level == 0 => return,
                Tok::Row | Tok::End if level == 0 => return,
                Tok::Sym('&') if level == 0 => return,
                Tok::Word(_) => {}
                _ if only_words && level == 0 => return,
                _ => {}
            }
            self.i += 1;
        }
    }

    /// Sides joined by relations.
    pub(super) fn chain(&mut self) -> Parsed<Value> {
        let mut sides = vec![self.side()?];
        let mut signs = Vec::new();
        loop {
            match self.peek() {
                Some(Tok::Sym(c)) if is_relation(*c) => {
                    let c = *c;
                    self.i += 1;
                    // `x = ≈ 3`, `&=&`
                    while self.is('&') || self.is('=') {
                        self.i += 1;
                    }
                    let saved = self.no_mod;
                    self.no_mod |= c == '≡';
                    if self.at_end() {
                        self.no_mod = saved;
                        break;
                    }
                    let side = self.side();
                    self.no_mod = saved;
                    sides.push(side?);
                    signs.push(c);
                }
                // Only what is implied in the end counts.
                Some(Tok::Sym('⇒' | '⇔' | '→')) if self.nesting == 0 => {
                    self.i += 1;
                    sides = vec![self.side()?];
                    signs.clear();
                }
                Some(Tok::Sym('&'))
                    if self
                        .t
                        .get(self.i + 1)
                        .is_some_and(|t| matches!(t.tok, Tok::Sym(c) if is_relation(c))) =>
                {
                    self.i += 1;
                }
                _ => break,
            }
        }
        if let Some(m) = self.modulus()? {
            let residue = match sides.pop() {
                Some(Value::Scalar(q)) => q.value(),
                _ => return self.error("a residue"),
            };
            let left = match sides.pop() {
                Some(Value::Scalar(q)) => Some(q.value()),
                _ => None,
            };
            return Ok(Value::Congruence { left, residue, modulus: m });
        }
        if signs.is_empty()
            && let Some(v) = sides.pop()
        {
            return Ok(v);
        }
        Ok(Value::Chain { sides, signs })
    }

    /// `(mod m)` or `mod m` after a residue.
    fn modulus(&mut self) -> Parsed<Option<Expr>> {
        let open = matches!(self.peek(), Some(Tok::Open(_))) && matches!(self.peek_at(1), Some(Tok::Mod));
        if !open && !matches!(self.peek(), Some(Tok::Mod | Tok::Modulo)) {
            return Ok(None);
        }
        self.i += 1 + usize::from(open);
        let m = self.additive()?;
        if open && matches!(self.peek(), Some(Tok::Close(_))) {
            self.i += 1;
        }
        match m {
            Value::Scalar(q) => Ok(Some(q.value())),
            _ => self.error("a modulus"),
        }
    }

    /// One side of a relation: words, or a ratio of set expressions.
    pub(super) fn side(&mut self) -> Parsed<Value> {
        if let Some(t) = self.words() {
            return Ok(t);
        }
        let first = self.set_expression()?;
        if self.no_colon || !self.is(':') || self.is_at(1, '=') {
            if self.is(':') && self.is_at(1, '=') && !self.no_colon {
                // `:=` is an equals sign.
                self.i += 1;
            }
            return Ok(first);
        }
        let mut parts = vec![self.scalar_of(first)?];
        while self.eat(':') {
            let v = self.set_expression()?;
            parts.push(self.scalar_of(v)?);
        }
        Ok(Value::Ratio(parts))
    }

    fn scalar_of(&self, v: Value) -> Parsed<Expr> {
        match v {
            Value::Scalar(q) => Ok(q.value()),
            Value::Text(t) => Ok(Expr::Var(t)),
            _ => Err(ParseError::Syntax { what: "a number", at: 0 }),
        }
    }

    /// A run of words up to the next separator or relation, as text.
    fn words(&mut self) -> Option<Value> {
        // "a parallelogram": the article is not a variable.
        let article = matches!(self.peek(), Some(Tok::Letter(l)) if matches!(l.as_ref(), "a" | "A"))
            && matches!(self.peek_at(1), Some(Tok::Word(w)) if !crate::units::is_unit(w));
        let mut k = usize::from(article);
        let mut real = false;
        let mut text = String::new();
        while let Some(t) = self.peek_at(k) {
            let part = match t {
                Tok::Word(w) => {
                    real = true;
                    w.as_ref()
                }
                Tok::Letter(l) => l.as_ref(),
                Tok::Sym('-' | '\'' | '△' | '∠') if real => " ",
                _ => break,
            };
            if text.is_empty() && !matches!(t, Tok::Word(_)) {
                return None;
            }
            if !text.is_empty() && self.t[self.i + k].space {
                text.push(' ');
            }
            text.push_str(part);
            k += 1;
        }
        let stop = match self.peek_at(k) {
            None | Some(Tok::Row | Tok::End | Tok::And | Tok::Or | Tok::Close(_)) => true,
            Some(Tok::Sym(c)) => is_relation(*c) || matches!(c, ',' | ';' | ':' | '&' | '%'),
            _ => false,
        };
        if !real || !stop {
            return None;
        }
        self.i += k;
        if self.is('%') || self.is(':') && !self.no_colon {
            self.i += 1;
        }
        if matches!(self.peek(), Some(Tok::Num(_) | Tok::Currency(_))) {
            // "Total: 5" keeps only the value.
            return None;
        }
        Some(match crate::words::spelled(&text.to_ascii_lowercase()) {
            Some(n) => Value::Scalar(Quantity::new(Expr::int(n))),
            None => Value::Text(text.into()),
        })
    }
}

/// `2,74` may be the number 2.74.
fn decimal_comma(items: &[Value]) -> Option<RBig> {
    let [Value::Scalar(a), Value::Scalar(b)] = items else { return None };
    let frac = b.digits.as_deref()?;
    if b.unit.is_some() && a.unit.is_some() || frac.len() > 30 || a.written.is_some() {
        return None;
    }
    let whole = a.expr.as_rational()?;
    if !whole.is_int() {
        return None;
    }
    let tail = b.expr.as_rational()? * pow10(-(frac.len() as i64));
    Some(if crate::num::rational::is_negative(whole) { whole - tail } else { whole + tail })
}

/// Replaces `1, 2, …, 10` by its members.
fn expand_dots(items: Vec<Value>) -> Vec<Value> {
    let dots =
        |v: &Value| matches!(v, Value::Scalar(q) if matches!(&q.expr, Expr::Var(n) if n.as_ref() == "…"));
    let number = |v: &Value| match v {
        Value::Scalar(q) => q.expr.as_rational().and_then(crate::num::rational::to_i64),
        _ => None,
    };
    let Some(k) = items.iter().position(dots) else { return items };
    if k < 2 || k + 2 != items.len() {
        return items;
    }
    let (Some(a), Some(b), Some(z)) = (number(&items[k - 2]), number(&items[k - 1]), number(&items[k + 1]))
    else {
        return items;
    };
    let step = b.saturating_sub(a);
    if step == 0 || (z - b) % step != 0 || (z - b) / step < 0 || (z - b) / step > 500 {
        return items;
    }
    let mut out: Vec<Value> = items[..k].to_vec();
    let mut n = b + step;
    while (step > 0 && n <= z) || (step < 0 && n >= z) {
        out.push(Value::scalar(Expr::int(n)));
        n += step;
    }
    out
}

/// Joins `x = kπ` with a following `k ∈ ℤ`, which is a remark and not an answer of its own.
fn attach_conditions(v: Value) -> Value {
    let Value::List { mut items, decimal } = v else { return v };
    let is_domain = |v: &Value| {
        matches!(v, Value::Chain { sides, signs } if signs.as_slice() == ['∈']
            && matches!(&sides[0], Value::Scalar(q) if matches!(q.expr, Expr::Var(_)))
            && matches!(&sides[1], Value::NumberSet(_)))
    };
    while items.len() > 1 && items.last().is_some_and(is_domain) {
        items.pop();
    }
    if items.len() == 1
        && let Some(v) = items.pop()
    {
        return v;
    }
    Value::List { items, decimal }
}
