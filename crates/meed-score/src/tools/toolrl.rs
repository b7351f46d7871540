//! The reward of "ToolRL: Reward is All Tool Learning Needs".

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::call::{Call, same};

/// What agrees, and the most that can.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Points {
    /// The similarity of the tools' names, at most 1.
    pub(crate) names: f64,
    /// The similarities of the parameters' names, at most 1 for each reference call.
    pub(crate) keys: f64,
    /// Parameters with their value, at most all of the reference's.
    pub(crate) values: f64,
    /// Reference calls.
    pub(crate) calls: usize,
    /// Parameters of the reference calls.
    pub(crate) parameters: usize,
}

impl Points {
    /// How far the calls agree, from 0 to 1.
    pub(crate) fn share(&self) -> f64 {
        (self.names + self.keys + self.values) / (1 + self.calls + self.parameters) as f64
    }
}

/// The points of predicted calls: each reference call in turn takes the best call of its name that is left. With
/// `strict`, names count only when the lists of them are equal.
pub(crate) fn points(gold: &[Call], predicted: &[Call], strict: bool) -> Points {
    let parameters = gold.iter().map(|call| call.arguments.len()).sum();
    let mut points = Points {
        names: 1.0,
        keys: gold.len() as f64,
        values: parameters as f64,
        calls: gold.len(),
        parameters,
    };
    let equal = |(g, p): (&Call, &Call)| g.name == p.name && same_arguments(&g.arguments, &p.arguments);
    if gold.len() == predicted.len() && gold.iter().zip(predicted).all(equal) {
        return points;
    }
    let names = |calls: &[Call]| calls.iter().map(|call| call.name.clone()).collect::<Vec<_>>();
    (points.names, points.keys, points.values) =
        (similarity(names(gold), names(predicted), strict), 0.0, 0.0);
    let mut used = vec![false; predicted.len()];
    for reference in gold {
        let (mut best, mut at) = ((0.0, 0.0), None);
        for (i, call) in predicted.iter().enumerate() {
            if used[i] || call.name != reference.name {
                continue;
            }
            let (keys, values) = argument_points(&reference.arguments, &call.arguments, strict);
            if keys + values > best.0 + best.1 {
                (best, at) = ((keys, values), Some(i));
            }
        }
        if let Some(i) = at {
            used[i] = true;
            points.keys += best.0;
            points.values += best.1;
        }
    }
    points
}

fn same_arguments(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    a.len() == b.len() && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| same(x, y, false)))
}

/// The similarity of the parameters' names, and how many have their value.
fn argument_points(gold: &Map<String, Value>, predicted: &Map<String, Value>, strict: bool) -> (f64, f64) {
    let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
    let right = gold.iter().filter(|(key, x)| predicted.get(*key).is_some_and(|y| same(x, y, false))).count();
    (similarity(keys(gold), keys(predicted), strict), right as f64)
}

/// What two multisets share, of all they hold; with `strict` only equal lists share anything.
fn similarity(mut a: Vec<String>, mut b: Vec<String>, strict: bool) -> f64 {
    if strict || a == b {
        return f64::from(u8::from(a == b));
    }
    a.sort_unstable();
    b.sort_unstable();
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    common as f64 / (a.len() + b.len() - common) as f64
}

/// The calls of a turn: a JSON object on each line between the first `<tool_call>` and the next `</tool_call>`, with
/// `name` and `parameters`. `None` when there is no block, or a line is something else.
pub(crate) fn calls(text: &str) -> Option<Vec<Call>> {
    let (_, block) = text.split_once("<tool_call>")?;
    let (block, _) = block.split_once("</tool_call>")?;
    let call = |line: &str| {
        let Value::Object(mut map) = serde_json::from_str(line).ok()? else { return None };
        let name = map.get("name")?.as_str()?.to_string();
        let Value::Object(arguments) = map.remove("parameters")? else { return None };
        Some(Call { name, arguments })
    };
    block.trim().split('\n').map(call).collect()
}

/// Whether a turn has the form its reference asks for: thinking, then calls, a response, or both.
pub(crate) fn has_format(text: &str, reference: &str) -> bool {
    static FORMS: LazyLock<[Regex; 4]> = LazyLock::new(|| {
        [
            "",
            r"\n<tool_call>\n.*?\n</tool_call>",
            r"\n<response>.*?</response>",
            r"\n<tool_call>\n.*?\n</tool_call>\n<response>.*?</response>",
        ]
        .map(|rest| Regex::new(&format!(r"(?s)\A<think>.*?</think>{rest}\n?\z")).expect("a pattern"))
    });
    let (calls, response) = (reference.contains("<tool_call>"), reference.contains("<response>"));
    let once = |tag: &str| {
        text.matches(&format!("<{tag}>")).count() == 1 && text.matches(&format!("</{tag}>")).count() == 1
    };
    FORMS[usize::from(calls) + 2 * usize::from(response)].is_match(text)
        && (!calls || once("tool_call"))
        && (!response || once("response"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_a_turn() {
        let call = "<think>a</think>\n<tool_call>\n{}\n</tool_call>";
        let response = "<think>a</think>\n<response>b</response>";
        assert!(has_format(call, call) && has_format(response, response) && !has_format(call, response));
        assert!(has_format("<think>a</think>", "none") && !has_format(" <think>a</think>", "none"));
        let both = format!("{call}\n<response>b</response>");
        assert!(has_format(&both, &both) && !has_format(&both, call) && !has_format(call, &both));
        assert!(!has_format(
            "<think>a</think>\n<tool_call>\n{}\n</tool_call>\n<tool_call>\n{}\n</tool_call>",
            call
        ));
    }

    #[test]
    fn a_line_that_is_no_call_spoils_the_block() {
        assert_eq!(
            calls("<tool_call>\n{\"name\": \"f\", \"parameters\": {}}\n</tool_call>").map(|c| c.len()),
            Some(1)
        );
        for text in [
            "<tool_call>{\"name\": \"f\"}</tool_call>",
            "<tool_call></tool_call>",
            "{\"name\": \"f\", \"parameters\": {}}",
            "<tool_call>{\"name\": \"f\", \"parameters\": {}}\n\n{\"name\": \"f\", \"parameters\": {}}</tool_call>",
        ] {
            assert_eq!(calls(text), None, "{text}");
        }
    }
}
