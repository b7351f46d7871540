//! Any bytes as a JSONL file: read with all columns, or refused with a message.

#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use meed_algebra::Axis;
use meed_data::{Extent, OnError, ReadOptions, Source};

/// A file of this process, in memory where the system has such a place.
static FILE: LazyLock<std::path::PathBuf> = LazyLock::new(|| {
    let shared = std::path::Path::new("/dev/shm");
    let folder = if shared.is_dir() { shared.to_path_buf() } else { std::env::temp_dir() };
    folder.join(format!("meed-fuzz-{}.jsonl", std::process::id()))
});

fuzz_target!(|bytes: &[u8]| {
    if std::fs::write(&*FILE, bytes).is_err() {
        return;
    }
    for on_error in [OnError::Fail, OnError::Skip] {
        let options = ReadOptions { on_error, max_line: 1 << 16, ..ReadOptions::default() };
        let Ok(mut source) = Source::open(std::slice::from_ref(&FILE), &options) else { continue };
        let declared = BTreeMap::new();
        let Ok(schema) = source.schema(&declared) else { continue };
        let columns: BTreeSet<String> = schema.columns.keys().map(|c| c.to_string()).collect();
        if source.select(&columns, &declared).is_err() {
            continue;
        }
        let mut rollouts = 0;
        while let Ok(Some(piece)) = source.next(Extent::Groups { min_rollouts: 2 }) {
            rollouts += piece.batch.len(Axis::ROLLOUT) as u64;
            for (name, column) in piece.batch.columns() {
                let expected = piece.batch.len(column.shape.axis) * column.shape.width();
                assert_eq!(column.values.len(), expected, "{name}");
            }
        }
        assert!(source.report().rollouts >= rollouts);
    }
});
