//! Programs against tests: an outcome per test.

mod asserts;
mod calls;
mod remote;
mod stdio;
mod tree;
mod value;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::error::Error;
use crate::limits::Limits;
use crate::outcome::Outcome;
use crate::pool::Pool;
use crate::run::Program;

pub use tree::{Patched, Testing, Tree};

/// What a program is tested with.
#[derive(Debug, Clone, PartialEq)]
pub enum Tests {
    /// Assertions in Python about functions and classes of the program (HumanEval, MBPP).
    Asserts(Asserts),
    /// Calls of one function of a Python program with plain arguments and results (LiveCodeBench, APPS, TACO).
    Calls(Calls),
    /// What the program, run as a whole, writes for what it reads (APPS, TACO, LiveCodeBench, Codeforces).
    Stdio(Stdio),
}

/// Assertions in Python.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asserts {
    /// Code of the task itself, which the tests rely on: it must run.
    pub setup: Vec<String>,
    /// The task's prompt, whose helpers the tests may use: it need not be code.
    pub context: String,
    /// The tests. Each statement that asserts something is a test of its own.
    pub tests: Vec<String>,
    /// The function under test, handed to `check(candidate)` where the tests define that.
    pub entry_point: Option<String>,
    /// Only the first so many tests.
    pub first: Option<usize>,
}

/// Calls of a function.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calls {
    /// The function, or a method of a class `Solution`.
    pub function: String,
    /// Arguments, and what they should give.
    pub cases: Vec<(Vec<Value>, Value)>,
    /// How far numbers with a fraction may be off, relatively (absolutely below 1).
    pub tolerance: f64,
    /// Whether what is expected may stand in a list of its own, as APPS and TACO write it.
    pub wrapped: bool,
}

/// Inputs and outputs of a whole program.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stdio {
    /// What is read, and what should be written.
    pub cases: Vec<(String, String)>,
    /// How far numbers with a fraction may be off, relatively (absolutely below 1).
    pub tolerance: f64,
}

/// How many processes of a program one grading may use up: one that hangs or dies is replaced this often.
const PROCESSES: usize = 4;
/// How many times the limit of one test all tests together may take.
const ALTOGETHER: u32 = 10;

impl Pool {
    /// Tests a program: an outcome per test, in the order of the tests.
    ///
    /// A test that hangs or kills the program costs it that test; the program is started again for the others, a few
    /// times. What is left then, or when ten times the limit of one test has passed, gets the outcome of the last.
    ///
    /// # Errors
    /// When the machinery fails or the tests cannot be used, which says nothing about the program.
    pub fn test(&self, program: &Program<'_>, tests: &Tests, limits: &Limits) -> Result<Vec<Outcome>, Error> {
        match tests {
            Tests::Asserts(asserts) => asserts::run(self, program, asserts, limits),
            Tests::Calls(calls) => calls::run(self, program, calls, limits),
            Tests::Stdio(stdio) => stdio::run(self, program, stdio, limits),
        }
    }
}

impl Pool {
    /// How many tests there are, which does not depend on the program.
    ///
    /// # Errors
    /// When the machinery fails or the tests cannot be used.
    pub fn count(&self, tests: &Tests) -> Result<usize, Error> {
        match tests {
            Tests::Asserts(asserts) => asserts::count(self, asserts),
            Tests::Calls(calls) => Ok(calls.cases.len()),
            Tests::Stdio(stdio) => Ok(stdio.cases.len()),
        }
    }
}

/// The end of all tests of a program.
fn end_of_all(limits: &Limits) -> Instant {
    Instant::now() + limits.wall * ALTOGETHER + Duration::from_secs(1)
}
