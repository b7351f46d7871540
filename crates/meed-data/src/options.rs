//! How to read, and what came of it.

use crate::error::RowError;

/// What to do with a row that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Stop with an error.
    #[default]
    Fail,
    /// Leave the row out, count it, go on.
    Skip,
}

/// How to read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Column and the field it comes from, before any guess: `("text", "result.reply")`.
    pub map: Vec<(String, String)>,
    /// What to do with a row that cannot be used.
    pub on_error: OnError,
    /// The fields (comma-separated) whose values make a group.
    pub group_by: Option<String>,
    /// The field that tells batches (training steps) apart: rows next to each other with the same value.
    pub batch_by: Option<String>,
    /// Stop after the group that brings this many rollouts.
    pub limit: Option<u64>,
    /// Hold the whole input in memory, so that the rows of a group may lie anywhere.
    pub gather: bool,
    /// Inputs up to this many bytes (unpacked, roughly) are read whole, so that the rows of a group may lie
    /// anywhere in them.
    pub hold: u64,
    /// The longest line accepted, in bytes.
    pub max_line: usize,
    /// Keep the rows as read for [`crate::Sink`]; without it only columns are kept.
    pub keep_rows: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions {
            map: Vec::new(),
            on_error: OnError::Fail,
            group_by: None,
            batch_by: None,
            limit: None,
            gather: false,
            hold: 128 << 20,
            max_line: 64 << 20,
            keep_rows: true,
        }
    }
}

/// How much to take at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Whole groups until there are at least this many rollouts: enough for specs without batch-wide reductions.
    Groups {
        /// Rollouts to wait for.
        min_rollouts: usize,
    },
    /// A whole batch: the rows with one value of `batch_by`, or everything.
    Batch,
}

/// What was read so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Rows read, those skipped included.
    pub rows_read: u64,
    /// Rollouts handed out.
    pub rollouts: u64,
    /// Groups handed out.
    pub groups: u64,
    /// Rows left out.
    pub skipped: u64,
    /// Why, for the first of them.
    pub errors: Vec<RowError>,
    /// Bytes read from the files so far.
    pub bytes_read: u64,
    /// Bytes of the files together, `None` for pipes.
    pub bytes_total: Option<u64>,
}
