//! Scorers: numbers from texts.
//!
//! A [`Scorer`] is data: the [`Word`](meed_algebra::Word) that explains it, the signals it reads, its options,
//! and a function that builds the per-element [`Function`](meed_algebra::Function). One file holds one scorer
//! with its help, examples and tests:
//!
//! | module | scorers that |
//! | --- | --- |
//! | [`verify`] | check a response against a reference or a rule |
//! | [`overlap`] | compare a text with a reference |
//! | [`text`] | measure a text |
//! | [`siblings`] | look at a text among its siblings |
//! | [`geometry`] | read boxes, points and shapes |
//! | [`puzzle`] | check puzzles, which also make tasks |
//! | [`program`] | run what a response wrote: programs against tests, queries |
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
pub mod geometry;
pub mod instruct;
pub mod kept;
pub mod options;
pub mod overlap;
pub mod program;
pub mod puzzle;
pub mod scorer;
pub mod siblings;
pub mod structure;
pub mod text;
pub mod tools;
pub mod verify;

mod answer;
mod bare;
mod exact_number;
mod numeral;
mod per_element;
mod said;
mod search;
mod strings;

pub use error::ScoreError;
pub use options::{Default, Opt, OptionValue, Options};
pub use scorer::{Input, Scorer, all, find};
