//! `polygon_area`: the area of a polygon.

use std::sync::Arc;

use meed_algebra::{Example, Family, Function, Reason, Word};

use super::{TEXT_ARG, points};
use crate::error::ScoreError;
use crate::options::Options;
use crate::per_element::per_text;
use crate::said::tag;
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "polygon_area",
        family: Family::Geometry,
        axes: "any axis → the same",
        summary: "The area of the polygon whose corners the text lists, in order either way round.",
        details: "Corners are read from the numbers in the `<answer>` tag, else in the whole text, two to a corner; the first need not be said again. Half the sum of cross products (the shoelace formula), so parts of a polygon that crosses itself may cancel. \
Fewer than three corners, or a number too many, is absent (`unparsable`).",
        args: &[TEXT_ARG],
        examples: &[Example {
            code: "polygon_area()",
            with: r#"{"text": [["(0, 0), (4, 0), (4, 3)", "[[0,0],[0,2],[2,2],[2,0]]", "(1, 2)"]]}"#,
            gives: r#"[[6, 4, "<unparsable>"]]"#,
        }],
    },
    inputs: &[TEXT],
    options: &[],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(per_text(options, |text| {
        let corners = points(tag(text).unwrap_or(text)).filter(|p| p.len() >= 3).ok_or(Reason::Unparsable)?;
        let next = corners.iter().cycle().skip(1);
        let twice: f64 = corners.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
        Ok(twice.abs() / 2.0)
    }))
}
