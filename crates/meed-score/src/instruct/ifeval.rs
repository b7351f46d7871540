//! `ifeval`: the instructions about the form of a response were followed.

use std::collections::HashSet;
use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{
    Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word, error::similar,
};
use serde_json::{Map, Value};

use super::kinds::{Arguments, Check, Fault, IDS, check};
use super::{ifbench, python};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{Input, Scorer, TEXT};
use crate::search::outside_thinking;
use crate::structure::literal;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "ifeval",
        family: Family::Instruct,
        axes: "any axis → the same",
        summary: "1 when a response follows all of its instructions, checked as in IFEval and IFBench, else 0.",
        details: "The columns of the published data sets work as they are: `instruction_id_list`, a list of ids such as \
`keywords:existence`, and `kwargs`, the arguments of each; so does a list of `{\"instruction_id\": …, \"kwargs\": …}` in one \
column: `ifeval(instruction_id_list=answer)`. All 25 kinds of IFEval and 54 of IFBench are known. An unknown id is an error; with \
`unknown=\"absent\"` the element is absent (bad_reference), as it is where an argument is missing or unusable. With `loose`, \
an instruction is also followed when it is without the first line, the last, both, or without asterisks. Languages are told by \
langdetect's profiles from a fixed seed. A blank response follows nothing.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "instruction_id_list", help: "the ids of its instructions" },
            Arg { name: "kwargs", help: "the arguments of each, in the same order" },
            Arg { name: "loose=False", help: "whether a text around the answer is forgiven" },
            Arg { name: "share=False", help: "whether to give the share of instructions followed" },
            Arg { name: "thinking=False", help: "whether `<think>` blocks count as part of the response" },
            Arg { name: "unknown=\"error\"", help: "what an unknown id is: \"error\", or \"absent\"" },
        ],
        examples: &[
            Example {
                code: "ifeval()",
                with: r#"{"text": [["no commas here", "well, one", "Sure:\nno commas"]], "instruction_id_list": ["[\"punctuation:no_comma\", \"length_constraints:number_words\"]"], "kwargs": ["[{}, {\"num_words\": 4, \"relation\": \"less than\"}]"]}"#,
                gives: "[[1, 0, 1]]",
            },
            Example {
                code: "ifeval(share=True)",
                with: r#"{"text": [["no commas here", "well, one"]], "instruction_id_list": ["[\"punctuation:no_comma\", \"length_constraints:number_words\"]"], "kwargs": ["[{}, {\"num_words\": 3, \"relation\": \"at least\"}]"]}"#,
                gives: "[[1, 0]]",
            },
            Example {
                code: "ifeval(loose=True)",
                with: r#"{"text": [["Sure, here it is:\n\"no commas\"", "well, one"]], "instruction_id_list": ["punctuation:no_comma"]}"#,
                gives: "[[1, 0]]",
            },
            Example {
                code: r#"ifeval(unknown="absent")"#,
                with: r#"{"text": [["no commas"]], "instruction_id_list": ["punctuation:no_full_stop"]}"#,
                gives: r#"[["<bad_reference>"]]"#,
            },
        ],
    },
    inputs: &[
        TEXT,
        Input { name: "instruction_id_list", column: "instruction_id_list", required: true },
        Input { name: "kwargs", column: "kwargs", required: false },
    ],
    options: &[
        Opt { name: "loose", default: Default::Bool(false), help: "a text around the answer is forgiven" },
        Opt { name: "share", default: Default::Bool(false), help: "give the share of instructions followed" },
        Opt { name: "thinking", default: Default::Bool(false), help: "`<think>` blocks count too" },
        Opt { name: "unknown", default: Default::Text("error"), help: "\"error\" or \"absent\"" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(Arc::new(IfEval {
        identity: options.identity(),
        loose: options.bool("loose")?,
        share: options.bool("share")?,
        thinking: options.bool("thinking")?,
        unknown_is_error: options.choice("unknown", &["error", "absent"])? == "error",
    }))
}

struct IfEval {
    identity: String,
    loose: bool,
    share: bool,
    thinking: bool,
    unknown_is_error: bool,
}

/// What is wrong with the instructions of a task.
enum Problem {
    Absent(Reason),
    Unknown(String),
}

impl Function for IfEval {
    fn name(&self) -> &str {
        "ifeval"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        // The rollouts of a group share their instructions: they are read once.
        let mut last: Option<(String, String, Result<Vec<Check>, Problem>)> = None;
        let mut scores = Vec::with_capacity(n);
        for i in 0..n {
            let ids = match read(&args[1], i) {
                Ok(ids) => ids,
                Err(reason) => {
                    scores.push(reason.value());
                    continue;
                }
            };
            let kwargs = args.get(2).and_then(|kwargs| read(kwargs, i).ok()).unwrap_or_default();
            if last.as_ref().is_none_or(|(a, b, _)| *a != *ids || *b != *kwargs) {
                last = Some((ids.to_string(), kwargs.to_string(), checks(&ids, &kwargs)));
            }
            let Some((_, _, checks)) = &last else { continue };
            scores.push(match (checks, read(&args[0], i)) {
                (Err(Problem::Unknown(id)), _) if self.unknown_is_error => return Err(unknown(id)),
                (Err(Problem::Unknown(_)), _) => Reason::BadReference.value(),
                (Err(Problem::Absent(reason)), _) => reason.value(),
                (_, Err(reason)) => reason.value(),
                (Ok(checks), Ok(text)) => self.score(checks, &text),
            });
        }
        Ok(Values::Numbers(scores))
    }
}

impl IfEval {
    fn score(&self, checks: &[Check], text: &str) -> f64 {
        let own = match self.thinking {
            true => Some(text.into()),
            false => outside_thinking(text),
        };
        let own = own.unwrap_or_default();
        let variants = if self.loose { variants(&own) } else { Vec::new() };
        let follows = |check: &Check, text: &str| !python::strip(text).is_empty() && check(text);
        let followed = checks
            .iter()
            .filter(|check| follows(check, &own) || variants.iter().any(|variant| follows(check, variant)))
            .count();
        if self.share {
            followed as f64 / checks.len() as f64
        } else {
            f64::from(u8::from(followed == checks.len()))
        }
    }
}

/// The text without its first line, its last, or both, and all of them without asterisks; each once.
fn variants(text: &str) -> Vec<String> {
    let after_first = text.split_once('\n').map_or("", |(_, rest)| rest);
    let before_last = text.rsplit_once('\n').map_or("", |(rest, _)| rest);
    let between = after_first.rsplit_once('\n').map_or("", |(rest, _)| rest);
    let cut = [text, python::strip(after_first), python::strip(before_last), python::strip(between)];
    let mut seen = HashSet::from([text.to_string()]);
    let mut found = Vec::new();
    for variant in cut.iter().map(|t| t.to_string()).chain(cut.iter().map(|t| t.replace('*', ""))) {
        if seen.insert(variant.clone()) {
            found.push(variant);
        }
    }
    found
}

fn unknown(id: &str) -> EvalError {
    let known: Vec<&str> = IDS.iter().chain(ifbench::IDS.iter()).copied().collect();
    let hint = similar(id, &known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    EvalError::Function(format!(
        "`ifeval` does not know the instruction `{id}`{hint} (`unknown=\"absent\"` leaves such rows out)"
    ))
}

/// The checks of a task.
fn checks(ids: &str, kwargs: &str) -> Result<Vec<Check>, Problem> {
    let bad = || Problem::Absent(Reason::BadReference);
    let instructions = instructions(ids, kwargs).filter(|list| !list.is_empty()).ok_or_else(bad)?;
    let build = |(id, with): &(String, Option<Map<String, Value>>)| match check(id, &Arguments(with.as_ref()))
    {
        Ok(check) => Ok(check),
        Err(Fault::Unknown) => Err(Problem::Unknown(id.clone())),
        Err(Fault::Argument) => Err(bad()),
    };
    let built: Vec<Result<Check, Problem>> = instructions.iter().map(build).collect();
    // An unknown id is told before a missing argument.
    let (mut checks, mut problem) = (Vec::new(), None);
    for one in built {
        match one {
            Ok(check) => checks.push(check),
            Err(unknown @ Problem::Unknown(_)) => return Err(unknown),
            Err(absent) => problem = Some(absent),
        }
    }
    problem.map_or(Ok(checks), Err)
}

type Instructions = Vec<(String, Option<Map<String, Value>>)>;

/// Ids with their arguments; `None` when the two do not belong together.
fn instructions(ids: &str, kwargs: &str) -> Option<Instructions> {
    let given = literal::json_or_python(ids);
    match &given {
        Some(Value::Object(_)) => return both(std::slice::from_ref(given.as_ref()?)),
        Some(Value::Array(list)) if list.iter().any(Value::is_object) => return both(list),
        _ => {}
    }
    let ids: Vec<String> = match given {
        Some(Value::Array(list)) => {
            list.iter().map(|id| id.as_str().map(str::to_string)).collect::<Option<_>>()?
        }
        Some(Value::String(id)) => vec![id],
        _ => alternatives(ids).map(|id| id.trim().to_string()).collect(),
    };
    let with = if kwargs.trim().is_empty() { Value::Null } else { literal::json_or_python(kwargs)? };
    pair(ids, &with)
}

/// Objects that name instructions beside their arguments.
fn both(list: &[Value]) -> Option<Instructions> {
    let mut all = Vec::new();
    for object in list {
        let id = ["instruction_id", "instruction_id_list", "id"].iter().find_map(|key| object.get(key))?;
        let ids = match id {
            Value::String(id) => vec![id.clone()],
            Value::Array(ids) => {
                ids.iter().map(|id| id.as_str().map(str::to_string)).collect::<Option<_>>()?
            }
            _ => return None,
        };
        all.extend(pair(ids, object.get("kwargs").unwrap_or(&Value::Null))?);
    }
    Some(all)
}

fn pair(ids: Vec<String>, kwargs: &Value) -> Option<Instructions> {
    let arguments = |value: &Value| match value {
        Value::Null => Some(None),
        Value::Object(map) => Some(Some(map.clone())),
        // Some data sets keep each object as its text.
        Value::String(text) => match literal::json_or_python(text)? {
            Value::Object(map) => Some(Some(map)),
            Value::Null => Some(None),
            _ => None,
        },
        _ => None,
    };
    match kwargs {
        Value::Null => Some(ids.into_iter().map(|id| (id, None)).collect()),
        Value::Array(list) if list.len() == ids.len() => {
            ids.into_iter().zip(list).map(|(id, value)| Some((id, arguments(value)?))).collect()
        }
        one if ids.len() == 1 => Some(vec![(ids.into_iter().next()?, arguments(one)?)]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(ids: &str, kwargs: &str) -> Option<Vec<String>> {
        let shown = |(id, with): (String, Option<Map<String, Value>>)| {
            format!("{id} {}", with.map_or(0, |with| with.len()))
        };
        Some(instructions(ids, kwargs)?.into_iter().map(shown).collect())
    }

    #[test]
    fn every_published_layout_is_read() {
        assert_eq!(read_as(r#"["a:b","c:d"]"#, r#"[{"n":1,"m":null},{}]"#).unwrap(), ["a:b 2", "c:d 0"]);
        assert_eq!(read_as("a:b", "").unwrap(), ["a:b 0"]);
        assert_eq!(read_as("\u{1f}a:b\u{1f}c:d", r#"["{\"n\": 1}", null]"#).unwrap(), ["a:b 1", "c:d 0"]);
        assert_eq!(
            read_as("[{'instruction_id': ['a:b', 'c:d'], 'kwargs': [{'n': 1}, None]}]", "").unwrap(),
            ["a:b 1", "c:d 0"]
        );
        assert_eq!(read_as(r#"["a:b","c:d"]"#, r#"[{}]"#), None);
    }

    #[test]
    fn variants_are_each_there_once() {
        assert_eq!(variants("a"), ["",]);
        assert_eq!(variants("a\n*b*\nc"), ["*b*\nc", "a\n*b*", "*b*", "a\nb\nc", "b\nc", "a\nb", "b"]);
    }
}
