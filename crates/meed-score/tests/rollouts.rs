//! `number` against the hand-made labels of `examples/math`, where it is allowed to differ only as the README there says.

use std::sync::Arc;

use meed_algebra::{Slice, TextCell, Values};
use serde_json::Value;

/// Rollouts that are right in another unit or form, or go on talking, which the number at their end does not show.
const RIGHT_OTHERWISE: [(&str, usize); 5] =
    [("train", 3), ("cylinder", 3), ("mixture", 3), ("gcd", 3), ("ladder", 3)];
/// Rollouts that are wrong and end with the right number.
const WRONG_OTHERWISE: [(&str, usize); 0] = [];

#[test]
fn number_agrees_with_the_example_labels() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/math/tasks.jsonl");
    let number = meed_score::find("number").unwrap().function([].into()).unwrap();
    let tasks = std::fs::read_to_string(path).unwrap();
    let (mut otherwise, mut lucky) = (Vec::new(), Vec::new());
    for task in tasks.lines() {
        let task: Value = serde_json::from_str(task).unwrap();
        let texts: Vec<TextCell> = task["completions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| Ok(Arc::from(t.as_str().unwrap())))
            .collect();
        let answers: Vec<TextCell> = vec![Ok(Arc::from(task["answer"].as_str().unwrap())); texts.len()];
        let scores = number.call(&[Slice::Texts(&texts), Slice::Texts(&answers)], texts.len()).unwrap();
        let Values::Numbers(scores) = scores else { panic!("not numbers") };
        for (i, (score, label)) in scores.iter().zip(task["correct"].as_array().unwrap()).enumerate() {
            let name = task["task"].as_str().unwrap().to_string();
            match (*score == 1.0, label.as_i64() == Some(1)) {
                (false, true) => otherwise.push((name, i)),
                (true, false) => lucky.push((name, i)),
                _ => {}
            }
        }
    }
    let named = |list: &[(&str, usize)]| list.iter().map(|(t, i)| (t.to_string(), *i)).collect::<Vec<_>>();
    assert_eq!((otherwise, lucky), (named(&RIGHT_OTHERWISE), named(&WRONG_OTHERWISE)));
}
