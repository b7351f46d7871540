//! Deciding whether two parsed answers are the same.

mod collections;
mod congruence;
mod equality;
mod plain;
mod quantity;
pub(crate) mod realset;
pub(crate) mod relation;
mod sampling;
pub(crate) mod scalar;
mod separation;
mod signs;
mod values;

use crate::budget::{Budget, Spent};
use crate::num::elementary::Fail;
use crate::options::Options;

pub(crate) use signs::split_signs;
pub(crate) use values::answers;

/// Why no verdict was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The step budget ran out.
    #[error("the step budget is spent")]
    Budget,
    /// Numbers too large to compare exactly.
    #[error("the numbers are too large to compare")]
    TooLarge,
    /// The expression has no value (a division by zero, a logarithm of zero).
    #[error("the expression has no value")]
    Undefined,
    /// A kind of mathematics that is not decided here.
    #[error("this kind of expression cannot be decided")]
    Unsupported,
}

impl From<Fail> for Reason {
    fn from(f: Fail) -> Reason {
        match f {
            Fail::Spent => Reason::Budget,
            Fail::Undefined => Reason::Undefined,
            Fail::Unsure | Fail::Huge => Reason::TooLarge,
            Fail::Unsupported => Reason::Unsupported,
        }
    }
}

/// Outcome of one comparison with the rule that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Same {
    Yes(&'static str),
    No(&'static str),
    Unknown(Reason),
}

impl Same {
    pub(crate) fn yes(self) -> bool {
        matches!(self, Same::Yes(_))
    }

    /// `self`, or the other outcome when this is not a yes; a yes wins, then an unknown.
    pub(crate) fn or(self, o: impl FnOnce() -> Same) -> Same {
        match self {
            Same::Yes(_) => self,
            Same::No(_) => o(),
            Same::Unknown(_) => match o() {
                Same::Yes(r) => Same::Yes(r),
                _ => self,
            },
        }
    }

    pub(crate) fn relabel(self, rule: &'static str) -> Same {
        match self {
            Same::Yes(_) => Same::Yes(rule),
            s => s,
        }
    }
}

impl From<Spent> for Same {
    fn from(_: Spent) -> Same {
        Same::Unknown(Reason::Budget)
    }
}

/// What a comparison needs beside the two answers.
pub(crate) struct Context<'a> {
    pub(crate) budget: &'a Budget,
    pub(crate) options: &'a Options,
    /// Seeds sample points; derived from the gold answer so that no response can be written against them.
    pub(crate) seed: u64,
}
