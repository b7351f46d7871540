//! Expressions as Python writes them: built into a graph when the columns of the data are known.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meed_algebra::op::{Binary, Unary};
use meed_algebra::{EvalError, Function, Kind, NodeId, Schema, Slice, TypeError, Values};
use meed_score::Scorer;
use meed_spec::words::{self, Arg, Args, Builder, Def};
use meed_spec::{Diagnostic, Spec};
use pyo3::prelude::*;

use crate::place::Spot;

/// A value of an expression: an expression, or plain data, in lists and dicts.
#[derive(Clone)]
pub(crate) enum Item {
    Expr(Arc<Expr>),
    Plain(Arg),
    List(Vec<Item>),
    Dict(Vec<(String, Item)>),
}

/// What a word is given.
#[derive(Clone, Default)]
pub(crate) struct Given {
    pub positional: Vec<Item>,
    pub named: Vec<(String, Item)>,
}

/// What an expression does.
pub(crate) enum What {
    /// A well-known column.
    Column(String),
    /// Plain data as an output.
    Constant(Item),
    Word(&'static Def, Given),
    Scorer(&'static Scorer, Given),
    Unary(Unary, Item),
    Binary(Binary, Item, Item),
    /// A scorer written in Python.
    Foreign {
        scorer: Arc<Py<PyAny>>,
        name: String,
        kind: Kind,
        inputs: Vec<Item>,
        when: Option<Item>,
    },
}

/// An expression and where it was written.
pub(crate) struct Expr {
    pub what: What,
    pub spot: Option<Spot>,
    /// Expressions are built in the order in which they were written, as a file is read from top to bottom: calls
    /// of chance and unnamed states are told apart by their order.
    pub order: u64,
    /// Updates of the state that this is: part of every spec that reads it.
    updates: Mutex<Vec<Arc<Expr>>>,
}

static ORDER: AtomicU64 = AtomicU64::new(0);

impl Expr {
    pub(crate) fn new(py: Python<'_>, what: What) -> Arc<Expr> {
        Expr::at(what, Spot::here(py))
    }

    pub(crate) fn at(what: What, spot: Option<Spot>) -> Arc<Expr> {
        let order = ORDER.fetch_add(1, Ordering::Relaxed);
        let expr = Arc::new(Expr { what, spot, order, updates: Mutex::default() });
        if let Some(state) = expr.updated() {
            state.updates().push(expr.clone());
        }
        expr
    }

    fn updates(&self) -> MutexGuard<'_, Vec<Arc<Expr>>> {
        self.updates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state that this is an update of.
    fn updated(&self) -> Option<&Arc<Expr>> {
        let What::Word(def, given) = &self.what else { return None };
        let named = || given.named.iter().find(|n| n.0 == "state").map(|n| &n.1);
        match given.positional.first().or_else(named) {
            Some(Item::Expr(state)) if def.word.name == "update" => Some(state),
            _ => None,
        }
    }

    /// The expressions it is made of.
    fn parts(&self) -> Vec<Arc<Expr>> {
        let mut found = self.updates().clone();
        match &self.what {
            What::Column(_) => {}
            What::Word(_, given) | What::Scorer(_, given) => given
                .positional
                .iter()
                .chain(given.named.iter().map(|n| &n.1))
                .for_each(|i| i.find(&mut found)),
            What::Constant(x) | What::Unary(_, x) => x.find(&mut found),
            What::Binary(_, x, y) => [x, y].into_iter().for_each(|i| i.find(&mut found)),
            What::Foreign { inputs, when, .. } => inputs.iter().chain(when).for_each(|i| i.find(&mut found)),
        }
        found
    }
}

// A long chain of expressions would be dropped one inside the other.
impl Drop for Expr {
    fn drop(&mut self) {
        let mut items = std::mem::replace(&mut self.what, What::Column(String::new())).into_items();
        while let Some(item) = items.pop() {
            match item {
                Item::Expr(expr) => {
                    if let Some(mut expr) = Arc::into_inner(expr) {
                        let what = std::mem::replace(&mut expr.what, What::Column(String::new()));
                        items.extend(what.into_items());
                    }
                }
                Item::List(more) => items.extend(more),
                Item::Dict(more) => items.extend(more.into_iter().map(|m| m.1)),
                Item::Plain(_) => {}
            }
        }
    }
}

impl What {
    fn into_items(self) -> Vec<Item> {
        match self {
            What::Column(_) => Vec::new(),
            What::Word(_, given) | What::Scorer(_, given) => {
                given.positional.into_iter().chain(given.named.into_iter().map(|n| n.1)).collect()
            }
            What::Constant(x) | What::Unary(_, x) => vec![x],
            What::Binary(_, x, y) => vec![x, y],
            What::Foreign { inputs, when, .. } => inputs.into_iter().chain(when).collect(),
        }
    }
}

impl Item {
    fn find(&self, found: &mut Vec<Arc<Expr>>) {
        match self {
            Item::Expr(expr) => found.push(expr.clone()),
            Item::Plain(_) => {}
            Item::List(items) => items.iter().for_each(|i| i.find(found)),
            Item::Dict(items) => items.iter().for_each(|(_, i)| i.find(found)),
        }
    }

    fn arg(&self, built: &HashMap<*const Expr, Arg>) -> Arg {
        match self {
            Item::Expr(expr) => built.get(&Arc::as_ptr(expr)).cloned().unwrap_or(Arg::None),
            Item::Plain(arg) => arg.clone(),
            Item::List(items) => Arg::List(items.iter().map(|i| i.arg(built)).collect()),
            Item::Dict(items) => Arg::Dict(items.iter().map(|(k, i)| (k.clone(), i.arg(built))).collect()),
        }
    }
}

/// Everything these expressions are made of, in the order it was written.
pub(crate) fn reachable<'a>(roots: impl IntoIterator<Item = &'a Arc<Expr>>) -> Vec<Arc<Expr>> {
    let mut found: HashMap<*const Expr, Arc<Expr>> = HashMap::new();
    let mut open: Vec<Arc<Expr>> = roots.into_iter().cloned().collect();
    while let Some(expr) = open.pop() {
        if let Entry::Vacant(place) = found.entry(Arc::as_ptr(&expr)) {
            open.extend(expr.parts());
            place.insert(expr);
        }
    }
    let mut all: Vec<Arc<Expr>> = found.into_values().collect();
    all.sort_by_key(|e| e.order);
    all
}

/// A scorer written in Python, as a node of the graph. It is called before the graph is evaluated.
struct Foreign {
    name: String,
    identity: String,
    kind: Kind,
}

impl Function for Foreign {
    fn name(&self) -> &str {
        &self.name
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn call(&self, _: &[Slice<'_>], _: usize) -> Result<Values, EvalError> {
        Err(EvalError::Function(format!("`{}` is a Python function and was not called first", self.name)))
    }
}

/// A call of a Python scorer in a built spec: its node, whether its last input is a gate, and the scorer.
pub(crate) struct Call {
    pub node: NodeId,
    pub gated: bool,
    pub name: String,
    pub kind: Kind,
    pub scorer: Arc<Py<PyAny>>,
}

/// Builds outputs against the columns there are.
pub(crate) fn build(
    outputs: &[(String, Arc<Expr>)],
    schema: &Schema,
    asked: BTreeMap<String, Arg>,
) -> Result<(Spec, Vec<Call>), Diagnostic> {
    let mut calls = Vec::new();
    let spec = Spec::build(schema, asked, |b| {
        let mut built: HashMap<*const Expr, Arg> = HashMap::new();
        for expr in reachable(outputs.iter().map(|o| &o.1)) {
            let arg = one(&expr, b, &built, &mut calls).map_err(|e| located(e, &expr))?;
            built.insert(Arc::as_ptr(&expr), arg);
        }
        let mut signals = Vec::with_capacity(outputs.len());
        for (name, expr) in outputs {
            let arg = built.get(&Arc::as_ptr(expr)).cloned().unwrap_or(Arg::None);
            let id = b.signal(&arg).map_err(|e| located(e, expr))?;
            signals.push((name.clone(), id));
        }
        Ok(signals)
    })?;
    Ok((spec, calls))
}

fn located(e: TypeError, expr: &Expr) -> Diagnostic {
    let mut d = Diagnostic::from(e);
    d.place = Python::attach(|py| expr.spot.as_ref()?.place(py)).map(Box::new);
    d
}

fn one(
    expr: &Expr,
    b: &mut Builder,
    built: &HashMap<*const Expr, Arg>,
    calls: &mut Vec<Call>,
) -> Result<Arg, TypeError> {
    let given = |g: &Given| {
        let positional: Vec<Arg> = g.positional.iter().map(|i| i.arg(built)).collect();
        let named: Vec<(String, Arg)> = g.named.iter().map(|(k, i)| (k.clone(), i.arg(built))).collect();
        (positional, named)
    };
    match &expr.what {
        What::Column(name) => words::column(b, name),
        What::Constant(x) => Ok(x.arg(built)),
        What::Word(def, g) => {
            let (positional, named) = given(g);
            let args = Args::new(&def.word, positional, named)?;
            (def.run)(b, &args)
        }
        What::Scorer(scorer, g) => {
            let (positional, named) = given(g);
            words::scorer(b, scorer, positional, named).map(Arg::Signal)
        }
        What::Unary(op, x) => {
            let x = b.signal(&x.arg(built))?;
            b.graph.unary(*op, x).map(Arg::Signal)
        }
        What::Binary(op, x, y) => words::combine(b, &x.arg(built), &y.arg(built), *op),
        What::Foreign { scorer, name, kind, inputs, when } => {
            let inputs = inputs.iter().map(|i| b.signal(&i.arg(built))).collect::<Result<Vec<_>, _>>()?;
            let gate = when.as_ref().map(|w| b.signal(&w.arg(built))).transpose()?;
            // Two calls are never taken to be the same: what a Python function returns is its own business.
            let function =
                Foreign { name: name.clone(), identity: format!("{name} #{}", expr.order), kind: *kind };
            let node = b.graph.call(Arc::new(function), &inputs, gate)?;
            calls.push(Call {
                node,
                gated: gate.is_some(),
                name: name.clone(),
                kind: *kind,
                scorer: scorer.clone(),
            });
            Ok(Arg::Signal(node))
        }
    }
}
