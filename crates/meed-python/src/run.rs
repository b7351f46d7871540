//! From a spec and columns to outputs: Python scorers first, each over the whole batch, then the algebra.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meed_algebra::{
    Axis, Batch, Column, Graph, Kind, NodeId, Op, Outputs, Plan, Reason, Schema, Shape, State, TextCell,
    Values,
};
use meed_data::Output;
use meed_spec::Param;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::expr::{Call, Expr, build};
use crate::{error, pool};

/// A spec checked against the columns of some data.
pub(crate) struct Program {
    pub plan: Plan,
    /// Calls of Python scorers, in order, with what they are called with.
    stages: Vec<Stage>,
    /// The columns of the data that are read.
    pub columns: BTreeSet<String>,
    pub params: Vec<Param>,
    pub warnings: Vec<String>,
    pub whole: bool,
}

struct Stage {
    /// The inputs, as outputs named by their position.
    plan: Plan,
    /// Inputs that are kept as columns, because computing them again could be slow: position and column.
    kept: Vec<(usize, String)>,
    call: Call,
    shape: Shape,
    column: String,
}

impl Program {
    pub(crate) fn new(spec: meed_spec::Spec, mut calls: Vec<Call>) -> Program {
        let outputs = spec.plan.outputs().to_vec();
        let whole = spec.plan.needs_whole_batch();
        let columns = spec.plan.columns();
        let graph = spec.plan.graph().clone();
        // What no output needs is not called.
        let uses = spec.plan.uses();
        calls.retain(|c| uses.contains_key(&c.node) || outputs.iter().any(|o| o.1 == c.node));
        calls.sort_by_key(|c| c.node);
        let mut done: Vec<(NodeId, String)> = Vec::new();
        let mut stages = Vec::new();
        for call in calls {
            let node = graph.node(call.node).clone();
            let named = node.inputs.iter().enumerate().map(|(i, n)| (i.to_string(), *n)).collect();
            let plan = Plan::new(graph.with_columns(&done, false), named);
            let column = hidden(call.node);
            let mut kept = Vec::new();
            for (i, input) in node.inputs.iter().enumerate() {
                let plain = matches!(graph.node(*input).op, Op::Column(_) | Op::Number(_) | Op::Text(_));
                if !plain && !done.iter().any(|d| d.0 == *input) {
                    kept.push((i, hidden(*input)));
                    done.push((*input, hidden(*input)));
                }
            }
            done.push((call.node, column.clone()));
            stages.push(Stage { plan, kept, shape: node.shape, column, call });
        }
        let plan =
            if stages.is_empty() { spec.plan } else { Plan::new(graph.with_columns(&done, true), outputs) };
        Program { plan, stages, columns, params: spec.params, warnings: spec.warnings, whole }
    }

    /// The outputs as the data crate writes them.
    pub(crate) fn outputs(&self) -> Vec<Output> {
        let graph = self.plan.graph();
        let output = |(name, id): &(String, NodeId)| Output {
            name: name.clone(),
            shape: graph.shape(*id).clone(),
            kind: graph.kind(*id),
        };
        self.plan.outputs().iter().map(output).collect()
    }

    /// Whether a batch is changed while it is scored: axes or columns are added.
    pub(crate) fn adds(&self, batch: &Batch) -> bool {
        let tree = self.plan.graph().tree();
        !self.stages.is_empty() || tree.names().any(|n| batch.tree().find(n).is_none())
    }

    /// Prepares a batch: its further axes, and what Python scorers say.
    pub(crate) fn prepare(
        &self,
        py: Python<'_>,
        batch: &mut Batch,
        state: &mut State,
        seed: u64,
    ) -> PyResult<Vec<String>> {
        self.plan.add_axes(batch).map_err(error::eval)?;
        let mut trouble = Vec::new();
        for stage in &self.stages {
            let inputs = {
                let (batch, state) = (&*batch, &mut *state);
                pool::work(py, || stage.plan.evaluate(batch, state, seed))?.map_err(error::eval)?
            };
            let column = stage.call(py, batch, &inputs, &mut trouble)?;
            for (i, name) in &stage.kept {
                if batch.column(name).is_none() {
                    let kept = here(stage.plan.graph(), batch, inputs.columns[*i].1.clone());
                    batch.add_column(name, kept).map_err(error::eval)?;
                }
            }
            batch.add_column(&stage.column, column).map_err(error::eval)?;
        }
        Ok(trouble)
    }

    /// The outputs over a prepared batch.
    pub(crate) fn evaluate(
        &self,
        py: Python<'_>,
        batch: &Batch,
        state: &mut State,
        seed: u64,
    ) -> PyResult<Outputs> {
        pool::work(py, || self.plan.evaluate(batch, state, seed))?.map_err(error::eval)
    }

    /// What single elements of scorers failed with, so far.
    pub(crate) fn trouble(&self) -> Vec<String> {
        let graph = self.plan.graph();
        let said = graph.nodes().iter().filter_map(|node| match &node.op {
            Op::Call(call) => call.0.trouble(),
            _ => None,
        });
        let mut all: Vec<String> = said.collect();
        all.dedup();
        all
    }
}

/// The column that stands for a node.
pub(crate) fn hidden(node: NodeId) -> String {
    format!("#node{}", node.0)
}

/// A column on the batch's own axes.
pub(crate) fn here(graph: &Graph, batch: &Batch, mut column: Column) -> Column {
    let name = graph.tree().name(column.shape.axis);
    column.shape.axis = batch.tree().find(name).unwrap_or(Axis::BATCH);
    column
}

impl Stage {
    /// Calls the scorer with lists, one value per element where its gate is open.
    fn call(
        &self,
        py: Python<'_>,
        batch: &Batch,
        inputs: &Outputs,
        trouble: &mut Vec<String>,
    ) -> PyResult<Column> {
        let column =
            Column { shape: self.shape.clone(), kind: self.call.kind, values: Values::Numbers(Vec::new()) };
        let mut column = here(self.plan.graph(), batch, column);
        let n = batch.len(column.shape.axis) * column.shape.width();
        let arity = inputs.columns.len() - usize::from(self.call.gated);
        let mut shut: Vec<Option<Reason>> = vec![None; n];
        if self.call.gated {
            let gate = &inputs.columns[arity].1.values;
            for (i, shut) in shut.iter_mut().enumerate() {
                *shut = match at(gate, i, n) {
                    Cell::Number(x) if x != 0.0 => None,
                    Cell::Absent(reason) => Some(reason),
                    _ => Some(Reason::NotApplicable),
                };
            }
        }
        let open: Vec<usize> = (0..n).filter(|i| shut[*i].is_none()).collect();
        let lists = PyList::empty(py);
        for (_, input) in &inputs.columns[..arity] {
            let cells = open.iter().map(|i| python(py, input.kind, at(&input.values, *i, n)));
            lists.append(PyList::new(py, cells.collect::<PyResult<Vec<_>>>()?)?)?;
        }
        let groups = groups(batch, column.shape.axis, column.shape.width(), &open);
        let scorer = self.call.scorer.bind(py);
        let (values, said): (Vec<Bound<'_, PyAny>>, Option<String>) =
            scorer.call_method1("_call", (lists, open.len(), groups))?.extract()?;
        trouble.extend(said);
        if values.len() != open.len() {
            let message =
                format!("`{}` gave {} values for {} elements", self.call.name, values.len(), open.len());
            return Err(error::Error::new_err(message));
        }
        let text = self.call.kind == Kind::Text;
        let mut numbers = vec![0.0; if text { 0 } else { n }];
        let mut texts: Vec<TextCell> = vec![Err(Reason::Missing); if text { n } else { 0 }];
        for (i, reason) in shut.iter().enumerate() {
            if let Some(reason) = reason {
                if text {
                    texts[i] = Err(*reason);
                } else {
                    numbers[i] = reason.value();
                }
            }
        }
        for (i, value) in open.iter().zip(&values) {
            if text {
                texts[*i] = text_of(value)?;
            } else {
                numbers[*i] = number_of(value)?;
            }
        }
        column.values = if text { Values::Texts(texts) } else { Values::Numbers(numbers) };
        Ok(column)
    }
}

/// How many of the called elements each group has.
fn groups(batch: &Batch, axis: Axis, width: usize, open: &[usize]) -> Vec<usize> {
    let tree = batch.tree();
    if !tree.contains(Axis::GROUP, axis) {
        return vec![open.len()];
    }
    let mut ends: Vec<usize> = (1..=batch.len(Axis::GROUP)).collect();
    for child in tree.path(Axis::GROUP, axis) {
        let offsets = batch.offsets(child);
        ends.iter_mut().for_each(|e| *e = offsets[*e]);
    }
    let mut from = 0;
    let sizes = ends.iter().map(|end| {
        let to = from + open[from..].partition_point(|i| *i < end * width);
        let size = to - from;
        from = to;
        size
    });
    sizes.collect()
}

enum Cell<'a> {
    Number(f64),
    Text(&'a Arc<str>),
    Absent(Reason),
}

/// Value `i` of `n`; a constant stands for all of them.
fn at(values: &Values, i: usize, n: usize) -> Cell<'_> {
    let i = if values.len() == n { i } else { 0 };
    if let Some(reason) = values.reason(i) {
        return Cell::Absent(reason);
    }
    match values {
        Values::Texts(v) => v[i].as_ref().map_or_else(|r| Cell::Absent(*r), Cell::Text),
        numbers => Cell::Number(numbers.number(i)),
    }
}

fn python<'py>(py: Python<'py>, kind: Kind, cell: Cell<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match cell {
        Cell::Absent(_) => py.None().into_bound(py),
        Cell::Text(text) => PyString::new(py, text).into_any(),
        Cell::Number(x) if kind == Kind::Bool => (x != 0.0).into_pyobject(py)?.to_owned().into_any(),
        Cell::Number(x) => x.into_pyobject(py)?.into_any(),
    })
}

/// Why a Python value is no value, when it is not: None, or an `Absent`.
fn absence(value: &Bound<'_, PyAny>) -> PyResult<Option<Reason>> {
    if value.is_none() {
        return Ok(Some(Reason::NotApplicable));
    }
    match value.getattr_opt("_meed_reason")? {
        None => Ok(None),
        Some(name) => {
            let name: String = name.extract()?;
            Reason::from_name(&name)
                .map(Some)
                .ok_or_else(|| error::value(format!("there is no reason `{name}`")))
        }
    }
}

fn number_of(value: &Bound<'_, PyAny>) -> PyResult<f64> {
    match absence(value)? {
        Some(reason) => Ok(reason.value()),
        None => Ok(match value.extract::<f64>() {
            Ok(x) if x.is_nan() => Reason::Undefined.value(),
            Ok(x) => x,
            Err(_) => Reason::Unparsable.value(),
        }),
    }
}

fn text_of(value: &Bound<'_, PyAny>) -> PyResult<TextCell> {
    Ok(match absence(value)? {
        Some(reason) => Err(reason),
        None => value.extract::<String>().map(Into::into).map_err(|_| Reason::Unparsable),
    })
}

/// An expression in words.
pub(crate) fn describe(py: Python<'_>, expr: &Arc<Expr>) -> String {
    let outputs = [("x".to_string(), expr.clone())];
    match build(&outputs, &Schema::open(false), BTreeMap::new()) {
        Ok((spec, _)) => {
            let graph = spec.plan.graph();
            let shape = graph.shape(spec.plan.outputs()[0].1);
            format!("<meed.Signal on {}>", graph.describe(shape))
        }
        Err(e) => {
            let _ = py;
            format!("<meed.Signal that cannot be built: {}>", e.message)
        }
    }
}
