//! The test-vector reader: every published file, and what it says about wrong ones.

use std::path::PathBuf;

use meed_algebra::{Axis, Kind, Reason};
use meed_data::vectors::{Cell, Vector, read_dir};

fn shared() -> PathBuf {
    match std::env::var_os("MEED_SHARED") {
        Some(dir) => dir.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    }
}

fn signal(text: &str) -> meed_data::vectors::SignalVector {
    match Vector::parse(text, "v.json").unwrap() {
        Vector::Signal(v) => v,
        Vector::Function(_) => panic!("a function vector"),
    }
}

#[test]
fn every_published_vector_is_read() {
    let dir = shared().join("vectors");
    if !dir.is_dir() {
        println!("skipped: no {}", dir.display());
        return;
    }
    let vectors = read_dir(&dir).unwrap();
    for (path, vector) in &vectors {
        if let Err(error) = vector {
            panic!("{}: {error}", path.display());
        }
    }
    println!("{} vectors", vectors.len());
    assert!(vectors.len() > 400);
}

#[test]
fn columns_become_a_batch() {
    let v = signal(
        r#"{"id": "x", "axes": {"choice": "vote", "vote": "rollout"}, "total_steps": 9, "batches": [{"step": 4, "columns": {
            "right": {"axis": "rollout", "values": [[true, null], [false]]},
            "prm": {"axis": "step", "values": [[[0.1, 0.2], [0.3]], [[]]]},
            "step_len": {"axis": "step", "values": [[[2, 1], [1]], [[]]]},
            "logp": {"axis": "token", "values": [[[1, 2, 3], [4]], [[]]]},
            "vote": {"axis": "vote", "values": [[["a"], []], [[null, "b"]]]},
            "emb": {"axis": "group", "vector": true, "lanes": ["u", "v"], "values": [[[1, 2, 3], [4, 5, 6]], null]},
            "wins": {"axis": "pair", "values": [[[null, 1], [null, null]], [[null]]]}
        }, "outputs": {"y": {"axis": "choice", "values": [[[[1]], []], [[[true, null], []]]]}}}]}"#,
    );
    let batch = &v.batches[0].batch;
    assert_eq!((batch.step, batch.total_steps), (4, Some(9)));
    let token = batch.tree().find("token").unwrap();
    assert_eq!(batch.tree().parent(token), batch.tree().find("step"));
    assert_eq!(batch.offsets(token), [0, 2, 3, 4]);
    assert_eq!(batch.column("right").unwrap().kind, Kind::Bool);
    let emb = batch.column("emb").unwrap();
    assert_eq!((emb.shape.dim, emb.values.len()), (Some(3), 12));
    let wins = batch.column("wins").unwrap();
    let reasons: Vec<_> = (0..5).map(|i| wins.values.reason(i)).collect();
    let na = Some(Reason::NotApplicable);
    assert_eq!(reasons, [na, None, Some(Reason::Missing), na, na]);
    assert!(batch.tree().find("choice").is_none(), "an axis only outputs use is the recipe's to make");
    assert_eq!(batch.len(Axis::ROLLOUT), 3);
    let y = &v.batches[0].outputs["y"];
    assert_eq!(y.cells, [Cell::Number(1.0), Cell::Number(1.0), Cell::Absent]);
    assert_eq!(y.levels[3].counts, [1, 2, 0]);
    assert_eq!(v.axes, [("vote".into(), "rollout".into()), ("choice".into(), "vote".into())]);
}

#[test]
fn tokens_without_fitting_step_lengths_hang_beside_the_steps() {
    let v = signal(
        r#"{"id": "x", "batches": [{"columns": {
            "step_len": {"axis": "step", "values": [[[2, 1]]]},
            "logp": {"axis": "token", "values": [[[1, 2]]]}
        }, "outputs": {"y": {"axis": "batch", "values": null}}}]}"#,
    );
    let batch = &v.batches[0].batch;
    let token = batch.tree().find("token").unwrap();
    assert_eq!(batch.tree().parent(token), Some(Axis::ROLLOUT));
}

#[test]
fn wrong_files_are_told_where() {
    let cases = [
        ("[1", "v.json: top level: not valid JSON: EOF while parsing a list at line 1 column 2"),
        (
            "{}",
            "v.json: top level: neither `batches` (a signal vector) nor `function` (a function vector) is there",
        ),
        (r#"{"id": "x", "batches": []}"#, "v.json: batches: no batches"),
        (
            r#"{"id": "x", "batches": [{"columns": {"a": {"axis": "rolout", "values": []}}}]}"#,
            "v.json: batches[0].columns.a: unknown axis `rolout`; declare it with its parent in the top-level `axes`",
        ),
        (
            r#"{"id": "x", "batches": [{"columns": {"a": {"axis": "rollout", "values": [[1, 2]]},
                "b": {"axis": "rollout", "values": [[1]]}}}]}"#,
            "v.json: batches[0].columns.b: how many `rollout` there are differs from `a`",
        ),
        (
            r#"{"id": "x", "batches": [{"columns": {"a": {"axis": "rollout", "values": [1]}}}]}"#,
            "v.json: batches[0].columns.a.values[0]: expected a list, found the number 1",
        ),
        (
            r#"{"id": "x", "axes": {"a": "b", "b": "a"}, "batches": []}"#,
            "v.json: axes.a: its parent `b` is not an axis",
        ),
        (
            r#"{"id": "x", "function": "f", "cases": [{"args": 3, "result": 1}]}"#,
            "v.json: cases[0].args: expected an object, found the number 3",
        ),
        (r#"{"id": "x", "function": "f", "cases": [{"args": {}}]}"#, "v.json: cases[0]: `result` is missing"),
    ];
    for (text, message) in cases {
        assert_eq!(Vector::parse(text, "v.json").unwrap_err().to_string(), message);
    }
}
