//! `anls`: how near read text is to a reference, as document questions are scored.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use super::TEXT_ARG;
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::overlap::bounded;
use crate::per_element::per_answer;
use crate::said::{PLACE, PLACE_ARG, Place};
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::vocabulary::characters;
use crate::strings::{edit, split};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "anls",
        family: Family::Geometry,
        axes: "any axis → the same",
        summary: "Text read from an image against its reference: 1 - edit distance over the longer length, 0 from a threshold on.",
        details: "Case and white space at the ends are left out, runs of white space are one space. Distances of `threshold` or more give 0: such a text was not misread, it is another. Of several references the best counts. \
The method is that of \"Scene Text Visual Question Answering\". For error rates of transcripts see `error_rate`.",
        args: &[
            TEXT_ARG,
            Arg { name: "answer", help: "the reference, or several" },
            Arg { name: "threshold=0.5", help: "the share of edits from which the score is 0" },
            PLACE_ARG,
        ],
        examples: &[Example {
            code: "anls()",
            with: r#"{"text": [["STOP", "st0p ", "go"]], "answer": ["Stop"]}"#,
            gives: "[[1, 0.75, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt {
            name: "threshold",
            default: Default::Number(0.5),
            help: "the share of edits from which the score is 0",
        },
        PLACE,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let threshold = options.number("threshold", 0.0..=1.0)?;
    let place = Place::of(options)?;
    Ok(per_answer(options, move |text, answer| {
        let normal = |text: &str| split::words(&split::lower(text)).collect::<Vec<_>>().join(" ");
        let Some(text) = place.read(text, normal) else { return Ok(0.0) };
        let mut best = 0.0f64;
        for reference in alternatives(answer) {
            let (a, b, kinds) = characters(&text, &normal(reference));
            bounded(edit::steps(a.len(), b.len()))?;
            let longer = a.len().max(b.len()).max(1);
            let far = edit::distance(&a, &b, kinds) as f64 / longer as f64;
            best = best.max(if far < threshold { 1.0 - far } else { 0.0 });
        }
        Ok(best)
    }))
}
