//! `iou`: how well boxes cover reference boxes.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::{Box4, TEXT_ARG, boxes};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::said::tag;
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "iou",
        family: Family::Geometry,
        axes: "any axis → the same",
        summary: "Intersection over union of boxes, or its generalised form: for each reference box the best, averaged.",
        details: "Boxes are read from the numbers in the `<answer>` tag, else in the whole text, four to a box: left, top, right, bottom (`corners`) or left, top, width, height (`size`). A box without area, a number too few or \
no box counts as no overlap: 0, or -1 for GIoU, which is the overlap minus the share of the smallest enclosing box outside of both (\"Generalized Intersection over Union: A Metric and a Loss for Bounding Box Regression\"). \
With `match=\"pairs\"` each box counts for one reference box (the best pairs first) and the sum is divided by the larger number of boxes. A reference without a proper box is absent (`bad_reference`).",
        args: &[
            TEXT_ARG,
            Arg { name: "answer", help: "the reference boxes" },
            Arg { name: "kind=\"iou\"", help: "\"iou\" or \"giou\"" },
            Arg { name: "match=\"best\"", help: "\"best\" box for each reference, or \"pairs\"" },
            Arg { name: "boxes=\"corners\"", help: "\"corners\" or \"size\"" },
        ],
        examples: &[
            Example {
                code: "iou()",
                with: r#"{"text": [["[0, 0, 10, 10]", "<answer>(5, 0), (15, 10)</answer> 7", "none"]], "answer": ["5 0 15 10"]}"#,
                gives: "[[0.3333333333333333, 1, 0]]",
            },
            Example {
                code: r#"iou(kind="giou")"#,
                with: r#"{"text": [["0 0 1 1"]], "answer": ["2 0 3 1"]}"#,
                gives: "[[-0.3333333333333333]]",
            },
            Example {
                code: r#"iou(match="pairs")"#,
                with: r#"{"text": [["[[0,0,2,2],[0,0,2,2],[5,5,6,6]]"]], "answer": ["[[0,0,2,2]]"]}"#,
                gives: "[[0.3333333333333333]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "kind", default: Default::Text("iou"), help: "iou or giou" },
        Opt { name: "match", default: Default::Text("best"), help: "best or pairs" },
        Opt { name: "boxes", default: Default::Text("corners"), help: "corners or size" },
    ],
    build,
};

/// Pairs of boxes one comparison may look at.
const MAX_PAIRS: usize = 4_000_000;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let generalised = options.choice("kind", &["iou", "giou"])? == "giou";
    let pairs = options.choice("match", &["best", "pairs"])? == "pairs";
    let sizes = options.choice("boxes", &["corners", "size"])? == "size";
    let none = if generalised { -1.0 } else { 0.0 };
    Ok(per_answer(options, move |text, answer| {
        let wanted = boxes(answer, sizes).filter(|b| !b.is_empty() && b.iter().all(|b| area(b) > 0.0));
        let wanted = wanted.ok_or(Reason::BadReference)?;
        let found = boxes(tag(text).unwrap_or(text), sizes).unwrap_or_default();
        if found.len() * wanted.len() > MAX_PAIRS {
            return Err(Reason::TooLarge);
        }
        let overlap = |a: &Box4, b: &Box4| if area(a) > 0.0 { overlap(a, b, generalised) } else { none };
        if pairs {
            return Ok(paired(&found, &wanted, none, overlap));
        }
        let best = |w: &Box4| found.iter().map(|f| overlap(f, w)).fold(none, f64::max);
        Ok(wanted.iter().map(best).sum::<f64>() / wanted.len() as f64)
    }))
}

/// Boxes paired off, the best pair first; a box without a partner counts as `none`.
fn paired(found: &[Box4], wanted: &[Box4], none: f64, overlap: impl Fn(&Box4, &Box4) -> f64) -> f64 {
    let mut all: Vec<(f64, usize, usize)> = Vec::with_capacity(found.len() * wanted.len());
    for (i, f) in found.iter().enumerate() {
        all.extend(wanted.iter().enumerate().map(|(j, w)| (overlap(f, w), i, j)));
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut used, mut met) = (vec![false; found.len()], vec![false; wanted.len()]);
    let (mut sum, mut count) = (0.0, 0);
    for (value, i, j) in all {
        if !used[i] && !met[j] {
            (used[i], met[j]) = (true, true);
            sum += value;
            count += 1;
        }
    }
    let most = found.len().max(wanted.len());
    (sum + none * (most - count) as f64) / most as f64
}

fn area(b: &Box4) -> f64 {
    (b[2] - b[0]).max(0.0) * (b[3] - b[1]).max(0.0)
}

fn overlap(a: &Box4, b: &Box4, generalised: bool) -> f64 {
    let both = area(&[a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]);
    let either = area(a) + area(b) - both;
    let iou = both / either;
    if !generalised {
        return iou;
    }
    let around = area(&[a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
    iou - (around - either) / around
}
