//! `coleman_liau`: the Coleman–Liau index.

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
        name: "coleman_liau",
        family: Family::Text,
        axes: "any axis → the same",
        summary: "Coleman–Liau index: school years needed, from letters and sentences.",
        details: "0.058 · letters per 100 words − 0.296 · sentences per 100 words − 15.8. As in the package `textstat`. Source: \"A computer readability formula designed for machine scoring\". A text without words is absent (`empty`).",
        args: &[Arg { name: "text", help: "the text" }],
        examples: &[Example {
            code: r#"coleman_liau()"#,
            with: r#"{"text": [["The cat sat on the mat. It was a remarkably comfortable mat.", ""]]}"#,
            gives: r#"[[1.9833333, "<empty>"]]"#,
        }],
    },
    inputs: &[TEXT],
    options: &[],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(per_text(options, |text| {
        let counts = Counts::of_words(text)?;
        let per_hundred = 100.0 / counts.words as f64;
        Ok(0.058 * counts.letters as f64 * per_hundred - 0.296 * counts.sentences as f64 * per_hundred - 15.8)
    }))
}
