//! Certified evaluation of an expression at a point.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use crate::expr::{Binder, Const, Expr, Func};
use crate::num::elementary::{Enclosed, Fail};
use crate::num::rational::{is_negative, to_i64};
use crate::num::{Ball, Complex, Reals};

/// The most terms a finite sum or product is expanded to.
const MAX_TERMS: i64 = 4_000;

/// Values of the variables.
pub(crate) type Point = [(crate::expr::Name, RBig)];

/// Encloses `e` at `point`.
pub(crate) fn eval(e: &Expr, point: &Point, f: &Reals<'_>) -> Enclosed<Complex> {
    f.budget.pay(3)?;
    match e {
        Expr::Num(q) => Ok(Complex::real(f.rational(q)?)),
        Expr::Const(Const::Pi) => Ok(Complex::real(f.pi()?)),
        Expr::Const(Const::E) => Ok(Complex::real(f.exp(&Ball::int(1))?)),
        Expr::Const(Const::I) => Ok(Complex { re: Ball::zero(), im: Ball::int(1) }),
        Expr::Const(Const::Infinity) => Err(Fail::Undefined),
        Expr::Var(n) => match point.iter().rev().find(|(k, _)| k == n) {
            Some((_, q)) => Ok(Complex::real(f.rational(q)?)),
            None => Err(Fail::Unsupported),
        },
        Expr::Add(v) => {
            let mut acc = Complex::real(Ball::zero());
            for e in v {
                acc = f.c_add(&acc, &eval(e, point, f)?)?;
            }
            Ok(acc)
        }
        Expr::Mul(v) => {
            let mut acc = Complex::real(Ball::int(1));
            for e in v {
                acc = f.c_mul(&acc, &eval(e, point, f)?)?;
            }
            Ok(acc)
        }
        Expr::Pow(b, e) => power(b, e, point, f),
        Expr::Call(g, v) => call(*g, v, point, f),
        Expr::Apply(..) => Err(Fail::Unsupported),
        Expr::Bind(b, n, v) => bind(*b, n, v, point, f),
    }
}

fn power(b: &Expr, e: &Expr, point: &Point, f: &Reals<'_>) -> Enclosed<Complex> {
    if let Expr::Const(Const::E) = b {
        return f.c_exp(&eval(e, point, f)?);
    }
    let base = eval(b, point, f)?;
    if let Expr::Num(q) = e {
        return rational_power(&base, q, f);
    }
    let exp = eval(e, point, f)?;
    if exp.is_real()
        && let Some(n) = exact_integer(&exp.re)
    {
        return rational_power(&base, &RBig::from(n), f);
    }
    f.c_pow(&base, &exp)
}

/// `base^q`; odd roots of negative reals are real.
fn rational_power(base: &Complex, q: &RBig, f: &Reals<'_>) -> Enclosed<Complex> {
    if q.is_zero() {
        return if base.is_exact_zero() { Err(Fail::Undefined) } else { Ok(Complex::real(Ball::int(1))) };
    }
    let n = u64::try_from(&dashu_base::Abs::abs(q.numerator().clone())).map_err(|_| Fail::Huge)?;
    let invert = |v: Complex| if is_negative(q) { f.c_inv(&v) } else { Ok(v) };
    if q.is_int() {
        return invert(f.c_powi(base, n)?);
    }
    if base.is_exact_zero() {
        return if is_negative(q) { Err(Fail::Undefined) } else { Ok(base.clone()) };
    }
    let k = u64::try_from(q.denominator()).map_err(|_| Fail::Huge)?;
    if k == 2 {
        return invert(f.c_powi(&f.c_sqrt(base)?, n)?);
    }
    if !base.is_real() {
        return f.c_pow(base, &Complex::real(f.rational(q)?));
    }
    let sign = base.re.sign().ok_or(Fail::Unsure)?;
    if sign < 0 && k % 2 == 0 {
        return f.c_pow(base, &Complex::real(f.rational(q)?));
    }
    let ln = f.ln(&base.re.abs())?;
    let v = f.exp(&f.mul(&ln, &f.rational(q)?)?)?;
    Ok(Complex::real(if sign < 0 && n % 2 == 1 { v.neg() } else { v }))
}

fn exact_integer(b: &Ball) -> Option<IBig> {
    if b.radius_exp().is_some() {
        return None;
    }
    let n = b.floor()?;
    let (lo, _) = b.ends()?;
    if lo == RBig::from(n.clone()) { Some(n) } else { None }
}

fn real(v: Complex) -> Enclosed<Ball> {
    if v.is_real() { Ok(v.re) } else { Err(Fail::Undefined) }
}

fn call(g: Func, v: &[Expr], point: &Point, f: &Reals<'_>) -> Enclosed<Complex> {
    let arg = |i: usize| match v.get(i) {
        Some(e) => eval(e, point, f),
        None => Err(Fail::Unsupported),
    };
    let one = || Complex::real(Ball::int(1));
    let half = |b: Ball| b.shift(-1).ok_or(Fail::Huge);
    let ok = |b: Ball| Ok(Complex::real(b));
    match g {
        Func::Sin => Ok(f.c_sin_cos(&arg(0)?)?.0),
        Func::Cos => Ok(f.c_sin_cos(&arg(0)?)?.1),
        Func::Tan | Func::Cot => {
            let (s, c) = f.c_sin_cos(&arg(0)?)?;
            if g == Func::Tan { f.c_mul(&s, &f.c_inv(&c)?) } else { f.c_mul(&c, &f.c_inv(&s)?) }
        }
        Func::Sec => f.c_inv(&f.c_sin_cos(&arg(0)?)?.1),
        Func::Csc => f.c_inv(&f.c_sin_cos(&arg(0)?)?.0),
        Func::Asin => ok(asin(&real(arg(0)?)?, f)?),
        Func::Acos => ok(f.sub(&half(f.pi()?)?, &asin(&real(arg(0)?)?, f)?)?),
        Func::Atan => ok(f.atan(&real(arg(0)?)?)?),
        Func::Acot => ok(f.sub(&half(f.pi()?)?, &f.atan(&real(arg(0)?)?)?)?),
        Func::Asec => ok(f.sub(&half(f.pi()?)?, &asin(&f.inv(&real(arg(0)?)?)?, f)?)?),
        Func::Acsc => ok(asin(&f.inv(&real(arg(0)?)?)?, f)?),
        Func::Sinh | Func::Cosh | Func::Tanh | Func::Coth | Func::Sech | Func::Csch => {
            let up = f.c_exp(&arg(0)?)?;
            let down = f.c_inv(&up)?;
            let neg = Complex { re: down.re.neg(), im: down.im.neg() };
            let two = |c: Complex| Ok::<_, Fail>(Complex { re: half(c.re)?, im: half(c.im)? });
            let (s, c) = (two(f.c_add(&up, &neg)?)?, two(f.c_add(&up, &down)?)?);
            match g {
                Func::Sinh => Ok(s),
                Func::Cosh => Ok(c),
                Func::Tanh => f.c_mul(&s, &f.c_inv(&c)?),
                Func::Coth => f.c_mul(&c, &f.c_inv(&s)?),
                Func::Sech => f.c_inv(&c),
                _ => f.c_inv(&s),
            }
        }
        Func::Asinh | Func::Acosh => {
            let x = real(arg(0)?)?;
            let sign = if g == Func::Asinh { Ball::int(1) } else { Ball::int(-1) };
            let root = f.c_sqrt(&Complex::real(f.add(&f.mul(&x, &x)?, &sign)?))?;
            ok(f.ln(&f.add(&x, &real(root)?)?)?)
        }
        Func::Atanh => {
            let x = real(arg(0)?)?;
            let q = f.mul(&f.add(&Ball::int(1), &x)?, &f.inv(&f.sub(&Ball::int(1), &x)?)?)?;
            ok(half(f.ln(&q)?)?)
        }
        Func::Ln => f.c_ln(&arg(0)?),
        Func::Abs => ok(f.c_abs(&arg(0)?)?),
        Func::Sign => match real(arg(0)?)?.sign() {
            Some(s) => ok(Ball::int(i64::from(s))),
            None => Err(Fail::Unsure),
        },
        Func::Floor | Func::Ceil => {
            let x = real(arg(0)?)?;
            let x = if g == Func::Ceil { x.neg() } else { x };
            let n = x.floor().ok_or(Fail::Unsure)?;
            let n = if g == Func::Ceil { -n } else { n };
            ok(Ball::new(n, UBig::ZERO, 0, f.prec + 4096).ok_or(Fail::Huge)?)
        }
        Func::Factorial => factorial(&real(arg(0)?)?, f).map(Complex::real),
        Func::DoubleFactorial => {
            let n = small_integer(&real(arg(0)?)?, MAX_TERMS)?;
            let mut acc = one();
            let mut k = n;
            while k > 1 {
                acc = f.c_mul(&acc, &Complex::real(Ball::int(k)))?;
                k -= 2;
            }
            Ok(acc)
        }
        Func::Binomial | Func::Permutations => {
            let x = real(arg(0)?)?;
            let k = real(arg(1)?)?;
            binomial(&x, &k, g == Func::Binomial, f).map(Complex::real)
        }
        Func::Gcd | Func::Lcm | Func::Mod => {
            let (a, b) = (real(arg(0)?)?, real(arg(1)?)?);
            let (a, b) = (exact_integer(&a).ok_or(Fail::Unsure)?, exact_integer(&b).ok_or(Fail::Unsure)?);
            let folded = Expr::call(g, vec![Expr::Num(RBig::from(a)), Expr::Num(RBig::from(b))]);
            match folded {
                Expr::Num(q) => ok(f.rational(&q)?),
                _ => Err(Fail::Undefined),
            }
        }
        Func::Max | Func::Min => {
            let mut best = real(arg(0)?)?;
            for i in 1..v.len() {
                let x = real(arg(i)?)?;
                match f.sub(&x, &best)?.sign() {
                    Some(s) if (s > 0) == (g == Func::Max) => best = x,
                    Some(_) => {}
                    None => return Err(Fail::Unsure),
                }
            }
            ok(best)
        }
        Func::Re => ok(arg(0)?.re),
        Func::Im => ok(arg(0)?.im),
        Func::Conj => {
            let x = arg(0)?;
            Ok(Complex { im: x.im.neg(), re: x.re })
        }
        Func::Arg => ok(f.c_arg(&arg(0)?)?),
        Func::PlusMinus | Func::MinusPlus => Err(Fail::Unsupported),
    }
}

fn asin(x: &Ball, f: &Reals<'_>) -> Enclosed<Ball> {
    let one = Ball::int(1);
    let under = f.sub(&one, &f.mul(x, x)?)?;
    match under.sign() {
        Some(1) => f.atan(&f.mul(x, &f.inv(&f.sqrt(&under)?)?)?),
        Some(0) => {
            let h = f.pi()?.shift(-1).ok_or(Fail::Huge)?;
            Ok(if x.sign() == Some(-1) { h.neg() } else { h })
        }
        Some(_) => Err(Fail::Undefined),
        None => Err(Fail::Unsure),
    }
}

fn small_integer(b: &Ball, max: i64) -> Enclosed<i64> {
    let n = exact_integer(b).ok_or(Fail::Unsure)?;
    let n = i64::try_from(&n).map_err(|_| Fail::Huge)?;
    if n < 0 {
        return Err(Fail::Undefined);
    }
    if n > max { Err(Fail::Huge) } else { Ok(n) }
}

fn factorial(x: &Ball, f: &Reals<'_>) -> Enclosed<Ball> {
    match small_integer(x, 1000) {
        Ok(n) => {
            let mut acc = Ball::int(1);
            for k in 2..=n {
                acc = f.mul(&acc, &Ball::int(k))?;
            }
            Ok(acc)
        }
        Err(Fail::Huge) => {
            let n = exact_integer(x).ok_or(Fail::Huge)?;
            // e^(ln n!) needs as many more bits as the logarithm has.
            let extra = 2 * dashu_base::BitTest::bit_len(&n) + 16;
            if extra > 120 {
                return Err(Fail::Huge);
            }
            let fine = Reals::new(f.prec + extra, f.budget);
            fine.exp(&fine.ln_factorial(&n)?)
        }
        Err(e) => Err(e),
    }
}

fn binomial(n: &Ball, k: &Ball, divide: bool, f: &Reals<'_>) -> Enclosed<Ball> {
    let kk = small_integer(k, MAX_TERMS)?;
    // For integers the shorter side of Pascal's triangle, otherwise the falling factorial.
    let kk = match exact_integer(n).and_then(|n| i64::try_from(&n).ok()) {
        Some(n) if divide && n >= kk && n - kk < kk => n - kk,
        _ => kk,
    };
    let mut acc = Ball::int(1);
    for i in 0..kk {
        acc = f.mul(&acc, &f.sub(n, &Ball::int(i))?)?;
        if divide {
            acc = f.mul(&acc, &f.inv(&Ball::int(i + 1))?)?;
        }
    }
    Ok(acc)
}

fn bind(b: Binder, name: &str, v: &[Expr], point: &Point, f: &Reals<'_>) -> Enclosed<Complex> {
    let [lo, hi, body] = v else { return Err(Fail::Unsupported) };
    if !matches!(b, Binder::Sum | Binder::Product) {
        return Err(Fail::Unsupported);
    }
    let end = |e: &Expr| {
        let n = exact_integer(&real(eval(e, point, f)?)?).ok_or(Fail::Unsupported)?;
        i64::try_from(&n).map_err(|_| Fail::Huge)
    };
    let (lo, hi) = (end(lo)?, end(hi)?);
    if hi.saturating_sub(lo) > MAX_TERMS {
        return Err(Fail::Huge);
    }
    let sum = b == Binder::Sum;
    let mut acc = Complex::real(Ball::int(i64::from(!sum)));
    let mut point = point.to_vec();
    for k in lo..=hi {
        point.push((name.into(), RBig::from(k)));
        let t = eval(body, &point, f)?;
        point.pop();
        acc = if sum { f.c_add(&acc, &t)? } else { f.c_mul(&acc, &t)? };
    }
    Ok(acc)
}

/// `ln |e|` for constants too large (or small) to write down, and whether `e` is negative.
pub(crate) fn ln_abs(e: &Expr, f: &Reals<'_>) -> Enclosed<(Ball, bool)> {
    f.budget.pay(5)?;
    match e {
        Expr::Mul(v) => {
            let mut acc = Ball::zero();
            let mut negative = false;
            for e in v {
                let (l, n) = ln_abs(e, f)?;
                acc = f.add(&acc, &l)?;
                negative ^= n;
            }
            Ok((acc, negative))
        }
        Expr::Pow(b, e) => {
            let (l, n) = ln_abs(b, f)?;
            let odd = match e.as_ref() {
                Expr::Num(q) if q.is_int() => q.numerator() & IBig::ONE == IBig::ONE,
                _ if n => return Err(Fail::Unsupported),
                _ => false,
            };
            Ok((f.mul(&l, &real(eval(e, &[], f)?)?)?, n && odd))
        }
        Expr::Call(Func::Factorial, v) => match v.first() {
            Some(Expr::Num(q)) if q.is_int() && to_i64(q).is_none_or(|n| n > 1000) => {
                Ok((f.ln_factorial(q.numerator())?, false))
            }
            _ => plain_ln(e, f),
        },
        _ => plain_ln(e, f),
    }
}

fn plain_ln(e: &Expr, f: &Reals<'_>) -> Enclosed<(Ball, bool)> {
    let v = real(eval(e, &[], f)?)?;
    Ok((f.ln(&v.abs())?, v.sign() == Some(-1)))
}

/// `ln ln e` for towers of powers whose logarithm is itself too large.
pub(crate) fn ln_ln(e: &Expr, f: &Reals<'_>) -> Enclosed<Ball> {
    f.budget.pay(5)?;
    match e {
        Expr::Pow(b, e) => {
            let (l, negative) = ln_abs(b, f)?;
            if negative || l.sign() != Some(1) {
                return Err(Fail::Unsupported);
            }
            let (k, negative) = ln_abs(e, f)?;
            if negative {
                return Err(Fail::Unsupported);
            }
            f.add(&k, &f.ln(&l)?)
        }
        Expr::Call(Func::Factorial, v) => {
            // n ln n - n < ln n! < n ln n, so ln ln n! is within 1/(ln n - 1) of ln n + ln ln n.
            let (l, negative) = ln_abs(v.first().ok_or(Fail::Unsupported)?, f)?;
            if negative || f.sub(&l, &Ball::int(8))?.sign() != Some(1) {
                return Err(Fail::Unsupported);
            }
            let wide = 2 - l.magnitude().unwrap_or(0);
            f.add(&l, &f.ln(&l)?)?.widen(wide, f.prec).ok_or(Fail::Huge)
        }
        e => {
            let (l, negative) = ln_abs(e, f)?;
            if negative { Err(Fail::Unsupported) } else { f.ln(&l) }
        }
    }
}
