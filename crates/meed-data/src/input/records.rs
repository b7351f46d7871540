//! Parquet and Arrow files in record batches, read ahead on a thread of their own.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::Chunk;
use super::files::{Files, Format};
use crate::error::DataError;

/// Rows per chunk: few, because a row of a task may hold a megabyte.
const ROWS: usize = 256;

const AHEAD: usize = 2;

/// The record batches of several files with one schema.
pub(crate) struct Records {
    pub(crate) schema: SchemaRef,
    chunks: Receiver<Result<Chunk, DataError>>,
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

impl Records {
    pub(crate) fn open(files: &Files, read: Arc<AtomicU64>) -> Result<Records, DataError> {
        let mut schema: Option<SchemaRef> = None;
        for (path, name) in files.paths.iter().zip(files.names.iter()) {
            let (found, _) = guarded(name, || batches(path, files.format))?;
            match &schema {
                None => schema = Some(found),
                Some(first) if first.fields() != found.fields() => {
                    return Err(DataError::file(
                        name,
                        format!(
                            "its columns differ from those of {} ({}); read the files one by one",
                            files.names[0],
                            difference(first, &found)
                        ),
                    ));
                }
                Some(_) => {}
            }
        }
        let schema = schema.ok_or_else(|| DataError::file("input", "no input files"))?;
        let (send, chunks) = sync_channel(AHEAD);
        let files = files.clone();
        std::thread::Builder::new()
            .name("meed-read".to_string())
            .spawn(move || run(&files, &send, &read))
            .map_err(DataError::io(Path::new("input"), "start reading"))?;
        Ok(Records { schema, chunks })
    }

    pub(crate) fn next(&mut self) -> Option<Result<Chunk, DataError>> {
        self.chunks.recv().ok()
    }
}

fn run(files: &Files, send: &SyncSender<Result<Chunk, DataError>>, read: &AtomicU64) {
    for (i, (path, name)) in files.paths.iter().zip(files.names.iter()).enumerate() {
        let sent = guarded(name, || file(files.format, i as u32, path, send));
        match sent {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                let _ = send.send(Err(error));
                return;
            }
        }
        read.fetch_add(std::fs::metadata(path).map_or(0, |m| m.len()), Ordering::Relaxed);
    }
}

/// Damaged files may make the format libraries panic; that is an error of the file.
fn guarded<T>(name: &str, work: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, DataError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|e| DataError::file(name, format!("cannot be read: {e}"))),
        Err(_) => Err(DataError::file(name, "cannot be read: the file is damaged")),
    }
}

fn batches(path: &Path, format: Format) -> Result<(SchemaRef, Batches), ArrowError> {
    let file = File::open(path)?;
    Ok(match format {
        Format::ArrowStream => {
            let reader = StreamReader::try_new(BufReader::new(file), None)?;
            (reader.schema(), Box::new(reader))
        }
        Format::Arrow => {
            let reader = FileReader::try_new(BufReader::new(file), None)?;
            (reader.schema(), Box::new(reader))
        }
        _ => {
            let builder = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(ROWS);
            (builder.schema().clone(), Box::new(builder.build()?))
        }
    })
}

/// Sends a file's batches; whether more are wanted.
fn file(
    format: Format,
    file: u32,
    path: &Path,
    send: &SyncSender<Result<Chunk, DataError>>,
) -> Result<bool, ArrowError> {
    let mut row = 1;
    for batch in batches(path, format)?.1 {
        let batch = batch?;
        let mut at = 0;
        while at < batch.num_rows() {
            let n = ROWS.min(batch.num_rows() - at);
            let chunk = Chunk::Records { file, row, batch: Arc::new(batch.slice(at, n)) };
            if send.send(Ok(chunk)).is_err() {
                return Ok(false);
            }
            at += n;
            row += n as u64;
        }
    }
    Ok(true)
}

fn difference(a: &SchemaRef, b: &SchemaRef) -> String {
    let only = |a: &SchemaRef, b: &SchemaRef| {
        a.fields().iter().find(|f| b.field_with_name(f.name()).is_err()).map(|f| f.name().clone())
    };
    if let Some(name) = only(b, a) {
        return format!("`{name}` is new");
    }
    if let Some(name) = only(a, b) {
        return format!("`{name}` is missing");
    }
    let changed =
        b.fields().iter().find(|f| a.field_with_name(f.name()).is_ok_and(|g| g.data_type() != f.data_type()));
    changed.map_or_else(|| "their order".to_string(), |f| format!("`{}` is now {}", f.name(), f.data_type()))
}
