//! Finding the final answer in a model's text.
//!
//! The text is scanned once for every kind of mark. What comes last is what was answered; explicit marks
//! (`\boxed{}`, `####`, `<answer>`, "the final answer is") go before the last formula, and that goes
//! before the last number. Only the first candidate that is an answer at all is ever compared: a
//! response cannot win by offering several.

mod boxed;
mod last;
mod marker;
mod scan;

use std::ops::Range;

/// How an answer was marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// `\boxed{…}`
    Boxed,
    /// `<answer>…</answer>`
    Tag,
    /// `#### …`
    Hash,
    /// "the final answer is …"
    Final,
    /// "the answer is …", "A: …", "答案…"
    Said,
    /// The last formula.
    Formula,
    /// The last number.
    Number,
    /// A short text that is the answer.
    Whole,
}

/// Which marks are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extract {
    /// `\boxed{…}`
    pub boxed: bool,
    /// `<answer>…</answer>` and `#### …`
    pub tagged: bool,
    /// Phrases such as "the answer is".
    pub said: bool,
    /// The last formula, the last number, or a short text as a whole.
    pub bare: bool,
    /// Drop everything up to the end of a think block, and all of one that is not closed.
    pub cut_thinking: bool,
}

impl Default for Extract {
    fn default() -> Self {
        Extract { boxed: true, tagged: true, said: true, bare: true, cut_thinking: true }
    }
}

impl Extract {
    /// Only `\boxed{…}`.
    pub const BOXED: Extract =
        Extract { boxed: true, tagged: false, said: false, bare: false, cut_thinking: true };
    /// Any explicit mark, but no bare formula or number.
    pub const MARKED: Extract =
        Extract { boxed: true, tagged: true, said: true, bare: false, cut_thinking: true };

    /// The named setting: `any`, `marked` or `boxed`.
    pub fn named(name: &str) -> Option<Extract> {
        match name {
            "any" | "auto" => Some(Extract::default()),
            "marked" => Some(Extract::MARKED),
            "boxed" => Some(Extract::BOXED),
            _ => None,
        }
    }
}

/// A candidate answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extraction {
    /// Bytes of the response it was taken from.
    pub span: Range<usize>,
    /// The answer's text; differs from the span only when several boxes were joined.
    pub text: String,
    /// How it was marked.
    pub mark: Mark,
}

/// Candidates returned at most.
const MAX_CANDIDATES: usize = 12;

/// Candidate answers, the most trusted first.
pub fn extract(text: &str, options: &Extract) -> Vec<Extraction> {
    let found = scan::scan(text, options.cut_thinking);
    let mut out = Vec::new();
    let body = found.body.clone();
    // Explicit marks in order of position, the last one first.
    let mut marks: Vec<(usize, u8)> = Vec::with_capacity(4);
    if options.boxed
        && let Some(b) = found.boxes.last()
    {
        marks.push((*b, 0));
    }
    if options.tagged {
        marks.extend(found.tag.map(|p| (p, 1)));
        marks.extend(found.hash.map(|p| (p, 2)));
    }
    if options.said {
        marks.extend(found.last_final.map(|p| (p, 3)));
    }
    marks.sort_unstable_by_key(|m| std::cmp::Reverse(m.0));
    for (at, kind) in marks {
        match kind {
            0 => out.extend(boxed::cluster(text, &found.boxes, body.end)),
            1 => tagged(text, at, body.end, options, &mut out),
            2 => out.extend(marker::rest_of_line(text, at, body.end)),
            _ => marker::said(text, at, body.end, Mark::Final, &mut out),
        }
    }
    if options.said
        && let Some(at) = found.last_said
    {
        marker::said(text, at, body.end, Mark::Said, &mut out);
    }
    if options.bare {
        last::bare(text, body, &mut out);
    }
    out.truncate(MAX_CANDIDATES);
    out
}

/// The inside of `<answer>`, looked at on its own.
fn tagged(text: &str, at: usize, end: usize, options: &Extract, out: &mut Vec<Extraction>) {
    let start = at + "<answer>".len();
    let stop = text[start..end].find("</answer>").map_or(end, |n| start + n);
    let inner = &text[start..stop];
    let nested = Extract { tagged: false, bare: false, cut_thinking: false, ..*options };
    if inner.len() < 100_000 && !inner.contains("<answer>") {
        for mut e in extract(inner, &nested) {
            e.span = e.span.start + start..e.span.end + start;
            out.push(e);
        }
    }
    let trimmed = inner.trim();
    if !trimmed.is_empty() {
        let lead = inner.len() - inner.trim_start().len();
        out.push(Extraction {
            span: start + lead..start + lead + trimmed.len(),
            text: trimmed.to_string(),
            mark: Mark::Tag,
        });
    }
}
