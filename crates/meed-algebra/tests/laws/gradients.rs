//! Gradients are what finite differences say, for every operation and through whatever stands above it.

use std::collections::BTreeMap;

use meed_algebra::op::{Binary, Op, Reducer, Scan, Segment, Unary, Within};
use meed_algebra::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::absence::{REDUCERS, SCANS, TREES, WITHIN};
use crate::expressions::{Scope, build, words};
use crate::rollouts::{Group, batch, groups};

/// The columns of numbers a gradient can be by.
const COLUMNS: [&str; 7] = ["hard", "r", "q", "rm", "embedding", "s", "t"];

/// Numbers without ties, now and then absent.
fn smooth() -> impl Strategy<Value = f64> {
    prop_oneof![9 => -2.0..2.0, 1 => Just(Reason::Missing.value())]
}

/// The cells of a column, in its order.
fn cells<'a>(groups: &'a mut [Group], name: &str) -> Vec<&'a mut f64> {
    if name == "hard" {
        return groups.iter_mut().map(|g| &mut g.hard).collect();
    }
    let rollouts = groups.iter_mut().flat_map(|g| &mut g.rollouts);
    match name {
        "r" => rollouts.map(|r| &mut r.r).collect(),
        "q" => rollouts.map(|r| &mut r.q).collect(),
        "rm" => rollouts.flat_map(|r| &mut r.rm).collect(),
        "embedding" => rollouts.flat_map(|r| &mut r.embedding).collect(),
        "s" => rollouts.flat_map(|r| &mut r.steps).map(|s| &mut s.0).collect(),
        _ => rollouts.flat_map(|r| &mut r.steps).flat_map(|s| &mut s.1).collect(),
    }
}

/// A loss of `y` that every element, lane and component moves by another amount.
fn loss(g: &mut Graph, y: NodeId) -> Result<NodeId, TypeError> {
    let axis = g.tree().name(g.shape(y).axis).to_string();
    let weight = g.uniform(&axis)?;
    let size = g.unary(Unary::Abs, y)?;
    let one = g.number(1.0)?;
    let below = g.binary(Binary::Add, size, one)?;
    let bounded = g.binary(Binary::Div, y, below)?;
    let mut x = g.binary(Binary::Mul, weight, bounded)?;
    while !g.shape(x).is_plain() {
        x = g.reduce(Reducer::Sum, x, &axis)?;
    }
    if axis == "batch" { Ok(x) } else { g.reduce(Reducer::Sum, x, "batch") }
}

fn label(op: &Op) -> String {
    match op {
        Op::Unary(op) => format!("{op:?}"),
        Op::Binary(op) => format!("{op:?}"),
        Op::Reduce { op, .. } => format!("reduce {}", reducer_name(*op)),
        Op::Segment { op: op @ Segment::Reduce(_), .. } => format!("beside {}", segment_name(*op)),
        Op::Segment { op: op @ Segment::Scan { reverse: true, .. }, .. } => {
            format!("{} back", segment_name(*op))
        }
        Op::Segment { op, .. } => segment_name(*op),
        other => format!("{other:?}").split([' ', '(', '{']).next().unwrap_or("").to_string(),
    }
}

/// What has a slope. Everything else is piecewise constant, a leaf, or has no gradient at all.
fn with_slope() -> Vec<String> {
    let folds = "sum prod mean var std min max median quantile first last majority logsumexp \
                 logmeanexp"
        .split(' ');
    let scans = "cumsum cumprod cummin cummax discount diff shift ema hold".split(' ');
    let others = "Neg Abs Exp Log Sqrt Sigmoid LogSigmoid Tanh Softplus Cos Sin Add Sub Mul Div Rem Pow Min Max \
                  Choose Mask OrElse Spread SpreadAt At Lookup Left Right Swap Lane Lanes Component Append z \
                  normalize softmax share minmax loo_mean reverse below push";
    let mut all: Vec<String> = others.split_whitespace().map(str::to_string).collect();
    folds.for_each(|f| all.extend([format!("reduce {f}"), format!("beside {f}")]));
    scans.for_each(|s| all.extend([s.to_string(), format!("{s} back")]));
    all
}

struct Case {
    groups: Vec<Group>,
    nested: bool,
    plan: Plan,
    /// The node each loss is of.
    of: Vec<NodeId>,
}

impl Case {
    /// Losses of several nodes with their gradients by every column.
    fn new(groups: Vec<Group>, nested: bool, build: impl FnOnce(Schema) -> Graph) -> Case {
        let mut graph = build(batch(&groups, nested).schema());
        let nodes: Vec<NodeId> = (0..graph.nodes().len() as u32).map(NodeId).collect();
        let columns = COLUMNS.map(|c| graph.column(c, None, None).unwrap());
        let (mut outputs, mut of) = (Vec::new(), Vec::new());
        for y in nodes {
            if graph.kind(y) == Kind::Text || graph.constant(y).is_some() {
                continue;
            }
            let l = loss(&mut graph, y).unwrap();
            match graph.gradient(l, &columns) {
                Ok(gradients) => {
                    outputs.push((format!("loss {}", y.0), l));
                    for (c, g) in COLUMNS.iter().zip(gradients) {
                        outputs.push((format!("{c} {}", y.0), g));
                    }
                    of.push(y);
                }
                Err(e) => assert!(e.message.contains("no derivative"), "{e}"),
            }
        }
        Case { groups, nested, plan: Plan::new(graph, outputs), of }
    }

    fn evaluate(&self, groups: &[Group]) -> Outputs {
        self.plan.evaluate(&batch(groups, self.nested), &mut State::new(), 7).unwrap()
    }

    /// All losses with cell `i` of a column moved by `h`.
    fn losses(&self, column: &str, i: usize, h: f64) -> Vec<f64> {
        let mut groups = self.groups.clone();
        *cells(&mut groups, column)[i] += h;
        let out = self.evaluate(&groups);
        self.of.iter().map(|y| number(&out, &format!("loss {}", y.0), 0)).collect()
    }

    fn slopes(&self, column: &str, i: usize, h: f64) -> Vec<f64> {
        let (up, down) = (self.losses(column, i, h), self.losses(column, i, -h));
        up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * h)).collect()
    }
}

fn number(out: &Outputs, name: &str, i: usize) -> f64 {
    out.get(name).unwrap().as_numbers().unwrap()[i]
}

/// Every operation among siblings by itself, and what random expressions seldom reach.
fn each_word(schema: Schema) -> Graph {
    let mut g = Graph::new(schema);
    let columns = ["kind", "r", "rm", "embedding", "s", "t"].map(|c| g.column(c, None, None).unwrap());
    let [kind, r, rm, embedding, s, t] = columns;
    let places =
        [(r, "group"), (rm, "group"), (rm, "rollout"), (embedding, "rollout"), (s, "group"), (t, "batch")];
    let by = |g: &mut Graph, op: Segment| {
        for (x, axis) in places {
            g.segment(op, x, None, axis, &[]).unwrap();
        }
        g.segment(op, t, None, "group", &[kind]).unwrap();
    };
    for op in REDUCERS {
        for (x, axis) in places {
            g.reduce(op, x, axis).unwrap();
        }
        by(&mut g, Segment::Reduce(op));
    }
    WITHIN.into_iter().for_each(|op| by(&mut g, Segment::Within(op)));
    for op in SCANS {
        for reverse in [false, true] {
            by(&mut g, Segment::Scan { op, reverse });
        }
    }
    for reverse in [false, true] {
        by(&mut g, Segment::Scan { op: Scan::Hold, reverse });
        for (x, by, axis) in [(r, r, "group"), (rm, r, "group"), (s, s, "rollout"), (t, r, "group")] {
            g.segment(Segment::Recur { reverse }, x, Some(by), axis, &[]).unwrap();
        }
        g.segment(Segment::Recur { reverse }, s, Some(r), "batch", &[kind]).unwrap();
    }
    let place = g.segment(Segment::Within(Within::Position), r, None, "group", &[]).unwrap();
    let one = g.number(1.0).unwrap();
    let parent = g.binary(Binary::Sub, place, one).unwrap();
    for op in TREES {
        g.segment(Segment::Tree(op), r, Some(parent), "group", &[]).unwrap();
    }
    for i in [-2.0, 0.0, 1.0] {
        let i = g.number(i).unwrap();
        g.at(rm, i, "group").unwrap();
        g.at(t, i, "rollout").unwrap();
    }
    g.append(embedding, r).unwrap();
    g
}

/// What comparing cases found.
#[derive(Default)]
struct Found {
    /// How often an operation was seen with a slope.
    seen: BTreeMap<String, usize>,
    compared: usize,
    /// Where differences of two sizes differ: too near a kink, or too steep.
    unsteady: usize,
}

impl Found {
    /// Compares the gradients of all losses by a few cells with differences.
    fn compare(&mut self, case: &Case, places: &[usize]) {
        let out = case.evaluate(&case.groups);
        for (k, place) in places.iter().enumerate() {
            let column = COLUMNS[(place + k) % COLUMNS.len()];
            let mut groups = case.groups.clone();
            let cells = cells(&mut groups, column);
            let (present, absent): (Vec<usize>, Vec<usize>) =
                (0..cells.len()).partition(|i| !cells[*i].is_nan());
            for (i, y) in absent.iter().flat_map(|i| case.of.iter().map(move |y| (i, y))) {
                let ours = number(&out, &format!("{column} {}", y.0), *i);
                assert_eq!(ours, 0.0, "an absent value has no slope");
            }
            if !present.is_empty() {
                self.compare_cell(case, &out, column, present[place / 7 % present.len()]);
            }
        }
    }

    fn compare_cell(&mut self, case: &Case, out: &Outputs, column: &str, i: usize) {
        let (wide, narrow) = (case.slopes(column, i, 2e-6), case.slopes(column, i, 1e-6));
        for ((y, wide), narrow) in case.of.iter().zip(wide).zip(narrow) {
            let ours = number(out, &format!("{column} {}", y.0), i);
            assert!(!ours.is_nan(), "a gradient is never absent");
            let steady = (wide - narrow).abs() <= 1e-4 * (1e-3 + narrow.abs());
            if !steady || ours.abs() > 1e5 {
                self.unsteady += 1;
                continue;
            }
            self.compared += 1;
            let node = case.plan.graph().node(*y);
            let same = (ours - narrow).abs() <= 3e-4 * (1e-2 + narrow.abs());
            assert!(same, "{node:?} by {column}[{i}]: {ours}, by differences {narrow}");
            if ours != 0.0 {
                *self.seen.entry(label(&node.op)).or_default() += 1;
            }
        }
    }
}

#[test]
fn gradients_are_finite_differences() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = (groups(smooth), any::<bool>(), words(), any::<bool>(), any::<[usize; 6]>());
    let mut found = Found::default();
    for round in 0..300 {
        let (groups, nested, words, across, places) = strategy.new_tree(&mut runner).unwrap().current();
        let scope = Scope { batch: across, state: false };
        let case = Case::new(groups, nested, |schema| match round % 10 {
            0 => each_word(schema),
            _ => build(schema, &words, scope),
        });
        found.compare(&case, &places);
    }
    let Found { seen, compared, unsteady } = found;
    assert!(unsteady * 10 < compared, "{unsteady} of {compared} could not be compared");
    let unseen: Vec<String> = with_slope().into_iter().filter(|l| !seen.contains_key(l)).collect();
    assert!(unseen.is_empty(), "never seen with a slope: {unseen:?}");
    let known: Vec<String> = with_slope().into_iter().chain(["Column".to_string()]).collect();
    let others: Vec<&String> = seen.keys().filter(|l| !known.contains(l)).collect();
    assert!(others.is_empty(), "slopes of what should have none: {others:?}");
}
