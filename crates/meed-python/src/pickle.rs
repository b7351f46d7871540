//! Expressions and columns to and from plain Python values, which pickle.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use meed_algebra::op::{Binary, Unary};
use meed_algebra::{Axis, AxisTree, Batch, Kind, Reason, Schema, Shape, TextCell, Values};
use meed_spec::Place;
use meed_spec::words::{self, Arg, Form};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::column::Column;
use crate::error;
use crate::expr::{Expr, Given, Item, What, reachable};
use crate::place::Spot;
use crate::signal::{Signal, item, kind_of};

// What operators build; everything else is a word.
const UNARY: [Unary; 3] = [Unary::Neg, Unary::Not, Unary::Abs];
const BINARY: [Binary; 15] = [
    Binary::Add,
    Binary::Sub,
    Binary::Mul,
    Binary::Div,
    Binary::FloorDiv,
    Binary::Rem,
    Binary::Lt,
    Binary::Le,
    Binary::Gt,
    Binary::Ge,
    Binary::Eq,
    Binary::Ne,
    Binary::And,
    Binary::Or,
    Binary::Xor,
];

type Reduced<'py> = PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)>;

pub(crate) fn reduce_signal<'py>(py: Python<'py>, expr: &Arc<Expr>) -> Reduced<'py> {
    let (nodes, at) = encode(py, std::slice::from_ref(expr))?;
    let restore = py.import("meed._meed")?.getattr("_signal")?;
    let args = PyTuple::new(py, [nodes.into_any(), at[0].into_pyobject(py)?.into_any()])?;
    Ok((restore, args))
}

/// Every expression these are made of, as tuples, and where each of these is among them.
pub(crate) fn encode<'py>(
    py: Python<'py>,
    roots: &[Arc<Expr>],
) -> PyResult<(Bound<'py, PyList>, Vec<usize>)> {
    let all = reachable(roots);
    let at: HashMap<*const Expr, usize> = all.iter().enumerate().map(|(i, e)| (Arc::as_ptr(e), i)).collect();
    let nodes = PyList::empty(py);
    for expr in &all {
        nodes.append(node(py, expr, &at)?)?;
    }
    let roots = roots.iter().map(|r| at.get(&Arc::as_ptr(r)).copied().unwrap_or(0)).collect();
    Ok((nodes, roots))
}

type At = HashMap<*const Expr, usize>;

fn node<'py>(py: Python<'py>, expr: &Expr, at: &At) -> PyResult<Bound<'py, PyTuple>> {
    let many = |items: &[Item]| -> PyResult<Bound<'py, PyAny>> {
        let items = items.iter().map(|i| to_python(py, i, at)).collect::<PyResult<Vec<_>>>()?;
        Ok(PyList::new(py, items)?.into_any())
    };
    let named = |given: &Given| -> PyResult<Bound<'py, PyAny>> {
        let dict = PyDict::new(py);
        for (name, item) in &given.named {
            dict.set_item(name, to_python(py, item, at)?)?;
        }
        Ok(dict.into_any())
    };
    let text = |t: &str| PyString::new(py, t).into_any();
    let none = || py.None().into_bound(py);
    let place = match expr.spot.as_ref().and_then(|s| s.place(py)) {
        Some(p) => (p.file, p.line, p.column, p.width, p.source).into_pyobject(py)?.into_any(),
        None => none(),
    };
    let parts = match &expr.what {
        What::Column(name) => [text("column"), text(name), none(), none(), place],
        What::Word(def, given) => {
            let kind = if def.form == Form::Method { "method" } else { "function" };
            [text(kind), text(def.word.name), many(&given.positional)?, named(given)?, place]
        }
        What::Scorer(scorer, given) => {
            [text("scorer"), text(scorer.word.name), many(&given.positional)?, named(given)?, place]
        }
        What::Constant(x) => [text("constant"), text(""), many(std::slice::from_ref(x))?, none(), place],
        What::Unary(op, x) => {
            [text("unary"), text(&format!("{op:?}")), many(std::slice::from_ref(x))?, none(), place]
        }
        What::Binary(op, x, y) => {
            [text("binary"), text(&format!("{op:?}")), many(&[x.clone(), y.clone()])?, none(), place]
        }
        What::Foreign { scorer, name, kind, inputs, when } => {
            let more = PyDict::new(py);
            more.set_item("scorer", scorer.bind(py))?;
            more.set_item("kind", kind.name())?;
            if let Some(when) = when {
                more.set_item("when", to_python(py, when, at)?)?;
            }
            [text("foreign"), text(name), many(inputs)?, more.into_any(), place]
        }
    };
    PyTuple::new(py, parts)
}

/// A part of an expression: an expression is the tuple `("#", its place in the list)`.
fn to_python<'py>(py: Python<'py>, item: &Item, at: &At) -> PyResult<Bound<'py, PyAny>> {
    Ok(match item {
        Item::Expr(expr) => {
            ("#", at.get(&Arc::as_ptr(expr)).copied().unwrap_or(0)).into_pyobject(py)?.into_any()
        }
        Item::Plain(arg) => plain(py, arg)?,
        Item::List(items) => {
            let items = items.iter().map(|i| to_python(py, i, at)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(py, items)?.into_any()
        }
        Item::Dict(items) => {
            let dict = PyDict::new(py);
            for (key, item) in items {
                dict.set_item(key, to_python(py, item, at)?)?;
            }
            dict.into_any()
        }
    })
}

/// Plain data as a Python value.
pub(crate) fn plain<'py>(py: Python<'py>, arg: &Arg) -> PyResult<Bound<'py, PyAny>> {
    Ok(match arg {
        Arg::Bool(b) => b.into_pyobject(py)?.to_owned().into_any(),
        Arg::Number(x) => x.into_pyobject(py)?.into_any(),
        Arg::Text(t) => PyString::new(py, t).into_any(),
        Arg::List(items) => {
            let items = items.iter().map(|a| plain(py, a)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(py, items)?.into_any()
        }
        Arg::Dict(items) => {
            let dict = PyDict::new(py);
            for (key, arg) in items {
                dict.set_item(key, plain(py, arg)?)?;
            }
            dict.into_any()
        }
        Arg::None | Arg::Signal(_) | Arg::Pairs(_) | Arg::Function(_) => py.None().into_bound(py),
    })
}

/// Expressions from their tuples.
pub(crate) fn decode(nodes: &Bound<'_, PyList>) -> PyResult<Vec<Arc<Expr>>> {
    let mut all: Vec<Arc<Expr>> = Vec::with_capacity(nodes.len());
    for node in nodes.iter() {
        let expr = decode_one(&node, &all)?;
        all.push(expr);
    }
    Ok(all)
}

type Parts<'py> = (
    String,
    String,
    Option<Vec<Bound<'py, PyAny>>>,
    Option<Bound<'py, PyDict>>,
    Option<(String, usize, usize, usize, String)>,
);

fn decode_one(node: &Bound<'_, PyAny>, before: &[Arc<Expr>]) -> PyResult<Arc<Expr>> {
    let (what, name, items, more, place): Parts<'_> = node.extract()?;
    let unknown = || error::value(format!("this version of Meed has no `{name}`"));
    let positional =
        items.unwrap_or_default().iter().map(|i| from_python(i, before)).collect::<PyResult<Vec<_>>>()?;
    let two = || match positional.as_slice() {
        [x, y] => Ok((x.clone(), y.clone())),
        [x] => Ok((x.clone(), Item::Plain(Arg::None))),
        _ => Err(unknown()),
    };
    let named = |more: &Option<Bound<'_, PyDict>>| -> PyResult<Vec<(String, Item)>> {
        let items = more.iter().flat_map(|d| d.iter());
        items.map(|(k, v)| Ok((k.extract()?, from_python(&v, before)?))).collect()
    };
    let what = match what.as_str() {
        "column" => What::Column(name),
        "constant" => What::Constant(two()?.0),
        "method" | "function" => {
            let form = if what == "method" { Form::Method } else { Form::Function };
            let def = words::find(&name, form).ok_or_else(unknown)?;
            What::Word(def, Given { named: named(&more)?, positional })
        }
        "scorer" => {
            let scorer = meed_score::find(&name).ok_or_else(unknown)?;
            What::Scorer(scorer, Given { named: named(&more)?, positional })
        }
        "unary" => {
            let op = UNARY.into_iter().find(|op| format!("{op:?}") == name).ok_or_else(unknown)?;
            What::Unary(op, two()?.0)
        }
        "binary" => {
            let op = BINARY.into_iter().find(|op| format!("{op:?}") == name).ok_or_else(unknown)?;
            let (x, y) = two()?;
            What::Binary(op, x, y)
        }
        _ => {
            let more = more.ok_or_else(unknown)?;
            let scorer = more.get_item("scorer")?.ok_or_else(unknown)?.unbind();
            let kind: String = more.get_item("kind")?.ok_or_else(unknown)?.extract()?;
            let when = more.get_item("when")?.map(|w| from_python(&w, before)).transpose()?;
            What::Foreign { scorer: Arc::new(scorer), name, kind: kind_of(&kind)?, inputs: positional, when }
        }
    };
    let spot = place.map(|(file, line, column, width, source)| {
        Spot::Known(Place { file, line, column, width, source, callers: Vec::new() })
    });
    Ok(Expr::at(what, spot))
}

fn from_python(value: &Bound<'_, PyAny>, before: &[Arc<Expr>]) -> PyResult<Item> {
    if let Ok(pair) = value.cast::<PyTuple>() {
        let (_, at): (String, usize) = pair.extract()?;
        let expr = before.get(at).ok_or_else(|| error::value("an expression that is cut off"))?;
        return Ok(Item::Expr(expr.clone()));
    }
    if let Ok(items) = value.cast::<PyList>() {
        return items.iter().map(|i| from_python(&i, before)).collect::<PyResult<_>>().map(Item::List);
    }
    if let Ok(items) = value.cast::<PyDict>() {
        let items = items.iter().map(|(k, v)| Ok((k.extract()?, from_python(&v, before)?)));
        return items.collect::<PyResult<_>>().map(Item::Dict);
    }
    item(value)
}

/// Restores a signal.
#[pyfunction]
pub(crate) fn _signal(nodes: &Bound<'_, PyList>, at: usize) -> PyResult<Signal> {
    let all = decode(nodes)?;
    let expr = all.get(at).cloned().ok_or_else(|| error::value("an expression that is cut off"))?;
    Ok(Signal { expr })
}

/// Params as plain Python values.
pub(crate) fn params<'py>(py: Python<'py>, asked: &BTreeMap<String, Arg>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, arg) in asked {
        dict.set_item(name, plain(py, arg)?)?;
    }
    Ok(dict)
}

/// Params from plain Python values.
pub(crate) fn asked(params: Option<&Bound<'_, PyDict>>) -> PyResult<BTreeMap<String, Arg>> {
    let mut asked = BTreeMap::new();
    for (name, value) in params.into_iter().flatten() {
        let name: String = name.extract()?;
        match item(&value)? {
            Item::Plain(arg) => asked.insert(name, arg),
            _ => return Err(error::value(format!("param `{name}` is a plain value, found an expression"))),
        };
    }
    Ok(asked)
}

/// Values as bytes, or as texts with the reasons of what is absent.
fn values_out<'py>(py: Python<'py>, values: &Values) -> PyResult<Bound<'py, PyAny>> {
    Ok(match values {
        Values::Texts(v) => {
            let cell = |t: &TextCell| match t {
                Ok(text) => (Some(text.to_string()), None),
                Err(reason) => (None, Some(reason.name())),
            };
            v.iter().map(cell).collect::<Vec<_>>().into_pyobject(py)?.into_any()
        }
        numbers => {
            let all = (0..numbers.len()).map(|i| numbers.number(i));
            let bytes: Vec<u8> = all.flat_map(|x| x.to_bits().to_le_bytes()).collect();
            PyBytes::new(py, &bytes).into_any()
        }
    })
}

fn values_in(kind: Kind, values: &Bound<'_, PyAny>) -> PyResult<Values> {
    if kind != Kind::Text {
        let bytes: &[u8] = values.extract()?;
        let number = |b: &[u8]| f64::from_bits(b.iter().rev().fold(0, |x, b| (x << 8) | u64::from(*b)));
        return Ok(Values::Numbers(bytes.chunks_exact(8).map(number).collect()));
    }
    let cells: Vec<(Option<String>, Option<String>)> = values.extract()?;
    let cell = |(text, why): (Option<String>, Option<String>)| -> TextCell {
        let why = why.and_then(|w| Reason::from_name(&w)).unwrap_or(Reason::Missing);
        text.map(Into::into).ok_or(why)
    };
    Ok(Values::Texts(cells.into_iter().map(cell).collect()))
}

/// Lanes and components of a shape; its axis is named beside it.
type Inner = (Option<Vec<String>>, Option<usize>);

fn inner_of(shape: &Shape) -> Inner {
    (shape.lanes.as_ref().map(|l| l.to_vec()), shape.dim)
}

fn shape_of(axis: Axis, (lanes, dim): Inner) -> Shape {
    Shape { axis, lanes: lanes.map(Into::into), dim }
}

pub(crate) fn reduce_column<'py>(py: Python<'py>, column: &Column) -> Reduced<'py> {
    let restore = py.import("meed._meed")?.getattr("_column")?;
    let levels: Vec<(String, Vec<usize>)> =
        column.levels.iter().map(|(n, o)| (n.clone(), o.to_vec())).collect();
    let args = PyTuple::new(
        py,
        [
            PyString::new(py, &column.name).into_any(),
            PyString::new(py, &column.axis).into_any(),
            PyString::new(py, column.column.kind.name()).into_any(),
            inner_of(&column.column.shape).into_pyobject(py)?.into_any(),
            values_out(py, &column.column.values)?,
            levels.into_pyobject(py)?.into_any(),
        ],
    )?;
    Ok((restore, args))
}

/// Restores a column.
#[pyfunction]
pub(crate) fn _column(
    name: String,
    axis: String,
    kind: &str,
    inner: Inner,
    values: &Bound<'_, PyAny>,
    levels: Vec<(String, Vec<usize>)>,
) -> PyResult<Column> {
    let kind = kind_of(kind)?;
    // The axis' number means nothing outside its batch; its name does.
    let shape = shape_of(Axis::BATCH, inner);
    let column = meed_algebra::Column { shape, kind, values: values_in(kind, values)? };
    let levels = levels.into_iter().map(|(n, o)| (n, o.into())).collect();
    Ok(Column { name, axis, column: Arc::new(column), levels })
}

/// Axes after the trunk, by name and parent.
type Tree = Vec<(String, String)>;

fn tree_parts(tree: &AxisTree) -> Tree {
    let own = tree.axes().skip(3);
    own.map(|a| (tree.name(a).to_string(), tree.parent(a).map_or("batch", |p| tree.name(p)).to_string()))
        .collect()
}

/// Axes, and for each column its name, axis, lanes and components, and kind.
pub(crate) type SchemaParts = (Tree, Vec<(String, String, Inner, String)>);

pub(crate) fn schema_parts(schema: &Schema) -> SchemaParts {
    let column = |(name, (shape, kind)): (&String, &(Shape, Kind))| {
        let axis = schema.tree.name(shape.axis).to_string();
        (name.clone(), axis, inner_of(shape), kind.name().to_string())
    };
    (tree_parts(&schema.tree), schema.columns.iter().map(column).collect())
}

pub(crate) fn schema_of((axes, columns): SchemaParts) -> PyResult<Schema> {
    let mut tree = AxisTree::new();
    for (name, parent) in &axes {
        let parent = tree.require(parent).map_err(|e| error::word(&e))?;
        tree.add(name, parent).map_err(|e| error::word(&e))?;
    }
    let mut known = BTreeMap::new();
    for (name, axis, inner, kind) in columns {
        let axis = tree.require(&axis).map_err(|e| error::word(&e))?;
        known.insert(name, (shape_of(axis, inner), kind_of(&kind)?));
    }
    Ok(Schema { tree, columns: known, complete: true })
}

pub(crate) fn reduce_batch<'py>(py: Python<'py>, batch: &Batch) -> Reduced<'py> {
    let restore = py.import("meed._meed")?.getattr("_batch")?;
    let tree = batch.tree();
    let offsets: Vec<Vec<usize>> = tree.axes().skip(2).map(|a| batch.offsets(a).to_vec()).collect();
    let columns = PyList::empty(py);
    for (name, column) in batch.columns() {
        let axis = tree.name(column.shape.axis);
        let inner = inner_of(&column.shape).into_pyobject(py)?;
        columns.append((name, axis, inner, column.kind.name(), values_out(py, &column.values)?))?;
    }
    let args = PyTuple::new(
        py,
        [
            tree_parts(tree).into_pyobject(py)?.into_any(),
            offsets.into_pyobject(py)?.into_any(),
            columns.into_any(),
            (batch.step, batch.total_steps, batch.group_ids.clone()).into_pyobject(py)?.into_any(),
        ],
    )?;
    Ok((restore, args))
}

type ColumnParts<'py> = (String, String, Inner, String, Bound<'py, PyAny>);

/// Restores a batch.
#[pyfunction]
pub(crate) fn _batch(
    axes: Tree,
    offsets: Vec<Vec<usize>>,
    columns: Vec<ColumnParts<'_>>,
    when_and_ids: (u64, Option<u64>, Vec<u64>),
) -> PyResult<crate::batch::Batch> {
    let cut_off = || error::value("a batch that is cut off");
    let counts = |o: &Vec<usize>| o.windows(2).map(|w| w[1].saturating_sub(w[0])).collect::<Vec<_>>();
    let (rollouts, rest) = offsets.split_first().ok_or_else(cut_off)?;
    let mut batch = Batch::new(counts(rollouts));
    for ((name, parent), offsets) in axes.iter().zip(rest) {
        let parent = batch.tree().require(parent).map_err(|e| error::word(&e))?;
        batch.add_axis(name, parent, counts(offsets)).map_err(error::eval)?;
    }
    for (name, axis, inner, kind, values) in columns {
        let kind = kind_of(&kind)?;
        let axis = batch.tree().require(&axis).map_err(|e| error::word(&e))?;
        let column =
            meed_algebra::Column { shape: shape_of(axis, inner), kind, values: values_in(kind, &values)? };
        batch.add_column(&name, column).map_err(error::eval)?;
    }
    (batch.step, batch.total_steps, batch.group_ids) = when_and_ids;
    Ok(crate::batch::Batch { inner: Arc::new(batch) })
}
