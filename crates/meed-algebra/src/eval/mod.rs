//! Evaluation of a plan over a batch.

pub(crate) mod buffer;
mod fused;
mod gradient;
mod layout;
mod local;
mod near;
mod repeat;
mod single;

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use crate::batch::Batch;
use crate::column::{Column, Shape, TextCell, Values};
use crate::error::EvalError;
use crate::function::Slice;
use crate::graph::NodeId;
use crate::narrow::Narrow;
use crate::op::Op;
use crate::plan::{Plan, Stage, Task};
use crate::state::State;
use buffer::{Buffer, Spare};
use layout::{Frame, Layout};

/// What evaluation gives.
#[derive(Debug, Default)]
pub struct Outputs {
    /// The outputs of the plan, in its order.
    pub columns: Vec<(String, Column)>,
    /// Time spent in functions (scorers, `map`), by name.
    pub timings: Vec<Timing>,
}

impl Outputs {
    /// The output called `name`.
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, c)| c)
    }
}

/// Time spent in one function.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timing {
    /// The function.
    pub name: String,
    /// Elements it was called for.
    pub elements: usize,
    /// Time over all threads.
    pub total: Duration,
    /// The slowest pieces: time, first element and how many elements, slowest first.
    pub slowest: Vec<(Duration, usize, usize)>,
}

/// Notes of how long functions took.
#[derive(Default)]
pub(crate) struct Timer {
    notes: Mutex<HashMap<NodeId, Timing>>,
}

impl Timer {
    const SLOWEST: usize = 3;

    fn note(&self, node: NodeId, took: Duration, first: usize, n: usize) {
        let Ok(mut notes) = self.notes.lock() else { return };
        let timing = notes.entry(node).or_default();
        timing.total += took;
        timing.elements += n;
        let slowest = &mut timing.slowest;
        if slowest.len() < Self::SLOWEST || slowest.last().is_some_and(|s| s.0 < took) {
            slowest.push((took, first, n));
            slowest.sort_by_key(|s| std::cmp::Reverse(s.0));
            slowest.truncate(Self::SLOWEST);
        }
    }
}

/// What every part of an evaluation can see.
pub(crate) struct Context<'a> {
    pub plan: &'a Plan,
    pub layout: &'a Layout<'a>,
    pub state: &'a State,
    pub seed: u64,
    pub timer: Timer,
    /// Constant texts, as cells to borrow.
    texts: HashMap<NodeId, TextCell>,
}

impl<'a> Context<'a> {
    pub fn column(&self, name: &str, expected: &Shape) -> Result<&'a Column, EvalError> {
        let batch = self.layout.batch;
        let column = batch.column(name).ok_or_else(|| EvalError::MissingColumn(name.to_string()))?;
        let tree = self.plan.graph().tree();
        let same = batch.tree().name(column.shape.axis) == tree.name(expected.axis)
            && column.shape.lanes == expected.lanes
            && column.shape.dim == expected.dim;
        if same {
            return Ok(column);
        }
        Err(EvalError::ColumnShape {
            column: name.to_string(),
            found: format!(
                "`{}`, {} per element",
                batch.tree().name(column.shape.axis),
                column.shape.width()
            ),
            expected: self.plan.graph().describe(expected),
        })
    }
}

impl Plan {
    /// Evaluates the outputs over `batch` and brings `state` up to date.
    ///
    /// The result depends on the batch, the state and the seed, never on the number of threads.
    ///
    /// # Errors
    /// When the batch lacks a column or has it in another shape than planned, or a function fails as a whole.
    pub fn evaluate(&self, batch: &Batch, state: &mut State, seed: u64) -> Result<Outputs, EvalError> {
        self.evaluate_reusing(batch, state, seed, Outputs::default())
    }

    /// [`Plan::evaluate`], in the memory of outputs that are no longer needed: batch after batch of one size then
    /// asks the system for no new memory, which costs as much time as filling it.
    ///
    /// # Errors
    /// As [`Plan::evaluate`].
    pub fn evaluate_reusing(
        &self,
        batch: &Batch,
        state: &mut State,
        seed: u64,
        used: Outputs,
    ) -> Result<Outputs, EvalError> {
        let mut spare = Spare::from(used);
        let layout = Layout::new(&self.graph, batch)?;
        let texts = self.needed.iter().filter_map(|n| match &self.graph.node(*n).op {
            Op::Text(t) => Some((*n, Ok(t.clone()))),
            _ => None,
        });
        let texts = texts.collect();
        let ctx = Context { plan: self, layout: &layout, state, seed, timer: Timer::default(), texts };
        let mut stores: Stores = BTreeMap::new();
        let chunks = layout::chunks(&layout, local::CHUNK);
        for stage in &self.stages {
            local::run(&ctx, stage, &mut stores, &mut spare, &chunks)?;
            run_global(&ctx, stage, &mut stores)?;
            for n in &stage.drop {
                stores.remove(n);
            }
        }
        let mut columns = Vec::with_capacity(self.outputs.len());
        let mut left: HashMap<NodeId, usize> = HashMap::new();
        self.outputs.iter().for_each(|o| *left.entry(o.1).or_insert(0) += 1);
        let updates: Vec<_> = self.graph.updates.iter().map(|u| self.kept(u, &stores)).collect();
        for (name, id) in &self.outputs {
            let uses = left.entry(*id).or_insert(1);
            *uses -= 1;
            let values = if let Some(x) = self.constant(*id) {
                x
            } else if *uses == 0 {
                stores.remove(id).map_or(Values::Numbers(Vec::new()), Values::from)
            } else {
                stores.get(id).map_or(Values::Numbers(Vec::new()), |v| v.slice().to_values())
            };
            let node = self.graph.node(*id);
            columns.push((name.clone(), Column { shape: node.shape.clone(), kind: node.kind, values }));
        }
        let timings = self.timings(&ctx.timer);
        for (name, key, values, dim) in updates {
            state.write(&name, key.as_ref().map(Buffer::slice), values.slice(), dim);
        }
        Ok(Outputs { columns, timings })
    }

    /// Adds to `batch` the axes the plan makes (pairs, tokens known from step lengths), so that outputs on them can
    /// be read with the batch.
    ///
    /// # Errors
    /// When the batch does not fit the plan.
    pub fn add_axes(&self, batch: &mut Batch) -> Result<(), EvalError> {
        let tree = self.graph.tree();
        let missing: Vec<_> = tree.axes().filter(|a| batch.tree().find(tree.name(*a)).is_none()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let counts: Vec<Vec<usize>> = {
            let layout = Layout::new(&self.graph, batch)?;
            missing.iter().map(|a| layout.counts(*a)).collect()
        };
        for (axis, counts) in missing.into_iter().zip(counts) {
            let parent = tree.parent(axis).map_or("batch", |p| tree.name(p));
            if let Some(parent) = batch.tree().find(parent) {
                batch.add_axis(tree.name(axis), parent, counts)?;
            }
        }
        Ok(())
    }

    fn kept(
        &self,
        u: &crate::graph::Update,
        stores: &Stores,
    ) -> (String, Option<Buffer<'static>>, Buffer<'static>, usize) {
        let stored = |id| stores.get(&id).map(|v| v.slice().to_values()).or_else(|| self.constant(id));
        let values = stored(u.value).unwrap_or(Values::Numbers(Vec::new())).into();
        let key = u.key.and_then(stored).map(Buffer::from);
        (u.name.to_string(), key, values, self.graph.shape(u.value).dim.unwrap_or(1))
    }

    fn constant(&self, id: NodeId) -> Option<Values> {
        match &self.graph.node(id).op {
            Op::Number(x) => Some(Values::Numbers(vec![x.0])),
            Op::Parameter(name) => Some(Values::Numbers(self.graph.parameter(name).to_vec())),
            Op::Text(t) => Some(Values::Texts(vec![Ok(t.clone())])),
            _ => None,
        }
    }

    fn timings(&self, timer: &Timer) -> Vec<Timing> {
        let Ok(notes) = timer.notes.lock() else { return Vec::new() };
        let mut timings: Vec<(NodeId, Timing)> = notes.iter().map(|(id, t)| (*id, t.clone())).collect();
        for (id, timing) in &mut timings {
            match &self.graph.node(*id).op {
                Op::Call(call) => timing.name = call.0.name().to_string(),
                Op::CallOver { call, .. } => timing.name = call.0.name().to_string(),
                _ => {}
            }
        }
        timings.sort_by_key(|t| t.0);
        timings.into_iter().map(|t| t.1).collect()
    }
}

/// Values of the whole batch, computed once; they borrow nothing.
type Stores = BTreeMap<NodeId, Buffer<'static>>;

/// What a node that is evaluated on its own gives.
enum Given<'a> {
    Values(Buffer<'a>),
    /// A part of a column, to be widened where it is read.
    Narrow(Narrow<'a>),
}

impl<'a> Given<'a> {
    fn widened(self) -> Buffer<'a> {
        match self {
            Given::Values(buffer) => buffer,
            Given::Narrow(narrow) => Buffer::Numbers(narrow.to_numbers()),
        }
    }
}

fn detach<'a>(
    ctx: &'a Context<'a>,
    frame: &Frame<'_>,
    id: NodeId,
    inputs: &[Slice<'_>],
) -> Result<Given<'a>, EvalError> {
    let Op::Column(name) = &ctx.plan.graph().node(id).op else {
        return Ok(Given::Values(single::run(ctx, frame, id, inputs)?.into()));
    };
    let shape = ctx.plan.graph().shape(id);
    let column = ctx.column(name, shape)?;
    let (range, width) = (frame.range(shape.axis), shape.width());
    let range = range.start * width..range.end * width;
    Ok(match &column.values {
        Values::Numbers(v) => Given::Values(Buffer::NumbersRef(&v[range])),
        Values::Narrow(v) => Given::Narrow(v.part(range)),
        Values::Texts(v) => Given::Values(Buffer::TextsRef(&v[range])),
    })
}

/// The values of `n` in the frame: from the chunk, or its part of a stored value, or a constant.
fn find<'s>(
    ctx: &'s Context<'_>,
    frame: &Frame<'_>,
    stores: &'s Stores,
    buffers: &'s HashMap<NodeId, Buffer<'_>>,
    n: NodeId,
) -> Slice<'s> {
    if let Some(buffer) = buffers.get(&n) {
        return buffer.slice();
    }
    let node = ctx.plan.graph().node(n);
    if let Some(values) = stores.get(&n) {
        let (range, width) = (frame.range(node.shape.axis), node.shape.width());
        return values.slice().part(range.start * width..range.end * width);
    }
    match &node.op {
        Op::Number(x) => Slice::Numbers(std::slice::from_ref(&x.0)),
        Op::Parameter(name) => Slice::Numbers(ctx.plan.graph().parameter(name)),
        _ => ctx.texts.get(&n).map_or(Slice::Numbers(&[]), |t| Slice::Texts(std::slice::from_ref(t))),
    }
}

/// What looks across the whole batch, in order.
fn run_global(ctx: &Context<'_>, stage: &Stage, stores: &mut Stores) -> Result<(), EvalError> {
    if stage.global.is_empty() {
        return Ok(());
    }
    let graph = ctx.plan.graph();
    let frame = Frame::whole(ctx.layout);
    let none = HashMap::new();
    for task in &stage.global {
        let (id, values) = match task {
            Task::Fused(fused) => {
                let id = fused.steps[0].node;
                let len = frame.len(fused.shape.axis) * fused.shape.width();
                let mut kept = [Buffer::Numbers(vec![0.0; len])];
                let inputs = |n| fused::Input::Values(find(ctx, &frame, stores, &none, n));
                fused::run(graph, fused, &frame, &inputs, &mut kept);
                let [kept] = kept;
                (id, kept)
            }
            Task::One(id) => {
                let inputs: Vec<Slice<'_>> =
                    graph.node(*id).inputs.iter().map(|n| find(ctx, &frame, stores, &none, *n)).collect();
                (*id, detach(ctx, &frame, *id, &inputs)?.widened())
            }
        };
        stores.insert(id, Values::from(values).into());
    }
    Ok(())
}
