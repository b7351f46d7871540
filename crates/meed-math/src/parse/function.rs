//! Functions and how far their arguments reach.

use super::{Parsed, Parser};
use crate::expr::{Const, Expr, Func};
use crate::lex::{Named, Shape, Tok};
use crate::value::Value;

impl Parser<'_> {
    /// A function whose name was just read.
    pub(super) fn function(&mut self, f: Named) -> Parsed<Value> {
        self.deeper(|p| p.function_inner(f))
    }

    fn function_inner(&mut self, f: Named) -> Parsed<Value> {
        if matches!(f, Named::Sqrt | Named::Cbrt) {
            return self.root(f == Named::Cbrt);
        }
        let mut base = None;
        let mut power = None;
        loop {
            if self.is('_') && base.is_none() {
                self.i += 1;
                base = Some(self.scalar_argument()?);
            } else if self.is('^') && power.is_none() {
                self.i += 1;
                power = Some(self.scalar_argument()?);
            } else {
                break;
            }
        }
        let args = self.arguments()?;
        let mut f = f;
        // sin^{-1} is the inverse function, not the reciprocal.
        if power.as_ref().is_some_and(|p| p.is_num(-1))
            && let Named::Func(g) = f
            && let Some(inverse) = inverse(g)
        {
            f = Named::Func(inverse);
            power = None;
        }
        let v = self.apply(f, base, args)?;
        Ok(Value::scalar(match power {
            Some(p) => Expr::pow(v, p),
            None => v,
        }))
    }

    fn apply(&self, f: Named, base: Option<Expr>, mut args: Vec<Expr>) -> Parsed<Expr> {
        let one = |args: &mut Vec<Expr>| -> Parsed<Expr> {
            match (args.pop(), args.is_empty()) {
                (Some(a), true) => Ok(a),
                _ => self.error("one argument"),
            }
        };
        Ok(match f {
            Named::Exp => Expr::pow(Expr::Const(Const::E), one(&mut args)?),
            Named::Log10 => log_base(Expr::int(10), one(&mut args)?),
            // No logarithm has these bases.
            Named::Log if base.as_ref().is_some_and(|b| b.is_num(0) || b.is_num(1)) => {
                return self.error("a base");
            }
            Named::Log => {
                // log(x, b) as programs write it
                if base.is_none() && args.len() == 2 {
                    let b = args.pop();
                    let x = args.pop();
                    match (x, b) {
                        (Some(x), Some(b)) => return Ok(log_base(b, x)),
                        _ => return self.error("two arguments"),
                    }
                }
                let x = one(&mut args)?;
                match base {
                    Some(b) => log_base(b, x),
                    None => Expr::call(Func::Ln, vec![x]),
                }
            }
            Named::Det => return self.error("a determinant of a matrix"),
            Named::Func(g) => {
                let arity = match g {
                    Func::Gcd | Func::Lcm | Func::Max | Func::Min => {
                        if args.len() > 32 {
                            return self.error("fewer arguments");
                        }
                        // Folds pairwise.
                        let Some(first) = args.first().cloned() else { return self.error("arguments") };
                        return Ok(args.into_iter().skip(1).fold(first, |a, b| Expr::call(g, vec![a, b])));
                    }
                    Func::Binomial | Func::Permutations | Func::Mod => 2,
                    _ => 1,
                };
                if args.len() != arity {
                    return self.error("another number of arguments");
                }
                Expr::call(g, args)
            }
            Named::Sqrt | Named::Cbrt => return self.error("a root"),
        })
    }

    fn root(&mut self, cube: bool) -> Parsed<Value> {
        let mut index = if cube { Some(Expr::int(3)) } else { None };
        if self.is_open(Shape::Square) {
            self.i += 1;
            let v = self.bracketed(|p| p.additive())?;
            if !self.is_close(Shape::Square) {
                return self.error("]");
            }
            self.i += 1;
            index = match v {
                Value::Scalar(q) => Some(q.value()),
                _ => return self.error("a root index"),
            };
        }
        let arg = if self.is_open(Shape::Group) || self.is_open(Shape::Round) {
            let shape = if self.is_open(Shape::Group) { Shape::Group } else { Shape::Round };
            match if shape == Shape::Group { self.group()? } else { self.bracket(Shape::Round)? } {
                Value::Scalar(q) => q.value(),
                _ => return self.error("a number under the root"),
            }
        } else {
            self.scalar_argument()?
        };
        let exp = match index {
            None => Expr::ratio(1, 2),
            Some(k) => Expr::pow(k, Expr::int(-1)),
        };
        Ok(Value::scalar(Expr::pow(arg, exp)))
    }

    /// Arguments in brackets, or a product without signs: `\sin 2x`, `\ln|x|`.
    fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        if self.is_open(Shape::Round) || self.is_open(Shape::Group) || self.is_open(Shape::Square) {
            let shape = match self.peek() {
                Some(Tok::Open(s)) => *s,
                _ => Shape::Round,
            };
            let v = match shape {
                Shape::Group => self.group()?,
                Shape::Square => {
                    self.i += 1;
                    let v = self.bracketed(|p| p.list())?;
                    if self.is_close(Shape::Square) {
                        self.i += 1;
                    }
                    v
                }
                s => self.bracket(s)?,
            };
            return match v {
                Value::Scalar(q) => Ok(vec![q.value()]),
                Value::Tuple { items, .. } | Value::List { items, .. } | Value::Set(items) => {
                    let mut out = Vec::new();
                    for v in items {
                        match v {
                            Value::Scalar(q) => out.push(q.value()),
                            _ => return self.error("numbers as arguments"),
                        }
                    }
                    Ok(out)
                }
                _ => self.error("an argument"),
            };
        }
        let mut factors = Vec::new();
        let negative = self.eat('-');
        loop {
            self.budget.pay(3)?;
            if factors.is_empty() || self.continues_argument() {
                match self.factor()? {
                    Value::Scalar(q) => factors.push(q.value()),
                    _ => return self.error("an argument"),
                }
            } else if self.is('/') && matches!(self.peek_at(1), Some(Tok::Num(_))) && !self.space_before() {
                self.i += 1;
                match self.factor()? {
                    Value::Scalar(q) => factors.push(Expr::pow(q.value(), Expr::int(-1))),
                    _ => return self.error("an argument"),
                }
            } else {
                break;
            }
        }
        let e = Expr::mul(factors);
        Ok(vec![if negative { e.neg() } else { e }])
    }

    fn continues_argument(&self) -> bool {
        matches!(self.peek(), Some(Tok::Letter(_) | Tok::Const(_) | Tok::Frac | Tok::Num(_)))
            && self.starts_factor()
            || matches!(self.peek(), Some(Tok::Func(Named::Sqrt)))
    }
}

fn log_base(b: Expr, x: Expr) -> Expr {
    if let (Expr::Num(b), Expr::Num(x)) = (&b, &x)
        && let Some(n) = exact_log(b, x)
    {
        return n;
    }
    let ln = |e| Expr::call(Func::Ln, vec![e]);
    ln(x).div(ln(b))
}

/// `log_b x` when both are powers of one integer.
fn exact_log(b: &dashu_ratio::RBig, x: &dashu_ratio::RBig) -> Option<Expr> {
    use crate::num::rational::{bits, is_negative};
    if is_negative(b)
        || is_negative(x)
        || b.is_zero()
        || x.is_zero()
        || b.is_one()
        || bits(x) > 2048
        || bits(b) > 2048
    {
        return None;
    }
    let up = *x >= dashu_ratio::RBig::ONE;
    let grow = *b > dashu_ratio::RBig::ONE;
    let step = if up == grow { b.clone() } else { dashu_ratio::RBig::ONE / b };
    let mut p = dashu_ratio::RBig::ONE;
    for n in 0..2048i64 {
        if p == *x {
            return Some(Expr::int(if up == grow { n } else { -n }));
        }
        if (p > *x) == up && n > 0 {
            return None;
        }
        p *= &step;
    }
    None
}

fn inverse(f: Func) -> Option<Func> {
    Some(match f {
        Func::Sin => Func::Asin,
        Func::Cos => Func::Acos,
        Func::Tan => Func::Atan,
        Func::Cot => Func::Acot,
        Func::Sec => Func::Asec,
        Func::Csc => Func::Acsc,
        Func::Sinh => Func::Asinh,
        Func::Cosh => Func::Acosh,
        Func::Tanh => Func::Atanh,
        _ => return None,
    })
}
