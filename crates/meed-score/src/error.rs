//! Errors of building a scorer. What goes wrong with one element is an absence, not an error.

/// A scorer that cannot be built from the options it was given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScoreError {
    /// An option the scorer does not have.
    #[error("`{scorer}` has no option `{option}`")]
    UnknownOption {
        /// The scorer.
        scorer: &'static str,
        /// What was written.
        option: String,
        /// The option that was probably meant.
        similar: Option<&'static str>,
        /// Every option of the scorer.
        known: Vec<&'static str>,
    },
    /// An option that must be given and was not.
    #[error("`{scorer}` needs `{option}`: {help}")]
    MissingOption {
        /// The scorer.
        scorer: &'static str,
        /// The option.
        option: &'static str,
        /// What the option means.
        help: &'static str,
    },
    /// An option with a value of the wrong kind or outside its range.
    #[error("`{option}` of `{scorer}` is {found}, it must be {expected}")]
    BadOption {
        /// The scorer.
        scorer: &'static str,
        /// The option.
        option: String,
        /// The value, described.
        found: String,
        /// What the option takes.
        expected: String,
        /// The value that was probably meant.
        similar: Option<String>,
    },
    /// A pattern that is not a regular expression, or is too large a one.
    #[error("`pattern` of `{scorer}` is not a usable regular expression: {pattern:?}\n{problem}")]
    Pattern {
        /// The scorer.
        scorer: &'static str,
        /// The pattern.
        pattern: String,
        /// What is wrong with it and where.
        problem: String,
    },
    /// A file that cannot be used.
    #[error("cannot use the file {path:?}: {problem}")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A grammar of tags that cannot be read.
    #[error("`grammar` is not a usable grammar: {grammar:?}, {problem}")]
    Grammar {
        /// The grammar.
        grammar: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A tokenizer file that cannot be used.
    #[error("cannot use the tokenizer file {path:?}: {problem}")]
    Tokenizer {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
}

impl ScoreError {
    /// What to write instead, when that is clear.
    pub fn help(&self) -> Option<String> {
        match self {
            ScoreError::UnknownOption { similar: Some(word), .. } => Some(format!("did you mean `{word}`?")),
            ScoreError::UnknownOption { scorer, known, .. } if known.is_empty() => {
                Some(format!("`{scorer}` has no options"))
            }
            ScoreError::UnknownOption { scorer, known, .. } => {
                Some(format!("the options of `{scorer}` are {}", known.join(", ")))
            }
            ScoreError::BadOption { similar: Some(word), .. } => Some(format!("did you mean {word:?}?")),
            ScoreError::Pattern { problem, .. } if problem.contains("look-around") => {
                Some("patterns run in linear time, so they have no look-around and no back-references".into())
            }
            ScoreError::Grammar { .. } => {
                Some("write names of blocks and `( ) | * + ?`, as in \"(think tool)* think answer\"".into())
            }
            ScoreError::Tokenizer { .. } => {
                Some("`tokenizer` is the path of a Hugging Face `tokenizer.json`".into())
            }
            _ => None,
        }
    }
}
