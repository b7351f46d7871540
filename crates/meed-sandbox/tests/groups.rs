//! Control groups, on machines that delegate one to the test; elsewhere only that the reason is told.

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::{patient, python};
use meed_sandbox::{Doctor, Language, Level, Outcome, Pool, Program, Run};

fn groups(place: &Path) -> Vec<std::path::PathBuf> {
    let me = format!("meed-{}-", std::process::id());
    let all = std::fs::read_dir(place).unwrap().flatten().map(|e| e.path());
    all.filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&me))).collect()
}

fn failure(run: &Run) -> &'static str {
    run.failure.as_ref().map_or("none", Outcome::name)
}

/// Processes that stay below every limit of one process.
const TOGETHER: &str = "import os, time\nfor _ in range(16):\n    if os.fork() == 0:\n        x = bytearray(64 << 20)\n        time.sleep(60)\ntime.sleep(60)";

#[test]
fn memory_and_processes_are_bounded_together() {
    let doctor = Doctor::examine();
    let place = match &doctor.groups {
        Ok(place) => place,
        Err(why) => {
            assert!(doctor.to_string().contains(&format!("groups        none: {why}")));
            return;
        }
    };
    let limits = patient().with_memory(256 << 20);
    let warm = Pool::new(1, Level::Full).unwrap();
    let cold = Pool::cold(1, Level::Full).unwrap();
    for pool in [warm, cold, Pool::new(1, Level::Restricted).unwrap()] {
        assert_eq!(failure(&pool.run(&python("print(1)"), b"", &limits).unwrap()), "none");
        assert_eq!(failure(&pool.run(&python(TOGETHER), b"", &limits).unwrap()), "out_of_memory");
        // While a program runs, its bound stands.
        let bash = Program { language: Language::named("bash").unwrap(), source: "sleep 2" };
        std::thread::scope(|scope| {
            scope.spawn(|| pool.run(&bash, b"", &limits).unwrap());
            let until = Instant::now() + Duration::from_secs(20);
            let bound = (limits.processes + 1).to_string();
            let is_bash = |group: &std::path::PathBuf| {
                std::fs::read_to_string(group.join("pids.max")).is_ok_and(|max| max.trim() == bound)
            };
            while !groups(place).iter().any(is_bash) {
                assert!(Instant::now() < until, "no group of the program: {:?}", groups(place));
                std::thread::sleep(Duration::from_millis(5));
            }
        });
    }
    assert!(groups(place).is_empty(), "{:?}", groups(place));
}
