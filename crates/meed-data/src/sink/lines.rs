//! JSON lines: the input line with the outputs spliced in, so every byte of the other columns stays.

use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use arrow_array::RecordBatch;
use meed_algebra::{Batch, Column, Kind, Values};
use rayon::prelude::*;

use super::Output;
use super::cells::{Nest, absence, children, first_absence, span};
use super::file::{Draft, Packer};
use super::records::free_name;
use crate::assemble::{Piece, RowRef};
use crate::error::DataError;
use crate::json::{Cursor, write_number, write_string};
use crate::row::Origin;

/// Bytes formatted by one thread at a time.
const RUN: usize = 256 << 10;

/// Runs formatted before they are handed on, and runs waiting to be written: this bounds what is held.
const RUNS: usize = 16;

/// Lines on their way to a file; packing and writing happen on a thread of their own.
pub(super) struct LineSink {
    send: Option<SyncSender<Vec<u8>>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
    draft: Option<Draft>,
}

/// One output of a piece, ready to be written.
struct Written<'a> {
    output: &'a Output,
    column: &'a Column,
    nest: Nest,
}

impl LineSink {
    pub(super) fn create(path: Option<&Path>) -> Result<LineSink, DataError> {
        let (packer, draft) = match path {
            None => (Packer::Stdout(std::io::stdout()), None),
            Some(path) => {
                let (draft, file) = Draft::create(path)?;
                (Packer::new(path, file).map_err(DataError::io(path, "write"))?, Some(draft))
            }
        };
        let (send, lines) = sync_channel(RUNS);
        let thread = std::thread::Builder::new()
            .name("meed-write".to_string())
            .spawn(move || pack(packer, &lines))
            .map_err(DataError::io(path.unwrap_or(Path::new(STDOUT)), "start writing"))?;
        Ok(LineSink { send: Some(send), thread: Some(thread), draft })
    }

    pub(super) fn write(
        &mut self,
        outputs: &[Output],
        piece: &Piece,
        axes: &Batch,
        columns: &[&Column],
    ) -> Result<(), DataError> {
        let written: Vec<Written<'_>> = outputs
            .iter()
            .zip(columns)
            .map(|(output, column)| {
                let nest = Nest::new(axes, piece.rows.form, column.shape.axis);
                Written { output, column, nest }
            })
            .collect();
        let sizes: Vec<usize> = piece.rows.rows.iter().map(|row| size(row, axes, &written)).collect();
        for cuts in runs(&sizes).chunks(RUNS) {
            let runs: Vec<Vec<u8>> = cuts
                .par_iter()
                .map(|cut| {
                    let mut out = Vec::with_capacity(sizes[cut.clone()].iter().sum());
                    piece.rows.rows[cut.clone()].iter().for_each(|row| line(&mut out, row, axes, &written));
                    out
                })
                .collect();
            for run in runs {
                if self.send.as_ref().is_none_or(|send| send.send(run).is_err()) {
                    // The thread has ended early, and knows why.
                    return self.join();
                }
            }
        }
        Ok(())
    }

    /// Waits until everything is written.
    fn join(&mut self) -> Result<(), DataError> {
        self.send = None;
        let done = self.thread.take().map(JoinHandle::join);
        let done = match done {
            Some(Ok(done)) => done,
            _ => Err(std::io::Error::other("the writing thread failed")),
        };
        let path = self.draft.as_ref().map_or(Path::new(STDOUT), |d| d.target());
        done.map_err(DataError::io(path, "write"))
    }

    pub(super) fn finish(mut self) -> Result<(), DataError> {
        self.join()?;
        self.draft.take().map_or(Ok(()), Draft::finish)
    }
}

const STDOUT: &str = "standard output";

fn pack(mut packer: Packer, lines: &Receiver<Vec<u8>>) -> std::io::Result<()> {
    for run in lines {
        packer.write(&run)?;
    }
    packer.finish()
}

/// About how long a row's line will be.
fn size(row: &RowRef, axes: &Batch, written: &[Written<'_>]) -> usize {
    let input = match &row.origin {
        Origin::Line(_, range) => range.len(),
        _ => 256,
    };
    let output = |w: &Written<'_>| span(axes, &w.nest, w.column, row).len() * 20 + 40;
    input + 32 + written.iter().map(output).sum::<usize>()
}

/// Cuts rows of these sizes into runs of about [`RUN`] bytes.
fn runs(sizes: &[usize]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let (mut start, mut held) = (0, 0);
    for (i, size) in sizes.iter().enumerate() {
        held += size;
        if held >= RUN || i + 1 == sizes.len() {
            runs.push(start..i + 1);
            (start, held) = (i + 1, 0);
        }
    }
    runs
}

fn line(out: &mut Vec<u8>, row: &RowRef, axes: &Batch, written: &[Written<'_>]) {
    let empty = match &row.origin {
        Origin::Line(text, range) => {
            let raw = std::str::from_utf8(&text[range.clone()]).unwrap_or("{}");
            splice(out, raw, written)
        }
        Origin::Record(batch, i) => {
            record(out, batch, *i, written);
            batch.num_columns() == 0
        }
        Origin::Nowhere => {
            out.push(b'{');
            true
        }
    };
    let mut comma = !empty;
    for w in written {
        separate(out, &mut comma);
        write_string(out, &w.output.name);
        out.push(b':');
        nested(out, axes, w, &w.nest.lists, w.nest.element(row));
    }
    if written.is_empty() {
        out.extend_from_slice(b"}\n");
        return;
    }
    separate(out, &mut comma);
    out.extend_from_slice(b"\"reasons\":{");
    let mut comma = false;
    for w in written {
        if let Some(reason) = first_absence(w.column, span(axes, &w.nest, w.column, row)) {
            separate(out, &mut comma);
            write_string(out, &w.output.name);
            out.push(b':');
            write_string(out, reason.name());
        }
    }
    out.extend_from_slice(b"}}\n");
}

fn separate(out: &mut Vec<u8>, comma: &mut bool) {
    if *comma {
        out.push(b',');
    }
    *comma = true;
}

/// A row of a record batch as an object without its closing brace.
fn record(out: &mut Vec<u8>, batch: &RecordBatch, row: usize, written: &[Written<'_>]) {
    let schema = batch.schema();
    let mut taken: Vec<&str> = written.iter().map(|w| w.output.name.as_str()).collect();
    taken.extend((!taken.is_empty()).then_some("reasons"));
    out.push(b'{');
    let mut comma = false;
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        separate(out, &mut comma);
        write_string(out, &free_name(field.name(), &taken, &schema));
        out.push(b':');
        crate::record::write(out, column, row);
    }
}

/// The line without its closing brace, members named like an output renamed; whether it has no members.
fn splice(out: &mut Vec<u8>, raw: &str, written: &[Written<'_>]) -> bool {
    let body = raw.trim();
    let body = body.strip_suffix('}').unwrap_or(body).trim_end();
    if written.is_empty() {
        out.extend_from_slice(body.as_bytes());
        return body.len() == 1;
    }
    let taken = |name: &str| name == "reasons" || written.iter().any(|w| w.output.name == name);
    let suspect = |name: &str| memchr::memmem::find(body.as_bytes(), name.as_bytes()).is_some();
    if suspect("\"reasons\"") || written.iter().any(|w| suspect(&w.output.name)) {
        let mut from = 0;
        for (end, name) in taken_keys(body, &taken) {
            out.extend_from_slice(&body.as_bytes()[from..end]);
            let mut suffix = "_input".to_string();
            while suspect(&format!("\"{name}{suffix}\"")) {
                suffix.push_str("_input");
            }
            out.extend_from_slice(suffix.as_bytes());
            from = end;
        }
        out.extend_from_slice(&body.as_bytes()[from..]);
    } else {
        out.extend_from_slice(body.as_bytes());
    }
    body.len() == 1
}

/// The top-level keys that are taken: where each ends (before its closing quote), and its name.
fn taken_keys(body: &str, taken: &dyn Fn(&str) -> bool) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut cursor = Cursor::new(body);
    cursor.peek();
    // The line has been parsed before; where it now ends, in place of the closing brace, reading stops.
    let mut walk = || -> Result<(), crate::json::Syntax> {
        cursor.enter()?;
        let mut first = true;
        while cursor.more(b'}', first)? {
            first = false;
            cursor.peek();
            let key = cursor.string()?;
            if taken(&key) {
                found.push((cursor.at() - 1, key.into_owned()));
            }
            cursor.peek();
            cursor.pass();
            cursor.skip()?;
        }
        Ok(())
    };
    let _ = walk();
    found
}

fn nested(
    out: &mut Vec<u8>,
    axes: &Batch,
    w: &Written<'_>,
    lists: &[Vec<meed_algebra::Axis>],
    element: usize,
) {
    let Some((list, rest)) = lists.split_first() else {
        return value(out, w, element);
    };
    out.push(b'[');
    let mut comma = false;
    for child in children(axes, list, element) {
        separate(out, &mut comma);
        nested(out, axes, w, rest, child);
    }
    out.push(b']');
}

fn value(out: &mut Vec<u8>, w: &Written<'_>, element: usize) {
    let shape = &w.column.shape;
    let dim = shape.dim.unwrap_or(1);
    let at = element * shape.width();
    let vector = |out: &mut Vec<u8>, at: usize| {
        if shape.dim.is_none() {
            return cell(out, w, at);
        }
        out.push(b'[');
        let mut comma = false;
        for i in 0..dim {
            separate(out, &mut comma);
            cell(out, w, at + i);
        }
        out.push(b']');
    };
    match &shape.lanes {
        None => vector(out, at),
        Some(labels) => {
            out.push(b'{');
            let mut comma = false;
            for (i, label) in labels.iter().enumerate() {
                separate(out, &mut comma);
                write_string(out, label);
                out.push(b':');
                vector(out, at + i * dim);
            }
            out.push(b'}');
        }
    }
}

fn cell(out: &mut Vec<u8>, w: &Written<'_>, i: usize) {
    if let Values::Texts(v) = &w.column.values {
        return match &v[i] {
            Ok(text) => write_string(out, text),
            Err(_) => out.extend_from_slice(b"null"),
        };
    }
    match w.column.values.number(i) {
        n if absence(n).is_some() => out.extend_from_slice(b"null"),
        n if w.output.kind == Kind::Bool => out.extend_from_slice(if n == 0.0 { b"false" } else { b"true" }),
        n => write_number(out, n),
    }
}
