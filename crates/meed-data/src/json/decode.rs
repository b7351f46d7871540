//! JSON texts to values, only as far as they are picked.

use std::sync::Arc;

use super::{Cursor, Syntax};
use crate::value::{MISSING, Value};

/// Which parts of a value to decode.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pick {
    /// Everything below.
    pub(crate) all: bool,
    /// Also the JSON text, when the value is not a string.
    pub(crate) raw: bool,
    /// These members; those of every element of a list.
    pub(crate) keys: Vec<(Box<str>, Pick)>,
}

impl Pick {
    /// Everything.
    pub(crate) fn all() -> Pick {
        Pick { all: true, ..Pick::default() }
    }

    /// The pick for member `key`, made if need be; its position among the members.
    pub(crate) fn key(&mut self, key: &str) -> usize {
        match self.keys.iter().position(|(k, _)| **k == *key) {
            Some(i) => i,
            None => {
                self.keys.push((key.into(), Pick::default()));
                self.keys.len() - 1
            }
        }
    }
}

/// Decodes a line: one value per picked member of the row's object, null for those it lacks.
pub(crate) fn row(line: &str, pick: &Pick, values: &mut Vec<Value>) -> Result<(), Syntax> {
    values.clear();
    values.resize(pick.keys.len(), Value::Null);
    let mut cursor = Cursor::new(line);
    if cursor.peek() != b'{' {
        cursor.skip()?;
        cursor.end()?;
        return Err(Syntax { at: 0, message: "a row must be an object `{…}`" });
    }
    cursor.enter()?;
    let mut first = true;
    while cursor.more(b'}', first)? {
        first = false;
        let key = cursor.key()?;
        match pick.keys.iter().position(|(k, _)| **k == *key) {
            Some(i) => values[i] = value(&mut cursor, &pick.keys[i].1)?,
            None => cursor.skip()?,
        }
    }
    cursor.end()
}

/// Decodes the next value as far as `pick` says.
pub(crate) fn value(cursor: &mut Cursor<'_>, pick: &Pick) -> Result<Value, Syntax> {
    let next = cursor.peek();
    if !pick.raw || next == b'"' {
        return decode(cursor, pick, next);
    }
    let start = cursor.at();
    let value = decode(cursor, pick, next)?;
    if value == Value::Null {
        return Ok(if cursor.since(start) == "null" { value } else { raw(cursor.since(start), value) });
    }
    Ok(raw(cursor.since(start), value))
}

fn raw(text: &str, value: Value) -> Value {
    Value::Raw(Box::new((Arc::from(text), value)))
}

fn decode(cursor: &mut Cursor<'_>, pick: &Pick, next: u8) -> Result<Value, Syntax> {
    match next {
        b'"' => Ok(Value::Text(Arc::from(&*cursor.string()?))),
        b'{' => object(cursor, pick),
        b'[' => list(cursor, pick),
        b't' => cursor.word("true").map(|()| Value::Bool(true)),
        b'f' => cursor.word("false").map(|()| Value::Bool(false)),
        b'n' => cursor.word("null").map(|()| Value::Null),
        0 => cursor.error("the line ends where a value is expected"),
        _ => cursor.number().map(crate::value::number),
    }
}

fn object(cursor: &mut Cursor<'_>, pick: &Pick) -> Result<Value, Syntax> {
    if !pick.all && pick.keys.is_empty() {
        cursor.skip()?;
        return Ok(Value::Object(Vec::new()));
    }
    cursor.enter()?;
    let mut members = Vec::new();
    let mut first = true;
    let everything = Pick::all();
    while cursor.more(b'}', first)? {
        first = false;
        let key = cursor.key()?;
        let inner = pick.keys.iter().find(|(k, _)| **k == *key).map(|(_, p)| p);
        match inner.or(pick.all.then_some(&everything)) {
            Some(inner) => {
                let value = value(cursor, inner)?;
                members.push((Box::from(&*key), value));
            }
            None => cursor.skip()?,
        }
    }
    Ok(Value::Object(members))
}

fn list(cursor: &mut Cursor<'_>, pick: &Pick) -> Result<Value, Syntax> {
    if pick.raw && !pick.all && pick.keys.is_empty() {
        cursor.skip()?;
        return Ok(Value::Numbers(Vec::new()));
    }
    cursor.enter()?;
    let mut numbers = Vec::new();
    let mut first = true;
    while cursor.more(b']', first)? {
        first = false;
        match cursor.peek() {
            b'0'..=b'9' | b'-' | b'N' | b'I' => {
                let n = cursor.number()?;
                numbers.push(if n.is_nan() { MISSING } else { n });
            }
            b'n' => {
                cursor.word("null")?;
                numbers.push(MISSING);
            }
            _ => return mixed(cursor, pick, numbers),
        }
    }
    Ok(Value::Numbers(numbers))
}

/// The rest of a list that is not only numbers.
fn mixed(cursor: &mut Cursor<'_>, pick: &Pick, numbers: Vec<f64>) -> Result<Value, Syntax> {
    let inner = Pick { raw: false, ..pick.clone() };
    let mut values: Vec<Value> = numbers.into_iter().map(crate::value::number).collect();
    values.push(value(cursor, &inner)?);
    while cursor.more(b']', false)? {
        values.push(value(cursor, &inner)?);
    }
    Ok(Value::List(values))
}
