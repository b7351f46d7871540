//! The elementary sums, integrals and limits that answers leave unevaluated.

use std::cmp::Ordering;

use dashu_ratio::RBig;

use crate::expr::{Binder, Const, Expr, Func, Name};
use crate::num::rational::{bits, is_negative, to_i64};

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
    let one = RBig::ONE;
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
    e.any(|e| {
        matches!(e, Expr::Pow(b, k) if b.has_variables() && k.as_rational().is_none_or(is_negative))
            || matches!(e, Expr::Call(Func::Tan | Func::Cot | Func::Sec | Func::Csc, _))
    })
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
                let up = Expr::Num(n + RBig::ONE);
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
                    || (k.as_rational().is_none_or(is_negative)
                        && !matches!(b.as_ref(), Expr::Num(_) | Expr::Const(_)))
            }
            Expr::Call(..) | Expr::Apply(..) | Expr::Bind(..) => true,
            _ => false,
        });
        if smooth {
            return v;
        }
    }
    rational_limit(name, &point, &body)
        .unwrap_or_else(|| Expr::Bind(Binder::Limit, name.clone(), vec![point, body]))
}

/// A polynomial in one variable, the lowest power first.
type Polynomial = Vec<RBig>;

/// Larger polynomials are not multiplied out.
const MAX_DEGREE: usize = 64;
/// Nor are those with longer coefficients.
const MAX_BITS: usize = 4096;

/// The limit of a quotient of polynomials with rational coefficients.
fn rational_limit(name: &Name, point: &Expr, body: &Expr) -> Option<Expr> {
    let (mut top, mut bottom) = quotient(name, body)?;
    for p in [&mut top, &mut bottom] {
        while p.last().is_some_and(RBig::is_zero) {
            p.pop();
        }
    }
    let lead = bottom.last()?.clone();
    let Some(first) = top.last() else { return Some(Expr::int(0)) };
    if *point == Expr::Const(Const::Infinity) {
        return Some(match top.len().cmp(&bottom.len()) {
            Ordering::Less => Expr::int(0),
            Ordering::Equal => Expr::Num(first.clone() / lead),
            Ordering::Greater if is_negative(&(first.clone() / lead)) => Expr::Const(Const::Infinity).neg(),
            Ordering::Greater => Expr::Const(Const::Infinity),
        });
    }
    let at = point.as_rational()?;
    loop {
        let ((a, x), (b, y)) = (divide(&top, at), divide(&bottom, at));
        if !y.is_zero() {
            return Some(Expr::Num(x / y));
        }
        if !x.is_zero() {
            return None;
        }
        (top, bottom) = (a, b);
    }
}

/// The quotient and the remainder of the division by `x - at`; the remainder is the value there.
fn divide(p: &[RBig], at: &RBig) -> (Polynomial, RBig) {
    let mut rest = RBig::ZERO;
    let mut out: Polynomial = Vec::with_capacity(p.len());
    for c in p.iter().rev() {
        out.push(rest.clone());
        rest = rest * at + c;
    }
    out.reverse();
    out.pop();
    (out, rest)
}

fn quotient(name: &Name, e: &Expr) -> Option<(Polynomial, Polynomial)> {
    let one = || vec![RBig::ONE];
    Some(match e {
        Expr::Num(q) if bits(q) <= MAX_BITS => (vec![q.clone()], one()),
        Expr::Var(n) if n == name => (vec![RBig::ZERO, RBig::ONE], one()),
        Expr::Add(v) => {
            let mut sum = (Vec::new(), one());
            for t in v {
                let (a, b) = quotient(name, t)?;
                sum = (add(times(&sum.0, &b)?, times(&a, &sum.1)?), times(&sum.1, &b)?);
            }
            sum
        }
        Expr::Mul(v) => {
            let mut product = (one(), one());
            for t in v {
                let (a, b) = quotient(name, t)?;
                product = (times(&product.0, &a)?, times(&product.1, &b)?);
            }
            product
        }
        Expr::Pow(b, k) => {
            let k = k.as_rational().and_then(to_i64).filter(|k| k.unsigned_abs() <= MAX_DEGREE as u64)?;
            let base = quotient(name, b)?;
            let mut power = (one(), one());
            for _ in 0..k.unsigned_abs() {
                power = (times(&power.0, &base.0)?, times(&power.1, &base.1)?);
            }
            if k < 0 { (power.1, power.0) } else { power }
        }
        _ => return None,
    })
}

fn add(mut a: Polynomial, b: Polynomial) -> Polynomial {
    a.resize(a.len().max(b.len()), RBig::ZERO);
    for (x, y) in a.iter_mut().zip(b) {
        *x += y;
    }
    a
}

fn times(a: &[RBig], b: &[RBig]) -> Option<Polynomial> {
    if a.is_empty() || b.is_empty() {
        return Some(Vec::new());
    }
    if a.len() + b.len() > MAX_DEGREE + 2 {
        return None;
    }
    let mut out = vec![RBig::ZERO; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            out[i + j] += x * y;
        }
    }
    out.iter().all(|c| bits(c) <= MAX_BITS).then_some(out)
}
