//! `list_match`: the response's list has the reference's items.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};
use serde_json::Value;

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::overlap::Shares;
use crate::per_element::per_answer;
use crate::said::{PLACE, PLACE_ARG, Place, plain};
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::vocabulary::Vocabulary;
use crate::strings::{grams, lcs};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "list_match",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "How well the response's list or set agrees with the reference's.",
        details: "A list is JSON, or lines, or what `;` or else `,` separates (\"and\" before the last); bullets and numbers before items are left out. A list in the reference column \
is one list, not several references. Items are compared with case, punctuation and articles left out; what is left empty is no item. \
\"exact\" is 1 for the same items, else 0; \"f1\", \"precision\", \"recall\" and \"jaccard\" count shared ones. With `order` shared items are those of the longest common subsequence; \
without `repeats` an item counts once. Two empty lists agree.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference: a list" },
            Arg {
                name: "measure=\"exact\"",
                help: "\"exact\", \"f1\", \"precision\", \"recall\" or \"jaccard\"",
            },
            Arg { name: "order=False", help: "whether the order counts" },
            Arg { name: "repeats=False", help: "whether it counts how often an item is there" },
            PLACE_ARG,
        ],
        examples: &[
            Example {
                code: "list_match()",
                with: r#"{"text": [["red, green and blue", "[\"Blue\", \"red\", \"green\"]", "- red\n- blue"]], "answer": ["blue; green; red"]}"#,
                gives: "[[1, 1, 0]]",
            },
            Example {
                code: r#"list_match(measure="f1", order=True)"#,
                with: r#"{"text": [["a1, c3, b2"]], "answer": ["a1, b2, c3, d4"]}"#,
                gives: "[[0.5714285714285714]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt {
            name: "measure",
            default: Default::Text("exact"),
            help: "exact, f1, precision, recall or jaccard",
        },
        Opt { name: "order", default: Default::Bool(false), help: "whether the order counts" },
        Opt {
            name: "repeats",
            default: Default::Bool(false),
            help: "whether it counts how often an item is there",
        },
        PLACE,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let measure = options.choice("measure", &["exact", "f1", "precision", "recall", "jaccard"])?;
    let (order, repeats) = (options.bool("order")?, options.bool("repeats")?);
    let place = Place::of(options)?;
    Ok(per_answer(options, move |text, answer| {
        let wanted: Vec<String> = match answer.contains('\u{1f}') {
            true => alternatives(answer).map(plain).filter(|item| !item.is_empty()).collect(),
            false => items(answer),
        };
        let Some(said) = place.read(text, items) else { return Ok(0.0) };
        let mut vocabulary = Vocabulary::default();
        let said = vocabulary.ids(said.iter().map(String::as_str));
        let wanted = vocabulary.ids(wanted.iter().map(String::as_str));
        let prepare = |mut ids: Vec<u32>| {
            if !repeats {
                let mut seen = vec![false; vocabulary.len()];
                ids.retain(|id| !std::mem::replace(&mut seen[*id as usize], true));
            }
            ids
        };
        let (said, wanted) = (prepare(said), prepare(wanted));
        if said.is_empty() && wanted.is_empty() {
            return Ok(1.0);
        }
        let shared = match order {
            true => {
                crate::overlap::bounded(lcs::steps(said.len(), wanted.len()))?;
                lcs::length(&said, &wanted, vocabulary.len())
            }
            false => grams::shared(&said, &[&wanted], 1)[0],
        };
        Ok(match measure {
            "exact" => f64::from(u8::from(shared == said.len() && shared == wanted.len())),
            "jaccard" => shared as f64 / (said.len() + wanted.len() - shared) as f64,
            name => Shares::of(shared, said.len(), wanted.len()).measure(name),
        })
    }))
}

/// The items of a list, normalised.
fn items(text: &str) -> Vec<String> {
    let text = text.trim();
    if let Ok(Value::Array(values)) = serde_json::from_str(text) {
        let item = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
        return values.iter().map(|value| plain(&item(value))).filter(|item| !item.is_empty()).collect();
    }
    let inner =
        text.strip_prefix(['[', '{', '(']).and_then(|t| t.strip_suffix([']', '}', ')'])).unwrap_or(text);
    let separator = ['\n', ';', ','].into_iter().find(|separator| inner.contains(*separator)).unwrap_or('\n');
    let mut parts: Vec<&str> =
        inner.split(separator).map(str::trim).filter(|part| !part.is_empty()).collect();
    if separator != '\n'
        && let Some(last) = parts.pop()
    {
        // "red, green and blue" or "red, green, and blue".
        match last.strip_prefix("and ").map_or_else(|| last.split_once(" and "), |last| Some(("", last))) {
            Some((before, last)) => parts.extend([before, last]),
            None => parts.push(last),
        }
    }
    parts.into_iter().map(|part| plain(without_bullet(part))).filter(|item| !item.is_empty()).collect()
}

/// An item without its bullet or number.
fn without_bullet(item: &str) -> &str {
    let rest = item.trim_start_matches(['-', '*', '•']).trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    match rest[digits..].strip_prefix(['.', ')']) {
        Some(after) if digits > 0 && after.starts_with(' ') => after.trim_start(),
        _ => rest,
    }
}
