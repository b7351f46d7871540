//! `flesch`: Flesch reading ease, and the Flesch–Kincaid grade.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};

use super::prose::Counts;
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_text;
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "flesch",
        family: Family::Text,
        axes: "any axis → the same",
        summary: "Flesch reading ease (100 is easy, 0 is hard), or the Flesch–Kincaid grade.",
        details: "Ease: 206.835 − 1.015 · words per sentence − 84.6 · syllables per word. Grade: 0.39 · words per sentence + 11.8 · syllables per word − 15.59. Words, sentences and syllables are those of `length`; as in the package `textstat`, but for syllables of words that the CMU Pronouncing Dictionary does not have. \
Source: \"A new readability yardstick\". A text without words is absent (`empty`).",
        args: &[
            Arg { name: "text", help: "the text" },
            Arg { name: "scale=\"ease\"", help: "\"ease\" or \"grade\"" },
        ],
        examples: &[Example {
            code: r#"flesch()"#,
            with: r#"{"text": [["The cat sat on the mat. It was a remarkably comfortable mat.", ""]]}"#,
            gives: r#"[[73.845, "<empty>"]]"#,
        }],
    },
    inputs: &[TEXT],
    options: &[Opt { name: "scale", default: Default::Text("ease"), help: "ease or grade" }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let grade = options.choice("scale", &["ease", "grade"])? == "grade";
    Ok(per_text(options, move |text| {
        let counts = Counts::of_words(text)?;
        let (length, syllables) = (counts.words_per_sentence(), counts.syllables_per_word());
        Ok(if grade {
            0.39 * length + 11.8 * syllables - 15.59
        } else {
            206.835 - 1.015 * length - 84.6 * syllables
        })
    }))
}
