//! `numeric_match`: the number is the reference's, give or take a share of it.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use crate::answer::{How, PLACES, response};
use crate::bare::bare;
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_answer, truth};
use crate::said;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::search::outside_thinking;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "numeric_match",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the response's number is within a share of the reference, as charts are read, else 0.",
        details: "|p − g| ≤ `tolerance` · |g| + `absolute`; with the defaults a reference of 0 must be met exactly. The response's number is looked for as in `number`; \
thousands separators, currency and percent signs are left out. A reference that is not a number is compared as text: with the `<answer>` tag or else the whole response, \
whatever the case. One of several references is enough. The method is the relaxed accuracy of \"ChartQA: A Benchmark for Question Answering about Charts with Visual and Logical \
Reasoning\".",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference, or several" },
            Arg { name: "tolerance=0.05", help: "the share of the reference a number may be off" },
            Arg { name: "absolute=0", help: "what it may be off besides" },
            Arg {
                name: "place=\"any\"",
                help: "where to look: \"any\", \"tag\" (<answer>), \"hash\" (####), \"boxed\", \"phrase\" (answer is) or \"last\"",
            },
        ],
        examples: &[
            Example {
                code: "numeric_match()",
                with: r#"{"text": [["103", "It is about 1,0.5", "106", "95%"]], "answer": ["100"]}"#,
                gives: "[[1, 0, 0, 1]]",
            },
            Example {
                code: "numeric_match()",
                with: r#"{"text": [[" blue", "<answer>Blue</answer>", "light blue"]], "answer": ["Blue"]}"#,
                gives: "[[1, 1, 0]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "tolerance", default: Default::Number(0.05), help: "the share a number may be off" },
        Opt { name: "absolute", default: Default::Number(0.0), help: "what it may be off besides" },
        Opt { name: "place", default: Default::Text("any"), help: "where the number is looked for" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let tolerance = options.number("tolerance", 0.0..=1e9)?;
    let absolute = options.number("absolute", 0.0..=1e300)?;
    let how = How { strict: false, from: options.choice("place", &PLACES)? };
    Ok(per_answer(options, move |text, answer| {
        let Some(text) = outside_thinking(text) else { return Ok(0.0) };
        let number = response(&text, how).map(|x| x.approximately());
        let words = said::tag(&text).unwrap_or(&text).trim();
        truth(alternatives(answer).any(|reference| match bare(reference, false) {
            Some(gold) => {
                let gold = gold.approximately();
                number.is_some_and(|x| (x - gold).abs() <= tolerance * gold.abs() + absolute)
            }
            None => words.to_lowercase() == reference.trim().to_lowercase(),
        }))
    }))
}
