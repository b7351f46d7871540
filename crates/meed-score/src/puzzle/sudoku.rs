//! `sudoku`: a grid filled by the rules.

use std::sync::Arc;

use meed_algebra::{Example, Family, Function, Reason, Word};
use serde_json::json;

use super::{ANSWER_ARG, Chance, MEASURE, MEASURE_ARG, Puzzle, TEXT_ARG, Task, said, task};
use crate::error::ScoreError;
use crate::options::Options;
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "sudoku",
        family: Family::Puzzle,
        axes: "any axis → the same",
        summary: "1 when a sudoku is filled by the rules and its given cells are kept, else 0.",
        details: "The task is {\"grid\": \"…\"}: 81 cells (or 16, for the digits 1 to 4) row by row, `.` or 0 for an empty one. Of the response, lines of digits and marks of a grid count. Any solution is right. \
\"progress\" is the share of empty cells filled without a conflict in row, column or box; a given cell that was changed makes it 0.",
        args: &[TEXT_ARG, ANSWER_ARG, MEASURE_ARG],
        examples: &[
            Example {
                code: "sudoku()",
                with: r#"{"text": [["1234\n3412\n2143\n4321", "1234 3412 2143 4312", "12"]], "answer": ["{\"grid\": \"1.3.3..22..3.3..\"}"]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: r#"sudoku(measure="progress")"#,
                with: r#"{"text": [["1234\n3412\n2143\n4321", "1234\n3412\n2143\n4312"]], "answer": ["{\"grid\": \"1.3.3..22..3..2.\"}"]}"#,
                gives: "[[1, 0]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER],
    options: &[MEASURE],
    build,
};

/// The puzzle.
pub const PUZZLE: Puzzle =
    Puzzle { name: "sudoku", scorer: "sudoku", summary: "fill a grid of digits", task: make };

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let progress = options.choice("measure", &["solved", "progress"])? == "progress";
    Ok(per_answer(options, move |text, answer| {
        let task = task(answer)?;
        let given: Vec<usize> = task["grid"]
            .as_str()
            .ok_or(Reason::BadReference)?
            .chars()
            .map(|c| c.to_digit(10).unwrap_or(0) as usize)
            .collect();
        let size = match given.len() {
            81 => 9,
            16 => 4,
            _ => return Err(Reason::BadReference),
        };
        let filled = cells(said(text));
        let kept = |(given, filled): (&usize, &usize)| *given == 0 || given == filled;
        if filled.len() != given.len() || !given.iter().zip(&filled).all(kept) {
            return Ok(0.0);
        }
        let empty: Vec<usize> = (0..given.len()).filter(|at| given[*at] == 0).collect();
        let right = empty.iter().filter(|at| fits(&filled, size, **at)).count();
        let all = (0..filled.len()).all(|at| fits(&filled, size, at));
        Ok(if progress { right as f64 / empty.len().max(1) as f64 } else { f64::from(u8::from(all)) })
    }))
}

/// The cells of a grid as it is written.
fn cells(text: &str) -> Vec<usize> {
    let grid = |line: &&str| line.chars().all(|c| c.is_ascii_digit() || " .,|[]+-_\"".contains(c));
    let cell = |c: char| c.to_digit(10).map(|d| d as usize).or((c == '.' || c == '_').then_some(0));
    text.lines().filter(grid).flat_map(str::chars).filter_map(cell).collect()
}

/// Whether a cell is filled and conflicts with no other.
fn fits(cells: &[usize], size: usize, at: usize) -> bool {
    let side = if size == 9 { 3 } else { 2 };
    let (row, column) = (at / size, at % size);
    let meets = |other: usize| {
        let (r, c) = (other / size, other % size);
        r == row || c == column || (r / side, c / side) == (row / side, column / side)
    };
    (1..=size).contains(&cells[at])
        && (0..cells.len()).all(|other| other == at || cells[other] != cells[at] || !meets(other))
}

/// A solved grid, its digits, bands and stacks in any order, with cells taken out.
fn make(chance: &mut Chance, level: usize) -> Task {
    let size = if level <= 2 { 4 } else { 9 };
    let side = if size == 9 { 3 } else { 2 };
    let digits = chance.order(size);
    let mut lines = || {
        let bands = chance.order(side);
        bands
            .into_iter()
            .flat_map(|band| chance.order(side).into_iter().map(move |line| band * side + line))
            .collect::<Vec<_>>()
    };
    let (rows, columns) = (lines(), lines());
    let value = |r: usize, c: usize| digits[(side * (r % side) + r / side + c) % size] + 1;
    let solved: Vec<usize> = rows.iter().flat_map(|r| columns.iter().map(|c| value(*r, *c))).collect();
    let mut grid = solved.clone();
    let gone = (size * size * (2 + level)) / 20;
    chance.order(size * size).into_iter().take(gone).for_each(|at| grid[at] = 0);
    let line = |cells: &[usize]| {
        cells.iter().map(|d| if *d == 0 { ".".to_string() } else { d.to_string() }).collect::<String>()
    };
    let lines = |cells: &[usize]| cells.chunks(size).map(line).collect::<Vec<_>>().join("\n");
    Task {
        prompt: format!(
            "Fill the empty cells so that every row, column and {side}×{side} box has the digits 1 to {size} once.\n\n{}\n\nGive the grid, a row a line, in <answer></answer>.",
            lines(&grid)
        ),
        answer: json!({"grid": line(&grid)}).to_string(),
        solution: lines(&solved),
    }
}
