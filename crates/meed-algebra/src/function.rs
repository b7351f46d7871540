//! Functions per element: scorers and `map`.

use crate::absent::Reason;
use crate::column::{Kind, TextCell, Values};
use crate::error::EvalError;

/// The values of one argument, one per element.
#[derive(Debug, Clone, Copy)]
pub enum Slice<'a> {
    /// Numbers; absent ones are NaN with a reason.
    Numbers(&'a [f64]),
    /// Texts.
    Texts(&'a [TextCell]),
}

impl<'a> Slice<'a> {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Slice::Numbers(v) => v.len(),
            Slice::Texts(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Text `i`, or why it is absent. A number is not a text: [`Reason::Unparsable`].
    pub fn text(&self, i: usize) -> Result<&'a str, Reason> {
        match self {
            Slice::Texts(v) => v[i].as_deref().map_err(|r| *r),
            Slice::Numbers(_) => Err(Reason::Unparsable),
        }
    }

    /// Number `i`, or why it is absent. A text is not a number: [`Reason::Unparsable`].
    pub fn number(&self, i: usize) -> Result<f64, Reason> {
        match self {
            Slice::Numbers(v) => crate::absent::reason_of(v[i]).map_or(Ok(v[i]), Err),
            Slice::Texts(_) => Err(Reason::Unparsable),
        }
    }
}

/// A pure function from the values of an element to a value of the same element.
///
/// It must be deterministic, bounded in time for every element, and report a failure on one element as an
/// absence with a reason. Elements come in runs; several runs may be in work at once.
pub trait Function: Send + Sync {
    /// The word it came from, for reports.
    fn name(&self) -> &str;

    /// Two functions with the same identity give the same values, so one of them is evaluated.
    fn identity(&self) -> String;

    /// What it returns.
    fn kind(&self) -> Kind;

    /// What went wrong for single elements so far, if anything is worth telling.
    fn trouble(&self) -> Option<String> {
        None
    }

    /// For a function that makes an axis of its own (a value per test, per turn): which one.
    fn unfold(&self) -> Option<&dyn Unfold> {
        None
    }

    /// For a function that sees siblings together: the axis above. Each call then gets the elements under one element
    /// of that axis, in order and without lanes.
    fn among(&self) -> Option<&str> {
        None
    }

    /// One value per element, or as many as [`Unfold::counts`] says; every argument has `n` values.
    ///
    /// # Errors
    /// When the function as a whole cannot go on (a program error in a `map` function).
    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError>;
}

/// An axis a function makes under the one its arguments live on.
pub trait Unfold: Send + Sync {
    /// The name of the axis.
    fn axis(&self) -> &str;

    /// How many of the first arguments decide how many elements there are. They must be columns or constants: the
    /// structure of a batch is settled before anything is computed.
    fn counted(&self) -> usize;

    /// Functions of the same axis, counted arguments and counting identity share the axis.
    fn counting(&self) -> String;

    /// How many elements lie under each of `n`.
    ///
    /// # Errors
    /// When the function as a whole cannot go on. What cannot be read has no elements.
    fn counts(&self, counted: &[Slice<'_>], n: usize) -> Result<Vec<usize>, EvalError>;
}

/// A list of texts in one cell ("any of these answers"): the texts, each after a unit separator.
pub fn join_alternatives<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut cell = String::new();
    for text in texts {
        cell.push(ALTERNATIVE);
        cell.push_str(text);
    }
    cell
}

/// Whether a cell was made by [`join_alternatives`].
pub fn is_several(cell: &str) -> bool {
    cell.starts_with(ALTERNATIVE)
}

/// The texts of a cell made by [`join_alternatives`]; an ordinary text is its own only alternative.
pub fn alternatives(cell: &str) -> impl Iterator<Item = &str> {
    cell.strip_prefix(ALTERNATIVE).unwrap_or(cell).split(ALTERNATIVE)
}

const ALTERNATIVE: char = '\u{1f}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_come_back() {
        assert_eq!(alternatives("42").collect::<Vec<_>>(), ["42"]);
        assert_eq!(alternatives(&join_alternatives(["a", "", "b"])).collect::<Vec<_>>(), ["a", "", "b"]);
        assert_eq!(alternatives("").collect::<Vec<_>>(), [""]);
    }
}
