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
        let prepare = |text| {
            let text = if ignore_case { Cow::Owned(split::lower(text)) } else { Cow::Borrowed(text) };
            if tokens == "13a" { joined(text) } else { text }
        };
        let text = prepare(text);
        let references: Vec<Cow<str>> = alternatives(answer).map(prepare).collect();
        let mut vocabulary =
            Vocabulary::for_bytes(text.len() + references.iter().map(|r| r.len()).sum::<usize>());
        let text = units(&text, tokens, &mut vocabulary);
        let references: Vec<Vec<u32>> =
            references.iter().map(|reference| units(reference, tokens, &mut vocabulary)).collect();
        Ok(score(&text, &references, &how))
    }))
}

fn units<'t>(text: &'t str, tokens: &str, vocabulary: &mut Vocabulary<'t>) -> Vec<u32> {
    if tokens != "13a" {
        return vocabulary.ids_of(text, tokens == "characters");
    }
    let mut ids = Vec::with_capacity(text.len() / 4 + 4);
    tokens_13a(text, |token| ids.push(vocabulary.id(token)));
    ids
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

/// The text with lines joined and entities replaced, as the tokenisation 13a of the mteval script begins.
fn joined(text: Cow<'_, str>) -> Cow<'_, str> {
    let end = text.trim_end_matches(split::is_space).len();
    let bytes = &text.as_bytes()[..end];
    // Ends of lines separate as they are, except after a hyphen.
    let may_change = |i: usize| match bytes[i] {
        b'\n' => i > 0 && bytes[i - 1] == b'-',
        b'<' => bytes[i..].starts_with(b"<skipped>"),
        _ => true,
    };
    if !memchr::memchr3_iter(b'\n', b'<', b'&', bytes).any(may_change) {
        return text;
    }
    let mut text = text[..end].replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    if text.contains('&') {
        for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
            text = text.replace(entity, character);
        }
    }
    text.into()
}

/// What a byte is to the tokenisation 13a.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Plain,
    /// White space, or the first byte of some perhaps.
    Space,
    /// A token by itself.
    Apart,
    /// A token by itself unless between digits.
    Stop,
    /// A token by itself after a digit.
    Hyphen,
}

static CLASSES: [Class; 256] = {
    let mut table = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            byte if split::may_begin_space(byte) => Class::Space,
            b'{'..=b'~' | b'['..=b'`' | b'!'..=b'&' | b'('..=b'+' | b':'..=b'@' | b'/' => Class::Apart,
            b'.' | b',' => Class::Stop,
            b'-' => Class::Hyphen,
            _ => Class::Plain,
        };
        byte += 1;
    }
    table
};

/// Gives the tokens of a text.
///
/// The script replaces four patterns one after the other and splits at white space. Whether it cuts around a byte can be said
/// from the bytes beside it: a stop is cut before a byte that is no digit or after one, but one after a stop that was cut so is not,
/// since a replacement has used up that byte.
fn tokens_13a<'t>(text: &'t str, mut token: impl FnMut(&'t str)) {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    // Where a token begins, and where the stop ends that was last cut for what is before it.
    let (mut begin, mut used) = (0, usize::MAX);
    let mut at = 0;
    while at < bytes.len() {
        let class = CLASSES[usize::from(bytes[at])];
        let apart = match class {
            Class::Plain => {
                at += 1;
                continue;
            }
            Class::Space => false,
            Class::Apart => true,
            Class::Hyphen => digit(at.wrapping_sub(1)),
            Class::Stop => {
                let before = !digit(at.wrapping_sub(1)) && used != at;
                used = if before { at + 1 } else { used };
                before || !digit(at + 1)
            }
        };
        let space = if class == Class::Space { split::space_at(text, at) } else { 0 };
        let length = space + usize::from(apart);
        if length == 0 {
            at += 1;
            continue;
        }
        if begin < at {
            token(&text[begin..at]);
        }
        if apart {
            token(&text[at..at + 1]);
        }
        at += length;
        begin = at;
    }
    if begin < at {
        token(&text[begin..]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        tokens_13a(&joined(text.into()), |token| tokens.push(token.to_string()));
        tokens
    }

    /// As the script does it.
    fn plainly(text: &str) -> Vec<String> {
        let mut text = text.trim_end_matches(split::is_space).replace("<skipped>", "").replace("-\n", "");
        text = text.replace('\n', " ").replace("&quot;", "\"").replace("&amp;", "&");
        text = format!(" {} ", text.replace("&lt;", "<").replace("&gt;", ">"));
        for (pattern, with) in [
            (r"([\{-\~\[-\` -\&\(-\+\:-\@\/])", " $1 "),
            (r"([^0-9])([\.,])", "$1 $2 "),
            (r"([\.,])([^0-9])", " $1 $2"),
            (r"([0-9])(-)", "$1 $2 "),
        ] {
            text = Regex::new(pattern).unwrap().replace_all(&text, with).into_owned();
        }
        split::words(&text).map(String::from).collect()
    }

    #[test]
    fn punctuation_is_set_apart() {
        assert_eq!(tokens("It's 3.5, or 3-4 (five)...").join(" "), "It's 3.5 , or 3 - 4 ( five ) . . .");
        let expected = "e . g . é . \" x \" ab 1,000 ,";
        assert_eq!(tokens("e.g.é. &quot;x&quot; a-\nb 1,000,").join(" "), expected);
    }

    proptest! {
        #[test]
        fn as_by_the_patterns(text in "([a1.,\\-]|[ \n/é\u{a0}’&<]|&amp;|&lt;|<skipped>){0,24}") {
            prop_assert_eq!(tokens(&text), plainly(&text));
        }
    }
}
