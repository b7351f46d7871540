//! Small helpers over exact rationals.

use dashu_base::{BitTest, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// Total bits of numerator and denominator.
pub(crate) fn bits(q: &RBig) -> usize {
    q.numerator().bit_len() + q.denominator().bit_len()
}

/// `q` as an `i64` when it is an integer that fits.
pub(crate) fn to_i64(q: &RBig) -> Option<i64> {
    if !q.is_int() {
        return None;
    }
    i64::try_from(q.numerator()).ok()
}

/// The integer `n` as a rational.
pub(crate) fn int(n: i64) -> RBig {
    RBig::from(IBig::from(n))
}

/// `n / d`; `d` must not be zero.
pub(crate) fn ratio(n: i64, d: i64) -> RBig {
    RBig::from_parts_signed(IBig::from(n), IBig::from(d))
}

/// Whether `q` is negative.
pub(crate) fn is_negative(q: &RBig) -> bool {
    q.numerator().is_negative()
}

/// Ten to the `n` as a rational, `n` of either sign. The caller bounds `n`.
pub(crate) fn pow10(n: i64) -> RBig {
    let p = UBig::from(10u8).pow(n.unsigned_abs() as usize);
    if n >= 0 { RBig::from(p) } else { RBig::from_parts(IBig::ONE, p) }
}

/// The exact `k`-th root of a non-negative rational, if there is one.
pub(crate) fn exact_root(q: &RBig, k: usize) -> Option<RBig> {
    if is_negative(q) || k == 0 {
        return None;
    }
    let n = q.numerator().unsigned_abs();
    let rn = n.nth_root(k);
    if rn.pow(k) != n {
        return None;
    }
    let rd = q.denominator().nth_root(k);
    if &rd.pow(k) != q.denominator() {
        return None;
    }
    Some(RBig::from_parts(IBig::from(rn), rd))
}

/// Rounds to a multiple of `step`, halves away from zero (the schoolbook rule).
pub(crate) fn round_to(q: &RBig, step: &RBig) -> RBig {
    let half = ratio(1, 2);
    let t = q / step;
    let n = if is_negative(&t) { -((-t + half).floor()) } else { (t + half).floor() };
    RBig::from(n) * step
}
