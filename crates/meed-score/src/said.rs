//! What part of a response is its answer, for answers in words.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::search::{Backward, Needle, outside_thinking};
use crate::strings::split;

/// Where the answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The whole response.
    Text,
    /// The last `<answer>…</answer>`, outside of thinking.
    Tag,
    /// After the last "answer is" or "answer:", to the end of the line, outside of thinking.
    Phrase,
    /// The last line that is not blank, outside of thinking.
    Line,
}

/// The option that says where.
pub(crate) const PLACE: Opt = Opt {
    name: "place",
    default: Default::Text("text"),
    help: "where the answer is: the whole \"text\", the last <answer> \"tag\", the \"phrase\" after \"answer is\", or the last \"line\"",
};

/// The same, as an argument.
pub(crate) const PLACE_ARG: meed_algebra::Arg =
    meed_algebra::Arg { name: "place=\"text\"", help: PLACE.help };

impl Place {
    /// The option `place`.
    pub(crate) fn of(options: &Options) -> Result<Place, ScoreError> {
        Ok(match options.choice("place", &["text", "tag", "phrase", "line"])? {
            "tag" => Place::Tag,
            "phrase" => Place::Phrase,
            "line" => Place::Line,
            _ => Place::Text,
        })
    }

    /// Calls `score` with the answer; `None` where there is none.
    pub(crate) fn read<T>(self, text: &str, score: impl FnOnce(&str) -> T) -> Option<T> {
        if self == Place::Text {
            return Some(score(text));
        }
        let text = outside_thinking(text)?;
        let found = match self {
            Place::Tag => tag(&text),
            Place::Phrase => phrase(&text),
            _ => text.lines().rev().find(|line| !line.trim().is_empty()),
        };
        found.map(score)
    }
}

static END: Needle = LazyLock::new(|| Finder::new("</answer>"));
static BEGIN: Needle = LazyLock::new(|| Finder::new("<answer>"));
static NSWER: Needle = LazyLock::new(|| Finder::new("nswer"));

/// The content of the last `<answer>…</answer>`.
pub(crate) fn tag(text: &str) -> Option<&str> {
    let end = Backward::new(text, &END).next()?;
    let begin = Backward::new(&text[..end], &BEGIN).next()?;
    Some(&text[begin + "<answer>".len()..end])
}

/// What follows the last "answer is", "answer:" or "answer =" on its line, or on the next where nothing does.
pub(crate) fn phrase(text: &str) -> Option<&str> {
    let marks = [' ', '*', '_', '`'];
    Backward::new(text, &NSWER).filter(|at| text[..*at].ends_with(['a', 'A'])).find_map(|at| {
        let rest = text[at + "nswer".len()..].trim_start_matches(marks);
        let rest = match rest.as_bytes() {
            [b':' | b'=', ..] => &rest[1..],
            [b'i' | b'I', b's' | b'S', next, ..] if !next.is_ascii_alphanumeric() => &rest[2..],
            _ => return None,
        };
        let rest = rest.trim_start_matches(|c: char| split::is_space(c) || ":*_`".contains(c));
        let line = rest.lines().next().unwrap_or("");
        (!line.is_empty()).then_some(line)
    })
}

/// Letters and digits, as Python's `\w` has them but for the underscore.
pub(crate) fn is_letter_or_digit(c: char) -> bool {
    static OTHERS: LazyLock<Option<regex::Regex>> =
        LazyLock::new(|| regex::Regex::new(r"^[\p{L}\p{N}]").ok());
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let mut buffer = [0; 4];
    OTHERS.as_ref().is_some_and(|class| class.is_match(c.encode_utf8(&mut buffer)))
}

/// Lower case, without ASCII punctuation and without the words a, an, the; single spaces. So answers are compared in
/// "SQuAD: 100,000+ Questions for Machine Comprehension of Text".
pub(crate) fn plain(text: &str) -> String {
    let lowered = split::lower(text);
    let mut kept = String::with_capacity(lowered.len());
    kept.extend(lowered.chars().filter(|c| !c.is_ascii_punctuation()));
    let mut out = String::with_capacity(kept.len());
    for word in kept.split(split::is_space).filter(|w| !w.is_empty()) {
        let before = out.len();
        if before > 0 {
            out.push(' ');
        }
        without_articles(word, &mut out);
        // An article gone from between other marks leaves a space, which may be all there is.
        let part = out[before..].trim().to_string();
        out.truncate(before);
        for piece in split::words(&part) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(piece);
        }
    }
    out
}

/// Copies a word, its runs of letters and digits that are articles as a space.
fn without_articles(word: &str, out: &mut String) {
    if word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        out.push_str(if matches!(word, "a" | "an" | "the") { " " } else { word });
        return;
    }
    let mut rest = word;
    while !rest.is_empty() {
        let run = rest.find(|c: char| !is_letter_or_digit(c)).unwrap_or(rest.len());
        let other = rest[run..].find(is_letter_or_digit).map_or(rest.len(), |at| run + at);
        out.push_str(if matches!(&rest[..run], "a" | "an" | "the") { " " } else { &rest[..run] });
        out.push_str(&rest[run..other]);
        rest = &rest[other..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_case_and_punctuation_do_not_count() {
        for (text, expected) in [
            ("The  Eiffel-Tower!", "eiffeltower"),
            ("An apple a day", "apple day"),
            ("a", ""),
            ("“the end”", "“ end”"),
            ("theatre", "theatre"),
            ("A.B. the", "ab"),
            ("", ""),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn places() {
        let text =
            "<think>The answer is no.</think>Hm.\n**Answer:** Paris, France\n<answer>Paris</answer>\n\n";
        let at = |place: Place| place.read(text, str::to_string);
        assert_eq!(at(Place::Tag).as_deref(), Some("Paris"));
        assert_eq!(at(Place::Phrase).as_deref(), Some("Paris, France"));
        assert_eq!(at(Place::Line).as_deref(), Some("<answer>Paris</answer>"));
        assert_eq!(Place::Tag.read("<think>", str::len), None);
        assert_eq!(phrase("The answer is:\n\n42"), Some("42"));
    }
}
