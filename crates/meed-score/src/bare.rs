//! Texts that are a number and nothing else, give or take a name, a unit and decoration.

use crate::exact_number::Exact;
use crate::numeral::{self, Read};

/// The number that `text` is, give or take a name before it (`x =`) and a unit after it; `strict`: without those.
pub(crate) fn bare(text: &str, strict: bool) -> Option<Exact> {
    let text = match text.rfind('=') {
        Some(at) if !strict && is_left_side(&text[..at]) => &text[at + 1..],
        _ => text,
    };
    let (at, read, end) = numeral::first(text, true)?;
    let Read::Number(number) = read else { return None };
    let before = text[..at].trim_end_matches(['$', '\\', '€', '£', '¥', '₹', ' ']);
    let unsigned = before.strip_suffix(['-', '−', '–', '+']);
    let negative = unsigned.is_some() && !before.ends_with('+');
    let before = match unsigned {
        Some(head) if ends_with_operand(head) => return None,
        Some(head) => head,
        None => before,
    };
    let after = &text[end..];
    let plain = if strict {
        decoration_only(before) && decoration_only(after)
    } else {
        is_name(before) && is_unit(after)
    };
    plain.then(|| numeral::signed(number, negative))
}

/// Whether a sign after `text` joins two values: `x-`, `x -`, `) -`, but not `is -`.
fn ends_with_operand(text: &str) -> bool {
    let head = text.trim_end();
    let word = head.chars().rev().take(2).take_while(|c| c.is_alphanumeric()).count();
    head.ends_with([')', ']', '}']) || word == 1 || word > 1 && head.len() == text.len()
}

/// Whether `text =` names or computes one value: no equation in variables, no inequality, no list.
fn is_left_side(text: &str) -> bool {
    let sums = ["+", "*", "^", "-", "−"].iter().any(|sign| text.contains(sign));
    let variables = text.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() == 1);
    let several = text.contains('=') && text.contains(',');
    let listed = [", ", ";", " or ", " and "].iter().any(|s| text.contains(s));
    let inequality = text.ends_with(['<', '>', '!', '≠']);
    !(several || listed || inequality || sums && variables)
}

/// What before a number makes it another: arithmetic, roots, inequalities, both signs.
const NO_NAME: [&str; 20] = [
    "+", "*", "/", "^", "√", "-", "−", "=", "<", ">", "≤", "≥", "±", "≠", "\\sqrt", "\\pm", "\\le", "\\ge",
    "\\ne", "\\sin",
];

/// Words before a number, without arithmetic.
fn is_name(text: &str) -> bool {
    NO_NAME.iter().all(|sign| !text.contains(sign)) || decoration_only(text)
}

/// Words after a number: a unit or remark, not another number or a symbol it is multiplied with.
fn is_unit(text: &str) -> bool {
    let variable =
        text.starts_with(['x', 'y', 'z', 'n', 'k']) && !text[1..].starts_with(|c: char| c.is_alphabetic());
    let mut text = text.trim_start();
    for degrees in ["^\\circ", "^{\\circ}", "°"] {
        text = text.strip_prefix(degrees).unwrap_or(text);
    }
    let symbolic = ["\\pi", "\\sqrt", "π", "√", "\\cdot", "\\times"].iter().any(|s| text.contains(s));
    let factor =
        text.strip_prefix('(').is_some_and(|t| t.chars().take(2).filter(|c| c.is_alphabetic()).count() < 2);
    let arithmetic = text.starts_with(['+', '*', '!', '^', '×']) || text.starts_with('-') && text.len() > 1;
    decoration_only(text) || !variable && !symbolic && !factor && !arithmetic && !has_value(text)
}

/// Whether digits stand in `text` other than as the power of a unit: `cm^2`, `m^{3}`.
fn has_value(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(i, b)| {
        b.is_ascii_digit() && {
            let head = bytes[..i].strip_suffix(b"{").unwrap_or(&bytes[..i]);
            !head.ends_with(b"^")
        }
    })
}

/// What may stand around a bare number.
pub(crate) const MARKS: [&str; 22] = [
    " ", "\n", "\t", "\r", "*", "\\$", "$", "`", "\"", "'", ":", "=", "\\(", "\\[", "\\)", "\\]", "~", "≈",
    "€", "£", "¥", "₹",
];

/// Whether only marks and a percent sign or full stop are left.
pub(crate) fn decoration_only(mut text: &str) -> bool {
    while !text.is_empty() {
        let Some(mark) = MARKS.iter().chain(&["\\%", "%", "."]).find(|m| text.starts_with(**m)) else {
            return false;
        };
        text = &text[mark.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_units_and_decoration_are_let_through() {
        for text in [
            "18",
            "x = 18",
            "\\$18",
            "18\\%",
            "18 \\text{ cm}^2",
            "18^\\circ",
            "18\\text{ m}^{2}",
            "+18",
            "18.",
            "18 apples",
            "\\text{about } 18",
            "\\frac{36}{2}",
            "{18}",
            "18\\,\\mathrm{km/h}",
            "18 (eighteen)",
            "3 + 15 = 18",
            "the answer is 18",
            " $18$\n",
            "**18**",
        ] {
            assert_eq!(bare(text, false), bare("18", true), "{text}");
        }
        assert_eq!(bare("- 18", false), bare("-18", true));
        assert_eq!(bare("it is -18", false), bare("-18", true));
        assert_eq!(bare("1 800", false), bare("1800", true));
    }

    #[test]
    fn anything_else_is_not_a_number() {
        for text in [
            "3\\pi",
            "18x",
            "3, 18",
            "3 \\text{ or } 18",
            "2^{18}",
            "18!",
            "",
            "x",
            "\\frac{\\pi}{18}",
            "\\sqrt{18}",
            "(3, 18)",
            "18 + x",
            "x + 18",
            "x-18",
            "x - 18",
            "x = 3, y = 18",
            "2x + z = 18",
            "AB=3,CD=18",
            "a - b = 18",
            "x \\ge 18",
            "x > 18",
            "x >= 18",
            "\\pm 18",
            "18(x)",
            "n \\neq 18",
        ] {
            assert_eq!(bare(text, false), None, "{text}");
        }
    }

    #[test]
    fn strict_lets_only_decoration_through() {
        for text in ["18", " $18$ ", "\\$18", "18\\%", "18.", "−18", "3/4"] {
            assert!(bare(text, true).is_some(), "{text}");
        }
        for text in ["x = 18", "18 eggs", "18 \\text{ cm}", "about 18"] {
            assert_eq!(bare(text, true), None, "{text}");
        }
    }
}
