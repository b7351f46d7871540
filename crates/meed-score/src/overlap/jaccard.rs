//! `jaccard`: different runs of words or characters shared with a reference.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use super::{ANSWER_ARG, TEXT_ARG};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::grams::{Unit, distinct_runs, shared_of_sorted};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "jaccard",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "Different n-grams in both texts over different n-grams in either: 1 for the same set, 0 for none shared.",
        details: "`of` changes what the shared ones are divided by: \"either\" (Jaccard), \"mean\" of both counts (Dice), \"smaller\" \
(overlap coefficient), \"text\" or \"reference\". Words are runs of letters and digits in lower case; characters are taken as they are. Two texts without n-grams are equal (1), \
one without is 0. Of several references the best counts.",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "n=1", help: "units in a run" },
            Arg { name: "unit=\"words\"", help: "\"words\" or \"characters\"" },
            Arg {
                name: "of=\"either\"",
                help: "\"either\", \"mean\", \"smaller\", \"text\" or \"reference\"",
            },
        ],
        examples: &[
            Example {
                code: "jaccard()",
                with: r#"{"text": [["A cat, a mat", "dogs"]], "answer": ["the cat on a mat"]}"#,
                gives: "[[0.6, 0]]",
            },
            Example {
                code: r#"jaccard(n=2, unit="characters", of="mean")"#,
                with: r#"{"text": [["night"]], "answer": ["nacht"]}"#,
                gives: "[[0.25]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "n", default: Default::Number(1.0), help: "units in a run" },
        Opt { name: "unit", default: Default::Text("words"), help: "words or characters" },
        Opt { name: "of", default: Default::Text("either"), help: "what the shared ones are divided by" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let n = options.count("n", 1..=100)?;
    let unit = Unit::of(options)?;
    let of = options.choice("of", &["either", "mean", "smaller", "text", "reference"])?;
    Ok(per_answer(options, move |text, answer| {
        let text = distinct_runs(text, unit, n);
        let score = |reference: &str| {
            let reference = distinct_runs(reference, unit, n);
            let (a, b) = (text.len() as f64, reference.len() as f64);
            let shared = shared_of_sorted(&text, &reference) as f64;
            let whole = match of {
                "either" => a + b - shared,
                "mean" => (a + b) / 2.0,
                "smaller" => a.min(b),
                "text" => a,
                _ => b,
            };
            match (a + b == 0.0, whole == 0.0) {
                (true, _) => 1.0,
                (_, true) => 0.0,
                _ => shared / whole,
            }
        };
        Ok(alternatives(answer).map(score).fold(0.0, f64::max))
    }))
}
