//! Values in the order they arrive, from batch to batch.

use crate::absent::Reason;
use crate::column::Kind;
use crate::error::TypeError;
use crate::graph::{Graph, NodeId};
use crate::op::{Op, Reducer};

impl Graph {
    /// For each present value of `x` a reduction of the last `n` present ones, itself included, in the order of the
    /// batch and from batch to batch: they are kept under `name`.
    ///
    /// # Errors
    /// When `x` is not one number per element, or the name is already updated.
    pub fn rolling(&mut self, op: Reducer, n: usize, x: NodeId, name: &str) -> Result<NodeId, TypeError> {
        if self.kind(x) == Kind::Text || !self.shape(x).is_plain() {
            return Err(TypeError::new("`rolling` needs one number per element, without lanes or vectors"));
        }
        let earlier = self.state(name, Reason::Missing.value(), None, Some(n));
        let kept = self.shape(earlier).clone();
        let latest = self.add(Op::Latest, vec![x, earlier], kept, Kind::Number);
        self.update(earlier, latest)?;
        let shape = self.shape(x).clone();
        Ok(self.add(Op::Rolling { op, n }, vec![x, earlier], shape, Kind::Number))
    }
}
