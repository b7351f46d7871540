//! Reading files: what they are by content, and their rows in order.

mod files;
mod lines;
mod parse;
mod records;

pub use files::Format;
pub(crate) use files::{Files, expand};
pub(crate) use lines::Lines;
pub(crate) use parse::{Parsing, parse, sample};

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arrow_array::RecordBatch;

use crate::error::{DataError, RowError};
use records::Records;

/// A run of rows as read.
#[derive(Debug, Clone)]
pub(crate) enum Chunk {
    /// Whole lines of text.
    Text {
        file: u32,
        /// Number of the first line, from 1.
        line: u64,
        text: Arc<[u8]>,
    },
    /// A row too broken to keep.
    Bad(RowError),
    /// Rows of a record batch.
    Records {
        file: u32,
        /// Number of the first row, from 1.
        row: u64,
        batch: Arc<RecordBatch>,
    },
}

/// Starts reading the files.
pub(crate) fn open(files: &Files, max_line: usize, read: Arc<AtomicU64>) -> Result<Feed, DataError> {
    Ok(match files.format {
        Format::Jsonl => Feed::Lines(Lines::open(files, max_line, read)?),
        _ => Feed::Records(Records::open(files, read)?),
    })
}

/// Where chunks come from.
pub(crate) enum Feed {
    Lines(Lines),
    Records(Records),
}

impl Feed {
    /// The columns of Parquet and Arrow files.
    pub(crate) fn schema(&self) -> Option<arrow_schema::SchemaRef> {
        match self {
            Feed::Lines(_) => None,
            Feed::Records(records) => Some(records.schema.clone()),
        }
    }

    /// The next chunk; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Result<Chunk, DataError>> {
        match self {
            Feed::Lines(lines) => lines.next(),
            Feed::Records(records) => records.next(),
        }
    }
}
