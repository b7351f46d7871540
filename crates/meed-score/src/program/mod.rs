//! Scorers that run what a response wrote: programs against tests, queries against databases.

pub mod code_tests;
pub mod compiles;
pub mod line_edits;
pub mod plain;
pub mod runs;
pub mod sql;
pub mod sql_parts;

mod code;
mod database;
mod edits;
mod give;
mod pool;
mod query;
mod tasks;

pub use pool::pool;
