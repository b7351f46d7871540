//! `keywords`: key words of a reference, mentioned in the same order.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Reason, Word};
use serde_json::Value;

use super::{ANSWER_ARG, MAX_STEPS, TEXT_ARG, bounded};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_inputs;
use crate::scorer::{ANSWER, Input, Scorer, TEXT};
use crate::strings::{lcs, split};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "keywords",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "How well the response mentions the key words of the reference, in the reference's order: 0 to 1.",
        details: "`keypoints` is a list, or JSON: a list of words or phrases (one key point), a list of such lists (several key points), or a list of lists of \
such lists (for each key point alternatives, of which the best counts); key points are averaged, none give 0. Mentions are whole words whatever their case, from the left, without overlaps; where two phrases \
begin, the earlier one in the list. A key point's score is the longest common subsequence of the mentions in the response and in the reference over the \
longer of both; without mentions 0. Without `order`, it is the share of its words that are mentioned, and the reference is not looked at. \
The method is that of \"From Verifiable Dot to Reward Chain: Harnessing Verifiable Reference-based Rewards for Reinforcement Learning of \
Open-ended Generation\".",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "keypoints", help: "the key words: a list, or JSON" },
            Arg { name: "order=True", help: "whether their order counts" },
        ],
        examples: &[
            Example {
                code: "keywords()",
                with: r#"{"text": [["Mix flour and sugar, preheat the oven, then bake it."]], "answer": ["Preheat the oven, mix flour and sugar, add eggs, bake for 30 minutes."], "keypoints": ["[[[\"preheat\", \"mix\", \"bake\"]], [[\"flour\", \"sugar\"], [\"flour\", \"sugar\", \"eggs\"]]]"]}"#,
                gives: "[[0.8333333333333333]]",
            },
            Example {
                code: "keywords(order=False)",
                with: r#"{"text": [["Bake, then mix."]], "answer": [""], "keypoints": ["[\"mix\", \"bake\", \"serve\"]"]}"#,
                gives: "[[0.6666666666666666]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER, Input { name: "keypoints", column: "keypoints", required: true }],
    options: &[Opt { name: "order", default: Default::Bool(true), help: "whether their order counts" }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let order = options.bool("order")?;
    Ok(per_inputs(options, 3, move |inputs| {
        let points = read(&inputs[2]).ok_or(Reason::BadReference)?;
        let text = split::lower(&inputs[0]);
        let references: Vec<String> = alternatives(&inputs[1]).map(split::lower).collect();
        let mut sum = 0.0;
        for point in &points {
            let mut best = 0.0f64;
            for phrases in point {
                let said = mentions(&text, phrases)?;
                if !order {
                    best = best.max(share_mentioned(&said, phrases));
                    continue;
                }
                for reference in &references {
                    let wanted = mentions(reference, phrases)?;
                    bounded(lcs::steps(said.len(), wanted.len()))?;
                    let longer = said.len().max(wanted.len()).max(1);
                    best = best.max(lcs::length(&said, &wanted, phrases.len()) as f64 / longer as f64);
                }
            }
            sum += best;
        }
        Ok(sum / points.len().max(1) as f64)
    }))
}

/// Key points, each with its alternatives, each a list of phrases in lower case.
type Points = Vec<Vec<Vec<String>>>;

fn read(cell: &str) -> Option<Points> {
    let lowered =
        |phrases: Vec<String>| phrases.iter().map(|p| split::lower(p)).filter(|p| !p.is_empty()).collect();
    let Some(json) = serde_json::from_str::<Value>(cell).ok().filter(Value::is_array) else {
        let phrases: Vec<String> = alternatives(cell).map(str::to_string).collect();
        return Some(vec![vec![lowered(phrases)]]);
    };
    fn list<T>(value: &Value, item: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
        value.as_array()?.iter().map(item).collect()
    }
    let phrases = |v: &Value| list(v, |p| p.as_str().map(str::to_string)).map(lowered);
    if json.as_array().is_some_and(Vec::is_empty) {
        return Some(Vec::new());
    }
    (phrases(&json).map(|p| vec![vec![p]]))
        .or_else(|| list(&json, |point| phrases(point).map(|p| vec![p])))
        .or_else(|| list(&json, |point| list(point, phrases)))
}

/// The phrases a text mentions, by their place in the list, in the order of the text.
fn mentions(text: &str, phrases: &[String]) -> Result<Vec<u32>, Reason> {
    let total: usize = phrases.iter().map(String::len).sum();
    if text.len() as u64 * total.max(1) as u64 > MAX_STEPS {
        return Err(Reason::TooLarge);
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let (mut at, mut after_word) = (0, false);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let ends = |phrase: &&String| !rest[phrase.len()..].starts_with(is_word);
        let phrase = phrases.iter().find(|p| !after_word && rest.starts_with(p.as_str()) && ends(p));
        match phrase {
            Some(phrase) => {
                let first = phrases.iter().position(|p| p == phrase).unwrap_or(0);
                found.push(first as u32);
                at += phrase.len();
                after_word = phrase.ends_with(is_word);
            }
            None => {
                at += c.len_utf8();
                after_word = is_word(c);
            }
        }
    }
    Ok(found)
}

fn share_mentioned(said: &[u32], phrases: &[String]) -> f64 {
    let is_said =
        |i: usize| phrases.iter().position(|p| *p == phrases[i]).is_some_and(|i| said.contains(&(i as u32)));
    (0..phrases.len()).filter(|i| is_said(*i)).count() as f64 / phrases.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_whole_words_without_overlaps() {
        let said = |text: &str, phrases: &[&str]| {
            let phrases: Vec<String> = phrases.iter().map(|p| p.to_string()).collect();
            mentions(text, &phrases).unwrap()
        };
        assert_eq!(said("mixed mix, remix mix_ mix", &["mix"]), [0, 0]);
        assert_eq!(said("new york new", &["new", "new york"]), [0, 0]);
        assert_eq!(said("new york new", &["new york", "new"]), [0, 1]);
        assert_eq!(said("c++ c", &["c++", "c"]), [0, 1]);
        assert_eq!(said("a a", &["a", "a"]), [0, 0]);
    }
}
