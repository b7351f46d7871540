//! Rollouts in and out: rows of files to the algebra's batches, and batches with outputs to rows.

mod error;
#[allow(dead_code)]
mod json;
#[allow(dead_code)]
mod value;
pub mod vectors;

pub use error::{DataError, RowError};
