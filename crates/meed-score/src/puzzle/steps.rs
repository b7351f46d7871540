//! `steps`: the result of following rules, and every step on the way.

use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Unfold, Values, Word};
use serde_json::Value;

use super::{ANSWER_ARG, TEXT_ARG, said, task};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_answer, read};
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "steps",
        family: Family::Puzzle,
        axes: "any axis → the same, or `stage` under it",
        summary: "Whether rules were followed to the right result, and how many of the steps on the way are right.",
        details: "The task and the response are JSON: {\"answer\": …, \"process\": […]}. \"solved\" is 1 for the right answer, \"progress\" the share of the task's steps that the response has at their place (missing ones are wrong, further ones do not count), \"joint\" is 1 when the answer and all steps are right. \
With \"each\", the steps of the task are an axis of their own, `stage`: 1 for each that is right, so that credit for them is ordinary algebra; the axis is made from `answer`, which must be a column. \
A response that is no such JSON gets 0. Texts are compared without white space at the ends, numbers by value. The method is that of \"LogicGame: Benchmarking Rule-Based Reasoning Abilities of Large Language Models\".",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "measure=\"solved\"", help: "\"solved\", \"progress\", \"joint\" or \"each\"" },
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
            Example {
                code: r#"steps(measure="each")"#,
                with: r#"{"text": [["{\"answer\": 3, \"process\": [1, 5, 3]}", "3"]], "answer": ["{\"answer\": 3, \"process\": [1, 2, 3]}"]}"#,
                gives: "[[[1, 0, 1], [0, 0, 0]]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[Opt {
        name: "measure",
        default: Default::Text("solved"),
        help: "solved, progress, joint or each",
    }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let measure = options.choice("measure", &["solved", "progress", "joint", "each"])?;
    if measure == "each" {
        return Ok(Arc::new(Each { identity: options.identity() }));
    }
    Ok(per_answer(options, move |text, answer| {
        let followed = Followed::new(text, answer)?;
        let right = followed.steps.iter().filter(|right| **right).count();
        let all = right == followed.steps.len();
        Ok(match measure {
            "solved" => f64::from(u8::from(followed.solved)),
            "joint" => f64::from(u8::from(followed.solved && all)),
            _ if followed.steps.is_empty() => 0.0,
            _ => right as f64 / followed.steps.len() as f64,
        })
    }))
}

/// What a response got right.
struct Followed {
    solved: bool,
    /// Every step of the task.
    steps: Vec<bool>,
}

impl Followed {
    fn new(text: &str, answer: &str) -> Result<Followed, Reason> {
        let task = task(answer)?;
        let (Some(wanted), Some(steps)) = (task.get("answer"), task["process"].as_array()) else {
            return Err(Reason::BadReference);
        };
        let found = serde_json::from_str::<Value>(said(text)).unwrap_or_default();
        let (Some(answer), Some(process)) =
            (found.get("answer"), found.get("process").and_then(Value::as_array))
        else {
            return Ok(Followed { solved: false, steps: vec![false; steps.len()] });
        };
        let right = |(i, step)| process.get(i).is_some_and(|said| same(step, said));
        Ok(Followed { solved: same(answer, wanted), steps: steps.iter().enumerate().map(right).collect() })
    }
}

/// Every step of the task by itself.
struct Each {
    identity: String,
}

impl Function for Each {
    fn name(&self) -> &str {
        "steps"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn unfold(&self) -> Option<&dyn Unfold> {
        Some(self)
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let counts = self.counts(args, n)?;
        let mut out = Vec::with_capacity(counts.iter().sum());
        for (i, count) in counts.into_iter().enumerate() {
            let followed = match (read(&args[0], i), read(&args[1], i)) {
                (Ok(text), Ok(answer)) => Followed::new(&text, &answer),
                (Err(reason), _) | (_, Err(reason)) => Err(reason),
            };
            match followed {
                Ok(followed) => out.extend(followed.steps.iter().map(|right| f64::from(u8::from(*right)))),
                Err(reason) => out.extend(std::iter::repeat_n(reason.value(), count)),
            }
        }
        Ok(Values::Numbers(out))
    }
}

impl Unfold for Each {
    fn axis(&self) -> &str {
        "stage"
    }

    /// Also the text, which stands first but does not matter.
    fn counted(&self) -> usize {
        2
    }

    fn counting(&self) -> String {
        "steps".into()
    }

    fn counts(&self, counted: &[Slice<'_>], n: usize) -> Result<Vec<usize>, EvalError> {
        let steps = |i| Followed::new("", &read(&counted[1], i).ok()?).ok().map(|f| f.steps.len());
        Ok((0..n).map(|i| steps(i).unwrap_or(0)).collect())
    }
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
