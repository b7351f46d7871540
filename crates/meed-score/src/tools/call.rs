//! Tool calls, and the ways models and data sets write them.

use serde_json::{Map, Value};

use crate::structure::literal::{Cursor, json_or_python};

/// A call: the tool and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) arguments: Map<String, Value>,
}

/// What looks like a call and cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// How calls are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Whichever it looks like.
    Any,
    /// JSON: a call, a list of calls, `tool_calls`, or messages that hold them.
    Json,
    /// JSON between `<tool_call>` tags.
    Tagged,
    /// `<function=name>` with JSON or `<parameter=key>` inside.
    Function,
    /// Calls of Python: `[f(a=1), g()]`.
    Python,
}

impl Encoding {
    pub(crate) const NAMES: [&'static str; 5] = ["any", "json", "tagged", "function", "python"];

    /// The encoding with one of the [`NAMES`](Self::NAMES).
    pub(crate) fn named(name: &str) -> Encoding {
        match name {
            "json" => Encoding::Json,
            "tagged" => Encoding::Tagged,
            "function" => Encoding::Function,
            "python" => Encoding::Python,
            _ => Encoding::Any,
        }
    }

    /// The calls of a text, in order; a text without any has none.
    pub(crate) fn read(self, text: &str) -> Result<Vec<Call>, Malformed> {
        match self {
            Encoding::Any => any(text),
            Encoding::Json => json(text),
            Encoding::Tagged => tagged(text),
            Encoding::Function => functions(text),
            Encoding::Python => python(text),
        }
    }
}

fn any(text: &str) -> Result<Vec<Call>, Malformed> {
    if text.contains("<tool_call>") {
        return tagged(text);
    }
    if text.contains("<function=") {
        return functions(text);
    }
    if let Some((_, calls)) = text.split_once("[TOOL_CALLS]") {
        return json(calls);
    }
    let body = unfenced(text.trim().trim_start_matches("<|python_tag|>"));
    if body.starts_with(['{', '[']) {
        return json(body).or_else(|Malformed| python(body));
    }
    // Prose with parentheses is no broken call.
    Ok(python(body).unwrap_or_default())
}

/// The text inside the code fence, or the code marks, that is all of the text, or the text.
fn unfenced(text: &str) -> &str {
    let within = |mark| text.strip_prefix(mark).and_then(|t| t.strip_suffix(mark));
    let Some(inside) = within("```") else { return within("`").unwrap_or(text) };
    inside.split_once('\n').map_or(inside, |(_, body)| body).trim()
}

fn json(text: &str) -> Result<Vec<Call>, Malformed> {
    let text = unfenced(text.trim());
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(value) = json_or_python(text) {
        return of_value(&value);
    }
    lines(text)
}

/// A call on each line.
fn lines(text: &str) -> Result<Vec<Call>, Malformed> {
    let mut calls = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        calls.extend(of_value(&json_or_python(line).ok_or(Malformed)?)?);
    }
    Ok(calls)
}

/// A call, several, or messages with calls.
pub(crate) fn of_value(value: &Value) -> Result<Vec<Call>, Malformed> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => {
            let mut calls = Vec::new();
            for item in list {
                calls.extend(of_value(item)?);
            }
            Ok(calls)
        }
        Value::Object(map) => match map.get("tool_calls") {
            Some(calls) => of_value(calls),
            None if map.contains_key("role") => content(map.get("content")),
            None => Ok(vec![call(map)?]),
        },
        // Each call as its text.
        Value::String(text) => any(text),
        _ => Err(Malformed),
    }
}

/// Calls among the blocks of a message, as some APIs write them; other messages have none.
fn content(content: Option<&Value>) -> Result<Vec<Call>, Malformed> {
    let blocks = content.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let uses = blocks.iter().filter(|block| block.get("type").and_then(Value::as_str) == Some("tool_use"));
    uses.map(|block| block.as_object().ok_or(Malformed).and_then(call)).collect()
}

fn call(map: &Map<String, Value>) -> Result<Call, Malformed> {
    if let Some(Value::Object(function)) = map.get("function") {
        return call(function);
    }
    let name = ["name", "function", "tool", "tool_name"].iter().find_map(|key| map.get(*key)?.as_str());
    let arguments = ["arguments", "parameters", "args", "input"].iter().find_map(|key| map.get(*key));
    let arguments = match arguments {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments.clone(),
        Some(Value::String(text)) if text.trim().is_empty() => Map::new(),
        Some(Value::String(text)) => match json_or_python(text) {
            Some(Value::Object(arguments)) => arguments,
            _ => return Err(Malformed),
        },
        Some(_) => return Err(Malformed),
    };
    Ok(Call { name: name.ok_or(Malformed)?.to_string(), arguments })
}

/// What stands between `<tool_call>` and the next `</tool_call>`, of all blocks.
fn tagged(text: &str) -> Result<Vec<Call>, Malformed> {
    let mut calls = Vec::new();
    let mut rest = text;
    while let Some((_, block)) = rest.split_once("<tool_call>") {
        let (block, after) = block.split_once("</tool_call>").ok_or(Malformed)?;
        let block = block.trim();
        if block.starts_with("<function=") {
            calls.extend(functions(block)?);
        } else {
            let found = json(block)?;
            if found.is_empty() {
                return Err(Malformed);
            }
            calls.extend(found);
        }
        rest = after;
    }
    Ok(calls)
}

fn functions(text: &str) -> Result<Vec<Call>, Malformed> {
    let mut calls = Vec::new();
    let mut rest = text;
    while let Some((_, call)) = rest.split_once("<function=") {
        let (name, body) = call.split_once('>').ok_or(Malformed)?;
        let (body, after) = body.split_once("</function>").ok_or(Malformed)?;
        let arguments = if body.contains("<parameter=") { parameters(body)? } else { object(body)? };
        calls.push(Call { name: name.to_string(), arguments });
        rest = after;
    }
    Ok(calls)
}

fn object(text: &str) -> Result<Map<String, Value>, Malformed> {
    match text.trim() {
        "" => Ok(Map::new()),
        text => match json_or_python(text) {
            Some(Value::Object(arguments)) => Ok(arguments),
            _ => Err(Malformed),
        },
    }
}

/// `<parameter=key>` blocks: a value that is JSON is that value, any other a text.
fn parameters(body: &str) -> Result<Map<String, Value>, Malformed> {
    let mut arguments = Map::new();
    let mut rest = body;
    while let Some((_, parameter)) = rest.split_once("<parameter=") {
        let (key, value) = parameter.split_once('>').ok_or(Malformed)?;
        let (value, after) = value.split_once("</parameter>").ok_or(Malformed)?;
        let value = value.strip_prefix('\n').unwrap_or(value);
        let value = value.strip_suffix('\n').unwrap_or(value);
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_string()));
        arguments.insert(key.trim().to_string(), value);
        rest = after;
    }
    Ok(arguments)
}

/// How deep a value in an argument may be nested.
const DEPTH: usize = 100;

fn python(text: &str) -> Result<Vec<Call>, Malformed> {
    let mut cursor = Cursor::new(unfenced(text.trim()));
    let listed = cursor.take("[");
    let mut calls = Vec::new();
    loop {
        cursor.blank();
        if cursor.is_done() || (listed && cursor.take("]")) {
            break;
        }
        calls.push(python_call(&mut cursor)?);
        let separated = cursor.take(",") || (!listed && cursor.take(";"));
        if listed && !separated && !cursor.rest().starts_with(']') {
            return Err(Malformed);
        }
    }
    cursor.blank();
    if cursor.is_done() { Ok(calls) } else { Err(Malformed) }
}

/// `name(key=value, …)`; a value without a key is named by its place.
fn python_call(cursor: &mut Cursor<'_>) -> Result<Call, Malformed> {
    let name = cursor.name().ok_or(Malformed)?.to_string();
    if !cursor.take("(") {
        return Err(Malformed);
    }
    let mut arguments = Map::new();
    while !cursor.take(")") {
        let key = keyword(cursor).unwrap_or_else(|| arguments.len().to_string());
        let value = cursor.value(DEPTH).ok_or(Malformed)?;
        if arguments.insert(key, value).is_some() {
            return Err(Malformed);
        }
        if !cursor.take(",") && !cursor.rest().starts_with(')') {
            return Err(Malformed);
        }
    }
    Ok(Call { name, arguments })
}

fn keyword(cursor: &mut Cursor<'_>) -> Option<String> {
    let mut ahead = Cursor::new(cursor.rest());
    let key = ahead.name()?.to_string();
    if !ahead.take("=") || ahead.rest().starts_with('=') {
        return None;
    }
    let used = cursor.rest().len() - ahead.rest().len();
    cursor.skip(used);
    Some(key)
}

/// Whether two values are the same: numbers by value (1 is 1.0), objects whatever the order of their keys; a text is
/// never a number, unless `lenient`: then `"5"` is 5, and texts are the same up to case and white space around them.
pub(crate) fn same(a: &Value, b: &Value, lenient: bool) -> bool {
    match (a, b) {
        // Integers are compared exactly: identifiers may be longer than what a float can hold.
        (Value::Number(x), Value::Number(y)) => {
            x == y || ((x.is_f64() || y.is_f64()) && x.as_f64() == y.as_f64())
        }
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y, lenient))
        }
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(k, x)| y.get(k).is_some_and(|y| same(x, y, lenient)))
        }
        (Value::String(x), Value::String(y)) if lenient => x.trim().to_lowercase() == y.trim().to_lowercase(),
        (Value::String(text), other) | (other, Value::String(text))
            if lenient && !matches!((a, b), (Value::String(_), Value::String(_))) =>
        {
            json_or_python(text.trim()).is_some_and(|value| !value.is_string() && same(&value, other, true))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(text: &str) -> Option<Vec<String>> {
        let shown = |call: &Call| format!("{} {}", call.name, Value::Object(call.arguments.clone()));
        Encoding::Any.read(text).ok().map(|calls| calls.iter().map(shown).collect())
    }

    #[test]
    fn every_encoding_gives_the_same_call() {
        let call = r#"f {"a":1,"b":"x"}"#;
        for text in [
            r#"{"name": "f", "arguments": {"a": 1, "b": "x"}}"#,
            r#"[{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1, \"b\": \"x\"}"}}]"#,
            r#"{"tool_calls": [{"function": {"name": "f", "arguments": {"a": 1, "b": "x"}}}]}"#,
            r#"[{"role": "user", "content": "go"}, {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": "{\"a\": 1, \"b\": \"x\"}"}}]}]"#,
            r#"[{"role": "assistant", "content": [{"type": "text", "text": "ok"}, {"type": "tool_use", "name": "f", "input": {"a": 1, "b": "x"}}]}]"#,
            "Let me see.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1, \"b\": \"x\"}}\n</tool_call>",
            r#"<function=f>{"a": 1, "b": "x"}</function>"#,
            "<tool_call>\n<function=f>\n<parameter=a>\n1\n</parameter>\n<parameter=b>\nx\n</parameter>\n</function>\n</tool_call>",
            "[f(a=1, b='x')]",
            "f(a=1, b=\"x\")",
            "```python\nf(a=1, b='x',)\n```",
            "`f(a=1, b='x')`",
            r#"[TOOL_CALLS] [{"name": "f", "arguments": {"a": 1, "b": "x"}}]"#,
            "<|python_tag|>{\"name\": \"f\", \"parameters\": {\"a\": 1, \"b\": \"x\"}}",
            "{'name': 'f', 'arguments': {'a': 1, 'b': 'x'}}",
        ] {
            assert_eq!(shown(text), Some(vec![call.to_string()]), "{text}");
        }
    }

    #[test]
    fn several_calls_and_none() {
        let two = "<tool_call>\n{\"name\": \"f\", \"parameters\": {}}\n{\"name\": \"g\", \"parameters\": {}}\n</tool_call>";
        assert_eq!(shown(two).unwrap(), ["f {}", "g {}"]);
        assert_eq!(shown("[f(), a.g(1, [2])]").unwrap(), ["f {}", r#"a.g {"0":1,"1":[2]}"#]);
        for none in ["", "The answer (in short) is 4.", "No tool is needed.", "[]", "print the value"] {
            assert_eq!(shown(none), Some(vec![]), "{none}");
        }
    }

    #[test]
    fn broken_calls_are_malformed() {
        for text in [
            "<tool_call>\nnot json\n</tool_call>",
            "<tool_call>{\"name\": \"f\"}",
            "<tool_call></tool_call>",
            r#"{"arguments": {}}"#,
            r#"{"name": "f", "arguments": [1]}"#,
            "[f(a=1]",
            "[f(a=1, a=2)]",
            "<function=f>{\"a\": 1}",
            r#"{"name": "f", "arguments": "{"}"#,
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn values_are_compared_with_their_types() {
        assert!(same(&json!({"a": [1, 2.0]}), &json!({"a": [1.0, 2]}), false));
        assert!(!same(&json!("1"), &json!(1), false) && same(&json!("1"), &json!(1), true));
        assert!(!same(&json!("True"), &json!(1), true) && same(&json!(" Paris"), &json!("paris"), true));
        assert!(!same(&json!(1_234_567_890_123_456_789_u64), &json!(1_234_567_890_123_456_788_u64), false));
        assert!(!same(&json!(true), &json!(1), false) && !same(&json!(null), &json!({}), true));
    }
}
