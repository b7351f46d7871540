//! Reading numbers as people and models write them: `1,234.50`, `-$3`, `3/4`, `\frac{3}{4}`, `1.2e-3`, `5 × 10^6`.

use crate::exact_number::{Exact, MAX_DIGITS};

/// What stands at a place where a number begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Read {
    /// A number.
    Number(Exact),
    /// A quantity, but none that can be read: `9π`, `\frac{x}{2}`, division by zero, too many digits.
    Unreadable,
    /// Digits that are no quantity: a date, a version, an exponent, the 2 of H2O.
    Other,
}

/// The last quantity that begins in `text[..end]`, if there is one.
pub(crate) fn last(text: &str) -> Option<Exact> {
    let bytes = text.as_bytes();
    let mut end = bytes.len();
    loop {
        end = bytes[..end].iter().rposition(u8::is_ascii_digit)? + 1;
        let begin = window(bytes, end);
        let mut found = None;
        let mut at = begin;
        while at < end {
            match read(bytes, at, false) {
                None => at += 1,
                Some((what, past)) => {
                    if what != Read::Other {
                        found = Some((what, at));
                    }
                    at = past;
                }
            }
        }
        match found {
            Some((Read::Number(number), at)) => return Some(signed(number, sign_before(bytes, at))),
            Some(_) => return None,
            None => end = begin,
        }
    }
}

/// The first quantity in `text`: where it begins, what it is, where it ends.
pub(crate) fn first(text: &str, spaced: bool) -> Option<(usize, Read, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match read(bytes, at, spaced) {
            None => at += 1,
            Some((what, past)) => return Some((at, what, past)),
        }
    }
    None
}

/// Bytes looked at before the last digit; enough for any number that is not absurdly long.
const WINDOW: usize = 96;

/// Where to begin reading so that the numeral ending at `end` is read from its start.
fn window(bytes: &[u8], end: usize) -> usize {
    let floor = end.saturating_sub(MAX_DIGITS * 2);
    let mut begin = end.saturating_sub(WINDOW);
    while begin > floor && !matches!(bytes[begin - 1], b' ' | b'\n' | b'=' | b':') {
        begin -= 1;
    }
    begin
}

/// What begins at `at`, and where it ends; `None` when nothing begins there. The sign is not part of it.
///
/// `spaced`: whether `1 000` is one number, which only a cell that holds nothing else can tell.
pub(crate) fn read(bytes: &[u8], at: usize, spaced: bool) -> Option<(Read, usize)> {
    match *bytes.get(at)? {
        b'\\' | 0xe2 => return root(bytes, at).or_else(|| fraction(bytes, at)),
        b'0'..=b'9' => {}
        b'.' if digit(bytes, at + 1)
            && !(at > 0 && (bytes[at - 1] == b'.' || bytes[at - 1].is_ascii_alphanumeric())) => {}
        _ => return None,
    }
    let (number, end) = mantissa(bytes, at, spaced);
    if follows_a_name_or_power(bytes, at) {
        return Some((Read::Other, end));
    }
    if bytes.get(end) == Some(&b'.') && digit(bytes, end + 1) {
        return Some((Read::Other, skip(bytes, end, |b| b == b'.' || b.is_ascii_digit())));
    }
    let Some(number) = number else { return Some((Read::Unreadable, end)) };
    if let Some((power, end)) = power_of_ten(bytes, end) {
        return Some((times_ten_to(number, power).map_or(Read::Unreadable, Read::Number), end));
    }
    if let Some((below, past)) = over(bytes, end) {
        if bytes.get(past) == Some(&b'/') && digit(bytes, past + 1) {
            return Some((Read::Other, skip(bytes, past, |b| b == b'/' || b.is_ascii_digit())));
        }
        return Some((below.map_or(Read::Unreadable, |below| quotient(&number, &below)), past));
    }
    if let Some((mixed, end)) = mixed(bytes, at, end, &number) {
        return Some((Read::Number(mixed), end));
    }
    let rest = &bytes[skip(bytes, end, |b| b == b' ')..];
    let symbolic =
        [&b"\\pi"[..], b"\\sqrt", "π".as_bytes(), "√".as_bytes()].iter().any(|s| rest.starts_with(s));
    Some((if symbolic { Read::Unreadable } else { Read::Number(number) }, end))
}

/// A root: a quantity, though its value is not taken.
fn root(bytes: &[u8], at: usize) -> Option<(Read, usize)> {
    let sign = ["\\sqrt", "√"].iter().find(|s| bytes[at..].starts_with(s.as_bytes()))?;
    Some((Read::Unreadable, after_groups(bytes, at + sign.len())))
}

fn fraction(bytes: &[u8], at: usize) -> Option<(Read, usize)> {
    let (sides, end) = fraction_command(bytes, at)?;
    Some((sides.map_or(Read::Unreadable, |(above, below)| quotient(&above, &below)), end))
}

/// Whether the sign before the number at `at` makes it negative; `5-3` and `- 3` in a list do not.
pub(crate) fn sign_before(bytes: &[u8], at: usize) -> bool {
    let mut head = &bytes[..at];
    let currency = ["\\$", "$", "€", "£", "¥", "₹"].iter().find_map(|c| head.strip_suffix(c.as_bytes()));
    head = currency.unwrap_or(head);
    let detached = head.ends_with(b" ");
    head = head.strip_suffix(b" ").unwrap_or(head);
    let Some(before) = strip_minus(head) else { return false };
    match before.last() {
        None => !detached,
        Some(b) if detached => {
            let near = if *b == b' ' { before.len().checked_sub(2).map(|i| before[i]) } else { Some(*b) };
            matches!(near, Some(b'=' | b'{' | b'(' | b'['))
        }
        Some(b) => !(b.is_ascii_alphanumeric() || matches!(b, b')' | b']' | b'}' | b'%' | b'-')),
    }
}

/// What stands before a minus sign at the end of `head`.
fn strip_minus(head: &[u8]) -> Option<&[u8]> {
    ["-", "−", "–"].iter().find_map(|minus| head.strip_suffix(minus.as_bytes()))
}

pub(crate) fn signed(number: Exact, negative: bool) -> Exact {
    if negative { number.negated() } else { number }
}

fn digit(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_digit)
}

fn skip(bytes: &[u8], at: usize, over: impl Fn(u8) -> bool) -> usize {
    bytes[at..].iter().position(|b| !over(*b)).map_or(bytes.len(), |n| at + n)
}

fn quotient(above: &Exact, below: &Exact) -> Read {
    above.over(below).map_or(Read::Unreadable, Read::Number)
}

/// `x2`, `x_2`, `x^2`, `x_{12}`; but `\times5` is a command before a number.
fn follows_a_name_or_power(bytes: &[u8], at: usize) -> bool {
    let Some(&last) = at.checked_sub(1).and_then(|i| bytes.get(i)) else { return false };
    match last {
        b'^' | b'_' => true,
        b'{' => at > 1 && matches!(bytes[at - 2], b'^' | b'_'),
        _ if last.is_ascii_alphabetic() => {
            let name = bytes[..at].iter().rev().take(16).take_while(|b| b.is_ascii_alphabetic()).count();
            !(at > name && bytes[at - name - 1] == b'\\')
        }
        _ => false,
    }
}

/// Separators of thousands. A space only where `spaced`.
const SEPARATORS: [&str; 10] =
    [",\\! ", ",\\!", "{,}", ",", "\\,", "_", "'", "\u{a0}", "\u{202f}", "\u{2009}"];

/// Digits with thousands separators and decimals, and where they end; `None` when there are too many.
fn mantissa(bytes: &[u8], at: usize, spaced: bool) -> (Option<Exact>, usize) {
    let first = skip(bytes, at, |b| b.is_ascii_digit());
    let mut digits = Vec::with_capacity(24);
    let push = |digits: &mut Vec<u8>, from: usize, to: usize| {
        if digits.len() <= MAX_DIGITS {
            digits.extend(bytes[from..to.min(from + MAX_DIGITS + 1)].iter().map(|b| b - b'0'));
        }
    };
    push(&mut digits, at, first);
    let mut end = first;
    if (1..=3).contains(&(first - at)) && bytes[at] != b'0' {
        let separators = SEPARATORS.iter().copied().chain(spaced.then_some(" "));
        let group = |end: usize, separator: &str| {
            let from = end + separator.len();
            let three = bytes[end..].starts_with(separator.as_bytes())
                && skip(bytes, from, |b| b.is_ascii_digit()) == from + 3;
            three.then_some(from)
        };
        if let Some(separator) = separators.into_iter().find(|s| group(end, s).is_some()) {
            while let Some(from) = group(end, separator) {
                push(&mut digits, from, from + 3);
                end = from + 3;
            }
        }
    }
    let mut decimals = 0;
    if bytes.get(end) == Some(&b'.') && digit(bytes, end + 1) {
        let past = skip(bytes, end + 1, |b| b.is_ascii_digit());
        push(&mut digits, end + 1, past);
        decimals = past - end - 1;
        end = past;
    }
    if digits.len() > MAX_DIGITS {
        return (None, end);
    }
    (Exact::decimal(false, digits, -(decimals as i64)), end)
}

/// `e-3`, `× 10^5`, `\times 10^{-5}` after a mantissa; the power is `None` when absurd.
fn power_of_ten(bytes: &[u8], at: usize) -> Option<(Option<i64>, usize)> {
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let (power, end) = integer(bytes, at + 1)?;
        let glued = bytes.get(end).is_some_and(|b| b.is_ascii_alphanumeric());
        return (!glued).then_some((power, end));
    }
    let start = skip(bytes, at, |b| b == b' ');
    let sign = ["\\times", "\\cdot", "×", "·", "*", "x"]
        .iter()
        .find(|s| bytes[start..].starts_with(s.as_bytes()))?;
    let ten = skip(bytes, start + sign.len(), |b| b == b' ');
    let rest = bytes[ten..].strip_prefix(b"10^")?;
    let braced = rest.first() == Some(&b'{');
    let (power, end) = integer(bytes, ten + 3 + usize::from(braced))?;
    let closed = !braced || bytes.get(end) == Some(&b'}');
    closed.then_some((power, end + usize::from(braced)))
}

fn integer(bytes: &[u8], at: usize) -> Option<(Option<i64>, usize)> {
    let (negative, start) = match bytes.get(at) {
        Some(b'-') => (true, at + 1),
        Some(b'+') => (false, at + 1),
        _ => match bytes.get(at..)?.strip_prefix("−".as_bytes()) {
            Some(_) => (true, at + "−".len()),
            None => (false, at),
        },
    };
    let end = skip(bytes, start, |b| b.is_ascii_digit());
    let text = std::str::from_utf8(&bytes[start..end]).ok().filter(|t| !t.is_empty())?;
    let value = if text.len() <= 9 { text.parse::<i64>().ok() } else { None };
    Some((value.map(|v| if negative { -v } else { v }), end))
}

fn times_ten_to(number: Exact, power: Option<i64>) -> Option<Exact> {
    match (number, power?) {
        (Exact::Decimal { negative, digits, exponent }, power) => {
            Exact::decimal(negative, digits, exponent + power)
        }
        (Exact::Fraction { .. }, _) => None,
    }
}

/// `/4` after a number, with at most one space on either side.
fn over(bytes: &[u8], at: usize) -> Option<(Option<Exact>, usize)> {
    let slash = at + usize::from(bytes.get(at) == Some(&b' '));
    if bytes.get(slash) != Some(&b'/') {
        return None;
    }
    let start = slash + 1 + usize::from(bytes.get(slash + 1) == Some(&b' '));
    digit(bytes, start).then(|| mantissa(bytes, start, false))
}

/// `3 1/4` and `3\frac{1}{4}`, given the whole number `bytes[at..end]`.
fn mixed(bytes: &[u8], at: usize, end: usize, whole: &Exact) -> Option<(Exact, usize)> {
    if !bytes[at..end].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let start = end + usize::from(bytes.get(end) == Some(&b' '));
    if let Some((Some((n, d)), past)) =
        (bytes.get(start) == Some(&b'\\')).then(|| fraction_command(bytes, start)).flatten()
    {
        return Some((whole.and(&n, &d)?, past));
    }
    if start == end || !digit(bytes, start) {
        return None;
    }
    let (above, past) = mantissa(bytes, start, false);
    if bytes.get(past) != Some(&b'/') {
        return None;
    }
    let (below, past) = over(bytes, past)?;
    let dated = bytes.get(past) == Some(&b'/');
    if dated { None } else { Some((whole.and(&above?, &below?)?, past)) }
}

/// `\frac{3}{4}`, `\dfrac34`: the two sides, `None` when they are not plain numbers.
fn fraction_command(bytes: &[u8], at: usize) -> Option<(Option<(Exact, Exact)>, usize)> {
    let name =
        ["\\frac", "\\dfrac", "\\tfrac", "\\cfrac"].iter().find(|n| bytes[at..].starts_with(n.as_bytes()))?;
    let start = at + name.len();
    let sides = side(bytes, start).and_then(|(above, middle)| {
        let (below, end) = side(bytes, middle)?;
        Some(((above, below), end))
    });
    match sides {
        Some((sides, end)) => Some((Some(sides), end)),
        None => Some((None, after_groups(bytes, start))),
    }
}

fn side(bytes: &[u8], at: usize) -> Option<(Exact, usize)> {
    if bytes.get(at) != Some(&b'{') {
        return digit(bytes, at)
            .then(|| Exact::decimal(false, vec![bytes[at] - b'0'], 0).map(|x| (x, at + 1)))?;
    }
    let mut start = skip(bytes, at + 1, |b| b == b' ');
    let minus = ["-", "−"].iter().find(|m| bytes[start..].starts_with(m.as_bytes()));
    start = skip(bytes, start + minus.map_or(0, |m| m.len()), |b| b == b' ');
    if !digit(bytes, start) {
        return None;
    }
    let (number, end) = mantissa(bytes, start, false);
    let end = skip(bytes, end, |b| b == b' ');
    let closed = bytes.get(end) == Some(&b'}');
    if closed { number.map(|n| (signed(n, minus.is_some()), end + 1)) } else { None }
}

/// The end of two groups in braces or brackets, or of one argument without, looking a little way ahead.
fn after_groups(bytes: &[u8], at: usize) -> usize {
    let wanted = if bytes.get(at) == Some(&b'[') || bytes[..at].ends_with(b"frac") { 2 } else { 1 };
    let (mut depth, mut groups) = (0usize, 0);
    for (i, b) in bytes.iter().enumerate().skip(at).take(128) {
        match b {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                groups += usize::from(depth == 0);
            }
            _ if depth == 0 => return skip(bytes, i, |b| b.is_ascii_digit()),
            _ => {}
        }
        if groups == wanted {
            return i + 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Exact {
        match first(text, false) {
            Some((at, Read::Number(n), end)) if end == text.len() => {
                signed(n, sign_before(text.as_bytes(), at))
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn one_number_in_many_spellings() {
        for text in [
            "1234",
            "1,234",
            "1,234.00",
            "$1,234",
            "\\$1{,}234",
            "1_234",
            "1'234",
            "1\\,234",
            "1\u{202f}234",
            "1.234e3",
            "1.234 × 10^3",
            "1.234\\times 10^{3}",
            "2468/2",
            "\\frac{2468}{2}",
            "123.4*10^1",
            "0001234",
        ] {
            assert_eq!(number(text), number("1234"), "{text}");
        }
        for text in ["-0.5", "−.5", "-$0.50", "$-.5", "\\frac{-1}{2}", "-\\frac12", "-1/2", "–1/2", "-5e-1"]
        {
            assert_eq!(number(text), number("-0.5"), "{text}");
        }
        assert_eq!(number("2 1/3"), number("7/3"));
        assert_eq!(number("2\\frac{1}{3}"), number("7/3"));
    }

    #[test]
    fn the_last_quantity_of_a_text() {
        for (text, expected) in [
            ("so 3 + 4 = 7.", "7"),
            ("10-3", "3"),
            ("it fell to -3 degrees", "-3"),
            ("x = - 3", "-3"),
            ("24 cm^2", "24"),
            ("24 \\text{ cm}^{2}", "24"),
            ("12 molecules of H2O", "12"),
            ("9 apples on 2024/05/01", "9"),
            ("7, see section 1.2.3", "7"),
            ("4 eggs, 5,6", "6"),
            ("3\\times5", "5"),
            ("答案是5", "5"),
            ("the 3/4 and then 1 1/2 cups", "1.5"),
            ("wait...5", "5"),
            ("in stages 1, 2", "2"),
            ("- 5 apples", "5"),
            ("ten--5", "5"),
        ] {
            assert_eq!(last(text), Some(number(expected)), "{text}");
        }
        for text in [
            "",
            "none",
            "9π",
            "\\frac{\\pi}{2}",
            "2\\sqrt{3}",
            "\\sqrt5",
            "\\sqrt[3]{8}",
            "2√3",
            "5/0",
            "x_1",
            "1/2/2024",
        ] {
            assert_eq!(last(text), None, "{text}");
        }
    }

    #[test]
    fn absurd_numbers_are_not_read() {
        assert_eq!(last(&"7".repeat(MAX_DIGITS + 1)), None);
        assert_eq!(last(&"7".repeat(1 << 20)), None);
        assert!(last(&"7".repeat(MAX_DIGITS)).is_some());
        assert_eq!(last("1e999999999999"), None);
    }
}
