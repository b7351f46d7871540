//! The words of the language, one table per family. A word is data: its help, its examples (which are its tests) and
//! the function that builds it. Nothing here knows Starlark, so that other hosts can offer the same words.

mod absent;
mod args;
mod chance;
mod columns;
mod elementwise;
mod gradient;
mod links;
mod moves;
mod pairs;
mod queries;
mod reduce;
mod scan;
mod tables;
mod texts;
mod time;
mod vectors;
mod within;

use meed_algebra::{Example, Graph, NodeId, TypeError, Word};

pub use args::{Arg, Args};
pub use columns::WELL_KNOWN;
pub use elementwise::combine;

use crate::params::Params;

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `x.word(…)`: the first argument is what stands before the dot.
    Method,
    /// `word(…)`.
    Function,
}

/// A word and what it builds.
#[derive(Clone, Copy)]
pub struct Def {
    /// Help and examples.
    pub word: Word,
    /// How it is written.
    pub form: Form,
    /// Builds it from its arguments.
    pub run: Run,
}

/// Builds a word from its arguments.
pub type Run = fn(&mut Builder, &Args<'_>) -> Result<Arg, TypeError>;

/// A word on plain values alone: numbers, texts, lists, dicts. It builds nothing, so functions given to `map` may call it
/// in many threads at once.
#[derive(Clone, Copy)]
pub struct Plain {
    /// Help and examples.
    pub word: Word,
    /// What it gives.
    pub run: fn(&Args<'_>) -> Result<Arg, TypeError>,
}

/// An example: code, its columns, and what it gives.
const fn eg(code: &'static str, with: &'static str, gives: &'static str) -> Example {
    Example { code, with, gives }
}

/// What words build into.
pub struct Builder {
    /// The expressions so far.
    pub graph: Graph,
    /// The knobs.
    pub params: Params,
    /// How many unnamed states there are.
    pub(crate) states: usize,
    /// Whether a signal was used where Starlark needs true or false.
    pub(crate) truth_misused: bool,
    /// Where that was, when it was looked for.
    pub(crate) truth_place: Option<crate::Place>,
    /// The last statement of the first file that ended, when statements are followed.
    pub(crate) last_statement: Option<crate::Place>,
    /// Functions given to `map` in the file being read.
    pub(crate) waiting: crate::mapped::Waiting,
}

impl Builder {
    /// Nothing built yet.
    pub fn new(graph: Graph, params: Params) -> Self {
        Builder {
            graph,
            params,
            states: 0,
            truth_misused: false,
            truth_place: None,
            last_statement: None,
            waiting: Vec::new(),
        }
    }

    /// `arg` as a signal; numbers, truth values and texts become constants.
    ///
    /// # Errors
    /// When it is something else.
    pub fn signal(&mut self, arg: &Arg) -> Result<NodeId, TypeError> {
        match arg {
            Arg::Signal(id) => Ok(*id),
            Arg::Number(x) => self.graph.number(*x),
            Arg::Bool(b) => self.graph.number(f64::from(*b)),
            Arg::Text(t) => Ok(self.graph.text(t)),
            other => Err(TypeError::new(format!("expected a signal or a number, found {}", other.kind()))),
        }
    }
}

/// A column by its name, with its usual axis and kind when the data is not at hand.
///
/// # Errors
/// When the data has no such column.
pub fn column(b: &mut Builder, name: &str) -> Result<Arg, TypeError> {
    columns::column(b, name, None, None)
}

/// A scorer's call: signals for its inputs (their usual columns when not given), plain values for the rest.
///
/// # Errors
/// When an argument is unknown, missing, or not what it must be.
pub fn scorer(
    b: &mut Builder,
    scorer: &meed_score::Scorer,
    positional: Vec<Arg>,
    named: Vec<(String, Arg)>,
) -> Result<NodeId, TypeError> {
    crate::program::scorer(b, scorer, positional, named)
}

/// All words but scorers, by family.
pub fn all() -> impl Iterator<Item = &'static Def> {
    [
        columns::WORDS,
        elementwise::WORDS,
        reduce::WORDS,
        within::WORDS,
        scan::WORDS,
        moves::WORDS,
        pairs::WORDS,
        links::WORDS,
        vectors::WORDS,
        absent::WORDS,
        time::WORDS,
        chance::WORDS,
        gradient::WORDS,
    ]
    .into_iter()
    .flatten()
}

/// All words on plain values.
pub fn plain() -> impl Iterator<Item = &'static Plain> {
    texts::WORDS.iter().chain(queries::WORDS).chain(tables::WORDS)
}

/// The word written `name` in the given form.
pub fn find(name: &str, form: Form) -> Option<&'static Def> {
    all().find(|d| d.word.name == name && d.form == form)
}

/// How a word is called, from its name and arguments.
pub fn signature(word: &Word, form: Form) -> String {
    let names: Vec<&str> = word.args.iter().map(|a| a.name).collect();
    match (form, names.split_first()) {
        (Form::Method, Some((this, rest))) => format!("{this}.{}({})", word.name, rest.join(", ")),
        _ => format!("{}({})", word.name, names.join(", ")),
    }
}
