//! What can be scored: rows, columns, Arrow, files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use meed_data::{OnError, ReadOptions, Source, Value};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::{arrow, error, pool, rows};

/// How rows in memory and files are read.
pub(crate) fn reading(
    map: Option<BTreeMap<String, String>>,
    group_by: Option<String>,
    batch_by: Option<String>,
) -> ReadOptions {
    ReadOptions {
        map: map.into_iter().flatten().collect(),
        on_error: OnError::Fail,
        group_by,
        batch_by,
        gather: true,
        keep_rows: false,
        ..ReadOptions::default()
    }
}

/// The member that says which rows in a row belong together.
pub(crate) const GROUP: &str = "#group";

/// What can be scored, opened, and what is not yet taken out of a long list.
pub(crate) fn open<'py>(
    data: &Bound<'py, PyAny>,
    group_size: Option<usize>,
    reading: ReadOptions,
) -> PyResult<(Source, Option<Rest<'py>>)> {
    if group_size == Some(0) {
        return Err(error::value("`group_size` is at least 1"));
    }
    let whole = |source| (source, None);
    if let Some(paths) = paths(data)? {
        if group_size.is_some() {
            return Err(error::value("`group_size` is for rows in memory; files have `group_by`"));
        }
        let py = data.py();
        return pool::work(py, || Source::open(&paths, &reading))?.map(whole).map_err(error::data);
    }
    if let Some((mut schema, mut batches)) = arrow::import(data)? {
        if let Some(size) = group_size {
            (schema, batches) = arrow::grouped(GROUP, size, &batches)?;
        }
        return Source::of_records("rows", schema, batches, &reading).map(whole).map_err(error::data);
    }
    let of_values = |values| Source::of_values("rows", values, &reading).map_err(error::data);
    if let Ok(columns) = data.cast::<PyDict>() {
        let mut values = rows::of_columns(columns)?;
        number_groups(&mut values, 0, group_size);
        return of_values(values).map(whole);
    }
    if let Ok(list) = data.cast::<PyList>()
        && list.len() > Source::SHOWN
    {
        let mut values = rows::of_list(&list.get_slice(0, Source::SHOWN), 0, None)?;
        number_groups(&mut values, 0, group_size);
        return Ok((of_values(values)?, Some(Rest { list: list.clone(), group_size })));
    }
    let mut values = rows::of_list(data, 0, None)?;
    number_groups(&mut values, 0, group_size);
    of_values(values).map(whole)
}

/// What can be scored, opened, with all of its rows.
pub(crate) fn open_whole(data: &Bound<'_, PyAny>, reading: ReadOptions) -> PyResult<Source> {
    let (mut source, rest) = open(data, None, reading)?;
    if let Some(rest) = rest {
        source.extend(rest.rows(None)?, Source::SHOWN);
    }
    Ok(source)
}

/// The rows of a long list after those that show what they are.
pub(crate) struct Rest<'py> {
    list: Bound<'py, PyList>,
    group_size: Option<usize>,
}

impl Rest<'_> {
    /// The rows, with these members or all.
    pub(crate) fn rows(&self, members: Option<&[&str]>) -> PyResult<Vec<Value>> {
        let rest = self.list.get_slice(Source::SHOWN, self.list.len());
        let mut values = rows::of_list(&rest, Source::SHOWN, members)?;
        number_groups(&mut values, Source::SHOWN, self.group_size);
        Ok(values)
    }
}

/// Writes into rows which of them belong together; the first has this number.
fn number_groups(rows: &mut [Value], first: usize, group_size: Option<usize>) {
    let Some(size) = group_size else { return };
    for (i, row) in rows.iter_mut().enumerate() {
        if let Value::Object(members) = row {
            members.push((GROUP.into(), Value::Number(((first + i) / size) as f64)));
        }
    }
}

/// A path, or several.
fn paths(data: &Bound<'_, PyAny>) -> PyResult<Option<Vec<PathBuf>>> {
    let is_path =
        |d: &Bound<'_, PyAny>| d.cast::<PyString>().is_ok() || d.hasattr("__fspath__").unwrap_or(false);
    if is_path(data) {
        return Ok(Some(vec![data.extract()?]));
    }
    let Ok(list) = data.cast::<PyList>() else { return Ok(None) };
    if list.is_empty() || !list.iter().all(|d| is_path(&d)) {
        return Ok(None);
    }
    Ok(Some(list.extract()?))
}
