//! Meed for Python. The package `meed` (python/meed) is the face; this is what it is made of.
//!
//! Expressions are kept as they were written ([`expr`]) and built when the columns of the data are known, as a spec
//! file is read again for each. Work happens outside the interpreter, on threads that a forked child replaces
//! ([`pool`]).

mod arrow;
mod batch;
mod column;
mod dump;
mod error;
mod expr;
mod input;
mod math;
mod pickle;
mod place;
mod pool;
mod rows;
mod run;
mod sandbox;
mod scored;
mod shard;
mod signal;
mod spec;

use pyo3::prelude::*;

// As in the command line: scoring allocates and frees all the time, on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The command line; `args` begins with the program's name. Returns the exit code.
#[pyfunction]
fn main(py: Python<'_>, args: Vec<String>) -> u8 {
    py.detach(|| meed::cli::run(args))
}

#[pymodule]
fn _meed(m: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = m.py();
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    m.add("inf", f64::INFINITY)?;
    m.add("Error", py.get_type::<error::Error>())?;
    m.add("SpecError", py.get_type::<error::SpecError>())?;
    m.add("DataError", py.get_type::<error::DataError_>())?;
    m.add_class::<signal::Signal>()?;
    m.add_class::<signal::Callable>()?;
    m.add_class::<spec::Spec>()?;
    m.add_class::<scored::Scored>()?;
    m.add_class::<column::Column>()?;
    m.add_class::<batch::Batch>()?;
    m.add_class::<dump::Dump>()?;
    m.add_class::<shard::Shard>()?;
    signal::register(m)?;
    m.add_function(wrap_pyfunction!(signal::word, m)?)?;
    m.add_function(wrap_pyfunction!(signal::words_table, m)?)?;
    m.add_function(wrap_pyfunction!(signal::foreign, m)?)?;
    m.add_function(wrap_pyfunction!(pickle::_signal, m)?)?;
    m.add_function(wrap_pyfunction!(pickle::_column, m)?)?;
    m.add_function(wrap_pyfunction!(pickle::_batch, m)?)?;
    m.add_function(wrap_pyfunction!(spec::_spec, m)?)?;
    m.add_function(wrap_pyfunction!(shard::_shard, m)?)?;
    m.add_function(wrap_pyfunction!(spec::shard, m)?)?;
    m.add_function(wrap_pyfunction!(spec::finish, m)?)?;
    m.add_function(wrap_pyfunction!(spec::layout, m)?)?;
    m.add_function(wrap_pyfunction!(dump::read_dump, m)?)?;
    m.add_function(wrap_pyfunction!(spec::load, m)?)?;
    m.add_function(wrap_pyfunction!(spec::parse, m)?)?;
    m.add_function(wrap_pyfunction!(spec::evaluate, m)?)?;
    m.add_function(wrap_pyfunction!(pool::set_threads, m)?)?;
    m.add_function(wrap_pyfunction!(math::equivalent, m)?)?;
    m.add_function(wrap_pyfunction!(math::explain_verdict, m)?)?;
    m.add_function(wrap_pyfunction!(math::extract_answer, m)?)?;
    m.add_function(wrap_pyfunction!(math::key, m)?)?;
    m.add_function(wrap_pyfunction!(sandbox::sandbox_run, m)?)?;
    m.add_function(wrap_pyfunction!(sandbox::sandbox_test, m)?)?;
    m.add_function(wrap_pyfunction!(main, m)?)?;
    Ok(())
}
