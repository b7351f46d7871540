//! Signal vectors: batches in, outputs out.

use std::collections::BTreeMap;
use std::sync::Arc;

use meed_algebra::absent::Reason;
use meed_algebra::{Axis, Batch, Column, Kind, Shape, Values};
use serde_json::{Map, Value};

use super::expected::{Cell, Expected, Level};
use super::nested::{Flat, Form, flatten};
use super::{Place, name_of};
use crate::error::DataError;

/// Batches to feed to a recipe, and the outputs that must come out.
#[derive(Debug, Clone)]
pub struct SignalVector {
    /// The recipe's id.
    pub id: String,
    /// The part of the recipe that is tested; `None`: its own outputs.
    pub entry: Option<String>,
    /// What the case exercises.
    pub note: String,
    /// Parameters that differ from the recipe's defaults.
    pub params: Map<String, Value>,
    /// Axes of its own: child and parent, a parent before its children.
    pub axes: Vec<(String, String)>,
    /// Successive training steps, state carried over.
    pub batches: Vec<VectorBatch>,
    /// How far numbers may be off, absolutely or relative to `max(1, |x|)`.
    pub tolerance: f64,
}

/// One training step.
#[derive(Debug, Clone)]
pub struct VectorBatch {
    /// The inputs. An axis without any column is not there: a recipe may make it.
    pub batch: Batch,
    /// The outputs by name.
    pub outputs: BTreeMap<String, Expected>,
}

impl SignalVector {
    pub(super) fn parse(object: &Map<String, Value>, place: &Place) -> Result<Self, DataError> {
        let total_steps = place.optional_count(object, "total_steps")?;
        let axes = Axes::parse(object, place)?;
        let place_batches = place.key("batches");
        let mut batches = Vec::new();
        for (i, batch) in place_batches.list(object.get("batches"))?.iter().enumerate() {
            let place = place_batches.index(i);
            batches.push(parse_batch(place.object(batch)?, i as u64, total_steps, &axes, &place)?);
        }
        if batches.is_empty() {
            return Err(place_batches.error("no batches"));
        }
        let params = match object.get("params") {
            None | Some(Value::Null) => Map::new(),
            Some(params) => place.key("params").object(params)?.clone(),
        };
        Ok(SignalVector {
            id: place.text(object, "id")?,
            entry: place.optional_text(object, "entry")?,
            note: place.optional_text(object, "note")?.unwrap_or_default(),
            params,
            axes: axes.declared,
            batches,
            tolerance: place.tolerance(object)?,
        })
    }
}

/// The axes a file may use, as the chain of lists each one nests in.
struct Axes {
    declared: Vec<(String, String)>,
}

const KNOWN: [(&str, &[&str]); 6] = [
    ("batch", &[]),
    ("group", &["group"]),
    ("rollout", &["group", "rollout"]),
    ("step", &["group", "rollout", "step"]),
    ("token", &["group", "rollout", "token"]),
    ("pair", &["group", "rollout", "pair"]),
];

impl Axes {
    fn parse(object: &Map<String, Value>, place: &Place) -> Result<Self, DataError> {
        let place = place.key("axes");
        let mut open: Vec<(String, String)> = Vec::new();
        if let Some(value) = object.get("axes") {
            for (child, parent) in place.object(value)? {
                let parent = parent.as_str().ok_or_else(|| {
                    place.key(child).error(format!("expected a name, found {}", name_of(parent)))
                })?;
                open.push((child.clone(), parent.to_string()));
            }
        }
        // Parents first, whatever the order in the file.
        let mut axes = Axes { declared: Vec::new() };
        while !open.is_empty() {
            let before = open.len();
            open.retain(|(child, parent)| {
                let ready = axes.chain(parent).is_some();
                if ready {
                    axes.declared.push((child.clone(), parent.clone()));
                }
                !ready
            });
            if open.len() == before {
                let (child, parent) = &open[0];
                return Err(place.key(child).error(format!("its parent `{parent}` is not an axis")));
            }
        }
        Ok(axes)
    }

    fn chain(&self, axis: &str) -> Option<Vec<String>> {
        if let Some((_, chain)) = KNOWN.iter().find(|(name, _)| *name == axis) {
            return Some(chain.iter().map(|s| s.to_string()).collect());
        }
        // A declared axis was added after its parent, so this ends.
        let (_, parent) = self.declared.iter().find(|(child, _)| child == axis)?;
        let mut chain = self.chain(parent)?;
        chain.push(axis.to_string());
        Some(chain)
    }
}

/// A column or output of a file, taken apart.
struct Part {
    axis: String,
    lanes: Option<Vec<String>>,
    chain: Vec<String>,
    flat: Flat,
}

fn parse_part(value: &Value, axes: &Axes, place: &Place) -> Result<Part, DataError> {
    let object = place.object(value)?;
    let axis = place.text(object, "axis")?;
    let chain = axes.chain(&axis).ok_or_else(|| {
        place.error(format!("unknown axis `{axis}`; declare it with its parent in the top-level `axes`"))
    })?;
    let lanes = match object.get("lanes") {
        None | Some(Value::Null) => None,
        value => {
            let place = place.key("lanes");
            let labels = place.list(value)?.iter().map(|v| {
                v.as_str().map(str::to_string).ok_or_else(|| place.error("expected a list of labels"))
            });
            Some(labels.collect::<Result<Vec<_>, _>>()?)
        }
    };
    let vector = object.get("vector").and_then(Value::as_bool).unwrap_or(false);
    let values = object.get("values").ok_or_else(|| place.error("`values` is missing"))?;
    let form = Form { depth: chain.len(), lanes: lanes.as_deref(), vector };
    let flat = flatten(values, &form, &place.key("values"))?;
    Ok(Part { axis, lanes, chain, flat })
}

/// How many children each parent has on the axes seen so far, and which column said so.
#[derive(Default)]
struct Sizes {
    known: BTreeMap<Vec<String>, (Vec<usize>, String)>,
}

impl Sizes {
    fn merge(&mut self, name: &str, part: &Part, place: &Place) -> Result<(), DataError> {
        for level in 0..part.chain.len() {
            let key = part.chain[..=level].to_vec();
            let counts = &part.flat.counts[level];
            match self.known.get(&key) {
                None => {
                    self.known.insert(key, (counts.clone(), name.to_string()));
                }
                Some((known, _)) if known == counts => {}
                Some((_, other)) => {
                    return Err(
                        place.error(format!("how many `{}` there are differs from `{other}`", key[level]))
                    );
                }
            }
        }
        Ok(())
    }

    fn of(&self, chain: &[&str]) -> Option<&[usize]> {
        let key: Vec<String> = chain.iter().map(|s| s.to_string()).collect();
        self.known.get(&key).map(|(counts, _)| counts.as_slice())
    }
}

fn parse_batch(
    object: &Map<String, Value>,
    index: u64,
    total_steps: Option<u64>,
    axes: &Axes,
    place: &Place,
) -> Result<VectorBatch, DataError> {
    let mut sizes = Sizes::default();
    let mut columns = Vec::new();
    if let Some(value) = object.get("columns") {
        let place = place.key("columns");
        for (name, value) in place.object(value)? {
            let place = place.key(name);
            let part = parse_part(value, axes, &place)?;
            sizes.merge(name, &part, &place)?;
            columns.push((name, part, place));
        }
    }
    let mut batch = skeleton(&sizes, &columns, axes, place)?;
    batch.step = place.optional_count(object, "step")?.unwrap_or(index);
    batch.total_steps = total_steps;
    for (name, part, place) in columns {
        let axis =
            batch.tree().find(&part.axis).ok_or_else(|| place.error("its axis has no place in the batch"))?;
        let column = column(part, axis, &place)?;
        batch.add_column(name, column).map_err(|e| place.error(e.to_string()))?;
    }

    let mut outputs = BTreeMap::new();
    let place = place.key("outputs");
    for (name, value) in place.object(object.get("outputs").unwrap_or(&Value::Null))? {
        let place = place.key(name);
        let part = parse_part(value, axes, &place)?;
        sizes.merge(name, &part, &place)?;
        let levels =
            part.chain.iter().cloned().zip(part.flat.counts).map(|(axis, counts)| Level { axis, counts });
        let expected = Expected {
            axis: part.axis,
            lanes: part.lanes,
            dim: part.flat.dim,
            levels: levels.collect(),
            cells: part.flat.cells,
        };
        outputs.insert(name.clone(), expected);
    }
    if outputs.is_empty() {
        return Err(place.error("no outputs"));
    }
    Ok(VectorBatch { batch, outputs })
}

/// The batch's axes: those on which, or under which, there is a column.
fn skeleton(
    sizes: &Sizes,
    columns: &[(&String, Part, Place)],
    axes: &Axes,
    place: &Place,
) -> Result<Batch, DataError> {
    let malformed = |e: meed_algebra::EvalError| place.error(e.to_string());
    let groups = sizes.of(&["group"]).map_or(0, |counts| counts[0]);
    let rollouts = sizes.of(&["group", "rollout"]).map_or_else(|| vec![0; groups], <[usize]>::to_vec);
    let mut batch = Batch::new(rollouts);
    let step_counts = sizes.of(&["group", "rollout", "step"]);
    let step = match step_counts {
        Some(counts) => {
            Some(batch.add_axis("step", Axis::ROLLOUT, counts.iter().copied()).map_err(malformed)?)
        }
        None => None,
    };
    let token_counts = sizes.of(&["group", "rollout", "token"]);
    let step_len = step_len(columns);
    if let (Some(step), Some(counts), Some(lens)) = (step, step_counts, &step_len)
        && token_counts.is_none_or(|tokens| fits(counts, lens, tokens))
    {
        batch.add_axis("token", step, lens.iter().copied()).map_err(malformed)?;
    } else if let Some(counts) = token_counts {
        batch.add_axis("token", Axis::ROLLOUT, counts.iter().copied()).map_err(malformed)?;
    }
    if let Some(counts) = sizes.of(&["group", "rollout", "pair"]) {
        batch.add_axis("pair", Axis::ROLLOUT, counts.iter().copied()).map_err(malformed)?;
    }
    for (child, parent) in &axes.declared {
        let chain = axes.chain(child).unwrap_or_default();
        if let (Some((counts, _)), Some(parent)) = (sizes.known.get(&chain), batch.tree().find(parent)) {
            batch.add_axis(child, parent, counts.iter().copied()).map_err(malformed)?;
        }
    }
    Ok(batch)
}

/// The values of `step_len`, when it is there on `step` and every one is a whole number.
fn step_len(columns: &[(&String, Part, Place)]) -> Option<Vec<usize>> {
    let (_, part, _) = columns.iter().find(|(name, part, _)| *name == "step_len" && part.axis == "step")?;
    part.flat
        .cells
        .iter()
        .map(|cell| match cell {
            Cell::Number(n) if *n >= 0.0 && n.fract() == 0.0 => Some(*n as usize),
            _ => None,
        })
        .collect()
}

/// Whether the step lengths of every rollout add up to its tokens.
fn fits(steps: &[usize], lens: &[usize], tokens: &[usize]) -> bool {
    let mut at = 0;
    steps.len() == tokens.len()
        && steps.iter().zip(tokens).all(|(steps, tokens)| {
            let sum: usize = lens[at..at + steps].iter().sum();
            at += steps;
            sum == *tokens
        })
}

fn column(part: Part, axis: Axis, place: &Place) -> Result<Column, DataError> {
    let shape = Shape { axis, lanes: part.lanes.map(Into::into), dim: part.flat.dim };
    let texts = part.flat.cells.iter().any(|c| matches!(c, Cell::Text(_)));
    if texts {
        let cells = part.flat.cells.into_iter().map(|cell| match cell {
            Cell::Absent => Ok(Err(Reason::Missing)),
            Cell::Text(text) => Ok(Ok(Arc::from(text))),
            Cell::Number(n) => Err(place.error(format!("the number {n} in a column of texts"))),
        });
        let values = Values::Texts(cells.collect::<Result<_, _>>()?);
        return Ok(Column { shape, kind: Kind::Text, values });
    }
    let diagonal = (part.axis == "pair").then(|| diagonal(&part.flat.counts));
    let present = part.flat.cells.iter().filter(|c| **c != Cell::Absent).count();
    let kind = if present > 0 && part.flat.bools == present { Kind::Bool } else { Kind::Number };
    let width = shape.width();
    let values = part.flat.cells.into_iter().enumerate().map(|(i, cell)| match cell {
        Cell::Number(n) => n,
        _ if diagonal.as_ref().is_some_and(|d| d[i / width]) => Reason::NotApplicable.value(),
        _ => Reason::Missing.value(),
    });
    Ok(Column { shape, kind, values: Values::Numbers(values.collect()) })
}

/// For each pair, whether both sides are the same rollout.
fn diagonal(counts: &[Vec<usize>]) -> Vec<bool> {
    let (rollouts, rows) = (&counts[1], &counts[2]);
    let left = rollouts.iter().flat_map(|n| 0..*n);
    left.zip(rows).flat_map(|(left, row)| (0..*row).map(move |right| left == right)).collect()
}
