//! Complex numbers as pairs of balls, principal branches.

use super::ball::Ball;
use super::elementary::{Enclosed, Fail, Reals};

/// `re + i·im`.
#[derive(Clone, Debug)]
pub(crate) struct Complex {
    pub(crate) re: Ball,
    pub(crate) im: Ball,
}

impl Complex {
    pub(crate) fn real(re: Ball) -> Complex {
        Complex { re, im: Ball::zero() }
    }

    pub(crate) fn is_real(&self) -> bool {
        self.im.is_exact_zero()
    }

    pub(crate) fn is_exact_zero(&self) -> bool {
        self.re.is_exact_zero() && self.im.is_exact_zero()
    }

    /// Certainly another number than `o`.
    pub(crate) fn differs(&self, o: &Complex, prec: usize) -> Enclosed<bool> {
        Ok(self.re.disjoint(&o.re, prec).ok_or(Fail::Huge)?
            || self.im.disjoint(&o.im, prec).ok_or(Fail::Huge)?)
    }
}

impl Reals<'_> {
    pub(crate) fn c_add(&self, a: &Complex, b: &Complex) -> Enclosed<Complex> {
        Ok(Complex { re: self.add(&a.re, &b.re)?, im: self.add(&a.im, &b.im)? })
    }

    pub(crate) fn c_mul(&self, a: &Complex, b: &Complex) -> Enclosed<Complex> {
        if a.is_real() && b.is_real() {
            return Ok(Complex::real(self.mul(&a.re, &b.re)?));
        }
        let re = self.sub(&self.mul(&a.re, &b.re)?, &self.mul(&a.im, &b.im)?)?;
        let im = self.add(&self.mul(&a.re, &b.im)?, &self.mul(&a.im, &b.re)?)?;
        Ok(Complex { re, im })
    }

    pub(crate) fn c_inv(&self, a: &Complex) -> Enclosed<Complex> {
        if a.is_real() {
            return Ok(Complex::real(self.inv(&a.re)?));
        }
        let n = self.add(&self.mul(&a.re, &a.re)?, &self.mul(&a.im, &a.im)?)?;
        let i = self.inv(&n)?;
        Ok(Complex { re: self.mul(&a.re, &i)?, im: self.mul(&a.im, &i)?.neg() })
    }

    pub(crate) fn c_powi(&self, a: &Complex, n: u64) -> Enclosed<Complex> {
        if a.is_real() {
            return Ok(Complex::real(self.powi(&a.re, n)?));
        }
        let mut base = a.clone();
        let mut acc = Complex::real(Ball::int(1));
        let mut n = n;
        while n > 0 {
            if n & 1 == 1 {
                acc = self.c_mul(&acc, &base)?;
            }
            n >>= 1;
            if n > 0 {
                base = self.c_mul(&base, &base)?;
            }
        }
        Ok(acc)
    }

    pub(crate) fn c_abs(&self, a: &Complex) -> Enclosed<Ball> {
        if a.is_real() {
            return Ok(a.re.abs());
        }
        self.sqrt(&self.add(&self.mul(&a.re, &a.re)?, &self.mul(&a.im, &a.im)?)?)
    }

    /// Argument in (-π, π].
    pub(crate) fn c_arg(&self, a: &Complex) -> Enclosed<Ball> {
        let half_pi = self.pi()?.shift(-1).ok_or(Fail::Huge)?;
        match (a.re.sign(), a.im.sign()) {
            (Some(0), Some(0)) => Err(Fail::Undefined),
            (Some(1), Some(0)) => Ok(Ball::zero()),
            (Some(-1), Some(0)) => self.pi(),
            (Some(1), _) => self.atan(&self.mul(&a.im, &self.inv(&a.re)?)?),
            (_, Some(1)) => self.sub(&half_pi, &self.atan(&self.mul(&a.re, &self.inv(&a.im)?)?)?),
            (_, Some(-1)) => Ok(self.add(&half_pi, &self.atan(&self.mul(&a.re, &self.inv(&a.im)?)?)?)?.neg()),
            _ => Err(Fail::Unsure),
        }
    }

    pub(crate) fn c_exp(&self, a: &Complex) -> Enclosed<Complex> {
        let r = self.exp(&a.re)?;
        if a.is_real() {
            return Ok(Complex::real(r));
        }
        let (s, c) = self.sin_cos(&a.im)?;
        Ok(Complex { re: self.mul(&r, &c)?, im: self.mul(&r, &s)? })
    }

    pub(crate) fn c_ln(&self, a: &Complex) -> Enclosed<Complex> {
        if a.is_real() && a.re.sign() == Some(1) {
            return Ok(Complex::real(self.ln(&a.re)?));
        }
        Ok(Complex { re: self.ln(&self.c_abs(a)?)?, im: self.c_arg(a)? })
    }

    pub(crate) fn c_sqrt(&self, a: &Complex) -> Enclosed<Complex> {
        if a.is_real() {
            return match a.re.sign() {
                Some(s) if s >= 0 => Ok(Complex::real(self.sqrt(&a.re)?)),
                Some(_) => Ok(Complex { re: Ball::zero(), im: self.sqrt(&a.re.neg())? }),
                None => Err(Fail::Unsure),
            };
        }
        // Through |a|: re = sqrt((|a| + x)/2), im = y / (2 re); mirrored when x < 0.
        let r = self.c_abs(a)?;
        let half = |b: &Ball| b.shift(-1).ok_or(Fail::Huge);
        if a.re.sign() == Some(-1) {
            let im = self.sqrt(&half(&self.sub(&r, &a.re)?)?)?;
            let re = self.mul(&half(&a.im)?, &self.inv(&im)?)?;
            return match a.im.sign() {
                Some(-1) => Ok(Complex { re: re.neg(), im: im.neg() }),
                Some(_) => Ok(Complex { re, im }),
                None => Err(Fail::Unsure),
            };
        }
        let re = self.sqrt(&half(&self.add(&r, &a.re)?)?)?;
        let im = self.mul(&half(&a.im)?, &self.inv(&re)?)?;
        Ok(Complex { re, im })
    }

    /// `a^b` on the principal branch.
    pub(crate) fn c_pow(&self, a: &Complex, b: &Complex) -> Enclosed<Complex> {
        if a.is_exact_zero() {
            return match b.re.sign() {
                Some(1) => Ok(Complex::real(Ball::zero())),
                Some(_) => Err(Fail::Undefined),
                None => Err(Fail::Unsure),
            };
        }
        self.c_exp(&self.c_mul(&self.c_ln(a)?, b)?)
    }

    /// Sine and cosine of a complex number.
    pub(crate) fn c_sin_cos(&self, a: &Complex) -> Enclosed<(Complex, Complex)> {
        let (s, c) = self.sin_cos(&a.re)?;
        if a.is_real() {
            return Ok((Complex::real(s), Complex::real(c)));
        }
        let up = self.exp(&a.im)?;
        let down = self.inv(&up)?;
        let half = |b: Ball| b.shift(-1).ok_or(Fail::Huge);
        let (ch, sh) = (half(self.add(&up, &down)?)?, half(self.sub(&up, &down)?)?);
        Ok((
            Complex { re: self.mul(&s, &ch)?, im: self.mul(&c, &sh)? },
            Complex { re: self.mul(&c, &ch)?, im: self.mul(&s, &sh)?.neg() },
        ))
    }
}
