//! Commands, each in a file of its own.

mod check;
mod common;
mod diff;
mod fit;
mod highlight;
mod math;
mod plot;
mod puzzle;
mod recipe;
mod sandbox;
mod score;
mod summary;
mod words;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

/// Rewards, advantages and preference pairs from rollouts.
#[derive(Parser)]
#[command(name = "meed", version, about, disable_help_subcommand = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Scores rollouts with a spec.
    Score(Box<score::Score>),
    /// Fits the learnable params of a spec.
    Fit(Box<fit::Fit>),
    /// Compares two specs on the same rollouts.
    Diff(Box<diff::Diff>),
    /// Checks a spec and says what it needs.
    Check(Box<check::Check>),
    /// The words of the language.
    Words(words::Words),
    /// What a word does, with examples.
    Help(words::Help),
    /// Compares an answer with the reference and explains the verdict.
    Math(math::Math),
    /// Makes tasks of a puzzle that its scorer checks; lists the puzzles without a name.
    Puzzle(puzzle::Puzzle),
    /// Published systems as specs: list, show and test them.
    #[command(subcommand)]
    Recipe(recipe::Recipe),
    /// Running untrusted programs: what this machine can do.
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
}

/// How a command ended, when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As asked.
    Good,
    /// It ran, and what it checked is not good.
    Bad,
}

/// Runs the command of these arguments, the program's name first. 0: done; 1: what was checked is not good; 2: it
/// could not be done.
pub fn run(args: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(said) => {
            // Help and versions are "errors" too. Where nobody listens there is nothing to say.
            let _ = said.print();
            return said.exit_code() as u8;
        }
    };
    let outcome = match cli.command {
        Command::Score(command) => command.run(),
        Command::Fit(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Words(command) => command.run(),
        Command::Help(command) => command.run(),
        Command::Math(command) => command.run(),
        Command::Puzzle(command) => command.run(),
        Command::Recipe(command) => command.run(),
        Command::Sandbox(command) => command.run(),
    };
    match outcome {
        Ok(Outcome::Good) => 0,
        Ok(Outcome::Bad) => 1,
        Err(error) => {
            // A closed pipe (`meed words | head`) is the reader's way of saying it has seen enough.
            if error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
            {
                return 0;
            }
            let text = causes(&error);
            let prefix = if text.starts_with("error") { "" } else { "error: " };
            eprintln!("{prefix}{text}");
            2
        }
    }
}

/// An error and its causes on one line; what an error already says of its cause is not said again.
fn causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |text, cause| match text.is_empty() {
        true => cause,
        false if text.ends_with(&cause) => text,
        false => format!("{text}: {cause}"),
    })
}
