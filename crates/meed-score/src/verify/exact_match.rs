//! `exact_match`: the answer is a reference, but for case, punctuation and articles.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use crate::error::ScoreError;
use crate::options::Options;
use crate::per_element::{per_answer, truth};
use crate::said::{PLACE, PLACE_ARG, Place, plain};
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "exact_match",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the answer is a reference once case, punctuation and the words a, an, the are left out, else 0.",
        details: "The normalisation of \"SQuAD: 100,000+ Questions for Machine Comprehension of Text\". One of several references is enough. \
Where the `place` is not found, the response is wrong (0).",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference, or several" },
            PLACE_ARG,
        ],
        examples: &[
            Example {
                code: "exact_match()",
                with: r#"{"text": [["The Eiffel Tower!", "Eiffel", "It is the Eiffel Tower"]], "answer": ["Eiffel tower"]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: r#"exact_match(place="tag")"#,
                with: r#"{"text": [["so <answer>a lion.</answer>", "a lion"]], "answer": ["Lion"]}"#,
                gives: "[[1, 0]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[PLACE],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let place = Place::of(options)?;
    Ok(per_answer(options, move |text, answer| {
        truth(place.read(text, plain).is_some_and(|said| alternatives(answer).any(|a| plain(a) == said)))
    }))
}
