//! The step budget that replaces timeouts.
//!
//! Every part of the library that can take long (parsing, arithmetic on big numbers, evaluation at
//! sample points) pays for its work here. One unit is between ten and thirty nanoseconds on a current
//! core, but only the count matters: the same input spends the same budget on every machine, so a verdict never
//! depends on load.

use std::cell::Cell;

/// The budget ran out. Carries no data: what was spent is in [`Budget::spent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the step budget is spent")]
pub struct Spent;

/// Counts work and refuses more once `limit` units are gone.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    spent: Cell<u64>,
}

impl Budget {
    /// A budget of `limit` units.
    pub fn new(limit: u64) -> Self {
        Budget { limit, spent: Cell::new(0) }
    }

    /// Pays `units`.
    ///
    /// # Errors
    /// [`Spent`] when the total goes over the limit; every later call fails too.
    pub fn pay(&self, units: u64) -> Result<(), Spent> {
        let now = self.spent.get().saturating_add(units);
        self.spent.set(now);
        if now > self.limit { Err(Spent) } else { Ok(()) }
    }

    /// Units paid so far (may exceed the limit by the last payment).
    pub fn spent(&self) -> u64 {
        self.spent.get()
    }

    /// The limit this budget was made with.
    pub fn limit(&self) -> u64 {
        self.limit
    }
}
