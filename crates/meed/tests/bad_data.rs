//! What is said about rollouts that cannot be used, and what becomes of values that are not there.

mod common;

use std::io::Write;

use common::{Cases, Folder};

const GOOD: &str = r#"{"task":"a","completion":"x 4","answer":"4","score":1}"#;

/// Scores the rows of each case: title, rows, the spec's lines, further arguments.
fn said(cases: &[(&str, &str, &str, &str)]) -> String {
    let mut said = Cases::default();
    for (title, rows, spec, args) in cases {
        let folder = Folder::new();
        folder.file("rows.jsonl", rows).file("reward.star", spec);
        let ran = folder.meed(&format!("score reward.star rows.jsonl -o out.jsonl {args}"));
        let mut shown = ran.text();
        if ran.code == 0 {
            shown = format!("{}\n{shown}", String::from_utf8(folder.read("out.jsonl")).unwrap());
        } else {
            assert_eq!(folder.names(), ["reward.star", "rows.jsonl"], "{title}: something is left behind");
        }
        let ran = common::Ran {
            code: ran.code,
            stdout: shown.replace(&format!("[exit {}]\n", ran.code), ""),
            stderr: String::new(),
        };
        said.add(title, &format!("{rows}\n{spec}\n{args}"), &ran);
    }
    said.text().to_string()
}

const SCORE: &str = "reward = col(\"score\")";

#[test]
fn rows_that_cannot_be_used() {
    let _plain = common::plain_snapshots();
    let two = |second: &str| format!("{GOOD}\n{GOOD}\n{GOOD}\n{second}\n");
    insta::assert_snapshot!(said(&[
        ("JSON that breaks off", &two(r#"{"task":"a","completion":"#), SCORE, ""),
        ("a row that is a list", &two("[1, 2]"), SCORE, ""),
        ("a number as text", &two(r#"{"task":"a","completion":"4","answer":"4","score":"high"}"#), SCORE, ""),
        ("no group", &two(r#"{"completion":"4","answer":"4","score":1}"#), SCORE, ""),
        (
            "lists that disagree on one axis",
            "{\"task\":\"a\",\"completion\":\"x\",\"logp\":[1,2],\"ref_logp\":[1,2]}\n{\"task\":\"a\",\"completion\":\"x\",\"logp\":[1,2],\"ref_logp\":[1,2,3]}",
            "reward = (logp - ref_logp).mean(\"rollout\")",
            "",
        ),
        (
            "an id that comes twice",
            "{\"task\":\"a\",\"rollout_id\":\"r1\",\"completion\":\"x\",\"score\":1}\n{\"task\":\"a\",\"rollout_id\":\"r1\",\"completion\":\"y\",\"score\":0}",
            SCORE,
            "",
        ),
        (
            "bad rows skipped",
            &two("nope\n[1]\n\n{\"task\":\"b\",\"completion\":\"4\",\"answer\":\"4\",\"score\":\"high\"}"),
            SCORE,
            "--on-error skip"
        ),
        ("a missing column", GOOD, "reward = col(\"prm\").mean(\"rollout\")", ""),
        ("a missing answer", r#"{"task":"a","completion":"4"}"#, "reward = number()", ""),
        ("nothing but broken rows", "nope\nnope\n", SCORE, ""),
    ]));
}

#[test]
fn files_that_cannot_be_used() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    folder.file("reward.star", SCORE).file("good.jsonl", format!("{GOOD}\n"));
    folder.file("utf8.jsonl", b"{\"task\":\"a\",\"completion\":\"\xff\",\"score\":1}\n");
    folder.file("empty.jsonl", "").file("blank.jsonl", "\n\n").file("fake.parquet", "not parquet at all\n");
    folder.file("fake.arrow", "ARROW1 no\n").file("cut.parquet", b"PAR1\x15\x00\x15");
    std::fs::create_dir(folder.path("folder")).unwrap();
    let mut packed = flate(&format!("{GOOD}\n").repeat(20_000));
    packed.truncate(packed.len() / 2);
    folder.file("cut.jsonl.gz", packed).file("fake.jsonl.zst", "no zst\n");
    let mut said = Cases::default();
    for inputs in [
        "utf8.jsonl",
        "empty.jsonl",
        "blank.jsonl",
        "missing.jsonl",
        "folder",
        "fake.parquet",
        "cut.parquet",
        "fake.arrow",
        "cut.jsonl.gz",
        "fake.jsonl.zst",
        "good.jsonl fake.parquet",
    ] {
        let ran = folder.meed(&format!("score reward.star {inputs} -o out.jsonl"));
        said.add(inputs, "", &ran);
        assert!(!folder.names().iter().any(|n| n.starts_with("out")), "{inputs} left {:?}", folder.names());
    }
    insta::assert_snapshot!(said.text());
}

#[test]
fn options_that_name_what_is_not_there() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    folder.file("reward.star", SCORE).file("rows.jsonl", format!("{GOOD}\n"));
    let mut said = Cases::default();
    for args in [
        "--map score=result.score",
        "--map score",
        "--group-by taks",
        "--batch-by step",
        "--on-error never",
        "-o nowhere/out.jsonl",
        "-o .",
        "--state rows.jsonl",
        "--threads many",
        "-o rows.jsonl/out.jsonl",
    ] {
        said.add(args, "", &folder.meed(&format!("score reward.star rows.jsonl {args}")));
    }
    insta::assert_snapshot!(said.text());
    assert_eq!(folder.names(), ["reward.star", "rows.jsonl"]);
    assert_eq!(folder.read("rows.jsonl"), format!("{GOOD}\n").into_bytes());
}

#[test]
fn absent_values_have_reasons() {
    let _plain = common::plain_snapshots();
    insta::assert_snapshot!(said(&[
        (
            "NaN, infinities and nulls",
            "{\"task\":\"a\",\"completion\":\"4\",\"score\":2}\n{\"task\":\"a\",\"completion\":\"4\",\"score\":NaN}\n{\"task\":\"a\",\"completion\":\"4\",\"score\":Infinity}\n{\"task\":\"a\",\"completion\":\"4\",\"score\":1e999}\n{\"task\":\"a\",\"completion\":\"4\",\"score\":null}\n{\"task\":\"a\",\"completion\":\"4\"}",
            "reward = col(\"score\")\nadvantage = reward - reward.mean(\"group\")",
            "",
        ),
        (
            "division by zero, logarithms and roots of less",
            "{\"task\":\"a\",\"completion\":\"4\",\"score\":0}\n{\"task\":\"a\",\"completion\":\"4\",\"score\":1}",
            "ratio = 1 / col(\"score\")\nlogarithm = log(col(\"score\") - 0.5)\nroot = sqrt(-col(\"score\"))\nreward = ratio.or_else(0)",
            "",
        ),
        (
            "groups and lists that are empty",
            "{\"task\":\"a\",\"prompt\":\"p\",\"completions\":[],\"answer\":\"4\"}\n{\"task\":\"b\",\"prompt\":\"p\",\"completions\":[\"x 4\",\"5\"],\"answer\":\"4\"}",
            "correct = number()\nsolved = correct.mean(\"group\")\nreward = correct - correct.mean(\"group\")",
            "",
        ),
        (
            "steps that are empty",
            "{\"task\":\"a\",\"completion\":\"x\",\"prm\":[]}\n{\"task\":\"a\",\"completion\":\"x\",\"prm\":[0.5,null]}\n{\"task\":\"a\",\"completion\":\"x\",\"prm\":null}",
            "reward = prm.mean(\"rollout\")\nsteps = prm.count(\"rollout\")\nlast = prm.last(\"rollout\")",
            "",
        ),
        (
            "answers that no scorer can use",
            "{\"task\":\"a\",\"completion\":\"four\",\"answer\":\"4\"}\n{\"task\":\"b\",\"completion\":\"4\",\"answer\":\"four\"}\n{\"task\":\"c\",\"completion\":null,\"answer\":\"4\"}",
            "reward = number()",
            "",
        ),
        (
            "groups that lie scattered",
            "{\"task\":\"a\",\"completion\":\"x\",\"score\":1}\n{\"task\":\"b\",\"completion\":\"x\",\"score\":5}\n{\"task\":\"a\",\"completion\":\"y\",\"score\":2}",
            "reward = col(\"score\")\nadvantage = reward - reward.mean(\"group\")",
            "",
        ),
        ("an output with the name of an input", GOOD, "score = col(\"score\") + 1\nreward = score * 2", "",),
    ]));
}

#[test]
fn a_line_of_100_megabytes_is_named() {
    let _plain = common::plain_snapshots();
    let folder = Folder::new();
    folder.file("reward.star", SCORE);
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.path("rows.jsonl")).unwrap());
    write!(file, "{GOOD}\n{{\"task\":\"a\",\"score\":1,\"completion\":\"").unwrap();
    let mebibyte = vec![b'x'; 1 << 20];
    (0..100).for_each(|_| file.write_all(&mebibyte).unwrap());
    write!(file, "\"}}\n{GOOD}\n").unwrap();
    file.into_inner().unwrap();
    let mut said = Cases::default();
    for args in ["", "--on-error skip", "--max-line 128"] {
        said.add(&format!("score {args}"), "", &folder.meed(&format!("score reward.star rows.jsonl {args}")));
    }
    insta::assert_snapshot!(said.text());
}

/// Text packed by the `gzip` program's format, without needing it: written by the binary itself.
fn flate(text: &str) -> Vec<u8> {
    let folder = Folder::new();
    folder.file("reward.star", SCORE).file("rows.jsonl", text);
    folder.good("score reward.star rows.jsonl -o rows.jsonl.gz -q");
    folder.read("rows.jsonl.gz")
}
