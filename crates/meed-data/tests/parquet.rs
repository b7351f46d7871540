//! Parquet and Arrow in and out.

mod common;

use common::*;
use meed_algebra::{Axis, Column, Kind, Reason};
use meed_data::{Extent, Format, Output, ReadOptions, RowForm, Sink, Source};

#[test]
fn verl_s_parquet_loads_without_flags() {
    let Some(path) = shared("data/rlla_test.parquet") else { return };
    let (source, piece) = read(
        &[path],
        &["prompt", "answer", "task", "data_source", "extra_info.index"],
        &ReadOptions::default(),
    )
    .unwrap();
    assert_eq!((source.format(), source.layout().name), (Format::Parquet, "verl"));
    assert_eq!(source.layout().rows, RowForm::Rollout);
    println!("{:?}\n{}", source.layout(), schema(&source, &[]));
    assert_eq!(piece.rows.len(), 80);
    let answer = shown(piece.batch.column("answer").unwrap());
    println!("{}", answer.chars().take(300).collect::<String>());
    assert!(!answer.contains("missing"));
}

/// Copies rows with one output to `name`; the path written.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    let mut source = Source::open(&[from.to_path_buf()], &ReadOptions::default()).unwrap();
    source.select(&set(&[]), &declared(&[])).unwrap();
    let shape = meed_algebra::Shape::of(Axis::ROLLOUT);
    let outputs = vec![Output { name: "reward".into(), shape, kind: Kind::Number }];
    let mut sink = Sink::create(Some(to), None, &source, outputs).unwrap();
    while let Some(piece) = source.next(Extent::Groups { min_rollouts: 7 }).unwrap() {
        let values =
            (0..piece.batch.len(Axis::ROLLOUT)).map(|i| if i == 1 { Reason::Masked.value() } else { 0.5 });
        sink.write(&piece, &piece.batch, &[&Column::numbers(Axis::ROLLOUT, values.collect())]).unwrap();
    }
    sink.finish().unwrap();
}

#[test]
fn verl_s_parquet_goes_through_every_format_with_all_columns() {
    let Some(path) = shared("data/rlla_test.parquet") else { return };
    let dir = tempfile::tempdir().unwrap();
    let columns = [
        "prompt",
        "messages",
        "answer",
        "task",
        "data_source",
        "ability",
        "reward_model.style",
        "extra_info.index",
        "extra_info.split",
        "extra_info.input",
        "extra_info.output",
        "extra_info.instruction",
    ];
    let (_, before) = read(std::slice::from_ref(&path), &columns, &ReadOptions::default()).unwrap();
    let mut from = path;
    for name in ["a.parquet", "b.arrow", "c.arrows", "d.jsonl", "e.parquet", "f.jsonl.zst", "g.jsonl.gz"] {
        let to = dir.path().join(name);
        copy(&from, &to);
        let (source, after) = read(std::slice::from_ref(&to), &columns, &ReadOptions::default()).unwrap();
        assert_eq!((source.layout().name, after.rows.len()), ("verl", 80), "{name}");
        assert_same(&before.batch, &after.batch);
        from = to;
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 7, "no drafts are left");
    let (_, last) = read(
        &[from],
        &["reward", "reward_input", "reasons", "reasons_input.reward"],
        &ReadOptions::default(),
    )
    .unwrap();
    println!("{}", &shown(last.batch.column("reasons").unwrap())[..200]);
}

#[test]
fn nested_outputs_are_typed_columns() {
    let dir = tempfile::tempdir().unwrap();
    let text = r#"{"prompt": "p", "completions": ["a", "b"], "prm": [[0.1], [0.2, 0.3]], "mixed": 1}
{"prompt": "q", "completions": [], "prm": [], "mixed": "x"}
"#;
    let path = file(dir.path(), "rows.jsonl", text);
    let (source, piece) = read(&[path], &["text", "prm"], &ReadOptions::default()).unwrap();
    let step = piece.batch.tree().find("step").unwrap();
    let masked = Reason::Masked.value();
    let columns = [
        ("s", Column::numbers(step, vec![1.0, masked, 3.0])),
        (
            "lanes",
            Column::numbers(Axis::ROLLOUT, vec![1.0, 2.0, 3.0, 4.0]).with_lanes(vec!["u".into(), "v".into()]),
        ),
        ("vec", Column::numbers(Axis::GROUP, vec![1.0, 2.0, 3.0, 4.0]).with_dim(2)),
        ("ok", Column::bools(Axis::ROLLOUT, vec![1.0, 0.0])),
    ];
    let described = |c: &[(&str, Column)]| {
        let one = |(name, c): &(&str, Column)| Output {
            name: name.to_string(),
            shape: c.shape.clone(),
            kind: c.kind,
        };
        c.iter().map(one).collect::<Vec<_>>()
    };
    let target = dir.path().join("out.parquet");
    let mut sink = Sink::create(Some(&target), None, &source, described(&columns)).unwrap();
    sink.write(&piece, &piece.batch, &columns.iter().map(|(_, c)| c).collect::<Vec<_>>()).unwrap();
    sink.finish().unwrap();

    // Read back, out as lines: every column is as it was written.
    let (source, piece) = read(std::slice::from_ref(&target), &[], &ReadOptions::default()).unwrap();
    let lines = dir.path().join("back.jsonl");
    let mut sink = Sink::create(Some(&lines), None, &source, Vec::new()).unwrap();
    sink.write(&piece, &piece.batch, &[]).unwrap();
    sink.finish().unwrap();
    let expected = r#"{"prompt":"p","completions":["a","b"],"prm":[[0.1],[0.2,0.3]],"mixed":"1","s":[[1],[null,3]],"lanes":[{"u":1,"v":2},{"u":3,"v":4}],"vec":[1,2],"ok":[true,false],"reasons":{"s":"masked","lanes":null,"vec":null,"ok":null}}
{"prompt":"q","completions":[],"prm":[],"mixed":"x","s":[],"lanes":[],"vec":[3,4],"ok":[],"reasons":{"s":null,"lanes":null,"vec":null,"ok":null}}
"#;
    assert_eq!(std::fs::read_to_string(lines).unwrap(), expected);
}
