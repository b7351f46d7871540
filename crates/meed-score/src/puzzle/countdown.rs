//! `countdown`: reach a number with some numbers and the four operations (24, Countdown).

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
        name: "countdown",
        family: Family::Puzzle,
        axes: "any axis → the same",
        summary: "1 when an expression reaches the target with the numbers given, each used once at most, else 0.",
        details: "The task is {\"numbers\": [...], \"target\": n, \"all\": true} (all: each number exactly once). The expression has + - * / (also × ÷ −) and brackets and may end with \"= n\"; the last line that is one counts. Arithmetic is exact. \
\"progress\" is 0.5 for an expression that keeps to the numbers and misses the target.",
        args: &[TEXT_ARG, ANSWER_ARG, MEASURE_ARG],
        examples: &[Example {
            code: "countdown()",
            with: r#"{"text": [["(1 + 3) * 6 = 24", "<answer>6 / (1 - 3/4)</answer>", "4 * 6", "24"]], "answer": ["{\"numbers\": [1, 3, 4, 6], \"target\": 24, \"all\": true}"]}"#,
            gives: "[[0, 1, 0, 0]]",
        }],
    },
    inputs: &[TEXT, ANSWER],
    options: &[MEASURE],
    build,
};

/// The puzzle.
pub const PUZZLE: Puzzle = Puzzle {
    name: "countdown",
    scorer: "countdown",
    summary: "reach a number with + - * / and some numbers",
    task: make,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let progress = options.choice("measure", &["solved", "progress"])? == "progress";
    Ok(per_answer(options, move |text, answer| {
        let task = task(answer)?;
        let numbers = whole_numbers(&task["numbers"])?;
        let target = task["target"].as_i64().ok_or(Reason::BadReference)?;
        let all = task["all"].as_bool().unwrap_or(false);
        let lines = said(text).lines().rev();
        let Some((value, used)) = lines.filter_map(evaluate).next() else { return Ok(0.0) };
        if !keeps_to(&used, &numbers, all) {
            return Ok(0.0);
        }
        Ok(match value == (Ratio { top: target.into(), bottom: 1 }) {
            true => 1.0,
            false if progress => 0.5,
            false => 0.0,
        })
    }))
}

fn keeps_to(used: &[i128], numbers: &[usize], all: bool) -> bool {
    let mut left: Vec<i128> = numbers.iter().map(|n| *n as i128).collect();
    let had = used.iter().all(|n| left.iter().position(|m| m == n).map(|at| left.swap_remove(at)).is_some());
    had && (!all || left.is_empty())
}

/// A fraction in lowest terms, its bottom positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ratio {
    top: i128,
    bottom: i128,
}

impl Ratio {
    fn new(top: i128, bottom: i128) -> Option<Ratio> {
        if bottom == 0 {
            return None;
        }
        let (mut a, mut b) = (top.checked_abs()?, bottom.checked_abs()?);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let sign = bottom.signum();
        Some(Ratio { top: sign * top / a.max(1), bottom: sign * bottom / a.max(1) })
    }

    fn combine(self, operator: u8, other: Ratio) -> Option<Ratio> {
        let (a, b, c, d) = (self.top, self.bottom, other.top, other.bottom);
        match operator {
            b'+' => Ratio::new(a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?, b.checked_mul(d)?),
            b'-' => Ratio::new(a.checked_mul(d)?.checked_sub(c.checked_mul(b)?)?, b.checked_mul(d)?),
            b'*' => Ratio::new(a.checked_mul(c)?, b.checked_mul(d)?),
            _ => Ratio::new(a.checked_mul(d)?, b.checked_mul(c)?),
        }
    }
}

/// The value of a line's expression and the numbers in it; a line of one number only is none.
fn evaluate(line: &str) -> Option<(Ratio, Vec<i128>)> {
    let plain = line.replace(['×', '·'], "*").replace('÷', "/").replace(['−', '–'], "-");
    let plain = plain.trim().trim_matches(['$', '`', '.', ' ']);
    let side = plain.split('=').next()?;
    if side.len() > 4096 || !side.bytes().any(|b| b"+-*/".contains(&b)) {
        return None;
    }
    let mut parser =
        Parser { bytes: side.bytes().filter(|b| *b != b' ').collect(), at: 0, numbers: Vec::new(), depth: 0 };
    let value = parser.sum()?;
    (parser.at == parser.bytes.len()).then_some((value, parser.numbers))
}

struct Parser {
    bytes: Vec<u8>,
    at: usize,
    numbers: Vec<i128>,
    depth: usize,
}

impl Parser {
    fn next_of(&mut self, operators: &[u8]) -> Option<u8> {
        let next = self.bytes.get(self.at).copied().filter(|b| operators.contains(b))?;
        self.at += 1;
        Some(next)
    }

    fn sum(&mut self) -> Option<Ratio> {
        let mut value = self.product()?;
        while let Some(operator) = self.next_of(b"+-") {
            value = value.combine(operator, self.product()?)?;
        }
        Some(value)
    }

    fn product(&mut self) -> Option<Ratio> {
        let mut value = self.atom()?;
        while let Some(operator) = self.next_of(b"*/") {
            value = value.combine(operator, self.atom()?)?;
        }
        Some(value)
    }

    fn atom(&mut self) -> Option<Ratio> {
        if self.next_of(b"(").is_some() {
            self.depth += 1;
            let value = if self.depth > 100 { None } else { self.sum() }?;
            self.depth -= 1;
            return self.next_of(b")").map(|_| value);
        }
        let digits = self.bytes[self.at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let number = std::str::from_utf8(&self.bytes[self.at..self.at + digits]).ok()?.parse::<i64>().ok()?;
        self.at += digits;
        self.numbers.push(number.into());
        Ratio::new(number.into(), 1)
    }
}

/// Numbers whose chain of operations stays whole gives the target.
fn make(chance: &mut Chance, level: usize) -> Task {
    let count = 3 + level / 2;
    let mut numbers: Vec<usize> = (0..count).map(|_| 1 + chance.below(10 + 5 * level)).collect();
    let (mut value, mut text) = (numbers[0] as i64, numbers[0].to_string());
    for n in &numbers[1..] {
        let n = *n as i64;
        let mut choices = vec!['+'];
        if value > n {
            choices.push('-');
        }
        if value * n < 10_000 {
            choices.push('*');
        }
        if value % n == 0 && value != 0 {
            choices.push('/');
        }
        let operator = *chance.pick(&choices);
        value = match operator {
            '+' => value + n,
            '-' => value - n,
            '*' => value * n,
            _ => value / n,
        };
        text = format!("({text} {operator} {n})");
    }
    chance.shuffle(&mut numbers);
    Task {
        prompt: format!(
            "Use each of the numbers {numbers:?} exactly once, with + - * / and brackets, to make {value}. Give the expression in <answer></answer>."
        ),
        answer: json!({"numbers": numbers, "target": value, "all": true}).to_string(),
        solution: text,
    }
}
