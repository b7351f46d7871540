//! Element by element.

use std::collections::BTreeSet;

use super::Handed;
use crate::build::Built;
use crate::error::TypeError;
use crate::graph::{Graph, Node, NodeId};
use crate::op::{Binary, Op, Unary};

/// Whether the function is constant between its jumps.
pub(super) fn is_step(op: Unary) -> bool {
    use Unary::*;
    match op {
        Not | Sign | Floor | Ceil | Round => true,
        Neg | Abs | Exp | Log | Sqrt | Sigmoid | LogSigmoid | Tanh | Softplus | Cos | Sin => false,
    }
}

/// Whether the operation is constant between its jumps.
pub(super) fn is_step_binary(op: Binary) -> bool {
    op.is_bool() || op == Binary::FloorDiv
}

impl Graph {
    /// The gradient by `x` of `y = op(x)`.
    pub(super) fn unary_gradient(&mut self, op: Unary, x: NodeId, y: NodeId, g: NodeId) -> Built {
        use Binary::*;
        let one = self.number(1.0)?;
        let slope = match op {
            Unary::Neg => return self.unary(Unary::Neg, g),
            Unary::Not | Unary::Sign | Unary::Floor | Unary::Ceil | Unary::Round => self.number(0.0)?,
            Unary::Abs => self.unary(Unary::Sign, x)?,
            Unary::Exp => y,
            Unary::Log => self.binary(Div, one, x)?,
            Unary::Sqrt => {
                let half = self.number(0.5)?;
                self.binary(Div, half, y)?
            }
            Unary::Sigmoid => {
                let rest = self.binary(Sub, one, y)?;
                self.binary(Mul, y, rest)?
            }
            Unary::LogSigmoid => {
                let minus = self.unary(Unary::Neg, x)?;
                self.unary(Unary::Sigmoid, minus)?
            }
            Unary::Softplus => self.unary(Unary::Sigmoid, x)?,
            Unary::Tanh => {
                let square = self.binary(Mul, y, y)?;
                self.binary(Sub, one, square)?
            }
            Unary::Sin => self.unary(Unary::Cos, x)?,
            Unary::Cos => {
                let sin = self.unary(Unary::Sin, x)?;
                self.unary(Unary::Neg, sin)?
            }
        };
        self.chain(g, slope)
    }

    /// The gradients of `y = op(a, b)`.
    pub(super) fn binary_gradient(
        &mut self,
        op: Binary,
        [a, b]: [NodeId; 2],
        y: NodeId,
        g: NodeId,
        wanted: &BTreeSet<NodeId>,
    ) -> Result<Handed, TypeError> {
        let mut handed = Vec::new();
        if wanted.contains(&a) {
            handed.push((a, self.left_gradient(op, a, b, g)?));
        }
        if wanted.contains(&b) {
            handed.push((b, self.right_gradient(op, a, b, y, g)?));
        }
        Ok(handed)
    }

    fn left_gradient(&mut self, op: Binary, a: NodeId, b: NodeId, g: NodeId) -> Built {
        match op {
            Binary::Add | Binary::Sub | Binary::Rem => Ok(g),
            Binary::Mul => self.chain(g, b),
            Binary::Div => {
                let one = self.number(1.0)?;
                let slope = self.binary(Binary::Div, one, b)?;
                self.chain(g, slope)
            }
            Binary::Pow => {
                let slope = self.power_slope(a, b)?;
                self.chain(g, slope)
            }
            // Of equals the left one is taken.
            Binary::Min => self.gated(g, Binary::Le, a, b),
            Binary::Max => self.gated(g, Binary::Ge, a, b),
            _ => self.number(0.0),
        }
    }

    fn right_gradient(&mut self, op: Binary, a: NodeId, b: NodeId, y: NodeId, g: NodeId) -> Built {
        match op {
            Binary::Add => Ok(g),
            Binary::Sub => self.unary(Unary::Neg, g),
            Binary::Mul => self.chain(g, a),
            Binary::Div => {
                let slope = self.binary(Binary::Div, y, b)?;
                let slope = self.unary(Unary::Neg, slope)?;
                self.chain(g, slope)
            }
            Binary::Rem => {
                // y = a - b * floor(a / b)
                let rest = self.binary(Binary::Sub, y, a)?;
                let slope = self.binary(Binary::Div, rest, b)?;
                self.chain(g, slope)
            }
            Binary::Pow => {
                let log = self.unary(Unary::Log, a)?;
                let slope = self.binary(Binary::Mul, y, log)?;
                self.chain(g, slope)
            }
            Binary::Min => self.gated(g, Binary::Gt, a, b),
            Binary::Max => self.gated(g, Binary::Lt, a, b),
            _ => self.number(0.0),
        }
    }

    /// `b * a^(b-1)`.
    fn power_slope(&mut self, a: NodeId, b: NodeId) -> Built {
        if self.constant(b) == Some(2.0) {
            return self.binary(Binary::Mul, b, a);
        }
        let one = self.number(1.0)?;
        let less = match self.constant(b) {
            Some(b) => self.number(b - 1.0)?,
            None => self.binary(Binary::Sub, b, one)?,
        };
        let power = self.binary(Binary::Pow, a, less)?;
        self.binary(Binary::Mul, b, power)
    }

    fn gated(&mut self, g: NodeId, op: Binary, a: NodeId, b: NodeId) -> Built {
        let condition = self.binary(op, a, b)?;
        self.gate(g, condition)
    }

    /// The gradients of operations that pass one of their inputs on, or none.
    pub(super) fn choice_gradient(
        &mut self,
        node: &Node,
        n: NodeId,
        g: NodeId,
        wanted: &BTreeSet<NodeId>,
    ) -> Result<Handed, TypeError> {
        let input = &node.inputs;
        let mut handed = Vec::new();
        for (k, i) in input.iter().enumerate().filter(|(_, i)| wanted.contains(i)) {
            let part = match (&node.op, k) {
                (Op::Choose, 1) => self.gate(g, input[0])?,
                (Op::Choose, 2) => {
                    let not = self.unary(Unary::Not, input[0])?;
                    self.gate(g, not)?
                }
                (Op::Mask, 0) | (Op::Gate, 0) => self.gate(g, input[1])?,
                (Op::OrElse, 0) => {
                    let present = self.present(input[0]);
                    self.gate(g, present)?
                }
                (Op::OrElse, 1) => {
                    let present = self.present(input[0]);
                    let not = self.unary(Unary::Not, present)?;
                    self.gate(g, not)?
                }
                (Op::Chain, k) => self.chain(g, input[1 - k])?,
                // A condition steps from one branch to the other; it has no slope.
                _ => continue,
            };
            debug_assert!(self.shape(part) == self.shape(n) || self.constant(*i).is_some());
            handed.push((*i, part));
        }
        Ok(handed)
    }
}
