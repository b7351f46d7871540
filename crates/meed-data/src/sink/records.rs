//! Parquet and Arrow: the input's columns as they were, then the outputs.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use meed_algebra::{Batch, Column};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::Output;
use super::arrays::{output, reasons, reasons_type};
use super::cells::Nest;
use super::file::Draft;
use crate::assemble::{Piece, RowRef, Rows};
use crate::error::DataError;
use crate::input::Format;
use crate::row::Origin;

/// A row group is written when it holds about this much.
const ROW_GROUP: usize = 64 << 20;

/// A file of record batches being written.
pub(super) struct RecordWriter {
    draft: Draft,
    writer: Writer,
}

enum Writer {
    Parquet(Box<ArrowWriter<File>>),
    Arrow(FileWriter<BufWriter<File>>),
    Stream(StreamWriter<BufWriter<File>>),
}

impl RecordWriter {
    pub(super) fn create(path: &Path, format: Format, schema: &SchemaRef) -> Result<RecordWriter, DataError> {
        let (draft, file) = Draft::create(path)?;
        let writer = match format {
            Format::Arrow => FileWriter::try_new(BufWriter::new(file), schema).map(Writer::Arrow),
            Format::ArrowStream => StreamWriter::try_new(BufWriter::new(file), schema).map(Writer::Stream),
            _ => {
                let level = ZstdLevel::try_new(3).unwrap_or_default();
                let properties =
                    WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
                let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties));
                writer.map(|w| Writer::Parquet(Box::new(w))).map_err(ArrowError::from)
            }
        };
        let writer = writer.map_err(|e| failed(path, &e))?;
        Ok(RecordWriter { draft, writer })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), DataError> {
        let done = match &mut self.writer {
            Writer::Arrow(w) => w.write(batch),
            Writer::Stream(w) => w.write(batch),
            Writer::Parquet(w) => w
                .write(batch)
                .and_then(|()| if w.in_progress_size() > ROW_GROUP { w.flush() } else { Ok(()) })
                .map_err(ArrowError::from),
        };
        done.map_err(|e| failed(self.draft.target(), &e))
    }

    pub(super) fn finish(self) -> Result<(), DataError> {
        let done = match self.writer {
            Writer::Arrow(mut w) => w.finish().and_then(|()| w.into_inner().map(|_| ())),
            Writer::Stream(mut w) => w.finish().and_then(|()| w.into_inner().map(|_| ())),
            Writer::Parquet(w) => w.close().map(|_| ()).map_err(ArrowError::from),
        };
        done.map_err(|e| failed(self.draft.target(), &e))?;
        self.draft.finish()
    }
}

fn failed(path: &Path, error: &ArrowError) -> DataError {
    DataError::file(path.display(), format!("cannot be written: {error}"))
}

/// Rows that came as record batches, going out as such.
pub(super) struct RecordSink {
    path: std::path::PathBuf,
    format: Format,
    input: SchemaRef,
    /// Made at the first write, when the outputs' types are known.
    open: Option<(RecordWriter, SchemaRef)>,
}

impl RecordSink {
    pub(super) fn new(path: &Path, format: Format, input: SchemaRef) -> RecordSink {
        RecordSink { path: path.to_path_buf(), format, input, open: None }
    }

    pub(super) fn write(
        &mut self,
        outputs: &[Output],
        piece: &Piece,
        axes: &Batch,
        columns: &[&Column],
    ) -> Result<(), DataError> {
        let wrong = |e: ArrowError| failed(&self.path, &e);
        let mut arrays = input_columns(&self.input, &piece.rows.rows).map_err(wrong)?;
        arrays.extend(output_columns(outputs, &piece.rows, axes, columns));
        if self.open.is_none() {
            let schema = self.schema(outputs, &arrays);
            self.open = Some((RecordWriter::create(&self.path, self.format, &schema)?, schema));
        }
        let Some((writer, schema)) = &mut self.open else { return Ok(()) };
        let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(|e| failed(&self.path, &e))?;
        writer.write(&batch)
    }

    fn schema(&self, outputs: &[Output], arrays: &[ArrayRef]) -> SchemaRef {
        let names = output_names(outputs);
        let added = names.iter().zip(&arrays[self.input.fields().len().min(arrays.len())..]);
        let mut fields: Vec<Field> = Vec::new();
        for field in self.input.fields() {
            fields.push(field.as_ref().clone().with_name(free_name(field.name(), &names, &self.input)));
        }
        fields.extend(added.map(|(name, array)| Field::new(*name, array.data_type().clone(), true)));
        // Tools' own notes about the columns (pandas, Hugging Face) no longer hold and are left out.
        Arc::new(Schema::new(fields))
    }

    pub(super) fn finish(self, outputs: &[Output]) -> Result<(), DataError> {
        match self.open {
            Some((writer, _)) => writer.finish(),
            None => {
                let schema = self.schema(outputs, &[]);
                RecordWriter::create(&self.path, self.format, &schema)?.finish()
            }
        }
    }
}

/// The outputs as a record batch: a row for each row of the input, then `reasons`.
///
/// # Errors
/// When a column is not what its output says.
pub fn table(
    outputs: &[Output],
    rows: &Rows,
    axes: &Batch,
    columns: &[&Column],
) -> Result<RecordBatch, DataError> {
    let arrays = output_columns(outputs, rows, axes, columns);
    let field = |(name, array): (&str, &ArrayRef)| Field::new(name, array.data_type().clone(), true);
    let schema = Schema::new(output_names(outputs).into_iter().zip(&arrays).map(field).collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), arrays).map_err(|e| DataError::Columns(e.to_string()))
}

fn output_columns(outputs: &[Output], rows: &Rows, axes: &Batch, columns: &[&Column]) -> Vec<ArrayRef> {
    let nests: Vec<Nest> = columns.iter().map(|c| Nest::new(axes, rows.form, c.shape.axis)).collect();
    let mut arrays: Vec<ArrayRef> = nests
        .iter()
        .zip(columns)
        .zip(outputs)
        .map(|((nest, column), out)| output(axes, nest, column, out.kind, &rows.rows))
        .collect();
    if let Some(DataType::Struct(fields)) = reasons_type(outputs) {
        arrays.push(reasons(axes, &nests, columns, &rows.rows, &fields));
    }
    arrays
}

/// The names of the columns that are added.
fn output_names(outputs: &[Output]) -> Vec<&str> {
    let mut names: Vec<&str> = outputs.iter().map(|o| o.name.as_str()).collect();
    if !names.is_empty() {
        names.push("reasons");
    }
    names
}

/// An input column's name in the output.
pub(super) fn free_name(name: &str, taken: &[&str], input: &Schema) -> String {
    let mut free = name.to_string();
    while taken.contains(&free.as_str()) || (free != name && input.field_with_name(&free).is_ok()) {
        free.push_str("_input");
    }
    free
}

/// The input columns of these rows.
fn input_columns(schema: &SchemaRef, rows: &[RowRef]) -> Result<Vec<ArrayRef>, ArrowError> {
    let mut parts: Vec<RecordBatch> = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let Origin::Record(batch, first) = &rows[at].origin else {
            return Err(ArrowError::InvalidArgumentError("the rows were not kept".to_string()));
        };
        let goes_on = |(i, row): (usize, &RowRef)| match &row.origin {
            Origin::Record(other, row) => Arc::ptr_eq(batch, other) && *row == first + i,
            _ => false,
        };
        let n = rows[at..].iter().enumerate().take_while(|r| goes_on(*r)).count();
        parts.push(batch.slice(*first, n));
        at += n;
    }
    // Files may differ in notes about their columns, which must not keep them apart.
    let schema = Arc::new(Schema::new(schema.fields().clone()));
    let parts: Result<Vec<RecordBatch>, ArrowError> =
        parts.into_iter().map(|b| RecordBatch::try_new(schema.clone(), b.columns().to_vec())).collect();
    Ok(arrow_select::concat::concat_batches(&schema, &parts?)?.columns().to_vec())
}
