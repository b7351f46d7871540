//! Sentences of English: Punkt ("Unsupervised Multilingual Sentence Boundary Detection") with the published English
//! model, and the simpler splitter of the instruction checks that came later.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use super::python::{is_space, is_token_word, strip};

/// The bounds of each sentence of the text, in bytes.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let ends = text.trim_end_matches(is_space).len();
    let mut slices = Vec::new();
    let mut start = 0;
    for context in contexts(text) {
        if MODEL.breaks(&text[context.begin..context.after_end]) {
            slices.push(start..context.end);
            start = context.next.unwrap_or(context.end);
        }
    }
    slices.push(start..ends);
    realign(text, &slices)
}

/// White space in the patterns of the tokenizer, which is Unicode's.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

/// A place where a sentence may end.
struct Context {
    /// Where the word before begins.
    begin: usize,
    /// Behind the mark that may end the sentence.
    end: usize,
    /// Where the next word begins, when white space comes first.
    next: Option<usize>,
    /// Behind the next word or punctuation.
    after_end: usize,
}

/// Every place where a sentence may end, with its surroundings; of several in one word the last.
fn contexts(text: &str) -> Vec<Context> {
    let mut found: Vec<Context> = Vec::new();
    let mut previous: Option<Context> = None;
    // The word before the last place: from where to where.
    let mut word = 0..0;
    for at in memchr::memchr3_iter(b'.', b'?', b'!', text.as_bytes()) {
        let end = at + 1;
        let rest = &text[end..];
        let Some(next) = rest.chars().next() else { break };
        let (next, after_end) = if is_blank(next) {
            let begin = end + rest.len() - rest.trim_start_matches(is_blank).len();
            let len = text[begin..].find(is_blank).unwrap_or(text.len() - begin);
            if len == 0 {
                continue;
            }
            (Some(begin), begin + len)
        } else if is_outside_words(next) {
            (None, end + next.len_utf8())
        } else {
            continue;
        };
        // The last white space of ASCII; at the very beginning it does not count.
        let before = &text.as_bytes()[word.end..at];
        let blank = before.iter().rposition(|b| b" \t\n\r\x0b\x0c".contains(b)).filter(|i| *i > 0);
        let own = blank.map_or(word.start, |i| word.end + i + 1)..at;
        if let Some(place) = previous.take()
            && word.end <= own.start
        {
            found.push(place);
        }
        previous = Some(Context { begin: own.start, end, next, after_end });
        word = own;
    }
    found.extend(previous);
    found
}

/// Characters that cannot be inside a word.
fn is_outside_words(c: char) -> bool {
    matches!(c, ')' | '"' | ';' | '}' | ']' | '*' | ':' | '@' | '\'' | '(' | '{' | '[' | '?' | '!')
        || is_quote(c)
}

/// Curly quotes and guillemets.
fn is_quote(c: char) -> bool {
    matches!(c, '‘' | '’' | '“' | '”' | '«' | '»')
}

/// Gives closing punctuation after an end to the sentence it closes; empty sentences are dropped.
fn realign(text: &str, slices: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::with_capacity(slices.len());
    let mut moved = 0;
    for (i, slice) in slices.iter().enumerate() {
        let start = slice.start + moved;
        let closing = slices.get(i + 1).and_then(|next| {
            let (closers, whole) = closing(text.get(next.clone()).unwrap_or(""))?;
            moved = whole;
            Some(next.start + closers)
        });
        match closing {
            Some(end) => found.push(start..end.max(start)),
            None => {
                moved = 0;
                if start < slice.end {
                    found.push(start..slice.end);
                }
            }
        }
    }
    found
}

/// Closing punctuation a sentence begins with: its length, and with the white space after it.
fn closing(sentence: &str) -> Option<(usize, usize)> {
    let is_closing = |c: char| matches!(c, '"' | '\'' | ')' | ']' | '}') || is_quote(c);
    let rest = sentence.trim_start_matches(is_closing);
    let closers = sentence.len() - rest.len();
    if closers == 0 {
        return None;
    }
    let spaces = rest.len() - rest.trim_start_matches(is_blank).len();
    (spaces > 0 || rest.is_empty() || rest.starts_with("--")).then_some((closers, closers + spaces))
}

/// What was learnt about English.
struct Model {
    abbreviations: HashSet<&'static str>,
    collocations: HashSet<(&'static str, &'static str)>,
    starters: HashSet<&'static str>,
    cases: HashMap<&'static str, u8>,
}

const UPPER: u8 = 2 | 4 | 8;
const UPPER_INSIDE: u8 = 4;
const LOWER: u8 = 16 | 32 | 64;
const LOWER_FIRST: u8 = 16;

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::read(include_str!("../../data/punkt_english.txt")));

impl Model {
    fn read(data: &'static str) -> Model {
        let mut model = Model {
            abbreviations: HashSet::new(),
            collocations: HashSet::new(),
            starters: HashSet::new(),
            cases: HashMap::new(),
        };
        for line in data.lines() {
            let mut fields = line.split('\t');
            match (fields.next(), fields.next(), fields.next()) {
                (Some("A"), Some(word), _) => {
                    model.abbreviations.insert(word);
                }
                (Some("C"), Some(a), Some(b)) => {
                    model.collocations.insert((a, b));
                }
                (Some("S"), Some(word), _) => {
                    model.starters.insert(word);
                }
                (Some("O"), Some(word), Some(flags)) => {
                    model.cases.insert(word, flags.parse().unwrap_or(0));
                }
                _ => {}
            }
        }
        model
    }

    /// Whether a sentence ends inside the text, which is a word, a mark and what follows.
    fn breaks(&self, text: &str) -> bool {
        let mut tokens: Vec<Token<'_>> = Vec::new();
        for line in text.split('\n').filter(|line| !strip(line).is_empty()) {
            lex(line, |token| tokens.push(self.look(token)));
        }
        for i in 1..tokens.len() {
            let (done, rest) = tokens.split_at_mut(i);
            let (token, next) = (&mut done[i - 1], &rest[0]);
            self.decide(token, next);
            if token.ends_sentence {
                return true;
            }
        }
        false
    }

    /// The token with what its form alone says.
    fn look<'t>(&self, text: &'t str) -> Token<'t> {
        let lower = text.to_lowercase();
        let mut token = Token {
            text,
            is_number: is_number(&lower),
            is_ellipsis: text.len() > 1 && text.bytes().all(|b| b == b'.'),
            is_abbreviation: false,
            ends_sentence: false,
            kind: lower,
        };
        if matches!(text, "." | "?" | "!") {
            token.ends_sentence = true;
        } else if !token.is_ellipsis && text.ends_with('.') && !text.ends_with("..") {
            let word = text[..text.len() - 1].to_lowercase();
            let last = word.rsplit('-').next().unwrap_or("");
            token.is_abbreviation =
                self.abbreviations.contains(word.as_str()) || self.abbreviations.contains(last);
            token.ends_sentence = !token.is_abbreviation;
        }
        token
    }

    /// What the next token says about a token that ends with a period.
    fn decide(&self, token: &mut Token<'_>, next: &Token<'_>) {
        if !token.text.ends_with('.') {
            return;
        }
        let kind = token.without_period();
        let next_kind = if next.ends_sentence { next.without_period() } else { next.kind() };
        if self.collocations.contains(&(kind, next_kind)) {
            token.ends_sentence = false;
            return;
        }
        let initial = token.is_initial();
        if (token.is_abbreviation || token.is_ellipsis) && !initial {
            let known = next.is_upper() && self.starters.contains(next_kind);
            if self.starts_sentence(next, next_kind) == Some(true) || known {
                token.ends_sentence = true;
                return;
            }
        }
        if initial || token.is_number {
            match self.starts_sentence(next, next_kind) {
                Some(false) => token.ends_sentence = false,
                None if initial && next.is_upper() && self.cases(next_kind) & LOWER == 0 => {
                    token.ends_sentence = false;
                }
                _ => {}
            }
        }
    }

    fn cases(&self, kind: &str) -> u8 {
        self.cases.get(kind).copied().unwrap_or(0)
    }

    /// Whether a token begins a sentence, from the cases its word is seen in; `None` when they do not say.
    fn starts_sentence(&self, token: &Token<'_>, kind: &str) -> Option<bool> {
        if matches!(token.text, ";" | ":" | "," | "." | "!" | "?") {
            return Some(false);
        }
        let cases = self.cases(kind);
        if token.is_upper() && cases & LOWER != 0 && cases & UPPER_INSIDE == 0 {
            return Some(true);
        }
        let lower = token.text.chars().next().is_some_and(char::is_lowercase);
        (lower && (cases & UPPER != 0 || cases & LOWER_FIRST == 0)).then_some(false)
    }
}

struct Token<'t> {
    text: &'t str,
    /// In lower case.
    kind: String,
    is_number: bool,
    is_ellipsis: bool,
    is_abbreviation: bool,
    ends_sentence: bool,
}

impl Token<'_> {
    fn kind(&self) -> &str {
        if self.is_number { "##number##" } else { &self.kind }
    }

    fn without_period(&self) -> &str {
        let kind = self.kind();
        if kind.chars().nth(1).is_some() { kind.strip_suffix('.').unwrap_or(kind) } else { kind }
    }

    fn is_upper(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// A letter and a period.
    fn is_initial(&self) -> bool {
        let mut chars = self.text.chars();
        let letter = chars.next().is_some_and(|c| is_token_word(c) && !is_digit(c));
        letter && chars.as_str() == "."
    }
}

/// A decimal digit of any script.
fn is_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    static DIGIT: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new(r"\A\d\z").expect("a pattern"));
    c.is_numeric() && DIGIT.is_match(c.encode_utf8(&mut [0; 4]))
}

/// A number, perhaps with a sign, separators, and a period at its end.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let text = text.strip_prefix(['.', ',']).unwrap_or(text);
    text.starts_with(is_digit) && text.chars().all(|c| is_digit(c) || matches!(c, ',' | '.' | '-'))
}

/// The tokens of a line: words with their period, and other punctuation by itself.
fn lex<'t>(line: &'t str, mut token: impl FnMut(&'t str)) {
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        if is_blank(c) {
            at += c.len_utf8();
            continue;
        }
        let len = match several(&line[at..]) {
            Some(len) => len,
            None if matches!(
                c,
                '(' | '"' | '`' | '{' | '[' | ':' | ';' | '&' | '#' | '*' | '@' | ')' | '}' | ']' | '-' | ','
            ) =>
            {
                c.len_utf8()
            }
            None => {
                let mut len = c.len_utf8();
                while !ends_word(&line[at + len..]) {
                    len += line[at + len..].chars().next().map_or(0, char::len_utf8);
                }
                len
            }
        };
        token(&line[at..at + len]);
        at += len;
    }
}

/// Whether a word ends before this.
fn ends_word(rest: &str) -> bool {
    let Some(c) = rest.chars().next() else { return true };
    let ends = |c: char, rest: &str| is_blank(c) || is_outside_words(c) || several(rest).is_some();
    if ends(c, rest) {
        return true;
    }
    // A comma at the end of a word.
    c == ',' && rest[1..].chars().next().is_none_or(|next| ends(next, &rest[1..]))
}

/// The length of the dashes, or of the ellipsis, that the text begins with.
fn several(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let run = |b: u8| bytes.iter().take_while(|c| **c == b).count();
    match bytes.first()? {
        b'-' => Some(run(b'-')).filter(|n| *n > 1),
        b'.' if run(b'.') > 1 => Some(run(b'.')),
        b'.' => {
            // Periods with a space between, at least three.
            let mut rest = text;
            let mut pairs = 0;
            while let Some(next) = rest.strip_prefix('.') {
                let Some(space) = next.chars().next().filter(|c| is_blank(*c)) else {
                    return (pairs >= 2).then(|| text.len() - next.len());
                };
                rest = &next[space.len_utf8()..];
                pairs += 1;
            }
            // The last period must be followed by no further pair: give one back.
            (pairs >= 3).then(|| {
                let last = text[..text.len() - rest.len()].rfind('.').unwrap_or(0);
                last + 1
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|s| &text[s]).collect()
    }

    #[test]
    fn abbreviations_initials_numbers() {
        assert_eq!(
            split("Mr. Smith went to Washington. He met J. Bach at 5 p.m. on Monday. Done!"),
            ["Mr. Smith went to Washington.", "He met J. Bach at 5 p.m. on Monday.", "Done!"]
        );
        assert_eq!(
            split("It costs 3.50 dollars. 12 people came."),
            ["It costs 3.50 dollars.", "12 people came."]
        );
    }

    #[test]
    fn closing_punctuation_stays() {
        assert_eq!(
            split("(How does it? He asked.) \"Yes.\" Then..."),
            ["(How does it?", "He asked.)", "\"Yes.\"", "Then..."]
        );
        assert_eq!(split("Wow!!! Really?! Yes. . . no"), ["Wow!!!", "Really?!", "Yes.", ".", ".", "no"]);
    }

    #[test]
    fn nothing_is_no_sentence() {
        assert!(split("").is_empty() && split(" \n ").is_empty());
        assert_eq!(split("no mark"), ["no mark"]);
    }
}
