//! What goes wrong, as Python exceptions.

use meed_algebra::{EvalError, TypeError};
use meed_data::DataError;
use meed_spec::Diagnostic;
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;

create_exception!(meed, Error, PyException, "Whatever Meed refuses or cannot do.");
create_exception!(
    meed,
    SpecError,
    Error,
    "What is wrong with a spec, shown with its line and a caret. `message`, `file`, `line`, `column`, `notes` and \
     `help` hold the parts."
);
create_exception!(meed, DataError_, Error, "Rollouts that cannot be used: where, which field, and why.");

/// A diagnostic as [`SpecError`], its parts as attributes.
pub(crate) fn spec(py: Python<'_>, d: &Diagnostic) -> PyErr {
    let error = SpecError::new_err(d.to_string());
    let value = error.value(py);
    let place = d.place.as_deref();
    let set = || -> PyResult<()> {
        value.setattr("message", &d.message)?;
        value.setattr("notes", &d.notes)?;
        value.setattr("help", &d.help)?;
        value.setattr("file", place.map(|p| &p.file))?;
        value.setattr("line", place.map(|p| p.line))?;
        value.setattr("column", place.map(|p| p.column))
    };
    match set() {
        Ok(()) => error,
        Err(other) => other,
    }
}

/// A word that was called wrongly, before it is part of any spec.
pub(crate) fn word(e: &TypeError) -> PyErr {
    let mut text = e.message.clone();
    e.notes.iter().for_each(|note| text.push_str(&format!("\n  note: {note}")));
    e.help.iter().for_each(|help| text.push_str(&format!("\n  help: {help}")));
    SpecError::new_err(text)
}

pub(crate) fn data(e: DataError) -> PyErr {
    match e {
        DataError::Io { .. } => pyo3::exceptions::PyOSError::new_err(e.to_string()),
        e => DataError_::new_err(e.to_string()),
    }
}

pub(crate) fn eval(e: EvalError) -> PyErr {
    match e {
        EvalError::Malformed(_) => DataError_::new_err(e.to_string()),
        e => Error::new_err(e.to_string()),
    }
}

/// A value that is not what an argument must be.
pub(crate) fn value(message: impl Into<String>) -> PyErr {
    PyValueError::new_err(message.into())
}
