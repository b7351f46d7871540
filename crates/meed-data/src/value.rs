//! Values of a row as decoded: what the spec needs, nothing else.

use std::sync::Arc;

use meed_algebra::Reason;

/// A decoded value. Lists of numbers, the bulk of token-level data, are kept flat.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Null, NaN, or no such key.
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    /// A list of numbers and nulls; the nulls are absent numbers. The empty list is one of these too.
    Numbers(Vec<f64>),
    List(Vec<Value>),
    Object(Vec<(Box<str>, Value)>),
    /// A value that is no text, together with its JSON text.
    Raw(Box<(Arc<str>, Value)>),
}

/// The absent number for a null in the data.
pub(crate) const MISSING: f64 = Reason::Missing.value();

impl Value {
    /// The value without its JSON text.
    pub(crate) fn plain(&self) -> &Value {
        match self {
            Value::Raw(both) => &both.1,
            other => other,
        }
    }

    /// The member `key` of an object; null when it is not there. Twice the same key: the last one counts.
    pub(crate) fn get(&self, key: &str) -> &Value {
        match self.plain() {
            Value::Object(members) => {
                members.iter().rev().find(|(k, _)| **k == *key).map_or(&Value::Null, |(_, v)| v)
            }
            _ => &Value::Null,
        }
    }

    /// What it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match self.plain() {
            Value::Null => "null".to_string(),
            Value::Bool(b) => format!("{b}"),
            Value::Number(n) => format!("the number {n}"),
            Value::Text(text) => format!("the text {}", quoted(text)),
            Value::Numbers(v) if v.is_empty() => "an empty list".to_string(),
            Value::Numbers(v) => format!("a list of {} numbers", v.len()),
            Value::List(v) => format!("a list of {}", v.len()),
            Value::Object(_) => "an object".to_string(),
            Value::Raw(_) => "a value".to_string(),
        }
    }

    /// The text, when it is one.
    pub(crate) fn text(&self) -> Option<&Arc<str>> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list, numbers as single values.
    pub(crate) fn elements(&self) -> Option<Vec<Value>> {
        match self.plain() {
            Value::List(v) => Some(v.clone()),
            Value::Numbers(v) => Some(v.iter().map(|n| number(*n)).collect()),
            _ => None,
        }
    }
}

/// A number as a value; an absent one is null.
pub(crate) fn number(n: f64) -> Value {
    if n.is_nan() { Value::Null } else { Value::Number(n) }
}

/// A text in quotes, cut after 40 characters.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
