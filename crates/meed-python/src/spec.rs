//! Specs: from a Starlark file, a recipe, or expressions of Python.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use meed_algebra::{Batch as Inner, Schema, State};
use meed_data::{Extent, Rows, Source};
use meed_spec::words::Arg;
use meed_spec::{Diagnostic, Param, SpecFile, Want};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::batch::Batch;
use crate::column::wide;
use crate::dump::Dump;
use crate::expr::{Expr, build};
use crate::input::{GROUP, Rest, open, open_whole, reading};
use crate::pickle;
use crate::run::Program;
use crate::scored::{Part, Scored};
use crate::shard::Shard;
use crate::signal::{Signal, item};
use crate::{error, expr, pool};

enum Origin {
    File(SpecFile),
    Expressions(Vec<(String, Arc<Expr>)>),
}

/// A reward: named outputs over rollouts.
///
/// `Spec(reward=…, advantage=…)` takes expressions; `meed.load("reward.star")` reads a file or a recipe. Axes and
/// names are checked when it is made, and again against the columns of the data when it is used.
///
/// >>> import meed
/// >>> correct = meed.number()
/// >>> spec = meed.Spec(correct=correct, advantage=correct - correct.mean("group"))
/// >>> scored = spec.score([{"prompt": "1+1?", "completion": "It is 2.", "answer": "2"},
/// ...                      {"prompt": "1+1?", "completion": "It is 3.", "answer": "2"}])
/// >>> scored["advantage"]
/// [[0.5, -0.5]]
#[pyclass(frozen, name = "Spec", module = "meed")]
pub(crate) struct Spec {
    origin: Origin,
    asked: BTreeMap<String, Arg>,
    /// Axes it names for columns.
    declared: OnceLock<BTreeMap<String, String>>,
    /// Checked against the columns seen so far, the latest last.
    programs: Mutex<Vec<(Schema, Arc<Program>)>>,
    state: Mutex<State>,
}

/// Programs kept: data of one source has one schema.
const PROGRAMS: usize = 8;

impl Spec {
    fn new(py: Python<'_>, origin: Origin, asked: BTreeMap<String, Arg>) -> PyResult<Spec> {
        let spec = Spec::unchecked(origin, asked);
        spec.check(py)?;
        Ok(spec)
    }

    fn unchecked(origin: Origin, asked: BTreeMap<String, Arg>) -> Spec {
        let declared = OnceLock::new();
        Spec { origin, asked, declared, programs: Mutex::default(), state: Mutex::default() }
    }

    /// Against the columns it names itself.
    fn check(&self, py: Python<'_>) -> PyResult<Program> {
        // Only data says whether tokens lie under steps or beside them; a spec that works with either is good.
        let first = self.compile(py, &Schema::open(false));
        let found = first.or_else(|e| self.compile(py, &Schema::open(true)).map_err(|_| e));
        found.map_err(|d| error::spec(py, &d))
    }

    fn declared(&self, py: Python<'_>) -> &BTreeMap<String, String> {
        self.declared.get_or_init(|| match &self.origin {
            Origin::File(file) => py.detach(|| meed_spec::Spec::declared_axes(file, self.asked.clone())),
            Origin::Expressions(outputs) => build(outputs, &Schema::open(true), self.asked.clone())
                .map_or_else(|_| BTreeMap::new(), |(spec, _)| spec.axes),
        })
    }

    fn compile(&self, py: Python<'_>, schema: &Schema) -> Result<Program, Diagnostic> {
        let (spec, calls) = match &self.origin {
            Origin::File(file) => {
                let read = || meed_spec::Spec::read(file, schema, self.asked.clone(), Want::Outputs);
                (py.detach(read)?, Vec::new())
            }
            Origin::Expressions(outputs) => build(outputs, schema, self.asked.clone())?,
        };
        Ok(Program::new(spec, calls))
    }

    /// The program for data of this schema, made once.
    fn program(&self, py: Python<'_>, schema: &Schema) -> PyResult<Arc<Program>> {
        let same = |s: &Schema| s.tree == schema.tree && s.columns == schema.columns;
        let programs = || self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, program)) = programs().iter().find(|(s, _)| same(s)) {
            return Ok(program.clone());
        }
        let program = Arc::new(self.compile(py, schema).map_err(|d| error::spec(py, &d))?);
        let mut programs = programs();
        if programs.len() == PROGRAMS {
            programs.remove(0);
        }
        programs.push((schema.clone(), program.clone()));
        Ok(program)
    }

    fn lock_state(&self, py: Python<'_>) -> MutexGuard<'_, State> {
        self.state.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }

    /// Scores a batch; one that the program adds to is copied.
    fn batch(
        &self,
        py: Python<'_>,
        program: &Program,
        mut axes: Arc<Inner>,
        rows: Rows,
        options: &Options<'_>,
        trouble: &mut Vec<String>,
    ) -> PyResult<(Part, Vec<meed_algebra::Timing>)> {
        let keeps = !program.plan.graph().updates().is_empty();
        // Batches of a spec that keeps values come one after the other.
        let mut kept = keeps.then(|| self.lock_state(py));
        let mut none = State::new();
        let state = kept.as_deref_mut().unwrap_or(&mut none);
        if program.adds(&axes) || options.step.is_some() || options.total_steps.is_some() {
            let batch = Arc::make_mut(&mut axes);
            batch.step = options.step.unwrap_or(batch.step);
            batch.total_steps = options.total_steps.or(batch.total_steps);
            trouble.extend(program.prepare(py, batch, state, options.seed)?);
        }
        let outputs = program.evaluate(py, &axes, state, options.seed)?;
        let columns = outputs.columns.into_iter().map(|c| Arc::new(wide(c.1))).collect();
        Ok((Part { rows, axes, columns }, outputs.timings))
    }

    fn score_batch(&self, py: Python<'_>, batch: &Arc<Inner>, options: &Options<'_>) -> PyResult<Scored> {
        let program = self.program(py, &batch.schema())?;
        let rows = Rows::of_rollouts(batch);
        let mut trouble = Vec::new();
        let (part, timings) = self.batch(py, &program, batch.clone(), rows, options, &mut trouble)?;
        options.report(py, batch.len(meed_algebra::Axis::ROLLOUT))?;
        Ok(finished(&program, "arrays".to_string(), vec![part], true, timings, trouble))
    }

    fn score_source(
        &self,
        py: Python<'_>,
        mut source: Source,
        rest: Option<Rest<'_>>,
        options: &Options<'_>,
    ) -> PyResult<Scored> {
        let declared = self.declared(py);
        let schema = source.schema(declared).map_err(error::data)?;
        let program = self.program(py, &schema)?;
        source.select(&program.columns, declared).map_err(error::data)?;
        if let Some(rest) = rest {
            let members = source.members();
            let rows = rest.rows(members.as_deref())?;
            source.extend(rows, Source::SHOWN);
        }
        let whole = program.whole || source.layout().batch_by.is_some();
        let extent = if whole { Extent::Batch } else { Extent::Groups { min_rollouts: AT_ONCE } };
        let (mut parts, mut timings, mut trouble) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            let source = &mut source;
            let Some(piece) = pool::work(py, || source.next(extent))?.map_err(error::data)? else { break };
            let n = piece.batch.len(meed_algebra::Axis::ROLLOUT);
            let (part, took) =
                self.batch(py, &program, Arc::new(piece.batch), piece.rows, options, &mut trouble)?;
            parts.push(part);
            timings.extend(took);
            options.report(py, n)?;
        }
        let layout = source.layout().name.to_string();
        Ok(finished(&program, layout, parts, !whole, timings, trouble))
    }
}

/// Rollouts scored at once when no value looks across groups: bounds memory, and is plenty for all cores.
const AT_ONCE: usize = 8192;

fn finished(
    program: &Program,
    layout: String,
    parts: Vec<Part>,
    pieces: bool,
    timings: Vec<meed_algebra::Timing>,
    mut trouble: Vec<String>,
) -> Scored {
    trouble.extend(program.trouble());
    Scored {
        outputs: program.outputs(),
        parts,
        pieces,
        layout,
        timings,
        trouble,
        warnings: program.warnings.clone(),
    }
}

/// How to score.
struct Options<'py> {
    seed: u64,
    step: Option<u64>,
    total_steps: Option<u64>,
    progress: Option<Bound<'py, PyAny>>,
}

impl Options<'_> {
    /// Says that `n` more rollouts are done: to a `tqdm` bar, or to a function.
    fn report(&self, py: Python<'_>, n: usize) -> PyResult<()> {
        py.check_signals()?;
        let Some(progress) = &self.progress else { return Ok(()) };
        match progress.getattr_opt("update")? {
            Some(update) => update.call1((n,))?,
            None => progress.call1((n,))?,
        };
        Ok(())
    }
}

#[pymethods]
impl Spec {
    #[new]
    #[pyo3(signature = (**outputs))]
    fn py_new(py: Python<'_>, outputs: Option<&Bound<'_, PyDict>>) -> PyResult<Spec> {
        let mut named = Vec::new();
        for (name, value) in outputs.into_iter().flatten() {
            let name: String = name.extract()?;
            let expr = match value.cast::<Signal>() {
                Ok(signal) => signal.get().expr.clone(),
                Err(_) => Expr::new(py, expr::What::Constant(item(&value)?)),
            };
            named.push((name, expr));
        }
        if named.is_empty() {
            return Err(PyTypeError::new_err(
                "a spec needs an output, for example `Spec(reward=meed.number())`",
            ));
        }
        Spec::new(py, Origin::Expressions(named), BTreeMap::new())
    }

    /// Scores rollouts.
    ///
    /// `data` is a list of dicts, a dict of columns, a `Batch`, anything that speaks Arrow (pandas, polars, pyarrow,
    /// datasets), or paths of files. Rows are understood as `meed score` understands files: what a trainer calls its
    /// prompt, response and reference is known, rollouts of one task are a group. `group_by` names other fields;
    /// `group_size` says that so many rows in a row are a group. `map` reads a column from another field.
    /// `progress` is called with the number of rollouts done, or is a `tqdm` bar.
    #[pyo3(signature = (data, *, group_by = None, group_size = None, batch_by = None, map = None, seed = 0,
                        step = None, total_steps = None, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn score<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        group_by: Option<String>,
        group_size: Option<usize>,
        batch_by: Option<String>,
        map: Option<BTreeMap<String, String>>,
        seed: u64,
        step: Option<u64>,
        total_steps: Option<u64>,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Scored> {
        let options = Options { seed, step, total_steps, progress };
        if let Ok(batch) = data.cast::<Batch>() {
            return self.score_batch(py, &batch.get().inner, &options);
        }
        if let Ok(dump) = data.cast::<Dump>() {
            let source = dump.get().open(py)?;
            return self.score_source(py, source, None, &options);
        }
        let reading =
            reading(map, if group_size.is_some() { Some(GROUP.to_string()) } else { group_by }, batch_by);
        let (source, rest) = open(data, group_size, reading)?;
        self.score_source(py, source, rest, &options)
    }

    /// The names of its outputs.
    #[getter]
    fn outputs(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.check(py)?.outputs().into_iter().map(|o| o.name).collect())
    }

    /// What of each output is known without data: name, kind, axis, and whether it looks at other rollouts.
    fn describe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let program = self.check(py)?;
        let graph = program.plan.graph();
        let list = PyList::empty(py);
        for (name, id) in program.plan.outputs() {
            let dict = PyDict::new(py);
            let shape = graph.shape(*id);
            dict.set_item("name", name)?;
            dict.set_item("kind", graph.kind(*id).name())?;
            dict.set_item("axis", graph.tree().name(shape.axis))?;
            dict.set_item("lanes", shape.lanes.as_ref().map(|l| l.to_vec()))?;
            dict.set_item("vector", shape.dim)?;
            dict.set_item("local", program.plan.is_rollout_local(*id))?;
            list.append(dict)?;
        }
        Ok(list)
    }

    /// The columns it reads.
    #[getter]
    fn columns(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.check(py)?.columns.iter().cloned().collect())
    }

    /// Whether some value looks across groups, or is kept for later batches.
    #[getter]
    fn batch_wide(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.check(py)?.whole)
    }

    /// Its knobs: name to value, default and help.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for Param { name, default, value, help, .. } in self.check(py)?.params {
            let knob = PyDict::new(py);
            knob.set_item("value", pickle::plain(py, &value)?)?;
            knob.set_item("default", pickle::plain(py, &default)?)?;
            knob.set_item("help", help)?;
            dict.set_item(name, knob)?;
        }
        Ok(dict)
    }

    /// The same spec with other values for its knobs.
    #[pyo3(signature = (**params))]
    fn with_params(&self, py: Python<'_>, params: Option<&Bound<'_, PyDict>>) -> PyResult<Spec> {
        let mut asked = self.asked.clone();
        asked.extend(pickle::asked(params)?);
        Spec::new(py, self.origin.again(), asked)
    }

    /// The text of the file it was read from, `None` for one made of expressions.
    #[getter]
    fn source(&self) -> Option<&str> {
        match &self.origin {
            Origin::File(file) => Some(&file.source),
            Origin::Expressions(_) => None,
        }
    }

    /// The name of the file it was read from.
    #[getter]
    fn name(&self) -> Option<&str> {
        match &self.origin {
            Origin::File(file) => Some(&file.name),
            Origin::Expressions(_) => None,
        }
    }

    /// Values kept from batch to batch, as text: what `meed score --state` reads and writes.
    #[getter]
    fn state(&self, py: Python<'_>) -> String {
        self.lock_state(py).to_text()
    }

    /// Puts kept values in place; without a text it begins anew.
    #[pyo3(signature = (text = None))]
    fn set_state(&self, py: Python<'_>, text: Option<&str>) -> PyResult<()> {
        let state = text.map_or_else(|| Ok(State::new()), State::from_text).map_err(error::eval)?;
        *self.lock_state(py) = state;
        Ok(())
    }

    fn __repr__(&self) -> String {
        match &self.origin {
            Origin::File(file) => format!("<meed.Spec {}>", file.name),
            Origin::Expressions(outputs) => {
                let names: Vec<&str> = outputs.iter().map(|o| o.0.as_str()).collect();
                format!("<meed.Spec of {}>", names.join(", "))
            }
        }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let origin = match &self.origin {
            Origin::File(f) => (&f.name, &f.source, f.folder.as_ref()).into_pyobject(py)?.into_any(),
            Origin::Expressions(outputs) => {
                let roots: Vec<Arc<Expr>> = outputs.iter().map(|o| o.1.clone()).collect();
                let (nodes, at) = pickle::encode(py, &roots)?;
                let names: Vec<(&str, usize)> = outputs.iter().map(|o| o.0.as_str()).zip(at).collect();
                (nodes, names).into_pyobject(py)?.into_any()
            }
        };
        let restore = py.import("meed._meed")?.getattr("_spec")?;
        let state = PyString::new(py, &self.state(py)).into_any();
        let params = pickle::params(py, &self.asked)?.into_any();
        Ok((restore, PyTuple::new(py, [origin, params, state])?))
    }
}

impl Origin {
    fn again(&self) -> Origin {
        match self {
            Origin::File(file) => Origin::File(file.clone()),
            Origin::Expressions(outputs) => Origin::Expressions(outputs.clone()),
        }
    }
}

/// Evaluates the scorers of a spec over one shard of a batch; what the algebra needs of it.
#[pyfunction]
#[pyo3(signature = (spec, data, *, group_by = None, map = None, seed = 0))]
pub(crate) fn shard(
    py: Python<'_>,
    spec: &Bound<'_, Spec>,
    data: &Bound<'_, PyAny>,
    group_by: Option<String>,
    map: Option<BTreeMap<String, String>>,
    seed: u64,
) -> PyResult<Shard> {
    let spec = spec.get();
    let mut source = open_whole(data, reading(map, group_by, None))?;
    if let Some(field) = &source.layout().batch_by {
        return Err(error::value(format!(
            "`{field}` tells several batches apart; shards are those of one batch"
        )));
    }
    let declared = spec.declared(py);
    let schema = source.schema(declared).map_err(error::data)?;
    let program = spec.program(py, &schema)?;
    source.select(&program.columns, declared).map_err(error::data)?;
    let piece = {
        let source = &mut source;
        pool::work(py, || source.next(Extent::Batch))?.map_err(error::data)?
    };
    let piece = piece.ok_or_else(|| error::value("a shard without rows"))?;
    Shard::new(py, &program, schema, piece.batch, &piece.rows, seed)
}

/// The algebra of a spec over all shards of a batch: what each of them has scored, in their order.
#[pyfunction]
#[pyo3(signature = (spec, shards, seed = 0))]
pub(crate) fn finish(
    py: Python<'_>,
    spec: &Bound<'_, Spec>,
    shards: Vec<Bound<'_, Shard>>,
    seed: u64,
) -> PyResult<Vec<Scored>> {
    let shards: Vec<&Shard> = shards.iter().map(|s| s.get()).collect();
    let Some(first) = shards.first() else { return Ok(Vec::new()) };
    let spec = spec.get();
    let program = spec.program(py, &first.schema)?;
    let mut state = spec.lock_state(py);
    crate::shard::finish(py, &program, &shards, &mut state, seed)
}

/// How rows in memory are understood: the trainer's `name`, `rows`, `group_by`, and where well-known columns come from.
#[pyfunction]
#[pyo3(signature = (data, *, map = None, group_by = None))]
pub(crate) fn layout<'py>(
    data: &Bound<'py, PyAny>,
    map: Option<BTreeMap<String, String>>,
    group_by: Option<String>,
) -> PyResult<Bound<'py, PyDict>> {
    let source = open_whole(data, reading(map, group_by, None))?;
    let layout = source.layout();
    let dict = PyDict::new(data.py());
    dict.set_item("name", layout.name)?;
    dict.set_item("rows", if layout.rows == meed_data::RowForm::Task { "task" } else { "rollout" })?;
    dict.set_item("group_by", &layout.group_by)?;
    dict.set_item("batch_by", &layout.batch_by)?;
    dict.set_item("fields", layout.aliases.iter().cloned().collect::<BTreeMap<_, _>>())?;
    Ok(dict)
}

/// Reads a spec: a file, or the id of a recipe. `params` are values for its knobs.
///
/// >>> import meed
/// >>> meed.load("grpo", ddof=0).outputs
/// ['advantage']
#[pyfunction]
#[pyo3(signature = (path, **params))]
pub(crate) fn load(py: Python<'_>, path: PathBuf, params: Option<&Bound<'_, PyDict>>) -> PyResult<Spec> {
    let file = SpecFile::open(&path.to_string_lossy()).map_err(|d| error::spec(py, &d))?;
    Spec::new(py, Origin::File(file), pickle::asked(params)?)
}

/// Reads a spec from its text.
///
/// >>> import meed
/// >>> meed.parse("reward = number()").outputs
/// ['reward']
#[pyfunction]
#[pyo3(signature = (source, name = "<spec>", **params))]
pub(crate) fn parse(
    py: Python<'_>,
    source: String,
    name: &str,
    params: Option<&Bound<'_, PyDict>>,
) -> PyResult<Spec> {
    let file = SpecFile { name: name.to_string(), source, folder: None };
    Spec::new(py, Origin::File(file), pickle::asked(params)?)
}

/// Restores a spec.
#[pyfunction]
pub(crate) fn _spec(
    py: Python<'_>,
    origin: &Bound<'_, PyTuple>,
    params: &Bound<'_, PyDict>,
    state: &str,
) -> PyResult<Spec> {
    let origin = match origin.extract::<(String, String, Option<PathBuf>)>() {
        Ok((name, source, folder)) => Origin::File(SpecFile { name, source, folder }),
        Err(_) => {
            let (nodes, names): (Bound<'_, PyList>, Vec<(String, usize)>) = origin.extract()?;
            let all = pickle::decode(&nodes)?;
            let outputs = names.into_iter().map(|(name, i)| {
                all.get(i).map(|e| (name, e.clone())).ok_or_else(|| error::value("a spec that is cut off"))
            });
            Origin::Expressions(outputs.collect::<PyResult<_>>()?)
        }
    };
    let spec = Spec::new(py, origin, pickle::asked(Some(params))?)?;
    spec.set_state(py, Some(state))?;
    Ok(spec)
}

/// Evaluates an expression, or a text of the language, over columns written as nested lists: `[group][rollout][step]`.
///
/// >>> import meed
/// >>> r = meed.col("r")
/// >>> meed.evaluate(r - r.mean("group"), {"r": [[1, 2], [3]]})
/// [[-0.5, 0.5], [0]]
#[pyfunction]
pub(crate) fn evaluate(
    py: Python<'_>,
    expression: &Bound<'_, PyAny>,
    columns: &Bound<'_, PyAny>,
) -> PyResult<crate::column::Column> {
    let json: String = match columns.cast::<PyString>() {
        Ok(text) => text.to_cow()?.into_owned(),
        Err(_) => py.import("json")?.call_method1("dumps", (columns,))?.extract()?,
    };
    let batch = meed_spec::examples::batch(&json).map_err(error::value)?;
    let origin = match expression.cast::<Signal>() {
        Ok(signal) => Origin::Expressions(vec![("out".to_string(), signal.get().expr.clone())]),
        Err(_) => Origin::File(meed_spec::examples::file(&expression.extract::<String>()?, &batch)),
    };
    // Checked against these columns alone.
    let spec = Spec::unchecked(origin, BTreeMap::new());
    let options = Options { seed: 0, step: None, total_steps: None, progress: None };
    let scored = spec.score_batch(py, &Arc::new(batch), &options)?;
    let part = scored.parts.into_iter().next().ok_or_else(|| error::value("nothing was evaluated"))?;
    let column = part.columns.into_iter().next().ok_or_else(|| error::value("nothing was evaluated"))?;
    Ok(crate::column::Column::new("out".to_string(), &part.axes, column))
}
