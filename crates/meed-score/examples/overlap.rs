//! Times scorers over pairs of texts; prints one JSON line per scorer. `benches/peer.py` calls it.
//!
//! `cargo run --release -p meed-score --example overlap -- PAIRS.jsonl CALLS.json`: pairs are rows `["text", "answer"]`,
//! calls a list of `[scorer, {option: value}]`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use meed_algebra::{Slice, TextCell};
use meed_score::{OptionValue, find};
use serde_json::{Value, json};

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let read = |n: usize| {
        let path = std::env::args().nth(n).expect("two files");
        std::fs::read_to_string(path).expect("readable data")
    };
    let pairs: Vec<(String, String)> =
        read(1).lines().map(|line| serde_json::from_str(line).expect("pairs of texts")).collect();
    let cells = |side: fn(&(String, String)) -> &str| -> Vec<TextCell> {
        pairs.iter().map(|p| Ok(side(p).into())).collect()
    };
    let (texts, answers) = (cells(|p| &p.0), cells(|p| &p.1));
    let calls: Vec<(String, BTreeMap<String, Value>)> = serde_json::from_str(&read(2)).expect("calls");
    for (name, options) in calls {
        let scorer = find(&name).expect("a scorer");
        let option = |value: &Value| match value {
            Value::Bool(b) => OptionValue::Bool(*b),
            Value::Number(x) => OptionValue::Number(x.as_f64().expect("a number")),
            other => OptionValue::Text(other.as_str().expect("a plain value").into()),
        };
        let built = scorer
            .function(options.iter().map(|(k, v)| (k.clone(), option(v))).collect())
            .expect("good options");
        let args = [Slice::Texts(&texts), Slice::Texts(&answers)];
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            std::hint::black_box(built.call(&args[..scorer.inputs.len()], pairs.len()).expect("scores"));
            best = best.min(start.elapsed());
        }
        println!("{}", json!({"scorer": name, "options": options, "seconds": best.as_secs_f64()}));
    }
}
