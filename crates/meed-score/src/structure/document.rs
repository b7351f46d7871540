//! The structured document in a response: JSON or YAML, alone, in a code fence, or amid prose.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

use super::blocks::blocks;
use crate::error::ScoreError;
use crate::options::Options;
use crate::search::outside_thinking;

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Json,
    Yaml,
}

impl Syntax {
    /// The option `syntax`.
    pub(crate) fn of(options: &Options) -> Result<Syntax, ScoreError> {
        Ok(if options.choice("syntax", &["json", "yaml"])? == "json" { Syntax::Json } else { Syntax::Yaml })
    }

    /// The document of a response, outside of its thinking; tags inside of a JSON document are part of it.
    pub(crate) fn find(self, text: &str, whole: bool) -> Option<Value> {
        if self == Syntax::Json
            && let Ok(value) = serde_json::from_str(text)
        {
            return Some(value);
        }
        let text = outside_thinking(text)?;
        match self {
            Syntax::Json if whole => serde_json::from_str(&text).ok(),
            Syntax::Yaml if whole => yaml(&text),
            _ => self.read(&text),
        }
    }

    /// The document in a text.
    pub(crate) fn read(self, text: &str) -> Option<Value> {
        match self {
            Syntax::Json => json(text),
            Syntax::Yaml => find_yaml(text),
        }
    }
}

/// Openings that are tried before the search for JSON in prose is given up.
const TRIES: usize = 64;

/// The JSON document in a text: all of it, else the last fenced block that is one, else the last object or list.
fn json(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let fenced = blocks(text).0.iter().rev().find_map(|block| serde_json::from_str(block.body).ok());
    if fenced.is_some() {
        return fenced;
    }
    let (mut from, mut tries, mut last) = (0, 0, None);
    while let Some(open) = memchr::memchr2(b'{', b'[', &text.as_bytes()[from..]).map(|at| from + at) {
        let mut stream = serde_json::Deserializer::from_str(&text[open..]).into_iter::<Value>();
        from = match stream.next() {
            Some(Ok(value)) => {
                last = Some(value);
                open + stream.byte_offset()
            }
            _ if tries == TRIES => break,
            _ => {
                tries += 1;
                open + 1
            }
        };
    }
    last
}

/// The YAML document in a text: the last fenced block that is one, else all of the text.
fn find_yaml(text: &str) -> Option<Value> {
    let (found, _) = blocks(text);
    let named = |language: &str| matches!(language, "yaml" | "yml" | "json" | "");
    let fenced = found.iter().rev().filter(|block| named(block.language)).find_map(|block| yaml(block.body));
    fenced.or_else(|| yaml(text))
}

/// How many values a YAML document may have, aliases written out.
const MOST_VALUES: usize = 1 << 20;
/// How deep they may be nested.
const DEPTH: usize = 128;

/// The one document of a YAML text, with the types of the core schema; keys become texts.
fn yaml(text: &str) -> Option<Value> {
    let mut reader = Reader::default();
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.ok()?;
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
        }
        reader.take(event)?;
    }
    reader.root.filter(|_| documents == 1)
}

#[derive(Default)]
struct Reader {
    /// What is open, with its anchor; of mappings also the key that waits for its value.
    open: Vec<(Open, usize)>,
    anchors: std::collections::HashMap<usize, (Value, usize)>,
    values: usize,
    root: Option<Value>,
}

enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

impl Reader {
    /// Takes note of an event; `None` when the document cannot be read.
    fn take(&mut self, event: Event<'_>) -> Option<()> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let quoted = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
                let value = if quoted { Value::String(text.into_owned()) } else { scalar(&text) };
                self.put(value, anchor, 1)
            }
            Event::Alias(anchor) => {
                let (value, size) = self.anchors.get(&anchor)?.clone();
                self.put(value, 0, size)
            }
            Event::SequenceStart(anchor, _) => self.push(Open::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.push(Open::Map(Map::new(), None), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                let (open, anchor) = self.open.pop()?;
                let value = match open {
                    Open::List(list) => Value::Array(list),
                    Open::Map(map, _) => Value::Object(map),
                };
                self.put(value, anchor, 1)
            }
            _ => Some(()),
        }
    }

    fn push(&mut self, open: Open, anchor: usize) -> Option<()> {
        self.open.push((open, anchor));
        (self.open.len() <= DEPTH).then_some(())
    }

    fn put(&mut self, value: Value, anchor: usize, size: usize) -> Option<()> {
        self.values += size;
        if self.values > MOST_VALUES {
            return None;
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), count(&value)));
        }
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((Open::List(list), _)) => list.push(value),
            Some((Open::Map(map, key), _)) => match key.take() {
                None => {
                    *key = Some(match value {
                        Value::String(key) => key,
                        other => other.to_string(),
                    })
                }
                // The same key twice is an error of YAML.
                Some(key) => {
                    if map.insert(key, value).is_some() {
                        return None;
                    }
                }
            },
        }
        Some(())
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// A plain scalar by the core schema of YAML 1.2.
fn scalar(text: &str) -> Value {
    let number = |text: &str| -> Option<Value> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !digits.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if let Some(hex) = text.strip_prefix("0x") {
            return i64::from_str_radix(hex, 16).ok().map(Value::from);
        }
        if let Some(octal) = text.strip_prefix("0o") {
            return i64::from_str_radix(octal, 8).ok().map(Value::from);
        }
        if let Ok(whole) = text.parse::<i64>() {
            return Some(Value::from(whole));
        }
        text.parse::<f64>().ok().filter(|x| x.is_finite()).map(Value::from)
    };
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::String(text.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_found_wherever_it_stands() {
        for text in [
            " {\"a\": 1} ",
            "Here:\n```json\n{\"a\": 1}\n```\nDone {or not}.",
            "First [2], then {\"a\": 1}.",
            "<think>{\"b\": 2}</think>{\"a\": 1}",
        ] {
            assert_eq!(Syntax::Json.find(text, false), Some(json!({"a": 1})), "{text}");
        }
        assert_eq!(Syntax::Json.find("{\"a\": \"</think>\"}", true), Some(json!({"a": "</think>"})));
        assert_eq!(Syntax::Json.find("no {json", false), None);
        assert_eq!(Syntax::Json.find("so {\"a\": 1}", true), None);
        assert_eq!(Syntax::Json.find(&"{".repeat(1 << 20), false), None);
    }

    #[test]
    fn yaml_has_types_anchors_and_one_document() {
        assert_eq!(
            yaml("a: &x [1, 2.5, 0x1F, yes, ~]\nb: *x\n'c': \"1\"\n1: true\n"),
            Some(
                json!({"a": [1, 2.5, 31, "yes", null], "b": [1, 2.5, 31, "yes", null], "c": "1", "1": true})
            )
        );
        for bad in ["a: 1\na: 2", "a: [", "a: b: c", "--- 1\n--- 2\n", "*x"] {
            assert_eq!(yaml(bad), None, "{bad}");
        }
        let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for i in 1..20 {
            laughs += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(", "));
        }
        assert_eq!(yaml(&laughs), None);
        assert_eq!(yaml(&"[".repeat(100_000)), None);
    }
}
