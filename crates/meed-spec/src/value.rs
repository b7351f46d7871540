//! Signals, words and axes of pairs as Starlark values.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use allocative::Allocative;
use meed_algebra::op::{Binary, Unary};
use meed_algebra::{Cross, NodeId, TypeError};
use starlark::eval::{Arguments, Evaluator};
use starlark::starlark_simple_value;
use starlark::values::dict::{AllocDict, DictRef};
use starlark::values::float::UnpackFloat;
use starlark::values::list::{AllocList, ListRef};
use starlark::values::tuple::TupleRef;
use starlark::values::{
    Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, UnpackValue, Value,
    ValueLike, starlark_value,
};

use crate::words::{self, Arg, Args, Builder, Def, Form, Plain};
use crate::{mapped, program};

/// The builder, shared by every value of one run of a spec.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Builder>>);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("builder")
    }
}

impl Shared {
    /// Shares a builder.
    pub fn new(builder: Builder) -> Self {
        Shared(Arc::new(Mutex::new(builder)))
    }

    /// The builder. A panic elsewhere cannot leave it half changed in a way that matters: the run is over then.
    pub fn lock(&self) -> MutexGuard<'_, Builder> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

pub(crate) fn fail<T>(error: TypeError) -> starlark::Result<T> {
    Err(starlark::Error::new_native(error))
}

/// What a value stands for: a node, or a well-known column that becomes one when it is first used.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Node(NodeId),
    Column(&'static str),
}

/// A signal.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct Signal {
    #[allocative(skip)]
    pub source: Source,
    #[allocative(skip)]
    pub shared: Shared,
}
starlark_simple_value!(Signal);

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Column(name) => write!(f, "<signal {name}>"),
            Source::Node(id) => {
                let b = self.shared.lock();
                write!(f, "<signal on {}>", b.graph.describe(b.graph.shape(*id)))
            }
        }
    }
}

impl Signal {
    pub fn node(&self) -> Result<NodeId, TypeError> {
        match &self.source {
            Source::Node(id) => Ok(*id),
            Source::Column(name) => match words::column(&mut self.shared.lock(), name)? {
                Arg::Signal(id) => Ok(id),
                _ => Err(TypeError::new("not a column")),
            },
        }
    }

    fn unary(&self, op: Unary) -> starlark::Result<Signal> {
        let built = self.node().and_then(|x| self.shared.lock().graph.unary(op, x));
        match built {
            Ok(id) => Ok(Signal { source: Source::Node(id), shared: self.shared.clone() }),
            Err(e) => fail(e),
        }
    }

    fn binary<'v>(
        &self,
        op: Binary,
        other: Value<'v>,
        swapped: bool,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        let built = self.node().and_then(|x| {
            let y = to_arg(other)?;
            let (a, b) = if swapped { (y, Arg::Signal(x)) } else { (Arg::Signal(x), y) };
            words::combine(&mut self.shared.lock(), &a, &b, op)
        });
        match built {
            Ok(arg) => Ok(from_arg(arg, heap, &self.shared, false)),
            Err(e) => fail(e),
        }
    }
}

#[starlark_value(type = "signal")]
impl<'v> StarlarkValue<'v> for Signal {
    fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        let def = words::find(name, Form::Method)?;
        Some(heap.alloc(Bound {
            target: Target::Word(def),
            this: Some(This::Signal(self.clone())),
            shared: self.shared.clone(),
        }))
    }

    fn dir_attr(&self) -> Vec<String> {
        words::all().filter(|d| d.form == Form::Method).map(|d| d.word.name.to_string()).collect()
    }

    fn to_bool(&self) -> bool {
        self.shared.lock().truth_misused = true;
        true
    }

    fn minus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(self.unary(Unary::Neg)?))
    }

    fn plus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(self.clone()))
    }

    fn bit_not(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(self.unary(Unary::Not)?))
    }

    fn add(&self, rhs: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.binary(Binary::Add, rhs, false, heap))
    }

    fn radd(&self, lhs: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.binary(Binary::Add, lhs, true, heap))
    }

    fn mul(&self, rhs: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.binary(Binary::Mul, rhs, false, heap))
    }

    fn rmul(&self, lhs: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.binary(Binary::Mul, lhs, true, heap))
    }

    fn sub(&self, rhs: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.binary(Binary::Sub, rhs, false, heap)
    }

    fn div(&self, rhs: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.binary(Binary::Div, rhs, false, heap)
    }

    fn invoke(
        &self,
        _me: Value<'v>,
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        // `length` is a column and, called, the scorer of that name.
        match &self.source {
            Source::Column(name) if meed_score::find(name).is_some() => {
                let target = meed_score::find(name).map(Target::Scorer);
                let bound = target.map(|target| Bound { target, this: None, shared: self.shared.clone() });
                match bound {
                    Some(bound) => bound.call(args, eval),
                    None => fail(TypeError::new("a signal cannot be called")),
                }
            }
            _ => fail(TypeError::new("a signal cannot be called")),
        }
    }
}

/// The value of an operator between two Starlark values, one of which may be a signal.
pub(crate) fn operate<'v>(
    op: Binary,
    a: Value<'v>,
    b: Value<'v>,
    heap: Heap<'v>,
) -> Option<starlark::Result<Value<'v>>> {
    // `x == None` asks whether something was given; a signal is.
    if (a.is_none() || b.is_none()) && matches!(op, Binary::Eq | Binary::Ne) {
        return None;
    }
    if let Some(x) = a.downcast_ref::<Signal>() {
        return Some(x.binary(op, b, false, heap));
    }
    b.downcast_ref::<Signal>().map(|y| y.binary(op, a, true, heap))
}

/// An axis of pairs.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct Pairs {
    #[allocative(skip)]
    pub cross: Cross,
    #[allocative(skip)]
    pub shared: Shared,
}
starlark_simple_value!(Pairs);

impl fmt::Display for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<axis of pairs>")
    }
}

#[starlark_value(type = "pairs")]
impl<'v> StarlarkValue<'v> for Pairs {
    fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        if !matches!(name, "left" | "right") {
            return None;
        }
        let def = words::find(name, Form::Method)?;
        let this = Some(This::Pairs(self.cross));
        Some(heap.alloc(Bound { target: Target::Word(def), this, shared: self.shared.clone() }))
    }

    fn dir_attr(&self) -> Vec<String> {
        vec!["left".to_string(), "right".to_string()]
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Target {
    Word(&'static Def),
    Plain(&'static Plain),
    Scorer(&'static meed_score::Scorer),
}

impl Target {
    fn name(&self) -> &'static str {
        match self {
            Target::Word(d) => d.word.name,
            Target::Plain(p) => p.word.name,
            Target::Scorer(s) => s.word.name,
        }
    }
}

/// What stands before the dot of a word.
#[derive(Clone)]
pub(crate) enum This {
    Signal(Signal),
    Pairs(Cross),
}

/// A word, with what stands before its dot.
#[derive(Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct Bound {
    #[allocative(skip)]
    pub target: Target,
    #[allocative(skip)]
    pub this: Option<This>,
    #[allocative(skip)]
    pub shared: Shared,
}
starlark_simple_value!(Bound);

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<word {}>", self.target.name())
    }
}

#[starlark_value(type = "word")]
impl<'v> StarlarkValue<'v> for Bound {
    fn invoke(
        &self,
        _me: Value<'v>,
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        self.call(args, eval)
    }
}

impl Bound {
    fn call<'v>(
        &self,
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let this = match &self.this {
            None => None,
            Some(This::Pairs(cross)) => Some(Arg::Pairs(*cross)),
            Some(This::Signal(signal)) => match signal.node() {
                Ok(id) => Some(Arg::Signal(id)),
                Err(e) => return fail(e),
            },
        };
        match self.target {
            Target::Word(def) => call_word(def, this, &self.shared, args, eval),
            Target::Plain(plain) => {
                let heap = eval.heap();
                let built = plain_args(args, heap)?
                    .and_then(|(positional, named)| Args::new(&plain.word, positional, named))
                    .and_then(|args| (plain.run)(&args));
                match built {
                    Ok(arg) => Ok(from_arg(arg, heap, &self.shared, true)),
                    Err(e) => fail(e),
                }
            }
            Target::Scorer(scorer) => {
                let (positional, named) = match plain_args(args, eval.heap())? {
                    Ok(all) => all,
                    Err(e) => return fail(e),
                };
                let heap = eval.heap();
                let built = program::scorer(&mut self.shared.lock(), scorer, positional, named);
                match built {
                    Ok(id) => {
                        Ok(heap.alloc(Signal { source: Source::Node(id), shared: self.shared.clone() }))
                    }
                    Err(e) => fail(e),
                }
            }
        }
    }
}

type Called = (Vec<Arg>, Vec<(String, Arg)>);

fn plain_args<'v>(args: &Arguments<'v, '_>, heap: Heap<'v>) -> starlark::Result<Result<Called, TypeError>> {
    let positional: Result<Vec<Arg>, TypeError> = args.positions(heap)?.map(to_arg).collect();
    let named: Result<Vec<_>, TypeError> =
        args.names_map()?.into_iter().map(|(k, v)| Ok((k.as_str().to_string(), to_arg(v)?))).collect();
    Ok(positional.and_then(|p| named.map(|n| (p, n))))
}

fn call_word<'v>(
    def: &'static Def,
    this: Option<Arg>,
    shared: &Shared,
    args: &Arguments<'v, '_>,
    eval: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    let heap = eval.heap();
    if def.word.name == "map" {
        return mapped::map(shared, args, eval);
    }
    let values: Vec<Value<'v>> = args.positions(heap)?.chain(args.names_map()?.into_values()).collect();
    let whole = values.iter().all(|v| v.unpack_i32().is_some());
    let (positional, named) = match plain_args(args, heap)? {
        Ok(all) => all,
        Err(e) => return fail(e),
    };
    let positional = this.into_iter().chain(positional).collect();
    let built = Args::new(&def.word, positional, named).and_then(|args| (def.run)(&mut shared.lock(), &args));
    match built {
        Ok(arg) => {
            let whole = whole
                || matches!(def.word.name, "floor" | "ceil" | "round" | "sign")
                || def.word.name == "param";
            Ok(from_arg(arg, heap, shared, whole))
        }
        Err(e) => fail(e),
    }
}

/// A Starlark value as an argument.
pub(crate) fn to_arg(value: Value<'_>) -> Result<Arg, TypeError> {
    if let Some(signal) = value.downcast_ref::<Signal>() {
        return signal.node().map(Arg::Signal);
    }
    if let Some(pairs) = value.downcast_ref::<Pairs>() {
        return Ok(Arg::Pairs(pairs.cross));
    }
    if value.is_none() {
        return Ok(Arg::None);
    }
    if let Some(b) = value.unpack_bool() {
        return Ok(Arg::Bool(b));
    }
    if let Some(text) = value.unpack_str() {
        return Ok(Arg::Text(text.to_string()));
    }
    if let Ok(Some(UnpackFloat(x))) = UnpackFloat::unpack_value(value) {
        return Ok(Arg::Number(x));
    }
    if let Some(list) = ListRef::from_value(value) {
        return list.iter().map(to_arg).collect::<Result<_, _>>().map(Arg::List);
    }
    if let Some(tuple) = TupleRef::from_value(value) {
        return tuple.iter().map(to_arg).collect::<Result<_, _>>().map(Arg::List);
    }
    if let Some(dict) = DictRef::from_value(value) {
        let items = dict.iter().map(|(k, v)| {
            let key = k.unpack_str().map(str::to_string).unwrap_or_else(|| k.to_str());
            to_arg(v).map(|v| (key, v))
        });
        return items.collect::<Result<_, _>>().map(Arg::Dict);
    }
    Err(TypeError::new(format!("a value of type `{}` cannot be used here", value.get_type())))
}

/// An argument as a Starlark value. With `whole`, numbers without a fraction become integers.
pub(crate) fn from_arg<'v>(arg: Arg, heap: Heap<'v>, shared: &Shared, whole: bool) -> Value<'v> {
    match arg {
        Arg::None | Arg::Function(_) => Value::new_none(),
        Arg::Bool(b) => Value::new_bool(b),
        Arg::Number(x) if whole && x.fract() == 0.0 && x.abs() < 2e9 => heap.alloc(x as i32),
        Arg::Number(x) => heap.alloc(x),
        Arg::Text(t) => heap.alloc(t),
        Arg::List(items) => {
            let items: Vec<Value<'v>> = items.into_iter().map(|a| from_arg(a, heap, shared, whole)).collect();
            heap.alloc(AllocList(items))
        }
        Arg::Dict(items) => {
            let items: Vec<(String, Value<'v>)> =
                items.into_iter().map(|(k, a)| (k, from_arg(a, heap, shared, whole))).collect();
            heap.alloc(AllocDict(items))
        }
        Arg::Signal(id) => heap.alloc(Signal { source: Source::Node(id), shared: shared.clone() }),
        Arg::Pairs(cross) => heap.alloc(Pairs { cross, shared: shared.clone() }),
    }
}
