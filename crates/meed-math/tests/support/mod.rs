//! Helpers shared by the tests: case files and public data that may not be there.
#![allow(dead_code)]

pub mod hostile;

use std::path::PathBuf;

use meed_math::{Options, Verdict, Verifier};
use serde_json::Value;

/// Rows of a JSONL file of the crate's own cases.
pub fn own(name: &str) -> Vec<Value> {
    read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)).expect("own case file")
}

/// Rows of a public data file beside the workspace, or nothing (with a line that says so).
pub fn shared(name: &str) -> Option<Vec<Value>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dirs = [root.join("../shared/data"), root.join("shared/data"), root.join("../../shared/data")];
    let found = dirs.iter().find_map(|d| read(d.join(name)));
    if found.is_none() {
        println!("skipped: {name} is not beside the workspace");
    }
    found
}

fn read(path: PathBuf) -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(
        text.lines()
            .filter(|l| !l.trim().is_empty())
            .map(|l| serde_json::from_str(l).expect("valid JSON"))
            .collect(),
    )
}

/// Options a row asks for.
pub fn options(row: &Value) -> Options {
    let mut o = Options::default();
    if let Some(p) = row.get("precision").or_else(|| row.get("decimals")).and_then(Value::as_u64) {
        o.decimals = Some(p as u32);
    }
    if let Some(b) = row.get("allow_set_relation_comp").and_then(Value::as_bool) {
        o.relations_as_sets = b;
    }
    if let Some(b) = row.get("strict").and_then(Value::as_bool) {
        o.strict = b;
    }
    o
}

/// The verdict on a row with `gold` and `pred`.
pub fn verdict(row: &Value) -> meed_math::Explanation {
    let gold = row["gold"].as_str().expect("gold");
    let pred = row["pred"].as_str().expect("pred");
    Verifier::new(&[gold], &options(row)).explain(pred)
}

/// Whether the verdict is the expected one.
pub fn as_expected(row: &Value, v: Verdict) -> bool {
    (v == Verdict::Equal) == row["expected"].as_bool().expect("expected")
}
