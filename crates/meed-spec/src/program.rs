//! Functions over elements: scorers, and Starlark functions in `map`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use meed_algebra::{EvalError, Function, Kind, NodeId, Reason, Slice, TextCell, TypeError, Values};
use meed_score::{OptionValue, Scorer};
use starlark::environment::Module;
use starlark::eval::{Arguments, Evaluator};
use starlark::values::float::UnpackFloat;
use starlark::values::{OwnedFrozenValue, UnpackValue, Value};

use crate::value::{Shared, Signal, Source, fail, to_arg};
use crate::words::{self, Arg, Builder};

/// Builds a scorer's call: signals for its inputs (their usual columns when not given), plain values for the rest.
pub(crate) fn scorer(
    b: &mut Builder,
    scorer: &Scorer,
    positional: Vec<Arg>,
    named: Vec<(String, Arg)>,
) -> Result<NodeId, TypeError> {
    let names: Vec<&str> = scorer
        .inputs
        .iter()
        .map(|i| i.name)
        .chain(scorer.options.iter().map(|o| o.name))
        .chain(["when"])
        .collect();
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
        let node = match given.remove(input.name) {
            Some(arg) => b.signal(&arg)?,
            None if input.required || b.graph.schema().columns.contains_key(input.column) => {
                match words::column(b, input.column)? {
                    Arg::Signal(id) => id,
                    _ => continue,
                }
            }
            None => break,
        };
        inputs.push(node);
    }
    let when = match given.remove("when") {
        None | Some(Arg::None) => None,
        Some(arg) => Some(b.signal(&arg)?),
    };
    let options = given.into_iter().map(|(name, arg)| Ok((name.to_string(), option(name, arg)?)));
    let options = options.collect::<Result<BTreeMap<_, _>, TypeError>>()?;
    let function = scorer.function(options).map_err(|e| TypeError::new(e.to_string()))?;
    b.graph.call(function, &inputs, when)
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
    kind: Kind,
    function: OnceLock<OwnedFrozenValue>,
    trouble: Mutex<Option<String>>,
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
            // No loop of a spec may hang a run: about a second of work for these elements.
            let _ = eval.set_max_tick_count(20_000_000);
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
                    Err(e) => {
                        self.note(&e);
                        out.push_absent(Reason::Undefined);
                        return Ok(i + 1);
                    }
                }
            }
            Ok(n)
        })
    }

    fn note(&self, e: &starlark::Error) {
        if let Ok(mut trouble) = self.trouble.lock() {
            trouble.get_or_insert_with(|| e.without_diagnostic().to_string());
        }
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
        self.trouble.lock().ok()?.clone()
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
    let map = Arc::new(MapFunction { label, kind, function: OnceLock::new(), trouble: Mutex::new(None) });
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
