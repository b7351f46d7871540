//! A batch scored in shards: each evaluates its scorers, one place does the algebra over the numbers of all, and the
//! outputs go back to where the rows are. The result is that of one process, because the algebra is in one place.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use meed_algebra::{Axis, Batch as Inner, Column, NodeId, Op, Plan, Schema, Values};
use meed_data::{RowForm, Rows};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::batch::Batch;
use crate::pickle::{self, SchemaParts};
use crate::run::{Program, here, hidden};
use crate::scored::{Part, Scored};
use crate::{error, pool};

/// What a shard sends to where the algebra is done: its axes and the columns needed there, as plain values.
#[pyclass(frozen, name = "Shard", module = "meed")]
pub(crate) struct Shard {
    /// Axes, and the columns the algebra reads, scorers' results among them.
    slim: Arc<Inner>,
    /// The columns of the data.
    pub schema: Schema,
    /// First rollout and number of rollouts of each row, in the order of the input.
    rows: Vec<(usize, usize)>,
    form: RowForm,
}

/// The scorers' nodes of a program, and the columns their results become.
fn calls(program: &Program) -> Vec<(NodeId, String)> {
    let graph = program.plan.graph();
    let uses = program.plan.uses();
    let needed = |n: &NodeId| uses.contains_key(n) || program.plan.outputs().iter().any(|o| o.1 == *n);
    let all = (0..graph.nodes().len() as u32).map(NodeId).filter(needed);
    let calls = all.filter(|n| matches!(graph.node(*n).op, Op::Call(_)));
    calls.map(|n| (n, hidden(n))).collect()
}

/// The program without its scorers.
fn algebra(program: &Program) -> Plan {
    let graph = program.plan.graph().with_columns(&calls(program), true);
    Plan::new(graph, program.plan.outputs().to_vec())
}

impl Shard {
    /// Evaluates the scorers over one shard.
    pub(crate) fn new(
        py: Python<'_>,
        program: &Program,
        schema: Schema,
        mut batch: Inner,
        rows: &Rows,
        seed: u64,
    ) -> PyResult<Shard> {
        let mut state = meed_algebra::State::new();
        program.prepare(py, &mut batch, &mut state, seed)?;
        let calls = calls(program);
        let named = calls.iter().map(|(n, name)| (name.clone(), *n)).collect();
        let plan = Plan::new(program.plan.graph().with_columns(&[], false), named);
        if plan.needs_whole_batch() {
            return Err(error::Error::new_err(
                "a scorer of this spec is called with values of the whole batch, so it cannot be scored in shards",
            ));
        }
        let outputs = pool::work(py, || plan.evaluate(&batch, &mut state, seed))?.map_err(error::eval)?;
        let graph = program.plan.graph();
        for (name, column) in outputs.columns {
            // A Python scorer's column is there already.
            if batch.column(&name).is_some() {
                continue;
            }
            batch.add_column(&name, here(graph, &batch, column)).map_err(error::eval)?;
        }
        let needed = algebra(program).columns();
        let slim = batch.with_columns(|name| needed.contains(name));
        let spans = rows.rollouts().map(|r| (r.start, r.len())).collect();
        Ok(Shard { slim: Arc::new(slim), schema, rows: spans, form: rows.form() })
    }
}

#[pymethods]
impl Shard {
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let restore = py.import("meed._meed")?.getattr("_shard")?;
        let batch = Py::new(py, Batch { inner: self.slim.clone() })?.into_bound(py).into_any();
        let args = PyTuple::new(
            py,
            [
                batch,
                pickle::schema_parts(&self.schema).into_pyobject(py)?.into_any(),
                self.rows.clone().into_pyobject(py)?.into_any(),
                (self.form == RowForm::Task).into_pyobject(py)?.to_owned().into_any(),
            ],
        )?;
        Ok((restore, args))
    }
}

/// Restores a shard.
#[pyfunction]
pub(crate) fn _shard(
    batch: &Bound<'_, Batch>,
    schema: SchemaParts,
    rows: Vec<(usize, usize)>,
    task: bool,
) -> PyResult<Shard> {
    let form = if task { RowForm::Task } else { RowForm::Rollout };
    Ok(Shard { slim: batch.get().inner.clone(), schema: pickle::schema_of(schema)?, rows, form })
}

/// The algebra over all shards; the outputs of each, in its order.
pub(crate) fn finish(
    py: Python<'_>,
    program: &Program,
    shards: &[&Shard],
    state: &mut meed_algebra::State,
    seed: u64,
) -> PyResult<Vec<Scored>> {
    let plan = algebra(program);
    let slims: Vec<&Inner> = shards.iter().map(|s| &*s.slim).collect();
    let merged = Merged::new(&slims)?;
    let mut batch = merged.batch(&slims)?;
    plan.add_axes(&mut batch).map_err(error::eval)?;
    let outputs = pool::work(py, || plan.evaluate(&batch, state, seed))?.map_err(error::eval)?;
    let mut all = Vec::with_capacity(shards.len());
    for (s, shard) in shards.iter().enumerate() {
        let mut columns = Vec::new();
        for (name, column) in &outputs.columns {
            columns.push(Arc::new(merged.back(&batch, &shard.slim, s, name, column)?));
        }
        let rows = Rows::of_spans(&shard.slim, shard.form, &shard.rows);
        let part = Part { rows, axes: shard.slim.clone(), columns };
        all.push(Scored {
            outputs: program.outputs(),
            parts: vec![part],
            pieces: true,
            layout: "shard".to_string(),
            timings: Vec::new(),
            trouble: Vec::new(),
            warnings: program.warnings.clone(),
        });
    }
    Ok(all)
}

/// How the groups of shards lie in one batch: in the order in which they first appear.
struct Merged {
    /// For each group of the whole its pieces: shard and group there.
    groups: Vec<Vec<(usize, usize)>>,
    /// For each shard and its groups: the group of the whole, and the first rollout there.
    places: Vec<Vec<(usize, usize)>>,
}

impl Merged {
    fn new(shards: &[&Inner]) -> PyResult<Merged> {
        let mut by_id: HashMap<u64, usize> = HashMap::new();
        let mut groups: Vec<Vec<(usize, usize)>> = Vec::new();
        for (s, shard) in shards.iter().enumerate() {
            if shard.tree() != shards[0].tree() {
                return Err(error::DataError_::new_err(
                    "the shards have different axes: score them in one process",
                ));
            }
            for g in 0..shard.len(Axis::GROUP) {
                let at = match shard.group_ids.get(g) {
                    Some(id) => *by_id.entry(*id).or_insert(groups.len()),
                    None => groups.len(),
                };
                if at == groups.len() {
                    groups.push(Vec::new());
                }
                groups[at].push((s, g));
            }
        }
        let mut places: Vec<Vec<(usize, usize)>> =
            shards.iter().map(|s| vec![(0, 0); s.len(Axis::GROUP)]).collect();
        let mut rollout = 0;
        for (at, pieces) in groups.iter().enumerate() {
            for (s, g) in pieces {
                places[*s][*g] = (at, rollout);
                let offsets = shards[*s].offsets(Axis::ROLLOUT);
                rollout += offsets[g + 1] - offsets[*g];
            }
        }
        Ok(Merged { groups, places })
    }

    /// The elements of an axis as spans of the shards, in the order of the whole.
    fn spans(&self, shards: &[&Inner], axis: Axis) -> Vec<(usize, Range<usize>)> {
        let tree = shards[0].tree();
        if axis == Axis::BATCH {
            return vec![(0, 0..1)];
        }
        let under_rollout = tree.contains(Axis::ROLLOUT, axis);
        let mut spans = Vec::new();
        for pieces in &self.groups {
            // What hangs at the group itself is the same in all its pieces.
            let pieces = if under_rollout { &pieces[..] } else { &pieces[..1] };
            spans.extend(pieces.iter().map(|(s, g)| (*s, below(shards[*s], Axis::GROUP, axis, *g..g + 1))));
        }
        spans
    }

    fn batch(&self, shards: &[&Inner]) -> PyResult<Inner> {
        let first = shards[0];
        let sizes = self.groups.iter().map(|pieces| {
            let size = |(s, g): &(usize, usize)| {
                let offsets = shards[*s].offsets(Axis::ROLLOUT);
                offsets[g + 1] - offsets[*g]
            };
            pieces.iter().map(size).sum()
        });
        let mut batch = Inner::new(sizes);
        batch.step = first.step;
        batch.total_steps = first.total_steps;
        let id = |pieces: &Vec<(usize, usize)>| shards[pieces[0].0].group_ids.get(pieces[0].1).copied();
        batch.group_ids = self.groups.iter().map(id).collect::<Option<_>>().unwrap_or_default();
        let tree = first.tree();
        for axis in tree.axes().skip(3) {
            let Some(parent) = tree.parent(axis) else { continue };
            let mut counts = Vec::new();
            for (s, span) in self.spans(shards, parent) {
                let offsets = shards[s].offsets(axis);
                counts.extend(span.map(|i| offsets[i + 1] - offsets[i]));
            }
            batch.add_axis(tree.name(axis), parent, counts).map_err(error::eval)?;
        }
        for (name, column) in first.columns() {
            let mut pieces = Vec::new();
            for (s, span) in self.spans(shards, column.shape.axis) {
                let own = shards[s].column(name).filter(|c| c.shape == column.shape && c.kind == column.kind);
                let own = own.ok_or_else(|| {
                    error::DataError_::new_err(format!("column `{name}` is not the same in all shards"))
                })?;
                pieces.push((own, span));
            }
            batch.add_column(name, taken(column, &pieces)).map_err(error::eval)?;
        }
        Ok(batch)
    }

    /// An output of the whole, as the shard's part of it.
    fn back(&self, whole: &Inner, shard: &Inner, s: usize, name: &str, column: &Column) -> PyResult<Column> {
        let axis = whole.tree().name(column.shape.axis);
        let Some(own) = shard.tree().find(axis) else {
            let message =
                format!("output `{name}` is on `{axis}`, which shards do not have: score in one process");
            return Err(error::Error::new_err(message));
        };
        let spans: Vec<Range<usize>> = match own {
            Axis::BATCH => std::iter::once(0..1).collect(),
            _ if shard.tree().contains(Axis::ROLLOUT, own) => {
                let offsets = shard.offsets(Axis::ROLLOUT).windows(2);
                let rollouts =
                    self.places[s].iter().zip(offsets).map(|((_, first), w)| *first..first + w[1] - w[0]);
                rollouts.map(|r| below(whole, Axis::ROLLOUT, column.shape.axis, r)).collect()
            }
            _ => {
                let groups = self.places[s].iter().map(|(g, _)| *g..g + 1);
                groups.map(|r| below(whole, Axis::GROUP, column.shape.axis, r)).collect()
            }
        };
        let pieces: Vec<(&Column, Range<usize>)> = spans.into_iter().map(|span| (column, span)).collect();
        let mut back = taken(column, &pieces);
        back.shape.axis = own;
        Ok(back)
    }
}

/// The elements of `axis` under these elements of `above`.
fn below(batch: &Inner, above: Axis, axis: Axis, mut range: Range<usize>) -> Range<usize> {
    for child in batch.tree().path(above, axis) {
        let offsets = batch.offsets(child);
        range = offsets[range.start]..offsets[range.end];
    }
    range
}

/// A column like `like` from elements of columns.
fn taken(like: &Column, pieces: &[(&Column, Range<usize>)]) -> Column {
    let width = like.shape.width();
    let wide = |r: &Range<usize>| r.start * width..r.end * width;
    let values = match &like.values {
        Values::Texts(_) => Values::Texts(
            pieces.iter().filter_map(|(c, r)| Some(&c.as_texts()?[wide(r)])).flatten().cloned().collect(),
        ),
        _ => Values::Numbers(pieces.iter().flat_map(|(c, r)| wide(r).map(|i| c.values.number(i))).collect()),
    };
    Column { shape: like.shape.clone(), kind: like.kind, values }
}
