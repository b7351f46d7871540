//! Runs per second with full isolation, beside `python3` spawned per test without any.
//!
//! `cargo bench -p meed-sandbox` prints a table; it takes about a minute.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use meed_sandbox::{Asserts, Language, Level, Limits, Pool, Program, Tests};
use serde_json::Value;

fn main() {
    let tasks = tasks();
    let python = Language::python().runtime().expect("this bench needs Python");
    let count = tasks.len().min(60);
    println!(
        "HumanEval tasks with their canonical solutions, one after the other, one core's work at a time\n"
    );
    println!("{:<52}{:>12}{:>10}", "", "per task", "times");

    let spawned = each(count, |i| {
        let task = &tasks[i];
        let script = format!("{}\n{}\ncheck({})\n", task.source, task.test, task.entry);
        let status = Command::new(&python.tool).args(["-c", &script]).stdin(Stdio::null()).status();
        assert!(status.is_ok_and(|s| s.success()));
    });
    line("python3 spawned per test, not isolated", spawned, spawned);

    let pool = Pool::new(1, Level::Full).expect("the full level works here");
    let warm = each(count, |i| grade(&pool, &tasks[i]));
    line("warm, full isolation", warm, spawned);
    let cold = Pool::cold(1, Level::Full).expect("the full level works here");
    let cold = each(count.min(20), |i| grade(&cold, &tasks[i]));
    line("cold, full isolation", cold, spawned);

    latency();
    memory(&pool);
}

fn grade(pool: &Pool, task: &Task) {
    let program = Program { language: Language::python(), source: &task.source };
    let outcomes = pool.test(&program, &task.tests, &Limits::default()).expect("the machinery works");
    assert!(outcomes.iter().all(|o| o.passed()), "{}: {outcomes:?}", task.entry);
}

/// The median, after one round to warm up.
fn each(count: usize, run: impl Fn(usize)) -> Duration {
    run(0);
    let mut times: Vec<Duration> = (0..count)
        .map(|i| {
            let started = Instant::now();
            run(i);
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn line(name: &str, time: Duration, beside: Duration) {
    let (ms, times) = (time.as_secs_f64() * 1e3, beside.as_secs_f64() / time.as_secs_f64());
    println!("{name:<52}{ms:>9.2} ms{times:>9.1}x");
}

/// What isolation adds to starting a program that does nothing.
fn latency() {
    let bash = Language::named("bash").expect("in the table");
    let cold = Pool::cold(1, Level::Full).expect("the full level works here");
    let limits = Limits::default();
    let plain = each(200, |_| {
        let status = Command::new("/bin/bash").args(["-c", ":"]).stdin(Stdio::null()).output();
        assert!(status.is_ok_and(|o| o.status.success()));
    });
    let program = Program { language: bash, source: ":" };
    let shut_in = each(200, |_| {
        let run = cold.run(&program, b"", &limits).expect("the machinery works");
        assert!(run.failure.is_none());
    });
    let added = shut_in.saturating_sub(plain).as_secs_f64() * 1e3;
    println!(
        "\na shell that does nothing: {:.2} ms plain, {:.2} ms isolated, {added:.2} ms added (medians)",
        plain.as_secs_f64() * 1e3,
        shut_in.as_secs_f64() * 1e3
    );
}

/// Resident memory of this process over many runs.
fn memory(pool: &Pool) {
    let limits = Limits::default();
    let program = Program { language: Language::python(), source: "print(1)" };
    let mut after = Vec::new();
    for round in 0..=10 {
        let runs = if round == 0 { 100 } else { 1000 };
        for _ in 0..runs {
            assert!(pool.run(&program, b"", &limits).expect("the machinery works").failure.is_none());
        }
        after.push(resident());
    }
    println!(
        "\nresident memory after 100 runs {} KiB, after 5,100 {} KiB, after 10,100 {} KiB",
        after[0], after[5], after[10]
    );
}

/// Of this process and all below it, in KiB.
fn resident() -> u64 {
    let mut total = 0;
    let mut waiting = vec![std::process::id()];
    while let Some(pid) = waiting.pop() {
        let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
        total += statm.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) * 4;
        for thread in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            waiting.extend(children.split_whitespace().filter_map(|n| n.parse::<u32>().ok()));
        }
    }
    total
}

struct Task {
    source: String,
    test: String,
    entry: String,
    tests: Tests,
}

/// HumanEval where it lies beside the repository, else a task of the same kind.
fn tasks() -> Vec<Task> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/humaneval.jsonl");
    let text = std::fs::read_to_string(path).unwrap_or_else(|_| {
        println!("(no HumanEval beside the repository: a small task instead)");
        let test = "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(5) == 6\n    assert candidate(-1) == 0\n    assert candidate(10) == 11\n    assert candidate(0) == 1\n";
        let task = serde_json::json!({"prompt": "def f(x):\n    \"\"\"one more\"\"\"\n", "canonical_solution": "    return x + 1\n", "test": test, "entry_point": "f"});
        format!("{task}\n").repeat(60)
    });
    text.lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).expect("JSON");
            let field = |name: &str| row[name].as_str().unwrap_or_default().to_string();
            let tests = Tests::Asserts(Asserts {
                context: field("prompt"),
                tests: vec![field("test")],
                entry_point: Some(field("entry_point")),
                ..Asserts::default()
            });
            let source = field("prompt") + &field("canonical_solution");
            Task { source, test: field("test"), entry: field("entry_point"), tests }
        })
        .collect()
}
