//! `logic_grid`: who has what, from clues.

use std::sync::Arc;

use meed_algebra::{Example, Family, Function, Reason, Word};
use serde_json::{Map, Value, json};

use super::{ANSWER_ARG, Chance, MEASURE, MEASURE_ARG, Puzzle, TEXT_ARG, Task, said, task};
use crate::error::ScoreError;
use crate::options::Options;
use crate::per_element::per_answer;
use crate::scorer::{ANSWER, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "logic_grid",
        family: Family::Puzzle,
        axes: "any axis → the same",
        summary: "1 when every person is given what a logic grid's solution gives them, else 0.",
        details: "The task is {\"solution\": {\"Ann\": [\"cat\", \"tea\"], …}}. The response is such a JSON object (values also as an object of attributes), or a line \"Ann: cat, tea\" for each person. Case does not count. \"progress\" is the share of things that are right.",
        args: &[TEXT_ARG, ANSWER_ARG, MEASURE_ARG],
        examples: &[Example {
            code: r#"logic_grid(measure="progress")"#,
            with: r#"{"text": [["Ann: cat, tea\nBob: dog, milk", "{\"Ann\": [\"cat\", \"milk\"], \"Bob\": {\"pet\": \"dog\", \"drink\": \"tea\"}}"]], "answer": ["{\"solution\": {\"Ann\": [\"cat\", \"tea\"], \"Bob\": [\"dog\", \"milk\"]}}"]}"#,
            gives: "[[1, 0.5]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[MEASURE],
    build,
};

/// The puzzle.
pub const PUZZLE: Puzzle = Puzzle {
    name: "logic_grid",
    scorer: "logic_grid",
    summary: "find out who has what from clues",
    task: make,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let progress = options.choice("measure", &["solved", "progress"])? == "progress";
    Ok(per_answer(options, move |text, answer| {
        let task = task(answer)?;
        let wanted =
            people(task["solution"].as_object().filter(|s| !s.is_empty()).ok_or(Reason::BadReference)?);
        let found = match serde_json::from_str::<Value>(said(text)) {
            Ok(Value::Object(object)) => people(&object),
            _ => said(text).lines().filter_map(line).collect(),
        };
        let (mut right, mut all, mut exact) = (0, 0, true);
        for (person, things) in &wanted {
            let given = found
                .iter()
                .rev()
                .find(|(name, _)| name == person)
                .map(|(_, things)| things.as_slice())
                .unwrap_or(&[]);
            right += things.iter().filter(|thing| given.contains(thing)).count().min(given.len());
            all += things.len();
            exact &= given.len() <= things.len();
        }
        // Naming everything for everybody is no answer.
        Ok(match (progress, exact) {
            (_, false) => 0.0,
            (true, _) => right as f64 / all.max(1) as f64,
            _ => f64::from(u8::from(right == all)),
        })
    }))
}

type People = Vec<(String, Vec<String>)>;

fn people(object: &Map<String, Value>) -> People {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_string).trim().to_lowercase();
    let things = |v: &Value| match v {
        Value::Array(list) => list.iter().map(text).collect(),
        Value::Object(named) => named.values().map(text).collect(),
        other => vec![text(other)],
    };
    object.iter().map(|(person, v)| (person.trim().to_lowercase(), things(v))).collect()
}

fn line(line: &str) -> Option<(String, Vec<String>)> {
    let (person, things) = line.split_once(':')?;
    let plain = |part: &str| part.trim().trim_matches(['-', '*', '.', ' ']).to_lowercase();
    Some((plain(person), things.split(',').map(plain).filter(|thing| !thing.is_empty()).collect()))
}

const PEOPLE: [&str; 4] = ["Ann", "Bob", "Cleo", "Dan"];
const KINDS: [(&str, [&str; 4]); 3] = [
    ("keeps the", ["cat", "dog", "parrot", "turtle"]),
    ("drinks", ["coffee", "milk", "tea", "water"]),
    ("lives in the", ["blue house", "green house", "red house", "white house"]),
];

/// Which thing of each kind each person has: `grid[kind][person]`.
type Grid = Vec<Vec<usize>>;

/// The person with `thing` of one kind has, or has not, `other` of another; kind 0 is the people themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clue {
    kind: usize,
    thing: usize,
    other_kind: usize,
    other: usize,
    is: bool,
}

impl Clue {
    fn holds(&self, grid: &Grid) -> bool {
        let person = match self.kind {
            0 => Some(self.thing),
            kind => grid[kind - 1].iter().position(|thing| *thing == self.thing),
        };
        person.is_some_and(|person| (grid[self.other_kind - 1][person] == self.other) == self.is)
    }

    fn told(&self) -> String {
        let has = |kind: usize, thing: usize| format!("{} {}", KINDS[kind - 1].0, KINDS[kind - 1].1[thing]);
        let who = match self.kind {
            0 => PEOPLE[self.thing].to_string(),
            kind => format!("whoever {}", has(kind, self.thing)),
        };
        let what = has(self.other_kind, self.other);
        if self.is {
            format!("It is true that {who} {what}.")
        } else {
            format!("It is not true that {who} {what}.")
        }
    }
}

/// A random grid, true clues until it is the only one, and then only those that are needed.
fn make(chance: &mut Chance, level: usize) -> Task {
    let people = if level <= 3 { 3 } else { 4 };
    let kinds = if level <= 6 { 2 } else { 3 };
    let truth: Grid = (0..kinds).map(|_| chance.order(people)).collect();
    let mut left = every_grid(people, kinds);
    let mut clues: Vec<Clue> = Vec::new();
    while left.len() > 1 {
        let kind = chance.below(kinds);
        let other_kind = kind + 1 + chance.below(kinds - kind);
        let clue = Clue {
            kind,
            thing: chance.below(people),
            other_kind,
            other: chance.below(people),
            is: chance.below(3) == 0,
        };
        let before = left.len();
        if clue.holds(&truth) {
            left.retain(|grid| clue.holds(grid));
            if left.len() < before {
                clues.push(clue);
            }
        }
    }
    let all = every_grid(people, kinds);
    for i in (0..clues.len()).rev() {
        let without: Vec<Clue> =
            clues.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, clue)| *clue).collect();
        if all.iter().filter(|grid| without.iter().all(|clue| clue.holds(grid))).nth(1).is_none() {
            clues = without;
        }
    }
    chance.shuffle(&mut clues);
    let things =
        |person: usize| -> Vec<&str> { (0..kinds).map(|kind| KINDS[kind].1[truth[kind][person]]).collect() };
    let solution: Map<String, Value> =
        (0..people).map(|person| (PEOPLE[person].to_string(), json!(things(person)))).collect();
    let lists: Vec<String> = KINDS[..kinds]
        .iter()
        .map(|(verb, things)| format!("{verb} one of {}", things[..people].join(", ")))
        .collect();
    Task {
        prompt: format!(
            "{} each {}; no two share anything.\n{}\nWho has what? Give a line \"name: thing, thing\" for each in <answer></answer>.",
            PEOPLE[..people].join(", "),
            lists.join(" and "),
            clues.iter().map(Clue::told).collect::<Vec<_>>().join("\n")
        ),
        answer: json!({"solution": solution}).to_string(),
        solution: (0..people)
            .map(|person| format!("{}: {}", PEOPLE[person], things(person).join(", ")))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

fn every_grid(people: usize, kinds: usize) -> Vec<Grid> {
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..people {
        let longer = |order: Vec<usize>| {
            (0..people)
                .filter(|i| !order.contains(i))
                .map(|i| [order.as_slice(), &[i]].concat())
                .collect::<Vec<_>>()
        };
        orders = orders.into_iter().flat_map(longer).collect();
    }
    let mut grids: Vec<Grid> = vec![Vec::new()];
    for _ in 0..kinds {
        let longer = |grid: Grid| {
            orders
                .iter()
                .map(|order| [grid.as_slice(), std::slice::from_ref(order)].concat())
                .collect::<Vec<_>>()
        };
        grids = grids.into_iter().flat_map(longer).collect();
    }
    grids
}
