//! Scorers that check whether instructions about the form of a response were followed.

pub mod ifeval;

mod ifbench;
mod kinds;
mod python;
mod sentences;
mod words;
