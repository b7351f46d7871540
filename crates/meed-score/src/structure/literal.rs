//! Values as programs write them: JSON, and the literals of Python.

use serde_json::{Map, Number, Value};

/// How deep a value may be nested.
const DEPTH: usize = 100;

/// The JSON value, or else the Python literal, that a text is.
pub(crate) fn json_or_python(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().or_else(|| python(text))
}

/// The value of a Python literal: dictionaries, lists, tuples (as lists), texts, numbers, `True`, `False`, `None`.
pub(crate) fn python(text: &str) -> Option<Value> {
    let mut cursor = Cursor::new(text);
    let value = cursor.value(DEPTH)?;
    cursor.blank();
    cursor.is_done().then_some(value)
}

/// A place in a text of Python.
pub(crate) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Cursor { text, at: 0 }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at == self.text.len()
    }

    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Goes on by `bytes`, which must end between characters.
    pub(crate) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Skips white space and comments.
    pub(crate) fn blank(&mut self) {
        loop {
            self.at = self.text.len() - self.rest().trim_start().len();
            if !self.rest().starts_with('#') {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    /// Takes `what` after white space, when it is next.
    pub(crate) fn take(&mut self, what: &str) -> bool {
        self.blank();
        let is = self.rest().starts_with(what);
        if is {
            self.at += what.len();
        }
        is
    }

    /// Takes a name, perhaps a dotted one.
    pub(crate) fn name(&mut self) -> Option<&'t str> {
        self.blank();
        let rest = self.rest();
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let len = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let name = &rest[..len];
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') || name.ends_with('.') {
            return None;
        }
        self.at += len;
        Some(name)
    }

    /// A literal.
    pub(crate) fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.blank();
        match self.rest().chars().next()? {
            '{' => self.dictionary(depth),
            '[' => self.list(depth, ']'),
            '(' => self.list(depth, ')'),
            '"' | '\'' => self.texts(),
            '-' | '+' | '.' | '0'..='9' => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Value> {
        if matches!(self.rest().as_bytes(), [b'r' | b'b' | b'u' | b'R' | b'U' | b'B', b'"' | b'\'', ..]) {
            return self.texts();
        }
        match self.name()? {
            "True" | "true" => Some(Value::Bool(true)),
            "False" | "false" => Some(Value::Bool(false)),
            "None" | "null" => Some(Value::Null),
            _ => None,
        }
    }

    fn dictionary(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut map = Map::new();
        while !self.take("}") {
            let key = match self.value(depth)? {
                Value::String(key) => key,
                key @ (Value::Number(_) | Value::Bool(_) | Value::Null) => key.to_string(),
                _ => return None,
            };
            if !self.take(":") {
                return None;
            }
            map.insert(key, self.value(depth)?);
            if !self.take(",") && !self.rest().starts_with('}') {
                return None;
            }
        }
        Some(Value::Object(map))
    }

    fn list(&mut self, depth: usize, end: char) -> Option<Value> {
        self.at += 1;
        let end = if end == ']' { "]" } else { ")" };
        let mut list = Vec::new();
        let mut commas = 0;
        while !self.take(end) {
            list.push(self.value(depth)?);
            if self.take(",") {
                commas += 1;
            } else if !self.rest().starts_with(end) {
                return None;
            }
        }
        // A value in parentheses without a comma is itself.
        if end == ")" && commas == 0 && list.len() == 1 {
            return list.pop();
        }
        Some(Value::Array(list))
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
        let mut len = rest.len() - rest.trim_start_matches(['-', '+']).len();
        loop {
            len += rest[len..].find(|c| !is_part(c)).unwrap_or(rest.len() - len);
            // The sign of an exponent.
            let exponent = rest[..len].ends_with(['e', 'E']) && !rest[..len].contains(['x', 'X']);
            if !exponent || !rest[len..].starts_with(['-', '+']) {
                break;
            }
            len += 1;
        }
        self.at += len;
        number(&rest[..len])
    }

    /// Texts side by side are one.
    fn texts(&mut self) -> Option<Value> {
        let mut whole = self.one_text()?;
        loop {
            let back = self.at;
            self.blank();
            if !self.rest().starts_with(['"', '\'']) {
                self.at = back;
                return Some(Value::String(whole));
            }
            whole.push_str(&self.one_text()?);
        }
    }

    fn one_text(&mut self) -> Option<String> {
        let raw = self.rest().starts_with(['r', 'R']);
        self.at += usize::from(!self.rest().starts_with(['"', '\'']));
        let quote = self.rest().get(..1)?;
        let long = quote.repeat(3);
        let end = if self.rest().starts_with(&long) { long.as_str() } else { quote };
        self.at += end.len();
        let mut out = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(end) {
                self.at += end.len();
                return Some(out);
            }
            let c = rest.chars().next()?;
            self.at += c.len_utf8();
            match c {
                '\\' => {
                    let next = self.rest().chars().next()?;
                    self.at += next.len_utf8();
                    if raw { out.extend(['\\', next]) } else { self.escape(next, &mut out)? }
                }
                '\n' if end.len() == 1 => return None,
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self, c: char, out: &mut String) -> Option<()> {
        let digits = match c {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let code = u32::from_str_radix(self.rest().get(..digits)?, 16).ok()?;
            self.at += digits;
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            return Some(());
        }
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            '0' => out.push('\0'),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            '\n' => {}
            '\\' | '\'' | '"' => out.push(c),
            other => out.extend(['\\', other]),
        }
        Some(())
    }
}

/// The value of a number as Python writes it.
fn number(text: &str) -> Option<Value> {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let (minus, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let radix = match digits.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => 10,
    };
    if radix != 10 {
        let value = i64::from_str_radix(&digits[2..], radix).ok()?;
        return Some(Value::from(if minus { -value } else { value }));
    }
    if let Ok(value) = plain.parse::<i64>() {
        return Some(Value::from(value));
    }
    // As exact as JSON's.
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return plain.trim_start_matches('+').parse().ok().map(Value::Number);
    }
    let starts = digits.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
    let value: f64 = if starts { plain.parse().ok()? } else { return None };
    Number::from_f64(value).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn python_writes_values_in_many_ways() {
        for (text, value) in [
            ("{'a': 1, \"b\": [True, None, 2.5,],}", json!({"a": 1, "b": [true, null, 2.5]})),
            ("(1, 'x')", json!([1, "x"])),
            ("(1)", json!(1)),
            ("-0x1F", json!(-31)),
            ("1_000", json!(1000)),
            ("+18446744073709551615", json!(u64::MAX)),
            ("1e-3", json!(0.001)),
            ("'it''s' \" ok\"", json!("its ok")),
            ("'a\\n\\'b\\x41\\u00e9'", json!("a\n'bAé")),
            ("r'\\d'", json!("\\d")),
            ("'''x\ny'''", json!("x\ny")),
            (" [ ] # nothing", json!([])),
            ("{1: 2}", json!({"1": 2})),
        ] {
            assert_eq!(python(text), Some(value), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_values() {
        for text in ["", "{", "{'a'}", "[1 2]", "os.system('x')", "'open", "1 2", "--1", "e5", "{[1]: 2}"] {
            assert_eq!(python(text), None, "{text}");
        }
        assert_eq!(python(&"[".repeat(100_000)), None);
        assert_eq!(python(&("[".repeat(90) + &"]".repeat(90))).map(|v| v.is_array()), Some(true));
    }
}
