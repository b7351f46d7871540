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

/// What `a` to `z` and digits are in lower case, for every byte; everything else is a space.
static ALPHANUMERIC: [u8; 256] = {
    let mut table = [b' '; 256];
    let mut byte = 0u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

/// Runs of `a-z0-9` of the text in lower case, single spaces between them: everything else separates.
pub(crate) fn alphanumeric(text: &str) -> String {
    // The two letters outside ASCII whose lower case begins with one of its letters.
    let odd = |c: char| matches!(c, '\u{212a}' | '\u{130}');
    if !text.is_ascii() && text.contains(odd) {
        return alphanumeric(&text.replace('\u{212a}', "k").replace('\u{130}', "i "));
    }
    let mut out = vec![0u8; text.len() + 1];
    let (mut end, mut after_space) = (0, true);
    for byte in text.bytes() {
        let kept = ALPHANUMERIC[usize::from(byte)];
        out[end] = kept;
        let space = kept == b' ';
        // A second space is written over.
        end += usize::from(!(space && after_space));
        after_space = space;
    }
    out.truncate(end - usize::from(after_space && end > 0));
    // Only bytes of ASCII were written.
    String::from_utf8(out).unwrap_or_default()
}

/// What a space separates in a text.
pub(crate) fn at_spaces(text: &str) -> impl Iterator<Item = &str> {
    between(text, |text, at| usize::from(text.as_bytes()[at] == b' '))
}

/// How many bytes of white space begin at a byte of a text: 0 if it is none.
#[inline]
pub(crate) fn space_at(text: &str, at: usize) -> usize {
    match SPACES[usize::from(text.as_bytes()[at])] {
        Space::No => 0,
        Space::Yes => 1,
        Space::Perhaps => text[at..].chars().next().filter(|c| is_space(*c)).map_or(0, char::len_utf8),
    }
}

/// Whether some white space begins with a byte.
pub(crate) const fn may_begin_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | 0x1c..=b' ' | 0xc2 | 0xe1..=0xe3)
}

#[derive(Clone, Copy)]
enum Space {
    No,
    Yes,
    /// The first byte of some white space outside ASCII.
    Perhaps,
}

static SPACES: [Space; 256] = {
    let mut table = [Space::No; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match may_begin_space(byte as u8) {
            true if byte < 128 => Space::Yes,
            true => Space::Perhaps,
            false => Space::No,
        };
        byte += 1;
    }
    table
};

/// [`words`], found faster and from the beginning only.
pub(crate) fn words_in_order(text: &str) -> impl Iterator<Item = &str> {
    between(text, space_at)
}

/// What separators leave of a text; `separator` says how many bytes of one begin at a byte.
#[inline]
fn between(text: &str, separator: impl Fn(&str, usize) -> usize) -> impl Iterator<Item = &str> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let mut at = from;
        while at < text.len() {
            let length = separator(text, at);
            if length == 0 {
                at += 1;
                continue;
            }
            let part = &text[from..at];
            at += length;
            from = at;
            if !part.is_empty() {
                return Some(part);
            }
        }
        let part = &text[from..];
        from = text.len();
        Some(part).filter(|part| !part.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_of_ascii_stay() {
        assert_eq!(alphanumeric("  It's 3.5 °C, naïve!"), "it s 3 5 c na ve");
        assert_eq!(alphanumeric("\u{130}x \u{212a}2"), "i x k2");
        assert_eq!(alphanumeric("…"), "");
        assert_eq!(alphanumeric(""), "");
    }

    #[test]
    fn only_spaces_separate() {
        assert_eq!(at_spaces("  a b\tc  é ").collect::<Vec<_>>(), ["a", "b\tc", "é"]);
        assert_eq!(at_spaces("").count(), 0);
    }

    #[test]
    fn separators_of_ascii_are_space() {
        assert_eq!(words("a\u{1c}b\u{a0}c d").collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        let every: String = ('\0'..=char::MAX).flat_map(|c| [c, 'x']).collect();
        assert!(words_in_order(&every).eq(words(&every)));
    }
}
