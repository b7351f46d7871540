//! Errors of a spec, shown the way a good compiler shows them.

use std::fmt;

use meed_algebra::TypeError;

/// What is wrong with a spec, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub message: String,
    /// Where, when a place is known.
    pub place: Option<Place>,
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
        // An error inside a loaded file arrives with its own place.
        if let Some(loaded) = inner.downcast_ref::<Diagnostic>() {
            return loaded.clone();
        }
        let mut diagnostic = match inner.downcast_ref::<TypeError>() {
            Some(e) => Diagnostic::from(e.clone()),
            None => plain(&inner.to_string()),
        };
        diagnostic.place = error.span().map(|span| {
            let at = span.resolve_span();
            let source = span.as_ref().file.source_line(at.begin.line).to_string();
            let end = if at.end.line == at.begin.line { at.end.column } else { source.chars().count() };
            let callers =
                error.call_stack().frames.iter().rev().filter_map(|f| f.location.as_ref()).map(|l| {
                    let r = l.resolve_span();
                    format!("{}:{}", l.filename(), r.begin.line + 1)
                });
            let here = format!("{}:{}", span.filename(), at.begin.line + 1);
            Place {
                file: span.filename().to_string(),
                line: at.begin.line + 1,
                column: at.begin.column + 1,
                width: end.saturating_sub(at.begin.column).max(1),
                source,
                callers: callers.filter(|c| *c != here).collect(),
            }
        });
        diagnostic
    }
}

/// Starlark's own message; its "did you mean" becomes the help.
fn plain(message: &str) -> Diagnostic {
    let first = message.lines().next().unwrap_or("").trim();
    match first.split_once(", did you mean ") {
        Some((what, near)) => {
            Diagnostic { help: Some(format!("did you mean {}", near.trim())), ..Diagnostic::new(what.trim()) }
        }
        None => Diagnostic::new(first),
    }
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
