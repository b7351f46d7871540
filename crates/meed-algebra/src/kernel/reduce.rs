//! Many values to one. Absent values (NaN) are skipped.

use crate::absent::{Reason, canonical};
use crate::op::Reducer;

const EMPTY: f64 = Reason::Empty.value();

/// The reduction of `xs`; undefined where infinities leave no result (`inf - inf`, `0 * inf`).
pub fn reduce(op: Reducer, xs: &[f64], scratch: &mut Vec<f64>) -> f64 {
    canonical(match op {
        Reducer::Sum => sum(xs),
        Reducer::Prod => present(xs).product(),
        Reducer::Count => present(xs).count() as f64,
        Reducer::Mean => mean(xs),
        Reducer::Var { ddof } => var(xs, ddof),
        Reducer::Std { ddof } => {
            let v = var(xs, ddof);
            if v.is_nan() { v } else { v.sqrt() }
        }
        Reducer::Min => fold(xs, |a, b| if b < a { b } else { a }),
        Reducer::Max => fold(xs, |a, b| if b > a { b } else { a }),
        Reducer::Median => quantile(xs, 0.5, scratch),
        Reducer::Quantile(q) => quantile(xs, q.0, scratch),
        Reducer::Any => f64::from(present(xs).any(|x| x != 0.0)),
        Reducer::All => f64::from(present(xs).all(|x| x != 0.0)),
        Reducer::First => present(xs).next().unwrap_or(EMPTY),
        Reducer::Last => present(xs).next_back().unwrap_or(EMPTY),
        Reducer::Argmax => arg(xs, |a, b| b > a),
        Reducer::Argmin => arg(xs, |a, b| b < a),
        Reducer::Logsumexp => logsumexp(xs),
        Reducer::Logmeanexp => {
            let n = present(xs).count();
            if n == 0 { EMPTY } else { logsumexp(xs) - (n as f64).ln() }
        }
        Reducer::Majority => majority(xs, scratch),
    })
}

fn present(xs: &[f64]) -> impl DoubleEndedIterator<Item = f64> + '_ {
    xs.iter().copied().filter(|x| !x.is_nan())
}

/// Whether nothing is absent: one vectorised pass.
pub fn complete(xs: &[f64]) -> bool {
    !xs.iter().fold(false, |any, x| any | x.is_nan())
}

/// The sum, in eight interleaved parts: a fixed order that vector units can follow.
pub fn sum(xs: &[f64]) -> f64 {
    let mut parts = [0.0; 8];
    let chunks = xs.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (part, x) in parts.iter_mut().zip(chunk) {
            *part += if x.is_nan() { 0.0 } else { *x };
        }
    }
    let head =
        ((parts[0] + parts[4]) + (parts[2] + parts[6])) + ((parts[1] + parts[5]) + (parts[3] + parts[7]));
    head + present(rest).sum::<f64>()
}

fn count(xs: &[f64]) -> usize {
    xs.iter().map(|x| usize::from(!x.is_nan())).sum()
}

/// The mean, never outside the range of the values.
pub fn mean(xs: &[f64]) -> f64 {
    let n = count(xs);
    if n == 0 {
        return EMPTY;
    }
    let m = sum(xs) / n as f64;
    // Rounding can push the mean of equal values off them; spread must then still be exactly 0.
    let (least, most) = range(xs);
    m.clamp(least, most)
}

/// The least and the greatest value, in parts as [`sum`]; of nothing, infinities the wrong way round.
fn range(xs: &[f64]) -> (f64, f64) {
    let (mut least, mut most) = ([f64::INFINITY; 8], [f64::NEG_INFINITY; 8]);
    let chunks = xs.chunks_exact(8);
    let rest = chunks.remainder();
    // Nothing is less or greater than an absent value.
    for chunk in chunks.chain([rest]) {
        for ((least, most), x) in least.iter_mut().zip(&mut most).zip(chunk) {
            *least = if *x < *least { *x } else { *least };
            *most = if *x > *most { *x } else { *most };
        }
    }
    (least.into_iter().fold(f64::INFINITY, f64::min), most.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

/// The variance with divisor `n - ddof`; absent when that is not positive.
pub fn var(xs: &[f64], ddof: u8) -> f64 {
    let n = count(xs);
    if n <= usize::from(ddof) {
        return EMPTY;
    }
    let m = mean(xs);
    let mut parts = [0.0; 4];
    for (i, x) in xs.iter().enumerate() {
        if !x.is_nan() {
            parts[i % 4] += (x - m) * (x - m);
        }
    }
    let total = (parts[0] + parts[2]) + (parts[1] + parts[3]);
    let v = total / (n - usize::from(ddof)) as f64;
    if v.is_nan() { Reason::Undefined.value() } else { v }
}

/// `f` over the present values.
pub fn fold(xs: &[f64], f: impl Fn(f64, f64) -> f64) -> f64 {
    present(xs).reduce(f).unwrap_or(EMPTY)
}

fn quantile(xs: &[f64], q: f64, scratch: &mut Vec<f64>) -> f64 {
    scratch.clear();
    scratch.extend(present(xs));
    if scratch.is_empty() {
        return EMPTY;
    }
    scratch.sort_unstable_by(f64::total_cmp);
    quantile_sorted(scratch, q)
}

/// The quantile of values in rising order, interpolated linearly; there must be one.
pub fn quantile_sorted(sorted: &[f64], q: f64) -> f64 {
    let at = q.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (low, high) = (at.floor() as usize, at.ceil() as usize);
    let (a, b) = (sorted[low], sorted[high]);
    if a == b { a } else { a + (b - a) * (at - low as f64) }
}

fn arg(xs: &[f64], better: impl Fn(f64, f64) -> bool) -> f64 {
    let mut best: Option<(usize, f64)> = None;
    for (i, x) in xs.iter().enumerate() {
        if !x.is_nan() && best.is_none_or(|(_, b)| better(b, *x)) {
            best = Some((i, *x));
        }
    }
    best.map_or(EMPTY, |(i, _)| i as f64)
}

fn logsumexp(xs: &[f64]) -> f64 {
    let top = fold(xs, f64::max);
    if top.is_nan() {
        return f64::NEG_INFINITY;
    }
    if top.is_infinite() {
        return top;
    }
    let mut part = [0.0; 64];
    let mut total = 0.0;
    for chunk in xs.chunks(part.len()) {
        let part = &mut part[..chunk.len()];
        super::exp::shifted(chunk, top, part);
        total += sum(part);
    }
    top + total.ln()
}

fn majority(xs: &[f64], scratch: &mut Vec<f64>) -> f64 {
    scratch.clear();
    scratch.extend(present(xs));
    scratch.sort_unstable_by(f64::total_cmp);
    let mut best = 0;
    let mut winners: Vec<f64> = Vec::new();
    for run in scratch.chunk_by(|a, b| a == b) {
        if run.len() > best {
            best = run.len();
            winners.clear();
        }
        if run.len() == best {
            winners.push(run[0]);
        }
    }
    present(xs).find(|x| winners.contains(x)).unwrap_or(EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::Real;

    fn of(op: Reducer, xs: &[f64]) -> f64 {
        reduce(op, xs, &mut Vec::new())
    }

    #[test]
    fn absent_values_are_skipped() {
        let xs = [1.0, Reason::Masked.value(), 3.0];
        assert_eq!(of(Reducer::Sum, &xs), 4.0);
        assert_eq!(of(Reducer::Mean, &xs), 2.0);
        assert_eq!(of(Reducer::Count, &xs), 2.0);
        assert_eq!(of(Reducer::Argmax, &xs), 2.0);
        assert_eq!(of(Reducer::Median, &xs), 2.0);
    }

    #[test]
    fn nothing_sums_to_zero_and_has_no_mean() {
        assert_eq!(of(Reducer::Sum, &[]), 0.0);
        assert_eq!(of(Reducer::Prod, &[]), 1.0);
        assert_eq!(of(Reducer::Count, &[]), 0.0);
        assert_eq!((of(Reducer::Any, &[]), of(Reducer::All, &[])), (0.0, 1.0));
        assert_eq!(of(Reducer::Logsumexp, &[]), f64::NEG_INFINITY);
        for op in
            [Reducer::Mean, Reducer::Min, Reducer::Median, Reducer::First, Reducer::Argmax, Reducer::Majority]
        {
            assert_eq!(crate::absent::reason_of(of(op, &[])), Some(Reason::Empty), "{op:?}");
        }
    }

    #[test]
    fn equal_values_have_exactly_no_spread() {
        let xs = [0.1; 7];
        assert_eq!(of(Reducer::Mean, &xs), 0.1);
        assert_eq!(of(Reducer::Std { ddof: 1 }, &xs), 0.0);
    }

    #[test]
    fn population_and_sample() {
        let xs = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(of(Reducer::Var { ddof: 0 }, &xs), 1.25);
        assert!((of(Reducer::Var { ddof: 1 }, &xs) - 5.0 / 3.0).abs() < 1e-15);
        assert!(of(Reducer::Var { ddof: 1 }, &xs[..1]).is_nan());
    }

    #[test]
    fn quantiles_interpolate_and_majority_takes_the_first_seen() {
        assert_eq!(of(Reducer::Quantile(Real(0.25)), &[4.0, 1.0, 2.0, 3.0]), 1.75);
        assert_eq!(of(Reducer::Majority, &[3.0, 1.0, 1.0, 3.0]), 3.0);
        assert_eq!(of(Reducer::Majority, &[3.0, 1.0, 1.0]), 1.0);
    }
}
