//! Reading a spec: from a Starlark file to a plan.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};

use meed_algebra::{Graph, NodeId, Op, Plan, Schema};
use starlark::docs::{DocItem, DocMember};
use starlark::environment::{FrozenModule, Globals, GlobalsBuilder, Module};
use starlark::eval::{Evaluator, FileLoader};
use starlark::syntax::{AstModule, Dialect};
use starlark::values::dict::DictRef;
use starlark::values::{FrozenHeapName, Value, ValueLike};

use crate::diagnostic::Diagnostic;
use crate::globals::{self, OPERATORS};
use crate::params::{Param, Params};
use crate::value::{Shared, Signal, to_arg};
use crate::words::{Arg, Builder};
use crate::{condition, limits, lint, recipes};

/// A spec as text, and where it comes from.
#[derive(Debug, Clone)]
pub struct SpecFile {
    /// Its name in messages.
    pub name: String,
    /// Its text.
    pub source: String,
    /// Where files it loads by a relative path are looked for; `None`: it can only load recipes.
    pub folder: Option<PathBuf>,
}

impl SpecFile {
    /// Reads a spec from disk; `@recipes//id.star`, or the bare id of a recipe, is one that comes with Meed.
    ///
    /// # Errors
    /// When there is no such file or recipe, or it is not UTF-8.
    pub fn open(path: &str) -> Result<Self, Diagnostic> {
        if let Some(inner) = path.strip_prefix("@recipes//") {
            let source = recipes::source(inner).ok_or_else(|| {
                let mut d = Diagnostic::new(format!("there is no recipe file `{inner}`"));
                d.help = similar_recipe(inner.trim_end_matches(".star"))
                    .map(|id| format!("did you mean `@recipes//{id}.star`?"));
                d
            })?;
            return Ok(SpecFile { name: path.to_string(), source, folder: None });
        }
        SpecFile::open_file(path).or_else(|mut d| {
            if recipes::recipe(path).is_some() {
                return SpecFile::open(&format!("@recipes//{path}.star"));
            }
            d.help = similar_recipe(path).map(|id| format!("did you mean the recipe `{id}`?"));
            Err(d)
        })
    }

    fn open_file(path: &str) -> Result<Self, Diagnostic> {
        let source = std::fs::read_to_string(path)
            .map_err(|e| Diagnostic::new(format!("cannot read the spec `{path}`: {e}")))?;
        let folder = Path::new(path).parent().map(Path::to_path_buf);
        Ok(SpecFile { name: path.to_string(), source, folder })
    }
}

fn similar_recipe(id: &str) -> Option<String> {
    let ids = recipes::ids();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    meed_algebra::error::similar(id, &ids).map(str::to_string)
}

/// The path without `.` and without `name/..`, so that a file has one name.
fn plain_path(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// What of a spec is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want<'a> {
    /// Its top-level outputs.
    Outputs,
    /// What the function of this name in its `parts` returns.
    Part(&'a str),
}

/// What a file holds beside its outputs.
pub struct Contents {
    /// Its docstring.
    pub doc: String,
    /// The names of its `parts`.
    pub parts: Vec<String>,
    /// Its `functions`: name and arguments.
    pub functions: Vec<(String, Vec<String>)>,
    /// Its knobs.
    pub params: Vec<Param>,
    /// Its dict `plot`, if it has one: what a picture of it shows.
    pub plot: Option<serde_json::Value>,
}

/// A checked spec, ready to be evaluated.
pub struct Spec {
    /// Its docstring.
    pub doc: String,
    /// How to compute its outputs.
    pub plan: Plan,
    /// Its knobs.
    pub params: Vec<Param>,
    /// The axes it names for columns.
    pub axes: BTreeMap<String, String>,
    /// Things that are probably not meant.
    pub warnings: Vec<String>,
}

impl Spec {
    /// Reads and checks a spec against the columns there are.
    ///
    /// # Errors
    /// With file, line and caret: anything Starlark refuses, unknown columns and words, axes that do not line up,
    /// params that do not exist.
    pub fn read(
        file: &SpecFile,
        schema: &Schema,
        asked: BTreeMap<String, Arg>,
        want: Want<'_>,
    ) -> Result<Spec, Diagnostic> {
        limits::with_stack(|| Self::read_here(file, schema, asked, want))?
    }

    fn read_here(
        file: &SpecFile,
        schema: &Schema,
        asked: BTreeMap<String, Arg>,
        want: Want<'_>,
    ) -> Result<Spec, Diagnostic> {
        let schema = with_tokens(schema)?;
        let ast = parse(&file.name, &file.source)?;
        let warnings = lint::unused_params(&ast);
        let run = Run::new(schema.clone(), asked.clone());
        // A part needs only its own columns and states, not those of the file's top level.
        let complete = schema.complete;
        if let Want::Part(_) = want {
            let graph = &mut run.shared.lock().graph;
            graph.schema_mut().complete = false;
            graph.partial = complete;
        }
        let done = run.evaluate(file, ast, |module, eval| match want {
            Want::Outputs => Ok(signals(module)),
            Want::Part(entry) => {
                let updates = {
                    let mut b = run.shared.lock();
                    b.graph.schema_mut().complete = complete;
                    b.graph.partial = false;
                    b.graph.take_updates()
                };
                let outputs = part(module, eval, entry)?;
                run.shared.lock().graph.restore_updates(updates, outputs.iter().map(|o| o.1));
                Ok(outputs)
            }
        });
        let (doc, outputs) = done.map_err(|mut e| {
            e.place =
                e.place.take().or_else(|| condition::last_statement(file, &schema, &asked).map(Box::new));
            e.suggest(&schema)
        })?;
        let mut b = run.shared.lock();
        b.params.check_used()?;
        if outputs.is_empty() {
            let mut d =
                Diagnostic::new(format!("`{}` has no output: no top-level variable is a signal", file.name));
            d.help = Some("assign a signal at the top level, for example `reward = number()`".to_string());
            return Err(d);
        }
        if b.truth_misused {
            drop(b);
            return Err(condition::misused(file, schema, asked));
        }
        let graph = std::mem::replace(&mut b.graph, Graph::new(Schema::open(false)));
        let params = std::mem::take(&mut b.params);
        Spec::of(doc, graph, params, outputs, warnings, complete.then_some(&schema))
    }

    fn of(
        doc: String,
        graph: Graph,
        params: Params,
        outputs: Vec<(String, NodeId)>,
        warnings: Vec<String>,
        complete: Option<&Schema>,
    ) -> Result<Spec, Diagnostic> {
        let plan = Plan::new(graph, outputs);
        if let Some(schema) = complete {
            plan.columns().iter().try_for_each(|c| schema.require(c).map(|_| ()))?;
        }
        Ok(Spec { doc, plan, params: params.declared, axes: params.axes, warnings })
    }

    /// Reads and checks a spec without any data: columns are what the spec says they are.
    ///
    /// # Errors
    /// As [`Spec::read`].
    pub fn read_open(
        file: &SpecFile,
        asked: BTreeMap<String, Arg>,
        want: Want<'_>,
    ) -> Result<Spec, Diagnostic> {
        // Only data says whether tokens lie under steps or beside them; a spec that works with either is good.
        let hinted = file.source.contains("step_len");
        let first = Spec::read(file, &Schema::open(hinted), asked.clone(), want);
        first.or_else(|e| Spec::read(file, &Schema::open(!hinted), asked, want).map_err(|_| e))
    }

    /// A spec that another host language writes: `build` makes the outputs from words.
    ///
    /// # Errors
    /// What `build` refuses; params that do not exist; columns the data lacks.
    pub fn build(
        schema: &Schema,
        asked: BTreeMap<String, Arg>,
        build: impl FnOnce(&mut Builder) -> Result<Vec<(String, NodeId)>, Diagnostic>,
    ) -> Result<Spec, Diagnostic> {
        let schema = with_tokens(schema)?;
        let mut b = Builder::new(Graph::new(schema.clone()), Params::new(asked));
        let outputs = build(&mut b).map_err(|e| e.suggest(&schema))?;
        b.params.check_used()?;
        let complete = schema.complete.then_some(&schema);
        Spec::of(String::new(), b.graph, b.params, outputs, Vec::new(), complete)
    }

    /// The axes a spec names for its columns, read without any data. A spec that fails gives what it named before.
    pub fn declared_axes(file: &SpecFile, asked: BTreeMap<String, Arg>) -> BTreeMap<String, String> {
        let read = || {
            let run = Run::new(Schema::open(true), asked);
            if let Ok(ast) = parse(&file.name, &file.source) {
                // Whatever is wrong is reported when the spec is read against the data.
                let _ = run.evaluate(file, ast, |_, _| Ok(()));
            }
            std::mem::take(&mut run.shared.lock().params.axes)
        };
        limits::with_stack(read).unwrap_or_default()
    }

    /// What a file holds beside its outputs, read without any data.
    ///
    /// # Errors
    /// When Starlark refuses it.
    pub fn contents(file: &SpecFile) -> Result<Contents, Diagnostic> {
        let read = || {
            let run = Run::new(Schema::open(true), BTreeMap::new());
            let ast = parse(&file.name, &file.source)?;
            let (doc, (parts, functions, plot)) = run.evaluate(file, ast, |module, _| {
                let parts = table(module, "parts").into_iter().map(|(name, _)| name).collect();
                let functions = table(module, "functions").into_iter().map(|(name, f)| (name, arguments(f)));
                let plot = module.get("plot").map(|v| v.to_json_value()).transpose();
                let plot = plot.map_err(|e| Diagnostic::new(format!("`plot`: {e}")))?;
                Ok((parts, functions.collect(), plot))
            })?;
            let params = std::mem::take(&mut run.shared.lock().params.declared);
            Ok(Contents { doc, parts, functions, params, plot })
        };
        limits::with_stack(read)?
    }

    /// Calls a function of the spec's dict `functions` (or a top-level function of that name) with plain values.
    ///
    /// # Errors
    /// When there is no such function, it fails, or returns something that is not plain data.
    pub fn call(
        file: &SpecFile,
        function: &str,
        args: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<serde_json::Value, Diagnostic> {
        limits::with_stack(|| Self::call_here(file, function, args))?
    }

    fn call_here(
        file: &SpecFile,
        function: &str,
        args: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<serde_json::Value, Diagnostic> {
        let run = Run::new(Schema::open(true), BTreeMap::new());
        let ast = parse(&file.name, &file.source)?;
        let (_, result) = run.evaluate(file, ast, |module, eval| {
            let target = entry(module, "functions", function)?;
            let heap = module.heap();
            let named: Vec<(&str, Value<'_>)> =
                args.iter().map(|(k, v)| (k.as_str(), heap.alloc(v.clone()))).collect();
            let value = eval.eval_function(target, &[], &named)?;
            Ok(value.to_json_value().map_err(|e| Diagnostic::new(e.to_string()))?)
        })?;
        Ok(result)
    }
}

/// Step lengths say how many tokens there are, also where no token column came with them.
fn with_tokens(schema: &Schema) -> Result<Schema, Diagnostic> {
    let mut schema = schema.clone();
    let tokens_known = schema.tree.find("token").is_some() || !schema.columns.contains_key("step_len");
    if let (Some(step), false) = (schema.tree.find("step"), tokens_known) {
        schema.tree.add("token", step)?;
    }
    Ok(schema)
}

/// An error of a run: Starlark's, or ours.
pub(crate) enum Trouble {
    Starlark(starlark::Error),
    Ours(Diagnostic),
}

impl From<starlark::Error> for Trouble {
    fn from(e: starlark::Error) -> Self {
        Trouble::Starlark(e)
    }
}

impl From<Diagnostic> for Trouble {
    fn from(d: Diagnostic) -> Self {
        Trouble::Ours(d)
    }
}

impl From<Trouble> for Diagnostic {
    fn from(t: Trouble) -> Self {
        match t {
            Trouble::Starlark(e) => e.into(),
            Trouble::Ours(d) => d,
        }
    }
}

/// What reading a file may take, in loop steps and calls. Large specs take thousands.
const STEPS: u64 = 2_000_000;

/// What reading a file may take in bytes.
const HEAP: usize = 512 << 20;

/// One reading of a spec and of what it loads.
pub(crate) struct Run {
    pub(crate) shared: Shared,
    /// Look before each statement for a signal used as a condition.
    pub(crate) watch: bool,
    globals: Globals,
    loaded: RefCell<HashMap<String, FrozenModule>>,
    open: RefCell<Vec<String>>,
}

impl Run {
    pub(crate) fn new(schema: Schema, asked: BTreeMap<String, Arg>) -> Self {
        let shared = Shared::new(Builder::new(Graph::new(schema), Params::new(asked)));
        let globals = GlobalsBuilder::standard().with(|g| globals::register(g, &shared)).build();
        Run { shared, watch: false, globals, loaded: RefCell::default(), open: RefCell::default() }
    }

    /// Evaluates a file, lets `take` look at it, freezes it, and fills in the functions given to `map`.
    pub(crate) fn evaluate<T>(
        &self,
        file: &SpecFile,
        ast: AstModule,
        take: impl for<'v> FnOnce(&Module<'v>, &mut Evaluator<'v, '_, '_>) -> Result<T, Trouble>,
    ) -> Result<(String, T), Diagnostic> {
        Ok(self.evaluate_keeping(file, ast, take)?.0)
    }

    #[allow(clippy::type_complexity)]
    fn evaluate_keeping<T>(
        &self,
        file: &SpecFile,
        mut ast: AstModule,
        take: impl for<'v> FnOnce(&Module<'v>, &mut Evaluator<'v, '_, '_>) -> Result<T, Trouble>,
    ) -> Result<((String, T), FrozenModule), Diagnostic> {
        ast.replace_binary_operators(
            &OPERATORS.iter().map(|(o, f)| (o.to_string(), f.to_string())).collect(),
        );
        let doc = lint::docstring(&ast);
        let outer = std::mem::take(&mut self.shared.lock().waiting);
        let loader = Loader { run: self, folder: file.folder.clone() };
        let done = Module::with_temp_heap(|module| -> Result<_, Trouble> {
            let value = {
                let mut eval = Evaluator::new(&module);
                // Reading a spec takes milliseconds; a spec that loops is stopped.
                let _ = eval.set_max_tick_count(STEPS);
                let _ = eval.set_max_heap_size(HEAP);
                if self.watch {
                    condition::watch(&mut eval, &self.shared);
                }
                eval.set_loader(&loader);
                eval.eval_module(ast, &self.globals)?;
                take(&module, &mut eval)?
            };
            let name = FrozenHeapName::User(Box::new(file.name.clone()));
            let frozen = module.freeze_named(name).map_err(|e| Diagnostic::new(format!("{e:?}")))?;
            Ok((value, frozen))
        });
        let waiting = std::mem::replace(&mut self.shared.lock().waiting, outer);
        let (value, frozen) = done?;
        for (name, map) in waiting {
            if let Ok((function, _)) = frozen.get_any_visibility(&name) {
                map.freeze(function);
            }
        }
        Ok(((doc, value), frozen))
    }
}

/// How deep files may load one another.
const DEPTH: usize = 32;

struct Loader<'a> {
    run: &'a Run,
    folder: Option<PathBuf>,
}

impl FileLoader for Loader<'_> {
    fn load(&self, path: &str) -> starlark::Result<FrozenModule> {
        self.find(path).map_err(starlark::Error::new_other)
    }
}

impl Loader<'_> {
    fn find(&self, path: &str) -> Result<FrozenModule, Diagnostic> {
        let file = match (path.starts_with("@recipes//"), &self.folder) {
            (true, _) => SpecFile::open(path)?,
            (false, Some(folder)) if !Path::new(path).is_absolute() => {
                SpecFile::open_file(&plain_path(&folder.join(path)).to_string_lossy())?
            }
            _ => {
                let mut d = Diagnostic::new(format!("`{path}` cannot be loaded"));
                d.help =
                    Some("load `@recipes//name.star`, or a file by a path relative to the spec".to_string());
                return Err(d);
            }
        };
        if let Some(module) = self.run.loaded.borrow().get(&file.name) {
            return Ok(module.clone());
        }
        if self.run.open.borrow().contains(&file.name) {
            return Err(Diagnostic::new(format!("`{}` loads itself", file.name)));
        }
        if self.run.open.borrow().len() >= DEPTH {
            return Err(Diagnostic::new(format!("files load one another {DEPTH} deep")));
        }
        self.run.open.borrow_mut().push(file.name.clone());
        let stem = Path::new(&file.name).file_stem().map(|s| s.to_string_lossy().into_owned());
        // What a loaded file does at its top level may need columns this data lacks; only what is used counts.
        let (outer, complete, partial) = {
            let mut b = self.run.shared.lock();
            let complete = std::mem::replace(&mut b.graph.schema_mut().complete, false);
            let partial = b.graph.partial;
            b.graph.partial = partial || complete;
            (std::mem::replace(&mut b.params.file, stem), complete, partial)
        };
        let ast = parse(&file.name, &file.source)?;
        let result = self.run.evaluate_keeping(&file, ast, |_, _| Ok(()));
        {
            let mut b = self.run.shared.lock();
            b.params.file = outer;
            b.graph.schema_mut().complete = complete;
            b.graph.partial = partial;
        }
        self.run.open.borrow_mut().pop();
        let (_, module) = result?;
        self.run.loaded.borrow_mut().insert(file.name, module.clone());
        Ok(module)
    }
}

pub(crate) fn parse(name: &str, source: &str) -> Result<AstModule, Diagnostic> {
    limits::check(name, source)?;
    let dialect = Dialect {
        enable_keyword_only_arguments: true,
        enable_top_level_stmt: true,
        enable_f_strings: true,
        ..Dialect::Standard
    };
    Ok(AstModule::parse(name, source.to_string(), &dialect)?)
}

/// The outputs: top-level signals whose names do not begin with `_`, in the order they are first assigned. A variable
/// that only names a column of the same name is not an output.
fn signals(module: &Module<'_>) -> Vec<(String, NodeId)> {
    let mut outputs = Vec::new();
    for name in module.names() {
        let name = name.as_str();
        if name.starts_with('_') {
            continue;
        }
        if let Some(signal) = module.get(name).and_then(|v| v.downcast_ref::<Signal>().cloned())
            && let Ok(id) = signal.node()
        {
            let b = signal.shared.lock();
            if !matches!(&b.graph.node(id).op, Op::Column(c) if **c == *name) {
                outputs.push((name.to_string(), id));
            }
        }
    }
    outputs
}

/// The entries of the top-level dict `name`.
fn table<'v>(module: &Module<'v>, name: &str) -> Vec<(String, Value<'v>)> {
    let dict = module.get(name).and_then(DictRef::from_value);
    dict.iter().flat_map(|d| d.iter()).map(|(k, v)| (k.to_str(), v)).collect()
}

/// The names of a function's arguments.
fn arguments(function: Value<'_>) -> Vec<String> {
    match function.documentation() {
        DocItem::Member(DocMember::Function(f)) => {
            let all = f.params.pos_only.iter().chain(&f.params.pos_or_named).chain(&f.params.named_only);
            all.map(|p| p.name.clone()).collect()
        }
        _ => Vec::new(),
    }
}

/// The value `name` of the top-level dict `table`, else the top-level function `name`.
fn entry<'v>(module: &Module<'v>, table: &str, name: &str) -> Result<Value<'v>, Trouble> {
    let dict = module.get(table).and_then(|v| DictRef::from_value(v).map(|d| (v, d)));
    let known: Vec<String> = dict.iter().flat_map(|(_, d)| d.keys()).map(|k| k.to_str()).collect();
    let found = dict.and_then(|(_, d)| d.iter().find(|(k, _)| k.unpack_str() == Some(name)).map(|(_, v)| v));
    found.or_else(|| module.get(name).filter(|v| v.get_type() == "function")).ok_or_else(|| {
        let mut d = Diagnostic::new(format!("the spec's `{table}` has no `{name}`"));
        d.notes.push(if known.is_empty() {
            format!("there is no dict `{table}`")
        } else {
            format!("it has: {}", known.join(", "))
        });
        d.into()
    })
}

fn part<'v>(
    module: &Module<'v>,
    eval: &mut Evaluator<'v, '_, '_>,
    name: &str,
) -> Result<Vec<(String, NodeId)>, Trouble> {
    let function = entry(module, "parts", name)?;
    let value = eval.eval_function(function, &[], &[])?;
    let shared = module
        .names()
        .find_map(|n| module.get(n.as_str())?.downcast_ref::<Signal>().map(|s| s.shared.clone()));
    match to_arg(value).map_err(Diagnostic::from)? {
        Arg::Dict(items) => items
            .into_iter()
            .map(|(k, v)| match (v, &shared) {
                (Arg::Signal(id), _) => Ok((k, id)),
                (v @ (Arg::Number(_) | Arg::Bool(_) | Arg::Text(_)), Some(s)) => {
                    Ok((k, s.lock().signal(&v).map_err(Diagnostic::from)?))
                }
                (other, _) => {
                    Err(Diagnostic::new(format!("part `{name}`: `{k}` is {}, not a signal", other.kind()))
                        .into())
                }
            })
            .collect(),
        other => Err(Diagnostic::new(format!(
            "part `{name}` must return a dict of signals, found {}",
            other.kind()
        ))
        .into()),
    }
}
