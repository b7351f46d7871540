//! Absent is not zero: reductions skip it, arithmetic keeps it, and it always says why.

use meed_algebra::absent::reason_of;
use meed_algebra::op::{Atom, Binary, Real, Reducer, Scan, Segment, Ties, Tree, Unary, Within};
use meed_algebra::*;
use proptest::prelude::*;

use crate::rollouts::{Group, batch, cell, finite, groups};
use crate::{near, numbers, reduced};

pub const UNARY: [Unary; 16] = {
    use Unary::*;
    [Neg, Not, Abs, Exp, Log, Sqrt, Sign, Floor, Ceil, Round, Sigmoid, LogSigmoid, Tanh, Softplus, Cos, Sin]
};

pub const BINARY: [Binary; 18] = {
    use Binary::*;
    [Add, Sub, Mul, Div, FloorDiv, Rem, Pow, Min, Max, Lt, Le, Gt, Ge, Eq, Ne, And, Or, Xor]
};

pub const REDUCERS: [Reducer; 22] = {
    use Reducer::*;
    [
        Sum,
        Prod,
        Count,
        Mean,
        Var { ddof: 0 },
        Var { ddof: 1 },
        Std { ddof: 0 },
        Std { ddof: 1 },
        Min,
        Max,
        Median,
        Quantile(Real(0.3)),
        Any,
        All,
        First,
        Last,
        Argmax,
        Argmin,
        Logsumexp,
        Logmeanexp,
        Majority,
        Quantile(Real(1.0)),
    ]
};

pub const WITHIN: [Within; 17] = {
    use Within::*;
    let (none, half) = (Real(0.0), Real(0.5));
    [
        Rank { ties: Ties::Average, descending: false },
        Rank { ties: Ties::Min, descending: true },
        Rank { ties: Ties::Max, descending: false },
        Rank { ties: Ties::Dense, descending: true },
        Rank { ties: Ties::First, descending: false },
        Z { ddof: 0, eps: none, eps_inside: none, degenerate: none },
        Z { ddof: 1, eps: Real(1e-6), eps_inside: none, degenerate: half },
        Z { ddof: 1, eps: none, eps_inside: Real(1e-6), degenerate: none },
        Normalize,
        Softmax,
        Share,
        Minmax { degenerate: half },
        LooMean,
        Position,
        Fraction,
        Reverse,
        Run,
    ]
};

pub const SCANS: [Scan; 8] = [
    Scan::Cumsum,
    Scan::Cumprod,
    Scan::Cummin,
    Scan::Cummax,
    Scan::Discount(Real(0.9)),
    Scan::Diff { first: Real(0.0) },
    Scan::Shift { n: 1, first: Real(Reason::NotApplicable.value()) },
    Scan::Ema(Real(0.9)),
];

pub const TREES: [Tree; 3] = [
    Tree::Below { op: Reducer::Sum, own: true },
    Tree::Below { op: Reducer::Mean, own: false },
    Tree::Push(Real(0.5)),
];

/// An expression of `r`, `q` and `flag`.
type Three = fn(&mut Graph, [NodeId; 3]) -> Result<NodeId, TypeError>;

/// Whether an absent number is written the one way its reason is.
pub fn is_canonical(x: f64) -> bool {
    reason_of(x).is_none_or(|reason| x.to_bits() == reason.value().to_bits())
}

/// The groups without the rollouts whose `r` is absent.
fn without_absent(groups: &[Group]) -> Vec<Group> {
    let mut groups = groups.to_vec();
    groups.iter_mut().for_each(|g| g.rollouts.retain(|r| !r.r.is_nan()));
    groups
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reductions_skip_what_is_absent(groups in groups(finite)) {
        let (all, kept) = (batch(&groups, true), batch(&without_absent(&groups), true));
        for op in REDUCERS.into_iter().filter(|op| !matches!(op, Reducer::Argmax | Reducer::Argmin)) {
            for to in ["group", "batch"] {
                let (a, b) = (reduced(&all, op, "r", to), reduced(&kept, op, "r", to));
                for (a, b) in a.iter().zip(&b) {
                    prop_assert!(near(*a, *b, 1e6_f64.max(a.abs()), 1e-12), "{op:?} to {to}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn arithmetic_keeps_the_first_reason(groups in groups(cell)) {
        let batch = batch(&groups, true);
        let [r, q] = ["r", "q"].map(|c| batch.column(c).unwrap().as_numbers().unwrap());
        for op in BINARY {
            let y = numbers(&batch, |g| {
                let (r, q) = (g.column("r", None, None)?, g.column("q", None, None)?);
                g.binary(op, r, q)
            });
            for ((r, q), y) in r.iter().zip(q).zip(&y) {
                match (reason_of(*r), reason_of(*q)) {
                    (Some(reason), _) | (None, Some(reason)) => prop_assert_eq!(reason_of(*y), Some(reason), "{:?}", op),
                    (None, None) => prop_assert!(matches!(reason_of(*y), None | Some(Reason::Undefined))),
                }
                prop_assert!(is_canonical(*y), "{op:?} of {r} and {q}");
            }
        }
        for op in UNARY {
            let y = numbers(&batch, |g| {
                let r = g.column("r", None, None)?;
                g.unary(op, r)
            });
            for (r, y) in r.iter().zip(&y) {
                match reason_of(*r) {
                    Some(reason) => prop_assert_eq!(reason_of(*y), Some(reason), "{:?}", op),
                    None => prop_assert!(matches!(reason_of(*y), None | Some(Reason::Undefined))),
                }
                prop_assert!(is_canonical(*y), "{op:?} of {r}");
            }
        }
    }

    #[test]
    fn masks_and_choices_say_why(groups in groups(cell)) {
        let batch = batch(&groups, true);
        let [r, q, flag] = ["r", "q", "flag"].map(|c| batch.column(c).unwrap().as_numbers().unwrap());
        let of = |f: Three| {
            numbers(&batch, |g| {
                let columns = [g.column("r", None, None)?, g.column("q", None, None)?, g.column("flag", None, None)?];
                f(g, columns)
            })
        };
        let masked = of(|g, [r, _, flag]| g.mask(r, flag));
        let chosen = of(|g, [r, q, flag]| g.choose(flag, r, q));
        let filled = of(|g, [r, q, _]| g.or_else(r, q));
        let present = of(|g, [r, _, _]| Ok(g.present(r)));
        let found = of(|g, [r, _, _]| g.isin(r, vec![Atom::Number(Real(1.0)), Atom::Number(Real(2.0))]));
        for i in 0..r.len() {
            let mask = if flag[i] == 0.0 { Reason::Masked.value() } else if flag[i].is_nan() { flag[i] } else { r[i] };
            let choice = if flag[i].is_nan() { flag[i] } else if flag[i] != 0.0 { r[i] } else { q[i] };
            prop_assert_eq!(masked[i].to_bits(), mask.to_bits());
            prop_assert_eq!(chosen[i].to_bits(), choice.to_bits());
            prop_assert_eq!(filled[i].to_bits(), if r[i].is_nan() { q[i] } else { r[i] }.to_bits());
            prop_assert_eq!(present[i], f64::from(!r[i].is_nan()));
            let expected = if r[i].is_nan() { r[i] } else { f64::from(r[i] == 1.0 || r[i] == 2.0) };
            prop_assert_eq!(found[i].to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn among_siblings_an_absent_value_stays_and_does_not_count(groups in groups(finite)) {
        let (all, kept) = (batch(&groups, true), batch(&without_absent(&groups), true));
        let r = all.column("r").unwrap().as_numbers().unwrap();
        // Position, fraction, reverse and run are about places, which absent values have too.
        let ops = WITHIN.into_iter().filter(|w| {
            !matches!(w, Within::Position | Within::Fraction | Within::Reverse | Within::Run)
        });
        for op in ops {
            let of = |batch: &Batch| numbers(batch, |g| {
                let r = g.column("r", None, None)?;
                g.segment(Segment::Within(op), r, None, "group", &[])
            });
            let (a, b) = (of(&all), of(&kept));
            let present = r.iter().zip(&a).filter(|(r, _)| !r.is_nan()).map(|(_, y)| y);
            for (a, b) in present.zip(&b) {
                prop_assert!(near(*a, *b, 1e3, 1e-9), "{op:?}: {a} {b}");
            }
            for (r, y) in r.iter().zip(&a).filter(|(r, _)| r.is_nan()) {
                prop_assert_eq!(r.to_bits(), y.to_bits(), "{:?}", op);
            }
        }
    }

    #[test]
    fn no_word_lets_a_nan_without_a_reason_out(groups in groups(cell), nested in any::<bool>()) {
        let batch = batch(&groups, nested);
        for (name, above) in [("r", "group"), ("t", "rollout"), ("rm", "rollout"), ("embedding", "rollout"), ("rm", "group"), ("s", "batch")] {
            for op in REDUCERS {
                for x in reduced(&batch, op, name, above) {
                    prop_assert!(is_canonical(x), "{op:?} of {name}: {x} {:x}", x.to_bits());
                }
            }
            let within = WITHIN.into_iter().map(Segment::Within);
            let scans = SCANS.into_iter().flat_map(|op| [false, true].map(|reverse| Segment::Scan { op, reverse }));
            for op in within.chain(scans) {
                let ys = numbers(&batch, |g| {
                    let x = g.column(name, None, None)?;
                    g.segment(op, x, None, above, &[])
                });
                for y in ys {
                    prop_assert!(is_canonical(y), "{op:?} of {name}: {y} {:x}", y.to_bits());
                }
            }
        }
        for op in TREES {
            let ys = numbers(&batch, |g| {
                let (r, parent) = (g.column("r", None, None)?, g.column("q", None, None)?);
                g.segment(Segment::Tree(op), r, Some(parent), "group", &[])
            });
            prop_assert!(ys.iter().all(|y| is_canonical(*y)), "{op:?}: {ys:?}");
        }
    }
}
