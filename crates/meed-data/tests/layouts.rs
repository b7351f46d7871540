//! The layouts trainers write, recognised without flags.

mod common;

use common::*;
use meed_algebra::Axis;
use meed_data::{Extent, ReadOptions, RowForm, Source};

/// Layout, form, key, and the well-known columns of these rows.
#[track_caller]
fn check(rows: &str, name: &str, form: RowForm, key: &[&str], text: &str, prompt: &str, answer: &str) {
    let (source, piece) = read_text(rows, &[]).unwrap();
    let layout = source.layout();
    assert_eq!((layout.name, layout.rows), (name, form));
    assert_eq!(layout.group_by, key, "{}", layout.group_why);
    drop(piece);
    for (column, expected) in [("text", text), ("prompt", prompt), ("answer", answer)] {
        if expected.is_empty() {
            assert!(!source.schema(&declared(&[])).unwrap().columns.contains_key(column), "{column}");
            continue;
        }
        let (_, piece) = read_text(rows, &[column]).unwrap();
        assert_eq!(shown(piece.batch.column(column).unwrap()), expected, "{column}");
    }
}

use RowForm::{Rollout, Task};

#[test]
fn trl() {
    let chat = r#"{"prompt": [{"role": "user", "content": "2+2?"}], "completion": [{"role": "assistant", "content": "It is"}, {"role": "assistant", "content": " 4"}], "solution": "4"}"#;
    check(chat, "TRL", Rollout, &["prompt"], r#""It is 4""#, r#""2+2?""#, r#""4""#);
    let dump = r#"{"step": 1, "prompt": "p", "completion": "a", "accuracy": 1.0, "advantage": 0.5}
{"step": 1, "prompt": "p", "completion": "b", "accuracy": 0.0, "advantage": -0.5}
{"step": 2, "prompt": "p", "completion": "c", "accuracy": 0.0, "advantage": 0}"#;
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "rows.jsonl", dump);
    let mut source = Source::open(&[path], &ReadOptions::default()).unwrap();
    assert_eq!(source.layout().name, "TRL dump");
    let mut steps = Vec::new();
    while let Some(piece) = source.next(Extent::Batch).unwrap() {
        steps.push((piece.batch.step, piece.batch.len(Axis::ROLLOUT)));
    }
    assert_eq!(steps, [(1, 2), (2, 1)]);
}

#[test]
fn verl() {
    let data = r#"{"data_source": "gsm8k", "prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}], "ability": "math", "reward_model": {"style": "rule", "ground_truth": "72"}, "extra_info": {"index": 3, "split": "train"}, "responses": ["a", "b"]}"#;
    check(data, "verl", Task, &["data_source", "extra_info.index"], r#""a" "b""#, r#""q""#, r#""72""#);
    let (_, piece) = read_text(data, &["task"]).unwrap();
    assert_eq!(shown(piece.batch.column("task").unwrap()), r#""gsm8k/3""#);
    let nested = r#"{"prompt": "q", "reward_model": {"ground_truth": {"inputs": [1, 12345678901234567890]}}, "response": "r"}"#;
    check(
        nested,
        "verl",
        Rollout,
        &["prompt"],
        r#""r""#,
        r#""q""#,
        r#""{\"inputs\": [1, 12345678901234567890]}""#,
    );
}

#[test]
fn a_folder_of_verl_s_dumps() {
    let dir = tempfile::tempdir().unwrap();
    for step in [10, 2] {
        let row = |i: usize, out: &str| {
            format!(
                "{{\"input\": \"q{i}\", \"output\": \"{out}\", \"gts\": \"{i}\", \"score\": 1.0, \"step\": {step}}}\n"
            )
        };
        // The trainer's balancing may scatter a group.
        file(dir.path(), &format!("{step}.jsonl"), row(1, "a") + &row(2, "b") + &row(1, "c"));
    }
    let mut source = Source::open(&[dir.path().to_path_buf()], &ReadOptions::default()).unwrap();
    assert_eq!(source.layout().name, "verl dump");
    source.select(&set(&["text", "answer"]), &declared(&[])).unwrap();
    let mut found = Vec::new();
    while let Some(piece) = source.next(Extent::Groups { min_rollouts: 1 }).unwrap() {
        found.push((piece.batch.step, shown(piece.batch.column("text").unwrap())));
    }
    assert_eq!(found, [(2, r#""a" "c" "b""#.to_string()), (10, r#""a" "c" "b""#.to_string())]);
}

#[test]
fn other_trainers() {
    let gym = r#"{"_ng_task_index": 0, "_ng_rollout_index": 1, "responses_create_params": {"input": [{"role": "user", "content": "q"}]}, "response": {"output": [{"type": "reasoning", "summary": []}, {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "four"}]}]}, "expected_answer": "4", "reward": 1.0}"#;
    check(gym, "NeMo Gym", Rollout, &["_ng_task_index"], r#""four""#, r#""q""#, r#""4""#);
    let openrlhf = r#"{"query": "Q: 2+2? A: 4", "prompt": "Q: 2+2? A: ", "label": "4"}"#;
    check(openrlhf, "OpenRLHF", Rollout, &["prompt"], r#""4""#, r#""Q: 2+2? A: ""#, r#""4""#);
    check(
        r#"{"input": "q", "label": "4", "output": "a"}"#,
        "OpenRLHF",
        Rollout,
        &["input"],
        r#""a""#,
        r#""q""#,
        r#""4""#,
    );
    let verifiers = r#"{"example_id": 5, "task": "default", "prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}], "answer": "x", "reward": 1, "metrics": {"m": 2}}"#;
    check(verifiers, "verifiers", Rollout, &["example_id"], r#""a""#, r#""q""#, r#""x""#);
    let episode = r#"{"id": "e", "task": {"type": "T", "key": "k", "data": {"idx": 3, "prompt": "q", "answer": "x"}}, "traces": [{"agent": {"trainable": false}, "nodes": []}, {"agent": {"trainable": true}, "root_reply": null, "nodes": [{"message": {"role": "user", "content": "q"}, "logprobs": []}, {"message": {"role": "assistant", "content": " a "}, "logprobs": [-0.5]}]}]}"#;
    check(episode, "verifiers traces", Rollout, &["task.key"], r#""a""#, r#""q""#, r#""x""#);
    let slime = r#"{"group_index": 4, "index": 9, "prompt": "q", "response": "a", "label": "x", "tokens": [1, 2], "response_length": 1, "loss_mask": [1], "status": "completed"}"#;
    check(slime, "slime", Rollout, &["group_index"], r#""a""#, r#""q""#, r#""x""#);
    let skyrl = r#"{"data_source": "d", "prompt": [{"role": "user", "content": "q"}], "env_class": "gsm8k", "reward_spec": {"method": "rule", "ground_truth": "x"}, "extra_info": {"index": 1}, "response": "a"}"#;
    check(skyrl, "SkyRL", Rollout, &["data_source", "extra_info.index"], r#""a""#, r#""q""#, r#""x""#);
    let swift = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "solution": "x"}"#;
    check(swift, "ms-swift", Rollout, &["messages"], r#""a""#, r#""q""#, r#""x""#);
    let open_instruct = r#"{"messages": [{"role": "user", "content": "q"}], "ground_truth": ["1", "2"], "dataset": "math", "response": "a"}"#;
    check(open_instruct, "open-instruct", Rollout, &["messages"], r#""a""#, r#""q""#, "\"\\u{1f}1\\u{1f}2\"");
    let plain = r#"{"question": "q", "gold": 12, "pred": "a"}"#;
    check(plain, "plain", Rollout, &["question"], r#""a""#, r#""q""#, r#""12""#);
}

#[test]
fn preferences_are_groups_with_a_chosen_flag() {
    let one = r#"{"prompt": "q", "chosen": "good", "rejected": "bad"}"#;
    check(one, "preference", Task, &["prompt"], r#""good" "bad""#, r#""q""#, "");
    let (_, piece) = read_text(one, &["chosen"]).unwrap();
    assert_eq!(shown(piece.batch.column("chosen").unwrap()), "1 0");
    let many = r#"{"id": 1, "prompt": "q", "chosen": ["a"], "rejected": ["b", "c"]}"#;
    check(many, "preference", Task, &["id"], r#""a" "b" "c""#, r#""q""#, "");
    let chats = r#"{"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}]}"#;
    check(chats, "preference", Task, &[], r#""a" "b""#, "", "");
}

#[test]
fn the_published_sets_are_understood() {
    let layout = |name: &str, columns: &[&str]| {
        let path = shared(name)?;
        let (source, piece) = read(&[path], columns, &ReadOptions::default()).unwrap();
        let layout = source.layout();
        let sizes = (piece.batch.len(Axis::GROUP), piece.batch.len(Axis::ROLLOUT));
        Some((layout.name, layout.rows, sizes, schema(&source, &[])))
    };
    let Some((name, rows, sizes, schema)) =
        layout("data/rewardmath_scores.jsonl", &["scores.math_shepherd", "scores.armorm", "sources"])
    else {
        return;
    };
    assert_eq!((name, rows, sizes), ("plain", Task, (291, 2910)));
    for line in [
        "scores.math_shepherd: number on step",
        "scores.armorm: number on rollout",
        "chosen: number on group",
    ] {
        assert!(schema.contains(line), "{schema}");
    }
    let (name, rows, sizes, _) = layout("data/hh_harmless_test.jsonl.gz", &["text", "chosen"]).unwrap();
    assert_eq!((name, rows, sizes), ("preference", Task, (2312, 4624)));
    let (name, rows, sizes, schema) = layout("data/rm_bench_chat.json", &["text", "chosen"]).unwrap();
    assert_eq!((name, rows, sizes), ("preference", Task, (129, 774)), "{schema}");
    let (_, rows, sizes, _) = layout("data/math_equivalence.jsonl", &["text", "answer", "expected"]).unwrap();
    assert_eq!((rows, sizes), (Rollout, (139, 139)));
    let (_, rows, sizes, schema) = layout("data/humaneval.jsonl", &["prompt", "task", "test"]).unwrap();
    assert_eq!((rows, sizes), (Rollout, (164, 164)), "{schema}");
}
