//! Reading files: what they are by content, and their rows in order.

mod files;
mod join;
mod lines;
mod parse;
mod records;

pub use files::Format;
pub(crate) use files::{Files, expand};
pub(crate) use lines::Lines;
pub(crate) use parse::{Parsing, parse, sample};

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::error::{DataError, RowError};
use crate::value::Value;
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
    /// Rows a program has in memory, taken when they are parsed.
    Values {
        /// Number of the first row, from 1.
        row: u64,
        values: Arc<Mutex<Vec<Value>>>,
    },
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

/// Rows a program has in memory, under a name for messages.
pub(crate) fn of_values(name: &str, rows: Vec<Value>) -> (Files, Feed) {
    (memory(name, Format::Jsonl), Feed::Memory(chunks_of(rows, 1), None))
}

/// Rows as chunks, the first of them counted as `row`.
fn chunks_of(rows: Vec<Value>, mut row: u64) -> VecDeque<Chunk> {
    let mut chunks = VecDeque::new();
    let mut rows = rows.into_iter();
    loop {
        let part: Vec<Value> = rows.by_ref().take(ROWS).collect();
        if part.is_empty() {
            break;
        }
        let n = part.len() as u64;
        chunks.push_back(Chunk::Values { row, values: Arc::new(Mutex::new(part)) });
        row += n;
    }
    chunks
}

/// Record batches a program has in memory, under a name for messages.
pub(crate) fn of_records(name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> (Files, Feed) {
    let mut chunks = VecDeque::new();
    let mut row = 1;
    for batch in batches {
        let mut at = 0;
        while at < batch.num_rows() {
            let n = ROWS.min(batch.num_rows() - at);
            chunks.push_back(Chunk::Records { file: 0, row, batch: Arc::new(batch.slice(at, n)) });
            at += n;
            row += n as u64;
        }
    }
    (memory(name, Format::Arrow), Feed::Memory(chunks, Some(schema)))
}

/// Rows per chunk of what is in memory.
pub(crate) const ROWS: usize = 512;

fn memory(name: &str, format: Format) -> Files {
    let paths = vec![PathBuf::from(name)];
    Files { format, paths, names: Arc::new([name.to_string()]), bytes: Some(0), compressed: false }
}

/// Where chunks come from.
pub(crate) enum Feed {
    Lines(Lines),
    Records(Records),
    Memory(VecDeque<Chunk>, Option<SchemaRef>),
}

impl Feed {
    /// Adds rows to those in memory, the first of them counted as `row`.
    pub(crate) fn extend(&mut self, rows: Vec<Value>, row: u64) {
        if let Feed::Memory(chunks, None) = self {
            chunks.extend(chunks_of(rows, row));
        }
    }

    /// The columns of Parquet and Arrow files.
    pub(crate) fn schema(&self) -> Option<SchemaRef> {
        match self {
            Feed::Lines(_) => None,
            Feed::Records(records) => Some(records.schema.clone()),
            Feed::Memory(_, schema) => schema.clone(),
        }
    }

    /// The next chunk; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Result<Chunk, DataError>> {
        match self {
            Feed::Lines(lines) => lines.next(),
            Feed::Records(records) => records.next(),
            Feed::Memory(chunks, _) => chunks.pop_front().map(Ok),
        }
    }
}
