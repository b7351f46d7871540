//! `duplicates`: how many siblings say the same.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::fingerprint::normal;
use super::{AXIS, AXIS_ARG, TEXT_ARG, per_sibling_text};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "duplicates",
        family: Family::Siblings,
        axes: "any axis below `axis` → the same",
        summary: "How many other texts of the group say the same: 0 for a text of its own.",
        details: "\"words\" compares runs of letters and digits in lower case, \"exact\" the texts as they are. With `earlier`, only texts before it count, so that the first of several keeps 0. An absent text stays absent. \
For texts that are nearly the same see `group_similarity(take=\"max\")`.",
        args: &[
            TEXT_ARG,
            Arg { name: "compare=\"words\"", help: "\"words\" or \"exact\"" },
            Arg { name: "earlier=False", help: "count only texts before this one" },
            AXIS_ARG,
        ],
        examples: &[
            Example {
                code: "duplicates()",
                with: r#"{"text": [["It is 4.", "it is 4", "It is 5."], ["It is 4."]]}"#,
                gives: "[[1, 1, 0], [0]]",
            },
            Example {
                code: "duplicates(earlier=True)",
                with: r#"{"text": [["a", "A", "a"]]}"#,
                gives: "[[0, 1, 2]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "compare", default: Default::Text("words"), help: "words or exact" },
        Opt { name: "earlier", default: Default::Bool(false), help: "count only texts before this one" },
        AXIS,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let words = options.choice("compare", &["words", "exact"])? == "words";
    let earlier = options.bool("earlier")?;
    per_sibling_text(options, move |cells| {
        let texts: Vec<_> =
            cells.iter().map(|cell| cell.as_ref().map(|text| normal(text, words)).map_err(|r| *r)).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let before: Vec<usize> = texts
            .iter()
            .map(|text| {
                let Ok(text) = text else { return 0 };
                let count = counts.entry(&**text).or_default();
                *count += 1;
                *count - 1
            })
            .collect();
        let others = |(text, before): (&Result<Cow<'_, str>, Reason>, usize)| match text {
            Err(reason) => Err(*reason),
            Ok(_) if earlier => Ok(before as f64),
            Ok(text) => Ok((counts[&**text] - 1) as f64),
        };
        texts.iter().zip(before).map(others).collect()
    })
}
