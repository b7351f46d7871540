//! `yaml`: the response is a YAML document.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};

use super::document::Syntax;
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_text, truth};
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "yaml",
        family: Family::Format,
        axes: "any axis → the same",
        summary: "1 when a response is a YAML document: one mapping or list, else 0.",
        details: "The document is the last code fence that is YAML, else the whole response, thinking aside; with `whole` \
only the latter. A plain sentence is YAML too, but neither a mapping nor a list. A key that stands twice is an error. For the \
document's values, see `json_schema` and `json_match` with `syntax=\"yaml\"`.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "whole=False", help: "whether a code fence around it is an error" },
        ],
        examples: &[Example {
            code: "yaml()",
            with: r#"{"text": [["name: x\nparts: [1, 2]", "```yaml\n- a\n- b\n```", "a: [1", "Just words."]]}"#,
            gives: "[[1, 1, 0, 0]]",
        }],
    },
    inputs: &[TEXT],
    options: &[Opt {
        name: "whole",
        default: Default::Bool(false),
        help: "a code fence around it is an error",
    }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let whole = options.bool("whole")?;
    Ok(per_text(options, move |text| {
        truth(Syntax::Yaml.find(text, whole).is_some_and(|value| value.is_object() || value.is_array()))
    }))
}
