//! Functions in the graph: one value per element, or an axis of their own.

use std::sync::Arc;

use crate::axis::Axis;
use crate::column::Shape;
use crate::error::TypeError;
use crate::function::Function;
use crate::gate::Gated;
use crate::graph::{Graph, NodeId, Unfolded};
use crate::op::{Call, Op};

impl Graph {
    /// A function per element. Arguments meet on one axis, where the result lives too, or right above it when the
    /// function makes an axis ([`crate::Unfold`]). A function that sees siblings ([`Function::among`]) is called for
    /// the elements under each element of its axis. With `when` it is called only where that holds, the rest is
    /// absent (not applicable).
    ///
    /// # Errors
    /// When axes do not line up, or the axis a function makes is there already and is another one.
    pub fn call(
        &mut self,
        function: Arc<dyn Function>,
        args: &[NodeId],
        when: Option<NodeId>,
    ) -> Result<NodeId, TypeError> {
        let mut shape = Shape::of(Axis::BATCH);
        for x in args.iter().chain(&when) {
            shape = self.meet(&shape, &self.shape(*x).clone())?;
        }
        let kind = function.kind();
        let mut inputs = Vec::with_capacity(args.len() + 1);
        for x in args.iter().chain(&when) {
            inputs.push(self.spread(*x, &shape)?);
        }
        if function.unfold().is_some() {
            shape = self.unfold(&function, &inputs, &shape)?;
        }
        let among = function.among().map(|axis| self.among(&function, axis, &shape)).transpose()?;
        let function: Arc<dyn Function> = match when {
            None => function,
            Some(_) => Arc::new(Gated::new(function, args.len())),
        };
        let op = match among {
            None => Op::Call(Call(function)),
            Some(axis) => Op::CallAmong(Call(function), axis),
        };
        Ok(self.add(op, inputs, shape, kind))
    }

    /// The axis whose elements' children a function sees together.
    fn among(&self, function: &Arc<dyn Function>, axis: &str, shape: &Shape) -> Result<Axis, TypeError> {
        let word = function.name();
        if !shape.is_plain() {
            return Err(TypeError::new(format!(
                "`{word}` looks at siblings, its arguments are {}",
                self.describe(shape)
            ))
            .help("give it one value per element"));
        }
        let above = self.tree().require(axis)?;
        if above == shape.axis || !self.tree().contains(above, shape.axis) {
            return Err(TypeError::new(format!(
                "`{word}` looks at siblings under `{axis}`, its arguments are {}",
                self.describe(shape)
            ))
            .help("name an axis above the arguments'"));
        }
        Ok(above)
    }

    /// The axis `function` makes under its arguments.
    fn unfold(
        &mut self,
        function: &Arc<dyn Function>,
        inputs: &[NodeId],
        shape: &Shape,
    ) -> Result<Shape, TypeError> {
        let Some(made) = function.unfold() else { return Ok(shape.clone()) };
        let (word, name) = (function.name(), made.axis());
        if !shape.is_plain() {
            return Err(TypeError::new(format!(
                "`{word}` makes an axis, its arguments are {}",
                self.describe(shape)
            ))
            .help("give it one value per element"));
        }
        let counted = inputs[..made.counted().min(inputs.len())].to_vec();
        if counted.iter().any(|x| !self.is_given(*x)) {
            return Err(TypeError::new(format!(
                "`{word}` makes the axis `{name}` from something that is computed"
            ))
            .help("how many elements there are must follow from columns of the data"));
        }
        let axis = self.schema.tree.add(name, shape.axis)?;
        let same = |u: &Unfolded| {
            let counting = u.call.0.unfold().map(|o| o.counting());
            u.counted == counted && counting == Some(made.counting())
        };
        match self.unfolded.iter().find(|u| u.axis == axis) {
            None => {
                let call = Call(function.clone());
                self.unfolded.push(Unfolded { axis, call, counted });
            }
            Some(other) if same(other) => {}
            Some(other) => {
                return Err(TypeError::new(format!(
                    "the axis `{name}` is already made by `{}`, from other columns or in another way",
                    other.call.0.name()
                )));
            }
        }
        Ok(Shape::of(axis))
    }

    /// Whether a value is known before anything is computed.
    fn is_given(&self, x: NodeId) -> bool {
        let node = self.node(x);
        match node.op {
            Op::Column(_) | Op::Number(_) | Op::Text(_) => true,
            Op::Spread => self.is_given(node.inputs[0]),
            _ => false,
        }
    }
}
