//! Along the siblings, in order. Absent values stay absent; the running value passes over them. Where infinities
//! leave no result (`inf - inf`) it is undefined from there on.

use crate::absent::canonical;
use crate::op::Scan;

/// Scans `xs` from its first to its last element.
pub fn scan(op: Scan, xs: &[f64], out: &mut [f64]) {
    match op {
        Scan::Cumsum => running(xs, out, |y, x| y + x),
        Scan::Cumprod => running(xs, out, |y, x| y * x),
        Scan::Cummin => running(xs, out, |y, x| if x < y { x } else { y }),
        Scan::Cummax => running(xs, out, |y, x| if x > y { x } else { y }),
        Scan::Discount(gamma) => discount(gamma.0, xs, out),
        Scan::Ema(decay) => running(xs, out, |y, x| decay.0 * y + (1.0 - decay.0) * x),
        Scan::Hold => hold(xs, out),
        Scan::Diff { first } => {
            let mut before: Option<f64> = None;
            for (o, x) in out.iter_mut().zip(xs) {
                *o = *x;
                if !x.is_nan() {
                    *o = before.map_or(first.0, |b| canonical(x - b));
                    before = Some(*x);
                }
            }
        }
        Scan::Shift { n, first } => {
            for (i, o) in out.iter_mut().enumerate() {
                let from = i as i64 - n;
                *o = usize::try_from(from).ok().and_then(|j| xs.get(j)).copied().unwrap_or(first.0);
            }
        }
    }
}

/// Scans from the last element to the first.
pub fn scan_reverse(op: Scan, xs: &[f64], out: &mut [f64], scratch: &mut Vec<f64>) {
    scratch.clear();
    scratch.extend(xs.iter().rev());
    scan(op, scratch, out);
    out.reverse();
}

fn running(xs: &[f64], out: &mut [f64], f: impl Fn(f64, f64) -> f64) {
    let mut y: Option<f64> = None;
    for (o, x) in out.iter_mut().zip(xs) {
        *o = *x;
        if !x.is_nan() {
            let next = y.map_or(*x, |y| canonical(f(y, *x)));
            y = Some(next);
            *o = next;
        }
    }
}

fn hold(xs: &[f64], out: &mut [f64]) {
    let mut last: Option<f64> = None;
    for (o, x) in out.iter_mut().zip(xs) {
        last = if x.is_nan() { last } else { Some(*x) };
        *o = last.unwrap_or(*x);
    }
}

/// `y[k] = x[k] + gamma[k] * y[k-1]`, from the first to the last element or back. As in `discount` an absent `x` pays
/// nothing but time still passes; where `gamma` is absent no time passes, and there is no value.
pub fn recur(xs: &[f64], gammas: &[f64], reverse: bool, out: &mut [f64]) {
    let mut y = 0.0;
    let mut step = |k: usize| {
        let (x, gamma) = (xs[k], gammas[k]);
        if gamma.is_nan() {
            out[k] = if x.is_nan() { x } else { gamma };
            return;
        }
        y = if y == 0.0 { 0.0 } else { canonical(gamma * y) };
        out[k] = x;
        if !x.is_nan() {
            y = canonical(y + x);
            out[k] = y;
        }
    };
    if reverse { (0..xs.len()).rev().for_each(&mut step) } else { (0..xs.len()).for_each(&mut step) }
}

/// An absent step pays nothing but time still passes.
fn discount(gamma: f64, xs: &[f64], out: &mut [f64]) {
    let mut y = 0.0;
    for (o, x) in out.iter_mut().zip(xs) {
        y *= gamma;
        *o = *x;
        if !x.is_nan() {
            y = canonical(y + x);
            *o = y;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::absent::Reason;
    use crate::op::Real;

    fn of(op: Scan, xs: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; xs.len()];
        scan(op, xs, &mut out);
        out
    }

    #[test]
    fn running_values() {
        let xs = [3.0, 1.0, 2.0];
        assert_eq!(of(Scan::Cumsum, &xs), [3.0, 4.0, 6.0]);
        assert_eq!(of(Scan::Cummin, &xs), [3.0, 1.0, 1.0]);
        assert_eq!(of(Scan::Cummax, &xs), [3.0, 3.0, 3.0]);
        assert_eq!(of(Scan::Cumprod, &xs), [3.0, 3.0, 6.0]);
        assert_eq!(of(Scan::Discount(Real(0.5)), &xs), [3.0, 2.5, 3.25]);
        assert_eq!(of(Scan::Diff { first: Real(0.0) }, &xs), [0.0, -2.0, 1.0]);
        assert_eq!(of(Scan::Shift { n: 1, first: Real(9.0) }, &xs), [9.0, 3.0, 1.0]);
        assert_eq!(of(Scan::Shift { n: -1, first: Real(9.0) }, &xs), [1.0, 2.0, 9.0]);
    }

    #[test]
    fn a_gap_keeps_the_running_value() {
        let y = of(Scan::Cumsum, &[1.0, Reason::Masked.value(), 2.0]);
        assert_eq!((y[0], y[2]), (1.0, 3.0));
        assert!(y[1].is_nan());
    }

    #[test]
    fn a_recurrence_with_its_own_factor_at_every_step() {
        let mut out = [0.0; 4];
        recur(&[1.0, 2.0, 3.0, 4.0], &[9.0, 0.5, 0.0, 2.0], false, &mut out);
        assert_eq!(out, [1.0, 2.5, 3.0, 10.0]);
        recur(&[1.0, 2.0, 3.0, 4.0], &[0.5; 4], true, &mut out);
        let mut same = [0.0; 4];
        scan_reverse(Scan::Discount(Real(0.5)), &[1.0, 2.0, 3.0, 4.0], &mut same, &mut Vec::new());
        assert_eq!(out, same);
    }

    #[test]
    fn a_recurrence_passes_over_gaps() {
        let gap = Reason::Masked.value();
        let mut out = [0.0; 4];
        recur(&[1.0, gap, 1.0, 1.0], &[0.5, 0.5, gap, 0.5], false, &mut out);
        assert_eq!((out[0], out[3]), (1.0, 1.25));
        assert!(out[1].is_nan() && out[2].is_nan());
    }

    #[test]
    fn the_last_value_is_held() {
        let y = of(Scan::Hold, &[Reason::Missing.value(), 2.0, Reason::Masked.value(), 3.0]);
        assert!(y[0].is_nan());
        assert_eq!(y[1..], [2.0, 2.0, 3.0]);
    }

    #[test]
    fn backwards_is_forwards_on_the_mirror_image() {
        let mut out = [0.0; 3];
        scan_reverse(Scan::Discount(Real(0.5)), &[1.0, 0.0, 4.0], &mut out, &mut Vec::new());
        assert_eq!(out, [2.0, 2.0, 4.0]);
    }
}
