//! `blocks`: stacks of blocks moved one by one.

use std::sync::Arc;

use meed_algebra::{Example, Family, Function, Reason, Word};
use serde_json::{Value, json};

use super::{ANSWER_ARG, Chance, MEASURE, MEASURE_ARG, Puzzle, TEXT_ARG, Task, said, task, texts};
use crate::error::ScoreError;
use crate::options::Options;
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "blocks",
        family: Family::Puzzle,
        axes: "any axis → the same",
        summary: "1 when moves of single blocks turn the stacks into the goal's, else 0.",
        details: "The task is {\"start\": [[\"A\", \"B\"], [\"C\"]], \"goal\": […]}: stacks from the bottom up, in any order. The response has a move a line, \"B to C\" or \"B to table\"; only the top block of a stack moves, onto the top of another or the table. A move against the rules ends the plan, and so does a line that is none. \
\"progress\" is the share of blocks that stand as in the goal, down to the table, after the last good move.",
        args: &[TEXT_ARG, ANSWER_ARG, MEASURE_ARG],
        examples: &[Example {
            code: r#"blocks(measure="progress")"#,
            with: r#"{"text": [["B to table\nA to C", "B to table", "A to C"]], "answer": ["{\"start\": [[\"A\", \"B\"], [\"C\"]], \"goal\": [[\"C\", \"A\"], [\"B\"]]}"]}"#,
            gives: "[[1, 0.6666666666666666, 0.3333333333333333]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[MEASURE],
    build,
};

/// The puzzle.
pub const PUZZLE: Puzzle = Puzzle {
    name: "blocks",
    scorer: "blocks",
    summary: "rebuild stacks of blocks, one move at a time",
    task: make,
};

type Stacks = Vec<Vec<String>>;

/// Blocks a task may have.
const MAX_BLOCKS: usize = 1000;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let progress = options.choice("measure", &["solved", "progress"])? == "progress";
    Ok(per_answer(options, move |text, answer| {
        let task = task(answer)?;
        let (mut stacks, goal) = (stacks(&task["start"])?, stacks(&task["goal"])?);
        let mut legal = true;
        for line in said(text).lines().filter(|line| !line.trim().is_empty()) {
            if apply(&mut stacks, line).is_none() {
                legal = false;
                break;
            }
        }
        let blocks = goal.iter().flatten().count().max(1);
        let right: usize = goal.iter().map(|goal| standing(&stacks, goal)).sum();
        Ok(if progress {
            right as f64 / blocks as f64
        } else {
            f64::from(u8::from(legal && right == blocks))
        })
    }))
}

fn stacks(value: &Value) -> Result<Stacks, Reason> {
    let stacks: Stacks =
        value.as_array().ok_or(Reason::BadReference)?.iter().map(texts).collect::<Result<_, _>>()?;
    if stacks.iter().flatten().count() > MAX_BLOCKS {
        return Err(Reason::TooLarge);
    }
    Ok(stacks.into_iter().filter(|stack| !stack.is_empty()).collect())
}

/// How many blocks of a goal's stack stand, from the table up.
fn standing(stacks: &Stacks, goal: &[String]) -> usize {
    let same = stacks.iter().find(|stack| stack[0] == goal[0]);
    same.map_or(0, |stack| stack.iter().zip(goal).take_while(|(a, b)| a == b).count())
}

fn apply(stacks: &mut Stacks, line: &str) -> Option<()> {
    let (block, to) = ["->", "→", " onto ", " to "].iter().find_map(|word| line.split_once(word))?;
    let plain = |part: &str| part.trim().trim_matches(['.', '*', '`']).trim().to_string();
    let (block, to) = (plain(block), plain(to));
    let block = block.strip_prefix("move ").or(block.strip_prefix("Move ")).unwrap_or(&block).trim();
    let to = to.strip_prefix("the ").unwrap_or(&to);
    let on_top = |name: &str| {
        stacks.iter().position(|stack| stack.last().is_some_and(|top| top.eq_ignore_ascii_case(name)))
    };
    let from = on_top(block)?;
    let target = if to.eq_ignore_ascii_case("table") {
        None
    } else {
        Some(on_top(to).filter(|target| *target != from)?)
    };
    let moved = stacks[from].pop()?;
    match target {
        Some(target) => stacks[target].push(moved),
        None => stacks.push(vec![moved]),
    }
    stacks.retain(|stack| !stack.is_empty());
    Some(())
}

/// Two ways to stack the same blocks; the plan takes all down and builds the goal.
fn make(chance: &mut Chance, level: usize) -> Task {
    let count = 3 + level / 2;
    let mut pile = |others: Option<&Stacks>| -> Stacks {
        loop {
            let mut stacks: Stacks = vec![Vec::new(); 2 + level / 4];
            for i in chance.order(count) {
                let at = chance.below(stacks.len());
                stacks[at].push(char::from(b'A' + i as u8).to_string());
            }
            stacks.retain(|stack| !stack.is_empty());
            let stands =
                |others: &Stacks| stacks.iter().map(|stack| standing(others, stack)).sum::<usize>() == count;
            if !others.is_some_and(stands) {
                return stacks;
            }
        }
    };
    let start = pile(None);
    let goal = pile(Some(&start));
    let down =
        start.iter().flat_map(|stack| stack[1..].iter().rev()).map(|block| format!("{block} to table"));
    let up = goal.iter().flat_map(|stack| stack.windows(2)).map(|pair| format!("{} to {}", pair[1], pair[0]));
    let solution: Vec<String> = down.chain(up).collect();
    let told = |stacks: &Stacks| stacks.iter().map(|stack| stack.join(" ")).collect::<Vec<_>>().join(" | ");
    Task {
        prompt: format!(
            "Blocks stand in stacks, from the bottom up: {}. Move one top block at a time, onto the top of another stack or the table, until they stand: {} (stacks in any order). List the moves, one a line, as \"B to C\" or \"B to table\", in <answer></answer>.",
            told(&start),
            told(&goal)
        ),
        answer: json!({"start": start, "goal": goal}).to_string(),
        solution: solution.join("\n"),
    }
}
