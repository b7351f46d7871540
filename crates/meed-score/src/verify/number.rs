//! `number`: the number a response ends with, against the reference, exactly.

use std::sync::{Arc, LazyLock};

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Reason, Word};
use memchr::memmem::Finder;

use crate::error::ScoreError;
use crate::exact_number::Exact;
use crate::numeral::{self, Read};
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_answer, truth};
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::search::{Backward, Needle, outside_thinking};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "number",
        family: Family::Verify,
        signature: "number(text, answer, decimals=None, strict=False, from=\"any\")",
        axes: "any axis → the same",
        summary: "1 when the number a response ends with is the number in the reference, else 0.",
        details: "The response's number is the content of its last `<answer>` tag if it has one, and there (or in the \
whole response) what follows the last `####`, the last `\\boxed{…}`, what follows the last \"answer is\", or else the last \
number. `<think>` blocks are cut first; one that never ends leaves no answer. A response without a number is wrong (0); \
a reference without one makes the score absent (`bad_reference`). Numbers are compared as exact decimals and fractions, \
never as floats: thousands separators, currency and percent signs (15% is 15), `a/b`, `\\frac{a}{b}`, `1 1/2` and \
`1.5e3` are understood. A box or reference that holds more than one number or a symbolic value (`3\\pi`) is not a number. The \
reference may be a worked solution that ends with `#### 18`, a number, or several alternatives of which one must match.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference: a number, or a text that holds it" },
            Arg {
                name: "decimals=None",
                help: "compare after rounding both to this many decimals; None: exactly",
            },
            Arg {
                name: "strict=False",
                help: "only a marked answer counts, and it must be the bare number: no units, no words, no fallback to the last number",
            },
            Arg {
                name: "from=\"any\"",
                help: "where to look: \"any\", \"tag\" (<answer>), \"hash\" (####), \"boxed\", \"phrase\" (answer is) or \"last\"",
            },
        ],
        examples: &[
            Example {
                code: "number()",
                with: r#"{"text": [["6 × 7 = 42.", "I do not know"]], "answer": ["42"]}"#,
                gives: "[[1, 0]]",
            },
            Example {
                code: "number()",
                with: r#"{"text": [["First 3, then $1,234.50.", "\\boxed{\\frac{2469}{2}}", "<think>1234.5</think> 7"]], "answer": ["so 1234.5\n#### 1234.5"]}"#,
                gives: "[[1, 1, 0]]",
            },
            Example {
                code: "number(decimals=2)",
                with: r#"{"text": [["about 3.14", "22/7", "3.15"]], "answer": ["3.14159"]}"#,
                gives: "[[1, 1, 0]]",
            },
            Example {
                code: "number(strict=True)",
                with: r#"{"text": [["so\\n#### 42", "\\boxed{42 \\text{ eggs}}", "it is 42"]], "answer": ["42"]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: "number()",
                with: r#"{"text": [["7", "8"]], "answer": ["no idea"]}"#,
                gives: r#"[["<bad_reference>", "<bad_reference>"]]"#,
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "decimals", default: Default::None, help: "decimals both sides are rounded to" },
        Opt { name: "strict", default: Default::Bool(false), help: "only a marked, bare number counts" },
        Opt { name: "from", default: Default::Text("any"), help: "where the answer is looked for" },
    ],
    build,
};

const PLACES: [&str; 6] = ["any", "tag", "hash", "boxed", "phrase", "last"];

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let decimals = options.optional_count("decimals", 0..=100)?;
    let how = How { strict: options.bool("strict")?, from: options.choice("from", &PLACES)? };
    Ok(per_answer(options, move |text, answer| {
        let round = |x: Exact| decimals.map_or_else(|| x.clone(), |d| x.rounded(d));
        let mut references = alternatives(answer).filter_map(reference).map(round).peekable();
        if references.peek().is_none() {
            return Err(Reason::BadReference);
        }
        let found = outside_thinking(text).and_then(|text| response(&text, how)).map(round);
        truth(found.is_some_and(|found| references.any(|reference| reference == found)))
    }))
}

#[derive(Debug, Clone, Copy)]
struct How {
    strict: bool,
    from: &'static str,
}

static ANSWER_END: Needle = LazyLock::new(|| Finder::new("</answer>"));
static ANSWER_BEGIN: Needle = LazyLock::new(|| Finder::new("<answer>"));
static BOXED: Needle = LazyLock::new(|| Finder::new("\\boxed"));
static NSWER: Needle = LazyLock::new(|| Finder::new("nswer"));

/// The number in a reference.
fn reference(text: &str) -> Option<Exact> {
    match text.rfind("####") {
        Some(at) => bare(&text[at + 4..], false),
        None => bare(text, false).or_else(|| boxed(text).and_then(|content| bare(content, false))),
    }
}

/// The number a response gives, thinking already cut.
fn response(text: &str, how: How) -> Option<Exact> {
    let wants = |place| how.from == place || how.from == "any";
    let content = if wants("tag") { tagged(text) } else { None };
    if let Some(content) = content {
        let number = bare(content, how.strict);
        return if how.strict || number.is_some() {
            number
        } else {
            marked_or_last(content, How { from: "any", ..how })
        };
    }
    marked_or_last(text, how)
}

fn marked_or_last(text: &str, how: How) -> Option<Exact> {
    let wants = |place| how.from == place || how.from == "any";
    if let Some(number) = wants("hash").then(|| hash(text, how.strict)).flatten() {
        return Some(number);
    }
    if let Some(content) = wants("boxed").then(|| boxed(text)).flatten() {
        return bare(content, how.strict);
    }
    if let Some(number) = wants("phrase").then(|| phrase(text, how.strict)).flatten() {
        return number;
    }
    if wants("last") && !how.strict { numeral::last(text) } else { None }
}

/// The content of the last `<answer>…</answer>`.
fn tagged(text: &str) -> Option<&str> {
    let end = Backward::new(text, &ANSWER_END).next()?;
    let begin = Backward::new(&text[..end], &ANSWER_BEGIN).next()?;
    Some(&text[begin + "<answer>".len()..end])
}

/// The number right after the last `####` that has one; a numbered heading (`#### 1. Plan`) has none.
fn hash(text: &str, strict: bool) -> Option<Exact> {
    let mut end = text.len();
    while let Some(at) = memchr::memrchr(b'#', &text.as_bytes()[..end]) {
        let begin = text[..=at].trim_end_matches('#').len();
        if at + 1 - begin >= 4 {
            let line = line(nearby(&text[at + 1..]));
            if let Some((number, past)) = leading(line, strict) {
                let rest = &line[past..];
                let heading = rest.starts_with(['.', ')', ':']) && !rest[1..].trim().is_empty();
                if !heading && !hedges(rest) && (!strict || decoration_only(rest)) {
                    return Some(number);
                }
            }
        }
        end = begin;
    }
    None
}

/// The content of the last `\boxed{…}` that is closed.
fn boxed(text: &str) -> Option<&str> {
    let mut end = text.len();
    for at in Backward::new(text, &BOXED) {
        let open = at + "\\boxed".len();
        if let Some(close) = matching_brace(text.as_bytes(), open, end) {
            return Some(&text[open + 1..close]);
        }
        // Whatever holds this box holds its missing brace, so nothing beyond it can close an earlier one.
        end = at;
    }
    None
}

/// Where the brace group that opens at `open` closes before `end`.
fn matching_brace(bytes: &[u8], open: usize, end: usize) -> Option<usize> {
    if bytes.get(open) != Some(&b'{') {
        return None;
    }
    let (mut at, mut depth) = (open, 0usize);
    while at < end {
        match bytes[at] {
            b'\\' => at += 1,
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The number right after the last "answer is", "answer:" or "answer =" that has one; `None` inside where the phrase
/// goes on with another ("5 or 6").
fn phrase(text: &str, strict: bool) -> Option<Option<Exact>> {
    Backward::new(text, &NSWER).filter(|at| text[..*at].ends_with(['a', 'A'])).find_map(|at| {
        let rest = nearby(&text[at + "nswer".len()..]).trim_start_matches([' ', '*']);
        let rest = match rest.as_bytes() {
            [b':' | b'=', ..] => &rest[1..],
            [b'i' | b'I', b's' | b'S', next, ..] if !next.is_ascii_alphanumeric() => &rest[2..],
            _ => return None,
        };
        let (number, past) = leading(rest, strict)?;
        let after = line(&rest[past..]);
        Some(match () {
            _ if hedges(after) => None,
            _ if strict || !is_calculation(after) => Some(number),
            _ => numeral::last(after),
        })
    })
}

/// The start of `text`: a mark is read no further than this, so that a text full of marks takes linear time.
fn nearby(text: &str) -> &str {
    let mut end = text.len().min(1024);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn line(text: &str) -> &str {
    memchr::memchr(b'\n', text.as_bytes()).map_or(text, |end| &text[..end])
}

/// Whether a number goes on as "or 6": two answers are none.
fn hedges(after: &str) -> bool {
    let after = after.trim_start_matches([' ', '$', '*', ',']);
    after.strip_prefix("or ").is_some_and(|other| other.bytes().take(40).any(|b| b.is_ascii_digit()))
}

/// Whether a number goes on as `+ 3 = 5`.
fn is_calculation(after: &str) -> bool {
    let after = after.trim_start_matches(' ');
    let operand = after.strip_prefix(['+', '-', '−', '*', '×', '·', '/', '÷', '=', '^']);
    operand.is_some_and(|operand| {
        operand.trim_start_matches([' ', '$', '(']).starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Words that may stand between "answer is" and the number.
const FILLERS: [&str; 10] =
    ["approximately", "about", "roughly", "exactly", "simply", "therefore", "thus", "then", "indeed", "just"];

/// The number `text` begins with, after signs, marks and fillers, and where it ends.
fn leading(text: &str, strict: bool) -> Option<(Exact, usize)> {
    let mut at = 0;
    let mut negative = false;
    for _ in 0..64 {
        let rest = &text[at..];
        if let Some(content) = rest.strip_prefix("\\boxed") {
            let close = matching_brace(content.as_bytes(), 0, content.len())?;
            return Some((bare(&content[1..close], strict)?, at + "\\boxed".len() + close + 1));
        }
        match numeral::read(text.as_bytes(), at, false) {
            Some((Read::Number(number), end)) => return Some((numeral::signed(number, negative), end)),
            Some(_) => return None,
            None => {}
        }
        let minus = ["-", "−", "–"].iter().find(|m| rest.starts_with(**m));
        negative |= minus.is_some();
        let mark = MARKS.iter().find(|m| rest.starts_with(**m));
        let filler = FILLERS.iter().find(|f| !strict && rest.starts_with(**f));
        let name = (!strict).then(|| assigned_name(rest)).flatten();
        at += minus.or(mark).or(filler).map(|m| m.len()).or(name)?;
    }
    None
}

/// What may stand around a bare number.
const MARKS: [&str; 22] = [
    " ", "\n", "\t", "\r", "*", "\\$", "$", "`", "\"", "'", ":", "=", "\\(", "\\[", "\\)", "\\]", "~", "≈",
    "€", "£", "¥", "₹",
];

/// The length of `x =`.
fn assigned_name(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(|c: char| c.is_ascii_alphabetic())?;
    rest.trim_start_matches(' ').starts_with('=').then_some(1)
}

fn decoration_only(mut text: &str) -> bool {
    while !text.is_empty() {
        let Some(mark) = MARKS.iter().chain(&["\\%", "%", "."]).find(|m| text.starts_with(**m)) else {
            return false;
        };
        text = &text[mark.len()..];
    }
    true
}

/// The number that `text` is, give or take a name before it (`x =`) and a unit after it; `strict`: without those.
fn bare(text: &str, strict: bool) -> Option<Exact> {
    let text = match text.rfind('=') {
        Some(at) if !strict => &text[at + 1..],
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

/// Words before a number, without arithmetic.
fn is_name(text: &str) -> bool {
    !text.contains(['+', '*', '/', '^', '√', '-', '−']) && !text.contains("\\sqrt") || decoration_only(text)
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
    let arithmetic =
        text.starts_with(['+', '*', '(', '!', '^', '×']) || text.starts_with('-') && text.len() > 1;
    !variable && !symbolic && !arithmetic && !has_value(text)
}

/// Whether digits stand in `text` other than as the power of a unit: `cm^2`, `m^{3}`, `s-1` no.
fn has_value(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(i, b)| {
        b.is_ascii_digit() && {
            let head = bytes[..i].strip_suffix(b"{").unwrap_or(&bytes[..i]);
            !head.ends_with(b"^")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: How = How { strict: false, from: "any" };

    fn found(text: &str, how: How) -> Option<Exact> {
        outside_thinking(text).and_then(|text| response(&text, how))
    }

    fn same(text: &str, number: &str) {
        assert_eq!(found(text, ANY), Some(reference(number).unwrap()), "{text}");
    }

    #[test]
    fn the_marks_of_an_answer_in_their_order() {
        same("1\n#### 18", "18");
        same("#### 18\nwhich is 3 + 15", "18");
        same("#### Step 2\nso it is \\boxed{18}.", "18");
        same("#### 1. Plan\nadd\n#### 2) Do\n3 + 15 = 18", "18");
        same("\\boxed{3} no, \\boxed{18} of 20", "18");
        same("The answer is 18, as 3 * 6 says.", "18");
        same("**Answer:** $18$ dollars for 3", "18");
        same("The answer is clear: 3 then 18", "18");
        same("The answer is 3 + 15 = 18 eggs", "18");
        same("The answer is:\n\\[\n18\n\\]", "18");
        same("The answer is \\boxed{18}", "18");
        same("<answer>18</answer> not 20", "18");
        same("<answer>3 + 15 makes 18 in all</answer> 20", "18");
        same("A: $18.00", "18");
    }

    #[test]
    fn two_answers_are_none() {
        for text in ["The answer is 18 or 20", "Answer: **18**, or x = 20", "\\boxed{18 \\text{ or } 20}"] {
            assert_eq!(found(text, ANY), None, "{text}");
        }
        same("The answer is 18 or so.", "18");
    }

    #[test]
    fn thinking_is_not_an_answer() {
        same("<think>17? \\boxed{17}</think>18", "18");
        same("18 <think>or 17</think>", "18");
        assert_eq!(found("<think>it is 18", ANY), None);
        assert_eq!(found("<think>18</think>", ANY), None);
    }

    #[test]
    fn what_a_box_may_hold() {
        for text in [
            "18",
            "x = 18",
            "\\$18",
            "18\\%",
            "18 \\text{ cm}^2",
            "18^\\circ",
            "18\\text{ m}^{2}",
            "- 18",
            "+18",
            "1 800",
            "18.",
            "18 apples",
            "\\text{about } 18",
            "\\frac{36}{2}",
            "{18}",
            "18\\,\\mathrm{km/h}",
        ] {
            let expected = match text {
                "- 18" => "-18",
                "1 800" => "1800",
                _ => "18",
            };
            same(&format!("5 \\boxed{{{text}}}"), expected);
        }
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
        ] {
            assert_eq!(found(&format!("18 \\boxed{{{text}}}"), ANY), None, "{text}");
        }
    }

    #[test]
    fn boxes_that_never_close_are_not_answers() {
        same("\\boxed{18} and \\boxed{1", "18");
        same("\\boxed 18", "18");
        same("\\fbox{\\boxed{18}} \\boxed{\\boxed{17", "18");
        assert_eq!(boxed(&"\\boxed{".repeat(200_000)), None);
    }

    #[test]
    fn strict_wants_a_mark_and_the_bare_number() {
        let strict = How { strict: true, from: "any" };
        for text in
            ["#### $18.", "\\boxed{18}", "\\boxed{\\$18}", "<answer> 18 </answer>", "The answer is **18**."]
        {
            assert!(found(text, strict).is_some(), "{text}");
        }
        for text in ["18", "#### 18 eggs", "\\boxed{x = 18}", "<answer>18 eggs</answer>", "#### about 18"] {
            assert_eq!(found(text, strict), None, "{text}");
        }
    }

    #[test]
    fn from_says_where_to_look() {
        let text = "<answer>1</answer> #### 2\n\\boxed{3} the answer is 4. 5";
        for (from, number) in
            [("any", "1"), ("tag", "1"), ("hash", "2"), ("boxed", "3"), ("phrase", "4"), ("last", "5")]
        {
            assert_eq!(found(text, How { strict: false, from }), reference(number), "{from}");
        }
        assert_eq!(found("it is 5", How { strict: false, from: "boxed" }), None);
    }

    #[test]
    fn references() {
        for text in
            ["18", "$18", "18.0", "3 + 15 = 18\n#### 18", "x = 18", "so \\boxed{18}", "18 eggs", "####18"]
        {
            assert_eq!(reference(text), reference("18"), "{text}");
        }
        for text in ["", "eighteen", "3 or 18", "[3, 18)", "18\\pi", "#### none"] {
            assert_eq!(reference(text), None, "{text}");
        }
    }

    #[test]
    fn a_box_in_a_reference() {
        assert_eq!(reference("we add 3 and 15 and get \\boxed{18} in 2 steps"), reference("18"));
    }
}
