//! Starlark functions in `map`: per element, or per parent with everything below it.

use std::sync::{Arc, Mutex, OnceLock};

use meed_algebra::function::{alternatives, is_several};
use meed_algebra::{
    EvalError, Form, Function, Kind, Nested, OverFunction, Reason, Slice, TextCell, TypeError, Values,
};
use starlark::environment::Module;
use starlark::eval::{Arguments, Evaluator};
use starlark::values::dict::{AllocDict, DictRef};
use starlark::values::float::UnpackFloat;
use starlark::values::list::{AllocList, ListRef};
use starlark::values::tuple::TupleRef;
use starlark::values::{Heap, OwnedFrozenValue, UnpackValue, Value};

use crate::diagnostic::Diagnostic;
use crate::value::{Shared, Signal, Source, fail, to_arg};

/// A Starlark function given to `map`. It is filled in when its module is frozen.
pub(crate) struct MapFunction {
    label: String,
    /// The file and line of the `map`.
    place: String,
    kind: Kind,
    function: OnceLock<OwnedFrozenValue>,
    /// How many calls failed, and one of them.
    trouble: Mutex<(u64, Option<Diagnostic>)>,
}

/// Functions of a module that wait to be frozen, by the name they are kept under.
pub(crate) type Waiting = Vec<(String, Arc<MapFunction>)>;

/// What a function given to `map` may take for one call, in loop steps and calls: about a quarter of a second.
const STEPS: u64 = 2_000_000;

/// What it may take in bytes.
const HEAP: usize = 256 << 20;

/// Puts the arguments of call `i` into the list.
type Fill<'a> = &'a dyn for<'v> Fn(usize, Heap<'v>, &mut Vec<Value<'v>>);

/// Takes what call `i` returned, or why it returned nothing; says what is wrong with it.
type Take<'a> = &'a mut dyn for<'v> FnMut(usize, Result<Value<'v>, Reason>) -> Result<(), Diagnostic>;

impl MapFunction {
    /// Fills in the function.
    pub(crate) fn freeze(&self, function: OwnedFrozenValue) {
        // Set once: a function waits in one module only.
        let _ = self.function.set(function);
    }

    /// Makes all `n` calls.
    fn run(&self, n: usize, fill: Fill<'_>, take: Take<'_>) -> Result<(), EvalError> {
        let mut done = 0;
        // After an error the rest goes on in a fresh evaluator, with its own allowance.
        while done < n {
            done = self.run_from(done, n, fill, take)?;
        }
        Ok(())
    }

    fn run_from(&self, from: usize, n: usize, fill: Fill<'_>, take: Take<'_>) -> Result<usize, EvalError> {
        let not_ready = || EvalError::Function(format!("{} is not ready", self.label));
        let function = self.function.get().ok_or_else(not_ready)?;
        Module::with_temp_heap(|module| {
            let function = module.heap().access_owned_frozen_value(function);
            let mut eval = Evaluator::new(&module);
            // No loop of a spec may hang a run.
            let _ = eval.set_max_tick_count(STEPS);
            let _ = eval.set_max_heap_size(HEAP);
            let mut values: Vec<Value<'_>> = Vec::new();
            for i in from..n {
                values.clear();
                fill(i, module.heap(), &mut values);
                match eval.eval_function(function, &values, &[]) {
                    Ok(value) => take(i, Ok(value)).unwrap_or_else(|e| self.note(e)),
                    // The calls before it used up the allowance: it gets one of its own.
                    Err(e) if i > from && exhausted(&e).is_some() => return Ok(i),
                    Err(e) => {
                        take(i, Err(exhausted(&e).unwrap_or(Reason::Undefined)))
                            .unwrap_or_else(|e| self.note(e));
                        self.note(Diagnostic::from(e));
                        return Ok(i + 1);
                    }
                }
            }
            Ok(n)
        })
    }

    fn note(&self, e: Diagnostic) {
        if let Ok(mut trouble) = self.trouble.lock() {
            trouble.0 += 1;
            trouble.1.get_or_insert(e);
        }
    }

    fn told(&self) -> Option<String> {
        let trouble = self.trouble.lock().ok()?;
        let (n, first) = (trouble.0, trouble.1.as_ref()?);
        let place =
            first.place.as_ref().map_or_else(|| self.place.clone(), |p| format!("{}:{}", p.file, p.line));
        let calls = if n == 1 { "1 call".to_string() } else { format!("{n} calls, first") };
        Some(format!("no value from {calls} at {place}: {}", first.message))
    }
}

/// The reason of an element whose function was stopped for taking too long or too much.
fn exhausted(e: &starlark::Error) -> Option<Reason> {
    let text = e.without_diagnostic().to_string();
    if text.starts_with("Execution duration limit") {
        Some(Reason::TimedOut)
    } else if text.starts_with("Heap memory limit") {
        Some(Reason::TooLarge)
    } else {
        None
    }
}

/// Value `i` of an argument; None where it is absent, a list where there are several texts ("any of these answers").
fn plain<'v>(values: &Slice<'_>, i: usize, heap: Heap<'v>) -> Value<'v> {
    match values {
        Slice::Numbers(v) if v[i].is_nan() => Value::new_none(),
        Slice::Numbers(v) => heap.alloc(v[i]),
        Slice::Texts(v) => match v[i].as_deref() {
            Err(_) => Value::new_none(),
            Ok(text) if is_several(text) => heap.alloc(AllocList(alternatives(text))),
            Ok(text) => heap.alloc(text),
        },
    }
}

impl Function for MapFunction {
    fn name(&self) -> &str {
        "map"
    }

    fn identity(&self) -> String {
        self.label.clone()
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn trouble(&self) -> Option<String> {
        self.told()
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let mut out = Out::new(self.kind);
        self.run(
            n,
            &|i, heap, values| values.extend(args.iter().map(|arg| plain(arg, i, heap))),
            &mut |_, value| {
                match value {
                    Ok(value) => out.push(value),
                    Err(reason) => out.push_absent(reason),
                }
                Ok(())
            },
        )?;
        Ok(out.done())
    }
}

impl OverFunction for MapFunction {
    fn name(&self) -> &str {
        "map"
    }

    fn identity(&self) -> String {
        self.label.clone()
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn trouble(&self) -> Option<String> {
        self.told()
    }

    fn call(&self, args: &[Nested<'_>], to: &Form<'_>, parents: &[usize]) -> Result<Values, EvalError> {
        let mut out = Out::new(self.kind);
        self.run(
            parents.len(),
            &|i, heap, values| values.extend(args.iter().map(|arg| below(arg, 0, parents[i], heap))),
            &mut |i, value| {
                let n = to.range(parents[i]).len();
                let value = match value {
                    Ok(value) => value,
                    Err(reason) => {
                        out.extend_absent(n, reason);
                        return Ok(());
                    }
                };
                let before = out.len();
                out.take(value, to, 0, parents[i]).map_err(|message| {
                    out.truncate(before);
                    out.extend_absent(n, Reason::Undefined);
                    Diagnostic::new(message)
                })
            },
        )?;
        Ok(out.done())
    }
}

/// What lies below element `i` of a level: lists of lists, of dicts where there are lanes.
fn below<'v>(arg: &Nested<'_>, level: usize, i: usize, heap: Heap<'v>) -> Value<'v> {
    if let Some(offsets) = arg.form.levels.get(level) {
        return heap.alloc(AllocList((offsets[i]..offsets[i + 1]).map(|j| below(arg, level + 1, j, heap))));
    }
    let vector = |at: usize| match arg.form.dim {
        None => plain(&arg.values, at, heap),
        Some(dim) => heap.alloc(AllocList((0..dim).map(|d| plain(&arg.values, at + d, heap)))),
    };
    let (first, dim) = (i * arg.form.width(), arg.form.dim.unwrap_or(1));
    match arg.form.lanes {
        None => vector(first),
        Some(lanes) => heap
            .alloc(AllocDict(lanes.iter().enumerate().map(|(k, l)| (l.as_str(), vector(first + k * dim))))),
    }
}

enum Out {
    Numbers(Vec<f64>),
    Texts(Vec<TextCell>),
}

impl Out {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Out::Texts(Vec::new()),
            _ => Out::Numbers(Vec::new()),
        }
    }

    fn done(self) -> Values {
        match self {
            Out::Numbers(v) => Values::Numbers(v),
            Out::Texts(v) => Values::Texts(v),
        }
    }

    fn len(&self) -> usize {
        match self {
            Out::Numbers(v) => v.len(),
            Out::Texts(v) => v.len(),
        }
    }

    fn truncate(&mut self, n: usize) {
        match self {
            Out::Numbers(v) => v.truncate(n),
            Out::Texts(v) => v.truncate(n),
        }
    }

    fn push(&mut self, value: Value<'_>) {
        match self {
            _ if value.is_none() => self.push_absent(Reason::NotApplicable),
            Out::Numbers(v) => v.push(match value.unpack_bool() {
                Some(b) => f64::from(b),
                None => match UnpackFloat::unpack_value(value) {
                    Ok(Some(UnpackFloat(x))) => meed_algebra::absent::canonical(x),
                    _ => Reason::Unparsable.value(),
                },
            }),
            Out::Texts(v) => v.push(value.unpack_str().map(Into::into).ok_or(Reason::Unparsable)),
        }
    }

    fn push_absent(&mut self, reason: Reason) {
        match self {
            Out::Numbers(v) => v.push(reason.value()),
            Out::Texts(v) => v.push(Err(reason)),
        }
    }

    fn extend_absent(&mut self, n: usize, reason: Reason) {
        (0..n).for_each(|_| self.push_absent(reason));
    }

    /// Takes what was returned for element `i` of a level: a list per level, then a value or a dict of lanes. None
    /// makes everything below absent.
    fn take(&mut self, value: Value<'_>, to: &Form<'_>, level: usize, i: usize) -> Result<(), String> {
        if value.is_none() {
            let rest = Form { levels: &to.levels[level..], ..*to };
            self.extend_absent(rest.range(i).len(), Reason::NotApplicable);
            return Ok(());
        }
        if let Some(offsets) = to.levels.get(level) {
            let n = offsets[i + 1] - offsets[i];
            let items: Vec<Value<'_>> = match (ListRef::from_value(value), TupleRef::from_value(value)) {
                (Some(list), _) => list.iter().collect(),
                (_, Some(tuple)) => tuple.iter().collect(),
                _ => return Err(format!("a list of {n} values was needed, not `{}`", value.get_type())),
            };
            if items.len() != n {
                return Err(format!("a list of {n} values was needed, not of {}", items.len()));
            }
            return items
                .into_iter()
                .zip(offsets[i]..)
                .try_for_each(|(value, j)| self.take(value, to, level + 1, j));
        }
        let Some(lanes) = to.lanes else {
            self.push(value);
            return Ok(());
        };
        let dict = DictRef::from_value(value)
            .ok_or_else(|| format!("a dict of lanes was needed, not `{}`", value.get_type()))?;
        for lane in lanes {
            let found = dict.get_str(lane).ok_or_else(|| format!("the dict of lanes has no `{lane}`"))?;
            self.push(found);
        }
        Ok(())
    }
}

/// The named arguments of `map`.
struct Named<'v> {
    kind: Kind,
    when: Option<Value<'v>>,
    over: Option<String>,
    to: Option<String>,
    lanes: Option<Arc<[String]>>,
}

fn named<'v>(args: &Arguments<'v, '_>) -> starlark::Result<Result<Named<'v>, TypeError>> {
    let mut found = Named { kind: Kind::Number, when: None, over: None, to: None, lanes: None };
    for (name, value) in args.names_map()? {
        if value.is_none() {
            continue;
        }
        let axis = || match value.unpack_str() {
            Some(axis) => Ok(Some(axis.to_string())),
            None => Err(TypeError::new(format!("`map`: `{name}` is the name of an axis"))),
        };
        let read = match name.as_str() {
            "kind" => match value.unpack_str() {
                Some("number") => Ok(Kind::Number),
                Some("bool") => Ok(Kind::Bool),
                Some("text") => Ok(Kind::Text),
                _ => Err(TypeError::new("`map`: `kind` is `number`, `bool` or `text`")),
            }
            .map(|kind| found.kind = kind),
            "when" => {
                found.when = Some(value);
                Ok(())
            }
            "over" => axis().map(|a| found.over = a),
            "to" => axis().map(|a| found.to = a),
            "lanes" => match ListRef::from_value(value) {
                Some(labels) if labels.iter().all(|l| l.unpack_str().is_some()) && !labels.is_empty() => {
                    let labels = labels.iter().filter_map(|l| l.unpack_str().map(str::to_string));
                    found.lanes = Some(labels.collect());
                    Ok(())
                }
                _ => Err(TypeError::new("`map`: `lanes` is a list of labels")),
            },
            other => Err(TypeError::new(format!("`map` has no argument `{other}`"))
                .help_similar(other, &["kind", "when", "over", "to", "lanes"])),
        };
        if let Err(e) = read {
            return Ok(Err(e));
        }
    }
    if found.over.is_none() && (found.to.is_some() || found.lanes.is_some()) {
        return Ok(Err(TypeError::new("`map`: `to` and `lanes` go with `over`")
            .help("name the parent whose children the function gets, for example `over=\"group\"`")));
    }
    Ok(Ok(found))
}

/// `map(fn, *values, kind=, when=, over=, to=, lanes=)`.
pub(crate) fn map<'v>(
    shared: &Shared,
    args: &Arguments<'v, '_>,
    eval: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    let heap = eval.heap();
    let positional: Vec<Value<'v>> = args.positions(heap)?.collect();
    let Some((function, values)) = positional.split_first() else {
        return fail(TypeError::new("`map` needs a function and the signals it is called with"));
    };
    if function.get_type() != "function" {
        return fail(TypeError::new(format!(
            "`map` needs a function first, found `{}`",
            function.get_type()
        )));
    }
    let Named { kind, when, over, to, lanes } = match named(args)? {
        Ok(named) => named,
        Err(e) => return fail(e),
    };
    let mut b = shared.lock();
    let name = format!("_meed_map_{}", b.waiting.len());
    // Two functions are never taken to be the same, so the label only has to be unique.
    b.states += 1;
    let label = format!("map #{}", b.states);
    let place = eval
        .call_stack_top_location()
        .map_or_else(String::new, |l| format!("{}:{}", l.filename(), l.resolve_span().begin.line + 1));
    let (function_slot, trouble) = (OnceLock::new(), Mutex::default());
    let map = Arc::new(MapFunction { label, place, kind, function: function_slot, trouble });
    eval.module().set(&name, *function);
    b.waiting.push((name, Arc::clone(&map)));
    drop(b);
    let signal = |value: Value<'v>| {
        let arg = to_arg(value)?;
        shared.lock().signal(&arg)
    };
    let built = values.iter().map(|v| signal(*v)).collect::<Result<Vec<_>, _>>().and_then(|inputs| {
        let when = when.map(signal).transpose()?;
        let graph = &mut shared.lock().graph;
        match over {
            None => graph.call(map, &inputs, when),
            Some(over) => {
                let to = to.unwrap_or_else(|| over.clone());
                graph.call_over(map, &inputs, when, &over, &to, lanes)
            }
        }
    });
    match built {
        Ok(id) => Ok(heap.alloc(Signal { source: Source::Node(id), shared: shared.clone() })),
        Err(e) => fail(e),
    }
}
