//! Whatever text is given as a spec: it is read or refused with a message, in bounded time, and never panics.

use std::collections::BTreeMap;

use meed_algebra::{Axis, Batch, Column, Schema, State};
use meed_spec::words::{self, Form};
use meed_spec::{Spec, SpecFile, Want};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const SPECS: &[&str] = &[
    include_str!("../../../examples/math/reward.star"),
    include_str!("../../../examples/math/concise.star"),
    include_str!("../../../examples/math/steps.star"),
    include_str!("../../../examples/dialogue/ensemble.star"),
    include_str!("../../../recipes/grpo.star"),
    "p = pairs(\"group\")\nmargin = p.left(col(\"score\")) - p.right(col(\"score\"))\nwins = (margin > 0).sum(\"rollout\")\n",
    "def shape(t, n):\n    if n == None or \"4\" in t:\n        return None\n    return len(t) * n\n\nreward = map(shape, text, col(\"score\"))\nkept = reward.where(bernoulli(0.5)).or_else(0)\n",
    "a = lanes({\"x\": number(), \"y\": col(\"score\")})\nbest = a.max(\"rollout\")\nreward = a.lane(\"x\") + ema(best.mean(\"batch\"), 0.9)\n",
    "togo = logp.cumsum(\"rollout\", reverse=True)\nreward = togo.first(\"rollout\") + prm.discount(0.9, \"rollout\").first(\"rollout\")\n",
];

/// Words, columns, punctuation and numbers: what specs are made of.
fn tokens() -> Vec<String> {
    let plain = "= == != < <= > >= + - * / // % ** & | ^ ~ ( ) [ ] { } , : . \"group\" \"rollout\" \"step\" \"batch\" \"token\" \
                 0 1 2 0.5 -1 1e300 inf None True False if else for in not and or def return lambda load pass \
                 x y reward f text answer length logp prm \"a\" \"\" col param number tags r 100000000000 @";
    let words = words::all().map(|d| match d.form {
        Form::Method => format!(".{}(", d.word.name),
        Form::Function => format!("{}(", d.word.name),
    });
    plain.split_whitespace().map(str::to_string).chain(["\n".into(), "\n    ".into()]).chain(words).collect()
}

/// Two groups with columns on every axis.
fn batch() -> Batch {
    let mut batch = Batch::new(vec![2, 1]);
    let step = batch.add_axis("step", Axis::ROLLOUT, vec![2, 0, 1]).unwrap();
    let token = batch.add_axis("token", Axis::ROLLOUT, vec![1, 3, 0]).unwrap();
    let texts = |axis, values: &[&str]| Column::texts(axis, values.iter().map(|t| Ok((*t).into())).collect());
    for (name, column) in [
        ("text", texts(Axis::ROLLOUT, &["<think>a</think><answer>4</answer>", "", "#### 5"])),
        ("answer", texts(Axis::GROUP, &["4", "five"])),
        ("score", Column::numbers(Axis::ROLLOUT, vec![1.0, -2.5, f64::NAN])),
        ("prm", Column::numbers(step, vec![0.1, 0.9, 0.5])),
        ("logp", Column::numbers(token, vec![-1.0, -0.5, -2.0, 0.0])),
        ("ref_logp", Column::numbers(token, vec![-1.0, -0.5, -2.0, 0.0])),
        ("tokens", Column::numbers(Axis::ROLLOUT, vec![5.0, 6.0, 7.0])),
        ("length", Column::numbers(Axis::ROLLOUT, vec![5.0, 6.0, 7.0])),
        ("reward", Column::numbers(Axis::ROLLOUT, vec![1.0, 0.0, 1.0])),
    ] {
        batch.add_column(name, column).unwrap();
    }
    batch
}

/// Reads the text against data and without; evaluates it when it is a spec; shows the message when it is not.
fn read(text: &str) {
    let file = SpecFile { name: "soup.star".into(), source: text.into(), folder: None };
    let batch = batch();
    for schema in [batch.schema(), Schema::open(true)] {
        let with_data = schema.complete;
        match Spec::read(&file, &schema, BTreeMap::new(), Want::Outputs) {
            Ok(spec) if with_data => {
                let mut batch = batch.clone();
                let evaluated = spec.plan.add_axes(&mut batch).map_err(|e| e.to_string()).and_then(|()| {
                    spec.plan.evaluate(&batch, &mut State::new(), 7).map_err(|e| e.to_string())
                });
                if let Err(message) = evaluated {
                    assert!(!message.is_empty());
                }
                let _ = meed_spec::explain::tree(&spec.plan);
            }
            Ok(_) => {}
            Err(diagnostic) => {
                let shown = diagnostic.to_string();
                assert!(shown.starts_with("error: ") && shown.len() > 10, "{shown}");
                if let Some(place) = &diagnostic.place {
                    assert!(place.line <= text.lines().count() + 1, "{shown}");
                }
            }
        }
    }
}

fn soup() -> impl Strategy<Value = String> {
    vec(select(tokens()), 1..40).prop_map(|t| t.join(" ").replace(" .", "."))
}

/// A spec in which some tokens were dropped, doubled, swapped or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let edits = vec((any::<Index>(), any::<Index>(), 0..5_u8, select(tokens())), 1..4);
    (select(SPECS), edits).prop_map(|(spec, edits)| {
        let mut parts = pieces(spec);
        for (at, other, what, token) in edits {
            let (i, j) = (at.index(parts.len()), other.index(parts.len()));
            match what {
                0 => parts[i] = String::new(),
                1 => parts.insert(i, parts[j].clone()),
                2 => parts.swap(i, j),
                3 => parts[i] = token,
                _ => parts.truncate(i.max(1)),
            }
        }
        parts.concat()
    })
}

/// The text cut into names, numbers, and single characters.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut in_name = false;
    for c in text.chars() {
        let name = c.is_alphanumeric() || c == '_';
        match pieces.last_mut() {
            Some(last) if name && in_name => last.push(c),
            _ => pieces.push(c.to_string()),
        }
        in_name = name;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn soup_of_tokens(text in soup()) {
        read(&text);
    }

    #[test]
    fn mutated_specs(text in mutated()) {
        read(&text);
    }

    #[test]
    fn any_characters(text in "(\\PC|[\\n\\t ]){0,80}") {
        read(&text);
    }
}

#[test]
fn specs_are_read_as_they_are() {
    for spec in SPECS {
        read(spec);
        let file = SpecFile { name: "good.star".into(), source: spec.to_string(), folder: None };
        if let Err(e) = Spec::read(&file, &Schema::open(false), BTreeMap::new(), Want::Outputs) {
            // Lanes are known from data only.
            assert!(spec.contains("col(\"rm\")"), "{e}");
        }
    }
}

#[test]
fn long_and_deep_texts_are_bounded() {
    let deep = 3000;
    let chain =
        (0..5000).fold(String::from("x0 = col(\"score\")\n"), |s, i| s + &format!("x{} = x{i} + 1\n", i + 1));
    let loops = "for a in range(100000):\n    for b in range(100000):\n        for c in range(100000):\n            pass\n";
    for text in [
        format!("reward = {}1{}", "(".repeat(deep), ")".repeat(deep)),
        format!("reward = {}1{}", "[".repeat(deep), "]".repeat(deep)),
        format!("reward = {}col(\"score\")", "-".repeat(deep)),
        format!("reward = col(\"score\"){}", " + 1".repeat(deep)),
        format!("reward = col(\"score\"){}", ".or_else(0)".repeat(deep)),
        format!("reward = \"{}\"", "x".repeat(1 << 20)),
        format!("reward = {}", "9".repeat(10_000)),
        chain,
        loops.to_string(),
        "x = [1]\nfor i in range(20):\n    x = x + x\nreward = number()\n".to_string(),
        "x = 3\nfor i in range(16):\n    x = x * x\nreward = number()\n".to_string(),
        "x = 1 << 2000000000\nreward = number()\n".to_string(),
    ] {
        read(&text);
    }
}
