//! Random expressions over every word of the graph.

use meed_algebra::op::{Atom, Place, Real, Reducer, Segment};
use meed_algebra::*;
use proptest::prelude::*;

use crate::absence::{BINARY, REDUCERS, SCANS, TREES, UNARY, WITHIN};

/// One thing to try: a word, and where among the values so far its inputs are.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    which: u8,
    option: usize,
    inputs: [usize; 3],
    axis: usize,
}

/// 5 to 60 words.
pub fn words() -> impl Strategy<Value = Vec<Word>> {
    let word = (0u8..32, 0usize..1000, [0usize..1000, 0..1000, 0..1000], 0usize..7);
    let word = word.prop_map(|(which, option, inputs, axis)| Word { which, option, inputs, axis });
    prop::collection::vec(word, 5..60)
}

const AXES: [&str; 7] = ["batch", "group", "group", "group", "rollout", "step", "token"];

/// What expressions may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scope {
    /// Look across groups.
    pub batch: bool,
    /// Read and write state, draw random numbers.
    pub state: bool,
}

/// Builds what can be built; words whose inputs do not fit are left out.
pub fn build(schema: Schema, words: &[Word], scope: Scope) -> Graph {
    let mut g = Graph::new(schema);
    let mut pool: Vec<NodeId> = Vec::new();
    for name in ["hard", "r", "q", "flag", "kind", "rm", "embedding", "s", "t", "strict"] {
        pool.push(g.column(name, None, None).unwrap());
    }
    pool.push(g.number(0.5).unwrap());
    pool.push(g.number(f64::INFINITY).unwrap());
    pool.push(g.absent(Reason::BadReference));
    pool.push(g.text("a"));
    for word in words {
        if let Ok(node) = add(&mut g, &pool, *word, scope) {
            pool.push(node);
        }
    }
    g
}

fn add(g: &mut Graph, pool: &[NodeId], word: Word, scope: Scope) -> Result<NodeId, TypeError> {
    // Recent values are likelier, so that expressions grow deep.
    let pick = |i: usize| {
        let recent = pool.len().saturating_sub(6);
        if i.is_multiple_of(2) {
            pool[i / 2 % pool.len()]
        } else {
            pool[recent + i / 2 % (pool.len() - recent)]
        }
    };
    let [x, y, z] = word.inputs.map(pick);
    let axis = AXES[word.axis];
    if axis == "batch" && !scope.batch {
        return Err(TypeError::new("local expressions only"));
    }
    let option = word.option;
    match word.which {
        0..=2 => g.unary(UNARY[option % UNARY.len()], x),
        3..=7 => g.binary(BINARY[option % BINARY.len()], x, y),
        8 => g.choose(x, y, z),
        9 => g.mask(x, y),
        10 => g.or_else(x, y),
        11 => Ok(g.present(x)),
        12..=14 => g.reduce(REDUCERS[option % REDUCERS.len()], x, axis),
        15 => g.segment(Segment::Reduce(REDUCERS[option % REDUCERS.len()]), x, None, axis, &[]),
        16 | 17 => g.segment(Segment::Within(WITHIN[option % WITHIN.len()]), x, None, axis, &[]),
        18 => g.segment(Segment::Within(WITHIN[option % WITHIN.len()]), x, None, axis, &[y]),
        19 => {
            let op = Segment::Scan { op: SCANS[option % SCANS.len()], reverse: option.is_multiple_of(2) };
            let keys = if option.is_multiple_of(3) { vec![y] } else { vec![] };
            g.segment(op, x, None, axis, &keys)
        }
        20 if option.is_multiple_of(2) => {
            g.segment(Segment::Tree(TREES[option % TREES.len()]), x, Some(y), axis, &[])
        }
        20 => {
            let keys = if option.is_multiple_of(5) { vec![z] } else { vec![] };
            g.segment(Segment::Recur { reverse: option.is_multiple_of(3) }, x, Some(y), axis, &keys)
        }
        21 => g.spread_at(x, axis, [None, Some(Place::First), Some(Place::Last)][option % 3]),
        22 => g.at(x, y, axis),
        23 => g.lookup(x, y, z, axis),
        24 | 25 => pairs(g, x, option, scope),
        26 => match option % 3 {
            0 => g.lane(x, "m1"),
            1 => g.lanes(&[("a".into(), x), ("b".into(), y)]),
            _ => g.lanes(&[("m0".into(), x), ("m1".into(), y)]),
        },
        27 => match option % 3 {
            0 => g.component(x, option % 4),
            1 => g.effective_rank(x, axis, false),
            _ => g.append(x, y),
        },
        28 => Ok(g.reason(x)),
        29 => match g.kind(x) {
            Kind::Text => g.isin(x, vec![Atom::Text("a".into())]),
            _ => g.isin(x, vec![Atom::Number(Real(1.0)), Atom::Number(Real(0.0))]),
        },
        30 if scope.state => g.uniform(axis),
        31 if scope.state => {
            let key = option.is_multiple_of(2).then_some(y);
            let old = g.state(&format!("s{option}"), 0.25, key, None);
            let next = g.binary(meed_algebra::op::Binary::Add, old, x)?;
            let _ = g.update(old, next);
            Ok(next)
        }
        _ => Ok(x),
    }
}

fn pairs(g: &mut Graph, x: NodeId, option: usize, scope: Scope) -> Result<NodeId, TypeError> {
    let within = if scope.batch && option.is_multiple_of(5) { "batch" } else { "group" };
    let below = if within == "batch" { "group" } else { "rollout" };
    let cross = g.cross(below, below, within, option.is_multiple_of(2))?;
    match option % 4 {
        0 => g.left(cross, x),
        1 => g.right(cross, x),
        2 => g.swap(x),
        _ => {
            let (left, right) = (g.left(cross, x)?, g.right(cross, x)?);
            let wins = g.binary(meed_algebra::op::Binary::Gt, left, right)?;
            g.reduce(Reducer::Mean, wins, below)
        }
    }
}
