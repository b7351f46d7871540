//! Answers recognised as a whole before any grammar: choices, times, dates; and decoration around them.

use super::Parsed;
use crate::budget::Budget;
use crate::value::Value;

/// Strips what surrounds an answer without being part of it: math delimiters, bold markers, quotes, a full stop.
pub(crate) fn undecorate(text: &str) -> &str {
    let mut t = text.trim();
    // Longer texts are no answers; wrappers nest a few times at most.
    if t.len() > crate::lex::MAX_TEXT {
        return t;
    }
    for _ in 0..MAX_WRAPPERS {
        let before = t.len();
        t = t.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '`' | '“' | '”' | '\u{feff}'));
        if !t.ends_with("..") {
            t = t.strip_suffix(['.', ',', ';', ':', '。', '，']).unwrap_or(t);
        }
        // Half of a pair of bold marks, left by cutting a sentence.
        if t.matches("**").count() == 1 {
            t = t.strip_suffix("**").or_else(|| t.strip_prefix("**")).unwrap_or(t);
        }
        for mark in ["**", "__", "$$", "*"] {
            if t.len() > 2 * mark.len()
                && let Some(inner) = t.strip_prefix(mark).and_then(|t| t.strip_suffix(mark))
                && !inner.contains(mark)
            {
                t = inner;
            }
        }
        for (open, close) in
            [("\\(", "\\)"), ("\\[", "\\]"), ("\\\\(", "\\\\)"), ("\\\\[", "\\\\]"), ("$", "$")]
        {
            if t.len() > open.len() + close.len()
                && let Some(inner) = t.strip_prefix(open).and_then(|t| t.strip_suffix(close))
                && !inner.contains(open)
                && !(open == "$" && inner.ends_with('\\'))
            {
                t = inner;
            }
        }
        for open in ["\\boxed{", "\\\\boxed{", "\\fbox{", "boxed{", "\\displaystyle", "\\textstyle"] {
            if let Some(rest) = t.strip_prefix(open) {
                if !open.ends_with('{') {
                    t = rest;
                } else if whole_group(rest) {
                    t = &rest[..rest.len() - 1];
                }
            }
        }
        if t.len() == before {
            break;
        }
    }
    t
}

/// Layers of decoration that are removed.
const MAX_WRAPPERS: usize = 12;

/// Whether `rest`, which follows an opening brace, closes that brace at its very end.
fn whole_group(rest: &str) -> bool {
    let mut depth = 1usize;
    for (i, c) in rest.bytes().enumerate() {
        match c {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i + 1 == rest.len();
        }
    }
    false
}

/// A choice, a time or a date; `None` when the text is none of them.
pub(crate) fn whole(text: &str, budget: &Budget) -> Parsed<Option<Value>> {
    if let Some((letter, rest)) = choice(text) {
        let rest = match rest {
            Some(r) => super::parse(r, budget).ok().map(Box::new),
            None => None,
        };
        return Ok(Some(Value::Choice(letter, rest)));
    }
    if text.len() <= 32 && text.bytes().any(|b| b.is_ascii_digit()) {
        if let Some(v) = time(text) {
            return Ok(Some(v));
        }
        if let Some(v) = date(text) {
            return Ok(Some(v));
        }
    }
    if let Some(v) = lettered_digits(text) {
        return Ok(Some(v));
    }
    let lower = plain_words(text);
    if crate::words::is_nothing(&lower) {
        return Ok(Some(Value::NumberSet('∅')));
    }
    if crate::words::is_everything(&lower) {
        return Ok(Some(Value::NumberSet('ℝ')));
    }
    Ok(None)
}

/// `1A_{16}`: digits beyond nine, with their base.
fn lettered_digits(text: &str) -> Option<Value> {
    let (digits, base) = text.split_once('_')?;
    let digits = digits.trim_start_matches("\\text{").trim_start_matches("\\mathrm{").trim_end_matches('}');
    let base: u32 = base.trim_matches(['{', '}', ' ']).parse().ok()?;
    let upper = |c: u8| c.is_ascii_digit() || c.is_ascii_uppercase();
    if !(11..=36).contains(&base) || digits.len() > 200 || !digits.bytes().all(upper) || digits.is_empty() {
        return None;
    }
    let n = dashu_int::UBig::from_str_radix(digits, base).ok()?;
    let mut q = crate::value::Quantity::new(crate::expr::Expr::Num(n.into()));
    q.radix = Some(base);
    Some(Value::Scalar(q))
}

/// Lower-case words with text macros and punctuation removed.
pub(crate) fn plain_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '\\' {
            let name = rest[1..].bytes().take_while(u8::is_ascii_alphabetic).count();
            rest = &rest[1 + name..];
            if name == 0 {
                let skip = rest.chars().next().map_or(0, char::len_utf8);
                rest = &rest[skip..];
            }
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '{' | '}' | '$' | '.' | ',' | '!' | '"' | '\'' | '(' | ')' | '*' => {}
            c if c.is_whitespace() || c == '_' || c == '~' => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.extend(c.to_lowercase()),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The text as words, when it is prose rather than broken mathematics.
pub(crate) fn as_text(text: &str) -> Option<Box<str>> {
    let words = plain_words(text);
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let strange =
        text.chars().filter(|c| matches!(c, '^' | '=' | '+' | '<' | '>' | '&' | '|' | '[' | ']')).count();
    let commands =
        text.matches('\\').count() - text.matches("\\text").count().min(text.matches('\\').count());
    let long_word = words.split(' ').any(|w| w.chars().filter(|c| c.is_alphabetic()).count() >= 3);
    if words.is_empty() || !long_word || strange > 0 || commands > 1 || letters * 2 < words.chars().count() {
        return None;
    }
    Some(words.into())
}

/// `(A)`, `A.`, `A) 12`, `Option B`, `\textbf{(C)}`.
fn choice(text: &str) -> Option<(char, Option<&str>)> {
    let mut t = text;
    for open in ["\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{", "\\textbf {", "\\text {"] {
        if let Some(rest) = t.strip_prefix(open) {
            t = rest;
        }
    }
    let t = t.trim_start();
    let worded =
        ["Option", "option", "Choice", "choice", "Answer", "OPTION"].iter().find_map(|w| t.strip_prefix(w));
    let t2 = worded.unwrap_or(t).trim_start();
    let (inner, round) = match t2.strip_prefix('(') {
        Some(r) => (r, true),
        None => (t2, false),
    };
    let mut chars = inner.chars();
    let letter = chars
        .next()
        .filter(|c| ('A'..='J').contains(c) || (round && ('a'..='e').contains(c) && *c != 'e'))?;
    let after = chars.as_str();
    let rest = match after.chars().next() {
        None if worded.is_some() => "",
        Some(')') if round || !after[1..].starts_with('=') => &after[1..],
        Some('.' | ':') if !round && (after.len() == 1 || after[1..].starts_with([' ', '}'])) => &after[1..],
        Some('}') if round || worded.is_some() => after,
        _ if worded.is_some() && !after.starts_with(|c: char| c.is_alphanumeric()) => after,
        _ => return None,
    };
    let rest = rest.trim_start_matches(['}', ' ', ':', '.', '~', '\\', ',']).trim();
    // (A) = …, (A)(B): a parenthesised variable, not a choice.
    if rest.starts_with(['=', '(', '^', '+', '-', '*', '/', '<', '>', '∪']) || rest.starts_with("cup") {
        return None;
    }
    let closed = rest.trim_end_matches('}');
    let rest = if rest.matches('{').count() < rest.matches('}').count() { closed } else { rest };
    Some((letter.to_ascii_uppercase(), if rest.is_empty() { None } else { Some(rest) }))
}

/// `3:30 PM`, `15:30`, `7 a.m.`
fn time(text: &str) -> Option<Value> {
    let lower =
        text.to_lowercase().replace("\\text{", " ").replace("\\", " ").replace(['}', '{', '~', '$'], " ");
    let lower = lower.replace("a.m.", "am").replace("p.m.", "pm").replace("a.m", "am").replace("p.m", "pm");
    let t = lower.trim();
    let (t, half) = if let Some(t) = t.strip_suffix("am") {
        (t.trim(), Some(0))
    } else if let Some(t) = t.strip_suffix("pm") {
        (t.trim(), Some(12))
    } else {
        // Without AM or PM a colon is a ratio.
        return None;
    };
    let half: Option<u32> = half;
    let mut parts = t.split(':').map(|p| p.trim().parse::<u32>());
    let h = parts.next()?.ok()?;
    let m = parts.next().unwrap_or(Ok(0)).ok()?;
    let s = parts.next().unwrap_or(Ok(0)).ok()?;
    if parts.next().is_some() || m > 59 || s > 59 || h > 23 {
        return None;
    }
    let h = match half {
        Some(add) if (1..=12).contains(&h) => h % 12 + add,
        _ => h,
    };
    Some(Value::Time(h * 3600 + m * 60 + s, true))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// `2024-01-05`, `January 5, 2024`, `5 Jan 2024`, `March 14th`.
fn date(text: &str) -> Option<Value> {
    let iso: Vec<&str> = text.split('-').collect();
    if let [y, m, d] = iso.as_slice()
        && y.len() == 4
        && m.len() == 2
        && d.len() == 2
    {
        return checked_date(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?);
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split([' ', ',', '.', '~', '{', '}', '\\'])
        .filter(|w| !w.is_empty() && *w != "of" && *w != "text")
        .collect();
    let month = words.iter().position(|w| w.len() >= 3 && MONTHS.iter().any(|m| m.starts_with(w)))?;
    if words.len() > 4 || words.len() < 2 {
        return None;
    }
    let m = MONTHS.iter().position(|m| m.starts_with(words[month]))? as u32 + 1;
    let mut day = None;
    let mut year = 0;
    for (i, w) in words.iter().enumerate().filter(|(i, _)| *i != month) {
        let digits = w.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let n: u32 = digits.parse().ok()?;
        let _ = i;
        if digits.len() == 4 {
            year = n as i32;
        } else if day.is_none() {
            day = Some(n);
        } else {
            return None;
        }
    }
    checked_date(year, m, day.unwrap_or(0))
}

fn checked_date(y: i32, m: u32, d: u32) -> Option<Value> {
    if (1..=12).contains(&m) && d <= 31 { Some(Value::Date(y, m, d)) } else { None }
}
