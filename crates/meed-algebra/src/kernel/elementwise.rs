//! Element by element.

use super::exp;
use crate::absent::{Reason, canonical};
use crate::op::{Binary, Unary};

/// An operand: one value for all elements, or one each.
#[derive(Debug, Clone, Copy)]
pub enum Operand<'a> {
    /// The same for all.
    Scalar(f64),
    /// One each.
    Slice(&'a [f64]),
}

impl Operand<'_> {
    #[inline(always)]
    fn get(&self, i: usize) -> f64 {
        match self {
            Operand::Scalar(x) => *x,
            Operand::Slice(xs) => xs[i],
        }
    }
}

/// Where results go. With `CHECK`, NaNs among them are looked for and given their reasons; without, somebody looks
/// at what is made of them, see [`crate::eval`].
struct Out<'a, const CHECK: bool>(&'a mut [f64]);

const UNDEFINED: f64 = Reason::Undefined.value();
const MASKED: f64 = Reason::Masked.value();

/// A truth value as a number.
#[inline(always)]
fn truth(b: bool) -> f64 {
    if b { 1.0 } else { 0.0 }
}

/// `x` rounded to 1e-9 first, so that the floor of `0.29 * 100` is 29.
#[inline(always)]
fn settled(x: f64) -> f64 {
    let near = x.round();
    if (x - near).abs() <= 1e-9 { near } else { x }
}

/// The logistic function, without overflow.
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// `log(1 + exp(x))`, without overflow.
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// `out = op(x)`. Absent stays absent for the same reason; a result that is not a number is undefined. With `CHECK`,
/// whether any is; without, reasons are not settled.
#[inline(always)]
pub fn unary<const CHECK: bool>(op: Unary, x: Operand<'_>, out: &mut [f64]) -> bool {
    use Unary::*;
    let out = &mut Out::<CHECK>(out);
    let absent = match op {
        Neg => map1(x, out, |x| -x),
        Not => map1(x, out, |x| if x.is_nan() { x } else { truth(x == 0.0) }),
        Abs => map1(x, out, f64::abs),
        Exp => exponential(x, out),
        Log => map1(x, out, f64::ln),
        Sqrt => map1(x, out, f64::sqrt),
        Sign => map1(x, out, |x| if x == 0.0 { 0.0 } else { x.signum() }),
        Floor => map1(x, out, |x| settled(x).floor()),
        Ceil => map1(x, out, |x| settled(x).ceil()),
        Round => map1(x, out, f64::round_ties_even),
        Sigmoid => map1(x, out, sigmoid),
        LogSigmoid => map1(x, out, |x| -softplus(-x)),
        Tanh => map1(x, out, f64::tanh),
        Softplus => map1(x, out, softplus),
        Cos => map1(x, out, f64::cos),
        Sin => map1(x, out, f64::sin),
    };
    if absent {
        settle_absent(out.0, &[x]);
    }
    absent
}

/// `out = op(a, b)`. Absent if either side is, for the left one's reason first. With `CHECK`, whether any is; without,
/// reasons are not settled.
#[inline(always)]
pub fn binary<const CHECK: bool>(op: Binary, a: Operand<'_>, b: Operand<'_>, out: &mut [f64]) -> bool {
    use Binary::*;
    let out = &mut Out::<CHECK>(out);
    let absent = match op {
        Add => map2(a, b, out, |x, y| x + y),
        Sub => map2(a, b, out, |x, y| x - y),
        Mul => map2(a, b, out, |x, y| x * y),
        Div => map2(a, b, out, |x, y| if y == 0.0 { f64::NAN } else { x / y }),
        FloorDiv => map2(a, b, out, |x, y| if y == 0.0 { f64::NAN } else { settled(x / y).floor() }),
        Rem => map2(a, b, out, |x, y| if y == 0.0 { f64::NAN } else { x - y * (x / y).floor() }),
        Pow => map2(a, b, out, pow),
        Min => map2(a, b, out, |x, y| if y.is_nan() | (y < x) { y } else { x }),
        Max => map2(a, b, out, |x, y| if y.is_nan() | (y > x) { y } else { x }),
        Lt => compare(a, b, out, |x, y| x < y),
        Le => compare(a, b, out, |x, y| x <= y),
        Gt => compare(a, b, out, |x, y| x > y),
        Ge => compare(a, b, out, |x, y| x >= y),
        Eq => compare(a, b, out, |x, y| x == y),
        Ne => compare(a, b, out, |x, y| x != y),
        And => compare(a, b, out, |x, y| x != 0.0 && y != 0.0),
        Or => compare(a, b, out, |x, y| x != 0.0 || y != 0.0),
        Xor => compare(a, b, out, |x, y| (x != 0.0) != (y != 0.0)),
    };
    if absent {
        settle_absent(out.0, &[a, b]);
    }
    absent
}

fn pow(x: f64, y: f64) -> f64 {
    // IEEE says 1^NaN and NaN^0 are 1; here absent stays absent.
    if x.is_nan() || y.is_nan() || (x == 0.0 && y < 0.0) { f64::NAN } else { x.powf(y) }
}

#[inline(always)]
fn compare<const CHECK: bool>(
    a: Operand<'_>,
    b: Operand<'_>,
    out: &mut Out<'_, CHECK>,
    f: impl Fn(f64, f64) -> bool,
) -> bool {
    map2(a, b, out, |x, y| if x.is_nan() | y.is_nan() { f64::NAN } else { truth(f(x, y)) })
}

/// `a` where `condition` is not 0, else `b`.
#[inline(always)]
pub fn choose(condition: Operand<'_>, a: Operand<'_>, b: Operand<'_>, out: &mut [f64]) {
    for (i, out) in out.iter_mut().enumerate() {
        let c = condition.get(i);
        *out = if c.is_nan() {
            c
        } else if c != 0.0 {
            a.get(i)
        } else {
            b.get(i)
        };
    }
}

/// `x` where `condition` is not 0; masked elsewhere, absent where the condition is.
#[inline(always)]
pub fn mask(x: Operand<'_>, condition: Operand<'_>, out: &mut [f64]) {
    for (i, out) in out.iter_mut().enumerate() {
        let c = condition.get(i);
        *out = if c == 0.0 {
            MASKED
        } else if c.is_nan() {
            c
        } else {
            x.get(i)
        };
    }
}

/// `x` where present, else `y`.
#[inline(always)]
pub fn or_else(x: Operand<'_>, y: Operand<'_>, out: &mut [f64]) {
    for (i, out) in out.iter_mut().enumerate() {
        let v = x.get(i);
        *out = if v.is_nan() { y.get(i) } else { v };
    }
}

/// Whether `x` is present.
#[inline(always)]
pub fn present(x: Operand<'_>, out: &mut [f64]) {
    map1(x, &mut Out::<false>(out), |x| truth(!x.is_nan()));
}

/// The gradient `g` times the derivative `d`; 0 where there is no product.
#[inline(always)]
pub fn chain(g: Operand<'_>, d: Operand<'_>, out: &mut [f64]) {
    map2(g, d, &mut Out::<false>(out), |g, d| {
        let product = g * d;
        if product.is_nan() { 0.0 } else { product }
    });
}

/// The gradient `g` where `condition` is present and not 0, else 0.
#[inline(always)]
pub fn gate(g: Operand<'_>, condition: Operand<'_>, out: &mut [f64]) {
    let gated = |g: f64, c: f64| if c.is_nan() | (c == 0.0) | g.is_nan() { 0.0 } else { g };
    map2(g, condition, &mut Out::<false>(out), gated);
}

/// `out = x`.
#[inline(always)]
pub fn copy(x: Operand<'_>, out: &mut [f64]) {
    map1(x, &mut Out::<false>(out), |x| x);
}

/// Whether `x` is one of `values`.
#[inline(always)]
pub fn isin(x: Operand<'_>, values: &[f64], out: &mut [f64]) {
    map1(x, &mut Out::<false>(out), |x| if x.is_nan() { x } else { truth(values.contains(&x)) });
}

/// `out = exp(x)`; whether any result is not a number.
///
/// Almost all arguments are small, for which the result needs fewer instructions.
#[inline(always)]
fn exponential<const CHECK: bool>(x: Operand<'_>, out: &mut Out<'_, CHECK>) -> bool {
    let Operand::Slice(xs) = x else { return map1(x, out, exp::exp) };
    !exp::all_near(xs, 0.0, out.0) && map1(x, out, exp::exp)
}

/// `out = f(x)`; whether any result is not a number, if that is checked.
#[inline(always)]
fn map1<const CHECK: bool>(x: Operand<'_>, out: &mut Out<'_, CHECK>, f: impl Fn(f64) -> f64) -> bool {
    match x {
        Operand::Scalar(x) => fill(out, f(x)),
        Operand::Slice(xs) => {
            let mut absent = false;
            for (o, x) in out.0.iter_mut().zip(xs) {
                *o = f(*x);
                absent |= CHECK && o.is_nan();
            }
            absent
        }
    }
}

/// `out = f(a, b)`; whether any result is not a number, if that is checked.
#[inline(always)]
fn map2<const CHECK: bool>(
    a: Operand<'_>,
    b: Operand<'_>,
    out: &mut Out<'_, CHECK>,
    f: impl Fn(f64, f64) -> f64,
) -> bool {
    let mut absent = false;
    match (a, b) {
        (Operand::Slice(a), Operand::Slice(b)) => {
            for ((o, x), y) in out.0.iter_mut().zip(a).zip(b) {
                *o = f(*x, *y);
                absent |= CHECK && o.is_nan();
            }
        }
        (Operand::Slice(a), Operand::Scalar(y)) => {
            for (o, x) in out.0.iter_mut().zip(a) {
                *o = f(*x, y);
                absent |= CHECK && o.is_nan();
            }
        }
        (Operand::Scalar(x), Operand::Slice(b)) => {
            for (o, y) in out.0.iter_mut().zip(b) {
                *o = f(x, *y);
                absent |= CHECK && o.is_nan();
            }
        }
        (Operand::Scalar(x), Operand::Scalar(y)) => absent = fill(out, f(x, y)),
    }
    absent
}

fn fill<const CHECK: bool>(out: &mut Out<'_, CHECK>, x: f64) -> bool {
    out.0.fill(x);
    CHECK && x.is_nan()
}

/// Gives every NaN of `out` the reason of the first absent input, or `undefined`.
///
/// Hardware may propagate either operand's payload; this makes the reason the same everywhere.
#[cold]
#[inline(never)]
fn settle_absent(out: &mut [f64], inputs: &[Operand<'_>]) {
    for (i, out) in out.iter_mut().enumerate() {
        if out.is_nan() {
            *out = inputs.iter().map(|x| x.get(i)).find(|x| x.is_nan()).map_or(UNDEFINED, canonical);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::absent::reason_of;

    fn two(op: Binary, a: f64, b: f64) -> f64 {
        let mut out = [0.0];
        binary::<true>(op, Operand::Slice(&[a]), Operand::Slice(&[b]), &mut out);
        out[0]
    }

    #[test]
    fn absence_passes_through_and_the_left_reason_wins() {
        let (masked, timed) = (Reason::Masked.value(), Reason::TimedOut.value());
        for op in [Binary::Add, Binary::Min, Binary::Max, Binary::Lt, Binary::And, Binary::Pow, Binary::Eq] {
            assert_eq!(reason_of(two(op, masked, 1.0)), Some(Reason::Masked), "{op:?}");
            assert_eq!(reason_of(two(op, 1.0, timed)), Some(Reason::TimedOut), "{op:?}");
            assert_eq!(reason_of(two(op, masked, timed)), Some(Reason::Masked), "{op:?}");
        }
    }

    #[test]
    fn arithmetic_without_a_result_is_undefined() {
        assert_eq!(reason_of(two(Binary::Div, 1.0, 0.0)), Some(Reason::Undefined));
        assert_eq!(reason_of(two(Binary::Rem, 1.0, 0.0)), Some(Reason::Undefined));
        assert_eq!(reason_of(two(Binary::Sub, f64::INFINITY, f64::INFINITY)), Some(Reason::Undefined));
        let mut out = [0.0];
        unary::<true>(Unary::Log, Operand::Slice(&[-1.0]), &mut out);
        assert_eq!(reason_of(out[0]), Some(Reason::Undefined));
    }

    #[test]
    fn infinity_is_a_number_to_min_and_max() {
        assert_eq!(two(Binary::Min, f64::INFINITY, 3.0), 3.0);
        assert_eq!(two(Binary::Min, 3.0, f64::INFINITY), 3.0);
        assert_eq!(two(Binary::Max, f64::NEG_INFINITY, f64::NEG_INFINITY), f64::NEG_INFINITY);
    }

    #[test]
    fn a_floor_forgives_the_last_bits_of_a_product() {
        let mut out = [0.0];
        unary::<true>(Unary::Floor, Operand::Scalar(0.29 * 100.0), &mut out);
        assert_eq!(out[0], 29.0);
    }

    #[test]
    fn sigmoid_and_softplus_do_not_overflow() {
        assert_eq!(sigmoid(-1e6), 0.0);
        assert_eq!(sigmoid(1e6), 1.0);
        assert_eq!(softplus(1e6), 1e6);
        assert!((softplus(0.0) - std::f64::consts::LN_2).abs() < 1e-15);
    }
}
