//! Reading JSON rows: only the members that are needed become values, the rest is checked and skipped.
//!
//! Accepts what Python's `json` writes, so also bare `NaN`, `Infinity` and `-Infinity`, and lone surrogates
//! in strings (read as U+FFFD). Everything else follows RFC 8259.

mod cursor;
mod decode;
mod text;

pub(crate) use cursor::Cursor;
pub(crate) use decode::{Pick, row, value};
pub(crate) use text::{strict, write_number, write_string};

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// Bytes before the offending one.
    pub(crate) at: usize,
    pub(crate) message: &'static str,
}

impl Syntax {
    pub(crate) fn describe(&self) -> String {
        format!("not valid JSON at byte {}: {}", self.at + 1, self.message)
    }
}

#[cfg(test)]
mod tests;
