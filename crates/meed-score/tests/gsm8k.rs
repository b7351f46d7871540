//! `number` against the labels of real rollouts, where the data is there (`MEED_SHARED`, or beside the repository).

use std::path::PathBuf;
use std::sync::Arc;

use meed_algebra::{Slice, TextCell, Values};
use serde_json::Value;

#[test]
fn number_agrees_with_published_labels() {
    let shared = std::env::var_os("MEED_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let Ok(rows) = std::fs::read_to_string(shared.join("data/gsm8k_rollouts.jsonl")) else {
        println!("skipped: no gsm8k_rollouts.jsonl in {}", shared.display());
        return;
    };
    let (mut texts, mut answers, mut labels) = (Vec::<TextCell>::new(), Vec::<TextCell>::new(), Vec::new());
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        for (text, label) in
            row["completions"].as_array().unwrap().iter().zip(row["labels"].as_array().unwrap())
        {
            texts.push(Ok(Arc::from(text.as_str().unwrap())));
            answers.push(Ok(Arc::from(row["answer"].as_str().unwrap())));
            labels.push(label.as_bool().unwrap());
        }
    }
    let number = meed_score::find("number").unwrap().function([].into()).unwrap();
    let args = [Slice::Texts(&texts), Slice::Texts(&answers)];
    let Values::Numbers(scores) = number.call(&args, texts.len()).unwrap() else { panic!("not numbers") };
    let differ: Vec<_> = (0..labels.len()).filter(|i| (scores[*i] == 1.0) != labels[*i]).collect();
    for i in &differ {
        println!("label {} score {} answer {:?}: {:?}", labels[*i], scores[*i], answers[*i], texts[*i]);
    }
    println!("{} of {} agree", labels.len() - differ.len(), labels.len());
    assert!(differ.len() * 200 <= labels.len());
}
