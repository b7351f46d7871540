//! `steps`: the result of following rules, and every step on the way.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};
use serde_json::Value;

use super::{ANSWER_ARG, TEXT_ARG, said, task};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "steps",
        family: Family::Puzzle,
        axes: "any axis → the same",
        summary: "Whether rules were followed to the right result, and how many of the steps on the way are right.",
        details: "The task and the response are JSON: {\"answer\": …, \"process\": […]}. \"solved\" is 1 for the right answer, \"progress\" the share of the task's steps that the response has at their place (missing ones are wrong, further ones do not count), \"joint\" is 1 when the answer and all steps are right. \
A response that is no such JSON gets 0. Texts are compared without white space at the ends, numbers by value. The method is that of \"LogicGame: Benchmarking Rule-Based Reasoning Abilities of Large Language Models\".",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "measure=\"solved\"", help: "\"solved\", \"progress\" or \"joint\"" },
        ],
        examples: &[
            Example {
                code: r#"steps(measure="progress")"#,
                with: r#"{"text": [["{\"answer\": [1, 2], \"process\": [[2, 1], [1, 2.0]]}", "{\"answer\": [1, 2], \"process\": [[1, 2]]}", "[1, 2]"]], "answer": ["{\"answer\": [1, 2], \"process\": [[2, 1], [1, 2]]}"]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: "steps()",
                with: r#"{"text": [["{\"answer\": [1, 2], \"process\": []}"]], "answer": ["{\"answer\": [1, 2], \"process\": [[2, 1], [1, 2]]}"]}"#,
                gives: "[[1]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[Opt { name: "measure", default: Default::Text("solved"), help: "solved, progress or joint" }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let measure = options.choice("measure", &["solved", "progress", "joint"])?;
    Ok(per_answer(options, move |text, answer| {
        let task = task(answer)?;
        let (Some(wanted), Some(steps)) = (task.get("answer"), task["process"].as_array()) else {
            return Err(Reason::BadReference);
        };
        let Ok(found) = serde_json::from_str::<Value>(said(text)) else { return Ok(0.0) };
        let (Some(answer), Some(process)) =
            (found.get("answer"), found.get("process").and_then(Value::as_array))
        else {
            return Ok(0.0);
        };
        let right = steps.iter().zip(process).filter(|(a, b)| same(a, b)).count();
        let (solved, all) = (same(answer, wanted), right == steps.len());
        Ok(match measure {
            "solved" => f64::from(u8::from(solved)),
            "joint" => f64::from(u8::from(solved && all)),
            _ if steps.is_empty() => 0.0,
            _ => right as f64 / steps.len() as f64,
        })
    }))
}

/// Whether two values are the same: numbers by value, texts without white space at the ends.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::String(x), Value::String(y)) => x.trim() == y.trim(),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y)),
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(key, x)| y.get(key).is_some_and(|y| same(x, y)))
        }
        _ => a == b,
    }
}
