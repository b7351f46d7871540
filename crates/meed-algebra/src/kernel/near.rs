//! Distances between vectors, and clusters.

use std::collections::HashSet;

use crate::absent::Reason;

fn square_distance(a: &[f64], b: &[f64]) -> f64 {
    let mut parts = [0.0; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| (x - y) * (x - y)).sum();
    for (x, y) in left.zip(right) {
        for (part, (x, y)) in parts.iter_mut().zip(x.iter().zip(y)) {
            *part += (x - y) * (x - y);
        }
    }
    parts.iter().sum::<f64>() + rest
}

/// The cluster of each point, from 0 in the order they are found; `None` for points that belong to none.
pub fn clusters(points: &[&[f64]], eps: f64, min_samples: usize) -> Vec<Option<usize>> {
    let near = |i: usize| -> Vec<usize> {
        (0..points.len()).filter(|j| square_distance(points[i], points[*j]).sqrt() <= eps).collect()
    };
    let neighbours: Vec<Vec<usize>> = (0..points.len()).map(near).collect();
    let core = |i: usize| neighbours[i].len() >= min_samples;
    let mut found: Vec<Option<usize>> = vec![None; points.len()];
    let mut count = 0;
    for first in 0..points.len() {
        if found[first].is_some() || !core(first) {
            continue;
        }
        let mut open = vec![first];
        while let Some(i) = open.pop() {
            if found[i].is_some() {
                continue;
            }
            found[i] = Some(count);
            // Points at the border belong to a cluster but do not carry it on.
            if core(i) {
                open.extend(neighbours[i].iter().filter(|j| found[**j].is_none()));
            }
        }
        count += 1;
    }
    found
}

/// Writes to `out[i]`, for each row `(i, vector)`, the mean distance to the nearest `k` targets; absent without any.
pub fn nearest(
    rows: &[(usize, &[f64])],
    targets: &[(usize, &[f64])],
    k: usize,
    others: bool,
    out: &mut [f64],
) {
    // The centre of a cluster stands on each of its members; the nearest one is found once.
    let mut seen = HashSet::new();
    let once = k == 1 && !others;
    let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let targets: Vec<_> = targets.iter().filter(|t| !once || seen.insert(bits(t.1))).collect();
    let mut distances = Vec::with_capacity(targets.len());
    for (i, row) in rows {
        distances.clear();
        let counted = targets.iter().filter(|t| !others || t.0 != *i);
        distances.extend(counted.map(|t| square_distance(row, t.1).sqrt()));
        distances.sort_unstable_by(f64::total_cmp);
        distances.truncate(k);
        let n = distances.len() as f64;
        out[*i] = if n > 0.0 { distances.iter().sum::<f64>() / n } else { Reason::Empty.value() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_grow_from_crowded_points() {
        let xs = [[0.0], [0.4], [0.8], [5.0], [5.3], [9.0]];
        let points: Vec<&[f64]> = xs.iter().map(|p| p.as_slice()).collect();
        let found = clusters(&points, 0.5, 2);
        assert_eq!(found, [Some(0), Some(0), Some(0), Some(1), Some(1), None]);
        // Only the point in the middle is crowded enough; those at the border follow it.
        assert_eq!(clusters(&points, 0.5, 3), [Some(0), Some(0), Some(0), None, None, None]);
        assert!(clusters(&[], 0.5, 1).is_empty());
    }

    #[test]
    fn the_nearest_without_oneself() {
        let xs = [[0.0], [1.0], [5.0]];
        let points: Vec<(usize, &[f64])> = xs.iter().map(|p| p.as_slice()).enumerate().collect();
        let mut out = [9.0; 3];
        nearest(&points, &points, 2, true, &mut out);
        assert_eq!(out, [3.0, 2.5, 4.5]);
        nearest(&points, &points, 1, false, &mut out);
        assert_eq!(out, [0.0; 3]);
        nearest(&points, &[], 1, false, &mut out);
        assert!(out[0].is_nan());
    }
}
