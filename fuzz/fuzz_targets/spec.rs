//! Any text as a spec: read, or refused with a message that can be shown.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use meed_algebra::{Axis, Batch, Column, State};
use meed_spec::{Spec, SpecFile, Want, explain};

/// Two groups with columns on every axis.
fn batch() -> Option<Batch> {
    let mut batch = Batch::new(vec![2, 1]);
    let step = batch.add_axis("step", Axis::ROLLOUT, vec![2, 0, 1]).ok()?;
    let token = batch.add_axis("token", Axis::ROLLOUT, vec![1, 3, 0]).ok()?;
    let texts = |axis, values: &[&str]| Column::texts(axis, values.iter().map(|t| Ok((*t).into())).collect());
    for (name, column) in [
        ("text", texts(Axis::ROLLOUT, &["<think>a</think><answer>4</answer>", "", "#### 5"])),
        ("answer", texts(Axis::GROUP, &["4", "five"])),
        ("score", Column::numbers(Axis::ROLLOUT, vec![1.0, -2.5, f64::NAN])),
        ("prm", Column::numbers(step, vec![0.1, 0.9, 0.5])),
        ("logp", Column::numbers(token, vec![-1.0, -0.5, -2.0, 0.0])),
    ] {
        batch.add_column(name, column).ok()?;
    }
    Some(batch)
}

fuzz_target!(|source: &str| {
    // Texts and lists can be made as long as memory in one step, which the limits of the language do not see.
    if source.contains('*') && source.bytes().filter(u8::is_ascii_digit).count() > 4 {
        return;
    }
    let Some(mut batch) = batch() else { return };
    let file = SpecFile { name: "fuzz.star".into(), source: source.into(), folder: None };
    match Spec::read(&file, &batch.schema(), BTreeMap::new(), Want::Outputs) {
        Ok(spec) => {
            let _ = explain::tree(&spec.plan);
            if spec.plan.add_axes(&mut batch).is_ok() {
                let _ = spec.plan.evaluate(&batch, &mut State::new(), 7);
            }
        }
        Err(diagnostic) => assert!(diagnostic.to_string().starts_with("error: ")),
    }
});
