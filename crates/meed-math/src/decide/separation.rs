//! A lower bound on how close two different algebraic numbers can be.
//!
//! For an expression of integers, the four operations and roots, the bound of Burnikel, Funke, Mehlhorn,
//! Schirra and Schmitt ("A separation bound for real algebraic expressions") gives numbers u, l and a
//! degree D such that a non-zero value is at least `1 / (u^(D-1)·l)`. Evaluated below that, it is zero.

use dashu_base::BitTest;

use crate::expr::{Const, Expr};
use crate::num::rational::{bits, is_negative};

/// Bounds are useless (too expensive to reach) above this many bits.
const MAX_BITS: f64 = 11_000.0;

struct Bound {
    /// log2 of u and l.
    u: f64,
    l: f64,
}

/// Bits of precision below which `a - b` must be zero; `None` when not algebraic or too large.
pub(crate) fn separation_bits(a: &Expr, b: &Expr) -> Option<usize> {
    let mut roots: Vec<(&Expr, u64)> = Vec::new();
    let x = bound(a, &mut roots)?;
    let y = bound(b, &mut roots)?;
    let d = plus(x, y);
    let mut degree = 1f64;
    for (_, k) in &roots {
        degree *= *k as f64;
    }
    let need = (degree - 1.0) * d.u + d.l + 8.0;
    if need.is_finite() && need < MAX_BITS { Some(need.max(64.0) as usize) } else { None }
}

fn plus(a: Bound, b: Bound) -> Bound {
    // u = u1 l2 + l1 u2 <= 2 max
    Bound { u: (a.u + b.l).max(a.l + b.u) + 1.0, l: a.l + b.l }
}

fn bound<'a>(e: &'a Expr, roots: &mut Vec<(&'a Expr, u64)>) -> Option<Bound> {
    match e {
        Expr::Num(q) => {
            if bits(q) > 8192 {
                return None;
            }
            Some(Bound { u: q.numerator().bit_len() as f64, l: q.denominator().bit_len() as f64 })
        }
        Expr::Const(Const::I) => {
            note(e, 2, roots)?;
            Some(Bound { u: 0.0, l: 0.0 })
        }
        Expr::Add(v) => {
            let mut acc = Bound { u: 0.0, l: 0.0 };
            for (i, t) in v.iter().enumerate() {
                let b = bound(t, roots)?;
                acc = if i == 0 { b } else { plus(acc, b) };
            }
            Some(acc)
        }
        Expr::Mul(v) => {
            let mut acc = Bound { u: 0.0, l: 0.0 };
            for t in v {
                let b = bound(t, roots)?;
                acc = Bound { u: acc.u + b.u, l: acc.l + b.l };
            }
            Some(acc)
        }
        Expr::Pow(b, k) => {
            let k = k.as_rational()?;
            let n = i64::try_from(k.numerator()).ok()?.unsigned_abs() as f64;
            let q = u64::try_from(k.denominator()).ok()?;
            let mut x = bound(b, roots)?;
            if q > 1 {
                if q > 16 {
                    return None;
                }
                note(b, q, roots)?;
                let kf = q as f64;
                x = if x.u >= x.l {
                    Bound { u: (x.u + (kf - 1.0) * x.l) / kf, l: x.l }
                } else {
                    Bound { u: x.u, l: ((kf - 1.0) * x.u + x.l) / kf }
                };
            }
            if is_negative(k) {
                std::mem::swap(&mut x.u, &mut x.l);
            }
            Some(Bound { u: x.u * n, l: x.l * n })
        }
        _ => None,
    }
}

fn note<'a>(e: &'a Expr, k: u64, roots: &mut Vec<(&'a Expr, u64)>) -> Option<()> {
    if !roots.iter().any(|(r, j)| *r == e && *j == k) {
        if roots.len() >= 12 {
            return None;
        }
        roots.push((e, k));
    }
    Some(())
}
