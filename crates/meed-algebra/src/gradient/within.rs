//! Among siblings: words whose value depends on all of them.
//!
//! Most are rewritten in simpler operations whose gradients are known; only what the gradient needs of the rewriting
//! is ever computed.

use crate::build::Built;
use crate::column::Kind;
use crate::graph::{Graph, NodeId};
use crate::op::{Binary, Op, Reducer, Scope, Segment, Unary, Vjp, Within};

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
