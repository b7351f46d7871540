//! `rouge`: words, runs of words and longest common subsequences shared with a reference.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::{ANSWER_ARG, MEASURES, Shares, TEXT_ARG, bounded};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::vocabulary::Vocabulary;
use crate::strings::{grams, lcs, split, stem};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "rouge",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "ROUGE: n-grams or longest common subsequences shared with the reference, 0 to 1.",
        details: "`kind` is the length of the n-grams (\"1\" to \"9\"), \"L\" for the longest common subsequence, or \"Lsum\" for the \
union of subsequences over lines. Words are runs of a-z and 0-9 in lower case. With `stem`, words of more than three letters are \
cut to their Porter stems. Of several references, the one with the highest F1 counts. As in the package `rouge-score`; \
the method is that of \"ROUGE: A Package for Automatic Evaluation of Summaries\".",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "kind=\"L\"", help: "\"1\" to \"9\", \"L\" or \"Lsum\"" },
            Arg { name: "measure=\"f1\"", help: "\"f1\", \"precision\" or \"recall\"" },
            Arg { name: "stem=False", help: "whether words are compared by their stems" },
        ],
        examples: &[
            Example {
                code: r#"rouge(kind="1")"#,
                with: r#"{"text": [["The cat sat.", "A dog"]], "answer": ["the cat is on the mat"]}"#,
                gives: "[[0.4444444444444444, 0]]",
            },
            Example {
                code: r#"rouge(measure="recall", stem=True)"#,
                with: r#"{"text": [["the cats sat"]], "answer": ["the cat always sat"]}"#,
                gives: "[[0.75]]",
            },
            Example {
                code: r#"rouge(kind="Lsum")"#,
                with: r#"{"text": [["b c\na"]], "answer": ["a\nb c"]}"#,
                gives: "[[1]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "kind", default: Default::Text("L"), help: "\"1\" to \"9\", \"L\" or \"Lsum\"" },
        Opt { name: "measure", default: Default::Text("f1"), help: "f1, precision or recall" },
        Opt { name: "stem", default: Default::Bool(false), help: "compare words by their stems" },
    ],
    build,
};

const KINDS: [&str; 11] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "L", "Lsum"];

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let kind = options.choice("kind", &KINDS)?;
    let measure = options.choice("measure", &MEASURES)?;
    let stem = options.bool("stem")?;
    Ok(per_answer(options, move |text, answer| {
        let mut best: Option<Shares> = None;
        for reference in alternatives(answer) {
            let shares = match kind {
                "L" => whole(text, reference, stem)?,
                "Lsum" => by_lines(text, reference, stem)?,
                n => runs(text, reference, stem, usize::from(n.as_bytes()[0] - b'0')),
            };
            if best.is_none_or(|best| shares.f1 > best.f1) {
                best = Some(shares);
            }
        }
        Ok(best.map_or(0.0, |shares| shares.measure(measure)))
    }))
}

/// The words of a text, each followed by a space.
fn words(text: &str, stemmed: bool) -> String {
    let plain = split::alphanumeric(text);
    if !stemmed {
        return plain;
    }
    let mut out = String::with_capacity(plain.len());
    for word in split::at_spaces(&plain) {
        out.push_str(&if word.len() > 3 { stem::stem(word) } else { word.into() });
        out.push(' ');
    }
    out
}

fn units<'t>(words: &'t str, vocabulary: &mut Vocabulary<'t>) -> Vec<u32> {
    vocabulary.ids(split::at_spaces(words))
}

fn runs(text: &str, reference: &str, stem: bool, n: usize) -> Shares {
    let (text, reference) = (words(text, stem), words(reference, stem));
    let mut vocabulary = Vocabulary::for_bytes(text.len() + reference.len());
    let (text, reference) = (units(&text, &mut vocabulary), units(&reference, &mut vocabulary));
    let shared = grams::shared(&text, &[&reference], n)[n - 1];
    let count = |units: &[u32]| (units.len() + 1).saturating_sub(n);
    Shares::of(shared, count(&text), count(&reference))
}

fn whole(text: &str, reference: &str, stem: bool) -> Result<Shares, Reason> {
    let (text, reference) = (words(text, stem), words(reference, stem));
    let mut vocabulary = Vocabulary::for_bytes(text.len() + reference.len());
    let (text, reference) = (units(&text, &mut vocabulary), units(&reference, &mut vocabulary));
    bounded(lcs::steps(text.len(), reference.len()))?;
    Ok(Shares::of(lcs::length(&text, &reference, vocabulary.len()), text.len(), reference.len()))
}

/// Each line of the reference is covered by its common subsequences with all lines of the text; a word counts at
/// most as often as the text has it.
fn by_lines(text: &str, reference: &str, stem: bool) -> Result<Shares, Reason> {
    let lines = |text: &str| text.split('\n').map(|line| words(line, stem)).collect::<Vec<_>>();
    let (text, reference) = (lines(text), lines(reference));
    let mut vocabulary = Vocabulary::default();
    let mut ids = |line| Some(units(line, &mut vocabulary)).filter(|units| !units.is_empty());
    let text: Vec<Vec<u32>> = text.iter().filter_map(|line| ids(line)).collect();
    let reference: Vec<Vec<u32>> = reference.iter().filter_map(|line| ids(line)).collect();
    let length = |lines: &[Vec<u32>]| lines.iter().map(Vec::len).sum::<usize>();
    let (m, n) = (length(&text), length(&reference));
    // Each pair of lines takes the product of their lengths over 64, and their lengths.
    let steps = m as u64 * n as u64 / 64 + text.len() as u64 * n as u64 + reference.len() as u64 * m as u64;
    bounded(steps)?;
    let covered = cover(&text, &reference, vocabulary.len());
    let mut left = vec![0u32; vocabulary.len()];
    text.iter().flatten().for_each(|unit| left[*unit as usize] += 1);
    let mut hits = 0;
    for (unit, covered) in reference.iter().flatten().zip(covered.iter().flatten()) {
        let left = &mut left[*unit as usize];
        hits += usize::from(*covered && *left > 0);
        *left = left.saturating_sub(u32::from(*covered));
    }
    Ok(Shares::of(hits, m, n))
}

/// Which places of the reference's lines are in a longest common subsequence with some line of the text.
fn cover(text: &[Vec<u32>], reference: &[Vec<u32>], kinds: usize) -> Vec<Vec<bool>> {
    let mut covered: Vec<Vec<bool>> = reference.iter().map(|line| vec![false; line.len()]).collect();
    // Within one line of the text units are numbered anew, and those it has not are all one.
    let mut local = vec![u32::MAX; kinds];
    for line in text {
        let mut own = 0;
        let renumbered: Vec<u32> = line
            .iter()
            .map(|unit| {
                let number = &mut local[*unit as usize];
                if *number == u32::MAX {
                    *number = own;
                    own += 1;
                }
                *number
            })
            .collect();
        let other = lcs::Other::new(&renumbered, own as usize + 1);
        for (line, covered) in reference.iter().zip(&mut covered) {
            let units: Vec<u32> = line.iter().map(|unit| local[*unit as usize].min(own)).collect();
            if units.iter().any(|unit| *unit != own) {
                other.positions(&units).into_iter().for_each(|at| covered[at] = true);
            }
        }
        line.iter().for_each(|unit| local[*unit as usize] = u32::MAX);
    }
    covered
}
