//! Ordered pairs as an axis.

use meed_algebra::{Arg as A, Family, TypeError, Word};

use super::{Arg, Args, Builder, Def, Form, eg};

fn side(b: &mut Builder, args: &Args<'_>, right: bool) -> Result<Arg, TypeError> {
    let Arg::Pairs(cross) = args.get("p") else {
        return Err(TypeError::new("`left` and `right` belong to what `pairs(…)` or `cross(…)` returns"));
    };
    let x = b.signal(&args.get("x"))?;
    Ok(Arg::Signal(if right { b.graph.right(cross, x)? } else { b.graph.left(cross, x)? }))
}

const SIDE: &[A] = &[A { name: "p", help: "an axis of pairs" }, A { name: "x", help: "a signal" }];

pub(super) const WORDS: &[Def] = &[
    Def {
        word: Word {
            name: "pairs",
            family: Family::Pairs,
            axes: "→ an axis of pairs under `of`",
            summary: "All ordered pairs of rollouts of a group (or of other elements under a common one), as an axis.",
            details: "The axis lies under its left side: reducing to `rollout` folds over the opponents, reducing to `group` over all pairs. An element paired with itself is absent unless `self=True`.",
            args: &[
                A { name: "within=\"group\"", help: "both sides share an element of this axis" },
                A { name: "of=\"rollout\"", help: "what is paired" },
                A { name: "self=False", help: "whether an element paired with itself counts" },
            ],
            examples: &[
                eg(
                    r#"(pairs().left(r) > pairs().right(r)).sum("rollout")"#,
                    r#"{"r": [[1, 3, 2]]}"#,
                    "[[0, 2, 1]]",
                ),
                eg(
                    r#"abs(pairs().left(r) - pairs().right(r)).mean("group")"#,
                    r#"{"r": [[1, 3], [5]]}"#,
                    r#"[2, "<empty>"]"#,
                ),
            ],
        },
        form: Form::Function,
        run: |b, a| {
            let (of, within) = (a.text("of")?, a.text("within")?);
            Ok(Arg::Pairs(b.graph.cross(&of, &of, &within, a.flag("self")?)?))
        },
    },
    Def {
        word: Word {
            name: "cross",
            family: Family::Pairs,
            axes: "→ an axis under `left`",
            summary: "Every element of one axis beside every element of another under a common one.",
            details: "",
            args: &[
                A { name: "left", help: "an axis" },
                A { name: "right", help: "another axis" },
                A { name: "within", help: "the axis both lie under" },
            ],
            examples: &[eg(
                r#"(cross("rollout", "step", "group").left(r) > cross("rollout", "step", "group").right(prm)).mean("rollout")"#,
                r#"{"r": [[1, 3]], "prm": [[[0, 2], [2]]]}"#,
                "[[0.3333333333, 1]]",
            )],
        },
        form: Form::Function,
        run: |b, a| {
            let (left, right) = (a.text("left")?, a.text("right")?);
            Ok(Arg::Pairs(b.graph.cross(&left, &right, &a.text("within")?, false)?))
        },
    },
    Def {
        word: Word {
            name: "left",
            family: Family::Pairs,
            axes: "x on the left axis → pairs",
            summary: "x of the left side of each pair.",
            details: "",
            args: SIDE,
            examples: &[eg(r#"pairs().left(r).max("rollout")"#, r#"{"r": [[1, 3]]}"#, "[[1, 3]]")],
        },
        form: Form::Method,
        run: |b, a| side(b, a, false),
    },
    Def {
        word: Word {
            name: "right",
            family: Family::Pairs,
            axes: "x on the right axis → pairs",
            summary: "x of the right side of each pair.",
            details: "",
            args: SIDE,
            examples: &[eg(r#"pairs().right(r).max("rollout")"#, r#"{"r": [[1, 3]]}"#, "[[3, 1]]")],
        },
        form: Form::Method,
        run: |b, a| side(b, a, true),
    },
    Def {
        word: Word {
            name: "swap",
            family: Family::Pairs,
            axes: "pairs → pairs",
            summary: "The value of the opposite pair.",
            details: "",
            args: &[A { name: "x", help: "a signal on an axis of pairs" }],
            examples: &[eg(r#"pairs().left(r).swap().max("rollout")"#, r#"{"r": [[1, 3]]}"#, "[[3, 1]]")],
        },
        form: Form::Method,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            Ok(Arg::Signal(b.graph.swap(x)?))
        },
    },
];
