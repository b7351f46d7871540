//! Colours for the text of a spec on a terminal.

use std::collections::HashSet;

use meed_spec::reference;

const KEYWORDS: [&str; 15] = [
    "and", "def", "elif", "else", "for", "if", "in", "lambda", "load", "not", "or", "pass", "return", "True",
    "False",
];

const COMMENT: &str = "\x1b[2m";
const STRING: &str = "\x1b[32m";
const KEYWORD: &str = "\x1b[35m";
const WORD: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[0m";

/// A spec's text with comments, texts, keywords and the words of the language in colours of a terminal.
pub fn terminal(source: &str) -> String {
    let words: HashSet<&str> = reference::entries().iter().map(|e| e.word.name).collect();
    let mut out = String::with_capacity(source.len() * 2);
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (length, colour) = match first {
            '#' => (rest.find('\n').unwrap_or(rest.len()), Some(COMMENT)),
            '"' | '\'' => (string(rest, first), Some(STRING)),
            c if c.is_alphabetic() || c == '_' => {
                let name = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                let colour = match &rest[..name] {
                    k if KEYWORDS.contains(&k) => Some(KEYWORD),
                    w if words.contains(w) => Some(WORD),
                    _ => None,
                };
                (name, colour)
            }
            c => (c.len_utf8(), None),
        };
        let (piece, left) = rest.split_at(length);
        match colour {
            Some(colour) => out.extend([colour, piece, PLAIN]),
            None => out.push_str(piece),
        }
        rest = left;
    }
    out
}

/// How long the text literal at the beginning of `rest` is.
fn string(rest: &str, quote: char) -> usize {
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    let end = if rest.starts_with(&triple) { triple } else { quote.to_string() };
    let mut at = end.len();
    while at < rest.len() {
        if rest[at..].starts_with(&end) {
            return at + end.len();
        }
        let skip = usize::from(rest[at..].starts_with('\\'));
        at += rest[at..].chars().take(1 + skip).map(char::len_utf8).sum::<usize>();
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_are_added() {
        for id in meed_spec::recipes::ids() {
            let source = meed_spec::recipes::recipe(&id).unwrap();
            let mut plain = terminal(&source);
            for colour in [COMMENT, STRING, KEYWORD, WORD, PLAIN] {
                plain = plain.replace(colour, "");
            }
            assert_eq!(plain, source);
        }
        assert_eq!(terminal("x # \"no\"\n"), format!("x {COMMENT}# \"no\"{PLAIN}\n"));
        assert_eq!(terminal("\"a\\\"b\" + z"), format!("{STRING}\"a\\\"b\"{PLAIN} + {WORD}z{PLAIN}"));
    }
}
