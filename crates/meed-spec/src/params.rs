//! The knobs of a spec, and what it says about columns before the data is seen.

use std::collections::{BTreeMap, BTreeSet};

use meed_algebra::TypeError;

use crate::words::Arg;

/// A declared knob.
#[derive(Clone)]
pub struct Param {
    /// Its name; with the file's name before a dot when it belongs to a loaded file.
    pub name: String,
    /// What the spec says.
    pub default: Arg,
    /// What it is in this run.
    pub value: Arg,
    /// What it means.
    pub help: String,
    /// How it is learned, when it can be; then it is a parameter of the graph with the same name.
    pub learn: Option<Learn>,
}

/// How a knob is learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Learn {
    /// The least value.
    pub low: Option<f64>,
    /// The greatest value.
    pub high: Option<f64>,
    /// Not below 0, with sum 1.
    pub simplex: bool,
    /// The multiplier of a constraint: not below 0, and it ascends.
    pub dual: bool,
}

/// Knobs: what was asked for and what the spec declares.
#[derive(Default)]
pub struct Params {
    asked: BTreeMap<String, Arg>,
    used: BTreeSet<String>,
    /// Declared so far, in order.
    pub declared: Vec<Param>,
    /// Axes the spec names for columns.
    pub axes: BTreeMap<String, String>,
    /// The loaded file whose knobs are being declared, `None` in the spec itself.
    pub(crate) file: Option<String>,
}

impl Params {
    /// Values asked for from outside.
    pub fn new(asked: BTreeMap<String, Arg>) -> Self {
        Params { asked, ..Params::default() }
    }

    pub(crate) fn declare_axis(&mut self, column: &str, axis: &str) {
        self.axes.entry(column.to_string()).or_insert_with(|| axis.to_string());
    }

    /// Declares a knob and gives its value.
    ///
    /// # Errors
    /// When it is declared twice, or the value asked for is of another kind than the default.
    pub fn declare(
        &mut self,
        name: &str,
        default: Arg,
        help: &str,
        learn: Option<Learn>,
    ) -> Result<Arg, TypeError> {
        if let Arg::Signal(_) | Arg::Pairs(_) | Arg::Function(_) = default {
            return Err(TypeError::new(format!(
                "the default of `{name}` must be a plain value, found {}",
                default.kind()
            )));
        }
        if let Arg::Number(x) = default
            && x.is_nan()
        {
            return Err(TypeError::new(format!("the default of `{name}` is not a number (NaN)")));
        }
        let full = self.full_name(name);
        if self.declared.iter().any(|p| p.name == full) {
            return Err(TypeError::new(format!("param `{name}` is declared twice")));
        }
        let value = match self.asked.get(&full) {
            None => default.clone(),
            Some(value) if fits(&default, value) => value.clone(),
            Some(value) => {
                return Err(TypeError::new(format!(
                    "param `{name}` was set to {}, its default is {}",
                    value.kind(),
                    default.kind()
                ))
                .help(format!("set it to {}", default.kind())));
            }
        };
        self.used.insert(full.clone());
        let help = help.to_string();
        self.declared.push(Param { name: full, default, value: value.clone(), help, learn });
        Ok(value)
    }

    /// The name of a knob of the file being read: with the file's before a dot when it is a loaded one.
    pub(crate) fn full_name(&self, name: &str) -> String {
        match &self.file {
            Some(file) => format!("{file}.{name}"),
            None => name.to_string(),
        }
    }

    /// Checks that every value asked for belongs to a knob.
    ///
    /// # Errors
    /// Names the first that does not, the nearest knob, and all knobs.
    pub fn check_used(&self) -> Result<(), TypeError> {
        let Some(name) = self.asked.keys().find(|n| !self.used.contains(*n)) else { return Ok(()) };
        let names: Vec<&str> = self.declared.iter().map(|p| p.name.as_str()).collect();
        let known = if names.is_empty() {
            "the spec has no params".to_string()
        } else {
            format!("params: {}", names.join(", "))
        };
        Err(TypeError::new(format!("the spec has no param `{name}`")).note(known).help_similar(name, &names))
    }
}

/// Whether a value may stand for a default: same kind, or the default is None.
fn fits(default: &Arg, value: &Arg) -> bool {
    match (default, value) {
        (Arg::None, _) | (_, Arg::None) => true,
        (Arg::Number(_), Arg::Number(_)) | (Arg::Bool(_), Arg::Bool(_)) => true,
        // "none" and "inf" are how vectors and command lines write values numbers can have.
        (Arg::Text(_), Arg::Text(_) | Arg::Number(_)) => true,
        (Arg::Number(_), Arg::Text(text)) => matches!(text.as_str(), "none" | "inf" | "-inf"),
        (Arg::List(_), Arg::List(_)) | (Arg::Dict(_), Arg::Dict(_)) => true,
        _ => false,
    }
}

/// Reads a value as written after `--set name=`: JSON, or True, False, None, inf, or else a text.
pub fn parse_value(text: &str) -> Arg {
    match text {
        "True" => Arg::Bool(true),
        "False" => Arg::Bool(false),
        "None" => Arg::None,
        "inf" => Arg::Number(f64::INFINITY),
        "-inf" => Arg::Number(f64::NEG_INFINITY),
        _ => match serde_json::from_str(text) {
            Ok(json) => from_json(&json),
            Err(_) => Arg::Text(text.to_string()),
        },
    }
}

/// A JSON value as an argument.
pub fn from_json(json: &serde_json::Value) -> Arg {
    use serde_json::Value;
    match json {
        Value::Null => Arg::None,
        Value::Bool(b) => Arg::Bool(*b),
        Value::Number(n) => Arg::Number(n.as_f64().unwrap_or(f64::INFINITY)),
        Value::String(s) => Arg::Text(s.clone()),
        Value::Array(items) => Arg::List(items.iter().map(from_json).collect()),
        Value::Object(items) => Arg::Dict(items.iter().map(|(k, v)| (k.clone(), from_json(v))).collect()),
    }
}

/// A plain value as written in a spec.
pub fn show(arg: &Arg) -> String {
    match arg {
        Arg::None => "None".to_string(),
        Arg::Bool(true) => "True".to_string(),
        Arg::Bool(false) => "False".to_string(),
        Arg::Number(x) => format!("{x}"),
        Arg::Text(t) => format!("{t:?}"),
        Arg::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Arg::Dict(items) => {
            format!(
                "{{{}}}",
                items.iter().map(|(k, v)| format!("{k:?}: {}", show(v))).collect::<Vec<_>>().join(", ")
            )
        }
        other => other.kind().to_string(),
    }
}
