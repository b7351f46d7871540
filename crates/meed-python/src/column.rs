//! One output: numbers or texts on an axis, with the reasons of what is absent.

use std::ffi::{CString, c_int, c_void};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, FixedSizeListArray, Float64Array, StringArray};
use arrow_schema::Field;
use meed_algebra::absent::reason_of;
use meed_algebra::{Batch, Kind, Reason, Values};
use pyo3::exceptions::{PyBufferError, PyIndexError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use pyo3::{ffi, types::PySlice};
use serde_json::Value as Json;

use crate::{arrow, error};

/// One output: numbers or texts on an axis.
///
/// It is a sequence of values (`None` where one is absent), gives its memory to NumPy without a copy
/// (`numpy.asarray(column)`, absent numbers are NaN), and is an Arrow array for those who read that.
#[pyclass(frozen, name = "Column", module = "meed", sequence)]
pub(crate) struct Column {
    pub name: String,
    pub axis: String,
    pub column: Arc<meed_algebra::Column>,
    /// The axes from below `batch` down to its own: where the children of each element begin.
    pub levels: Vec<(String, Arc<[usize]>)>,
}

impl Column {
    /// An output over the batch it was computed on.
    pub(crate) fn new(name: String, axes: &Batch, column: Arc<meed_algebra::Column>) -> Column {
        let tree = axes.tree();
        let path = tree.path(meed_algebra::Axis::BATCH, column.shape.axis);
        let level = |axis| (tree.name(axis).to_string(), axes.offsets(axis).into());
        let axis = tree.name(column.shape.axis).to_string();
        Column { name, axis, levels: path.into_iter().map(level).collect(), column }
    }

    fn values(&self) -> &Values {
        &self.column.values
    }

    /// Elements of its axis.
    pub(crate) fn elements(&self) -> usize {
        self.values().len() / self.column.shape.width().max(1)
    }

    /// Sizes under each element: lanes, then components.
    fn inner(&self) -> Vec<usize> {
        self.column.shape.lanes.iter().map(|l| l.len()).chain(self.column.shape.dim).collect()
    }

    /// Value `i` of the buffer.
    fn cell<'py>(&self, py: Python<'py>, i: usize) -> PyResult<Bound<'py, PyAny>> {
        if self.values().reason(i).is_some() {
            return Ok(py.None().into_bound(py));
        }
        Ok(match self.values() {
            Values::Texts(v) => match &v[i] {
                Ok(text) => PyString::new(py, text).into_any(),
                Err(_) => py.None().into_bound(py),
            },
            numbers if self.column.kind == Kind::Bool => {
                (numbers.number(i) != 0.0).into_pyobject(py)?.to_owned().into_any()
            }
            numbers => numbers.number(i).into_pyobject(py)?.into_any(),
        })
    }

    /// Element `i`: a value, or with lanes and vectors a list.
    fn element<'py>(&self, py: Python<'py>, i: usize) -> PyResult<Bound<'py, PyAny>> {
        self.inside(py, &self.inner(), i)
    }

    fn inside<'py>(&self, py: Python<'py>, sizes: &[usize], at: usize) -> PyResult<Bound<'py, PyAny>> {
        match sizes.split_first() {
            None => self.cell(py, at),
            Some((n, rest)) => {
                let items =
                    (0..*n).map(|k| self.inside(py, rest, at * n + k)).collect::<PyResult<Vec<_>>>()?;
                Ok(PyList::new(py, items)?.into_any())
            }
        }
    }

    fn nest<'py>(
        &self,
        py: Python<'py>,
        levels: &[(String, Arc<[usize]>)],
        at: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        match levels.split_first() {
            None => self.element(py, at),
            Some(((_, offsets), rest)) => {
                let items = (offsets[at]..offsets[at + 1]).map(|i| self.nest(py, rest, i));
                Ok(PyList::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any())
            }
        }
    }

    fn json(&self, levels: &[(String, Arc<[usize]>)], sizes: &[usize], at: usize) -> Json {
        if let Some(((_, offsets), rest)) = levels.split_first() {
            return (offsets[at]..offsets[at + 1]).map(|i| self.json(rest, sizes, i)).collect();
        }
        if let Some((n, rest)) = sizes.split_first() {
            return (0..*n).map(|k| self.json(levels, rest, at * n + k)).collect();
        }
        match (self.values(), self.values().reason(at)) {
            (_, Some(reason)) => Json::String(format!("<{reason}>")),
            (Values::Texts(v), None) => v[at].as_deref().map_or(Json::Null, |t| Json::String(t.to_string())),
            (numbers, None) if numbers.number(at).is_finite() => serde_json::json!(numbers.number(at)),
            (numbers, None) => Json::String(format!("<{}>", numbers.number(at))),
        }
    }

    /// The value of a rollout: its group's when the column lies above, a list when it lies below.
    pub(crate) fn of_rollout<'py>(
        &self,
        py: Python<'py>,
        group: usize,
        rollout: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.levels.iter().position(|l| l.0 == "rollout") {
            Some(i) => self.nest(py, &self.levels[i + 1..], rollout),
            None => match self.levels.split_first() {
                Some((_, below)) => self.nest(py, below, group),
                None => self.element(py, 0),
            },
        }
    }

    /// Why each value is absent.
    pub(crate) fn absences(&self) -> Vec<Option<&'static str>> {
        (0..self.values().len()).map(|i| self.values().reason(i).map(Reason::name)).collect()
    }

    /// The flat values as an Arrow array, lanes and vectors as lists of a fixed size.
    pub(crate) fn array(&self) -> ArrayRef {
        let mut array: ArrayRef = match self.values() {
            Values::Texts(v) => Arc::new(v.iter().map(|t| t.as_deref().ok()).collect::<StringArray>()),
            numbers => {
                let all = (0..numbers.len()).map(|i| numbers.number(i));
                let present = all.map(|x| reason_of(x).is_none().then_some(x));
                match self.column.kind {
                    Kind::Bool => Arc::new(present.map(|x| x.map(|x| x != 0.0)).collect::<BooleanArray>()),
                    _ => Arc::new(present.collect::<Float64Array>()),
                }
            }
        };
        for n in self.inner().into_iter().rev() {
            let field = Arc::new(Field::new("item", array.data_type().clone(), true));
            array = Arc::new(FixedSizeListArray::new(field, n as i32, array, None));
        }
        array
    }
}

#[pymethods]
impl Column {
    /// The output's name.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// The axis its values are on.
    #[getter]
    fn axis(&self) -> &str {
        &self.axis
    }

    /// `number`, `bool` or `text`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.column.kind.name()
    }

    /// The labels of its lanes, if it has any.
    #[getter]
    fn lanes(&self) -> Option<Vec<String>> {
        self.column.shape.lanes.as_ref().map(|l| l.to_vec())
    }

    /// Elements, then lanes and components where it has those.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let mut sizes = vec![self.elements()];
        sizes.extend(self.inner());
        PyTuple::new(py, sizes)
    }

    /// Where the children of each element of an axis above begin, by axis, outermost first.
    #[getter]
    fn offsets<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, offsets) in &self.levels {
            dict.set_item(name, offsets.to_vec())?;
        }
        Ok(dict)
    }

    /// Why each value is absent, `None` where it is present.
    #[getter]
    fn reasons(&self) -> Vec<Option<&'static str>> {
        self.absences()
    }

    /// The values in one flat list, `None` where one is absent; with lanes and vectors a list per element.
    fn tolist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let items = (0..self.elements()).map(|i| self.element(py, i)).collect::<PyResult<Vec<_>>>()?;
        PyList::new(py, items)
    }

    /// The values nested by their axes: `[group][rollout]…`.
    fn nested<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.nest(py, &self.levels, 0)
    }

    fn __len__(&self) -> usize {
        self.elements()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let n = self.elements();
        if let Ok(slice) = index.cast::<PySlice>() {
            let at = slice.indices(n as isize)?;
            let mut i = at.start;
            let mut items = Vec::with_capacity(at.slicelength);
            for _ in 0..at.slicelength {
                items.push(self.element(py, i as usize)?);
                i += at.step;
            }
            return Ok(PyList::new(py, items)?.into_any());
        }
        let i: isize = index.extract()?;
        let i = if i < 0 { i + n as isize } else { i };
        if i < 0 || i >= n as isize {
            return Err(PyIndexError::new_err(format!("`{}` has {n} elements", self.name)));
        }
        self.element(py, i as usize)
    }

    fn __float__(&self) -> PyResult<f64> {
        match self.values() {
            Values::Numbers(v) if v.len() == 1 => Ok(v[0]),
            _ => Err(error::value(format!(
                "`{}` has {} values, not one number",
                self.name,
                self.values().len()
            ))),
        }
    }

    fn __repr__(&self) -> String {
        if self.values().len() > 64 {
            let (n, kind) = (self.elements(), self.column.kind.name());
            return format!("<meed.Column {}: {n} {kind}s on {}>", self.name, self.axis);
        }
        show(&self.json(&self.levels, &self.inner(), 0))
    }

    #[pyo3(signature = (dtype = None, copy = None))]
    fn __array__<'py>(
        slf: &Bound<'py, Self>,
        dtype: Option<Bound<'py, PyAny>>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let numpy = py.import("numpy")?;
        let kwargs = PyDict::new(py);
        if let Some(dtype) = dtype {
            kwargs.set_item("dtype", dtype)?;
        }
        if let Values::Texts(_) = slf.get().values() {
            let list = slf.get().tolist(py)?;
            if kwargs.is_empty() {
                kwargs.set_item("dtype", py.get_type::<PyAny>())?;
            }
            return numpy.call_method("array", (list,), Some(&kwargs));
        }
        let view = py.import("builtins")?.call_method1("memoryview", (slf,))?;
        let make = if copy == Some(true) { "array" } else { "asarray" };
        numpy.call_method(make, (view,), Some(&kwargs))
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        // A wish, which those who export may leave unfulfilled.
        let _ = requested_schema;
        arrow::export_array(py, &self.array())
    }

    // SAFETY: `view` is what the interpreter gives to fill; the buffer is the column's own memory, which never
    // changes or moves (the class is frozen) and is kept alive by the reference put into the view.
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        let column = slf.get();
        let Values::Numbers(values) = column.values() else {
            return Err(PyBufferError::new_err("a column of texts has no buffer"));
        };
        if flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("the column cannot be written to"));
        }
        let shape: Vec<isize> =
            std::iter::once(column.elements()).chain(column.inner()).map(|n| n as isize).collect();
        let mut strides = vec![size_of::<f64>() as isize; shape.len()];
        for i in (0..shape.len() - 1).rev() {
            strides[i] = strides[i + 1] * shape[i + 1];
        }
        let dimensions = Box::new(Dimensions { shape, strides });
        let format = CString::new("d").unwrap_or_default();
        unsafe {
            (*view).buf = values.as_ptr() as *mut c_void;
            (*view).len = std::mem::size_of_val(values.as_slice()) as isize;
            (*view).itemsize = size_of::<f64>() as isize;
            (*view).readonly = 1;
            (*view).ndim = dimensions.shape.len() as c_int;
            (*view).format = format.into_raw();
            (*view).shape = dimensions.shape.as_ptr().cast_mut();
            (*view).strides = dimensions.strides.as_ptr().cast_mut();
            (*view).suboffsets = std::ptr::null_mut();
            (*view).internal = Box::into_raw(dimensions).cast();
            (*view).obj = slf.clone().into_any().into_ptr();
        }
        Ok(())
    }

    // SAFETY: frees what `__getbuffer__` put into the view, once.
    unsafe fn __releasebuffer__(&self, view: *mut ffi::Py_buffer) {
        unsafe {
            drop(CString::from_raw((*view).format));
            drop(Box::from_raw((*view).internal.cast::<Dimensions>()));
        }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        crate::pickle::reduce_column(py, self)
    }
}

struct Dimensions {
    shape: Vec<isize>,
    strides: Vec<isize>,
}

/// A column whose numbers are as wide as what is computed.
pub(crate) fn wide(mut column: meed_algebra::Column) -> meed_algebra::Column {
    if matches!(column.values, Values::Narrow(_)) {
        column.values = match column.values.into_numbers() {
            Ok(numbers) => Values::Numbers(numbers),
            Err(texts) => Values::Texts(texts),
        };
    }
    column
}

/// Values nested in lists, numbers with six digits, absent ones as `<reason>`.
pub(crate) fn show(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Json::String(text) if text.starts_with('<') && text.ends_with('>') => text.clone(),
        Json::String(text) => Json::String(text.clone()).to_string(),
        Json::Number(n) => digits(n.as_f64().unwrap_or(f64::NAN)),
        Json::Bool(b) => u8::from(*b).to_string(),
        other => other.to_string(),
    }
}

/// A number with six significant digits.
fn digits(x: f64) -> String {
    let text = format!("{x:.5e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |t: &str| {
        if t.contains('.') {
            t.trim_end_matches('0').trim_end_matches('.').to_string()
        } else {
            t.to_string()
        }
    };
    if (-5..16).contains(&exponent) {
        let rounded: f64 = text.parse().unwrap_or(x);
        let shown = trim(&format!("{rounded:.*}", (5 - exponent).max(0) as usize));
        return if shown == "-0" { "0".to_string() } else { shown };
    }
    format!("{}e{exponent}", trim(mantissa))
}
