//! `meed math`: two answers compared, with the reasons.

use std::io::{Read, Write};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use meed_math::{Extract, Options, Side, Undecided, Units, Verdict, explain};

use super::Outcome;

/// Compares an answer with the reference and explains the verdict. Exit code 0: equal; 1: different or undecided.
#[derive(Args)]
pub struct Math {
    /// The reference.
    gold: String,
    /// The response, from which the answer is extracted; `-` reads it from standard input.
    #[arg(allow_hyphen_values = true)]
    response: String,
    /// Only marked answers count, and of the same kind as the reference.
    #[arg(long)]
    strict: bool,
    /// Accept answers that agree when rounded to this many decimals.
    #[arg(long)]
    decimals: Option<u32>,
    /// How units are treated.
    #[arg(long, value_enum, default_value = "lenient")]
    units: UnitRule,
    /// Where answers are looked for.
    #[arg(long, value_enum, default_value = "any")]
    extract: Place,
}

#[derive(Clone, Copy, ValueEnum)]
enum UnitRule {
    Lenient,
    Ignore,
    Required,
}

#[derive(Clone, Copy, ValueEnum)]
enum Place {
    Any,
    Marked,
    Boxed,
}

impl Math {
    pub fn run(self) -> Result<Outcome> {
        let response = if self.response == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("reading the response from standard input")?;
            text
        } else {
            self.response
        };
        let options = Options {
            strict: self.strict,
            decimals: self.decimals,
            units: match self.units {
                UnitRule::Lenient => Units::Lenient,
                UnitRule::Ignore => Units::Ignore,
                UnitRule::Required => Units::Required,
            },
            extract: match self.extract {
                Place::Any => Extract::default(),
                Place::Marked => Extract::MARKED,
                Place::Boxed => Extract::BOXED,
            },
            ..Options::default()
        };
        let e = explain(&[&self.gold], &response, &options);
        let mut out = std::io::stdout().lock();
        let verdict = match e.verdict {
            Verdict::Equal => "equal".to_string(),
            Verdict::Different => "different".to_string(),
            Verdict::Undecided(Undecided::Gold) => "undecided: the reference cannot be read".to_string(),
            Verdict::Undecided(why) => format!("undecided: {why}"),
        };
        writeln!(out, "{verdict}")?;
        side(&mut out, "reference", e.gold.as_ref())?;
        side(&mut out, "response", e.prediction.as_ref())?;
        writeln!(out, "rule       {}", e.rule)?;
        writeln!(out, "steps      {}", e.spent)?;
        Ok(if e.verdict == Verdict::Equal { Outcome::Good } else { Outcome::Bad })
    }
}

fn side(out: &mut impl Write, name: &str, side: Option<&Side>) -> Result<()> {
    let Some(side) = side else {
        writeln!(out, "{name:10} no answer found")?;
        return Ok(());
    };
    let kind = match (&side.kind, &side.error) {
        (Some(kind), _) => format!("read as {kind}"),
        (None, Some(error)) => format!("not read: {error}"),
        (None, None) => "not read".to_string(),
    };
    let mark = format!("{:?}", side.mark).to_lowercase();
    writeln!(
        out,
        "{name:10} {:?} ({mark}, bytes {}..{}), {kind}",
        side.text, side.span.start, side.span.end
    )?;
    Ok(())
}
