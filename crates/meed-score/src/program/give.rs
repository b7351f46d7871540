//! What scorers of programs give: a number, or the name of the outcome.

use std::sync::{Arc, Mutex, PoisonError};

use meed_algebra::{EvalError, Kind, Reason, TextCell, Values};
use meed_sandbox::{Error, Outcome};

/// What is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Give {
    /// 1 for a pass, else 0.
    Passed,
    /// The outcome's name.
    Outcome,
}

impl Give {
    pub(super) const CHOICES: [&'static str; 2] = ["passed", "outcome"];

    pub(super) fn named(name: &str) -> Give {
        if name == "outcome" { Give::Outcome } else { Give::Passed }
    }

    pub(super) fn kind(self) -> Kind {
        if self == Give::Outcome { Kind::Text } else { Kind::Number }
    }

    pub(super) fn values(self, cells: Vec<Result<&'static str, Reason>>) -> Values {
        match self {
            Give::Passed => {
                let number = |cell: Result<&str, Reason>| match cell {
                    Ok(name) => f64::from(u8::from(name == "passed")),
                    Err(reason) => reason.value(),
                };
                Values::Numbers(cells.into_iter().map(number).collect())
            }
            Give::Outcome => {
                let text = |cell: Result<&'static str, Reason>| -> TextCell { cell.map(Arc::from) };
                Values::Texts(cells.into_iter().map(text).collect())
            }
        }
    }
}

/// Elements without a value, and why the first of them has none.
#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<(u64, Option<String>)>);

impl Trouble {
    pub(super) fn note(&self, what: impl ToString) {
        let mut trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.0 += 1;
        trouble.1.get_or_insert_with(|| what.to_string());
    }

    pub(super) fn told(&self, notice: Option<String>) -> Option<String> {
        let trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = trouble.1.as_ref().map(|first| match trouble.0 {
            1 => format!("no value: {first}"),
            n => format!("no value {n} times, first: {first}"),
        });
        match (failures, notice) {
            (Some(a), Some(b)) => Some(format!("{b}; {a}")),
            (a, b) => a.or(b),
        }
    }
}

/// An error of the sandbox: an absence for one element, or the end where no element could fare better.
pub(super) fn absence(error: Error, trouble: &Trouble) -> Result<Reason, EvalError> {
    match error {
        Error::BadTests(_) => {
            trouble.note(error);
            Ok(Reason::BadReference)
        }
        Error::Machinery { .. } => {
            trouble.note(error);
            Ok(Reason::Infrastructure)
        }
        Error::Refused { .. } | Error::Unsupported | Error::NoRuntime { .. } => {
            Err(EvalError::Function(error.to_string()))
        }
    }
}

/// The outcome of all tests: a pass, or the first that is none.
pub(super) fn of_all(outcomes: &[Outcome]) -> Result<&'static str, Reason> {
    if outcomes.is_empty() {
        return Err(Reason::BadReference);
    }
    Ok(outcomes.iter().find(|o| !o.passed()).map_or("passed", Outcome::name))
}
