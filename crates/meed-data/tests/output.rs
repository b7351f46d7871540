//! Batches with outputs to rows.

mod common;

use std::path::Path;

use common::*;
use meed_algebra::{Axis, Batch, Column, Reason};
use meed_data::{Extent, Output, Piece, ReadOptions, Sink, Source};

/// Reads rows whole, computes outputs from the batch, writes them to `out`; the text written.
fn score(
    text: &str,
    columns: &[&str],
    axes: &[(&str, &str)],
    out: &str,
    outputs: impl Fn(&Batch) -> Vec<(&'static str, Column)>,
) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "rows.jsonl", text);
    let (source, piece) = read_as(&[path], columns, axes, &ReadOptions::default()).unwrap();
    let target = dir.path().join(out);
    write(&source, &piece, &target, outputs(&piece.batch));
    let written = std::fs::read(&target).unwrap();
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "no draft is left");
    String::from_utf8(written).unwrap()
}

fn write(source: &Source, piece: &Piece, target: &Path, outputs: Vec<(&'static str, Column)>) {
    let described = outputs
        .iter()
        .map(|(name, c)| Output { name: name.to_string(), shape: c.shape.clone(), kind: c.kind })
        .collect();
    let mut sink = Sink::create(Some(target), None, source, described).unwrap();
    let columns: Vec<&Column> = outputs.iter().map(|(_, c)| c).collect();
    sink.write(piece, &piece.batch, &columns).unwrap();
    assert_eq!(sink.finish().unwrap(), piece.rows.len() as u64);
}

#[test]
fn lines_keep_every_byte_and_get_the_outputs() {
    let text = "{\"task_id\": 1, \"response\": \"a\",  \"big\": 12345678901234567890123, \"reward\": \"old\"}\n\
                {\"task_id\": 1, \"response\": \"b \\u00e9\"}\n\n  {}  \n";
    let text = text.replace("{}", "{\"task_id\": 2 }");
    let written = score(&text, &["text"], &[], "out.jsonl", |_| {
        vec![
            ("reward", Column::numbers(Axis::ROLLOUT, vec![0.1, Reason::TimedOut.value(), f64::INFINITY])),
            ("right", Column::bools(Axis::ROLLOUT, vec![1.0, 0.0, Reason::Masked.value()])),
            ("mean", Column::numbers(Axis::GROUP, vec![3.0, -0.5])),
            ("note", Column::texts(Axis::BATCH, vec![Ok("x\"y".into())])),
            (
                "parts",
                Column::numbers(Axis::ROLLOUT, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
                    .with_lanes(vec!["a".into(), "b".into()]),
            ),
        ]
    });
    let expected = r#"{"task_id": 1, "response": "a",  "big": 12345678901234567890123, "reward_input": "old","reward":0.1,"right":true,"mean":3,"note":"x\"y","parts":{"a":1,"b":2},"reasons":{}}
{"task_id": 1, "response": "b \u00e9","reward":null,"right":false,"mean":3,"note":"x\"y","parts":{"a":3,"b":4},"reasons":{"reward":"timed_out"}}
{"task_id": 2,"reward":null,"right":null,"mean":-0.5,"note":"x\"y","parts":{"a":5,"b":6},"reasons":{"reward":"undefined","right":"masked"}}
"#;
    assert_eq!(written, expected);
}

#[test]
fn task_rows_get_lists() {
    let text = r#"{"prompt": "p", "completions": ["a", "b"], "prm": [[0.1], [0.2, 0.3]]}
{"prompt": "q", "completions": []}
"#;
    let written = score(text, &["text", "prm"], &[], "out.jsonl", |batch| {
        let step = batch.tree().find("step").unwrap();
        vec![
            ("reward", Column::numbers(Axis::ROLLOUT, vec![1.0, Reason::Masked.value()])),
            ("s", Column::numbers(step, vec![1.0, 2.0, 3.0])),
            ("g", Column::numbers(Axis::GROUP, vec![1.0, Reason::Empty.value()])),
        ]
    });
    let expected = r#"{"prompt": "p", "completions": ["a", "b"], "prm": [[0.1], [0.2, 0.3]],"reward":[1,null],"s":[[1],[2,3]],"g":1,"reasons":{"reward":"masked"}}
{"prompt": "q", "completions": [],"reward":[],"s":[],"g":null,"reasons":{"g":"empty"}}
"#;
    assert_eq!(written, expected);
}

#[test]
fn tokens_of_steps_are_one_list_and_pairs_are_a_list_under_the_rollout() {
    let text = r#"{"task_id": 1, "response": "a", "step_len": [2, 1], "logp": [1, 2, 3]}
{"task_id": 1, "response": "b", "step_len": [1], "logp": [4]}
"#;
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "rows.jsonl", text);
    let (source, piece) = read(&[path], &["logp"], &ReadOptions::default()).unwrap();
    let mut axes = piece.batch.clone();
    let pair = axes.add_axis("pair", Axis::ROLLOUT, [2, 2]).unwrap();
    let token = axes.tree().find("token").unwrap();
    let na = Reason::NotApplicable.value();
    let outputs = [
        ("t", Column::numbers(token, vec![1.5, 2.5, 3.5, 4.5])),
        ("p", Column::numbers(pair, vec![na, 1.0, 0.0, na])),
    ];
    let target = dir.path().join("out.jsonl");
    let described = outputs
        .iter()
        .map(|(name, c)| Output { name: name.to_string(), shape: c.shape.clone(), kind: c.kind })
        .collect();
    let mut sink = Sink::create(Some(&target), None, &source, described).unwrap();
    sink.write(&piece, &axes, &[&outputs[0].1, &outputs[1].1]).unwrap();
    sink.finish().unwrap();
    let written = std::fs::read_to_string(&target).unwrap();
    let first = written.lines().next().unwrap();
    assert!(
        first.ends_with(r#""t":[1.5,2.5,3.5],"p":[null,1],"reasons":{"p":"not_applicable"}}"#),
        "{first}"
    );
}

#[test]
fn what_is_written_reads_back_the_same_with_one_and_two_threads() {
    let Some(path) = shared("data/gsm8k_rollouts.jsonl") else { return };
    let dir = tempfile::tempdir().unwrap();
    let run = |threads: usize, name: &str| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let target = dir.path().join(name);
        pool.install(|| {
            let mut source = Source::open(std::slice::from_ref(&path), &ReadOptions::default()).unwrap();
            source.select(&set(&["labels", "text"]), &declared(&[])).unwrap();
            let outputs = ["reward", "mean"].map(|n| n.to_string());
            let axes = [Axis::ROLLOUT, Axis::GROUP];
            let described = outputs.iter().zip(axes).map(|(name, axis)| Output {
                name: name.clone(),
                shape: meed_algebra::Shape::of(axis),
                kind: meed_algebra::Kind::Number,
            });
            let mut sink = Sink::create(Some(&target), None, &source, described.collect()).unwrap();
            while let Some(piece) = source.next(Extent::Groups { min_rollouts: 100 }).unwrap() {
                let labels = piece.batch.column("labels").unwrap().as_numbers().unwrap().to_vec();
                let means = labels.chunks(4).map(|c| c.iter().sum::<f64>() / 4.0).collect();
                let (a, b) = (Column::numbers(Axis::ROLLOUT, labels), Column::numbers(Axis::GROUP, means));
                sink.write(&piece, &piece.batch, &[&a, &b]).unwrap();
            }
            sink.finish().unwrap();
        });
        target
    };
    let (one, two) = (run(1, "one.jsonl"), run(2, "two.jsonl"));
    assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
    let columns = ["text", "labels", "prompt", "answer", "task"];
    let (_, before) = read(std::slice::from_ref(&path), &columns, &ReadOptions::default()).unwrap();
    let (_, after) = read(&[one], &columns, &ReadOptions::default()).unwrap();
    assert_same(&before.batch, &after.batch);
}
