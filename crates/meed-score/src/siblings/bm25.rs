//! `bm25`: how well a text answers a query, as search engines rank it.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::corpus::{CORPUS, CORPUS_ARG, Corpus, counts};
use super::{AXIS, AXIS_ARG, TEXT_ARG, per_siblings};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "bm25",
        family: Family::Siblings,
        axes: "any axis below `axis` → the same",
        summary: "BM25 of a text for the words of its reference: how well it would be found by them.",
        details: "The sum over the reference's words, as often as it has them, of idf · f · (k1 + 1) / (f + k1 · (1 − b + b · length / mean length)), idf = ln(1 + (documents − with + 0.5) / (with + 0.5)), f how often the text has the word; \
documents are the texts of the group, or the lines of `corpus`. Words are runs of letters and digits in lower case. Source: \"The Probabilistic Relevance Framework: BM25 and Beyond\".",
        args: &[
            TEXT_ARG,
            Arg { name: "answer", help: "the reference, or several, whose words all count" },
            Arg { name: "k1=1.5", help: "how soon more of a word counts no more" },
            Arg { name: "b=0.75", help: "how much length counts" },
            CORPUS_ARG,
            AXIS_ARG,
        ],
        examples: &[Example {
            code: "bm25()",
            with: r#"{"text": [["the cat", "the dog"]], "answer": ["cat"]}"#,
            gives: "[[0.6931471805599453, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "k1", default: Default::Number(1.5), help: "how soon more of a word counts no more" },
        Opt { name: "b", default: Default::Number(0.75), help: "how much length counts" },
        CORPUS,
        AXIS,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let k1 = options.number("k1", 0.0..=1e6)?;
    let b = options.number("b", 0.0..=1.0)?;
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
                let text = text.as_ref().map_err(|r| *r)?;
                let length: f64 = text.iter().map(|(_, count)| count).sum();
                let share = if corpus.mean_length() > 0.0 { length / corpus.mean_length() } else { 0.0 };
                let mut sum = 0.0;
                for (word, wanted) in counts(answer.as_ref().map_err(|r| *r)?) {
                    let Ok(at) = text.binary_search_by(|(other, _)| other.cmp(&word)) else { continue };
                    let (found, with) = (text[at].1, corpus.with(&word));
                    let rarity = (1.0 + (corpus.documents() - with + 0.5) / (with + 0.5)).ln();
                    sum += wanted * rarity * found * (k1 + 1.0) / (found + k1 * (1.0 - b + b * share));
                }
                Ok(sum)
            };
        texts.iter().zip(&inputs[1]).map(score).collect()
    }))
}
