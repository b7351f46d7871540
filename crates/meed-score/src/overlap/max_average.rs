//! `max_average`: each word's most similar word on the other side, averaged both ways.

use std::collections::HashMap;
use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use super::{ANSWER_ARG, TEXT_ARG};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_answer, per_answer_as};
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::hash::fingerprint;
use crate::strings::split;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "max_average",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "Bidirectional max-average similarity of words: the mean of (each word's best match in the reference) and (the reverse).",
        details: "The similarity of two words is the cosine of their vectors: from a file of word vectors (`word 0.1 0.2 …`, one a line, as GloVe has them; words \
not in it are like no word but themselves), or without one the counts of their character trigrams, `^` before and `$` after the word. \
Words are runs of letters and digits in lower case. A text without words gives 0; of several references the best counts. Comparisons of more than four billion products are absent (`too_large`). The method is that of \"Mixed-R1: Unified \
Reward Perspective For Reasoning Capability in Multimodal Large Language Models\".",
        args: &[TEXT_ARG, ANSWER_ARG, Arg { name: "vectors=None", help: "path of a file of word vectors" }],
        examples: &[Example {
            code: "max_average()",
            with: r#"{"text": [["the cats", "the", "dog"]], "answer": ["The cat"]}"#,
            gives: "[[0.7886751346, 0.75, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[Opt { name: "vectors", default: Default::None, help: "path of a file of word vectors" }],
    build,
};

/// Products one comparison may take.
const MAX_PRODUCTS: usize = 1 << 32;

/// A vector as its places and values, of length 1 unless it is empty.
type Sparse = Vec<(u64, f64)>;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    if !options.is_given("vectors") {
        return Ok(per_answer(options, |text, answer| best(text, answer, trigrams)));
    }
    let path = options.text("vectors")?;
    let fail = |problem: String| ScoreError::File { path: path.into(), problem };
    let content = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
    let vectors = read(&content).map_err(fail)?;
    let identity = format!("max_average({:016x})", fingerprint(content.as_bytes()));
    Ok(per_answer_as(options, identity, move |text, answer| {
        best(text, answer, |word| vectors.get(word).cloned().unwrap_or_else(|| alone(word)))
    }))
}

/// A vector like no other but the same word's.
fn alone(word: &str) -> Sparse {
    vec![(fingerprint(word.as_bytes()) | 1 << 63, 1.0)]
}

fn read(content: &str) -> Result<HashMap<String, Sparse>, String> {
    let mut vectors = HashMap::new();
    let mut dimension = None;
    for (line, number) in content.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        let mut parts = line.split_whitespace();
        let word = parts.next().unwrap_or_default();
        let values: Option<Vec<f64>> =
            parts.map(|part| part.parse().ok().filter(|x: &f64| x.is_finite())).collect();
        let values = values.ok_or_else(|| format!("line {number}: a word and its numbers are needed"))?;
        if *dimension.get_or_insert(values.len()) != values.len() || values.is_empty() {
            return Err(format!(
                "line {number} has {} numbers, the first has {}",
                values.len(),
                dimension.unwrap_or(0)
            ));
        }
        vectors.insert(
            word.to_lowercase(),
            unit(values.into_iter().enumerate().map(|(i, x)| (i as u64, x)).collect()),
        );
    }
    Ok(vectors)
}

fn unit(mut vector: Sparse) -> Sparse {
    let length = vector.iter().map(|(_, x)| x * x).sum::<f64>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|(_, x)| *x /= length);
    }
    vector
}

/// The counts of a word's trigrams, ends marked.
fn trigrams(word: &str) -> Sparse {
    let marked: Vec<char> = std::iter::once('^').chain(word.chars()).chain(['$']).collect();
    // 21 bits hold any character.
    let key = |w: &[char]| w.iter().fold(0, |key, c| key << 21 | u64::from(*c));
    let mut keys: Vec<u64> = marked.windows(3).map(key).collect();
    keys.sort_unstable();
    let runs = keys.chunk_by(|a, b| a == b);
    unit(runs.map(|run| (run[0], run.len() as f64)).collect())
}

fn best(text: &str, answer: &str, vector: impl Fn(&str) -> Sparse) -> Result<f64, Reason> {
    let lowered = split::lower(text);
    let text = counted(&lowered);
    let mut best = f64::NEG_INFINITY;
    for reference in alternatives(answer) {
        let lowered = split::lower(reference);
        let reference = counted(&lowered);
        best = best.max(both_ways(&text, &reference, &vector)?);
    }
    Ok(best)
}

/// Different words and how often each is there, in order.
fn counted(text: &str) -> Vec<(&str, f64)> {
    let mut words: Vec<&str> = split::plain_words(text).collect();
    words.sort_unstable();
    words.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64)).collect()
}

fn both_ways(a: &[(&str, f64)], b: &[(&str, f64)], vector: impl Fn(&str) -> Sparse) -> Result<f64, Reason> {
    if a.is_empty() || b.is_empty() {
        return Ok(0.0);
    }
    let vectors = |words: &[(&str, f64)]| words.iter().map(|(word, _)| vector(word)).collect::<Vec<_>>();
    let (u, v) = (vectors(a), vectors(b));
    let mut with: HashMap<u64, Vec<(usize, f64)>> = HashMap::new();
    for (j, vector) in v.iter().enumerate() {
        vector.iter().for_each(|(place, x)| with.entry(*place).or_default().push((j, *x)));
    }
    let products: usize = u.iter().flatten().map(|(place, _)| with.get(place).map_or(0, Vec::len)).sum();
    if products + u.len() * v.len() > MAX_PRODUCTS {
        return Err(Reason::TooLarge);
    }
    let mut nearest_to_b = vec![f64::NEG_INFINITY; b.len()];
    let (mut forward, mut words) = (0.0, 0.0);
    let mut cosines = vec![0.0; b.len()];
    for (vector, (_, count)) in u.iter().zip(a) {
        cosines.fill(0.0);
        for (place, x) in vector {
            with.get(place).into_iter().flatten().for_each(|(j, y)| cosines[*j] += x * y);
        }
        forward += count * cosines.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        words += count;
        nearest_to_b.iter_mut().zip(&cosines).for_each(|(most, x)| *most = most.max(*x));
    }
    let backward: f64 = nearest_to_b.iter().zip(b).map(|(x, (_, count))| x * count).sum();
    let all: f64 = b.iter().map(|(_, count)| count).sum();
    Ok((forward / words + backward / all) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_a_file() {
        let vectors = read("a 1 0\nb 0.6 0.8\nc 0.8 0.6\nd 0 1\n").unwrap();
        let score = |text, answer| {
            best(text, answer, |w| vectors.get(w).cloned().unwrap_or_else(|| alone(w))).unwrap()
        };
        assert!((score("a b", "c d a") - 0.95).abs() < 1e-12);
        assert_eq!(score("unknown", "unknown"), 1.0);
        assert_eq!(score("unknown", "a"), 0.0);
        assert!(read("a 1 0\nb 1").is_err() && read("a x").is_err());
    }
}
