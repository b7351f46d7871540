//! Times verification on the same data the peer script uses; prints one JSON line per data set.
//!
//! `cargo run --release -p meed-math --example throughput -- DIR`

use std::time::Instant;

use meed_math::{Options, Verdict, Verifier};
use serde_json::Value;

fn rows(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("readable data");
    text.lines().map(|l| serde_json::from_str(l).expect("valid JSON")).collect()
}

fn report(name: &str, mut times: Vec<f64>, agree: usize) {
    let total: f64 = times.iter().sum();
    times.sort_by(f64::total_cmp);
    let at = |q: f64| times[((times.len() - 1) as f64 * q) as usize] * 1e6;
    println!(
        "{{\"set\":\"{name}\",\"n\":{},\"agree\":{agree},\"per_second\":{:.0},\"p50_us\":{:.2},\"p99_us\":{:.2},\"p999_us\":{:.2},\"max_us\":{:.2}}}",
        times.len(),
        times.len() as f64 / total,
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
}

fn main() {
    let dir = std::env::args().nth(1).expect("a data directory");
    let rounds: usize = std::env::args().nth(2).and_then(|s| s.parse().ok()).unwrap_or(20);
    let options = Options::default();
    // One verification is one gold answer read and one response judged: nothing is reused.
    let gsm = rows(&format!("{dir}/gsm8k_rollouts.jsonl"));
    let (mut times, mut agree) = (Vec::new(), 0);
    for round in 0..rounds {
        for r in &gsm {
            let gold = r["answer"].as_str().expect("answer");
            for (c, l) in
                r["completions"].as_array().expect("list").iter().zip(r["labels"].as_array().expect("list"))
            {
                let c = c.as_str().expect("text");
                let t = Instant::now();
                let v = Verifier::new(&[gold], &options).verify(c);
                times.push(t.elapsed().as_secs_f64());
                if round == 0 {
                    if (v == Verdict::Equal) == l.as_bool().expect("label") {
                        agree += 1;
                    } else {
                        eprintln!(
                            "differs: gold {gold}, label {l}, got {v:?}: {:?}",
                            &c[c.len().saturating_sub(80)..]
                        );
                    }
                }
            }
        }
    }
    report("gsm8k_rollouts", times, agree);
    let cases = rows(&format!("{dir}/math_equivalence.jsonl"));
    let (mut times, mut agree) = (Vec::new(), 0);
    for round in 0..rounds {
        for r in &cases {
            let mut o = options.clone();
            o.decimals = r.get("precision").and_then(Value::as_u64).map(|n| n as u32);
            o.relations_as_sets = r.get("allow_set_relation_comp").and_then(Value::as_bool).unwrap_or(true);
            let (g, p) = (r["gold"].as_str().expect("gold"), r["pred"].as_str().expect("pred"));
            let t = Instant::now();
            let v = Verifier::new(&[g], &o).verify(p);
            times.push(t.elapsed().as_secs_f64());
            agree += usize::from(
                round == 0 && (v == Verdict::Equal) == r["expected"].as_bool().expect("expected"),
            );
        }
    }
    report("math_equivalence", times, agree);
}
