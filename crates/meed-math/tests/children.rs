//! The same verdicts in forked and in spawned children: nothing is inherited and nothing has to be set up.
//!
//! Without the test harness, because a fork is only well-defined in a process of one thread.

mod support;

use std::process::{Command, ExitCode};

use meed_math::Verdict;

fn verdicts() -> Vec<Verdict> {
    let files = ["numbers.jsonl", "sets_intervals.jsonl", "near_misses.jsonl"];
    files.iter().flat_map(|f| support::own(f)).map(|row| support::verdict(&row).verdict).collect()
}

/// What a verdict is in the output of a child.
fn shown(verdicts: &[Verdict]) -> String {
    verdicts.iter().map(|v| format!("{v:?}\n")).collect()
}

/// Runs `work` in a forked child; whether it returned true.
#[cfg(unix)]
fn forked(work: impl FnOnce() -> bool) -> bool {
    // SAFETY: this process has one thread (those started before have ended), so the child may do anything; it leaves
    // by `_exit`, which runs nothing of the parent's.
    match unsafe { libc::fork() } {
        0 => {
            let same = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(false);
            // SAFETY: ends the child.
            unsafe { libc::_exit(i32::from(!same)) }
        }
        child => {
            let mut status = 0;
            // SAFETY: `status` lives through the call, `child` is ours and is waited for once.
            let ended = unsafe { libc::waitpid(child, &raw mut status, 0) };
            child > 0 && ended == child && libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
        }
    }
}

fn main() -> ExitCode {
    if std::env::var_os("MEED_MATH_CHILD").is_some() {
        print!("{}", shown(&verdicts()));
        return ExitCode::SUCCESS;
    }
    let here = verdicts();
    // The parent has used threads before it forks, as a trainer has.
    std::thread::scope(|s| (0..8).for_each(|_| drop(s.spawn(|| assert_eq!(verdicts(), here)))));
    #[cfg(unix)]
    {
        for _ in 0..8 {
            assert!(forked(|| verdicts() == here), "a forked child came to other verdicts");
        }
        assert!(!forked(|| false), "a failing child would not be seen");
    }
    let me = std::env::current_exe().expect("test binary");
    for _ in 0..4 {
        let out = Command::new(&me).env("MEED_MATH_CHILD", "1").output().expect("child");
        assert!(
            out.status.success() && out.stdout == shown(&here).into_bytes(),
            "a spawned child came to other verdicts"
        );
    }
    println!("children agree");
    ExitCode::SUCCESS
}
