//! Numeric literals: separators, decimals, repeating decimals, exponents, other bases.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::{Lexer, Literal, Tok};
use crate::num::rational::pow10;

/// More digits than this are cut off the exponent of `1e…`.
const MAX_EXPONENT: i64 = 4_000;

/// The literal of a small integer.
pub(crate) fn small(n: u32) -> Literal {
    Literal { value: RBig::from(n), ulp: None, digits: Some(n.to_string().into()), grouped: false }
}

/// An integer from ASCII digits.
pub(crate) fn integer(digits: &str) -> UBig {
    if digits.len() <= 19 {
        return UBig::from(digits.bytes().fold(0u64, |n, d| n * 10 + u64::from(d - b'0')));
    }
    UBig::from_str_radix(digits, 10).unwrap_or(UBig::ZERO)
}

impl Lexer<'_> {
    fn digits_at(&self, i: usize) -> usize {
        self.b[i.min(self.b.len())..].iter().take_while(|c| c.is_ascii_digit()).count()
    }

    pub(super) fn number(&mut self) {
        if self.b[self.i] == b'0' && self.radix_prefix() {
            return;
        }
        let start = self.i;
        let n = self.digits_at(start);
        let mut digits = self.s[start..start + n].to_string();
        let mut end = start + n;
        let mut grouped = false;
        while let Some(len) = self.group_separator(end, digits.len(), n, grouped) {
            digits.push_str(&self.s[end + len..end + len + 3]);
            end += len + 3;
            grouped = true;
        }
        let int_len = digits.len();
        let mut point = false;
        if self.b.get(end) == Some(&b'.') {
            let frac = self.digits_at(end + 1);
            if frac > 0 {
                digits.push_str(&self.s[end + 1..end + 1 + frac]);
                end += 1 + frac;
                point = true;
            } else if int_len > 0 && self.repeating_follows(end + 1) {
                end += 1;
                point = true;
            }
        }
        let places = digits.len() - int_len;
        let value = integer(&digits);
        self.i = end;
        if point && let Some(v) = self.repeating(&digits, int_len) {
            self.push_from(start, Tok::Num(Literal { value: v, ulp: None, digits: None, grouped }));
            return;
        }
        let mut value = RBig::from(value);
        let mut ulp = None;
        if point {
            value *= pow10(-(places as i64));
            ulp = Some(pow10(-(places as i64)));
        }
        if let Some(e) = self.exponent() {
            let scale = pow10(e);
            value *= &scale;
            ulp = Some(ulp.unwrap_or(RBig::ONE) * scale);
        }
        // 3rd, 21st: ordinals are their number.
        for suffix in ["st", "nd", "rd", "th"] {
            let after = self.b.get(self.i + 2).is_some_and(u8::is_ascii_alphanumeric);
            if !point && self.s[self.i..].starts_with(suffix) && !after {
                self.i += 2;
            }
        }
        let digits = if point || grouped || ulp.is_some() { None } else { Some(digits.into()) };
        self.push_from(start, Tok::Num(Literal { value, ulp, digits, grouped }));
    }

    fn push_from(&mut self, start: usize, tok: Tok) {
        let end = std::mem::replace(&mut self.i, start);
        self.push(tok);
        self.i = end;
    }

    /// Length of a thousands separator at `end` that is followed by exactly three digits.
    fn group_separator(&self, end: usize, so_far: usize, first: usize, again: bool) -> Option<usize> {
        if first > 3 || first == 0 || (!again && so_far != first) || self.b[end - 1] == b'.' {
            return None;
        }
        let rest = &self.s[end..];
        let zero = self.b[end - first.min(end)] == b'0' && !again && first > 1;
        let lead_zero = !again && self.b[end - first] == b'0';
        let marks: &[&str] = &[
            "{,}", ",\\!", "{,\\!}", "\\,", ",\\,", ", \\!", " {, }", "{, }", "'", "\u{a0}", "\u{202f}",
            "\u{2009}",
        ];
        let mut len = marks.iter().find(|m| rest.starts_with(**m)).map(|m| m.len());
        if let Some(l) = len
            && (rest.starts_with(",\\!") || rest.starts_with("{,}"))
        {
            // Models put a space after the mark.
            let spaces = self.b[end + l..].iter().take_while(|c| **c == b' ').count();
            len = Some(l + spaces);
        }
        if len.is_none() && rest.starts_with(',') && !lead_zero && (self.depth == 0 || self.spaced_commas) {
            len = Some(1);
        }
        if len.is_none() && rest.starts_with(' ') && !lead_zero && self.depth == 0 && !zero {
            // "1 000" but not "1 000 1" or "12 345 6".
            len = Some(1);
        }
        if len.is_none() && rest.starts_with('_') && !lead_zero {
            len = Some(1);
        }
        let len = len?;
        if self.digits_at(end + len) != 3 { None } else { Some(len) }
    }

    fn radix_prefix(&mut self) -> bool {
        let radix = match self.b.get(self.i + 1) {
            Some(b'x' | b'X') => 16,
            Some(b'b' | b'B') => 2,
            Some(b'o' | b'O') => 8,
            _ => return false,
        };
        let n = self.b[self.i + 2..].iter().take_while(|c| (**c as char).is_digit(radix)).count();
        let end = self.i + 2 + n;
        if n == 0 || self.b.get(end).is_some_and(u8::is_ascii_alphanumeric) {
            return false;
        }
        let Ok(v) = UBig::from_str_radix(&self.s[self.i + 2..end], radix) else { return false };
        self.push(Tok::Num(Literal { value: RBig::from(v), ulp: None, digits: None, grouped: false }));
        self.i = end;
        true
    }

    fn repeating_follows(&self, i: usize) -> bool {
        let rest = &self.s[i..];
        ["\\overline", "\\bar", "\\dot", "("].iter().any(|p| rest.starts_with(p))
            && (!rest.starts_with('(') || self.paren_digits(i).is_some())
    }

    fn paren_digits(&self, i: usize) -> Option<usize> {
        let n = self.digits_at(i + 1);
        (n > 0 && self.b.get(i + 1 + n) == Some(&b')')).then_some(n)
    }

    /// The value when the digits just read are followed by a repeating part.
    fn repeating(&mut self, digits: &str, int_len: usize) -> Option<RBig> {
        let rest = &self.s[self.i..];
        let fixed = digits.len() - int_len;
        let (period, used) =
            if let Some(n) = rest.starts_with('(').then(|| self.paren_digits(self.i)).flatten() {
                (rest[1..1 + n].to_string(), n + 2)
            } else if let Some(open) = ["\\overline{", "\\bar{", "\\dot{", "\\overline ", "\\bar ", "\\dot "]
                .iter()
                .find(|p| rest.starts_with(**p))
            {
                let n = self.digits_at(self.i + open.len());
                let closed = |text: &str| usize::from(text.starts_with('}'));
                let mut used = open.len() + n;
                if open.ends_with('{') {
                    used += closed(&rest[used..]);
                }
                let mut period = rest[open.len()..open.len() + n].to_string();
                if n == 0 {
                    return None;
                }
                // \dot{1}4\dot{2}: everything from the first dot to the last repeats.
                if open.starts_with("\\dot") {
                    let tail = &rest[used.min(rest.len())..];
                    let mid = tail.bytes().take_while(u8::is_ascii_digit).count();
                    if let Some(t) = tail[mid..].strip_prefix("\\dot{") {
                        let n = t.bytes().take_while(u8::is_ascii_digit).count();
                        period.push_str(&tail[..mid]);
                        period.push_str(&t[..n]);
                        used += mid + 5 + n + closed(&t[n..]);
                    }
                }
                (period, used.min(rest.len()))
            } else if rest.starts_with("...")
                || rest.starts_with('…')
                || rest.starts_with("\\ldots")
                || rest.starts_with("\\dots")
                || rest.starts_with("\\cdots")
            {
                let (prefix, period) = periodic_tail(&digits[int_len..])?;
                let used = match rest.strip_prefix('\\') {
                    Some(name) => 1 + name.bytes().take_while(u8::is_ascii_alphabetic).count(),
                    None => 3,
                };
                self.i += used;
                return Some(repeating_value(&digits[..int_len + prefix], prefix, &period));
            } else if rest.starts_with('\u{305}') {
                // Combining overlines after single digits.
                let mut period = digits[digits.len() - 1..].to_string();
                let mut used = 2;
                while let Some(d) = rest[used..].chars().next().filter(char::is_ascii_digit) {
                    if !rest[used + 1..].starts_with('\u{305}') {
                        break;
                    }
                    period.push(d);
                    used += 3;
                }
                self.i += used;
                return Some(repeating_value(&digits[..digits.len() - 1], fixed - 1, &period));
            } else {
                return None;
            };
        self.i += used;
        Some(repeating_value(digits, fixed, &period))
    }

    fn exponent(&mut self) -> Option<i64> {
        let rest = &self.b[self.i..];
        if !matches!(rest.first(), Some(b'e' | b'E')) {
            return None;
        }
        let sign = usize::from(matches!(rest.get(1), Some(b'+' | b'-')));
        let n = rest[(1 + sign).min(rest.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
        let end = 1 + sign + n;
        if n == 0 || n > 5 || rest.get(end).is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        let e: i64 = self.s[self.i + 1 + sign..self.i + end].parse().ok()?;
        if e > MAX_EXPONENT {
            return None;
        }
        let negative = rest[1] == b'-';
        self.i += end;
        Some(if negative { -e } else { e })
    }
}

/// `digits` (with `fixed` of them after the point) followed by `period` for ever.
fn repeating_value(digits: &str, fixed: usize, period: &str) -> RBig {
    let nines = UBig::from(10u8).pow(period.len()) - UBig::ONE;
    let tail = RBig::from_parts(IBig::from(integer(period)), nines);
    (RBig::from(integer(digits)) + tail) * pow10(-(fixed as i64))
}

/// Splits written decimals such as `1666` or `142857142857` into a fixed part and a period that is seen
/// at least twice (three times when it is a single digit).
fn periodic_tail(frac: &str) -> Option<(usize, String)> {
    let n = frac.len();
    for len in 1..=n / 2 {
        let need = if len == 1 { 3 } else { 2 * len };
        let period = &frac[n - len..];
        let mut start = n - len;
        while start >= len && frac[start - len..start] == *period {
            start -= len;
        }
        if n - start >= need {
            return Some((start, period.to_string()));
        }
    }
    None
}
