//! Scorers that measure a text.

pub mod length;
pub mod repetition;
pub mod tags;
