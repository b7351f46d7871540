//! `turns`: the turns of a rollout as an axis of their own.

use std::sync::Arc;

use meed_algebra::{
    Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, TextCell, Unfold, Values, Word,
};
use serde_json::Value;

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "turns",
        family: Family::Tools,
        axes: "any axis → `turn` under it, as text",
        summary: "The turns of a rollout, each up to what the tools answered: the axis `turn`.",
        details: "Turns of a transcript end where an observation begins, a block of one of the tags `observed`; of messages \
as JSON, each message of the assistant is a turn, its tool calls included. Other scorers then look at each turn: \
`tool_calls(text=turns())`, `tags(text=turns(), names=[\"think\"])`. With `part=\"observed\"` it is what the tools answered to the turn, \
absent (not_applicable) where they did not. The axis is made from `text`, which must be a column.",
        args: &[
            Arg { name: "text", help: "the whole rollout" },
            Arg {
                name: "observed=[\"information\", \"tool_response\", \"observation\", \"obs\", \"result\"]",
                help: "tags of what the tools answered",
            },
            Arg { name: "part=\"said\"", help: "\"said\" by the policy, or \"observed\"" },
        ],
        examples: &[
            Example {
                code: "turns()",
                with: r#"{"text": [["<search>a</search><information>b</information><answer>c</answer>", "<answer>c</answer>"]]}"#,
                gives: r#"[[["<search>a</search>", "<answer>c</answer>"], ["<answer>c</answer>"]]]"#,
            },
            Example {
                code: r#"length(turns(part="observed"), unit="characters")"#,
                with: r#"{"text": [["<search>a</search><information>bcd</information><answer>c</answer>"]]}"#,
                gives: r#"[[[3, "<not_applicable>"]]]"#,
            },
            Example {
                code: r#"contains(turns(), what="<search>").sum("rollout")"#,
                with: r#"{"text": [["<search>a</search><obs>b</obs><search>c</search><obs>d</obs><answer>e</answer>"]]}"#,
                gives: "[[2]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt {
            name: "observed",
            default: Default::Texts(&["information", "tool_response", "observation", "obs", "result"]),
            help: "tags of what the tools answered",
        },
        Opt { name: "part", default: Default::Text("said"), help: "\"said\" or \"observed\"" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let observed = options.texts("observed")?;
    if observed.iter().any(|name| name.is_empty() || name.contains(['<', '>', '/'])) {
        return Err(options.bad("observed", "names of tags such as \"information\""));
    }
    let part_said = options.choice("part", &["said", "observed"])? == "said";
    Ok(Arc::new(Turns { identity: options.identity(), observed, part_said }))
}

struct Turns {
    identity: String,
    observed: Vec<String>,
    part_said: bool,
}

struct Turn {
    said: String,
    observed: Option<String>,
}

impl Turns {
    fn split(&self, text: &str) -> Vec<Turn> {
        if text.trim_start().starts_with('[')
            && let Ok(Value::Array(messages)) = serde_json::from_str(text)
            && messages.iter().any(|message| message.get("role").is_some())
        {
            return of_messages(&messages);
        }
        let mut turns = Vec::new();
        let mut rest = text;
        while let Some((said, name, after)) = self.observation(rest) {
            let close = format!("</{name}>");
            let (observed, next) = after.split_once(&close).unwrap_or((after, ""));
            turns.push(Turn { said: said.to_string(), observed: Some(observed.to_string()) });
            rest = next;
        }
        if !rest.trim().is_empty() {
            turns.push(Turn { said: rest.to_string(), observed: None });
        }
        turns
    }

    /// The next observation: what is before it, its tag, and what follows the tag.
    fn observation<'t>(&self, text: &'t str) -> Option<(&'t str, &str, &'t str)> {
        memchr::memchr_iter(b'<', text.as_bytes()).find_map(|at| {
            let tag = &text[at + 1..];
            let name = self
                .observed
                .iter()
                .find(|name| tag.strip_prefix(name.as_str()).is_some_and(|after| after.starts_with('>')))?;
            Some((&text[..at], name.as_str(), &tag[name.len() + 1..]))
        })
    }
}

/// Each message of the assistant, and the messages after it that are no one's but the tools'.
fn of_messages(messages: &[Value]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        let role = message.get("role").and_then(Value::as_str).unwrap_or("");
        match (role, turns.last_mut()) {
            ("assistant", _) => turns.push(Turn { said: said(message), observed: None }),
            ("tool" | "function" | "ipython" | "observation", Some(turn)) => {
                let observed = turn.observed.get_or_insert_default();
                if !observed.is_empty() {
                    observed.push('\n');
                }
                observed.push_str(&content(message));
            }
            _ => {}
        }
    }
    turns
}

fn said(message: &Value) -> String {
    let mut text = content(message);
    for call in message.get("tool_calls").and_then(Value::as_array).map_or(&[][..], Vec::as_slice) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("<tool_call>\n{call}\n</tool_call>"));
    }
    text
}

fn content(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(blocks)) => {
            let texts = blocks.iter().filter_map(|block| block.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

impl Function for Turns {
    fn name(&self) -> &str {
        "turns"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn unfold(&self) -> Option<&dyn Unfold> {
        Some(self)
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let mut cells: Vec<TextCell> = Vec::new();
        for i in 0..n {
            let Ok(text) = read(&args[0], i) else { continue };
            cells.extend(self.split(&text).into_iter().map(|turn| {
                if self.part_said {
                    Ok(turn.said.into())
                } else {
                    turn.observed.map(Into::into).ok_or(Reason::NotApplicable)
                }
            }));
        }
        Ok(Values::Texts(cells))
    }
}

impl Unfold for Turns {
    fn axis(&self) -> &str {
        "turn"
    }

    fn counted(&self) -> usize {
        1
    }

    fn counting(&self) -> String {
        format!("turns({:?})", self.observed)
    }

    fn counts(&self, counted: &[Slice<'_>], n: usize) -> Result<Vec<usize>, EvalError> {
        Ok((0..n).map(|i| read(&counted[0], i).map_or(0, |text| self.split(&text).len())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(String, Option<String>)> {
        let observed = ["information", "obs"].map(String::from).to_vec();
        let turns = Turns { identity: String::new(), observed, part_said: true };
        turns.split(text).into_iter().map(|turn| (turn.said, turn.observed)).collect()
    }

    #[test]
    fn transcripts_and_messages() {
        assert_eq!(split("a<obs>b</obs>\n"), [("a".into(), Some("b".into()))]);
        assert_eq!(split("a<obs>b"), [("a".into(), Some("b".into()))]);
        assert_eq!(split("a <obsx> b"), [("a <obsx> b".into(), None)]);
        assert!(split(" ").is_empty());
        let messages = r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "content": "r"}, {"role": "assistant", "content": "done"}]"#;
        let turns = split(messages);
        assert_eq!(turns.len(), 2);
        assert!(turns[0].0.starts_with("<tool_call>\n{") && turns[0].1.as_deref() == Some("r"));
        assert_eq!(turns[1], ("done".into(), None));
    }
}
