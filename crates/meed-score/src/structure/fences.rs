//! `fences`: the response has code in fences.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};

use super::blocks::blocks;
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_text, truth};
use crate::scorer::{Scorer, TEXT};
use crate::search::outside_thinking;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "fences",
        family: Family::Format,
        axes: "any axis → the same",
        summary: "1 when a response has closed code fences with something inside, in the language asked for, else 0.",
        details: "A fence is three or more backticks or tildes at the beginning of a line, closed by at least as many. A fence \
that is never closed, or holds nothing, is an error, whatever the others are. Thinking does not count.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg {
                name: "language=None",
                help: "the word after each opening fence, or several to choose from",
            },
            Arg { name: "count=None", help: "how many fences there must be, exactly" },
            Arg { name: "outside=True", help: "whether text may stand outside the fences" },
        ],
        examples: &[
            Example {
                code: "fences()",
                with: r#"{"text": [["Run:\n```sh\nls\n```", "```sh\nls", "ls"]]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: r#"fences(language=["python", "py"], count=1, outside=False)"#,
                with: r#"{"text": [["```python\nx = 1\n```\n", "Here:\n```python\nx = 1\n```", "```js\nx\n```"]]}"#,
                gives: "[[1, 0, 0]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "language", default: Default::None, help: "the word after each opening fence" },
        Opt { name: "count", default: Default::None, help: "how many fences there must be" },
        Opt { name: "outside", default: Default::Bool(true), help: "text may stand outside the fences" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let languages = if options.is_given("language") { Some(options.texts("language")?) } else { None };
    let count = options.optional_count("count", 1..=1_000_000)?;
    let outside = options.bool("outside")?;
    Ok(per_text(options, move |text| {
        let Some(text) = outside_thinking(text) else { return truth(false) };
        let (found, around) = blocks(&text);
        let good = |language: &str| {
            languages.as_ref().is_none_or(|known| known.iter().any(|own| own.eq_ignore_ascii_case(language)))
        };
        truth(
            !found.is_empty()
                && found
                    .iter()
                    .all(|block| block.closed && !block.body.trim().is_empty() && good(block.language))
                && count.is_none_or(|count| found.len() == count)
                && (outside || around.iter().all(|text| text.trim().is_empty())),
        )
    }))
}
