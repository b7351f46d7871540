//! `edit_similarity`: how few edits turn the text into the reference.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::{ANSWER_ARG, TEXT_ARG, bounded};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::vocabulary::{Vocabulary, characters};
use crate::strings::{edit, lcs, split};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "edit_similarity",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "1 minus the edit distance over the longest it could be: 1 for equal texts, 0 for nothing in common.",
        details: "\"levenshtein\" counts insertions, deletions and substitutions, out of the longer text's length; \"indel\" insertions and \
deletions only, out of both lengths together. Two empty texts are equal. Of several references the nearest counts. As \
`normalized_similarity` in the package `rapidfuzz`. Texts whose table would have more than a trillion cells are absent (`too_large`).",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "edits=\"levenshtein\"", help: "\"levenshtein\" or \"indel\"" },
            Arg { name: "unit=\"characters\"", help: "what is edited: \"characters\" or \"words\"" },
            Arg { name: "ignore_case=False", help: "whether A and a are the same" },
        ],
        examples: &[
            Example {
                code: "edit_similarity()",
                with: r#"{"text": [["kitten", "sitting", ""]], "answer": ["sitting"]}"#,
                gives: "[[0.5714285714285714, 1, 0]]",
            },
            Example {
                code: r#"edit_similarity(edits="indel", unit="words")"#,
                with: r#"{"text": [["so it is now"]], "answer": ["it is now so"]}"#,
                gives: "[[0.75]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "edits", default: Default::Text("levenshtein"), help: "levenshtein or indel" },
        Opt { name: "unit", default: Default::Text("characters"), help: "characters or words" },
        Opt { name: "ignore_case", default: Default::Bool(false), help: "whether A and a are the same" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let indel = options.choice("edits", &["levenshtein", "indel"])? == "indel";
    let words = options.choice("unit", &["characters", "words"])? == "words";
    let ignore_case = options.bool("ignore_case")?;
    Ok(per_answer(options, move |text, answer| {
        let best = |text: &str, answer: &str| {
            alternatives(answer)
                .map(|r| similarity(text, r, indel, words))
                .try_fold(0.0, |a, b| Ok(b?.max(a)))
        };
        if ignore_case { best(&split::lower(text), &split::lower(answer)) } else { best(text, answer) }
    }))
}

fn similarity(text: &str, reference: &str, indel: bool, words: bool) -> Result<f64, Reason> {
    let (a, b, kinds) = units(text, reference, words);
    let (edits, most) = if indel {
        bounded(lcs::steps(a.len(), b.len()))?;
        (a.len() + b.len() - 2 * lcs::length(&a, &b, kinds), a.len() + b.len())
    } else {
        bounded(edit::steps(a.len(), b.len()))?;
        (edit::distance(&a, &b, kinds), a.len().max(b.len()))
    };
    Ok(if most == 0 { 1.0 } else { 1.0 - edits as f64 / most as f64 })
}

/// Two texts as units, and how many kinds of them there may be.
pub(crate) fn units(a: &str, b: &str, words: bool) -> (Vec<u32>, Vec<u32>, usize) {
    if !words {
        return characters(a, b);
    }
    let mut vocabulary = Vocabulary::for_bytes(a.len() + b.len());
    let (a, b) = (vocabulary.ids_of(a, false), vocabulary.ids_of(b, false));
    (a, b, vocabulary.len())
}
