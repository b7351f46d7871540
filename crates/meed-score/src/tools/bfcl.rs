//! Calls against possible answers, as the Berkeley Function Calling Leaderboard matches their syntax trees.

use std::collections::HashMap;

use meed_algebra::function::alternatives;
use serde_json::{Map, Value};

use super::assign;
use super::call::{Call, same};
use crate::structure::literal::json_or_python;

/// A call with, for each parameter, the values that are accepted; an empty text among them: it may be left out.
#[derive(Debug, Clone)]
pub(crate) struct Possible {
    name: String,
    accepted: Map<String, Value>,
    /// The parameters as the tool declares them.
    declared: Option<Value>,
}

/// Reads `[{"name": {"parameter": [value, …]}}, …]`, and what `tools` declares of these functions.
pub(crate) fn read(reference: &str, tools: &str) -> Option<Vec<Possible>> {
    let reference = json_or_python(reference)?;
    let declared = declarations(tools)?;
    let possible = |value: &Value| {
        let map = value.as_object().filter(|map| map.len() == 1)?;
        let (name, accepted) = map.iter().next()?;
        let accepted = accepted.as_object().filter(|map| map.values().all(Value::is_array))?;
        let declared = declared.get(name).cloned();
        Some(Possible { name: name.clone(), accepted: accepted.clone(), declared })
    };
    one_or_several(&reference).iter().map(possible).collect()
}

/// The parameters of each function, by its name.
fn declarations(tools: &str) -> Option<HashMap<String, Value>> {
    let mut declared = HashMap::new();
    for text in alternatives(tools).filter(|text| !text.trim().is_empty()) {
        for tool in one_or_several(&json_or_python(text)?) {
            let function = tool.get("function").filter(|f| f.is_object()).unwrap_or(tool);
            // Tools without a name are those of a provider, such as its search.
            if let Some(name) = function.get("name").and_then(Value::as_str) {
                let parameters = function.get("parameters").or_else(|| function.get("input_schema"));
                declared.entry(name.to_string()).or_insert(parameters.cloned().unwrap_or_default());
            }
        }
    }
    Some(declared)
}

fn one_or_several(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        one => std::slice::from_ref(one),
    }
}

/// Whether every call is one of the possible answers, each answer used once.
pub(crate) fn all_match(possible: &[Possible], calls: &[Call]) -> bool {
    if possible.len() != calls.len() {
        return false;
    }
    if let ([possible], [call]) = (possible, calls) {
        return fits(possible, call);
    }
    let fit: Vec<Vec<bool>> = possible.iter().map(|p| calls.iter().map(|c| fits(p, c)).collect()).collect();
    let paired = assign::best(possible.len(), calls.len(), |i, j| f64::from(u8::from(fit[i][j])));
    paired.iter().enumerate().all(|(i, j)| j.is_some_and(|j| fit[i][j]))
}

fn fits(possible: &Possible, call: &Call) -> bool {
    // APIs that take no dots in names are given underscores.
    if call.name != possible.name && call.name != possible.name.replace('.', "_") {
        return false;
    }
    let of_declared = |key| possible.declared.as_ref().and_then(|declared| declared.get(key));
    let properties = of_declared("properties").and_then(Value::as_object);
    let required = of_declared("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let known = |(key, value): (&String, &Value)| {
        let schema = properties.map(|properties| properties.get(key));
        schema != Some(None)
            && possible
                .accepted
                .get(key)
                .is_some_and(|options| is_accepted(schema.flatten(), one_or_several(options), value))
    };
    required.iter().filter_map(Value::as_str).all(|key| call.arguments.contains_key(key))
        && call.arguments.iter().all(known)
        && others_optional(&possible.accepted, &call.arguments)
}

/// Whether what is not there may be left out.
fn others_optional(accepted: &Map<String, Value>, found: &Map<String, Value>) -> bool {
    let optional = |options: &Value| one_or_several(options).iter().any(|option| option == "");
    accepted.iter().all(|(key, options)| found.contains_key(key) || optional(options))
}

/// The types that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Null,
    Bool,
    Integer,
    Float,
    Text,
    List,
    Dict,
}

impl Type {
    fn of(value: &Value) -> Type {
        match value {
            Value::Null => Type::Null,
            Value::Bool(_) => Type::Bool,
            Value::Number(number) if number.is_f64() => Type::Float,
            Value::Number(_) => Type::Integer,
            Value::String(_) => Type::Text,
            Value::Array(_) => Type::List,
            Value::Object(_) => Type::Dict,
        }
    }

    /// The type a declaration names, as the leaderboard or as JSON Schema names it.
    fn named(schema: Option<&Value>) -> Option<Type> {
        match schema?.get("type")?.as_str()? {
            "boolean" => Some(Type::Bool),
            "integer" => Some(Type::Integer),
            "float" | "number" => Some(Type::Float),
            "string" | "any" => Some(Type::Text),
            "array" | "tuple" => Some(Type::List),
            "dict" | "object" => Some(Type::Dict),
            _ => None,
        }
    }

    /// The type of the first of these values that does not stand for leaving out.
    fn first(options: &[Value]) -> Option<Type> {
        options.iter().find(|option| *option != "").map(Type::of)
    }

    /// The type of a parameter that nobody declares: the value's own where an accepted value has it.
    fn inferred(options: &[Value], found: Type) -> Type {
        let has = |wanted| options.iter().any(|option| option != "" && Type::of(option) == wanted);
        match found {
            found if has(found) => found,
            Type::Integer if has(Type::Float) => Type::Float,
            _ => Type::first(options).unwrap_or(Type::Text),
        }
    }
}

/// The type of the value is the declared one, or that of the accepted values, which are then taken literally: they are
/// names of variables, or stand for a default.
fn is_accepted(schema: Option<&Value>, options: &[Value], value: &Value) -> bool {
    let found = Type::of(value);
    let declared = Type::named(schema);
    let wanted = declared.unwrap_or_else(|| Type::inferred(options, found));
    let first = if declared.is_some() { Type::first(options) } else { Some(wanted) };
    let items = match declared {
        Some(_) => Type::named(schema.and_then(|schema| schema.get("items"))),
        None => options.iter().find_map(|option| Type::first(option.as_array()?)),
    };
    // An integer will do for a float; inside a list that is for `items_fit` to say.
    let fits = found == wanted || (wanted == Type::Float && found == Type::Integer);
    if !fits || first.is_some_and(|first| first != wanted) {
        return (fits || Some(found) == first)
            && items_fit(options, items, value)
            && is_among(options, value);
    }
    match value {
        Value::String(_) => options.iter().any(|option| option.is_string() && agree(option, value)),
        Value::Object(found) => options.iter().any(|option| entries_fit(option, found)),
        Value::Array(found) => {
            let agree = if items == Some(Type::Dict) { record_fits } else { agree };
            items_fit(options, items, value) && options.iter().any(|option| list_fits(option, found, agree))
        }
        _ => is_among(options, value),
    }
}

/// Whether every item has the declared type, or the type of the items of an accepted list. As in the leaderboard's checker
/// this does not matter where the list may be left out.
fn items_fit(options: &[Value], declared: Option<Type>, value: &Value) -> bool {
    let (Some(declared), Value::Array(items)) = (declared, value) else { return true };
    options.iter().any(|option| match option {
        Value::Array(list) => {
            let first = Type::first(list);
            items.iter().map(Type::of).all(|found| found == declared || Some(found) == first)
        }
        _ => true,
    })
}

fn list_fits(option: &Value, found: &[Value], agree: fn(&Value, &Value) -> bool) -> bool {
    match option {
        Value::Array(list) => list.len() == found.len() && list.iter().zip(found).all(|(a, b)| agree(a, b)),
        // What may be left out may be an empty list.
        _ => option == "" && found.is_empty(),
    }
}

fn record_fits(option: &Value, value: &Value) -> bool {
    value.as_object().is_some_and(|found| entries_fit(option, found))
}

/// A dictionary of accepted values: every entry is known and accepted, and those that must be there are.
fn entries_fit(option: &Value, found: &Map<String, Value>) -> bool {
    let Value::Object(accepted) = option else { return false };
    let known = |(key, value): (&String, &Value)| {
        accepted.get(key).is_some_and(|options| one_or_several(options).iter().any(|o| agree(o, value)))
    };
    found.iter().all(known) && others_optional(accepted, found)
}

/// Texts agree up to case, spaces and marks.
fn agree(option: &Value, value: &Value) -> bool {
    match (option, value) {
        (Value::String(a), Value::String(b)) => plain(a) == plain(b),
        _ => equal(option, value),
    }
}

fn plain(text: &str) -> String {
    text.replace(|c| " ,./-_*^".contains(c), "").to_lowercase().replace('\'', "\"")
}

fn is_among(options: &[Value], value: &Value) -> bool {
    options.iter().any(|option| equal(option, value))
}

/// Whether values are equal for Python, to which `True` is 1.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(truth), number @ Value::Number(_)) | (number @ Value::Number(_), Value::Bool(truth)) => {
            number.as_f64() == Some(f64::from(u8::from(*truth)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => same(a, b, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::call::Encoding;

    fn is(reference: &str, calls: &str) -> bool {
        is_with("", reference, calls)
    }

    fn is_with(tools: &str, reference: &str, calls: &str) -> bool {
        let possible = read(reference, tools).unwrap();
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

    #[test]
    fn declared_types_decide() {
        let tools = r#"[{"type": "web_search"}, {"type": "function", "function": {"name": "f", "parameters": {"type": "object",
            "properties": {"x": {"type": "number"}, "n": {"type": "integer"}, "l": {"type": "array", "items": {"type": "float"}},
            "s": {"type": "string"}}, "required": ["n"]}}}]"#;
        let reference =
            r#"[{"f": {"x": [5, ""], "n": [1, ""], "l": [[1.0, 2.0], ""], "s": [null, ""], "z": [1, ""]}}]"#;
        for (calls, declared, inferred) in [
            ("[f(n=1, x=5.0)]", true, false),
            ("[f(n=True)]", false, false),
            ("[f(x=5)]", false, true),
            ("[f(n=1, l=[1.0, 2.0])]", true, true),
            ("[f(n=1, l=[1, 2.0])]", true, true),
            ("[f(n=1, l=[])]", true, true),
            ("[f(n=1, s=None)]", true, true),
            ("[f(n=1, s='none')]", false, false),
            ("[f(n=1, z=1)]", false, true),
        ] {
            assert_eq!(is_with(tools, reference, calls), declared, "{calls}");
            assert_eq!(is(reference, calls), inferred, "{calls}");
        }
        // Items are only looked at where the list may not be left out.
        assert!(!is(r#"[{"f": {"l": [[1.0, 2.0]]}}]"#, "[f(l=[1, 2.0])]"));
        assert!(read("[]", "[").is_none() && read("[]", "7").is_some_and(|p| all_match(&p, &[])));
    }

    #[test]
    fn dots_in_names_may_be_underscores() {
        assert!(is(r#"[{"a.f": {}}]"#, "[a_f()]") && !is(r#"[{"a_f": {}}]"#, "[a.f()]"));
    }
}
