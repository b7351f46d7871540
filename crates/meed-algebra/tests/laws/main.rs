//! Laws that hold for every batch and every expression, checked on random ones.

mod absence;
mod axes;
mod evaluation;
mod expressions;
mod gradients;
mod order;
mod rollouts;

use meed_algebra::absent::reason_of;
use meed_algebra::op::Reducer;
use meed_algebra::*;

/// Evaluates one expression.
fn column(batch: &Batch, build: impl Fn(&mut Graph) -> Result<NodeId, TypeError>) -> Column {
    let mut graph = Graph::new(batch.schema());
    let id = build(&mut graph).unwrap();
    let plan = Plan::new(graph, vec![("x".into(), id)]);
    plan.evaluate(batch, &mut State::new(), 7).unwrap().columns.remove(0).1
}

/// The numbers of one expression.
fn numbers(batch: &Batch, build: impl Fn(&mut Graph) -> Result<NodeId, TypeError>) -> Vec<f64> {
    column(batch, build).as_numbers().unwrap().to_vec()
}

fn reduced(batch: &Batch, op: Reducer, name: &str, to: &str) -> Vec<f64> {
    numbers(batch, |g| {
        let x = g.column(name, None, None)?;
        g.reduce(op, x, to)
    })
}

/// Equal numbers (0 and -0 are), or absent for the same reason.
fn same(a: f64, b: f64) -> bool {
    if a.is_nan() || b.is_nan() { reason_of(a) == reason_of(b) } else { a == b }
}

/// [`same`], or finite and apart by rounding: at most `error` for values of size `scale`.
fn near(a: f64, b: f64, scale: f64, error: f64) -> bool {
    same(a, b) || (a - b).abs() <= error * scale.max(1.0)
}

/// Every value by its bits, texts as they are.
fn exactly(column: &Column) -> Vec<Result<u64, TextCell>> {
    match &column.values {
        Values::Texts(v) => v.iter().map(|t| Err(t.clone())).collect(),
        numbers => (0..numbers.len()).map(|i| Ok(numbers.number(i).to_bits())).collect(),
    }
}
