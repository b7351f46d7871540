//! Scorers of tool calls.

pub mod tool_calls;
pub mod turns;

pub(crate) mod assign;
mod bfcl;
mod call;
mod toolrl;
