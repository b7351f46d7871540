//! Calls against possible answers, as the Berkeley Function Calling Leaderboard matches their syntax trees.

use serde_json::{Map, Value};

use super::assign;
use super::call::{Call, same};

/// A call with, for each parameter, the values that are accepted; an empty text among them: it may be left out.
#[derive(Debug, Clone)]
pub(crate) struct Possible {
    name: String,
    accepted: Map<String, Value>,
}

/// Reads `[{"name": {"parameter": [value, …]}}, …]`.
pub(crate) fn read(reference: &Value) -> Option<Vec<Possible>> {
    let list = match reference {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let possible = |value: &Value| {
        let map = value.as_object().filter(|map| map.len() == 1)?;
        let (name, accepted) = map.iter().next()?;
        let accepted = accepted.as_object()?.clone();
        accepted.values().all(Value::is_array).then(|| Possible { name: name.clone(), accepted })
    };
    list.iter().map(possible).collect()
}

/// Whether every call is one of the possible answers, each answer used once.
pub(crate) fn all_match(possible: &[Possible], calls: &[Call]) -> bool {
    if possible.len() != calls.len() {
        return false;
    }
    let fits = |i: usize, j: usize| f64::from(u8::from(fits(&possible[i], &calls[j])));
    let paired = assign::best(possible.len(), calls.len(), fits);
    paired.iter().enumerate().all(|(i, j)| j.is_some_and(|j| fits(i, j) > 0.0))
}

fn fits(possible: &Possible, call: &Call) -> bool {
    possible.name == call.name && entries_fit(&possible.accepted, &call.arguments)
}

/// Every entry is known and accepted, and those that must be there are.
fn entries_fit(accepted: &Map<String, Value>, found: &Map<String, Value>) -> bool {
    let known = |(key, value): (&String, &Value)| {
        accepted.get(key).is_some_and(|options| is_accepted(options, value))
    };
    let there = |(key, options): (&String, &Value)| found.contains_key(key) || is_optional(options);
    found.iter().all(known) && accepted.iter().all(there)
}

fn is_optional(options: &Value) -> bool {
    options.as_array().is_some_and(|list| list.iter().any(|option| option == ""))
}

fn is_accepted(options: &Value, value: &Value) -> bool {
    match options {
        Value::Array(list) => list.iter().any(|option| agree(option, value)),
        // Inside a list a dictionary may hold plain values.
        one => agree(one, value),
    }
}

/// Texts agree up to case, spaces and marks; a number with a fraction is no integer; dictionaries hold lists of
/// accepted values of their own.
fn agree(option: &Value, value: &Value) -> bool {
    match (option, value) {
        (Value::String(a), Value::String(b)) => plain(a) == plain(b),
        (Value::Number(a), Value::Number(b)) => same(option, value, false) && (a.is_f64() || !b.is_f64()),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b)),
        (Value::Object(a), Value::Object(b)) => entries_fit(a, b),
        _ => option == value,
    }
}

fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| !" ,./-_*^".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == '\'' { '"' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::call::Encoding;

    fn is(reference: &str, calls: &str) -> bool {
        let possible = read(&serde_json::from_str(reference).unwrap()).unwrap();
        all_match(&possible, &Encoding::Any.read(calls).unwrap())
    }

    #[test]
    fn possible_answers() {
        let reference = r#"[{"area": {"base": [10], "height": [5.0, 5], "unit": ["units", ""]}}]"#;
        for (calls, right) in [
            ("[area(base=10, height=5)]", true),
            ("[area(base=10, height=5, unit='Units.')]", true),
            ("[area(base=10.0, height=5)]", false),
            ("[area(base='10', height=5)]", false),
            ("[area(base=10)]", false),
            ("[area(base=10, height=5, depth=1)]", false),
            ("[area(base=10, height=5), area(base=10, height=5)]", false),
            ("[volume(base=10, height=5)]", false),
        ] {
            assert_eq!(is(reference, calls), right, "{calls}");
        }
        let nested = r#"[{"f": {"d": [{"a": [1], "b": ["x", ""]}], "l": [["New York", "LA"]]}}]"#;
        assert!(
            is(nested, "[f(d={'a': 1}, l=['newyork', 'la'])]")
                && !is(nested, "[f(d={'b': 'x'}, l=['newyork', 'la'])]")
        );
    }

    #[test]
    fn a_broad_answer_leaves_the_narrow_one_its_call() {
        let reference = r#"[{"f": {"x": [1, 2]}}, {"f": {"x": [1]}}]"#;
        assert!(is(reference, "[f(x=1), f(x=2)]") && !is(reference, "[f(x=2), f(x=2)]"));
    }
}
