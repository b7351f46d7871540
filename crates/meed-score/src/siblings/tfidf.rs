//! `tfidf`: words shared with a reference, rare ones counting more.

use std::collections::HashMap;
use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::corpus::{CORPUS, CORPUS_ARG, Corpus, counts};
use super::{AXIS, AXIS_ARG, TEXT_ARG, per_siblings};
use crate::error::ScoreError;
use crate::options::Options;
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "tfidf",
        family: Family::Siblings,
        axes: "any axis below `axis` → the same",
        summary: "Cosine of the TF-IDF vectors of a text and its reference, 0 to 1.",
        details: "A word's weight is how often it is there times ln((1 + documents) / (1 + documents with it)) + 1; documents are the texts of the group, or the lines of `corpus`. Words are runs of letters and digits in lower case. \
A text without words gives 0; of several references the best counts.",
        args: &[TEXT_ARG, Arg { name: "answer", help: "the reference, or several" }, CORPUS_ARG, AXIS_ARG],
        examples: &[Example {
            code: "tfidf()",
            with: r#"{"text": [["the cat", "the dog"]], "answer": ["a cat"]}"#,
            gives: "[[0.453397261, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[CORPUS, AXIS],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let given = Corpus::given(options)?;
    Ok(per_siblings(options, options.text("axis")?, 2, move |inputs| {
        let texts: Vec<_> =
            inputs[0].iter().map(|cell| cell.as_ref().map(|text| counts(text)).map_err(|r| *r)).collect();
        let siblings;
        let corpus = match &given {
            Some(corpus) => corpus,
            None => {
                siblings = Corpus::of(texts.iter().flatten().map(Vec::as_slice));
                &siblings
            }
        };
        let score =
            |(text, answer): (&Result<Vec<(String, f64)>, _>, &super::Cell<'_>)| -> Result<f64, Reason> {
                let text = weights(text.as_ref().map_err(|r| *r)?, corpus);
                let answer = answer.as_ref().map_err(|r| *r)?;
                let cosine = |reference| cosine(&text, &weights(&counts(reference), corpus));
                Ok(alternatives(answer).map(cosine).fold(0.0, f64::max))
            };
        texts.iter().zip(&inputs[1]).map(score).collect()
    }))
}

type Weights = Vec<(String, f64)>;

fn weights(counts: &[(String, f64)], corpus: &Corpus) -> Weights {
    let rarity = |word: &str| ((1.0 + corpus.documents()) / (1.0 + corpus.with(word))).ln() + 1.0;
    counts.iter().map(|(word, count)| (word.clone(), count * rarity(word))).collect()
}

fn cosine(a: &Weights, b: &Weights) -> f64 {
    let of_b: HashMap<&str, f64> = b.iter().map(|(word, weight)| (word.as_str(), *weight)).collect();
    let dot: f64 =
        a.iter().filter_map(|(word, weight)| of_b.get(word.as_str()).map(|other| weight * other)).sum();
    let length = |v: &Weights| v.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
    let lengths = length(a) * length(b);
    if lengths == 0.0 { 0.0 } else { dot / lengths }
}
