//! Sums, products, integrals and limits.

use super::{Parsed, Parser};
use crate::calculus;
use crate::expr::{Binder, Expr, Name};
use crate::lex::{Shape, Tok};
use crate::value::Value;

impl Parser<'_> {
    pub(super) fn binder(&mut self) -> Parsed<Value> {
        let Some(t) = self.peek().cloned() else { return self.error("a sum") };
        self.i += 1;
        let e = self.deeper(|p| match t {
            Tok::Integral => p.integral(),
            Tok::Limit => p.limit(),
            Tok::Sum => p.series(Binder::Sum),
            _ => p.series(Binder::Product),
        })?;
        Ok(Value::scalar(e))
    }

    fn series(&mut self, b: Binder) -> Parsed<Expr> {
        let mut lower = None;
        let mut upper = None;
        loop {
            if self.is('_') && lower.is_none() {
                self.i += 1;
                if !self.is_open(Shape::Group) {
                    return self.error("a lower bound");
                }
                self.i += 1;
                let Some(name) = self.bound_name() else { return self.error("an index") };
                if !self.eat('=') {
                    return self.error("=");
                }
                let lo = self.additive_expr()?;
                if self.is_close(Shape::Group) {
                    self.i += 1;
                }
                lower = Some((name, lo));
            } else if self.is('^') && upper.is_none() {
                self.i += 1;
                upper = Some(self.scalar_argument()?);
            } else {
                break;
            }
        }
        let (Some((name, lo)), Some(hi)) = (lower, upper) else { return self.error("bounds") };
        self.bound.push(name.clone());
        let body = self.term();
        self.bound.pop();
        let body = match body? {
            Value::Scalar(q) => q.value(),
            _ => return self.error("terms"),
        };
        Ok(calculus::series(b, name, lo, hi, body))
    }

    /// The bound variable; `i` and `e` may serve as one.
    fn bound_name(&mut self) -> Option<Name> {
        let n = match self.peek()? {
            Tok::Letter(l) => l.clone(),
            _ => return None,
        };
        self.i += 1;
        Some(n)
    }

    fn additive_expr(&mut self) -> Parsed<Expr> {
        match self.additive()? {
            Value::Scalar(q) => Ok(q.value()),
            _ => self.error("a number"),
        }
    }

    fn integral(&mut self) -> Parsed<Expr> {
        let mut bounds = (None, None);
        loop {
            if self.is('_') && bounds.0.is_none() {
                self.i += 1;
                bounds.0 = Some(self.scalar_argument()?);
            } else if self.is('^') && bounds.1.is_none() {
                self.i += 1;
                bounds.1 = Some(self.scalar_argument()?);
            } else {
                break;
            }
        }
        // The body reaches to `d x` on the same level.
        let mut level = 0;
        let mut stop = None;
        for k in self.i..self.end {
            match &self.t[k].tok {
                Tok::Open(_) => level += 1,
                Tok::Close(_) => {
                    level -= 1;
                    if level < 0 {
                        break;
                    }
                }
                Tok::Letter(l) if level == 0 && l.as_ref() == "d" => {
                    if let Some(Tok::Letter(v)) = self.t.get(k + 1).map(|t| &t.tok) {
                        stop = Some((k, v.clone()));
                        break;
                    }
                }
                _ => {}
            }
        }
        let Some((stop, name)) = stop else { return self.error("dx") };
        let end = std::mem::replace(&mut self.end, stop);
        let body = if self.at_end() { Ok(Expr::int(1)) } else { self.additive_expr() };
        let reached = self.i;
        self.end = end;
        let body = body?;
        if reached != stop {
            return self.error("an integrand");
        }
        self.i = stop + 2;
        Ok(match bounds {
            (Some(a), Some(b)) => calculus::integral(&name, a, b, body),
            _ => calculus::antiderivative_or_bind(&name, body),
        })
    }

    fn limit(&mut self) -> Parsed<Expr> {
        if !self.eat('_') || !self.is_open(Shape::Group) {
            return self.error("what tends where");
        }
        self.i += 1;
        let Some(name) = self.bound_name() else { return self.error("a variable") };
        if !self.eat('→') {
            return self.error("an arrow");
        }
        let point = self.additive_expr()?;
        if self.is('^') {
            // A side: 0^+
            self.i += 1;
            while !self.at_end() && !self.is_close(Shape::Group) {
                self.i += 1;
            }
        }
        if self.is_close(Shape::Group) {
            self.i += 1;
        }
        let body = match self.term()? {
            Value::Scalar(q) => q.value(),
            _ => return self.error("a body"),
        };
        Ok(calculus::limit(&name, point, body))
    }
}
