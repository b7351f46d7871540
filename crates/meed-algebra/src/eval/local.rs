//! The local part of a stage: chunks of groups, in parallel.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use super::buffer::{Buffer, Slot, Spare};
use super::layout::Frame;
use super::{Context, Given, Stores, detach, find, fused};
use crate::absent::Reason;
use crate::column::{Kind, TextCell};
use crate::error::EvalError;
use crate::function::Slice;
use crate::graph::NodeId;
use crate::narrow::Narrow;
use crate::op::Op;
use crate::plan::{Stage, Task};

/// Values of one chunk; a chunk's buffers should stay in the second cache.
pub(crate) const CHUNK: usize = 32 * 1024;

/// Buffers kept to be filled again. More would only be held: not every task takes from them.
const SPARE: usize = 8;

/// Works on all chunks in parallel; each writes its own part of the stored values.
pub(crate) fn run(
    ctx: &Context<'_>,
    stage: &Stage,
    stores: &mut Stores,
    spare: &mut Spare,
    chunks: &[Range<usize>],
) -> Result<(), EvalError> {
    if stage.tasks.is_empty() {
        return Ok(());
    }
    let graph = ctx.plan.graph();
    let mut made: Vec<(NodeId, Buffer<'static>)> = Vec::new();
    for n in &stage.stored {
        let node = graph.node(*n);
        let len = ctx.layout.len(node.shape.axis) * node.shape.width();
        let values = match node.kind {
            Kind::Text => Buffer::Texts(vec![Err(Reason::Missing); len]),
            _ => Buffer::Numbers(spare.take(len)),
        };
        made.push((*n, values));
    }
    {
        let before: &Stores = stores;
        let mut rest: Vec<(NodeId, Slot<'_>)> =
            made.iter_mut().filter_map(|(n, v)| Some((*n, v.slot()?))).collect();
        let mut jobs = Vec::with_capacity(chunks.len());
        for groups in chunks.iter().cloned() {
            let frame = Frame::new(ctx.layout, groups.clone());
            let mut slots = Vec::with_capacity(rest.len());
            let mut later = Vec::with_capacity(rest.len());
            for (n, slot) in rest {
                let shape = graph.shape(n);
                let len = frame.len(shape.axis) * shape.width();
                match slot {
                    Slot::Numbers(v) => {
                        let (now, then) = v.split_at_mut(len);
                        slots.push((n, Slot::Numbers(now)));
                        later.push((n, Slot::Numbers(then)));
                    }
                    Slot::Texts(v) => {
                        let (now, then) = v.split_at_mut(len);
                        slots.push((n, Slot::Texts(now)));
                        later.push((n, Slot::Texts(then)));
                    }
                }
            }
            rest = later;
            jobs.push((groups, slots));
        }
        jobs.into_par_iter().try_for_each(|(groups, slots)| {
            let frame = Frame::new(ctx.layout, groups);
            run_chunk(ctx, stage, &frame, before, slots)
        })?;
    }
    stores.extend(made);
    Ok(())
}

/// One chunk: its tasks in order, buffers kept only as long as they are needed.
fn run_chunk<'a>(
    ctx: &'a Context<'a>,
    stage: &Stage,
    frame: &Frame<'_>,
    stores: &'a Stores,
    slots: Vec<(NodeId, Slot<'a>)>,
) -> Result<(), EvalError> {
    let graph = ctx.plan.graph();
    let mut buffers: HashMap<NodeId, Buffer<'a>> = HashMap::new();
    // Parts of columns that only fused passes have read so far.
    let mut narrow: HashMap<NodeId, Narrow<'a>> = HashMap::new();
    let mut text_slots: HashMap<NodeId, &'a mut [TextCell]> = HashMap::new();
    let mut number_slots: HashMap<NodeId, &'a mut [f64]> = HashMap::new();
    for (n, slot) in slots {
        match slot {
            Slot::Numbers(v) => {
                number_slots.insert(n, v);
            }
            Slot::Texts(v) => {
                text_slots.insert(n, v);
            }
        }
    }
    let mut spare: Vec<Vec<f64>> = Vec::new();
    for (task, done) in stage.tasks.iter().zip(&stage.done) {
        match task {
            Task::Fused(fused) => {
                let len = frame.len(fused.shape.axis) * fused.shape.width();
                let kept_nodes: Vec<NodeId> = fused.steps.iter().filter(|s| s.kept).map(|s| s.node).collect();
                let mut kept: Vec<Buffer<'a>> = kept_nodes
                    .iter()
                    .map(|n| match number_slots.remove(n) {
                        Some(slot) => Buffer::NumbersOut(slot),
                        None => {
                            let mut v = spare.pop().unwrap_or_default();
                            v.resize(len, 0.0);
                            Buffer::Numbers(v)
                        }
                    })
                    .collect();
                let spread = fused.steps.iter().map(|s| graph.node(s.node)).filter(|n| n.op == Op::Spread);
                widen(spread.flat_map(|n| &n.inputs), &mut narrow, &mut buffers);
                let inputs = |n| match narrow.get(&n) {
                    Some(v) => fused::Input::Narrow(v),
                    None => fused::Input::Values(find(ctx, frame, stores, &buffers, n)),
                };
                fused::run(graph, fused, frame, &inputs, &mut kept);
                buffers.extend(kept_nodes.into_iter().zip(kept));
            }
            Task::One(id) => {
                let inputs = &graph.node(*id).inputs;
                widen(inputs, &mut narrow, &mut buffers);
                let given = {
                    let all: Vec<Slice<'_>> =
                        inputs.iter().map(|n| find(ctx, frame, stores, &buffers, *n)).collect();
                    // The result never borrows from other buffers, only from columns.
                    detach(ctx, frame, *id, &all)?
                };
                let given = match given {
                    Given::Narrow(v) if !number_slots.contains_key(id) => {
                        narrow.insert(*id, v);
                        None
                    }
                    given => Some(given.widened()),
                };
                let values = given.map(|g| match (number_slots.remove(id), text_slots.remove(id), g) {
                    (Some(slot), _, Buffer::Numbers(v)) => {
                        slot.copy_from_slice(&v);
                        spare.push(v);
                        Buffer::NumbersOut(slot)
                    }
                    (Some(slot), _, Buffer::NumbersRef(v)) => {
                        slot.copy_from_slice(v);
                        Buffer::NumbersOut(slot)
                    }
                    (_, Some(slot), Buffer::Texts(v)) => {
                        slot.clone_from_slice(&v);
                        Buffer::Texts(v)
                    }
                    (_, Some(slot), Buffer::TextsRef(v)) => {
                        slot.clone_from_slice(v);
                        Buffer::TextsRef(v)
                    }
                    (_, _, values) => values,
                });
                buffers.extend(values.map(|v| (*id, v)));
            }
        }
        for n in done {
            narrow.remove(n);
            match buffers.remove(n) {
                Some(Buffer::Numbers(v)) if spare.len() < SPARE => spare.push(v),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Widens what is read whole, not tile by tile.
fn widen<'n>(
    nodes: impl IntoIterator<Item = &'n NodeId>,
    narrow: &mut HashMap<NodeId, Narrow<'_>>,
    buffers: &mut HashMap<NodeId, Buffer<'_>>,
) {
    for n in nodes {
        if let Some(v) = narrow.remove(n) {
            buffers.insert(*n, Buffer::Numbers(v.to_numbers()));
        }
    }
}
