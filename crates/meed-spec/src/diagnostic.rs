//! Errors of a spec, shown the way a good compiler shows them.

use std::fmt;

use meed_algebra::error::similar;
use meed_algebra::{Schema, TypeError};
use starlark::codemap::FileSpan;

use crate::words::{self, Form};

/// What is wrong with a spec, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub message: String,
    /// Where, when a place is known.
    pub place: Option<Box<Place>>,
    /// Facts that help.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Option<String>,
}

/// A stretch of a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The first character, from 1.
    pub column: usize,
    /// How many characters on this line.
    pub width: usize,
    /// The line itself.
    pub source: String,
    /// Where it was called from, innermost first.
    pub callers: Vec<String>,
}

impl Diagnostic {
    /// A message without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Diagnostic { message: message.into(), place: None, notes: Vec::new(), help: None }
    }
}

impl Diagnostic {
    /// For a name that is nothing: the column that was probably meant.
    pub(crate) fn suggest(mut self, schema: &Schema) -> Self {
        if let (None, Some(name)) = (&self.help, between(&self.message, NO_NAME, "`")) {
            let columns: Vec<&str> = schema.columns.keys().map(|c| &**c).collect();
            self.help = match similar(name, &columns) {
                Some(near) => Some(format!("did you mean the column `col(\"{near}\")`?")),
                None => Some("columns are written `col(\"name\")`; `meed words` lists the words".to_string()),
            };
        }
        self
    }
}

const NO_NAME: &str = "there is no word or variable `";

impl From<TypeError> for Diagnostic {
    fn from(e: TypeError) -> Self {
        Diagnostic { message: e.message, place: None, notes: e.notes, help: e.help }
    }
}

impl From<starlark::Error> for Diagnostic {
    fn from(error: starlark::Error) -> Self {
        use starlark::ErrorKind::*;
        let (Fail(inner) | StackOverflow(inner) | Value(inner) | Function(inner) | Scope(inner)
        | Parser(inner) | Freeze(inner) | Internal(inner) | Native(inner) | Other(inner)) = error.kind()
        else {
            return Diagnostic::new(error.without_diagnostic().to_string());
        };
        let mut diagnostic = match (inner.downcast_ref::<Diagnostic>(), inner.downcast_ref::<TypeError>()) {
            (Some(loaded), _) => loaded.clone(),
            (None, Some(e)) => Diagnostic::from(e.clone()),
            (None, None) => plain(&inner.to_string()),
        };
        // An error inside a loaded file arrives with its own place.
        if diagnostic.place.is_some() {
            return diagnostic;
        }
        diagnostic.place = error.span().map(|span| {
            let mut place = Place::of(span);
            let callers =
                error.call_stack().frames.iter().rev().filter_map(|f| f.location.as_ref()).map(|l| {
                    let r = l.resolve_span();
                    format!("{}:{}", l.filename(), r.begin.line + 1)
                });
            let here = format!("{}:{}", place.file, place.line);
            place.callers = callers.filter(|c| *c != here).collect();
            Box::new(place)
        });
        diagnostic
    }
}

impl Place {
    /// The first line of a stretch of a file.
    pub(crate) fn of(span: &FileSpan) -> Self {
        let at = span.resolve_span();
        let source = span.as_ref().file.source_line(at.begin.line).to_string();
        let end = if at.end.line == at.begin.line { at.end.column } else { source.chars().count() };
        Place {
            file: span.filename().to_string(),
            line: at.begin.line + 1,
            column: at.begin.column + 1,
            width: end.saturating_sub(at.begin.column).max(1),
            source,
            callers: Vec::new(),
        }
    }
}

/// Starlark's own message in the words of this language; its "did you mean" becomes the help.
fn plain(message: &str) -> Diagnostic {
    let first = message.lines().next().unwrap_or("").trim();
    let (what, near) = match first.split_once(", did you mean ") {
        Some((what, near)) => (what.trim(), Some(format!("did you mean {}", near.trim()))),
        None => (first, None),
    };
    let mut diagnostic = Diagnostic { help: near, ..Diagnostic::new(what) };
    if let Some(name) = between(what, "Variable `", "` not found") {
        diagnostic.message = format!("{NO_NAME}{name}`");
        if words::find(name, Form::Method).is_some() {
            diagnostic.help = Some(format!("it follows a dot: `x.{name}(…)`"));
        }
    } else if let Some(name) = between(what, "Module has no symbol `", "`") {
        diagnostic.message = format!("the file has no top-level variable `{name}`");
    } else if what == "Starlark call stack overflow" {
        diagnostic.message = "functions call one another too deep".to_string();
        diagnostic.help = Some("a spec has no recursion: write a loop".to_string());
    } else if let Some(name) = between(what, "Object of type `signal` has no attribute `", "`") {
        let names: Vec<&str> = words::all().filter(|d| d.form == Form::Method).map(|d| d.word.name).collect();
        diagnostic.message = format!("a signal has no word `.{name}`");
        diagnostic.help = match similar(name, &names) {
            Some(near) => Some(format!("did you mean `.{near}`?")),
            None if words::find(name, Form::Function).is_some() => {
                Some(format!("it is a function: `{name}(…)`"))
            }
            None => Some("`meed words` lists what can follow the dot".to_string()),
        };
    } else if let Some(what) = what.strip_prefix("Parse error: ") {
        diagnostic.message = format!("this is not Starlark: {what}");
    } else if between(what, "Execution duration limit of ", " ticks has been exceeded").is_some() {
        diagnostic.message =
            "it does not come to an end: stopped after too many loop steps and calls".to_string();
        diagnostic.help =
            Some("loop over a fixed, small number of things; values per element need no loop".to_string());
    } else if what.starts_with("Heap memory limit of ") {
        diagnostic.message = "it takes too much memory".to_string();
    }
    diagnostic
}

/// What stands in `text` between its beginning `before` and its end `after`.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.strip_suffix(after)
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        let margin = match &self.place {
            None => String::from(" "),
            Some(place) => {
                let number = place.line.to_string();
                let margin = " ".repeat(number.len());
                let source = place.source.trim_end().replace('\t', " ");
                write!(f, "\n{margin}--> {}:{}:{}", place.file, place.line, place.column)?;
                write!(f, "\n{margin} |\n{number} | {source}\n{margin} | ")?;
                write!(f, "{}{}", " ".repeat(place.column - 1), "^".repeat(place.width))?;
                for caller in &place.callers {
                    write!(f, "\n{margin} = called from {caller}")?;
                }
                margin
            }
        };
        for note in &self.notes {
            write!(f, "\n{margin} = note: {note}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n{margin} = help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}
