//! Every recipe and part that has a numeric example, on its first batch repeated to 8,192 rollouts (1,024 groups of 8, or as
//! many in the example's own group sizes): milliseconds of one evaluation on one core, best of several.
//!
//! Arguments: ids of recipes; none: all.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use meed_algebra::{Axis, Batch, Column, State, Values};
use meed_data::vectors::{SignalVector, Vector, read_dir};
use meed_spec::params::from_json;
use meed_spec::{Spec, SpecFile, Want, recipes};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROLLOUTS: usize = 8192;
/// What is flagged, in milliseconds.
const SLOW: f64 = 50.0;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut rows = Vec::new();
    for vector in examples() {
        if !asked.is_empty() && !asked.contains(&vector.id) {
            continue;
        }
        let name = vector.entry.as_ref().map_or(vector.id.clone(), |e| format!("{} {e}", vector.id));
        match pool.install(|| measure(&vector)) {
            Ok((time, rollouts, values)) => rows.push((time, rollouts, values, name)),
            Err(e) => println!("{name}: not measured: {e}"),
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("{:>9} {:>9} {:>10}  recipe", "ms", "rollouts", "values");
    for (time, rollouts, values, name) in &rows {
        let flag = if *time > SLOW { "  slow" } else { "" };
        println!("{time:9.2} {rollouts:9} {values:10}  {name}{flag}");
    }
    let slow = rows.iter().filter(|r| r.0 > SLOW).count();
    println!("{} recipes and parts, {slow} above {SLOW} ms", rows.len());
}

/// The example with most rollouts of each recipe and part: those that come with Meed, and larger sets beside the repository.
fn examples() -> Vec<SignalVector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let beside = read_dir(&folder).unwrap_or_default().into_iter().filter_map(|(_, vector)| vector.ok());
    let own = recipes::vectors()
        .into_iter()
        .filter_map(|(path, text)| Vector::parse(&text, &path.to_string_lossy()).ok());
    let mut best: BTreeMap<(String, Option<String>), SignalVector> = BTreeMap::new();
    for vector in own.chain(beside) {
        let Vector::Signal(vector) = vector else { continue };
        let size = |v: &SignalVector| v.batches[0].batch.len(Axis::ROLLOUT);
        let key = (vector.id.clone(), vector.entry.clone());
        if recipes::recipe(&vector.id).is_some() && best.get(&key).is_none_or(|b| size(b) < size(&vector)) {
            best.insert(key, vector);
        }
    }
    best.into_values().filter(|v| v.batches[0].batch.len(Axis::ROLLOUT) > 0).collect()
}

/// Milliseconds, rollouts, and the values of all columns.
fn measure(vector: &SignalVector) -> Result<(f64, usize, usize), String> {
    let first = &vector.batches[0].batch;
    let mut batch = repeated(first, ROLLOUTS.div_ceil(first.len(Axis::ROLLOUT)));
    let file = SpecFile::open(&format!("@recipes//{}.star", vector.id)).map_err(|e| e.to_string())?;
    let params: BTreeMap<_, _> = vector.params.iter().map(|(k, v)| (k.clone(), from_json(v))).collect();
    let want = vector.entry.as_deref().map_or(Want::Outputs, Want::Part);
    let spec = Spec::read(&file, &batch.schema(), params, want).map_err(|e| e.to_string())?;
    spec.plan.add_axes(&mut batch).map_err(|e| e.to_string())?;
    let values = batch.columns().map(|(_, c)| c.values.len()).sum();
    let mut best = f64::INFINITY;
    let clock = Instant::now();
    for _ in 0..20 {
        let one = Instant::now();
        spec.plan.evaluate(&batch, &mut State::new(), 0).map_err(|e| e.to_string())?;
        best = best.min(one.elapsed().as_secs_f64() * 1e3);
        if clock.elapsed().as_secs_f64() > 0.3 {
            break;
        }
    }
    Ok((best, batch.len(Axis::ROLLOUT), values))
}

/// The groups of a batch, `times` over.
fn repeated(batch: &Batch, times: usize) -> Batch {
    let tree = batch.tree();
    let counts = |axis: Axis| {
        let parent = tree.parent(axis).expect("an axis below the batch");
        let counts: Vec<usize> = batch.offsets(axis).windows(2).map(|w| w[1] - w[0]).collect();
        if parent == Axis::BATCH { vec![counts[0] * times] } else { counts.repeat(times) }
    };
    let mut large = Batch::new(counts(Axis::ROLLOUT));
    (large.step, large.total_steps) = (batch.step, batch.total_steps);
    for axis in tree.axes().filter(|a| a.0 > Axis::ROLLOUT.0) {
        let parent = tree.parent(axis).expect("an axis below the batch");
        large.add_axis(tree.name(axis), parent, counts(axis)).expect("an axis of the small batch");
    }
    for (name, column) in batch.columns() {
        let times = if column.shape.axis == Axis::BATCH { 1 } else { times };
        let values = match &column.values {
            Values::Texts(v) => Values::Texts(std::iter::repeat_n(v, times).flatten().cloned().collect()),
            numbers => Values::Numbers(
                (0..numbers.len()).map(|i| numbers.number(i)).collect::<Vec<_>>().repeat(times),
            ),
        };
        large.add_column(name, Column { values, ..column.clone() }).expect("a column of the small batch");
    }
    large
}
