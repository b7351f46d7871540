//! Laws every recipe keeps, tried on the inputs of numeric examples: the order of a group's rollouts, what other
//! groups are there, groups of one, nothing at all, everything absent.

use std::collections::BTreeMap;
use std::path::Path;

use meed_algebra::absent::Reason;
use meed_algebra::{Axis, Batch, Column, Kind, Outputs, State, Values};
use meed_data::vectors::{SignalVector, Vector, read_dir};
use meed_spec::params::from_json;
use meed_spec::{Spec, SpecFile, Want, recipes};

/// Every signal vector of a recipe that is here: those that come with Meed, and larger sets beside the repository.
fn vectors() -> Vec<SignalVector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let beside = read_dir(&folder).unwrap_or_default().into_iter().filter_map(|(_, vector)| vector.ok());
    let own = recipes::vectors().into_iter().map(|(path, text)| {
        Vector::parse(&text, &path.display().to_string()).expect("a numeric example of our own")
    });
    let signals = own.chain(beside).filter_map(|vector| match vector {
        Vector::Signal(v) if recipes::recipe(&v.id).is_some() => Some(v),
        _ => None,
    });
    signals.collect()
}

/// A recipe (or part) read for a batch, and what it gives from fresh state.
struct Run {
    spec: Spec,
    batch: Batch,
    outputs: Outputs,
}

fn run(vector: &SignalVector, batch: &Batch) -> Result<Run, String> {
    let file = SpecFile::open(&format!("@recipes//{}.star", vector.id)).map_err(|e| e.to_string())?;
    let asked: BTreeMap<_, _> = vector.params.iter().map(|(k, v)| (k.clone(), from_json(v))).collect();
    let want = vector.entry.as_deref().map_or(Want::Outputs, Want::Part);
    let spec = Spec::read(&file, &batch.schema(), asked, want).map_err(|e| e.to_string())?;
    let mut batch = batch.clone();
    spec.plan.add_axes(&mut batch).map_err(|e| e.to_string())?;
    let outputs = spec.plan.evaluate(&batch, &mut State::new(), 0).map_err(|e| e.to_string())?;
    Ok(Run { spec, batch, outputs })
}

/// For each axis of a batch, the old elements in their new order, and how many lie under each new parent.
struct Arrangement {
    elements: Vec<Vec<usize>>,
    counts: Vec<Vec<usize>>,
}

impl Arrangement {
    /// The groups `groups` in this order, the rollouts of each picked by `order` (positions in the group).
    fn new(batch: &Batch, groups: &[usize], order: impl Fn(usize) -> Vec<usize>) -> Self {
        let tree = batch.tree();
        let mut made = Arrangement { elements: Vec::new(), counts: Vec::new() };
        for axis in tree.axes() {
            let children: Vec<Vec<usize>> = match tree.parent(axis) {
                None => vec![vec![0]],
                Some(Axis::BATCH) if axis == Axis::GROUP => vec![groups.to_vec()],
                Some(parent) => {
                    let offsets = batch.offsets(axis);
                    let reordered = axis == Axis::ROLLOUT || tree.name(axis) == "pair";
                    let children = |p: &usize| {
                        let (first, n) = (offsets[*p], offsets[p + 1] - offsets[*p]);
                        let order = if reordered { order(n) } else { (0..n).collect() };
                        order.into_iter().map(|k| first + k).collect()
                    };
                    made.elements[parent.0 as usize].iter().map(children).collect()
                }
            };
            made.counts.push(children.iter().map(Vec::len).collect());
            made.elements.push(children.concat());
        }
        made
    }

    fn column(&self, column: &Column, axis: Axis) -> Column {
        let width = column.shape.width();
        let places = self.elements[axis.0 as usize].iter().flat_map(|e| e * width..(e + 1) * width);
        let values = match &column.values {
            Values::Texts(v) => Values::Texts(places.map(|i| v[i].clone()).collect()),
            numbers => Values::Numbers(places.map(|i| numbers.number(i)).collect()),
        };
        Column { values, ..column.clone() }
    }

    /// The batch so arranged, its columns changed.
    fn batch(&self, batch: &Batch, change: impl Fn(Column) -> Column) -> Batch {
        let tree = batch.tree();
        let counts = |axis: Axis| self.counts[axis.0 as usize].iter().copied();
        let mut new = Batch::new(counts(Axis::ROLLOUT));
        (new.step, new.total_steps) = (batch.step, batch.total_steps);
        for axis in tree.axes().filter(|a| a.0 > Axis::ROLLOUT.0) {
            // Axes are numbered in the order they are added, so the numbers stay.
            let parent = tree.parent(axis).expect("an axis below");
            new.add_axis(tree.name(axis), parent, counts(axis)).expect("an axis of the old batch");
        }
        for (name, column) in batch.columns() {
            let column = change(self.column(column, column.shape.axis));
            new.add_column(name, column).expect("a column of the old batch");
        }
        new
    }
}

fn in_order(n: usize) -> Vec<usize> {
    (0..n).collect()
}

fn groups(batch: &Batch) -> Vec<usize> {
    in_order(batch.len(Axis::GROUP))
}

/// The first place where two columns differ by more than rounding; absences may have other reasons.
fn differ(a: &Column, b: &Column) -> Option<String> {
    match (&a.values, &b.values) {
        (Values::Numbers(a), Values::Numbers(b)) => {
            let near = |x: f64, y: f64| {
                (x.is_nan() && y.is_nan()) || x == y || (x - y).abs() <= 1e-9 * x.abs().max(y.abs()).max(1.0)
            };
            let at = (0..a.len().max(b.len()))
                .find(|i| !a.get(*i).zip(b.get(*i)).is_some_and(|(x, y)| near(*x, *y)))?;
            Some(format!("value {at}: {:?} and {:?}", a.get(at), b.get(at)))
        }
        (a, b) if a == b => None,
        _ => Some("texts differ".to_string()),
    }
}

/// Recipes in which the order of a group's rollouts carries meaning.
const ORDERED: &[(&str, &str)] = &[
    ("agent-rlvr", "winners meet losers in turn"),
    ("arenarl", "the anchor is a place in the group"),
    ("brpo", "the first answer is the reference"),
    ("co-reward", "the first answer seen wins a tied vote"),
    ("cooper", "a draw picks by place in the group"),
    ("dpa", "the first of equal scores is kept"),
    ("dragon", "a group is a first and a second sample"),
    ("fk-steering", "a draw picks by place in the group"),
    ("icpl", "gives positions in the group"),
    ("ixc-reward", "of equally good ones the first is best"),
    ("mario-ga", "gives positions in the group"),
    ("ovm", "of equal candidates the first are kept"),
    ("regret-preference", "a group is a first and a second segment"),
    ("reward-design-agents", "visits are counted in the order they come"),
    ("rorecomp", "ties are kept by position"),
    ("router-r1", "costs are remembered in the order they arrive"),
    ("self-certainty", "ties are broken by position"),
    ("self-prm", "gives positions in the group"),
    ("superhf", "of equal scores the first are kept"),
    ("web-arbiter", "candidates are named by their place"),
];

#[test]
fn permuting_the_rollouts_of_a_group_permutes_the_outputs() {
    let mut tried = 0;
    let mut broken = Vec::new();
    for vector in vectors().iter().filter(|v| ORDERED.iter().all(|(id, _)| *id != v.id)) {
        let batch = &vector.batches[0].batch;
        let groups = groups(batch);
        let reversed = |n: usize| (0..n).rev().collect::<Vec<_>>();
        let Ok(plain) = run(vector, batch) else { continue };
        let moved = match run(vector, &Arrangement::new(batch, &groups, reversed).batch(batch, |c| c)) {
            Ok(moved) => moved,
            Err(e) => {
                broken.push(format!("{} ({}): {e}", vector.id, vector.note));
                continue;
            }
        };
        tried += 1;
        let back = Arrangement::new(&plain.batch, &groups, reversed);
        for (name, column) in &plain.outputs.columns {
            let axis = plain.batch.tree().find(plain.spec.plan.graph().tree().name(column.shape.axis));
            let (Some(axis), Some(other)) = (axis, moved.outputs.get(name)) else { continue };
            if let Some(difference) = differ(&back.column(column, axis), other) {
                broken.push(format!("{} ({}): `{name}`: {difference}", vector.id, vector.note));
            }
        }
    }
    assert!(broken.is_empty(), "{} of {tried}:\n{}", broken.len(), broken.join("\n"));
    assert!(tried > 5);
}

#[test]
fn groups_alone_give_what_they_give_together() {
    let mut tried = 0;
    let mut broken = Vec::new();
    for vector in vectors() {
        let batch = &vector.batches[0].batch;
        let Ok(whole) = run(&vector, batch) else { continue };
        if whole.spec.plan.needs_whole_batch() {
            continue;
        }
        tried += 1;
        for g in 0..batch.len(Axis::GROUP) {
            let alone = match run(&vector, &Arrangement::new(batch, &[g], in_order).batch(batch, |c| c)) {
                Ok(alone) => alone,
                Err(e) => {
                    broken.push(format!("{} ({}): {e}", vector.id, vector.note));
                    continue;
                }
            };
            let part = Arrangement::new(&whole.batch, &[g], in_order);
            for (name, column) in &whole.outputs.columns {
                let axis = whole.batch.tree().find(whole.spec.plan.graph().tree().name(column.shape.axis));
                let (Some(axis), Some(other)) = (axis, alone.outputs.get(name)) else { continue };
                if let Some(difference) = differ(&part.column(column, axis), other) {
                    broken.push(format!("{} ({}): `{name}`: {difference}", vector.id, vector.note));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{} of {tried}:\n{}", broken.len(), broken.join("\n"));
    assert!(tried > 3);
}

/// The batch with other values in its columns.
fn with(batch: &Batch, change: impl Fn(Column) -> Column) -> Batch {
    Arrangement::new(batch, &groups(batch), in_order).batch(batch, change)
}

fn expect(tried: &mut Vec<String>, vector: &SignalVector, what: &str, batch: &Batch) {
    match run(vector, batch) {
        Ok(run) => {
            for (name, column) in &run.outputs.columns {
                if let Values::Numbers(v) = &column.values
                    && v.iter().any(|x| x.is_nan() && meed_algebra::absent::reason_of(*x).is_none())
                {
                    tried.push(format!("{} ({}): {what}: `{name}` is NaN", vector.id, vector.note));
                }
            }
        }
        Err(e) => tried.push(format!("{} ({}): {what}: {e}", vector.id, vector.note)),
    }
}

#[test]
fn small_and_empty_batches_are_accepted() {
    let mut broken = Vec::new();
    for vector in vectors() {
        let batch = &vector.batches[0].batch;
        let groups = groups(batch);
        let first = Arrangement::new(batch, &groups, |n| (0..n.min(1)).collect());
        // A pair axis of one rollout holds its diagonal.
        expect(&mut broken, &vector, "groups of one", &first.batch(batch, |c| c));
        let none = Arrangement::new(batch, &[], in_order);
        expect(&mut broken, &vector, "no group", &none.batch(batch, |c| c));
        let empty = Arrangement::new(batch, &groups, |_| Vec::new());
        expect(&mut broken, &vector, "groups of none", &empty.batch(batch, |c| c));
    }
    assert!(broken.is_empty(), "{}:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn absent_and_equal_inputs_give_values_or_reasons() {
    let mut broken = Vec::new();
    for vector in vectors() {
        let batch = &vector.batches[0].batch;
        let absent = |c: Column| {
            let values = match &c.values {
                Values::Texts(v) => Values::Texts(vec![Err(Reason::TimedOut); v.len()]),
                numbers => Values::Numbers(vec![Reason::TimedOut.value(); numbers.len()]),
            };
            Column { values, ..c }
        };
        let floats = |c: &Column| c.kind == Kind::Number && c.shape.axis != Axis::BATCH;
        let measured = |c: &Column| {
            let whole = c.as_numbers().is_some_and(|v| v.iter().all(|x| x.is_nan() || x.fract() == 0.0));
            floats(c) && !whole
        };
        let all_absent = with(batch, |c| if measured(&c) { absent(c) } else { c });
        expect(&mut broken, &vector, "all absent", &all_absent);
        let equal = |c: Column| {
            let Values::Numbers(v) = &c.values else { return c };
            let x = v.iter().copied().find(|x| !x.is_nan()).unwrap_or(0.0);
            let same = v.iter().map(|y| if y.is_nan() { *y } else { x }).collect();
            Column { values: Values::Numbers(same), ..c }
        };
        let all_equal = with(batch, |c| if measured(&c) { equal(c) } else { c });
        expect(&mut broken, &vector, "all equal", &all_equal);
    }
    assert!(broken.is_empty(), "{}:\n{}", broken.len(), broken.join("\n"));
}
