//! The sandboxes of this process, and what they have found out already.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use meed_algebra::{Arg, EvalError};
use meed_sandbox::{Error, Level, Limits, Outcome, Pool, Program, Tests};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};

/// The level programs are run at: the person who runs them says so, never the spec.
const LEVEL: &str = "MEED_SANDBOX";

/// The pool, made at the first use.
///
/// # Errors
/// When the kernel refuses a layer.
pub fn pool() -> Result<&'static Pool, EvalError> {
    static POOL: OnceLock<Result<Pool, String>> = OnceLock::new();
    let made = POOL.get_or_init(|| {
        let level = match std::env::var(LEVEL).as_deref() {
            Ok("restricted") => Level::Restricted,
            Ok("full") | Err(_) => Level::Full,
            Ok(other) => return Err(format!("{LEVEL} is {other:?}, it must be `full` or `restricted`")),
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        Pool::new(workers, level).map_err(|e| e.to_string())
    });
    made.as_ref().map_err(|e| EvalError::Function(e.clone()))
}

/// What is to be said whenever programs were run below the full level.
pub(super) fn notice() -> Option<String> {
    let restricted = pool().is_ok_and(|pool| pool.level() == Level::Restricted);
    restricted
        .then(|| format!("programs ran at the restricted level, without namespaces ({LEVEL}=restricted)"))
}

/// The limits every scorer of programs takes.
pub(super) const TIMEOUT: Opt =
    Opt { name: "timeout", default: Default::Number(5.0), help: "seconds for each test" };
pub(super) const MEMORY: Opt = Opt { name: "memory", default: Default::Number(512.0), help: "MiB of memory" };
pub(super) const MEMORY_ARG: Arg = Arg { name: "memory=512", help: "MiB of memory" };

pub(super) fn limits(options: &Options) -> Result<Limits, ScoreError> {
    let seconds = match options.get("timeout") {
        crate::options::OptionValue::Number(x) if *x > 0.0 && *x <= 600.0 => *x,
        _ => return Err(options.bad("timeout", "a number of seconds up to 600")),
    };
    let memory = options.count("memory", 32..=65536)? as u64;
    Ok(Limits::default().with_wall(Duration::from_secs_f64(seconds)).with_memory(memory << 20))
}

/// How many results are kept.
const KEPT: usize = 20_000;

type Key = (u64, u64);

/// Several signals of one spec ask for the same tests of the same program: they are run once.
static RESULTS: LazyLock<Mutex<HashMap<Key, Arc<Vec<Outcome>>>>> = LazyLock::new(Mutex::default);

/// Two hashes of a value: as good as the value itself as a key.
fn key(parts: impl Hash) -> Key {
    let hash = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        parts.hash(&mut hasher);
        hasher.finish()
    };
    (hash(1), hash(2))
}

/// Tests a program, or recalls what came of it.
pub(super) fn test(
    pool: &Pool,
    program: &Program<'_>,
    tests: &Tests,
    limits: &Limits,
) -> Result<Arc<Vec<Outcome>>, Error> {
    let key = key((program.language.name, program.source, format!("{tests:?}"), limits));
    if let Some(known) = RESULTS.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(Arc::clone(known));
    }
    let outcomes = Arc::new(pool.test(program, tests, limits)?);
    let mut results = RESULTS.lock().unwrap_or_else(PoisonError::into_inner);
    if results.len() >= KEPT {
        results.clear();
    }
    results.insert(key, Arc::clone(&outcomes));
    Ok(outcomes)
}

/// How many tests there are, asked once.
pub(super) fn count(pool: &Pool, tests: &Tests) -> Result<usize, Error> {
    static COUNTS: LazyLock<Mutex<HashMap<Key, usize>>> = LazyLock::new(Mutex::default);
    let key = key(format!("{tests:?}"));
    if let Some(known) = COUNTS.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(*known);
    }
    let found = pool.count(tests)?;
    let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    if counts.len() >= KEPT {
        counts.clear();
    }
    counts.insert(key, found);
    Ok(found)
}
