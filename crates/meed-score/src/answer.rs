//! Where a response says its answer: tags, `####`, boxes, "the answer is".

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::bare::{MARKS, bare, decoration_only};
use crate::exact_number::Exact;
use crate::numeral::{self, Read};
use crate::search::{Backward, Needle};

/// Where an answer may be looked for.
pub(crate) const PLACES: [&str; 6] = ["any", "tag", "hash", "boxed", "phrase", "last"];

/// How an answer is looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    /// Only a marked, bare number counts.
    pub(crate) strict: bool,
    /// One of [`PLACES`].
    pub(crate) from: &'static str,
}

/// Where a mark stands, and the number it gives.
type Mark = (usize, Option<Exact>);

static ANSWER_END: Needle = LazyLock::new(|| Finder::new("</answer>"));
static ANSWER_BEGIN: Needle = LazyLock::new(|| Finder::new("<answer>"));
static BOXED: Needle = LazyLock::new(|| Finder::new("\\boxed"));
static NSWER: Needle = LazyLock::new(|| Finder::new("nswer"));

/// The number in a reference.
pub(crate) fn reference(text: &str) -> Option<Exact> {
    match text.rfind("####") {
        Some(at) => bare(&text[at + 4..], false),
        None => bare(text, false).or_else(|| boxed(text).and_then(|(_, content)| bare(content, false))),
    }
}

/// The number a response gives, thinking already cut.
pub(crate) fn response(text: &str, how: How) -> Option<Exact> {
    let wants = |place| how.from == place || how.from == "any";
    let content = if wants("tag") { tagged(text) } else { None };
    if let Some(content) = content {
        let number = bare(content, how.strict);
        let prose = !how.strict && number.is_none() && is_prose(content);
        return if prose { marked_or_last(content, How { from: "any", ..how }) } else { number };
    }
    marked_or_last(text, how)
}

/// What the last mark gives, or else the last number.
fn marked_or_last(text: &str, how: How) -> Option<Exact> {
    let wants = |place| how.from == place || how.from == "any";
    let marks = [
        wants("hash").then(|| hash(text, how.strict)).flatten(),
        wants("phrase").then(|| phrase(text, how.strict)).flatten(),
        wants("boxed").then(|| boxed(text)).flatten().map(|(at, content)| (at, bare(content, how.strict))),
    ];
    match marks.into_iter().flatten().max_by_key(|(at, _)| *at) {
        Some((_, number)) => number,
        None if wants("last") && !how.strict => numeral::last(text),
        None => None,
    }
}

/// Whether a tag's content, no bare number, explains its answer: `so 3 + 15 makes 18`, but not `8, 9` or `8 or 9`.
fn is_prose(content: &str) -> bool {
    let digits = |part: &str| part.bytes().any(|b| b.is_ascii_digit());
    let choice = content.split_once(" or ").is_some_and(|(a, b)| digits(a) && digits(b));
    !choice
        && content.split_whitespace().filter(|w| w.chars().filter(|c| c.is_alphabetic()).count() > 1).count()
            > 1
}

/// The content of the last `<answer>…</answer>`.
fn tagged(text: &str) -> Option<&str> {
    let end = Backward::new(text, &ANSWER_END).next()?;
    let begin = Backward::new(&text[..end], &ANSWER_BEGIN).next()?;
    Some(&text[begin + "<answer>".len()..end])
}

/// The number right after the last `####` that has one; a numbered heading (`#### 1. Plan`) has none.
fn hash(text: &str, strict: bool) -> Option<Mark> {
    let mut end = text.len();
    while let Some(at) = memchr::memrchr(b'#', &text.as_bytes()[..end]) {
        let begin = text[..=at].trim_end_matches('#').len();
        if at + 1 - begin >= 4 {
            let line = line(nearby(&text[at + 1..]));
            if let Some((number, past)) = leading(line, strict) {
                let rest = &line[past..];
                let heading = rest.starts_with(['.', ')', ':']) && !rest[1..].trim().is_empty();
                if !heading && !hedges(rest) && (!strict || decoration_only(rest)) {
                    return Some((begin, Some(number)));
                }
            }
        }
        end = begin;
    }
    None
}

/// The content of the last `\boxed{…}` that is closed.
fn boxed(text: &str) -> Option<(usize, &str)> {
    let mut end = text.len();
    for at in Backward::new(text, &BOXED) {
        let open = at + "\\boxed".len();
        if let Some(close) = matching_brace(text.as_bytes(), open, end) {
            return Some((at, &text[open + 1..close]));
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

/// The number right after the last "answer is", "answer:" or "answer =" that has one, none where it goes on
/// with another ("5 or 6").
fn phrase(text: &str, strict: bool) -> Option<Mark> {
    Backward::new(text, &NSWER).filter(|at| text[..*at].ends_with(['a', 'A'])).find_map(|at| {
        let rest = nearby(&text[at + "nswer".len()..]).trim_start_matches([' ', '*']);
        let rest = match rest.as_bytes() {
            [b':' | b'=', ..] => &rest[1..],
            [b'i' | b'I', b's' | b'S', next, ..] if !next.is_ascii_alphanumeric() => &rest[2..],
            _ => return None,
        };
        let (number, past) = leading(rest, strict)?;
        let after = line(&rest[past..]);
        let number = match () {
            _ if hedges(after) => None,
            _ if strict || !is_calculation(after) => Some(number),
            _ => numeral::last(after),
        };
        Some((at, number))
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

/// The length of `x =`.
fn assigned_name(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(|c: char| c.is_ascii_alphabetic())?;
    rest.trim_start_matches(' ').starts_with('=').then_some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: How = How { strict: false, from: "any" };

    fn found(text: &str, how: How) -> Option<Exact> {
        crate::search::outside_thinking(text).and_then(|text| response(&text, how))
    }

    fn same(text: &str, number: &str) {
        assert_eq!(found(text, ANY), Some(reference(number).unwrap()), "{text}");
    }

    #[test]
    fn the_last_mark_gives_the_answer() {
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
        same("#### 5\nno: \\boxed{18}", "18");
        same("Half is \\boxed{9}. Final answer: the final answer is $18$. I hope it is correct.", "18");
    }

    #[test]
    fn two_answers_are_none() {
        for text in ["The answer is 18 or 20", "Answer: **18**, or x = 20", "\\boxed{18 \\text{ or } 20}"] {
            assert_eq!(found(text, ANY), None, "{text}");
        }
        for text in
            ["<answer>18 or 20</answer>", "<answer>20, 18</answer>", "<answer>x = 20, y = 18</answer>"]
        {
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
    fn a_box_decides_whatever_it_holds() {
        same("5 \\boxed{18 \\text{ cm}^2}", "18");
        for text in ["3\\pi", "", "x", "2^{18}"] {
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
