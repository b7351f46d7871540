//! `exact`: the response is the reference.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Word};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_answer, truth};
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "exact",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the response is the reference, or one of several references, else 0.",
        details: "Nothing is extracted: the whole response is compared. White space is Unicode's, case is Unicode's lower case.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference, or several" },
            Arg { name: "ignore_case=False", help: "whether A and a are the same" },
            Arg { name: "strip=True", help: "whether white space at both ends is left out" },
            Arg { name: "collapse_space=False", help: "whether any run of white space is one space" },
        ],
        examples: &[
            Example {
                code: "exact()",
                with: r#"{"text": [["Paris", " Paris\n", "paris", "Paris."]], "answer": ["Paris"]}"#,
                gives: "[[1, 1, 0, 0]]",
            },
            Example {
                code: "exact(ignore_case=True, collapse_space=True)",
                with: r#"{"text": [["new   york", "été"]], "answer": [["New York", "ÉTÉ"]]}"#,
                gives: "[[1, 1]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "ignore_case", default: Default::Bool(false), help: "whether A and a are the same" },
        Opt { name: "strip", default: Default::Bool(true), help: "leave out white space at both ends" },
        Opt {
            name: "collapse_space",
            default: Default::Bool(false),
            help: "a run of white space is one space",
        },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let how = How {
        ignore_case: options.bool("ignore_case")?,
        strip: options.bool("strip")?,
        collapse_space: options.bool("collapse_space")?,
    };
    Ok(per_answer(options, move |text, answer| {
        truth(alternatives(answer).any(|answer| equal(text, answer, how)))
    }))
}

#[derive(Debug, Clone, Copy)]
struct How {
    ignore_case: bool,
    strip: bool,
    collapse_space: bool,
}

fn equal(a: &str, b: &str, how: How) -> bool {
    let (a, b) = if how.strip { (a.trim(), b.trim()) } else { (a, b) };
    match (how.collapse_space, how.ignore_case) {
        (false, false) => a == b,
        (false, true) => lower(a.chars()).eq(lower(b.chars())),
        (true, false) => collapsed(a).eq(collapsed(b)),
        (true, true) => lower(collapsed(a)).eq(lower(collapsed(b))),
    }
}

fn lower(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    chars.flat_map(char::to_lowercase)
}

fn collapsed(text: &str) -> impl Iterator<Item = char> {
    let mut in_space = false;
    text.chars().filter_map(move |c| {
        let again = in_space && c.is_whitespace();
        in_space = c.is_whitespace();
        if again { None } else { Some(if in_space { ' ' } else { c }) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_lets_one_thing_through() {
        let none = How { ignore_case: false, strip: false, collapse_space: false };
        assert!(equal("a b", "a b", none));
        assert!(!equal(" a b", "a b", none) && equal(" a b", "a b", How { strip: true, ..none }));
        assert!(!equal("A b", "a b", none) && equal("A b", "a b", How { ignore_case: true, ..none }));
        assert!(
            !equal("a \n b", "a b", none) && equal("a \n b", "a b", How { collapse_space: true, ..none })
        );
        assert!(!equal("ab", "a b", How { ignore_case: true, strip: true, collapse_space: true }));
    }
}
