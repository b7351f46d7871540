//! From decoded rows to the parts of columns.

pub(crate) mod chat;
mod extract;
mod plan;

pub(crate) use extract::{Part, extract, label, path, rollouts, same};
pub(crate) use plan::Plan;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;

/// A row with what the batch needs of it, and where it came from.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) origin: Origin,
    pub(crate) file: u32,
    /// Counted from 1.
    pub(crate) line: u64,
    /// What tells its group from others, as text.
    pub(crate) key: Arc<str>,
    /// A stable hash of the key.
    pub(crate) hash: u64,
    /// The training step it belongs to, when rows are split by it.
    pub(crate) batch: Option<Arc<str>>,
    /// What tells it from the other rollouts of its group.
    pub(crate) id: Option<Arc<str>>,
    /// Children of every parent on each axis below the row, see [`Plan::axes`].
    pub(crate) counts: Box<[Vec<u32>]>,
    /// Its part of each column, see [`Plan::fields`].
    pub(crate) parts: Box<[Part]>,
}

/// The row as it was read, for output.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// Nobody needs it.
    Nowhere,
    /// A line of a block of text.
    Line(Arc<[u8]>, Range<usize>),
    /// A row of a record batch.
    Record(Arc<RecordBatch>, usize),
}

/// A stable 64-bit hash (FNV-1a) of a group's key.
pub(crate) fn hash(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}
