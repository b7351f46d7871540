//! Loss and gradient of GRPO (clipped ratios, drift penalty, mean of the responses' means) over 1,024 × 4,096 tokens.
//!
//! Prints seconds per call, best of several, and the peak memory beside that of the inputs. `objective.py` beside it is
//! the same in PyTorch with autograd.

use std::collections::BTreeMap;
use std::time::Instant;

use meed_algebra::{Axis, Batch, Column, Outputs, State};
use meed_spec::{Spec, SpecFile, Want};

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SPEC: &str = r#"
load("@recipes//lib/objectives.star", "policy_loss")
advantage = col("reward", "rollout").z("group", ddof=1, eps=1e-6)
loss = policy_loss(advantage, 0.2, 0.2, how="sequence", beta=0.04)
grad_logp = grad(loss, logp)
"#;

fn main() {
    let arg =
        |i: usize, default: usize| std::env::args().nth(i).and_then(|a| a.parse().ok()).unwrap_or(default);
    let (rollouts, tokens) = (arg(1, 1024), arg(2, 4096));
    let n = rollouts * tokens;
    let mut batch = Batch::new(vec![8; rollouts / 8]);
    let token = batch.add_axis("token", Axis::ROLLOUT, vec![tokens; rollouts]).unwrap();
    let logp: Vec<f64> = noise(1, n).map(|x| -x).collect();
    let moved = |seed: u64| logp.iter().zip(noise(seed, n)).map(|(x, u)| x + 0.6 * (u - 0.5)).collect();
    let (old, reference): (Vec<f64>, Vec<f64>) = (moved(2), moved(3));
    batch.add_column("reward", Column::numbers(Axis::ROLLOUT, noise(4, rollouts).collect())).unwrap();
    batch.add_column("old_logp", Column::numbers(token, old)).unwrap();
    batch.add_column("ref_logp", Column::numbers(token, reference)).unwrap();
    batch.add_column("logp", Column::numbers(token, logp)).unwrap();
    let file = SpecFile { name: "objective".into(), source: SPEC.into(), folder: None };
    let mut spec = Spec::read(&file, &batch.schema(), BTreeMap::new(), Want::Outputs).unwrap();
    let wanted = spec.plan.outputs().iter().filter(|o| o.0 != "advantage").cloned().collect();
    spec.plan = meed_algebra::Plan::new(spec.plan.graph().clone(), wanted);
    let before = resident("VmRSS:");
    let mut best = f64::INFINITY;
    let mut used = Outputs::default();
    for _ in 0..7 {
        let clock = Instant::now();
        used = spec.plan.evaluate_reusing(&batch, &mut State::new(), 0, used).unwrap();
        best = best.min(clock.elapsed().as_secs_f64());
    }
    let number = |name: &str| used.get(name).unwrap().as_numbers().unwrap();
    let size: f64 = number("grad_logp").iter().map(|g| g.abs()).sum();
    println!(
        "{{\"what\": \"meed, float64\", \"threads\": {}, \"seconds\": {best:.4}, \"peak_mb\": {:.0}, \
         \"above_inputs_mb\": {:.0}, \"loss\": {:.12}, \"gradient_size\": {size:.9}}}",
        rayon::current_num_threads(),
        resident("VmHWM:"),
        resident("VmHWM:") - before,
        number("loss")[0],
    );
}

/// Numbers in [0, 1) that `objective.py` makes too.
fn noise(seed: u64, n: usize) -> impl Iterator<Item = f64> {
    (0..n as u64).map(move |i| {
        let mut z = i.wrapping_add(seed << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    })
}

/// A line of the process' status, in MB.
fn resident(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(what)).unwrap_or("");
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0 / 1e6
}
