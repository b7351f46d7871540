//! `lexical_diversity`: how many different words a text has.

use std::collections::HashMap;
use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_text;
use crate::scorer::{Scorer, TEXT};
use crate::strings::hash::Hashing;
use crate::strings::split;
use crate::strings::vocabulary::Vocabulary;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "lexical_diversity",
        family: Family::Text,
        axes: "any axis → the same",
        summary: "Different words over all words, plainly or in a way that does not fall with length.",
        details: "\"ttr\" is the share (type–token ratio), \"root\" divides by the square root of the number of words (Guiraud), \"moving\" is the mean share over all \
windows of `window` words (MATTR; the share itself for shorter texts), and \"mtld\" the mean number of words until the share falls to `threshold`, forwards and backwards (\"MTLD, vocd-D, and HD-D: A validation study of sophisticated approaches to lexical diversity \
assessment\"). Words are runs of letters and digits in lower case. A text without words is absent (`empty`).",
        args: &[
            Arg { name: "text", help: "the text" },
            Arg { name: "measure=\"ttr\"", help: "\"ttr\", \"root\", \"moving\" or \"mtld\"" },
            Arg { name: "window=50", help: "words in a window" },
            Arg { name: "threshold=0.72", help: "the share at which a stretch ends" },
        ],
        examples: &[
            Example {
                code: "lexical_diversity()",
                with: r#"{"text": [["so it is, so it was", "..."]]}"#,
                gives: r#"[[0.6666666666666666, "<empty>"]]"#,
            },
            Example {
                code: r#"lexical_diversity(measure="moving", window=2)"#,
                with: r#"{"text": [["a a b b"]]}"#,
                gives: "[[0.6666666666666666]]",
            },
            Example {
                code: r#"lexical_diversity(measure="mtld")"#,
                with: r#"{"text": [["a b a b a b"]]}"#,
                gives: "[[3]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "measure", default: Default::Text("ttr"), help: "ttr, root, moving or mtld" },
        Opt { name: "window", default: Default::Number(50.0), help: "words in a window" },
        Opt { name: "threshold", default: Default::Number(0.72), help: "the share at which a stretch ends" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let measure = options.choice("measure", &["ttr", "root", "moving", "mtld"])?;
    let window = options.count("window", 1..=1_000_000)?;
    let threshold = options.number("threshold", 0.01..=0.99)?;
    Ok(per_text(options, move |text| {
        let lowered = split::lower(text);
        let mut vocabulary = Vocabulary::default();
        let words = vocabulary.ids(split::plain_words(&lowered));
        if words.is_empty() {
            return Err(Reason::Empty);
        }
        let (kinds, all) = (vocabulary.len() as f64, words.len() as f64);
        Ok(match measure {
            "ttr" => kinds / all,
            "root" => kinds / all.sqrt(),
            "moving" => moving(&words, window),
            _ => {
                (stretch(words.iter().copied(), threshold) + stretch(words.iter().rev().copied(), threshold))
                    / 2.0
            }
        })
    }))
}

fn moving(words: &[u32], window: usize) -> f64 {
    let window = window.min(words.len());
    let mut counts: HashMap<u64, u32, Hashing> = HashMap::default();
    let mut sum = 0.0;
    for (i, word) in words.iter().enumerate() {
        *counts.entry(u64::from(*word)).or_default() += 1;
        if i >= window {
            let gone = u64::from(words[i - window]);
            let left = counts.get_mut(&gone).map_or(0, |count| {
                *count -= 1;
                *count
            });
            if left == 0 {
                counts.remove(&gone);
            }
        }
        if i + 1 >= window {
            sum += counts.len() as f64 / window as f64;
        }
    }
    sum / (words.len() + 1 - window) as f64
}

/// Words per stretch; what is left at the end counts as the part of a stretch by which the share has fallen.
fn stretch(words: impl ExactSizeIterator<Item = u32>, threshold: f64) -> f64 {
    let all = words.len() as f64;
    let mut seen: std::collections::HashSet<u32> = std::collections::HashSet::new();
    let (mut stretches, mut here) = (0.0, 0.0);
    let mut share = 1.0;
    for word in words {
        seen.insert(word);
        here += 1.0;
        share = seen.len() as f64 / here;
        if share <= threshold {
            stretches += 1.0;
            seen.clear();
            (here, share) = (0.0, 1.0);
        }
    }
    stretches += (1.0 - share) / (1.0 - threshold);
    if stretches == 0.0 { all } else { all / stretches }
}
