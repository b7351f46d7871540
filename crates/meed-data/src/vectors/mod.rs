//! Numeric examples of recipes: inputs as batches, outputs to compare with.
//!
//! A *signal vector* feeds batches to a recipe and says which outputs must come out; a *function vector* calls
//! a function of plain data. Both are JSON files, one per case, named after the recipe's id.

mod expected;
mod nested;
mod signal;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::DataError;
pub use expected::{Cell, Expected, Level};
pub use signal::{SignalVector, VectorBatch};

/// One file of numeric examples.
#[derive(Debug, Clone)]
pub enum Vector {
    /// Batches in, outputs out.
    Signal(SignalVector),
    /// Plain data in, plain data out.
    Function(FunctionVector),
}

impl Vector {
    /// The recipe's id.
    pub fn id(&self) -> &str {
        match self {
            Vector::Signal(v) => &v.id,
            Vector::Function(v) => &v.id,
        }
    }

    /// Reads one file.
    ///
    /// # Errors
    /// When it cannot be read or does not follow the format; says where.
    pub fn read(path: &Path) -> Result<Vector, DataError> {
        let text = std::fs::read_to_string(path).map_err(DataError::io(path, "read"))?;
        Vector::parse(&text, &path.display().to_string())
    }

    /// Reads the text of a file; `name` is for messages.
    ///
    /// # Errors
    /// When it does not follow the format; says where.
    pub fn parse(text: &str, name: &str) -> Result<Vector, DataError> {
        let place = Place { path: name.to_string(), at: String::new() };
        let value: Value =
            serde_json::from_str(text).map_err(|e| place.error(format!("not valid JSON: {e}")))?;
        let object = place.object(&value)?;
        if object.contains_key("function") {
            FunctionVector::parse(object, &place).map(Vector::Function)
        } else if object.contains_key("batches") {
            SignalVector::parse(object, &place).map(Vector::Signal)
        } else {
            Err(place
                .error("neither `batches` (a signal vector) nor `function` (a function vector) is there"))
        }
    }
}

/// A file and what it holds, or why it cannot be used.
pub type VectorFile = (PathBuf, Result<Vector, DataError>);

/// All vectors of a folder (`*.json`), by file name.
///
/// # Errors
/// When the folder cannot be listed. A file that cannot be used is an error in its place, so the others run.
pub fn read_dir(dir: &Path) -> Result<Vec<VectorFile>, DataError> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(DataError::io(dir, "list"))? {
        let path = entry.map_err(DataError::io(dir, "list"))?.path();
        if path.extension().is_some_and(|e| e == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths
        .into_iter()
        .map(|p| {
            let vector = Vector::read(&p);
            (p, vector)
        })
        .collect())
}

/// Calls of a function of plain data, with what they return.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionVector {
    /// The recipe's id.
    pub id: String,
    /// The name in the recipe's `functions`.
    pub function: String,
    /// What the case exercises.
    pub note: String,
    /// The calls.
    pub cases: Vec<Case>,
    /// How far numbers may be off, absolutely or relative to `max(1, |x|)`.
    pub tolerance: f64,
}

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Keyword arguments.
    pub args: Map<String, Value>,
    /// What the function returns.
    pub result: Value,
}

impl FunctionVector {
    fn parse(object: &Map<String, Value>, place: &Place) -> Result<Self, DataError> {
        let place_cases = place.key("cases");
        let mut cases = Vec::new();
        for (i, case) in place_cases.list(object.get("cases"))?.iter().enumerate() {
            let place = place_cases.index(i);
            let case = place.object(case)?;
            let args = place.key("args").object(case.get("args").unwrap_or(&Value::Null))?.clone();
            let result = case.get("result").cloned().ok_or_else(|| place.error("`result` is missing"))?;
            cases.push(Case { args, result });
        }
        if cases.is_empty() {
            return Err(place_cases.error("no cases"));
        }
        Ok(FunctionVector {
            id: place.text(object, "id")?,
            function: place.text(object, "function")?,
            note: place.optional_text(object, "note")?.unwrap_or_default(),
            cases,
            tolerance: place.tolerance(object)?,
        })
    }
}

/// Where in a file something is, for messages.
#[derive(Debug, Clone)]
struct Place {
    path: String,
    at: String,
}

impl Place {
    fn key(&self, key: &str) -> Place {
        let at = if self.at.is_empty() { key.to_string() } else { format!("{}.{key}", self.at) };
        Place { path: self.path.clone(), at }
    }

    fn index(&self, i: usize) -> Place {
        Place { path: self.path.clone(), at: format!("{}[{i}]", self.at) }
    }

    fn error(&self, message: impl Into<String>) -> DataError {
        let at = if self.at.is_empty() { "top level".to_string() } else { self.at.clone() };
        DataError::Vector { path: self.path.clone(), at, message: message.into() }
    }

    fn object<'v>(&self, value: &'v Value) -> Result<&'v Map<String, Value>, DataError> {
        value.as_object().ok_or_else(|| self.error(format!("expected an object, found {}", name_of(value))))
    }

    fn list<'v>(&self, value: Option<&'v Value>) -> Result<&'v [Value], DataError> {
        match value {
            Some(Value::Array(list)) => Ok(list),
            Some(other) => Err(self.error(format!("expected a list, found {}", name_of(other)))),
            None => Err(self.error("missing")),
        }
    }

    fn text(&self, object: &Map<String, Value>, key: &str) -> Result<String, DataError> {
        self.optional_text(object, key)?.ok_or_else(|| self.error(format!("`{key}` is missing")))
    }

    fn optional_text(&self, object: &Map<String, Value>, key: &str) -> Result<Option<String>, DataError> {
        match object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.key(key).error(format!("expected a text, found {}", name_of(other)))),
        }
    }

    fn optional_count(&self, object: &Map<String, Value>, key: &str) -> Result<Option<u64>, DataError> {
        match object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or_else(|| {
                self.key(key).error(format!("expected a whole number, found {}", name_of(value)))
            }),
        }
    }

    fn tolerance(&self, object: &Map<String, Value>) -> Result<f64, DataError> {
        match object.get("tolerance") {
            None => Ok(1e-6),
            Some(value) => value
                .as_f64()
                .filter(|t| *t >= 0.0)
                .ok_or_else(|| self.key("tolerance").error("expected a number of at least 0")),
        }
    }
}

fn name_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_string(),
        Value::Bool(b) => format!("`{b}`"),
        Value::Number(n) => format!("the number {n}"),
        Value::String(s) => format!("the text {:?}", s.chars().take(40).collect::<String>()),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(_) => "an object".to_string(),
    }
}
