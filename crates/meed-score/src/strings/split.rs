//! Splitting texts into words, as the reference implementations do it.

/// Whether Python's `str.split` splits at `c`: white space, and the four separators of ASCII.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// What white space separates.
pub(crate) fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> + Clone {
    text.split(is_space).filter(|word| !word.is_empty())
}

/// Runs of letters and digits.
pub(crate) fn plain_words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The text in lower case; nothing is copied twice where it is ASCII.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// Runs of `a-z0-9` of the text in lower case, single spaces between them: everything else separates.
pub(crate) fn alphanumeric(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 1);
    let mut push = |byte: u8| {
        let byte = byte.to_ascii_lowercase();
        if byte.is_ascii_alphanumeric() {
            out.push(byte);
        } else if out.last().is_some_and(|last| *last != b' ') {
            out.push(b' ');
        }
    };
    if text.is_ascii() {
        text.bytes().for_each(push);
    } else {
        for c in text.chars() {
            // The two letters outside ASCII whose lower case begins with one of its letters.
            match c {
                '\u{212a}' => push(b'k'),
                '\u{130}' => [b'i', b' '].into_iter().for_each(&mut push),
                _ if c.is_ascii() => push(c as u8),
                _ => push(b' '),
            }
        }
    }
    if out.last() == Some(&b' ') {
        out.pop();
    }
    // Only bytes of ASCII were pushed.
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_of_ascii_stay() {
        assert_eq!(alphanumeric("  It's 3.5 °C, naïve!"), "it s 3 5 c na ve");
        assert_eq!(alphanumeric("\u{130}x \u{212a}2"), "i x k2");
        assert_eq!(alphanumeric("…"), "");
    }

    #[test]
    fn separators_of_ascii_are_space() {
        assert_eq!(words("a\u{1c}b\u{a0}c d").collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }
}
