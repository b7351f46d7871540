//! `river`: bring everything across without leaving together what must not be.

use std::collections::{HashMap, VecDeque};
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
        name: "river",
        family: Family::Puzzle,
        axes: "any axis → the same",
        summary: "1 when trips of a boat bring everything across a river and leave nothing alone with what it must not meet, else 0.",
        details: "The task is {\"items\": [...], \"apart\": [[a, b], …], \"boat\": 1}: what is to be brought, pairs that must not be on a bank without the ferryman, and how many the boat takes. \
The response is a list of trips, to and fro: JSON lists of items, or a line for each trip with its items and commas between them, or \"nothing\". A trip against the rules ends the plan. \"progress\" is the share of items across after the last good trip.",
        args: &[TEXT_ARG, ANSWER_ARG, MEASURE_ARG],
        examples: &[Example {
            code: "river()",
            with: r#"{"text": [["goat\nnothing\nwolf\ngoat\ncabbage\nnothing\ngoat", "[[\"wolf\"]]", "goat"]], "answer": ["{\"items\": [\"wolf\", \"goat\", \"cabbage\"], \"apart\": [[\"wolf\", \"goat\"], [\"goat\", \"cabbage\"]], \"boat\": 1}"]}"#,
            gives: "[[1, 0, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[MEASURE],
    build,
};

/// The puzzle.
pub const PUZZLE: Puzzle = Puzzle {
    name: "river",
    scorer: "river",
    summary: "bring everything across a river in a small boat",
    task: make,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let progress = options.choice("measure", &["solved", "progress"])? == "progress";
    Ok(per_answer(options, move |text, answer| {
        let river = River::read(&task(answer)?)?;
        let mut state = State { across: 0, ferryman_across: false };
        let mut legal = true;
        for trip in trips(said(text)) {
            match river.mask(&trip).and_then(|cargo| river.after(state, cargo)) {
                Some(next) => state = next,
                None => {
                    legal = false;
                    break;
                }
            }
        }
        let share = f64::from(state.across.count_ones()) / river.items.len() as f64;
        Ok(if progress { share } else { f64::from(u8::from(legal && state.across == river.all())) })
    }))
}

/// The items of each trip.
fn trips(text: &str) -> Vec<Vec<String>> {
    if let Ok(Value::Array(trips)) = serde_json::from_str(text) {
        let item = |v: &Value| v.as_str().unwrap_or("?").to_lowercase();
        return trips
            .iter()
            .map(|trip| trip.as_array().map_or(vec![item(trip)], |items| items.iter().map(item).collect()))
            .collect();
    }
    let items = |line: &str| {
        let items = line.split(',').map(|item| item.trim().to_lowercase());
        items.filter(|item| !item.is_empty() && item != "nothing").collect()
    };
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(items).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    across: u32,
    ferryman_across: bool,
}

struct River {
    items: Vec<String>,
    apart: Vec<u32>,
    boat: u32,
}

impl River {
    fn read(task: &Value) -> Result<River, Reason> {
        let items: Vec<String> = texts(&task["items"])?.iter().map(|item| item.to_lowercase()).collect();
        let boat = task["boat"].as_u64().ok_or(Reason::BadReference)?.min(32) as u32;
        if items.is_empty() || items.len() > 31 {
            return Err(Reason::BadReference);
        }
        let mut river = River { items, apart: Vec::new(), boat };
        for pair in task["apart"].as_array().ok_or(Reason::BadReference)? {
            let pair: Vec<String> = texts(pair)?.iter().map(|item| item.to_lowercase()).collect();
            let mask = river.mask(&pair).ok_or(Reason::BadReference)?;
            river.apart.push(mask);
        }
        Ok(river)
    }

    fn all(&self) -> u32 {
        (1 << self.items.len()) - 1
    }

    fn mask(&self, items: &[String]) -> Option<u32> {
        let bit = |item: &String| self.items.iter().position(|known| known == item).map(|at| 1u32 << at);
        items.iter().map(bit).try_fold(0, |mask, bit| bit.filter(|bit| mask & bit == 0).map(|bit| mask | bit))
    }

    /// What a trip leads to, if it keeps to the rules.
    fn after(&self, state: State, cargo: u32) -> Option<State> {
        let here = if state.ferryman_across { state.across } else { self.all() & !state.across };
        if cargo & !here != 0 || cargo.count_ones() > self.boat {
            return None;
        }
        let left = here & !cargo;
        let safe = self.apart.iter().all(|pair| pair & left != *pair);
        safe.then_some(State { across: state.across ^ cargo, ferryman_across: !state.ferryman_across })
    }

    /// The fewest trips that bring everything across.
    fn solve(&self) -> Option<Vec<u32>> {
        let start = State { across: 0, ferryman_across: false };
        let mut from: HashMap<State, (State, u32)> = HashMap::from([(start, (start, 0))]);
        let mut queue = VecDeque::from([start]);
        while let Some(mut state) = queue.pop_front() {
            if state.across == self.all() {
                let mut trips = Vec::new();
                while state != start {
                    let (before, cargo) = from[&state];
                    trips.push(cargo);
                    state = before;
                }
                trips.reverse();
                return Some(trips);
            }
            for cargo in 0..=self.all() {
                if let Some(next) = self.after(state, cargo)
                    && !from.contains_key(&next)
                {
                    from.insert(next, (state, cargo));
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

const NAMES: [&str; 12] =
    ["wolf", "goat", "cabbage", "fox", "hen", "corn", "dog", "cat", "mouse", "cheese", "lion", "lamb"];

/// Items of which some must not meet, and the smallest boat that will do.
fn make(chance: &mut Chance, level: usize) -> Task {
    let count = 3 + level / 3;
    let names: Vec<&str> = chance.order(NAMES.len()).into_iter().take(count).map(|i| NAMES[i]).collect();
    let mut apart = vec![[names[0], names[1]]];
    for i in 2..count {
        apart.push([names[chance.below(i)], names[i]]);
    }
    let task = |boat: usize| json!({"items": names, "apart": apart, "boat": boat});
    let solved = (1..=count).find_map(|boat| {
        let river = River::read(&task(boat)).ok()?;
        let trips = river.solve()?;
        let cargo =
            |mask: &u32| (0..count).filter(|i| mask >> i & 1 == 1).map(|i| names[i]).collect::<Vec<_>>();
        Some((boat, trips.iter().map(cargo).collect::<Vec<_>>()))
    });
    // A boat for all of them always does.
    let (boat, trips) = solved.unwrap_or((count, vec![names.clone()]));
    let pairs: Vec<String> = apart.iter().map(|[a, b]| format!("{a} and {b}")).collect();
    Task {
        prompt: format!(
            "A ferryman brings {} across a river. His boat takes {boat} of them besides him. Without him on their bank these must not be left together: {}. List the trips, to and fro, one a line: the items with commas between them, or \"nothing\". Put them in <answer></answer>.",
            names.join(", "),
            pairs.join("; ")
        ),
        answer: task(boat).to_string(),
        solution: json!(trips).to_string(),
    }
}
