//! Texts out of chats.

use std::fmt::Write;

use crate::value::Value;

/// What the assistant says, all messages in a row; with `after_user`, only those after the last user message.
pub(crate) fn assistant(messages: &[Value], after_user: bool) -> String {
    let from = match after_user {
        true => messages.iter().rposition(|m| role(m) == Some("user")).map_or(0, |i| i + 1),
        false => 0,
    };
    let mut text = String::new();
    for message in &messages[from..] {
        // Some tools write `model` or `gpt`; items without a role (tool calls, reasoning) are not the answer.
        if role(message).is_some_and(|r| !["user", "system", "developer", "tool", "human"].contains(&r)) {
            content(message.get("content"), &mut text);
        }
    }
    text
}

/// The last user message; without one, the last message.
pub(super) fn user(messages: &[Value]) -> String {
    let mut text = String::new();
    let message = messages.iter().rfind(|m| matches!(role(m), Some("user" | "human"))).or(messages.last());
    if let Some(message) = message {
        content(message.get("content"), &mut text);
    }
    text
}

fn role(message: &Value) -> Option<&str> {
    message.get("role").text().map(|t| &**t)
}

/// A content is a text, or a list of parts some of which have a `text`.
fn content(content: &Value, out: &mut String) {
    match content.plain() {
        Value::Text(text) => out.push_str(text),
        Value::Number(n) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "{n}");
        }
        Value::List(parts) => {
            for part in parts {
                match part {
                    Value::Text(text) => out.push_str(text),
                    part => {
                        if let Some(text) = part.get("text").text() {
                            out.push_str(text);
                        }
                    }
                }
            }
        }
        _ => {}
    }
}
