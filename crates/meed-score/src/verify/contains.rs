//! `contains`: words or phrases in the response.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};
use regex::{Regex, RegexBuilder};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_text, truth};
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "contains",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the response contains a string, all of several, or any of several, else 0.",
        details: "Strings are looked for as they are, also inside words; for whole words use `matches` with `\\b`.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "what", help: "a string or a list of strings" },
            Arg { name: "ignore_case=False", help: "whether A and a are the same" },
            Arg { name: "all=True", help: "whether all of them must be there, or one is enough" },
        ],
        examples: &[
            Example {
                code: r#"contains(what="because")"#,
                with: r#"{"text": [["Yes, because it rains.", "Yes.", "Because"]]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: r#"contains(what=["first", "then"], ignore_case=True)"#,
                with: r#"{"text": [["First this, then that.", "then that"]]}"#,
                gives: "[[1, 0]]",
            },
            Example {
                code: r#"contains(what=["sorry", "cannot"], all=False)"#,
                with: r#"{"text": [["I cannot.", "Sure!"]]}"#,
                gives: "[[1, 0]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "what", default: Default::Required, help: "a string or a list of strings" },
        Opt { name: "ignore_case", default: Default::Bool(false), help: "whether A and a are the same" },
        Opt { name: "all", default: Default::Bool(true), help: "all must be there, or one is enough" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let ignore_case = options.bool("ignore_case")?;
    // A pattern without wildcards is searched for as fast as a plain string, and knows Unicode's cases.
    let literal = |what: &String| {
        if what.is_empty() {
            return Err(options.bad("what", "strings that are not empty"));
        }
        let regex = RegexBuilder::new(&regex::escape(what)).case_insensitive(ignore_case).build();
        regex.map_err(|_| options.bad("what", "a shorter string"))
    };
    let literals = options.texts("what")?.iter().map(literal).collect::<Result<Vec<Regex>, _>>()?;
    let all = options.bool("all")?;
    Ok(per_text(options, move |text| {
        let mut found = literals.iter().map(|literal| literal.is_match(text));
        truth(if all { found.all(|yes| yes) } else { found.any(|yes| yes) })
    }))
}

#[cfg(test)]
mod tests {
    use crate::{OptionValue, find};

    #[test]
    fn what_is_taken_literally_and_not_empty() {
        let build =
            |what: OptionValue| find("contains").unwrap().function([("what".to_string(), what)].into());
        assert!(build("a.c".into()).is_ok());
        assert!(build("".into()).is_err());
        assert!(build(OptionValue::List(vec![])).is_err());
        let error = build([1.0].into_iter().collect()).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`what` of `contains` is the list [1], it must be a string or a list of strings"
        );
    }
}
