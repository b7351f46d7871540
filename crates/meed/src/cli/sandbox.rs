//! `meed sandbox`: what this machine can run, and how well it shuts it in.

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;
use meed_sandbox::Doctor;

use super::Outcome;

/// Running untrusted programs.
#[derive(Subcommand)]
pub enum Sandbox {
    /// Shows the layers of isolation and the languages of this machine. Exit code 1: the full level is refused.
    Doctor,
}

impl Sandbox {
    pub fn run(self) -> Result<Outcome> {
        let Sandbox::Doctor = self;
        let doctor = Doctor::examine();
        write!(std::io::stdout().lock(), "{doctor}")?;
        Ok(if doctor.full.is_ok() { Outcome::Good } else { Outcome::Bad })
    }
}
