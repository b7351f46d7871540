//! `meed.sandbox`: programs run and tested directly.

use std::time::Duration;

use meed_sandbox::{Asserts, Calls, Language, Limits, Outcome, Program, Stdio, Tests};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error;

fn language(name: &str) -> PyResult<&'static Language> {
    Language::named(name).ok_or_else(|| {
        let names: Vec<&str> = meed_sandbox::LANGUAGES.iter().map(|l| l.name).collect();
        error::value(format!("there is no language `{name}`; languages: {}", names.join(", ")))
    })
}

fn limits(timeout: f64, memory: u64) -> PyResult<Limits> {
    if !(timeout > 0.0 && timeout <= 600.0) {
        return Err(error::value("a timeout is a number of seconds above 0, up to 600"));
    }
    if !(32..=65536).contains(&memory) {
        return Err(error::value("memory is a number of MiB from 32 to 65536"));
    }
    Ok(Limits::default().with_wall(Duration::from_secs_f64(timeout)).with_memory(memory << 20))
}

/// What became of a test, and what is known beside it.
type Told = (&'static str, String);

fn told(outcome: &Outcome) -> Told {
    let whole = outcome.to_string();
    let detail = whole.strip_prefix(outcome.name()).unwrap_or(&whole);
    (outcome.name(), detail.trim_start_matches(": ").to_string())
}

fn machinery(e: impl ToString) -> PyErr {
    error::Error::new_err(e.to_string())
}

/// What a run gave: failure, status, output, complaints, seconds, processor seconds.
type Ran = (Option<Told>, Option<i32>, String, String, f64, f64);

/// Runs a program once.
#[pyfunction]
#[pyo3(signature = (source, stdin, language, timeout, memory))]
pub(crate) fn sandbox_run(
    py: Python<'_>,
    source: String,
    stdin: String,
    language: &str,
    timeout: f64,
    memory: u64,
) -> PyResult<Ran> {
    let (language, limits) = (self::language(language)?, limits(timeout, memory)?);
    py.detach(|| {
        let pool = meed_score::program::pool().map_err(machinery)?;
        let program = Program { language, source: &source };
        let run = pool.run(&program, stdin.as_bytes(), &limits).map_err(machinery)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let failure = run.failure.as_ref().map(told);
        let (wall, cpu) = (run.wall.as_secs_f64(), run.cpu.as_secs_f64());
        Ok((failure, run.status, text(&run.stdout), text(&run.stderr), wall, cpu))
    })
}

/// Tests a program: what became of each test.
#[pyfunction]
#[pyo3(signature = (source, tests, function, tolerance, language, timeout, memory))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn sandbox_test(
    py: Python<'_>,
    source: String,
    tests: Vec<Bound<'_, PyAny>>,
    function: Option<String>,
    tolerance: f64,
    language: &str,
    timeout: f64,
    memory: u64,
) -> PyResult<Vec<Told>> {
    let (language, limits) = (self::language(language)?, limits(timeout, memory)?);
    let tests = of_python(py, &tests, function, tolerance)?;
    py.detach(|| {
        let pool = meed_score::program::pool().map_err(machinery)?;
        let outcomes = pool.test(&Program { language, source: &source }, &tests, &limits);
        Ok(outcomes.map_err(machinery)?.iter().map(told).collect())
    })
}

/// Assertions, calls of a function, or what is read and written.
fn of_python(
    py: Python<'_>,
    tests: &[Bound<'_, PyAny>],
    function: Option<String>,
    tolerance: f64,
) -> PyResult<Tests> {
    if let Some(function) = function {
        let json = py.import("json")?;
        let plain = |v: &Bound<'_, PyAny>| -> PyResult<serde_json::Value> {
            let text: String = json.call_method1("dumps", (v,))?.extract()?;
            serde_json::from_str(&text).map_err(|e| error::value(e.to_string()))
        };
        let case = |test: &Bound<'_, PyAny>| -> PyResult<(Vec<serde_json::Value>, serde_json::Value)> {
            let (args, expected): (Vec<Bound<'_, PyAny>>, Bound<'_, PyAny>) = test.extract()?;
            Ok((args.iter().map(plain).collect::<PyResult<_>>()?, plain(&expected)?))
        };
        let cases = tests.iter().map(case).collect::<PyResult<_>>()?;
        return Ok(Tests::Calls(Calls { function, cases, tolerance, wrapped: false }));
    }
    if tests.iter().all(|t| t.cast::<PyString>().is_ok()) {
        let tests = tests.iter().map(|t| t.extract::<String>()).collect::<PyResult<_>>()?;
        return Ok(Tests::Asserts(Asserts { tests, ..Asserts::default() }));
    }
    let cases = tests.iter().map(|t| t.extract::<(String, String)>()).collect::<PyResult<_>>()?;
    Ok(Tests::Stdio(Stdio { cases, tolerance }))
}
