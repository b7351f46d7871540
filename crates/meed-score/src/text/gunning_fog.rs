//! `gunning_fog`: the Gunning fog index.

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
        name: "gunning_fog",
        family: Family::Text,
        axes: "any axis → the same",
        summary: "Gunning fog index: school years needed, from words of three syllables or more.",
        details: "0.4 · (words per sentence + 100 · long words per word). Unlike the package `textstat`, long words that a list has as easy count too. Source: \"The Technique of Clear Writing\". A text without words is absent (`empty`).",
        args: &[Arg { name: "text", help: "the text" }],
        examples: &[Example {
            code: r#"gunning_fog()"#,
            with: r#"{"text": [["The cat sat on the mat. It was a remarkably comfortable mat.", ""]]}"#,
            gives: r#"[[9.0666667, "<empty>"]]"#,
        }],
    },
    inputs: &[TEXT],
    options: &[],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(per_text(options, |text| {
        let counts = Counts::of_words(text)?;
        Ok(0.4 * (counts.words_per_sentence() + 100.0 * (counts.long_words as f64 / counts.words as f64)))
    }))
}
