//! Runs untrusted programs: isolated without privileges, warm, with a typed outcome per test.
//!
//! A [`Pool`] runs programs in sandboxes made of what the Linux kernel gives an ordinary user: namespaces, a read-only
//! root of bind mounts, a bounded work directory in memory, no network, Landlock, a system call filter, limits. A layer
//! the kernel refuses is an [`Error`], never a silent weakening. Python is warm: an initialised interpreter forks itself
//! into a fresh sandbox for every run.
//!
//! Tests never share a process with the program they grade: [`Tests`] are asked over a channel that carries plain data,
//! and the verdict leaves on one the program does not have. What became of each test is an [`Outcome`].
//!
//! ```no_run
//! use meed_sandbox::{Asserts, Language, Level, Limits, Pool, Program, Tests};
//!
//! let pool = Pool::new(2, Level::Full)?;
//! let program = Program { language: Language::python(), source: "def add(a, b):\n    return a + b\n" };
//! let tests = Asserts { tests: vec!["assert add(1, 2) == 3".into(), "assert add(1, 1) == 3".into()], ..Asserts::default() };
//! let outcomes = pool.test(&program, &Tests::Asserts(tests), &Limits::default())?;
//! assert!(outcomes[0].passed());
//! assert_eq!(outcomes[1].to_string(), "wrong_answer: got 2, expected 3");
//! # Ok::<(), meed_sandbox::Error>(())
//! ```
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod channel;
mod doctor;
mod error;
mod grade;
mod groups;
mod isolate;
mod language;
mod launch;
mod limits;
mod outcome;
mod pool;
mod run;
mod seccomp;
mod steps;
mod sys;
mod watch;
mod zygote;

pub use doctor::Doctor;
pub use error::Error;
pub use grade::{Asserts, Calls, Patched, Stdio, Testing, Tests, Tree};
pub use isolate::{File, Level};
pub use language::{LANGUAGES, Language, Runtime};
pub use limits::Limits;
pub use outcome::Outcome;
pub use pool::Pool;
pub use run::{Program, Run};
