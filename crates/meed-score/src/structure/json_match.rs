//! `json_match`: how much of a reference document a response has.

use std::collections::BTreeMap;
use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};
use serde_json::Value;

use super::document::Syntax;
use crate::error::ScoreError;
use crate::options::{Default, Opt, OptionValue, Options};
use crate::per_element::read;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::tools::assign;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "json_match",
        family: Family::Format,
        axes: "any axis → the same",
        summary: "The weighted share of the values of a reference JSON document that a response has, from 0 to 1.",
        details: "Every text, number, truth value, null, and empty object or list is a value with the weight 1; objects are \
compared key by key, lists place by place, or with `order=False` by the pairing that agrees most. What only one of the two documents has \
counts as wrong; with `extra=False` what only the response has does not count. `weights` gives other weights by path, keys \
joined by dots and places left out: `{\"items.price\": 3}`; they hold for everything below. Numbers agree up to the relative `tolerance`; \
a text is never a number. Where the JSON is looked for, and `whole` and `syntax`, are as in `json_schema`. A response without \
a document has nothing: 0.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference document" },
            Arg { name: "weights=None", help: "weights by path" },
            Arg { name: "order=True", help: "whether items of lists must be in their place" },
            Arg { name: "extra=True", help: "whether what only the response has counts as wrong" },
            Arg { name: "tolerance=0", help: "relative difference of equal numbers" },
            Arg { name: "ignore_case=False", help: "whether A and a are the same in texts" },
            Arg { name: "whole=False", help: "whether the response must be nothing but the document" },
            Arg { name: "syntax=\"json\"", help: "\"json\" or \"yaml\"" },
        ],
        examples: &[
            Example {
                code: "json_match()",
                with: r#"{"text": [["{\"city\": \"Paris\", \"temp\": {\"low\": 3, \"high\": 9.0}}", "{\"city\": \"Paris\", \"temp\": {\"low\": 3}}", "Paris"]], "answer": ["{\"city\": \"Paris\", \"temp\": {\"low\": 3, \"high\": 9}}"]}"#,
                gives: "[[1, 0.6666666666666667, 0]]",
            },
            Example {
                code: r#"json_match(weights={"city": 3})"#,
                with: r#"{"text": [["{\"city\": \"Paris\", \"temp\": 4}"]], "answer": ["{\"city\": \"Paris\", \"temp\": 3}"]}"#,
                gives: "[[0.75]]",
            },
            Example {
                code: "json_match(order=False, extra=False)",
                with: r#"{"text": [["[3, 1, 2]"]], "answer": ["[1, 2]"]}"#,
                gives: "[[1]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "weights", default: Default::None, help: "weights by path" },
        Opt { name: "order", default: Default::Bool(true), help: "items of lists must be in their place" },
        Opt { name: "extra", default: Default::Bool(true), help: "what only the response has is wrong" },
        Opt {
            name: "tolerance",
            default: Default::Number(0.0),
            help: "relative difference of equal numbers",
        },
        Opt { name: "ignore_case", default: Default::Bool(false), help: "A and a are the same in texts" },
        Opt {
            name: "whole",
            default: Default::Bool(false),
            help: "the response must be nothing but the document",
        },
        Opt { name: "syntax", default: Default::Text("json"), help: "\"json\" or \"yaml\"" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let mut weights = BTreeMap::new();
    if let OptionValue::Map(given) = options.get("weights") {
        for (path, weight) in given {
            match weight {
                OptionValue::Number(weight) if (0.0..=1e12).contains(weight) => {
                    weights.insert(path.clone(), *weight);
                }
                _ => return Err(options.bad("weights", "numbers that are not negative, by path")),
            }
        }
    } else if options.is_given("weights") {
        return Err(options.bad("weights", "a dict of weights by path, such as {\"items.price\": 3}"));
    }
    Ok(Arc::new(JsonMatch {
        identity: options.identity(),
        weights,
        order: options.bool("order")?,
        extra: options.bool("extra")?,
        tolerance: options.number("tolerance", 0.0..=1.0)?,
        ignore_case: options.bool("ignore_case")?,
        whole: options.bool("whole")?,
        syntax: Syntax::of(options)?,
    }))
}

struct JsonMatch {
    identity: String,
    weights: BTreeMap<String, f64>,
    order: bool,
    extra: bool,
    tolerance: f64,
    ignore_case: bool,
    whole: bool,
    syntax: Syntax,
}

/// Weight that agrees, of how much.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Share {
    right: f64,
    all: f64,
}

impl Share {
    fn add(&mut self, other: Share) {
        self.right += other.right;
        self.all += other.all;
    }
}

/// Pairs of items that a pairing of two lists may look at; longer lists are compared place by place.
const MOST_PAIRS: usize = 10_000;

impl Function for JsonMatch {
    fn name(&self) -> &str {
        "json_match"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        // The rollouts of a group share their reference: it is read once.
        let mut last: Option<(String, Option<Value>)> = None;
        let mut one = |i: usize| -> Result<f64, Reason> {
            let answer = read(&args[1], i)?;
            if last.as_ref().is_none_or(|(a, _)| *a != *answer) {
                last = Some((answer.to_string(), self.syntax.read(&answer)));
            }
            let gold = last.as_ref().and_then(|(_, gold)| gold.as_ref()).ok_or(Reason::BadReference)?;
            let Some(found) = self.syntax.find(&read(&args[0], i)?, self.whole) else { return Ok(0.0) };
            let share = self.compare(gold, &found, &mut String::new(), self.weight("", 1.0));
            if share.all > 0.0 { Ok(share.right / share.all) } else { Err(Reason::BadReference) }
        };
        Ok(Values::Numbers((0..n).map(|i| one(i).unwrap_or_else(Reason::value)).collect()))
    }
}

impl JsonMatch {
    fn weight(&self, path: &str, above: f64) -> f64 {
        self.weights.get(path).copied().unwrap_or(above)
    }

    /// Calls `of` for a key under `path`, with its own path and weight.
    fn below<R>(
        &self,
        path: &mut String,
        key: &str,
        weight: f64,
        of: impl FnOnce(&mut String, f64) -> R,
    ) -> R {
        let len = path.len();
        if len > 0 {
            path.push('.');
        }
        path.push_str(key);
        let result = of(path, self.weight(path, weight));
        path.truncate(len);
        result
    }

    fn compare(&self, gold: &Value, found: &Value, path: &mut String, weight: f64) -> Share {
        match (gold, found) {
            (Value::Object(a), Value::Object(b)) if !a.is_empty() || !b.is_empty() => {
                let mut share = Share::default();
                for (key, x) in a {
                    share.add(self.below(path, key, weight, |path, weight| match b.get(key) {
                        Some(y) => self.compare(x, y, path, weight),
                        None => Share { right: 0.0, all: self.size(x, path, weight) },
                    }));
                }
                for (key, y) in b.iter().filter(|(key, _)| self.extra && !a.contains_key(*key)) {
                    share.all += self.below(path, key, weight, |path, weight| self.size(y, path, weight));
                }
                share
            }
            (Value::Array(a), Value::Array(b)) if !a.is_empty() || !b.is_empty() => {
                self.lists(a, b, path, weight)
            }
            _ if self.agree(gold, found) => Share { right: weight, all: weight },
            _ => Share { right: 0.0, all: self.size(gold, path, weight) },
        }
    }

    fn lists(&self, a: &[Value], b: &[Value], path: &mut String, weight: f64) -> Share {
        let (mut share, mut used) = (Share::default(), vec![false; b.len()]);
        let pairs: Vec<Option<usize>> = if self.order || a.len().saturating_mul(b.len()) > MOST_PAIRS {
            (0..a.len()).map(|i| Some(i).filter(|i| *i < b.len())).collect()
        } else {
            let mut rights = Vec::with_capacity(a.len() * b.len());
            for x in a {
                for y in b {
                    rights.push(self.compare(x, y, path, weight).right);
                }
            }
            assign::best(a.len(), b.len(), |i, j| rights[i * b.len() + j])
        };
        for (x, pair) in a.iter().zip(pairs) {
            share.add(match pair {
                Some(j) => {
                    used[j] = true;
                    self.compare(x, &b[j], path, weight)
                }
                None => Share { right: 0.0, all: self.size(x, path, weight) },
            });
        }
        for (y, _) in b.iter().zip(used).filter(|(_, used)| self.extra && !used) {
            share.all += self.size(y, path, weight);
        }
        share
    }

    /// The weight of all values of a document.
    fn size(&self, value: &Value, path: &mut String, weight: f64) -> f64 {
        match value {
            Value::Object(map) if !map.is_empty() => map
                .iter()
                .map(|(key, value)| {
                    self.below(path, key, weight, |path, weight| self.size(value, path, weight))
                })
                .sum(),
            Value::Array(list) if !list.is_empty() => {
                list.iter().map(|value| self.size(value, path, weight)).sum()
            }
            _ => weight,
        }
    }

    fn agree(&self, a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Number(x), Value::Number(y)) if x != y => match (x.as_f64(), y.as_f64()) {
                (Some(x), Some(y)) => (x - y).abs() <= self.tolerance * x.abs().max(y.abs()),
                _ => false,
            },
            (Value::String(x), Value::String(y)) if self.ignore_case => x.to_lowercase() == y.to_lowercase(),
            _ => a == b,
        }
    }
}
