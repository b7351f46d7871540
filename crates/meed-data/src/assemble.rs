//! Rows to a batch.

use std::sync::Arc;

use meed_algebra::{Axis, Batch, Column, EvalError, Values};
use rayon::prelude::*;

use crate::layout::{Field, RowForm};
use crate::row::{Origin, Part, Plan, Row, rollouts};
use crate::value::MISSING;

/// A run of groups as a batch, with the rows they came from.
#[derive(Debug)]
pub struct Piece {
    /// The columns the spec asked for.
    pub batch: Batch,
    /// The rows as read, for [`crate::Sink::write`].
    pub rows: Rows,
}

/// The rows of a piece as they were read, in the order of the input.
#[derive(Debug)]
pub struct Rows {
    pub(crate) form: RowForm,
    pub(crate) rows: Vec<RowRef>,
    pub(crate) names: Arc<[String]>,
}

impl Rows {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows that nobody read: each rollout of the batch is one.
    pub fn of_rollouts(batch: &Batch) -> Rows {
        let offsets = batch.offsets(Axis::ROLLOUT);
        let row = |group: usize, first: usize| RowRef {
            origin: Origin::Nowhere,
            file: 0,
            line: first as u64 + 1,
            group,
            first,
            len: 1,
        };
        let groups = offsets.windows(2).enumerate();
        let rows = groups.flat_map(|(g, w)| (w[0]..w[1]).map(move |i| row(g, i))).collect();
        Rows { form: RowForm::Rollout, rows, names: Arc::new(["rows".to_string()]) }
    }

    /// Rows of which it is known which rollouts they have: the first and how many, in the order of the input.
    pub fn of_spans(batch: &Batch, form: RowForm, spans: &[(usize, usize)]) -> Rows {
        let offsets = batch.offsets(Axis::ROLLOUT);
        let row = |(line, (first, len)): (u64, &(usize, usize))| RowRef {
            origin: Origin::Nowhere,
            file: 0,
            line,
            group: offsets.partition_point(|o| o <= first).saturating_sub(1),
            first: *first,
            len: *len,
        };
        let rows = (1..).zip(spans).map(row).collect();
        Rows { form, rows, names: Arc::new(["rows".to_string()]) }
    }

    /// What a row holds.
    pub fn form(&self) -> RowForm {
        self.form
    }

    /// The rollouts of each row in the batch, rows in the order of the input.
    pub fn rollouts(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.rows.iter().map(|r| r.first..r.first + r.len)
    }

    /// Where rollout `i` of the batch was read: file and line (or row), from 1.
    pub fn place(&self, rollout: usize) -> Option<(&str, u64)> {
        let row = self.rows.iter().find(|r| (r.first..r.first + r.len).contains(&rollout))?;
        Some((&self.names[row.file as usize], row.line))
    }
}

#[derive(Debug)]
pub(crate) struct RowRef {
    pub(crate) origin: Origin,
    pub(crate) file: u32,
    pub(crate) line: u64,
    /// Its group in the batch.
    pub(crate) group: usize,
    /// Its first rollout in the batch, and how many it has.
    pub(crate) first: usize,
    pub(crate) len: usize,
}

/// Builds the piece of these groups.
pub(crate) fn assemble(
    plan: &Plan,
    groups: Vec<Vec<Row>>,
    step: u64,
    names: Arc<[String]>,
) -> Result<Piece, EvalError> {
    let sizes: Vec<usize> =
        groups.iter().map(|rows| rows.iter().map(|r| rollouts(plan, &r.counts)).sum()).collect();
    let mut batch = Batch::new(sizes);
    batch.step = step;
    batch.group_ids = groups.iter().map(|rows| rows.first().map_or(0, |r| r.hash)).collect();
    for axis in plan.axes.iter().filter(|a| **a > Axis::ROLLOUT) {
        let i = plan.axis(*axis);
        let counts = groups.iter().flatten().flat_map(|row| row.counts[i].iter().map(|n| *n as usize));
        let parent = plan.tree.parent(*axis).unwrap_or(Axis::ROLLOUT);
        batch.add_axis(plan.tree.name(*axis), parent, counts)?;
    }
    let wanted = plan.fields.len() - plan.hidden;
    let columns: Vec<Column> = plan.fields[..wanted]
        .par_iter()
        .enumerate()
        .map(|(i, field)| column(plan, field, i, &groups))
        .collect();
    for (field, column) in plan.fields.iter().zip(columns) {
        batch.add_column(&field.name, column)?;
    }
    if plan.task {
        let tasks = groups.iter().filter_map(|rows| rows.first()).map(|r| Ok(r.key.clone())).collect();
        batch.add_column("task", Column::texts(Axis::GROUP, tasks))?;
    }

    let mut first = 0;
    let mut rows = Vec::new();
    for (group, members) in groups.into_iter().enumerate() {
        for row in members {
            let len = rollouts(plan, &row.counts);
            rows.push(RowRef { origin: row.origin, file: row.file, line: row.line, group, first, len });
            first += len;
        }
    }
    rows.sort_by_key(|r| (r.file, r.line));
    Ok(Piece { batch, rows: Rows { form: plan.rows, rows, names } })
}

fn column(plan: &Plan, field: &Field, i: usize, groups: &[Vec<Row>]) -> Column {
    // A column declared for the whole group or batch takes its value from the first row.
    let rows: Box<dyn Iterator<Item = &Row>> = if !field.is_shared(plan.rows) {
        Box::new(groups.iter().flatten())
    } else if field.shape.axis == Axis::GROUP {
        Box::new(groups.iter().filter_map(|rows| rows.first()))
    } else {
        Box::new(groups.iter().flatten().take(1))
    };
    let mut numbers = Vec::new();
    let mut texts = Vec::new();
    for row in rows {
        match &row.parts[i] {
            Part::Number(n) => numbers.push(*n),
            Part::Text(text) => texts.push(text.clone()),
            Part::Numbers(v) => numbers.extend_from_slice(v),
            Part::Texts(v) => texts.extend_from_slice(v),
        }
    }
    let text = field.kind == meed_algebra::Kind::Text;
    if field.shape.axis == Axis::BATCH && groups.iter().all(Vec::is_empty) {
        if text {
            texts.push(Err(meed_algebra::Reason::Missing));
        } else {
            numbers.resize(field.shape.width(), MISSING);
        }
    }
    let values = if text { Values::Texts(texts) } else { Values::Numbers(numbers) };
    Column { shape: field.shape.clone(), kind: field.kind, values }
}
