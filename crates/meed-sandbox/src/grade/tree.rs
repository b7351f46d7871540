//! Patch and test: a diff applied to a tree of files, then a command.

use std::collections::BTreeMap;
use std::path::Path;

use super::calls::random;
use crate::error::Error;
use crate::isolate::File;
use crate::language::Language;
use crate::limits::Limits;
use crate::outcome::Outcome;
use crate::pool::Pool;
use crate::run::run_with_export;

/// Files by their paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree(pub BTreeMap<String, Vec<u8>>);

/// A tree to patch, and the command that tests it.
#[derive(Debug, Clone)]
pub struct Patched<'a> {
    /// The files before.
    pub tree: &'a Tree,
    /// A unified diff, of one or several files.
    pub patch: &'a str,
    /// Paths, of files or directories, that the patch must not touch and the command cannot change: the tests.
    pub protected: &'a [String],
    /// What tests it.
    pub testing: Testing<'a>,
    /// What a command for the shell needs besides the system's own tools.
    pub language: &'static Language,
}

/// What tests a patched tree, started in its directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Testing<'a> {
    /// A script or, after `-m`, a module, with its arguments, as they stand after `python3`. It passes when it comes to
    /// its own end with status 0: an exit that the patched code brings about is none, nor is a change to the library of
    /// the tests. Code in the tests' process that looks for the runner's own secret can still forge a pass.
    Python(&'a [&'a str]),
    /// A command for the shell. Status 0 is a pass, so the patched code must run in processes of its own and be judged
    /// by what they write: code that shares a process with the tests can end it with status 0.
    Shell(&'a str),
}

impl Tree {
    /// The files below a directory. Links are left out.
    ///
    /// # Errors
    /// When a file cannot be read, or all together are larger than `limit` bytes.
    pub fn read(directory: &Path, limit: u64) -> Result<Tree, Error> {
        let mut tree = Tree::default();
        let mut size = 0;
        let mut waiting = vec![directory.to_path_buf()];
        while let Some(place) = waiting.pop() {
            let io = |source| Error::Machinery {
                what: format!("reading {}", place.display()),
                source: Some(source),
            };
            for entry in std::fs::read_dir(&place).map_err(io)? {
                let entry = entry.map_err(io)?;
                let kind = entry.file_type().map_err(io)?;
                if kind.is_dir() {
                    waiting.push(entry.path());
                } else if kind.is_file() {
                    size += entry.metadata().map_err(io)?.len();
                    if size > limit {
                        return Err(Error::BadTests(format!(
                            "{} holds more than {limit} bytes",
                            directory.display()
                        )));
                    }
                    let path = entry.path();
                    let bytes = std::fs::read(&path).map_err(io)?;
                    let name = path.strip_prefix(directory).unwrap_or(&path);
                    tree.0.insert(name.to_string_lossy().into_owned(), bytes);
                }
            }
        }
        Ok(tree)
    }

    /// The tree after a unified diff. The inner error is why it does not apply, which is the diff's fault.
    fn patched(&self, patch: &str, protected: &[String]) -> Result<Tree, Outcome> {
        let mut tree = self.clone();
        let broken = |what: String| Outcome::CompileError { message: what };
        for part in parts(patch) {
            let parsed =
                diffy::Patch::from_str(part).map_err(|e| broken(format!("not a unified diff: {e}")))?;
            let (old, new) = (path(parsed.original(), "a/"), path(parsed.modified(), "b/"));
            for path in [&old, &new].into_iter().flatten() {
                if path.split('/').any(|p| p == ".." || p.is_empty()) {
                    return Err(Outcome::tampering(format!("the patch leaves the tree: {path}")));
                }
                if covers(protected, path) {
                    return Err(Outcome::tampering(format!("the patch touches {path}")));
                }
            }
            let before = match &old {
                None => String::new(),
                Some(old) => match tree.0.get(old).map(|b| String::from_utf8(b.clone())) {
                    Some(Ok(text)) => text,
                    _ => return Err(broken(format!("the patch changes {old}, which is not there"))),
                },
            };
            let after = diffy::apply(&before, &parsed)
                .map_err(|e| broken(format!("the patch does not apply: {e}")))?;
            if let Some(old) = &old {
                tree.0.remove(old);
            }
            if let Some(new) = new {
                tree.0.insert(new, after.into_bytes());
            }
        }
        Ok(tree)
    }
}

/// The single-file diffs in a diff.
fn parts(patch: &str) -> Vec<&str> {
    let mut starts = Vec::new();
    let mut at = 0;
    let lines: Vec<&str> = patch.split_inclusive('\n').collect();
    for (i, line) in lines.iter().enumerate() {
        if line.starts_with("--- ") && lines.get(i + 1).is_some_and(|next| next.starts_with("+++ ")) {
            starts.push(at);
        }
        at += line.len();
    }
    let mut out = Vec::new();
    for (i, start) in starts.iter().enumerate() {
        let text = &patch[*start..starts.get(i + 1).copied().unwrap_or(patch.len())];
        // What stands between the parts belongs to the next one's header.
        out.push(text.find("\ndiff --git ").map_or(text, |end| &text[..=end]));
    }
    out
}

/// A path of a header; `None` for `/dev/null`.
fn path(name: Option<&str>, prefix: &str) -> Option<String> {
    let name = name?.split('\t').next().unwrap_or("").trim();
    (name != "/dev/null").then(|| name.strip_prefix(prefix).unwrap_or(name).to_string())
}

fn covers(protected: &[String], path: &str) -> bool {
    protected
        .iter()
        .map(|p| p.trim_end_matches('/'))
        .any(|p| path == p || path.strip_prefix(p).is_some_and(|rest| rest.starts_with('/')))
}

impl Pool {
    /// Applies a diff to a tree and tests it; `protected` files stay as they are.
    ///
    /// # Errors
    /// When the machinery fails.
    pub fn patch_and_test(&self, patched: &Patched<'_>, limits: &Limits) -> Result<Outcome, Error> {
        let tree = match patched.tree.patched(patched.patch, patched.protected) {
            Ok(tree) => tree,
            Err(outcome) => return Ok(outcome),
        };
        let file = |(path, bytes): (String, Vec<u8>)| File {
            executable: bytes.starts_with(b"#!"),
            protected: covers(patched.protected, &path),
            path: format!("tree/{path}"),
            bytes,
        };
        let files: Vec<File> = tree.0.into_iter().map(file).collect();
        match patched.testing {
            Testing::Shell(command) => {
                let argv =
                    ["/bin/sh", "-c", "cd tree && exec /bin/sh -c \"$1\"", "sh", command].map(String::from);
                let run = self.command(patched.language, &files, &argv, b"", limits)?;
                Ok(run.failure.unwrap_or(Outcome::Passed))
            }
            Testing::Python(args) => self.test_python(patched, &files, args, limits),
        }
    }

    fn test_python(
        &self,
        patched: &Patched<'_>,
        files: &[File],
        args: &[&str],
        limits: &Limits,
    ) -> Result<Outcome, Error> {
        if args.is_empty() || args == ["-m"] {
            return Err(Error::BadTests("no script or module to run".into()));
        }
        let mut seat = self.seat(Language::python(), limits)?;
        let mut argv = vec![seat.runtime.tool.to_string_lossy().into_owned()];
        argv.extend(["-s", "-X", "utf8", "-c", RUNNER].iter().chain(args).map(ToString::to_string));
        let nonce = random();
        let told = serde_json::json!({"nonce": nonce, "protected": patched.protected}).to_string();
        let (run, report) = run_with_export(&mut seat, &argv, files, told.as_bytes(), limits, 1 << 12)?;
        Ok(match run.failure {
            Some(failure) => failure,
            None if report == nonce.as_bytes() => Outcome::Passed,
            None => Outcome::exception("the tests did not come to their own end"),
        })
    }
}

/// What runs the tests of a tree.
const RUNNER: &str = include_str!("../python/runner.py");

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree(files.iter().map(|(p, t)| (p.to_string(), t.as_bytes().to_vec())).collect())
    }

    const PATCH: &str = "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\ndiff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+n\n";

    #[test]
    fn several_files_are_patched() {
        let before = tree(&[("x.py", "a\n"), ("y.py", "y\n")]);
        assert_eq!(
            before.patched(PATCH, &[]),
            Ok(tree(&[("x.py", "b\n"), ("y.py", "y\n"), ("new.py", "n\n")]))
        );
    }

    #[test]
    fn a_patch_may_not_touch_the_tests_or_leave_the_tree() {
        let before = tree(&[("x.py", "a\n")]);
        let protected = ["tests/".to_string(), "x.py".into()];
        assert!(matches!(before.patched(PATCH, &protected), Err(Outcome::Tampering { .. })));
        let outside = "--- /dev/null\n+++ b/../../etc/x\n@@ -0,0 +1 @@\n+n\n";
        assert!(matches!(before.patched(outside, &[]), Err(Outcome::Tampering { .. })));
        assert!(matches!(tree(&[]).patched(PATCH, &[]), Err(Outcome::CompileError { .. })));
    }
}
