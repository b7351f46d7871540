//! Every word's examples, differentiated: beside finite differences, or said to have no slope.

use std::collections::{BTreeMap, BTreeSet};

use meed_algebra::Example;
use meed_spec::{examples, words};
use serde_json::{Map, Value};

/// Words whose result is constant between jumps, is no number, or depends on no number: the gradient through them is 0.
const FLAT: &[&str] = &[
    "absent",
    "all",
    "any",
    "argmax",
    "argmin",
    "ceil",
    "constant",
    "cosine_schedule",
    "count",
    "floor",
    "fraction",
    "isin",
    "lane_names",
    "linear",
    "position",
    "present",
    "progress",
    "rank",
    "reason",
    "round",
    "run",
    "sign",
    "step",
    "total_steps",
    "training_step",
    "uniform",
    "vote_share",
    "history",
];

/// Words without a derivative: a gradient through them is an error that says so.
const NONE: &[&str] = &["map", "effective_rank"];

/// The columns of an example that hold numbers, by their key.
fn columns(with: &Map<String, Value>) -> Vec<&str> {
    let numeric = |v: &Value| leaves(v).iter().any(|x| x.is_f64() || x.is_i64() || x.is_u64());
    with.iter().filter(|(k, v)| !k.starts_with('@') && numeric(v)).map(|(k, _)| k.as_str()).collect()
}

fn leaves(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        leaf => vec![leaf],
    }
}

/// Calls `f` with every number, in order.
fn change(value: &mut Value, at: &mut usize, f: &dyn Fn(usize, f64) -> f64) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|v| change(v, at, f)),
        Value::Number(n) => {
            if let Some(x) = n.as_f64() {
                *value = f(*at, x).into();
            }
            *at += 1;
        }
        _ => {}
    }
}

/// The example with one column's numbers changed.
fn changed(with: &Map<String, Value>, column: &str, f: &dyn Fn(usize, f64) -> f64) -> Map<String, Value> {
    let mut with = with.clone();
    if let Some(values) = with.get_mut(column) {
        change(values, &mut 0, f);
    }
    with
}

/// The numbers `code` gives over these columns.
fn numbers(code: String, with: &Map<String, Value>) -> Result<Vec<f64>, String> {
    let with = serde_json::to_string(with).unwrap();
    let example = Example { code: code.leak(), with: with.leak(), gives: "" };
    let value = examples::run(&example).map_err(|e| e.to_string())?;
    Ok(leaves(&value).iter().filter_map(|v| v.as_f64().or_else(|| v.as_bool().map(f64::from))).collect())
}

/// A loss that is not linear in what the example gives.
fn loss(code: &str) -> String {
    format!("(lambda x: x / (1 + abs(x)))({code})")
}

/// What differentiating an example by one of its columns came to.
enum Came {
    /// Nonzero gradients that are the differences.
    Slope,
    Flat,
    NoDerivative,
}

fn differentiate(code: &str, with: &Map<String, Value>, column: &str) -> Result<Came, String> {
    // No ties, and away from the whole numbers at which words jump.
    let with = changed(with, column, &|i, x| x + 0.03 + 0.041 * ((i * 7) % 5) as f64);
    let name = column.split('@').next().unwrap_or(column);
    let ours = match numbers(format!("grad({}, {name})", loss(code)), &with) {
        Ok(ours) => ours,
        Err(e) if e.contains("has no derivative") => return Ok(Came::NoDerivative),
        Err(e) => return Err(e),
    };
    let total = |i: usize, h: f64| -> Result<f64, String> {
        let moved = changed(&with, column, &|k, x| if k == i { x + h } else { x });
        Ok(numbers(loss(code), &moved)?.iter().sum())
    };
    let present: Vec<f64> = ours;
    let n = leaves(&with[column]).iter().filter(|v| v.is_number()).count();
    let absent = leaves(&with[column]).len() - n;
    if absent == 0 && present.len() != n {
        return Err(format!("{} gradients for {n} numbers", present.len()));
    }
    let mut slope = false;
    let places = (0..leaves(&with[column]).len()).filter(|i| leaves(&with[column])[*i].is_number());
    for (k, place) in places.enumerate() {
        let h = 1e-6;
        let difference = (total(k, h)? - total(k, -h)?) / (2.0 * h);
        let ours = present[place];
        if (ours - difference).abs() > 1e-6 * (1.0 + difference.abs()) {
            return Err(format!("`{code}` by {name}[{k}]: {ours}, by differences {difference}"));
        }
        slope |= ours != 0.0;
    }
    Ok(if slope { Came::Slope } else { Came::Flat })
}

#[test]
fn every_word_has_a_checked_gradient_or_says_that_it_has_none() {
    let mut came: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for def in words::all() {
        let kinds = came.entry(def.word.name).or_default();
        for example in def.word.examples {
            let with: Map<String, Value> = serde_json::from_str(example.with).unwrap();
            for column in columns(&with) {
                match differentiate(example.code, &with, column) {
                    Ok(Came::Slope) => kinds.insert("slope"),
                    Ok(Came::Flat) => kinds.insert("flat"),
                    Ok(Came::NoDerivative) => kinds.insert("none"),
                    Err(e) => {
                        // Texts and plain values are nothing a loss could be made of.
                        if !e.contains("text") && !e.contains("nothing to") && !FLAT.contains(&def.word.name)
                        {
                            wrong.push(format!("{}: {e}", def.word.name));
                        }
                        kinds.insert("no number")
                    }
                };
            }
        }
    }
    for (word, kinds) in came {
        let (flat, none) = (FLAT.contains(&word), NONE.contains(&word));
        let right = match (flat, none) {
            (true, _) => !kinds.contains("slope"),
            (_, true) => kinds.contains("none") && !kinds.contains("slope"),
            _ => kinds.contains("slope"),
        };
        if !right {
            wrong.push(format!("{word}: {kinds:?}, neither checked with a slope nor listed without one"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
