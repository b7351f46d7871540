//! `smog`: the SMOG grade.

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
        name: "smog",
        family: Family::Text,
        axes: "any axis → the same",
        summary: "SMOG: school years needed, from words of three syllables or more.",
        details: "1.043 · √(30 · long words per sentence) + 3.1291. As in the package `textstat`, but for syllables of words that the CMU Pronouncing Dictionary does not have. Source: \"SMOG Grading: A New Readability Formula\". A text without words is absent (`empty`).",
        args: &[Arg { name: "text", help: "the text" }],
        examples: &[Example {
            code: r#"smog()"#,
            with: r#"{"text": [["The cat sat on the mat. It was a remarkably comfortable mat.", ""]]}"#,
            gives: r#"[[8.8418463, "<empty>"]]"#,
        }],
    },
    inputs: &[TEXT],
    options: &[],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(per_text(options, |text| {
        let counts = Counts::of_words(text)?;
        Ok(1.043 * (30.0 * (counts.long_words as f64 / counts.sentences as f64)).sqrt() + 3.1291)
    }))
}
