//! `meed recipe`: published systems as specs.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;
use meed_algebra::Schema;
use meed_spec::check_vectors::{Checked, Verdict, check_builtin, check_dir};
use meed_spec::{Spec, SpecFile, Want, recipes};

use super::Outcome;

#[derive(Subcommand)]
pub enum Recipe {
    /// All recipes with a line each.
    List,
    /// The text of a recipe.
    Show {
        /// The recipe.
        id: String,
    },
    /// Recipes against numeric examples.
    Test {
        /// A folder of examples; default: those that come with Meed.
        #[arg(long, value_name = "DIR")]
        vectors: Option<PathBuf>,
        /// Only these recipes.
        ids: Vec<String>,
    },
}

impl Recipe {
    pub fn run(self) -> Result<Outcome> {
        match self {
            Recipe::List => list(),
            Recipe::Show { id } => show(&id),
            Recipe::Test { vectors, ids } => test(vectors, &ids),
        }
    }
}

fn list() -> Result<Outcome> {
    let mut out = std::io::stdout().lock();
    let ids = recipes::ids();
    let width = ids.iter().map(String::len).max().unwrap_or(0);
    for id in &ids {
        let file = SpecFile::open(&format!("@recipes//{id}.star"))?;
        let summary = match Spec::read(&file, &Schema::open(true), BTreeMap::new(), Want::Outputs) {
            Ok(spec) => spec.doc.lines().next().unwrap_or("").to_string(),
            Err(_) => first_line(&file.source),
        };
        writeln!(out, "{id:width$}  {summary}")?;
    }
    Ok(Outcome::Good)
}

/// The first line of a docstring, for files that have parts or functions but no outputs.
fn first_line(source: &str) -> String {
    source.trim_start().trim_start_matches(['"', '\'']).lines().next().unwrap_or("").to_string()
}

fn show(id: &str) -> Result<Outcome> {
    let file = SpecFile::open(&format!("@recipes//{id}.star")).map_err(|mut e| {
        let ids = recipes::ids();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        e.message = format!("there is no recipe `{id}`");
        e.help = Some(match meed_algebra::error::similar(id, &ids) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`meed recipe list` lists them".to_string(),
        });
        e
    })?;
    std::io::stdout().lock().write_all(file.source.as_bytes())?;
    Ok(Outcome::Good)
}

fn test(vectors: Option<PathBuf>, ids: &[String]) -> Result<Outcome> {
    let checked = match &vectors {
        Some(dir) => check_dir(dir, ids).with_context(|| format!("reading {}", dir.display()))?,
        None => check_builtin(ids),
    };
    if let Some(id) = ids.iter().find(|id| checked.iter().all(|c| c.id != **id)) {
        anyhow::bail!("there is no numeric example for `{id}`");
    }
    if let (Some(dir), true) = (&vectors, checked.is_empty()) {
        anyhow::bail!("{}: no numeric examples (.json) in this folder", dir.display());
    }
    let mut by_id: BTreeMap<&str, Vec<&Checked>> = BTreeMap::new();
    checked.iter().for_each(|c| by_id.entry(&c.id).or_default().push(c));
    let mut out = std::io::stdout().lock();
    let (mut passed, mut failed, mut missing) = (0, 0, Vec::new());
    for (id, files) in &by_id {
        if files.iter().all(|c| c.verdict == Verdict::Missing) {
            missing.push(*id);
            continue;
        }
        let good = files.iter().filter(|c| c.verdict == Verdict::Passed).count();
        let bad: Vec<&&Checked> = files.iter().filter(|c| c.verdict != Verdict::Passed).collect();
        passed += good;
        failed += bad.len();
        let mark = if bad.is_empty() { "ok  " } else { "FAIL" };
        writeln!(out, "{mark} {id}: {good} of {}", files.len())?;
        for c in bad {
            if let Verdict::Failed(why) = &c.verdict {
                let name = c.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                writeln!(out, "     {name}: {}", why.replace('\n', "\n       "))?;
            }
        }
    }
    if !missing.is_empty() {
        writeln!(out, "no recipe yet for {} ids: {}", missing.len(), missing.join(", "))?;
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(if failed == 0 { Outcome::Good } else { Outcome::Bad })
}
