//! `chrf`: runs of characters shared with a reference.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use super::{ANSWER_ARG, TEXT_ARG};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::vocabulary::{Vocabulary, characters};
use crate::strings::{grams, split};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "chrf",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "chrF of one text against its references, 0 to 100: F-score of character n-grams.",
        details: "Precision and recall are averaged over the orders both texts have, then weighed by `beta`. White space is left out \
unless `space`. With `words=2` it is chrF++: runs of up to two words count too. Of several references the best counts. As \
`sentence_chrf` of the package `sacrebleu`; the method is that of \"chrF: character n-gram F-score for automatic MT evaluation\".",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "n=6", help: "the longest runs of characters" },
            Arg { name: "words=0", help: "the longest runs of words" },
            Arg { name: "beta=2", help: "how much more recall counts than precision" },
            Arg { name: "space=False", help: "whether white space counts" },
            Arg { name: "ignore_case=False", help: "whether A and a are the same" },
        ],
        examples: &[
            Example {
                code: "chrf()",
                with: r#"{"text": [["the cat", "a dog", ""]], "answer": ["the cats"]}"#,
                gives: "[[77.5710334423, 3.90625, 0]]",
            },
            Example {
                code: "chrf(n=2, words=2, beta=1)",
                with: r#"{"text": [["a cat!"]], "answer": ["a cat."]}"#,
                gives: "[[67.9166666667]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "n", default: Default::Number(6.0), help: "the longest runs of characters" },
        Opt { name: "words", default: Default::Number(0.0), help: "the longest runs of words" },
        Opt { name: "beta", default: Default::Number(2.0), help: "weight of recall" },
        Opt { name: "space", default: Default::Bool(false), help: "whether white space counts" },
        Opt { name: "ignore_case", default: Default::Bool(false), help: "whether A and a are the same" },
    ],
    build,
};

struct How {
    characters: usize,
    words: usize,
    beta: f64,
    space: bool,
}

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let how = How {
        characters: options.count("n", 1..=16)?,
        words: options.count("words", 0..=16)?,
        beta: options.number("beta", 0.0..=1e6)?,
        space: options.bool("space")?,
    };
    let ignore_case = options.bool("ignore_case")?;
    Ok(per_answer(options, move |text, answer| {
        let best = |text: &str, answer: &str| {
            alternatives(answer).map(|reference| score(text, reference, &how)).fold(0.0, f64::max)
        };
        Ok(if ignore_case { best(&split::lower(text), &split::lower(answer)) } else { best(text, answer) })
    }))
}

fn score(text: &str, reference: &str, how: &How) -> f64 {
    let mut averages = Averages::default();
    let close = |text: &str| {
        if how.space { text.to_string() } else { split::words(text).collect() }
    };
    let (t, r, _) = characters(&close(text), &close(reference));
    averages.add(&t, &r, how.characters);
    if how.words > 0 {
        let mut vocabulary = Vocabulary::default();
        let (t, r) = (vocabulary.ids(parts(text)), vocabulary.ids(parts(reference)));
        averages.add(&t, &r, how.words);
    }
    averages.score(how.beta)
}

#[derive(Default)]
struct Averages {
    precision: f64,
    recall: f64,
    orders: f64,
}

impl Averages {
    fn add(&mut self, text: &[u32], reference: &[u32], orders: usize) {
        for (shared, n) in grams::shared(text, &[reference], orders).into_iter().zip(1..) {
            if text.len() >= n && reference.len() >= n {
                self.precision += shared as f64 / (text.len() + 1 - n) as f64;
                self.recall += shared as f64 / (reference.len() + 1 - n) as f64;
                self.orders += 1.0;
            }
        }
    }

    fn score(&self, beta: f64) -> f64 {
        if self.precision + self.recall == 0.0 {
            return 0.0;
        }
        let (precision, recall) = (self.precision / self.orders, self.recall / self.orders);
        100.0 * (1.0 + beta * beta) * precision * recall / (beta * beta * precision + recall)
    }
}

/// Words with one mark of punctuation at their end, or else at their beginning, taken off.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    split::words(text).flat_map(|word| {
        let single = word.chars().nth(1).is_none();
        let last = word.len() - 1;
        let is_mark = |byte: u8| byte.is_ascii_punctuation();
        let (first, second) = match word.as_bytes() {
            _ if single => (word, None),
            [.., mark] if is_mark(*mark) => (&word[..last], Some(&word[last..])),
            [mark, ..] if is_mark(*mark) => (&word[..1], Some(&word[1..])),
            _ => (word, None),
        };
        [Some(first), second].into_iter().flatten()
    })
}
