//! Chunks to rows.

use std::ops::Range;
use std::sync::{Arc, PoisonError};

use super::Chunk;
use crate::error::{Fault, RowError};
use crate::json::{self, Pick};
use crate::layout::Hop;
use crate::record;
use crate::row::{Origin, Plan, Row, extract, hash, label};
use crate::value::Value;

/// What parsing needs to know besides the plan.
#[derive(Debug, Clone)]
pub(crate) struct Parsing {
    pub(crate) names: Arc<[String]>,
    pub(crate) max_line: usize,
    /// Whether rows are written out again.
    pub(crate) keep: bool,
}

/// The rows of a chunk, in order; a row that cannot be used is an error in its place.
pub(crate) fn parse(chunk: &Chunk, plan: &Plan, how: &Parsing) -> Vec<Result<Row, RowError>> {
    match chunk {
        Chunk::Bad(error) => vec![Err(error.clone())],
        Chunk::Text { file, line, text } => {
            let mut rows = Vec::new();
            let mut values = Vec::new();
            let name = &how.names[*file as usize];
            for (number, span) in lines(text, *line) {
                let origin =
                    if how.keep { Origin::Line(text.clone(), span.clone()) } else { Origin::Nowhere };
                let row = check(&text[span], how.max_line)
                    .and_then(|line| {
                        json::row(line, &plan.pick, &mut values).map_err(|e| Fault::row(e.describe()))
                    })
                    .and_then(|()| build(plan, &mut values, name, *file, number, origin));
                rows.push(row.map_err(|fault| fault.at(name, number)));
            }
            rows
        }
        Chunk::Values { row, values: rows } => {
            let rows = std::mem::take(&mut *rows.lock().unwrap_or_else(PoisonError::into_inner));
            let mut values = Vec::new();
            let name = &how.names[0];
            let build = |(number, value): (u64, Value)| {
                members(value, &plan.pick, &mut values)
                    .and_then(|()| build(plan, &mut values, name, 0, number, Origin::Nowhere))
                    .map_err(|fault| fault.at(name, number))
            };
            (*row..).zip(rows).map(build).collect()
        }
        Chunk::Records { file, row, batch } => {
            let mut values = Vec::new();
            let name = &how.names[*file as usize];
            let build = |i: usize| {
                let origin = if how.keep { Origin::Record(batch.clone(), i) } else { Origin::Nowhere };
                record::row(batch, i, &plan.pick, &mut values);
                let number = row + i as u64;
                build(plan, &mut values, name, *file, number, origin).map_err(|fault| fault.at(name, number))
            };
            (0..batch.num_rows()).map(build).collect()
        }
    }
}

/// The first rows of a chunk with all their fields; broken ones are left out.
pub(crate) fn sample(chunk: &Chunk, most: usize, max_line: usize) -> Vec<Value> {
    match chunk {
        Chunk::Bad(_) => Vec::new(),
        Chunk::Text { text, line, .. } => lines(text, *line)
            .filter_map(|(_, span)| {
                let mut cursor = json::Cursor::new(check(&text[span], max_line).ok()?);
                let value = json::value(&mut cursor, &Pick::all()).ok()?;
                cursor.end().ok()?;
                matches!(value, Value::Object(_)).then_some(value)
            })
            .take(most)
            .collect(),
        Chunk::Values { values, .. } => {
            let values = values.lock().unwrap_or_else(PoisonError::into_inner);
            values.iter().filter(|v| matches!(v, Value::Object(_))).take(most).cloned().collect()
        }
        Chunk::Records { batch, .. } => {
            (0..batch.num_rows().min(most)).map(|i| record::object(batch, i)).collect()
        }
    }
}

/// The picked members of a row, like [`crate::json::row`]. Twice the same key: the last one counts.
fn members(row: Value, pick: &Pick, values: &mut Vec<Value>) -> Result<(), Fault> {
    values.clear();
    values.resize(pick.keys.len(), Value::Null);
    let Value::Object(members) = row else {
        return Err(Fault::row(format!("a row must be an object, found {}", row.describe())));
    };
    for (key, value) in members {
        let Some(i) = pick.keys.iter().position(|(k, _)| *k == key) else { continue };
        values[i] = match value {
            Value::Text(_) | Value::Null => value,
            value if pick.keys[i].1.raw || raw_below(&pick.keys[i].1) => with_json(value, &pick.keys[i].1),
            value => value,
        };
    }
    Ok(())
}

fn raw_below(pick: &Pick) -> bool {
    pick.keys.iter().any(|(_, p)| p.raw || raw_below(p))
}

/// A value with its JSON text where that is picked.
fn with_json(value: Value, pick: &Pick) -> Value {
    let value = match value {
        Value::Object(members) if raw_below(pick) => Value::Object(
            members
                .into_iter()
                .map(|(key, value)| match pick.keys.iter().find(|(k, _)| *k == key) {
                    Some((_, pick)) => (key, with_json(value, pick)),
                    None => (key, value),
                })
                .collect(),
        ),
        Value::List(v) if raw_below(pick) => {
            let inner = Pick { raw: false, ..pick.clone() };
            Value::List(v.into_iter().map(|v| with_json(v, &inner)).collect())
        }
        value => value,
    };
    if !pick.raw || matches!(value, Value::Text(_) | Value::Null) {
        return value;
    }
    let mut text = Vec::new();
    value.write(&mut text);
    Value::Raw(Box::new((String::from_utf8_lossy(&text).into(), value)))
}

/// The lines of a block that are not blank, with their numbers.
fn lines(text: &[u8], first: u64) -> impl Iterator<Item = (u64, Range<usize>)> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', text).chain(Some(text.len()));
    ends.zip(first..).filter_map(move |(end, number)| {
        let span = start..end;
        start = end + 1;
        // The end of a block that ends with a line break comes as one more, empty, line.
        let blank = text.get(span.clone()).is_none_or(|line| line.iter().all(u8::is_ascii_whitespace));
        (!blank).then_some((number, span))
    })
}

fn check(line: &[u8], max_line: usize) -> Result<&str, Fault> {
    if line.len() > max_line {
        return Err(Fault::row(format!("the line is longer than {max_line} bytes (`--max-line`)")));
    }
    std::str::from_utf8(line)
        .map_err(|e| Fault::row(format!("invalid UTF-8 at byte {} of the line", e.valid_up_to() + 1)))
}

/// A row from its decoded members.
fn build(
    plan: &Plan,
    values: &mut [Value],
    name: &str,
    file: u32,
    line: u64,
    origin: Origin,
) -> Result<Row, Fault> {
    let key = key(plan, values, name, line)?;
    let text = |(slot, hops): &(usize, Vec<Hop>)| scalar(&values[*slot], &hops[1..]);
    let batch = match &plan.batch {
        None => None,
        Some(place) => Some(text(place).ok_or_else(|| {
            Fault::field(dotted(&place.1), "it says which batch the row is in, and is missing")
        })?),
    };
    let id = plan.id.as_ref().and_then(text);
    let (counts, parts) = extract(plan, values)?;
    Ok(Row { origin, file, line, hash: hash(&key), key, batch, id, counts, parts })
}

fn key(plan: &Plan, values: &[Value], name: &str, line: u64) -> Result<Arc<str>, Fault> {
    let mut texts = Vec::with_capacity(plan.key.len());
    for (slot, hops) in &plan.key {
        let text = scalar(&values[*slot], &hops[1..])
            .ok_or_else(|| Fault::field(dotted(hops), "it tells the groups apart, and is missing"))?;
        texts.push(text);
    }
    Ok(match texts.len() {
        0 => {
            let file = std::path::Path::new(name).file_name().map(|n| n.to_string_lossy());
            format!("{}:{line}", file.unwrap_or_default()).into()
        }
        1 => texts.swap_remove(0),
        _ => texts.join("/").into(),
    })
}

fn scalar(value: &Value, hops: &[Hop]) -> Option<Arc<str>> {
    let mut value = value;
    for hop in hops {
        match hop {
            Hop::Key(key) => value = value.get(key),
            Hop::Each => return None,
        }
    }
    label(value)
}

fn dotted(hops: &[Hop]) -> String {
    let keys: Vec<&str> = hops
        .iter()
        .filter_map(|h| match h {
            Hop::Key(key) => Some(&**key),
            Hop::Each => None,
        })
        .collect();
    keys.join(".")
}
