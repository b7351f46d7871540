//! `error_rate`: edits per unit of the reference, as transcripts are scored.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::edit_similarity::units;
use super::{ANSWER_ARG, TEXT_ARG, bounded};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::edit;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "error_rate",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "Edits per character (CER) or word (WER) of the reference: 0 is best, more than 1 is possible.",
        details: "Insertions, deletions and substitutions. Of several references the one with the lowest rate counts. \
An empty reference is absent (`bad_reference`).",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "unit=\"characters\"", help: "\"characters\" or \"words\"" },
        ],
        examples: &[Example {
            code: r#"error_rate(unit="words")"#,
            with: r#"{"text": [["the cat sat", "the hat"]], "answer": ["the cat sat"]}"#,
            gives: "[[0, 0.6666666666666666]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[Opt { name: "unit", default: Default::Text("characters"), help: "characters or words" }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let words = options.choice("unit", &["characters", "words"])? == "words";
    Ok(per_answer(options, move |text, answer| {
        let mut least: Option<f64> = None;
        for reference in alternatives(answer) {
            let (a, b, kinds) = units(text, reference, words);
            if !b.is_empty() {
                bounded(edit::steps(a.len(), b.len()))?;
                let rate = edit::distance(&a, &b, kinds) as f64 / b.len() as f64;
                least = Some(least.map_or(rate, |least| least.min(rate)));
            }
        }
        least.ok_or(Reason::BadReference)
    }))
}
