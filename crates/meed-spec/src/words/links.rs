//! Parents and children among siblings, and look-ups.

use meed_algebra::op::{Real, Reducer, Segment, Tree, Within};
use meed_algebra::{Arg as A, Family, Word};

use super::{Arg, Def, Form, eg};

const FOLDS: &[(&str, Reducer)] = &[
    ("sum", Reducer::Sum),
    ("mean", Reducer::Mean),
    ("max", Reducer::Max),
    ("min", Reducer::Min),
    ("count", Reducer::Count),
    ("prod", Reducer::Prod),
    ("any", Reducer::Any),
    ("all", Reducer::All),
];
const PARENT: A = A {
    name: "parent",
    help: "for each element the place of its parent among its siblings; absent or negative for a root",
};
const AXIS: A =
    A { name: "axis=\"group\"", help: "siblings are the elements under one element of this axis" };

pub(super) const WORDS: &[Def] = &[
    Def {
        word: Word {
            name: "below",
            family: Family::Link,
            axes: "x → same",
            summary: "A reduction over all descendants of each element, in a tree given by a column of parents.",
            details: "Elements on a cycle are undefined.",
            args: &[
                A { name: "x", help: "a signal" },
                A { name: "op", help: "sum, mean, max, min, count, prod, any or all" },
                PARENT,
                AXIS,
                A { name: "own=False", help: "whether the element itself counts" },
            ],
            examples: &[eg(
                r#"r.below("sum", parent)"#,
                r#"{"r": [[1, 2, 4]], "parent": [[-1, 0, 1]]}"#,
                "[[6, 4, 0]]",
            )],
        },
        form: Form::Method,
        run: |b, a| {
            let (x, parent) = (b.signal(&a.get("x"))?, b.signal(&a.get("parent"))?);
            let op = Segment::Tree(Tree::Below { op: a.choice("op", FOLDS)?, own: a.flag("own")? });
            Ok(Arg::Signal(b.graph.segment(op, x, Some(parent), &a.text("axis")?, &[])?))
        },
    },
    Def {
        word: Word {
            name: "push",
            family: Family::Link,
            axes: "x → same",
            summary: "Values pushed to the ancestors with a decay: y = x + decay * the sum of the children's y.",
            details: "",
            args: &[
                A { name: "x", help: "a signal" },
                A { name: "decay", help: "kept per edge" },
                PARENT,
                AXIS,
            ],
            examples: &[eg(
                "r.push(0.5, parent)",
                r#"{"r": [[0, 0, 4]], "parent": [[-1, 0, 1]]}"#,
                "[[1, 2, 4]]",
            )],
        },
        form: Form::Method,
        run: |b, a| {
            let (x, parent) = (b.signal(&a.get("x"))?, b.signal(&a.get("parent"))?);
            let op = Segment::Tree(Tree::Push(Real(a.number("decay")?)));
            Ok(Arg::Signal(b.graph.segment(op, x, Some(parent), &a.text("axis")?, &[])?))
        },
    },
    Def {
        word: Word {
            name: "lookup",
            family: Family::Link,
            axes: "x → same",
            summary: "x of the sibling whose id equals the key: paired questions, proposer and solvers, a guided retry.",
            details: "Without `id` the key is a place among the siblings. Absent where nobody has that id; `axis=\"batch\"` looks across groups.",
            args: &[
                A { name: "x", help: "a signal" },
                A { name: "key", help: "what to look for" },
                A { name: "id=None", help: "where to look for it" },
                AXIS,
            ],
            examples: &[
                eg("r.lookup(partner)", r#"{"r": [[5, 7]], "partner": [[1, 0]]}"#, "[[7, 5]]"),
                eg(
                    r#"r.lookup(want, id=name, axis="batch")"#,
                    r#"{"r": [[5], [7]], "want": [["b"], ["c"]], "name": [["a"], ["b"]]}"#,
                    r#"[[7], ["<not_applicable>"]]"#,
                ),
            ],
        },
        form: Form::Method,
        run: |b, a| {
            let (x, key, axis) = (b.signal(&a.get("x"))?, b.signal(&a.get("key"))?, a.text("axis")?);
            let id = match a.get("id") {
                Arg::None => b.graph.segment(Segment::Within(Within::Position), x, None, &axis, &[])?,
                id => b.signal(&id)?,
            };
            Ok(Arg::Signal(b.graph.lookup(x, key, id, &axis)?))
        },
    },
];
