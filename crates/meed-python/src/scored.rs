//! What scoring gives: outputs in the order of the input.

use std::sync::Arc;

use arrow_array::RecordBatch;
use meed_algebra::{Axis, Batch, Timing, Values};
use meed_data::{Output, Rows, table};
use pyo3::exceptions::{PyAttributeError, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};

use crate::column::{Column, wide};
use crate::{arrow, error};

/// One batch of the input, scored.
pub(crate) struct Part {
    pub rows: Rows,
    /// The axes; columns are of no use any more.
    pub axes: Arc<Batch>,
    pub columns: Vec<Arc<meed_algebra::Column>>,
}

/// The outputs of a spec over rollouts: a mapping from names to columns.
///
/// Rollouts are in the order in which they were given. It is also a table for Arrow (`pyarrow.table(scored)`,
/// `polars.DataFrame(scored)`): a row for each row of the input, an output that is absent null, and `reasons` that
/// says why.
#[pyclass(frozen, name = "Scored", module = "meed", mapping)]
pub(crate) struct Scored {
    pub outputs: Vec<Output>,
    pub parts: Vec<Part>,
    /// Whether the parts are pieces of one batch, or batches.
    pub pieces: bool,
    pub layout: String,
    pub timings: Vec<Timing>,
    pub trouble: Vec<String>,
    pub warnings: Vec<String>,
}

impl Scored {
    fn at(&self, name: &str) -> Option<usize> {
        self.outputs.iter().position(|o| o.name == name)
    }

    fn column(&self, i: usize) -> Column {
        let name = &self.outputs[i].name;
        let mut columns: Vec<Column> = self.parts.iter().map(|p| p.column(name, i)).collect();
        if columns.len() == 1 {
            return columns.swap_remove(0);
        }
        joined(name, &columns, self.pieces)
    }

    fn tables(&self) -> PyResult<Vec<RecordBatch>> {
        let one = |p: &Part| {
            let columns: Vec<&meed_algebra::Column> = p.columns.iter().map(|c| &**c).collect();
            table(&self.outputs, &p.rows, &p.axes, &columns)
        };
        self.parts.iter().map(one).collect::<Result<_, _>>().map_err(error::data)
    }
}

impl Part {
    /// Output `i`, its rollouts in the order of the input.
    fn column(&self, name: &str, i: usize) -> Column {
        let column = Column::new(name.to_string(), &self.axes, self.columns[i].clone());
        let order: Vec<usize> = self.rows.rollouts().flatten().collect();
        let in_order = order.iter().enumerate().all(|(i, at)| i == *at);
        let Some(rollout) = column.levels.iter().position(|l| l.0 == "rollout") else { return column };
        if in_order && order.len() == self.axes.len(Axis::ROLLOUT) {
            return column;
        }
        // Groups are torn apart, so the rollouts stand by themselves.
        let mut levels = vec![("rollout".to_string(), Arc::from([0, order.len()]))];
        let mut at = order;
        for (name, offsets) in &column.levels[rollout + 1..] {
            let mut new = vec![0];
            let mut children = Vec::new();
            for i in at {
                children.extend(offsets[i]..offsets[i + 1]);
                new.push(children.len());
            }
            levels.push((name.clone(), new.into()));
            at = children;
        }
        let width = column.column.shape.width();
        let places = at.into_iter().flat_map(|i| i * width..(i + 1) * width);
        let values = match &column.column.values {
            Values::Texts(v) => Values::Texts(places.map(|i| v[i].clone()).collect()),
            numbers => Values::Numbers(places.map(|i| numbers.number(i)).collect()),
        };
        let moved =
            meed_algebra::Column { values, shape: column.column.shape.clone(), kind: column.column.kind };
        Column { levels, column: Arc::new(moved), ..column }
    }
}

/// The columns of several pieces as one. Of several batches: `batch` is then an axis with an element for each.
fn joined(name: &str, columns: &[Column], pieces: bool) -> Column {
    let Some(first) = columns.first() else {
        let column = meed_algebra::Column::numbers(Axis::BATCH, Vec::new());
        return Column {
            name: name.into(),
            axis: "batch".into(),
            column: Arc::new(column),
            levels: Vec::new(),
        };
    };
    if pieces && first.levels.is_empty() {
        return Column {
            levels: Vec::new(),
            column: first.column.clone(),
            axis: first.axis.clone(),
            name: name.into(),
        };
    }
    let mut levels = vec![("batch".to_string(), Arc::from([0, columns.len()]))];
    for (i, (level, _)) in first.levels.iter().enumerate() {
        let mut offsets = vec![0];
        if pieces && i == 0 {
            let all = columns.iter().map(|c| c.levels[0].1[1]).sum();
            levels = vec![(level.clone(), Arc::from([0, all]))];
            continue;
        }
        for column in columns {
            let base = offsets[offsets.len() - 1];
            offsets.extend(column.levels[i].1[1..].iter().map(|o| base + o));
        }
        levels.push((level.clone(), offsets.into()));
    }
    let values = match first.column.values {
        Values::Texts(_) => {
            Values::Texts(columns.iter().filter_map(|c| c.column.as_texts()).flatten().cloned().collect())
        }
        _ => {
            Values::Numbers(columns.iter().filter_map(|c| c.column.as_numbers()).flatten().copied().collect())
        }
    };
    let column = meed_algebra::Column { values, shape: first.column.shape.clone(), kind: first.column.kind };
    Column { name: name.into(), axis: first.axis.clone(), column: Arc::new(column), levels }
}

/// A column that was read, its rollouts in the order of the input.
pub(crate) fn read(name: &str, pieces: Vec<meed_data::Piece>) -> Column {
    let one = |piece: meed_data::Piece| {
        let column = piece.batch.column(name).cloned().map(wide).map(Arc::new);
        let part =
            Part { rows: piece.rows, axes: Arc::new(piece.batch), columns: column.into_iter().collect() };
        part.column(name, 0)
    };
    let mut columns: Vec<Column> = pieces.into_iter().map(one).collect();
    if columns.len() == 1 { columns.swap_remove(0) } else { joined(name, &columns, false) }
}

#[pymethods]
impl Scored {
    fn __getitem__(&self, name: &str) -> PyResult<Column> {
        let i = self.at(name).ok_or_else(|| {
            let names: Vec<&str> = self.outputs.iter().map(|o| o.name.as_str()).collect();
            PyKeyError::new_err(format!("there is no output `{name}`; outputs: {}", names.join(", ")))
        })?;
        Ok(self.column(i))
    }

    fn __getattr__(&self, name: &str) -> PyResult<Column> {
        self.at(name)
            .map(|i| self.column(i))
            .ok_or_else(|| PyAttributeError::new_err(format!("there is no output `{name}`")))
    }

    fn __contains__(&self, name: &str) -> bool {
        self.at(name).is_some()
    }

    fn __len__(&self) -> usize {
        self.outputs.len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyList::new(py, self.keys())?.try_iter()?.into_any())
    }

    /// The names of the outputs.
    fn keys(&self) -> Vec<&str> {
        self.outputs.iter().map(|o| o.name.as_str()).collect()
    }

    /// The outputs.
    fn values(&self) -> Vec<Column> {
        (0..self.outputs.len()).map(|i| self.column(i)).collect()
    }

    /// Names and outputs.
    fn items(&self) -> Vec<(&str, Column)> {
        self.outputs.iter().enumerate().map(|(i, o)| (o.name.as_str(), self.column(i))).collect()
    }

    /// One value per rollout, in the order of the input: what lives on an axis above is repeated, `None` where it is
    /// absent; what lives deeper is a list.
    fn per_rollout<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        self.__getitem__(name)?;
        let i = self.at(name).unwrap_or(0);
        let all = PyList::empty(py);
        for part in &self.parts {
            let column = Column::new(name.to_string(), &part.axes, part.columns[i].clone());
            let groups = part.axes.offsets(Axis::ROLLOUT);
            for rollout in part.rows.rollouts().flatten() {
                let group = groups.partition_point(|o| *o <= rollout) - 1;
                all.append(column.of_rollout(py, group, rollout)?)?;
            }
        }
        Ok(all)
    }

    /// Why each output is absent, by name: one list per output that has an absent value, `None` where it is present.
    #[getter]
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (i, output) in self.outputs.iter().enumerate() {
            let reasons = self.column(i).absences();
            if reasons.iter().any(Option::is_some) {
                dict.set_item(&output.name, reasons)?;
            }
        }
        Ok(dict)
    }

    /// How the input was understood: the trainer's name, or `plain`.
    #[getter]
    fn layout(&self) -> &str {
        &self.layout
    }

    /// Time in scorers by name: elements and seconds over all threads.
    #[getter]
    fn timings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for t in &self.timings {
            let (mut n, mut seconds) = (t.elements, t.total.as_secs_f64());
            if let Some(before) = dict.get_item(&t.name)? {
                let (m, s): (usize, f64) = before.extract()?;
                n += m;
                seconds += s;
            }
            dict.set_item(&t.name, (n, seconds))?;
        }
        Ok(dict)
    }

    /// What scorers and functions failed with on single elements.
    #[getter]
    fn trouble(&self) -> Vec<String> {
        self.trouble.clone()
    }

    /// Things in the spec that are probably not meant.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn __repr__(&self) -> String {
        let rollouts: usize = self.parts.iter().map(|p| p.axes.len(Axis::ROLLOUT)).sum();
        format!("<meed.Scored of {rollouts} rollouts: {}>", self.keys().join(", "))
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A wish, which those who export may leave unfulfilled.
        let _ = requested_schema;
        let tables = self.tables()?;
        arrow::export_stream(py, arrow::schema_of(&tables), tables)
    }
}
