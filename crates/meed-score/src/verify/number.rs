//! `number`: the number a response ends with, against the reference, exactly.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Example, Family, Function, Reason, Word};

use crate::answer::{How, PLACES, reference, response};
use crate::error::ScoreError;
use crate::exact_number::Exact;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_answer, truth};
use crate::scorer::{ANSWER, Scorer, TEXT};
use crate::search::outside_thinking;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "number",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the number a response ends with is the number in the reference, else 0.",
        details: "The response's number is the content of its last `<answer>` tag if it has one, and there (or in the \
whole response) what the last mark gives: `#### 42`, `\\boxed{42}`, \"the answer is 42\", \"answer: 42\"; without a mark, the last number. \
`<think>` blocks are cut first; one that never ends leaves no answer. A response without a number is wrong (0), and so is one that \
offers two (\"5 or 6\") or a symbolic value (`3\\pi`); a reference without a number makes the score absent (`bad_reference`). \
Numbers are compared as exact decimals and fractions, never as floats: thousands separators, currency and percent signs (15% is 15), \
units, `a/b`, `\\frac{a}{b}`, `1 1/2`, `1.5e3` and `1.5 × 10^3` are understood; a comma before other than three digits separates two numbers. The reference may be a \
number, a worked solution that ends with `#### 42` or a box, or several alternatives of which one must match.",
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
                name: "extract=\"any\"",
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
        Opt { name: "extract", default: Default::Text("any"), help: "where the answer is looked for" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let decimals = options.optional_count("decimals", 0..=100)?;
    let how = How { strict: options.bool("strict")?, from: options.choice("extract", &PLACES)? };
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

#[cfg(test)]
mod tests {
    use meed_algebra::absent::reason_of;
    use meed_algebra::function::join_alternatives;
    use meed_algebra::{Slice, Values};

    use super::*;
    use crate::find;

    fn score(text: &str, answer: Values) -> f64 {
        let answer = match &answer {
            Values::Numbers(numbers) => Slice::Numbers(numbers),
            Values::Texts(texts) => Slice::Texts(texts),
            Values::Narrow(_) => panic!("not used here"),
        };
        let number = find("number").unwrap().function([].into()).unwrap();
        match number.call(&[Slice::Texts(&[Ok(text.into())]), answer], 1).unwrap() {
            Values::Numbers(scores) => scores[0],
            _ => panic!("not a number"),
        }
    }

    #[test]
    fn a_reference_may_be_a_number_or_several_texts() {
        assert_eq!(score("it is 0.1", Values::Numbers(vec![0.1])), 1.0);
        assert_eq!(score("it is 1e20", Values::Numbers(vec![1e20])), 1.0);
        let several = join_alternatives(["none", "41", "42"]);
        assert_eq!(score("it is 42", Values::Texts(vec![Ok(several.into())])), 1.0);
    }

    #[test]
    fn absence_says_whose_fault_it_is() {
        let reason = |answer| reason_of(score("it is 42", answer));
        assert_eq!(reason(Values::Texts(vec![Ok("".into())])), Some(Reason::BadReference));
        assert_eq!(reason(Values::Numbers(vec![f64::INFINITY])), Some(Reason::BadReference));
        assert_eq!(reason(Values::Texts(vec![Err(Reason::Missing)])), Some(Reason::Missing));
        assert_eq!(score("I do not know", Values::Numbers(vec![42.0])), 0.0);
    }
}
