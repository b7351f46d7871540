//! Times verification on the same data the peer script uses; prints one JSON line per data set.
//!
//! A verification is one gold answer read and one response judged; nothing is reused between them. Rows are
//! timed in several rounds; quantiles are over the rows' median times, so that a scheduler taking the core
//! away for milliseconds does not count as the row's own time. `max_us` is over all single timings.
//!
//! `cargo run --release -p meed-math --example throughput -- DIR [ROUNDS]`

use std::time::Instant;

use meed_math::{Options, Verdict, Verifier};
use serde_json::Value;

struct Row {
    gold: String,
    response: String,
    options: Options,
    expected: bool,
}

fn rows(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("readable data");
    text.lines().map(|l| serde_json::from_str(l).expect("valid JSON")).collect()
}

fn measure(name: &str, rows: &[Row], rounds: usize) {
    let mut times = vec![Vec::with_capacity(rounds); rows.len()];
    let mut agree = 0;
    let mut total = 0.0;
    for round in 0..rounds {
        for (row, t) in rows.iter().zip(&mut times) {
            let start = Instant::now();
            let v = Verifier::new(&[&row.gold], &row.options).verify(&row.response);
            let spent = start.elapsed().as_secs_f64();
            t.push(spent);
            total += spent;
            agree += usize::from(round == 0 && (v == Verdict::Equal) == row.expected);
        }
    }
    let max = times.iter().flatten().fold(0.0f64, |a, b| a.max(*b));
    let mut medians: Vec<f64> = times
        .iter_mut()
        .map(|t| {
            t.sort_by(f64::total_cmp);
            t[t.len() / 2]
        })
        .collect();
    medians.sort_by(f64::total_cmp);
    let at = |q: f64| medians[((medians.len() - 1) as f64 * q) as usize] * 1e6;
    println!(
        "{{\"set\":\"{name}\",\"n\":{},\"agree\":{agree},\"per_second\":{:.0},\"p50_us\":{:.2},\"p99_us\":{:.2},\"p999_us\":{:.2},\"max_us\":{:.2}}}",
        rows.len(),
        (rows.len() * rounds) as f64 / total,
        at(0.5),
        at(0.99),
        at(0.999),
        max * 1e6
    );
}

fn main() {
    let dir = std::env::args().nth(1).expect("a data directory");
    let rounds: usize = std::env::args().nth(2).and_then(|s| s.parse().ok()).unwrap_or(21);
    let mut gsm = Vec::new();
    for r in rows(&format!("{dir}/gsm8k_rollouts.jsonl")) {
        let labels = r["labels"].as_array().expect("labels");
        for (c, l) in r["completions"].as_array().expect("completions").iter().zip(labels) {
            gsm.push(Row {
                gold: r["answer"].as_str().expect("answer").to_string(),
                response: c.as_str().expect("text").to_string(),
                options: Options::default(),
                expected: l.as_bool().expect("label"),
            });
        }
    }
    measure("gsm8k_rollouts", &gsm, rounds);
    let cases: Vec<Row> = rows(&format!("{dir}/math_equivalence.jsonl"))
        .iter()
        .map(|r| Row {
            gold: r["gold"].as_str().expect("gold").to_string(),
            response: r["pred"].as_str().expect("pred").to_string(),
            options: Options {
                decimals: r.get("precision").and_then(Value::as_u64).map(|n| n as u32),
                relations_as_sets: r.get("allow_set_relation_comp").and_then(Value::as_bool).unwrap_or(true),
                ..Options::default()
            },
            expected: r["expected"].as_bool().expect("expected"),
        })
        .collect();
    measure("math_equivalence", &cases, rounds);
}
