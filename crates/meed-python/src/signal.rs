//! Signals and words in Python: the names, arguments and operators of the language.

use std::sync::Arc;

use meed_algebra::op::{Binary, Unary};
use meed_algebra::{Kind, Word};
use meed_spec::reference;
use meed_spec::words::{self, Arg, Args, Def, Form, WELL_KNOWN};
use pyo3::exceptions::{PyAttributeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pyclass::CompareOp;
use pyo3::types::{PyBool, PyDict, PyList, PyString, PyTuple};

use crate::error;
use crate::expr::{Expr, Given, Item, What};

/// A value per element of an axis, not yet computed: what words and operators make.
#[pyclass(frozen, name = "Signal", module = "meed")]
pub(crate) struct Signal {
    pub expr: Arc<Expr>,
}

impl Signal {
    pub(crate) fn new(py: Python<'_>, what: What) -> Signal {
        Signal { expr: Expr::new(py, what) }
    }

    fn unary(&self, py: Python<'_>, op: Unary) -> Signal {
        Signal::new(py, What::Unary(op, Item::Expr(self.expr.clone())))
    }

    fn binary(&self, other: &Bound<'_, PyAny>, op: Binary, swapped: bool) -> PyResult<Signal> {
        let (x, y) = (Item::Expr(self.expr.clone()), item(other)?);
        let (x, y) = if swapped { (y, x) } else { (x, y) };
        Ok(Signal::new(other.py(), What::Binary(op, x, y)))
    }
}

#[pymethods]
impl Signal {
    // NumPy is not to take a signal apart: `array * signal` is refused with a message of ours.
    #[classattr]
    #[pyo3(name = "__array_ufunc__")]
    const ARRAY_UFUNC: Option<u8> = None;

    fn __getattr__(&self, name: &str) -> PyResult<Callable> {
        match words::find(name, Form::Method) {
            Some(def) => Ok(Callable { target: Target::Word(def), this: Some(self.expr.clone()) }),
            None => Err(PyAttributeError::new_err(no_word(name))),
        }
    }

    fn __dir__(&self) -> Vec<&'static str> {
        words::all().filter(|d| d.form == Form::Method).map(|d| d.word.name).collect()
    }

    /// `length` is a column and, called, the scorer of that name.
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Signal> {
        match &self.expr.what {
            What::Column(name) => match meed_score::find(name) {
                Some(scorer) => Ok(Signal::new(py, What::Scorer(scorer, given(None, args, kwargs)?))),
                None => Err(PyTypeError::new_err(format!("`{name}` is a column and cannot be called"))),
            },
            _ => Err(PyTypeError::new_err("a signal cannot be called")),
        }
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        if let What::Column(name) = &self.expr.what {
            return format!("<meed.Signal {name}>");
        }
        crate::run::describe(py, &self.expr)
    }

    fn __bool__(&self) -> PyResult<bool> {
        Err(PyTypeError::new_err(
            "a signal is used as a condition of `if`, `and`, `or` or `not`; it has a value per element, not one: \
             choose with `where(condition, a, b)`, combine with `&`, `|` and `~`",
        ))
    }

    fn __contains__(&self, _x: &Bound<'_, PyAny>) -> PyResult<bool> {
        Err(PyTypeError::new_err(
            "`in` works on plain values; a signal has a value per element: write `isin(x, [1, 2])`",
        ))
    }

    fn __hash__(&self) -> u64 {
        self.expr.order
    }

    fn __richcmp__(&self, other: &Bound<'_, PyAny>, op: CompareOp) -> PyResult<Signal> {
        let op = match op {
            CompareOp::Lt => Binary::Lt,
            CompareOp::Le => Binary::Le,
            CompareOp::Eq => Binary::Eq,
            CompareOp::Ne => Binary::Ne,
            CompareOp::Gt => Binary::Gt,
            CompareOp::Ge => Binary::Ge,
        };
        self.binary(other, op, false)
    }

    fn __add__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Add, false)
    }
    fn __radd__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Add, true)
    }
    fn __sub__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Sub, false)
    }
    fn __rsub__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Sub, true)
    }
    fn __mul__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Mul, false)
    }
    fn __rmul__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Mul, true)
    }
    fn __truediv__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Div, false)
    }
    fn __rtruediv__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Div, true)
    }
    fn __floordiv__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::FloorDiv, false)
    }
    fn __rfloordiv__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::FloorDiv, true)
    }
    fn __mod__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Rem, false)
    }
    fn __rmod__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Rem, true)
    }
    fn __and__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::And, false)
    }
    fn __rand__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::And, true)
    }
    fn __or__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Or, false)
    }
    fn __ror__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Or, true)
    }
    fn __xor__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Xor, false)
    }
    fn __rxor__(&self, other: &Bound<'_, PyAny>) -> PyResult<Signal> {
        self.binary(other, Binary::Xor, true)
    }
    fn __pow__(&self, _other: &Bound<'_, PyAny>, _modulo: &Bound<'_, PyAny>) -> PyResult<Signal> {
        Err(PyTypeError::new_err("the language has no `**`: write `pow(a, b)`"))
    }
    fn __rpow__(&self, _other: &Bound<'_, PyAny>, _modulo: &Bound<'_, PyAny>) -> PyResult<Signal> {
        Err(PyTypeError::new_err("the language has no `**`: write `pow(a, b)`"))
    }
    fn __neg__(&self, py: Python<'_>) -> Signal {
        self.unary(py, Unary::Neg)
    }
    fn __pos__(&self) -> Signal {
        Signal { expr: self.expr.clone() }
    }
    fn __invert__(&self, py: Python<'_>) -> Signal {
        self.unary(py, Unary::Not)
    }
    fn __abs__(&self, py: Python<'_>) -> Signal {
        self.unary(py, Unary::Abs)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        crate::pickle::reduce_signal(py, &self.expr)
    }
}

fn no_word(name: &str) -> String {
    let names: Vec<&str> = words::all().filter(|d| d.form == Form::Method).map(|d| d.word.name).collect();
    match meed_algebra::error::similar(name, &names) {
        Some(near) => format!("a signal has no word `.{name}`: did you mean `.{near}`?"),
        None if words::find(name, Form::Function).is_some() => {
            format!("a signal has no word `.{name}`: it is a function, `{name}(…)`")
        }
        None => format!("a signal has no word `.{name}`; `dir(signal)` lists what can follow the dot"),
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Target {
    Word(&'static Def),
    Scorer(&'static meed_score::Scorer),
    /// On plain values alone: called at once.
    Plain(&'static words::Plain),
}

impl Target {
    fn word(&self) -> &'static Word {
        match self {
            Target::Word(def) => &def.word,
            Target::Scorer(scorer) => &scorer.word,
            Target::Plain(plain) => &plain.word,
        }
    }

    /// The function of this name.
    pub(crate) fn function(name: &str) -> Option<Target> {
        let scorer = meed_score::find(name).map(Target::Scorer);
        let plain = || words::plain().find(|p| p.word.name == name).map(Target::Plain);
        scorer.or_else(|| words::find(name, Form::Function).map(Target::Word)).or_else(plain)
    }

    fn form(&self) -> Form {
        match self {
            Target::Word(def) => def.form,
            Target::Scorer(_) | Target::Plain(_) => Form::Function,
        }
    }
}

// A word of the language; one that follows a dot knows what stands before it. Not a doc comment: that would be the
// `__doc__` of every word.
#[pyclass(frozen, name = "Word", module = "meed")]
pub(crate) struct Callable {
    target: Target,
    this: Option<Arc<Expr>>,
}

#[pymethods]
impl Callable {
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        let given = given(self.this.as_ref(), args, kwargs)?;
        let signal = |signal: Signal| Ok(Py::new(py, signal)?.into_any());
        match self.target {
            Target::Word(def) => {
                // Names and number of arguments are checked at once, axes when the spec is made.
                let blank = |i: &Item| match i {
                    Item::Plain(arg) => arg.clone(),
                    _ => Arg::Number(0.0),
                };
                let positional = given.positional.iter().map(blank).collect();
                let named = given.named.iter().map(|(k, i)| (k.clone(), blank(i))).collect();
                Args::new(&def.word, positional, named).map_err(|e| error::word(&e))?;
                signal(Signal::new(py, What::Word(def, given)))
            }
            Target::Scorer(scorer) => signal(Signal::new(py, What::Scorer(scorer, given))),
            Target::Plain(plain) => {
                let value = |item: Item| match item {
                    Item::Plain(arg) => Ok(arg),
                    _ => Err(PyTypeError::new_err(format!(
                        "`{}` works on plain values; for each value of a signal write `map(lambda x: …, signal)`",
                        plain.word.name
                    ))),
                };
                let positional = given.positional.into_iter().map(value).collect::<PyResult<_>>()?;
                let named = given.named.into_iter().map(|(k, i)| Ok((k, value(i)?)));
                let args = Args::new(&plain.word, positional, named.collect::<PyResult<_>>()?);
                let result = args.and_then(|args| (plain.run)(&args)).map_err(|e| error::word(&e))?;
                Ok(crate::pickle::plain(py, &result)?.unbind())
            }
        }
    }

    #[getter]
    fn __name__(&self) -> &'static str {
        self.target.word().name
    }

    #[getter]
    fn __qualname__(&self) -> &'static str {
        self.target.word().name
    }

    #[getter]
    fn __doc__(&self) -> String {
        doc(self.target.word(), self.target.form())
    }

    #[getter]
    fn __signature__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        signature(py, self.target.word(), self.this.is_some())
    }

    fn __repr__(&self) -> String {
        let word = self.target.word();
        format!("<meed word {}>", words::signature(word, self.target.form()))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let native = py.import("meed._meed")?;
        let name = self.target.word().name;
        match &self.this {
            None => Ok((native.getattr("word")?, PyTuple::new(py, [name])?)),
            Some(expr) => {
                let signal = Py::new(py, Signal { expr: expr.clone() })?.into_bound(py).into_any();
                let getattr = py.import("builtins")?.getattr("getattr")?;
                Ok((getattr, PyTuple::new(py, [signal, PyString::new(py, name).into_any()])?))
            }
        }
    }
}

/// The word of this name, as a function.
#[pyfunction]
pub(crate) fn word(name: &str) -> PyResult<Callable> {
    let target = Target::function(name).ok_or_else(|| error::value(format!("there is no word `{name}`")))?;
    Ok(Callable { target, this: None })
}

/// Every word as a dict of its help: name, form, family, signature, axes, summary, details, args and examples.
#[pyfunction]
pub(crate) fn words_table(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let all = PyList::empty(py);
    for e in reference::entries() {
        let w = &e.word;
        let row = PyDict::new(py);
        row.set_item("name", w.name)?;
        row.set_item("method", e.form == Form::Method)?;
        row.set_item("family", w.family.title())?;
        row.set_item("signature", &e.signature)?;
        row.set_item("axes", w.axes)?;
        row.set_item("summary", w.summary)?;
        row.set_item("details", w.details)?;
        row.set_item("args", w.args.iter().map(|a| (a.name, a.help)).collect::<Vec<_>>())?;
        let examples: Vec<_> = w.examples.iter().map(|x| (x.code, x.with, x.gives)).collect();
        row.set_item("examples", examples)?;
        all.append(row)?;
    }
    Ok(all)
}

/// Help with examples that run as doctests.
fn doc(w: &Word, form: Form) -> String {
    let mut text = format!("{}\n\n{}: {}\n\n{}", w.summary, words::signature(w, form), w.axes, w.details);
    for a in w.args {
        text.push_str(&format!("\n  {}: {}", a.name, a.help));
    }
    text.push_str("\n\nExamples\n--------\n>>> import meed\n");
    for e in w.examples {
        let gives = serde_json::from_str(e.gives).unwrap_or(serde_json::Value::Null);
        text.push_str(&format!(
            ">>> meed.evaluate({}, {})\n{}\n",
            reference::python_text(e.code),
            reference::python_text(e.with),
            crate::column::show(&gives)
        ));
    }
    text
}

fn signature<'py>(py: Python<'py>, w: &Word, bound: bool) -> PyResult<Bound<'py, PyAny>> {
    let inspect = py.import("inspect")?;
    let parameter = inspect.getattr("Parameter")?;
    let mut kind = "POSITIONAL_OR_KEYWORD";
    let mut all = Vec::new();
    for a in w.args.iter().skip(usize::from(bound)) {
        let (name, default) = a.name.split_once('=').map_or((a.name, None), |(n, d)| (n, Some(d)));
        let own = match name.strip_prefix('*') {
            Some(name) => {
                kind = "KEYWORD_ONLY";
                all.push(parameter.call1((name, parameter.getattr("VAR_POSITIONAL")?))?);
                continue;
            }
            None => name,
        };
        let kwargs = PyDict::new(py);
        if let Some(default) = default {
            let value = py.import("ast")?.call_method1("literal_eval", (default,));
            kwargs.set_item("default", value.unwrap_or_else(|_| PyString::new(py, default).into_any()))?;
        } else if all.iter().any(|p: &Bound<'_, PyAny>| {
            let empty = parameter.getattr("empty");
            p.getattr("default").is_ok_and(|d| empty.is_ok_and(|e| !d.is(&e)))
        }) {
            kwargs.set_item("default", py.None())?;
        }
        all.push(parameter.call((own, parameter.getattr(kind)?), Some(&kwargs))?);
    }
    inspect.getattr("Signature")?.call1((all,))
}

/// `scorer(…)` of Python in an expression: its inputs, and where it is called.
#[pyfunction]
#[pyo3(signature = (scorer, name, kind, inputs, when = None))]
pub(crate) fn foreign(
    py: Python<'_>,
    scorer: Py<PyAny>,
    name: String,
    kind: &str,
    inputs: Vec<Bound<'_, PyAny>>,
    when: Option<&Bound<'_, PyAny>>,
) -> PyResult<Signal> {
    let inputs = inputs.iter().map(item).collect::<PyResult<Vec<_>>>()?;
    let when = when.filter(|w| !w.is_none()).map(item).transpose()?;
    let what = What::Foreign { scorer: Arc::new(scorer), name, kind: kind_of(kind)?, inputs, when };
    Ok(Signal::new(py, what))
}

pub(crate) fn kind_of(name: &str) -> PyResult<Kind> {
    match name {
        "number" => Ok(Kind::Number),
        "bool" => Ok(Kind::Bool),
        "text" => Ok(Kind::Text),
        _ => Err(error::value(format!("a kind is `number`, `bool` or `text`, found `{name}`"))),
    }
}

fn given(
    this: Option<&Arc<Expr>>,
    args: &Bound<'_, PyTuple>,
    kwargs: Option<&Bound<'_, PyDict>>,
) -> PyResult<Given> {
    let mut given =
        Given { positional: this.into_iter().cloned().map(Item::Expr).collect(), named: Vec::new() };
    for arg in args {
        given.positional.push(item(&arg)?);
    }
    for (name, value) in kwargs.into_iter().flatten() {
        given.named.push((name.extract()?, item(&value)?));
    }
    Ok(given)
}

/// A Python value as part of an expression.
pub(crate) fn item(value: &Bound<'_, PyAny>) -> PyResult<Item> {
    if let Ok(signal) = value.cast::<Signal>() {
        return Ok(Item::Expr(signal.get().expr.clone()));
    }
    if value.is_none() {
        return Ok(Item::Plain(Arg::None));
    }
    if let Ok(b) = value.cast::<PyBool>() {
        return Ok(Item::Plain(Arg::Bool(b.is_true())));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Item::Plain(Arg::Text(text.to_cow()?.into_owned())));
    }
    if let Ok(items) = value.cast::<PyList>() {
        return items.iter().map(|v| item(&v)).collect::<PyResult<_>>().map(Item::List).map(settled);
    }
    if let Ok(items) = value.cast::<PyTuple>() {
        return items.iter().map(|v| item(&v)).collect::<PyResult<_>>().map(Item::List).map(settled);
    }
    if let Ok(items) = value.cast::<PyDict>() {
        let items = items.iter().map(|(k, v)| Ok((k.str()?.to_cow()?.into_owned(), item(&v)?)));
        return items.collect::<PyResult<_>>().map(Item::Dict).map(settled);
    }
    match value.extract::<f64>() {
        Ok(x) => Ok(Item::Plain(Arg::Number(x))),
        Err(_) => Err(PyTypeError::new_err(format!(
            "a value of type `{}` cannot be part of an expression; data comes in as a column, `col(\"name\")`",
            value.get_type().name()?
        ))),
    }
}

/// Lists and dicts of plain data are plain data.
fn settled(item: Item) -> Item {
    let plain = |i: &Item| matches!(i, Item::Plain(_));
    match item {
        Item::List(items) if items.iter().all(plain) => {
            let plain = |i| if let Item::Plain(arg) = i { arg } else { Arg::None };
            Item::Plain(Arg::List(items.into_iter().map(plain).collect()))
        }
        Item::Dict(items) if items.iter().all(|(_, i)| plain(i)) => {
            let plain = |(k, i)| (k, if let Item::Plain(arg) = i { arg } else { Arg::None });
            Item::Plain(Arg::Dict(items.into_iter().map(plain).collect()))
        }
        other => other,
    }
}

/// Adds the words and the well-known columns to the module, as the dict `WORDS`.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let all = PyDict::new(py);
    let functions = words::all().filter(|d| d.form == Form::Function).map(|d| (d.word.name, Target::Word(d)));
    let scorers = meed_score::all().iter().map(|s| (s.word.name, Target::Scorer(s)));
    let plain = words::plain().map(|p| (p.word.name, Target::Plain(p)));
    for (name, target) in functions.chain(plain).chain(scorers) {
        all.set_item(name, Py::new(py, Callable { target, this: None })?)?;
    }
    // `length` is a column that can be called.
    for (name, _, _) in WELL_KNOWN {
        let expr = Expr::at(What::Column(name.to_string()), None);
        all.set_item(name, Py::new(py, Signal { expr })?)?;
    }
    module.setattr("WORDS", all)
}
