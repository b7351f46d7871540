//! Driving the binary: a folder of its own for each test, what was printed and written, and how it reads.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A folder in which `meed` runs, so that messages show bare file names.
pub struct Folder(TempDir);

/// What a run printed, and its exit code.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The rows of a JSONL file.
    pub fn rows(&self, name: &str) -> Vec<Value> {
        let text = String::from_utf8(self.read(name)).unwrap();
        text.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
    }

    /// The names of all files, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs `meed` with arguments separated by spaces.
    pub fn meed(&self, args: &str) -> Ran {
        self.meed_with(&args.split_whitespace().collect::<Vec<_>>())
    }

    pub fn meed_with(&self, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_meed"))
            .args(args)
            .current_dir(self.0.path())
            .env_remove("MEED_RECIPES")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Runs `meed`, which must succeed.
    pub fn good(&self, args: &str) -> Ran {
        let ran = self.meed(args);
        assert_eq!(ran.code, 0, "meed {args}\n{}{}", ran.stdout, ran.stderr);
        ran
    }
}

impl Ran {
    /// Everything a person sees, without timings.
    pub fn text(&self) -> String {
        format!("{}{}[exit {}]\n", without_times(&self.stdout), without_times(&self.stderr), self.code)
    }
}

/// Leaves out the parts of a summary that differ from run to run.
fn without_times(text: &str) -> String {
    let mut kept = String::new();
    let mut in_times = false;
    for line in text.lines() {
        in_times = line == "slowest scorers" || (in_times && line.starts_with(' '));
        let again = line.is_empty() && kept.ends_with("\n\n");
        if !in_times && !again && !line.starts_with("time: ") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Snapshots hold what is said, not the code that asked for it; until the value is dropped.
pub fn plain_snapshots() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.bind_to_scope()
}

/// A list of cases, one under the other: what was given and what was said.
#[derive(Default)]
pub struct Cases(String);

impl Cases {
    pub fn add(&mut self, title: &str, given: &str, ran: &Ran) {
        let given: String = given.trim_end().lines().map(|l| format!("    {l}\n")).collect();
        let rule = "-".repeat(title.len());
        self.0.push_str(&format!("{title}\n{rule}\n{given}\n{}\n\n", ran.text().trim_end()));
    }

    pub fn text(&self) -> &str {
        self.0.trim_end()
    }
}

/// The examples that come with the repository.
pub fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// A file of the shared data beside the repository (or where `MEED_SHARED` says), if it is there.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MEED_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let path = root.join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there (set MEED_SHARED)", path.display());
    None
}

/// A number of a row.
pub fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{key} of {row}"))
}
