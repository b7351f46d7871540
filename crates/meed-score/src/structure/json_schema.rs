//! `json_schema`: the JSON of a response is valid under a schema.

use std::sync::Arc;

use jsonschema::Validator;
use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};

use super::document::Syntax;
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{Input, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "json_schema",
        family: Family::Format,
        axes: "any axis → the same",
        summary: "1 when the JSON in a response is valid under a JSON schema, else 0.",
        details: "The JSON is the whole response, else the last code fence that is JSON, else the last object or list in the \
text; with `whole` only the first will do. Thinking does not count. Without a schema any JSON is valid. Drafts 4 to 2020-12; formats \
are not checked; nothing is fetched, so a schema that refers to another document is absent (bad_reference), as is one that is no schema. \
`syntax=\"yaml\"` reads YAML instead, with the types of its core schema.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "schema", help: "the schema, as JSON" },
            Arg { name: "whole=False", help: "whether the response must be nothing but the document" },
            Arg { name: "syntax=\"json\"", help: "\"json\" or \"yaml\"" },
        ],
        examples: &[
            Example {
                code: "json_schema()",
                with: r#"{"text": [["```json\n{\"age\": 3}\n```", "{\"age\": \"3\"}", "three"]], "schema": ["{\"type\": \"object\", \"properties\": {\"age\": {\"type\": \"integer\"}}, \"required\": [\"age\"]}"]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: r#"json_schema(schema="{}", whole=True)"#,
                with: r#"{"text": [["{\"age\": 3}", "It is {\"age\": 3}."]]}"#,
                gives: "[[1, 0]]",
            },
            Example {
                code: r#"json_schema(schema='{"type": 7}')"#,
                with: r#"{"text": [["{}"]]}"#,
                gives: r#"[["<bad_reference>"]]"#,
            },
        ],
    },
    inputs: &[TEXT, Input { name: "schema", column: "schema", required: false }],
    options: &[
        Opt {
            name: "whole",
            default: Default::Bool(false),
            help: "the response must be nothing but the document",
        },
        Opt { name: "syntax", default: Default::Text("json"), help: "\"json\" or \"yaml\"" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let (whole, syntax) = (options.bool("whole")?, Syntax::of(options)?);
    Ok(Arc::new(JsonSchema { identity: options.identity(), whole, syntax }))
}

struct JsonSchema {
    identity: String,
    whole: bool,
    syntax: Syntax,
}

impl Function for JsonSchema {
    fn name(&self) -> &str {
        "json_schema"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        // The rollouts of a group share their schema: it is compiled once.
        let mut last: Option<(String, Option<Validator>)> = None;
        let mut one = |i: usize| -> Result<f64, Reason> {
            let schema = args.get(1).map_or(Ok("{}".into()), |schema| read(schema, i))?;
            if last.as_ref().is_none_or(|(s, _)| *s != *schema) {
                last = Some((schema.to_string(), compile(&schema)));
            }
            let validator = last.as_ref().and_then(|(_, v)| v.as_ref()).ok_or(Reason::BadReference)?;
            let document = self.syntax.find(&read(&args[0], i)?, self.whole);
            crate::per_element::truth(document.is_some_and(|document| validator.is_valid(&document)))
        };
        Ok(Values::Numbers((0..n).map(|i| one(i).unwrap_or_else(Reason::value)).collect()))
    }
}

fn compile(schema: &str) -> Option<Validator> {
    let schema = serde_json::from_str(schema).ok()?;
    jsonschema::validator_for(&schema).ok()
}
