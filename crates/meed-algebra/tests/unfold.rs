//! Functions that make an axis of their own.

use std::sync::Arc;

use meed_algebra::absent::reason_of;
use meed_algebra::op::Reducer;
use meed_algebra::*;

/// The lengths of the words of a text, on an axis `word`; `plus` is added to each.
struct Lengths {
    plus: usize,
}

fn words<'a>(text: &'a Slice<'_>, i: usize) -> impl Iterator<Item = &'a str> {
    text.text(i).unwrap_or_default().split_whitespace()
}

impl Function for Lengths {
    fn name(&self) -> &str {
        "lengths"
    }

    fn identity(&self) -> String {
        format!("lengths {}", self.plus)
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn unfold(&self) -> Option<&dyn Unfold> {
        Some(self)
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let lengths = (0..n).flat_map(|i| words(&args[0], i).map(|w| (w.len() + self.plus) as f64));
        Ok(Values::Numbers(lengths.collect()))
    }
}

impl Unfold for Lengths {
    fn axis(&self) -> &str {
        "word"
    }

    fn counted(&self) -> usize {
        1
    }

    fn counting(&self) -> String {
        "white space".into()
    }

    fn counts(&self, counted: &[Slice<'_>], n: usize) -> Result<Vec<usize>, EvalError> {
        Ok((0..n).map(|i| words(&counted[0], i).count()).collect())
    }
}

fn batch() -> Batch {
    let mut batch = Batch::new([2, 1]);
    let text = ["a bcd", "", "to be or"].map(|t| Ok(t.into())).to_vec();
    batch.add_column("text", Column::texts(Axis::ROLLOUT, text)).unwrap();
    batch.add_column("topic", Column::texts(Axis::GROUP, vec![Ok("x y".into()), Ok("z".into())])).unwrap();
    batch.add_column("r", Column::numbers(Axis::ROLLOUT, vec![1.0, 0.0, 0.0])).unwrap();
    batch
}

fn evaluate(build: impl Fn(&mut Graph) -> Result<NodeId, TypeError>) -> Result<Vec<f64>, TypeError> {
    let batch = batch();
    let mut graph = Graph::new(batch.schema());
    let id = build(&mut graph)?;
    let plan = Plan::new(graph, vec![("x".into(), id)]);
    let mut outputs = plan.evaluate(&batch, &mut State::new(), 0).unwrap();
    let mut with_axes = batch.clone();
    plan.add_axes(&mut with_axes).unwrap();
    let again = plan.evaluate(&with_axes, &mut State::new(), 0).unwrap();
    let column = outputs.columns.remove(0).1;
    assert_eq!(column.values.len(), again.columns[0].1.values.len());
    Ok(column.as_numbers().unwrap().to_vec())
}

fn lengths(g: &mut Graph, column: &str, plus: usize) -> Result<NodeId, TypeError> {
    let text = g.column(column, None, None)?;
    g.call(Arc::new(Lengths { plus }), &[text], None)
}

#[test]
fn each_element_has_as_many_values_as_the_function_says() {
    assert_eq!(evaluate(|g| lengths(g, "text", 0)).unwrap(), [1.0, 3.0, 2.0, 2.0, 2.0]);
    let sums = evaluate(|g| {
        let x = lengths(g, "text", 0)?;
        g.reduce(Reducer::Sum, x, "rollout")
    });
    assert_eq!(sums.unwrap(), [4.0, 0.0, 6.0]);
}

#[test]
fn functions_that_count_alike_share_the_axis_and_others_do_not() {
    let both = evaluate(|g| {
        let (a, b) = (lengths(g, "text", 0)?, lengths(g, "text", 10)?);
        g.binary(op::Binary::Add, a, b)
    });
    assert_eq!(both.unwrap(), [12.0, 16.0, 14.0, 14.0, 14.0]);
    let clash = evaluate(|g| {
        lengths(g, "text", 0)?;
        lengths(g, "topic", 0)
    });
    assert!(clash.unwrap_err().to_string().contains("axis `word`"));
}

#[test]
fn what_is_computed_makes_no_axis() {
    let computed = evaluate(|g| {
        let (text, r) = (g.column("text", None, None)?, g.column("r", None, None)?);
        let some = g.mask(text, r)?;
        g.call(Arc::new(Lengths { plus: 0 }), &[some], None)
    });
    assert!(computed.unwrap_err().to_string().contains("computed"));
}

#[test]
fn behind_a_gate_the_elements_are_there_and_absent() {
    let gated = evaluate(|g| {
        let (text, r) = (g.column("text", None, None)?, g.column("r", None, None)?);
        g.call(Arc::new(Lengths { plus: 0 }), &[text], Some(r))
    });
    let gated = gated.unwrap();
    assert_eq!(gated[..2], [1.0, 3.0]);
    assert!(gated[2..].iter().all(|x| reason_of(*x) == Some(Reason::NotApplicable)));
}
