//! What a scorer is.

use std::collections::BTreeMap;
use std::sync::Arc;

use meed_algebra::{Function, Word};

use crate::error::ScoreError;
use crate::options::{Opt, OptionValue, Options};
use crate::{geometry, instruct, overlap, program, puzzle, siblings, structure, text, tools, verify};

/// A scorer, as data: how it is called, what it reads, and how its function is built.
#[derive(Debug, Clone, Copy)]
pub struct Scorer {
    /// Its help and examples.
    pub word: Word,
    /// The signals it reads, in the order [`Function::call`] takes them, all spread to one axis by the caller. Where they
    /// are written without names, those it cannot do without come first.
    pub inputs: &'static [Input],
    /// Its options, in the order they are written.
    pub options: &'static [Opt],
    /// Builds the function from checked options. [`Scorer::function`] checks them first.
    pub build: fn(&Options) -> Result<Arc<dyn Function>, ScoreError>,
}

/// A signal a scorer reads.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// The name of the argument.
    pub name: &'static str,
    /// The column it is when not given; empty where it is none.
    pub column: &'static str,
    /// Whether the scorer cannot do without it. In place of one it can do without, and which is not there, it gets
    /// an empty text; those at the end may be left out.
    pub required: bool,
}

/// Columns that hold the tests of a task: lists in them are one value, not elements of an axis.
const TESTS: [&str; 9] = [
    "test",
    "test_list",
    "test_imports",
    "test_setup_code",
    "input_output",
    "inputs",
    "outputs",
    "fn_name",
    "entry_point",
];

impl Input {
    /// The axis its column must be read on, where that matters.
    pub fn axis(&self) -> Option<&'static str> {
        TESTS.contains(&self.column).then_some("group")
    }
}

/// The response to score.
pub(crate) const TEXT: Input = Input { name: "text", column: "text", required: true };
/// The reference.
pub(crate) const ANSWER: Input = Input { name: "answer", column: "answer", required: true };

impl Scorer {
    /// The names of its inputs in the order they are written in: those it cannot do without first.
    pub fn written(&self) -> impl Iterator<Item = &'static str> {
        let of = |required| self.inputs.iter().filter(move |i| i.required == required).map(|i| i.name);
        of(true).chain(of(false))
    }

    /// The function for a call with these options.
    ///
    /// # Errors
    /// When an option is unknown, missing, or not what it must be.
    pub fn function(&self, given: BTreeMap<String, OptionValue>) -> Result<Arc<dyn Function>, ScoreError> {
        (self.build)(&Options::new(self.word.name, self.options, given)?)
    }
}

static ALL: [Scorer; 70] = [
    verify::math::SCORER,
    verify::answer_key::SCORER,
    verify::number::SCORER,
    verify::exact::SCORER,
    verify::matches::SCORER,
    verify::contains::SCORER,
    verify::exact_match::SCORER,
    verify::token_f1::SCORER,
    verify::cost_f1::SCORER,
    verify::choice::SCORER,
    verify::yes_no::SCORER,
    verify::numeric_match::SCORER,
    verify::list_match::SCORER,
    overlap::rouge::SCORER,
    overlap::bleu::SCORER,
    overlap::chrf::SCORER,
    overlap::ter::SCORER,
    overlap::meteor::SCORER,
    overlap::edit_similarity::SCORER,
    overlap::error_rate::SCORER,
    overlap::lcs::SCORER,
    overlap::jaccard::SCORER,
    overlap::keywords::SCORER,
    overlap::max_average::SCORER,
    overlap::length_ratio::SCORER,
    text::tags::SCORER,
    text::length::SCORER,
    text::repetition::SCORER,
    text::lexical_diversity::SCORER,
    text::language::SCORER,
    text::flesch::SCORER,
    text::smog::SCORER,
    text::coleman_liau::SCORER,
    text::readability_index::SCORER,
    text::gunning_fog::SCORER,
    siblings::group_similarity::SCORER,
    siblings::duplicates::SCORER,
    siblings::distinct_n::SCORER,
    siblings::novelty::SCORER,
    siblings::fingerprint::SCORER,
    siblings::tfidf::SCORER,
    siblings::bm25::SCORER,
    geometry::iou::SCORER,
    geometry::point_in_box::SCORER,
    geometry::polygon_area::SCORER,
    geometry::anls::SCORER,
    puzzle::countdown::SCORER,
    puzzle::sudoku::SCORER,
    puzzle::queens::SCORER,
    puzzle::grid_path::SCORER,
    puzzle::river::SCORER,
    puzzle::blocks::SCORER,
    puzzle::logic_grid::SCORER,
    puzzle::steps::SCORER,
    structure::grammar::SCORER,
    structure::json_schema::SCORER,
    structure::json_match::SCORER,
    structure::yaml::SCORER,
    structure::xml::SCORER,
    structure::table::SCORER,
    structure::fences::SCORER,
    instruct::ifeval::SCORER,
    tools::tool_calls::SCORER,
    tools::turns::SCORER,
    program::code_tests::SCORER,
    program::runs::SCORER,
    program::compiles::SCORER,
    program::line_edits::SCORER,
    program::sql::SCORER,
    program::sql_parts::SCORER,
];

/// Every scorer.
pub fn all() -> &'static [Scorer] {
    &ALL
}

/// The scorer with this name.
pub fn find(name: &str) -> Option<&'static Scorer> {
    ALL.iter().find(|scorer| scorer.word.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scorer_explains_itself() {
        for scorer in all() {
            let word = &scorer.word;
            assert!(std::ptr::eq(find(word.name).unwrap(), scorer), "two scorers are called {}", word.name);
            assert!(!word.summary.is_empty() && !word.examples.is_empty(), "{}", word.name);
            let documented: Vec<_> = word.args.iter().map(|a| a.name.split('=').next().unwrap()).collect();
            let taken: Vec<_> = scorer.written().chain(scorer.options.iter().map(|o| o.name)).collect();
            assert_eq!(documented, taken, "arguments of {}", word.name);
            for opt in scorer.options {
                let written = match opt.default.value() {
                    None => opt.name.to_string(),
                    Some(value) => format!("{}={value}", opt.name),
                };
                assert!(word.args.iter().any(|a| a.name == written), "{}: {written}", word.name);
            }
        }
    }
}
