//! Functions over elements: scorers, and Starlark functions in `map`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use meed_algebra::{EvalError, Function, Kind, NodeId, Reason, Slice, TextCell, TypeError, Values};
use meed_score::{OptionValue, Scorer};
use starlark::environment::Module;
use starlark::eval::{Arguments, Evaluator};
use starlark::values::float::UnpackFloat;
use starlark::values::{OwnedFrozenValue, UnpackValue, Value};

use crate::diagnostic::Diagnostic;
use crate::value::{Shared, Signal, Source, fail, to_arg};
use crate::words::{self, Arg, Builder};

/// Builds a scorer's call: signals for its inputs (their usual columns when not given), plain values for the rest.
pub(crate) fn scorer(
    b: &mut Builder,
    scorer: &Scorer,
    positional: Vec<Arg>,
    named: Vec<(String, Arg)>,
) -> Result<NodeId, TypeError> {
    let names: Vec<&str> =
        scorer.written().chain(scorer.options.iter().map(|o| o.name)).chain(["when"]).collect();
    let mut given: BTreeMap<&str, Arg> = BTreeMap::new();
    if positional.len() > names.len() {
        return Err(TypeError::new(format!(
            "`{}` takes at most {} arguments",
            scorer.word.name,
            names.len()
        )));
    }
    // Positional values that are not signals are options: `matches("^a")`.
    let mut at = 0;
    for arg in positional {
        if !matches!(arg, Arg::Signal(_)) && at < scorer.inputs.len() {
            at = scorer.inputs.len();
        }
        given.insert(names[at.min(names.len() - 1)], arg);
        at += 1;
    }
    for (name, arg) in named {
        let Some(known) = names.iter().find(|n| **n == name) else {
            return Err(TypeError::new(format!("`{}` has no argument `{name}`", scorer.word.name))
                .note(format!("arguments: {}", names.join(", ")))
                .help_similar(&name, &names));
        };
        if given.insert(known, arg).is_some() {
            return Err(TypeError::new(format!("`{}` got `{name}` twice", scorer.word.name)));
        }
    }
    let mut inputs = Vec::new();
    for input in scorer.inputs {
        if let Some(axis) = input.axis {
            b.params.declare_axis(input.column, axis);
        }
        inputs.push(match given.remove(input.name) {
            Some(arg) => Some(b.signal(&arg)?),
            None if input.required || b.graph.schema().columns.contains_key(input.column) => {
                match words::column(b, input.column)? {
                    Arg::Signal(id) => Some(id),
                    _ => None,
                }
            }
            None => None,
        });
    }
    let some = inputs.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    let inputs: Vec<NodeId> =
        inputs.into_iter().take(some).map(|i| i.unwrap_or_else(|| b.graph.text(""))).collect();
    let when = match given.remove("when") {
        None | Some(Arg::None) => None,
        Some(arg) => Some(b.signal(&arg)?),
    };
    let options = given.into_iter().map(|(name, arg)| Ok((name.to_string(), option(name, arg)?)));
    let options = options.collect::<Result<BTreeMap<_, _>, TypeError>>()?;
    let function = scorer.function(options).map_err(|e| unusable(&e))?;
    b.graph.call(function, &inputs, when)
}

/// What is wrong with a scorer's options; of a pattern's long explanation the last line.
fn unusable(e: &meed_score::ScoreError) -> TypeError {
    let text = e.to_string();
    let mut lines = text.lines();
    let mut error = TypeError::new(lines.next().unwrap_or_default());
    error.notes.extend(lines.next_back().map(|l| l.trim_start_matches("error: ").to_string()));
    error.help = e.help();
    error
}

fn option(name: &str, arg: Arg) -> Result<OptionValue, TypeError> {
    Ok(match arg {
        Arg::None => OptionValue::None,
        Arg::Bool(b) => OptionValue::Bool(b),
        Arg::Number(x) => OptionValue::Number(x),
        Arg::Text(t) => OptionValue::Text(t),
        Arg::List(items) => {
            OptionValue::List(items.into_iter().map(|a| option(name, a)).collect::<Result<_, _>>()?)
        }
        other => {
            return Err(TypeError::new(format!("`{name}` must be a plain value, found {}", other.kind())));
        }
    })
}

/// A Starlark function, called per element. It is filled in when its module is frozen.
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

impl MapFunction {
    /// Fills in the function.
    pub(crate) fn freeze(&self, function: OwnedFrozenValue) {
        // Set once: a function waits in one module only.
        let _ = self.function.set(function);
    }

    fn run(&self, args: &[Slice<'_>], from: usize, n: usize, out: &mut Out) -> Result<usize, EvalError> {
        let not_ready = || EvalError::Function(format!("{} is not ready", self.label));
        let function = self.function.get().ok_or_else(not_ready)?;
        Module::with_temp_heap(|module| {
            let function = module.heap().access_owned_frozen_value(function);
            let mut eval = Evaluator::new(&module);
            // No loop of a spec may hang a run.
            let _ = eval.set_max_tick_count(STEPS);
            let _ = eval.set_max_heap_size(HEAP);
            let heap = module.heap();
            let mut values: Vec<Value<'_>> = Vec::with_capacity(args.len());
            for i in from..n {
                values.clear();
                for arg in args {
                    values.push(match arg {
                        Slice::Numbers(v) if v[i].is_nan() => Value::new_none(),
                        Slice::Numbers(v) => heap.alloc(v[i]),
                        Slice::Texts(v) => v[i].as_deref().map_or(Value::new_none(), |t| heap.alloc(t)),
                    });
                }
                match eval.eval_function(function, &values, &[]) {
                    Ok(value) => out.push(value),
                    // The elements before it used up the allowance: it gets one of its own.
                    Err(e) if i > from && exhausted(&e).is_some() => return Ok(i),
                    Err(e) => {
                        out.push_absent(exhausted(&e).unwrap_or(Reason::Undefined));
                        self.note(e);
                        return Ok(i + 1);
                    }
                }
            }
            Ok(n)
        })
    }

    fn note(&self, e: starlark::Error) {
        if let Ok(mut trouble) = self.trouble.lock() {
            trouble.0 += 1;
            trouble.1.get_or_insert_with(|| Diagnostic::from(e));
        }
    }
}

/// What a function given to `map` may take for one element, in loop steps and calls: about a quarter of a second.
const STEPS: u64 = 2_000_000;

/// What it may take in bytes.
const HEAP: usize = 256 << 20;

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
        let trouble = self.trouble.lock().ok()?;
        let (n, first) = (trouble.0, trouble.1.as_ref()?);
        let place =
            first.place.as_ref().map_or_else(|| self.place.clone(), |p| format!("{}:{}", p.file, p.line));
        let calls = if n == 1 { "1 call".to_string() } else { format!("{n} calls, first") };
        Some(format!("no value from {calls} at {place}: {}", first.message))
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let mut out = match self.kind {
            Kind::Text => Out::Texts(Vec::with_capacity(n)),
            _ => Out::Numbers(Vec::with_capacity(n)),
        };
        let mut done = 0;
        // After an error the rest goes on in a fresh evaluator, with its own allowance.
        while done < n {
            done = self.run(args, done, n, &mut out)?;
        }
        Ok(match out {
            Out::Numbers(v) => Values::Numbers(v),
            Out::Texts(v) => Values::Texts(v),
        })
    }
}

enum Out {
    Numbers(Vec<f64>),
    Texts(Vec<TextCell>),
}

impl Out {
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
}

/// `map(fn, *values, kind=, when=)`.
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
    let mut kind = Kind::Number;
    let mut when = None;
    for (name, value) in args.names_map()? {
        match name.as_str() {
            "kind" => {
                kind = match value.unpack_str() {
                    Some("number") => Kind::Number,
                    Some("bool") => Kind::Bool,
                    Some("text") => Kind::Text,
                    _ => return fail(TypeError::new("`map`: `kind` is `number`, `bool` or `text`")),
                }
            }
            "when" => when = Some(value),
            other => {
                return fail(
                    TypeError::new(format!("`map` has no argument `{other}`"))
                        .help_similar(other, &["kind", "when"]),
                );
            }
        }
    }
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
        shared.lock().graph.call(map, &inputs, when)
    });
    match built {
        Ok(id) => Ok(heap.alloc(Signal { source: Source::Node(id), shared: shared.clone() })),
        Err(e) => fail(e),
    }
}
