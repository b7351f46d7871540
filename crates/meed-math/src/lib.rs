//! Answer extraction and mathematical equivalence.
#![warn(missing_docs)]

pub mod budget;
pub mod expr;
pub mod units;
pub mod value;

mod answer;
mod calculus;
mod decide;
mod eval;
mod extract;
mod fast;
mod key;
mod lex;
mod num;
mod options;
mod parse;
mod verify;
mod words;

pub use answer::Answer;
pub use decide::Reason;
pub use extract::{Extract, Extraction, Mark, extract};
pub use key::answer_key;
pub use options::{Options, Units};
pub use parse::ParseError;
pub use verify::{Explanation, Side, Undecided, Verdict, Verifier, compare, explain, verify};
