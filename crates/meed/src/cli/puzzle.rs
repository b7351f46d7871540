//! `meed puzzle`: tasks with exact checkers, made from a seed.

use std::io::{BufWriter, Write};

use anyhow::{Result, bail};
use clap::Args;
use meed_score::puzzle;
use serde_json::json;

use super::Outcome;

/// Makes tasks of a puzzle.
#[derive(Args)]
pub struct Puzzle {
    /// The puzzle; without it they are listed.
    name: Option<String>,
    /// How hard, from 1 to 10.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=puzzle::MAX_LEVEL as u64))]
    level: u64,
    /// How many tasks.
    #[arg(long, default_value_t = 10)]
    count: u64,
    /// The same seed gives the same tasks.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Add a `response` that solves each task.
    #[arg(long)]
    solve: bool,
}

impl Puzzle {
    pub fn run(self) -> Result<Outcome> {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let Some(name) = &self.name else {
            for puzzle in puzzle::all() {
                writeln!(out, "{:12} {} (scorer `{}`)", puzzle.name, puzzle.summary, puzzle.scorer)?;
            }
            out.flush()?;
            return Ok(Outcome::Good);
        };
        let Some(puzzle) = puzzle::all().iter().find(|puzzle| puzzle.name == name) else {
            let names: Vec<&str> = puzzle::all().iter().map(|puzzle| puzzle.name).collect();
            bail!("there is no puzzle `{name}`; there are {}", names.join(", "));
        };
        for index in 0..self.count {
            let task = puzzle.make(self.seed, index, self.level as usize);
            let mut row = json!({
                "task": format!("{name}-{}-{}-{index}", self.level, self.seed),
                "prompt": task.prompt,
                "answer": task.answer,
                "puzzle": name,
                "level": self.level,
            });
            if self.solve {
                row["response"] = task.solution.into();
            }
            writeln!(out, "{row}")?;
        }
        out.flush()?;
        Ok(Outcome::Good)
    }
}
