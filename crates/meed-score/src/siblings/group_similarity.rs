//! `group_similarity`: how much a text is like its siblings.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::{AXIS, AXIS_ARG, TEXT_ARG, per_sibling_text, reason, runs_of};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::scorer::{Scorer, TEXT};
use crate::strings::grams::{Unit, shared_of_sorted};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "group_similarity",
        family: Family::Siblings,
        axes: "any axis below `axis` → the same",
        summary: "Jaccard similarity of n-grams with the other texts of the group: their mean, most or least.",
        details: "Words are runs of letters and digits in lower case. Two texts without n-grams are equal (1). A text without siblings is absent (`empty`), and so does an absent text not count. \
Groups with more than four billion n-grams to compare are absent (`too_large`).",
        args: &[
            TEXT_ARG,
            Arg { name: "n=2", help: "units in a run" },
            Arg { name: "unit=\"words\"", help: "\"words\" or \"characters\"" },
            Arg { name: "take=\"mean\"", help: "of the similarities: \"mean\", \"max\" or \"min\"" },
            AXIS_ARG,
        ],
        examples: &[
            Example {
                code: "group_similarity(n=1)",
                with: r#"{"text": [["a b", "b c", "B a!"], ["alone"]]}"#,
                gives: r#"[[0.6666666666666666, 0.3333333333333333, 0.6666666666666666], ["<empty>"]]"#,
            },
            Example {
                code: r#"group_similarity(n=1, take="max")"#,
                with: r#"{"text": [["a b", "b c", "b a"]]}"#,
                gives: "[[1, 0.3333333333333333, 1]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "n", default: Default::Number(2.0), help: "units in a run" },
        Opt { name: "unit", default: Default::Text("words"), help: "words or characters" },
        Opt { name: "take", default: Default::Text("mean"), help: "mean, max or min" },
        AXIS,
    ],
    build,
};

/// N-grams one group may compare.
const MAX_COMPARED: u64 = 1 << 32;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let n = options.count("n", 1..=100)?;
    let unit = Unit::of(options)?;
    let take = options.choice("take", &["mean", "max", "min"])?;
    per_sibling_text(options, move |cells| {
        let runs = runs_of(cells, unit, n);
        let all: u64 = runs.iter().flatten().map(|r| r.len() as u64).sum();
        if all * cells.len() as u64 > MAX_COMPARED {
            return vec![Err(Reason::TooLarge); cells.len()];
        }
        let mut similar: Vec<Vec<f64>> = vec![Vec::new(); cells.len()];
        for i in 0..cells.len() {
            for j in 0..i {
                if let (Some(a), Some(b)) = (&runs[i], &runs[j]) {
                    let similarity = jaccard(a, b);
                    similar[i].push(similarity);
                    similar[j].push(similarity);
                }
            }
        }
        let fold = |(values, cell): (Vec<f64>, _)| match take {
            _ if values.is_empty() => Err(reason_or_empty(cell)),
            "max" => Ok(values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            "min" => Ok(values.iter().copied().fold(f64::INFINITY, f64::min)),
            _ => Ok(values.iter().sum::<f64>() / values.len() as f64),
        };
        similar.into_iter().zip(cells).map(fold).collect()
    })
}

fn reason_or_empty(cell: &super::Cell<'_>) -> Reason {
    if cell.is_err() { reason(cell) } else { Reason::Empty }
}

pub(super) fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let shared = shared_of_sorted(a, b);
    let either = a.len() + b.len() - shared;
    if either == 0 { 1.0 } else { shared as f64 / either as f64 }
}
