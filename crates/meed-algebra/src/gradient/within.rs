//! Among siblings: words whose value depends on all of them.
//!
//! Most are rewritten in simpler operations whose gradients are known; only what the gradient needs of the rewriting
//! is ever computed.

use std::collections::BTreeSet;

use super::Handed;
use crate::build::Built;
use crate::column::Kind;
use crate::error::TypeError;
use crate::graph::{Graph, NodeId};
use crate::op::{Binary, Op, Real, Reducer, Scan, Scope, Segment, Unary, Vjp, Within};

impl Graph {
    /// The gradient by `x` of `y`, an operation among siblings; `rest` are its parents and keys.
    pub(super) fn segment_gradient(
        &mut self,
        op: Segment,
        scope: Scope,
        x: NodeId,
        rest: &[NodeId],
        y: NodeId,
        g: NodeId,
    ) -> Built {
        match op {
            Segment::Reduce(op) => self.beside_gradient(op, scope, x, rest, y, g),
            Segment::Scan { op, reverse } => Ok(self.vjp(Vjp::Scan { op, reverse }, scope, x, rest, g)),
            // Has two inputs with a gradient, and a rule of its own.
            Segment::Recur { .. } => Ok(g),
            Segment::Tree(op) => Ok(self.vjp(Vjp::Tree(op), scope, x, rest, g)),
            Segment::Within(Within::Reverse) => {
                let inputs = std::iter::once(g).chain(rest.iter().copied()).collect();
                let shape = self.shape(x).clone();
                let op = Op::Segment { op, scope, keys: rest.len() as u8 };
                let back = self.add(op, inputs, shape, Kind::Number);
                self.total(back)
            }
            Segment::Within(Within::Softmax) => {
                // y (g - Σ g y)
                let gy = self.binary(Binary::Mul, g, y)?;
                let sum = self.segment_reduce(Reducer::Sum, scope, gy, rest);
                let d = self.binary(Binary::Sub, g, sum)?;
                self.chain(d, y)
            }
            Segment::Within(op) => {
                let same = self.rewritten(op, scope, x, rest)?;
                let found = self.pull(same, g, &[x])?;
                let zero = self.number(0.0)?;
                found[0].map_or_else(|| self.spread(zero, &self.shape(x).clone()), Ok)
            }
        }
    }

    /// The gradients of `y[k] = x[k] + gamma[k] * y[k-1]` by both: with `a[k] = g[k] + gamma[k+1] * a[k+1]` they are `a`
    /// and `a[k] * y[k-1]`. Where `gamma` is absent the element is passed over in both directions.
    pub(super) fn recur_gradient(
        &mut self,
        reverse: bool,
        scope: Scope,
        inputs: &[NodeId],
        g: NodeId,
        wanted: &BTreeSet<NodeId>,
    ) -> Result<Handed, TypeError> {
        let (x, gamma, keys) = (inputs[0], inputs[1], &inputs[2..]);
        let zero = self.number(0.0)?;
        let along = |graph: &mut Graph, op: Segment, of: &[NodeId]| {
            let inputs = of.iter().chain(keys).copied().collect();
            let shape = graph.shape(of[0]).clone();
            graph.add(Op::Segment { op, scope, keys: keys.len() as u8 }, inputs, shape, Kind::Number)
        };
        let scan = |op: Scan, reverse: bool| Segment::Scan { op, reverse };
        let step = |n: i64| scan(Scan::Shift { n, first: Real(0.0) }, reverse);
        let (given, passed) = (self.present(x), self.present(gamma));
        let next = along(self, scan(Scan::Hold, !reverse), &[gamma]);
        let next = along(self, step(-1), &[next]);
        let next = self.or_else(next, zero)?;
        let next = self.mask(next, passed)?;
        let a = along(self, Segment::Recur { reverse: !reverse }, &[g, next]);
        let a = self.total(a)?;
        let mut handed = Vec::new();
        if wanted.contains(&x) {
            handed.push((x, self.gate(a, given)?));
        }
        if wanted.contains(&gamma) {
            let filled = self.or_else(x, zero)?;
            let y = along(self, Segment::Recur { reverse }, &[filled, gamma]);
            let before = along(self, scan(Scan::Hold, reverse), &[y]);
            let before = along(self, step(1), &[before]);
            let before = self.or_else(before, zero)?;
            let by_gamma = self.chain(a, before)?;
            handed.push((gamma, self.unspread(by_gamma, &self.shape(gamma).clone())?));
        }
        Ok(handed)
    }

    /// The same value in simpler operations.
    fn rewritten(&mut self, op: Within, scope: Scope, x: NodeId, keys: &[NodeId]) -> Built {
        let (zero, one) = (self.number(0.0)?, self.number(1.0)?);
        match op {
            Within::Z { ddof, eps, eps_inside, .. } => {
                let mean = self.segment_reduce(Reducer::Mean, scope, x, keys);
                let var = self.segment_reduce(Reducer::Var { ddof }, scope, x, keys);
                let (inside, outside) = (self.number(eps_inside.0)?, self.number(eps.0)?);
                let sum = self.binary(Binary::Add, var, inside)?;
                let root = self.unary(Unary::Sqrt, sum)?;
                let scale = self.binary(Binary::Add, root, outside)?;
                let d = self.binary(Binary::Sub, x, mean)?;
                let z = self.binary(Binary::Div, d, scale)?;
                // Without spread it is a constant.
                let spread = self.binary(Binary::Ne, var, zero)?;
                self.choose(spread, z, zero)
            }
            Within::Normalize => {
                let square = self.binary(Binary::Mul, x, x)?;
                let sum = self.segment_reduce(Reducer::Sum, scope, square, keys);
                let length = self.unary(Unary::Sqrt, sum)?;
                self.binary(Binary::Div, x, length)
            }
            Within::Share => {
                let sum = self.segment_reduce(Reducer::Sum, scope, x, keys);
                self.binary(Binary::Div, x, sum)
            }
            Within::Minmax { .. } => {
                let low = self.segment_reduce(Reducer::Min, scope, x, keys);
                let high = self.segment_reduce(Reducer::Max, scope, x, keys);
                let (d, range) = (self.binary(Binary::Sub, x, low)?, self.binary(Binary::Sub, high, low)?);
                let share = self.binary(Binary::Div, d, range)?;
                let spread = self.binary(Binary::Gt, high, low)?;
                self.choose(spread, share, zero)
            }
            Within::LooMean => {
                let sum = self.segment_reduce(Reducer::Sum, scope, x, keys);
                let n = self.segment_reduce(Reducer::Count, scope, x, keys);
                let (rest, others) = (self.binary(Binary::Sub, sum, x)?, self.binary(Binary::Sub, n, one)?);
                self.binary(Binary::Div, rest, others)
            }
            // Handled before: these step, move, or have a shorter rule.
            Within::Rank { .. }
            | Within::Position
            | Within::Fraction
            | Within::Run
            | Within::Reverse
            | Within::Softmax => Ok(zero),
        }
    }
}
