//! Scorers that check a response against a reference or a rule.

pub mod answer_key;
pub mod contains;
pub mod exact;
pub mod matches;
pub mod math;
pub mod number;
