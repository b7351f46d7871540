//! What a caller may choose.

use crate::extract::Extract;

/// How units are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Units {
    /// A missing unit is forgiven, a different one is not; known units are converted.
    #[default]
    Lenient,
    /// Units are not looked at.
    Ignore,
    /// When the gold answer has a unit, the prediction must have one too.
    Required,
}

/// Options of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Only an explicitly marked answer counts, and answers must have the same kind: a list is not a tuple, a single-element
    /// set is not its element, a relation is not an interval.
    pub strict: bool,
    /// Accept a prediction that agrees with the gold answer when both are rounded to this many decimals.
    pub decimals: Option<u32>,
    /// How units are treated.
    pub units: Units,
    /// Where answers are looked for.
    pub extract: Extract,
    /// A set as gold answer accepts a relation that describes it (`x ∈ [1, 2]` and `1 ≤ x ≤ 2`).
    pub relations_as_sets: bool,
    /// Step budget of one verification; a step is between ten and thirty nanoseconds of work.
    pub budget: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            strict: false,
            decimals: None,
            units: Units::Lenient,
            extract: Extract::default(),
            relations_as_sets: true,
            budget: 1_000_000,
        }
    }
}
