//! Columns, knobs and programs.

use meed_algebra::{Arg as A, Axis, Family, Kind, Shape, TypeError, Word};

use super::{Arg, Args, Builder, Def, Form, eg};
use crate::params::Learn;

/// Column names that are words by themselves.
pub const WELL_KNOWN: &[(&str, &str, Kind)] = &[
    ("text", "rollout", Kind::Text),
    ("prompt", "group", Kind::Text),
    ("answer", "group", Kind::Text),
    ("task", "group", Kind::Text),
    ("length", "rollout", Kind::Number),
    ("logp", "token", Kind::Number),
    ("old_logp", "token", Kind::Number),
    ("ref_logp", "token", Kind::Number),
    ("entropy", "token", Kind::Number),
    ("mask", "token", Kind::Number),
    ("kind", "token", Kind::Text),
    ("prm", "step", Kind::Number),
    ("step_len", "step", Kind::Number),
];

/// The column `name`; with an open schema well-known names get their usual axis and kind.
pub(crate) fn column(
    b: &mut Builder,
    name: &str,
    axis: Option<&str>,
    kind: Option<Kind>,
) -> Result<Arg, TypeError> {
    if let Some(axis) = axis {
        b.params.declare_axis(name, axis.rsplit('.').next().unwrap_or(axis));
    }
    // How a list is read; it is no axis.
    let axis = axis.filter(|a| *a != "vector");
    let known = WELL_KNOWN.iter().find(|k| k.0 == name);
    let open = !b.graph.schema().complete && !b.graph.schema().columns.contains_key(name);
    let (axis, kind) = match (known, open) {
        (Some((_, usual, of)), true) => (Some(axis.unwrap_or(usual)), Some(kind.unwrap_or(*of))),
        _ => (axis, kind),
    };
    let found = b.graph.column(name, axis, kind);
    found.map(Arg::Signal).map_err(|e| match (&e.help, known) {
        (None, Some(_)) => e.help(format!("`--map {name}=FIELD` reads it from another field")),
        _ => e,
    })
}

/// Whether the data is at hand and has no such column. In a loaded file the data's axis may be missing too; then the
/// column stays open, as nothing may ask for it.
fn lacks(b: &Builder, name: &str, axis: Option<&str>) -> bool {
    let schema = b.graph.schema();
    let placed = || axis.is_none_or(|a| schema.tree.find(a.rsplit('.').next().unwrap_or(a)).is_some());
    !schema.columns.contains_key(name) && (schema.complete || (b.graph.partial && placed()))
}

fn col(b: &mut Builder, args: &Args<'_>) -> Result<Arg, TypeError> {
    let name = args.text("name")?;
    let axis = match args.get("axis") {
        Arg::None => None,
        _ => Some(args.text("axis")?),
    };
    let kind = match args.get("kind") {
        Arg::None => None,
        _ => Some(
            args.choice("kind", &[("number", Kind::Number), ("bool", Kind::Bool), ("text", Kind::Text)])?,
        ),
    };
    let default = args.get("default");
    let placed = axis.as_deref().filter(|a| *a != "vector");
    if !default.is_none() && lacks(b, &name, placed) {
        let value = b.signal(&default)?;
        let axis = placed.unwrap_or("rollout");
        return Ok(Arg::Signal(b.graph.spread_at(value, axis, None)?));
    }
    let kind = kind.or(match default {
        Arg::Text(_) => Some(Kind::Text),
        _ => None,
    });
    let found = column(b, &name, axis.as_deref(), kind)?;
    if default.is_none() {
        return Ok(found);
    }
    let (x, y) = (b.signal(&found)?, b.signal(&default)?);
    Ok(Arg::Signal(b.graph.or_else(x, y)?))
}

/// How a knob is learned, if it is.
fn learn(a: &Args<'_>) -> Result<Option<Learn>, TypeError> {
    let dual = match a.get("learn") {
        Arg::Bool(learn) => (learn, false),
        Arg::Text(how) if how == "dual" => (true, true),
        _ => return Err(TypeError::new("`learn` is True, False or \"dual\"")),
    };
    let bound = |name: &str| match a.get(name) {
        Arg::None => Ok(None),
        _ => a.number(name).map(Some),
    };
    let (low, high, simplex) = (bound("low")?, bound("high")?, a.flag("simplex")?);
    match dual {
        (false, _) if low.is_none() && high.is_none() && !simplex => Ok(None),
        (false, _) => Err(TypeError::new("bounds are for what is learned").help("write `learn=True`")),
        (true, true) if simplex || low.is_some() || high.is_some() => {
            Err(TypeError::new("a multiplier has no bounds but 0"))
        }
        (true, false) if simplex && (low.is_some() || high.is_some()) => {
            Err(TypeError::new("what sums to 1 has no other bounds"))
        }
        (true, dual) => Ok(Some(Learn { low, high, simplex, dual })),
    }
}

/// The signal of a learnable knob: a number, a vector or lanes, on the batch.
fn parameter(b: &mut Builder, name: &str, value: Arg) -> Result<Arg, TypeError> {
    let plain = Shape::of(Axis::BATCH);
    let number = |x: &Arg| match x {
        Arg::Number(x) => Ok(*x),
        other => Err(TypeError::new(format!("param `{name}` learns numbers, found {}", other.kind()))),
    };
    let (shape, values) = match &value {
        // Nothing to learn yet: the spec may take its length from the data.
        Arg::List(items) if items.is_empty() => return Ok(value),
        Arg::List(items) => (Shape { dim: Some(items.len()), ..plain }, items.iter().map(number).collect()),
        Arg::Dict(items) if !items.is_empty() => {
            let lanes = Some(items.iter().map(|i| i.0.clone()).collect());
            (Shape { lanes, ..plain }, items.iter().map(|i| number(&i.1)).collect())
        }
        one => (plain, number(one).map(|x| vec![x])),
    };
    let name = b.params.full_name(name);
    Ok(Arg::Signal(b.graph.add_parameter(&name, shape, values?)?))
}

pub(super) const WORDS: &[Def] = &[
    Def {
        word: Word {
            name: "col",
            family: Family::Column,
            axes: "→ the axis of the column",
            summary: "A column of the data.",
            details: "Where the data is not at hand, `axis` and `kind` say what to expect. With `default` the column may be missing, as a whole or for some elements.",
            args: &[
                A { name: "name", help: "its name; a dotted path for nested fields" },
                A {
                    name: "axis=None",
                    help: "the axis it must be on; `step.vote` also says where that axis lies; `vector`: a list is one value",
                },
                A { name: "kind=None", help: "`number`, `bool` or `text`" },
                A { name: "default=None", help: "the value where there is none" },
            ],
            examples: &[
                eg(r#"col("r") + 1"#, r#"{"r": [[1, 2]]}"#, "[[2, 3]]"),
                eg(r#"col("bonus", default=0) + r"#, r#"{"r": [[1, 2]]}"#, "[[1, 2]]"),
                eg(r#"col("r", default=0)"#, r#"{"r": [[null, 2]]}"#, "[[0, 2]]"),
            ],
        },
        form: Form::Function,
        run: col,
    },
    Def {
        word: Word {
            name: "param",
            family: Family::Column,
            axes: "→ a plain value; learnable: → batch",
            summary: "A knob: its default, or what the command line (`--set name=value`) says.",
            details: "With `learn` it is a signal on the batch that `grad` can differentiate by and `meed fit` fits: a number, a list (a vector) or a dict of numbers (lanes). `learn=\"dual\"` is a multiplier: not below 0, and raised, not lowered, while the constraint it stands before is broken: `loss = cost + lam * (use.mean(\"batch\") - 1)`.",
            args: &[
                A { name: "name", help: "its name" },
                A { name: "default", help: "a number, truth value, text, list or None" },
                A { name: "help=None", help: "what it means" },
                A { name: "learn=False", help: "False, True, or `dual` for the multiplier of a constraint" },
                A { name: "low=None", help: "the least value that is learned" },
                A { name: "high=None", help: "the greatest value that is learned" },
                A { name: "simplex=False", help: "what is learned is not below 0 and sums to 1" },
            ],
            examples: &[
                eg(
                    r#"r * param("scale", 10, "how much a point is worth")"#,
                    r#"{"r": [[1, 2]]}"#,
                    "[[10, 20]]",
                ),
                eg(
                    r#"(lanes({"a": r, "b": r * r}) * param("w", {"a": 0.75, "b": 0.25}, learn=True, simplex=True)).sum("rollout")"#,
                    r#"{"r": [[1, 2]]}"#,
                    "[[1, 2.5]]",
                ),
            ],
        },
        form: Form::Function,
        run: |b, a| {
            let help = match a.get("help") {
                Arg::None => String::new(),
                _ => a.text("help")?,
            };
            let (name, default) = (a.text("name")?, a.get("default"));
            let learn = learn(a)?;
            let value = b.params.declare(&name, default, &help, learn.clone())?;
            match learn {
                None => Ok(value),
                Some(_) => parameter(b, &name, value),
            }
        },
    },
    Def {
        word: Word {
            name: "map",
            family: Family::Program,
            axes: "any on one line → the deepest one; with `over`, any below it → `to`",
            summary: "A Starlark function called with the values of each element, or of each parent.",
            details: "The function gets numbers, texts (a list of texts where the data has several, as accepted answers), and None for absent values; it returns a number, True, False, a text (with `kind=\"text\"`) or None. An error inside it makes that element absent. With `over` it is called once per element of that axis and gets everything below it: a list of the children's values, lists of lists further down, a dict where there are lanes, a list where there is a vector; what lives on `over` or above is a plain value. It then returns one value, or for an axis `to` further down a list with one value per child (lists of lists further down); None makes all of them absent. With `lanes` each value is a dict with these labels. Brackets, joins and small searches are written this way.",
            args: &[
                A { name: "fn", help: "a function" },
                A { name: "*values", help: "signals" },
                A { name: "kind=\"number\"", help: "what it returns: `number`, `bool` or `text`" },
                A { name: "when=None", help: "call it only where this holds" },
                A { name: "over=None", help: "the axis of the parents; None: a call per element" },
                A {
                    name: "to=None",
                    help: "where the results live: an axis below `over`; None: `over` itself",
                },
                A { name: "lanes=None", help: "labels of what is returned at once" },
            ],
            examples: &[
                eg("map(lambda t: len(t), kind)", r#"{"kind": [["a", "bcd"]]}"#, "[[1, 3]]"),
                eg(
                    r#"map(lambda t: t.upper(), kind, kind="text")"#,
                    r#"{"kind": [["a", "b"]]}"#,
                    r#"[["A", "B"]]"#,
                ),
                eg(
                    r#"map(lambda rs: max(rs) - min(rs), r, over="group")"#,
                    r#"{"r": [[1, 5, 2], [4]]}"#,
                    "[4, 0]",
                ),
                eg(
                    r#"map(lambda rs, p: [len(p[i]) + r for i, r in enumerate(rs)], r, prm, over="group", to="rollout")"#,
                    r#"{"r": [[1, 5], [2]], "prm": [[[7, 7], [7]], [[]]]}"#,
                    "[[3, 6], [2]]",
                ),
                eg(
                    r#"map(lambda rs: {"low": min(rs), "high": max(rs)}, r, over="group", lanes=["low", "high"]).lane("high")"#,
                    r#"{"r": [[1, 5, 2], [4]]}"#,
                    "[5, 4]",
                ),
            ],
        },
        form: Form::Function,
        run: |_, _| Err(TypeError::new("`map` needs a function of the host language")),
    },
];
