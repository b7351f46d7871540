//! Vectors.

use crate::absent::Reason;

/// `exp` of the entropy of the normalised singular values of the rows (vectors of `dim` components).
/// Rows with an absent component are left out; 0 rows give an absent value, all-zero rows are undefined. With `center`
/// the mean of the rows is subtracted first.
pub fn effective_rank(rows: &[f64], dim: usize, center: bool) -> f64 {
    let rows: Vec<&[f64]> = rows.chunks_exact(dim.max(1)).filter(|r| r.iter().all(|x| !x.is_nan())).collect();
    if rows.is_empty() {
        return Reason::Empty.value();
    }
    let mut means = vec![0.0; dim];
    if center {
        rows.iter().for_each(|r| means.iter_mut().zip(*r).for_each(|(m, x)| *m += x));
        means.iter_mut().for_each(|m| *m /= rows.len() as f64);
    }
    let rows: Vec<Vec<f64>> =
        rows.iter().map(|r| r.iter().zip(&means).map(|(x, m)| x - m).collect()).collect();
    // Singular values are roots of the eigenvalues of the smaller Gram matrix.
    let n = rows.len().min(dim);
    let mut gram = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            gram[i * n + j] = if rows.len() <= dim {
                rows[i].iter().zip(&rows[j]).map(|(a, b)| a * b).sum()
            } else {
                rows.iter().map(|r| r[i] * r[j]).sum()
            };
        }
    }
    jacobi(&mut gram, n, None);
    let singular: Vec<f64> = (0..n).map(|i| gram[i * n + i].max(0.0).sqrt()).collect();
    let total: f64 = singular.iter().sum();
    if total <= 0.0 || !total.is_finite() {
        return Reason::Undefined.value();
    }
    let entropy: f64 = singular.iter().map(|s| s / total).filter(|p| *p > 0.0).map(|p| -p * p.ln()).sum();
    entropy.exp()
}

/// Turns a symmetric matrix by rotations until it is diagonal: the eigenvalues. The same rotations applied to the columns
/// of `vectors`, at first the identity, make those the eigenvectors.
pub(crate) fn jacobi(a: &mut [f64], n: usize, mut vectors: Option<&mut [f64]>) {
    for _ in 0..64 {
        let off: f64 =
            (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * n + j].powi(2)).sum();
        let all: f64 = (0..n).map(|i| a[i * n + i].powi(2)).sum();
        if off <= 1e-30 * all || off == 0.0 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(a, n, p, q, vectors.as_deref_mut());
            }
        }
    }
}

fn rotate(a: &mut [f64], n: usize, p: usize, q: usize, vectors: Option<&mut [f64]>) {
    let apq = a[p * n + q];
    if apq == 0.0 {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y);
    }
    for k in 0..n {
        let (x, y) = (a[p * n + k], a[q * n + k]);
        (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y);
    }
    for row in vectors.into_iter().flat_map(|v| v.chunks_exact_mut(n)) {
        let (x, y) = (row[p], row[q]);
        (row[p], row[q]) = (c * x - s * y, s * x + c * y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orthogonal_rows_have_full_rank_and_equal_rows_rank_one() {
        assert!((effective_rank(&[1.0, 0.0, 0.0, 1.0], 2, false) - 2.0).abs() < 1e-12);
        assert!((effective_rank(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0], 2, false) - 1.0).abs() < 1e-6);
        assert!(effective_rank(&[], 2, false).is_nan());
        assert!(effective_rank(&[0.0, 0.0], 2, false).is_nan());
        assert!((effective_rank(&[1.0, 0.0, 0.0, 1.0], 2, true) - 1.0).abs() < 1e-12);
        assert!(effective_rank(&[1.0, 2.0, 1.0, 2.0], 2, true).is_nan());
    }
}
