//! Parquet and Arrow in and out.

mod common;

use common::*;
use meed_data::{Format, ReadOptions, RowForm, Source};

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
