//! Gradients by transformation of the graph: the gradient of every node is built of ordinary nodes.
//!
//! Reverse mode: from the loss down to its inputs, each node hands the gradient by its value on to its inputs. Because
//! the result is again an expression, it is fused, staged and run in parallel like any other, shares what the loss
//! computes, and can be differentiated again.
//!
//! Two rules hold for every gradient node and are what each operation's rule relies on:
//! 1. it is never absent: where something has no derivative (absent, infinite, undefined) the gradient is 0;
//! 2. it is 0 where the value itself is absent.

mod elementwise;
mod moves;
mod reduce;
mod within;

use std::collections::{BTreeMap, BTreeSet};

use crate::axis::Axis;
use crate::build::Built;
use crate::column::{Kind, Shape};
use crate::error::TypeError;
use crate::graph::{Graph, NodeId};
use crate::op::{Near, Op, Reducer, Scope, Segment, Vjp, Within};

/// Gradients handed to inputs: the input, and the gradient by it.
type Handed = Vec<(NodeId, NodeId)>;

impl Graph {
    /// The gradients of the sum of all values of `loss` by each of `wrt`, of the shape of each: columns, parameters
    /// or any value on the way, which is then taken as it is.
    ///
    /// At a kink the first of equal branches counts: `min(a, b)` and `max(a, b)` take `a`, a reduction its first best
    /// element, and `abs` has gradient 0 at 0. What is piecewise constant (comparisons, `floor`, ranks, counts, …)
    /// has gradient 0. Where the loss is absent it has none, which is 0.
    ///
    /// # Errors
    /// When loss or `wrt` are texts, `wrt` is a constant, or the way between leads through something that has no
    /// derivative, such as a function.
    pub fn gradient(&mut self, loss: NodeId, wrt: &[NodeId]) -> Result<Vec<NodeId>, TypeError> {
        self.numeric(loss, "a loss")?;
        for x in wrt {
            self.numeric(*x, "a gradient")?;
            if matches!(self.node(*x).op, Op::Number(_)) {
                return Err(TypeError::new("a constant has no gradient")
                    .help("make it a `param(…, learn=True)`, or name a column or a signal"));
            }
        }
        let one = self.number(1.0)?;
        let present = self.present(loss);
        let seed = self.gate(one, present)?;
        let found = self.pull(loss, seed, wrt)?;
        let zero = self.number(0.0)?;
        found
            .into_iter()
            .zip(wrt)
            .map(|(g, x)| g.map_or_else(|| self.spread(zero, &self.shape(*x).clone()), Ok))
            .collect()
    }

    /// `x` with the same value, which gradients take for a constant.
    ///
    /// # Errors
    /// When `x` is text.
    pub fn stop_gradient(&mut self, x: NodeId) -> Built {
        self.numeric(x, "`stop_gradient`")?;
        let (shape, kind) = (self.shape(x).clone(), self.kind(x));
        Ok(self.add(Op::Stop, vec![x], shape, kind))
    }

    /// The gradients by `wrt`, given the gradient by `from`; `None` where `from` does not depend on it.
    fn pull(&mut self, from: NodeId, seed: NodeId, wrt: &[NodeId]) -> Result<Vec<Option<NodeId>>, TypeError> {
        let depends = self.between(from, wrt);
        let mut gradients: BTreeMap<NodeId, NodeId> = BTreeMap::new();
        if depends.contains(&from) {
            gradients.insert(from, seed);
        }
        for n in depends.iter().rev() {
            let Some(g) = gradients.get(n).copied() else { continue };
            for (input, part) in self.hand_down(*n, g, &depends)? {
                let sum = match gradients.get(&input) {
                    Some(before) => self.binary(crate::op::Binary::Add, *before, part)?,
                    None => part,
                };
                gradients.insert(input, sum);
            }
        }
        Ok(wrt.iter().map(|x| gradients.get(x).copied()).collect())
    }

    /// What lies between `from` and `wrt`, both included.
    fn between(&self, from: NodeId, wrt: &[NodeId]) -> BTreeSet<NodeId> {
        let mut above = BTreeSet::new();
        let mut open = vec![from];
        while let Some(n) = open.pop() {
            if above.insert(n) {
                open.extend(self.followed(n));
            }
        }
        let mut depends = BTreeSet::new();
        for n in above {
            if wrt.contains(&n) || self.followed(n).any(|i| depends.contains(&i)) {
                depends.insert(n);
            }
        }
        depends
    }

    /// The inputs by which a node can have a gradient other than 0.
    fn followed(&self, n: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let node = self.node(n);
        let range = match &node.op {
            Op::Unary(op) if elementwise::is_step(*op) => 0..0,
            Op::Binary(op) if elementwise::is_step_binary(*op) => 0..0,
            Op::Reduce { op, .. } | Op::Segment { op: Segment::Reduce(op), .. } if reduce::is_step(*op) => {
                0..0
            }
            Op::Segment {
                op: Segment::Within(Within::Rank { .. } | Within::Position | Within::Fraction | Within::Run),
                ..
            } => 0..0,
            Op::Isin(_) | Op::Present | Op::ReasonText | Op::Stop => 0..0,
            Op::State { .. } | Op::StateText { .. } | Op::Near { op: Near::Cluster { .. }, .. } => 0..0,
            Op::Choose => 1..3,
            Op::Segment { op: Segment::Recur { .. }, .. } => 0..2,
            Op::Mask | Op::Segment { .. } | Op::At | Op::Lookup(_) | Op::Gate | Op::Scatter(_) => 0..1,
            Op::Vjp { .. } => 0..2,
            _ => 0..node.inputs.len(),
        };
        node.inputs[range].iter().copied().filter(|i| self.kind(*i) != Kind::Text)
    }

    /// The gradients by those inputs of `n` that `wanted` holds.
    fn hand_down(&mut self, n: NodeId, g: NodeId, wanted: &BTreeSet<NodeId>) -> Result<Handed, TypeError> {
        let node = self.node(n).clone();
        let x: Vec<NodeId> = self.followed(n).filter(|i| wanted.contains(i)).collect();
        let Some(first) = x.first().copied() else { return Ok(Vec::new()) };
        let one = |part: Built| part.map(|part| vec![(first, part)]);
        match node.op {
            Op::Unary(op) => one(self.unary_gradient(op, first, n, g)),
            Op::Binary(op) => self.binary_gradient(op, [node.inputs[0], node.inputs[1]], n, g, wanted),
            Op::Choose | Op::OrElse | Op::Mask | Op::Chain | Op::Gate => {
                self.choice_gradient(&node, n, g, wanted)
            }
            Op::Spread | Op::Left => one(self.unspread(g, &self.shape(first).clone())),
            Op::SpreadAt(place) => one(self.spread_at_gradient(place, first, g)),
            Op::Reduce { op, scope } => one(self.reduce_gradient(op, scope, first, n, g)),
            Op::Segment { op: Segment::Recur { reverse }, scope, keys: _ } => {
                self.recur_gradient(reverse, scope, &node.inputs, g, wanted)
            }
            Op::Segment { op, scope, keys: _ } => {
                let rest = node.inputs[1..].to_vec();
                one(self.segment_gradient(op, scope, first, &rest, n, g))
            }
            Op::At => one(self.at_gradient(first, node.inputs[1], &node.shape, g)),
            Op::Lookup(scope) => {
                let (shape, inputs) = (node.shape, vec![g, node.inputs[1], node.inputs[2]]);
                Ok(vec![(first, self.add(Op::Scatter(scope), inputs, shape, Kind::Number))])
            }
            Op::Scatter(scope) => {
                let inputs = vec![g, node.inputs[1], node.inputs[2]];
                let found = self.add(Op::Lookup(scope), inputs, node.shape, Kind::Number);
                one(self.total(found))
            }
            Op::Right => {
                let shape = self.shape(first).clone();
                Ok(vec![(first, self.add(Op::RightSum(node.shape.axis), vec![g], shape, Kind::Number))])
            }
            Op::RightSum(_) => {
                let shape = self.shape(first).clone();
                let right = self.add(Op::Right, vec![g], shape, Kind::Number);
                one(self.total(right))
            }
            Op::Swap => one(self.swap(g)),
            Op::Lane(i) => one(self.lane_gradient(i, first, g)),
            Op::Lanes => self.lanes_gradient(&node, g, wanted),
            Op::Component(i) => one(self.component_gradient(i, first, g)),
            Op::Append => self.append_gradient(&node, g, wanted),
            Op::EffectiveRank { .. } => Err(no_derivative("`effective_rank`")),
            Op::Near { op: Near::RankSoFar { .. }, .. } => Err(no_derivative("`effective_rank`")),
            Op::Near { .. } => Err(no_derivative("`nearest`")),
            Op::Rolling { .. } | Op::Latest => Err(no_derivative("`rolling`")),
            Op::ComponentAt => Err(no_derivative("a component that a signal names")),
            Op::CallOver { call, .. } => Err(no_derivative(&format!("the function `{}`", call.0.name()))),
            Op::Call(call) => Err(no_derivative(&format!("the function `{}`", call.0.name()))),
            Op::Vjp { .. } => Err(TypeError::new(
                "a gradient through a product, a quantile, a minimum, a scan or a tree cannot be differentiated again",
            )),
            Op::Column(_)
            | Op::Number(_)
            | Op::Text(_)
            | Op::Isin(_)
            | Op::Present
            | Op::ReasonText
            | Op::Uniform(_)
            | Op::Step
            | Op::TotalSteps
            | Op::State { .. }
            | Op::StateText { .. }
            | Op::Parameter(_)
            | Op::Stop => Ok(Vec::new()),
        }
    }

    /// A gradient times a derivative; 0 where there is no product.
    fn chain(&mut self, g: NodeId, d: NodeId) -> Built {
        let (xs, shape) = self.align(&[g, d])?;
        Ok(self.add(Op::Chain, xs, shape, Kind::Number))
    }

    /// A gradient where the condition holds, 0 elsewhere.
    fn gate(&mut self, g: NodeId, condition: NodeId) -> Built {
        let (xs, shape) = self.align(&[g, condition])?;
        Ok(self.add(Op::Gate, xs, shape, Kind::Number))
    }

    /// 0 where `x` is absent.
    fn total(&mut self, x: NodeId) -> Built {
        let zero = self.number(0.0)?;
        self.or_else(x, zero)
    }

    /// `x` for each value it was reduced from.
    fn sum_below(&mut self, x: NodeId, to: Axis) -> Built {
        if to == Axis::BATCH {
            return self.reduce(Reducer::Sum, x, "batch");
        }
        let shape = self.shape(x).at(to);
        let op = Op::Reduce { op: Reducer::Sum, scope: Scope::Axis(to) };
        Ok(self.add(op, vec![x], shape, Kind::Number))
    }

    /// The sum of all that repeats one value of shape `to`.
    fn unspread(&mut self, g: NodeId, to: &Shape) -> Built {
        let mut g = g;
        if self.shape(g).axis != to.axis {
            g = self.sum_below(g, to.axis)?;
        }
        if self.shape(g).dim.is_some() && to.dim.is_none() {
            g = self.fold_inner(g);
        }
        match &self.shape(g).lanes {
            Some(lanes) if to.lanes.is_none() => {
                if self.shape(g).dim.is_none() {
                    return Ok(self.fold_inner(g));
                }
                // Only the lanes are folded, the vectors stay.
                let lanes = lanes.len();
                let shape = Shape { lanes: None, ..self.shape(g).clone() };
                let mut parts: Vec<NodeId> = Vec::with_capacity(lanes);
                for i in 0..lanes {
                    parts.push(self.add(Op::Lane(i), vec![g], shape.clone(), Kind::Number));
                }
                let first = parts.remove(0);
                parts.into_iter().try_fold(first, |sum, part| self.binary(crate::op::Binary::Add, sum, part))
            }
            _ => Ok(g),
        }
    }

    /// The sum over the vector of each element, else over its lanes.
    fn fold_inner(&mut self, g: NodeId) -> NodeId {
        let shape = Graph::inner_reduced(self.shape(g));
        let op = Op::Reduce { op: Reducer::Sum, scope: Scope::Inner };
        self.add(op, vec![g], shape, Kind::Number)
    }

    /// The gradient by `x` of an operation among siblings that has a kernel for it.
    fn vjp(&mut self, op: Vjp, scope: Scope, x: NodeId, rest: &[NodeId], g: NodeId) -> NodeId {
        let parents = usize::from(matches!(op, Vjp::Tree(_)));
        let keys = (rest.len() - parents) as u8;
        let inputs = [x, g].into_iter().chain(rest.iter().copied()).collect();
        let shape = self.shape(x).clone();
        self.add(Op::Vjp { op, scope, keys }, inputs, shape, Kind::Number)
    }
}

fn no_derivative(what: &str) -> TypeError {
    TypeError::new(format!("{what} has no derivative"))
        .help("take its result for a constant with `stop_gradient(…)`, or name it as what the gradient is by")
}
