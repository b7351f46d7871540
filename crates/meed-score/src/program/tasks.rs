//! The tests of a task, from the columns the ecosystem keeps them in.

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, Slice};
use meed_sandbox::{Asserts, Calls, Stdio, Tests};
use serde_json::Value;

use crate::per_element::read;
use crate::scorer::Input;

/// A column of the task.
const fn of_task(name: &'static str) -> Input {
    Input { name, column: name, required: false }
}

/// The columns tests are in, in the order functions get them.
pub(super) const INPUTS: [Input; 11] = [
    of_task("test"),
    of_task("entry_point"),
    of_task("test_list"),
    of_task("test_imports"),
    of_task("test_setup_code"),
    of_task("input_output"),
    of_task("inputs"),
    of_task("outputs"),
    of_task("fn_name"),
    Input { name: "answer", column: "answer", required: false },
    Input { name: "prompt", column: "prompt", required: false },
];

/// What all but the last of them are; the prompt means more to some scorers.
const TESTS: [Arg; INPUTS.len() - 1] = [
    Arg { name: "test", help: "assertions in Python, or a function `check(candidate)`" },
    Arg { name: "entry_point", help: "the function under test" },
    Arg { name: "test_list", help: "assertions in Python, one test each" },
    Arg { name: "test_imports", help: "imports the tests need" },
    Arg { name: "test_setup_code", help: "code to run before the tests" },
    Arg { name: "input_output", help: "JSON with `inputs`, `outputs` and perhaps `fn_name`" },
    Arg { name: "inputs", help: "what is read, or the arguments, of each test" },
    Arg { name: "outputs", help: "what should be written or returned" },
    Arg { name: "fn_name", help: "the function to call; without it whole programs are run" },
    Arg { name: "answer", help: "tests as JSON, where no other column has them" },
];

/// The arguments of a scorer that runs tests: the response, the tests, and what is its own.
pub(super) const fn with_tests<const N: usize>(text: Arg, own: &[Arg]) -> [Arg; N] {
    let mut all = [text; N];
    let mut i = 1;
    while i < N {
        all[i] = if i <= TESTS.len() { TESTS[i - 1] } else { own[i - 1 - TESTS.len()] };
        i += 1;
    }
    all
}

/// The values of those columns for one element.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Fields([Option<String>; INPUTS.len()]);

impl Fields {
    /// Of element `i`; absent ones are not there.
    pub(super) fn read(args: &[Slice<'_>], i: usize) -> Fields {
        let mut fields = Fields::default();
        for (field, slice) in fields.0.iter_mut().zip(args) {
            *field = read(slice, i).ok().map(|text| text.into_owned()).filter(|text| !text.trim().is_empty());
        }
        fields
    }

    fn get(&self, name: &str) -> Option<&str> {
        INPUTS.iter().position(|i| i.name == name).and_then(|at| self.0[at].as_deref())
    }

    /// The prompt.
    pub(super) fn prompt(&self) -> Option<&str> {
        self.get("prompt")
    }

    /// The function under test, where the task names it.
    pub(super) fn entry_point(&self) -> Option<&str> {
        self.get("entry_point")
    }

    /// The tests, or what is wrong with them; `None` when there are none.
    pub(super) fn tests(&self, tolerance: f64) -> Option<Result<Tests, String>> {
        if let Some(test) = self.get("test") {
            return Some(Ok(self.asserts(vec![test.to_string()])));
        }
        if let Some(list) = self.get("test_list") {
            return Some(Ok(self.asserts(texts(list))));
        }
        if let Some(json) = self.get("input_output") {
            return Some(in_json(json, self, tolerance));
        }
        if let (Some(inputs), Some(outputs)) = (self.get("inputs"), self.get("outputs")) {
            let parsed = (list(inputs), list(outputs));
            return Some(pairs(parsed.0, parsed.1, self.get("fn_name"), tolerance));
        }
        self.get("answer").map(|json| in_json(json, self, tolerance))
    }

    fn asserts(&self, tests: Vec<String>) -> Tests {
        let setup = ["test_imports", "test_setup_code"].into_iter().filter_map(|n| self.get(n));
        Tests::Asserts(Asserts {
            setup: setup.map(|s| texts(s).join("\n")).collect(),
            context: self.prompt().unwrap_or_default().into(),
            tests,
            entry_point: self.entry_point().map(Into::into),
            first: None,
        })
    }
}

/// A cell that holds texts: alternatives, a JSON list, or one text.
fn texts(cell: &str) -> Vec<String> {
    match serde_json::from_str::<Vec<String>>(cell) {
        Ok(list) => list,
        Err(_) => alternatives(cell).map(Into::into).collect(),
    }
}

/// A cell that holds values: alternatives, a JSON list, or one text.
fn list(cell: &str) -> Vec<Value> {
    match serde_json::from_str::<Vec<Value>>(cell) {
        Ok(list) => list,
        Err(_) => alternatives(cell).map(|text| Value::String(text.into())).collect(),
    }
}

/// Tests written as JSON: inputs and outputs, a list of input and output, a list of assertions.
fn in_json(json: &str, fields: &Fields, tolerance: f64) -> Result<Tests, String> {
    let value: Value = serde_json::from_str(json)
        .map_err(|e| format!("no tests: neither test columns nor JSON in `answer` ({e})"))?;
    match &value {
        Value::Object(map) => {
            let asserts =
                ["assert_case", "test_list", "tests"].into_iter().find_map(|k| map.get(k)?.as_array());
            if let Some(asserts) = asserts.filter(|list| list.iter().all(Value::is_string)) {
                return Ok(fields.asserts(asserts.iter().filter_map(Value::as_str).map(Into::into).collect()));
            }
            let name = map.get("fn_name").and_then(Value::as_str).or(fields.get("fn_name"));
            let list = |key: &str| map.get(key).and_then(Value::as_array).cloned();
            match (list("inputs"), list("outputs")) {
                (Some(inputs), Some(outputs)) => pairs(inputs, outputs, name, tolerance),
                _ => Err("the JSON of the tests has no `inputs` and `outputs`".into()),
            }
        }
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_string) => {
            Ok(fields.asserts(items.iter().filter_map(Value::as_str).map(Into::into).collect()))
        }
        Value::Array(items) => {
            let both = |item: &Value| Some((item.get("input")?.clone(), item.get("output")?.clone()));
            let Some(cases) = items.iter().map(both).collect::<Option<Vec<_>>>().filter(|c| !c.is_empty())
            else {
                return Err(
                    "the JSON list of the tests holds neither assertions nor `input` and `output`".into()
                );
            };
            let functional =
                items.iter().any(|i| i.get("testtype").and_then(Value::as_str) == Some("functional"));
            let name = fields.get("fn_name").or(fields.entry_point()).filter(|_| functional);
            if functional && name.is_none() {
                return Err("functional tests without `fn_name`".into());
            }
            let (inputs, outputs) = cases.into_iter().unzip();
            pairs(inputs, outputs, name, tolerance)
        }
        _ => Err("the tests are neither a JSON object nor a list".into()),
    }
}

/// Inputs and outputs that belong together.
fn pairs(
    inputs: Vec<Value>,
    outputs: Vec<Value>,
    function: Option<&str>,
    tolerance: f64,
) -> Result<Tests, String> {
    if inputs.len() != outputs.len() || inputs.is_empty() {
        return Err(format!("{} inputs and {} outputs", inputs.len(), outputs.len()));
    }
    let pairs = inputs.into_iter().zip(outputs);
    Ok(match function.filter(|name| !name.is_empty()) {
        None => {
            Tests::Stdio(Stdio { cases: pairs.map(|(i, o)| (written(&i), written(&o))).collect(), tolerance })
        }
        Some(function) => {
            let cases: Vec<_> = pairs.map(|(i, o)| (arguments(i), expected(o))).collect();
            Tests::Calls(Calls { function: function.into(), cases, tolerance, wrapped: true })
        }
    })
}

/// What is read or written: a text, or its lines.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().map(written).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

/// The arguments of a call: a list, or one JSON value a line.
fn arguments(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        Value::String(text) => text.lines().filter(|l| !l.trim().is_empty()).map(json_or_text).collect(),
        other => vec![other],
    }
}

fn expected(value: Value) -> Value {
    match value {
        Value::String(text) => json_or_text(&text),
        other => other,
    }
}

fn json_or_text(text: &str) -> Value {
    serde_json::from_str(text.trim()).unwrap_or_else(|_| Value::String(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(given: &[(&str, &str)]) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in given {
            let at = INPUTS.iter().position(|i| i.name == *name).unwrap();
            fields.0[at] = Some(value.to_string());
        }
        fields
    }

    fn tests(given: &[(&str, &str)]) -> Tests {
        fields(given).tests(1e-6).unwrap().unwrap()
    }

    #[test]
    fn layouts_of_published_sets() {
        let Tests::Asserts(a) =
            tests(&[("test", "def check(c): assert c(1)"), ("entry_point", "f"), ("prompt", "p")])
        else {
            panic!()
        };
        assert_eq!((a.entry_point.as_deref(), a.context.as_str(), a.tests.len()), (Some("f"), "p", 1));
        let list = meed_algebra::function::join_alternatives(["assert f(1) == 1", "assert f(2) == 2"]);
        let Tests::Asserts(a) = tests(&[("test_list", &list), ("test_setup_code", "import math")]) else {
            panic!()
        };
        assert_eq!((a.tests.len(), a.setup), (2, vec!["import math".to_string()]));
        let Tests::Calls(c) =
            tests(&[("input_output", r#"{"inputs": [[1, [2]]], "outputs": [[3]], "fn_name": "add"}"#)])
        else {
            panic!()
        };
        assert_eq!((c.function.as_str(), c.cases), ("add", vec![(vec![json!(1), json!([2])], json!([3]))]));
        let Tests::Stdio(s) =
            tests(&[("answer", r#"{"inputs": ["1\n", ["1", "2"]], "outputs": ["2\n", ["3"]]}"#)])
        else {
            panic!()
        };
        assert_eq!(s.cases, [("1\n".to_string(), "2\n".to_string()), ("1\n2".into(), "3".into())]);
        let live = r#"[{"input": "[1, 2]\n3", "output": "6", "testtype": "functional"}]"#;
        let Tests::Calls(c) = tests(&[("answer", live), ("fn_name", "total")]) else { panic!() };
        assert_eq!(c.cases, vec![(vec![json!([1, 2]), json!(3)], json!(6))]);
        let Tests::Asserts(a) = tests(&[("answer", r#"["assert f(1) == 1"]"#)]) else { panic!() };
        assert_eq!(a.tests, ["assert f(1) == 1"]);
    }

    #[test]
    fn what_is_no_test_says_so() {
        assert!(fields(&[]).tests(0.0).is_none());
        for answer in ["42 {", "42", r#"{"x": 1}"#, r#"{"inputs": ["1"], "outputs": []}"#, "[]", "[1]"] {
            assert!(fields(&[("answer", answer)]).tests(0.0).unwrap().is_err(), "{answer}");
        }
    }
}
