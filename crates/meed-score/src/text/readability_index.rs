//! `readability_index`: the automated readability index.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};

use super::prose::Counts;
use crate::error::ScoreError;
use crate::options::Options;
use crate::per_element::per_text;
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "readability_index",
        family: Family::Text,
        axes: "any axis → the same",
        summary: "Automated readability index: school years needed, from characters and sentences.",
        details: "4.71 · characters per word + 0.5 · words per sentence − 21.43, where marks between white space are words in the first term. As in the package `textstat`. Source: \"Automated Readability Index\". A text without words is absent (`empty`).",
        args: &[Arg { name: "text", help: "the text" }],
        examples: &[Example {
            code: r#"readability_index()"#,
            with: r#"{"text": [["The cat sat on the mat. It was a remarkably comfortable mat.", ""]]}"#,
            gives: r#"[[0.8025, "<empty>"]]"#,
        }],
    },
    inputs: &[TEXT],
    options: &[],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(per_text(options, |text| {
        let counts = Counts::of_words(text)?;
        Ok(4.71 * (counts.characters as f64 / counts.runs as f64) + 0.5 * counts.words_per_sentence() - 21.43)
    }))
}
