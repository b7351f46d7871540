//! The shortest vector among the weighted means of some vectors.

use super::solve;

/// Weights, at least 0 and with sum 1, whose combination of the vectors behind a Gram matrix is the shortest, by
/// Wolfe's method. Empty for no vectors.
///
/// Source: Finding the Nearest Point in a Polytope.
pub fn min_norm_weights(gram: &[Vec<f64>]) -> Vec<f64> {
    let n = gram.len();
    let mut w = vec![0.0; n];
    let Some(first) = (0..n).min_by(|i, j| gram[*i][*i].total_cmp(&gram[*j][*j])) else { return w };
    w[first] = 1.0;
    let scale = (0..n).fold(0.0_f64, |m, i| m.max(gram[i][i].abs()));
    for _ in 0..100 * n {
        let slope: Vec<f64> = gram.iter().map(|row| row.iter().zip(&w).map(|(g, w)| g * w).sum()).collect();
        let length: f64 = slope.iter().zip(&w).map(|(s, w)| s * w).sum();
        let Some(next) = (0..n).min_by(|i, j| slope[*i].total_cmp(&slope[*j])) else { break };
        if slope[next] >= length - 1e-13 * scale {
            break;
        }
        let mut active: Vec<usize> = (0..n).filter(|i| w[*i] > 0.0 || *i == next).collect();
        while let Some(best) = affine(gram, &active) {
            if best.iter().all(|x| *x > 1e-14) {
                w.fill(0.0);
                active.iter().zip(best).for_each(|(i, x)| w[*i] = x);
                break;
            }
            // As far towards it as no weight becomes negative; whoever reaches 0 leaves.
            let step = active
                .iter()
                .zip(&best)
                .filter(|(_, x)| **x <= 1e-14)
                .map(|(i, x)| w[*i] / (w[*i] - x).max(f64::MIN_POSITIVE))
                .fold(1.0, f64::min);
            for (i, x) in active.iter().zip(&best) {
                w[*i] = (w[*i] + step * (x - w[*i])).max(0.0);
            }
            let least = active.iter().copied().min_by(|i, j| w[*i].total_cmp(&w[*j]));
            active.retain(|i| w[*i] > 1e-14 && Some(*i) != least);
            (0..n).filter(|i| !active.contains(i)).for_each(|i| w[i] = 0.0);
            let total: f64 = w.iter().sum();
            w.iter_mut().for_each(|x| *x /= total);
        }
    }
    w
}

/// The weights with sum 1, of either sign, of the shortest combination of the active vectors.
fn affine(gram: &[Vec<f64>], active: &[usize]) -> Option<Vec<f64>> {
    let k = active.len();
    // Of vectors that depend on one another any solution does: a little is added to the diagonal.
    let scale: f64 = active.iter().map(|i| gram[*i][*i]).sum::<f64>().max(f64::MIN_POSITIVE);
    let system = |ridge: f64| -> Vec<Vec<f64>> {
        let row = |r: usize| {
            let g = active.iter().enumerate().map(move |(c, j)| {
                let own = if c == r { ridge * scale } else { 0.0 };
                (gram[active[r]][*j] + own) / scale
            });
            g.chain([1.0]).collect()
        };
        (0..k).map(row).chain([std::iter::repeat_n(1.0, k).chain([0.0]).collect()]).collect()
    };
    let right: Vec<f64> = std::iter::repeat_n(0.0, k).chain([1.0]).collect();
    let mut x = solve(&system(0.0), &right).or_else(|| solve(&system(1e-10), &right))?;
    x.truncate(k);
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gram(vectors: &[&[f64]]) -> Vec<Vec<f64>> {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum();
        vectors.iter().map(|a| vectors.iter().map(|b| dot(a, b)).collect()).collect()
    }

    fn length(gram: &[Vec<f64>], w: &[f64]) -> f64 {
        (0..w.len())
            .flat_map(|i| (0..w.len()).map(move |j| (i, j)))
            .map(|(i, j)| w[i] * gram[i][j] * w[j])
            .sum()
    }

    #[test]
    fn opposite_vectors_cancel_and_parallel_ones_take_the_shorter() {
        let w = min_norm_weights(&gram(&[&[-0.5, 0.0], &[0.25, -0.5]]));
        assert!((w[0] - 0.5384615384615384).abs() < 1e-9);
        let w = min_norm_weights(&gram(&[&[1.0, 0.0], &[2.0, 0.0], &[0.5, 0.0]]));
        assert_eq!(w, [0.0, 0.0, 1.0]);
        assert!(
            length(
                &gram(&[&[1.0, 0.0], &[-1.0, 0.0], &[0.0, 1.0]]),
                &min_norm_weights(&gram(&[&[1.0, 0.0], &[-1.0, 0.0], &[0.0, 1.0]]))
            ) < 1e-18
        );
        assert!(min_norm_weights(&[]).is_empty());
    }

    #[test]
    fn no_point_of_a_fine_grid_is_shorter() {
        let vectors: Vec<Vec<f64>> = (0..5)
            .map(|i| (0..3).map(|j| ((i * 7 + j * 3 + i * j) as f64 * 0.37).sin() + 0.4).collect())
            .collect();
        let rows: Vec<&[f64]> = vectors.iter().map(Vec::as_slice).collect();
        let gram = gram(&rows);
        let best = length(&gram, &min_norm_weights(&gram));
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let mut draw = || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                ((state >> 33) as f64 / (1u64 << 31) as f64).powi(3)
            };
            let w: Vec<f64> = (0..5).map(|_| draw()).collect();
            let total: f64 = w.iter().sum();
            let w: Vec<f64> = w.iter().map(|x| x / total).collect();
            assert!(length(&gram, &w) >= best - 1e-12);
        }
    }
}
