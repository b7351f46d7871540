//! `math`: the answer of a response is mathematically the reference.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};
use meed_math::{Extract, Units, Verifier};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "math",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the answer a response ends with is mathematically the reference (or one of several), else 0.",
        details: "The answer is taken from the last mark (`\\boxed{…}`, `####`, `<answer>`, \"the answer is\"), else the last formula or number. Comparison is exact and bounded in steps: no tolerance, no time-out. A reference that cannot be read or compared is absent (bad_reference); an answer too large to be compared with a good reference is 0.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference, or several" },
            Arg { name: "strict=False", help: "only marked answers, and of the same kind as the reference" },
            Arg {
                name: "decimals=None",
                help: "accept answers that agree when rounded to this many decimals",
            },
            Arg {
                name: "units=\"lenient\"",
                help: "`lenient`: a missing unit is forgiven; `ignore`; `required`",
            },
            Arg { name: "extract=\"any\"", help: "where answers are looked for: `any`, `marked` or `boxed`" },
        ],
        examples: &[
            Example {
                code: "math()",
                with: r#"{"text": [["So x = \\boxed{\\frac{1}{2}}.", "The answer is 0.5", "Therefore 2."]], "answer": ["1/2"]}"#,
                gives: "[[1, 1, 0]]",
            },
            Example {
                code: "math(decimals=2)",
                with: r#"{"text": [["\\boxed{3.14}"]], "answer": ["\\pi"]}"#,
                gives: "[[1]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[
        Opt { name: "strict", default: Default::Bool(false), help: "only marked answers of the same kind" },
        Opt { name: "decimals", default: Default::None, help: "compare rounded to this many decimals" },
        Opt { name: "units", default: Default::Text("lenient"), help: "lenient, ignore or required" },
        Opt { name: "extract", default: Default::Text("any"), help: "any, marked or boxed" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let units = match options.choice("units", &["lenient", "ignore", "required"])? {
        "ignore" => Units::Ignore,
        "required" => Units::Required,
        _ => Units::Lenient,
    };
    let extract = Extract::named(options.choice("extract", &["any", "marked", "boxed"])?);
    let how = meed_math::Options {
        strict: options.bool("strict")?,
        decimals: options.optional_count("decimals", 0..=100)?.map(|d| d as u32),
        units,
        extract: extract.unwrap_or_default(),
        ..meed_math::Options::default()
    };
    Ok(Arc::new(Math { identity: options.identity(), how }))
}

struct Math {
    identity: String,
    how: meed_math::Options,
}

impl Function for Math {
    fn name(&self) -> &str {
        "math"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        // The rollouts of a group share their reference: it is read once.
        let mut last: Option<(String, Verifier)> = None;
        let mut one = |i: usize| -> Result<f64, Reason> {
            let (text, answer) =
                (crate::per_element::read(&args[0], i)?, crate::per_element::read(&args[1], i)?);
            if last.as_ref().is_none_or(|(a, _)| *a != *answer) {
                let golds: Vec<&str> = alternatives(&answer).collect();
                last = Some((answer.to_string(), Verifier::new(&golds, &self.how)));
            }
            let Some((_, verifier)) = &last else { return Err(Reason::BadReference) };
            verifier.verify(&text).score().ok_or(Reason::BadReference)
        };
        Ok(Values::Numbers((0..n).map(|i| one(i).unwrap_or_else(Reason::value)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn of(text: &str, answer: &str) -> f64 {
        let cells = |t: &str| vec![Ok(Arc::from(t))];
        let (text, answer) = (cells(text), cells(answer));
        let function = SCORER.function(BTreeMap::new()).unwrap();
        match function.call(&[Slice::Texts(&text), Slice::Texts(&answer)], 1).unwrap() {
            Values::Numbers(v) => v[0],
            _ => panic!("numbers expected"),
        }
    }

    #[test]
    fn an_unreadable_reference_is_the_tasks_fault() {
        assert_eq!(meed_algebra::absent::reason_of(of("\\boxed{2}", "")), Some(Reason::BadReference));
    }

    #[test]
    fn an_answer_nothing_can_be_compared_with_is_the_responses_fault() {
        let heavy = "\\sum_{k=1}^{4000}\\sum_{j=1}^{4000}\\sin(kj)";
        assert_eq!(of(&format!("\\boxed{{{heavy}}}"), "\\sqrt{2}"), 0.0);
        assert_eq!(
            meed_algebra::absent::reason_of(of("\\boxed{\\sqrt{2}}", heavy)),
            Some(Reason::BadReference)
        );
    }

    #[test]
    fn one_of_several_references_is_enough() {
        let golds = meed_algebra::function::join_alternatives(["3", "x=4"]);
        assert_eq!(of("\\boxed{4}", &golds), 1.0);
        assert_eq!(of("\\boxed{5}", &golds), 0.0);
    }

    #[test]
    fn tiny_differences_count() {
        assert_eq!(of("\\boxed{\\frac{1}{2^{99}}}", "\\frac{1}{2^{98}}"), 0.0);
    }
}
