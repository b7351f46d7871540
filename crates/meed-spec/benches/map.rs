//! A Starlark function per rollout, over a million rollouts: calls per second on one core.

use std::collections::BTreeMap;
use std::time::Instant;

use meed_algebra::{Axis, Batch, Column, State};
use meed_spec::{Spec, SpecFile, Want};

fn main() {
    let n: usize = 1_000_000;
    let mut batch = Batch::new(vec![8; n / 8]);
    let texts = (0..n).map(|i| Ok(format!("step one, step two, answer {}", i % 97).into())).collect();
    batch.add_column("text", Column::texts(Axis::ROLLOUT, texts)).unwrap();
    batch.add_column("r", Column::numbers(Axis::ROLLOUT, (0..n).map(|i| (i % 7) as f64).collect())).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for (name, function) in [
        ("number", "lambda t, r: r + 1"),
        ("text", "lambda t, r: (0.5 if t.endswith('7') else 0.0) + (1 if r > 3 else 0)"),
        ("loop", "lambda t, r: len([w for w in t.split(' ') if w == 'step'])"),
    ] {
        let source = format!("out = map({function}, text, col('r'))\n");
        let file = SpecFile { name: name.into(), source, folder: None };
        let spec = Spec::read(&file, &batch.schema(), BTreeMap::new(), Want::Outputs).unwrap();
        let clock = Instant::now();
        pool.install(|| spec.plan.evaluate(&batch, &mut State::new(), 0).unwrap());
        let rate = n as f64 / clock.elapsed().as_secs_f64();
        println!("{{\"function\": \"{name}\", \"calls_per_second\": {rate:.0}}}");
    }
}
