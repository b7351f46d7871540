//! Batches from arrays: flat columns, and offsets that say what belongs together.

use std::sync::Arc;

use meed_algebra::{Axis, Batch as Inner, Column, Kind, Reason, Shape, TextCell, Values};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyString, PyTuple};

use crate::column::wide;
use crate::error;
use crate::rows::doubles;

/// Rollouts as arrays: `Batch({"r": rewards, "logp": ("token", logps)}, groups=4, axes={"token": offsets})`.
///
/// `columns` maps names to a flat array (NumPy or anything with a buffer, or a list; texts are lists of `str`), or to
/// `(axis, array)` where its length does not tell the axis. `groups` is the size of every group, a list of sizes, or
/// offsets as an array that begins with 0. `axes` gives the offsets of further axes: under `rollout`, or under the
/// axis before a dot (`"step.token"`). An array of two dimensions is a vector per element.
#[pyclass(frozen, name = "Batch", module = "meed")]
pub(crate) struct Batch {
    pub inner: Arc<Inner>,
}

#[pymethods]
impl Batch {
    #[new]
    #[pyo3(signature = (columns, groups, axes = None, *, step = 0, total_steps = None))]
    fn new(
        columns: &Bound<'_, PyDict>,
        groups: &Bound<'_, PyAny>,
        axes: Option<&Bound<'_, PyDict>>,
        step: u64,
        total_steps: Option<u64>,
    ) -> PyResult<Self> {
        let read = columns.iter().map(|(name, value)| Ok((name.extract::<String>()?, Given::read(&value)?)));
        let read = read.collect::<PyResult<Vec<_>>>()?;
        let mut batch = Inner::new(sizes(groups, &read)?);
        batch.step = step;
        batch.total_steps = total_steps;
        for (name, offsets) in axes.into_iter().flatten() {
            let name: String = name.extract()?;
            let (parent, axis) = name.rsplit_once('.').unwrap_or(("rollout", &name));
            let parent = batch.tree().require(parent).map_err(|e| error::word(&e))?;
            let counts = counts(&offsets)
                .map_err(|e| error::value(format!("offsets of `{axis}`: {}", e.value(offsets.py()))))?;
            batch.add_axis(axis, parent, counts).map_err(error::eval)?;
        }
        for (name, given) in read {
            let column = given.column(&name, &batch)?;
            batch.add_column(&name, column).map_err(error::eval)?;
        }
        Ok(Batch { inner: Arc::new(batch) })
    }

    /// The names of its columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.inner.columns().map(|c| c.0.to_string()).collect()
    }

    /// Its axes with the number of elements on each.
    #[getter]
    fn axes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for axis in self.inner.tree().axes() {
            dict.set_item(self.inner.tree().name(axis), self.inner.len(axis))?;
        }
        Ok(dict)
    }

    fn __getitem__(&self, name: &str) -> PyResult<crate::column::Column> {
        let column = self.inner.column(name).ok_or_else(|| {
            let names: Vec<&str> = self.inner.columns().map(|c| c.0).collect();
            PyKeyError::new_err(format!("there is no column `{name}`; columns: {}", names.join(", ")))
        })?;
        Ok(crate::column::Column::new(name.to_string(), &self.inner, Arc::new(wide(column.clone()))))
    }

    fn __len__(&self) -> usize {
        self.inner.len(Axis::ROLLOUT)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        crate::pickle::reduce_batch(py, &self.inner)
    }

    fn __repr__(&self) -> String {
        let tree = self.inner.tree();
        let axes: Vec<String> =
            tree.axes().skip(1).map(|a| format!("{} {}", self.inner.len(a), tree.name(a))).collect();
        let columns: Vec<&str> = self.inner.columns().map(|c| c.0).collect();
        format!("<meed.Batch of {}; {}>", axes.join(", "), columns.join(", "))
    }
}

/// A column as given.
struct Given {
    axis: Option<String>,
    values: Values,
    kind: Kind,
    /// Components under each element.
    dim: Option<usize>,
}

impl Given {
    fn read(value: &Bound<'_, PyAny>) -> PyResult<Given> {
        if let Ok(pair) = value.cast::<PyTuple>()
            && pair.len() == 2
            && let Ok(axis) = pair.get_item(0)?.extract::<String>()
        {
            return Ok(Given { axis: Some(axis), ..Given::read(&pair.get_item(1)?)? });
        }
        let given = |values, kind, dim| Given { axis: None, values, kind, dim };
        // A buffer of bytes of truth values says so with its format.
        let truths = value.getattr_opt("dtype")?.is_some_and(|d| d.str().is_ok_and(|d| d == "bool"));
        let kind = if truths { Kind::Bool } else { Kind::Number };
        let source = if truths { value.call_method1("view", ("uint8",))? } else { value.clone() };
        if let Some(numbers) = doubles(&source)? {
            return Ok(given(Values::Numbers(numbers), kind, None));
        }
        if let Ok(buffer) = PyBuffer::<f64>::get(&source)
            && buffer.dimensions() == 2
        {
            let dim = buffer.shape()[1];
            let numbers = buffer.to_vec(value.py())?.into_iter().map(present).collect();
            return Ok(given(Values::Numbers(numbers), kind, Some(dim)));
        }
        let numeric = match value.getattr_opt("dtype")? {
            None => false,
            Some(dtype) => match dtype.getattr_opt("kind")? {
                Some(kind) => "fiub".contains(&kind.extract::<String>()?),
                None => false,
            },
        };
        if numeric && value.getattr("ndim")?.extract::<usize>()? > 2 {
            return Err(PyTypeError::new_err("an array of a column has one dimension, or two for vectors"));
        }
        if numeric {
            let doubles = value.call_method1("astype", ("float64",))?;
            return Ok(Given { kind, ..Given::read(&doubles.call_method1("copy", ("C",))?)? });
        }
        Given::list(value)
    }

    fn list(value: &Bound<'_, PyAny>) -> PyResult<Given> {
        let (mut numbers, mut texts): (Vec<f64>, Vec<TextCell>) = (Vec::new(), Vec::new());
        let (mut bools, mut words) = (true, None);
        for item in value.try_iter()? {
            let item = item?;
            if item.is_none() {
                numbers.push(Reason::Missing.value());
                texts.push(Err(Reason::Missing));
                continue;
            }
            let is_text = item.cast::<PyString>().is_ok();
            if words.replace(is_text).is_some_and(|before| before != is_text) {
                return Err(PyTypeError::new_err("a column holds texts or numbers, not both"));
            }
            if is_text {
                texts.push(Ok(item.extract::<String>()?.into()));
            } else {
                bools &= item.cast::<PyBool>().is_ok();
                numbers.push(present(item.extract()?));
            }
        }
        let (values, kind) = match words {
            Some(true) => (Values::Texts(texts), Kind::Text),
            Some(false) if bools => (Values::Numbers(numbers), Kind::Bool),
            _ => (Values::Numbers(numbers), Kind::Number),
        };
        Ok(Given { axis: None, values, kind, dim: None })
    }

    fn elements(&self) -> usize {
        self.values.len() / self.dim.unwrap_or(1).max(1)
    }

    fn column(self, name: &str, batch: &Inner) -> PyResult<Column> {
        let tree = batch.tree();
        let n = self.elements();
        let axis = match &self.axis {
            Some(axis) => tree.require(axis).map_err(|e| error::word(&e))?,
            None if batch.len(Axis::ROLLOUT) == n => Axis::ROLLOUT,
            None => {
                let fitting: Vec<Axis> = tree.axes().filter(|a| batch.len(*a) == n).collect();
                match fitting.as_slice() {
                    [one] => *one,
                    [] => {
                        return Err(error::value(format!(
                            "column `{name}` has {n} values, no axis has that many"
                        )));
                    }
                    _ => {
                        return Err(error::value(format!(
                            "column `{name}` has {n} values, as several axes have: write `(axis, values)`"
                        )));
                    }
                }
            }
        };
        Ok(Column { shape: Shape { dim: self.dim, ..Shape::of(axis) }, kind: self.kind, values: self.values })
    }
}

fn present(x: f64) -> f64 {
    if x.is_nan() { Reason::Missing.value() } else { x }
}

/// The sizes of the groups: one for all, a list of them, or offsets.
fn sizes(groups: &Bound<'_, PyAny>, columns: &[(String, Given)]) -> PyResult<Vec<usize>> {
    if groups.cast::<PyInt>().is_ok() {
        let size: usize = groups.extract()?;
        let n = columns.iter().filter(|c| c.1.axis.as_deref().is_none_or(|a| a == "rollout"));
        let n = n.map(|c| c.1.elements()).max().unwrap_or(0);
        if size == 0 || n % size != 0 {
            return Err(error::value(format!("{n} rollouts cannot be groups of {size}")));
        }
        return Ok(vec![size; n / size]);
    }
    if groups.getattr_opt("dtype")?.is_some() {
        return counts(groups);
    }
    groups.extract()
}

/// What offsets say of how many there are: `[0, 2, 5]` is 2 and 3.
fn counts(offsets: &Bound<'_, PyAny>) -> PyResult<Vec<usize>> {
    let offsets = match doubles(offsets)? {
        Some(v) => v,
        None => offsets.extract::<Vec<f64>>()?,
    };
    let rising = offsets.windows(2).all(|w| w[0] <= w[1]);
    if offsets.first() != Some(&0.0) || !rising || offsets.iter().any(|x| x.fract() != 0.0 || *x > 1e15) {
        return Err(error::value("offsets are whole numbers that begin with 0 and never fall"));
    }
    Ok(offsets.windows(2).map(|w| (w[1] - w[0]) as usize).collect())
}
