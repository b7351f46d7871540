//! Text files in blocks of whole lines, read ahead on a thread of their own.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::Chunk;
use super::files::{Files, unpack};
use super::join::Join;
use crate::error::{DataError, Fault};
use crate::json::Cursor;

/// A block is about this long; longer where a line is.
const BLOCK: usize = 4 << 20;

/// Blocks waiting to be parsed.
const AHEAD: usize = 2;

/// The lines of several files.
pub(crate) struct Lines {
    blocks: Receiver<Result<Chunk, DataError>>,
}

impl Lines {
    pub(crate) fn open(files: &Files, max_line: usize, read: Arc<AtomicU64>) -> Result<Lines, DataError> {
        let (send, blocks) = sync_channel(AHEAD);
        let files = files.clone();
        let reader = Reader { send, max_line, read, join: None };
        std::thread::Builder::new()
            .name("meed-read".to_string())
            .spawn(move || reader.run(&files))
            .map_err(DataError::io(Path::new("input"), "start reading"))?;
        Ok(Lines { blocks })
    }

    pub(crate) fn next(&mut self) -> Option<Result<Chunk, DataError>> {
        self.blocks.recv().ok()
    }
}

/// The receiver is gone: nobody wants more.
struct Unwanted;

struct Reader {
    send: SyncSender<Result<Chunk, DataError>>,
    max_line: usize,
    read: Arc<AtomicU64>,
    /// Fields that lie beside the file being read.
    join: Option<Join>,
}

impl Reader {
    fn run(mut self, files: &Files) {
        for (i, path) in files.paths.iter().enumerate() {
            self.join = match Join::beside(path) {
                Ok(join) => join,
                Err(error) => {
                    let _ = self.send.send(Err(DataError::io(path, "read the inputs beside")(error)));
                    return;
                }
            };
            match self.file(i as u32, path, &files.names[i]) {
                Ok(Ok(())) => {}
                Ok(Err(Unwanted)) => return,
                Err(error) => {
                    let _ = self.send.send(Err(DataError::io(path, "read")(error)));
                    return;
                }
            }
        }
    }

    fn file(&self, file: u32, path: &Path, name: &str) -> std::io::Result<Result<(), Unwanted>> {
        let mut reader = unpack(path, self.read.clone())?;
        let mut line = 1;
        let mut pending: Vec<u8> = Vec::with_capacity(BLOCK);
        let mut start = true;
        loop {
            let wanted = if pending.len() < BLOCK { BLOCK - pending.len() } else { BLOCK };
            let n = reader.by_ref().take(wanted as u64).read_to_end(&mut pending)?;
            if start {
                start = false;
                if pending.starts_with(b"\xef\xbb\xbf") {
                    pending.drain(..3);
                }
                if pending.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[') {
                    reader.read_to_end(&mut pending)?;
                    return Ok(self.list(file, pending));
                }
            }
            if n == 0 {
                return Ok(if pending.is_empty() { Ok(()) } else { self.block(file, line, &pending) });
            }
            let Some(end) = memchr::memrchr(b'\n', &pending) else {
                if pending.len() > self.max_line {
                    if self.too_long(file_line(name, line, self.max_line)).is_err() {
                        return Ok(Err(Unwanted));
                    }
                    line += 1;
                    pending = skip_line(&mut reader)?;
                }
                continue;
            };
            if self.block(file, line, &pending[..=end]).is_err() {
                return Ok(Err(Unwanted));
            }
            line += memchr::memchr_iter(b'\n', &pending[..=end]).count() as u64;
            pending.drain(..=end);
        }
    }

    fn block(&self, file: u32, line: u64, text: &[u8]) -> Result<(), Unwanted> {
        let text = self.join.as_ref().map_or(Cow::Borrowed(text), |join| join.complete(text));
        self.send.send(Ok(Chunk::Text { file, line, text: text.into() })).map_err(|_| Unwanted)
    }

    fn too_long(&self, error: crate::error::RowError) -> Result<(), Unwanted> {
        self.send.send(Ok(Chunk::Bad(error))).map_err(|_| Unwanted)
    }

    /// A JSON list of objects: each element becomes a line. When it is broken the lines are sent as they are,
    /// so that the message comes from where rows are parsed.
    fn list(&self, file: u32, mut text: Vec<u8>) -> Result<(), Unwanted> {
        if let Ok(valid) = std::str::from_utf8(&text)
            && let Ok(spans) = elements(valid)
        {
            // A line break inside a JSON value is white space.
            for byte in &mut text {
                if matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
            let mut lines = Vec::new();
            let mut first = 1;
            for (i, span) in spans.into_iter().enumerate() {
                lines.extend_from_slice(&text[span]);
                lines.push(b'\n');
                if lines.len() > BLOCK {
                    self.block(file, first, &lines)?;
                    lines.clear();
                    first = i as u64 + 2;
                }
            }
            return if lines.is_empty() { Ok(()) } else { self.block(file, first, &lines) };
        }
        self.block(file, 1, &text)
    }
}

fn elements(text: &str) -> Result<Vec<std::ops::Range<usize>>, crate::json::Syntax> {
    let mut cursor = Cursor::new(text);
    let mut spans = Vec::new();
    cursor.peek();
    cursor.enter()?;
    let mut first = true;
    while cursor.more(b']', first)? {
        first = false;
        cursor.peek();
        let start = cursor.at();
        cursor.skip()?;
        spans.push(start..cursor.at());
    }
    cursor.end()?;
    Ok(spans)
}

fn file_line(name: &str, line: u64, max_line: usize) -> crate::error::RowError {
    Fault::row(format!("the line is longer than {max_line} bytes (`--max-line`)")).at(name, line)
}

/// Reads on to the end of the line; what follows it.
fn skip_line(reader: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut buffer = Vec::with_capacity(BLOCK);
    loop {
        buffer.clear();
        if reader.by_ref().take(BLOCK as u64).read_to_end(&mut buffer)? == 0 {
            return Ok(buffer);
        }
        if let Some(end) = memchr::memchr(b'\n', &buffer) {
            buffer.drain(..=end);
            return Ok(buffer);
        }
    }
}
