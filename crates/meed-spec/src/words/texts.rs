//! Plain texts inside functions: patterns, numbers, JSON, comparisons.

use meed_algebra::{Arg as A, Example, Family, TypeError, Word};

use super::{Arg, Args, Plain, eg};
use crate::texts;

const TEXT: A = A { name: "text", help: "a text" };
const PATTERN: A = A { name: "pattern", help: "a regular expression" };

/// A word on plain texts.
pub(super) const fn def(
    name: &'static str,
    axes: &'static str,
    summary: &'static str,
    details: &'static str,
    args: &'static [A],
    examples: &'static [Example],
    run: fn(&Args<'_>) -> Result<Arg, TypeError>,
) -> Plain {
    Plain { word: Word { name, family: Family::PlainText, axes, summary, details, args, examples }, run }
}

/// What two texts or lists have in common: characters of texts, equal items of lists.
fn compared<R>(
    args: &Args<'_>,
    of_texts: impl Fn(&[char], &[char]) -> Result<R, TypeError>,
    of_lists: impl Fn(&[String], &[String]) -> Result<R, TypeError>,
) -> Result<R, TypeError> {
    let items = |list: &[Arg]| list.iter().map(key).collect::<Result<Vec<_>, _>>();
    match (args.get("a"), args.get("b")) {
        (Arg::Text(a), Arg::Text(b)) => {
            of_texts(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        }
        (Arg::List(a), Arg::List(b)) => of_lists(&items(&a)?, &items(&b)?),
        (a, b) => Err(TypeError::new(format!(
            "two texts or two lists are compared, not {} and {}",
            a.kind(),
            b.kind()
        ))),
    }
}

/// An item of a list, as something to compare.
fn key(item: &Arg) -> Result<String, TypeError> {
    match item {
        Arg::Text(t) => Ok(format!("t{t}")),
        Arg::Number(x) => Ok(format!("n{x}")),
        Arg::Bool(b) => Ok(format!("n{}", f64::from(*b))),
        Arg::None => Ok(String::new()),
        other => {
            Err(TypeError::new(format!("texts and numbers of lists are compared, not {}", other.kind())))
        }
    }
}

pub(super) const WORDS: &[Plain] = &[
    def(
        "capture",
        "plain values → a text, a list of texts, or None",
        "The first match of a pattern in a text; None without one.",
        "Of a pattern with one group what the group holds, with several a list of them (None for a group that took no part). Patterns have the syntax of Rust's `regex`, without look-around, so the time is linear in the text; `(?s)` lets `.` match line ends, `(?i)` ignores case.",
        &[TEXT, PATTERN],
        &[eg(
            r#"map(lambda t: capture(t, "([0-9]+) km"), kind, kind="text")"#,
            r#"{"kind": [["12 km or 7 km", "far"]]}"#,
            r#"[["12", "<not_applicable>"]]"#,
        )],
        |a| texts::capture(&a.text("text")?, &a.text("pattern")?),
    ),
    def(
        "find_all",
        "plain values → a list",
        "All matches of a pattern in a text, from left to right, none over another.",
        "Each as `capture` gives it; with `spans` each as [start, end], in characters.",
        &[TEXT, PATTERN, A { name: "spans=False", help: "whether to give places" }],
        &[
            eg(
                r#"map(lambda t: len(find_all(t, "[a-z]+")), kind)"#,
                r#"{"kind": [["one two", "3"]]}"#,
                "[[2, 0]]",
            ),
            eg(
                r#"map(lambda t: find_all(t, "b+", spans=True)[0][1], kind)"#,
                r#"{"kind": [["éabb", "b"]]}"#,
                "[[4, 1]]",
            ),
        ],
        |a| texts::find_all(&a.text("text")?, &a.text("pattern")?, a.flag("spans")?),
    ),
    def(
        "replace_all",
        "plain values → a text",
        "The text with every match of a pattern replaced.",
        "`$1` in the replacement is what the first group holds, `$$` a dollar sign.",
        &[TEXT, PATTERN, A { name: "replacement=\"\"", help: "what is put there" }],
        &[eg(
            r#"map(lambda t: replace_all(t, "\\s+", " "), kind, kind="text")"#,
            r#"{"kind": [["a  b\n c"]]}"#,
            r#"[["a b c"]]"#,
        )],
        |a| texts::replace_all(&a.text("text")?, &a.text("pattern")?, &a.text("replacement")?),
    ),
    def(
        "parse_number",
        "a plain text → a number or None",
        "The number a text is; None when it is none.",
        "Decimal, with a sign, a point and an exponent if need be; white space around it is forgiven, anything else is not.",
        &[TEXT],
        &[eg(
            "map(lambda t: parse_number(t), kind)",
            r#"{"kind": [[" -1.5 ", "1e3", "ten", "inf"]]}"#,
            r#"[[-1.5, 1000, "<not_applicable>", "<not_applicable>"]]"#,
        )],
        |a| Ok(texts::number(&a.text("text")?).map_or(Arg::None, Arg::Number)),
    ),
    def(
        "parse_json",
        "a plain text → plain values, or None",
        "A JSON text as numbers, texts, truth values, lists and dicts; None when it is no JSON.",
        "`null` is None as well.",
        &[TEXT],
        &[eg(
            r#"map(lambda t: (parse_json(t) or {}).get("score"), kind)"#,
            r#"{"kind": [["{\"score\": 4}", "{oops"]]}"#,
            r#"[[4, "<not_applicable>"]]"#,
        )],
        |a| Ok(texts::json(&a.text("text")?).unwrap_or(Arg::None)),
    ),
    def(
        "boxes",
        "a plain text → a list of texts",
        "What stands in every `\\boxed{…}` of a text, in order.",
        "Braces are balanced; a box that is never closed is none; of nested boxes the outer is given.",
        &[TEXT],
        &[eg(
            r#"map(lambda t: (boxes(t) or [None])[-1], kind, kind="text")"#,
            r#"{"kind": [["\\boxed{1}, no, \\boxed{\\frac{1}{2}}", "2"]]}"#,
            r#"[["\\frac{1}{2}", "<not_applicable>"]]"#,
        )],
        |a| Ok(Arg::List(texts::boxes(&a.text("text")?).into_iter().map(Arg::Text).collect())),
    ),
    def(
        "common_subsequence",
        "plain values → a number",
        "The length of the longest sequence that two lists (or texts) have in common, in order and with gaps.",
        "Items are texts or numbers; of texts, characters.",
        &[A { name: "a", help: "a list or a text" }, A { name: "b", help: "another" }],
        &[eg(
            r#"map(lambda t: common_subsequence(t.split(" "), ["the", "cat", "sat"]), kind)"#,
            r#"{"kind": [["the big cat sat", "sat cat"]]}"#,
            "[[3, 1]]",
        )],
        |a| {
            let n = compared(a, texts::common_subsequence, texts::common_subsequence)?;
            Ok(Arg::Number(n as f64))
        },
    ),
    def(
        "similarity",
        "plain values → a number",
        "How alike two texts (or lists) are, from 0 to 1: twice the characters in matching blocks over all characters.",
        "Blocks are found as Ratcliff and Obershelp do: the longest one in common, then the same to its left and to its right. Two empty texts are alike.",
        &[A { name: "a", help: "a text or a list" }, A { name: "b", help: "another" }],
        &[eg(r#"map(lambda t: similarity(t, "abcd"), kind)"#, r#"{"kind": [["bcde", ""]]}"#, "[[0.75, 0]]")],
        |a| Ok(Arg::Number(compared(a, texts::similarity, texts::similarity)?)),
    ),
];
