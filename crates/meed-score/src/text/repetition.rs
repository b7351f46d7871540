//! `repetition`: how much of a text says again what it said.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_text;
use crate::scorer::{Scorer, TEXT};

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

/// The share of runs of `n` units that came before. Runs are told apart by 64-bit fingerprints, rolled along the text.
fn repeated(units: impl Iterator<Item = u64>, n: usize) -> f64 {
    let leaving_weight = (1..n).fold(1u64, |w, _| w.wrapping_mul(BASE));
    let mut last = vec![0u64; n];
    let mut run = 0u64;
    let mut runs = Vec::new();
    for (i, unit) in units.enumerate() {
        let slot = &mut last[i % n];
        run = run.wrapping_sub(slot.wrapping_mul(leaving_weight)).wrapping_mul(BASE).wrapping_add(unit);
        *slot = unit;
        if i + 1 >= n {
            runs.push(mix(run));
        }
    }
    if runs.is_empty() {
        return 0.0;
    }
    let mut distinct: HashSet<u64, BuildHasherDefault<AsItIs>> =
        HashSet::with_capacity_and_hasher(runs.len(), BuildHasherDefault::default());
    distinct.extend(&runs);
    1.0 - distinct.len() as f64 / runs.len() as f64
}

const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// A fingerprint of some bytes, eight at a time.
fn fingerprint(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut tail = [0; 8];
    tail[..rest.len()].copy_from_slice(rest);
    let sum = words.iter().fold(bytes.len() as u64, |sum, w| mix(sum ^ u64::from_le_bytes(*w)));
    sum ^ u64::from_le_bytes(tail)
}

/// Spreads every bit over all of them (the finaliser of SplitMix64).
fn mix(x: u64) -> u64 {
    let x = (x.wrapping_add(BASE) ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A hasher for values that are mixed already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = fingerprint(bytes);
    }

    fn write_u64(&mut self, x: u64) {
        self.0 = x;
    }
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

    #[test]
    fn words_of_different_lengths_differ() {
        assert_ne!(fingerprint(b"a"), fingerprint(b"a\0"));
        assert_ne!(fingerprint(b"abcdefgh"), fingerprint(b"abcdefgh\0\0\0\0\0\0\0\0"));
    }
}
