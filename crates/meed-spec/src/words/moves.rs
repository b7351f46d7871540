//! To another axis or place.

use meed_algebra::op::Place;
use meed_algebra::{Arg as A, Family, Word};

use super::{Arg, Def, Form, eg};

pub(super) const WORDS: &[Def] = &[
    Def {
        word: Word {
            name: "spread",
            family: Family::Move,
            axes: "x → an axis below",
            summary: "The value given to the elements below: to all, or only to the first or last (0 to the others).",
            details: "Repeating downwards happens by itself where a value meets a deeper one; `spread` is for when it does not, and for rewards that arrive at the last token or step.",
            args: &[
                A { name: "x", help: "a signal" },
                A { name: "axis", help: "an axis below" },
                A { name: "at=\"all\"", help: "`all`, `first` or `last`" },
            ],
            examples: &[
                eg(
                    r#"r.spread("step", at="last")"#,
                    r#"{"r": [[5, 7]], "prm": [[[0, 0], [0]]]}"#,
                    "[[[0, 5], [7]]]",
                ),
                eg(r#"r.spread("step")"#, r#"{"r": [[5, 7]], "prm": [[[0, 0], [0]]]}"#, "[[[5, 5], [7]]]"),
            ],
        },
        form: Form::Method,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            let places = [("all", None), ("first", Some(Place::First)), ("last", Some(Place::Last))];
            let place = a.choice("at", &places)?;
            Ok(Arg::Signal(b.graph.spread_at(x, &a.text("axis")?, place)?))
        },
    },
    Def {
        word: Word {
            name: "segments",
            family: Family::Move,
            axes: "a column → the name of an axis",
            summary: "An axis of segments of neighbours; one begins at the first and wherever a column exceeds a bound.",
            details: "The axis lies under the parent of the column's axis: `r.spread(segments(\"option\", switch))` gives every segment of a rollout the rollout's value. Elements know their segment by `((switch > 0.5) | (switch.position(\"rollout\") == 0)).cumsum()`.",
            args: &[
                A { name: "name", help: "the name of the axis" },
                A { name: "starts", help: "a column; an absent value begins no segment" },
                A { name: "above=0.5", help: "a segment begins where the column exceeds it" },
            ],
            examples: &[eg(
                r#"r.spread(segments("option", prm)).sum("rollout")"#,
                r#"{"r": [[1, 2]], "prm": [[[0, 0, 1], [1, 0]]]}"#,
                "[[2, 2]]",
            )],
        },
        form: Form::Function,
        run: |b, a| {
            let (name, starts, above) = (a.text("name")?, b.signal(&a.get("starts"))?, a.number("above")?);
            b.graph.runs_of(&name, starts, above)?;
            Ok(Arg::Text(name))
        },
    },
    Def {
        word: Word {
            name: "at",
            family: Family::Move,
            axes: "x below the axis → axis",
            summary: "Element number i (from 0; from the end when negative) below each element of the axis.",
            details: "The index may be a signal on that axis: `text.at(r.argmax(\"group\"), \"group\")` is the best rollout's text. Absent where there is no such element.",
            args: &[
                A { name: "x", help: "a signal" },
                A { name: "i", help: "a number or a signal" },
                A { name: "axis", help: "where the result lives, an axis above" },
            ],
            examples: &[
                eg(r#"prm.at(-1, "rollout")"#, r#"{"prm": [[[1, 2], []]]}"#, r#"[[2, "<not_applicable>"]]"#),
                eg(
                    r#"kind.at(r.argmax("group"), "group")"#,
                    r#"{"r": [[1, 3]], "kind": [["a", "b"]]}"#,
                    r#"["b"]"#,
                ),
            ],
        },
        form: Form::Method,
        run: |b, a| {
            let (x, i) = (b.signal(&a.get("x"))?, b.signal(&a.get("i"))?);
            Ok(Arg::Signal(b.graph.at(x, i, &a.text("axis")?)?))
        },
    },
];
