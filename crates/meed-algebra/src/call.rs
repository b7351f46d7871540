//! Functions in the graph: one value per element, or an axis of their own.

use std::sync::Arc;

use crate::axis::Axis;
use crate::column::Shape;
use crate::error::TypeError;
use crate::function::Function;
use crate::gate::Gated;
use crate::graph::{Graph, NodeId, Unfolded};
use crate::op::{Call, CallOver, Op};
use crate::over::{Among, OverFunction};

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
            // The gate is of single elements, so it went into the function.
            Some(axis) => Op::CallOver { call: CallOver(Arc::new(Among(function))), axis, gated: false },
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

    /// A function per element of the axis `over`, of everything below it; what lives above is given as it is.
    /// The result lives on the axis `to`, `over` itself or one below, with `lanes` when there are labels. With
    /// `when`, a value per element of `over`, it is called only where that holds.
    ///
    /// # Errors
    /// When an argument or `to` lies beside `over`, or `when` below it.
    pub fn call_over(
        &mut self,
        function: Arc<dyn OverFunction>,
        args: &[NodeId],
        when: Option<NodeId>,
        over: &str,
        to: &str,
        lanes: Option<Arc<[String]>>,
    ) -> Result<NodeId, TypeError> {
        let (parent, to) = (self.tree().require(over)?, self.tree().require(to)?);
        if !self.tree().contains(parent, to) {
            return Err(TypeError::new(format!("`{}` is not below `{over}`", self.tree().name(to))));
        }
        let mut inputs = Vec::with_capacity(args.len() + 1);
        for x in args {
            let shape = self.shape(*x).clone();
            let below = self.tree().contains(parent, shape.axis);
            inputs.push(if below { *x } else { self.spread(*x, &shape.at(parent))? });
        }
        if let Some(when) = when {
            inputs.push(self.spread(when, &Shape::of(parent))?);
        }
        let kind = function.kind();
        let op = Op::CallOver { call: CallOver(function), axis: parent, gated: when.is_some() };
        Ok(self.add(op, inputs, Shape { axis: to, lanes, dim: None }, kind))
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
