//! Over the last values seen, in order of arrival and from batch to batch.

use super::reduce::{quantile_sorted, reduce};
use crate::absent::{Reason, canonical};
use crate::op::Reducer;

/// For each present value of `xs` the reduction of the last `n` present values up to it, those of `earlier` counted
/// before them. Absent values stay absent.
pub fn rolling(op: Reducer, n: usize, xs: &[f64], earlier: &[f64]) -> Vec<f64> {
    let mut seen: Vec<f64> = present(earlier).collect();
    let old = seen.len();
    seen.extend(present(xs));
    let mut window = Window::new(op, &seen[old.saturating_sub(n)..old]);
    let mut at = old;
    let one = |x: &f64| {
        if x.is_nan() {
            return *x;
        }
        at += 1;
        let from = at.saturating_sub(n);
        // What falls out of the window was in it as long as `n` values came before.
        window.step(*x, (at > n).then(|| seen[from - 1]), &seen[from..at])
    };
    xs.iter().map(one).collect()
}

/// The last `dim` present values of `earlier` and then `xs`, oldest first, after absences where there are fewer.
pub fn latest(xs: &[f64], earlier: &[f64], dim: usize) -> Vec<f64> {
    let all: Vec<f64> = present(earlier).chain(present(xs)).collect();
    let kept = &all[all.len().saturating_sub(dim)..];
    let mut out = vec![Reason::Missing.value(); dim - kept.len()];
    out.extend_from_slice(kept);
    out
}

fn present(xs: &[f64]) -> impl Iterator<Item = f64> + '_ {
    xs.iter().copied().filter(|x| !x.is_nan())
}

/// The values of the window: in rising order where the reduction needs an order, so that a step costs a search and
/// a move of memory and not a sort.
enum Window {
    Sorted { sorted: Vec<f64>, q: f64 },
    Plain { op: Reducer, scratch: Vec<f64> },
}

impl Window {
    fn new(op: Reducer, seen: &[f64]) -> Self {
        let q = match op {
            Reducer::Quantile(q) => q.0,
            Reducer::Median => 0.5,
            Reducer::Min => 0.0,
            Reducer::Max => 1.0,
            _ => return Window::Plain { op, scratch: Vec::new() },
        };
        let mut sorted = seen.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Window::Sorted { sorted, q }
    }

    fn step(&mut self, x: f64, out: Option<f64>, window: &[f64]) -> f64 {
        match self {
            Window::Plain { op, scratch } => reduce(*op, window, scratch),
            Window::Sorted { sorted, q } => {
                let place = |sorted: &[f64], x: f64| sorted.partition_point(|s| s.total_cmp(&x).is_lt());
                if let Some(old) = out {
                    sorted.remove(place(sorted, old));
                }
                sorted.insert(place(sorted, x), x);
                canonical(quantile_sorted(sorted, *q))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::Real;

    #[test]
    fn a_window_moves_with_the_values() {
        let xs = [1.0, 4.0, Reason::Masked.value(), 2.0, 0.0];
        let sums = rolling(Reducer::Sum, 2, &xs, &[]);
        assert_eq!([sums[0], sums[1], sums[3], sums[4]], [1.0, 5.0, 6.0, 2.0]);
        assert!(sums[2].is_nan());
        let tops = rolling(Reducer::Max, 2, &xs, &[Reason::Missing.value(), 3.0]);
        assert_eq!([tops[0], tops[1], tops[3], tops[4]], [3.0, 4.0, 4.0, 2.0]);
    }

    #[test]
    fn the_sorted_window_says_what_sorting_says() {
        let xs: Vec<f64> = (0..200).map(|i| f64::from(i * 7919 % 101)).collect();
        let found = rolling(Reducer::Quantile(Real(0.3)), 17, &xs, &[]);
        for (i, y) in found.iter().enumerate() {
            let window = &xs[(i + 1).saturating_sub(17)..=i];
            assert_eq!(*y, reduce(Reducer::Quantile(Real(0.3)), window, &mut Vec::new()));
        }
    }

    #[test]
    fn a_cut_run_goes_on_the_same() {
        let xs: Vec<f64> = (0..40).map(|i| f64::from(i * 31 % 17)).collect();
        let whole = rolling(Reducer::Median, 8, &xs, &[]);
        let kept = latest(&xs[..25], &[], 8);
        assert_eq!(rolling(Reducer::Median, 8, &xs[25..], &kept), whole[25..]);
    }

    #[test]
    fn fewer_values_than_places() {
        let kept = latest(&[5.0], &[Reason::Missing.value(), Reason::Missing.value(), 4.0], 3);
        assert!(kept[0].is_nan());
        assert_eq!(kept[1..], [4.0, 5.0]);
    }
}
