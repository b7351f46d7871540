//! Words of documents, and in how many documents each is.

use std::collections::HashMap;

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::strings::split;

/// A file of documents.
pub(super) const CORPUS: Opt = Opt { name: "corpus", default: Default::None, help: CORPUS_ARG.help };
pub(super) const CORPUS_ARG: meed_algebra::Arg = meed_algebra::Arg {
    name: "corpus=None",
    help: "path of a file with a document a line, from which the words' rarity is taken; None: from the siblings",
};

/// How often each word is in a text, in the order of the words: sums are the same every time.
pub(super) fn counts(text: &str) -> Vec<(String, f64)> {
    let lowered = split::lower(text);
    let mut words: Vec<&str> = split::plain_words(&lowered).collect();
    words.sort_unstable();
    words.chunk_by(|a, b| a == b).map(|same| (same[0].to_string(), same.len() as f64)).collect()
}

/// In how many documents each word is, and how long documents are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Corpus {
    documents: f64,
    words: f64,
    with: HashMap<String, f64>,
}

impl Corpus {
    pub(super) fn of<'a>(documents: impl Iterator<Item = &'a [(String, f64)]>) -> Corpus {
        let mut corpus = Corpus { documents: 0.0, words: 0.0, with: HashMap::new() };
        for document in documents {
            corpus.documents += 1.0;
            for (word, count) in document {
                corpus.words += count;
                *corpus.with.entry(word.clone()).or_default() += 1.0;
            }
        }
        corpus
    }

    /// The documents of the file named by the option `corpus`.
    pub(super) fn given(options: &Options) -> Result<Option<Corpus>, ScoreError> {
        if !options.is_given("corpus") {
            return Ok(None);
        }
        let path = options.text("corpus")?;
        let fail = |problem: String| ScoreError::File { path: path.into(), problem };
        let content = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let documents: Vec<_> = content.lines().filter(|line| !line.trim().is_empty()).map(counts).collect();
        if documents.is_empty() {
            return Err(fail("it has no documents".into()));
        }
        Ok(Some(Corpus::of(documents.iter().map(Vec::as_slice))))
    }

    pub(super) fn documents(&self) -> f64 {
        self.documents
    }

    pub(super) fn mean_length(&self) -> f64 {
        self.words / self.documents.max(1.0)
    }

    pub(super) fn with(&self, word: &str) -> f64 {
        self.with.get(word).copied().unwrap_or(0.0)
    }
}
