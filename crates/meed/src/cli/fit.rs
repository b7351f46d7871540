//! `meed fit`: the learnable params of a spec, from data.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use meed_algebra::{Axis, Batch, Op, Plan};
use meed_data::{Extent, Source};
use meed_learn::{Fitted, Method, Options, Range, Unknown, fit};
use meed_spec::params::{Learn, Param, show};
use meed_spec::words::Arg;
use meed_spec::{Spec, SpecFile, Want};

use super::Outcome;
use super::common::{Reading, Settings};

/// Fits the learnable params of a spec to data: minimises its `loss`.
///
/// Params are learnable where the spec says `param(…, learn=True)`. All rows together are one batch.
#[derive(Args)]
pub struct Fit {
    /// The spec, or the id of a recipe.
    spec: String,
    /// Files or folders of rollouts: JSONL (plain, gz, zst), Parquet, Arrow.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Where to write the fitted params as JSON, for `--set @FILE`; `-` for standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    reading: Reading,
    /// The output that is minimised.
    #[arg(long, default_value = "loss")]
    loss: String,
    /// How: L-BFGS for smooth losses, Adam for those with kinks.
    #[arg(long, value_enum, default_value = "lbfgs")]
    method: Way,
    /// The step size of Adam.
    #[arg(long, default_value_t = 0.01)]
    rate: f64,
    /// Steps at most.
    #[arg(long, default_value_t = 1000)]
    steps: usize,
    /// The largest component of the gradient that counts as none.
    #[arg(long, default_value_t = 1e-8)]
    tolerance: f64,
    /// The seed of chance.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// No table.
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    Lbfgs,
    Adam,
}

impl Fit {
    pub fn run(self) -> Result<Outcome> {
        let asked = self.settings.values()?;
        let file = SpecFile::open(&self.spec)?;
        let mut source = Source::open(&self.inputs, &self.reading.options(false)?)?;
        let declared = Spec::declared_axes(&file, asked.clone());
        let schema = source.schema(&declared).with_context(|| file.name.clone())?;
        let spec = Spec::read(&file, &schema, asked, Want::Outputs)?;
        spec.warnings.iter().for_each(|w| eprintln!("warning: {w}"));
        let (plan, unknowns) = self.problem(&spec)?;
        source.select(&plan.columns(), &declared)?;
        let Some(mut piece) = source.next(Extent::Batch)? else { bail!("there is no row to fit to") };
        if source.next(Extent::Batch)?.is_some() {
            bail!("`fit` takes all rows as one batch: leave out `--batch-by`, or `--limit` the rows");
        }
        plan.add_axes(&mut piece.batch)?;
        let found = self.fit(&plan, &unknowns, &piece.batch)?;
        if !self.quiet {
            let table = table(&spec.params, &unknowns, &found);
            match self.output.as_deref().and_then(|p| p.to_str()) {
                Some("-") => std::io::stderr().write_all(table.as_bytes())?,
                _ => std::io::stdout().write_all(table.as_bytes())?,
            }
        }
        self.write(&spec.params, &unknowns, &found)?;
        Ok(if found.converged { Outcome::Good } else { Outcome::Bad })
    }

    /// What is to be minimised, alone, and over what.
    fn problem(&self, spec: &Spec) -> Result<(Plan, Vec<Unknown>)> {
        let graph = spec.plan.graph();
        let Some((_, loss)) = spec.plan.outputs().iter().find(|o| o.0 == self.loss) else {
            let names: Vec<&str> = spec.plan.outputs().iter().map(|o| o.0.as_str()).collect();
            bail!("the spec has no output `{}`; it has {}", self.loss, names.join(", "));
        };
        let shape = graph.shape(*loss);
        if shape.axis != Axis::BATCH || !shape.is_plain() {
            bail!(
                "`{}` is on {}: a loss is one number for the batch, for example its `.mean(\"batch\")`",
                self.loss,
                graph.describe(shape)
            );
        }
        let plan = Plan::new(graph.clone(), vec![(self.loss.clone(), *loss)]);
        let unknowns: Vec<Unknown> = spec.params.iter().filter_map(|p| unknown(&plan, p)).collect();
        if unknowns.is_empty() {
            bail!("`{}` depends on no learnable param; declare one with `param(…, learn=True)`", self.loss);
        }
        Ok((plan, unknowns))
    }

    fn fit(&self, plan: &Plan, unknowns: &[Unknown], batch: &Batch) -> Result<Fitted> {
        let method = match self.method {
            Way::Lbfgs => Method::Lbfgs,
            Way::Adam => Method::Adam { rate: self.rate },
        };
        let options = Options { method, steps: self.steps, tolerance: self.tolerance, seed: self.seed };
        Ok(fit(plan.graph().clone(), plan.outputs()[0].1, unknowns, batch, &options)?)
    }

    fn write(&self, params: &[Param], unknowns: &[Unknown], found: &Fitted) -> Result<()> {
        let Some(path) = &self.output else { return Ok(()) };
        let fitted =
            unknowns.iter().zip(&found.values).map(|(u, x)| (u.name.clone(), json(params, &u.name, x)));
        let text = serde_json::to_string_pretty(&fitted.collect::<serde_json::Map<_, _>>())? + "\n";
        match path.to_str() {
            Some("-") => std::io::stdout().write_all(text.as_bytes())?,
            _ => std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))?,
        }
        Ok(())
    }
}

/// The parameter of the plan that a learnable param is, if the plan needs it.
fn unknown(plan: &Plan, param: &Param) -> Option<Unknown> {
    let Learn { low, high, simplex, dual } = param.learn.clone()?;
    let node = plan.needs(|op| matches!(op, Op::Parameter(name) if **name == *param.name))?;
    let range = match simplex {
        true => Range::Simplex,
        false => {
            Range::Between { low: low.unwrap_or(f64::NEG_INFINITY), high: high.unwrap_or(f64::INFINITY) }
        }
    };
    Some(Unknown { name: param.name.clone(), node, range, dual })
}

/// Values in the form of the param's default.
fn valued(params: &[Param], name: &str, values: &[f64]) -> Arg {
    let numbers = || values.iter().map(|x| Arg::Number(*x));
    match params.iter().find(|p| p.name == name).map(|p| &p.value) {
        Some(Arg::Dict(items)) => Arg::Dict(items.iter().map(|i| i.0.clone()).zip(numbers()).collect()),
        Some(Arg::List(_)) => Arg::List(numbers().collect()),
        _ => numbers().next().unwrap_or(Arg::None),
    }
}

fn json(params: &[Param], name: &str, values: &[f64]) -> serde_json::Value {
    fn of(arg: Arg) -> serde_json::Value {
        match arg {
            Arg::Dict(items) => {
                items.into_iter().map(|(k, v)| (k, of(v))).collect::<serde_json::Map<_, _>>().into()
            }
            Arg::List(items) => items.into_iter().map(of).collect::<Vec<_>>().into(),
            Arg::Number(x) => x.into(),
            _ => serde_json::Value::Null,
        }
    }
    of(valued(params, name, values))
}

fn table(params: &[Param], unknowns: &[Unknown], found: &Fitted) -> String {
    let short = |x: f64| {
        if x == 0.0 || (1e-4..1e7).contains(&x.abs()) { format!("{x:.6}") } else { format!("{x:.3e}") }
    };
    let list = |v: &[f64]| v.iter().map(|x| short(*x)).collect::<Vec<_>>().join(", ");
    let mut text = String::from("fitted\n");
    for ((u, x), broken) in unknowns.iter().zip(&found.values).zip(&found.violations) {
        let start = params.iter().find(|p| p.name == u.name).map_or(String::new(), |p| show(&p.value));
        let value = match valued(params, &u.name, x) {
            Arg::Dict(items) => items
                .iter()
                .zip(x)
                .map(|((k, _), x)| format!("{k} {}", short(*x)))
                .collect::<Vec<_>>()
                .join(", "),
            _ => list(x),
        };
        let constraint = if u.dual { format!("; constraint at {}", list(broken)) } else { String::new() };
        text.push_str(&format!("  {:20} {value}   (from {start}{constraint})\n", u.name));
    }
    let [before, after] = found.loss.map(short);
    text.push_str(&format!("\nloss {before} → {after} in {} steps", found.steps));
    text.push_str(&match found.converged {
        true => "\n".to_string(),
        false => format!(
            "; not at a minimum yet: gradient {}\n  more `--steps`, bounds (`low=`, `high=`), or `--method adam` may help\n",
            short(found.slope)
        ),
    });
    text
}
