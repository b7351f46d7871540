//! `queens`: queens that do not attack each other.

use std::sync::Arc;

use meed_algebra::{Example, Family, Function, Reason, Word};
use serde_json::json;

use super::{ANSWER_ARG, Chance, MEASURE, MEASURE_ARG, Puzzle, TEXT_ARG, Task, said, task, whole_numbers};
use crate::error::ScoreError;
use crate::options::Options;
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "queens",
        family: Family::Puzzle,
        axes: "any axis → the same",
        summary: "1 when a queen stands in every row of a board and none attacks another, else 0.",
        details: "The task is {\"n\": 8, \"fixed\": [[row, column], …]}, counted from 1; fixed queens must be where they are. The response lists the column of the queen of each row, from 1: its last n numbers count. \
\"progress\" is the share of queens that no other attacks, 0 when a fixed one was moved.",
        args: &[TEXT_ARG, ANSWER_ARG, MEASURE_ARG],
        examples: &[Example {
            code: r#"queens(measure="progress")"#,
            with: r#"{"text": [["[2, 4, 1, 3]", "1 4 2 1", "3 1 4 2", "2 4"]], "answer": ["{\"n\": 4, \"fixed\": [[2, 4]]}"]}"#,
            gives: "[[1, 0.25, 0, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[MEASURE],
    build,
};

/// The puzzle.
pub const PUZZLE: Puzzle = Puzzle {
    name: "queens",
    scorer: "queens",
    summary: "place queens that do not attack each other",
    task: make,
};

/// The largest board.
const MAX_SIZE: usize = 1000;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let progress = options.choice("measure", &["solved", "progress"])? == "progress";
    Ok(per_answer(options, move |text, answer| {
        let task = task(answer)?;
        let n =
            task["n"].as_u64().filter(|n| (1..=MAX_SIZE as u64).contains(n)).ok_or(Reason::BadReference)?
                as usize;
        let fixed: Vec<Vec<usize>> = match task["fixed"].as_array() {
            Some(list) => list.iter().map(whole_numbers).collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        let said: Vec<usize> =
            said(text).split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        let Some(columns) = said.len().checked_sub(n).map(|from| &said[from..]) else { return Ok(0.0) };
        let kept = |queen: &Vec<usize>| match queen[..] {
            [row, column] if row >= 1 => columns.get(row - 1) == Some(&column),
            _ => false,
        };
        if !columns.iter().all(|c| (1..=n).contains(c)) || !fixed.iter().all(kept) {
            return Ok(0.0);
        }
        let attacked = |row: &usize| {
            (0..n).any(|other| {
                let apart = columns[*row].abs_diff(columns[other]);
                other != *row && (apart == 0 || apart == row.abs_diff(other))
            })
        };
        let free = n - (0..n).filter(attacked).count();
        Ok(if progress { free as f64 / n as f64 } else { f64::from(u8::from(free == n)) })
    }))
}

/// Even columns, then odd ones: a solution where the remainder by six is 0, 1, 4 or 5.
fn make(chance: &mut Chance, level: usize) -> Task {
    let n = [4, 5, 6, 7, 10, 11, 12, 13, 16, 17][level - 1];
    let mut columns: Vec<usize> =
        (1..=n).filter(|c| c % 2 == 0).chain((1..=n).filter(|c| c % 2 == 1)).collect();
    if chance.below(2) == 1 {
        columns.reverse();
    }
    if chance.below(2) == 1 {
        columns.iter_mut().for_each(|c| *c = n + 1 - *c);
    }
    let rows = chance.order(n);
    let fixed: Vec<[usize; 2]> = rows[..1 + n / 6].iter().map(|row| [row + 1, columns[*row]]).collect();
    let told: Vec<String> = fixed.iter().map(|[row, column]| format!("row {row}, column {column}")).collect();
    Task {
        prompt: format!(
            "Place {n} queens on a {n}×{n} board, one in every row, so that none attacks another. These stand already: {}. List the column of each row's queen, from 1, in <answer></answer>.",
            told.join("; ")
        ),
        answer: json!({"n": n, "fixed": fixed}).to_string(),
        solution: format!("{columns:?}"),
    }
}
