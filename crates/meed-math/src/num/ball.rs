//! Certified real numbers: a big midpoint with a small radius.
//!
//! A [`Ball`] stands for every real in `[(m - r)·2^e, (m + r)·2^e]`. All operations enlarge the radius
//! by at least the rounding they do, so the true result is always inside. Two balls that do not touch
//! are a proof that the numbers differ; no tolerance is involved.

use dashu_base::{BitTest, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// Exponents beyond this are refused: numbers that large are compared in logarithmic form.
const MAX_EXP: i64 = 1 << 40;
/// Radii are kept below this many bits.
const RADIUS_BITS: usize = 30;

/// A real number known to lie within a radius of a midpoint.
#[derive(Clone, Debug)]
pub(crate) struct Ball {
    m: IBig,
    r: u64,
    e: i64,
}

fn shr(m: &IBig, s: usize) -> IBig {
    // Floor shift; the error is below one unit.
    m >> s
}

impl Ball {
    pub(crate) fn zero() -> Ball {
        Ball { m: IBig::ZERO, r: 0, e: 0 }
    }

    pub(crate) fn int(n: i64) -> Ball {
        Ball { m: IBig::from(n), r: 0, e: 0 }
    }

    /// From `m·2^e` with an error of at most `r` units of `2^e`.
    pub(crate) fn new(m: IBig, r: UBig, e: i64, prec: usize) -> Option<Ball> {
        let rb = r.bit_len();
        let mut s = m.bit_len().saturating_sub(prec);
        s = s.max(rb.saturating_sub(RADIUS_BITS));
        if s == 0 {
            let r = u64::try_from(&r).ok()?;
            return Ball { m, r, e }.checked();
        }
        let r = u64::try_from(&(r >> s)).ok()? + 2;
        Ball { m: shr(&m, s), r, e: e + s as i64 }.checked()
    }

    fn checked(self) -> Option<Ball> {
        if self.e.abs() > MAX_EXP { None } else { Some(self) }
    }

    pub(crate) fn from_rational(q: &RBig, prec: usize) -> Option<Ball> {
        let (n, d) = (q.numerator(), q.denominator());
        if d.is_one() {
            return Ball::new(n.clone(), UBig::ZERO, 0, prec);
        }
        // n·2^k / d with a quotient of about `prec` bits.
        let k = (prec as i64 + 2 + d.bit_len() as i64 - n.bit_len() as i64).max(0);
        let m = (n << k as usize) / IBig::from(d.clone());
        Ball::new(m, UBig::ONE, -k, prec)
    }

    /// Certainly exactly zero.
    pub(crate) fn is_exact_zero(&self) -> bool {
        self.r == 0 && self.m.is_zero()
    }

    pub(crate) fn contains_zero(&self) -> bool {
        (&self.m).unsigned_abs() <= UBig::from(self.r)
    }

    /// -1, 0 or 1 when the sign is certain.
    pub(crate) fn sign(&self) -> Option<i32> {
        if self.is_exact_zero() {
            return Some(0);
        }
        if self.contains_zero() {
            return None;
        }
        Some(if self.m.is_negative() { -1 } else { 1 })
    }

    /// Exponent of the top bit of the largest absolute value inside; `None` for an exact zero.
    pub(crate) fn magnitude(&self) -> Option<i64> {
        if self.is_exact_zero() {
            return None;
        }
        let top = (&self.m).unsigned_abs() + UBig::from(self.r);
        Some(self.e + top.bit_len() as i64)
    }

    /// Exponent bound of the radius: the width is at most `2^this`; `None` when exact.
    pub(crate) fn radius_exp(&self) -> Option<i64> {
        if self.r == 0 { None } else { Some(self.e + 64 - self.r.leading_zeros() as i64) }
    }

    pub(crate) fn neg(&self) -> Ball {
        Ball { m: -&self.m, r: self.r, e: self.e }
    }

    pub(crate) fn abs(&self) -> Ball {
        if self.m.is_negative() { self.neg() } else { self.clone() }
    }

    pub(crate) fn shift(&self, k: i64) -> Option<Ball> {
        Ball { m: self.m.clone(), r: self.r, e: self.e + k }.checked()
    }

    /// The ball widened by `2^k`.
    pub(crate) fn widen(&self, k: i64, prec: usize) -> Option<Ball> {
        let pad = Ball { m: IBig::ZERO, r: 1, e: k };
        self.add(&pad, prec)
    }

    pub(crate) fn add(&self, o: &Ball, prec: usize) -> Option<Ball> {
        if self.is_exact_zero() {
            return Some(o.clone());
        }
        if o.is_exact_zero() {
            return Some(self.clone());
        }
        // Bits far below the larger term cannot matter; they move into the radius.
        let top = self.magnitude()?.max(o.magnitude()?);
        let floor = top - prec as i64 - 8;
        let (a, b) = (self.truncate(floor), o.truncate(floor));
        let e = a.e.min(b.e);
        let (sa, sb) = ((a.e - e) as usize, (b.e - e) as usize);
        let m = (&a.m << sa) + (&b.m << sb);
        let r = (UBig::from(a.r) << sa) + (UBig::from(b.r) << sb);
        Ball::new(m, r, e, prec)
    }

    fn truncate(&self, floor: i64) -> Ball {
        if self.e >= floor {
            return self.clone();
        }
        let s = (floor - self.e) as u64;
        let r = if s >= 64 { 1 } else { (self.r >> s) + 2 };
        // A shift beyond the length leaves -1 or 0, which the extra unit covers.
        let m = if s as usize > self.m.bit_len() + 1 { IBig::ZERO } else { shr(&self.m, s as usize) };
        Ball { m, r: r + 1, e: floor }
    }

    pub(crate) fn sub(&self, o: &Ball, prec: usize) -> Option<Ball> {
        self.add(&o.neg(), prec)
    }

    pub(crate) fn mul(&self, o: &Ball, prec: usize) -> Option<Ball> {
        if self.is_exact_zero() || o.is_exact_zero() {
            return Some(Ball::zero());
        }
        let m = &self.m * &o.m;
        let r = if self.r == 0 && o.r == 0 {
            UBig::ZERO
        } else {
            (&self.m).unsigned_abs() * o.r
                + (&o.m).unsigned_abs() * self.r
                + UBig::from(self.r) * UBig::from(o.r)
        };
        Ball::new(m, r, self.e + o.e, prec)
    }

    /// Reciprocal; `None` when the ball touches zero.
    pub(crate) fn inv(&self, prec: usize) -> Option<Ball> {
        if self.contains_zero() {
            return None;
        }
        let n = (&self.m).unsigned_abs();
        let k = n.bit_len() + prec + 4;
        let q = (IBig::ONE << k) / &self.m;
        // |1/m - 1/(m±r)| <= r / (m (m - r))
        let r = if self.r == 0 {
            UBig::ONE
        } else {
            let low = &n - UBig::from(self.r);
            (UBig::from(self.r) << k) / (&n * low) + UBig::from(2u8)
        };
        Ball::new(q, r, -(k as i64) - self.e, prec)
    }

    /// Square root of a ball that is certainly not negative.
    pub(crate) fn sqrt(&self, prec: usize) -> Option<Ball> {
        if self.is_exact_zero() {
            return Some(Ball::zero());
        }
        if self.sign()? < 0 {
            return None;
        }
        let m = (&self.m).unsigned_abs();
        let mut k = (2 * prec + 8).saturating_sub(m.bit_len());
        if (self.e - k as i64) % 2 != 0 {
            k += 1;
        }
        let n = &m << k;
        let root = dashu_base::SquareRoot::sqrt(&n);
        // d sqrt = r / (2 sqrt(m - r)); sqrt(m - r) is at least half of sqrt(m) unless the ball is wide.
        let r = if self.r == 0 {
            UBig::ONE
        } else {
            let low = dashu_base::SquareRoot::sqrt(&((&m - UBig::from(self.r)) << k)).max(UBig::ONE);
            (UBig::from(self.r) << k) / low + UBig::from(2u8)
        };
        Ball::new(IBig::from(root), r, (self.e - k as i64) / 2, prec)
    }

    pub(crate) fn powi(&self, n: u64, prec: usize) -> Option<Ball> {
        let mut base = self.clone();
        let mut acc = Ball::int(1);
        let mut n = n;
        while n > 0 {
            if n & 1 == 1 {
                acc = acc.mul(&base, prec)?;
            }
            n >>= 1;
            if n > 0 {
                base = base.mul(&base, prec)?;
            }
        }
        Some(acc)
    }

    /// Certainly different numbers.
    pub(crate) fn disjoint(&self, o: &Ball, prec: usize) -> Option<bool> {
        Some(!self.sub(o, prec)?.contains_zero())
    }

    /// Midpoint as a fixed-point integer with `wp` fraction bits, and the radius in the same units.
    pub(crate) fn to_fixed(&self, wp: usize) -> (IBig, UBig) {
        let s = self.e + wp as i64;
        if s >= 0 {
            (&self.m << s as usize, UBig::from(self.r) << s as usize)
        } else {
            let s = (-s) as usize;
            (shr(&self.m, s), (UBig::from(self.r) >> s) + UBig::from(2u8))
        }
    }

    /// The integer every member rounds down to, when there is only one.
    pub(crate) fn floor(&self) -> Option<IBig> {
        if self.magnitude().unwrap_or(0) > 4096 {
            return None;
        }
        let lo = &self.m - IBig::from(self.r);
        let hi = &self.m + IBig::from(self.r);
        let (a, b) = if self.e >= 0 {
            (lo << self.e as usize, hi << self.e as usize)
        } else {
            let s = (-self.e) as usize;
            (lo >> s, hi >> s)
        };
        if a == b { Some(a) } else { None }
    }

    /// A rational near the midpoint (the midpoint itself), for display and keys.
    pub(crate) fn midpoint(&self) -> Option<RBig> {
        if self.e.abs() > 1 << 16 {
            return None;
        }
        Some(if self.e >= 0 {
            RBig::from(&self.m << self.e as usize)
        } else {
            RBig::from_parts(self.m.clone(), UBig::ONE << (-self.e) as usize)
        })
    }

    /// The exact lower and upper ends.
    pub(crate) fn ends(&self) -> Option<(RBig, RBig)> {
        let lo = Ball { m: &self.m - IBig::from(self.r), r: 0, e: self.e };
        let hi = Ball { m: &self.m + IBig::from(self.r), r: 0, e: self.e };
        Some((lo.midpoint()?, hi.midpoint()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::rational::ratio;

    #[test]
    fn thirds_add_up() {
        let t = Ball::from_rational(&ratio(1, 3), 100).unwrap();
        let s = t.add(&t, 100).unwrap().add(&t, 100).unwrap();
        assert!(!s.disjoint(&Ball::int(1), 100).unwrap());
        assert!(s.disjoint(&Ball::from_rational(&ratio(1_000_001, 1_000_000), 100).unwrap(), 100).unwrap());
    }

    #[test]
    fn root_and_inverse_enclose() {
        let two = Ball::int(2);
        let r = two.sqrt(200).unwrap();
        assert!(!r.mul(&r, 200).unwrap().disjoint(&two, 200).unwrap());
        assert!(r.radius_exp().unwrap() < -190);
        let i = r.inv(200).unwrap();
        assert!(!i.mul(&r, 200).unwrap().disjoint(&Ball::int(1), 200).unwrap());
        let third = Ball::from_rational(&ratio(-1, 3), 64).unwrap().inv(64).unwrap();
        assert!(!third.disjoint(&Ball::int(-3), 64).unwrap());
    }

    #[test]
    fn tiny_numbers_stay_apart() {
        let a = Ball::int(1).shift(-98).unwrap();
        let b = Ball::int(1).shift(-99).unwrap();
        assert!(a.disjoint(&b, 64).unwrap());
    }

    #[test]
    fn floor_is_certain_or_nothing() {
        let x = Ball::from_rational(&ratio(-7, 2), 64).unwrap();
        assert_eq!(x.floor(), Some(IBig::from(-4)));
        assert_eq!(Ball::int(3).widen(-10, 64).unwrap().floor(), None);
    }
}
