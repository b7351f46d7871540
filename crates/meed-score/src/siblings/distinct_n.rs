//! `distinct_n`: how many different n-grams a group has.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::{AXIS, AXIS_ARG, TEXT_ARG, per_sibling_text};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::scorer::{Scorer, TEXT};
use crate::strings::grams::{Unit, all_runs};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "distinct_n",
        family: Family::Siblings,
        axes: "any axis below `axis` → the same",
        summary: "Different n-grams over all n-grams of the group's texts together: the same number for each of them.",
        details: "For one text by itself it is 1 - repetition(n). Words are runs of letters and digits in lower case. Absent texts do not count and stay absent; a group without n-grams is absent (`empty`). The method is that of \"A Diversity-Promoting Objective Function for \
Neural Conversation Models\".",
        args: &[
            TEXT_ARG,
            Arg { name: "n=2", help: "units in a run" },
            Arg { name: "unit=\"words\"", help: "\"words\" or \"characters\"" },
            AXIS_ARG,
        ],
        examples: &[Example {
            code: "distinct_n()",
            with: r#"{"text": [["a b c", "a b d"], ["a"]]}"#,
            gives: r#"[[0.75, 0.75], ["<empty>"]]"#,
        }],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "n", default: Default::Number(2.0), help: "units in a run" },
        Opt { name: "unit", default: Default::Text("words"), help: "words or characters" },
        AXIS,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let n = options.count("n", 1..=100)?;
    let unit = Unit::of(options)?;
    per_sibling_text(options, move |cells| {
        let mut runs: Vec<u64> = cells.iter().flatten().flat_map(|text| all_runs(text, unit, n)).collect();
        let all = runs.len();
        runs.sort_unstable();
        runs.dedup();
        let share = if all == 0 { Err(Reason::Empty) } else { Ok(runs.len() as f64 / all as f64) };
        cells.iter().map(|cell| cell.as_ref().map_err(|r| *r).and(share)).collect()
    })
}
