//! What the suites share.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use meed_sandbox::{Language, Level, Limits, Pool, Program, Run};

pub static POOL: LazyLock<Pool> =
    LazyLock::new(|| Pool::new(2, Level::Full).unwrap_or_else(|e| panic!("no sandbox on this machine: {e}")));

pub fn python(source: &str) -> Program<'_> {
    Program { language: Language::python(), source }
}

/// For what comes to its end by itself, on a busy machine too.
pub fn patient() -> Limits {
    Limits::default().with_wall(Duration::from_secs(20))
}

pub fn run(source: &str) -> Run {
    POOL.run(&python(source), b"", &patient()).unwrap()
}

pub fn stdout(run: &Run) -> String {
    String::from_utf8_lossy(&run.stdout).into_owned()
}

/// Every process below this one, warm interpreters included.
pub fn descendants(of: u32) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![of];
    while let Some(pid) = waiting.pop() {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { continue };
        for thread in threads.flatten() {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            for child in children.split_whitespace().filter_map(|n| n.parse().ok()) {
                if found.insert(child) {
                    waiting.push(child);
                }
            }
        }
    }
    found
}

/// Whether nothing of `pids` lives; waits a little for the dying.
pub fn are_gone(pids: &BTreeSet<u32>) -> bool {
    are_gone_except(pids, |_| false)
}

/// The same, without those that may stay.
pub fn are_gone_except(pids: &BTreeSet<u32>, may_stay: impl Fn(u32) -> bool) -> bool {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let alive = pids.iter().any(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/stat"))
                .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").trim_start().starts_with('Z'))
                && !may_stay(*pid)
        });
        if !alive || Instant::now() > until {
            return !alive;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
