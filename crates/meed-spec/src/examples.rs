//! Examples of words: small batches written as JSON, run as tests and shown as help.

use std::collections::BTreeMap;

use meed_algebra::{Axis, Batch, Column, Example, Reason, State, Values};
use serde_json::{Map, Value};

use crate::{Diagnostic, Spec, SpecFile, Want};

/// Evaluates the example's code over its columns; the result nested like them, absent values as `"<reason>"`.
///
/// # Errors
/// When the code is not a valid spec, or the columns do not fit together.
pub fn run(example: &Example) -> Result<Value, Diagnostic> {
    let mut batch = batch(example.with).map_err(Diagnostic::new)?;
    let file = file(example.code, &batch);
    let spec = Spec::read(&file, &batch.schema(), BTreeMap::new(), Want::Outputs)?;
    spec.plan.add_axes(&mut batch).map_err(|e| Diagnostic::new(e.to_string()))?;
    let outputs =
        spec.plan.evaluate(&batch, &mut State::new(), 0).map_err(|e| Diagnostic::new(e.to_string()))?;
    let out = outputs.get("out").ok_or_else(|| Diagnostic::new("the example has no result"))?;
    Ok(nested(&batch, out))
}

/// A spec with the output `out`, in which the columns have their own names.
pub fn file(code: &str, batch: &Batch) -> SpecFile {
    let names: String = batch
        .columns()
        .map(|c| c.0)
        .filter(|n| !crate::words::WELL_KNOWN.iter().any(|k| k.0 == *n))
        .map(|n| format!("{n} = col({n:?})\n"))
        .collect();
    SpecFile { name: "example".into(), source: format!("{names}out = {code}\n"), folder: None }
}

/// Whether two results agree: numbers within 1e-6, everything else exactly; true is 1 and false is 0.
pub fn agree(a: &Value, b: &Value) -> bool {
    let number = |v: &Value| v.as_f64().or_else(|| v.as_bool().map(f64::from));
    match (a, b) {
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| agree(x, y)),
        _ => match (number(a), number(b)) {
            (Some(x), Some(y)) => (x - y).abs() <= 1e-6 * x.abs().max(1.0),
            _ => a == b,
        },
    }
}

/// Reads the columns of an example.
///
/// # Errors
/// When the text is not an object of nested lists, or the lists do not fit together.
pub fn batch(text: &str) -> Result<Batch, String> {
    let json: Map<String, Value> =
        serde_json::from_str(text).map_err(|e| format!("columns of the example: {e}"))?;
    let columns = || json.iter().filter(|(k, _)| !k.starts_with('@'));
    let of_rollouts = columns().find(|(_, v)| depth(v) >= 2).map(|c| c.1);
    let groups = columns().find(|(_, v)| depth(v) >= 1).map(|c| items(c.1).len()).unwrap_or(0);
    let counts: Vec<usize> = match of_rollouts {
        Some(v) => items(v).iter().map(|g| items(g).len()).collect(),
        None => vec![0; groups],
    };
    let mut batch = Batch::new(counts);
    batch.step = json.get("@step").and_then(Value::as_u64).unwrap_or(0);
    batch.total_steps = json.get("@total_steps").and_then(Value::as_u64);
    for (key, value) in columns() {
        let (name, what) = key.split_once('@').unwrap_or((key, ""));
        let column = column(&mut batch, value, what)?;
        batch.add_column(name, column).map_err(|e| e.to_string())?;
    }
    Ok(batch)
}

fn column(batch: &mut Batch, value: &Value, what: &str) -> Result<Column, String> {
    let mut cells = Vec::new();
    flatten(value, &mut cells);
    let levels = depth(value) - usize::from(what == "vector");
    let axis = match levels {
        0 => Axis::BATCH,
        1 => Axis::GROUP,
        2 => Axis::ROLLOUT,
        _ => {
            let name = if what == "token" { "token" } else { "step" };
            let counts: Vec<usize> = items(value).iter().flat_map(items).map(|r| items(r).len()).collect();
            batch.add_axis(name, Axis::ROLLOUT, counts).map_err(|e| e.to_string())?
        }
    };
    let text = cells.iter().any(|c| c.is_string());
    let mut column = if text {
        Column::texts(axis, cells.iter().map(|c| c.as_str().map(Into::into).ok_or(Reason::Missing)).collect())
    } else {
        let number =
            |c: &&Value| c.as_f64().or_else(|| c.as_bool().map(f64::from)).unwrap_or(Reason::Missing.value());
        Column::numbers(axis, cells.iter().map(number).collect())
    };
    if what == "vector" {
        let elements = batch.len(axis).max(1);
        column = column.with_dim(cells.len() / elements);
    }
    Ok(column)
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn flatten<'a>(value: &'a Value, out: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|v| flatten(v, out)),
        _ => out.push(value),
    }
}

/// A column nested by its axes: `[g][r]…`, then lanes and components; absent values as `"<reason>"`.
pub fn nested(batch: &Batch, column: &Column) -> Value {
    let path = batch.tree().path(Axis::BATCH, column.shape.axis);
    let inner: Vec<usize> = column.shape.lanes.iter().map(|l| l.len()).chain(column.shape.dim).collect();
    nest(batch, column, &path, &inner, 0)
}

fn nest(batch: &Batch, column: &Column, path: &[Axis], inner: &[usize], at: usize) -> Value {
    if let Some((axis, rest)) = path.split_first() {
        let offsets = batch.offsets(*axis);
        return (offsets[at]..offsets[at + 1]).map(|i| nest(batch, column, rest, inner, i)).collect();
    }
    if let Some((n, rest)) = inner.split_first() {
        return (0..*n).map(|k| nest(batch, column, path, rest, at * n + k)).collect();
    }
    match (&column.values, column.values.reason(at)) {
        (_, Some(reason)) => Value::String(format!("<{reason}>")),
        (Values::Texts(v), None) => v[at].as_deref().map_or(Value::Null, |t| Value::String(t.to_string())),
        (numbers, None) => match numbers.number(at) {
            n if n.is_finite() => serde_json::json!(n),
            n => Value::String(format!("{n}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;

    #[test]
    fn every_example_gives_what_it_says() {
        let mut wrong = Vec::new();
        let all = words::all().map(|d| d.word).chain(words::plain().map(|p| p.word));
        let all = all.chain(meed_score::all().iter().map(|s| s.word));
        for word in all {
            assert!(!word.examples.is_empty(), "`{}` has no example", word.name);
            for example in word.examples {
                let expected: Value = serde_json::from_str(example.gives).expect(example.gives);
                match run(example) {
                    Ok(found) if agree(&found, &expected) => {}
                    Ok(found) => {
                        wrong.push(format!("{}: {} gives {found}, not {expected}", word.name, example.code))
                    }
                    Err(e) => wrong.push(format!("{}: {} fails\n{e}", word.name, example.code)),
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_word_is_documented_and_unique() {
        let mut seen = std::collections::HashSet::new();
        for def in words::all() {
            assert!(seen.insert((def.word.name, def.form)), "`{}` twice", def.word.name);
            assert!(!def.word.summary.is_empty() && !def.word.axes.is_empty(), "{}", def.word.name);
        }
    }
}
