//! What does not depend on parameters is computed once, for plans that are evaluated again and again with others.

use std::collections::BTreeSet;

use crate::batch::Batch;
use crate::column::{Column, Shape};
use crate::error::EvalError;
use crate::graph::{Node, NodeId};
use crate::op::Op;
use crate::plan::Plan;
use crate::state::State;

impl Plan {
    /// A plan of the same outputs over a batch in which all that depends on no parameter has become a column: scorers
    /// are called once, however often parameters change. State is neither read nor written.
    ///
    /// # Errors
    /// As [`Plan::evaluate`].
    pub fn hoisted(&self, batch: &Batch, seed: u64) -> Result<(Plan, Batch), EvalError> {
        let mut graph = self.graph().clone();
        graph.updates.clear();
        let mut varying: BTreeSet<NodeId> = BTreeSet::new();
        for n in &self.needed {
            let node = graph.node(*n);
            if matches!(node.op, Op::Parameter(_)) || node.inputs.iter().any(|i| varying.contains(i)) {
                varying.insert(*n);
            }
        }
        let mut fixed: BTreeSet<NodeId> = BTreeSet::new();
        let outputs = self.outputs().iter().map(|o| o.1);
        let mut open: Vec<NodeId> =
            varying.iter().flat_map(|n| graph.node(*n).inputs.iter().copied()).chain(outputs).collect();
        while let Some(n) = open.pop() {
            match graph.node(n).op {
                _ if varying.contains(&n) => {}
                Op::Column(_) | Op::Number(_) | Op::Text(_) => {}
                // Repeating a value is cheaper than holding its repetitions.
                Op::Spread => open.extend(&graph.node(n).inputs),
                _ => {
                    fixed.insert(n);
                }
            }
        }
        let outputs = fixed.iter().map(|n| (format!("fixed {}", n.0), *n)).collect();
        let mut batch = batch.clone();
        let plan = Plan::new(graph.clone(), outputs);
        plan.add_axes(&mut batch)?;
        let values = plan.evaluate(&batch, &mut State::new(), seed)?;
        for (n, (name, column)) in fixed.into_iter().zip(values.columns) {
            let node = graph.node(n);
            let (shape, kind) = (node.shape.clone(), node.kind);
            let axis = graph.tree().name(shape.axis);
            let axis =
                batch.tree().find(axis).ok_or_else(|| EvalError::Malformed(format!("no axis `{axis}`")))?;
            let column = Column { shape: Shape { axis, ..column.shape }, ..column };
            batch.add_column(&name, column)?;
            graph.nodes[n.0 as usize] = Node { op: Op::Column(name.into()), inputs: Vec::new(), shape, kind };
        }
        Ok((Plan::new(graph, self.outputs().to_vec()), batch))
    }
}
