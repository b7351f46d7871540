//! `fingerprint`: a number for a text, the same for the same text, to remember what was said.

use std::borrow::Cow;
use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};

use super::TEXT_ARG;
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_text;
use crate::scorer::{Scorer, TEXT};
use crate::strings::grams::{Unit, all_runs};
use crate::strings::{hash, split};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "fingerprint",
        family: Family::Siblings,
        axes: "any axis → the same",
        summary: "A number below 2^bits that stands for a text: a key for what was said before.",
        details: "Novelty against history is a state keyed by it: `seen = update(state(\"seen\", key=fingerprint()), state(\"seen\", key=fingerprint()) + 1)` counts in how many batches a text was said, and `1 / (1 + state(\"seen\", key=fingerprint()))` is worth less each time. \
The state keeps at most 2^bits numbers. \"words\" and \"exact\" give the same number for the same text (runs of letters and digits in lower case, or the text as it is); \
\"similar\" gives texts that share most runs of `n` words the same number or one with few different bits (\"Similarity estimation techniques from rounding algorithms\"); with fewer bits more texts count as one. \
The same text gives the same number on every machine.",
        args: &[
            TEXT_ARG,
            Arg { name: "compare=\"words\"", help: "\"words\", \"exact\" or \"similar\"" },
            Arg { name: "bits=32", help: "how many bits it has, 1 to 52" },
            Arg { name: "n=2", help: "words in a run, for \"similar\"" },
        ],
        examples: &[
            Example {
                code: r#"fingerprint() == fingerprint().first("group")"#,
                with: r#"{"text": [["It is 4.", "it is 4", "It is 5."]]}"#,
                gives: "[[1, 1, 0]]",
            },
            Example {
                code: r#"1 / (1 + state("seen", key=fingerprint(bits=16)))"#,
                with: r#"{"text": [["never said before"]]}"#,
                gives: "[[1]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "compare", default: Default::Text("words"), help: "words, exact or similar" },
        Opt { name: "bits", default: Default::Number(32.0), help: "how many bits it has" },
        Opt { name: "n", default: Default::Number(2.0), help: "words in a run, for similar" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let compare = options.choice("compare", &["words", "exact", "similar"])?;
    let bits = options.count("bits", 1..=52)?;
    let n = options.count("n", 1..=100)?;
    Ok(per_text(options, move |text| {
        let number = match compare {
            "similar" => majority(&all_runs(text, Unit::Words, n)),
            _ => hash::mix(hash::fingerprint(normal(text, compare == "words").as_bytes())),
        };
        Ok((number >> (64 - bits)) as f64)
    }))
}

/// The text as it is, or its words in lower case.
pub(super) fn normal(text: &str, words: bool) -> Cow<'_, str> {
    if !words {
        return Cow::Borrowed(text);
    }
    let lowered = split::lower(text);
    let mut out = String::with_capacity(lowered.len());
    for word in split::plain_words(&lowered) {
        out.push_str(word);
        out.push(' ');
    }
    Cow::Owned(out)
}

/// Of each bit, what most runs have.
fn majority(runs: &[u64]) -> u64 {
    let mut sums = [0i64; 64];
    for run in runs {
        for (bit, sum) in sums.iter_mut().enumerate() {
            *sum += if run >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    sums.iter().enumerate().fold(0, |number, (bit, sum)| number | u64::from(*sum > 0) << bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_texts_have_similar_numbers() {
        let number = |text: &str| majority(&all_runs(text, Unit::Words, 2));
        let text =
            "the quick brown fox jumps over the lazy dog while the cat sleeps on the warm mat by the door";
        let near = number(text) ^ number(&text.replace("lazy", "old"));
        let far = number(text)
            ^ number(
                "integrals of rational functions are found by partial fractions and logarithms of roots",
            );
        assert!(
            near.count_ones() < 16 && far.count_ones() > 20,
            "{} {}",
            near.count_ones(),
            far.count_ones()
        );
    }
}
