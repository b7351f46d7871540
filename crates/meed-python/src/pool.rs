//! The threads that work. A fork leaves a child without them, so a child gets its own.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error;

struct Pool {
    /// The process that started them.
    process: u32,
    threads: Option<usize>,
    pool: Option<Arc<ThreadPool>>,
}

// Locked only while the interpreter is held, as a fork of Python code does too: no child finds it locked by a thread
// that it does not have.
static POOL: Mutex<Pool> = Mutex::new(Pool { process: 0, threads: None, pool: None });

fn pool(_py: Python<'_>) -> PyResult<Arc<ThreadPool>> {
    let mut known = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if known.process != process {
        // The threads of a parent are not here to be waited for.
        std::mem::forget(known.pool.take());
        known.process = process;
    }
    if let Some(pool) = &known.pool {
        return Ok(pool.clone());
    }
    let threads = known.threads.unwrap_or(0);
    let built = ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("meed-{i}"))
        .build()
        .map_err(|e| error::Error::new_err(format!("cannot start threads: {e}")))?;
    Ok(known.pool.insert(Arc::new(built)).clone())
}

/// Works outside the interpreter, on the pool.
pub(crate) fn work<T: Send>(py: Python<'_>, f: impl FnOnce() -> T + Send) -> PyResult<T> {
    let pool = pool(py)?;
    Ok(py.detach(|| pool.install(f)))
}

/// How many threads score, in this process: all cores unless said otherwise. Results are the same for any number.
#[pyfunction]
pub(crate) fn set_threads(threads: usize) -> PyResult<()> {
    if threads == 0 {
        return Err(error::value("at least one thread is needed"));
    }
    let mut known = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if known.process != std::process::id() {
        std::mem::forget(known.pool.take());
        known.process = std::process::id();
    }
    known.threads = Some(threads);
    known.pool = None;
    Ok(())
}
