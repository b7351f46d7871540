//! What can go wrong with files of rollouts, said with the file, the line, the field and what to do.

use std::fmt;
use std::path::Path;

/// Reading or writing rollouts failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The operating system refused.
    #[error("{path}: cannot {action}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What was tried: `open`, `read`, `write`…
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A row that cannot be used. With [`crate::OnError::Skip`] such rows are counted instead.
    #[error("{0}; fix the row, or go on without such rows with `--on-error skip`")]
    Row(RowError),
    /// A file that cannot be read as what it says it is, or not together with the others.
    #[error("{path}: {message}")]
    File {
        /// The file.
        path: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// The columns asked for are not what the data has.
    #[error("{0}")]
    Columns(String),
    /// The rows of one group are not next to each other, and the input is too large to gather unasked.
    #[error(
        "{file}: group `{key}` began at line {first} and comes back at line {again}; \
         pass `--gather` to collect groups (the whole input is held in memory), or sort the file by {by}"
    )]
    Scattered {
        /// The file of the second place.
        file: String,
        /// The group's key.
        key: String,
        /// The last line of the group's first run.
        first: String,
        /// The line where it comes back.
        again: u64,
        /// The columns that make the key.
        by: String,
    },
    /// A test vector that does not follow its format.
    #[error("{path}: {at}: {message}")]
    Vector {
        /// The file.
        path: String,
        /// Where in it: `batches[0].columns.prm`.
        at: String,
        /// What is wrong.
        message: String,
    },
}

impl DataError {
    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> DataError {
        let path = path.display().to_string();
        move |source| DataError::Io { path, action, source }
    }

    pub(crate) fn file(path: impl fmt::Display, message: impl Into<String>) -> DataError {
        DataError::File { path: path.to_string(), message: message.into() }
    }
}

/// A row that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The file.
    pub file: String,
    /// The line (JSONL) or row (Parquet, Arrow), counted from 1.
    pub line: u64,
    /// The field, when one is to blame.
    pub field: Option<String>,
    /// What was found and what was needed.
    pub message: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(field) = &self.field {
            write!(f, "field `{field}`: ")?;
        }
        f.write_str(&self.message)
    }
}

/// What is wrong with a row, before the file and line are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) field: Option<String>,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn row(message: impl Into<String>) -> Self {
        Fault { field: None, message: message.into() }
    }

    pub(crate) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Fault { field: Some(field.into()), message: message.into() }
    }

    pub(crate) fn at(self, file: &str, line: u64) -> RowError {
        RowError { file: file.to_string(), line, field: self.field, message: self.message }
    }
}
