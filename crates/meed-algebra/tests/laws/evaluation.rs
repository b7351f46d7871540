//! What is computed does not depend on how: threads, shards, fused or one node at a time.

use meed_algebra::*;
use proptest::prelude::*;

use crate::absence::is_canonical;
use crate::exactly;
use crate::expressions::{Scope, build, words};
use crate::rollouts::{batch, batch_with, cell, groups, many};

const ALL: Scope = Scope { batch: true, state: true };

/// Every node an output: nothing is left inside a fused pass.
fn every_node(graph: &Graph) -> Vec<(String, NodeId)> {
    (0..graph.nodes().len() as u32).map(|i| (i.to_string(), NodeId(i))).collect()
}

/// The nodes nothing else uses.
fn ends(graph: &Graph) -> Vec<(String, NodeId)> {
    let used: std::collections::HashSet<NodeId> =
        graph.nodes().iter().flat_map(|n| n.inputs.iter().copied()).collect();
    every_node(graph).into_iter().filter(|(_, n)| !used.contains(n)).collect()
}

/// The column with its numbers rounded to `f32`.
fn rounded(column: Column) -> Column {
    let values = match column.values {
        Values::Numbers(v) if column.kind == Kind::Number => {
            let round = |x: f64| if x.is_nan() { x } else { f64::from(x as f32) };
            Values::Numbers(v.into_iter().map(round).collect())
        }
        values => values,
    };
    Column { values, ..column }
}

/// The column with numbers as `f32` and truth values as bytes.
fn narrowed(column: Column) -> Column {
    let single = |x: f64| absent::reason_of(x).map_or(x as f32, Reason::single);
    let truth = |x: f64| absent::reason_of(x).map_or(u8::from(x != 0.0), Reason::byte);
    let values = match (column.values, column.kind) {
        (Values::Numbers(v), Kind::Bool) => {
            Column::truths(Axis::BATCH, v.into_iter().map(truth).collect()).values
        }
        (Values::Numbers(v), _) => Column::singles(Axis::BATCH, v.into_iter().map(single).collect()).values,
        (values, _) => values,
    };
    Column { values, ..column }
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_absence_has_a_reason(groups in groups(cell), nested in any::<bool>(), words in words()) {
        let batch = batch(&groups, nested);
        let graph = build(batch.schema(), &words, ALL);
        let outputs = every_node(&graph);
        let plan = Plan::new(graph, outputs);
        let out = plan.evaluate(&batch, &mut State::new(), 3).unwrap();
        for (name, column) in &out.columns {
            let node = plan.graph().node(NodeId(name.parse().unwrap()));
            for x in column.as_numbers().unwrap_or(&[]) {
                prop_assert!(is_canonical(*x), "{node:?}: {:x}", x.to_bits());
            }
        }
    }

    #[test]
    fn fused_is_one_at_a_time(groups in groups(cell), nested in any::<bool>(), words in words()) {
        let batch = batch(&groups, nested);
        let graph = build(batch.schema(), &words, ALL);
        let (few, all) = (ends(&graph), every_node(&graph));
        let (mut one, mut other) = (State::new(), State::new());
        for seed in 0..2 {
            let fused = Plan::new(graph.clone(), few.clone()).evaluate(&batch, &mut one, seed).unwrap();
            let apart = Plan::new(graph.clone(), all.clone()).evaluate(&batch, &mut other, seed).unwrap();
            for (name, column) in &fused.columns {
                prop_assert_eq!(&column.shape, &apart.get(name).unwrap().shape);
                let node = &graph.nodes()[name.parse::<usize>().unwrap()];
                prop_assert_eq!(exactly(column), exactly(apart.get(name).unwrap()), "{:?}", node);
            }
            prop_assert_eq!(one.to_text(), other.to_text());
        }
    }

    #[test]
    fn the_width_of_a_column_does_not_show(groups in groups(cell), nested in any::<bool>(), words in words()) {
        let (wide, narrow) = (batch_with(&groups, nested, rounded), batch_with(&groups, nested, narrowed));
        let graph = build(wide.schema(), &words, ALL);
        for outputs in [ends(&graph), every_node(&graph)] {
            let plan = Plan::new(graph.clone(), outputs);
            let (mut one, mut other) = (State::new(), State::new());
            let expected = plan.evaluate(&wide, &mut one, 3).unwrap();
            let found = plan.evaluate(&narrow, &mut other, 3).unwrap();
            for ((name, a), (_, b)) in expected.columns.iter().zip(&found.columns) {
                prop_assert_eq!(exactly(a), exactly(b), "{}", name);
            }
            prop_assert_eq!(one.to_text(), other.to_text());
        }
    }

    #[test]
    fn groups_alone_are_groups_together(groups in groups(cell), nested in any::<bool>(), words in words()) {
        let whole = batch(&groups, nested);
        let graph = build(whole.schema(), &words, Scope { batch: false, state: true });
        let local: Vec<_> = every_node(&graph)
            .into_iter()
            .filter(|(_, n)| !Plan::new(graph.clone(), vec![("x".into(), *n)]).needs_whole_batch())
            .collect();
        let plan = Plan::new(graph, local);
        prop_assume!(!plan.needs_whole_batch());
        let together = plan.evaluate(&whole, &mut State::new(), 3).unwrap();
        let mut parts = vec![Vec::new(); together.columns.len()];
        for group in &groups {
            let shard = batch(std::slice::from_ref(group), nested);
            let out = plan.evaluate(&shard, &mut State::new(), 3).unwrap();
            parts.iter_mut().zip(&out.columns).for_each(|(p, (_, c))| p.extend(exactly(c)));
        }
        for ((name, column), part) in together.columns.iter().zip(parts) {
            // A constant is one value, not one per group.
            let node = plan.graph().node(NodeId(name.parse().unwrap()));
            if node.shape.axis != Axis::BATCH {
                prop_assert_eq!(exactly(column), part, "{:?}", node);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn threads_do_not_show(groups in groups(cell), nested in any::<bool>(), words in words()) {
        // Enough rollouts for several chunks of work.
        let batch = batch(&many(&groups, 12_000), nested);
        let graph = build(batch.schema(), &words, Scope { batch: true, state: false });
        let few = ends(&graph);
        // Pairs of all groups are too many here.
        prop_assume!(graph.crosses().iter().all(|c| c.within != Axis::BATCH));
        let plan = Plan::new(graph, few);
        let run = || plan.evaluate(&batch, &mut State::new(), 5).unwrap();
        let alone = on_threads(1, run);
        for threads in [2, 5] {
            let together = on_threads(threads, run);
            for ((name, a), (_, b)) in alone.columns.iter().zip(&together.columns) {
                prop_assert_eq!(exactly(a), exactly(b), "{}", name);
            }
        }
    }
}
