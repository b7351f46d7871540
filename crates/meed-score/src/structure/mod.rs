//! Scorers of formats: structured documents, and what stands where in a response.

pub mod fences;
pub mod grammar;
pub mod json_match;
pub mod json_schema;
pub mod table;
pub mod xml;
pub mod yaml;

mod blocks;
pub(crate) mod document;
pub(crate) mod literal;
