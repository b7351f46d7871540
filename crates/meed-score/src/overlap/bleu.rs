//! `bleu`: runs of up to four words shared with references, and a penalty for being brief.

use std::borrow::Cow;
use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use super::{ANSWER_ARG, TEXT_ARG};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::strings::vocabulary::Vocabulary;
use crate::strings::{grams, split};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "bleu",
        family: Family::Overlap,
        axes: "any axis → the same",
        summary: "BLEU of one text against its references, 0 to 100.",
        details: "The geometric mean of the n-gram precisions up to `n`, each n-gram counted at most as often as in the reference \
that has it most often, times exp(1 − r/c) where the text is shorter than the closest reference. Orders the text is too short for are left out \
(`effective`). As `sentence_bleu` of the package `sacrebleu`, with its tokenisation 13a; the method is that of \"BLEU: a Method for Automatic Evaluation of \
Machine Translation\".",
        args: &[
            TEXT_ARG,
            ANSWER_ARG,
            Arg { name: "n=4", help: "the longest n-grams" },
            Arg {
                name: "smooth=\"exp\"",
                help: "what an order without matches gets: \"exp\", \"floor\", \"add-k\" or \"none\"",
            },
            Arg { name: "smooth_value=None", help: "the floor (0.1 unless given) or k (1 unless given)" },
            Arg { name: "effective=True", help: "leave out orders the text is too short for" },
            Arg {
                name: "tokens=\"13a\"",
                help: "\"13a\", \"words\" (white space separates them) or \"characters\"",
            },
            Arg { name: "ignore_case=False", help: "whether A and a are the same" },
        ],
        examples: &[
            Example {
                code: "bleu()",
                with: r#"{"text": [["The cat sat on the mat.", "The cat"]], "answer": ["The cat sat on a mat."]}"#,
                gives: "[[48.892302, 8.208500]]",
            },
            Example {
                code: r#"bleu(n=2, smooth="none", tokens="words")"#,
                with: r#"{"text": [["a b c d"]], "answer": ["a b d c"]}"#,
                gives: "[[57.735026919]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "n", default: Default::Number(4.0), help: "the longest n-grams" },
        Opt { name: "smooth", default: Default::Text("exp"), help: "exp, floor, add-k or none" },
        Opt { name: "smooth_value", default: Default::None, help: "the floor or k" },
        Opt {
            name: "effective",
            default: Default::Bool(true),
            help: "leave out orders the text is too short for",
        },
        Opt { name: "tokens", default: Default::Text("13a"), help: "13a, words or characters" },
        Opt { name: "ignore_case", default: Default::Bool(false), help: "whether A and a are the same" },
    ],
    build,
};

struct How {
    orders: usize,
    smooth: &'static str,
    value: f64,
    effective: bool,
}

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let smooth = options.choice("smooth", &["exp", "floor", "add-k", "none"])?;
    let value = options.optional_number("smooth_value", 0.0..=1e9)?;
    if value.is_some() && !matches!(smooth, "floor" | "add-k") {
        return Err(options.bad("smooth_value", format!("None, since smooth is {smooth:?}")));
    }
    let how = How {
        orders: options.count("n", 1..=16)?,
        smooth,
        value: value.unwrap_or(if smooth == "floor" { 0.1 } else { 1.0 }),
        effective: options.bool("effective")?,
    };
    let tokens = options.choice("tokens", &["13a", "words", "characters"])?;
    let ignore_case = options.bool("ignore_case")?;
    Ok(per_answer(options, move |text, answer| {
        let prepare = |text: &str| {
            let text = if ignore_case { Cow::Owned(split::lower(text)) } else { Cow::Borrowed(text) };
            match tokens {
                "13a" => separated(text.trim_end_matches(split::is_space)),
                _ => text.into_owned(),
            }
        };
        let text = prepare(text);
        let references: Vec<String> = alternatives(answer).map(prepare).collect();
        let mut vocabulary =
            Vocabulary::for_bytes(text.len() + references.iter().map(String::len).sum::<usize>());
        let mut units = |text| vocabulary.ids_of(text, tokens == "characters");
        let text = units(&text);
        let references: Vec<Vec<u32>> = references.iter().map(|r| units(r)).collect();
        Ok(score(&text, &references, &how))
    }))
}

fn score(text: &[u32], references: &[Vec<u32>], how: &How) -> f64 {
    let slices: Vec<&[u32]> = references.iter().map(Vec::as_slice).collect();
    let shared = grams::shared(text, &slices, how.orders);
    if shared.iter().all(|count| *count == 0) {
        return 0.0;
    }
    let closest =
        slices.iter().map(|r| r.len()).min_by_key(|len| (len.abs_diff(text.len()), *len)).unwrap_or(0);
    let (mut logs, mut orders, mut halved) = (0.0, how.orders, 1.0);
    let mut counted = 0;
    for n in 1..=how.orders {
        let (mut found, mut all) = (shared[n - 1] as f64, (text.len() + 1).saturating_sub(n) as f64);
        if how.smooth == "add-k" && n > 1 {
            (found, all) = (found + how.value, all + how.value);
        }
        if all == 0.0 {
            break;
        }
        if how.effective {
            orders = n;
        }
        let precision = match (found > 0.0, how.smooth) {
            (true, _) => found / all,
            (false, "exp") => {
                halved *= 2.0;
                1.0 / (halved * all)
            }
            (false, "floor") => how.value / all,
            _ => 0.0,
        };
        logs += log_of_percent(precision);
        counted = n;
    }
    // Orders past the text's end have the precision 0.
    logs += log_of_percent(0.0) * orders.saturating_sub(counted) as f64;
    let brevity = if text.len() < closest { (1.0 - closest as f64 / text.len() as f64).exp() } else { 1.0 };
    brevity * (logs / orders as f64).exp()
}

/// The logarithm of a share in percent, or of next to nothing.
fn log_of_percent(share: f64) -> f64 {
    if share == 0.0 { -9_999_999_999.0 } else { (100.0 * share).ln() }
}

/// Which bytes stand by themselves whatever is beside them.
static APART: [bool; 128] = {
    let mut table = [false; 128];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] =
            matches!(byte, b'{'..=b'~' | b'['..=b'`' | b'!'..=b'&' | b'('..=b'+' | b':'..=b'@' | b'/');
        byte += 1;
    }
    table
};

/// The text with punctuation set apart as by the tokenisation 13a of the mteval script.
fn separated(text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    if text.contains('<') {
        text = text.replace("<skipped>", "").into();
    }
    if text.contains('\n') {
        text = text.replace("-\n", "").replace('\n', " ").into();
    }
    if text.contains('&') {
        for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
            text = text.replace(entity, character).into();
        }
    }
    let mut bytes = Vec::with_capacity(text.len() + text.len() / 4 + 2);
    bytes.push(b' ');
    let mut written = 0;
    for (i, byte) in text.bytes().enumerate() {
        if APART.get(usize::from(byte)) == Some(&true) {
            bytes.extend_from_slice(&text.as_bytes()[written..i]);
            bytes.extend_from_slice(&[b' ', byte, b' ']);
            written = i + 1;
        }
    }
    bytes.extend_from_slice(&text.as_bytes()[written..]);
    bytes.push(b' ');
    let digit = |byte: u8| byte.is_ascii_digit();
    let stops = |bytes: &[u8]| memchr::memchr2(b'.', b',', bytes);
    let bytes = spread(bytes, stops, |a, _| a.is_some_and(|a| !digit(a)), true);
    let bytes = spread(bytes, stops, |_, b| b.is_some_and(|b| !digit(b)), false);
    let bytes = spread(bytes, |bytes| memchr::memchr(b'-', bytes), |a, _| a.is_some_and(digit), true);
    // Spaces were put beside characters of ASCII only.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Spaces around the bytes that `next` finds where `apart` says so of the byte before and the byte after; with `before`
/// that depends on the byte before, which then belongs to no other pair, else on the byte after.
fn spread(
    bytes: Vec<u8>,
    next: impl Fn(&[u8]) -> Option<usize>,
    apart: impl Fn(Option<u8>, Option<u8>) -> bool,
    before: bool,
) -> Vec<u8> {
    let mut out = Vec::new();
    // What is not yet written, what is not yet part of a pair, and where the search goes on.
    let (mut written, mut free, mut at) = (0, 0, 0);
    while let Some(found) = next(&bytes[at..]) {
        let i = at + found;
        at = i + 1;
        let neighbours =
            (bytes.get(i.wrapping_sub(1)).copied().filter(|_| i > free), bytes.get(i + 1).copied());
        if i < free || !apart(neighbours.0, neighbours.1) {
            continue;
        }
        out.reserve(bytes.len() - written + 32);
        out.extend_from_slice(&bytes[written..i]);
        out.extend_from_slice(&[b' ', bytes[i], b' ']);
        written = i + 1;
        free = if before { i + 1 } else { i + 2 };
    }
    if written == 0 {
        return bytes;
    }
    out.extend_from_slice(&bytes[written..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_is_set_apart() {
        let apart = |text| split::words(&separated(text)).collect::<Vec<_>>().join(" ");
        assert_eq!(apart("It's 3.5, or 3-4 (five)..."), "It's 3.5 , or 3 - 4 ( five ) . . .");
        assert_eq!(apart("e.g.é. &quot;x&quot; a-\nb 1,000,"), "e . g . é . \" x \" ab 1,000 ,");
    }
}
