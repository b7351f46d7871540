//! `lcs`: the longest common subsequence with a reference.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use super::edit_similarity::units;
use super::{ANSWER_ARG, TEXT_ARG, bounded};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::lcs;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "lcs",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "The length of the longest common subsequence with the reference, in words or characters.",
        details: "Words are what white space separates, as they are written. `of` divides it: by the length of the \"reference\" (recall), \
the \"text\" (precision) or the \"longer\" of both; an empty one gives 0. Of several references the best counts.",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "unit=\"words\"", help: "\"words\" or \"characters\"" },
            Arg { name: "of=None", help: "None for the length, else \"reference\", \"text\" or \"longer\"" },
        ],
        examples: &[
            Example {
                code: "lcs()",
                with: r#"{"text": [["a x b y c", "c b a"]], "answer": ["a b c d"]}"#,
                gives: "[[3, 1]]",
            },
            Example {
                code: r#"lcs(of="reference")"#,
                with: r#"{"text": [["a x b y c"]], "answer": ["a b c d"]}"#,
                gives: "[[0.75]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "unit", default: Default::Text("words"), help: "words or characters" },
        Opt { name: "of", default: Default::None, help: "reference, text or longer" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let words = options.choice("unit", &["words", "characters"])? == "words";
    let of = match options.is_given("of") {
        true => options.choice("of", &["reference", "text", "longer"])?,
        false => "",
    };
    Ok(per_answer(options, move |text, answer| {
        let mut best = 0.0f64;
        for reference in alternatives(answer) {
            let (a, b, kinds) = units(text, reference, words);
            bounded(lcs::steps(a.len(), b.len()))?;
            let length = lcs::length(&a, &b, kinds) as f64;
            let whole = match of {
                "reference" => b.len(),
                "text" => a.len(),
                "longer" => a.len().max(b.len()),
                _ => 1,
            };
            best = best.max(length / whole.max(1) as f64);
        }
        Ok(best)
    }))
}
