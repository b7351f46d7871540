//! `meed score`: from a file of rollouts to a file of rewards.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use meed_algebra::{Column, Outputs, State};
use meed_data::{Extent, Format, Output, Piece, Sink, Source};
use meed_spec::{Spec, SpecFile, Want};

use super::Outcome;
use super::common::{Reading, Settings};
use super::summary::Summary;

/// Scores rollouts with a spec: rewards, advantages and every named component.
#[derive(Args)]
pub struct Score {
    /// The spec, or the id of a recipe.
    spec: String,
    /// Files or folders of rollouts: JSONL (plain, gz, zst), Parquet, Arrow.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Where to write the rows with the outputs; `-` for standard output. Default: only the summary.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    reading: Reading,
    /// The seed of chance.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Threads to work with; the result is the same for any number. Default: all cores.
    #[arg(long)]
    threads: Option<usize>,
    /// Values kept from run to run: read before, written after (as a whole or not at all).
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// How the summary is printed.
    #[arg(long, value_enum, default_value = "text")]
    format: Show,
    /// No summary, no progress.
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Show {
    Text,
    Json,
}

/// Rollouts scored at once when no value looks across groups: bounds memory, and is plenty for all cores.
const AT_ONCE: usize = 8192;

impl Score {
    pub fn run(self) -> Result<Outcome> {
        if let Some(threads) = self.threads {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads.max(1))
                .build_global()
                .context("starting threads")?;
        }
        let start = Instant::now();
        let asked = self.settings.values()?;
        let file = SpecFile::open(&self.spec)?;
        let mut source = Source::open(&self.inputs, &self.reading.options(self.output.is_some())?)?;
        let declared = Spec::declared_axes(&file, asked.clone());
        let schema = source.schema(&declared).with_context(|| file.name.clone())?;
        let spec = Spec::read(&file, &schema, asked, Want::Outputs)?;
        spec.warnings.iter().for_each(|w| eprintln!("warning: {w}"));
        source.select(&spec.plan.columns(), &declared)?;
        let mut state = self.read_state()?;
        let sink = self.sink(&source, &spec)?;
        let mut summary = Summary::new(&spec.plan);
        let progress = self.progress(&source);
        let batches = spec.plan.needs_whole_batch() || self.reading.batch_by.is_some();
        let extent = if batches { Extent::Batch } else { Extent::Groups { min_rollouts: AT_ONCE } };
        let mut clock = Clock::default();
        // Rows are written while the next ones are read and scored.
        let (hand_over, finished) = std::sync::mpsc::sync_channel::<(Piece, Outputs)>(1);
        let (written, writing) = std::thread::scope(|scope| -> Result<_> {
            let writer = sink.map(|sink| scope.spawn(move || write(sink, finished)));
            let scored = (|| -> Result<()> {
                while let Some(mut piece) = clock.read(|| source.next(extent))? {
                    let outputs = clock.evaluate(|| evaluate(&spec, &mut piece, &mut state, self.seed))?;
                    summary.add(&piece, &outputs);
                    // A writer that failed has hung up; its own error is the one to tell.
                    if writer.is_some() && clock.wait(|| hand_over.send((piece, outputs)).is_err()) {
                        break;
                    }
                    let report = source.report();
                    progress.set_position(report.bytes_read);
                    progress.set_message(format!("{} rollouts", report.rollouts));
                }
                Ok(())
            })();
            drop(hand_over);
            let done = match writer.map(|w| w.join()) {
                None => (None, Duration::ZERO),
                Some(Ok(done)) => {
                    let (sink, took) = done?;
                    (Some(sink), took)
                }
                Some(Err(_)) => anyhow::bail!("the writer stopped unexpectedly"),
            };
            scored?;
            Ok(done)
        })?;
        // Only a file whose every row is there gets its name.
        if let Some(sink) = written {
            sink.finish()?;
        }
        clock.write = writing;
        self.write_state(&state)?;
        progress.finish_and_clear();
        summary.finish(&spec, &source, clock.shares(start.elapsed()));
        self.print(&summary)?;
        Ok(Outcome::Good)
    }

    fn print(&self, summary: &Summary) -> Result<()> {
        if self.quiet {
            return Ok(());
        }
        let text = match self.format {
            Show::Text => summary.text(),
            Show::Json => format!("{}\n", summary.json()),
        };
        // Rows on standard output leave the summary to standard error.
        if self.output.as_deref() == Some(Path::new("-")) {
            std::io::stderr().write_all(text.as_bytes())?;
        } else {
            std::io::stdout().write_all(text.as_bytes())?;
        }
        Ok(())
    }

    fn sink(&self, source: &Source, spec: &Spec) -> Result<Option<Sink>> {
        let Some(path) = &self.output else { return Ok(None) };
        let graph = spec.plan.graph();
        let outputs = spec.plan.outputs().iter().map(|(name, id)| Output {
            name: name.clone(),
            shape: graph.shape(*id).clone(),
            kind: graph.kind(*id),
        });
        let (path, format) = match path.to_str() {
            Some("-") => (None, Some(Format::Jsonl)),
            _ => (Some(path.as_path()), None),
        };
        Ok(Some(Sink::create(path, format, source, outputs.collect())?))
    }

    fn read_state(&self) -> Result<State> {
        match &self.state {
            Some(path) if path.exists() => {
                let text =
                    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
                State::from_text(&text).with_context(|| format!("{}", path.display()))
            }
            _ => Ok(State::new()),
        }
    }

    fn write_state(&self, state: &State) -> Result<()> {
        let Some(path) = &self.state else { return Ok(()) };
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let write = || {
            let mut file = std::fs::File::create(&part)?;
            file.write_all(state.to_text().as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&part, path)
        };
        write().with_context(|| format!("writing {}", path.display()))
    }

    fn progress(&self, source: &Source) -> ProgressBar {
        if self.quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} eta {eta} {msg}";
        match source.report().bytes_total {
            Some(total) => {
                let bar = ProgressBar::new(total);
                bar.set_style(
                    ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()),
                );
                bar
            }
            None => ProgressBar::new_spinner(),
        }
    }
}

/// Writes pieces as they come; the sink, not yet finished, and the time it took.
fn write(mut sink: Sink, pieces: Receiver<(Piece, Outputs)>) -> Result<(Sink, Duration)> {
    let mut took = Duration::ZERO;
    for (piece, outputs) in pieces {
        let start = Instant::now();
        let columns: Vec<&Column> = outputs.columns.iter().map(|c| &c.1).collect();
        sink.write(&piece, &piece.batch, &columns)?;
        took += start.elapsed();
    }
    Ok((sink, took))
}

fn evaluate(spec: &Spec, piece: &mut Piece, state: &mut State, seed: u64) -> Result<Outputs> {
    spec.plan.add_axes(&mut piece.batch).map_err(anyhow::Error::from)?;
    spec.plan
        .evaluate(&piece.batch, state, seed)
        .with_context(|| format!("scoring the rollouts from {}", place_of(piece)))
}

fn place_of(piece: &Piece) -> String {
    piece.rows.place(0).map_or_else(|| "the input".to_string(), |(file, line)| format!("{file}:{line}"))
}

/// Where time goes.
#[derive(Default)]
struct Clock {
    read: Duration,
    evaluate: Duration,
    write: Duration,
    wait: Duration,
}

impl Clock {
    fn time<T>(slot: &mut Duration, f: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let value = f();
        *slot += start.elapsed();
        value
    }

    fn read<T>(&mut self, f: impl FnOnce() -> T) -> T {
        Self::time(&mut self.read, f)
    }

    fn evaluate<T>(&mut self, f: impl FnOnce() -> T) -> T {
        Self::time(&mut self.evaluate, f)
    }

    /// Time spent waiting for the writer.
    fn wait<T>(&mut self, f: impl FnOnce() -> T) -> T {
        Self::time(&mut self.wait, f)
    }

    fn shares(&self, total: Duration) -> Vec<(&'static str, Duration)> {
        vec![
            ("reading", self.read),
            ("scoring", self.evaluate),
            ("writing (beside)", self.write),
            ("waiting for it", self.wait),
            ("in all", total),
        ]
    }
}
