//! The input files and what they are.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::join::is_beside;
use crate::error::DataError;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line; also a JSON list of objects. Plain or compressed.
    Jsonl,
    /// Parquet.
    Parquet,
    /// Arrow IPC file (Feather).
    Arrow,
    /// Arrow IPC stream.
    ArrowStream,
}

impl Format {
    /// The format's name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Jsonl => "JSONL",
            Format::Parquet => "Parquet",
            Format::Arrow => "Arrow",
            Format::ArrowStream => "Arrow stream",
        }
    }
}

/// The files of one source, all of one format.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    pub(crate) format: Format,
    pub(crate) paths: Vec<PathBuf>,
    /// The paths as shown in messages.
    pub(crate) names: Arc<[String]>,
    /// Their sizes on disk together; `None` when one has none (a pipe).
    pub(crate) bytes: Option<u64>,
    /// Some of them are larger in memory than on disk.
    pub(crate) compressed: bool,
}

const ROWS: [&str; 8] = ["jsonl", "json", "ndjson", "parquet", "pq", "arrow", "arrows", "feather"];

/// Folders become the files of rows in them, `2.jsonl` before `10.jsonl`.
pub(crate) fn expand(paths: &[PathBuf]) -> Result<Files, DataError> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside = Vec::new();
            for entry in std::fs::read_dir(path).map_err(DataError::io(path, "list"))? {
                let path = entry.map_err(DataError::io(path, "list"))?.path();
                if path.is_file() && has_rows(&path) {
                    inside.push(path);
                }
            }
            if inside.is_empty() {
                return Err(DataError::file(
                    path.display(),
                    "no files of rows (.jsonl, .parquet, .arrow…) in this folder",
                ));
            }
            inside.sort_by_key(|p| natural(p));
            let (all_inside, inside) = (inside.clone(), inside.into_iter());
            all.extend(inside.filter(|p| !is_beside(p, &all_inside)));
        } else if path.as_os_str() == "-" {
            all.push(PathBuf::from("/dev/stdin"));
        } else {
            all.push(path.clone());
        }
    }
    if all.is_empty() {
        return Err(DataError::file("input", "no input files"));
    }
    let mut format = None;
    let mut bytes = Some(0);
    let mut compressed = false;
    for path in &all {
        let file = File::open(path).map_err(DataError::io(path, "open"))?;
        let meta = file.metadata().map_err(DataError::io(path, "open"))?;
        if !meta.is_file() {
            // A pipe is read once, so it is not looked into: only JSONL comes through pipes.
            bytes = None;
            compressed = true;
            format.get_or_insert((Format::Jsonl, path));
            continue;
        }
        bytes = bytes.map(|b| b + meta.len());
        let (found, packed) = detect(BufReader::new(file)).map_err(DataError::io(path, "read"))?;
        compressed |= packed;
        match format {
            Some((known, first)) if known != found => {
                return Err(DataError::file(
                    path.display(),
                    format!(
                        "this is {}, but {} is {}; score files of one format at a time",
                        found.name(),
                        first.display(),
                        known.name()
                    ),
                ));
            }
            _ => format = Some((found, path)),
        }
    }
    let names = all.iter().map(|p| p.display().to_string()).collect();
    let format = format.map_or(Format::Jsonl, |(format, _)| format);
    Ok(Files { format, paths: all, names, bytes, compressed })
}

fn has_rows(path: &Path) -> bool {
    let mut path = path.to_path_buf();
    if path.extension().is_some_and(|e| e == "gz" || e == "zst") {
        path.set_extension("");
    }
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| ROWS.contains(&e))
}

/// The order of names with numbers in them.
fn natural(path: &Path) -> Vec<(u64, String)> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut parts: Vec<(u64, String)> = vec![(0, String::new())];
    for c in name.chars() {
        if let Some(digit) = c.to_digit(10) {
            if parts.last().is_some_and(|(_, text)| !text.is_empty()) {
                parts.push((0, String::new()));
            }
            if let Some((n, _)) = parts.last_mut() {
                *n = n.saturating_mul(10).saturating_add(u64::from(digit));
            }
        } else if let Some((_, text)) = parts.last_mut() {
            text.push(c);
        }
    }
    parts
}

/// Format by the first bytes, and whether it is compressed.
fn detect(mut reader: impl BufRead) -> std::io::Result<(Format, bool)> {
    let start = reader.fill_buf()?;
    let format = if start.starts_with(b"PAR1") {
        Format::Parquet
    } else if start.starts_with(b"ARROW1") {
        Format::Arrow
    } else if start.starts_with(&[0xff; 4]) {
        Format::ArrowStream
    } else {
        Format::Jsonl
    };
    let compressed = start.starts_with(GZIP) || start.starts_with(ZSTD) || format == Format::Parquet;
    Ok((format, compressed))
}

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The text of a file, unpacked when it is compressed; counts the bytes read from disk.
pub(crate) fn unpack(path: &Path, read: Arc<AtomicU64>) -> std::io::Result<Box<dyn Read + Send>> {
    let file = Counted { file: File::open(path)?, read };
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let start = reader.fill_buf()?;
    if start.starts_with(GZIP) {
        Ok(Box::new(flate2::bufread::MultiGzDecoder::new(reader)))
    } else if start.starts_with(ZSTD) {
        Ok(Box::new(zstd::stream::read::Decoder::with_buffer(reader)?))
    } else {
        Ok(Box::new(reader))
    }
}

struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_a_dump_are_in_order() {
        let mut names =
            ["10.jsonl", "2.jsonl", "step_3.jsonl", "step_12.jsonl", "1.jsonl"].map(PathBuf::from);
        names.sort_by_key(|p| natural(p));
        let names: Vec<_> = names.iter().map(|p| p.to_str().unwrap()).collect();
        assert_eq!(names, ["step_3.jsonl", "step_12.jsonl", "1.jsonl", "2.jsonl", "10.jsonl"]);
    }
}
