//! Runs the examples in every scorer's help.

use std::collections::BTreeMap;
use std::sync::Arc;

use meed_algebra::absent::reason_of;
use meed_algebra::function::join_alternatives;
use meed_algebra::{Reason, Slice, TextCell, Values};
use meed_score::{OptionValue, Scorer, all};
use serde_json::Value;

#[test]
fn examples_give_what_they_say() {
    for scorer in all() {
        for example in scorer.word.examples {
            let function = scorer.function(call(scorer, example.code)).unwrap();
            let with: Value = serde_json::from_str(example.with).unwrap();
            let gives: Value = serde_json::from_str(example.gives).unwrap();
            let groups: Vec<usize> =
                gives.as_array().unwrap().iter().map(|g| g.as_array().unwrap().len()).collect();
            let columns: Vec<_> =
                scorer.inputs.iter().map(|input| column(&with[input.column], &groups)).collect();
            let slices: Vec<_> = columns.iter().map(|c| Slice::Texts(c)).collect();
            let values = function.call(&slices, groups.iter().sum()).unwrap();
            let Values::Numbers(values) = values else { panic!("{}: not numbers", example.code) };
            let expected = gives.as_array().unwrap().iter().flat_map(|g| g.as_array().unwrap());
            for (value, expected) in values.iter().zip(expected) {
                let same = match expected {
                    Value::String(reason) => {
                        reason_of(*value) == Reason::from_name(reason.trim_matches(['<', '>']))
                    }
                    number => *value == number.as_f64().unwrap(),
                };
                assert!(same, "{} with {}: {value} is not {expected}", example.code, example.with);
            }
        }
    }
}

/// The options of `name(option=value, …)`.
fn call(scorer: &Scorer, code: &str) -> BTreeMap<String, OptionValue> {
    let inside =
        code.strip_prefix(scorer.word.name).and_then(|c| c.strip_prefix('(')?.strip_suffix(')')).unwrap();
    let mut options = BTreeMap::new();
    let mut rest = inside;
    while let Some((name, value)) = rest.split_once('=') {
        // JSON is close enough to the language's literals, but for the truth values.
        let value = ["True", "False"]
            .iter()
            .find(|b| value.starts_with(**b))
            .map_or(value.to_string(), |b| b.to_lowercase() + &value[b.len()..]);
        let mut values = serde_json::Deserializer::from_str(&value).into_iter::<Value>();
        options.insert(name.trim_matches([',', ' ']).to_string(), option(&values.next().unwrap().unwrap()));
        rest = &inside[inside.len() - (value.len() - values.byte_offset())..];
    }
    assert_eq!(rest, "", "{code}");
    options
}

fn option(value: &Value) -> OptionValue {
    match value {
        Value::Null => OptionValue::None,
        Value::Bool(b) => (*b).into(),
        Value::Number(x) => x.as_f64().unwrap().into(),
        Value::String(s) => s.as_str().into(),
        Value::Array(list) => OptionValue::List(list.iter().map(option).collect()),
        Value::Object(_) => panic!("no option is an object"),
    }
}

/// A column of the example, one value per rollout.
fn column(values: &Value, groups: &[usize]) -> Vec<TextCell> {
    let per_group = |(value, n): (&Value, &usize)| match value {
        Value::Array(rollouts) => rollouts.iter().map(cell).collect(),
        value => vec![cell(value); *n],
    };
    values.as_array().unwrap().iter().zip(groups).flat_map(per_group).collect()
}

fn cell(value: &Value) -> TextCell {
    match value {
        Value::String(s) => Ok(Arc::from(s.as_str())),
        Value::Array(list) => Ok(join_alternatives(list.iter().map(|s| s.as_str().unwrap())).into()),
        other => panic!("{other} is not a text"),
    }
}
