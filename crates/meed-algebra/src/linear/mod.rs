//! Small dense linear algebra on plain tables of numbers, for functions of a spec. A matrix is a list of rows.

mod program;
mod sets;
mod simplex_norm;

pub use program::{Program, Solved, hull, linprog};
pub use sets::{frechet, vendi};
pub use simplex_norm::min_norm_weights;

/// A list of rows of one length.
pub type Matrix = Vec<Vec<f64>>;

/// The matrix brought to triangular form from the left with row exchanges, the same done to `right`: the triangle,
/// the changed `right`, and the sign of the exchanges. None when a pivot vanishes.
fn eliminate(matrix: &[Vec<f64>], right: &[f64]) -> Option<(Matrix, Vec<f64>, f64)> {
    let (mut a, mut b, mut sign) = (matrix.to_vec(), right.to_vec(), 1.0);
    let n = a.len();
    let scale = a.iter().flatten().fold(0.0_f64, |m, x| m.max(x.abs()));
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs()))?;
        // Written so that NaN is no pivot either.
        if !(a[pivot][k].abs() > 1e-14 * scale) {
            return None;
        }
        if pivot != k {
            a.swap(pivot, k);
            if !b.is_empty() {
                b.swap(pivot, k);
            }
            sign = -sign;
        }
        let (above, below) = a.split_at_mut(k + 1);
        let row = &above[k];
        for (i, other) in below.iter_mut().enumerate() {
            let factor = other[k] / row[k];
            other.iter_mut().zip(row).for_each(|(x, y)| *x -= factor * y);
            if !b.is_empty() {
                b[k + 1 + i] -= factor * b[k];
            }
        }
    }
    Some((a, b, sign))
}

/// x with `matrix` x = `right`, for a square matrix; None when it is singular.
pub fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Option<Vec<f64>> {
    let (a, b, _) = eliminate(matrix, right)?;
    let n = a.len();
    let mut x = vec![0.0; n];
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k][j] * x[j]).sum();
        x[k] = (b[k] - known) / a[k][k];
    }
    Some(x)
}

/// The logarithm of the determinant; None when it is not positive.
pub fn logdet(matrix: &[Vec<f64>]) -> Option<f64> {
    let (a, _, sign) = eliminate(matrix, &[])?;
    let negative = (0..a.len()).filter(|k| a[*k][*k] < 0.0).count() % 2 == 1;
    let positive = (sign < 0.0) == negative;
    positive.then(|| (0..a.len()).map(|k| a[k][k].abs().ln()).sum())
}

/// Eigenvalues of a symmetric matrix, ascending, and their unit eigenvectors, by Jacobi rotations. The first component
/// of an eigenvector that is not 0 is positive.
pub fn eigh(matrix: &[Vec<f64>]) -> (Vec<f64>, Matrix) {
    let n = matrix.len();
    let mut a: Vec<f64> = matrix.concat();
    let mut vectors: Vec<f64> = (0..n * n).map(|i| f64::from(u8::from(i / n == i % n))).collect();
    crate::kernel::vector::jacobi(&mut a, n, Some(&mut vectors));
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|i, j| a[i * n + i].total_cmp(&a[j * n + j]));
    let column = |k: &usize| -> Vec<f64> {
        let v: Vec<f64> = (0..n).map(|i| vectors[i * n + k]).collect();
        let flip = v.iter().find(|x| x.abs() > 1e-12).is_some_and(|x| *x < 0.0);
        v.into_iter().map(|x| if flip { -x } else { x }).collect()
    };
    (order.iter().map(|k| a[k * n + k]).collect(), order.iter().map(column).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn solutions_solve_and_singular_matrices_have_none() {
        let a = vec![vec![0.0, 2.0, 1.0], vec![1.0, -1.0, 3.0], vec![4.0, 1.0, 0.5]];
        let x = solve(&a, &[3.0, 1.0, 2.0]).unwrap();
        for (row, b) in a.iter().zip([3.0, 1.0, 2.0]) {
            assert!(near(row.iter().zip(&x).map(|(a, x)| a * x).sum(), b));
        }
        assert_eq!(solve(&[vec![1.0, 2.0], vec![2.0, 4.0]], &[1.0, 2.0]), None);
        assert_eq!(solve(&[vec![f64::NAN]], &[1.0]), None);
        assert_eq!(solve(&[], &[]), Some(vec![]));
    }

    #[test]
    fn determinants_follow_row_exchanges() {
        assert!(near(logdet(&[vec![2.0, 0.0], vec![0.0, 3.0]]).unwrap(), 6.0_f64.ln()));
        assert_eq!(logdet(&[vec![0.0, 1.0], vec![1.0, 0.0]]), None);
        assert!(near(logdet(&[vec![0.0, -1.0], vec![1.0, 0.0]]).unwrap(), 0.0));
    }

    #[test]
    fn eigenvectors_rebuild_the_matrix() {
        let a = vec![vec![4.0, 1.0, 0.5], vec![1.0, 3.0, -1.0], vec![0.5, -1.0, 2.0]];
        let (values, vectors) = eigh(&a);
        assert!(values.windows(2).all(|w| w[0] <= w[1]));
        for i in 0..3 {
            for j in 0..3 {
                let x: f64 = values.iter().zip(&vectors).map(|(l, v)| l * v[i] * v[j]).sum();
                assert!(near(x, a[i][j]), "{x} {}", a[i][j]);
            }
        }
    }
}
