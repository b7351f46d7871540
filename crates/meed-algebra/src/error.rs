//! Errors of building and evaluating expressions.

/// An expression that cannot be built: what was found, what was needed, what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TypeError {
    /// What is wrong, in one sentence.
    pub message: String,
    /// Facts that help: the axes found and needed.
    pub notes: Vec<String>,
    /// What to write instead, when that is clear.
    pub help: Option<String>,
}

impl TypeError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        TypeError { message: message.into(), notes: Vec::new(), help: None }
    }

    /// Adds a fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds "did you mean …?" when one of `known` is close to `found`.
    pub fn help_similar(self, found: &str, known: &[&str]) -> Self {
        match similar(found, known) {
            Some(word) => self.help(format!("did you mean `{word}`?")),
            None => self,
        }
    }
}

/// A batch that cannot be evaluated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EvalError {
    /// A column the plan needs is not in the batch.
    #[error("column `{0}` is not in the data")]
    MissingColumn(String),
    /// A column has another shape than the plan was made for.
    #[error("column `{column}` is on {found}, the spec was checked with {expected}")]
    ColumnShape {
        /// The column.
        column: String,
        /// What the batch has.
        found: String,
        /// What the plan expects.
        expected: String,
    },
    /// Values and offsets do not fit together.
    #[error("malformed batch: {0}")]
    Malformed(String),
    /// A function called per element failed as a whole (not for one element, which would be an absence).
    #[error("{0}")]
    Function(String),
    /// Saved state that does not fit the spec.
    #[error("saved state does not fit this spec: {0}")]
    State(String),
}

/// The word of `known` nearest to `found`, if it is near enough to be a slip of the fingers.
pub fn similar<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let limit = (found.chars().count() / 3).clamp(1, 3);
    known
        .iter()
        .map(|word| (edit_distance(&found.to_lowercase(), &word.to_lowercase()), *word))
        // Not every letter may differ: one letter is no misspelling of another.
        .filter(|(d, word)| *d <= limit && (*d == 0 || *d < found.len().min(word.len())))
        .min_by_key(|(d, _)| *d)
        .map(|(_, word)| word)
}

/// Edits (insert, delete, substitute, swap neighbours) between two short words.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_near_and_never_far() {
        assert_eq!(similar("lenght", &["length", "logp"]), Some("length"));
        assert_eq!(similar("rewrd", &["reward", "advantage"]), Some("reward"));
        assert_eq!(similar("completely", &["length", "logp"]), None);
    }
}
