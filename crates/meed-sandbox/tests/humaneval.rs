//! HumanEval, where the data lies beside the repository.

mod common;

use std::path::Path;
use std::time::Duration;

use common::{POOL, python};
use meed_sandbox::{Asserts, Limits, Outcome, Tests};
use serde_json::Value;

struct Task {
    prompt: String,
    solution: String,
    entry: String,
    tests: Tests,
}

fn tasks() -> Vec<Task> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let Some(file) = above.map(|a| a.join("shared/data/humaneval.jsonl")).find(|f| f.is_file()) else {
        return Vec::new();
    };
    let text = std::fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| row[name].as_str().unwrap().to_string();
            let tests = Tests::Asserts(Asserts {
                context: field("prompt"),
                tests: vec![field("test")],
                entry_point: Some(field("entry_point")),
                ..Asserts::default()
            });
            Task {
                prompt: field("prompt"),
                solution: field("canonical_solution"),
                entry: field("entry_point"),
                tests,
            }
        })
        .collect()
}

#[test]
fn every_canonical_solution_passes() {
    let tasks = tasks();
    let outcomes = POOL.map(tasks.len(), |i| {
        let source = format!("{}{}", tasks[i].prompt, tasks[i].solution);
        POOL.test(&python(&source), &tasks[i].tests, &Limits::default()).unwrap()
    });
    for (i, outcomes) in outcomes.iter().enumerate() {
        assert!(!outcomes.is_empty() && outcomes.iter().all(Outcome::passed), "HumanEval/{i}: {outcomes:?}");
    }
}

/// Ways to break a function, and the outcomes each may have.
const BREAKS: [(&str, &[&str]); 8] = [
    ("return 'something else entirely'", &["wrong_answer", "exception"]),
    ("raise ValueError('broken')", &["exception"]),
    ("import os; os._exit(0)", &["exception"]),
    ("while True: pass", &["timeout"]),
    ("return bytearray(1 << 40)", &["out_of_memory"]),
    ("import socket; socket.socket()", &["forbidden"]),
    ("return undefined_name", &["exception"]),
    ("return (", &["compile_error"]),
];

#[test]
fn every_broken_variant_fails_as_it_should() {
    let tasks = tasks();
    let outcomes = POOL.map(tasks.len(), |i| {
        let (task, (body, _)) = (&tasks[i], BREAKS[i % BREAKS.len()]);
        // The canonical solution stands before: the broken definition replaces it.
        let source =
            format!("{}{}\n\ndef {}(*args, **named):\n    {body}\n", task.prompt, task.solution, task.entry);
        // Only what never ends is given little time: a busy machine must not make the others late.
        let wall = Duration::from_millis(if body.starts_with("while") { 250 } else { 20_000 });
        POOL.test(&python(&source), &task.tests, &Limits::default().with_wall(wall)).unwrap()
    });
    for (i, outcomes) in outcomes.iter().enumerate() {
        let (body, allowed) = BREAKS[i % BREAKS.len()];
        assert!(!outcomes.is_empty(), "HumanEval/{i}");
        // Any text is true, so a test that asks for no more than truth passes; the task does not.
        assert!(outcomes.iter().any(|o| !o.passed()), "HumanEval/{i} with {body:?}: {outcomes:?}");
        for outcome in outcomes.iter().filter(|o| i % BREAKS.len() != 0 || !o.passed()) {
            assert!(allowed.contains(&outcome.name()), "HumanEval/{i} with {body:?}: {outcomes:?}");
        }
    }
}
