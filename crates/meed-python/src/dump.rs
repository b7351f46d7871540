//! Files of rollouts, opened to look at: any trainer's dump.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use meed_data::{Extent, ReadOptions, RowForm, Source};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::batch::Batch;
use crate::column::Column;
use crate::{error, pool};

/// Files of rollouts: what wrote them, which columns there are, and the columns themselves.
///
/// `spec.score(dump)` scores it; `dump["text"]`, `dump["answer"]` and every other column can be looked at.
#[pyclass(frozen, name = "Dump", module = "meed")]
pub(crate) struct Dump {
    pub paths: Vec<PathBuf>,
    pub options: ReadOptions,
    layout: meed_data::Layout,
    columns: BTreeMap<String, (String, &'static str)>,
}

impl Dump {
    /// Opens it anew.
    pub(crate) fn open(&self, py: Python<'_>) -> PyResult<Source> {
        pool::work(py, || Source::open(&self.paths, &self.options))?.map_err(error::data)
    }

    fn pieces(&self, py: Python<'_>, columns: &BTreeSet<String>) -> PyResult<Vec<meed_data::Piece>> {
        let mut source = self.open(py)?;
        source.select(columns, &BTreeMap::new()).map_err(error::data)?;
        let mut pieces = Vec::new();
        loop {
            let source = &mut source;
            match pool::work(py, || source.next(Extent::Batch))?.map_err(error::data)? {
                Some(piece) => pieces.push(piece),
                None => return Ok(pieces),
            }
        }
    }
}

#[pymethods]
impl Dump {
    /// The trainer or tool that writes such files, `plain` when none is recognised.
    #[getter]
    fn layout(&self) -> &'static str {
        self.layout.name
    }

    /// What a row holds: a `rollout`, or a `task` with its rollouts in lists.
    #[getter]
    fn rows(&self) -> &'static str {
        if self.layout.rows == RowForm::Task { "task" } else { "rollout" }
    }

    /// The fields whose values make a group.
    #[getter]
    fn group_by(&self) -> Vec<String> {
        self.layout.group_by.clone()
    }

    /// The field that tells training steps apart.
    #[getter]
    fn batch_by(&self) -> Option<String> {
        self.layout.batch_by.clone()
    }

    /// Where the well-known columns come from.
    #[getter]
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, field) in &self.layout.aliases {
            dict.set_item(name, field)?;
        }
        Ok(dict)
    }

    /// Every column: its axis and kind.
    #[getter]
    fn columns(&self) -> BTreeMap<String, (String, &'static str)> {
        self.columns.clone()
    }

    /// The batches (training steps) with these columns, or all.
    #[pyo3(signature = (columns = None))]
    fn batches(&self, py: Python<'_>, columns: Option<BTreeSet<String>>) -> PyResult<Vec<Batch>> {
        let columns = columns.unwrap_or_else(|| self.columns.keys().cloned().collect());
        let pieces = self.pieces(py, &columns)?;
        Ok(pieces.into_iter().map(|p| Batch { inner: Arc::new(p.batch) }).collect())
    }

    /// A column over all rows, in their order.
    fn __getitem__(&self, py: Python<'_>, name: &str) -> PyResult<Column> {
        if !self.columns.contains_key(name) {
            let names: Vec<&str> = self.columns.keys().map(String::as_str).collect();
            let message = format!("there is no column `{name}`; columns: {}", names.join(", "));
            return Err(PyKeyError::new_err(message));
        }
        let pieces = self.pieces(py, &BTreeSet::from([name.to_string()]))?;
        Ok(crate::scored::read(name, pieces))
    }

    fn __repr__(&self) -> String {
        let names: Vec<String> = self.paths.iter().map(|p| p.display().to_string()).collect();
        format!("<meed.Dump of {} ({}, a {} per row)>", names.join(", "), self.layout.name, self.rows())
    }
}

/// Opens files or folders of rollouts as a trainer wrote them and says what they are: TRL's completions, verl's
/// `rollout_data_dir`, NeMo Gym's `rollouts.jsonl`, traces of verifiers, OpenRLHF, or rows of any other form.
#[pyfunction]
#[pyo3(signature = (paths, *, map = None, group_by = None, batch_by = None))]
pub(crate) fn read_dump(
    py: Python<'_>,
    paths: Paths,
    map: Option<BTreeMap<String, String>>,
    group_by: Option<String>,
    batch_by: Option<String>,
) -> PyResult<Dump> {
    let paths = match paths {
        Paths::One(path) => vec![path],
        Paths::Several(paths) => paths,
    };
    let options = ReadOptions {
        map: map.into_iter().flatten().collect(),
        group_by,
        batch_by,
        gather: true,
        keep_rows: false,
        ..ReadOptions::default()
    };
    let source = pool::work(py, || Source::open(&paths, &options))?.map_err(error::data)?;
    let schema = source.schema(&BTreeMap::new()).map_err(error::data)?;
    let column = |(name, (shape, kind)): (&String, &(meed_algebra::Shape, meed_algebra::Kind))| {
        (name.clone(), (schema.tree.name(shape.axis).to_string(), kind.name()))
    };
    let columns = schema.columns.iter().map(column).collect();
    Ok(Dump { layout: source.layout().clone(), columns, paths, options })
}

/// A path, or several.
#[derive(FromPyObject)]
pub(crate) enum Paths {
    One(PathBuf),
    Several(Vec<PathBuf>),
}
