//! Values of a row as decoded: what the spec needs, nothing else.

use std::sync::Arc;

use meed_algebra::Reason;

use crate::json::{write_number, write_string};

/// A decoded value of a row. Lists of numbers, the bulk of token-level data, are kept flat.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Null, NaN, or no such key.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Arc<str>),
    /// A list of numbers and nulls; the nulls are absent numbers. The empty list is one of these too.
    Numbers(Vec<f64>),
    /// Another list.
    List(Vec<Value>),
    /// Members by name, in order.
    Object(Vec<(Box<str>, Value)>),
    /// A value that is no text, together with its JSON text.
    Raw(Box<(Arc<str>, Value)>),
}

/// The absent number for a null in the data.
pub const MISSING: f64 = Reason::Missing.value();

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

    /// Appends it as JSON.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let list = |out: &mut Vec<u8>, n: usize, one: &dyn Fn(&mut Vec<u8>, usize)| {
            out.push(b'[');
            for i in 0..n {
                if i > 0 {
                    out.push(b',');
                }
                one(out, i);
            }
            out.push(b']');
        };
        match self {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
            Value::Number(n) => write_number(out, *n),
            Value::Text(text) => write_string(out, text),
            Value::Numbers(v) => list(out, v.len(), &|out, i| number(v[i]).write(out)),
            Value::List(v) => list(out, v.len(), &|out, i| v[i].write(out)),
            Value::Object(members) => {
                out.push(b'{');
                for (i, (key, value)) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    write_string(out, key);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
            Value::Raw(both) => out.extend_from_slice(both.0.as_bytes()),
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
