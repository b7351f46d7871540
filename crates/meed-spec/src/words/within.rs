//! Against the siblings under an axis above; the shape stays.

use meed_algebra::op::{Binary, Real, Segment, Ties, Within};
use meed_algebra::{Arg as A, Example, Family, TypeError, Word};

use super::reduce::{keys, masked};
use super::{Arg, Args, Builder, Def, Form, Run, eg};

const X: A = A { name: "x", help: "a signal" };
const AXIS: A = A {
    name: "axis",
    help: "siblings are the elements under one element of this axis; on the own axis the vector or lanes of each element",
};
const WHERE: A = A { name: "where=None", help: "only these values count; the others come out absent" };
const BY: A = A { name: "by=None", help: "siblings must also agree in this column (or list of columns)" };
const PLAIN: &[A] = &[X, AXIS, WHERE, BY];

const fn def(
    name: &'static str,
    summary: &'static str,
    details: &'static str,
    args: &'static [A],
    examples: &'static [Example],
    run: Run,
) -> Def {
    let axes = "x below the axis → same as x";
    Def {
        word: Word { name, family: Family::Within, axes, summary, details, args, examples },
        form: Form::Method,
        run,
    }
}

fn within(b: &mut Builder, args: &Args<'_>, op: Within) -> Result<Arg, TypeError> {
    let x = masked(b, args)?;
    let keys = keys(b, args)?;
    let axis = args.text("axis")?;
    Ok(Arg::Signal(b.graph.segment(Segment::Within(op), x, None, &axis, &keys)?))
}

const TIES: &[(&str, Ties)] = &[
    ("average", Ties::Average),
    ("min", Ties::Min),
    ("max", Ties::Max),
    ("first", Ties::First),
    ("dense", Ties::Dense),
];

pub(super) const WORDS: &[Def] = &[
    def(
        "rank",
        "The rank among the siblings, from 1 for the least (or the greatest, `descending`).",
        "`ties` says what equal values get: `average`, `min`, `max`, `first` (in order of appearance) or `dense`.",
        &[
            X,
            AXIS,
            A { name: "ties=\"average\"", help: "what equal values get" },
            A { name: "descending=False", help: "1 for the greatest" },
            WHERE,
            BY,
        ],
        &[
            eg(r#"r.rank("group")"#, r#"{"r": [[2, 1, 2]]}"#, "[[2.5, 1, 2.5]]"),
            eg(r#"r.rank("group", ties="first", descending=True)"#, r#"{"r": [[2, 1, 2]]}"#, "[[1, 3, 2]]"),
        ],
        |b, a| {
            let op = Within::Rank { ties: a.choice("ties", TIES)?, descending: a.flag("descending")? };
            within(b, a, op)
        },
    ),
    def(
        "z",
        "(x - mean) / (sqrt(variance + eps_inside) + eps).",
        "Papers differ in `ddof` (0 population, 1 sample), in where the epsilon goes, and in what a group of one or without spread gets: `degenerate`.",
        &[
            X,
            AXIS,
            A { name: "ddof=0", help: "0 for the population, 1 for a sample" },
            A { name: "eps=0", help: "added to the standard deviation" },
            A { name: "eps_inside=0", help: "added to the variance" },
            A { name: "degenerate=0", help: "the result where there is no spread" },
            WHERE,
            BY,
        ],
        &[
            eg(r#"r.z("group")"#, r#"{"r": [[1, 3], [5]]}"#, "[[-1, 1], [0]]"),
            eg(r#"r.z("group", where=r < 9)"#, r#"{"r": [[1, 3, 9]]}"#, r#"[[-1, 1, "<masked>"]]"#),
        ],
        |b, a| {
            let ddof = u8::try_from(a.integer("ddof")?).map_err(|_| TypeError::new("`ddof` is 0 or 1"))?;
            let real = |name| a.number(name).map(Real);
            let op = Within::Z {
                ddof,
                eps: real("eps")?,
                eps_inside: real("eps_inside")?,
                degenerate: real("degenerate")?,
            };
            within(b, a, op)
        },
    ),
    def(
        "normalize",
        "Divided by the Euclidean length of the siblings.",
        "",
        PLAIN,
        &[eg(r#"r.normalize("group")"#, r#"{"r": [[3, 4]]}"#, "[[0.6, 0.8]]")],
        |b, a| within(b, a, Within::Normalize),
    ),
    def(
        "softmax",
        "exp(x) over the sum of the siblings' exp(x).",
        "A temperature is written `(x / t).softmax(axis)`.",
        PLAIN,
        &[eg(r#"r.softmax("group")"#, r#"{"r": [[0, 0], [7]]}"#, "[[0.5, 0.5], [1]]")],
        |b, a| within(b, a, Within::Softmax),
    ),
    def(
        "share",
        "x over the sum of the siblings; undefined where that is 0.",
        "",
        PLAIN,
        &[eg(r#"r.share("group")"#, r#"{"r": [[1, 3], [0]]}"#, r#"[[0.25, 0.75], ["<undefined>"]]"#)],
        |b, a| within(b, a, Within::Share),
    ),
    def(
        "minmax",
        "0 for the least, 1 for the greatest, linear between.",
        "",
        &[X, AXIS, A { name: "degenerate=0", help: "the result where there is no spread" }, WHERE, BY],
        &[eg(r#"r.minmax("group")"#, r#"{"r": [[1, 2, 5], [3]]}"#, "[[0, 0.25, 1], [0]]")],
        |b, a| {
            let degenerate = Real(a.number("degenerate")?);
            within(b, a, Within::Minmax { degenerate })
        },
    ),
    def(
        "loo_mean",
        "The mean of the other siblings; absent for the only one.",
        "The leave-one-out baseline: `r - r.loo_mean(\"group\")`.",
        PLAIN,
        &[eg(r#"r.loo_mean("group")"#, r#"{"r": [[1, 2, 6], [4]]}"#, r#"[[4, 3.5, 1.5], ["<empty>"]]"#)],
        |b, a| within(b, a, Within::LooMean),
    ),
    def(
        "position",
        "0, 1, 2, … among the siblings.",
        "",
        PLAIN,
        &[eg(r#"r.position("group")"#, r#"{"r": [[5, 5], [5]]}"#, "[[0, 1], [0]]")],
        |b, a| within(b, a, Within::Position),
    ),
    def(
        "fraction",
        "(position + 1) / siblings: 1 for the last.",
        "",
        PLAIN,
        &[eg(r#"prm.fraction("rollout")"#, r#"{"prm": [[[9, 9], [9]]]}"#, "[[[0.5, 1], [1]]]")],
        |b, a| within(b, a, Within::Fraction),
    ),
    def(
        "reverse",
        "The siblings in opposite order.",
        "",
        PLAIN,
        &[eg(r#"prm.reverse("rollout")"#, r#"{"prm": [[[1, 2, 3]]]}"#, "[[[3, 2, 1]]]")],
        |b, a| within(b, a, Within::Reverse),
    ),
    def(
        "run",
        "The number, from 0, of the run of equal neighbours the element is in.",
        "Segments by a categorical column: `x.mean(\"rollout\", by=kind.run(\"rollout\"))`.",
        PLAIN,
        &[
            eg(r#"kind.run("group")"#, r#"{"kind": [["a", "a", "b", "a"]]}"#, "[[0, 0, 1, 2]]"),
            eg(
                r#"r.sum("group", by=kind.run("group"))"#,
                r#"{"r": [[1, 2, 4, 8]], "kind": [["a", "a", "b", "a"]]}"#,
                "[[3, 3, 4, 8]]",
            ),
        ],
        |b, a| within(b, a, Within::Run),
    ),
    def(
        "vote_share",
        "The share of the present siblings that have the same value.",
        "Over `answer_key()` it is the share of the group's votes an answer got.",
        &[X, AXIS, WHERE],
        &[eg(
            r#"kind.vote_share("group")"#,
            r#"{"kind": [["a", "b", "a", "a"]]}"#,
            "[[0.75, 0.25, 0.75, 0.75]]",
        )],
        |b, a| {
            let x = masked(b, a)?;
            let axis = a.text("axis")?;
            let count = Segment::Reduce(meed_algebra::op::Reducer::Count);
            let (same, all) =
                (b.graph.segment(count, x, None, &axis, &[x])?, b.graph.segment(count, x, None, &axis, &[])?);
            Ok(Arg::Signal(b.graph.binary(Binary::Div, same, all)?))
        },
    ),
    def(
        "center",
        "x minus the mean of the siblings.",
        "",
        PLAIN,
        &[eg(r#"r.center("group")"#, r#"{"r": [[1, 3], [4]]}"#, "[[-1, 1], [0]]")],
        |b, a| {
            let x = masked(b, a)?;
            let keys = keys(b, a)?;
            let mean = Segment::Reduce(meed_algebra::op::Reducer::Mean);
            let mean = b.graph.segment(mean, x, None, &a.text("axis")?, &keys)?;
            Ok(Arg::Signal(b.graph.binary(Binary::Sub, x, mean)?))
        },
    ),
];
