//! Minimisation without constraints by the limited-memory BFGS method.
//!
//! Source: Numerical Optimization (J. Nocedal, S. Wright), algorithms 7.4 and 7.5.

use std::collections::VecDeque;

/// The best point found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Minimum {
    pub x: Vec<f64>,
    pub value: f64,
    /// The largest component of the gradient.
    pub slope: f64,
    pub iterations: usize,
    /// Whether the gradient vanished, or nothing smaller could be found along it.
    pub converged: bool,
}

/// Pairs of steps and changes of the gradient that are remembered.
const MEMORY: usize = 12;
/// Halvings of a step before it counts as none.
const HALVINGS: usize = 40;

/// Minimises `f`, which gives value and gradient; a value that is not a number is as bad as infinity.
pub(crate) fn minimise<E>(
    start: Vec<f64>,
    iterations: usize,
    tolerance: f64,
    mut f: impl FnMut(&[f64]) -> Result<(f64, Vec<f64>), E>,
) -> Result<Minimum, E> {
    let mut x = start;
    let (mut value, mut gradient) = f(&x)?;
    let mut memory: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
    let mut done = 0;
    let mut converged = false;
    while done < iterations {
        if largest(&gradient) <= tolerance * value.abs().max(1.0) {
            converged = true;
            break;
        }
        let mut direction = direction(&gradient, &memory);
        let mut slope = dot(&direction, &gradient);
        if slope.is_nan() || slope >= 0.0 {
            memory.clear();
            direction = gradient.iter().map(|g| -g).collect();
            slope = -dot(&gradient, &gradient);
        }
        // The first step has no scale yet.
        let scale = if memory.is_empty() { 1.0 / largest(&gradient).max(1.0) } else { 1.0 };
        let Some((to, to_value, to_gradient)) = search(&x, value, &direction, slope, scale, &mut f)? else {
            // Nothing smaller along the gradient itself: as good as it gets in this arithmetic.
            if memory.is_empty() {
                converged = true;
                break;
            }
            memory.clear();
            continue;
        };
        done += 1;
        let step: Vec<f64> = to.iter().zip(&x).map(|(a, b)| a - b).collect();
        let change: Vec<f64> = to_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        if dot(&step, &change) > 1e-12 * dot(&change, &change).sqrt() * dot(&step, &step).sqrt() {
            if memory.len() == MEMORY {
                memory.pop_front();
            }
            memory.push_back((step, change));
        }
        let still = value - to_value <= f64::EPSILON * value.abs().max(to_value.abs());
        (x, value, gradient) = (to, to_value, to_gradient);
        if still && memory.len() < 2 {
            converged = true;
            break;
        }
        if still {
            memory.clear();
        }
    }
    Ok(Minimum { slope: largest(&gradient), x, value, iterations: done, converged })
}

type Point = (Vec<f64>, f64, Vec<f64>);

/// A point along the direction that is low enough (Armijo) and, where a longer step helps, flat enough (Wolfe).
fn search<E>(
    x: &[f64],
    value: f64,
    direction: &[f64],
    slope: f64,
    scale: f64,
    f: &mut impl FnMut(&[f64]) -> Result<(f64, Vec<f64>), E>,
) -> Result<Option<Point>, E> {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut step = scale;
    let mut best: Option<Point> = None;
    for _ in 0..HALVINGS {
        let to: Vec<f64> = x.iter().zip(direction).map(|(x, d)| x + step * d).collect();
        let (to_value, to_gradient) = f(&to)?;
        let fell = to_value <= value + 1e-4 * step * slope;
        if !fell || !to_gradient.iter().all(|g| g.is_finite()) {
            high = step;
        } else {
            let flat = dot(&to_gradient, direction) >= 0.9 * slope;
            if best.as_ref().is_none_or(|b| to_value <= b.1) {
                best = Some((to, to_value, to_gradient));
            }
            if flat {
                break;
            }
            low = step;
        }
        step = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * step };
        if high - low <= 1e-14 * high {
            break;
        }
    }
    Ok(best)
}

/// The gradient turned by what is known of the curvature.
fn direction(gradient: &[f64], memory: &VecDeque<(Vec<f64>, Vec<f64>)>) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for (s, y) in memory.iter().rev() {
        let share = dot(s, &q) / dot(s, y);
        q.iter_mut().zip(y).for_each(|(q, y)| *q -= share * y);
        shares.push(share);
    }
    if let Some((s, y)) = memory.back() {
        let scale = dot(s, y) / dot(y, y);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((s, y), share) in memory.iter().zip(shares.into_iter().rev()) {
        let back = dot(y, &q) / dot(s, y);
        q.iter_mut().zip(s).for_each(|(q, s)| *q += (share - back) * s);
    }
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(crate) fn largest(v: &[f64]) -> f64 {
    v.iter().fold(0.0, |a, b| b.abs().max(a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        let rosenbrock = |x: &[f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            Ok::<_, ()>((a * a + 100.0 * b * b, vec![-2.0 * a - 400.0 * x[0] * b, 200.0 * b]))
        };
        let found = minimise(vec![-1.2, 1.0], 200, 1e-10, rosenbrock).unwrap();
        assert!(found.converged && found.iterations < 60, "{found:?}");
        assert!((found.x[0] - 1.0).abs() < 1e-7 && (found.x[1] - 1.0).abs() < 1e-7);
    }

    #[test]
    fn a_loss_without_a_minimum_says_so() {
        let found = minimise(vec![0.0], 50, 1e-10, |x| Ok::<_, ()>((-x[0], vec![-1.0]))).unwrap();
        assert!(!found.converged);
    }

    #[test]
    fn a_region_that_is_not_a_number_is_avoided() {
        // -log(x) + x
        let f = |x: &[f64]| Ok::<_, ()>((x[0] - x[0].ln(), vec![1.0 - 1.0 / x[0]]));
        let found = minimise(vec![10.0], 100, 1e-10, f).unwrap();
        assert!((found.x[0] - 1.0).abs() < 1e-8, "{found:?}");
    }
}
