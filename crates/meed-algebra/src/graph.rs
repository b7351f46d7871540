//! The expression graph: nodes with shapes, checked as they are built.
//!
//! Equal expressions are one node, so common subexpressions are evaluated once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::absent::Reason;
use crate::axis::{Axis, AxisTree};
use crate::batch::Schema;
use crate::column::{Kind, Shape};
use crate::error::TypeError;
use crate::op::{Call, Op, Real};

/// A node of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// An operation with its inputs and the shape of its result.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    /// What is computed.
    pub op: Op,
    /// From what.
    pub inputs: Vec<NodeId>,
    /// Where the result lives.
    pub shape: Shape,
    /// What it is.
    pub kind: Kind,
}

/// An axis made from others: for each `left` element, the `right` elements under the same `within` element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cross {
    /// The axis itself; its parent is `left`.
    pub axis: Axis,
    /// The parent.
    pub left: Axis,
    /// The other side.
    pub right: Axis,
    /// What both sides share.
    pub within: Axis,
    /// Whether an element paired with itself counts; without it those values are absent.
    pub diagonal: bool,
}

/// An axis made by a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfolded {
    /// The axis itself; its parent is where the function's arguments live.
    pub axis: Axis,
    /// The function, which says how many elements there are.
    pub call: Call,
    /// Columns and constants that decide it.
    pub counted: Vec<NodeId>,
}

/// A value to be kept for later batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The name of the state.
    pub name: Arc<str>,
    /// The new value.
    pub value: NodeId,
    /// What it is kept under, `None` for one value.
    pub key: Option<NodeId>,
}

/// An axis of runs of neighbours under one parent. A run begins at the first element and wherever a column exceeds a
/// threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    /// The axis itself; its parent is that of the column's axis.
    pub axis: Axis,
    /// The column.
    pub starts: NodeId,
    /// A run begins above it.
    pub above: Real,
}

/// Expressions over one schema.
#[derive(Debug, Clone)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    interned: HashMap<Node, NodeId>,
    pub(crate) schema: Schema,
    pub(crate) crosses: Vec<Cross>,
    pub(crate) unfolded: Vec<Unfolded>,
    pub(crate) runs: Vec<Runs>,
    /// Whether what is built now may never be asked for although data is at hand: the rest of a file of which a part is
    /// wanted. What the data has no place for is then absent instead of an error.
    pub partial: bool,
    pub(crate) updates: Vec<Update>,
    parameters: BTreeMap<Arc<str>, Vec<f64>>,
    streams: u64,
}

impl Graph {
    /// A graph over the axes and columns of `schema`.
    pub fn new(schema: Schema) -> Self {
        Graph {
            nodes: Vec::new(),
            interned: HashMap::new(),
            schema,
            crosses: Vec::new(),
            unfolded: Vec::new(),
            runs: Vec::new(),
            partial: false,
            updates: Vec::new(),
            parameters: BTreeMap::new(),
            streams: 0,
        }
    }

    /// The node behind an id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// All nodes; inputs come before what uses them.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The axes, those made by the graph included.
    pub fn tree(&self) -> &AxisTree {
        &self.schema.tree
    }

    /// What the graph is checked against.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What the graph is checked against, to be changed while nothing is built.
    pub fn schema_mut(&mut self) -> &mut Schema {
        &mut self.schema
    }

    /// The axes made from others.
    pub fn crosses(&self) -> &[Cross] {
        &self.crosses
    }

    /// The axes made by functions.
    pub fn unfolded(&self) -> &[Unfolded] {
        &self.unfolded
    }

    /// The axes of runs.
    pub fn runs(&self) -> &[Runs] {
        &self.runs
    }

    /// Values kept for later batches.
    pub fn updates(&self) -> &[Update] {
        &self.updates
    }

    /// Forgets the values kept for later batches, and returns them.
    pub fn take_updates(&mut self) -> Vec<Update> {
        std::mem::take(&mut self.updates)
    }

    /// Brings those of `taken` back whose state `outputs` depend on, unless it is updated otherwise by now.
    pub fn restore_updates(&mut self, mut taken: Vec<Update>, outputs: impl IntoIterator<Item = NodeId>) {
        let mut open: Vec<NodeId> = outputs.into_iter().collect();
        open.extend(self.updates.iter().flat_map(|u| [u.value].into_iter().chain(u.key)));
        let mut seen = std::collections::HashSet::new();
        while let Some(n) = open.pop() {
            if !seen.insert(n) {
                continue;
            }
            open.extend(&self.node(n).inputs);
            let (Op::State { name, .. } | Op::StateText { name, .. }) = self.node(n).op.clone() else {
                continue;
            };
            if let Some(i) = taken.iter().position(|u| u.name == name) {
                let update = taken.swap_remove(i);
                if self.updates.iter().all(|u| u.name != name) {
                    open.extend([update.value].into_iter().chain(update.key));
                    self.updates.push(update);
                }
            }
        }
    }

    /// The same expressions, with these nodes read from columns of the given names and, unless `keeping`, without
    /// updates of state: what is computed elsewhere first (by other programs, on other machines) is planned apart.
    pub fn with_columns(&self, nodes: &[(NodeId, String)], keeping: bool) -> Graph {
        let mut graph = self.clone();
        for (id, name) in nodes {
            let node = &mut graph.nodes[id.0 as usize];
            node.op = Op::Column(name.as_str().into());
            node.inputs.clear();
        }
        if !keeping {
            graph.updates.clear();
        }
        graph
    }

    /// The shape of a node.
    pub fn shape(&self, id: NodeId) -> &Shape {
        &self.node(id).shape
    }

    /// The kind of a node.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// The constant a node is, if it is one.
    pub fn constant(&self, id: NodeId) -> Option<f64> {
        match self.node(id).op {
            Op::Number(Real(x)) => Some(x),
            _ => None,
        }
    }

    /// `rollout`, `step with lanes a, b`, `token of vectors of 16`: a shape in words.
    pub fn describe(&self, shape: &Shape) -> String {
        let mut words = format!("`{}`", self.tree().name(shape.axis));
        if let Some(lanes) = &shape.lanes {
            words.push_str(&format!(" with lanes {}", lanes.join(", ")));
        }
        if let Some(dim) = shape.dim {
            words.push_str(&format!(" with vectors of {dim}"));
        }
        words
    }

    pub(crate) fn add(&mut self, op: Op, inputs: Vec<NodeId>, shape: Shape, kind: Kind) -> NodeId {
        let node = Node { op, inputs, shape, kind };
        if let Some(id) = self.interned.get(&node) {
            return *id;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node.clone());
        self.interned.insert(node, id);
        id
    }

    /// A column of the data. With an open schema a column nobody has described yet is taken to be numbers on
    /// `axis` (default `rollout`).
    ///
    /// # Errors
    /// When the data has no such column, or has it on another axis than `axis`.
    pub fn column(
        &mut self,
        name: &str,
        axis: Option<&str>,
        kind: Option<Kind>,
    ) -> Result<NodeId, TypeError> {
        let wanted = axis.map(|a| self.axis_or_new(a)).transpose()?;
        if !self.schema.complete && !self.schema.columns.contains_key(name) {
            let shape = Shape::of(wanted.unwrap_or(Axis::ROLLOUT));
            self.schema.columns.insert(name.to_string(), (shape, kind.unwrap_or(Kind::Number)));
        }
        let (mut shape, mut found) = self.schema.require(name)?.clone();
        if !self.schema.complete {
            // What is built now may never be asked for; if it is, evaluation compares with the data again.
            shape = wanted.map_or(shape.clone(), |axis| shape.at(axis));
            found = kind.unwrap_or(found);
        }
        if let Some(wanted) = wanted.filter(|w| *w != shape.axis) {
            return Err(TypeError::new(format!(
                "column `{name}` is on `{}`, the spec says `{}`",
                self.tree().name(shape.axis),
                self.tree().name(wanted)
            ))
            .help("correct the spec, or name the axis the data should be read on with `--map`"));
        }
        if let Some(kind) = kind
            && (kind == Kind::Text) != (found == Kind::Text)
        {
            return Err(TypeError::new(format!(
                "column `{name}` holds {}s, the spec needs {}s",
                found.name(),
                kind.name()
            )));
        }
        Ok(self.add(Op::Column(name.into()), vec![], shape, found))
    }

    fn axis_or_new(&mut self, name: &str) -> Result<Axis, TypeError> {
        // `step.vote`: the axis and, for when the data is not at hand, where it lies.
        let (parent, name) = name.rsplit_once('.').map_or((None, name), |(p, n)| (Some(p), n));
        if !self.schema.complete && self.tree().find(name).is_none() {
            let parent = parent.map_or(Ok(Axis::ROLLOUT), |p| self.axis_or_new(p))?;
            return self.schema.tree.add(name, parent);
        }
        self.tree().require(name)
    }

    /// A constant.
    ///
    /// # Errors
    /// When it is NaN.
    pub fn number(&mut self, value: f64) -> Result<NodeId, TypeError> {
        if value.is_nan() {
            return Err(TypeError::new("a constant of the spec is not a number (NaN)")
                .help("use `absent()` for a value that is not there"));
        }
        Ok(self.add(Op::Number(Real(value)), vec![], Shape::of(Axis::BATCH), Kind::Number))
    }

    /// A constant that is absent for `reason`.
    pub fn absent(&mut self, reason: Reason) -> NodeId {
        self.add(Op::Number(Real(reason.value())), vec![], Shape::of(Axis::BATCH), Kind::Number)
    }

    /// A knob that can be learned, on `batch`: one value, or one per lane or component of `shape`. Its value can be
    /// changed without building anything again ([`Graph::set_parameter`]).
    ///
    /// # Errors
    /// When there is not one value for each place of the shape, one is absent, or the name is taken.
    pub fn add_parameter(&mut self, name: &str, shape: Shape, values: Vec<f64>) -> Result<NodeId, TypeError> {
        if self.parameters.contains_key(name) {
            return Err(TypeError::new(format!("param `{name}` is there already")));
        }
        let shape = shape.at(Axis::BATCH);
        check_parameter(name, shape.width(), &values)?;
        self.parameters.insert(name.into(), values);
        Ok(self.add(Op::Parameter(name.into()), vec![], shape, Kind::Number))
    }

    /// The value of a parameter; empty when there is none of that name.
    pub fn parameter(&self, name: &str) -> &[f64] {
        self.parameters.get(name).map_or(&[], Vec::as_slice)
    }

    /// Gives a parameter another value.
    ///
    /// # Errors
    /// When there is none of that name, or the values are not as many, or absent.
    pub fn set_parameter(&mut self, name: &str, values: &[f64]) -> Result<(), TypeError> {
        let Some(old) = self.parameters.get_mut(name) else {
            return Err(TypeError::new(format!("there is no parameter `{name}`")));
        };
        check_parameter(name, old.len(), values)?;
        old.copy_from_slice(values);
        Ok(())
    }

    /// A constant text.
    pub fn text(&mut self, value: &str) -> NodeId {
        self.add(Op::Text(value.into()), vec![], Shape::of(Axis::BATCH), Kind::Text)
    }

    /// The training step, on `batch`.
    pub fn step(&mut self) -> NodeId {
        self.add(Op::Step, vec![], Shape::of(Axis::BATCH), Kind::Number)
    }

    /// The steps of the whole run, on `batch`; absent when unknown.
    pub fn total_steps(&mut self) -> NodeId {
        self.add(Op::TotalSteps, vec![], Shape::of(Axis::BATCH), Kind::Number)
    }

    /// Uniform numbers in [0, 1) on an axis, different from those of every other call.
    ///
    /// # Errors
    /// When there is no such axis.
    pub fn uniform(&mut self, axis: &str) -> Result<NodeId, TypeError> {
        let axis = self.tree().require(axis)?;
        self.streams += 1;
        Ok(self.add(Op::Uniform(self.streams), vec![], Shape::of(axis), Kind::Number))
    }

    /// The value kept under `name` by earlier batches, `init` before any; one value, or one per `key`.
    pub fn state(&mut self, name: &str, init: f64, key: Option<NodeId>, dim: Option<usize>) -> NodeId {
        let axis = key.map_or(Axis::BATCH, |k| self.shape(k).axis);
        let shape = Shape { axis, lanes: None, dim };
        let op = Op::State { name: name.into(), init: Real(init) };
        self.add(op, key.into_iter().collect(), shape, Kind::Number)
    }

    /// The text kept under `name` by earlier batches, `init` before any; one text, or one per `key`.
    pub fn state_text(&mut self, name: &str, init: &str, key: Option<NodeId>) -> NodeId {
        let axis = key.map_or(Axis::BATCH, |k| self.shape(k).axis);
        let op = Op::StateText { name: name.into(), init: init.into() };
        self.add(op, key.into_iter().collect(), Shape::of(axis), Kind::Text)
    }

    /// Keeps `value` under `name` after the batch, per `key` when given.
    ///
    /// # Errors
    /// When the name is already updated, the value does not live where the key does, or one is text and the other is
    /// not.
    pub fn update(&mut self, state: NodeId, value: NodeId) -> Result<NodeId, TypeError> {
        let (Op::State { name, .. } | Op::StateText { name, .. }) = self.node(state).op.clone() else {
            return Err(TypeError::new("only what `state(…)` returned can be updated"));
        };
        let key = self.node(state).inputs.first().copied();
        if let Some(old) = self.updates.iter().find(|u| u.name == name) {
            return if old.value == value && old.key == key {
                Ok(value)
            } else {
                Err(TypeError::new(format!("state `{name}` is updated twice")))
            };
        }
        match (self.kind(state) == Kind::Text, self.kind(value) == Kind::Text) {
            (false, true) => {
                return Err(TypeError::new(format!("state `{name}` keeps numbers, this is text"))
                    .help("give it a text to begin with: `state(name, init=\"\")`"));
            }
            (true, false) => {
                return Err(TypeError::new(format!("state `{name}` keeps a text, this is a number")));
            }
            _ => {}
        }
        let wanted = self.shape(state).clone();
        let value = self.spread(value, &wanted)?;
        self.updates.push(Update { name, value, key });
        Ok(value)
    }
}

fn check_parameter(name: &str, width: usize, values: &[f64]) -> Result<(), TypeError> {
    if values.len() != width {
        return Err(TypeError::new(format!("param `{name}` has {width} values, got {}", values.len())));
    }
    match values.iter().any(|x| x.is_nan()) {
        true => Err(TypeError::new(format!("param `{name}` is not a number (NaN)"))),
        false => Ok(()),
    }
}
