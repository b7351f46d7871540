//! Vectors among their siblings: who lies near whom.

use crate::axis::Axis;
use crate::column::{Kind, Shape};
use crate::error::TypeError;
use crate::graph::{Graph, NodeId};
use crate::op::{Near, Op};

impl Graph {
    /// Which cluster each vector belongs to among those under one element of `axis` (and of equal keys), from 0 in the
    /// order they are found; absent for those that belong to none. Two vectors are neighbours up to a distance of
    /// `eps`; one with at least `min_samples` neighbours, itself counted, and all of its neighbours are of one cluster
    /// ("A Density-Based Algorithm for Discovering Clusters").
    ///
    /// # Errors
    /// When `x` is not one vector per element, or `axis` is not above it.
    pub fn cluster(
        &mut self,
        x: NodeId,
        axis: &str,
        eps: f64,
        min_samples: usize,
        keys: &[NodeId],
    ) -> Result<NodeId, TypeError> {
        let scope = self.vectors_below(x, axis, "cluster")?;
        let op = Near::Cluster { eps: crate::op::Real(eps), min_samples };
        self.near(op, scope, &[x], keys)
    }

    /// The mean distance of each vector to the nearest `k` of `to` under one element of `axis` (and of equal keys), all
    /// of them where there are fewer; absent without any. With `others` an element's own vector does not count.
    ///
    /// # Errors
    /// When both are not one vector per element of one axis and size, or `axis` is not above them.
    pub fn nearest(
        &mut self,
        x: NodeId,
        to: NodeId,
        axis: &str,
        k: usize,
        others: bool,
        keys: &[NodeId],
    ) -> Result<NodeId, TypeError> {
        let scope = self.vectors_below(x, axis, "nearest")?;
        self.vectors_below(to, axis, "nearest")?;
        if self.shape(x) != self.shape(to) && self.schema().complete {
            let (a, b) = (self.describe(self.shape(x)), self.describe(self.shape(to)));
            return Err(TypeError::new(format!("`nearest` compares {a} with {b}")));
        }
        self.near(Near::Nearest { k, others }, scope, &[x, to], keys)
    }

    /// The effective rank of the vectors so far among those under one element of `axis` (and of equal keys): at each
    /// present vector whose place among the present ones, from 0, is a multiple of `every`; absent elsewhere, and at
    /// the first.
    ///
    /// # Errors
    /// When `x` is not one vector per element, or `axis` is not above it.
    pub fn effective_rank_so_far(
        &mut self,
        x: NodeId,
        axis: &str,
        every: usize,
        center: bool,
        keys: &[NodeId],
    ) -> Result<NodeId, TypeError> {
        let scope = self.vectors_below(x, axis, "effective_rank")?;
        self.near(Near::RankSoFar { center, every: every.max(1) }, scope, &[x], keys)
    }

    fn vectors_below(&self, x: NodeId, axis: &str, word: &str) -> Result<Axis, TypeError> {
        let (above, shape) = (self.tree().require(axis)?, self.shape(x));
        if above == shape.axis || !self.tree().contains(above, shape.axis) {
            return Err(TypeError::new(format!("`{word}` needs an axis above {}", self.describe(shape))));
        }
        let vector = shape.dim.is_some() || !self.schema().complete;
        if self.kind(x) == Kind::Text || shape.lanes.is_some() || !vector {
            return Err(TypeError::new(format!(
                "`{word}` needs one vector per element, found {}",
                self.describe(shape)
            )));
        }
        Ok(above)
    }

    fn near(
        &mut self,
        op: Near,
        scope: Axis,
        vectors: &[NodeId],
        keys: &[NodeId],
    ) -> Result<NodeId, TypeError> {
        let own = Shape::of(self.shape(vectors[0]).axis);
        let mut inputs = vectors.to_vec();
        for key in keys {
            inputs.push(self.spread(*key, &own)?);
        }
        Ok(self.add(Op::Near { op, scope }, inputs, own, Kind::Number))
    }
}
