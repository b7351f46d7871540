//! Functions compared at seeded rational points with certified intervals.
//!
//! One point where the intervals are disjoint proves a difference. Agreement at several points, each to
//! a precision well beyond the size of the numbers involved, is taken for equality: two elementary
//! expressions that differ would have to agree by accident in hundreds of bits.

use dashu_ratio::RBig;

use super::{Context, Reason, Same};
use crate::eval::eval;
use crate::expr::{Binder, Expr, Func, Name};
use crate::num::elementary::{Enclosed, Fail};
use crate::num::modular::{Modular, hash_bytes, mix};
use crate::num::rational::is_negative;
use crate::num::{Complex, Reals, rational};

const POINTS: u64 = 20;
const ENOUGH: usize = 7;
const MIN_USABLE: usize = 3;
const MAX_BITS: usize = 4_000;

/// Compares two expressions with variables.
pub(crate) fn sample(a: &Expr, b: &Expr, cx: &Context<'_>) -> Enclosed<Same> {
    let a = &opaque_to_variables(a, cx)?;
    let b = &opaque_to_variables(b, cx)?;
    let mut names = a.variables();
    for n in b.variables() {
        if !names.contains(&n) {
            names.push(n);
        }
    }
    names.sort();
    let bits = a.constant_bits().saturating_add(b.constant_bits());
    if bits > MAX_BITS {
        return Ok(Same::Unknown(Reason::TooLarge));
    }
    let prec = 128 + 2 * bits;
    let integers = discrete(a) || discrete(b);
    let mut agreed = 0;
    let mut complex_agreed = 0;
    let mut undefined = 0;
    for k in 0..POINTS {
        let point: Vec<(Name, RBig)> =
            names.iter().map(|n| (n.clone(), coordinate(cx.seed, k, n, integers))).collect();
        match at_point(a, b, &point, prec, cx)? {
            Outcome::Agree { real: true } => agreed += 1,
            Outcome::Agree { real: false } => complex_agreed += 1,
            Outcome::Differ => return Ok(Same::No("disjoint certified intervals at a sample point")),
            Outcome::ComplexDiffer if agreed == 0 && k > POINTS / 2 => {
                return Ok(Same::No("disjoint certified intervals at a sample point"));
            }
            Outcome::ComplexDiffer | Outcome::Useless => {}
            Outcome::Undefined => undefined += 1,
        }
        if agreed >= ENOUGH {
            return Ok(Same::Yes("agreement at sample points at high certified precision"));
        }
    }
    if agreed >= MIN_USABLE || (agreed == 0 && complex_agreed >= MIN_USABLE) {
        return Ok(Same::Yes("agreement at sample points at high certified precision"));
    }
    Ok(Same::Unknown(if undefined > 0 { Reason::Undefined } else { Reason::Unsupported }))
}

enum Outcome {
    Agree { real: bool },
    Differ,
    ComplexDiffer,
    Undefined,
    Useless,
}

fn at_point(a: &Expr, b: &Expr, point: &[(Name, RBig)], prec: usize, cx: &Context<'_>) -> Enclosed<Outcome> {
    let mut prec = prec;
    for _ in 0..3 {
        let f = Reals::new(prec, cx.budget);
        let (x, y) = match (eval(a, point, &f), eval(b, point, &f)) {
            (Ok(x), Ok(y)) => (x, y),
            (Err(Fail::Spent), _) | (_, Err(Fail::Spent)) => return Err(Fail::Spent),
            (Err(Fail::Undefined), _) | (_, Err(Fail::Undefined)) => return Ok(Outcome::Undefined),
            (Err(Fail::Unsure), _) | (_, Err(Fail::Unsure)) => {
                prec *= 2;
                continue;
            }
            _ => return Ok(Outcome::Useless),
        };
        // Where only one side is real the functions have different domains; no verdict from here.
        let real = x.is_real() && y.is_real();
        if !real && (x.is_real() || y.is_real()) && (certainly_complex(&x) || certainly_complex(&y)) {
            return Ok(Outcome::Useless);
        }
        if x.differs(&y, prec)? {
            return Ok(if real { Outcome::Differ } else { Outcome::ComplexDiffer });
        }
        let sharp = |a: &crate::num::Ball, b: &crate::num::Ball| {
            let scale = a.magnitude().unwrap_or(0).max(b.magnitude().unwrap_or(0)).max(0);
            let limit = scale - prec as i64 / 2;
            a.radius_exp().is_none_or(|r| r < limit) && b.radius_exp().is_none_or(|r| r < limit)
        };
        if sharp(&x.re, &y.re) && sharp(&x.im, &y.im) {
            return Ok(Outcome::Agree { real });
        }
        prec *= 2;
    }
    Ok(Outcome::Useless)
}

fn certainly_complex(c: &Complex) -> bool {
    matches!(c.im.sign(), Some(s) if s != 0)
}

/// A coordinate: positive and negative, small and large, or natural numbers.
fn coordinate(seed: u64, k: u64, name: &str, integers: bool) -> RBig {
    let h = mix(hash_bytes(seed, name.as_bytes()) ^ mix(k));
    let h = (h >> 8) as i64;
    if integers {
        return rational::int(1 + (h % 7) + (k as i64) / 2);
    }
    let n = h % 1_000_003;
    let (num, den) = match k % 4 {
        0 => (n - 500_001, 131_101),
        1 => (n + 1, 200_003),
        2 => (n + 1, 1_000_033),
        _ => (n + 1_000_003, 50_021),
    };
    rational::ratio(num, den)
}

/// Whether the expression only makes sense (or only is meant) at natural numbers.
fn discrete(e: &Expr) -> bool {
    e.any(|e| match e {
        Expr::Call(f, v) => {
            matches!(
                f,
                Func::Factorial
                    | Func::DoubleFactorial
                    | Func::Binomial
                    | Func::Permutations
                    | Func::Gcd
                    | Func::Lcm
                    | Func::Mod
            ) && v.iter().any(Expr::has_variables)
        }
        Expr::Bind(Binder::Sum | Binder::Product, _, v) => v[..2].iter().any(Expr::has_variables),
        Expr::Pow(b, k) => k.has_variables() && matches!(b.as_ref(), Expr::Num(q) if is_negative(q)),
        _ => false,
    })
}

/// Replaces what cannot be evaluated (`f(x)`, unevaluated integrals) by variables named after it.
fn opaque_to_variables(e: &Expr, cx: &Context<'_>) -> Enclosed<Expr> {
    let opaque = |e: &Expr| match e {
        Expr::Apply(..) => true,
        Expr::Bind(b, ..) => !matches!(b, Binder::Sum | Binder::Product),
        _ => false,
    };
    if !e.any(opaque) {
        return Ok(e.clone());
    }
    let field = Modular { seed: cx.seed, budget: cx.budget };
    let mut failed = false;
    let out = e.map(&mut |e| {
        if !opaque(&e) {
            return e;
        }
        match field.eval(&e) {
            Ok((v, _)) => Expr::Var(format!("opaque {:x}", v.fingerprint()).into()),
            Err(_) => {
                failed = true;
                e
            }
        }
    });
    if failed { Err(Fail::Spent) } else { Ok(out) }
}
