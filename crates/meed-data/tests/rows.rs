//! Rows to batches: layouts, axes, groups.

mod common;

use common::*;
use meed_algebra::Axis;
use meed_data::{Extent, ReadOptions, RowForm, Source};

#[test]
fn task_rows_with_lists() {
    let Some(path) = shared("data/gsm8k_rollouts.jsonl") else { return };
    let (source, piece) =
        read(&[path], &["text", "answer", "labels", "task", "prompt", "sources"], &ReadOptions::default())
            .unwrap();
    assert_eq!(source.layout().rows, RowForm::Task);
    assert_eq!((piece.batch.len(Axis::GROUP), piece.batch.len(Axis::ROLLOUT)), (788, 3152));
    println!("{:?}\n{}", source.layout(), schema(&source, &[]));
    assert_eq!(shown(piece.batch.column("answer").unwrap()).split(' ').next(), Some("\"70000\""));
}

#[test]
fn rollout_rows_make_groups_by_the_prompt() {
    let text = r#"{"prompt": "a", "response": "x", "reward": 1}
{"prompt": "a", "response": "y", "reward": null}

{"prompt": "b", "response": "z", "reward": NaN}"#;
    let (source, piece) = read_text(text, &["text", "reward", "task"]).unwrap();
    assert_eq!(source.layout().group_by, ["prompt"]);
    assert_eq!(piece.batch.offsets(Axis::ROLLOUT), [0, 2, 3]);
    assert_eq!(shown(piece.batch.column("reward").unwrap()), "1 missing missing");
    assert_eq!(shown(piece.batch.column("task").unwrap()), r#""a" "b""#);
    assert_eq!(piece.rows.place(2), Some((piece_name(&piece), 4)));
}

fn piece_name(piece: &meed_data::Piece) -> &str {
    piece.rows.place(0).unwrap().0
}

#[test]
fn tokens_hang_under_steps_when_their_lengths_add_up() {
    let text = r#"{"prompt": "a", "response": "x", "prm": [0.5, 0.25], "step_len": [2, 1], "logp": [-1, -2, -3]}
{"prompt": "a", "response": "x", "prm": [1], "step_len": [1], "logp": [-4]}
{"prompt": "a", "response": "x", "prm": null, "step_len": [], "logp": []}"#;
    let (_, piece) = read_text(text, &["prm", "logp"]).unwrap();
    let tree = piece.batch.tree();
    let (step, token) = (tree.find("step").unwrap(), tree.find("token").unwrap());
    assert_eq!(tree.parent(token), Some(step));
    assert_eq!(piece.batch.offsets(token), [0, 2, 3, 4]);
    assert_eq!(piece.batch.offsets(step), [0, 2, 3, 3]);
    assert_eq!(shown(piece.batch.column("logp").unwrap()), "-1 -2 -3 -4");
    assert!(piece.batch.column("step_len").is_none());
}

#[test]
fn axes_lanes_and_vectors_of_a_row() {
    let text = r#"{"uid": 7, "prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "r"}], "reward_model": {"ground_truth": ["1", "2"]}, "rewards": {"a": 1, "b": true}, "votes": [[1, 0], [1]], "embedding": [0.1, 0.2, 0.3], "steps": [{"text": "s", "score": 1}], "tags": ["x"], "entropy": [1, 2], "ok": true}"#;
    insta_like(
        &schema_of(text, &[("embedding", "vector"), ("votes", "vote")]),
        "answer: text on rollout
completion: text on rollout
completion.content: text on step
completion.role: text on step
embedding: number on rollout vector 3
entropy: number on token
messages: text on rollout
ok: bool on rollout
prompt: text on rollout
prompt.content: text on step
prompt.role: text on step
reward_model: text on rollout
reward_model.ground_truth: text on rollout
rewards: number on rollout lanes a b
rewards.a: number on rollout
rewards.b: bool on rollout
steps: text on rollout
steps.score: number on step
steps.text: text on step
tags: text on step
task: text on group
text: text on rollout
uid: number on rollout
votes: number on vote",
    );
}

#[track_caller]
fn insta_like(found: &str, expected: &str) {
    assert!(found == expected, "found:\n{found}\n\nexpected:\n{expected}");
}

#[test]
fn scattered_groups_of_a_small_input_are_gathered() {
    let text = r#"{"task_id": 1, "response": "a"}
{"task_id": 2, "response": "b"}
{"task_id": 1, "response": "c"}"#;
    let (_, piece) = read_text(text, &["text"]).unwrap();
    assert_eq!(shown(piece.batch.column("text").unwrap()), r#""a" "c" "b""#);
    assert_eq!(piece.batch.offsets(Axis::ROLLOUT), [0, 2, 3]);
}

#[test]
fn pieces_end_with_whole_groups_and_the_limit_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let rows: String =
        (0..100).map(|i| format!("{{\"task_id\": {}, \"response\": \"r\"}}\n", i / 4)).collect();
    let path = file(dir.path(), "rows.jsonl", rows);
    let options = ReadOptions { limit: Some(30), ..ReadOptions::default() };
    let mut source = Source::open(&[path], &options).unwrap();
    let mut sizes = Vec::new();
    while let Some(piece) = source.next(Extent::Groups { min_rollouts: 10 }).unwrap() {
        sizes.push(piece.batch.len(Axis::ROLLOUT));
    }
    assert_eq!(sizes, [12, 12, 8]);
    assert_eq!(source.report().rollouts, 32);
}
