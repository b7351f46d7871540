//! Answer extraction and mathematical equivalence.

pub mod budget;
pub mod expr;

mod eval;
mod num;
