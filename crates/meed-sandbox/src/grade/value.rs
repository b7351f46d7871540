//! Plain values as wire.py writes them, compared with what JSON can say.

use serde_json::{Value, json};

/// A JSON value as an argument. JSON's objects are dictionaries.
pub(super) fn encode(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(encode).collect(),
        Value::Object(map) => {
            let pairs: Vec<Value> = map.iter().map(|(k, v)| json!([k, encode(v)])).collect();
            json!({ "d": pairs })
        }
        other => other.clone(),
    }
}

/// What came back, as JSON can say it: tuples are lists, keys are texts. `None` for what it cannot say.
pub(super) fn decode(value: &Value) -> Option<Value> {
    let Value::Object(map) = value else {
        return match value {
            Value::Array(list) => list.iter().map(decode).collect(),
            other => Some(other.clone()),
        };
    };
    let (tag, body) = map.iter().next().filter(|_| map.len() == 1)?;
    match tag.as_str() {
        "t" => body.as_array()?.iter().map(decode).collect(),
        "d" => {
            let mut out = serde_json::Map::new();
            for pair in body.as_array()? {
                let key = match decode(pair.get(0)?)? {
                    Value::String(text) => text,
                    key @ (Value::Number(_) | Value::Bool(_)) => key.to_string(),
                    _ => return None,
                };
                out.insert(key, decode(pair.get(1)?)?);
            }
            Some(Value::Object(out))
        }
        _ => None,
    }
}

/// Whether they are equal, numbers with a fraction up to the tolerance.
pub(super) fn equal(got: &Value, expected: &Value, tolerance: f64) -> bool {
    match (got, expected) {
        (Value::Number(a), Value::Number(b)) => {
            if a == b {
                return true;
            }
            let whole = |n: &serde_json::Number| n.is_i64() || n.is_u64();
            match (a.as_f64(), b.as_f64()) {
                (Some(a_), Some(b_)) if !(whole(a) && whole(b)) => close(a_, b_, tolerance),
                _ => false,
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b, tolerance))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(k, v)| b.get(k).is_some_and(|other| equal(v, other, tolerance)))
        }
        _ => got == expected,
    }
}

/// Whether two numbers are as close as `tolerance` says, relatively, absolutely below 1.
pub(super) fn close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_are_lists_and_keys_are_texts() {
        let got = json!({"t": [1, {"d": [[2, {"t": []}], ["a", null]]}]});
        assert_eq!(decode(&got), Some(json!([1, {"2": [], "a": null}])));
        assert_eq!(decode(&json!({"h": [0, "Foo"]})), None);
        assert_eq!(encode(&json!({"a": [{"b": 1}]})), json!({"d": [["a", [{"d": [["b", 1]]}]]]}));
    }

    #[test]
    fn only_fractions_are_tolerant() {
        assert!(equal(&json!([1.0000000001, 2]), &json!([1, 2.0]), 1e-6));
        assert!(!equal(&json!(1_000_000_001), &json!(1_000_000_002), 1e-6));
        assert!(!equal(&json!(true), &json!(1), 1e-6));
        assert!(!equal(&json!("1"), &json!(1), 1e-6));
        assert!(equal(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1}), 0.0));
    }
}
