//! JSON rows to Parquet or Arrow: the types of columns are known only after the last row, so the rows are
//! written as lines first, next to the target, and become columns at the end.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema};
use indexmap::IndexMap;
use meed_algebra::{Batch, Column};
use serde_json::{Map, Value};

use super::Output;
use super::arrays::{data_type, reasons_type};
use super::cells::Nest;
use super::lines::LineSink;
use super::records::RecordWriter;
use super::typed::{Type, array, from_arrow};
use crate::assemble::Piece;
use crate::error::DataError;
use crate::input::Format;
use crate::layout::RowForm;

/// Rows turned into columns at once.
const ROWS: usize = 512;

pub(super) struct Spool {
    lines: LineSink,
    target: PathBuf,
    format: Format,
    form: RowForm,
    /// The outputs' types, from the first write.
    outputs: Vec<(String, arrow_schema::DataType)>,
}

impl Spool {
    pub(super) fn create(target: &Path, format: Format, form: RowForm) -> Result<Spool, DataError> {
        Ok(Spool {
            lines: LineSink::create(Some(&rows_of(target)))?,
            target: target.to_path_buf(),
            format,
            form,
            outputs: Vec::new(),
        })
    }

    pub(super) fn write(
        &mut self,
        outputs: &[Output],
        piece: &Piece,
        axes: &Batch,
        columns: &[&Column],
    ) -> Result<(), DataError> {
        if self.outputs.is_empty() {
            for (output, column) in outputs.iter().zip(columns) {
                let lists = Nest::new(axes, self.form, column.shape.axis).lists.len();
                self.outputs.push((output.name.clone(), data_type(&column.shape, output.kind, lists)));
            }
            self.outputs.extend(reasons_type(outputs).map(|t| ("reasons".to_string(), t)));
        }
        self.lines.write(outputs, piece, axes, columns)
    }

    pub(super) fn finish(self) -> Result<(), DataError> {
        self.lines.finish()?;
        let rows = Rows(rows_of(&self.target));
        let mut types: IndexMap<String, Type> = IndexMap::new();
        let known = |key: &str| self.outputs.iter().any(|(name, _)| name == key);
        rows.each(|row| {
            for (key, value) in &row {
                if !known(key) {
                    types.entry(key.clone()).or_default().widen(value);
                }
            }
            Ok(())
        })?;
        if self.outputs.is_empty() {
            types.shift_remove("reasons");
        }
        let mut fields: Vec<(Field, Type)> =
            types.into_iter().map(|(key, of)| (Field::new(key, of.data_type(), true), of)).collect();
        for (name, of) in &self.outputs {
            fields.push((Field::new(name, of.clone(), true), from_arrow(of)));
        }
        let schema = Arc::new(Schema::new(fields.iter().map(|(f, _)| f.clone()).collect::<Vec<_>>()));
        let mut writer = RecordWriter::create(&self.target, self.format, &schema)?;
        let mut held: Vec<Map<String, Value>> = Vec::new();
        let mut write = |held: &mut Vec<Map<String, Value>>| {
            let columns = fields.iter().map(|(field, of)| {
                array(of, &held.iter().map(|row| row.get(field.name())).collect::<Vec<_>>())
            });
            let batch = RecordBatch::try_new(schema.clone(), columns.collect())
                .map_err(|e| DataError::file(self.target.display(), e.to_string()))?;
            held.clear();
            writer.write(&batch)
        };
        rows.each(|row| {
            held.push(row);
            if held.len() == ROWS { write(&mut held) } else { Ok(()) }
        })?;
        if !held.is_empty() {
            write(&mut held)?;
        }
        writer.finish()
    }
}

fn rows_of(target: &Path) -> PathBuf {
    let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    target.with_file_name(format!(".{name}.{}.rows", std::process::id()))
}

/// The file of rows, removed when done.
struct Rows(PathBuf);

impl Rows {
    fn each(
        &self,
        mut visit: impl FnMut(Map<String, Value>) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let file = File::open(&self.0).map_err(DataError::io(&self.0, "read"))?;
        for line in BufReader::with_capacity(1 << 20, file).lines() {
            let line = line.map_err(DataError::io(&self.0, "read"))?;
            visit(object(&line).map_err(|e| DataError::file(self.0.display(), e.to_string()))?)?;
        }
        Ok(())
    }
}

/// Numbers that JSON lacks (Python's NaN) become null.
fn object(line: &str) -> serde_json::Result<Map<String, Value>> {
    serde_json::from_str(line)
        .or_else(|error| crate::json::strict(line).map_or(Err(error), |s| serde_json::from_str(&s)))
}

impl Drop for Rows {
    fn drop(&mut self) {
        // Nothing can be done about a file that cannot be removed.
        let _ = std::fs::remove_file(&self.0);
    }
}
