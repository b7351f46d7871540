//! Scorers that check a response against a reference or a rule.

pub mod contains;
pub mod exact;
pub mod matches;
pub mod number;
