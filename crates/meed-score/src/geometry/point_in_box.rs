//! `point_in_box`: points that lie in reference boxes.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::{TEXT_ARG, boxes, points};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::said::tag;
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "point_in_box",
        family: Family::Geometry,
        axes: "any axis → the same",
        summary: "The share of the text's points that lie in a reference box, its edges included; a click on a target is 1 or 0.",
        details: "Points are read from the numbers in the `<answer>` tag, else in the whole text, two to a point; none, or a number too many, is 0. \
A reference without a box is absent (`bad_reference`).",
        args: &[
            TEXT_ARG,
            Arg { name: "answer", help: "the reference boxes" },
            Arg {
                name: "boxes=\"corners\"",
                help: "\"corners\" (left, top, right, bottom) or \"size\" (left, top, width, height)",
            },
        ],
        examples: &[Example {
            code: "point_in_box()",
            with: r#"{"text": [["click(5, 5)", "(11, 5)", "<answer>10 0; 0 20</answer>", "nowhere"]], "answer": ["[0, 0, 10, 10]"]}"#,
            gives: "[[1, 0, 0.5, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[Opt { name: "boxes", default: Default::Text("corners"), help: "corners or size" }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let sizes = options.choice("boxes", &["corners", "size"])? == "size";
    Ok(per_answer(options, move |text, answer| {
        let boxes = boxes(answer, sizes).filter(|b| !b.is_empty()).ok_or(Reason::BadReference)?;
        let points = points(tag(text).unwrap_or(text)).unwrap_or_default();
        if boxes.len() * points.len() > 100_000_000 {
            return Err(Reason::TooLarge);
        }
        let inside =
            |[x, y]: &[f64; 2]| boxes.iter().any(|b| b[0] <= *x && *x <= b[2] && b[1] <= *y && *y <= b[3]);
        Ok(points.iter().filter(|p| inside(p)).count() as f64 / points.len().max(1) as f64)
    }))
}
