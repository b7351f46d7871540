//! `meteor`: words shared with a reference, by form or by stem, and how scattered they are.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use super::{ANSWER_ARG, TEXT_ARG};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::vocabulary::Vocabulary;
use crate::strings::{split, stem};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "meteor",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "METEOR without synonyms: harmonic mean of word precision and recall, less for scattered matches.",
        details: "Words are what white space separates, in lower case. They are matched from the end, first by form, then by their Porter stems. \
The score is F·(1 − gamma·(chunks / matches)^beta), F = P·R / (alpha·P + (1 − alpha)·R), chunks being runs of matches \
that stand next to each other in both texts. Left out: synonyms and paraphrases, which need WordNet. Of several \
references the best counts. Otherwise as `meteor_score` of the package `nltk`; the method is that of \"Meteor: An Automatic Metric for MT Evaluation with \
High Levels of Correlation with Human Judgments\".",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "alpha=0.9", help: "how much recall counts in F" },
            Arg { name: "beta=3", help: "the power of the share of chunks" },
            Arg { name: "gamma=0.5", help: "the largest penalty" },
            Arg { name: "stem=True", help: "whether words are matched by their stems too" },
        ],
        examples: &[Example {
            code: "meteor()",
            with: r#"{"text": [["The cats sat there", "a dog"]], "answer": ["the cat sat"]}"#,
            gives: "[[0.9498207885, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "alpha", default: Default::Number(0.9), help: "how much recall counts" },
        Opt { name: "beta", default: Default::Number(3.0), help: "the power of the share of chunks" },
        Opt { name: "gamma", default: Default::Number(0.5), help: "the largest penalty" },
        Opt { name: "stem", default: Default::Bool(true), help: "match words by their stems too" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let alpha = options.number("alpha", 0.0..=1.0)?;
    let beta = options.number("beta", 0.0..=100.0)?;
    let gamma = options.number("gamma", 0.0..=1.0)?;
    let stem = options.bool("stem")?;
    Ok(per_answer(options, move |text, answer| {
        let (text, answer) = (split::lower(text), split::lower(answer));
        let text: Vec<&str> = split::words(&text).collect();
        let score = |reference: &str| {
            let reference: Vec<&str> = split::words(reference).collect();
            let pairs = matches(&text, &reference, stem);
            if pairs.is_empty() {
                return 0.0;
            }
            let found = pairs.len() as f64;
            let (precision, recall) = (found / text.len() as f64, found / reference.len() as f64);
            let mean = precision * recall / (alpha * precision + (1.0 - alpha) * recall);
            mean * (1.0 - gamma * (chunks(&pairs) as f64 / found).powf(beta))
        };
        Ok(alternatives(&answer).map(score).fold(0.0, f64::max))
    }))
}

/// Places in the text and the reference that match, in the order of the text.
fn matches(text: &[&str], reference: &[&str], stemmed: bool) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut vocabulary = Vocabulary::default();
    let (t, r) = (vocabulary.ids(text.iter().copied()), vocabulary.ids(reference.iter().copied()));
    let numbered = |ids: &[u32]| ids.iter().copied().enumerate().collect::<Vec<_>>();
    let (t, r) = pair_off(numbered(&t), numbered(&r), vocabulary.len(), &mut pairs);
    if stemmed && !t.is_empty() && !r.is_empty() {
        let stems = |left: &[(usize, u32)], words: &[&str]| -> Vec<_> {
            left.iter().map(|(at, _)| stem::stem(words[*at]).into_owned()).collect()
        };
        let (text_stems, reference_stems) = (stems(&t, text), stems(&r, reference));
        let mut vocabulary = Vocabulary::default();
        let numbered =
            |left: &[(usize, u32)], ids: Vec<u32>| left.iter().map(|(at, _)| *at).zip(ids).collect();
        let t = numbered(&t, vocabulary.ids(text_stems.iter().map(String::as_str)));
        let r = numbered(&r, vocabulary.ids(reference_stems.iter().map(String::as_str)));
        pair_off(t, r, vocabulary.len(), &mut pairs);
    }
    pairs.sort_unstable();
    pairs
}

type Numbered = Vec<(usize, u32)>;

/// Pairs equal words, from the end of both; what is left over.
fn pair_off(
    text: Numbered,
    reference: Numbered,
    kinds: usize,
    pairs: &mut Vec<(usize, usize)>,
) -> (Numbered, Numbered) {
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); kinds];
    reference.iter().for_each(|(at, word)| places[*word as usize].push(*at));
    let mut left: Numbered = Vec::new();
    for (at, word) in text.into_iter().rev() {
        match places[word as usize].pop() {
            Some(there) => pairs.push((at, there)),
            None => left.push((at, word)),
        }
    }
    left.reverse();
    // Places are popped from the end, so those left of a word are its first ones.
    let unpaired = |(at, word): &(usize, u32)| places[*word as usize].last().is_some_and(|last| at <= last);
    (left, reference.into_iter().filter(unpaired).collect())
}

fn chunks(pairs: &[(usize, usize)]) -> usize {
    1 + pairs.windows(2).filter(|w| w[1] != (w[0].0 + 1, w[0].1 + 1)).count()
}
