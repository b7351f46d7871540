//! `meed diff`: two specs on the same rollouts.

mod report;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use meed_algebra::absent::reason_of;
use meed_algebra::{Axis, Batch, Column, Outputs, Reason, State};
use meed_data::{Extent, Piece, Source};
use meed_spec::{Spec, SpecFile, Want};

use super::Outcome;
use super::common::{Reading, Settings};
use report::{Difference, Report, Sides};

/// Compares two specs on the same rollouts: where they differ, and what that does to advantages. Exit code 1 when more
/// of the rollouts than `--max-disagreement` differ.
#[derive(Args)]
pub struct Diff {
    /// The first spec, the id of a recipe, or an expression: `math()`, `col("score")`.
    a: String,
    /// The second.
    b: String,
    /// Files or folders of rollouts, as `meed score` reads them.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The output that is compared.
    #[arg(long, default_value = "reward", value_name = "NAME")]
    output: String,
    /// The second spec's output, when it has another name.
    #[arg(long, value_name = "NAME")]
    output_b: Option<String>,
    /// Values this close are the same.
    #[arg(long, default_value_t = 1e-9, value_name = "X")]
    tolerance: f64,
    /// The share of differing rollouts up to which all is well, from 0 to 1.
    #[arg(long, value_name = "SHARE")]
    max_disagreement: Option<f64>,
    /// How many differing rollouts are shown.
    #[arg(long, default_value_t = 10, value_name = "N")]
    show: usize,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    reading: Reading,
    /// The seed of chance.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How the comparison is printed.
    #[arg(long, value_enum, default_value = "text")]
    format: Show,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Show {
    Text,
    Json,
}

/// Rollouts compared at once, when no value looks across groups.
const AT_ONCE: usize = 8192;

impl Diff {
    pub fn run(self) -> Result<Outcome> {
        if let Some(share) = self.max_disagreement
            && !(0.0..=1.0).contains(&share)
        {
            bail!("`--max-disagreement` is a share from 0 to 1, found {share}");
        }
        let mut source = Source::open(&self.inputs, &self.reading.options(true)?)?;
        let files = [spec_file(&self.a)?, spec_file(&self.b)?];
        let asked = self.settings.values()?;
        let mut declared = Spec::declared_axes(&files[0], asked.clone());
        for (column, axis) in Spec::declared_axes(&files[1], asked.clone()) {
            match declared.get(&column) {
                Some(first) if *first != axis => {
                    bail!("`{column}` is on `{first}` for {} and on `{axis}` for {}", self.a, self.b);
                }
                _ => declared.insert(column, axis),
            };
        }
        let schema = source.schema(&declared)?;
        let outputs = [&self.output, self.output_b.as_ref().unwrap_or(&self.output)];
        let mut sides = Vec::with_capacity(2);
        for (file, output) in files.iter().zip(outputs) {
            let spec = Spec::read(file, &schema, asked.clone(), Want::Outputs)?;
            spec.warnings.iter().for_each(|w| eprintln!("warning: {}: {w}", file.name));
            sides.push(Side::new(&file.name, spec, output)?);
        }
        let mut columns = sides[0].spec.plan.columns();
        columns.extend(sides[1].spec.plan.columns());
        // What is shown of a rollout that differs.
        let shown = ["text", "answer"].into_iter().filter(|c| schema.columns.contains_key(*c));
        columns.extend(shown.map(str::to_string));
        source.select(&columns, &declared)?;

        let whole = sides.iter().any(|s| s.spec.plan.needs_whole_batch()) || self.reading.batch_by.is_some();
        let extent = if whole { Extent::Batch } else { Extent::Groups { min_rollouts: AT_ONCE } };
        let names = [self.a.clone(), self.b.clone()];
        let mut report = Report::new(names, outputs.map(String::clone), self.show);
        while let Some(mut piece) = source.next(extent)? {
            let found = [sides[0].score(&mut piece, self.seed)?, sides[1].score(&mut piece, self.seed)?];
            self.compare(&piece, &found, &mut report);
        }
        let share = report.share();
        let good = self.max_disagreement.is_none_or(|most| share <= most);
        let mut out = std::io::stdout().lock();
        match self.format {
            Show::Text => write!(out, "{}", report.text())?,
            Show::Json => writeln!(out, "{}", report.json())?,
        }
        if let (false, Some(most)) = (good, self.max_disagreement) {
            eprintln!("{:.2} % of the rollouts differ, at most {:.2} % may", 100.0 * share, 100.0 * most);
        }
        Ok(if good { Outcome::Good } else { Outcome::Bad })
    }

    fn compare(&self, piece: &Piece, found: &[Found; 2], report: &mut Report) {
        let (a, b) = (&found[0].values, &found[1].values);
        for i in 0..a.len() {
            let same = match (reason_of(a[i]), reason_of(b[i])) {
                (None, None) => a[i] == b[i] || (a[i] - b[i]).abs() <= self.tolerance,
                (x, y) => x.is_some() == y.is_some(),
            };
            let sides = Sides { a: a[i], b: b[i], same };
            let difference = (!same && report.wants_more()).then(|| difference(piece, i, sides));
            report.add(sides, difference);
        }
        for group in piece.batch.offsets(Axis::ROLLOUT).windows(2) {
            report.add_group(
                &found[0].advantages[group[0]..group[1]],
                &found[1].advantages[group[0]..group[1]],
            );
        }
    }
}

/// A file, a recipe, or an expression, which is then the reward.
fn spec_file(text: &str) -> Result<SpecFile> {
    let is_expression = text.contains(['(', ' ']) && !Path::new(text).exists();
    if is_expression {
        let source = format!("reward = {text}\n");
        return Ok(SpecFile { name: "<expression>".to_string(), source, folder: None });
    }
    Ok(SpecFile::open(text)?)
}

/// One of the two specs, with what it keeps.
struct Side {
    spec: Spec,
    state: State,
    output: usize,
    /// Its own advantages, when it has an output of that name per rollout.
    advantage: Option<usize>,
}

/// Per rollout.
struct Found {
    values: Vec<f64>,
    advantages: Vec<f64>,
}

impl Side {
    fn new(name: &str, spec: Spec, output: &str) -> Result<Side> {
        let graph = spec.plan.graph();
        let outputs = spec.plan.outputs();
        let names: Vec<&str> = outputs.iter().map(|o| o.0.as_str()).collect();
        let at = |wanted: &str| outputs.iter().position(|o| o.0 == wanted);
        let plain = |i: usize| {
            let shape = graph.shape(outputs[i].1);
            shape.is_plain() && matches!(shape.axis, Axis::BATCH | Axis::GROUP | Axis::ROLLOUT)
        };
        let Some(i) = at(output) else {
            bail!("{name} has no output `{output}`: name one with `--output` ({})", names.join(", "));
        };
        if !plain(i) || graph.kind(outputs[i].1) == meed_algebra::Kind::Text {
            let shape = graph.describe(graph.shape(outputs[i].1));
            bail!("`{output}` of {name} is {shape}; what is compared is one number per rollout");
        }
        let own = |i: &usize| graph.shape(outputs[*i].1) == &meed_algebra::Shape::of(Axis::ROLLOUT);
        let advantage = at("advantage").filter(own);
        Ok(Side { output: i, advantage, state: State::new(), spec })
    }

    fn score(&mut self, piece: &mut Piece, seed: u64) -> Result<Found> {
        self.spec.plan.add_axes(&mut piece.batch)?;
        let outputs: Outputs = self
            .spec
            .plan
            .evaluate(&piece.batch, &mut self.state, seed)
            .with_context(|| "scoring the rollouts".to_string())?;
        let values = per_rollout(&piece.batch, &outputs.columns[self.output].1);
        let advantages = match self.advantage {
            Some(i) => per_rollout(&piece.batch, &outputs.columns[i].1),
            None => centred(&piece.batch, &values),
        };
        Ok(Found { values, advantages })
    }
}

/// A value of an axis above, given to each rollout.
fn per_rollout(batch: &Batch, column: &Column) -> Vec<f64> {
    let Some(values) = column.to_numbers() else { return Vec::new() };
    match column.shape.axis {
        Axis::ROLLOUT => values.to_vec(),
        Axis::GROUP => {
            let groups = batch.offsets(Axis::ROLLOUT).windows(2).zip(values.iter());
            groups.flat_map(|(w, x)| std::iter::repeat_n(*x, w[1] - w[0])).collect()
        }
        _ => vec![values.first().copied().unwrap_or(Reason::Empty.value()); batch.len(Axis::ROLLOUT)],
    }
}

/// The value less its group's mean.
fn centred(batch: &Batch, values: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    for w in batch.offsets(Axis::ROLLOUT).windows(2) {
        let group = &values[w[0]..w[1]];
        let present: Vec<f64> = group.iter().copied().filter(|x| !x.is_nan()).collect();
        let equal = present.windows(2).all(|p| p[0] == p[1]);
        let mean = present.iter().sum::<f64>() / present.len().max(1) as f64;
        out.extend(group.iter().map(|x| if equal && !x.is_nan() { 0.0 } else { x - mean }));
    }
    out
}

/// What is shown of a rollout on which the two differ.
fn difference(piece: &Piece, i: usize, sides: Sides) -> Difference {
    let cell = |name: &str| {
        let column = piece.batch.column(name)?;
        let at = match column.shape.axis {
            Axis::ROLLOUT => i,
            Axis::GROUP => piece.batch.offsets(Axis::ROLLOUT).partition_point(|o| *o <= i) - 1,
            _ => 0,
        };
        column.as_texts()?.get(at)?.as_deref().ok().map(str::to_string)
    };
    let place = piece.rows.place(i).map_or_else(String::new, |(file, line)| format!("{file}:{line}"));
    let text = cell("text").unwrap_or_default();
    let answer = meed_math::extract(&text, &meed_math::Extract::default()).into_iter().next();
    Difference { place, sides, reference: cell("answer"), extracted: answer.map(|a| (a.text, a.span)), text }
}
