//! `repetition`: how much of a text says again what it said.

use std::collections::HashSet;
use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_text;
use crate::scorer::{Scorer, TEXT};
use crate::strings::grams::runs;
use crate::strings::hash::{Hashing, fingerprint, mix};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "repetition",
        family: Family::Text,
        axes: "any axis → the same",
        summary: "The share of runs of `n` words that were already said: 0 without repetition, near 1 in a loop.",
        details: "One minus distinct runs over all runs. A text with fewer than `n` words has no runs and scores 0. Words are \
what white space separates, as they are written.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "n=3", help: "words in a run" },
            Arg { name: "unit=\"words\"", help: "\"words\" or \"characters\"" },
        ],
        examples: &[
            Example {
                code: "repetition()",
                with: r#"{"text": [["a b c d e", "a b c a b c", "so it is so it is so it is so it", "short"]]}"#,
                gives: "[[0, 0.25, 0.6666666666666667, 0]]",
            },
            Example {
                code: r#"repetition(n=1, unit="characters")"#,
                with: r#"{"text": [["aaaa", "abcd"]]}"#,
                gives: "[[0.75, 0]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "n", default: Default::Number(3.0), help: "words in a run" },
        Opt { name: "unit", default: Default::Text("words"), help: "\"words\" or \"characters\"" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let n = options.count("n", 1..=100)?;
    let words = options.choice("unit", &["words", "characters"])? == "words";
    Ok(per_text(options, move |text| {
        Ok(if words {
            repeated(text.split_whitespace().map(|w| mix(fingerprint(w.as_bytes()))), n)
        } else {
            repeated(text.chars().map(|c| mix(u64::from(c))), n)
        })
    }))
}

/// The share of runs of `n` units that came before.
fn repeated(units: impl Iterator<Item = u64>, n: usize) -> f64 {
    let runs = runs(units, n);
    if runs.is_empty() {
        return 0.0;
    }
    let mut distinct: HashSet<u64, Hashing> =
        HashSet::with_capacity_and_hasher(runs.len(), Hashing::default());
    distinct.extend(&runs);
    1.0 - distinct.len() as f64 / runs.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plainly<T: std::hash::Hash + Eq>(units: &[T], n: usize) -> f64 {
        let distinct: HashSet<_> = units.windows(n).collect();
        let count = units.windows(n).len();
        if count == 0 { 0.0 } else { 1.0 - distinct.len() as f64 / count as f64 }
    }

    proptest! {
        #[test]
        fn as_counted_plainly(text in "[ab]{0,3}( [abé]{1,9}){0,40}", n in 1usize..6) {
            let words: Vec<_> = text.split_whitespace().collect();
            let chars: Vec<_> = text.chars().collect();
            prop_assert_eq!(repeated(words.iter().map(|w| mix(fingerprint(w.as_bytes()))), n), plainly(&words, n));
            prop_assert_eq!(repeated(chars.iter().map(|c| mix(u64::from(*c))), n), plainly(&chars, n));
        }
    }
}
