//! Vectors and lanes: several values under each element.

use meed_algebra::op::{Binary, Reducer, Unary};
use meed_algebra::{Arg as A, Example, Family, NodeId, TypeError, Word};

use super::reduce::{keys, masked};
use super::{Arg, Args, Builder, Def, Form, eg};

fn dot(b: &mut Builder, x: NodeId, y: NodeId) -> Result<NodeId, TypeError> {
    let product = b.graph.binary(Binary::Mul, x, y)?;
    if b.graph.shape(product).dim.is_none() && b.graph.schema().complete {
        return Err(TypeError::new("this needs vectors, found one number per element"));
    }
    let axis = b.graph.tree().name(b.graph.shape(product).axis).to_string();
    b.graph.reduce(Reducer::Sum, product, &axis)
}

fn norm(b: &mut Builder, x: NodeId) -> Result<NodeId, TypeError> {
    let square = dot(b, x, x)?;
    b.graph.unary(Unary::Sqrt, square)
}

fn both(b: &mut Builder, args: &Args<'_>) -> Result<(NodeId, NodeId), TypeError> {
    Ok((b.signal(&args.get("a"))?, b.signal(&args.get("b"))?))
}

const AB: &[A] = &[A { name: "a", help: "vectors" }, A { name: "b", help: "vectors of the same size" }];
const TWO: &str = r#"{"a@vector": [[[3, 4]]], "b@vector": [[[4, 3]]]}"#;

const fn pair(
    name: &'static str,
    summary: &'static str,
    examples: &'static [Example],
    run: fn(&mut Builder, &Args<'_>) -> Result<Arg, TypeError>,
) -> Def {
    let axes = "vectors, vectors → one number per element";
    let word = Word { name, family: Family::Vector, axes, summary, details: "", args: AB, examples };
    Def { word, form: Form::Function, run }
}

pub(super) const WORDS: &[Def] = &[
    pair("dot", "The inner product.", &[eg("dot(a, b)", TWO, "[[24]]")], |b, a| {
        let (x, y) = both(b, a)?;
        Ok(Arg::Signal(dot(b, x, y)?))
    }),
    pair(
        "cosine",
        "The cosine of the angle; undefined for a zero vector.",
        &[eg("cosine(a, b)", TWO, "[[0.96]]")],
        |b, a| {
            let (x, y) = both(b, a)?;
            let (top, m, n) = (dot(b, x, y)?, norm(b, x)?, norm(b, y)?);
            let bottom = b.graph.binary(Binary::Mul, m, n)?;
            Ok(Arg::Signal(b.graph.binary(Binary::Div, top, bottom)?))
        },
    ),
    pair("distance", "The Euclidean distance.", &[eg("distance(a, b)", TWO, "[[1.4142135624]]")], |b, a| {
        let (x, y) = both(b, a)?;
        let d = b.graph.binary(Binary::Sub, x, y)?;
        Ok(Arg::Signal(norm(b, d)?))
    }),
    Def {
        word: Word {
            name: "norm",
            family: Family::Vector,
            axes: "vectors → one number per element",
            summary: "The Euclidean length.",
            details: "",
            args: &[A { name: "x", help: "vectors" }],
            examples: &[eg("norm(a)", TWO, "[[5]]")],
        },
        form: Form::Function,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            Ok(Arg::Signal(norm(b, x)?))
        },
    },
    Def {
        word: Word {
            name: "effective_rank",
            family: Family::Vector,
            axes: "vectors below the axis → axis",
            summary: "exp of the entropy of the normalised singular values: in how many directions the vectors spread.",
            details: "Vectors with an absent component are left out.",
            args: &[
                A { name: "x", help: "vectors" },
                A { name: "axis", help: "where the result lives" },
                A { name: "center=False", help: "whether their mean is subtracted first" },
            ],
            examples: &[
                eg(r#"a.effective_rank("group")"#, r#"{"a@vector": [[[1, 0], [0, 1]], [[2, 2]]]}"#, "[2, 1]"),
                eg(
                    r#"a.effective_rank("group", center=True)"#,
                    r#"{"a@vector": [[[1, 0], [0, 1]], [[2, 2]]]}"#,
                    r#"[1, "<undefined>"]"#,
                ),
            ],
        },
        form: Form::Method,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            Ok(Arg::Signal(b.graph.effective_rank(x, &a.text("axis")?, a.flag("center")?)?))
        },
    },
    Def {
        word: Word {
            name: "effective_rank_so_far",
            family: Family::Vector,
            axes: "vectors below the axis → one number per element",
            summary: "The effective rank of the vectors up to each one: how a trajectory spreads as it goes on.",
            details: "Measured at every so manieth present vector after the first; absent elsewhere.",
            args: &[
                A { name: "x", help: "vectors" },
                A { name: "axis", help: "siblings are the elements under one element of this axis" },
                A { name: "every=1", help: "vectors from one measurement to the next" },
                A { name: "center=False", help: "whether their mean is subtracted first" },
                A { name: "where=None", help: "only these vectors count; the others come out absent" },
                A { name: "by=None", help: "siblings must also agree in this column (or list of columns)" },
            ],
            examples: &[eg(
                r#"a.effective_rank_so_far("group")"#,
                r#"{"a@vector": [[[1, 0], [2, 0], [0, 2.2360679775]]]}"#,
                r#"[["<not_applicable>", 1, 2]]"#,
            )],
        },
        form: Form::Method,
        run: |b, a| {
            let (x, keys) = (masked(b, a)?, keys(b, a)?);
            let every = usize::try_from(a.integer("every")?).ok().filter(|n| *n > 0);
            let every =
                every.ok_or_else(|| TypeError::new("`effective_rank_so_far`: `every` is at least 1"))?;
            let axis = a.text("axis")?;
            Ok(Arg::Signal(b.graph.effective_rank_so_far(x, &axis, every, a.flag("center")?, &keys)?))
        },
    },
    Def {
        word: Word {
            name: "cluster",
            family: Family::Vector,
            axes: "vectors below the axis → one number per element",
            summary: "The number of the cluster a vector belongs to, from 0 in the order they are found; absent for those that belong to none.",
            details: "By density (DBSCAN): two vectors are neighbours up to the distance `eps`; one with at least `min_samples` neighbours, itself counted, and all of its neighbours are of one cluster.",
            args: &[
                A { name: "x", help: "vectors" },
                A { name: "axis", help: "siblings are the elements under one element of this axis" },
                A { name: "eps", help: "how near neighbours are" },
                A { name: "min_samples=2", help: "neighbours from which a vector makes a cluster" },
                A { name: "where=None", help: "only these vectors count; the others come out absent" },
                A { name: "by=None", help: "siblings must also agree in this column (or list of columns)" },
            ],
            examples: &[eg(
                r#"a.cluster("group", 0.5)"#,
                r#"{"a@vector": [[[0, 0], [9, 0], [0, 0.4], [5, 5]]]}"#,
                r#"[[0, "<not_applicable>", 0, "<not_applicable>"]]"#,
            )],
        },
        form: Form::Method,
        run: |b, a| {
            let (x, keys) = (masked(b, a)?, keys(b, a)?);
            let min = usize::try_from(a.integer("min_samples")?)
                .map_err(|_| TypeError::new("`cluster`: `min_samples` is at least 0"))?;
            Ok(Arg::Signal(b.graph.cluster(x, &a.text("axis")?, a.number("eps")?, min, &keys)?))
        },
    },
    Def {
        word: Word {
            name: "nearest",
            family: Family::Vector,
            axes: "vectors below the axis → one number per element",
            summary: "The mean distance of a vector to the nearest k of others; absent where there are none.",
            details: "With fewer than k, to all of them. `x.nearest(x, axis, k, others=True)` is how unlike its siblings each one is.",
            args: &[
                A { name: "x", help: "vectors" },
                A { name: "to", help: "vectors on the same axis" },
                A { name: "axis", help: "siblings are the elements under one element of this axis" },
                A { name: "k=1", help: "how many of the nearest" },
                A { name: "others=False", help: "whether an element's own vector is left out" },
                A { name: "where=None", help: "only these vectors are compared; the others come out absent" },
                A { name: "by=None", help: "siblings must also agree in this column (or list of columns)" },
            ],
            examples: &[
                eg(
                    r#"a.nearest(a, "group", others=True)"#,
                    r#"{"a@vector": [[[0, 0], [3, 4], [3, 3]], [[1, 1]]]}"#,
                    r#"[[4.2426406871, 1, 1], ["<empty>"]]"#,
                ),
                eg(
                    r#"a.nearest(a.where(r > 0), "group")"#,
                    r#"{"a@vector": [[[0, 0], [3, 4], [0, 1]]], "r": [[1, 1, 0]]}"#,
                    "[[0, 0, 1]]",
                ),
            ],
        },
        form: Form::Method,
        run: |b, a| {
            let (x, to, keys) = (masked(b, a)?, b.signal(&a.get("to"))?, keys(b, a)?);
            let k = usize::try_from(a.integer("k")?).ok().filter(|k| *k > 0);
            let k = k.ok_or_else(|| TypeError::new("`nearest`: `k` is at least 1"))?;
            let found = b.graph.nearest(x, to, &a.text("axis")?, k, a.flag("others")?, &keys)?;
            Ok(Arg::Signal(found))
        },
    },
    Def {
        word: Word {
            name: "component",
            family: Family::Vector,
            axes: "vectors → one number per element",
            summary: "Component i of a vector.",
            details: "With a signal as index each element has its own; absent where there is no such component.",
            args: &[A { name: "x", help: "vectors" }, A { name: "i", help: "from 0: a number or a signal" }],
            examples: &[
                eg("a.component(1)", TWO, "[[4]]"),
                eg(
                    "a.component(i)",
                    r#"{"a@vector": [[[3, 4], [5, 6]]], "i": [[0, 2]]}"#,
                    r#"[[3, "<not_applicable>"]]"#,
                ),
            ],
        },
        form: Form::Method,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            if let Arg::Signal(i) = a.get("i") {
                return Ok(Arg::Signal(b.graph.component_at(x, i)?));
            }
            let i = usize::try_from(a.integer("i")?)
                .map_err(|_| TypeError::new("a component is counted from 0"))?;
            Ok(Arg::Signal(b.graph.component(x, i)?))
        },
    },
    Def {
        word: Word {
            name: "lane",
            family: Family::Vector,
            axes: "lanes → one number per element",
            summary: "One lane by its label.",
            details: "",
            args: &[A { name: "x", help: "a signal with lanes" }, A { name: "name", help: "the label" }],
            examples: &[eg(r#"lanes({"a": r, "b": r * 2}).lane("b")"#, r#"{"r": [[1, 3]]}"#, "[[2, 6]]")],
        },
        form: Form::Method,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            Ok(Arg::Signal(b.graph.lane(x, &a.text("name")?)?))
        },
    },
    Def {
        word: Word {
            name: "lanes",
            family: Family::Vector,
            axes: "values on one line → lanes on the deepest axis",
            summary: "Values side by side under each element, by label.",
            details: "Reducing on the own axis folds the lanes: `lanes({…}).min(\"rollout\")`. Lanes of equal labels line up across axes.",
            args: &[A { name: "values", help: "a dict: label to signal" }],
            examples: &[eg(r#"lanes({"a": r, "b": 2}).min("rollout")"#, r#"{"r": [[1, 3]]}"#, "[[1, 2]]")],
        },
        form: Form::Function,
        run: |b, a| {
            let Arg::Dict(items) = a.get("values") else {
                return Err(TypeError::new("`lanes` takes a dict: {\"label\": signal, …}"));
            };
            let nodes = items.into_iter().map(|(k, v)| Ok((k, b.signal(&v)?)));
            let nodes = nodes.collect::<Result<Vec<_>, TypeError>>()?;
            Ok(Arg::Signal(b.graph.lanes(&nodes)?))
        },
    },
    Def {
        word: Word {
            name: "lane_names",
            family: Family::Vector,
            axes: "lanes → a list of texts",
            summary: "The labels of the lanes, known when the spec is read.",
            details: "",
            args: &[A { name: "x", help: "a signal with lanes" }],
            examples: &[eg(
                r#"r * len(lanes({"a": r, "b": r}).lane_names())"#,
                r#"{"r": [[1, 3]]}"#,
                "[[2, 6]]",
            )],
        },
        form: Form::Method,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            let lanes = b.graph.shape(x).lanes.clone();
            Ok(Arg::List(lanes.iter().flat_map(|l| l.iter()).map(|l| Arg::Text(l.clone())).collect()))
        },
    },
];
