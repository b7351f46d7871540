//! Against the siblings, same shape. Absent values stay absent and do not count.

use super::reduce::{fold, mean, sum, var};
use crate::absent::{Reason, canonical, reason_of};
use crate::op::Within;

/// `out[i]` from `xs[i]` and its siblings `xs`.
pub fn within(op: Within, xs: &[f64], out: &mut [f64]) {
    match op {
        Within::Rank { ties, descending } => super::rank::rank(xs, ties, descending, out),
        Within::Z { ddof, eps, eps_inside, degenerate } => {
            z(xs, ddof, eps.0, eps_inside.0, degenerate.0, out)
        }
        Within::Normalize => {
            let squares: f64 = xs.iter().filter(|x| !x.is_nan()).map(|x| x * x).sum();
            divide(xs, squares.sqrt(), out);
        }
        Within::Softmax => {
            let top = fold(xs, f64::max);
            super::exp::shifted(xs, top, out);
            // The reason of an absent value is kept.
            out.iter_mut().zip(xs).filter(|(_, x)| x.is_nan()).for_each(|(o, x)| *o = *x);
            let total = sum(out);
            // Beside an infinity there are no shares: infinity less itself has no exponential.
            out.iter_mut().for_each(|o| *o = canonical(*o / total));
        }
        Within::Share => divide(xs, sum(xs), out),
        Within::Minmax { degenerate } => {
            let (low, high) = (fold(xs, f64::min), fold(xs, f64::max));
            each(xs, out, |x| if high > low { (x - low) / (high - low) } else { degenerate.0 });
        }
        Within::LooMean => loo_mean(xs, out),
        Within::Position => out.iter_mut().enumerate().for_each(|(i, o)| *o = i as f64),
        Within::Fraction => {
            let n = xs.len() as f64;
            out.iter_mut().enumerate().for_each(|(i, o)| *o = (i + 1) as f64 / n);
        }
        Within::Reverse => {
            out.copy_from_slice(xs);
            out.reverse();
        }
        Within::Run => runs(|i| xs[i] == xs[i - 1] || (xs[i].is_nan() && xs[i - 1].is_nan()), out),
    }
}

/// Numbers the runs of equal neighbours from 0; `same(i)` compares element `i` with the one before.
pub fn runs(same: impl Fn(usize) -> bool, out: &mut [f64]) {
    let mut run = 0.0;
    for (i, o) in out.iter_mut().enumerate() {
        if i > 0 && !same(i) {
            run += 1.0;
        }
        *o = run;
    }
}

/// Applies `f` to the present values; absent ones stay, what is not a number becomes undefined.
fn each(xs: &[f64], out: &mut [f64], f: impl Fn(f64) -> f64) {
    for (o, x) in out.iter_mut().zip(xs) {
        *o = if x.is_nan() { *x } else { f(*x) };
        if o.is_nan() && !x.is_nan() {
            *o = Reason::Undefined.value();
        }
    }
}

fn divide(xs: &[f64], by: f64, out: &mut [f64]) {
    each(xs, out, |x| if by == 0.0 { f64::NAN } else { x / by });
}

fn z(xs: &[f64], ddof: u8, eps: f64, eps_inside: f64, degenerate: f64, out: &mut [f64]) {
    let (m, v) = (mean(xs), var(xs, ddof));
    let scale = (v + eps_inside).sqrt() + eps;
    // One value, or no spread; among infinities the spread itself is undefined.
    let flat = v == 0.0 || reason_of(v) == Some(Reason::Empty);
    each(xs, out, |x| if flat { degenerate } else { (x - m) / scale });
}

fn loo_mean(xs: &[f64], out: &mut [f64]) {
    let n = xs.iter().filter(|x| !x.is_nan()).count();
    let total = sum(xs);
    let (low, high) = (fold(xs, f64::min), fold(xs, f64::max));
    for (i, (o, x)) in out.iter_mut().zip(xs).enumerate() {
        *o = match n {
            _ if x.is_nan() => *x,
            1 => Reason::Empty.value(),
            _ => {
                // An infinite value cannot be taken out of the total again.
                let rest = if x.is_finite() { total - x } else { sum(&xs[..i]) + sum(&xs[i + 1..]) };
                canonical((rest / (n - 1) as f64).clamp(low, high))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::Real;

    fn of(op: Within, xs: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; xs.len()];
        within(op, xs, &mut out);
        out
    }

    const Z: Within = Within::Z { ddof: 0, eps: Real(0.0), eps_inside: Real(0.0), degenerate: Real(0.0) };

    #[test]
    fn z_is_centred_and_scaled() {
        assert_eq!(of(Z, &[1.0, 3.0]), [-1.0, 1.0]);
        assert_eq!(of(Z, &[2.0, 2.0, 2.0]), [0.0, 0.0, 0.0]);
        assert_eq!(of(Z, &[5.0]), [0.0]);
    }

    #[test]
    fn the_only_one_has_no_others() {
        assert_eq!(of(Within::LooMean, &[1.0, 2.0, 6.0]), [4.0, 3.5, 1.5]);
        assert_eq!(reason_of(of(Within::LooMean, &[1.0])[0]), Some(Reason::Empty));
    }

    #[test]
    fn an_infinite_value_does_not_spoil_the_mean_of_the_others() {
        assert_eq!(of(Within::LooMean, &[1.0, f64::INFINITY, 3.0]), [f64::INFINITY, 2.0, f64::INFINITY]);
        assert_eq!(reason_of(of(Z, &[1.0, f64::INFINITY])[0]), Some(Reason::Undefined));
        assert_eq!(reason_of(of(Within::Softmax, &[1.0, f64::INFINITY])[0]), Some(Reason::Undefined));
    }

    #[test]
    fn softmax_of_huge_values_sums_to_one() {
        let p = of(Within::Softmax, &[1e6, 1e6 - 1.0, Reason::Masked.value()]);
        assert!((p[0] + p[1] - 1.0).abs() < 1e-15);
        assert_eq!(reason_of(p[2]), Some(Reason::Masked));
    }

    #[test]
    fn shares_of_nothing_are_undefined() {
        assert_eq!(reason_of(of(Within::Share, &[0.0, 0.0])[0]), Some(Reason::Undefined));
        assert_eq!(of(Within::Minmax { degenerate: Real(0.5) }, &[3.0, 3.0]), [0.5, 0.5]);
        assert_eq!(of(Within::Run, &[1.0, 1.0, 2.0, 1.0]), [0.0, 0.0, 1.0, 2.0]);
    }
}
