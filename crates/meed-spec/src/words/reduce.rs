//! From many values to one on an axis above.

use meed_algebra::op::{Binary, Real, Reducer, Segment};
use meed_algebra::{Arg as A, Example, Family, NodeId, TypeError, Word};

use super::{Arg, Args, Builder, Def, Form, Run, eg};

const X: A = A { name: "x", help: "a signal" };
const AXIS: A = A {
    name: "axis",
    help: "where the result lives, an axis above; on the own axis the vector or the lanes of each element are folded",
};
const WHERE: A = A { name: "where=None", help: "only these values count" };
const BY: A = A {
    name: "by=None",
    help: "split by this column (or list of columns): the result of its part comes back on each element",
};
const WEIGHT: A = A { name: "weight=None", help: "weights, on the axis of x or above" };
const DDOF: A = A { name: "ddof=0", help: "the divisor is n - ddof: 0 for the population, 1 for a sample" };
const PLAIN: &[A] = &[X, AXIS, WHERE, BY];

const fn def(
    name: &'static str,
    summary: &'static str,
    details: &'static str,
    args: &'static [A],
    examples: &'static [Example],
    run: Run,
) -> Def {
    let axes = "x below the axis → axis";
    Def {
        word: Word { name, family: Family::Reduce, axes, summary, details, args, examples },
        form: Form::Method,
        run,
    }
}

/// `x`, absent where `where=` does not hold.
pub(super) fn masked(b: &mut Builder, args: &Args<'_>) -> Result<NodeId, TypeError> {
    let x = b.signal(&args.get("x"))?;
    match args.get("where") {
        Arg::None => Ok(x),
        mask => {
            let mask = b.signal(&mask)?;
            b.graph.mask(x, mask)
        }
    }
}

/// The keys of `by=`.
pub(super) fn keys(b: &mut Builder, args: &Args<'_>) -> Result<Vec<NodeId>, TypeError> {
    match args.get("by") {
        Arg::None => Ok(Vec::new()),
        Arg::List(keys) => keys.iter().map(|k| b.signal(k)).collect(),
        key => Ok(vec![b.signal(&key)?]),
    }
}

fn fold(b: &mut Builder, x: NodeId, args: &Args<'_>, op: Reducer) -> Result<NodeId, TypeError> {
    let axis = args.text("axis")?;
    let keys = keys(b, args)?;
    if keys.is_empty() {
        b.graph.reduce(op, x, &axis)
    } else {
        b.graph.segment(Segment::Reduce(op), x, None, &axis, &keys)
    }
}

fn plain(b: &mut Builder, args: &Args<'_>, op: Reducer) -> Result<Arg, TypeError> {
    let x = masked(b, args)?;
    Ok(Arg::Signal(fold(b, x, args, op)?))
}

/// `x * w` and `w` where `x` is present.
fn weighted(b: &mut Builder, args: &Args<'_>, x: NodeId) -> Result<(NodeId, NodeId), TypeError> {
    let w = b.signal(&args.get("weight"))?;
    let product = b.graph.binary(Binary::Mul, x, w)?;
    let present = b.graph.present(x);
    let w = b.graph.mask(w, present)?;
    Ok((product, w))
}

fn weighted_mean(b: &mut Builder, args: &Args<'_>, x: NodeId) -> Result<NodeId, TypeError> {
    let (product, w) = weighted(b, args, x)?;
    let (top, bottom) = (fold(b, product, args, Reducer::Sum)?, fold(b, w, args, Reducer::Sum)?);
    b.graph.binary(Binary::Div, top, bottom)
}

fn variance(b: &mut Builder, args: &Args<'_>, root: bool) -> Result<Arg, TypeError> {
    let ddof = args.integer("ddof")?;
    let ddof = u8::try_from(ddof).map_err(|_| TypeError::new("`ddof` is 0 (population) or 1 (sample)"))?;
    let x = masked(b, args)?;
    if args.get("weight").is_none() {
        let op = if root { Reducer::Std { ddof } } else { Reducer::Var { ddof } };
        return Ok(Arg::Signal(fold(b, x, args, op)?));
    }
    if ddof != 0 {
        return Err(TypeError::new("a weighted variance has `ddof=0`"));
    }
    let mean = weighted_mean(b, args, x)?;
    let d = b.graph.binary(Binary::Sub, x, mean)?;
    let d2 = b.graph.binary(Binary::Mul, d, d)?;
    let var = weighted_mean(b, args, d2)?;
    Ok(Arg::Signal(if root { b.graph.unary(meed_algebra::op::Unary::Sqrt, var)? } else { var }))
}

const GROUPS: &str = r#"{"r": [[1, 0, 2], [4]]}"#;

pub(super) const WORDS: &[Def] = &[
    def(
        "sum",
        "The sum; 0 over nothing.",
        "",
        &[X, AXIS, WHERE, WEIGHT, BY],
        &[
            eg(r#"r.sum("group")"#, GROUPS, "[3, 4]"),
            eg(
                r#"r.sum("group", by=kind)"#,
                r#"{"r": [[1, 2, 4]], "kind": [["a", "b", "a"]]}"#,
                "[[5, 2, 5]]",
            ),
        ],
        |b, a| {
            let x = masked(b, a)?;
            let x = if a.get("weight").is_none() { x } else { weighted(b, a, x)?.0 };
            Ok(Arg::Signal(fold(b, x, a, Reducer::Sum)?))
        },
    ),
    def(
        "mean",
        "The mean; absent over nothing.",
        "Weighted means are sum(weight * x) / sum(weight) over the present values.",
        &[X, AXIS, WHERE, WEIGHT, BY],
        &[
            eg(r#"r.mean("group")"#, GROUPS, "[1, 4]"),
            eg(r#"prm.mean("rollout")"#, r#"{"prm": [[[0.5, 1], []]]}"#, r#"[[0.75, "<empty>"]]"#),
            eg(r#"r.mean("group", where=r > 0)"#, GROUPS, "[1.5, 4]"),
            eg(r#"r.mean("group", weight=r)"#, GROUPS, "[1.6666666667, 4]"),
        ],
        |b, a| {
            let x = masked(b, a)?;
            Ok(Arg::Signal(if a.get("weight").is_none() {
                fold(b, x, a, Reducer::Mean)?
            } else {
                weighted_mean(b, a, x)?
            }))
        },
    ),
    def(
        "std",
        "The standard deviation, of the population or (ddof=1) a sample.",
        "Absent with n - ddof values or fewer; exactly 0 for equal values.",
        &[X, AXIS, DDOF, WHERE, WEIGHT, BY],
        &[
            eg(r#"r.std("group")"#, r#"{"r": [[1, 3], [4]]}"#, "[1, 0]"),
            eg(r#"r.std("group", ddof=1)"#, r#"{"r": [[1, 3], [4]]}"#, r#"[1.414213562, "<empty>"]"#),
        ],
        |b, a| variance(b, a, true),
    ),
    def(
        "var",
        "The variance, of the population or (ddof=1) a sample.",
        "Absent with n - ddof values or fewer; exactly 0 for equal values.",
        &[X, AXIS, DDOF, WHERE, WEIGHT, BY],
        &[eg(r#"r.var("batch")"#, r#"{"r": [[1, 3], [5, 7]]}"#, "5")],
        |b, a| variance(b, a, false),
    ),
    def(
        "min",
        "The least value; absent over nothing.",
        "",
        PLAIN,
        &[eg(r#"r.min("group")"#, GROUPS, "[0, 4]")],
        |b, a| plain(b, a, Reducer::Min),
    ),
    def(
        "max",
        "The greatest value; absent over nothing.",
        "",
        PLAIN,
        &[eg(r#"r.max("batch")"#, GROUPS, "4")],
        |b, a| plain(b, a, Reducer::Max),
    ),
    def(
        "median",
        "The middle value, or the mean of the two in the middle.",
        "",
        PLAIN,
        &[eg(r#"r.median("group")"#, r#"{"r": [[3, 1, 2, 10]]}"#, "[2.5]")],
        |b, a| plain(b, a, Reducer::Median),
    ),
    def(
        "quantile",
        "The value below which a share q lies, interpolated linearly.",
        "",
        &[X, AXIS, A { name: "q", help: "the share, from 0 to 1" }, WHERE, BY],
        &[eg(r#"r.quantile("group", 0.25)"#, r#"{"r": [[4, 1, 2, 3]]}"#, "[1.75]")],
        |b, a| {
            let q = a.number("q")?;
            if !(0.0..=1.0).contains(&q) {
                return Err(TypeError::new(format!("`quantile`: `q` must lie between 0 and 1, found {q}")));
            }
            plain(b, a, Reducer::Quantile(Real(q)))
        },
    ),
    def(
        "count",
        "How many values are present.",
        "",
        PLAIN,
        &[eg(r#"r.count("group", where=r > 0)"#, GROUPS, "[2, 1]")],
        |b, a| plain(b, a, Reducer::Count),
    ),
    def(
        "any",
        "Whether some value is not 0; false over nothing.",
        "",
        PLAIN,
        &[eg(r#"(r > 3).any("group")"#, GROUPS, "[0, 1]")],
        |b, a| plain(b, a, Reducer::Any),
    ),
    def(
        "all",
        "Whether no value is 0; true over nothing.",
        "",
        PLAIN,
        &[eg(r#"r.all("group")"#, GROUPS, "[0, 1]")],
        |b, a| plain(b, a, Reducer::All),
    ),
    def(
        "first",
        "The first present value.",
        "",
        PLAIN,
        &[
            eg(r#"prm.first("rollout")"#, r#"{"prm": [[[null, 3, 4], []]]}"#, r#"[[3, "<empty>"]]"#),
            eg(r#"kind.first("group")"#, r#"{"kind": [["a", "b"]]}"#, r#"["a"]"#),
        ],
        |b, a| plain(b, a, Reducer::First),
    ),
    def(
        "last",
        "The last present value.",
        "",
        PLAIN,
        &[eg(r#"prm.last("rollout")"#, r#"{"prm": [[[2, 3], [4]]]}"#, "[[3, 4]]")],
        |b, a| plain(b, a, Reducer::Last),
    ),
    def(
        "argmax",
        "The place (from 0) of the greatest value among those below; the first of equals.",
        "",
        PLAIN,
        &[eg(r#"r.argmax("group")"#, r#"{"r": [[1, 5, 5], []]}"#, r#"[1, "<empty>"]"#)],
        |b, a| plain(b, a, Reducer::Argmax),
    ),
    def(
        "argmin",
        "The place (from 0) of the least value among those below; the first of equals.",
        "",
        PLAIN,
        &[eg(r#"r.argmin("group")"#, GROUPS, "[1, 0]")],
        |b, a| plain(b, a, Reducer::Argmin),
    ),
    def(
        "logsumexp",
        "log(sum(exp(x))), without overflow; minus infinity over nothing.",
        "",
        PLAIN,
        &[eg(r#"r.logsumexp("group")"#, r#"{"r": [[1000, 1000]]}"#, "[1000.693147181]")],
        |b, a| plain(b, a, Reducer::Logsumexp),
    ),
    def(
        "logmeanexp",
        "log(mean(exp(x))), without overflow; absent over nothing.",
        "",
        PLAIN,
        &[eg(r#"r.logmeanexp("group")"#, r#"{"r": [[1000, 1000]]}"#, "[1000]")],
        |b, a| plain(b, a, Reducer::Logmeanexp),
    ),
    def(
        "prod",
        "The product; 1 over nothing.",
        "",
        PLAIN,
        &[eg(r#"prm.prod("rollout")"#, r#"{"prm": [[[0.5, 0.5], []]]}"#, "[[0.25, 1]]")],
        |b, a| plain(b, a, Reducer::Prod),
    ),
    def(
        "majority",
        "The most frequent value; of equally frequent ones the first seen.",
        "Works on texts and numbers.",
        PLAIN,
        &[eg(r#"kind.majority("group")"#, r#"{"kind": [["b", "a", "a"], ["x", "y"]]}"#, r#"["a", "x"]"#)],
        |b, a| plain(b, a, Reducer::Majority),
    ),
];
