//! `ter`: edits and shifts of word sequences that turn the text into a reference.

mod edits;
mod shifts;

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use super::{ANSWER_ARG, TEXT_ARG};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::split;
use crate::strings::vocabulary::Vocabulary;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "ter",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "Translation edit rate, in percent: word edits and shifts per word of the reference; 0 is best.",
        details: "Of several references the one with the fewest edits counts, divided by their average length. An empty reference gives \
100, or 0 for an empty text. Words are what white space separates. Shifts are found by the heuristics of Tercom: at most ten words, at most fifty words away, at most a thousand tried. \
As `sentence_ter` of the package `sacrebleu`; the method is that of \"A Study of Translation Edit Rate with Targeted Human Annotation\".",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "ignore_case=True", help: "whether A and a are the same" },
            Arg { name: "punctuation=True", help: "whether .,?:;!\"() count" },
        ],
        examples: &[
            Example {
                code: "ter()",
                with: r#"{"text": [["c d a b", "A b c", ""]], "answer": ["a b c d"]}"#,
                gives: "[[25, 25, 100]]",
            },
            Example {
                code: "ter(punctuation=False)",
                with: r#"{"text": [["Yes, it is."]], "answer": ["yes it is"]}"#,
                gives: "[[0]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "ignore_case", default: Default::Bool(true), help: "whether A and a are the same" },
        Opt { name: "punctuation", default: Default::Bool(true), help: "whether .,?:;!\"() count" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let ignore_case = options.bool("ignore_case")?;
    let punctuation = options.bool("punctuation")?;
    Ok(per_answer(options, move |text, answer| {
        let prepare = |text: &str| {
            let mut text = if ignore_case { split::lower(text) } else { text.to_string() };
            if !punctuation {
                text.retain(|c| !".,?:;!\"()".contains(c));
            }
            text
        };
        let text = prepare(text);
        let references: Vec<String> = alternatives(answer).map(prepare).collect();
        let mut vocabulary = Vocabulary::default();
        let text = vocabulary.ids_of(&text, false);
        let (mut edits, mut words) = (usize::MAX, 0);
        for reference in &references {
            let reference = vocabulary.ids_of(reference, false);
            edits = edits.min(shifts::edits(&text, &reference));
            words += reference.len();
        }
        let words = words as f64 / references.len() as f64;
        Ok(match edits {
            0 => 0.0,
            _ if words == 0.0 => 100.0,
            _ => 100.0 * edits as f64 / words,
        })
    }))
}
