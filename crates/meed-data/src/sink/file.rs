//! A file that appears under its name only when it is complete.

use std::fs::File;
use std::io::{BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

use crate::error::DataError;

/// A new file next to its final name, removed again when it is not finished.
pub(super) struct Draft {
    target: PathBuf,
    draft: PathBuf,
    done: bool,
}

impl Draft {
    /// The file to write and the draft that owns it.
    pub(super) fn create(target: &Path) -> Result<(Draft, File), DataError> {
        let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let draft = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = File::create(&draft).map_err(DataError::io(target, "write"))?;
        Ok((Draft { target: target.to_path_buf(), draft, done: false }, file))
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    pub(super) fn finish(mut self) -> Result<(), DataError> {
        std::fs::rename(&self.draft, &self.target).map_err(DataError::io(&self.target, "write"))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.done {
            // Nothing can be done about a draft that cannot be removed.
            let _ = std::fs::remove_file(&self.draft);
        }
    }
}

/// Where lines go, compressed as the name says.
pub(super) enum Packer {
    Plain(BufWriter<File>),
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
    Zstd(zstd::stream::write::Encoder<'static, BufWriter<File>>),
    Stdout(Stdout),
}

impl Packer {
    pub(super) fn new(target: &Path, file: File) -> std::io::Result<Packer> {
        let file = BufWriter::with_capacity(1 << 18, file);
        Ok(match target.extension().and_then(|e| e.to_str()) {
            Some("gz") => Packer::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::new(4))),
            Some("zst") => Packer::Zstd(zstd::stream::write::Encoder::new(file, 3)?),
            _ => Packer::Plain(file),
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Packer::Plain(w) => w.write_all(bytes),
            Packer::Gzip(w) => w.write_all(bytes),
            Packer::Zstd(w) => w.write_all(bytes),
            Packer::Stdout(w) => w.write_all(bytes),
        }
    }

    pub(super) fn finish(self) -> std::io::Result<()> {
        match self {
            Packer::Plain(mut w) => w.flush(),
            Packer::Gzip(w) => w.finish()?.flush(),
            Packer::Zstd(w) => w.finish()?.flush(),
            Packer::Stdout(mut w) => w.flush(),
        }
    }
}
