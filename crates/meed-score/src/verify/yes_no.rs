//! `yes_no`: the response says yes, or no, as the reference does.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use crate::error::ScoreError;
use crate::options::Options;
use crate::per_element::{per_answer, truth};
use crate::said::{phrase, tag};
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::search::outside_thinking;
use crate::strings::split;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "yes_no",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the response says yes or no as the reference does, else 0; saying both is no answer.",
        details: "Yes and true agree, and so do no and false, whatever the case; in a reference also 1 and 0. Thinking is cut. What is read is the last `<answer>` tag, else what follows the last \
\"answer is\" or \"answer:\", else the whole response: its first word if that is a verdict, else the one verdict in it. A reference that \
is neither is absent (`bad_reference`).",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference: yes, no, true, false, 1 or 0" },
        ],
        examples: &[Example {
            code: "yes_no()",
            with: r#"{"text": [["Yes, it does.", "I think the answer is: yes", "<answer>no</answer>", "Either yes or no.", "Perhaps"]], "answer": ["yes"]}"#,
            gives: "[[1, 1, 0, 0, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(per_answer(options, |text, answer| {
        let wanted = match answer.trim() {
            "1" => true,
            "0" => false,
            other => verdict(other).ok_or(Reason::BadReference)?,
        };
        truth(read(text) == Some(wanted))
    }))
}

fn read(text: &str) -> Option<bool> {
    let text = outside_thinking(text)?;
    verdict(tag(&text).or_else(|| phrase(&text)).unwrap_or(&text))
}

fn verdict(text: &str) -> Option<bool> {
    let mut words = split::plain_words(text).map(|word| match word {
        _ if ["yes", "true"].iter().any(|w| word.eq_ignore_ascii_case(w)) => Some(true),
        _ if ["no", "false"].iter().any(|w| word.eq_ignore_ascii_case(w)) => Some(false),
        _ => None,
    });
    let first = words.next()?;
    // "Yes or no" begins with one of two.
    let mut said = words.clone().flatten();
    match first {
        Some(first) if text.to_lowercase().contains(" or ") && said.any(|other| other != first) => None,
        Some(first) => Some(first),
        None => {
            let one = said.next()?;
            said.all(|other| other == one).then_some(one)
        }
    }
}
