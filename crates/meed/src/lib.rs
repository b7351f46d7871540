//! Meed: rewards, advantages and preference pairs from rollouts.
//!
//! This crate is the face of the workspace: the parts a program needs, under one name, and the command line
//! ([`cli`]), which the binary of the same name and the Python package run.

pub mod cli;

pub use meed_algebra as algebra;
pub use meed_data as data;
pub use meed_learn as learn;
pub use meed_math as math;
pub use meed_sandbox as sandbox;
pub use meed_score as score;
pub use meed_spec as spec;
