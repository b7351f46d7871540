//! How fast rollouts are read and written: `cargo bench -p meed-data --bench read [-- MEGABYTES]`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use meed_algebra::{Axis, Column, Kind, Shape};
use meed_data::{Extent, Output, ReadOptions, Sink, Source};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let megabytes = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(256_u64);
    let dir = tempfile::tempdir()?;
    let texts = dir.path().join("texts.jsonl");
    let tokens = dir.path().join("tokens.jsonl");
    generate(&texts, megabytes << 20, false)?;
    generate(&tokens, megabytes << 20, true)?;
    println!("{megabytes} MB each, {} threads", rayon::current_num_threads());
    read("texts: text, answer", &texts, &["text", "answer"])?;
    read("texts: score only", &texts, &["score"])?;
    read("tokens: logp, old_logp, mask", &tokens, &["logp", "old_logp", "mask"])?;
    read("tokens: text only", &tokens, &["text"])?;
    through("texts: read and write", &texts, &dir.path().join("out.jsonl"))?;
    println!("peak memory {} MB", peak_megabytes());
    Ok(())
}

/// Rows of about 2 kB of text, or of 1,000 tokens with three numbers each.
fn generate(path: &Path, bytes: u64, tokens: bool) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    let mut written = 0;
    let mut seed = 1_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 40) as f64 / (1 << 24) as f64
    };
    let mut row = 0;
    while written < bytes {
        let mut line = format!(r#"{{"task_id": "task-{}", "prompt": "What is {} + 1?", "#, row / 8, row / 8);
        line += &format!(r#""answer": "{}", "score": {:.6}, "response": ""#, row / 8 + 1, random());
        for i in 0..if tokens { 10 } else { 120 } {
            line += &format!("Step {i}: we add {row} and 1\\n");
        }
        line += &format!(r#"so the answer is \\boxed{{{}}}.""#, row / 8 + 1);
        if tokens {
            for (name, decimals) in [("logp", 16), ("old_logp", 7)] {
                line += &format!(", \"{name}\": [");
                for i in 0..1000 {
                    line += &format!("{}{:.decimals$}", if i > 0 { ", " } else { "" }, -random());
                }
                line.push(']');
            }
            line += &format!(", \"mask\": [{}]", vec!["1"; 1000].join(", "));
        }
        line += "}\n";
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        row += 1;
    }
    out.flush()
}

fn open(path: &Path, columns: &[&str], keep_rows: bool) -> Result<Source, meed_data::DataError> {
    let options = ReadOptions { keep_rows, ..ReadOptions::default() };
    let mut source = Source::open(&[PathBuf::from(path)], &options)?;
    let columns: BTreeSet<String> = columns.iter().map(|c| c.to_string()).collect();
    source.select(&columns, &BTreeMap::new())?;
    Ok(source)
}

fn read(what: &str, path: &Path, columns: &[&str]) -> Result<(), meed_data::DataError> {
    let start = (Instant::now(), cpu_seconds());
    let mut source = open(path, columns, false)?;
    let mut rollouts = 0;
    while let Some(piece) = source.next(Extent::Groups { min_rollouts: 1024 })? {
        rollouts += piece.batch.len(Axis::ROLLOUT);
    }
    report(what, rollouts, path, start);
    Ok(())
}

fn through(what: &str, path: &Path, out: &Path) -> Result<(), meed_data::DataError> {
    let start = (Instant::now(), cpu_seconds());
    let mut source = open(path, &["score", "text"], true)?;
    let output = Output { name: "reward".to_string(), shape: Shape::of(Axis::ROLLOUT), kind: Kind::Number };
    let mut sink = Sink::create(Some(out), None, &source, vec![output])?;
    let mut rollouts = 0;
    while let Some(piece) = source.next(Extent::Groups { min_rollouts: 1024 })? {
        rollouts += piece.batch.len(Axis::ROLLOUT);
        let scores = piece.batch.column("score").and_then(Column::as_numbers).unwrap_or_default().to_vec();
        sink.write(&piece, &piece.batch, &[&Column::numbers(Axis::ROLLOUT, scores)])?;
    }
    sink.finish()?;
    report(what, rollouts, path, start);
    Ok(())
}

fn report(what: &str, rollouts: usize, path: &Path, start: (Instant, f64)) {
    let (seconds, cpu) = (start.0.elapsed().as_secs_f64(), cpu_seconds() - start.1);
    let megabytes = std::fs::metadata(path).map_or(0, |m| m.len()) as f64 / 1e6;
    let (fast, core) = (megabytes / seconds, megabytes / cpu);
    println!("{what:32} {fast:7.0} MB/s {core:7.0} MB per CPU second  {rollouts} rollouts");
}

/// Time on any core so far; on a busy machine it says more than the clock.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
        / 100.0
}

fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}
