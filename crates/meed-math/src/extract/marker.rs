//! "The final answer is …", `#### …` and the like.

use super::{Extraction, Mark};

/// An announced answer is at most this long.
const MAX_ANSWER: usize = 400;

/// The line after `####`, when it is not a heading.
pub(super) fn rest_of_line(text: &str, at: usize, end: usize) -> Option<Extraction> {
    let rest = &text[at..end];
    let line = rest.lines().next().unwrap_or("");
    let t = line.trim();
    if t.is_empty() || t.len() > MAX_ANSWER {
        return None;
    }
    // "#### 2. Compute the area" is a heading.
    let digits = t.bytes().take_while(u8::is_ascii_digit).count();
    let heading = digits > 0 && t[digits..].starts_with(". ")
        || (t.split(' ').count() > 3 && t.starts_with(char::is_alphabetic));
    if heading {
        return None;
    }
    let lead = line.len() - line.trim_start().len();
    Some(Extraction { span: at + lead..at + lead + t.len(), text: t.to_string(), mark: Mark::Hash })
}

/// What is said after the word "answer" that ends at `at`.
pub(super) fn said(text: &str, at: usize, end: usize, mark: Mark, out: &mut Vec<Extraction>) {
    let Some(start) = content_start(text, at, end) else { return };
    let stop = sentence_end(text, start, end);
    let content = &text[start..stop];
    if content.trim_start().starts_with("not ") {
        return;
    }
    let push = |s: usize, e: usize, out: &mut Vec<Extraction>| {
        let t = &text[s..e];
        let lead = t.len() - t.trim_start().len();
        let t = t.trim();
        if !t.is_empty() && t.len() <= MAX_ANSWER && out.last().is_none_or(|l| l.text != t) {
            out.push(Extraction { span: s + lead..s + lead + t.len(), text: t.to_string(), mark });
        }
    };
    // "The largest n is 34": the value stands after the verb.
    let verb = [" is ", " are ", " equals ", " = ", "：", ": "]
        .iter()
        .filter_map(|v| content.rfind(v).map(|p| p + v.len()))
        .max();
    match verb {
        Some(v)
            if content[..v].split(' ').count() > 2
                && !content[..v].contains([',', ';'])
                && !content[..v].contains(" and ") =>
        {
            if content[..v].ends_with("= ") {
                push(start, stop, out);
            }
            push(start + v, stop, out);
            push(start, stop, out);
        }
        _ => push(start, stop, out),
    }
    super::last::formula_or_number(text, start..stop, mark, out);
}

/// Skips from the word to the answer: `is`, `:`, `**`, line ends after a heading.
fn content_start(text: &str, at: usize, end: usize) -> Option<usize> {
    let b = text.as_bytes();
    let mut i = at;
    let mut strong = false;
    let mut lines = 0;
    while i < end {
        match b[i] {
            b' ' | b'*' | b'_' | b'\t' | b'\r' => i += 1,
            b'\n' => {
                lines += 1;
                if lines > 2 {
                    return None;
                }
                strong = true;
                i += 1;
            }
            b':' | b'=' => {
                strong = true;
                i += 1;
            }
            b'\\' if text[i..].starts_with("\\quad") => i += 5,
            _ => {
                let rest = &text[i..end];
                if let Some(n) = ["：", "是", "为", "為", "→"].iter().find(|p| rest.starts_with(**p)) {
                    strong = true;
                    i += n.len();
                    continue;
                }
                if let Some(n) =
                    ["is", "are", "would be", "should be", "must be", "equals", "was", "therefore", "thus"]
                        .iter()
                        .find(|p| {
                            rest.starts_with(**p)
                                && !rest[p.len()..].starts_with(|c: char| c.is_alphanumeric())
                        })
                {
                    strong = true;
                    i += n.len();
                    continue;
                }
                break;
            }
        }
    }
    if i >= end {
        return None;
    }
    if strong {
        return Some(i);
    }
    // "the answer to the question is 5": the verb must come in the same sentence.
    let mut stop = (i + 120).min(end);
    while !text.is_char_boundary(stop) {
        stop -= 1;
    }
    let window = &text[i..stop];
    let window = &window[..window.find(['.', '\n', '?', '!']).unwrap_or(window.len())];
    if let Some(p) = window.find(" is ") {
        return Some(i + p + 4);
    }
    if let Some(p) = window.find(": ") {
        return Some(i + p + 2);
    }
    // 答案 and ∴ need no verb.
    if at >= 3 && !b[at - 1].is_ascii() { Some(i) } else { None }
}

/// End of the sentence that starts at `start`: a full stop not inside a number, or the end of the line.
fn sentence_end(text: &str, start: usize, end: usize) -> usize {
    let b = text.as_bytes();
    let mut i = start;
    let mut math = false;
    let display =
        text[start..end].trim_start().starts_with("\\[") || text[start..end].trim_start().starts_with("$$");
    let limit = (start + MAX_ANSWER * 2).min(end);
    while i < limit {
        match b[i] {
            b'$' if i == 0 || b[i - 1] != b'\\' => math = !math,
            b'\\' if b.get(i + 1) == Some(&b'[') || b.get(i + 1) == Some(&b'(') => math = true,
            b'\\' if b.get(i + 1) == Some(&b']') || b.get(i + 1) == Some(&b')') => math = false,
            b'\n' if line_ends(&b[i..], math, display && i <= start + 2) => return i,
            b'.' if !math || dollars_unbalanced(text, i, limit) => {
                let next = b.get(i + 1);
                let ends = next.is_none_or(|c| matches!(c, b' ' | b'\n' | b'*' | b'"' | b'\r' | b'<'));
                let decimal = next.is_some_and(u8::is_ascii_digit);
                // "p.m." and "a.m." are not ends.
                let abbreviation = i >= 1 && matches!(b[i - 1], b'm') && i >= 2 && b[i - 2] == b'.';
                if ends && !decimal && !abbreviation {
                    return i;
                }
            }
            0xe3 if text[i..].starts_with('。') => return i,
            _ => {}
        }
        i += 1;
    }
    let mut i = i.min(end);
    while !text.is_char_boundary(i) {
        i -= 1;
    }
    i
}

/// No dollar sign follows on the line: the one before was money.
fn dollars_unbalanced(text: &str, i: usize, limit: usize) -> bool {
    let mut limit = limit;
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let rest = &text[i..limit];
    let rest = &rest[..rest.find('\n').unwrap_or(rest.len())];
    !rest.contains('$') && !rest.contains("\\)")
}

/// Whether a line break ends the sentence: an empty line always, a single one outside formulas.
fn line_ends(rest: &[u8], math: bool, opening: bool) -> bool {
    let empty_line = rest.get(1) == Some(&b'\n');
    !opening && (!math || empty_line)
}
