//! Writing rows out again, with the outputs of a spec.
//!
//! Every row keeps its form and all its columns; the outputs follow, the same ones on every row:
//!
//! - In a row that is one rollout, an output on `group` or `batch` is repeated; in a row that is one task, an
//!   output on `rollout` is a list.
//! - Deeper axes are lists inside; tokens are one flat list per rollout. Lanes are an object by label, vectors
//!   a list. A pair output is, under each rollout, the list over its group's rollouts.
//! - An absent value is null, and so is a number that is not finite. The column `reasons` says why: the name of
//!   the first absence of each output that has one in the row.
//! - An input column with the name of an output is kept as `<name>_input`.
//!
//! From JSON lines to JSON lines every byte of the input columns stays. In Parquet and Arrow an output has the
//! same type on every row, and `reasons` one text per output; JSON columns whose values are of several kinds
//! become texts there.

mod arrays;
mod cells;
mod file;
mod lines;
mod records;
mod spool;
mod typed;

use std::path::Path;

use meed_algebra::{Batch, Column, Kind, Shape};

use crate::assemble::Piece;
use crate::error::DataError;
use crate::input::Format;
use crate::source::Source;
use lines::LineSink;
use records::RecordSink;
pub use records::table;
use spool::Spool;

/// An output column.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Where its values live.
    pub shape: Shape,
    /// What they are.
    pub kind: Kind,
}

/// A file being written; it appears under its name when finished.
pub struct Sink {
    outputs: Vec<Output>,
    kind: SinkKind,
    rows: u64,
}

enum SinkKind {
    Lines(LineSink),
    Records(Box<RecordSink>),
    Spool(Box<Spool>),
}

impl Sink {
    /// Begins a file, or standard output with `None` for the path. Without a format the name's ending decides
    /// (`.jsonl`, `.jsonl.gz`, `.jsonl.zst`, `.parquet`, `.arrow`, `.arrows`), else the source's format.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(
        path: Option<&Path>,
        format: Option<Format>,
        source: &Source,
        outputs: Vec<Output>,
    ) -> Result<Sink, DataError> {
        let format = format.or_else(|| path.and_then(by_name)).unwrap_or(match path {
            None => Format::Jsonl,
            Some(_) => source.format(),
        });
        let kind = match (path, format, source.records()) {
            (_, Format::Jsonl, _) => SinkKind::Lines(LineSink::create(path)?),
            (None, ..) => {
                return Err(DataError::file(
                    "standard output",
                    format!("{} needs a file: name one with `-o`", format.name()),
                ));
            }
            (Some(path), _, Some(schema)) => {
                SinkKind::Records(Box::new(RecordSink::new(path, format, schema)))
            }
            (Some(path), _, None) => {
                SinkKind::Spool(Box::new(Spool::create(path, format, source.layout().rows)?))
            }
        };
        Ok(Sink { outputs, kind, rows: 0 })
    }

    /// Writes the rows of a piece with its outputs, one column per output in their order. `axes` is the batch
    /// the outputs were computed on: the piece's, or one with further axes that the spec made.
    ///
    /// # Errors
    /// When writing fails, or a column is not what its output says.
    pub fn write(&mut self, piece: &Piece, axes: &Batch, columns: &[&Column]) -> Result<(), DataError> {
        if columns.len() != self.outputs.len() {
            let message = format!("{} columns for {} outputs", columns.len(), self.outputs.len());
            return Err(DataError::Columns(message));
        }
        for (output, column) in self.outputs.iter().zip(columns) {
            let expected = axes.len(column.shape.axis) * column.shape.width();
            if column.values.len() != expected || (column.kind == Kind::Text) != (output.kind == Kind::Text) {
                return Err(DataError::Columns(format!("output `{}` does not fit the batch", output.name)));
            }
        }
        self.rows += piece.rows.len() as u64;
        match &mut self.kind {
            SinkKind::Lines(sink) => sink.write(&self.outputs, piece, axes, columns),
            SinkKind::Records(sink) => sink.write(&self.outputs, piece, axes, columns),
            SinkKind::Spool(sink) => sink.write(&self.outputs, piece, axes, columns),
        }
    }

    /// Completes the file and gives it its name; the number of rows in it.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self) -> Result<u64, DataError> {
        match self.kind {
            SinkKind::Lines(sink) => sink.finish()?,
            SinkKind::Records(sink) => sink.finish(&self.outputs)?,
            SinkKind::Spool(sink) => sink.finish()?,
        }
        Ok(self.rows)
    }
}

/// The format a file name asks for.
fn by_name(path: &Path) -> Option<Format> {
    let mut path = path.to_path_buf();
    if path.extension().is_some_and(|e| e == "gz" || e == "zst") {
        path.set_extension("");
    }
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "jsonl" | "json" | "ndjson" => Some(Format::Jsonl),
        "parquet" | "pq" => Some(Format::Parquet),
        "arrow" | "feather" | "ipc" => Some(Format::Arrow),
        "arrows" => Some(Format::ArrowStream),
        _ => None,
    }
}
