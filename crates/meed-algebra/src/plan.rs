//! From a graph to an order of work.
//!
//! Everything up to `group` is local to a group, so groups are worked on in chunks, in parallel. Only what looks
//! across the whole batch waits for all groups: the plan alternates local stages with such global steps. Inside a
//! stage, element-by-element operations of one shape are fused and run through small tiles that stay in cache.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::axis::Axis;
use crate::column::{Kind, Shape};
use crate::error::TypeError;
use crate::graph::{Graph, NodeId};
use crate::op::{Op, Scope};

/// Where an operand of a fused step comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Source {
    /// A constant.
    Scalar(f64),
    /// A value of the whole batch.
    Batch(NodeId),
    /// A tile computed earlier in the same pass.
    Register(u16),
    /// A buffer of the chunk.
    Buffer(NodeId),
}

/// One operation of a fused pass.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub node: NodeId,
    pub sources: Vec<Source>,
    pub register: u16,
    /// Whether somebody outside the pass needs the result.
    pub kept: bool,
}

/// Element-by-element operations of one shape, run tile by tile.
#[derive(Debug, Clone)]
pub(crate) struct Fused {
    pub shape: Shape,
    pub steps: Vec<Step>,
    pub registers: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum Task {
    Fused(Fused),
    One(NodeId),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Stage {
    /// Work on each chunk of groups, in order.
    pub tasks: Vec<Task>,
    /// After task `i`, these buffers are no longer needed.
    pub done: Vec<Vec<NodeId>>,
    /// Local results that leave the chunk.
    pub stored: Vec<NodeId>,
    /// Then, once, over the whole batch.
    pub global: Vec<Task>,
    /// Stored values not needed after this stage.
    pub drop: Vec<NodeId>,
}

/// An order of work for the outputs of a graph.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) graph: Graph,
    pub(crate) outputs: Vec<(String, NodeId)>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) needed: BTreeSet<NodeId>,
    global: BTreeSet<NodeId>,
    /// What a later stage computes again rather than reading it from memory.
    again: BTreeSet<NodeId>,
}

impl Plan {
    /// Plans the evaluation of `outputs`, and of the state updates of the graph.
    pub fn new(graph: Graph, outputs: Vec<(String, NodeId)>) -> Self {
        let needed = needed(&graph, outputs.iter().map(|o| o.1));
        let global: BTreeSet<NodeId> = needed.iter().copied().filter(|n| is_global(&graph, *n)).collect();
        let again = needed.iter().copied().filter(|n| is_again(&graph, &global, *n)).collect();
        let mut plan = Plan { graph, outputs, stages: Vec::new(), needed, global, again };
        plan.stages = plan.staged();
        plan
    }

    /// The expressions.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Gives a parameter another value, for the evaluations to come.
    ///
    /// # Errors
    /// As [`Graph::set_parameter`].
    pub fn set_parameter(&mut self, name: &str, values: &[f64]) -> Result<(), TypeError> {
        self.graph.set_parameter(name, values)
    }

    /// The outputs, by name.
    pub fn outputs(&self) -> &[(String, NodeId)] {
        &self.outputs
    }

    /// Whether some value depends on more than its own group, or is kept for later batches; otherwise groups can be
    /// scored as they come.
    pub fn needs_whole_batch(&self) -> bool {
        !self.global.is_empty() || !self.graph.updates.is_empty()
    }

    /// Whether the node looks across groups.
    pub fn is_batch_wide(&self, node: NodeId) -> bool {
        self.global.contains(&node)
    }

    /// Whether the value of a rollout depends on that rollout alone: on nothing else of its group or batch, on no
    /// kept value, on no chance.
    pub fn is_rollout_local(&self, node: NodeId) -> bool {
        let graph = &self.graph;
        let above = |axis: Axis| matches!(axis, Axis::BATCH | Axis::GROUP);
        needed_by(graph, [node]).iter().all(|n| {
            let node = graph.node(*n);
            match &node.op {
                Op::Reduce { scope: Scope::Axis(axis), .. }
                | Op::Segment { scope: Scope::Axis(axis), .. } => {
                    let from = node.inputs.first().map(|i| graph.shape(*i).axis);
                    !above(*axis) || from == Some(*axis)
                }
                Op::Reduce { .. } | Op::Segment { .. } => true,
                Op::CallOver { axis, .. } | Op::Near { scope: axis, .. } => !above(*axis),
                Op::At | Op::EffectiveRank { .. } => !above(node.shape.axis),
                Op::Column(_)
                | Op::Number(_)
                | Op::Text(_)
                | Op::Unary(_)
                | Op::Binary(_)
                | Op::Isin(_)
                | Op::Choose
                | Op::Mask
                | Op::OrElse
                | Op::Present
                | Op::ReasonText
                | Op::Spread
                | Op::Lane(_)
                | Op::Lanes
                | Op::Component(_)
                | Op::ComponentAt
                | Op::Call(_)
                | Op::Parameter(_)
                | Op::Stop
                | Op::Step
                | Op::TotalSteps => true,
                _ => false,
            }
        })
    }

    /// The columns that are read.
    pub fn columns(&self) -> BTreeSet<String> {
        self.needed
            .iter()
            .filter_map(|n| match &self.graph.node(*n).op {
                Op::Column(name) => Some(name.to_string()),
                _ => None,
            })
            .collect()
    }

    /// The first needed node whose operation `is` holds for.
    pub fn needs(&self, is: impl Fn(&Op) -> bool) -> Option<NodeId> {
        self.needed.iter().copied().find(|n| is(&self.graph.node(*n).op))
    }

    /// How often each needed node is used as an input or output.
    pub fn uses(&self) -> HashMap<NodeId, usize> {
        let mut uses = HashMap::new();
        for n in &self.needed {
            for i in &self.graph.node(*n).inputs {
                *uses.entry(*i).or_insert(0) += 1;
            }
        }
        for (_, n) in &self.outputs {
            *uses.entry(*n).or_insert(0) += 1;
        }
        uses
    }

    /// In which stage each node is computed: local nodes in a stage, global ones after it.
    fn stage_of(&self) -> BTreeMap<NodeId, usize> {
        let mut at: BTreeMap<NodeId, usize> = BTreeMap::new();
        for n in &self.needed {
            let here = self.global.contains(n);
            let stage =
                self.graph.node(*n).inputs.iter().filter(|i| !is_constant(&self.graph, **i)).map(|i| {
                    let after = usize::from(self.global.contains(i) && !here);
                    at[i] + after
                });
            at.insert(*n, stage.max().unwrap_or(0));
        }
        at
    }

    fn staged(&self) -> Vec<Stage> {
        let at = self.stage_of();
        let count = at.values().max().map_or(0, |s| s + 1);
        let mut stored: BTreeSet<NodeId> = BTreeSet::new();
        let local = |n: &NodeId| !self.global.contains(n) && !is_constant(&self.graph, *n);
        for (_, n) in &self.outputs {
            stored.insert(*n);
        }
        for u in &self.graph.updates {
            stored.extend([u.value].into_iter().chain(u.key));
        }
        for n in &self.needed {
            for i in self.graph.node(*n).inputs.iter().filter(|i| local(i)) {
                if self.global.contains(n) {
                    stored.insert(*i);
                } else if at[i] < at[n] {
                    self.store_or_recompute(*i, &mut stored);
                }
            }
        }
        stored.retain(local);
        let mut stages = Vec::new();
        for s in 0..count {
            let targets: Vec<NodeId> = stored.iter().copied().filter(|n| at[n] == s).collect();
            let work = self.work(&targets, s, &at, &stored);
            let (tasks, done) = schedule(&self.graph, &work, &targets);
            let globals = self.global.iter().copied().filter(|n| at[n] == s);
            let global = globals.map(|n| single(&self.graph, n)).collect();
            stages.push(Stage { tasks, done, stored: targets, global, drop: Vec::new() });
        }
        self.mark_drops(&mut stages, &at);
        stages
    }

    /// A value needed in a later stage is stored, unless it is computed again: then what it is made of is.
    fn store_or_recompute(&self, n: NodeId, stored: &mut BTreeSet<NodeId>) {
        let (mut open, mut seen) = (vec![n], BTreeSet::new());
        while let Some(n) = open.pop() {
            if stored.contains(&n) || !seen.insert(n) {
                continue;
            }
            if self.again.contains(&n) {
                let inputs = self.graph.node(n).inputs.iter();
                open.extend(inputs.filter(|i| !self.global.contains(i) && !is_constant(&self.graph, **i)));
            } else {
                stored.insert(n);
            }
        }
    }

    /// The local nodes to compute in stage `s`.
    fn work(
        &self,
        targets: &[NodeId],
        s: usize,
        at: &BTreeMap<NodeId, usize>,
        stored: &BTreeSet<NodeId>,
    ) -> BTreeSet<NodeId> {
        let mut work = BTreeSet::new();
        let mut open = targets.to_vec();
        while let Some(n) = open.pop() {
            if !work.insert(n) {
                continue;
            }
            for i in &self.graph.node(n).inputs {
                let from_store = at[i] < s && stored.contains(i);
                if !self.global.contains(i) && !is_constant(&self.graph, *i) && !from_store {
                    open.push(*i);
                }
            }
        }
        work
    }

    fn mark_drops(&self, stages: &mut [Stage], at: &BTreeMap<NodeId, usize>) {
        let mut last: BTreeMap<NodeId, usize> = BTreeMap::new();
        for n in &self.needed {
            // A node may be computed again in any later stage; then what it reads lives as long.
            let user = at[n];
            for i in &self.graph.node(*n).inputs {
                let l = last.entry(*i).or_insert(user);
                *l = (*l).max(user);
            }
        }
        for n in self.needed.iter().rev().filter(|n| self.again.contains(n)) {
            let lives = last.get(n).copied().unwrap_or(at[n]);
            for i in &self.graph.node(*n).inputs {
                let l = last.entry(*i).or_insert(lives);
                *l = (*l).max(lives);
            }
        }
        let kept: BTreeSet<NodeId> = self
            .outputs
            .iter()
            .map(|o| o.1)
            .chain(self.graph.updates.iter().flat_map(|u| [u.value].into_iter().chain(u.key)))
            .collect();
        for (n, s) in last {
            if !kept.contains(&n) && s < stages.len() {
                stages[s].drop.push(n);
            }
        }
    }
}

fn needed(graph: &Graph, outputs: impl Iterator<Item = NodeId>) -> BTreeSet<NodeId> {
    let updates = graph.updates.iter().flat_map(|u| [u.value].into_iter().chain(u.key));
    needed_by(graph, outputs.chain(updates))
}

fn needed_by(graph: &Graph, nodes: impl IntoIterator<Item = NodeId>) -> BTreeSet<NodeId> {
    let mut needed = BTreeSet::new();
    let mut open: Vec<NodeId> = nodes.into_iter().collect();
    while let Some(n) = open.pop() {
        if needed.insert(n) {
            open.extend(&graph.node(n).inputs);
        }
    }
    needed
}

fn is_constant(graph: &Graph, n: NodeId) -> bool {
    matches!(graph.node(n).op, Op::Number(_) | Op::Text(_) | Op::Parameter(_))
}

/// Element-by-element operations that a value computed again may take. Reading a value from memory takes as long as some
/// ten of them, and gradients need most of what their loss computes.
const SHORT: usize = 64;

/// Whether the value is a view of a column, a value repeated, or made of such by a few operations element by element.
fn is_again(graph: &Graph, global: &BTreeSet<NodeId>, n: NodeId) -> bool {
    let view = |n: NodeId| matches!(graph.node(n).op, Op::Column(_) | Op::Spread);
    if view(n) {
        return true;
    }
    let (mut open, mut seen) = (vec![n], BTreeSet::new());
    while let Some(n) = open.pop() {
        let made = is_elementwise(graph, n) && !global.contains(&n) && !view(n);
        if made && seen.insert(n) {
            open.extend(&graph.node(n).inputs);
        }
        if seen.len() > SHORT {
            return false;
        }
    }
    !seen.is_empty()
}

fn is_global(graph: &Graph, n: NodeId) -> bool {
    let node = graph.node(n);
    if is_constant(graph, n) {
        return false;
    }
    let across = graph
        .crosses
        .iter()
        .any(|c| c.within == Axis::BATCH && graph.tree().contains(c.axis, node.shape.axis));
    let scoped = match node.op {
        Op::Segment { scope: Scope::Axis(a), .. } | Op::Vjp { scope: Scope::Axis(a), .. } => a == Axis::BATCH,
        Op::Lookup(a) | Op::Scatter(a) | Op::CallOver { axis: a, .. } | Op::Near { scope: a, .. } => {
            a == Axis::BATCH
        }
        Op::Rolling { .. } => true,
        Op::RightSum(pairs) => graph.crosses().iter().any(|c| c.axis == pairs && c.within == Axis::BATCH),
        // Only one child of the whole batch gets the value.
        Op::SpreadAt(_) => !graph.tree().contains(Axis::GROUP, graph.shape(node.inputs[0]).axis),
        _ => false,
    };
    across || scoped || !graph.tree().contains(Axis::GROUP, node.shape.axis)
}

/// Whether the operation works on tiles: numbers in, numbers out, element by element.
pub(crate) fn is_elementwise(graph: &Graph, n: NodeId) -> bool {
    let node = graph.node(n);
    let numbers = node.kind != Kind::Text && node.inputs.iter().all(|i| graph.kind(*i) != Kind::Text);
    let op = matches!(
        node.op,
        Op::Unary(_)
            | Op::Binary(_)
            | Op::Isin(_)
            | Op::Choose
            | Op::Mask
            | Op::OrElse
            | Op::Present
            | Op::Spread
            | Op::Chain
            | Op::Gate
            | Op::Stop
    );
    numbers && op
}

/// A node on its own.
fn single(graph: &Graph, n: NodeId) -> Task {
    if !is_elementwise(graph, n) || graph.node(n).op == Op::Spread {
        return Task::One(n);
    }
    let sources = graph.node(n).inputs.iter().map(|i| plain_source(graph, *i)).collect();
    let step = Step { node: n, sources, register: 0, kept: true };
    Task::Fused(Fused { shape: graph.shape(n).clone(), steps: vec![step], registers: 1 })
}

fn plain_source(graph: &Graph, i: NodeId) -> Source {
    match graph.constant(i) {
        Some(x) => Source::Scalar(x),
        None => Source::Buffer(i),
    }
}

/// Steps of one fused pass at most; registers are numbered in 16 bits.
const LONGEST_RUN: usize = 1 << 15;

/// Orders `work` so that long runs of one shape can be fused, the shallow axes first.
fn schedule(graph: &Graph, work: &BTreeSet<NodeId>, targets: &[NodeId]) -> (Vec<Task>, Vec<Vec<NodeId>>) {
    let depth = |n: NodeId| graph.tree().path(Axis::BATCH, graph.shape(n).axis).len();
    let mut waiting: HashMap<NodeId, usize> = HashMap::new();
    let mut users: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    for n in work {
        let mut inputs: Vec<NodeId> =
            graph.node(*n).inputs.iter().copied().filter(|i| work.contains(i)).collect();
        inputs.sort_unstable();
        inputs.dedup();
        waiting.insert(*n, inputs.len());
        inputs.iter().for_each(|i| users.entry(*i).or_default().push(*n));
    }
    let mut alone: BTreeSet<NodeId> = BTreeSet::new();
    let mut shapes: Vec<Shape> = Vec::new();
    let mut fusable: BTreeMap<(usize, usize), BTreeSet<NodeId>> = BTreeMap::new();
    let mut order: Vec<Vec<NodeId>> = Vec::new();
    let mut arrive =
        |n: NodeId, alone: &mut BTreeSet<NodeId>, fusable: &mut BTreeMap<_, BTreeSet<NodeId>>| {
            if !is_elementwise(graph, n) {
                alone.insert(n);
                return;
            }
            let shape = graph.shape(n);
            let index = shapes.iter().position(|s| s == shape).unwrap_or_else(|| {
                shapes.push(shape.clone());
                shapes.len() - 1
            });
            fusable.entry((depth(n), index)).or_default().insert(n);
        };
    for n in work.iter().filter(|n| waiting[n] == 0) {
        arrive(*n, &mut alone, &mut fusable);
    }
    loop {
        let mut run = Vec::new();
        let mut finish =
            |n: NodeId, alone: &mut BTreeSet<NodeId>, fusable: &mut BTreeMap<_, BTreeSet<NodeId>>| {
                for u in users.get(&n).into_iter().flatten() {
                    if let Some(w) = waiting.get_mut(u) {
                        *w -= 1;
                        if *w == 0 {
                            arrive(*u, alone, fusable);
                        }
                    }
                }
            };
        if let Some(n) = alone.pop_first() {
            finish(n, &mut alone, &mut fusable);
            run.push(n);
        } else if let Some(key) = fusable.iter().find(|(_, s)| !s.is_empty()).map(|(k, _)| *k) {
            while let Some(n) = fusable.get_mut(&key).and_then(BTreeSet::pop_first) {
                finish(n, &mut alone, &mut fusable);
                run.push(n);
                if run.len() >= if alone.is_empty() { LONGEST_RUN } else { 4096 } {
                    break;
                }
            }
        } else {
            break;
        }
        order.push(run);
    }
    assemble(graph, order, work, targets)
}

/// Turns runs into tasks: registers inside a fused run, buffers between tasks, and when buffers are done with.
fn assemble(
    graph: &Graph,
    order: Vec<Vec<NodeId>>,
    work: &BTreeSet<NodeId>,
    targets: &[NodeId],
) -> (Vec<Task>, Vec<Vec<NodeId>>) {
    let mut task_of: HashMap<NodeId, usize> = HashMap::new();
    for (t, run) in order.iter().enumerate() {
        run.iter().for_each(|n| {
            task_of.insert(*n, t);
        });
    }
    let targets: BTreeSet<NodeId> = targets.iter().copied().collect();
    let mut last_task: BTreeMap<NodeId, usize> = BTreeMap::new();
    let mut outside: BTreeSet<NodeId> = targets.clone();
    for n in work {
        let fused_user = is_elementwise(graph, *n);
        for i in graph.node(*n).inputs.iter().filter(|i| work.contains(i)) {
            let t = last_task.entry(*i).or_insert(0);
            *t = (*t).max(task_of[n]);
            let same_pass = task_of[i] == task_of[n] && fused_user;
            if !same_pass || graph.node(*n).op == Op::Spread {
                outside.insert(*i);
            }
        }
    }
    let mut done = vec![Vec::new(); order.len()];
    for (n, t) in last_task {
        if !targets.contains(&n) {
            done[t].push(n);
        }
    }
    let tasks = order
        .into_iter()
        .map(|run| match run[..] {
            [n] if !is_elementwise(graph, n) => Task::One(n),
            _ => Task::Fused(fuse(graph, &run, &outside, work)),
        })
        .collect();
    (tasks, done)
}

fn fuse(graph: &Graph, run: &[NodeId], outside: &BTreeSet<NodeId>, work: &BTreeSet<NodeId>) -> Fused {
    let inside: HashMap<NodeId, usize> = run.iter().enumerate().map(|(k, n)| (*n, k)).collect();
    let mut last: HashMap<NodeId, usize> = HashMap::new();
    for (k, n) in run.iter().enumerate() {
        if graph.node(*n).op != Op::Spread {
            graph.node(*n).inputs.iter().filter(|i| inside.contains_key(i)).for_each(|i| {
                last.insert(*i, k);
            });
        }
    }
    let mut free: Vec<u16> = Vec::new();
    let mut registers = 0u16;
    let mut held: HashMap<NodeId, u16> = HashMap::new();
    let mut steps = Vec::new();
    for (k, n) in run.iter().enumerate() {
        let node = graph.node(*n);
        let kept = outside.contains(n);
        // A repeated batch value needs no tile: its users take it as a scalar.
        if !kept && batch_scalar(graph, *n).is_some() {
            continue;
        }
        let source = |i: NodeId| match (held.get(&i), batch_scalar(graph, i)) {
            (Some(r), _) => Source::Register(*r),
            (None, Some(b)) if !outside.contains(&i) || !work.contains(&i) => match graph.constant(b) {
                Some(x) => Source::Scalar(x),
                None => Source::Batch(b),
            },
            _ => plain_source(graph, i),
        };
        let sources: Vec<Source> = match node.op {
            Op::Spread => vec![plain_source(graph, node.inputs[0])],
            _ => node.inputs.iter().map(|i| source(*i)).collect(),
        };
        let register = free.pop().unwrap_or_else(|| {
            registers += 1;
            registers - 1
        });
        // Inputs used for the last time give their registers back, after this step's own is taken.
        for i in node.inputs.iter().filter(|i| last.get(i) == Some(&k)) {
            if let Some(r) = held.remove(i) {
                free.push(r);
            }
        }
        if last.contains_key(n) {
            held.insert(*n, register);
        } else {
            free.push(register);
        }
        steps.push(Step { node: *n, sources, register, kept });
    }
    let shape = graph.shape(run[0]).clone();
    Fused { shape, steps, registers: usize::from(registers) }
}

/// The value of the whole batch that `n` repeats for each element, if it does.
fn batch_scalar(graph: &Graph, n: NodeId) -> Option<NodeId> {
    let node = graph.node(n);
    let from = *node.inputs.first()?;
    let plain = graph.shape(from).axis == Axis::BATCH && graph.shape(from).is_plain();
    (node.op == Op::Spread && plain && node.kind != Kind::Text).then_some(from)
}
