//! Token-level GRPO advantage with a per-token KL term, mask and clip: 1,024 rollouts of 8,192 tokens.
//!
//! Prints seconds per call: with outputs in new memory, and in the memory of the call before; beside it a plain
//! copy of the three columns into memory already in use. The mask is a byte per token; the log-probabilities are
//! `f64`, or `f32` with a third argument `f32`. `benches/peers/grpo.py` is the same in NumPy.

use std::hint::black_box;
use std::time::Instant;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use meed_algebra::op::{Binary, Reducer, Unary};
use meed_algebra::*;

fn main() {
    let arg =
        |i: usize, default: usize| std::env::args().nth(i).and_then(|a| a.parse().ok()).unwrap_or(default);
    let (groups, per_group, tokens) = (arg(1, 128), 8, arg(2, 8192));
    let rollouts = groups * per_group;
    let mut batch = Batch::new(vec![per_group; groups]);
    let token = batch.add_axis("token", Axis::ROLLOUT, vec![tokens; rollouts]).unwrap();
    let noise = |seed: u64, n: usize| -> Vec<f64> {
        let mut s = seed;
        let mut next = || {
            s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (s >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..n).map(|_| next()).collect()
    };
    let n = rollouts * tokens;
    batch.add_column("reward", Column::numbers(Axis::ROLLOUT, noise(1, rollouts))).unwrap();
    let singles = std::env::args().any(|a| a == "f32");
    let logps = |seed| match singles {
        true => Column::singles(token, noise(seed, n).iter().map(|x| -*x as f32).collect()),
        false => Column::numbers(token, noise(seed, n).iter().map(|x| -x).collect()),
    };
    batch.add_column("logp", logps(2)).unwrap();
    batch.add_column("ref_logp", logps(3)).unwrap();
    let mask = noise(4, n).iter().map(|x| u8::from(*x < 0.9)).collect();
    batch.add_column("mask", Column::truths(token, mask)).unwrap();

    let plan = grpo(&batch);
    let best = |f: &mut dyn FnMut()| {
        (0..7)
            .map(|_| {
                let clock = Instant::now();
                f();
                clock.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min)
    };
    let meed = best(&mut || {
        black_box(plan.evaluate(&batch, &mut State::new(), 0).unwrap());
    });
    let mut used = Outputs::default();
    let again = best(&mut || {
        let old = std::mem::take(&mut used);
        used = black_box(plan.evaluate_reusing(&batch, &mut State::new(), 0, old).unwrap());
    });
    // The same bytes: what is read, and an output written.
    let width = if singles { 4 } else { 8 };
    let from = vec![1u8; n * (2 * width + 1)];
    let mut to = vec![1u8; from.len()];
    let copy = best(&mut || black_box(&mut to).copy_from_slice(black_box(&from)));
    println!(
        "{{\"tokens\": {n}, \"width\": {width}, \"threads\": {}, \"new_memory_s\": {meed:.4}, \"same_memory_s\": {again:.4}, \
         \"copy_s\": {copy:.4}}}",
        rayon::current_num_threads()
    );
}

fn grpo(batch: &Batch) -> Plan {
    let mut g = Graph::new(batch.schema());
    let build = |g: &mut Graph| -> Result<NodeId, TypeError> {
        let col = |g: &mut Graph, name: &str| g.column(name, None, None);
        let (r, logp, ref_logp, mask) =
            (col(g, "reward")?, col(g, "logp")?, col(g, "ref_logp")?, col(g, "mask")?);
        let (mean, std) =
            (g.reduce(Reducer::Mean, r, "group")?, g.reduce(Reducer::Std { ddof: 1 }, r, "group")?);
        let (eps, beta, one) = (g.number(1e-6)?, g.number(0.04)?, g.number(1.0)?);
        let centred = g.binary(Binary::Sub, r, mean)?;
        let scale = g.binary(Binary::Add, std, eps)?;
        let z = g.binary(Binary::Div, centred, scale)?;
        // k3: exp(ref - logp) - (ref - logp) - 1
        let d = g.binary(Binary::Sub, ref_logp, logp)?;
        let e = g.unary(Unary::Exp, d)?;
        let k = g.binary(Binary::Sub, e, d)?;
        let k3 = g.binary(Binary::Sub, k, one)?;
        let penalty = g.binary(Binary::Mul, beta, k3)?;
        let a = g.binary(Binary::Sub, z, penalty)?;
        let (low, high) = (g.number(-5.0)?, g.number(5.0)?);
        let a = g.binary(Binary::Min, a, high)?;
        let a = g.binary(Binary::Max, a, low)?;
        g.binary(Binary::Mul, a, mask)
    };
    let advantage = build(&mut g).unwrap();
    Plan::new(g, vec![("advantage".into(), advantage)])
}
