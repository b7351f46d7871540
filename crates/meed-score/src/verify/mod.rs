//! Scorers that check a response against a reference or a rule.

pub mod answer_key;
pub mod choice;
pub mod contains;
pub mod cost_f1;
pub mod exact;
pub mod exact_match;
pub mod list_match;
pub mod matches;
pub mod math;
pub mod number;
pub mod numeric_match;
pub mod token_f1;
pub mod yes_no;
