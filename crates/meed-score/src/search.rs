//! Searching texts: occurrences from the end, and what is outside thinking.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// A needle searched for again and again.
pub(crate) type Needle = LazyLock<Finder<'static>>;

/// Bytes searched at a time from the end, so that a late occurrence is found without reading the whole text.
const CHUNK: usize = 8 << 10;

/// Where `needle` starts in `text`, last occurrence first.
///
/// The search within a chunk runs forward because only that direction is vectorised.
pub(crate) struct Backward<'t> {
    text: &'t [u8],
    needle: &'t Finder<'static>,
    end: usize,
    found: Vec<usize>,
}

impl<'t> Backward<'t> {
    pub(crate) fn new(text: &'t str, needle: &'t Finder<'static>) -> Self {
        Backward { text: text.as_bytes(), needle, end: text.len(), found: Vec::new() }
    }
}

impl Iterator for Backward<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.found.is_empty() && self.end > 0 {
            let begin = self.end.saturating_sub(CHUNK);
            let past = (self.end + self.needle.needle().len() - 1).min(self.text.len());
            self.found.extend(self.needle.find_iter(&self.text[begin..past]).map(|at| begin + at));
            self.end = begin;
        }
        self.found.pop()
    }
}

static THINK: Needle = LazyLock::new(|| Finder::new("think>"));

/// The text without its `<think>…</think>` blocks, or `None` when the last block never ends.
///
/// A `</think>` without its opening ends thinking that began in the prompt: all before it is cut too.
pub(crate) fn outside_thinking(text: &str) -> Option<Cow<'_, str>> {
    let bytes = text.as_bytes();
    let mut kept: Vec<&str> = Vec::new();
    let mut start = 0;
    let mut thinking = false;
    for at in THINK.find_iter(bytes) {
        let end = at + "think>".len();
        if text[..at].ends_with("</") {
            if !thinking {
                kept.clear();
            }
            (thinking, start) = (false, end);
        } else if text[..at].ends_with('<') && !thinking {
            kept.push(&text[start..at - 1]);
            thinking = true;
        }
    }
    if thinking {
        return None;
    }
    kept.retain(|part| !part.trim().is_empty());
    if kept.is_empty() {
        return Some(Cow::Borrowed(&text[start..]));
    }
    kept.push(&text[start..]);
    Some(Cow::Owned(kept.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occurrences_come_last_first_across_chunks() {
        let needle: Finder<'static> = Finder::new("answer");
        let text = "x".repeat(CHUNK - 3) + "answer" + &"y".repeat(2 * CHUNK) + "answer";
        let found: Vec<_> = Backward::new(&text, &needle).collect();
        assert_eq!(found, [CHUNK - 3 + 6 + 2 * CHUNK, CHUNK - 3]);
        assert_eq!(Backward::new("", &needle).next(), None);
    }

    #[test]
    fn thinking_is_cut() {
        let cut = |text| outside_thinking(text).map(Cow::into_owned);
        assert_eq!(cut("plain").as_deref(), Some("plain"));
        assert_eq!(cut("<think>7</think> 8").as_deref(), Some(" 8"));
        assert_eq!(cut("from the prompt 7</think> 8").as_deref(), Some(" 8"));
        assert_eq!(cut("5 <think>7</think>").as_deref(), Some("5 \n"));
        assert_eq!(cut("<think>a <think> b</think>8").as_deref(), Some("8"));
        assert_eq!(cut("<think>so 7"), None);
        assert_eq!(cut("8 <think>or 7"), None);
        assert_eq!(cut("I rethink> it").as_deref(), Some("I rethink> it"));
    }
}
