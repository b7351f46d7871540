//! The local part of a stage: chunks of groups, in parallel.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use rayon::prelude::*;

use super::buffer::{Buffer, Slot, Spare};
use super::layout::Frame;
use super::{Context, detach, find, fused};
use crate::absent::Reason;
use crate::column::{Kind, TextCell, Values};
use crate::error::EvalError;
use crate::function::Slice;
use crate::graph::NodeId;
use crate::plan::{Stage, Task};

/// Values of one chunk; a chunk's buffers should stay in the second cache.
pub(crate) const CHUNK: usize = 32 * 1024;

/// Buffers kept to be filled again. More would only be held: not every task takes from them.
const SPARE: usize = 8;

/// Works on all chunks in parallel; each writes its own part of the stored values.
pub(crate) fn run(
    ctx: &Context<'_>,
    stage: &Stage,
    stores: &mut BTreeMap<NodeId, Values>,
    spare: &mut Spare,
    chunks: &[Range<usize>],
) -> Result<(), EvalError> {
    if stage.tasks.is_empty() {
        return Ok(());
    }
    let graph = ctx.plan.graph();
    let mut made: Vec<(NodeId, Values)> = Vec::new();
    for n in &stage.stored {
        let node = graph.node(*n);
        let len = ctx.layout.len(node.shape.axis) * node.shape.width();
        let values = match node.kind {
            Kind::Text => Values::Texts(vec![Err(Reason::Missing); len]),
            _ => Values::Numbers(spare.take(len)),
        };
        made.push((*n, values));
    }
    {
        let before: &BTreeMap<NodeId, Values> = stores;
        let mut rest: Vec<(NodeId, Slot<'_>)> = made
            .iter_mut()
            .map(|(n, v)| match v {
                Values::Numbers(v) => (*n, Slot::Numbers(v)),
                Values::Texts(v) => (*n, Slot::Texts(v)),
            })
            .collect();
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
    stores: &'a BTreeMap<NodeId, Values>,
    slots: Vec<(NodeId, Slot<'a>)>,
) -> Result<(), EvalError> {
    let graph = ctx.plan.graph();
    let mut buffers: HashMap<NodeId, Buffer<'a>> = HashMap::new();
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
                fused::run(graph, fused, frame, &|n| find(ctx, frame, stores, &buffers, n), &mut kept);
                buffers.extend(kept_nodes.into_iter().zip(kept));
            }
            Task::One(id) => {
                let inputs = &graph.node(*id).inputs;
                let values = {
                    let all: Vec<Slice<'_>> =
                        inputs.iter().map(|n| find(ctx, frame, stores, &buffers, *n)).collect();
                    // The result never borrows from other buffers, only from columns.
                    detach(ctx, frame, *id, &all)?
                };
                let values = match (number_slots.remove(id), text_slots.remove(id), values) {
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
                };
                buffers.insert(*id, values);
            }
        }
        for n in done {
            match buffers.remove(n) {
                Some(Buffer::Numbers(v)) if spare.len() < SPARE => spare.push(v),
                _ => {}
            }
        }
    }
    Ok(())
}
