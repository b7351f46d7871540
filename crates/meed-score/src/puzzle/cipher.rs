//! Ciphers: a text is written with several ciphers, one after the other, and read back step by step.

use serde_json::json;

use super::{Chance, Puzzle, Task};

/// The puzzle; its scorer is [`steps`](super::steps).
pub const PUZZLE: Puzzle = Puzzle {
    name: "cipher",
    scorer: "steps",
    summary: "undo ciphers in order, every step shown",
    task: make,
};

const WORDS: [&str; 16] = [
    "river", "stone", "window", "garden", "silver", "market", "planet", "bridge", "candle", "forest",
    "harbor", "mirror", "orange", "pocket", "rocket", "summer",
];

#[derive(Debug, Clone, Copy)]
enum Cipher {
    Shift(usize),
    Reverse,
    Mirror,
    Swap,
}

impl Cipher {
    fn write(self, text: &str) -> String {
        let letter = |c: char, f: &dyn Fn(usize) -> usize| match c {
            'a'..='z' => char::from(b'a' + (f((c as u8 - b'a') as usize) % 26) as u8),
            other => other,
        };
        match self {
            Cipher::Shift(by) => text.chars().map(|c| letter(c, &|n| n + by)).collect(),
            Cipher::Mirror => text.chars().map(|c| letter(c, &|n| 25 - n)).collect(),
            Cipher::Reverse => text.chars().rev().collect(),
            Cipher::Swap => {
                let mut chars: Vec<char> = text.chars().collect();
                chars.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
                chars.into_iter().collect()
            }
        }
    }

    fn told(self) -> String {
        match self {
            Cipher::Shift(by) => {
                format!("every letter was moved {by} places on in the alphabet (z goes on with a)")
            }
            Cipher::Reverse => "the text was written backwards".into(),
            Cipher::Mirror => "a became z, b became y, and so on".into(),
            Cipher::Swap => {
                "the 1st and 2nd character changed places, so did the 3rd and 4th, and so on".into()
            }
        }
    }
}

fn make(chance: &mut Chance, level: usize) -> Task {
    let words: Vec<&str> = (0..1 + level / 3).map(|_| *chance.pick(&WORDS)).collect();
    let ciphers: Vec<Cipher> = (0..1 + level / 2)
        .map(|_| match chance.below(4) {
            0 => Cipher::Reverse,
            1 => Cipher::Mirror,
            2 => Cipher::Swap,
            _ => Cipher::Shift(1 + chance.below(25)),
        })
        .collect();
    let plain = words.join(" ");
    let mut written = vec![plain.clone()];
    for cipher in &ciphers {
        let next = cipher.write(&written[written.len() - 1]);
        written.push(next);
    }
    let secret = written.pop().unwrap_or_default();
    written.reverse();
    let told: Vec<String> =
        ciphers.iter().zip(1..).map(|(cipher, i)| format!("{i}. {}", cipher.told())).collect();
    let answer = json!({"answer": plain, "process": written}).to_string();
    Task {
        prompt: format!(
            "A text was enciphered, in this order:\n{}\nThe result is \"{secret}\". Undo the steps from the last to the first. Give {{\"answer\": text, \"process\": [text after undoing each step]}} in <answer></answer>.",
            told.join("\n")
        ),
        solution: answer.clone(),
        answer,
    }
}
