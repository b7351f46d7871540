//! Rollouts in and out: rows of files to the algebra's batches, and batches with outputs to rows.
//!
//! [`Source`] opens JSONL, Parquet or Arrow files in the layouts trainers write, says which columns there are
//! ([`Source::schema`]), and hands out batches of those a spec needs ([`Source::select`], [`Source::next`]).
//! [`Sink`] writes the rows out again with the spec's outputs. [`vectors`] reads numeric examples of recipes.

mod assemble;
mod error;
mod input;
mod json;
mod layout;
mod options;
mod record;
mod row;
mod sink;
mod source;
mod value;
pub mod vectors;

pub use assemble::{Piece, Rows};
pub use error::{DataError, RowError};
pub use input::Format;
pub use layout::{Layout, RowForm};
pub use options::{Extent, OnError, ReadOptions, Report};
pub use sink::{Output, Sink, table};
pub use source::Source;
pub use value::{MISSING, Value};
