//! What is said about inputs that cannot be used.

mod common;

use std::path::{Path, PathBuf};

use common::*;
use meed_algebra::Axis;
use meed_data::{DataError, Extent, Format, OnError, ReadOptions, Sink, Source};

const GOOD: &str = r#"{"task_id": 1, "response": "a", "score": 0.5, "ok": true, "prm": [1, 2], "logp": [1, 2], "w": [[1], [2]], "emb": [1, 2], "parts": {"x": 1, "y": 2}}"#;

/// The error of reading a file of good rows and this one, its folder left out.
fn second_row(row: impl AsRef<[u8]>) -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut text = format!("{GOOD}\n").repeat(1000).into_bytes();
    text.extend_from_slice(row.as_ref());
    let path = file(dir.path(), "rows.jsonl", text);
    let columns = ["text", "score", "ok", "prm", "logp", "emb", "parts"];
    let axes = [("emb", "vector")];
    let error = read_as(std::slice::from_ref(&path), &columns, &axes, &ReadOptions::default())
        .map(|_| ())
        .unwrap_err();
    let strict = message(&error, dir.path());

    // With skipping the row is left out and counted, with the same message.
    let options = ReadOptions { on_error: OnError::Skip, ..ReadOptions::default() };
    let (source, piece) = read_as(&[path], &columns, &axes, &options).unwrap();
    let report = source.report();
    assert_eq!((piece.batch.len(Axis::ROLLOUT), report.skipped, report.rows_read), (1000, 1, 1001));
    assert!(strict.starts_with(&message(&report.errors[0], dir.path())), "{strict}");
    strict
}

fn message(error: &dyn std::fmt::Display, dir: &Path) -> String {
    error.to_string().replace(&format!("{}/", dir.display()), "")
}

const AFTER: &str = "; fix the row, or go on without such rows with `--on-error skip`";

#[test]
fn rows_that_cannot_be_used() {
    let cases: &[(&str, &str)] = &[
        ("{\"task_id\": 2, ", "not valid JSON at byte 16: the line ends where a key is expected"),
        ("{\"task_id\": 2,}", "not valid JSON at byte 15: expected a key in double quotes"),
        ("{\"task_id\": 2, \"x\": [1 2]}", "not valid JSON at byte 24: expected `,` or `]`"),
        ("{\"task_id\": 2, \"x\": nul}", "not valid JSON at byte 21: expected a value"),
        ("{\"task_id\": 2} {}", "not valid JSON at byte 16: something follows the object on the same line"),
        ("{\"task_id\": 2, \"x\": \"a", "not valid JSON at byte 23: the line ends inside a string"),
        ("[1, 2]", "not valid JSON at byte 1: a row must be an object `{…}`"),
        ("{\"response\": \"a\"}", "field `task_id`: it tells the groups apart, and is missing"),
        (
            "{\"task_id\": 2, \"score\": \"high\"}",
            "field `score`: found the text \"high\", expected a number as in the first rows",
        ),
        (
            "{\"task_id\": 2, \"ok\": 3}",
            "field `ok`: found the number 3, expected true or false as in the first rows",
        ),
        (
            "{\"task_id\": 2, \"response\": [1]}",
            "field `response`: found a list of 1 numbers, expected a text as in the first rows",
        ),
        ("{\"task_id\": 2, \"prm\": 1}", "field `prm`: found the number 1, expected a list"),
        (
            "{\"task_id\": 2, \"prm\": [\"a\"]}",
            "field `prm`: found the text \"a\", expected a number as in the first rows",
        ),
        (
            "{\"task_id\": 2, \"parts\": {\"z\": 1}}",
            "field `parts`: the key \"z\" is not in the first rows, which have x, y",
        ),
        (
            "{\"task_id\": 2, \"emb\": [1, 2, 3]}",
            "field `emb`: found a list of 3 numbers, expected a vector of 2 numbers as in the first rows",
        ),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .map(|(row, expected)| (second_row(row), format!("rows.jsonl:1001: {expected}{AFTER}")))
        .filter(|(found, expected)| found != expected)
        .map(|(found, expected)| format!("found    {found}\nexpected {expected}\n"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.concat());
    assert_eq!(
        second_row(b"{\"task_id\": 2, \"response\": \"\xff\"}"),
        format!("rows.jsonl:1001: invalid UTF-8 at byte 29 of the line{AFTER}")
    );
}

#[test]
fn a_mistake_among_the_first_rows_does_not_change_what_a_column_is() {
    for (row, field) in [
        (r#"{"task_id": 1, "response": "a", "score": "high"}"#, "score"),
        (r#"{"task_id": 1, "response": ["a"], "score": 1}"#, "response"),
        (r#"{"task_id": 1, "response": "a", "score": 1, "prm": 1}"#, "prm"),
        (r#"{"response": "a", "score": 1}"#, "task_id"),
    ] {
        let rows = format!("{GOOD}\n").repeat(5) + row;
        let error = read_text(&rows, &["text", "score", "prm"]).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(&format!("rows.jsonl:6: field `{field}`: ")), "{error}");
    }
}

#[test]
fn columns_on_one_axis_must_agree() {
    let text = r#"{"task_id": 1, "logp": [1, 2], "mask": [1, 1]}
{"task_id": 1, "logp": [1, 2], "mask": [1]}"#;
    let error = read_text(text, &["logp", "mask"]).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("rows.jsonl:2: field `mask`: 1 values on `token`, `logp` has 2"), "{error}");

    let text = r#"{"task_id": 1, "prm": [1, 2], "step_len": [1, 1], "logp": [1, 2]}"#;
    let bad = r#"{"task_id": 1, "prm": [1, 2], "step_len": [1, 1], "logp": [1, 2, 3]}"#;
    // The step lengths fit on the rows of the sample, so tokens hang under steps and must do so throughout.
    let rows: String = std::iter::repeat_n(text, 1200).chain([bad]).map(|r| format!("{r}\n")).collect();
    let error = read_text(&rows, &["prm", "logp"]).map(|_| ()).unwrap_err().to_string();
    assert!(
        error.contains(
            ":1201: field `logp`: 3 values on `token`, but the step lengths (`step_len`) add up to 2"
        ),
        "{error}"
    );
}

#[test]
fn lines_longer_than_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let long = format!("{{\"task_id\": 1, \"response\": \"{}\"}}\n", "x".repeat(6 << 20));
    let text =
        format!("{{\"task_id\": 1, \"response\": \"a\"}}\n{long}{{\"task_id\": 1, \"response\": \"b\"}}\n");
    let path = file(dir.path(), "rows.jsonl", text);
    for max_line in [1000, 5 << 20] {
        let options = ReadOptions { max_line, ..ReadOptions::default() };
        let error = read(std::slice::from_ref(&path), &["text"], &options).map(|_| ()).unwrap_err();
        let expected =
            format!("rows.jsonl:2: the line is longer than {max_line} bytes (`--max-line`){AFTER}");
        assert_eq!(message(&error, dir.path()), expected);
        let options = ReadOptions { max_line, on_error: OnError::Skip, ..ReadOptions::default() };
        let (source, piece) = read(std::slice::from_ref(&path), &["text"], &options).unwrap();
        assert_eq!(shown(piece.batch.column("text").unwrap()), r#""a" "b""#);
        assert_eq!(piece.rows.place(1).unwrap().1, 3);
        assert_eq!(source.report().skipped, 1);
    }
}

#[test]
fn ids_that_appear_twice() {
    let rollouts = r#"{"task_id": 1, "rollout_id": "a", "response": "x"}
{"task_id": 1, "rollout_id": "a", "response": "y"}"#;
    let error = read_text(rollouts, &["text"]).map(|_| ()).unwrap_err().to_string();
    assert!(
        error.contains(
            "rows.jsonl:2: field `rollout_id`: the id `a` is already that of line 1 in the same group"
        ),
        "{error}"
    );
    let tasks = r#"{"id": "t", "completions": ["x"]}
{"id": "t", "completions": ["y"]}"#;
    let error = read_text(tasks, &["text"]).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("rows.jsonl:2: field `id`: the task `t` appears twice"), "{error}");
}

#[test]
fn a_column_declared_for_the_group_must_be_the_same_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let text = "{\"task_id\": 1, \"hardness\": 1}\n{\"task_id\": 1, \"hardness\": 2}\n";
    let path = file(dir.path(), "rows.jsonl", text);
    let error = read_as(&[path], &["hardness"], &[("hardness", "group")], &ReadOptions::default())
        .map(|_| ())
        .unwrap_err();
    assert_eq!(
        message(&error, dir.path()),
        format!(
            "rows.jsonl:2: field `hardness`: differs from line 1 though it is declared on `group`{AFTER}"
        )
    );
}

#[test]
fn groups_scattered_over_an_input_too_large_to_hold() {
    let dir = tempfile::tempdir().unwrap();
    let text = "{\"task_id\": 1}\n{\"task_id\": 2}\n{\"task_id\": 1}\n";
    let path = file(dir.path(), "rows.jsonl", text);
    let options = ReadOptions { hold: 0, ..ReadOptions::default() };
    let mut source = Source::open(std::slice::from_ref(&path), &options).unwrap();
    let error = source.next(Extent::Groups { min_rollouts: 10 }).map(|_| ()).unwrap_err();
    assert_eq!(
        message(&error, dir.path()),
        "rows.jsonl: group `1` began at line 1 and comes back at line 3; pass `--gather` to collect groups \
         (the whole input is held in memory), or sort the file by task_id"
    );
    let options = ReadOptions { gather: true, ..options };
    let mut source = Source::open(&[path], &options).unwrap();
    let piece = source.next(Extent::Groups { min_rollouts: 1 }).unwrap().unwrap();
    assert_eq!(piece.batch.offsets(Axis::ROLLOUT), [0, 2, 3]);
}

#[test]
fn columns_and_fields_that_are_not_there() {
    let error = |columns: &[&str], options: ReadOptions| {
        let dir = tempfile::tempdir().unwrap();
        let path = file(dir.path(), "rows.jsonl", "{\"task_id\": 1, \"response\": \"a\", \"score\": 1}\n");
        read(&[path], columns, &options).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(
        error(&["scor"], ReadOptions::default()),
        "the data has no column `scor`; did you mean `score`? (columns: response, score, task_id, text)"
    );
    let map = vec![("text".to_string(), "respons".to_string())];
    assert_eq!(
        error(&["text"], ReadOptions { map, ..ReadOptions::default() }),
        "--map text=respons: the first rows have no field `respons`; did you mean `response`? \
         (fields: task_id, response, score)"
    );
    let batch_by = Some("step".to_string());
    assert_eq!(
        error(&[], ReadOptions { batch_by, ..ReadOptions::default() }),
        "--batch-by: the first rows have no field `step` (fields: task_id, response, score)"
    );
}

#[test]
fn files_that_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let open = |paths: &[PathBuf]| -> String {
        let error = match Source::open(paths, &ReadOptions::default()) {
            Err(error) => error,
            Ok(mut source) => loop {
                match source.next(Extent::Batch) {
                    Err(error) => break error,
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("no error"),
                }
            },
        };
        message(&error, dir.path())
    };
    let good = file(dir.path(), "good.jsonl", format!("{GOOD}\n"));
    let empty = file(dir.path(), "empty.jsonl", "");
    let damaged = file(dir.path(), "damaged.parquet", b"PAR1 and nothing else PAR1");
    let mut packed = Vec::new();
    let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, format!("{GOOD}\n").repeat(100).as_bytes()).unwrap();
    encoder.finish().unwrap();
    let cut = file(dir.path(), "cut.jsonl.gz", &packed[..packed.len() / 2]);
    let folder = dir.path().join("folder");
    std::fs::create_dir(&folder).unwrap();

    assert_eq!(open(&[]), "input: no input files");
    assert_eq!(open(&[empty]), "empty.jsonl: no rows");
    assert_eq!(open(&[folder]), "folder: no files of rows (.jsonl, .parquet, .arrow…) in this folder");
    assert!(open(&[dir.path().join("no.jsonl")]).starts_with("no.jsonl: cannot open: No such file"));
    assert_eq!(
        open(&[good, damaged.clone()]),
        "damaged.parquet: this is Parquet, but good.jsonl is JSONL; score files of one format at a time"
    );
    assert!(open(&[damaged]).starts_with("damaged.parquet: cannot be read: "));
    assert!(open(&[cut]).starts_with("cut.jsonl.gz: cannot read: "));
}

#[test]
fn an_axis_declared_where_there_is_no_list() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "rows.jsonl", "{\"task_id\": 1, \"score\": 1}\n");
    let source = Source::open(&[path], &ReadOptions::default()).unwrap();
    let error = source.schema(&declared(&[("score", "step")])).map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `score` is declared on `step`, but in the data it is one value per rollout"
    );
    let error = Sink::create(None, Some(Format::Parquet), &source, Vec::new()).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "standard output: Parquet needs a file: name one with `-o`");
    assert!(matches!(error, DataError::File { .. }));
}
