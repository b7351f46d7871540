//! Plain texts taken apart and compared, for functions of a spec. Everything is bounded: patterns match in linear time,
//! comparisons have a budget.

use std::cell::RefCell;
use std::rc::Rc;

use meed_algebra::TypeError;
use meed_score::kept::Kept;
use regex::Regex;

use crate::words::Arg;

thread_local! {
    static PATTERNS: RefCell<Kept<String, Rc<Regex>>> = RefCell::default();
}

fn pattern(text: &str) -> Result<Rc<Regex>, TypeError> {
    let compile = || {
        Regex::new(text).map(Rc::new).map_err(|e| {
            let lines = e.to_string();
            let last =
                lines.lines().next_back().unwrap_or_default().trim_start_matches("error: ").to_string();
            TypeError::new(format!("`{text}` is not a pattern")).note(last)
        })
    };
    PATTERNS.with_borrow_mut(|kept| kept.get(text, compile))
}

/// What a match says: its text, the text of its only group, or those of its groups.
fn groups(found: &regex::Captures<'_>) -> Arg {
    let text = |i: usize| found.get(i).map_or(Arg::None, |m| Arg::Text(m.as_str().to_string()));
    match found.len() {
        1 => text(0),
        2 => text(1),
        n => Arg::List((1..n).map(text).collect()),
    }
}

/// The first match.
pub(crate) fn capture(text: &str, by: &str) -> Result<Arg, TypeError> {
    Ok(pattern(by)?.captures(text).map_or(Arg::None, |c| groups(&c)))
}

/// All matches from left to right, none over another; with `spans` their places, in characters.
pub(crate) fn find_all(text: &str, by: &str, spans: bool) -> Result<Arg, TypeError> {
    let regex = pattern(by)?;
    if !spans {
        return Ok(Arg::List(regex.captures_iter(text).map(|c| groups(&c)).collect()));
    }
    let (mut bytes, mut chars) = (0, 0);
    let mut place = |to: usize| {
        chars += text[bytes..to].chars().count();
        bytes = to;
        Arg::Number(chars as f64)
    };
    Ok(Arg::List(regex.find_iter(text).map(|m| Arg::List(vec![place(m.start()), place(m.end())])).collect()))
}

/// The text with every match replaced.
pub(crate) fn replace_all(text: &str, by: &str, with: &str) -> Result<Arg, TypeError> {
    Ok(Arg::Text(pattern(by)?.replace_all(text, with).into_owned()))
}

/// The number a text is, white space around it aside.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    // `inf` and `nan` parse too, and are no numbers.
    let plain = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    text.parse::<f64>().ok().filter(|x| plain && x.is_finite())
}

/// A JSON text as plain values.
pub(crate) fn json(text: &str) -> Option<Arg> {
    fn plain(value: serde_json::Value) -> Arg {
        use serde_json::Value;
        match value {
            Value::Null => Arg::None,
            Value::Bool(b) => Arg::Bool(b),
            Value::Number(n) => Arg::Number(n.as_f64().unwrap_or(f64::INFINITY)),
            Value::String(s) => Arg::Text(s),
            Value::Array(items) => Arg::List(items.into_iter().map(plain).collect()),
            Value::Object(items) => Arg::Dict(items.into_iter().map(|(k, v)| (k, plain(v))).collect()),
        }
    }
    serde_json::from_str(text).ok().map(plain)
}

/// The contents of every `\boxed{…}` that is closed, in order; of nested ones the outer.
pub(crate) fn boxes(text: &str) -> Vec<String> {
    const BOX: &str = "\\boxed{";
    // Where each open brace's contents begin, and whether it is a box; then the boxes that were closed.
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut closed: Vec<(usize, usize)> = Vec::new();
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' if text[i..].starts_with(BOX) => {
                i += BOX.len();
                open.push((i, true));
                continue;
            }
            b'\\' => i += 1,
            b'{' => open.push((i + 1, false)),
            b'}' => {
                if let Some((start, true)) = open.pop() {
                    // Boxes are closed in order, so those inside this one stand last.
                    while closed.pop_if(|c| c.0 > start).is_some() {}
                    closed.push((start, i));
                }
            }
            _ => {}
        }
        i += 1;
    }
    closed.into_iter().map(|(start, end)| text[start..end].to_string()).collect()
}

/// What a comparison may cost, in pairs of elements.
const BUDGET: usize = 200_000_000;

fn too_long() -> TypeError {
    TypeError::new("the texts or lists are too long to be compared").help("compare shorter parts")
}

/// The length of the longest sequence that is in both, in order, not necessarily without gaps.
pub(crate) fn common_subsequence<T: PartialEq>(a: &[T], b: &[T]) -> Result<usize, TypeError> {
    if a.len().saturating_mul(b.len()) > BUDGET {
        return Err(too_long());
    }
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut corner = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { corner + 1 } else { above.max(row[j]) };
            corner = above;
        }
    }
    Ok(row[b.len()])
}

/// Twice the elements in matching blocks over all elements: the longest block that is in both, then the same on its
/// left and on its right ("Pattern Matching: The Gestalt Approach"). Of equally long blocks the first in `a`, then in
/// `b`. Two empty ones are alike.
pub(crate) fn similarity<T: PartialEq>(a: &[T], b: &[T]) -> Result<f64, TypeError> {
    let (mut matched, mut spent) = (0, 0);
    let mut open = vec![(0, a.len(), 0, b.len())];
    let mut row: Vec<usize> = vec![0; b.len() + 1];
    while let Some((a0, a1, b0, b1)) = open.pop() {
        spent += (a1 - a0).saturating_mul(b1 - b0);
        if spent > BUDGET {
            return Err(too_long());
        }
        let (mut best, mut best_a, mut best_b) = (0, a0, b0);
        row[b0..=b1].fill(0);
        for (i, x) in a.iter().enumerate().take(a1).skip(a0) {
            // From right to left, so that `row[j]` still belongs to the line before.
            for j in (b0..b1).rev() {
                row[j + 1] = if *x == b[j] { if j == b0 { 1 } else { row[j] + 1 } } else { 0 };
            }
            for j in b0..b1 {
                if row[j + 1] > best {
                    (best, best_a, best_b) = (row[j + 1], i + 1 - row[j + 1], j + 1 - row[j + 1]);
                }
            }
        }
        if best > 0 {
            matched += best;
            open.push((a0, best_a, b0, best_b));
            open.push((best_a + best, a1, best_b + best, b1));
        }
    }
    let all = a.len() + b.len();
    Ok(if all == 0 { 1.0 } else { 2.0 * matched as f64 / all as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn similar_texts() {
        let of = |a: &str, b: &str| similarity(&chars(a), &chars(b)).unwrap();
        assert_eq!(of("abcd", "bcde"), 0.75);
        assert_eq!(of("", ""), 1.0);
        assert_eq!(of("", "a"), 0.0);
        // The long block in the middle splits the rest.
        assert!(
            (of("private Thread currentThread;", "private volatile Thread currentThread;") - 58.0 / 67.0)
                .abs()
                < 1e-12
        );
        assert!(similarity(&vec![0; 20_000], &vec![1; 20_000]).is_err());
    }

    #[test]
    fn subsequences() {
        assert_eq!(common_subsequence(&chars("ABCBDAB"), &chars("BDCABA")).unwrap(), 4);
        assert_eq!(common_subsequence::<u8>(&[], &[1]).unwrap(), 0);
    }

    #[test]
    fn numbers_are_decimal_and_finite() {
        assert_eq!(number(" -1.5e3 "), Some(-1500.0));
        assert_eq!(number(".5"), Some(0.5));
        for bad in ["", "nan", "inf", "-inf", "1 2", "1,000", "0x10", "1e999", "infinity", "-"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn boxes_are_balanced() {
        assert_eq!(boxes(r"\boxed{\frac{1}{2}} and \boxed{x\}y} \boxed{open"), [r"\frac{1}{2}", r"x\}y"]);
        assert_eq!(boxes(r"\boxed{a \boxed{b}"), ["b"]);
        assert_eq!(boxes(r"\boxed{é \boxed{1} \boxed{2}} } \boxed{3}"), [r"é \boxed{1} \boxed{2}", "3"]);
        assert!(boxes("none").is_empty() && boxes(&r"\boxed{".repeat(100_000)).is_empty());
    }

    #[test]
    fn broken_json_is_nothing() {
        assert!(json("{'a': 1}").is_none());
        assert!(json(&"[".repeat(100_000)).is_none());
        assert!(matches!(json("null"), Some(Arg::None)));
    }
}
