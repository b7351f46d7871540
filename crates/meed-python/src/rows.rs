//! Rows as Python holds them: lists of dicts, and dicts of columns.

use meed_data::{MISSING, Value};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PySequence, PyString, PyTuple,
};

use crate::error;

/// How deep a value of a row may nest.
const DEPTH: usize = 64;

/// The dicts of a list as rows, the first of which has this number; with only these members, when they are named.
pub(crate) fn of_list(
    rows: &Bound<'_, PyAny>,
    first: usize,
    members: Option<&[&str]>,
) -> PyResult<Vec<Value>> {
    let mut all = Vec::with_capacity(rows.len().unwrap_or(0));
    for (i, row) in rows.try_iter()?.enumerate() {
        let (i, row) = (first + i, row?);
        let value = match (members, row.cast::<PyDict>()) {
            (Some(members), Ok(row)) => some(row, members),
            _ => value(&row, 0),
        };
        let value = value.map_err(|e| in_row(row.py(), e, i))?;
        if !matches!(value, Value::Object(_)) {
            return Err(PyTypeError::new_err(format!(
                "row {i}: a rollout is a dict of its fields, found `{}`",
                row.get_type().name()?
            )));
        }
        all.push(value);
    }
    Ok(all)
}

/// These members of a dict.
fn some(row: &Bound<'_, PyDict>, members: &[&str]) -> PyResult<Value> {
    let mut found = Vec::with_capacity(members.len() + 1);
    for name in members {
        if let Some(object) = row.get_item(name)? {
            found.push(((*name).into(), member(name, &object, 0)?));
        }
    }
    if found.len() < members.len() && row.keys().iter().any(|k| k.cast::<PyString>().is_err()) {
        // Keys that are no texts are found by what they look like.
        return value(row.as_any(), 0);
    }
    Ok(Value::Object(found))
}

fn member(name: &str, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    value(object, depth + 1)
        .map_err(|e| PyTypeError::new_err(format!("field `{name}`: {}", e.value(object.py()))))
}

fn in_row(py: Python<'_>, e: PyErr, i: usize) -> PyErr {
    let message = format!("row {i}: {}", e.value(py));
    PyTypeError::new_err(message)
}

/// The members of an object.
type Members = Vec<(Box<str>, Value)>;

/// Columns of equal length as rows.
pub(crate) fn of_columns(columns: &Bound<'_, PyDict>) -> PyResult<Vec<Value>> {
    let mut rows: Option<Vec<Members>> = None;
    for (name, column) in columns {
        let name: String = name.extract()?;
        let cells = cells(&column)
            .map_err(|e| PyTypeError::new_err(format!("column `{name}`: {}", e.value(column.py()))))?;
        let rows = rows.get_or_insert_with(|| vec![Vec::new(); cells.len()]);
        if rows.len() != cells.len() {
            return Err(error::value(format!(
                "column `{name}` has {} values, the ones before it have {}",
                cells.len(),
                rows.len()
            )));
        }
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.push((name.as_str().into(), cell));
        }
    }
    Ok(rows.unwrap_or_default().into_iter().map(Value::Object).collect())
}

fn cells(column: &Bound<'_, PyAny>) -> PyResult<Vec<Value>> {
    if column.cast::<PyString>().is_ok() {
        return Err(PyTypeError::new_err("a column is a list with a value per row, found a text"));
    }
    column.try_iter()?.map(|v| value(&v?, 0)).collect()
}

/// A Python value as a value of a row: what JSON knows, and numbers and arrays of NumPy.
fn value(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if let Ok(text) = object.cast::<PyString>() {
        return Ok(Value::Text(match text.to_str() {
            Ok(text) => text.into(),
            // Half of a surrogate pair is no character.
            Err(_) => text.to_string_lossy().into(),
        }));
    }
    if object.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(x) = object.cast::<PyFloat>() {
        return Ok(number(x.extract()?));
    }
    if let Ok(b) = object.cast::<PyBool>() {
        return Ok(Value::Bool(b.is_true()));
    }
    if let Ok(x) = object.cast::<PyInt>() {
        // Numbers beyond f64 are infinite.
        return Ok(number(x.extract().unwrap_or(f64::INFINITY)));
    }
    if depth == DEPTH {
        return Err(PyTypeError::new_err(format!("a value nests deeper than {DEPTH}")));
    }
    if let Ok(dict) = object.cast::<PyDict>() {
        return members(dict.iter().map(Ok), depth);
    }
    if let Ok(items) = object.cast::<PyList>() {
        return list(items.iter().map(Ok), items.len(), depth);
    }
    if let Ok(items) = object.cast::<PyTuple>() {
        return list(items.iter().map(Ok), items.len(), depth);
    }
    other(object, depth)
}

/// NumPy, tensors, and what else behaves like a list, a mapping or a number.
fn other(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if object.cast::<PyBytes>().is_ok() {
        return Err(PyTypeError::new_err("bytes cannot be read as data"));
    }
    if let Ok(numbers) = doubles(object)
        && let Some(numbers) = numbers
    {
        return Ok(Value::Numbers(numbers));
    }
    if let Some(method) = object.getattr_opt("tolist")? {
        return value(&method.call0()?, depth + 1);
    }
    if let Ok(mapping) = object.cast::<PyMapping>() {
        let items = mapping.items()?;
        return members(items.iter().map(|i| i.extract()), depth);
    }
    if let Ok(items) = object.cast::<PySequence>() {
        return list(items.try_iter()?, items.len()?, depth);
    }
    match object.extract::<f64>() {
        Ok(x) => Ok(number(x)),
        Err(_) => {
            let kind = object.get_type();
            let kind = kind.fully_qualified_name()?;
            Err(PyTypeError::new_err(format!("a value of type `{kind}` cannot be read as data")))
        }
    }
}

fn number(x: f64) -> Value {
    if x.is_nan() { Value::Null } else { Value::Number(x) }
}

fn members<'py>(
    items: impl Iterator<Item = PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>,
    depth: usize,
) -> PyResult<Value> {
    let mut members = Vec::new();
    for item in items {
        let (key, object) = item?;
        let key: Box<str> = match key.cast::<PyString>() {
            Ok(key) => key.to_string_lossy().into(),
            Err(_) => key.str()?.to_string_lossy().into(),
        };
        let value = member(&key, &object, depth)?;
        members.push((key, value));
    }
    Ok(Value::Object(members))
}

/// A list; one of numbers and nulls is kept flat.
fn list<'py>(
    items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
    n: usize,
    depth: usize,
) -> PyResult<Value> {
    let mut numbers = Vec::with_capacity(n);
    let mut values: Vec<Value> = Vec::new();
    for item in items {
        let item = value(&item?, depth + 1)?;
        match (values.is_empty(), &item) {
            (true, Value::Number(x)) => numbers.push(*x),
            (true, Value::Null) => numbers.push(MISSING),
            (true, _) => {
                values = std::mem::take(&mut numbers).into_iter().map(number).collect();
                values.reserve(n);
                values.push(item);
            }
            (false, _) => values.push(item),
        }
    }
    Ok(if values.is_empty() { Value::Numbers(numbers) } else { Value::List(values) })
}

/// The numbers of an array in one dimension, of any usual kind.
pub(crate) fn doubles(object: &Bound<'_, PyAny>) -> PyResult<Option<Vec<f64>>> {
    let py = object.py();
    let missing = |x: f64| if x.is_nan() { MISSING } else { x };
    if let Ok(buffer) = PyBuffer::<f64>::get(object) {
        return flat(py, &buffer, |x| missing(*x));
    }
    if let Ok(buffer) = PyBuffer::<f32>::get(object) {
        return flat(py, &buffer, |x| missing(f64::from(*x)));
    }
    if let Ok(buffer) = PyBuffer::<i64>::get(object) {
        return flat(py, &buffer, |x| *x as f64);
    }
    if let Ok(buffer) = PyBuffer::<i32>::get(object) {
        return flat(py, &buffer, |x| f64::from(*x));
    }
    if let Ok(buffer) = PyBuffer::<u8>::get(object) {
        return flat(py, &buffer, |x| f64::from(*x));
    }
    Ok(None)
}

fn flat<T: pyo3::buffer::Element + Copy>(
    py: Python<'_>,
    buffer: &PyBuffer<T>,
    f: impl Fn(&T) -> f64,
) -> PyResult<Option<Vec<f64>>> {
    if buffer.dimensions() != 1 {
        return Ok(None);
    }
    Ok(Some(buffer.to_vec(py)?.iter().map(f).collect()))
}
