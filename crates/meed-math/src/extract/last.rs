//! Without a mark: the whole of a short text, the last formula, the last number.

use std::ops::Range;

use super::{Extraction, Mark};

/// Longer texts are prose, not answers.
const MAX_WHOLE: usize = 300;
/// Formulas are looked for in the last part of a text.
const WINDOW: usize = 8_000;

/// Candidates that nothing marks.
pub(super) fn bare(text: &str, body: Range<usize>, out: &mut Vec<Extraction>) {
    let t = &text[body.clone()];
    let trimmed = t.trim();
    if !trimmed.is_empty() && trimmed.len() <= MAX_WHOLE && trimmed.lines().count() <= 3 {
        let lead = t.len() - t.trim_start().len();
        let start = body.start + lead;
        out.push(Extraction {
            span: start..start + trimmed.len(),
            text: trimmed.to_string(),
            mark: Mark::Whole,
        });
    }
    if let Some(span) = option(text, body.clone()) {
        push(text, span, Mark::Said, out);
    }
    if let Some(span) = formula(text, body.clone()) {
        push(text, span, Mark::Formula, out);
    }
    if let Some(span) = number(text, body) {
        push(text, span, Mark::Number, out);
    }
}

/// The last formula of a range, or else its last number.
pub(super) fn formula_or_number(text: &str, range: Range<usize>, mark: Mark, out: &mut Vec<Extraction>) {
    if let Some(span) = formula(text, range.clone()) {
        push(text, span, mark, out);
    }
    if let Some(span) = number(text, range) {
        push(text, span, mark, out);
    }
}

fn push(text: &str, span: Range<usize>, mark: Mark, out: &mut Vec<Extraction>) {
    let t = text[span.clone()].trim();
    if !t.is_empty() && out.last().is_none_or(|l| l.text != t) {
        out.push(Extraction { text: t.to_string(), span, mark });
    }
}

/// "the correct choice is C", "option (B)" near the end.
fn option(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let mut start = range.start.max(range.end.saturating_sub(300));
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let tail = &text[start..range.end];
    let found = ["choice is ", "option is ", "choice ", "option ", "Option ", "Choice "]
        .iter()
        .filter_map(|m| tail.rfind(m).map(|p| p + m.len()))
        .max()?;
    let rest = tail[found..].trim_start_matches(['*', '(', '$', ' ']);
    let at = start + (tail.len() - rest.len());
    let mut chars = rest.chars();
    let letter = chars.next().filter(|c| ('A'..='J').contains(c))?;
    let alone = chars.next().is_none_or(|c| !c.is_alphanumeric());
    alone.then_some(at..at + letter.len_utf8())
}

/// The last formula between math delimiters that carries information; neighbours joined by words like
/// "and" belong to it.
fn formula(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let mut start = range.start.max(range.end.saturating_sub(WINDOW));
    while !text.is_char_boundary(start) {
        start += 1;
    }
    if !text[start..range.end].contains(['$', '\\']) {
        return None;
    }
    let spans = formulas(text, start..range.end);
    let informative = |r: &Range<usize>| {
        let t = text[r.clone()].trim();
        t.bytes().any(|c| c.is_ascii_digit()) || t.contains(['=', '\\', '<', '>', '{'])
    };
    let mut k = spans.iter().rposition(informative).or_else(|| spans.len().checked_sub(1))?;
    let mut out = spans[k].clone();
    // "$1$ and $2$": joined as long as only connecting words stand between.
    while k > 0 {
        let gap = &text[spans[k - 1].end..spans[k].start];
        let words = gap.trim_matches(|c: char| {
            c == '$' || c.is_whitespace() || matches!(c, '\\' | '(' | ')' | '[' | ']')
        });
        if !matches!(words, "and" | "or" | "," | ", and" | ", or" | ";") || !informative(&spans[k - 1]) {
            break;
        }
        k -= 1;
        out.start = spans[k].start;
    }
    // A per cent sign or unit right after the formula belongs to it.
    let after = &text[out.end..range.end];
    let skip = after.len() - after.trim_start_matches(['$', ')', ']', '\\']).len();
    let tail = after[skip..].trim_start();
    let word: usize = tail.bytes().take_while(|c| c.is_ascii_alphabetic() || *c == b'%').count();
    let w = &tail[..word];
    if skip > 0 && (w.starts_with('%') || matches!(w, "percent" | "pct") || crate::units::is_unit(w)) {
        let lead = after[skip..].len() - tail.len();
        out.end += skip + lead + if w.starts_with('%') { 1 } else { word };
    }
    Some(out)
}

/// All `$…$`, `$$…$$`, `\(…\)` and `\[…\]` of a range.
fn formulas(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let b = text.as_bytes();
    let mut out = Vec::new();
    let mut i = range.start;
    let mut open: Option<(usize, u8)> = None;
    while i < range.end {
        match b[i] {
            b'\\' => {
                match b.get(i + 1) {
                    Some(c @ (b'(' | b'[')) if open.is_none() => open = Some((i + 2, *c)),
                    Some(b')') => {
                        if let Some((s, b'(')) = open {
                            out.push(s..i);
                            open = None;
                        }
                    }
                    Some(b']') => {
                        if let Some((s, b'[')) = open {
                            out.push(s..i);
                            open = None;
                        }
                    }
                    _ => {}
                }
                i += 2;
                continue;
            }
            b'$' => {
                let double = b.get(i + 1) == Some(&b'$') && i + 1 < range.end;
                match open {
                    Some((s, b'$')) => {
                        out.push(s..i);
                        open = None;
                    }
                    None => open = Some((i + if double { 2 } else { 1 }, b'$')),
                    _ => {}
                }
                if double {
                    i += 1;
                }
            }
            _ => {}
        }
        i += 1;
    }
    if let Some((s, _)) = open
        && s < range.end
        && range.end - s < 400
        && text.is_char_boundary(s)
    {
        // Never closed: up to the end of the line, unless the sign was money.
        let tail = &text[s..range.end];
        let tail = &tail[..tail.find('\n').unwrap_or(tail.len())];
        if tail.contains(['\\', '^', '=']) {
            out.push(s..s + tail.len());
        }
    }
    out.retain(|r| r.start < r.end && !text[r.clone()].trim().is_empty());
    out
}

/// The last number with its sign, currency, fraction bar, per cent sign and unit.
fn number(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let b = text.as_bytes();
    let last = (range.start..range.end).rev().find(|&i| b[i].is_ascii_digit())?;
    let mut start = last;
    let mut end = last + 1;
    // Digits with separators, decimal points and fraction bars between them.
    while start > range.start {
        let c = b[start - 1];
        let between =
            matches!(c, b'.' | b',' | b'/') && start >= 2 + range.start && b[start - 2].is_ascii_digit();
        if c.is_ascii_digit() || between {
            start -= 1;
        } else {
            break;
        }
    }
    if start > range.start && b[start - 1] == b'.' && (start < 2 || !b[start - 2].is_ascii_alphanumeric()) {
        start -= 1;
    }
    let mut k = start;
    if k > range.start && b[k - 1] == b'$' {
        k -= 1;
        if k > range.start && b[k - 1] == b'\\' {
            k -= 1;
        }
    }
    if k > range.start
        && b[k - 1] == b'-'
        && (k < 2 || !(b[k - 2].is_ascii_alphanumeric() || matches!(b[k - 2], b')' | b'}')))
    {
        k -= 1;
        start = k;
    } else if text[..k].ends_with('−') && k >= range.start + 3 {
        k -= 3;
        start = k;
    } else {
        start = k;
    }
    // A digit inside a formula is not an answer by itself, but a point or interval around it is.
    let before = text[range.start..start].trim_end_matches(' ');
    let after = b.get(end).filter(|_| end < range.end).copied();
    if before.ends_with(" not") || before.ends_with(" isn't") {
        return None;
    }
    let bold = text[end..range.end].starts_with("**") || before.ends_with("**");
    if !bold
        && (before.ends_with(['+', '*', '/', '^', '_', '{', '\\'])
            || matches!(after, Some(b'^' | b'*' | b'/' | b'+' | b'{' | b'}' | b'_' | b'!')))
    {
        return None;
    }
    if matches!(after, Some(b')' | b']')) && text[range.start..start].ends_with([',', ' ', '(', '[']) {
        let open = text[range.start..start].rfind(['(', '[']).map(|p| range.start + p);
        if let Some(open) = open
            && text[open..start].contains(',')
            && !text[open..start].contains([')', ']'])
        {
            let joined = text[range.start..open].trim_end_matches(' ');
            if joined.ends_with(['∪', ',', '^', '_'])
                || joined.ends_with("\\cup")
                || joined.ends_with(char::is_alphanumeric) && text[..open].ends_with(char::is_alphanumeric)
            {
                return None;
            }
            return Some(open..end + 1);
        }
    }
    // Per cent, degree sign, unit.
    let tail = &text[end..range.end];
    let space = tail.len() - tail.trim_start_matches(' ').len();
    let rest = &tail[space.min(1)..];
    if rest.starts_with('%') || rest.starts_with('°') || rest.starts_with("\\%") {
        end += space.min(1)
            + rest.chars().next().map_or(0, char::len_utf8)
            + usize::from(rest.starts_with('\\'));
    } else {
        let word = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let w = &rest[..word];
        if matches!(w, "percent" | "pct" | "degrees") || crate::units::is_unit(w) {
            end += space.min(1) + word;
        }
    }
    if start < end { Some(start..end) } else { None }
}
