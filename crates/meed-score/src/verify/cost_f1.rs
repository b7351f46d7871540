//! `cost_f1`: words shared with a reference, worth less the more was spent.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::token_f1::best;
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_inputs;
use crate::said::{PLACE, PLACE_ARG, Place};
use crate::scorer::{ANSWER, Input, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "cost_f1",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "Cost-aware F1: `token_f1` times exp(-rate · cost).",
        details: "The cost is whatever is to be saved, such as the number of retrievals. The method is that of \"GraphRAG-R1: Graph Retrieval-Augmented Generation \
with Process-Constrained Reinforcement Learning\".",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference, or several" },
            Arg { name: "cost", help: "what was spent" },
            Arg { name: "rate=0.1", help: "how fast the worth falls" },
            Arg { name: "scale=1", help: "the worth of a perfect answer at no cost" },
            PLACE_ARG,
        ],
        examples: &[Example {
            code: "cost_f1()",
            with: r#"{"text": [["a cat", "cat", "dog"]], "answer": ["the cat"], "cost": [[0, 2, 1]]}"#,
            gives: "[[1, 0.8187307530779818, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER, Input { name: "cost", column: "cost", required: true }],
    options: &[
        Opt { name: "rate", default: Default::Number(0.1), help: "how fast the worth falls" },
        Opt { name: "scale", default: Default::Number(1.0), help: "the worth at no cost" },
        PLACE,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let rate = options.number("rate", 0.0..=1e6)?;
    let scale = options.number("scale", -1e9..=1e9)?;
    let place = Place::of(options)?;
    Ok(per_inputs(options, 3, move |inputs| {
        let cost: f64 = inputs[2].trim().parse().map_err(|_| Reason::Unparsable)?;
        let f1 = place.read(&inputs[0], |said| best(said, &inputs[1], &[], "f1")).unwrap_or(0.0);
        Ok(scale * f1 * (-rate * cost).exp())
    }))
}
