//! `token_f1`: words the answer shares with a reference.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::overlap::{MEASURES, Shares};
use crate::per_element::per_answer;
use crate::said::{PLACE, PLACE_ARG, Place, plain};
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::grams;
use crate::strings::vocabulary::Vocabulary;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "token_f1",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "F1 of the words shared with a reference, case, punctuation and articles left out.",
        details: "As for SQuAD 2.0: two empty answers agree (1), one empty gives 0. Answers in `whole` (say [\"yes\", \"no\", \"noanswer\"], as HotpotQA has it) must \
be said exactly: against any other the score is 0. Of several references the best counts.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference, or several" },
            Arg { name: "measure=\"f1\"", help: "\"f1\", \"precision\" or \"recall\"" },
            Arg { name: "whole=None", help: "answers that are right as a whole or not at all" },
            PLACE_ARG,
        ],
        examples: &[
            Example {
                code: "token_f1()",
                with: r#"{"text": [["the cat sat", "A cat.", ""]], "answer": ["cat"]}"#,
                gives: "[[0.6666666666666666, 1, 0]]",
            },
            Example {
                code: r#"token_f1(whole=["yes", "no"])"#,
                with: r#"{"text": [["yes it is", "yes"]], "answer": ["yes"]}"#,
                gives: "[[0, 1]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "measure", default: Default::Text("f1"), help: "f1, precision or recall" },
        Opt { name: "whole", default: Default::None, help: "answers right as a whole or not at all" },
        PLACE,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let measure = options.choice("measure", &MEASURES)?;
    let whole: Vec<String> = match options.is_given("whole") {
        true => options.texts("whole")?.iter().map(|answer| plain(answer)).collect(),
        false => Vec::new(),
    };
    let place = Place::of(options)?;
    Ok(per_answer(options, move |text, answer| {
        Ok(place.read(text, |said| best(said, answer, &whole, measure)).unwrap_or(0.0))
    }))
}

/// The score against the best reference.
pub(super) fn best(said: &str, answer: &str, whole: &[String], measure: &str) -> f64 {
    let said = plain(said);
    let score = |reference: &str| {
        let reference = plain(reference);
        let must_be = |answer: &String| *answer == said || *answer == reference;
        if said != reference && whole.iter().any(must_be) {
            0.0
        } else {
            shares(&said, &reference).measure(measure)
        }
    };
    alternatives(answer).map(score).fold(0.0, f64::max)
}

fn shares(text: &str, reference: &str) -> Shares {
    let mut vocabulary = Vocabulary::default();
    let (text, reference) = (vocabulary.ids_of(text, false), vocabulary.ids_of(reference, false));
    if text.is_empty() && reference.is_empty() {
        return Shares::new(1.0, 1.0);
    }
    Shares::of(grams::shared(&text, &[&reference], 1)[0], text.len(), reference.len())
}
