//! `length_ratio`: how long the text is beside a reference.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::{ANSWER_ARG, TEXT_ARG};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::split;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "length_ratio",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "Verbosity: the text's length over the reference's, 1 where they are as long.",
        details: "Of several references the one with the ratio nearest to 1 (by its logarithm) counts. An empty reference is absent (`bad_reference`).",
        args: &[TEXT_ARG, ANSWER_ARG, Arg { name: "unit=\"words\"", help: "\"words\" or \"characters\"" }],
        examples: &[Example {
            code: "length_ratio()",
            with: r#"{"text": [["one two three", "one"]], "answer": ["one two"]}"#,
            gives: "[[1.5, 0.5]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[Opt { name: "unit", default: Default::Text("words"), help: "words or characters" }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let words = options.choice("unit", &["words", "characters"])? == "words";
    let length =
        move |text: &str| (if words { split::words(text).count() } else { text.chars().count() }) as f64;
    Ok(per_answer(options, move |text, answer| {
        let text = length(text);
        let ratios =
            alternatives(answer).map(length).filter(|length| *length > 0.0).map(|length| text / length);
        let far = |ratio: &f64| if *ratio == 0.0 { f64::INFINITY } else { ratio.ln().abs() };
        ratios.min_by(|a, b| far(a).total_cmp(&far(b))).ok_or(Reason::BadReference)
    }))
}
