//! Minimisation step by step by the gradient's running moments.
//!
//! Source: Adam: A Method for Stochastic Optimization.

use crate::lbfgs::{Minimum, largest};

const DECAY: [f64; 2] = [0.9, 0.999];
const EPSILON: f64 = 1e-8;

/// Takes `steps` steps of size `rate` and gives the best point passed.
pub(crate) fn minimise<E>(
    start: Vec<f64>,
    steps: usize,
    rate: f64,
    tolerance: f64,
    mut f: impl FnMut(&[f64]) -> Result<(f64, Vec<f64>), E>,
) -> Result<Minimum, E> {
    let mut x = start;
    let (mut first, mut second) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let (value, mut gradient) = f(&x)?;
    let mut best =
        Minimum { x: x.clone(), value, slope: largest(&gradient), iterations: 0, converged: false };
    let mut decayed = [1.0, 1.0];
    for _ in 0..steps {
        if largest(&gradient) <= tolerance * best.value.abs().max(1.0) {
            best.converged = true;
            break;
        }
        decayed = [decayed[0] * DECAY[0], decayed[1] * DECAY[1]];
        for (i, g) in gradient.iter().enumerate() {
            first[i] = DECAY[0] * first[i] + (1.0 - DECAY[0]) * g;
            second[i] = DECAY[1] * second[i] + (1.0 - DECAY[1]) * g * g;
            let scale = (second[i] / (1.0 - decayed[1])).sqrt() + EPSILON;
            x[i] -= rate * first[i] / (1.0 - decayed[0]) / scale;
        }
        let value;
        (value, gradient) = f(&x)?;
        best.iterations += 1;
        if value <= best.value {
            (best.x, best.value, best.slope) = (x.clone(), value, largest(&gradient));
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bowl_is_descended() {
        let f = |x: &[f64]| Ok::<_, ()>(((x[0] - 3.0).powi(2), vec![2.0 * (x[0] - 3.0)]));
        let found = minimise(vec![0.0], 5000, 0.05, 1e-9, f).unwrap();
        assert!((found.x[0] - 3.0).abs() < 1e-4, "{found:?}");
    }
}
