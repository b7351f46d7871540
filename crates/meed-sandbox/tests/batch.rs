//! Many programs at once.

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{POOL, are_gone, descendants, patient, python};
use meed_sandbox::{Asserts, Level, Limits, Outcome, Pool, Tests};

/// Every third program is right, every third wrong, every third raises.
fn program(i: usize) -> (String, Tests, &'static str) {
    let (body, name) =
        [("return 2 * x", "passed"), ("return 3 * x", "wrong_answer"), ("return x / 0", "exception")][i % 3];
    let tests =
        Asserts { tests: vec![format!("assert f({}) == {}", i + 1, 2 * (i + 1))], ..Asserts::default() };
    (format!("def f(x):\n    {body}"), Tests::Asserts(tests), name)
}

#[test]
fn two_thousand_programs_and_two_places() {
    const COUNT: usize = 2000;
    let pool = Pool::new(2, Level::Full).unwrap();
    let running = AtomicUsize::new(0);
    let limits = Limits::default();
    // Far more callers than places: they wait for each other, none is lost, none is answered for another.
    let next = AtomicUsize::new(0);
    let mut results: Vec<(usize, &str)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        // From both ends, so that the order differs from the order of the programs.
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= COUNT {
                            return mine;
                        }
                        let i = if n.is_multiple_of(2) { n / 2 } else { COUNT - 1 - n / 2 };
                        let (source, tests, _) = program(i);
                        running.fetch_add(1, Ordering::Relaxed);
                        let outcomes = pool.test(&python(&source), &tests, &limits).unwrap();
                        mine.push((i, outcomes[0].name()));
                    }
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    results.sort_unstable();
    assert_eq!(results.len(), COUNT);
    assert_eq!(running.load(Ordering::Relaxed), COUNT);
    for (i, (number, name)) in results.into_iter().enumerate() {
        assert_eq!((number, name), (i, program(i).2));
    }
    let below = descendants(std::process::id());
    drop(pool);
    assert!(are_gone(&below.difference(&descendants(std::process::id())).copied().collect()));
}

#[test]
fn results_come_in_order() {
    let outcomes = POOL.map(30, |i| {
        let (source, tests, _) = program(i);
        POOL.test(&python(&source), &tests, &patient()).unwrap()[0].name()
    });
    assert_eq!(outcomes, (0..30).map(|i| program(i).2).collect::<Vec<_>>());
}

/// Not a test by itself: what the next test kills.
#[test]
fn endless_batch() {
    if std::env::var_os("MEED_ENDLESS_BATCH").is_none() {
        return;
    }
    let limits = Limits::default().with_wall(Duration::from_secs(300));
    println!("running");
    let cold = Pool::cold(2, Level::Full).unwrap();
    POOL.map(4, |i| {
        let pool = if i % 2 == 0 { &*POOL } else { &cold };
        pool.run(&python("import os, time\nfor _ in range(3): os.fork()\ntime.sleep(300)"), b"", &limits)
            .unwrap()
    });
}

#[test]
fn killing_the_host_leaves_no_orphan() {
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "endless_batch", "--nocapture"])
        .env("MEED_ENDLESS_BATCH", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(host.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.ends_with("running")));
    let mut below = BTreeSet::new();
    for _ in 0..100 {
        below = descendants(host.id());
        if below.len() >= 16 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(below.len() >= 16, "{below:?}");
    host.kill().unwrap();
    host.wait().unwrap();
    assert!(are_gone(&below), "{below:?}");
}

#[test]
fn passing_needs_every_test() {
    let tests = Tests::Asserts(Asserts {
        tests: vec!["assert f(1) == 1".into(), "assert f(2) == 2".into()],
        ..Asserts::default()
    });
    let outcomes = POOL.test(&python("def f(x): return 1"), &tests, &patient()).unwrap();
    assert_eq!(outcomes.iter().filter(|o| o.passed()).count(), 1);
    assert!(matches!(outcomes[1], Outcome::WrongAnswer { .. }));
}
