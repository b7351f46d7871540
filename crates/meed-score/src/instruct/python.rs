//! Texts as Python sees them: the published checks are Python, and its notions of white space, words and case are
//! part of their definition.

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use regex::{Regex, RegexBuilder};

use crate::kept::Kept;
pub(crate) use crate::strings::split::is_space;

/// A character of a word, `\w`: letters and numbers of any script, and `_`.
pub(crate) fn is_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { is_letter(c) || c.is_numeric() }
}

/// A letter by its general category; marks that only count as alphabetic are none.
pub(crate) fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    static LETTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\A\p{L}\z").expect("a pattern"));
    c.is_alphabetic() && LETTER.is_match(c.encode_utf8(&mut [0; 4]))
}

/// A title-case letter such as `ǅ`, which is neither upper nor lower case.
fn is_title(c: char) -> bool {
    matches!(u32::from(c), 0x1c5 | 0x1c8 | 0x1cb | 0x1f2 | 0x1f88..=0x1f8f | 0x1f98..=0x1f9f | 0x1fa8..=0x1faf
        | 0x1fbc | 0x1fcc | 0x1ffc)
}

/// The text without white space at its ends.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// What white space separates.
pub(crate) fn split(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

/// Whether there are letters with case and all of them are upper case.
pub(crate) fn is_upper(text: &str) -> bool {
    let mut cased = false;
    for c in text.chars() {
        if c.is_lowercase() || is_title(c) {
            return false;
        }
        cased |= c.is_uppercase();
    }
    cased
}

/// Whether there are letters with case and all of them are lower case.
pub(crate) fn is_lower(text: &str) -> bool {
    let mut cased = false;
    for c in text.chars() {
        if c.is_uppercase() || is_title(c) {
            return false;
        }
        cased |= c.is_lowercase();
    }
    cased
}

/// A character of a word as NLTK's tokenizers see it, whose patterns are not those of `re`: marks and the joiners of
/// scripts and emoji belong to words, numbers that are no digits do not.
pub(crate) fn is_token_word(c: char) -> bool {
    static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\A\w\z").expect("a pattern"));
    match c {
        c if c.is_ascii() => c.is_ascii_alphanumeric() || c == '_',
        c => c.is_alphabetic() || WORD.is_match(c.encode_utf8(&mut [0; 4])),
    }
}

/// Words as NLTK counts them: runs of their characters.
pub(crate) fn count_words(text: &str) -> usize {
    let (mut count, mut inside) = (0, false);
    for c in text.chars() {
        let word = is_token_word(c);
        count += usize::from(word && !inside);
        inside = word;
    }
    count
}

/// The punctuation of ASCII.
pub(crate) fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
}

/// Where a keyword occurs, ignoring case: a keyword is a regular expression of Python, in most tasks a plain word.
#[derive(Debug, Clone)]
pub(crate) enum Keyword {
    /// Only ASCII without a meaning in patterns.
    Plain(String),
    /// Anything else.
    Pattern(Arc<Regex>),
}

impl Keyword {
    /// `None` when the keyword is no pattern that can be searched for in linear time.
    pub(crate) fn new(keyword: &str) -> Option<Keyword> {
        let plain = |c: char| {
            c.is_ascii() && (c == ' ' || c.is_ascii_alphanumeric() || "_-'\",:;!@#%&/<>=`~".contains(c))
        };
        if !keyword.is_empty() && keyword.chars().all(plain) {
            return Some(Keyword::Plain(keyword.to_ascii_lowercase()));
        }
        pattern(keyword, true).map(Keyword::Pattern)
    }

    /// How often it occurs, matches not overlapping.
    pub(crate) fn count(&self, text: &str) -> usize {
        match self {
            Keyword::Plain(word) if !folds_to_ascii(text) => {
                let mut from = 0;
                let mut count = 0;
                while let Some(at) = find(text.as_bytes(), word.as_bytes(), from) {
                    count += 1;
                    from = at + word.len();
                }
                count
            }
            Keyword::Plain(word) => pattern(word, true).map_or(0, |p| p.find_iter(text).count()),
            Keyword::Pattern(pattern) => pattern.find_iter(text).count(),
        }
    }

    /// Whether it occurs.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        match self {
            Keyword::Plain(word) if !folds_to_ascii(text) => {
                find(text.as_bytes(), word.as_bytes(), 0).is_some()
            }
            Keyword::Plain(_) => self.count(text) > 0,
            Keyword::Pattern(pattern) => pattern.is_match(text),
        }
    }
}

/// A word that must stand alone: between two word boundaries, ignoring case.
#[derive(Debug, Clone)]
pub(crate) enum Whole {
    /// As in [`Keyword::Plain`].
    Plain(String),
    /// As in [`Keyword::Pattern`].
    Pattern(Arc<Regex>),
}

impl Whole {
    /// `None` when the word is no pattern that can be searched for in linear time.
    pub(crate) fn new(word: &str) -> Option<Whole> {
        match Keyword::new(word)? {
            Keyword::Plain(word) => Some(Whole::Plain(word)),
            Keyword::Pattern(_) => pattern(&format!(r"\b{word}\b"), true).map(Whole::Pattern),
        }
    }

    /// Whether it occurs.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        let word = match self {
            Whole::Pattern(pattern) => return pattern.is_match(text),
            Whole::Plain(word) if folds_to_ascii(text) => {
                return pattern(&format!(r"\b{word}\b"), true).is_some_and(|p| p.is_match(text));
            }
            Whole::Plain(word) => word,
        };
        let boundary = |at: usize| {
            let before = text[..at].chars().next_back().is_some_and(is_word);
            before != text[at..].chars().next().is_some_and(is_word)
        };
        let mut from = 0;
        while let Some(at) = find(text.as_bytes(), word.as_bytes(), from) {
            if boundary(at) && boundary(at + word.len()) {
                return true;
            }
            from = at + 1;
        }
        false
    }
}

/// Whether the text has a character outside ASCII that is an ASCII letter when case is ignored.
fn folds_to_ascii(text: &str) -> bool {
    !text.is_ascii() && text.contains(['ſ', '\u{212a}', 'ı', 'İ'])
}

/// Where `word`, lower-case ASCII, begins in `text` at `from` or later, whatever the case.
fn find(text: &[u8], word: &[u8], from: usize) -> Option<usize> {
    let (first, upper) = (word[0], word[0].to_ascii_uppercase());
    let last = (text.len() + 1).checked_sub(word.len())?;
    let window = text.get(from..last)?;
    memchr::memchr2_iter(first, upper, window)
        .map(|at| from + at)
        .find(|at| text[*at..*at + word.len()].eq_ignore_ascii_case(word))
}

/// Bytes a compiled pattern may take.
const PATTERN_LIMIT: usize = 1 << 20;

/// `None` for what is no pattern.
type Compiled = Option<Arc<Regex>>;

thread_local! {
    /// By their text and whether case is ignored.
    static PATTERNS: RefCell<Kept<(String, bool), Compiled>> = RefCell::default();
}

/// A pattern of Python's `re` as one that runs in linear time; `None` when there is none.
pub(crate) fn pattern(python: &str, ignore_case: bool) -> Compiled {
    let compile = || {
        let mut builder = RegexBuilder::new(&translate(python));
        builder.case_insensitive(ignore_case).size_limit(PATTERN_LIMIT).build().ok().map(Arc::new)
    };
    let key = (python.to_string(), ignore_case);
    let Ok(pattern) = PATTERNS.with_borrow_mut(|kept| kept.get(&key, || Ok::<_, Infallible>(compile())));
    pattern
}

/// The same pattern in Rust's syntax: classes as Python means them, and characters that only Rust gives a meaning
/// escaped.
fn translate(python: &str) -> String {
    let mut out = String::with_capacity(python.len() + 8);
    let mut chars = python.char_indices().peekable();
    let mut class = false;
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 's')) => out.push_str(if class { r"\s\x1c-\x1f" } else { r"[\s\x1c-\x1f]" }),
                Some((_, 'w')) => out.push_str(if class { r"\p{L}\p{N}_" } else { r"[\p{L}\p{N}_]" }),
                Some((_, 'Z')) => out.push_str(r"\z"),
                // Python allows an escape before anything that is not a letter or digit.
                Some((_, c)) if !c.is_ascii_alphanumeric() => {
                    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])))
                }
                Some((_, c)) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
            '[' if class => out.push_str(r"\["),
            '[' => {
                class = true;
                out.push('[');
                if chars.next_if(|next| next.1 == '^').is_some() {
                    out.push('^');
                }
                // A bracket that comes first is itself.
                if chars.next_if(|next| next.1 == ']').is_some() {
                    out.push_str(r"\]");
                }
            }
            ']' if class => {
                class = false;
                out.push(']');
            }
            '&' | '~' if class => out.extend(['\\', c]),
            '{' if !class && !is_repetition(&python[i..]) => out.push_str(r"\{"),
            '}' if !class && !python[..i].rfind('{').is_some_and(|at| is_repetition(&python[at..])) => {
                out.push_str(r"\}");
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether a brace begins `{2}`, `{2,}`, `{,3}` or `{2,3}`.
fn is_repetition(from: &str) -> bool {
    let Some(inside) = from.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(inside, _)| inside)
    else {
        return false;
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    match inside.split_once(',') {
        Some((low, high)) => digits(low) && digits(high) && !low.is_empty(),
        None => !inside.is_empty() && digits(inside),
    }
}

/// Whether a text is JSON as Python's `json.loads` takes it: also `NaN`, `Infinity`, numbers of any size, and
/// single surrogates.
pub(crate) fn is_json(text: &str) -> bool {
    let mut at = Json { bytes: text.as_bytes(), at: 0 };
    at.document().is_some()
}

struct Json<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Json<'_> {
    fn document(&mut self) -> Option<()> {
        // What is open: true for an object, false for a list.
        let mut open: Vec<bool> = Vec::new();
        loop {
            self.blank();
            let opened = match self.peek()? {
                b'{' => Some(true),
                b'[' => Some(false),
                _ => None,
            };
            match opened {
                Some(object) => {
                    self.at += 1;
                    self.blank();
                    if self.peek()? == if object { b'}' } else { b']' } {
                        self.at += 1;
                    } else {
                        open.push(object);
                        if object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                None => self.scalar()?,
            }
            loop {
                self.blank();
                let Some(object) = open.last().copied() else {
                    return (self.at == self.bytes.len()).then_some(());
                };
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        if object {
                            self.blank();
                            self.key()?;
                        }
                        break;
                    }
                    b'}' if object => open.pop(),
                    b']' if !object => open.pop(),
                    _ => return None,
                };
                self.at += 1;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn key(&mut self) -> Option<()> {
        self.string()?;
        self.blank();
        (self.peek()? == b':').then(|| self.at += 1)
    }

    fn scalar(&mut self) -> Option<()> {
        if self.peek()? == b'"' {
            return self.string();
        }
        for word in ["null", "true", "false", "NaN", "Infinity", "-Infinity"] {
            if self.bytes[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Some(());
            }
        }
        self.number()
    }

    fn string(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => {
                    self.at += 1;
                    match self.peek()? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                        b'u' => {
                            let digits = self.bytes.get(self.at + 1..self.at + 5)?;
                            digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                            self.at += 5;
                        }
                        _ => return None,
                    }
                }
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        self.at += usize::from(self.peek()? == b'-');
        match self.peek()? {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits(),
            _ => return None,
        }
        if self.peek() == Some(b'.') && self.digit_at(1) {
            self.at += 1;
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.bytes.get(self.at + 1), Some(b'+' | b'-')));
            if self.digit_at(1 + sign) {
                self.at += 1 + sign;
                self.digits();
            }
        }
        Some(())
    }

    fn digit_at(&self, ahead: usize) -> bool {
        self.bytes.get(self.at + ahead).is_some_and(u8::is_ascii_digit)
    }

    fn digits(&mut self) {
        while self.digit_at(0) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_case_are_pythons() {
        assert_eq!(count_words("It's 3.5 km_h — über², हिन्दी"), 7);
        assert!(is_upper("A1!") && !is_upper("1!") && !is_upper("Aa") && !is_upper("ǅ"));
        assert!(is_lower("a1!") && !is_lower("") && !is_lower("aB"));
        assert_eq!(strip("\u{1c} a \u{85}"), "a");
    }

    #[test]
    fn keywords_are_patterns_of_python() {
        let count = |keyword: &str, text: &str| Keyword::new(keyword).unwrap().count(text);
        assert_eq!(count("aa", "AAaaA"), 2);
        assert_eq!(count("b.g", "bag big\nb\ng"), 2);
        assert_eq!(count("{name}", "{Name} x"), 1);
        assert_eq!(count("x{2}", "xxx"), 1);
        assert_eq!(count("[[a]", "[a"), 2);
        assert_eq!(count("k", "\u{212a}"), 1);
        assert!(Keyword::new("C++(").is_none() && Keyword::new("(?=a)").is_none());
        assert!(Keyword::new("").unwrap().is_in("anything"));
    }

    #[test]
    fn whole_words() {
        let is = |word: &str, text: &str| Whole::new(word).unwrap().is_in(text);
        assert!(is("cat", "the CAT sat") && !is("cat", "concatenate cats") && is("cat", "concat cat"));
        assert!(is("#a", "x#a") && !is("#a", " #a"));
        assert!(!is("cat", "écaté") && is("é", "é!"));
    }

    #[test]
    fn json_as_python_reads_it() {
        for good in
            ["{}", "[]", " [1, {\"a\": [ ]}]\n", "NaN", "-Infinity", "1e999", "-0.5E+3", "\"\\ud800\"", "0"]
        {
            assert!(is_json(good), "{good}");
        }
        for bad in [
            "",
            "{",
            "[1,]",
            "{\"a\" 1}",
            "{a: 1}",
            "01",
            "1.",
            ".5",
            "+1",
            "\"a\nb\"",
            "'a'",
            "[1] x",
            "tru",
            "-",
            "1e",
            "{\"a\":1,}",
        ] {
            assert!(!is_json(bad), "{bad}");
        }
        assert!(is_json(&("[".repeat(200_000) + &"]".repeat(200_000))));
    }
}
