//! `meed diff`.

mod common;

use common::Folder;

const ROLLOUTS: &str = r#"{"prompt": "1/2+1/4?", "completion": "So \\boxed{0.75}.", "answer": "3/4", "score": 1}
{"prompt": "1/2+1/4?", "completion": "It is 1/2.", "answer": "3/4", "score": 0}
{"prompt": "2+2?", "completion": "The answer is four.", "answer": "4", "score": null}
{"prompt": "2+2?", "completion": "I think it is 4", "answer": "4", "score": 1}
"#;

fn folder() -> Folder {
    let folder = Folder::new();
    folder
        .file("rollouts.jsonl", ROLLOUTS)
        .file("math.star", "reward = math()\n")
        .file("exact.star", "reward = exact()\n");
    folder
}

#[test]
fn counts_what_differs_and_what_it_does_to_advantages() {
    let folder = folder();
    let ran = folder.meed("diff math.star exact.star rollouts.jsonl --format json");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["rollouts"], 4);
    // `math` reads 0.75 and "four"; `exact` compares texts.
    let differ = 4 - found["same"].as_u64().unwrap();
    assert!(differ >= 1, "{found}");
    assert_eq!(found["disagreement"].as_f64().unwrap(), differ as f64 / 4.0);
    assert_eq!(found["differences"].as_array().unwrap().len() as u64, differ);
    let first = &found["differences"][0];
    assert_eq!((first["a"].as_f64(), first["b"].as_f64()), (Some(1.0), Some(0.0)));
    assert_eq!(first["extracted"], "0.75");
    assert_eq!(first["reference"], "3/4");
    assert!(first["place"].as_str().unwrap().ends_with("rollouts.jsonl:1"), "{first}");
    // The first group is (1, 0) under `math` and (0, 0) under `exact`.
    assert!(found["zeroed_by_b"].as_u64().unwrap() >= 1, "{found}");
}

#[test]
fn more_disagreement_than_allowed_is_exit_code_1() {
    let folder = folder();
    assert_eq!(folder.meed("diff math.star exact.star rollouts.jsonl --max-disagreement 0.1").code, 1);
    assert_eq!(folder.meed("diff math.star exact.star rollouts.jsonl --max-disagreement 1").code, 0);
    assert_eq!(folder.meed("diff math.star math.star rollouts.jsonl --max-disagreement 0").code, 0);
    let ran = folder.meed("diff math.star exact.star rollouts.jsonl --max-disagreement 3");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("a share from 0 to 1"), "{}", ran.stderr);
}

#[test]
fn a_column_of_the_dump_is_compared_like_a_spec() {
    let folder = folder();
    let ran = folder.meed("diff math.star col(\"score\") rollouts.jsonl");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("absent: A 0, B 1"), "{}", ran.stdout);
    assert!(ran.stdout.contains("extracted  four"), "{}", ran.stdout);
}

#[test]
fn an_output_that_is_not_there_is_named() {
    let folder = folder();
    let ran = folder.meed("diff math.star exact.star rollouts.jsonl --output rewrd");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no output `rewrd`"), "{}", ran.stderr);
}

#[test]
fn spread_out_values_are_compared_by_sign() {
    let folder = Folder::new();
    let rows: String = (0..20)
        .map(|i| {
            format!(
                "{{\"prompt\": \"p{}\", \"completion\": \"x\", \"r\": {}, \"s\": {}}}\n",
                i / 4,
                i - 9,
                9 - i
            )
        })
        .collect();
    folder.file("rows.jsonl", rows);
    let ran = folder.meed("diff col(\"r\") col(\"s\") rows.jsonl --format json");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let labels: Vec<&str> =
        found["table"].as_array().unwrap().iter().map(|r| r["a"].as_str().unwrap()).collect();
    assert_eq!(labels, ["below 0", "0", "above 0"]);
    // Only r = 0 has the same value in both; every advantage is turned.
    assert_eq!((found["same"].as_u64(), found["sign_flips"].as_u64()), (Some(1), Some(20)));
}
