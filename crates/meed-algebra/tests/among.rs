//! Functions that see siblings together.

use std::sync::Arc;

use meed_algebra::absent::reason_of;
use meed_algebra::*;

/// How many siblings there are, plus a hundred times the place among them.
struct Places {
    axis: &'static str,
}

impl Function for Places {
    fn name(&self) -> &str {
        "places"
    }

    fn identity(&self) -> String {
        format!("places under {}", self.axis)
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn among(&self) -> Option<&str> {
        Some(self.axis)
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        assert!(args.iter().all(|arg| arg.len() == n));
        Ok(Values::Numbers((0..n).map(|i| (100 * i + n) as f64).collect()))
    }
}

fn evaluate(column: &str, axis: &'static str, when: Option<&str>) -> Result<Vec<f64>, TypeError> {
    let mut batch = Batch::new([2, 0, 3]);
    let step = batch.add_axis("step", Axis::ROLLOUT, vec![1, 2, 0, 1, 1]).unwrap();
    batch.add_column("r", Column::numbers(Axis::ROLLOUT, vec![1.0, 0.0, 0.0, 1.0, 1.0])).unwrap();
    batch.add_column("s", Column::numbers(step, vec![0.0; 5])).unwrap();
    batch.add_column("g", Column::numbers(Axis::GROUP, vec![0.0; 3])).unwrap();
    let mut graph = Graph::new(batch.schema());
    let x = graph.column(column, None, None)?;
    let when = when.map(|name| graph.column(name, None, None)).transpose()?;
    let id = graph.call(Arc::new(Places { axis }), &[x], when)?;
    let plan = Plan::new(graph, vec![("x".into(), id)]);
    let mut outputs = plan.evaluate(&batch, &mut State::new(), 0).unwrap();
    Ok(outputs.columns.remove(0).1.as_numbers().unwrap().to_vec())
}

#[test]
fn each_call_sees_the_children_of_one_element() {
    assert_eq!(evaluate("r", "group", None).unwrap(), [2.0, 102.0, 3.0, 103.0, 203.0]);
    assert_eq!(evaluate("s", "rollout", None).unwrap(), [1.0, 2.0, 102.0, 1.0, 1.0]);
    assert_eq!(evaluate("s", "group", None).unwrap(), [3.0, 103.0, 203.0, 2.0, 102.0]);
}

#[test]
fn the_whole_batch_waits_for_all_groups() {
    assert_eq!(evaluate("r", "batch", None).unwrap(), [5.0, 105.0, 205.0, 305.0, 405.0]);
    assert_eq!(evaluate("g", "batch", None).unwrap(), [3.0, 103.0, 203.0]);
}

#[test]
fn behind_a_gate_the_open_ones_are_the_siblings() {
    let gated = evaluate("r", "group", Some("r")).unwrap();
    assert_eq!(gated[0], 1.0);
    assert_eq!(gated[3..], [2.0, 102.0]);
    assert!(gated[1..3].iter().all(|x| reason_of(*x) == Some(Reason::NotApplicable)));
}

#[test]
fn siblings_are_below_an_axis() {
    assert!(evaluate("g", "rollout", None).unwrap_err().to_string().contains("under `rollout`"));
    assert!(evaluate("r", "rollout", None).is_err());
    assert!(evaluate("r", "nowhere", None).is_err());
}
