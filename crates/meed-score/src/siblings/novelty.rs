//! `novelty`: what a text says that its siblings do not.

use std::collections::HashMap;
use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::{AXIS, AXIS_ARG, TEXT_ARG, per_sibling_text, reason, runs_of};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::scorer::{Scorer, TEXT};
use crate::strings::grams::Unit;
use crate::strings::hash::Hashing;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "novelty",
        family: Family::Siblings,
        axes: "any axis below `axis` → the same",
        summary: "The share of a text's different n-grams that no other text of the group has.",
        details: "With `earlier`, only texts before it count. Words are runs of letters and digits in lower case. A text without n-grams is absent (`empty`). For novelty against earlier batches see `fingerprint`.",
        args: &[
            TEXT_ARG,
            Arg { name: "n=2", help: "units in a run" },
            Arg { name: "unit=\"words\"", help: "\"words\" or \"characters\"" },
            Arg { name: "earlier=False", help: "count only texts before this one" },
            AXIS_ARG,
        ],
        examples: &[
            Example {
                code: "novelty(n=1)",
                with: r#"{"text": [["a b", "b c d", ""]]}"#,
                gives: r#"[[0.5, 0.6666666666666666, "<empty>"]]"#,
            },
            Example {
                code: "novelty(n=1, earlier=True)",
                with: r#"{"text": [["a b", "b c d"]]}"#,
                gives: "[[1, 0.6666666666666666]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "n", default: Default::Number(2.0), help: "units in a run" },
        Opt { name: "unit", default: Default::Text("words"), help: "words or characters" },
        Opt { name: "earlier", default: Default::Bool(false), help: "count only texts before this one" },
        AXIS,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let n = options.count("n", 1..=100)?;
    let unit = Unit::of(options)?;
    let earlier = options.bool("earlier")?;
    per_sibling_text(options, move |cells| {
        let runs = runs_of(cells, unit, n);
        let mut have: HashMap<u64, u32, Hashing> = HashMap::default();
        if !earlier {
            runs.iter().flatten().flatten().for_each(|run| *have.entry(*run).or_default() += 1);
        }
        let mut score = |(runs, cell): (&Option<Vec<u64>>, _)| {
            let Some(runs) = runs else { return Err(reason(cell)) };
            if runs.is_empty() {
                return Err(Reason::Empty);
            }
            // Its own mention is not another's.
            let own = u32::from(!earlier);
            let new = runs.iter().filter(|run| have.get(*run).copied().unwrap_or(0) <= own).count();
            if earlier {
                runs.iter().for_each(|run| *have.entry(*run).or_default() += 1);
            }
            Ok(new as f64 / runs.len() as f64)
        };
        runs.iter().zip(cells).map(&mut score).collect()
    })
}
