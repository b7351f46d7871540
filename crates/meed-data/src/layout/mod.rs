//! Recognising how a trainer lays out its rows, and turning that into columns.

mod candidates;
mod fields;
mod recognise;
mod seen;
mod table;

pub(crate) use candidates::Hop;
pub(crate) use fields::{Chain, Field, Fields, Leaf};
pub(crate) use recognise::{Recognised, Virtual, recognise};
pub(crate) use seen::Seen;

/// How the rows of the input were understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The trainer or tool that writes such rows (`verl`, `TRL`, …), `plain` when none is recognised.
    pub name: &'static str,
    /// What a row holds.
    pub rows: RowForm,
    /// The fields whose values make a group: rollouts next to each other with the same values belong together.
    /// Empty: every row is a group of its own.
    pub group_by: Vec<String>,
    /// Why these, for people.
    pub group_why: String,
    /// The field that says which training step a row belongs to, when rows are split by it.
    pub batch_by: Option<String>,
    /// Where the well-known columns come from: column and field (`text` from `completions`). A field that begins
    /// with `#` is computed: from `chosen` and `rejected`, or a query without the prompt it begins with.
    pub aliases: Vec<(String, String)>,
}

/// What a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowForm {
    /// One rollout.
    Rollout,
    /// One task, its rollouts in lists.
    Task,
}
