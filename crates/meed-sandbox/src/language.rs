//! The languages, as a table, and what of them is on this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex};

use crate::error::Error;

/// A language programs may be written in.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// The name.
    pub name: &'static str,
    /// Other names, as fenced blocks have them.
    pub aliases: &'static [&'static str],
    /// The name of the file a program is put in.
    pub file: &'static str,
    /// What is looked for on the machine.
    pub command: &'static str,
    /// The compile step, which leaves what is to run in `out/`. `{tool}` is the tool found, `{file}` the program.
    pub compile: Option<&'static [&'static str]>,
    /// The run step. `{memory}` is half the memory limit in MiB, `{class}` the class of a Java program.
    pub run: &'static [&'static str],
    /// Whether it needs `/proc`.
    pub proc: bool,
    /// Whether it bears a limit of its address space.
    pub address_space: bool,
    /// What it writes to standard error when memory ran out.
    pub out_of_memory: &'static [&'static str],
}

/// Every language.
pub static LANGUAGES: [Language; 8] = [
    Language {
        name: "python",
        aliases: &["py", "python3"],
        file: "main.py",
        command: "python3",
        compile: None,
        run: &["{tool}", "{file}"],
        proc: false,
        address_space: true,
        out_of_memory: &["MemoryError"],
    },
    Language {
        name: "javascript",
        aliases: &["js", "node"],
        file: "main.js",
        command: "node",
        compile: None,
        run: &["{tool}", "--max-old-space-size={memory}", "{file}"],
        proc: true,
        address_space: false,
        out_of_memory: &["JavaScript heap out of memory", "Array buffer allocation failed"],
    },
    Language {
        name: "bash",
        aliases: &["sh", "shell"],
        file: "main.sh",
        command: "bash",
        compile: None,
        run: &["{tool}", "{file}"],
        proc: false,
        address_space: true,
        out_of_memory: &["cannot allocate"],
    },
    Language {
        name: "c",
        aliases: &[],
        file: "main.c",
        command: "gcc",
        compile: Some(&["{tool}", "-O2", "-std=gnu17", "-o", "out/main", "{file}", "-lm"]),
        run: &["/box/main"],
        proc: false,
        address_space: true,
        out_of_memory: &[],
    },
    Language {
        name: "cpp",
        aliases: &["c++", "cc", "cxx"],
        file: "main.cpp",
        command: "g++",
        compile: Some(&["{tool}", "-O2", "-std=gnu++17", "-o", "out/main", "{file}"]),
        run: &["/box/main"],
        proc: false,
        address_space: true,
        out_of_memory: &["std::bad_alloc", "std::length_error"],
    },
    Language {
        name: "rust",
        aliases: &["rs"],
        file: "main.rs",
        command: "rustc",
        compile: Some(&["{tool}", "-O", "--edition", "2021", "-o", "out/main", "{file}"]),
        run: &["/box/main"],
        proc: true,
        address_space: true,
        out_of_memory: &["memory allocation of"],
    },
    Language {
        name: "go",
        aliases: &["golang"],
        file: "main.go",
        command: "go",
        compile: Some(&["{tool}", "build", "-o", "out/main", "{file}"]),
        run: &["/box/main"],
        proc: false,
        address_space: false,
        out_of_memory: &["out of memory"],
    },
    Language {
        name: "java",
        aliases: &[],
        file: "{class}.java",
        command: "javac",
        compile: Some(&["{tool}", "-J-XX:+UseSerialGC", "-d", "out", "{file}"]),
        run: &[
            "{dir}/java",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xss64m",
            "-Xmx{memory}m",
            "-cp",
            "/box",
            "{class}",
        ],
        proc: true,
        address_space: false,
        out_of_memory: &["java.lang.OutOfMemoryError"],
    },
];

impl Language {
    /// The language of this name or alias.
    pub fn named(name: &str) -> Option<&'static Language> {
        let name = name.to_ascii_lowercase();
        LANGUAGES.iter().find(|l| l.name == name || l.aliases.contains(&name.as_str()))
    }

    /// Python, whose tests can be asked one by one.
    pub fn python() -> &'static Language {
        &LANGUAGES[0]
    }

    /// What this machine has for it. Looked for once.
    ///
    /// # Errors
    /// When its command is not on the search path.
    pub fn runtime(&'static self) -> Result<Runtime, Error> {
        static FOUND: LazyLock<Mutex<BTreeMap<&'static str, Option<Runtime>>>> =
            LazyLock::new(Mutex::default);
        let mut found = FOUND.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let entry = found.entry(self.name).or_insert_with(|| self.detect());
        entry.clone().ok_or(Error::NoRuntime { language: self.name, command: self.command.into() })
    }

    fn detect(&self) -> Option<Runtime> {
        match self.name {
            "python" => python(),
            "rust" => {
                let sysroot = PathBuf::from(output(self.command, &["--print", "sysroot"])?);
                let version = output(self.command, &["--version"])?;
                Some(Runtime { tool: sysroot.join("bin/rustc"), visible: vec![sysroot], version })
            }
            "go" => {
                let root = PathBuf::from(output(self.command, &["env", "GOROOT"])?);
                let version = output(self.command, &["version"])?;
                Some(Runtime { tool: root.join("bin/go"), visible: vec![root], version })
            }
            _ => {
                let tool = on_path(self.command)?.canonicalize().ok()?;
                let version = output(tool.to_str()?, &["--version"])?;
                let mut visible: Vec<PathBuf> = installation(&tool).into_iter().collect();
                if self.name == "java" {
                    visible.extend(entries("/etc").filter(|p| p.to_string_lossy().contains("/java")));
                }
                Some(Runtime { tool, visible, version })
            }
        }
    }

    /// The file a program is put in.
    pub(crate) fn file_for(&self, source: &str) -> String {
        self.file.replace("{class}", java_class(source))
    }
}

/// The class that a Java program's file is named after.
pub(crate) fn java_class(source: &str) -> &str {
    let name = |rest: &str| rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    source
        .split("public class ")
        .nth(1)
        .map(|rest| rest.trim_start())
        .map(|rest| &rest[..name(rest)])
        .filter(|class| !class.is_empty())
        .unwrap_or("Main")
}

/// A language's interpreter or compiler on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// The interpreter or compiler itself, not a wrapper.
    pub tool: PathBuf,
    /// Directories outside the system's own that it needs.
    pub visible: Vec<PathBuf>,
    /// What it says of itself.
    pub version: String,
}

/// Asks Python itself where it lives: what is on the path may be a wrapper or a virtual environment.
fn python() -> Option<Runtime> {
    const ASK: &str = "import sys\nprint(sys.executable)\nprint('Python', sys.version.split()[0])\nprint(sys.base_prefix)\nprint(sys.prefix)\n[print(p) for p in sys.path if p]";
    let command = std::env::var("MEED_PYTHON").unwrap_or_else(|_| "python3".into());
    let text = output_of(&command, &["-s", "-c", ASK])?;
    let mut lines = text.lines().map(str::to_string);
    let tool = PathBuf::from(lines.next()?);
    let version = lines.next()?;
    let mut visible: Vec<PathBuf> = Vec::new();
    for place in lines.map(PathBuf::from).filter(|p| p.is_dir()) {
        let place = place.canonicalize().ok()?;
        if place != Path::new("/usr") && !visible.iter().any(|v| place.starts_with(v)) {
            visible.push(place);
        }
    }
    // A virtual environment's interpreter is a link into the installation it was made from.
    let real = tool.canonicalize().ok()?;
    let root = installation(&real).filter(|root| !visible.iter().any(|v| root.starts_with(v)));
    visible.extend(root);
    Some(Runtime { tool, visible, version })
}

/// The directory an installed tool's files are in, unless it is the system's.
fn installation(tool: &Path) -> Option<PathBuf> {
    let root = tool.parent()?.parent()?;
    (!tool.starts_with("/usr") && !tool.starts_with("/bin") && root != Path::new("/"))
        .then(|| root.to_path_buf())
}

fn entries(directory: &str) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path())
}

fn on_path(command: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|d| d.join(command)).find(|p| p.is_file())
}

fn output_of(command: &str, args: &[&str]) -> Option<String> {
    let out = Command::new(command).args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}

/// The first line a command prints.
fn output(command: &str, args: &[&str]) -> Option<String> {
    Some(output_of(command, args)?.lines().next().unwrap_or("").trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases() {
        assert_eq!(Language::named("C++").map(|l| l.name), Some("cpp"));
        assert_eq!(Language::named("py"), Some(Language::python()));
        assert_eq!(Language::named("cobol"), None);
    }

    #[test]
    fn a_java_file_is_named_after_its_public_class() {
        assert_eq!(java_class("public class Foo { }"), "Foo");
        assert_eq!(java_class("class A {} public class  B2{}"), "B2");
        assert_eq!(java_class("class A {}"), "Main");
    }
}
