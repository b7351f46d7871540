//! Scorers that measure a text.

pub mod coleman_liau;
pub mod flesch;
pub mod gunning_fog;
pub mod language;
pub mod length;
pub mod lexical_diversity;
pub mod readability_index;
pub mod repetition;
pub mod smog;
pub mod tags;

pub(crate) mod prose;
