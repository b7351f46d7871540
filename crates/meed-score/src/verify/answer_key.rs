//! `answer_key`: equal answers, equal text.

use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};
use meed_math::{Answer, Extract, answer_key};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "answer_key",
        family: Family::Verify,
        axes: "any axis → the same, as text",
        summary: "A canonical key of the answer a response ends with: mathematically equal answers have equal keys.",
        details: "For majority votes and clustering: `answer_key().majority(\"group\")`, `answer_key().vote_share(\"group\")`. A response without an answer is absent (unparsable).",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "extract=\"any\"", help: "where answers are looked for: `any`, `marked` or `boxed`" },
        ],
        examples: &[Example {
            code: r#"answer_key().vote_share("group")"#,
            with: r#"{"text": [["\\boxed{0.5}", "The answer is 1/2", "\\boxed{2}", ""]]}"#,
            gives: r#"[[0.6666666667, 0.6666666667, 0.3333333333, "<unparsable>"]]"#,
        }],
    },
    inputs: &[TEXT],
    options: &[Opt { name: "extract", default: Default::Text("any"), help: "any, marked or boxed" }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let extract = Extract::named(options.choice("extract", &["any", "marked", "boxed"])?).unwrap_or_default();
    Ok(Arc::new(Key { identity: options.identity(), extract }))
}

struct Key {
    identity: String,
    extract: Extract,
}

/// Steps reading one answer may take.
const BUDGET: u64 = 1_000_000;

impl Function for Key {
    fn name(&self) -> &str {
        "answer_key"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let one = |i: usize| -> Result<Arc<str>, Reason> {
            let text = crate::per_element::read(&args[0], i)?;
            let found = meed_math::extract(&text, &self.extract).into_iter();
            let answer =
                found.flat_map(|e| Answer::parse(&e.text, BUDGET)).next().ok_or(Reason::Unparsable)?;
            Ok(answer_key(&answer).into())
        };
        Ok(Values::Texts((0..n).map(one).collect()))
    }
}
