//! Words of English as the Penn Treebank counts them: contractions, quotes and punctuation are words of their own.
//! The rules are those of NLTK's `word_tokenize`, applied to the sentences Punkt finds.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::python::{is_space, is_token_word, split};
use super::sentences::sentences;

/// A pattern and what it is replaced by.
type Rule = (Regex, &'static str);

fn rules(rules: &[(&str, &'static str)]) -> Vec<Rule> {
    rules.iter().map(|(pattern, by)| (Regex::new(pattern).expect("a pattern"), *by)).collect()
}

/// Calls `word` with every word of the text, in order.
pub(crate) fn each_word(text: &str, mut word: impl FnMut(&str)) {
    for sentence in sentences(text) {
        split(&space_out(&text[sentence])).for_each(&mut word);
    }
}

/// The sentence with white space between its words.
fn space_out(sentence: &str) -> String {
    static OPENING: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        rules(&[
            ("([«“‘„]|`+)", " $1 "),
            ("\\A\"", "``"),
            ("(``)", " $1 "),
            (r#"([ (\[{<])("|'{2})"#, "$1 `` "),
        ])
    });
    static PUNCTUATION: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        rules(&[
            (r#"([^.])(\.)([\])}>"'»”’ ]*)\s*\z"#, "$1 $2 $3 "),
            (r"([:,])([^\d])", " $1 $2"),
            (r"([:,])\z", " $1 "),
            (r"\.{2,}", " $0 "),
            (r"[;@#$%&]", " $0 "),
            (r"[\u{2012}-\u{2015}]", " $0 "),
            (r#"([^.])(\.)([\])}>"']*)\s*\z"#, "$1 $2$3 "),
            (r"[?!]", " $0 "),
            (r"([^'])' ", "$1 ' "),
            (r"[*]", " $0 "),
            (r"[\]\[(){}<>]", " $0 "),
            ("--", " -- "),
        ])
    });
    static CLOSING: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        rules(&[
            ("([»”’])", " $1 "),
            ("''", " '' "),
            ("\"", " '' "),
            (r"\s+", " "),
            ("([^' ])('[sS]|'[mM]|'[dD]|') ", "$1 $2 "),
            ("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 "),
            (r"(?i)\b(can)(not)\b", " $1 $2 "),
            (r"(?i)\b(d)('ye)\b", " $1 $2 "),
            (r"(?i)\b(gim)(me)\b", " $1 $2 "),
            (r"(?i)\b(gon)(na)\b", " $1 $2 "),
            (r"(?i)\b(got)(ta)\b", " $1 $2 "),
            (r"(?i)\b(lem)(me)\b", " $1 $2 "),
            (r"(?i)\b(more)('n)\b", " $1 $2 "),
            (r"(?i)\b(wan)(na)([\s\x1c-\x1f])", " $1 $2 $3"),
            (r"(?i) ('t)(is)\b", " $1 $2 "),
            (r"(?i) ('t)(was)\b", " $1 $2 "),
        ])
    });
    let mut text = Cow::Borrowed(sentence);
    apply(&mut text, &OPENING);
    open_single_quotes(&mut text);
    apply(&mut text, &PUNCTUATION);
    text = Cow::Owned(format!(" {text} "));
    apply(&mut text, &CLOSING);
    text.into_owned()
}

fn apply(text: &mut Cow<'_, str>, rules: &[Rule]) {
    for (pattern, by) in rules {
        let changed = match pattern.replace_all(text, *by) {
            Cow::Owned(changed) => changed,
            Cow::Borrowed(_) => continue,
        };
        *text = Cow::Owned(changed);
    }
}

/// A quote before a word gets a space behind it, unless it begins a contraction such as `'ll`.
fn open_single_quotes(text: &mut Cow<'_, str>) {
    let mut out = String::new();
    let mut from = 0;
    for at in memchr::memchr_iter(b'\'', text.as_bytes()) {
        let rest = &text[at + 1..];
        let inside = text[..at].chars().next_back().is_some_and(is_token_word);
        if inside || !rest.starts_with(is_token_word) || is_contraction(rest) {
            continue;
        }
        out.push_str(&text[from..=at]);
        out.push(' ');
        from = at + 1;
    }
    if from > 0 {
        out.push_str(&text[from..]);
        *text = Cow::Owned(out);
    }
}

fn is_contraction(rest: &str) -> bool {
    let len = rest.find(|c| !is_token_word(c)).unwrap_or(rest.len());
    ["re", "ve", "ll", "m", "t", "s", "d", "n"].iter().any(|end| rest[..len].eq_ignore_ascii_case(end))
}

/// The words of the text.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_word(text, |word| found.push(word.to_string()));
    found
}

/// How many words are all in upper case.
pub(crate) fn count_capital_words(text: &str) -> usize {
    let mut count = 0;
    if text.chars().any(char::is_uppercase) {
        each_word(text, |word| count += usize::from(super::python::is_upper(word)));
    }
    count
}

/// Whether a text is blank.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contractions_and_punctuation_are_words() {
        assert_eq!(
            words("They'll pay $3.88, won't they? 'Tis \"so\" (I cannot say)."),
            [
                "They", "'ll", "pay", "$", "3.88", ",", "wo", "n't", "they", "?", "'", "Tis", "``", "so",
                "''", "(", "I", "can", "not", "say", ")", "."
            ]
        );
        assert_eq!(count_capital_words("NASA and U.S. A-1 X. OK!"), 5);
    }
}
