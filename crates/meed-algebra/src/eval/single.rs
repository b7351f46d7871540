//! Operations that are not element by element: moves, reductions, siblings, functions.

use std::collections::HashMap;

use super::buffer::{Pick, take};
use super::layout::Frame;
use super::repeat::inner_map;
use super::{Context, Timer, gradient, near};
use crate::absent::{Reason, canonical};
use crate::axis::Axis;
use crate::column::{Shape, TextCell, Values};
use crate::error::EvalError;
use crate::function::Slice;
use crate::graph::{Cross, NodeId};
use crate::kernel::{reduce, rolling, scan, tree, vector, within};
use crate::op::{Atom, Binary, Op, Place, Reducer, Scope, Segment, Vjp, Within};
use crate::over::{Form, Nested, OverFunction};

/// Evaluates one node, which is not a column, over a frame.
pub(crate) fn run(
    ctx: &Context<'_>,
    frame: &Frame<'_>,
    id: NodeId,
    inputs: &[Slice<'_>],
) -> Result<Values, EvalError> {
    let input = |k: usize| inputs[k];
    let graph = ctx.plan.graph();
    let node = graph.node(id);
    let shape = &node.shape;
    let in_shape = |k: usize| graph.shape(node.inputs[k]);
    let values = match &node.op {
        Op::Column(name) => return Err(EvalError::MissingColumn(name.to_string())),
        Op::Spread => spread(frame, input(0), in_shape(0), shape),
        Op::SpreadAt(place) => {
            Values::Numbers(spread_at(frame, numbers(input(0)), in_shape(0), shape, *place))
        }
        Op::Reduce { op, scope } => reduce_all(frame, *op, *scope, input(0), in_shape(0)),
        Op::Segment { op, scope, keys } => {
            let guide = op.is_guided().then(|| numbers(input(1)));
            let first = 1 + usize::from(guide.is_some());
            let keys = &inputs[first..first + usize::from(*keys)];
            segment(frame, *op, *scope, input(0), shape, guide, keys)
        }
        Op::At => at(frame, input(0), in_shape(0), numbers(input(1)), shape.axis),
        Op::Lookup(scope) => lookup(frame, *scope, input(0), shape, input(1), input(2)),
        Op::Left | Op::Right | Op::Swap => pairs(ctx, frame, &node.op, input(0), shape),
        Op::Lane(i) => inner_pick(input(0), in_shape(0), *i, in_shape(0).dim.unwrap_or(1)),
        Op::Component(i) => {
            let from = in_shape(0);
            let dim = from.dim.unwrap_or(1);
            let n = input(0).len() / dim;
            take(input(0), (0..n).map(|e| Ok(e * dim + i)))
        }
        Op::Lanes => lanes(frame, shape, (0..node.inputs.len()).map(|k| numbers(input(k))).collect()),
        Op::Vjp { op, scope, keys } => {
            let tree = matches!(op, Vjp::Tree(_));
            let parents: &[f64] = if tree { numbers(input(2)) } else { &[] };
            let first = 2 + usize::from(tree);
            let keys = &inputs[first..first + usize::from(*keys)];
            let (x, g) = (numbers(input(0)), numbers(input(1)));
            Values::Numbers(gradient::siblings(frame, *op, *scope, shape, [x, g, parents], keys))
        }
        Op::Scatter(scope) => {
            Values::Numbers(gradient::scatter(frame, *scope, numbers(input(0)), shape, input(1), input(2)))
        }
        Op::RightSum(pairs) => {
            let cross = graph.crosses().iter().find(|c| c.axis == *pairs);
            Values::Numbers(
                cross.map_or(Vec::new(), |c| gradient::right_sum(frame, *c, numbers(input(0)), shape)),
            )
        }
        Op::Parameter(name) => Values::Numbers(graph.parameter(name).to_vec()),
        Op::Append => Values::Numbers(append(numbers(input(0)), numbers(input(1)), shape.dim.unwrap_or(1))),
        Op::Rolling { op, n } => {
            Values::Numbers(rolling::rolling(*op, *n, numbers(input(0)), numbers(input(1))))
        }
        Op::Latest => {
            Values::Numbers(rolling::latest(numbers(input(0)), numbers(input(1)), shape.dim.unwrap_or(1)))
        }
        Op::ComponentAt => {
            let dim = in_shape(0).dim.unwrap_or(1);
            let pick = |(e, i): (usize, &f64)| match crate::absent::reason_of(*i) {
                Some(reason) => Err(reason),
                None if *i >= 0.0 && *i < dim as f64 && i.fract() == 0.0 => Ok(e * dim + *i as usize),
                None => Err(Reason::NotApplicable),
            };
            take(input(0), numbers(input(1)).iter().enumerate().map(pick))
        }
        Op::EffectiveRank { center } => {
            let dim = in_shape(0).dim.unwrap_or(1);
            let at = frame.segments(shape.axis, in_shape(0).axis);
            let x = numbers(input(0));
            Values::Numbers(
                at.windows(2)
                    .map(|w| vector::effective_rank(&x[w[0] * dim..w[1] * dim], dim, *center))
                    .collect(),
            )
        }
        Op::Near { op, scope } => {
            let dim = in_shape(0).dim.unwrap_or(1);
            Values::Numbers(near::near(frame, *op, *scope, shape.axis, dim, inputs))
        }
        Op::Call(call) => {
            // A function that makes an axis is called where its arguments live.
            let of = if call.0.unfold().is_some() { in_shape(0) } else { shape };
            let n = frame.len(of.axis) * of.width();
            let first = frame.range(of.axis).start * of.width();
            let values = ctx.timer.timed(id, n, first, |range| {
                let part: Vec<Slice<'_>> = inputs.iter().map(|a| a.part(range.clone())).collect();
                call.0.call(&part, range.len())
            })?;
            checked(values, call.0.name(), frame.len(shape.axis) * shape.width())?
        }
        Op::CallOver { call, axis, gated } => {
            over(ctx, frame, id, call.0.as_ref(), *axis, inputs.split_at(inputs.len() - usize::from(*gated)))?
        }
        Op::Uniform(stream) => Values::Numbers(uniform(ctx, frame, *stream, shape.axis)),
        Op::Step => Values::Numbers(vec![ctx.layout.batch.step as f64]),
        Op::TotalSteps => {
            Values::Numbers(vec![ctx.layout.batch.total_steps.map_or(Reason::Missing.value(), |n| n as f64)])
        }
        Op::State { name, init } => {
            let n = frame.len(shape.axis);
            let key = (!node.inputs.is_empty()).then(|| input(0));
            Values::Numbers(ctx.state.read(name, init.0, key, n, shape.dim.unwrap_or(1)))
        }
        Op::StateText { name, init } => {
            let key = (!node.inputs.is_empty()).then(|| input(0));
            Values::Texts(ctx.state.read_texts(name, init, key, frame.len(shape.axis)))
        }
        Op::ReasonText => {
            let x = input(0);
            let reason = |i: usize| match x {
                Slice::Numbers(v) => crate::absent::reason_of(v[i]),
                Slice::Texts(v) => v[i].as_ref().err().copied(),
            };
            Values::Texts(
                (0..x.len())
                    .map(|i| reason(i).map(|r| r.name().into()).ok_or(Reason::NotApplicable))
                    .collect(),
            )
        }
        Op::Text(text) => Values::Texts(vec![Ok(text.clone())]),
        Op::Number(x) => Values::Numbers(vec![x.0]),
        Op::Present => match input(0) {
            Slice::Texts(v) => Values::Numbers(v.iter().map(|c| f64::from(c.is_ok())).collect()),
            Slice::Numbers(v) => Values::Numbers(v.iter().map(|x| f64::from(!x.is_nan())).collect()),
        },
        Op::Isin(atoms) => isin(input(0), atoms),
        Op::Binary(op) => compare_texts(*op, input(0), input(1)),
        Op::Choose | Op::Mask | Op::OrElse => texts(&node.op, inputs, frame.len(shape.axis) * shape.width()),
        Op::Unary(_) | Op::Chain | Op::Gate | Op::Stop => {
            unreachable!("numbers are handled in fused passes")
        }
    };
    Ok(values)
}

/// A function of everything below each element of `axis`.
fn over(
    ctx: &Context<'_>,
    frame: &Frame<'_>,
    id: NodeId,
    function: &dyn OverFunction,
    axis: Axis,
    (values, gate): (&[Slice<'_>], &[Slice<'_>]),
) -> Result<Values, EvalError> {
    let graph = ctx.plan.graph();
    let node = graph.node(id);
    let shapes: Vec<&Shape> = node.inputs[..values.len()].iter().map(|i| graph.shape(*i)).collect();
    let offsets = |shape: &Shape| -> Vec<_> {
        let mut above = axis;
        let path = graph.tree().path(axis, shape.axis).into_iter();
        path.map(|next| frame.segments(std::mem::replace(&mut above, next), next)).collect()
    };
    let owned: Vec<Vec<_>> = shapes.iter().copied().chain([&node.shape]).map(offsets).collect();
    let levels: Vec<Vec<&[usize]>> = owned.iter().map(|l| l.iter().map(|o| o.as_slice()).collect()).collect();
    let args: Vec<Nested<'_>> = values
        .iter()
        .enumerate()
        .map(|(k, values)| Nested { values: *values, form: form(&levels[k], shapes[k]) })
        .collect();
    let to = form(&levels[values.len()], &node.shape);
    let first = frame.range(axis).start;
    let values = ctx.timer.timed(id, frame.len(axis), first, |range| {
        crate::over::call(function, &args, gate.first().copied(), &to, range)
    })?;
    let n = values.len();
    checked(values, function.name(), n)
}

fn form<'a>(levels: &'a [&'a [usize]], shape: &'a Shape) -> Form<'a> {
    Form { levels, lanes: shape.lanes.as_deref(), dim: shape.dim }
}

/// What a function gave: one value for each element, absent ones for one of our reasons.
fn checked(values: Values, name: &str, n: usize) -> Result<Values, EvalError> {
    if values.len() != n {
        return Err(EvalError::Function(format!("`{name}` gave {} values for {n} elements", values.len())));
    }
    Ok(match values {
        Values::Numbers(mut v) => {
            v.iter_mut().for_each(|x| *x = canonical(*x));
            Values::Numbers(v)
        }
        texts => texts,
    })
}

impl<'a> Slice<'a> {
    /// The values `range`.
    pub(crate) fn part(&self, range: std::ops::Range<usize>) -> Slice<'a> {
        match self {
            Slice::Numbers(v) => Slice::Numbers(&v[range]),
            Slice::Texts(v) => Slice::Texts(&v[range]),
        }
    }
}

fn numbers(slice: Slice<'_>) -> &[f64] {
    match slice {
        Slice::Numbers(v) => v,
        Slice::Texts(_) => &[],
    }
}

fn spread(frame: &Frame<'_>, x: Slice<'_>, from: &Shape, to: &Shape) -> Values {
    let at = frame.segments(from.axis, to.axis);
    let (width, inner) = (from.width(), inner_map(from, to));
    let picks = at.windows(2).enumerate().flat_map(|(p, w)| {
        let inner = &inner;
        (w[0]..w[1]).flat_map(move |_| inner.iter().map(move |i| Ok(p * width + i)))
    });
    take(x, picks)
}

fn spread_at(frame: &Frame<'_>, x: &[f64], from: &Shape, to: &Shape, place: Place) -> Vec<f64> {
    let at = frame.segments(from.axis, to.axis);
    let width = to.width();
    let mut out = vec![0.0; frame.len(to.axis) * width];
    for (p, w) in at.windows(2).enumerate().filter(|(_, w)| w[0] < w[1]) {
        let child = match place {
            Place::First => w[0],
            Place::Last => w[1] - 1,
        };
        out[child * width..(child + 1) * width].copy_from_slice(&x[p * width..(p + 1) * width]);
    }
    out
}

/// Calls `f(first, stride, count)` for each set of siblings: values at `first, first + stride, …`, and where its
/// result goes.
pub(super) fn each_siblings(
    frame: &Frame<'_>,
    scope: Scope,
    shape: &Shape,
    mut f: impl FnMut(usize, usize, usize),
) {
    let width = shape.width();
    match scope {
        Scope::Axis(above) => {
            for w in frame.segments(above, shape.axis).windows(2) {
                (0..width).for_each(|k| f(w[0] * width + k, width, w[1] - w[0]));
            }
        }
        Scope::Inner => {
            let (n, all) = (inner_len(shape), frame.len(shape.axis) * width);
            (0..all / n.max(1)).for_each(|e| f(e * n, 1, n));
        }
    }
}

/// How many values an own-axis reduction folds: the vector's components, else the lanes.
fn inner_len(shape: &Shape) -> usize {
    shape.dim.unwrap_or_else(|| shape.lanes.as_ref().map_or(1, |l| l.len()))
}

fn reduce_all(frame: &Frame<'_>, op: Reducer, scope: Scope, x: Slice<'_>, shape: &Shape) -> Values {
    let mut gathered = Vec::new();
    let mut scratch = Vec::new();
    match x {
        Slice::Numbers(x) => {
            let mut out = Vec::new();
            each_siblings(frame, scope, shape, |first, stride, n| {
                let values = if stride == 1 {
                    &x[first..first + n]
                } else {
                    gathered.clear();
                    gathered.extend((0..n).map(|i| x[first + i * stride]));
                    &gathered
                };
                out.push(reduce::reduce(op, values, &mut scratch));
            });
            Values::Numbers(out)
        }
        Slice::Texts(x) => {
            let (mut counts, mut picks) = (Vec::new(), Vec::new());
            each_siblings(frame, scope, shape, |first, stride, n| {
                let at: Vec<usize> = (0..n).map(|i| first + i * stride).filter(|i| x[*i].is_ok()).collect();
                counts.push(at.len() as f64);
                picks.push(text_pick(op, x, &at));
            });
            match op {
                Reducer::Count => Values::Numbers(counts),
                _ => take(Slice::Texts(x), picks.into_iter()),
            }
        }
    }
}

fn text_pick(op: Reducer, x: &[TextCell], at: &[usize]) -> Pick {
    match op {
        Reducer::Last => at.last().copied(),
        Reducer::Majority => {
            let mut counts: HashMap<&TextCell, usize> = HashMap::new();
            at.iter().for_each(|i| *counts.entry(&x[*i]).or_insert(0) += 1);
            let most = counts.values().max().copied();
            at.iter().copied().find(|i| counts.get(&x[*i]).copied() == most)
        }
        _ => at.first().copied(),
    }
    .ok_or(Reason::Empty)
}

fn segment(
    frame: &Frame<'_>,
    op: Segment,
    scope: Scope,
    x: Slice<'_>,
    shape: &Shape,
    guide: Option<&[f64]>,
    keys: &[Slice<'_>],
) -> Values {
    let x = match x {
        Slice::Numbers(x) => x,
        Slice::Texts(x) => return segment_texts(frame, op, scope, x, shape, keys),
    };
    let width = shape.width();
    let mut out = vec![0.0; x.len()];
    let mut work = Work::default();
    each_siblings(frame, scope, shape, |first, stride, n| {
        if keys.is_empty() && stride == 1 {
            let guide = guide.map(|p| &p[first..first + n]);
            siblings(op, &x[first..first + n], guide, &mut out[first..first + n], &mut work.scratch);
            return;
        }
        for members in split(keys, first / width, n) {
            work.xs.clear();
            work.xs.extend(members.iter().map(|m| x[first + m * stride]));
            work.guide.clear();
            if let Some(p) = guide {
                work.guide.extend(members.iter().map(|m| p[first / width + m]));
            }
            work.out.resize(members.len(), 0.0);
            let guide = guide.map(|_| &work.guide[..]);
            siblings(op, &work.xs, guide, &mut work.out[..members.len()], &mut work.scratch);
            members.iter().zip(&work.out).for_each(|(m, y)| out[first + m * stride] = *y);
        }
    });
    // An element whose key is absent belongs to no set of siblings.
    for key in keys {
        for (i, y) in out.iter_mut().enumerate() {
            if let Some(reason) = cell_reason(key, i / width) {
                *y = reason.value();
            }
        }
    }
    Values::Numbers(out)
}

#[derive(Default)]
struct Work {
    xs: Vec<f64>,
    guide: Vec<f64>,
    out: Vec<f64>,
    scratch: Vec<f64>,
}

fn siblings(op: Segment, x: &[f64], guide: Option<&[f64]>, out: &mut [f64], scratch: &mut Vec<f64>) {
    match op {
        Segment::Reduce(op) => out.fill(reduce::reduce(op, x, scratch)),
        Segment::Within(op) => within::within(op, x, out),
        Segment::Scan { op, reverse: false } => scan::scan(op, x, out),
        Segment::Scan { op, reverse: true } => scan::scan_reverse(op, x, out, scratch),
        Segment::Recur { reverse } => scan::recur(x, guide.unwrap_or(&[]), reverse, out),
        Segment::Tree(op) => tree::tree(op, x, guide.unwrap_or(&[]), out, scratch),
    }
}

fn cell_reason(key: &Slice<'_>, i: usize) -> Option<Reason> {
    match key {
        Slice::Numbers(v) => crate::absent::reason_of(v[i]),
        Slice::Texts(v) => v[i].as_ref().err().copied(),
    }
}

#[derive(PartialEq, Eq, Hash)]
pub(super) enum Key<'a> {
    Number(u64),
    Text(&'a str),
}

pub(super) fn key_of<'a>(key: &Slice<'a>, i: usize) -> Option<Key<'a>> {
    match key {
        // Adding 0 makes -0 and 0 one key.
        Slice::Numbers(v) => (!v[i].is_nan()).then(|| Key::Number((v[i] + 0.0).to_bits())),
        Slice::Texts(v) => v[i].as_deref().ok().map(Key::Text),
    }
}

/// The positions (from 0) of siblings with equal keys, in the order the keys are first seen.
pub(super) fn split(keys: &[Slice<'_>], first: usize, n: usize) -> Vec<Vec<usize>> {
    if keys.is_empty() {
        return vec![(0..n).collect()];
    }
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut index: HashMap<Vec<Key<'_>>, usize> = HashMap::new();
    for i in 0..n {
        let key: Option<Vec<Key<'_>>> = keys.iter().map(|k| key_of(k, first + i)).collect();
        if let Some(key) = key {
            let set = *index.entry(key).or_insert_with(|| {
                sets.push(Vec::new());
                sets.len() - 1
            });
            sets[set].push(i);
        }
    }
    sets
}

fn segment_texts(
    frame: &Frame<'_>,
    op: Segment,
    scope: Scope,
    x: &[TextCell],
    shape: &Shape,
    keys: &[Slice<'_>],
) -> Values {
    let width = shape.width();
    let mut picks: Vec<Pick> = vec![Err(Reason::NotApplicable); x.len()];
    let mut numbers = vec![Reason::NotApplicable.value(); x.len()];
    each_siblings(frame, scope, shape, |first, stride, n| {
        for members in split(keys, first / width, n) {
            let at: Vec<usize> = members.iter().map(|m| first + m * stride).collect();
            let present: Vec<usize> = at.iter().copied().filter(|i| x[*i].is_ok()).collect();
            match op {
                Segment::Reduce(Reducer::Count) => at.iter().for_each(|i| numbers[*i] = present.len() as f64),
                Segment::Reduce(r) => at.iter().for_each(|i| picks[*i] = text_pick(r, x, &present)),
                Segment::Within(Within::Reverse) => {
                    at.iter().zip(at.iter().rev()).for_each(|(i, from)| picks[*i] = Ok(*from));
                }
                Segment::Scan { op: crate::op::Scan::Shift { n, .. }, reverse } => {
                    let n = if reverse { -n } else { n };
                    for (k, i) in at.iter().enumerate() {
                        let from = usize::try_from(k as i64 - n).ok().and_then(|j| at.get(j));
                        picks[*i] = from.copied().ok_or(Reason::NotApplicable);
                    }
                }
                Segment::Scan { op: crate::op::Scan::Hold, reverse } => {
                    let mut last = None;
                    for k in 0..at.len() {
                        let i = at[if reverse { at.len() - 1 - k } else { k }];
                        last = if x[i].is_ok() { Some(i) } else { last };
                        picks[i] = Ok(last.unwrap_or(i));
                    }
                }
                _ => {
                    let mut run = vec![0.0; at.len()];
                    within::runs(|k| x[at[k]] == x[at[k - 1]], &mut run);
                    at.iter().zip(run).for_each(|(i, r)| numbers[*i] = r);
                }
            }
        }
    });
    for key in keys {
        for i in 0..x.len() {
            if let Some(reason) = cell_reason(key, i / width) {
                picks[i] = Err(reason);
                numbers[i] = reason.value();
            }
        }
    }
    match op {
        Segment::Reduce(Reducer::Count) | Segment::Within(Within::Run) => Values::Numbers(numbers),
        _ => take(Slice::Texts(x), picks.into_iter()),
    }
}

fn at(frame: &Frame<'_>, x: Slice<'_>, from: &Shape, index: &[f64], to: Axis) -> Values {
    let at = frame.segments(to, from.axis);
    let width = from.width();
    let picks = at.windows(2).enumerate().flat_map(|(p, w)| {
        let i = index[p];
        let n = (w[1] - w[0]) as f64;
        let place = if i < 0.0 { i + n } else { i };
        let pick = match crate::absent::reason_of(i) {
            Some(reason) => Err(reason),
            None if place >= 0.0 && place < n && place.fract() == 0.0 => Ok(w[0] + place as usize),
            None => Err(Reason::NotApplicable),
        };
        (0..width).map(move |k| pick.map(|e| e * width + k))
    });
    take(x, picks)
}

fn lookup(
    frame: &Frame<'_>,
    scope: Axis,
    x: Slice<'_>,
    shape: &Shape,
    key: Slice<'_>,
    id: Slice<'_>,
) -> Values {
    let width = shape.width();
    let mut picks: Vec<Pick> = Vec::with_capacity(x.len());
    for w in frame.segments(scope, shape.axis).windows(2) {
        let mut index: HashMap<Key<'_>, usize> = HashMap::new();
        for i in w[0]..w[1] {
            if let Some(k) = key_of(&id, i) {
                index.entry(k).or_insert(i);
            }
        }
        for i in w[0]..w[1] {
            let found = match (key_of(&key, i), cell_reason(&key, i)) {
                (Some(k), _) => index.get(&k).copied().ok_or(Reason::NotApplicable),
                (None, reason) => Err(reason.unwrap_or(Reason::NotApplicable)),
            };
            picks.extend((0..width).map(|k| found.map(|e| e * width + k)));
        }
    }
    take(x, picks.into_iter())
}

fn pairs(ctx: &Context<'_>, frame: &Frame<'_>, op: &Op, x: Slice<'_>, shape: &Shape) -> Values {
    let graph = ctx.plan.graph();
    let Some(cross) = graph.crosses().iter().find(|c| c.axis == shape.axis) else {
        return take(x, std::iter::empty());
    };
    let Cross { left, right, within, diagonal, .. } = *cross;
    let lefts = frame.segments(within, left);
    let rights = frame.segments(within, right);
    let width = shape.width();
    let mut picks: Vec<Pick> = Vec::new();
    let mut base = 0;
    for (l, r) in lefts.windows(2).zip(rights.windows(2)) {
        let n = r[1] - r[0];
        for i in 0..l[1] - l[0] {
            for j in 0..n {
                let pick = match op {
                    Op::Swap => Ok(base + j * n + i),
                    _ if i == j && !diagonal => Err(Reason::NotApplicable),
                    Op::Left => Ok(l[0] + i),
                    _ => Ok(r[0] + j),
                };
                picks.extend((0..width).map(|k| pick.map(|e| e * width + k)));
            }
        }
        base += (l[1] - l[0]) * n;
    }
    take(x, picks.into_iter())
}

/// Lane `i` of each element: `run` values starting at `i * run` of each element's `width`.
fn inner_pick(x: Slice<'_>, from: &Shape, i: usize, run: usize) -> Values {
    let width = from.width();
    let n = x.len() / width.max(1);
    take(x, (0..n).flat_map(|e| (0..run).map(move |d| Ok(e * width + i * run + d))))
}

fn lanes(frame: &Frame<'_>, shape: &Shape, parts: Vec<&[f64]>) -> Values {
    let dim = shape.dim.unwrap_or(1);
    let mut out = Vec::with_capacity(frame.len(shape.axis) * shape.width());
    for e in 0..frame.len(shape.axis) {
        for part in &parts {
            out.extend_from_slice(&part[e * dim..(e + 1) * dim]);
        }
    }
    Values::Numbers(out)
}

fn append(vector: &[f64], x: &[f64], dim: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(vector.len());
    for (v, x) in vector.chunks_exact(dim).zip(x) {
        out.extend_from_slice(&v[1..]);
        out.push(*x);
    }
    out
}

/// Uniform numbers that depend on (seed, step, group, place in the group, stream) and nothing else.
fn uniform(ctx: &Context<'_>, frame: &Frame<'_>, stream: u64, axis: Axis) -> Vec<f64> {
    let batch = ctx.layout.batch;
    let base = [ctx.seed, batch.step, stream].into_iter().fold(0x6d65_6564, mix);
    let draw = |h: u64| (h >> 11) as f64 / (1u64 << 53) as f64;
    if !ctx.plan.graph().tree().contains(Axis::GROUP, axis) {
        return (0..frame.len(axis)).map(|i| draw(mix(base, i as u64))).collect();
    }
    let first = frame.range(Axis::GROUP).start;
    let mut out = Vec::with_capacity(frame.len(axis));
    for (g, w) in frame.segments(Axis::GROUP, axis).windows(2).enumerate() {
        let group = batch.group_ids.get(first + g).copied().unwrap_or((first + g) as u64);
        let own = mix(base, group);
        out.extend((0..w[1] - w[0]).map(|i| draw(mix(own, i as u64))));
    }
    out
}

/// One step of SplitMix64 over the combined words.
fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.rotate_left(25) ^ b.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xff51_afd7_ed55_8ccd);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn isin(x: Slice<'_>, atoms: &[Atom]) -> Values {
    Values::Numbers(
        (0..x.len())
            .map(|i| match x.text(i) {
                Ok(text) => f64::from(atoms.iter().any(|a| matches!(a, Atom::Text(t) if **t == *text))),
                Err(reason) => reason.value(),
            })
            .collect(),
    )
}

fn compare_texts(op: Binary, a: Slice<'_>, b: Slice<'_>) -> Values {
    let pick = |s: &Slice<'_>, i: usize| if s.len() == 1 { 0 } else { i };
    Values::Numbers(
        (0..a.len().max(b.len()))
            .map(|i| match (a.text(pick(&a, i)), b.text(pick(&b, i))) {
                (Ok(x), Ok(y)) => f64::from((x == y) == (op == Binary::Eq)),
                (Err(reason), _) | (_, Err(reason)) => reason.value(),
            })
            .collect(),
    )
}

fn texts(op: &Op, inputs: &[Slice<'_>], n: usize) -> Values {
    let input = |k: usize| inputs[k];
    let cell = |s: Slice<'_>, i: usize| match s {
        Slice::Texts(v) => v[if v.len() == 1 { 0 } else { i }].clone(),
        Slice::Numbers(v) => {
            Err(crate::absent::reason_of(v[if v.len() == 1 { 0 } else { i }]).unwrap_or(Reason::Missing))
        }
    };
    let holds = |s: Slice<'_>, i: usize| s.number(if s.len() == 1 { 0 } else { i });
    Values::Texts(
        (0..n)
            .map(|i| match op {
                Op::Choose => match holds(input(0), i) {
                    Err(reason) => Err(reason),
                    Ok(c) => cell(input(if c != 0.0 { 1 } else { 2 }), i),
                },
                Op::Mask => match holds(input(1), i) {
                    Err(reason) => Err(reason),
                    Ok(0.0) => Err(Reason::Masked),
                    Ok(_) => cell(input(0), i),
                },
                _ => cell(input(0), i).or_else(|_| cell(input(1), i)),
            })
            .collect(),
    )
}

impl Timer {
    /// Runs `f` over `n` elements in small pieces and notes how long each took.
    pub(crate) fn timed(
        &self,
        node: NodeId,
        n: usize,
        first: usize,
        f: impl Fn(std::ops::Range<usize>) -> Result<Values, EvalError>,
    ) -> Result<Values, EvalError> {
        const PIECE: usize = 64;
        let mut all: Option<Result<Vec<f64>, Vec<TextCell>>> = None;
        let mut start = 0;
        while start < n || all.is_none() {
            let end = (start + PIECE).min(n);
            let clock = std::time::Instant::now();
            let values = f(start..end)?;
            self.note(node, clock.elapsed(), first + start, end - start);
            match (&mut all, values.into_numbers()) {
                (None, values) => all = Some(values),
                (Some(Ok(a)), Ok(b)) => a.extend(b),
                (Some(Err(a)), Err(b)) => a.extend(b),
                _ => {
                    return Err(EvalError::Function(
                        "a function returned numbers once and texts once".into(),
                    ));
                }
            }
            start = end.max(start + 1);
        }
        Ok(all.map_or(Values::Numbers(Vec::new()), |v| v.map_or_else(Values::Texts, Values::Numbers)))
    }
}
