//! A parsed answer with its text.

use crate::budget::Budget;
use crate::parse::{self, ParseError};
use crate::value::Value;

/// An answer: what was written and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The text it was read from.
    pub text: String,
    /// The meaning.
    pub value: Value,
    /// Part of the text was read as words.
    pub(crate) has_words: bool,
}

impl Answer {
    pub(crate) fn read(text: &str, budget: &Budget) -> Result<Answer, ParseError> {
        let value = parse::parse(text, budget)?;
        let has_words = words(&value);
        Ok(Answer { text: text.to_string(), value, has_words })
    }

    /// Parses the text of an answer within `budget` steps.
    ///
    /// # Errors
    /// [`ParseError`] says why the text is not an answer.
    pub fn parse(text: &str, budget: u64) -> Result<Answer, ParseError> {
        Answer::read(text, &Budget::new(budget))
    }
}

fn words(v: &Value) -> bool {
    match v {
        Value::Text(_) => true,
        Value::List { items, .. } | Value::Tuple { items, .. } | Value::Set(items) => items.iter().any(words),
        Value::Chain { sides, .. } => sides.last().is_some_and(words),
        _ => false,
    }
}
