//! Rules on a list of numbers: sorting, moving, changing, step by step.

use serde_json::json;

use super::{Chance, Puzzle, Task};

/// The puzzle; its scorer is [`steps`](super::steps).
pub const PUZZLE: Puzzle = Puzzle {
    name: "rules",
    scorer: "steps",
    summary: "apply rules to a list of numbers, every step shown",
    task: make,
};

#[derive(Debug, Clone, Copy)]
enum Rule {
    SwapEnds,
    Reverse,
    AddToLargest(i64),
    DoubleSmallest,
    SortByLastDigit,
    RotateLeft(usize),
    SwapFirstDescent,
    NegateOdd,
}

impl Rule {
    fn pick(chance: &mut Chance) -> Rule {
        match chance.below(8) {
            0 => Rule::SwapEnds,
            1 => Rule::Reverse,
            2 => Rule::AddToLargest(1 + chance.below(9) as i64),
            3 => Rule::DoubleSmallest,
            4 => Rule::SortByLastDigit,
            5 => Rule::RotateLeft(1 + chance.below(2)),
            6 => Rule::SwapFirstDescent,
            _ => Rule::NegateOdd,
        }
    }

    /// The list is not empty.
    fn apply(self, list: &mut [i64]) {
        let n = list.len();
        // The first of several equal ones.
        let first =
            |list: &[i64], wanted: Option<i64>| list.iter().position(|x| Some(*x) == wanted).unwrap_or(0);
        match self {
            Rule::SwapEnds => list.swap(0, n - 1),
            Rule::Reverse => list.reverse(),
            Rule::AddToLargest(by) => list[first(list, list.iter().max().copied())] += by,
            Rule::DoubleSmallest => list[first(list, list.iter().min().copied())] *= 2,
            Rule::SortByLastDigit => list.sort_by_key(|x| x.abs() % 10),
            Rule::RotateLeft(by) => list.rotate_left(by % n),
            Rule::SwapFirstDescent => {
                if let Some(at) = list.windows(2).position(|pair| pair[0] > pair[1]) {
                    list.swap(at, at + 1);
                }
            }
            Rule::NegateOdd => list.iter_mut().filter(|x| **x % 2 != 0).for_each(|x| *x = -*x),
        }
    }

    fn told(self) -> String {
        match self {
            Rule::SwapEnds => "swap the first and the last number".into(),
            Rule::Reverse => "reverse the list".into(),
            Rule::AddToLargest(by) => format!("add {by} to the largest number (the first of several)"),
            Rule::DoubleSmallest => "double the smallest number (the first of several)".into(),
            Rule::SortByLastDigit => "sort by the last digit, smallest first, without regard to signs; equal ones keep their order".into(),
            Rule::RotateLeft(by) => format!("move the first {by} to the end"),
            Rule::SwapFirstDescent => "from the left, find the first number larger than the next and swap the two; if there is none, change nothing".into(),
            Rule::NegateOdd => "change the sign of every odd number".into(),
        }
    }
}

fn make(chance: &mut Chance, level: usize) -> Task {
    let mut list: Vec<i64> = (0..3 + level).map(|_| 1 + chance.below(50) as i64).collect();
    let rules: Vec<Rule> = (0..1 + level).map(|_| Rule::pick(chance)).collect();
    let start = format!("{list:?}");
    let process: Vec<Vec<i64>> = rules
        .iter()
        .map(|rule| {
            rule.apply(&mut list);
            list.clone()
        })
        .collect();
    let told: Vec<String> = rules.iter().zip(1..).map(|(rule, i)| format!("{i}. {}", rule.told())).collect();
    let answer = json!({"answer": list, "process": process}).to_string();
    Task {
        prompt: format!(
            "Start with {start} and apply these rules in order:\n{}\nGive {{\"answer\": final list, \"process\": [list after each rule]}} in <answer></answer>.",
            told.join("\n")
        ),
        solution: answer.clone(),
        answer,
    }
}
