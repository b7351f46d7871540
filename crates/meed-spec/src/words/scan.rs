//! Along the siblings, in order.

use meed_algebra::op::{Real, Scan, Segment};
use meed_algebra::{Arg as A, Example, Family, NodeId, Reason, TypeError, Word};

use super::reduce::{keys, masked};
use super::{Arg, Args, Builder, Def, Form, Run, eg};

const X: A = A { name: "x", help: "a signal" };
const AXIS: A = A {
    name: "axis=None",
    help: "siblings are the elements under one element of this axis; default: the parent axis",
};
const REVERSE: A = A { name: "reverse=False", help: "from the last to the first" };
const WHERE: A = A { name: "where=None", help: "only these values count; the others come out absent" };
const BY: A = A { name: "by=None", help: "siblings must also agree in this column (or list of columns)" };
const FIRST: A = A { name: "first=None", help: "the value where there is nothing before; None: absent" };
const PLAIN: &[A] = &[X, AXIS, REVERSE, WHERE, BY];

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
        word: Word { name, family: Family::Scan, axes, summary, details, args, examples },
        form: Form::Method,
        run,
    }
}

fn scan(b: &mut Builder, args: &Args<'_>, op: Scan) -> Result<Arg, TypeError> {
    segment(b, args, Segment::Scan { op, reverse: args.flag("reverse")? }, None)
}

fn segment(b: &mut Builder, args: &Args<'_>, op: Segment, guide: Option<NodeId>) -> Result<Arg, TypeError> {
    let x = masked(b, args)?;
    let keys = keys(b, args)?;
    let axis = match args.get("axis") {
        Arg::None => {
            let own = b.graph.shape(x).axis;
            let parent = b
                .graph
                .tree()
                .parent(own)
                .ok_or_else(|| TypeError::new("a value of the batch has no siblings"))?;
            b.graph.tree().name(parent).to_string()
        }
        _ => args.text("axis")?,
    };
    Ok(Arg::Signal(b.graph.segment(op, x, guide, &axis, &keys)?))
}

fn first(args: &Args<'_>) -> Result<Real, TypeError> {
    match args.get("first") {
        Arg::None => Ok(Real(Reason::NotApplicable.value())),
        _ => args.number("first").map(Real),
    }
}

const STEPS: &str = r#"{"prm": [[[3, 1, 2]]]}"#;

pub(super) const WORDS: &[Def] = &[
    def(
        "cumsum",
        "The sum so far.",
        "",
        PLAIN,
        &[eg("prm.cumsum()", STEPS, "[[[3, 4, 6]]]"), eg("prm.cumsum(reverse=True)", STEPS, "[[[6, 3, 2]]]")],
        |b, a| scan(b, a, Scan::Cumsum),
    ),
    def(
        "cumprod",
        "The product so far.",
        "",
        PLAIN,
        &[eg("prm.cumprod()", STEPS, "[[[3, 3, 6]]]")],
        |b, a| scan(b, a, Scan::Cumprod),
    ),
    def("cummin", "The least so far.", "", PLAIN, &[eg("prm.cummin()", STEPS, "[[[3, 1, 1]]]")], |b, a| {
        scan(b, a, Scan::Cummin)
    }),
    def(
        "cummax",
        "The greatest so far.",
        "",
        PLAIN,
        &[eg("prm.cummax()", STEPS, "[[[3, 3, 3]]]")],
        |b, a| scan(b, a, Scan::Cummax),
    ),
    def(
        "discount",
        "The discounted return: x[k] + gamma * x[k+1] + gamma² * x[k+2] + …",
        "Runs from the last element to the first; `reverse=False` discounts what came before instead. An absent step pays nothing, and time still passes. With gamma as a signal every step has its own factor: y[k] = x[k] + gamma[k] * y[k+1], any linear recurrence; where gamma is absent there is no value and the rest goes on without that step.",
        &[
            X,
            A { name: "gamma", help: "the discount, 1 for none: a number or a signal" },
            AXIS,
            A { name: "reverse=True", help: "from the last to the first" },
            WHERE,
            BY,
        ],
        &[
            eg("prm.discount(0.5)", r#"{"prm": [[[1, 0, 4]]]}"#, "[[[2, 2, 4]]]"),
            eg("prm.discount(1 - prm, reverse=False)", r#"{"prm": [[[0.5, 0.5, 1]]]}"#, "[[[0.5, 0.75, 1]]]"),
        ],
        |b, a| match a.get("gamma") {
            Arg::Signal(gamma) => segment(b, a, Segment::Recur { reverse: a.flag("reverse")? }, Some(gamma)),
            _ => {
                let gamma = Real(a.number("gamma")?);
                scan(b, a, Scan::Discount(gamma))
            }
        },
    ),
    def(
        "diff",
        "x minus the value before.",
        "",
        &[X, AXIS, FIRST, REVERSE, WHERE, BY],
        &[
            eg("prm.diff()", STEPS, r#"[[["<not_applicable>", -2, 1]]]"#),
            eg("prm.diff(first=0)", STEPS, "[[[0, -2, 1]]]"),
        ],
        |b, a| {
            let first = first(a)?;
            scan(b, a, Scan::Diff { first })
        },
    ),
    def(
        "shift",
        "The value n places before (after, when negative).",
        "",
        &[X, A { name: "n=1", help: "how many places" }, AXIS, FIRST, REVERSE, WHERE, BY],
        &[
            eg("prm.shift(1, first=0)", STEPS, "[[[0, 3, 1]]]"),
            eg("prm.shift(-1)", STEPS, r#"[[[1, 2, "<not_applicable>"]]]"#),
        ],
        |b, a| {
            let (n, first) = (a.integer("n")?, first(a)?);
            scan(b, a, Scan::Shift { n, first })
        },
    ),
    def(
        "ema",
        "The exponential moving average along the siblings, starting at the first value.",
        "`ema(x, decay)` averages over batches instead.",
        &[X, A { name: "decay", help: "weight of the past" }, AXIS, REVERSE, WHERE, BY],
        &[eg("prm.ema(0.5)", STEPS, "[[[3, 2, 2]]]")],
        |b, a| {
            let decay = Real(a.number("decay")?);
            scan(b, a, Scan::Ema(decay))
        },
    ),
    def(
        "hold",
        "The last present value so far; absent only where there was none yet.",
        "`hold(x)` keeps the last present value from batch to batch instead.",
        PLAIN,
        &[eg("prm.hold()", r#"{"prm": [[[null, 2, null, 3]]]}"#, r#"[[["<missing>", 2, 2, 3]]]"#)],
        |b, a| scan(b, a, Scan::Hold),
    ),
];
