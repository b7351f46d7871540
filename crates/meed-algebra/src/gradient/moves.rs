//! Moves to other axes, lanes and components: the gradient moves back.

use std::collections::BTreeSet;

use super::Handed;
use crate::build::Built;
use crate::column::{Kind, Shape};
use crate::error::TypeError;
use crate::graph::{Graph, Node, NodeId};
use crate::op::{Binary, Op, Place, Real, Reducer, Scan, Scope, Segment, Within};

impl Graph {
    /// From the one child that got the value of `x`.
    pub(super) fn spread_at_gradient(&mut self, place: Place, x: NodeId, g: NodeId) -> Built {
        let index = self.number(match place {
            Place::First => 0.0,
            Place::Last => -1.0,
        })?;
        let axis = self.shape(x).axis;
        let index = self.spread(index, &Shape::of(axis))?;
        let shape = self.shape(x).clone();
        let child = self.add(Op::At, vec![g, index], shape, Kind::Number);
        self.total(child)
    }

    /// To the child of number `index`, which counts from the end when negative.
    pub(super) fn at_gradient(&mut self, x: NodeId, index: NodeId, to: &Shape, g: NodeId) -> Built {
        let below = Shape::of(self.shape(x).axis);
        let position = self.positions(below.clone(), Scope::Axis(to.axis))?;
        let n = Op::Reduce { op: Reducer::Count, scope: Scope::Axis(to.axis) };
        let n = self.add(n, vec![position], Shape::of(to.axis), Kind::Number);
        let zero = self.number(0.0)?;
        let (back, from_end) = (self.binary(Binary::Add, index, n)?, self.binary(Binary::Lt, index, zero)?);
        let index = self.choose(from_end, back, index)?;
        let index = self.spread(index, &below)?;
        let here = self.binary(Binary::Eq, position, index)?;
        let g = self.spread(g, &self.shape(x).clone())?;
        self.gate(g, here)
    }

    /// 0, 1, 2, … among the siblings.
    fn positions(&mut self, shape: Shape, scope: Scope) -> Built {
        let zero = self.number(0.0)?;
        let x = self.spread(zero, &shape)?;
        let op = Op::Segment { op: Segment::Within(Within::Position), scope, keys: 0 };
        Ok(self.add(op, vec![x], shape, Kind::Number))
    }

    /// To lane `i`, 0 in the others.
    pub(super) fn lane_gradient(&mut self, i: usize, x: NodeId, g: NodeId) -> Built {
        let shape = self.shape(x).clone();
        let lanes = shape.lanes.as_ref().map_or(0, |l| l.len());
        let zero = self.number(0.0)?;
        let zero = self.spread(zero, &self.shape(g).clone())?;
        let inputs = (0..lanes).map(|l| if l == i { g } else { zero }).collect();
        Ok(self.add(Op::Lanes, inputs, shape, Kind::Number))
    }

    /// Each lane back to where it came from.
    pub(super) fn lanes_gradient(
        &mut self,
        node: &Node,
        g: NodeId,
        wanted: &BTreeSet<NodeId>,
    ) -> Result<Handed, TypeError> {
        let parts = node.inputs.iter().enumerate().filter(|(_, i)| wanted.contains(i));
        let parts: Vec<(usize, NodeId)> = parts.map(|(k, i)| (k, *i)).collect();
        let shape = Shape { lanes: None, ..node.shape.clone() };
        let lane = |k| self.add(Op::Lane(k), vec![g], shape.clone(), Kind::Number);
        let mut lane = lane;
        Ok(parts.into_iter().map(|(k, i)| (i, lane(k))).collect())
    }

    /// To component `i`, 0 in the others.
    pub(super) fn component_gradient(&mut self, i: usize, x: NodeId, g: NodeId) -> Built {
        let shape = self.shape(x).clone();
        let position = self.positions(shape.clone(), Scope::Inner)?;
        let i = self.number(i as f64)?;
        let here = self.binary(Binary::Eq, position, i)?;
        let g = self.spread(g, &shape)?;
        self.gate(g, here)
    }

    /// The last component to `x`, the others one place on to the vector.
    pub(super) fn append_gradient(
        &mut self,
        node: &Node,
        g: NodeId,
        wanted: &BTreeSet<NodeId>,
    ) -> Result<Handed, TypeError> {
        let mut handed = Vec::new();
        let (vector, x) = (node.inputs[0], node.inputs[1]);
        if wanted.contains(&vector) {
            let op = Segment::Scan { op: Scan::Shift { n: 1, first: Real(0.0) }, reverse: false };
            let op = Op::Segment { op, scope: Scope::Inner, keys: 0 };
            handed.push((vector, self.add(op, vec![g], node.shape.clone(), Kind::Number)));
        }
        if wanted.contains(&x) {
            handed.push((x, self.component(g, node.shape.dim.unwrap_or(1) - 1)?));
        }
        Ok(handed)
    }
}
