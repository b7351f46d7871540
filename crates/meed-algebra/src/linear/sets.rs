//! What whole sets of vectors are worth: how near to another set, how diverse.

use super::{Matrix, eigh};

/// Inner products of every row of `a` with every row of `b`.
fn products(a: &[Vec<f64>], b: &[Vec<f64>]) -> Matrix {
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum();
    a.iter().map(|x| b.iter().map(|y| dot(x, y)).collect()).collect()
}

fn transposed(a: &[Vec<f64>]) -> Matrix {
    let columns = a.first().map_or(0, Vec::len);
    (0..columns).map(|k| a.iter().map(|row| row[k]).collect()).collect()
}

/// The mean, and the rows minus it over the root of n - 1, so that their squares sum to the variances.
fn centred(rows: &[Vec<f64>]) -> (Vec<f64>, Matrix) {
    let n = rows.len() as f64;
    let mean: Vec<f64> = transposed(rows).iter().map(|column| column.iter().sum::<f64>() / n).collect();
    let scale = (n - 1.0).sqrt();
    let off = rows.iter().map(|row| row.iter().zip(&mean).map(|(x, m)| (x - m) / scale).collect());
    (mean.clone(), off.collect())
}

/// The Fréchet distance of two sets of vectors, seen as normal distributions with the sample's covariance; None with
/// fewer than two vectors in one.
///
/// Source: GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium.
pub fn frechet(x: &[Vec<f64>], y: &[Vec<f64>]) -> Option<f64> {
    let fewest = x.len().min(y.len());
    if fewest < 2 {
        return None;
    }
    let ((mean_x, off_x), (mean_y, off_y)) = (centred(x), centred(y));
    let apart: f64 = mean_x.iter().zip(&mean_y).map(|(a, b)| (a - b) * (a - b)).sum();
    let spread = |off: &Matrix| off.iter().flatten().map(|v| v * v).sum::<f64>();
    // The trace of the root of the product of the covariances: the singular values of the products of both sets'
    // vectors, from whichever matrix is the smaller.
    let squares = if x[0].len() < fewest {
        let (columns_x, columns_y) = (transposed(&off_x), transposed(&off_y));
        let (values, vectors) = eigh(&products(&columns_x, &columns_x));
        let scaled = |(l, v): (&f64, &Vec<f64>)| v.iter().map(|x| l.max(0.0).sqrt() * x).collect();
        let half: Matrix = values.iter().zip(&vectors).map(scaled).collect();
        products(&products(&half, &products(&columns_y, &columns_y)), &half)
    } else {
        let (few, many) = if off_x.len() <= off_y.len() { (&off_x, &off_y) } else { (&off_y, &off_x) };
        let cross = products(few, many);
        products(&cross, &cross)
    };
    let shared: f64 = eigh(&squares).0.into_iter().map(|l| l.max(0.0).sqrt()).sum();
    Some(apart + spread(&off_x) + spread(&off_y) - 2.0 * shared)
}

/// The Vendi score: how many different vectors there are, effectively, by their directions. None over nothing.
///
/// Source: The Vendi Score: A Diversity Evaluation Metric for Machine Learning.
pub fn vendi(x: &[Vec<f64>]) -> Option<f64> {
    if x.is_empty() {
        return None;
    }
    let scale = (x.len() as f64).sqrt();
    let unit = |row: &Vec<f64>| -> Vec<f64> {
        let length = row.iter().map(|v| v * v).sum::<f64>().sqrt();
        let by = if length > 0.0 { length * scale } else { 1.0 };
        row.iter().map(|v| v / by).collect()
    };
    let units: Matrix = x.iter().map(unit).collect();
    let small = if x[0].len() < x.len() { transposed(&units) } else { units };
    let values = eigh(&products(&small, &small)).0;
    Some((-values.into_iter().filter(|l| *l > 0.0).map(|l| l * l.ln()).sum::<f64>()).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(n: usize, dims: usize, phase: f64) -> Matrix {
        let value = |i: usize, j: usize| ((i * 5 + j * 3) as f64 * 0.7 + phase).sin() + j as f64 * phase;
        (0..n).map(|i| (0..dims).map(|j| value(i, j)).collect()).collect()
    }

    #[test]
    fn a_set_is_no_distance_from_itself_and_a_shift_counts_squared() {
        for (n, dims) in [(6, 3), (3, 6)] {
            let x = wave(n, dims, 0.1);
            assert!(frechet(&x, &x).unwrap().abs() < 1e-6);
            let moved: Matrix = x.iter().map(|row| row.iter().map(|v| v + 2.0).collect()).collect();
            assert!((frechet(&x, &moved).unwrap() - 4.0 * dims as f64).abs() < 1e-6);
        }
        assert_eq!(frechet(&wave(1, 2, 0.0), &wave(3, 2, 0.0)), None);
    }

    #[test]
    fn both_ways_to_the_distance_agree() {
        let (x, y) = (wave(5, 3, 0.2), wave(7, 3, 0.9));
        // Components of 0 change nothing but the way.
        let wide = |rows: &Matrix| -> Matrix {
            rows.iter().map(|r| r.iter().copied().chain([0.0; 9]).collect()).collect()
        };
        let (narrow, wide) = (frechet(&x, &y).unwrap(), frechet(&wide(&x), &wide(&y)).unwrap());
        assert!((narrow - wide).abs() < 1e-6, "{narrow} {wide}");
    }

    #[test]
    fn equal_directions_count_once_and_orthogonal_ones_each() {
        let score = |rows: &[&[f64]]| vendi(&rows.iter().map(|r| r.to_vec()).collect::<Matrix>()).unwrap();
        assert!((score(&[&[1.0, 0.0], &[2.0, 0.0], &[3.0, 0.0]]) - 1.0).abs() < 1e-9);
        assert!((score(&[&[1.0, 0.0, 0.0], &[0.0, 2.0, 0.0]]) - 2.0).abs() < 1e-9);
        assert_eq!(vendi(&[]), None);
    }
}
