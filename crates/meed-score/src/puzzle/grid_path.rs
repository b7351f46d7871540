//! `grid_path`: a way through a grid with walls.

use std::collections::VecDeque;
use std::sync::Arc;

use meed_algebra::{Example, Family, Function, Reason, Word};
use serde_json::json;

use super::{ANSWER_ARG, Chance, MEASURE, MEASURE_ARG, Puzzle, TEXT_ARG, Task, said, task, texts};
use crate::error::ScoreError;
use crate::options::Options;
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "grid_path",
        family: Family::Puzzle,
        axes: "any axis → the same",
        summary: "1 when moves lead from S to G through no wall, in no more moves than allowed, else 0.",
        details: "The task is {\"grid\": [\"S.#\", \"..G\"], \"most\": 3}: rows of `.` and `#`, and the most moves there may be (any number, if it is not given). Moves are the letters U, D, L, R or the words up, down, left, right. A move into a wall or off the grid ends the way. \
\"progress\" is how much nearer to G, by the shortest way, the last legal place is than S: 0 to 1.",
        args: &[TEXT_ARG, ANSWER_ARG, MEASURE_ARG],
        examples: &[Example {
            code: r#"grid_path(measure="progress")"#,
            with: r#"{"text": [["D R R", "down, right", "RRD", "U"]], "answer": ["{\"grid\": [\"S.#\", \"..G\"]}"]}"#,
            gives: "[[1, 0.6666666666666666, 0.3333333333333333, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[MEASURE],
    build,
};

/// The puzzle.
pub const PUZZLE: Puzzle = Puzzle {
    name: "grid_path",
    scorer: "grid_path",
    summary: "find a shortest way through walls",
    task: make,
};

/// Cells a grid may have.
const MAX_CELLS: usize = 1_000_000;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let progress = options.choice("measure", &["solved", "progress"])? == "progress";
    Ok(per_answer(options, move |text, answer| {
        let task = task(answer)?;
        let grid = Grid::read(&texts(&task["grid"])?).ok_or(Reason::BadReference)?;
        let distances = grid.distances();
        let whole = distances[grid.start].ok_or(Reason::BadReference)?;
        let moves = moves(said(text));
        let mut at = grid.start;
        let mut legal = true;
        for step in &moves {
            match grid.step(at, *step) {
                Some(next) => at = next,
                None => {
                    legal = false;
                    break;
                }
            }
        }
        let few = task["most"].as_u64().is_none_or(|most| moves.len() as u64 <= most);
        let left = distances[at].unwrap_or(whole);
        Ok(if progress {
            (1.0 - left as f64 / whole.max(1) as f64).max(0.0)
        } else {
            f64::from(u8::from(legal && few && at == grid.goal))
        })
    }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Up,
    Down,
    Left,
    Right,
}

const STEPS: [(Step, char, &str); 4] = [
    (Step::Up, 'U', "UP"),
    (Step::Down, 'D', "DOWN"),
    (Step::Left, 'L', "LEFT"),
    (Step::Right, 'R', "RIGHT"),
];

/// The moves in a text: words that are moves, and words of move letters only.
fn moves(text: &str) -> Vec<Step> {
    let mut moves = Vec::new();
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()) {
        let word = word.to_uppercase();
        let letter = |c: char| STEPS.iter().find(|s| s.1 == c).map(|s| s.0);
        match STEPS.iter().find(|s| s.2 == word) {
            Some(step) => moves.push(step.0),
            None => moves.extend(word.chars().map(letter).collect::<Option<Vec<_>>>().unwrap_or_default()),
        }
    }
    moves
}

struct Grid {
    width: usize,
    open: Vec<bool>,
    start: usize,
    goal: usize,
}

impl Grid {
    fn read(rows: &[String]) -> Option<Grid> {
        let width = rows.first()?.chars().count();
        let cells: Vec<char> = rows.iter().flat_map(|row| row.chars()).collect();
        let place = |mark| cells.iter().position(|c| *c == mark);
        let even = rows.iter().all(|row| row.chars().count() == width);
        (even && cells.len() <= MAX_CELLS).then_some(())?;
        Some(Grid {
            width,
            open: cells.iter().map(|c| *c != '#').collect(),
            start: place('S')?,
            goal: place('G')?,
        })
    }

    fn step(&self, at: usize, step: Step) -> Option<usize> {
        let next = match step {
            Step::Up => at.checked_sub(self.width)?,
            Step::Down => at + self.width,
            Step::Left => (!at.is_multiple_of(self.width)).then(|| at - 1)?,
            Step::Right => (at % self.width + 1 < self.width).then_some(at + 1)?,
        };
        self.open.get(next).is_some_and(|open| *open).then_some(next)
    }

    /// The moves each place is from the goal.
    fn distances(&self) -> Vec<Option<usize>> {
        let mut distances = vec![None; self.open.len()];
        distances[self.goal] = Some(0);
        let mut queue = VecDeque::from([(self.goal, 0)]);
        while let Some((at, distance)) = queue.pop_front() {
            for (step, _, _) in STEPS {
                if let Some(next) = self.step(at, step).filter(|next| distances[*next].is_none()) {
                    distances[next] = Some(distance + 1);
                    queue.push_back((next, distance + 1));
                }
            }
        }
        distances
    }
}

/// Walls at random, opened along one way where they leave none.
fn make(chance: &mut Chance, level: usize) -> Task {
    let size = 3 + level;
    let mut cells = vec!['.'; size * size];
    cells.iter_mut().for_each(|cell| {
        if chance.below(10) < 4 {
            *cell = '#';
        }
    });
    let (mut row, mut column) = (0, 0);
    while (row, column) != (size - 1, size - 1) {
        cells[row * size + column] = '.';
        let down = column == size - 1 || row < size - 1 && chance.below(2) == 0;
        (row, column) = if down { (row + 1, column) } else { (row, column + 1) };
    }
    (cells[0], cells[size * size - 1]) = ('S', 'G');
    let rows: Vec<String> = cells.chunks(size).map(|row| row.iter().collect()).collect();
    let grid = Grid {
        width: size,
        open: cells.iter().map(|c| *c != '#').collect(),
        start: 0,
        goal: size * size - 1,
    };
    let distances = grid.distances();
    let mut at = grid.start;
    let mut way = String::new();
    while let Some(left) = distances[at].filter(|left| *left > 0) {
        let nearer = |(step, letter, _): (Step, char, &str)| {
            grid.step(at, step).filter(|next| distances[*next] == Some(left - 1)).map(|next| (next, letter))
        };
        let Some((next, letter)) = STEPS.into_iter().find_map(nearer) else { break };
        way.push(letter);
        at = next;
    }
    Task {
        prompt: format!(
            "Go from S to G in as few moves as possible; # is a wall.\n\n{}\n\nGive the moves as letters U, D, L, R in <answer></answer>.",
            rows.join("\n")
        ),
        answer: json!({"grid": rows, "most": way.len()}).to_string(),
        solution: way,
    }
}
