//! Laws: what is written reads back the same; no bytes bring the reader down.

mod common;

use common::*;
use meed_algebra::{Axis, Column};
use meed_data::{Extent, OnError, Output, ReadOptions, Sink, Source};
use proptest::prelude::*;
use serde_json::{Value, json};

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (-1e9..1e9_f64).prop_map(|x| json!(x)),
        2 => (-5..5_i64).prop_map(|x| json!(x)),
        1 => Just(Value::Null)
    ]
}

/// A rollout with values on every axis, some of them missing.
fn rollout() -> impl Strategy<Value = Value> {
    let steps = prop::collection::vec((number(), prop::collection::vec(number(), 0..3)), 0..4);
    (".{0,8}", number(), any::<Option<bool>>(), steps, number(), number()).prop_map(
        |(text, score, ok, steps, a, b)| {
            let lens: Vec<usize> = steps.iter().map(|(_, tokens)| tokens.len()).collect();
            let tokens: Vec<Value> = steps.iter().flat_map(|(_, tokens)| tokens.clone()).collect();
            let prm: Vec<Value> = steps.into_iter().map(|(prm, _)| prm).collect();
            json!({"response": text, "score": score, "ok": ok, "prm": prm, "step_len": lens, "logp": tokens,
            "parts": {"a": a, "b": b}, "embedding": [1.5, score]})
        },
    )
}

fn rows() -> impl Strategy<Value = String> {
    let groups = prop::collection::vec(prop::collection::vec(rollout(), 1..4), 1..5);
    let first = json!({"task_id": 0, "response": "r", "score": 1.5, "ok": true, "prm": [0.5], "step_len": [1],
        "logp": [-0.5], "parts": {"a": 1.5, "b": 2.5}, "embedding": [0.5, 1.5]});
    groups.prop_map(move |groups| {
        let mut lines = vec![first.to_string()];
        for (i, group) in groups.into_iter().enumerate() {
            for mut row in group {
                row["task_id"] = json!(i + 1);
                lines.push(row.to_string());
            }
        }
        lines.join("\n")
    })
}

const COLUMNS: [&str; 9] = ["text", "score", "ok", "prm", "step_len", "logp", "parts", "embedding", "task"];

fn copy(from: &std::path::Path, to: &std::path::Path) -> meed_algebra::Batch {
    let axes = [("embedding", "vector")];
    let (source, piece) = read_as(&[from.to_path_buf()], &COLUMNS, &axes, &ReadOptions::default()).unwrap();
    let scores = piece.batch.column("score").unwrap().clone();
    let described = vec![Output { name: "reward".into(), shape: scores.shape.clone(), kind: scores.kind }];
    let mut sink = Sink::create(Some(to), None, &source, described).unwrap();
    sink.write(&piece, &piece.batch, &[&scores]).unwrap();
    sink.finish().unwrap();
    piece.batch
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_format_brings_the_batch_back(text in rows()) {
        let dir = tempfile::tempdir().unwrap();
        let mut from = file(dir.path(), "rows.jsonl", text);
        let mut before: Option<meed_algebra::Batch> = None;
        for name in ["a.jsonl.zst", "b.parquet", "c.arrow", "d.jsonl", "e.arrows"] {
            let to = dir.path().join(name);
            let batch = copy(&from, &to);
            if let Some(before) = &before {
                assert_same(before, &batch);
            }
            before = Some(batch);
            from = to;
        }
    }

    #[test]
    fn pieces_hold_what_the_whole_holds(text in rows(), least in 1..6_usize) {
        let dir = tempfile::tempdir().unwrap();
        let path = file(dir.path(), "rows.jsonl", text);
        let (_, whole) = read(std::slice::from_ref(&path), &["logp", "score"], &ReadOptions::default()).unwrap();
        let options = ReadOptions { hold: 0, ..ReadOptions::default() };
        let mut source = Source::open(&[path], &options).unwrap();
        source.select(&set(&["logp", "score"]), &declared(&[])).unwrap();
        let (mut logp, mut ids) = (Vec::new(), Vec::new());
        while let Some(piece) = source.next(Extent::Groups { min_rollouts: least }).unwrap() {
            prop_assert!(!piece.batch.is_empty());
            let values = piece.batch.column("logp").and_then(Column::as_numbers).unwrap();
            logp.extend(values.iter().map(|n| n.to_bits()));
            ids.extend(piece.batch.group_ids.clone());
        }
        let all = whole.batch.column("logp").and_then(Column::as_numbers).unwrap();
        prop_assert_eq!(logp, all.iter().map(|n| n.to_bits()).collect::<Vec<_>>());
        prop_assert_eq!(ids, whole.batch.group_ids);
    }

    #[test]
    fn no_bytes_bring_the_reader_down(
        text in rows(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let clean = file(dir.path(), "rows.jsonl", &text);
        let packed = dir.path().join("a.parquet");
        copy(&clean, &packed);
        for bytes in [text.into_bytes(), std::fs::read(&packed).unwrap()] {
            let mut bytes = bytes;
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            if !whole {
                bytes.truncate(cut.index(bytes.len()));
            }
            let path = file(dir.path(), "damaged", bytes);
            let options = ReadOptions { on_error: OnError::Skip, ..ReadOptions::default() };
            let Ok(mut source) = Source::open(&[path], &options) else { continue };
            let names: Vec<String> = source.schema(&declared(&[])).unwrap().columns.into_keys().collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            if source.select(&set(&names), &declared(&[])).is_err() {
                continue;
            }
            while let Ok(Some(piece)) = source.next(Extent::Groups { min_rollouts: 3 }) {
                prop_assert!(piece.batch.len(Axis::GROUP) > 0);
            }
        }
    }
}
