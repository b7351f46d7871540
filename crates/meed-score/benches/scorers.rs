//! Megabytes per second on one core of every scorer that reads the whole text: `cargo bench -p meed-score`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use meed_algebra::{Slice, TextCell};
use meed_score::{OptionValue, find};

fn main() {
    let calls: [(&str, &str, OptionValue); 8] = [
        ("number", "from", "any".into()),
        ("matches", "pattern", r"x_\d{9}".into()),
        ("contains", "what", ["therefore", "however"].into_iter().collect()),
        ("tags", "partial", true.into()),
        ("length", "unit", "characters".into()),
        ("length", "unit", "words".into()),
        ("repetition", "unit", "words".into()),
        ("repetition", "unit", "characters".into()),
    ];
    println!("{:<34}{:>12}{:>12}{:>12}", "MB/s on one core", "tagged 8 kB", "plain 8 kB", "plain 400 B");
    for (name, option, value) in calls {
        let label = format!("{name}({option}={value})");
        print!("{:<34}", if label.len() > 33 { format!("{name}({option}=…)") } else { label });
        for texts in [texts(8 << 10, true), texts(8 << 10, false), texts(400, false)] {
            let rate = rate(name, BTreeMap::from([(option.to_string(), value.clone())]), &texts);
            print!("{rate:>12.0}");
        }
        println!();
    }
}

/// Sixteen megabytes of worked solutions.
fn texts(size: usize, tagged: bool) -> Vec<TextCell> {
    let text = |i: usize| {
        let mut body = String::new();
        for step in 0.. {
            if body.len() >= size {
                break;
            }
            let (a, b) = (i * 7 + step, step * 3 + 1);
            body += &format!(
                "Step {step}: we have {a} and add {b}, so x_{step} = {a} + {b} = \\frac{{{a}}}{{1}} + {b} < {}. ",
                a + b
            );
        }
        let end = i % 1000;
        Ok(if tagged {
            format!("<think>{body}</think>\n<answer>{end}</answer>").into()
        } else {
            format!("{body}\nIn the end it is {end}.").into()
        })
    };
    (0..(16 << 20) / size).map(text).collect()
}

fn rate(name: &str, options: BTreeMap<String, OptionValue>, texts: &[TextCell]) -> f64 {
    let scorer = find(name).expect("a scorer");
    let function = scorer.function(options).expect("good options");
    let answers: Vec<TextCell> = (0..texts.len()).map(|i| Ok((i % 1000).to_string().into())).collect();
    let args = [Slice::Texts(texts), Slice::Texts(&answers)];
    let bytes: usize = texts.iter().flatten().map(|t| t.len()).sum();
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        std::hint::black_box(function.call(&args[..scorer.inputs.len()], texts.len()).expect("scores"));
        best = best.min(start.elapsed());
    }
    bytes as f64 / 1e6 / best.as_secs_f64()
}
