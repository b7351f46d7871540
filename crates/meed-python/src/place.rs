//! Where in a Python program an expression was written, for errors with a line and a caret.

use meed_spec::Place;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAnyMethods, PyTuple};

/// A place in a running program: looked up in full only when it is shown.
pub(crate) enum Spot {
    /// The code, the instruction in it, and the line.
    Running { code: Py<PyAny>, instruction: usize, line: usize },
    /// Known in full, because the expression came from another process.
    Known(Place),
}

static FRAME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

impl Spot {
    /// The line of Python that is being run.
    pub(crate) fn here(py: Python<'_>) -> Option<Spot> {
        let current = FRAME
            .get_or_try_init(py, || Ok::<_, PyErr>(py.import("sys")?.getattr("_getframe")?.unbind()))
            .ok()?;
        let mut frame = current.bind(py).call0().ok()?;
        // What this package writes in Python stands for its caller.
        while is_ours(&frame) {
            frame = frame.getattr("f_back").ok().filter(|f| !f.is_none())?;
        }
        let code = frame.getattr("f_code").ok()?.unbind();
        let instruction: usize = frame.getattr("f_lasti").ok()?.extract().unwrap_or(0);
        let line: Option<usize> = frame.getattr("f_lineno").ok()?.extract().ok();
        Some(Spot::Running { code, instruction, line: line.unwrap_or(1) })
    }

    /// The place as a spec's errors show it.
    pub(crate) fn place(&self, py: Python<'_>) -> Option<Place> {
        match self {
            Spot::Known(place) => Some(place.clone()),
            Spot::Running { code, instruction, line } => {
                Some(running(code.bind(py), *instruction, *line).unwrap_or_else(|_| Place {
                    file: "<python>".to_string(),
                    line: *line,
                    column: 1,
                    width: 1,
                    source: String::new(),
                    callers: Vec::new(),
                }))
            }
        }
    }
}

fn is_ours(frame: &Bound<'_, PyAny>) -> bool {
    let name = frame.getattr("f_globals").and_then(|g| g.get_item("__name__"));
    name.is_ok_and(|n| n.extract::<String>().is_ok_and(|n| n == "meed" || n.starts_with("meed.")))
}

/// Line and columns of an instruction.
fn running(code: &Bound<'_, PyAny>, instruction: usize, line: usize) -> PyResult<Place> {
    let py = code.py();
    let file: String = code.getattr("co_filename")?.extract()?;
    let (mut line, mut columns) = (line, None);
    // One entry per code unit of two bytes.
    if let Some(position) = code.call_method0("co_positions")?.try_iter()?.nth(instruction / 2) {
        let position = position?.cast_into::<PyTuple>()?;
        let at = |i: usize| -> PyResult<Option<usize>> { position.get_item(i)?.extract() };
        let (first, last) = (at(0)?, at(1)?);
        line = first.unwrap_or(line);
        columns = at(2)?.zip(at(3)?).map(|(a, b)| (a, if first == last { b } else { usize::MAX }));
    }
    let source: String = py.import("linecache")?.call_method1("getline", (&file, line))?.extract()?;
    let source = source.trim_end().to_string();
    let (column, width) = match columns {
        Some((from, to)) => {
            // Positions count bytes.
            let chars = |bytes: usize| source.get(..bytes.min(source.len())).map_or(0, |s| s.chars().count());
            let (from, to) = (chars(from), chars(to));
            (from + 1, to.saturating_sub(from).max(1))
        }
        None => {
            let from = source.chars().take_while(|c| c.is_whitespace()).count();
            (from + 1, source.chars().count().saturating_sub(from).max(1))
        }
    };
    Ok(Place { file, line, column, width, source, callers: Vec::new() })
}
