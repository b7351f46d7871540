//! The language of rewards: Starlark specs, checked before they run.
//!
//! A spec is a Starlark file whose top-level signals are its outputs. [`Spec::read`] evaluates the file once, which
//! builds and checks the expression graph; no data is touched until the plan is evaluated.

pub mod check_vectors;
mod condition;
pub mod diagnostic;
pub mod examples;
pub mod explain;
mod globals;
mod limits;
mod lint;
mod mapped;
pub mod page;
pub mod params;
mod program;
pub mod recipes;
pub mod reference;
mod spec;
mod texts;
mod value;
pub mod words;

pub use diagnostic::{Diagnostic, Place};
pub use params::Param;
pub use spec::{Contents, Spec, SpecFile, Want};
