//! Puzzles and games: exact checkers of answers, and tasks made from a seed.
//!
//! A task is a prompt and an answer column; the answer is JSON, and the checker of that puzzle reads it. Checkers
//! never search: they follow the response and say whether, or how far, it keeps to the rules.

pub mod blocks;
pub mod cipher;
pub mod countdown;
pub mod grid_path;
pub mod logic_grid;
pub mod queens;
pub mod river;
pub mod rules;
pub mod steps;
pub mod sudoku;

mod chance;

pub use chance::Chance;

use meed_algebra::{Arg, Reason};
use serde_json::Value;

use crate::options::{Default, Opt};

/// A task of a puzzle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What is asked, answer format included.
    pub prompt: String,
    /// The `answer` column: JSON for the puzzle's scorer.
    pub answer: String,
    /// A response that the scorer gives 1: the puzzle can be solved.
    pub solution: String,
}

/// A puzzle that makes tasks.
#[derive(Debug, Clone, Copy)]
pub struct Puzzle {
    /// Its name.
    pub name: &'static str,
    /// The name of the scorer that checks it.
    pub scorer: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// Makes a task of a level, from 1.
    pub task: fn(&mut Chance, usize) -> Task,
}

impl Puzzle {
    /// Task `index` of a level (1 to [`MAX_LEVEL`]): the same for the same seed on every machine.
    pub fn make(&self, seed: u64, index: u64, level: usize) -> Task {
        let mut chance = Chance::new(seed, self.name, index, level as u64);
        (self.task)(&mut chance, level.clamp(1, MAX_LEVEL))
    }
}

/// The hardest level.
pub const MAX_LEVEL: usize = 10;

/// Every puzzle that makes tasks.
pub fn all() -> &'static [Puzzle] {
    &[
        countdown::PUZZLE,
        sudoku::PUZZLE,
        queens::PUZZLE,
        grid_path::PUZZLE,
        river::PUZZLE,
        blocks::PUZZLE,
        logic_grid::PUZZLE,
        cipher::PUZZLE,
        rules::PUZZLE,
    ]
}

const TEXT_ARG: Arg = Arg { name: "text", help: "the response; its last <answer> block, if it has one" };
const ANSWER_ARG: Arg = Arg { name: "answer", help: "the task, as JSON" };
const MEASURE: Opt = Opt { name: "measure", default: Default::Text("solved"), help: MEASURE_ARG.help };
const MEASURE_ARG: Arg =
    Arg { name: "measure=\"solved\"", help: "\"solved\" (0 or 1) or \"progress\" (the share that is right)" };

/// The part of a response that is its answer.
fn said(text: &str) -> &str {
    crate::said::tag(text).unwrap_or(text).trim()
}

/// The task in the answer column.
fn task(answer: &str) -> Result<Value, Reason> {
    serde_json::from_str(answer).map_err(|_| Reason::BadReference)
}

/// A list of whole numbers from 0 in a task.
fn whole_numbers(value: &Value) -> Result<Vec<usize>, Reason> {
    let number = |v: &Value| v.as_u64().map(|x| x as usize);
    value.as_array().and_then(|list| list.iter().map(number).collect()).ok_or(Reason::BadReference)
}

/// A list of texts in a task.
fn texts(value: &Value) -> Result<Vec<String>, Reason> {
    let text = |v: &Value| v.as_str().map(str::to_string);
    value.as_array().and_then(|list| list.iter().map(text).collect()).ok_or(Reason::BadReference)
}

#[cfg(test)]
mod tests {
    use meed_algebra::{Slice, Values};

    use super::*;

    fn score(name: &str, measure: &str, text: &str, answer: &str) -> f64 {
        let function =
            crate::find(name).unwrap().function([("measure".to_string(), measure.into())].into()).unwrap();
        let args = [Slice::Texts(&[Ok(text.into())]), Slice::Texts(&[Ok(answer.into())])];
        match function.call(&args, 1).unwrap() {
            Values::Numbers(scores) => scores[0],
            _ => panic!("{name} gives texts"),
        }
    }

    #[test]
    fn every_task_can_be_solved_and_is_made_again_from_its_seed() {
        for puzzle in all() {
            for level in 1..=MAX_LEVEL {
                for index in 0..20 {
                    let task = puzzle.make(7, index, level);
                    for measure in ["solved", "progress"] {
                        let value = score(puzzle.scorer, measure, &task.solution, &task.answer);
                        assert_eq!(value, 1.0, "{} {level} {index} {measure}\n{task:?}", puzzle.name);
                        let wrapped = format!("Let me see… <answer>{}</answer>", task.solution);
                        assert_eq!(
                            score(puzzle.scorer, measure, &wrapped, &task.answer),
                            1.0,
                            "{}",
                            puzzle.name
                        );
                    }
                    for bad in
                        ["", "42", "I do not know", "{}", "[[]]", &task.prompt, "\u{1f}[1,", "((((", "U U U"]
                    {
                        assert_eq!(
                            score(puzzle.scorer, "solved", bad, &task.answer),
                            0.0,
                            "{} {bad}\n{task:?}",
                            puzzle.name
                        );
                        let progress = score(puzzle.scorer, "progress", bad, &task.answer);
                        assert!((0.0..=1.0).contains(&progress), "{} {bad} {progress}", puzzle.name);
                    }
                    assert_eq!(task, puzzle.make(7, index, level));
                }
            }
            assert_ne!(puzzle.make(7, 0, 5), puzzle.make(8, 0, 5), "{}", puzzle.name);
            let bad = score(puzzle.scorer, "solved", "1", "not a task");
            assert_eq!(meed_algebra::absent::reason_of(bad), Some(Reason::BadReference), "{}", puzzle.name);
        }
    }
}
