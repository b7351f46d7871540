//! What a spec can name without loading anything.

use meed_algebra::TypeError;
use meed_algebra::op::Binary;
use starlark::environment::{GlobalsBuilder, LibraryExtension};
use starlark::starlark_module;
use starlark::values::{Heap, Value, ValueLike};

use crate::value::{Bound, Shared, Signal, Source, Target, fail, operate};
use crate::words::{self, Form, WELL_KNOWN};

/// Operators that Starlark cannot overload in all positions are calls to these functions.
pub(crate) const OPERATORS: &[(&str, &str)] = &[
    ("==", "_meed_eq"),
    ("!=", "_meed_ne"),
    ("<", "_meed_lt"),
    ("<=", "_meed_le"),
    (">", "_meed_gt"),
    (">=", "_meed_ge"),
    ("-", "_meed_sub"),
    ("/", "_meed_div"),
    ("//", "_meed_floordiv"),
    ("%", "_meed_mod"),
    ("&", "_meed_and"),
    ("|", "_meed_or"),
    ("^", "_meed_xor"),
    ("in", "_in"),
    ("not in", "_not_in"),
];

pub(crate) fn register(globals: &mut GlobalsBuilder, shared: &Shared) {
    LibraryExtension::Map.add(globals);
    LibraryExtension::Filter.add(globals);
    LibraryExtension::Print.add(globals);
    LibraryExtension::Json.add(globals);
    LibraryExtension::StructType.add(globals);
    operators(globals);
    globals.set("inf", f64::INFINITY);
    for def in words::all().filter(|d| d.form == Form::Function) {
        let target = Target::Word(def);
        globals.set(def.word.name, Bound { target, this: None, shared: shared.clone() });
    }
    for plain in words::plain() {
        let target = Target::Plain(plain);
        globals.set(plain.word.name, Bound { target, this: None, shared: shared.clone() });
    }
    for scorer in meed_score::all() {
        let target = Target::Scorer(scorer);
        globals.set(scorer.word.name, Bound { target, this: None, shared: shared.clone() });
    }
    for (name, _, _) in WELL_KNOWN {
        globals.set(name, Signal { source: Source::Column(name), shared: shared.clone() });
    }
}

/// A comparison or operation: with signals it is built, with plain values it is Starlark's own.
macro_rules! plain {
    ($op:expr, $a:ident, $b:ident, $heap:ident, $plain:expr) => {
        match operate($op, $a, $b, $heap) {
            Some(built) => built,
            None => $plain,
        }
    };
}

/// Whether `b` contains `a`, for plain values.
fn contains<'v>(a: Value<'v>, b: Value<'v>) -> starlark::Result<bool> {
    if a.downcast_ref::<Signal>().is_some() {
        let error = TypeError::new("`in` works on plain values; a signal has a value per element");
        return fail(error.help("write `isin(x, [1, 2])`, with `~` before it for `not in`"));
    }
    b.is_in(a)
}

#[starlark_module]
fn operators(globals: &mut GlobalsBuilder) {
    fn _meed_eq<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Eq, a, b, heap, a.equals(b).map(Value::new_bool))
    }
    fn _meed_ne<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Ne, a, b, heap, a.equals(b).map(|e| Value::new_bool(!e)))
    }
    fn _meed_lt<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Lt, a, b, heap, a.compare(b).map(|o| Value::new_bool(o.is_lt())))
    }
    fn _meed_le<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Le, a, b, heap, a.compare(b).map(|o| Value::new_bool(o.is_le())))
    }
    fn _meed_gt<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Gt, a, b, heap, a.compare(b).map(|o| Value::new_bool(o.is_gt())))
    }
    fn _meed_ge<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Ge, a, b, heap, a.compare(b).map(|o| Value::new_bool(o.is_ge())))
    }
    fn _meed_sub<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Sub, a, b, heap, a.sub(b, heap))
    }
    fn _meed_div<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Div, a, b, heap, a.div(b, heap))
    }
    fn _meed_floordiv<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::FloorDiv, a, b, heap, a.floor_div(b, heap))
    }
    fn _meed_mod<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Rem, a, b, heap, a.percent(b, heap))
    }
    fn _meed_and<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::And, a, b, heap, a.bit_and(b, heap))
    }
    fn _meed_or<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Or, a, b, heap, a.bit_or(b, heap))
    }
    fn _meed_xor<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        plain!(Binary::Xor, a, b, heap, a.bit_xor(b, heap))
    }
    fn _in<'v>(a: Value<'v>, b: Value<'v>) -> starlark::Result<bool> {
        contains(a, b)
    }
    fn _not_in<'v>(a: Value<'v>, b: Value<'v>) -> starlark::Result<bool> {
        contains(a, b).map(|is| !is)
    }
}
