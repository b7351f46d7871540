//! Learning the parameters of a spec from data.
//!
//! [`fit`] minimises a loss of a graph over its parameters: exactly where that is possible (L-BFGS), or by Adam; some
//! of them bounded, on a simplex, or multipliers of constraints.

mod adam;
mod fit;
mod lbfgs;
mod space;

pub use fit::{FitError, Fitted, Method, Options, Unknown, fit};
pub use space::Range;
