//! `\boxed{…}`, balanced, and boxes that belong together.

use super::{Extraction, Mark};

/// The farthest two boxes of one answer may stand apart, in bytes.
const MAX_GAP: usize = 64;
/// A box that is never closed is read this far at most.
const MAX_OPEN: usize = 2_000;

/// The last box, joined with boxes right before it.
pub(super) fn cluster(text: &str, boxes: &[usize], end: usize) -> Option<Extraction> {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    let mut next_start = None;
    for &at in boxes.iter().rev() {
        let (start, stop, close) = inside(text, at, end);
        if text[start..stop].trim().is_empty() {
            if parts.is_empty() {
                continue;
            }
            break;
        }
        match next_start {
            None => {}
            Some(next) if close <= next && joins(&text[close..next]) => {}
            _ => break,
        }
        parts.push((start, stop));
        next_start = Some(command_start(text, at));
    }
    parts.reverse();
    let (first, last) = (parts.first()?, parts.last()?);
    let span = first.0..last.1;
    let mut texts: Vec<&str> = parts.iter().map(|(a, b)| text[*a..*b].trim()).collect();
    texts.dedup();
    let joined = texts.join(" ; ");
    Some(Extraction { span, text: joined, mark: Mark::Boxed })
}

fn command_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\\', '\u{8}']).unwrap_or(at)
}

/// Start and end of the argument, and the end of the whole command.
fn inside(text: &str, at: usize, end: usize) -> (usize, usize, usize) {
    let b = &text.as_bytes()[..end];
    let mut i = at;
    while b.get(i) == Some(&b' ') {
        i += 1;
    }
    if b.get(i) != Some(&b'{') {
        // \boxed 5
        let stop = text[i.min(end)..end]
            .find(|c: char| c.is_whitespace() || matches!(c, '$' | ',' | ';' | '\\'))
            .map_or(end, |n| i + n);
        return (i.min(end), stop, stop);
    }
    let mut depth = 0usize;
    let mut k = i;
    while k < b.len() {
        match b[k] {
            b'\\' => k += 1,
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return (i + 1, k, k + 1);
                }
            }
            _ => {}
        }
        k += 1;
    }
    // Never closed: up to the end of the line or formula.
    let mut stop = (i + 1 + MAX_OPEN).min(end);
    while !text.is_char_boundary(stop) {
        stop -= 1;
    }
    let tail = &text[i + 1..stop];
    let stop = i + 1 + tail.find(['\n', '$']).unwrap_or(tail.len());
    (i + 1, stop, stop)
}

/// Whether what stands between two boxes makes them parts of one answer.
fn joins(gap: &str) -> bool {
    if gap.len() > MAX_GAP || gap.contains("\n\n") || gap.contains(['=', '<', '>', '?', '!']) {
        return false;
    }
    let sentence = gap.contains(". ") || gap.contains(".\n") || gap.contains(".$ ");
    let words = crate::parse::plain_words(gap);
    let any = |test: fn(&str) -> bool| words.split(' ').any(test);
    let linked = any(|w| matches!(w, "and" | "or" | "和" | "或")) || gap.contains([',', ';']);
    let plain = words.chars().all(|c| !c.is_alphanumeric());
    // "5 is wrong, it must be 6": the second box takes the place of the first.
    let corrected = any(|w| matches!(w, "wrong" | "incorrect" | "mistake" | "wait" | "actually" | "instead"));
    !sentence && !corrected && (linked || plain)
}
