//! What formulas of readability count: words, sentences, letters, syllables.

use meed_algebra::Reason;

use crate::said::is_letter_or_digit;
use crate::strings::split::{self, is_space};
use crate::strings::syllables::syllables;

/// The counts of a text, as the package `textstat` defines them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    /// Runs of anything but white space, once punctuation is gone.
    pub(crate) words: usize,
    /// Runs of anything but white space.
    pub(crate) runs: usize,
    pub(crate) sentences: usize,
    /// Letters, digits and underscores.
    pub(crate) letters: usize,
    /// Characters that are not white space.
    pub(crate) characters: usize,
    pub(crate) syllables: usize,
    /// Words of three syllables or more.
    pub(crate) long_words: usize,
}

impl Counts {
    pub(crate) fn of(text: &str) -> Counts {
        let mut counts =
            Counts { sentences: sentences(text), runs: split::words(text).count(), ..Counts::default() };
        for c in text.chars() {
            counts.letters += usize::from(is_word(c));
            counts.characters += usize::from(!is_space(c));
        }
        let plain = without_punctuation(text);
        let lowered = split::lower(&plain);
        for word in split::words(&lowered) {
            counts.words += 1;
            let said = syllables(word);
            counts.syllables += said;
            counts.long_words += usize::from(said >= 3);
        }
        counts
    }

    /// The counts, where there is a word: formulas divide by words and sentences.
    pub(crate) fn of_words(text: &str) -> Result<Counts, Reason> {
        Some(Counts::of(text)).filter(|counts| counts.words > 0).ok_or(Reason::Empty)
    }

    pub(crate) fn words_per_sentence(&self) -> f64 {
        self.words as f64 / self.sentences as f64
    }

    pub(crate) fn syllables_per_word(&self) -> f64 {
        self.syllables as f64 / self.words as f64
    }
}

fn is_word(c: char) -> bool {
    c == '_' || is_letter_or_digit(c)
}

/// The text without punctuation, but for apostrophes before the endings t, s, d, ve, ll, re.
pub(crate) fn without_punctuation(text: &str) -> String {
    let ending = |rest: &str| ["t", "s", "d", "ve", "ll", "re"].iter().any(|ending| rest.starts_with(ending));
    let kept = |(at, c): &(usize, char)| is_word(*c) || is_space(*c) || *c == '\'' && ending(&text[at + 1..]);
    text.char_indices().filter(kept).map(|(_, c)| c).collect()
}

/// Sentences end with runs of `.`, `!`, `?`; those of one or two words do not count. 1 at least, unless the text is empty.
pub(crate) fn sentences(text: &str) -> usize {
    if text.is_empty() {
        return 0;
    }
    let is_end = |c: char| matches!(c, '.' | '!' | '?');
    let mut count = 0;
    let mut rest = text;
    while let Some(begin) = rest.find(is_word) {
        let from = &rest[begin..];
        let stop = from.find(is_end).unwrap_or(from.len());
        let end = from[stop..].find(|c: char| !is_end(c)).map_or(from.len(), |at| stop + at);
        count += usize::from(has_three_words(&from[..stop]));
        rest = &from[end..];
    }
    count.max(1)
}

fn has_three_words(sentence: &str) -> bool {
    split::words(&without_punctuation(sentence)).nth(2).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_a_text() {
        let counts = Counts::of("It's a well-known fact! Yes. We don't know 'why'...");
        let expected = Counts {
            words: 9,
            runs: 9,
            sentences: 2,
            letters: 33,
            characters: 43,
            syllables: 10,
            long_words: 0,
        };
        assert_eq!(counts, expected);
        assert_eq!(
            (sentences(""), sentences(" "), sentences("One two three. 3.5 is more than that")),
            (0, 1, 2)
        );
    }
}
