//! What became of a test.

use std::fmt;

/// What became of one test. A failure of the machinery is none of these: it is an [`Error`](crate::Error), and says
/// nothing about the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// The program ran and gave something else.
    WrongAnswer {
        /// What was given and what was expected, shortened.
        diff: String,
    },
    /// The program raised, crashed or exited.
    Exception {
        /// What it said last.
        message: String,
    },
    /// The program is not one: it does not compile or parse.
    CompileError {
        /// What the compiler said, shortened.
        message: String,
    },
    /// It took too long.
    Timeout,
    /// It used too much memory.
    OutOfMemory,
    /// It wrote too much.
    OutputLimit,
    /// It tried what is not allowed: a system call, a file, the network.
    Forbidden {
        /// What it was, as far as is known.
        what: String,
    },
    /// It tried to decide its own grade.
    Tampering {
        /// How.
        what: String,
    },
}

impl Outcome {
    /// The name in outputs: `passed`, `wrong_answer`, `exception`, …
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::WrongAnswer { .. } => "wrong_answer",
            Outcome::Exception { .. } => "exception",
            Outcome::CompileError { .. } => "compile_error",
            Outcome::Timeout => "timeout",
            Outcome::OutOfMemory => "out_of_memory",
            Outcome::OutputLimit => "output_limit",
            Outcome::Forbidden { .. } => "forbidden",
            Outcome::Tampering { .. } => "tampering",
        }
    }

    /// Whether it passed.
    pub fn passed(&self) -> bool {
        *self == Outcome::Passed
    }

    pub(crate) fn exception(message: impl Into<String>) -> Outcome {
        Outcome::Exception { message: message.into() }
    }

    pub(crate) fn tampering(what: impl Into<String>) -> Outcome {
        Outcome::Tampering { what: what.into() }
    }
}

/// The name, and what is known beside it.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Outcome::WrongAnswer { diff: detail }
            | Outcome::Exception { message: detail }
            | Outcome::CompileError { message: detail }
            | Outcome::Forbidden { what: detail }
            | Outcome::Tampering { what: detail }
                if !detail.is_empty() =>
            {
                write!(f, ": {detail}")
            }
            _ => Ok(()),
        }
    }
}

/// A text of at most `limit` characters, its middle left out.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    let count = text.chars().count();
    if count <= limit {
        return text.to_string();
    }
    let half = limit / 2;
    let (head, tail): (String, String) =
        (text.chars().take(half).collect(), text.chars().skip(count - half).collect());
    format!("{head} … {tail}")
}
