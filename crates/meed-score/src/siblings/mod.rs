//! Scorers that look at a text among its siblings, and at what was said before.

pub mod bm25;
pub mod distinct_n;
pub mod duplicates;
pub mod fingerprint;
pub mod group_similarity;
pub mod novelty;
pub mod tfidf;

mod corpus;

use std::borrow::Cow;
use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Function, Kind, Reason, Slice, Values};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::strings::grams::{Unit, distinct_runs};

const TEXT_ARG: Arg = Arg { name: "text", help: "the texts" };

/// Where siblings are.
const AXIS: Opt = Opt { name: "axis", default: Default::Text("group"), help: AXIS_ARG.help };
const AXIS_ARG: Arg =
    Arg { name: "axis=\"group\"", help: "siblings are the texts under one element of this axis" };

/// One input of one element, or why it is absent.
type Cell<'a> = Result<Cow<'a, str>, Reason>;

/// A function of all siblings under `axis`: their inputs, one list each, to a score each.
fn per_siblings<F>(options: &Options, axis: &str, inputs: usize, score: F) -> Arc<dyn Function>
where
    F: Fn(&[Vec<Cell<'_>>]) -> Vec<Result<f64, Reason>> + Send + Sync + 'static,
{
    Arc::new(PerSiblings {
        name: options.scorer(),
        identity: options.identity(),
        axis: axis.into(),
        inputs,
        score,
    })
}

/// The same for one text each.
fn per_sibling_text<F>(options: &Options, score: F) -> Result<Arc<dyn Function>, ScoreError>
where
    F: Fn(&[Cell<'_>]) -> Vec<Result<f64, Reason>> + Send + Sync + 'static,
{
    Ok(per_siblings(options, options.text("axis")?, 1, move |inputs| score(&inputs[0])))
}

struct PerSiblings<F> {
    name: &'static str,
    identity: String,
    axis: String,
    inputs: usize,
    score: F,
}

impl<F> Function for PerSiblings<F>
where
    F: Fn(&[Vec<Cell<'_>>]) -> Vec<Result<f64, Reason>> + Send + Sync,
{
    fn name(&self) -> &str {
        self.name
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn among(&self) -> Option<&str> {
        Some(&self.axis)
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        if args.len() != self.inputs || args.iter().any(|a| a.len() != n) {
            return Err(EvalError::Function(format!(
                "`{}` takes {} inputs of {n} values",
                self.name, self.inputs
            )));
        }
        let cells: Vec<Vec<Cell<'_>>> =
            args.iter().map(|arg| (0..n).map(|i| read(arg, i)).collect()).collect();
        let scores = (self.score)(&cells);
        Ok(Values::Numbers(scores.into_iter().map(|score| score.unwrap_or_else(Reason::value)).collect()))
    }
}

/// Ascending fingerprints of each text's different n-grams; `None` where a text is absent.
fn runs_of(cells: &[Cell<'_>], unit: Unit, n: usize) -> Vec<Option<Vec<u64>>> {
    cells.iter().map(|cell| cell.as_ref().ok().map(|text| distinct_runs(text, unit, n))).collect()
}

/// Why a text is absent.
fn reason(cell: &Cell<'_>) -> Reason {
    cell.as_ref().err().copied().unwrap_or(Reason::Undefined)
}
