//! Whole plans over small batches.

use meed_algebra::absent::reason_of;
use meed_algebra::op::{Binary, Place, Reducer, Scan, Segment, Ties, Tree, Unary, Within};
use meed_algebra::*;

fn batch() -> Batch {
    let mut batch = Batch::new([3, 2, 0, 1]);
    let step = batch.add_axis("step", Axis::ROLLOUT, [2, 1, 3, 0, 2, 1]).unwrap();
    batch.add_column("r", Column::numbers(Axis::ROLLOUT, vec![1.0, 0.0, 1.0, 0.5, 0.5, 7.0])).unwrap();
    batch.add_column("prm", Column::numbers(step, (0..9).map(f64::from).collect())).unwrap();
    let kinds = ["a", "b", "a", "a", "c", "c"].iter().map(|t| Ok((*t).into())).collect();
    batch.add_column("kind", Column::texts(Axis::ROLLOUT, kinds)).unwrap();
    batch.add_column("hard", Column::numbers(Axis::GROUP, vec![0.1, 0.2, 0.3, 0.4])).unwrap();
    let members = vec!["m0".to_string(), "m1".to_string()];
    let rm = Column::numbers(Axis::ROLLOUT, (0..12).map(|i| f64::from(i * i)).collect()).with_lanes(members);
    batch.add_column("rm", rm).unwrap();
    batch
}

fn eval(batch: &Batch, build: impl Fn(&mut Graph) -> Result<NodeId, TypeError>) -> Vec<f64> {
    column(batch, build).as_numbers().unwrap().to_vec()
}

fn column(batch: &Batch, build: impl Fn(&mut Graph) -> Result<NodeId, TypeError>) -> Column {
    let mut graph = Graph::new(batch.schema());
    let id = build(&mut graph).unwrap();
    let plan = Plan::new(graph, vec![("x".into(), id)]);
    plan.evaluate(batch, &mut State::new(), 0).unwrap().columns.remove(0).1
}

#[test]
fn a_group_relative_advantage() {
    let a = eval(&batch(), |g| {
        let r = g.column("r", None, None)?;
        let mean = g.reduce(Reducer::Mean, r, "group")?;
        g.binary(Binary::Sub, r, mean)
    });
    let third = 1.0 / 3.0;
    let expected = [third, -2.0 * third, third, 0.0, 0.0, 0.0];
    a.iter().zip(expected).for_each(|(a, e)| assert!((a - e).abs() < 1e-15, "{a} {e}"));
}

#[test]
fn values_repeat_downwards_and_reduce_upwards() {
    let b = batch();
    let hard_prm = eval(&b, |g| {
        let (hard, prm) = (g.column("hard", None, None)?, g.column("prm", None, None)?);
        g.binary(Binary::Add, hard, prm)
    });
    assert_eq!(hard_prm, [0.1, 1.1, 2.1, 3.1, 4.1, 5.1, 6.2, 7.2, 8.4]);
    let per_group = eval(&b, |g| {
        let prm = g.column("prm", None, None)?;
        g.reduce(Reducer::Sum, prm, "group")
    });
    assert_eq!(per_group, [15.0, 13.0, 0.0, 8.0]);
    let per_rollout = eval(&b, |g| {
        let prm = g.column("prm", None, None)?;
        g.reduce(Reducer::Min, prm, "rollout")
    });
    assert_eq!(reason_of(per_rollout[3]), Some(Reason::Empty));
}

#[test]
fn the_batch_reductions_meet_the_textbook() {
    let b = batch();
    let of = |op: Reducer| {
        eval(&b, |g| {
            let r = g.column("r", None, None)?;
            g.reduce(op, r, "batch")
        })[0]
    };
    let xs = [1.0, 0.0, 1.0, 0.5, 0.5, 7.0];
    let mean = xs.iter().sum::<f64>() / 6.0;
    let var = xs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 5.0;
    assert!((of(Reducer::Mean) - mean).abs() < 1e-15);
    assert!((of(Reducer::Var { ddof: 1 }) - var).abs() < 1e-12);
    assert!((of(Reducer::Std { ddof: 1 }) - var.sqrt()).abs() < 1e-12);
    assert_eq!(of(Reducer::Count), 6.0);
    assert_eq!(of(Reducer::Median), 0.75);
    assert_eq!(of(Reducer::Argmax), 5.0);
}

#[test]
fn within_the_batch_and_split_by_a_key() {
    let b = batch();
    let rank = Segment::Within(Within::Rank { ties: Ties::First, descending: true });
    let ranks = eval(&b, |g| {
        let r = g.column("r", None, None)?;
        g.segment(rank, r, None, "batch", &[])
    });
    assert_eq!(ranks, [2.0, 6.0, 3.0, 4.0, 5.0, 1.0]);
    let means = eval(&b, |g| {
        let (r, kind) = (g.column("r", None, None)?, g.column("kind", None, None)?);
        g.segment(Segment::Reduce(Reducer::Mean), r, None, "group", &[kind])
    });
    assert_eq!(means, [1.0, 0.0, 1.0, 0.5, 0.5, 7.0]);
}

#[test]
fn scans_run_inside_their_parent() {
    let back = Segment::Scan { op: Scan::Discount(op::Real(1.0)), reverse: true };
    let togo = eval(&batch(), |g| {
        let prm = g.column("prm", None, None)?;
        g.segment(back, prm, None, "rollout", &[])
    });
    assert_eq!(togo, [1.0, 1.0, 2.0, 12.0, 9.0, 5.0, 13.0, 7.0, 8.0]);
}

#[test]
fn lanes_travel_and_fold_on_their_own_axis() {
    let b = batch();
    let member_mean = eval(&b, |g| {
        let rm = g.column("rm", None, None)?;
        g.reduce(Reducer::Mean, rm, "rollout")
    });
    assert_eq!(member_mean, [0.5, 6.5, 20.5, 42.5, 72.5, 110.5]);
    let per_lane = column(&b, |g| {
        let rm = g.column("rm", None, None)?;
        g.reduce(Reducer::Max, rm, "group")
    });
    assert_eq!(&per_lane.as_numbers().unwrap()[..4], [16.0, 25.0, 64.0, 81.0]);
    assert_eq!(per_lane.shape.lanes.unwrap().len(), 2);
    let one = eval(&b, |g| {
        let rm = g.column("rm", None, None)?;
        let (r, hard) = (g.lane(rm, "m1")?, g.column("hard", None, None)?);
        let both = g.lanes(&[("a".into(), r), ("b".into(), hard)])?;
        g.reduce(Reducer::Max, both, "rollout")
    });
    assert_eq!(one, [1.0, 9.0, 25.0, 49.0, 81.0, 121.0]);
}

#[test]
fn pairs_have_two_sides_and_no_diagonal() {
    let b = batch();
    let wins = eval(&b, |g| {
        let r = g.column("r", None, None)?;
        let pair = g.cross("rollout", "rollout", "group", false)?;
        let (left, right) = (g.left(pair, r)?, g.right(pair, r)?);
        let beats = g.binary(Binary::Gt, left, right)?;
        g.reduce(Reducer::Sum, beats, "rollout")
    });
    assert_eq!(wins, [1.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    let swapped = eval(&b, |g| {
        let r = g.column("r", None, None)?;
        let pair = g.cross("rollout", "rollout", "group", false)?;
        let left = g.left(pair, r)?;
        g.swap(left)
    });
    assert_eq!(&swapped[1..3], [0.0, 1.0]);
    assert_eq!(reason_of(swapped[0]), Some(Reason::NotApplicable));
}

#[test]
fn moves_lookups_and_trees() {
    let b = batch();
    let last = eval(&b, |g| {
        let r = g.column("r", None, None)?;
        g.spread_at(r, "step", Some(Place::Last))
    });
    assert_eq!(last, [0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.5, 7.0]);
    let best = column(&b, |g| {
        let (r, kind) = (g.column("r", None, None)?, g.column("kind", None, None)?);
        let best = g.reduce(Reducer::Argmin, r, "group")?;
        g.at(kind, best, "group")
    });
    let texts = best.as_texts().unwrap();
    assert_eq!(texts[0].as_deref(), Ok("b"));
    assert_eq!(texts[2], Err(Reason::Empty));
    let looked = eval(&b, |g| {
        let (r, kind) = (g.column("r", None, None)?, g.column("kind", None, None)?);
        let key = g.text("b");
        let key = g.spread(key, &Shape::of(Axis::ROLLOUT))?;
        g.lookup(r, key, kind, "group")
    });
    assert_eq!(&looked[..3], [0.0, 0.0, 0.0]);
    assert_eq!(reason_of(looked[3]), Some(Reason::NotApplicable));
    let pushed = eval(&b, |g| {
        let r = g.column("r", None, None)?;
        let zero = g.number(0.0)?;
        let tree = Segment::Tree(Tree::Below { op: Reducer::Sum, own: true });
        let pos = g.segment(Segment::Within(Within::Position), r, None, "group", &[])?;
        let root = g.binary(Binary::Gt, pos, zero)?;
        let parent = g.mask(zero, root)?;
        g.segment(tree, r, Some(parent), "group", &[])
    });
    assert_eq!(&pushed[..3], [2.0, 0.0, 1.0]);
}

#[test]
fn state_is_read_before_and_written_after() {
    let b = batch();
    let mut graph = Graph::new(b.schema());
    let r = graph.column("r", None, None).unwrap();
    let n = graph.reduce(Reducer::Count, r, "batch").unwrap();
    let old = graph.state("seen", 0.0, None, None);
    let new = graph.binary(Binary::Add, old, n).unwrap();
    graph.update(old, new).unwrap();
    assert!(graph.update(old, n).is_err());
    let plan = Plan::new(graph, vec![("old".into(), old), ("new".into(), new)]);
    assert!(plan.needs_whole_batch());
    let mut state = State::new();
    for round in 0..3 {
        let out = plan.evaluate(&b, &mut state, 0).unwrap();
        assert_eq!(out.get("old").unwrap().as_numbers().unwrap(), [6.0 * f64::from(round)]);
        assert_eq!(out.get("new").unwrap().as_numbers().unwrap(), [6.0 * f64::from(round + 1)]);
    }
}

#[test]
fn state_under_a_constant_key_is_read_where_it_was_written() {
    let b = batch();
    let mut graph = Graph::new(b.schema());
    let key = graph.text("run");
    let old = graph.state("n", 0.0, Some(key), None);
    let one = graph.number(1.0).unwrap();
    let new = graph.binary(Binary::Add, old, one).unwrap();
    graph.update(old, new).unwrap();
    let plan = Plan::new(graph, vec![("new".into(), new)]);
    let mut state = State::new();
    for round in 1..3 {
        let out = plan.evaluate(&b, &mut state, 0).unwrap();
        assert_eq!(out.get("new").unwrap().as_numbers().unwrap(), [f64::from(round)]);
    }
}

#[test]
fn a_constant_text_reaches_every_chunk_of_work() {
    let n = 50_000;
    let mut b = Batch::new(vec![1; n]);
    let kinds = (0..n).map(|i| Ok(["a", "b"][i % 2].into())).collect();
    b.add_column("kind", Column::texts(Axis::ROLLOUT, kinds)).unwrap();
    let is_a = eval(&b, |g| {
        let (kind, a) = (g.column("kind", None, None)?, g.text("a"));
        g.binary(Binary::Eq, kind, a)
    });
    assert!(is_a.iter().enumerate().all(|(i, x)| *x == f64::from(i % 2 == 0)));
}

#[test]
fn chance_depends_on_the_group_and_not_on_its_place() {
    let draw = |ids: Vec<u64>, sizes: Vec<usize>| {
        let mut b = Batch::new(sizes);
        b.group_ids = ids;
        eval(&b, |g| g.uniform("rollout"))
    };
    let (ab, ba) = (draw(vec![7, 9], vec![2, 1]), draw(vec![9, 7], vec![1, 2]));
    assert_eq!(ab[..2], ba[1..]);
    assert_eq!(ab[2], ba[0]);
    assert!(ab.iter().all(|x| (0.0..1.0).contains(x)) && ab[0] != ab[1]);
}

#[test]
fn runs_of_neighbours_are_an_axis() {
    let mut b = Batch::new([2, 1]);
    let step = b.add_axis("step", Axis::ROLLOUT, [4, 0, 2]).unwrap();
    let starts = vec![0.0, 1.0, f64::NAN, 1.0, 1.0, 0.2];
    b.add_column("starts", Column::numbers(step, starts)).unwrap();
    b.add_column("r", Column::numbers(Axis::ROLLOUT, vec![1.0, 2.0, 3.0])).unwrap();
    let spread = eval(&b, |g| {
        let (starts, r) = (g.column("starts", None, None)?, g.column("r", None, None)?);
        g.runs_of("option", starts, 0.5)?;
        g.spread_at(r, "option", None)
    });
    assert_eq!(spread, [1.0, 1.0, 1.0, 3.0]);
    let mut g = Graph::new(b.schema());
    let r = g.column("r", None, None).unwrap();
    let doubled = g.binary(Binary::Add, r, r).unwrap();
    insta_like(&g.runs_of("option", doubled, 0.5).unwrap_err().to_string(), "needs a column");
}

#[test]
fn misuse_is_met_with_an_explanation() {
    let mut b = batch();
    b.add_axis("vote", Axis::ROLLOUT, [1; 6]).unwrap();
    let vote = b.tree().find("vote").unwrap();
    b.add_column("v", Column::numbers(vote, vec![0.0; 6])).unwrap();
    let mut g = Graph::new(b.schema());
    let (v, prm, r) = (
        g.column("v", None, None).unwrap(),
        g.column("prm", None, None).unwrap(),
        g.column("r", None, None).unwrap(),
    );
    let kind = g.column("kind", None, None).unwrap();
    let says = |e: TypeError| format!("{e} / {}", e.help.clone().unwrap_or_default());
    insta_like(&says(g.binary(Binary::Add, v, prm).unwrap_err()), "side by side under `rollout`");
    insta_like(&says(g.reduce(Reducer::Mean, r, "step").unwrap_err()), "not above `rollout`");
    insta_like(&says(g.column("prn", None, None).unwrap_err()), "did you mean `prm`?");
    insta_like(&says(g.unary(Unary::Exp, kind).unwrap_err()), "needs numbers");
    insta_like(&says(g.number(f64::NAN).unwrap_err()), "NaN");
    insta_like(&says(g.column("r", Some("step"), None).unwrap_err()), "is on `rollout`");
}

fn insta_like(text: &str, part: &str) {
    assert!(text.contains(part), "{text:?} does not mention {part:?}");
}
