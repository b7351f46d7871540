//! An expression of 10,000 nodes over a million rollouts in groups of eight: time per element, planning, memory.
//!
//! One line per size, each in a process of its own so that its peak memory is its own. With a number as argument,
//! only that many rollouts.

use std::hint::black_box;
use std::time::Instant;

use meed_algebra::op::{Binary, Reducer, Segment, Unary, Within};
use meed_algebra::*;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NODES: usize = 10_000;
const COLUMNS: usize = 4;
const OUTPUTS: usize = 4;

fn main() {
    if let Some(n) = std::env::args().skip(1).find_map(|a| a.parse().ok()) {
        return measure(n);
    }
    let Ok(program) = std::env::current_exe() else { return };
    for n in [250_000, 500_000, 1_000_000] {
        let _ = std::process::Command::new(&program).arg(n.to_string()).status();
    }
}

fn measure(rollouts: usize) {
    let mut batch = Batch::new(vec![8; rollouts / 8]);
    for c in 0..COLUMNS {
        let values = (0..rollouts).map(|i| ((i * (c + 3)) % 1009) as f64 / 1009.0).collect();
        batch.add_column(&format!("x{c}"), Column::numbers(Axis::ROLLOUT, values)).unwrap();
    }
    let before = peak();
    let clock = Instant::now();
    let plan = expression(&batch).unwrap();
    let planned = clock.elapsed().as_secs_f64();
    let nodes = plan.graph().nodes().len();
    let clock = Instant::now();
    let out = black_box(plan.evaluate(&batch, &mut State::new(), 0).unwrap());
    let took = clock.elapsed().as_secs_f64();
    assert_eq!(out.columns.len(), OUTPUTS);
    let live = (COLUMNS + OUTPUTS) * rollouts * 8;
    println!(
        "{{\"rollouts\": {rollouts}, \"nodes\": {nodes}, \"threads\": {}, \"plan_s\": {planned:.3}, \
         \"evaluate_s\": {took:.3}, \"ns_per_node_and_rollout\": {:.3}, \"live_mb\": {:.1}, \"before_mb\": {:.1}, \
         \"peak_mb\": {:.1}, \"peak_per_live\": {:.2}}}",
        rayon::current_num_threads(),
        took * 1e9 / (nodes * rollouts) as f64,
        live as f64 / 1e6,
        before / 1e6,
        peak() / 1e6,
        peak() / live as f64,
    );
}

/// Arithmetic in many short chains, with a statistic of the group or a rank among the siblings now and then.
fn expression(batch: &Batch) -> Result<Plan, TypeError> {
    let mut g = Graph::new(batch.schema());
    let columns: Vec<NodeId> =
        (0..COLUMNS).map(|c| g.column(&format!("x{c}"), None, None)).collect::<Result<_, _>>()?;
    let mut ends = columns.clone();
    let mut i = 0;
    while g.nodes().len() < NODES {
        let (a, b) = (ends[i % OUTPUTS], ends[(i * 7 + 1) % OUTPUTS]);
        let weight = g.number(0.1 + (i % 89) as f64 / 89.0)?;
        let x = g.binary(Binary::Mul, a, weight)?;
        let y = g.binary(Binary::Sub, x, b)?;
        ends[i % OUTPUTS] = match i % 50 {
            10 => {
                let mean = g.reduce(Reducer::Mean, y, "group")?;
                g.binary(Binary::Sub, y, mean)?
            }
            20 => {
                let std = g.reduce(Reducer::Std { ddof: 1 }, y, "group")?;
                g.binary(Binary::Add, y, std)?
            }
            30 => g.segment(Segment::Within(Within::LooMean), y, None, "group", &[])?,
            _ => match i % 4 {
                0 => g.unary(Unary::Abs, y)?,
                1 => g.binary(Binary::Max, y, columns[i % COLUMNS])?,
                2 => g.unary(Unary::Sqrt, y).and_then(|s| g.or_else(s, y))?,
                _ => g.binary(Binary::Min, y, weight)?,
            },
        };
        i += 1;
    }
    Ok(Plan::new(g, ends.into_iter().enumerate().map(|(k, n)| (format!("y{k}"), n)).collect()))
}

/// The most memory this process had at a time, in bytes.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("");
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(f64::NAN) * 1024.0
}
