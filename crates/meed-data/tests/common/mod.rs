//! Helpers of the integration tests.
#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use meed_algebra::{Column, Values};
use meed_data::{DataError, Extent, Piece, ReadOptions, Source};

/// Where the published data lies, when it is there.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("MEED_SHARED") {
        Some(dir) => dir.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    let path = root.join(name);
    if !path.exists() {
        println!("skipped: no {}", path.display());
        return None;
    }
    Some(path)
}

pub fn file(dir: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

pub fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|s| s.to_string()).collect()
}

pub fn declared(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
}

/// The whole input as one piece with these columns.
pub fn read(
    paths: &[PathBuf],
    columns: &[&str],
    options: &ReadOptions,
) -> Result<(Source, Piece), DataError> {
    read_as(paths, columns, &[], options)
}

pub fn read_as(
    paths: &[PathBuf],
    columns: &[&str],
    axes: &[(&str, &str)],
    options: &ReadOptions,
) -> Result<(Source, Piece), DataError> {
    let mut source = Source::open(paths, options)?;
    source.select(&set(columns), &declared(axes))?;
    let piece = source.next(Extent::Batch)?.expect("some rows");
    Ok((source, piece))
}

/// One small file read whole.
pub fn read_text(text: &str, columns: &[&str]) -> Result<(Source, Piece), DataError> {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "rows.jsonl", text);
    read(&[path], columns, &ReadOptions::default())
}

/// The schema of one small file, a line per column.
pub fn schema_of(text: &str, axes: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "rows.jsonl", text);
    let source = Source::open(&[path], &ReadOptions::default()).unwrap();
    schema(&source, axes)
}

pub fn schema(source: &Source, axes: &[(&str, &str)]) -> String {
    let schema = source.schema(&declared(axes)).unwrap();
    let mut lines = Vec::new();
    for (name, (shape, kind)) in &schema.columns {
        let mut line = format!("{name}: {} on {}", kind.name(), schema.tree.name(shape.axis));
        if let Some(lanes) = &shape.lanes {
            line += &format!(" lanes {}", lanes.join(" "));
        }
        if let Some(dim) = shape.dim {
            line += &format!(" vector {dim}");
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// A column's values as text: absent ones by their reason.
pub fn shown(column: &Column) -> String {
    let cells: Vec<String> = match &column.values {
        Values::Texts(v) => v
            .iter()
            .map(|t| match t {
                Ok(text) => format!("{text:?}"),
                Err(reason) => reason.to_string(),
            })
            .collect(),
        numbers => (0..numbers.len())
            .map(|i| numbers.reason(i).map_or_else(|| numbers.number(i).to_string(), |r| r.to_string()))
            .collect(),
    };
    cells.join(" ")
}

/// Two batches with the same axes and columns; absent values are alike when their reasons are.
pub fn assert_same(a: &meed_algebra::Batch, b: &meed_algebra::Batch) {
    assert_eq!(a.tree(), b.tree());
    for axis in a.tree().axes() {
        assert_eq!(a.offsets(axis), b.offsets(axis), "{}", a.tree().name(axis));
    }
    assert_eq!(a.group_ids, b.group_ids);
    let names = |batch: &meed_algebra::Batch| batch.columns().map(|(n, _)| n.to_string()).collect::<Vec<_>>();
    assert_eq!(names(a), names(b));
    for (name, column) in a.columns() {
        let other = b.column(name).unwrap();
        assert_eq!((&column.shape, column.kind), (&other.shape, other.kind), "{name}");
        assert_eq!(shown(column), shown(other), "{name}");
    }
}
