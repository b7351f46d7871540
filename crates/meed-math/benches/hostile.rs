//! Times every hostile input and prints the slowest: `cargo bench -p meed-math --bench hostile [ROUNDS]`.
//!
//! A time is the best of the rounds, so that a scheduler taking the core away does not count as the input's own.

use std::time::{Duration, Instant};

use meed_math::{Answer, Options, Verifier, answer_key};

#[path = "../tests/support/mod.rs"]
mod support;

fn best(rounds: usize, mut work: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..rounds).map(once).min().unwrap_or_default()
}

fn main() {
    let rounds = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(5);
    let options = Options::default();
    let mut times = Vec::new();
    for (gold, response) in support::hostile::hostile() {
        let boxed = format!("\\boxed{{{response}}}");
        let work: [(&str, &mut dyn FnMut()); 3] = [
            ("verify", &mut || drop(Verifier::new(&[&gold], &options).explain(&response))),
            ("boxed", &mut || drop(Verifier::new(&[&gold], &options).explain(&boxed))),
            ("key", &mut || drop(Answer::parse(&response, options.budget).map(|a| answer_key(&a)))),
        ];
        for (what, work) in work {
            times.push((best(rounds, work), format!("{what}: {gold:.30} | {response:.40}")));
        }
    }
    times.sort();
    times.reverse();
    for (took, what) in times.iter().take(8) {
        println!("{:8.2} ms  {what:?}", took.as_secs_f64() * 1e3);
    }
    println!(
        "{{\"inputs\": {}, \"rounds\": {rounds}, \"max_ms\": {:.2}, \"median_ms\": {:.4}}}",
        times.len(),
        times[0].0.as_secs_f64() * 1e3,
        times[times.len() / 2].0.as_secs_f64() * 1e3
    );
}
