//! `tool_calls`: the calls of a response are those of the reference.

use std::borrow::Cow;
use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};
use serde_json::Value;

use super::bfcl::{self, Possible};
use super::call::{Call, Encoding, Malformed, same};
use super::{assign, toolrl};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{ANSWER, Input, Scorer, TEXT};
use crate::search::outside_thinking;

/// No column of its own: under `tools` some data counts the calls of a rollout.
const TOOLS: Input = Input { name: "tools", column: "", required: false };

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "tool_calls",
        family: Family::Tools,
        axes: "any axis → the same",
        summary: "How far the tool calls of a response are those of the reference, from 0 to 1.",
        details: "Calls are read from JSON (`tool_calls`, messages, one call or a list), `<tool_call>` blocks, \
`<function=name>` blocks, calls of Python, or whichever it looks like; what stands in `<think>` blocks does not count. \
The reference is read the same way; a list of texts is a list of calls. Values are compared with their types: 1 is 1.0, \
\"1\" is not 1. Methods: `match` pairs calls so that the sum of their similarities is greatest, a similarity being 0 for \
different names, else (1 + equal parameters) / (1 + all parameters of both), and divides by the larger number of calls; \
`exact` is 1 where that is 1; `toolrl` is the correctness of \"ToolRL: Reward is All Tool Learning Needs\", from `low` to \
`high`, 0 where the reference has no call, over JSON lines in the first `<tool_call>` block; `bfcl` takes \
`[{\"name\": {\"parameter\": [accepted values]}}]` as the reference and is 1 when all calls are accepted, \
with the types and required parameters that `tools` declares. A part of `match` or \
`toolrl` is the share of tool names, parameter names, or parameter values alone; `format` is 1 when the calls can be read (for \
`toolrl`: when the turn has the tags its reference has). Calls that cannot be read are worth the least; a reference that cannot \
be is absent (bad_reference).",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference calls" },
            Arg {
                name: "tools",
                help: "the tools as they are declared, for `bfcl`; without, types are those of the accepted values",
            },
            Arg { name: "method=\"match\"", help: "\"match\", \"exact\", \"toolrl\" or \"bfcl\"" },
            Arg { name: "part=\"all\"", help: "\"all\", \"format\", \"name\", \"keys\" or \"values\"" },
            Arg {
                name: "encoding=\"any\"",
                help: "\"any\", \"json\", \"tagged\", \"function\" or \"python\"",
            },
            Arg {
                name: "order=False",
                help: "whether calls must come in the reference's order; in `toolrl` names count only when all are equal, in order",
            },
            Arg { name: "lenient=False", help: "whether \"5\" is 5, and case does not matter" },
            Arg { name: "low=-3", help: "the least of `toolrl`" },
            Arg { name: "high=3", help: "the most of `toolrl`" },
        ],
        examples: &[
            Example {
                code: "tool_calls()",
                with: r#"{"text": [["[time(city='Paris'), weather(city='Paris', unit='C')]", "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\", \"unit\": \"F\"}}</tool_call>", "It is warm."]], "answer": ["[{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\", \"unit\": \"C\"}}, {\"name\": \"time\", \"arguments\": {\"city\": \"Paris\"}}]"]}"#,
                gives: "[[1, 0.3333333333333333, 0]]",
            },
            Example {
                code: r#"tool_calls(part="values")"#,
                with: r#"{"text": [["weather(city='Paris', unit='F')"]], "answer": ["weather(city='Paris', unit='C')"]}"#,
                gives: "[[0.5]]",
            },
            Example {
                code: r#"tool_calls(method="toolrl")"#,
                with: r#"{"text": [["<think>x</think>\n<tool_call>\n{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Paris\", \"unit\": \"F\"}}\n</tool_call>", "<tool_call>\nnot json\n</tool_call>"]], "answer": ["<think>plan</think>\n<tool_call>\n{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Paris\", \"unit\": \"C\"}}\n{\"name\": \"get_time\", \"parameters\": {\"city\": \"Paris\"}}\n</tool_call>"]}"#,
                gives: "[[-0.5, -3]]",
            },
            Example {
                code: r#"tool_calls(method="bfcl")"#,
                with: r#"{"text": [["[area(base=10, height=5)]", "[area(base=10)]"]], "answer": ["[{\"area\": {\"base\": [10], \"height\": [5], \"unit\": [\"cm\", \"\"]}}]"]}"#,
                gives: "[[1, 0]]",
            },
            Example {
                code: r#"tool_calls(method="bfcl", tools=col("tools"))"#,
                with: r#"{"text": [["[area(base=10, height=5)]", "[area(base=10.0, height=5)]", "[area(base=10)]"]], "answer": ["[{\"area\": {\"base\": [10], \"height\": [5.0, \"\"]}}]"], "tools": ["[{\"name\": \"area\", \"parameters\": {\"properties\": {\"base\": {\"type\": \"integer\"}, \"height\": {\"type\": \"float\"}}, \"required\": [\"base\", \"height\"]}}]"]}"#,
                gives: "[[1, 0, 0]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER, TOOLS],
    options: &[
        Opt { name: "method", default: Default::Text("match"), help: "match, exact, toolrl or bfcl" },
        Opt { name: "part", default: Default::Text("all"), help: "all, format, name, keys or values" },
        Opt {
            name: "encoding",
            default: Default::Text("any"),
            help: "any, json, tagged, function or python",
        },
        Opt {
            name: "order",
            default: Default::Bool(false),
            help: "calls must come in the reference's order",
        },
        Opt { name: "lenient", default: Default::Bool(false), help: "\"5\" is 5, case does not matter" },
        Opt { name: "low", default: Default::Number(-3.0), help: "the least of toolrl" },
        Opt { name: "high", default: Default::Number(3.0), help: "the most of toolrl" },
    ],
    build,
};

#[derive(Clone, Copy, PartialEq)]
enum Method {
    Match,
    Exact,
    ToolRl,
    Bfcl,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    All,
    Format,
    Name,
    Keys,
    Values,
}

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let method = match options.choice("method", &["match", "exact", "toolrl", "bfcl"])? {
        "exact" => Method::Exact,
        "toolrl" => Method::ToolRl,
        "bfcl" => Method::Bfcl,
        _ => Method::Match,
    };
    let part = match options.choice("part", &["all", "format", "name", "keys", "values"])? {
        "format" => Part::Format,
        "name" => Part::Name,
        "keys" => Part::Keys,
        "values" => Part::Values,
        _ => Part::All,
    };
    if matches!(method, Method::Exact | Method::Bfcl) && !matches!(part, Part::All | Part::Format) {
        return Err(options.bad("part", "\"all\" or \"format\" where calls are right or wrong as a whole"));
    }
    let encoding = Encoding::named(options.choice("encoding", &Encoding::NAMES)?);
    Ok(Arc::new(ToolCalls {
        identity: options.identity(),
        method,
        part,
        encoding,
        order: options.bool("order")?,
        lenient: options.bool("lenient")?,
        low: options.number("low", -1e9..=1e9)?,
        high: options.number("high", -1e9..=1e9)?,
    }))
}

struct ToolCalls {
    identity: String,
    method: Method,
    part: Part,
    encoding: Encoding,
    order: bool,
    lenient: bool,
    low: f64,
    high: f64,
}

/// Calls beyond this many are not paired with anything.
const MOST: usize = 256;

/// What the reference says.
enum Reference {
    Calls(Vec<Call>),
    Possible(Vec<Possible>),
}

impl Function for ToolCalls {
    fn name(&self) -> &str {
        "tool_calls"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        // The rollouts of a group share their reference: it is read once.
        let mut last: Option<([String; 2], Option<Reference>)> = None;
        let mut one = |i: usize| -> Result<f64, Reason> {
            let answer = read(&args[1], i)?;
            let tools = args.get(2).and_then(|tools| read(tools, i).ok()).unwrap_or_default();
            if last.as_ref().is_none_or(|([a, t], _)| *a != *answer || *t != *tools) {
                let reference = self.reference(&answer, &tools);
                last = Some(([answer.to_string(), tools.to_string()], reference));
            }
            let reference = last.as_ref().and_then(|(_, r)| r.as_ref()).ok_or(Reason::BadReference)?;
            Ok(self.score(&read(&args[0], i)?, &answer, reference))
        };
        Ok(Values::Numbers((0..n).map(|i| one(i).unwrap_or_else(Reason::value)).collect()))
    }
}

impl ToolCalls {
    fn reference(&self, answer: &str, tools: &str) -> Option<Reference> {
        if self.method == Method::Bfcl {
            let possible = bfcl::read(answer, tools).filter(|possible| possible.len() <= MOST);
            return possible.map(Reference::Possible);
        }
        let several: Vec<&str> = alternatives(answer).collect();
        let mut calls = Vec::new();
        for text in several {
            calls.extend(if self.method == Method::ToolRl && text.contains("<tool_call>") {
                toolrl::calls(text)?
            } else {
                Encoding::Any.read(&outside_thinking(text)?).ok()?
            });
        }
        (calls.len() <= MOST).then_some(Reference::Calls(calls))
    }

    fn score(&self, text: &str, answer: &str, reference: &Reference) -> f64 {
        if self.method == Method::ToolRl {
            return self.toolrl(text, answer, reference);
        }
        let text = outside_thinking(text).unwrap_or(Cow::Borrowed(""));
        let calls = match self.encoding.read(&text) {
            Ok(calls) => calls,
            Err(Malformed) => return 0.0,
        };
        if self.part == Part::Format {
            return 1.0;
        }
        match reference {
            Reference::Possible(possible) => f64::from(u8::from(bfcl::all_match(possible, &calls))),
            Reference::Calls(gold) => {
                let share = self.paired(gold, &calls);
                if self.method == Method::Exact { f64::from(u8::from(share == 1.0)) } else { share }
            }
        }
    }

    fn toolrl(&self, text: &str, answer: &str, reference: &Reference) -> f64 {
        if self.part == Part::Format {
            return f64::from(u8::from(toolrl::has_format(text, answer)));
        }
        let Reference::Calls(gold) = reference else { return 0.0 };
        let points = toolrl::calls(text).map(|calls| toolrl::points(gold, &calls, self.order));
        let share = |of: f64, most: usize| if most == 0 { 1.0 } else { of / most as f64 };
        match (self.part, points) {
            (Part::All, _) if gold.is_empty() => 0.0,
            (Part::All, None) => self.low,
            (Part::All, Some(points)) => (self.high - self.low) * points.share() + self.low,
            (_, None) => 0.0,
            (Part::Keys, Some(points)) => share(points.keys, points.calls),
            (Part::Values, Some(points)) => share(points.values, points.parameters),
            (_, Some(points)) => points.names,
        }
    }

    /// The share of the calls, or of a part of them, that agrees.
    fn paired(&self, gold: &[Call], calls: &[Call]) -> f64 {
        let most = gold.len().max(calls.len());
        if most == 0 {
            return 1.0;
        }
        let considered = &calls[..calls.len().min(MOST)];
        let agreements: Vec<Vec<Agreement>> =
            gold.iter().map(|g| considered.iter().map(|c| self.agreement(g, c)).collect()).collect();
        let pairs: Vec<Option<usize>> = if self.order {
            (0..gold.len()).map(|i| Some(i).filter(|i| *i < considered.len())).collect()
        } else {
            assign::best(gold.len(), considered.len(), |i, j| agreements[i][j].similarity())
        };
        let found: Vec<(usize, usize, Agreement)> = pairs
            .iter()
            .enumerate()
            .filter_map(|(i, j)| j.map(|j| (i, j, agreements[i][j])))
            .filter(|(_, _, agreement)| agreement.name)
            .collect();
        let all = |calls: &[Call]| calls.iter().map(|call| call.arguments.len()).sum::<usize>();
        // Parameters that both have count once.
        let keys: usize = found.iter().map(|(_, _, a)| a.keys).sum();
        let parameters = all(gold) + all(calls) - keys;
        let names = found.len() as f64 / most as f64;
        let of_parameters = |n: usize| if parameters == 0 { names } else { n as f64 / parameters as f64 };
        match self.part {
            Part::Keys => of_parameters(keys),
            Part::Values => of_parameters(found.iter().map(|(_, _, a)| a.values).sum()),
            Part::Name => names,
            _ => found.iter().map(|(_, _, a)| a.similarity()).sum::<f64>() / most as f64,
        }
    }

    fn agreement(&self, gold: &Call, call: &Call) -> Agreement {
        let both = |(key, x): (&String, &Value)| call.arguments.get(key).map(|y| same(x, y, self.lenient));
        let common: Vec<bool> = gold.arguments.iter().filter_map(both).collect();
        Agreement {
            name: gold.name == call.name,
            keys: common.len(),
            values: common.iter().filter(|same| **same).count(),
            union: gold.arguments.len() + call.arguments.len() - common.len(),
        }
    }
}

/// How far two calls agree.
#[derive(Clone, Copy)]
struct Agreement {
    name: bool,
    keys: usize,
    values: usize,
    union: usize,
}

impl Agreement {
    fn similarity(&self) -> f64 {
        if self.name { (1 + self.values) as f64 / (1 + self.union) as f64 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OptionValue;

    fn score(text: &str, answer: &str, options: &[(&str, OptionValue)]) -> f64 {
        let options = options.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
        let (text, answer) = ([Ok(Arc::from(text))], [Ok(Arc::from(answer))]);
        let args = [Slice::Texts(&text), Slice::Texts(&answer)];
        match SCORER.function(options).unwrap().call(&args, 1).unwrap() {
            Values::Numbers(v) => v[0],
            _ => panic!("numbers expected"),
        }
    }

    #[test]
    fn the_best_pairing_counts_not_the_first() {
        // Greedily, the first call would take the second reference's only good match.
        let answer = "[f(a=1, b=2), f(a=1, b=3)]";
        assert_eq!(score("[f(a=1, b=3), f(a=1, b=2)]", answer, &[]), 1.0);
        assert_eq!(score("[f(a=1, b=3), f(a=1, b=2)]", answer, &[("order", true.into())]), 2.0 / 3.0);
        assert_eq!(score("[f(a=1, b=3)]", answer, &[("method", "exact".into())]), 0.0);
    }

    #[test]
    fn surplus_calls_cost() {
        assert_eq!(score("[f(a=1), f(a=1)]", "[f(a=1)]", &[]), 0.5);
        assert_eq!(score("no call", "no call", &[]), 1.0);
        assert_eq!(score("[f()]", "no call", &[]), 0.0);
        assert_eq!(score(&format!("[{}]", "f(), ".repeat(5000)), "[f()]", &[]), 1.0 / 5000.0);
    }

    #[test]
    fn parts_and_broken_calls() {
        let part = |part: &str| score("[f(a='1', c=2)]", "[f(a=1, b=2)]", &[("part", part.into())]);
        assert_eq!([part("name"), part("keys"), part("values"), part("format")], [1.0, 1.0 / 3.0, 0.0, 1.0]);
        assert_eq!(score("[f(a=1", "[f(a=1)]", &[("part", "format".into())]), 0.0);
        assert_eq!(score("[f(a='1')]", "[f(a=1)]", &[("lenient", true.into())]), 1.0);
        assert!(score("[f()]", "[f(", &[]).is_nan());
    }
}
