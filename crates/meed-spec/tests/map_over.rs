//! `map` over a parent: what the function gets, and what becomes of what it returns.

use std::collections::BTreeMap;

use meed_algebra::absent::reason_of;
use meed_algebra::{Axis, Batch, Column, Op, Outputs, Reason, State};
use meed_spec::{Spec, SpecFile, Want};

/// Groups of 3, 0 and 2 rollouts with steps.
fn batch() -> Batch {
    let mut batch = Batch::new(vec![3, 0, 2]);
    let step = batch.add_axis("step", Axis::ROLLOUT, vec![2, 0, 1, 1, 3]).unwrap();
    let numbers = |axis, values: &[f64]| Column::numbers(axis, values.to_vec());
    batch.add_column("r", numbers(Axis::ROLLOUT, &[1.0, f64::NAN, 3.0, 4.0, 5.0])).unwrap();
    batch.add_column("prm", numbers(step, &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])).unwrap();
    batch.add_column("hard", numbers(Axis::GROUP, &[0.0, 1.0, 1.0])).unwrap();
    batch
}

fn evaluate(source: &str) -> (Spec, Outputs) {
    let batch = batch();
    let file = SpecFile { name: "test".into(), source: source.into(), folder: None };
    let spec = Spec::read(&file, &batch.schema(), BTreeMap::new(), Want::Outputs).unwrap();
    let outputs = spec.plan.evaluate(&batch, &mut State::new(), 0).unwrap();
    (spec, outputs)
}

fn numbers(outputs: &Outputs, name: &str) -> Vec<f64> {
    outputs.get(name).unwrap().as_numbers().unwrap().to_vec()
}

fn trouble(spec: &Spec) -> Vec<String> {
    let told = spec.plan.graph().nodes().iter().filter_map(|n| match &n.op {
        Op::CallOver { call, .. } => call.0.trouble(),
        _ => None,
    });
    told.collect()
}

#[test]
fn everything_below_comes_as_lists_of_lists_and_what_lies_above_as_it_is() {
    let (spec, out) = evaluate(
        "out = map(lambda r, p, h: len(r) * 100 + len([x for xs in p for x in xs]) * 10 + h, \
         col('r'), prm, col('hard'), over='group')\n",
    );
    assert_eq!(numbers(&out, "out"), [330.0, 1.0, 241.0]);
    assert!(trouble(&spec).is_empty());
}

#[test]
fn absent_values_come_as_none_and_none_is_absent() {
    let (_, out) =
        evaluate("out = map(lambda r: [x and -x for x in r], col('r'), over='group', to='rollout')\n");
    let out = numbers(&out, "out");
    assert_eq!(out[0], -1.0);
    assert_eq!(reason_of(out[1]), Some(Reason::NotApplicable));
    let (_, out) = evaluate("out = map(lambda r: None, col('r'), over='group', to='rollout')\n");
    assert!(numbers(&out, "out").iter().all(|x| reason_of(*x) == Some(Reason::NotApplicable)));
}

#[test]
fn a_list_of_the_wrong_length_makes_the_parent_absent_and_is_told() {
    let (spec, out) = evaluate("out = map(lambda r: [0, 0], col('r'), over='group', to='rollout')\n");
    let out = numbers(&out, "out");
    assert!(out[..3].iter().all(|x| reason_of(*x) == Some(Reason::Undefined)));
    assert_eq!(out[3..], [0.0, 0.0]);
    let told = trouble(&spec);
    assert!(
        told[0].contains("2 calls") && told[0].contains("a list of 3 values was needed, not of 2"),
        "{told:?}"
    );
}

#[test]
fn results_further_down_are_lists_of_lists() {
    let (_, out) = evaluate(
        "out = map(lambda p: [[i for i, x in enumerate(xs)] for xs in p], prm, over='group', to='step')\n",
    );
    assert_eq!(numbers(&out, "out"), [0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 2.0]);
}

#[test]
fn where_the_condition_fails_it_is_not_called() {
    let (spec, out) = evaluate(
        "out = map(lambda r: fail('called') if len(r) == 3 else len(r), col('r'), over='group', when=col('hard'))\n",
    );
    let out = numbers(&out, "out");
    assert_eq!(reason_of(out[0]), Some(Reason::NotApplicable));
    assert_eq!(out[1..], [0.0, 2.0]);
    assert!(trouble(&spec).is_empty());
}

#[test]
fn over_the_batch_it_sees_all_groups() {
    let (_, out) = evaluate(
        "count = map(lambda r: len(r), col('r'), over='batch')\n\
         place = map(lambda r: [[g for _ in xs] for g, xs in enumerate(r)], col('r'), over='batch', to='rollout')\n",
    );
    assert_eq!(numbers(&out, "count"), [3.0]);
    assert_eq!(numbers(&out, "place"), [0.0, 0.0, 0.0, 2.0, 2.0]);
}

#[test]
fn lanes_are_dicts_in_and_out() {
    let (_, out) = evaluate(
        "x = lanes({'a': col('r'), 'b': 2})\n\
         both = map(lambda xs: [{'sum': (v['a'] or 0) + v['b'], 'b': v['b']} for v in xs], x, over='group', to='rollout', lanes=['sum', 'b'])\n\
         out = both.lane('sum')\n",
    );
    assert_eq!(numbers(&out, "out"), [3.0, 2.0, 5.0, 6.0, 7.0]);
    assert_eq!(numbers(&out, "both")[..4], [3.0, 2.0, 2.0, 2.0]);
}

#[test]
fn what_lies_beside_is_refused() {
    let batch = batch();
    let file = SpecFile {
        name: "test".into(),
        source: "out = map(lambda r: r, prm, over='rollout', to='group')\n".into(),
        folder: None,
    };
    let error = Spec::read(&file, &batch.schema(), BTreeMap::new(), Want::Outputs).err().unwrap();
    assert!(error.to_string().contains("`group` is not below `rollout`"), "{error}");
}
