//! `matches`: a regular expression in the response.

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
        name: "matches",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when a regular expression matches somewhere in the response, else 0.",
        details: "Patterns have the syntax of Rust's `regex`: no look-around and no back-references, so the time is linear \
in the text. Flags go in the pattern: `(?s)` lets `.` match line ends, `(?m)` lets `^` and `$` match at lines.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "pattern", help: "the regular expression" },
            Arg { name: "whole=False", help: "whether it must match the whole response" },
            Arg { name: "ignore_case=False", help: "whether A and a are the same" },
        ],
        examples: &[
            Example {
                code: r#"matches(pattern="[0-9]+ km")"#,
                with: r#"{"text": [["It is 12 km.", "It is far."]]}"#,
                gives: "[[1, 0]]",
            },
            Example {
                code: r#"matches(pattern="yes|no", whole=True, ignore_case=True)"#,
                with: r#"{"text": [["Yes", "No.", "no"]]}"#,
                gives: "[[1, 0, 1]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "pattern", default: Default::Required, help: "the regular expression" },
        Opt { name: "whole", default: Default::Bool(false), help: "it must match the whole response" },
        Opt { name: "ignore_case", default: Default::Bool(false), help: "whether A and a are the same" },
    ],
    build,
};

/// Bytes a compiled pattern may take.
const PATTERN_LIMIT: usize = 4 << 20;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let pattern = options.text("pattern")?;
    let ignore_case = options.bool("ignore_case")?;
    let mut regex = compile(pattern, pattern, ignore_case)?;
    if options.bool("whole")? {
        regex = compile(pattern, &format!(r"\A(?:{pattern})\z"), ignore_case)?;
    }
    Ok(per_text(options, move |text| truth(regex.is_match(text))))
}

fn compile(written: &str, pattern: &str, ignore_case: bool) -> Result<Regex, ScoreError> {
    RegexBuilder::new(pattern).case_insensitive(ignore_case).size_limit(PATTERN_LIMIT).build().map_err(|e| {
        ScoreError::Pattern { scorer: "matches", pattern: written.into(), problem: e.to_string() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find;

    fn built(pattern: &str) -> Result<Arc<dyn Function>, ScoreError> {
        find("matches").unwrap().function([("pattern".to_string(), pattern.into())].into())
    }

    #[test]
    fn a_broken_pattern_is_shown() {
        let error = built("(a").err().unwrap();
        assert!(error.to_string().contains("unclosed group"), "{error}");
        let error = built("a(?=b)").err().unwrap();
        assert!(error.help().unwrap().contains("linear time"), "{error}");
        assert!(built("a)|(?:b").is_err());
        assert!(matches!(built(r"\w{1000}{1000}"), Err(ScoreError::Pattern { .. })));
    }

    #[test]
    fn the_pattern_must_be_given() {
        let error = find("matches").unwrap().function([].into()).err().unwrap();
        assert_eq!(error.to_string(), "`matches` needs `pattern`: the regular expression");
    }
}
