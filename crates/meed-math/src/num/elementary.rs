//! Elementary functions on [`Ball`]s, evaluated in fixed point with counted rounding errors.
//!
//! Each function reduces its argument, sums a Taylor series on big integers, undoes the reduction, and
//! widens the result by a bound on everything that was rounded. The bounds are generous: a few dozen
//! guard bits cost nothing beside the multiplication.

use std::cell::RefCell;

use dashu_base::{BitTest, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::ball::Ball;
use crate::budget::{Budget, Spent};

/// Why a value could not be enclosed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fail {
    /// The budget ran out.
    Spent,
    /// Outside the domain (division by an exact zero, logarithm of zero…).
    Undefined,
    /// Not decidable at this precision (touches a branch point, a jump or a pole).
    Unsure,
    /// Too large for interval arithmetic.
    Huge,
    /// Not a number this evaluator understands.
    Unsupported,
}

impl From<Spent> for Fail {
    fn from(_: Spent) -> Fail {
        Fail::Spent
    }
}

/// Result of an enclosure.
pub(crate) type Enclosed<T> = Result<T, Fail>;

/// Evaluator of real functions at one precision, with its constants.
pub(crate) struct Reals<'a> {
    pub(crate) prec: usize,
    pub(crate) budget: &'a Budget,
    constants: RefCell<Constants>,
}

#[derive(Default)]
struct Constants {
    pi: Option<(usize, IBig)>,
    ln2: Option<(usize, IBig)>,
}

fn huge<T>(x: Option<T>) -> Enclosed<T> {
    x.ok_or(Fail::Huge)
}

impl<'a> Reals<'a> {
    pub(crate) fn new(prec: usize, budget: &'a Budget) -> Self {
        Reals { prec, budget, constants: RefCell::default() }
    }

    /// Pays for `n` multiplications at this precision plus `extra` bits.
    pub(crate) fn pay(&self, n: usize, extra: usize) -> Enclosed<()> {
        let words = ((self.prec + extra) / 64 + 2) as u64;
        // Schoolbook cost for small sizes, growing more slowly above.
        let unit = if words < 32 { 2 + words * words / 8 } else { words * 6 };
        Ok(self.budget.pay(n as u64 * unit)?)
    }

    pub(crate) fn add(&self, a: &Ball, b: &Ball) -> Enclosed<Ball> {
        self.pay(1, 0)?;
        huge(a.add(b, self.prec))
    }

    pub(crate) fn sub(&self, a: &Ball, b: &Ball) -> Enclosed<Ball> {
        self.pay(1, 0)?;
        huge(a.sub(b, self.prec))
    }

    pub(crate) fn mul(&self, a: &Ball, b: &Ball) -> Enclosed<Ball> {
        self.pay(2, 0)?;
        huge(a.mul(b, self.prec))
    }

    pub(crate) fn inv(&self, a: &Ball) -> Enclosed<Ball> {
        self.pay(8, 0)?;
        match a.sign() {
            Some(0) => Err(Fail::Undefined),
            None => Err(Fail::Unsure),
            Some(_) => huge(a.inv(self.prec)),
        }
    }

    pub(crate) fn sqrt(&self, a: &Ball) -> Enclosed<Ball> {
        self.pay(10, 0)?;
        match a.sign() {
            Some(s) if s >= 0 => huge(a.sqrt(self.prec)),
            Some(_) => Err(Fail::Undefined),
            None => Err(Fail::Unsure),
        }
    }

    pub(crate) fn rational(&self, q: &RBig) -> Enclosed<Ball> {
        self.pay(4, super::rational::bits(q))?;
        huge(Ball::from_rational(q, self.prec))
    }

    pub(crate) fn powi(&self, a: &Ball, n: u64) -> Enclosed<Ball> {
        let steps = 2 * (64 - n.leading_zeros() as usize) + 1;
        self.pay(2 * steps, 64)?;
        // Errors grow with n, so work with guard bits for its length.
        let wp = self.prec + 2 * (64 - n.leading_zeros() as usize);
        huge(a.powi(n, wp).and_then(|b| b.add(&Ball::zero(), self.prec)))
    }

    fn series_cost(&self, terms: usize, wp: usize) -> Enclosed<()> {
        self.pay(2 * terms + 4, wp.saturating_sub(self.prec))
    }

    /// π as fixed point with `wp` fraction bits, error below 2 units.
    fn pi_fixed(&self, wp: usize) -> Enclosed<IBig> {
        if let Some((have, v)) = &self.constants.borrow().pi
            && *have >= wp
        {
            return Ok(v >> (have - wp));
        }
        // Machin: π = 16 atan(1/5) - 4 atan(1/239), with 32 guard bits.
        let g = wp + 32;
        self.budget.pay((wp as u64 / 2 + 8) * (wp as u64 / 64 + 2) / 2)?;
        let v: IBig = (atan_inverse(5, g) * 16 - atan_inverse(239, g) * 4) >> 32usize;
        self.constants.borrow_mut().pi = Some((wp, v.clone()));
        Ok(v)
    }

    fn ln2_fixed(&self, wp: usize) -> Enclosed<IBig> {
        if let Some((have, v)) = &self.constants.borrow().ln2
            && *have >= wp
        {
            return Ok(v >> (have - wp));
        }
        // ln 2 = 18 atanh(1/26) - 2 atanh(1/4801) + 8 atanh(1/8749)
        let g = wp + 32;
        self.budget.pay((wp as u64 / 2 + 8) * (wp as u64 / 64 + 2) / 2)?;
        let v: IBig =
            (atanh_inverse(26, g) * 18 - atanh_inverse(4801, g) * 2 + atanh_inverse(8749, g) * 8) >> 32usize;
        self.constants.borrow_mut().ln2 = Some((wp, v.clone()));
        Ok(v)
    }

    pub(crate) fn pi(&self) -> Enclosed<Ball> {
        let wp = self.prec + 8;
        let m = self.pi_fixed(wp)?;
        huge(Ball::new(m, UBig::from(4u8), -(wp as i64), self.prec))
    }

    pub(crate) fn exp(&self, x: &Ball) -> Enclosed<Ball> {
        if x.is_exact_zero() {
            return Ok(Ball::int(1));
        }
        let mag = x.magnitude().unwrap_or(0);
        if mag > 38 {
            return Err(Fail::Huge);
        }
        if x.radius_exp().is_some_and(|r| r > -2) {
            return Err(Fail::Unsure);
        }
        if mag < -(self.prec as i64) - 8 {
            // e^x = 1 + x(1 + tiny)
            return huge(Ball::int(1).add(x, self.prec).and_then(|b| b.widen(2 * mag + 1, self.prec)));
        }
        let halve = ((self.prec as f64).sqrt() as usize / 2 + 2).min(64);
        let wp = self.prec + 24 + halve * 2 + mag.max(0) as usize;
        let (m, r) = x.to_fixed(wp);
        let ln2 = self.ln2_fixed(wp + 48)?;
        // x = k ln 2 + t
        let k = ((&m << 48) + (&ln2 >> 1)).div_floor_by(&ln2);
        let t = &m - ((&k * &ln2) >> 48);
        let t = t >> halve;
        let one = IBig::ONE << wp;
        let mut term = one.clone();
        let mut sum = one;
        let mut n = 1u32;
        while !term.is_zero() && n < 4096 {
            term = ((term * &t) >> wp) / IBig::from(n);
            if term == -IBig::ONE {
                break;
            }
            sum += &term;
            n += 1;
        }
        self.series_cost(n as usize + halve, wp)?;
        for _ in 0..halve {
            sum = (&sum * &sum) >> wp;
        }
        // Rounding: n + 4 units before squaring, at most tripled per squaring in relative terms.
        let mut err = UBig::from(4 * n + 64) << (2 * halve);
        // The argument's own radius: |e^(m±r) - e^m| <= e^m · 2r for r < 1/2.
        err += (((&sum).unsigned_abs() * (&r + UBig::ONE)) >> wp) * UBig::from(4u8) + UBig::ONE;
        let k = i64::try_from(&k).map_err(|_| Fail::Huge)?;
        huge(Ball::new(sum, err, k - wp as i64, self.prec))
    }

    /// Natural logarithm of a ball that is certainly positive.
    pub(crate) fn ln(&self, x: &Ball) -> Enclosed<Ball> {
        match x.sign() {
            Some(1) => {}
            Some(0) | Some(_) => return Err(Fail::Undefined),
            None => return Err(Fail::Unsure),
        }
        let mag = x.magnitude().unwrap_or(0);
        if x.radius_exp().is_some_and(|r| r > mag - 3) {
            return Err(Fail::Unsure);
        }
        let roots = ((self.prec as f64).sqrt() as usize / 2 + 2).min(48);
        let wp = self.prec + 40 + 2 * roots;
        // x = y · 2^mag, 1/2 <= y <= 1
        let y = huge(x.shift(-mag))?;
        let (m, r) = y.to_fixed(wp);
        let mut v = m.clone();
        self.pay(8 * roots, 100)?;
        for _ in 0..roots {
            v = IBig::from(dashu_base::SquareRoot::sqrt(&(v.unsigned_abs() << wp)));
        }
        // ln v = 2 atanh((v-1)/(v+1))
        let one = IBig::ONE << wp;
        let z = ((&v - &one) << wp) / (&v + &one);
        let z2 = (&z * &z) >> wp;
        let mut power = z.clone();
        let mut sum = z;
        let mut n = 3u32;
        while !power.is_zero() && n < 8192 {
            power = (&power * &z2) >> wp;
            let t = &power / IBig::from(n);
            if t.is_zero() || power == -IBig::ONE {
                break;
            }
            sum += t;
            n += 2;
        }
        self.series_cost(n as usize, wp)?;
        let ln_y = sum << (roots + 1);
        let err = (UBig::from(4 * n + 64) << (roots + 1)) + (r * UBig::from(8u8)) + UBig::from(8u8);
        let y = huge(Ball::new(ln_y, err, -(wp as i64), self.prec + 8))?;
        let ln2 = self.ln2_fixed(wp)?;
        let l = huge(Ball::new(ln2 * mag, UBig::from(mag.unsigned_abs() * 4 + 4), -(wp as i64), wp + 64))?;
        huge(y.add(&l, self.prec))
    }

    /// Sine and cosine together.
    pub(crate) fn sin_cos(&self, x: &Ball) -> Enclosed<(Ball, Ball)> {
        if x.is_exact_zero() {
            return Ok((Ball::zero(), Ball::int(1)));
        }
        let mag = x.magnitude().unwrap_or(0);
        if mag > 1 << 14 {
            return Err(Fail::Huge);
        }
        if x.radius_exp().is_some_and(|r| r > 0) {
            return Err(Fail::Unsure);
        }
        if mag < -(self.prec as i64) - 8 {
            let c = huge(Ball::int(1).widen(2 * mag + 1, self.prec))?;
            return Ok((huge(x.widen(3 * mag + 1, self.prec))?, c));
        }
        let halve = ((self.prec as f64).sqrt() as usize / 2 + 2).min(64);
        // Small arguments need extra fraction bits for a good relative error of the sine.
        let wp = self.prec + 32 + 2 * halve + mag.unsigned_abs() as usize;
        let (m, r) = x.to_fixed(wp);
        let pi = self.pi_fixed(wp + mag.max(0) as usize + 16)?;
        let g = mag.max(0) as usize + 16;
        let half_pi = &pi >> 1;
        let k = ((&m << g) + (&half_pi >> 1)).div_floor_by(&half_pi);
        let t = (&m - ((&k * &half_pi) >> g)) >> halve;
        // Taylor series of both at t.
        let one = IBig::ONE << wp;
        let (mut s, mut c) = (IBig::ZERO, one.clone());
        let mut term = one;
        let mut n = 1u32;
        while !term.is_zero() && n < 4096 {
            term = ((term * &t) >> wp) / IBig::from(n);
            if term == -IBig::ONE {
                break;
            }
            match n % 4 {
                0 => c += &term,
                1 => s += &term,
                2 => c -= &term,
                _ => s -= &term,
            }
            n += 1;
        }
        self.series_cost(n as usize + 2 * halve, wp)?;
        for _ in 0..halve {
            let s2 = (&s * &c) >> (wp - 1);
            c = (&c * &c - &s * &s) >> wp;
            s = s2;
        }
        let err = (UBig::from(4 * n + 64) << (2 * halve)) + r * UBig::from(2u8) + UBig::from(4u8);
        let quad = i64::try_from(&(k & IBig::from(3))).unwrap_or(0);
        let (s, c) = match quad {
            0 => (s, c),
            1 => (c, -s),
            2 => (-s, -c),
            _ => (-c, s),
        };
        let e = -(wp as i64);
        Ok((huge(Ball::new(s, err.clone(), e, self.prec))?, huge(Ball::new(c, err, e, self.prec))?))
    }

    pub(crate) fn atan(&self, x: &Ball) -> Enclosed<Ball> {
        if x.is_exact_zero() {
            return Ok(Ball::zero());
        }
        let mag = x.magnitude().unwrap_or(0);
        if mag > 1 {
            // atan x = ±π/2 - atan(1/x)
            let inv = self.inv(x)?;
            let half = huge(self.pi()?.shift(-1))?;
            let half = if x.sign() == Some(-1) { half.neg() } else { half };
            return self.sub(&half, &self.atan(&inv)?);
        }
        let steps = 8usize;
        let wp = self.prec + 64 + 2 * steps + (-mag).clamp(0, 4096) as usize;
        if mag < -4096 {
            return huge(x.widen(3 * mag + 2, self.prec));
        }
        let (m, r) = x.to_fixed(wp);
        let one = IBig::ONE << wp;
        let mut v = m;
        self.pay(12 * steps, 100)?;
        for _ in 0..steps {
            // v / (1 + sqrt(1 + v²))
            let root = dashu_base::SquareRoot::sqrt(&((&one * &one) + &v * &v).unsigned_abs());
            v = (&v << wp) / (&one + IBig::from(root));
        }
        let v2 = (&v * &v) >> wp;
        let mut power = v.clone();
        let mut sum = v;
        let mut n = 3u32;
        let mut minus = true;
        while !power.is_zero() && n < 8192 {
            power = (&power * &v2) >> wp;
            if power == -IBig::ONE {
                break;
            }
            let t = &power / IBig::from(n);
            if minus {
                sum -= t
            } else {
                sum += t
            }
            minus = !minus;
            n += 2;
        }
        self.series_cost(n as usize, wp)?;
        let err = (UBig::from(4 * n + 64) << (steps + 2)) + r * UBig::from(2u8);
        huge(Ball::new(sum << steps, err, -(wp as i64), self.prec))
    }

    /// `ln(n!)` for an exact non-negative integer of any size, by Stirling's series.
    pub(crate) fn ln_factorial(&self, n: &IBig) -> Enclosed<Ball> {
        if n.bit_len() > 4096 || n.is_negative() {
            return Err(Fail::Huge);
        }
        let z = huge(Ball::new(n + IBig::ONE, UBig::ZERO, 0, self.prec + 4096))?;
        // ln Γ(z) = (z - 1/2) ln z - z + ln(2π)/2 + Σ B_2k / (2k (2k-1) z^(2k-1)), z = n + 1
        let ln_z = self.ln(&z)?;
        let half = huge(Ball::int(1).shift(-1))?;
        let a = self.mul(&self.sub(&z, &half)?, &ln_z)?;
        let two_pi = huge(self.pi()?.shift(1))?;
        let c = huge(self.ln(&two_pi)?.shift(-1))?;
        let mut sum = self.add(&self.sub(&a, &z)?, &c)?;
        let inv = self.inv(&z)?;
        let inv2 = self.mul(&inv, &inv)?;
        let mut power = inv;
        let numbers = bernoulli(24);
        for (i, b) in numbers.iter().enumerate() {
            let k = i as i64 + 1;
            let coeff = b / super::rational::int(2 * k * (2 * k - 1));
            let term = self.mul(&self.rational(&coeff)?, &power)?;
            let mag = term.magnitude().unwrap_or(i64::MIN / 2);
            sum = self.add(&sum, &term)?;
            let target = sum.magnitude().unwrap_or(0) - self.prec as i64;
            if mag < target || i + 1 == numbers.len() {
                // The remainder is smaller than the last term used.
                return huge(sum.widen(mag + 1, self.prec));
            }
            power = self.mul(&power, &inv2)?;
        }
        Err(Fail::Unsure)
    }
}

/// The first `n` Bernoulli numbers of even index 2, 4, ….
fn bernoulli(n: usize) -> Vec<RBig> {
    // Tangent numbers would be faster; two dozen values do not need it.
    let m = 2 * n;
    let mut a: Vec<RBig> = Vec::with_capacity(m + 1);
    let mut out = Vec::with_capacity(n);
    for i in 0..=m {
        a.push(RBig::from_parts(IBig::ONE, UBig::from(i + 1)));
        for j in (1..=i).rev() {
            let d = &a[j - 1] - &a[j];
            a[j - 1] = d * RBig::from(UBig::from(j));
        }
        if i >= 2 && i % 2 == 0 {
            out.push(a[0].clone());
        }
    }
    out
}

fn atan_inverse(q: u32, wp: usize) -> IBig {
    let q2 = IBig::from(q) * IBig::from(q);
    let mut power = (IBig::ONE << wp) / IBig::from(q);
    let mut sum = power.clone();
    let mut n = 3u32;
    let mut minus = true;
    loop {
        power /= &q2;
        if power.is_zero() {
            return sum;
        }
        let t = &power / IBig::from(n);
        if minus {
            sum -= t
        } else {
            sum += t
        }
        minus = !minus;
        n += 2;
    }
}

fn atanh_inverse(q: u32, wp: usize) -> IBig {
    let q2 = IBig::from(q) * IBig::from(q);
    let mut power = (IBig::ONE << wp) / IBig::from(q);
    let mut sum = power.clone();
    let mut n = 3u32;
    loop {
        power /= &q2;
        if power.is_zero() {
            return sum;
        }
        sum += &power / IBig::from(n);
        n += 2;
    }
}

/// Floor division for big integers.
trait DivFloor {
    fn div_floor_by(&self, d: &IBig) -> IBig;
}

impl DivFloor for IBig {
    fn div_floor_by(&self, d: &IBig) -> IBig {
        let q = self / d;
        let r = self - &q * d;
        if !r.is_zero() && (r.is_negative() != d.is_negative()) { q - IBig::ONE } else { q }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::rational::ratio;

    fn close(b: &Ball, text: &str) {
        // `text` is a decimal with many digits; the ball must contain it up to its last place.
        let (int, frac) = text.split_once('.').unwrap();
        let digits: IBig = format!("{int}{frac}").parse().unwrap();
        let q = RBig::from_parts(digits, UBig::from(10u8).pow(frac.len()));
        let d = b.sub(&Ball::from_rational(&q, 400).unwrap(), 400).unwrap();
        let limit = -(frac.len() as i64 * 33 / 10) + 1;
        assert!(d.magnitude().is_none_or(|m| m < limit), "{text}: {d:?}");
        assert!(b.radius_exp().is_none_or(|r| r < limit), "{text}: radius {b:?}");
    }

    #[test]
    fn known_values() {
        let budget = Budget::new(u64::MAX);
        let f = Reals::new(200, &budget);
        close(&f.pi().unwrap(), "3.14159265358979323846264338327950288419716939937510");
        close(&f.exp(&Ball::int(1)).unwrap(), "2.71828182845904523536028747135266249775724709369995");
        close(&f.exp(&Ball::int(-20)).unwrap(), "0.00000000206115362243855782796594038015582097637580");
        close(&f.ln(&Ball::int(10)).unwrap(), "2.30258509299404568401799145468436420760110148862877");
        let t = Ball::from_rational(&ratio(1, 10), 220).unwrap();
        close(&f.ln(&t).unwrap(), "-2.30258509299404568401799145468436420760110148862877");
        let (s, c) = f.sin_cos(&Ball::int(10)).unwrap();
        close(&s, "-0.54402111088936981340474766185137728168364301291621");
        close(&c, "-0.83907152907645245225886394782406483451993016513316");
        close(&f.atan(&Ball::int(3)).unwrap(), "1.24904577239825442582991707728109012307782940412989");
        let l = f.ln_factorial(&IBig::from(10000)).unwrap();
        close(&l, "82108.9278368143534553850300635");
    }

    #[test]
    fn small_and_large_arguments_keep_relative_precision() {
        let budget = Budget::new(u64::MAX);
        let f = Reals::new(128, &budget);
        let tiny = Ball::int(1).shift(-60).unwrap();
        let (s, _) = f.sin_cos(&tiny).unwrap();
        assert!(s.radius_exp().unwrap() < -60 - 110);
        let (s, _) = f.sin_cos(&Ball::int(1_000_000_007)).unwrap();
        close(&s, "0.961993256452");
        let back = f.ln(&f.exp(&Ball::int(700)).unwrap()).unwrap();
        assert!(!back.disjoint(&Ball::int(700), 128).unwrap());
    }
}
