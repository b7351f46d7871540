//! Recipes against numeric examples ("vectors").

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use meed_algebra::{Axis, Batch, Column, Kind, Op, Plan, Reason, Shape, State, Values};
use meed_data::DataError;
use meed_data::vectors::{Expected, FunctionVector, SignalVector, Vector, read_dir};

use crate::params::from_json;
use crate::words::Arg;
use crate::{Spec, SpecFile, Want, recipes};

/// How one file of numeric examples came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The file.
    pub path: PathBuf,
    /// The recipe's id.
    pub id: String,
    /// How it came out.
    pub verdict: Verdict,
}

/// The result of one file.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Every output as expected.
    Passed,
    /// The first difference or error.
    Failed(String),
    /// There is no recipe of that id.
    Missing,
}

/// Runs every file of a folder whose id is among `ids` (all, when empty).
///
/// # Errors
/// When the folder cannot be listed.
pub fn check_dir(dir: &Path, ids: &[String]) -> Result<Vec<Checked>, DataError> {
    let mut checked = Vec::new();
    for (path, vector) in read_dir(dir)? {
        let stem = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let id = match &vector {
            Ok(v) => v.id().to_string(),
            Err(_) => stem.split('.').next().unwrap_or("").to_string(),
        };
        if !ids.is_empty() && !ids.contains(&id) {
            continue;
        }
        let verdict = match vector {
            Err(e) => Verdict::Failed(e.to_string()),
            Ok(_) if recipes::recipe(&id).is_none() => Verdict::Missing,
            Ok(v) => match check(&v) {
                Ok(()) => Verdict::Passed,
                Err(e) => Verdict::Failed(e),
            },
        };
        checked.push(Checked { path, id, verdict });
    }
    Ok(checked)
}

/// Runs the examples that come with Meed, of `ids` (all, when empty).
pub fn check_builtin(ids: &[String]) -> Vec<Checked> {
    let mut checked = Vec::new();
    for (path, text) in recipes::vectors() {
        let name = path.display().to_string();
        let vector = Vector::parse(&text, &name);
        let id = vector.as_ref().map_or_else(|_| name.clone(), |v| v.id().to_string());
        if ids.is_empty() || ids.contains(&id) {
            let outcome = vector.map_err(|e| e.to_string()).and_then(|v| check(&v));
            let verdict = outcome.map_or_else(Verdict::Failed, |()| Verdict::Passed);
            checked.push(Checked { path, id, verdict });
        }
    }
    checked
}

/// Runs one vector; the error is the first difference.
///
/// # Errors
/// When the recipe is missing or fails, or an output differs.
pub fn check(vector: &Vector) -> Result<(), String> {
    let id = vector.id();
    let file = SpecFile::open(&format!("@recipes//{id}.star")).map_err(|e| e.to_string())?;
    match vector {
        Vector::Signal(v) => signals(&file, v),
        Vector::Function(v) => function(&file, v),
    }
}

fn signals(file: &SpecFile, vector: &SignalVector) -> Result<(), String> {
    let asked: BTreeMap<_, _> = vector.params.iter().map(|(k, v)| (k.clone(), from_json(v))).collect();
    let want = vector.entry.as_deref().map_or(Want::Outputs, Want::Part);
    let mut state = State::new();
    for (i, step) in vector.batches.iter().enumerate() {
        let place = |e: String| if vector.batches.len() > 1 { format!("batch {i}: {e}") } else { e };
        let mut batch = step.batch.clone();
        decide(&mut batch, file, &asked, want);
        // Every batch is checked anew: a later one may lack an axis the first had.
        let spec =
            Spec::read(file, &batch.schema(), asked.clone(), want).map_err(|e| place(e.to_string()))?;
        spec.plan.add_axes(&mut batch).map_err(|e| place(e.to_string()))?;
        let outputs = spec.plan.evaluate(&batch, &mut state, 0).map_err(|e| place(e.to_string()))?;
        for (name, expected) in &step.outputs {
            let found = outputs.get(name);
            let found = found.or_else(|| batch.column(name)).ok_or_else(|| {
                let names: Vec<&str> = spec.plan.outputs().iter().map(|o| o.0.as_str()).collect();
                place(format!("there is no output `{name}`; there are {}", names.join(", ")))
            })?;
            place_of(&spec.plan, &batch, found.shape.axis, expected)
                .map_err(|e| place(format!("`{name}`: {e}")))?;
            if let Some(difference) = expected.difference(found, vector.tolerance) {
                return Err(place(format!("`{name}`: {difference}")));
            }
        }
    }
    Ok(())
}

/// A column without a single value does not say whether it holds texts, nor how long its vectors are: it takes what
/// the recipe expects.
fn decide(batch: &mut Batch, file: &SpecFile, asked: &BTreeMap<String, Arg>, want: Want<'_>) {
    let nothing = |c: &Column| c.as_numbers().is_some_and(|v| v.iter().all(|x| x.is_nan()));
    let open: Vec<(String, Column)> =
        batch.columns().filter(|(_, c)| nothing(c)).map(|(n, c)| (n.to_string(), c.clone())).collect();
    if open.is_empty() {
        return;
    }
    let dim = batch.columns().filter_map(|(_, c)| c.shape.dim).max().unwrap_or(1).max(1);
    // Whatever is wrong with the recipe is said when it is read with the batch.
    let Ok(spec) = Spec::read_open(file, asked.clone(), want) else { return };
    let is_text = |name: &str| {
        spec.plan
            .graph()
            .nodes()
            .iter()
            .any(|n| n.kind == Kind::Text && matches!(&n.op, Op::Column(column) if &**column == name))
    };
    for (name, column) in open {
        let axis = column.shape.axis;
        let decided = if is_text(&name) {
            Column::texts(axis, vec![Err(Reason::Missing); batch.len(axis)])
        } else if column.shape.dim == Some(0) {
            let shape = Shape { dim: Some(dim), ..column.shape };
            let values = vec![Reason::Missing.value(); batch.len(axis) * shape.width()];
            Column { shape, kind: column.kind, values: Values::Numbers(values) }
        } else {
            continue;
        };
        // It has one absence per element, so it fits.
        let _ = batch.replace_column(&name, decided);
    }
}

/// The output must live on the expected axis, with the expected number of elements under each parent.
fn place_of(plan: &Plan, batch: &Batch, axis: Axis, expected: &Expected) -> Result<(), String> {
    let tree = batch.tree();
    let name = plan.graph().tree().name(axis);
    if name != expected.axis {
        return Err(format!("is on `{name}`, expected on `{}`", expected.axis));
    }
    let mut above = Axis::BATCH;
    for level in &expected.levels {
        let Some(next) = tree.find(&level.axis) else {
            return if level.counts.iter().all(|n| *n == 0) {
                Ok(())
            } else {
                Err(format!("there is no axis `{}`", level.axis))
            };
        };
        // `token` is counted under the rollout, also where it lies under steps.
        let mut counts: Vec<usize> = vec![1; batch.len(next)];
        for below in tree.path(above, next).into_iter().rev() {
            counts = batch.offsets(below).windows(2).map(|w| counts[w[0]..w[1]].iter().sum()).collect();
        }
        if counts != level.counts {
            return Err(format!("has {counts:?} elements of `{}`, expected {:?}", level.axis, level.counts));
        }
        above = next;
    }
    Ok(())
}

fn function(file: &SpecFile, vector: &FunctionVector) -> Result<(), String> {
    for (i, case) in vector.cases.iter().enumerate() {
        let found = Spec::call(file, &vector.function, &case.args).map_err(|e| format!("case {i}: {e}"))?;
        if let Some(difference) = differs(&found, &case.result, vector.tolerance, "result") {
            return Err(format!("case {i}: {difference}"));
        }
    }
    Ok(())
}

fn differs(
    found: &serde_json::Value,
    expected: &serde_json::Value,
    tolerance: f64,
    at: &str,
) -> Option<String> {
    use serde_json::Value;
    let number = |v: &Value| v.as_f64().or_else(|| v.as_bool().map(f64::from));
    match (found, expected) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(i, (a, b))| differs(a, b, tolerance, &format!("{at}[{i}]"))),
        (Value::Object(a), Value::Object(b)) => b.iter().find_map(|(k, b)| match a.get(k) {
            Some(a) => differs(a, b, tolerance, &format!("{at}.{k}")),
            None => Some(format!("{at} has no `{k}`")),
        }),
        _ => match (number(found), number(expected)) {
            (Some(a), Some(b)) if a == b || (a - b).abs() <= tolerance * b.abs().max(1.0) => None,
            _ if found == expected => None,
            _ => Some(format!("{at} is {found}, expected {expected}")),
        },
    }
}
