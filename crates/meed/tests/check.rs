//! `meed check`: what a spec needs and does.

mod common;

use common::{Cases, Folder, examples};

const CONCISE: &str = r#"threshold = param("threshold", 0.5, "share of right answers from which brevity pays")

correct = number()
long    = length.where(correct > 0).z("group")
brief   = correct * (1 - 0.2 * sigmoid(long).or_else(0))

reward    = where(correct.mean("group") >= threshold, brief, correct)
advantage = reward - reward.mean("batch")
"#;

#[test]
fn explains_a_spec() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    folder.file("concise.star", CONCISE);
    insta::assert_snapshot!(folder.good("check concise.star --explain").text());
}

#[test]
fn shows_what_was_set_and_what_is_never_used() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    folder.file(
        "reward.star",
        "bonus = param(\"bonus\", 1, \"never used\")\nscale = param(\"scale\", 2.5)\n\nreward = ema(number().mean(\"batch\"), 0.9) * scale\nmargin = pairs(\"group\").left(number())\n",
    );
    insta::assert_snapshot!(folder.good("check reward.star --set scale=3").text());
}

#[test]
fn checks_against_data() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    folder.file("reward.star", "reward = number() * col(\"tokns\")\n");
    std::fs::copy(examples().join("math/rollouts.jsonl"), folder.path("rows.jsonl")).unwrap();
    let mut said = Cases::default();
    said.add("without data a column is what the spec says", "", &folder.meed("check reward.star"));
    said.add("with data it must be there", "", &folder.meed("check reward.star --data rows.jsonl"));
    insta::assert_snapshot!(said.text());
}

#[test]
fn every_example_is_good() {
    let folder = Folder::new();
    for (spec, rows) in [
        ("math/reward.star", "math/tasks.jsonl"),
        ("math/concise.star", "math/rollouts.jsonl"),
        ("math/steps.star", "math/steps.jsonl"),
        ("dialogue/ensemble.star", "dialogue/responses.jsonl"),
    ] {
        let [spec, rows] = [spec, rows].map(|name| examples().join(name).to_str().unwrap().to_string());
        let ran = folder.meed_with(&["check", &spec, "--data", &rows]);
        assert_eq!(ran.code, 0, "{spec}: {}", ran.stderr);
        assert!(ran.stderr.is_empty() && !ran.stdout.contains("warning"), "{}{}", ran.stdout, ran.stderr);
    }
}
