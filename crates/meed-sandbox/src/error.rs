//! What can go wrong that is not the program's doing.

use std::io;

/// The machinery failed: says nothing about the program that was to run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The kernel refuses a layer of the isolation.
    #[error(
        "the kernel refuses a layer of the isolation: {layer} ({}); {}",
        io::Error::from_raw_os_error(*errno),
        advice(layer, *errno)
    )]
    Refused {
        /// The layer, and what was tried.
        layer: String,
        /// The kernel's error number.
        errno: i32,
    },
    /// Not Linux on x86-64.
    #[error("programs can be run on Linux on x86-64 only")]
    Unsupported,
    /// No interpreter or compiler for the language.
    #[error("{language}: `{command}` is not on this machine; `meed sandbox doctor` lists what is")]
    NoRuntime {
        /// The language.
        language: &'static str,
        /// What was looked for.
        command: String,
    },
    /// The tests themselves cannot be used.
    #[error("the tests cannot be used: {0}")]
    BadTests(String),
    /// Something else of the machinery.
    #[error("{what}{}", source.as_ref().map(|e| format!(": {e}")).unwrap_or_default())]
    Machinery {
        /// What was being done.
        what: String,
        /// What the system said.
        source: Option<io::Error>,
    },
}

impl Error {
    pub(crate) fn machinery(what: impl Into<String>) -> Error {
        Error::Machinery { what: what.into(), source: None }
    }
}

fn advice(layer: &str, errno: i32) -> &'static str {
    if layer.starts_with("user namespace") || layer.starts_with("namespaces") {
        match errno {
            libc::ENOSPC => "raise user.max_user_namespaces, or allow the weaker level `restricted`",
            _ => {
                "allow unprivileged user namespaces (in a container: a seccomp profile that lets clone through), or allow the weaker level `restricted`"
            }
        }
    } else {
        "`meed sandbox doctor` shows every layer; the weaker level `restricted` does without namespaces"
    }
}
