//! The elementary sums, integrals and limits that answers leave unevaluated.

use crate::expr::{Binder, Const, Expr, Func, Name};
use crate::num::rational::to_i64;

/// Sums and products this short are written out.
const MAX_UNROLLED: i64 = 64;

/// A finite sum or product, or an infinite geometric series.
pub(crate) fn series(b: Binder, name: Name, lo: Expr, hi: Expr, body: Expr) -> Expr {
    let ends = (lo.as_rational().and_then(to_i64), hi.as_rational().and_then(to_i64));
    if let (Some(a), Some(z)) = ends
        && z.saturating_sub(a) < MAX_UNROLLED
        && body.size(400) < 200
    {
        let terms = (a..=z).map(|k| body.substitute(&name, &Expr::int(k))).collect();
        return if b == Binder::Sum { Expr::add(terms) } else { Expr::mul(terms) };
    }
    if b == Binder::Sum
        && hi == Expr::Const(Const::Infinity)
        && let Some(a) = ends.0
        && let Some(s) = geometric(&name, a, &body)
    {
        return s;
    }
    Expr::Bind(b, name, vec![lo, hi, body])
}

/// `Σ c·r^(k)` from `a` with |r| < 1: the ratio of neighbouring terms must be the same number twice.
fn geometric(name: &str, a: i64, body: &Expr) -> Option<Expr> {
    let at = |k: i64| body.substitute(name, &Expr::int(k));
    let (t0, t1, t2, t3) = (at(a), at(a + 1), at(a + 2), at(a + 5));
    let (Expr::Num(x0), Expr::Num(x1), Expr::Num(x2), Expr::Num(x3)) = (&t0, &t1, &t2, &t3) else {
        return None;
    };
    if x0.is_zero() {
        return None;
    }
    let r = x1 / x0;
    let one = dashu_ratio::RBig::ONE;
    if x2 / x0 != &r * &r || *x3 != x0 * r.pow(5) || r >= one || r <= -one.clone() {
        return None;
    }
    Some(Expr::Num(x0 / (one - r)))
}

/// A definite integral through an elementary antiderivative, if one is found.
pub(crate) fn integral(name: &Name, a: Expr, b: Expr, body: Expr) -> Expr {
    let finite = |e: &Expr| !e.any(|e| *e == Expr::Const(Const::Infinity));
    match antiderivative(name, &body) {
        Some(f) if finite(&a) && finite(&b) && !singular(&body) => {
            f.substitute(name, &b).sub(f.substitute(name, &a))
        }
        _ => Expr::Bind(Binder::Integral, name.clone(), vec![a, b, body]),
    }
}

/// Whether the integrand might blow up between the bounds (a negative power of something with the variable).
fn singular(e: &Expr) -> bool {
    e.any(|e| matches!(e, Expr::Pow(b, k) if b.has_variables() && k.as_rational().is_none_or(crate::num::rational::is_negative))
        || matches!(e, Expr::Call(Func::Tan | Func::Cot | Func::Sec | Func::Csc, _)))
}

/// An indefinite integral; kept as written when no elementary rule applies.
pub(crate) fn antiderivative_or_bind(name: &Name, body: Expr) -> Expr {
    match antiderivative(name, &body) {
        Some(f) => f,
        None => Expr::Bind(Binder::Antiderivative, name.clone(), vec![body]),
    }
}

fn antiderivative(name: &Name, e: &Expr) -> Option<Expr> {
    let x = Expr::Var(name.clone());
    let free = |e: &Expr| !e.variables().contains(name);
    if free(e) {
        return Some(Expr::mul(vec![e.clone(), x]));
    }
    match e {
        Expr::Var(_) => Some(Expr::mul(vec![Expr::ratio(1, 2), Expr::pow(x, Expr::int(2))])),
        Expr::Add(v) => Some(Expr::add(v.iter().map(|t| antiderivative(name, t)).collect::<Option<_>>()?)),
        Expr::Mul(v) => {
            let (constant, rest): (Vec<_>, Vec<_>) = v.iter().cloned().partition(free);
            if constant.is_empty() {
                return None;
            }
            let mut parts = constant;
            parts.push(antiderivative(name, &Expr::mul(rest))?);
            Some(Expr::mul(parts))
        }
        Expr::Pow(b, k) => {
            if let Expr::Num(n) = k.as_ref()
                && let Some((slope, _)) = linear(name, b)
            {
                if *n == crate::num::rational::int(-1) {
                    let ln = Expr::call(Func::Ln, vec![Expr::call(Func::Abs, vec![b.as_ref().clone()])]);
                    return Some(ln.div(slope));
                }
                let up = Expr::Num(n + dashu_ratio::RBig::ONE);
                return Some(Expr::pow(b.as_ref().clone(), up.clone()).div(Expr::mul(vec![up, slope])));
            }
            if free(b)
                && let Some((slope, _)) = linear(name, k)
            {
                let ln = if matches!(b.as_ref(), Expr::Const(Const::E)) {
                    Expr::int(1)
                } else {
                    Expr::call(Func::Ln, vec![b.as_ref().clone()])
                };
                return Some(e.clone().div(Expr::mul(vec![slope, ln])));
            }
            None
        }
        Expr::Call(f @ (Func::Sin | Func::Cos), v) => {
            let (slope, _) = linear(name, v.first()?)?;
            let (g, sign) = if *f == Func::Sin { (Func::Cos, -1) } else { (Func::Sin, 1) };
            Some(Expr::mul(vec![Expr::int(sign), Expr::call(g, v.clone())]).div(slope))
        }
        _ => None,
    }
}

/// `slope·x + offset`, both free of `x`.
fn linear(name: &Name, e: &Expr) -> Option<(Expr, Expr)> {
    let free = |e: &Expr| !e.variables().contains(name);
    match e {
        Expr::Var(n) if n == name => Some((Expr::int(1), Expr::int(0))),
        e if free(e) => None,
        Expr::Mul(v) => {
            let (constant, rest): (Vec<_>, Vec<_>) = v.iter().cloned().partition(free);
            match rest.as_slice() {
                [Expr::Var(_)] => Some((Expr::mul(constant), Expr::int(0))),
                _ => None,
            }
        }
        Expr::Add(v) => {
            let (constant, rest): (Vec<_>, Vec<_>) = v.iter().cloned().partition(free);
            match rest.as_slice() {
                [one] => Some((linear(name, one)?.0, Expr::add(constant))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A limit of something continuous at the point; otherwise kept as written.
pub(crate) fn limit(name: &Name, point: Expr, body: Expr) -> Expr {
    if point != Expr::Const(Const::Infinity) {
        let v = body.substitute(name, &point);
        let smooth = !v.any(|e| match e {
            Expr::Pow(b, k) => {
                b.is_num(0)
                    || (k.as_rational().is_none_or(crate::num::rational::is_negative)
                        && !matches!(b.as_ref(), Expr::Num(_) | Expr::Const(_)))
            }
            Expr::Call(..) | Expr::Apply(..) | Expr::Bind(..) => true,
            _ => false,
        });
        if smooth {
            return v;
        }
    }
    Expr::Bind(Binder::Limit, name.clone(), vec![point, body])
}
