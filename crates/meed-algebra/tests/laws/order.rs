//! The order of rollouts inside a group means nothing to what does not ask for it.

use meed_algebra::op::{Binary, Reducer, Segment, Ties, Within};
use meed_algebra::*;
use proptest::prelude::*;

use crate::absence::{BINARY, REDUCERS, WITHIN};
use crate::rollouts::{Group, batch, cell, finite, groups};
use crate::{near, numbers, reduced, same};

/// The groups with their rollouts in another order, and for each rollout of the result where it was.
fn permuted(groups: &[Group], keys: &[u64]) -> (Vec<Group>, Vec<usize>) {
    let (mut out, mut from, mut first) = (Vec::new(), Vec::new(), 0);
    for group in groups {
        let mut order: Vec<usize> = (0..group.rollouts.len()).collect();
        order.sort_by_key(|i| keys[(first + i) % keys.len()]);
        let rollouts = order.iter().map(|i| group.rollouts[*i].clone()).collect();
        from.extend(order.iter().map(|i| first + i));
        first += group.rollouts.len();
        out.push(Group { rollouts, ..group.clone() });
    }
    (out, from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn elementwise_results_move_with_their_rollouts(
        groups in groups(cell), keys in prop::collection::vec(any::<u64>(), 40),
    ) {
        let (other, from) = permuted(&groups, &keys);
        let (a, b) = (batch(&groups, true), batch(&other, true));
        for op in BINARY {
            let of = |batch: &Batch| numbers(batch, |g| {
                let (r, q, hard) =
                    (g.column("r", None, None)?, g.column("q", None, None)?, g.column("hard", None, None)?);
                let x = g.binary(op, r, q)?;
                g.binary(Binary::Add, x, hard)
            });
            let (a, b) = (of(&a), of(&b));
            for (b, i) in b.iter().zip(&from) {
                prop_assert_eq!(b.to_bits(), a[*i].to_bits(), "{:?}", op);
            }
        }
    }

    #[test]
    fn reductions_do_not_see_the_order(
        groups in groups(finite), keys in prop::collection::vec(any::<u64>(), 40),
    ) {
        let (other, _) = permuted(&groups, &keys);
        let (a, b) = (batch(&groups, true), batch(&other, true));
        for op in REDUCERS {
            let exact = match op {
                Reducer::First | Reducer::Last | Reducer::Argmax | Reducer::Argmin | Reducer::Majority => continue,
                Reducer::Count | Reducer::Min | Reducer::Max | Reducer::Median | Reducer::Quantile(_)
                | Reducer::Any | Reducer::All => true,
                _ => false,
            };
            for to in ["group", "batch"] {
                for (a, b) in reduced(&a, op, "r", to).iter().zip(&reduced(&b, op, "r", to)) {
                    let equal = if exact { same(*a, *b) } else { near(*a, *b, 1e6_f64.max(a.abs()), 1e-12) };
                    prop_assert!(equal, "{op:?} to {to}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn results_among_siblings_move_with_their_rollouts(
        groups in groups(finite), keys in prop::collection::vec(any::<u64>(), 40),
    ) {
        let (other, from) = permuted(&groups, &keys);
        let (a, b) = (batch(&groups, true), batch(&other, true));
        for op in WITHIN {
            let exact = match op {
                Within::Position | Within::Fraction | Within::Reverse | Within::Run
                | Within::Rank { ties: Ties::First, .. } => continue,
                Within::Rank { .. } | Within::Minmax { .. } => true,
                _ => false,
            };
            for keyed in [false, true] {
                let of = |batch: &Batch| numbers(batch, |g| {
                    let (r, kind) = (g.column("r", None, None)?, g.column("kind", None, None)?);
                    let keys = if keyed { vec![kind] } else { vec![] };
                    g.segment(Segment::Within(op), r, None, "group", &keys)
                });
                let (a, b) = (of(&a), of(&b));
                for (b, i) in b.iter().zip(&from) {
                    let equal = if exact { same(a[*i], *b) } else { near(a[*i], *b, 1e3, 1e-9) };
                    prop_assert!(equal, "{op:?}: {} {b}", a[*i]);
                }
            }
        }
    }

    #[test]
    fn wins_over_the_others_move_with_their_rollouts(
        groups in groups(cell), keys in prop::collection::vec(any::<u64>(), 40),
    ) {
        let (other, from) = permuted(&groups, &keys);
        let of = |batch: &Batch| numbers(batch, |g| {
            let r = g.column("r", None, None)?;
            let pair = g.cross("rollout", "rollout", "group", false)?;
            let (left, right) = (g.left(pair, r)?, g.right(pair, r)?);
            let beats = g.binary(Binary::Gt, left, right)?;
            g.reduce(Reducer::Sum, beats, "rollout")
        });
        let (a, b) = (of(&batch(&groups, true)), of(&batch(&other, true)));
        for (b, i) in b.iter().zip(&from) {
            prop_assert!(same(a[*i], *b));
        }
    }
}
