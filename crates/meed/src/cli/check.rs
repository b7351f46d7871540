//! `meed check`: what a spec needs and does, before any data is touched.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use meed_data::Source;
use meed_spec::params::show;
use meed_spec::{Spec, SpecFile, Want, explain};

use super::Outcome;
use super::common::{Reading, Settings};

/// Checks a spec: its outputs, the columns it needs, its params, and what looks across groups.
#[derive(Args)]
pub struct Check {
    /// The spec, or the id of a recipe.
    spec: String,
    /// Rollouts to check it against; without them columns are what the spec says they are.
    #[arg(long, value_name = "FILE")]
    data: Vec<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    reading: Reading,
    /// Also print the expression tree: what is shared, what is local to a group and what is batch-wide.
    #[arg(long)]
    explain: bool,
}

impl Check {
    pub fn run(self) -> Result<Outcome> {
        let asked = self.settings.values()?;
        let file = SpecFile::open(&self.spec)?;
        let spec = if self.data.is_empty() {
            Spec::read_open(&file, asked, Want::Outputs)?
        } else {
            let source = Source::open(&self.data, &self.reading.options(false)?)?;
            let declared = Spec::declared_axes(&file, asked.clone());
            let schema = source.schema(&declared).with_context(|| file.name.clone())?;
            Spec::read(&file, &schema, asked, Want::Outputs)?
        };
        let graph = spec.plan.graph();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}: good", file.name)?;
        writeln!(out, "\noutputs")?;
        for (name, id) in spec.plan.outputs() {
            writeln!(out, "  {name:20} {} on {}", graph.kind(*id).name(), graph.describe(graph.shape(*id)))?;
        }
        writeln!(out, "\ncolumns needed")?;
        let columns: BTreeMap<_, _> = graph.schema().columns.iter().collect();
        for name in spec.plan.columns() {
            if let Some((shape, kind)) = columns.get(&name) {
                writeln!(out, "  {name:20} {} on {}", kind.name(), graph.describe(shape))?;
            }
        }
        if !spec.params.is_empty() {
            writeln!(out, "\nparams")?;
            for p in &spec.params {
                let value = show(&p.value);
                let changed = if value == show(&p.default) {
                    String::new()
                } else {
                    format!(" (default {})", show(&p.default))
                };
                let learn = if p.learn.is_some() { " (learnable)" } else { "" };
                let line = format!("  {:20} {value}{changed}{learn}  {}", p.name, p.help);
                writeln!(out, "{}", line.trim_end())?;
            }
        }
        if !graph.updates().is_empty() {
            let names: Vec<&str> = graph.updates().iter().map(|u| &*u.name).collect();
            writeln!(out, "\nstate kept from batch to batch\n  {}", names.join(", "))?;
        }
        let scope = if spec.plan.needs_whole_batch() {
            "looks across the whole batch: a batch is held in memory"
        } else {
            "local to each group: files are streamed"
        };
        writeln!(out, "\n{scope}")?;
        if self.explain {
            writeln!(out, "\n{}", explain::tree(&spec.plan).trim_end())?;
        }
        for w in &spec.warnings {
            writeln!(out, "warning: {w}")?;
        }
        Ok(Outcome::Good)
    }
}
