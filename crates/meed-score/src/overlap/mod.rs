//! Scorers that compare a text with a reference, word by word or character by character.

pub mod bleu;
pub mod chrf;
pub mod edit_similarity;
pub mod error_rate;
pub mod jaccard;
pub mod keywords;
pub mod lcs;
pub mod length_ratio;
pub mod max_average;
pub mod meteor;
pub mod rouge;
pub mod ter;

use meed_algebra::{Arg, Reason};

/// The text, as an argument.
const TEXT_ARG: Arg = Arg { name: "text", help: "the response" };
/// The reference, as an argument.
const ANSWER_ARG: Arg = Arg { name: "answer", help: "the reference, or several" };

/// Steps of 64 table cells one comparison may take, some seconds of work.
const MAX_STEPS: u64 = 1 << 34;

/// Refuses a comparison that would take too long.
pub(crate) fn bounded(steps: u64) -> Result<(), Reason> {
    if steps > MAX_STEPS { Err(Reason::TooLarge) } else { Ok(()) }
}

/// Precision, recall and their harmonic mean, which is 0 where both are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shares {
    pub(crate) precision: f64,
    pub(crate) recall: f64,
    pub(crate) f1: f64,
}

impl Shares {
    pub(crate) fn new(precision: f64, recall: f64) -> Shares {
        let sum = precision + recall;
        Shares { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }

    /// Of so many shared units, where an empty text has the share 0.
    pub(crate) fn of(shared: usize, text: usize, reference: usize) -> Shares {
        Shares::new(shared as f64 / text.max(1) as f64, shared as f64 / reference.max(1) as f64)
    }

    pub(crate) fn measure(&self, name: &str) -> f64 {
        match name {
            "precision" => self.precision,
            "recall" => self.recall,
            _ => self.f1,
        }
    }
}

/// Names for [`Shares::measure`].
pub(crate) const MEASURES: [&str; 3] = ["f1", "precision", "recall"];
