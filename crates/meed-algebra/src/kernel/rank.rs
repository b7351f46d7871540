//! Ranks.

use crate::op::Ties;

/// Ranks from 1 for the smallest (largest when `descending`); absent values keep their absence.
pub fn rank(xs: &[f64], ties: Ties, descending: bool, out: &mut [f64]) {
    let mut order: Vec<usize> = (0..xs.len()).filter(|i| !xs[*i].is_nan()).collect();
    // Stable: equal values stay in their order, which is what `first` means.
    order.sort_by(|a, b| {
        let (a, b) = (xs[*a] + 0.0, xs[*b] + 0.0);
        if descending { b.total_cmp(&a) } else { a.total_cmp(&b) }
    });
    out.copy_from_slice(xs);
    let mut start = 0;
    let mut dense = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && xs[order[end]] == xs[order[start]] {
            end += 1;
        }
        dense += 1;
        for (k, i) in order[start..end].iter().enumerate() {
            out[*i] = match ties {
                Ties::Average => (start + 1 + end) as f64 / 2.0,
                Ties::Min => (start + 1) as f64,
                Ties::Max => end as f64,
                Ties::First => (start + 1 + k) as f64,
                Ties::Dense => f64::from(dense),
            };
        }
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_get_what_was_asked_for() {
        let xs = [2.0, 1.0, 2.0, 3.0];
        let of = |ties, descending| {
            let mut out = [0.0; 4];
            rank(&xs, ties, descending, &mut out);
            out
        };
        assert_eq!(of(Ties::Average, false), [2.5, 1.0, 2.5, 4.0]);
        assert_eq!(of(Ties::Min, false), [2.0, 1.0, 2.0, 4.0]);
        assert_eq!(of(Ties::Max, false), [3.0, 1.0, 3.0, 4.0]);
        assert_eq!(of(Ties::First, false), [2.0, 1.0, 3.0, 4.0]);
        assert_eq!(of(Ties::Dense, false), [2.0, 1.0, 2.0, 3.0]);
        assert_eq!(of(Ties::First, true), [2.0, 4.0, 3.0, 1.0]);
    }
}
