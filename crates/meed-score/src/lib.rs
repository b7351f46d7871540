//! Scorers: numbers from texts.
//!
//! A [`Scorer`] is data: the [`Word`](meed_algebra::Word) that explains it, the signals it reads, its options,
//! and a function that builds the per-element [`Function`](meed_algebra::Function). One file holds one scorer
//! with its help, examples and tests:
//!
//! | verify an answer | measure a text | run what was written |
//! | --- | --- | --- |
//! | [`number`](verify::number), [`exact`](verify::exact), [`matches`](verify::matches), [`contains`](verify::contains) | [`tags`](text::tags), [`length`](text::length), [`repetition`](text::repetition) | [`code_tests`](program::code_tests), [`runs`](program::runs), [`compiles`](program::compiles), [`line_edits`](program::line_edits), [`sql`](program::sql), [`sql_parts`](program::sql_parts) |
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//! use meed_algebra::{Slice, Values};
//!
//! let number = meed_score::find("number").unwrap();
//! let function = number.function(BTreeMap::new()).unwrap();
//! let text = [Ok(Arc::from("6 × 7 = 42."))];
//! let answer = [Ok(Arc::from("42"))];
//! let scores = function.call(&[Slice::Texts(&text), Slice::Texts(&answer)], 1).unwrap();
//! assert_eq!(scores, Values::Numbers(vec![1.0]));
//! ```

pub mod error;
pub mod options;
pub mod program;
pub mod scorer;
pub mod text;
pub mod verify;

mod answer;
mod bare;
mod exact_number;
mod numeral;
mod per_element;
mod search;

pub use error::ScoreError;
pub use options::{Default, Opt, OptionValue, Options};
pub use scorer::{Input, Scorer, all, find};
