//! Values repeat downwards and reduce upwards.

use meed_algebra::op::{Reducer, Scan, Segment, Unary, Within};
use meed_algebra::*;
use proptest::prelude::*;

use crate::rollouts::{batch, cell, finite, groups};
use crate::{near, numbers, reduced, same};

const DOWN: [(&str, &str, &[&str]); 3] = [
    ("hard", "group", &["rollout", "step", "token"]),
    ("r", "rollout", &["step", "token"]),
    ("rm", "rollout", &["step", "token"]),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_value_spread_and_reduced_is_the_value(groups in groups(cell), nested in any::<bool>()) {
        let batch = batch(&groups, nested);
        for (name, own, below) in DOWN {
            for axis in below {
                let value = numbers(&batch, |g| g.column(name, None, None));
                let width = value.len() / batch.len(batch.tree().find(own).unwrap()).max(1);
                let children = numbers(&batch, |g| {
                    let x = g.column(name, None, None)?;
                    let one = g.number(1.0)?;
                    let plain = g.or_else(x, one)?;
                    let present = g.unary(Unary::Abs, plain)?;
                    let down = g.spread_at(present, axis, None)?;
                    g.reduce(Reducer::Count, down, own)
                });
                for op in [Reducer::Mean, Reducer::Min, Reducer::Max, Reducer::First, Reducer::Last,
                           Reducer::Median, Reducer::Majority] {
                    let back = numbers(&batch, |g| {
                        let x = g.column(name, None, None)?;
                        let down = g.spread_at(x, axis, None)?;
                        g.reduce(op, down, own)
                    });
                    prop_assert_eq!(back.len(), value.len());
                    for (i, (back, value)) in back.iter().zip(&value).enumerate() {
                        // Nothing below, or nothing but absent values, leaves nothing to reduce.
                        let expected = if value.is_nan() || children[i] == 0.0 {
                            Reason::Empty.value()
                        } else {
                            *value
                        };
                        prop_assert!(same(*back, expected), "{op:?} of {name} over {axis} ({width}): {back} {value}");
                    }
                }
            }
        }
    }

    #[test]
    fn reducing_in_two_steps_is_reducing_at_once(groups in groups(finite), nested in any::<bool>()) {
        let batch = batch(&groups, nested);
        for (name, up) in [("t", ["rollout", "group"]), ("s", ["rollout", "group"]), ("t", ["group", "batch"])] {
            let size = reduced_size(&batch, name);
            for (op, then) in [
                (Reducer::Sum, Reducer::Sum),
                (Reducer::Min, Reducer::Min),
                (Reducer::Max, Reducer::Max),
                (Reducer::Any, Reducer::Any),
                (Reducer::All, Reducer::All),
                (Reducer::Count, Reducer::Sum),
                (Reducer::First, Reducer::First),
                (Reducer::Last, Reducer::Last),
            ] {
                let twice = numbers(&batch, |g| {
                    let x = g.column(name, None, None)?;
                    let half = g.reduce(op, x, up[0])?;
                    g.reduce(then, half, up[1])
                });
                let once = reduced(&batch, op, name, up[1]);
                for (a, b) in twice.iter().zip(&once) {
                    prop_assert!(near(*a, *b, size, 1e-9), "{op:?} of {name}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn a_reverse_scan_is_the_scan_of_the_mirror_image(groups in groups(cell), nested in any::<bool>(), n in -3i64..4) {
        let batch = batch(&groups, nested);
        let real = op::Real;
        let scans = [
            Scan::Cumsum, Scan::Cumprod, Scan::Cummin, Scan::Cummax, Scan::Discount(real(0.9)),
            Scan::Discount(real(0.0)), Scan::Diff { first: real(0.5) }, Scan::Ema(real(0.7)), Scan::Ema(real(0.0)),
            Scan::Shift { n, first: real(9.0) },
        ];
        for (name, within) in [("r", "group"), ("rm", "group"), ("rm", "rollout"), ("s", "rollout"), ("t", "rollout"), ("t", "batch")] {
            for op in scans {
                let reverse = numbers(&batch, |g| {
                    let x = g.column(name, None, None)?;
                    g.segment(Segment::Scan { op, reverse: true }, x, None, within, &[])
                });
                let mirrored = numbers(&batch, |g| {
                    let mirror = Segment::Within(Within::Reverse);
                    let x = g.column(name, None, None)?;
                    let x = g.segment(mirror, x, None, within, &[])?;
                    let y = g.segment(Segment::Scan { op, reverse: false }, x, None, within, &[])?;
                    g.segment(mirror, y, None, within, &[])
                });
                for (a, b) in reverse.iter().zip(&mirrored) {
                    prop_assert_eq!(a.to_bits(), b.to_bits(), "{:?} of {}: {} {}", op, name, a, b);
                }
            }
        }
    }

    #[test]
    fn a_sibling_wide_reduction_is_the_reduction_spread_down(groups in groups(cell), nested in any::<bool>()) {
        let batch = batch(&groups, nested);
        for op in [Reducer::Mean, Reducer::Std { ddof: 1 }, Reducer::Min, Reducer::Count, Reducer::Logsumexp, Reducer::Argmax] {
            for (name, own, above) in [("r", "rollout", "group"), ("t", "token", "rollout"), ("t", "token", "group"), ("rm", "rollout", "group")] {
                let beside = numbers(&batch, |g| {
                    let x = g.column(name, None, None)?;
                    g.segment(Segment::Reduce(op), x, None, above, &[])
                });
                let down = numbers(&batch, |g| {
                    let x = g.column(name, None, None)?;
                    let up = g.reduce(op, x, above)?;
                    g.spread_at(up, own, None)
                });
                for (a, b) in beside.iter().zip(&down) {
                    prop_assert_eq!(a.to_bits(), b.to_bits(), "{:?} of {}", op, name);
                }
            }
        }
    }

    #[test]
    fn a_key_that_is_always_the_same_changes_nothing(groups in groups(cell)) {
        let batch = batch(&groups, true);
        let ops = [
            Segment::Reduce(Reducer::Sum),
            Segment::Within(Within::LooMean),
            Segment::Within(Within::Softmax),
            Segment::Scan { op: Scan::Cumsum, reverse: true },
        ];
        for op in ops {
            let without = numbers(&batch, |g| {
                let x = g.column("rm", None, None)?;
                g.segment(op, x, None, "group", &[])
            });
            let with = numbers(&batch, |g| {
                let x = g.column("rm", None, None)?;
                let key = g.number(1.0)?;
                g.segment(op, x, None, "group", &[key])
            });
            for (a, b) in with.iter().zip(&without) {
                prop_assert_eq!(a.to_bits(), b.to_bits(), "{:?}", op);
            }
        }
    }
}

/// How large sums over the column get: the sum of its absolute values.
fn reduced_size(batch: &Batch, name: &str) -> f64 {
    let column = batch.column(name).unwrap();
    column.as_numbers().unwrap().iter().filter(|x| !x.is_nan()).map(|x| x.abs()).sum()
}
