//! Random ragged batches: empty groups, groups of one, absent values, infinities, lanes, vectors, steps, tokens.

use meed_algebra::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// A rollout with everything below it.
#[derive(Debug, Clone)]
pub struct Rollout {
    pub r: f64,
    pub q: f64,
    pub flag: f64,
    pub kind: TextCell,
    pub rm: [f64; 2],
    pub embedding: [f64; 3],
    /// The value of each step, and of its tokens.
    pub steps: Vec<(f64, Vec<f64>)>,
}

/// The rollouts of a task.
#[derive(Debug, Clone)]
pub struct Group {
    pub id: u64,
    pub hard: f64,
    pub rollouts: Vec<Rollout>,
}

/// A number as data has them: small whole ones (so that ties occur), any size, infinite, absent.
pub fn cell() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-3i32..4).prop_map(f64::from),
        6 => -1e3..1e3,
        1 => Just(-0.0),
        1 => prop_oneof![Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
        3 => absent(),
    ]
}

/// A finite number or an absence.
pub fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![4 => (-3i32..4).prop_map(f64::from), 4 => -1e3..1e3, 2 => absent()]
}

fn absent() -> impl Strategy<Value = f64> {
    (0..Reason::ALL.len()).prop_map(|i| Reason::ALL[i].value())
}

fn truth() -> impl Strategy<Value = f64> {
    prop_oneof![4 => Just(1.0), 4 => Just(0.0), 1 => absent()]
}

fn text() -> impl Strategy<Value = TextCell> {
    prop_oneof![
        4 => "[abc]".prop_map(|t| Ok(t.as_str().into())),
        1 => (0..Reason::ALL.len()).prop_map(|i| Err(Reason::ALL[i])),
    ]
}

fn rollout<S: Strategy<Value = f64> + 'static>(number: fn() -> S) -> impl Strategy<Value = Rollout> {
    let steps = vec((number(), vec(number(), 0..4)), 0..4);
    let embedding = [number(), number(), number()];
    (number(), number(), truth(), text(), [number(), number()], embedding, steps).prop_map(
        |(r, q, flag, kind, rm, embedding, steps)| Rollout { r, q, flag, kind, rm, embedding, steps },
    )
}

/// Groups of 0 to 6 rollouts whose numbers come from `number`.
pub fn groups<S: Strategy<Value = f64> + 'static>(number: fn() -> S) -> impl Strategy<Value = Vec<Group>> {
    let group = (any::<u64>(), number(), vec(rollout(number), 0..7));
    vec(group.prop_map(|(id, hard, rollouts)| Group { id, hard, rollouts }), 0..6)
}

/// The groups as columns: `strict` per judge of the batch; `hard` per group; `r`, `q`, `flag`, `kind`, `rm` (lanes) and `embedding` (vectors) per
/// rollout; `s` per step; `t` per token, under the step or beside it.
pub fn batch(groups: &[Group], tokens_in_steps: bool) -> Batch {
    batch_with(groups, tokens_in_steps, |column| column)
}

/// [`batch`], each column passed through `change`.
pub fn batch_with(groups: &[Group], tokens_in_steps: bool, change: fn(Column) -> Column) -> Batch {
    let rollouts: Vec<&Rollout> = groups.iter().flat_map(|g| &g.rollouts).collect();
    let steps: Vec<&(f64, Vec<f64>)> = rollouts.iter().flat_map(|r| &r.steps).collect();
    let mut batch = Batch::new(groups.iter().map(|g| g.rollouts.len()));
    batch.group_ids = groups.iter().map(|g| g.id).collect();
    let step = batch.add_axis("step", Axis::ROLLOUT, rollouts.iter().map(|r| r.steps.len())).unwrap();
    let token = if tokens_in_steps {
        batch.add_axis("token", step, steps.iter().map(|s| s.1.len()))
    } else {
        let counts = rollouts.iter().map(|r| r.steps.iter().map(|s| s.1.len()).sum());
        batch.add_axis("token", Axis::ROLLOUT, counts)
    };
    let judge = batch.add_axis("judge", Axis::BATCH, [3]).unwrap();
    let per = |f: &dyn Fn(&Rollout) -> f64| rollouts.iter().map(|r| f(r)).collect::<Vec<f64>>();
    let mut add = |name: &str, column: Column| batch.add_column(name, change(column)).unwrap();
    add("strict", Column::numbers(judge, vec![0.5, f64::INFINITY, Reason::TimedOut.value()]));
    add("hard", Column::numbers(Axis::GROUP, groups.iter().map(|g| g.hard).collect()));
    add("r", Column::numbers(Axis::ROLLOUT, per(&|r| r.r)));
    add("q", Column::numbers(Axis::ROLLOUT, per(&|r| r.q)));
    add("flag", Column::bools(Axis::ROLLOUT, per(&|r| r.flag)));
    add("kind", Column::texts(Axis::ROLLOUT, rollouts.iter().map(|r| r.kind.clone()).collect()));
    let rm = Column::numbers(Axis::ROLLOUT, rollouts.iter().flat_map(|r| r.rm).collect());
    add("rm", rm.with_lanes(vec!["m0".into(), "m1".into()]));
    let embedding = Column::numbers(Axis::ROLLOUT, rollouts.iter().flat_map(|r| r.embedding).collect());
    add("embedding", embedding.with_dim(3));
    add("s", Column::numbers(step, steps.iter().map(|s| s.0).collect()));
    add("t", Column::numbers(token.unwrap(), steps.iter().flat_map(|s| s.1.iter().copied()).collect()));
    batch
}

/// Many groups, each like one of `groups` with its numbers moved a little, so that work is split in chunks.
pub fn many(groups: &[Group], rollouts: usize) -> Vec<Group> {
    let per_round: usize = groups.iter().map(|g| g.rollouts.len()).sum();
    let rounds = if per_round == 0 { 1 } else { rollouts.div_ceil(per_round) };
    let mut out = Vec::with_capacity(rounds * groups.len());
    for round in 0..rounds {
        for group in groups {
            let mut group = group.clone();
            group.id = group.id.wrapping_add(round as u64);
            for (i, rollout) in group.rollouts.iter_mut().enumerate() {
                let moved = ((round * 7 + i) % 11) as f64 * 0.37;
                rollout.r += moved;
                rollout.steps.iter_mut().for_each(|s| s.0 -= moved);
            }
            out.push(group);
        }
    }
    out
}
