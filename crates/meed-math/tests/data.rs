//! The public sets and the crate's own labelled cases.

mod support;

use meed_math::{Options, Verdict, Verifier};

#[test]
fn own_cases_come_out_as_labelled() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut wrong = Vec::new();
    let mut n = 0;
    for entry in std::fs::read_dir(dir).expect("cases") {
        let name = entry.expect("entry").file_name().into_string().expect("name");
        for row in support::own(&name) {
            n += 1;
            let e = support::verdict(&row);
            if !support::as_expected(&row, e.verdict) {
                wrong.push(format!("{name}: {row} -> {:?} ({})", e.verdict, e.rule));
            }
        }
    }
    assert!(n >= 900, "only {n} cases");
    assert!(wrong.is_empty(), "{} of {n}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn math_verify_cases() {
    let Some(rows) = support::shared("math_equivalence.jsonl") else { return };
    let wrong: Vec<String> = rows
        .iter()
        .filter(|r| !support::as_expected(r, support::verdict(r).verdict))
        .map(|r| format!("{} | {}", r["gold"], r["pred"]))
        .collect();
    assert!(rows.len() - wrong.len() >= 139, "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn gsm8k_rollouts_agree_with_their_labels() {
    let Some(rows) = support::shared("gsm8k_rollouts.jsonl") else { return };
    let options = Options::default();
    for r in rows {
        let verifier = Verifier::new(&[r["answer"].as_str().expect("answer")], &options);
        let completions = r["completions"].as_array().expect("completions");
        for (c, l) in completions.iter().zip(r["labels"].as_array().expect("labels")) {
            let v = verifier.verify(c.as_str().expect("text"));
            assert_eq!(v == Verdict::Equal, l.as_bool().expect("label"), "{}: {c}", r["id"]);
        }
    }
}
