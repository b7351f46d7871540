//! Planted parameters come back.

use meed_algebra::op::{Binary, Reducer, Unary};
use meed_algebra::*;
use meed_learn::{Fitted, Method, Options, Range, Unknown, fit};

const OPTIONS: Options = Options { method: Method::Lbfgs, steps: 500, tolerance: 1e-9, seed: 0 };

/// Numbers in [0, 1) without pattern, always the same.
fn noise(seed: u64, n: usize) -> Vec<f64> {
    let mut s = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (s >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..n).map(|_| next()).collect()
}

fn unknown(g: &mut Graph, name: &str, start: Vec<f64>, range: Range, dual: bool) -> Unknown {
    let dim = (start.len() > 1).then_some(start.len());
    let shape = Shape { dim, ..Shape::of(Axis::BATCH) };
    let node = g.add_parameter(name, shape, start).unwrap();
    Unknown { name: name.into(), node, range, dual }
}

/// Pairs of rollouts with three features each; the first of a pair is preferred as often as a Bradley-Terry model with
/// the planted weights says.
fn preferences(weights: [f64; 3], pairs: usize) -> Batch {
    let features = noise(1, pairs * 6).iter().map(|x| 4.0 * x - 2.0).collect::<Vec<f64>>();
    let score = |i: usize| (0..3).map(|k| weights[k] * features[3 * i + k]).sum::<f64>();
    let wins = noise(2, pairs).into_iter().enumerate().map(|(p, u)| {
        let lead = score(2 * p) - score(2 * p + 1);
        f64::from(u < 1.0 / (1.0 + (-lead).exp()))
    });
    let wins: Vec<f64> = wins.collect();
    let mut batch = Batch::new(vec![2; pairs]);
    batch.add_column("features", Column::numbers(Axis::ROLLOUT, features).with_dim(3)).unwrap();
    batch.add_column("first_wins", Column::numbers(Axis::GROUP, wins)).unwrap();
    batch
}

/// The Bradley-Terry loss of a reward linear in the features.
fn bradley_terry(g: &mut Graph, weights: NodeId) -> Result<NodeId, TypeError> {
    let (features, wins) = (g.column("features", None, None)?, g.column("first_wins", None, None)?);
    let parts = g.binary(Binary::Mul, features, weights)?;
    let reward = g.reduce(Reducer::Sum, parts, "rollout")?;
    let (zero, one, two) = (g.number(0.0)?, g.number(1.0)?, g.number(2.0)?);
    let (a, b) = (g.at(reward, zero, "group")?, g.at(reward, one, "group")?);
    let lead = g.binary(Binary::Sub, a, b)?;
    let twice = g.binary(Binary::Mul, two, wins)?;
    let side = g.binary(Binary::Sub, twice, one)?;
    let z = g.binary(Binary::Mul, side, lead)?;
    let log = g.unary(Unary::LogSigmoid, z)?;
    let minus = g.unary(Unary::Neg, log)?;
    g.reduce(Reducer::Mean, minus, "batch")
}

fn fitted(batch: &Batch, range: Range, options: &Options) -> Fitted {
    let mut g = Graph::new(batch.schema());
    let w = unknown(&mut g, "w", vec![0.1, 0.1, 0.1], range, false);
    let loss = bradley_terry(&mut g, w.node).unwrap();
    fit(g, loss, &[w], batch, options).unwrap()
}

#[test]
fn weights_of_a_reward_come_back_from_preferences() {
    let planted = [1.5, -0.7, 0.0];
    let batch = preferences(planted, 20_000);
    let found = fitted(&batch, Range::FREE, &OPTIONS);
    assert!(found.converged && found.slope < 1e-7, "{found:?}");
    for (w, p) in found.values[0].iter().zip(planted) {
        assert!((w - p).abs() < 0.06, "{found:?}");
    }
    assert!(found.loss[1] < found.loss[0]);
    // Another way to the same place.
    let adam = Options { method: Method::Adam { rate: 0.05 }, steps: 800, ..OPTIONS };
    let other = fitted(&batch, Range::FREE, &adam);
    for (a, b) in other.values[0].iter().zip(&found.values[0]) {
        assert!((a - b).abs() < 1e-3, "{other:?} {found:?}");
    }
}

#[test]
fn weights_on_a_simplex_stay_there() {
    let batch = preferences([0.7, 0.3, 0.0], 20_000);
    let found = fitted(&batch, Range::Simplex, &OPTIONS);
    let w = &found.values[0];
    assert!((w.iter().sum::<f64>() - 1.0).abs() < 1e-12 && w.iter().all(|x| *x >= 0.0));
    assert!((w[0] - 0.7).abs() < 0.05 && w[2] < 0.05, "{found:?}");
    let bounded = fitted(&batch, Range::Between { low: 0.0, high: 0.5 }, &OPTIONS);
    assert!(bounded.values[0].iter().all(|w| (0.0..=0.5).contains(w)), "{bounded:?}");
    assert!(bounded.values[0][0] > 0.499, "{bounded:?}");
}

#[test]
fn a_temperature_comes_back_from_answers() {
    // Confidence that is 2.5 times too sure: the answers come from sigmoid(logit / 2.5).
    let n = 30_000;
    let logits: Vec<f64> = noise(3, n).iter().map(|x| 16.0 * x - 8.0).collect();
    let right = noise(4, n).into_iter().zip(&logits);
    let right: Vec<f64> = right.map(|(u, z)| f64::from(u < 1.0 / (1.0 + (-z / 2.5).exp()))).collect();
    let mut batch = Batch::new(vec![n]);
    batch.add_column("logit", Column::numbers(Axis::ROLLOUT, logits)).unwrap();
    batch.add_column("right", Column::numbers(Axis::ROLLOUT, right)).unwrap();
    let mut g = Graph::new(batch.schema());
    let t = unknown(&mut g, "t", vec![1.0], Range::Between { low: 0.0, high: f64::INFINITY }, false);
    let build = |g: &mut Graph| -> Result<NodeId, TypeError> {
        let (logit, right) = (g.column("logit", None, None)?, g.column("right", None, None)?);
        let z = g.binary(Binary::Div, logit, t.node)?;
        let soft = g.unary(Unary::Softplus, z)?;
        let hit = g.binary(Binary::Mul, right, z)?;
        let nll = g.binary(Binary::Sub, soft, hit)?;
        g.reduce(Reducer::Mean, nll, "batch")
    };
    let loss = build(&mut g).unwrap();
    let found = fit(g, loss, std::slice::from_ref(&t), &batch, &OPTIONS).unwrap();
    assert!(found.converged && (found.values[0][0] - 2.5).abs() < 0.1, "{found:?}");
}

#[test]
fn multipliers_meet_their_constraints() {
    // Minimise (x - 3)² + (y - 2)² with x + y <= 4 and x <= 10: x = 2.5, y = 1.5, multipliers 1 and 0.
    let batch = Batch::new([1]);
    let mut g = Graph::new(batch.schema());
    let x = unknown(&mut g, "x", vec![0.0], Range::FREE, false);
    let y = unknown(&mut g, "y", vec![0.0], Range::FREE, false);
    let l = unknown(&mut g, "l", vec![0.0], Range::FREE, true);
    let m = unknown(&mut g, "m", vec![5.0], Range::FREE, true);
    let build = |g: &mut Graph| -> Result<NodeId, TypeError> {
        let square = |g: &mut Graph, x, at: f64| {
            let at = g.number(at)?;
            let d = g.binary(Binary::Sub, x, at)?;
            g.binary(Binary::Mul, d, d)
        };
        let (a, b) = (square(g, x.node, 3.0)?, square(g, y.node, 2.0)?);
        let cost = g.binary(Binary::Add, a, b)?;
        let (four, ten) = (g.number(4.0)?, g.number(10.0)?);
        let sum = g.binary(Binary::Add, x.node, y.node)?;
        let (c, d) = (g.binary(Binary::Sub, sum, four)?, g.binary(Binary::Sub, x.node, ten)?);
        let (c, d) = (g.binary(Binary::Mul, l.node, c)?, g.binary(Binary::Mul, m.node, d)?);
        let both = g.binary(Binary::Add, c, d)?;
        g.binary(Binary::Add, cost, both)
    };
    let loss = build(&mut g).unwrap();
    let found = fit(g, loss, &[x, y, l, m], &batch, &OPTIONS).unwrap();
    assert!(found.converged, "{found:?}");
    for (value, expected) in found.values.iter().zip([2.5, 1.5, 1.0, 0.0]) {
        assert!((value[0] - expected).abs() < 1e-6, "{found:?}");
    }
    assert!(found.violations[2][0].abs() < 1e-8 && found.violations[3][0] < 0.0, "{found:?}");
}

#[test]
fn a_loss_that_cannot_be_fitted_says_why() {
    let batch = Batch::new([1]);
    let mut g = Graph::new(batch.schema());
    let x = unknown(&mut g, "x", vec![-1.0], Range::FREE, false);
    let log = g.unary(Unary::Log, x.node).unwrap();
    let error = fit(g.clone(), log, std::slice::from_ref(&x), &batch, &OPTIONS).unwrap_err().to_string();
    assert!(error.contains("absent (undefined)"), "{error}");
    assert!(fit(g, log, &[], &batch, &OPTIONS).is_err());
}
