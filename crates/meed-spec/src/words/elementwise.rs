//! Element by element.

use meed_algebra::kernel::elementwise::{Operand, binary, unary};
use meed_algebra::op::{Atom, Binary, Real, Unary};
use meed_algebra::{Arg as A, Example, Family, TypeError, Word};

use super::{Arg, Args, Builder, Def, Form, Run, eg};

const X: &[A] = &[A { name: "x", help: "a signal or a number" }];
const AB: &[A] =
    &[A { name: "a", help: "a signal or a number" }, A { name: "b", help: "a signal or a number" }];

const fn one(
    name: &'static str,
    summary: &'static str,
    details: &'static str,
    examples: &'static [Example],
    run: Run,
) -> Def {
    let word =
        Word { name, family: Family::Elementwise, axes: "any → same", summary, details, args: X, examples };
    Def { word, form: Form::Function, run }
}

const fn two(name: &'static str, summary: &'static str, examples: &'static [Example], run: Run) -> Def {
    let axes = "any, any on one line → the deeper one";
    let word = Word { name, family: Family::Elementwise, axes, summary, details: "", args: AB, examples };
    Def { word, form: Form::Function, run }
}

fn map(b: &mut Builder, args: &Args<'_>, op: Unary) -> Result<Arg, TypeError> {
    match args.get("x") {
        // Plain numbers stay plain: functions of plain data use the same words.
        Arg::Number(x) => {
            let mut out = [0.0];
            unary::<true>(op, Operand::Scalar(x), &mut out);
            if out[0].is_nan() {
                return Err(TypeError::new(format!("{op:?} of {x} is not a number").to_lowercase()));
            }
            Ok(Arg::Number(out[0]))
        }
        x => {
            let x = b.signal(&x)?;
            Ok(Arg::Signal(b.graph.unary(op, x)?))
        }
    }
}

/// An operator between two values: with a signal it is built, between plain numbers it is computed.
///
/// # Errors
/// When axes do not line up, a text meets arithmetic, or the result is not a number.
pub fn combine(b: &mut Builder, x: &Arg, y: &Arg, op: Binary) -> Result<Arg, TypeError> {
    if let (Arg::Number(x), Arg::Number(y)) = (x, y) {
        let mut out = [0.0];
        binary::<true>(op, Operand::Scalar(*x), Operand::Scalar(*y), &mut out);
        if out[0].is_nan() {
            return Err(TypeError::new(format!("{x} {} {y} is not a number", op.symbol())));
        }
        return Ok(Arg::Number(out[0]));
    }
    let (x, y) = (b.signal(x)?, b.signal(y)?);
    Ok(Arg::Signal(b.graph.binary(op, x, y)?))
}

/// The least or greatest of several arguments, or of one list.
fn extreme(b: &mut Builder, args: &Args<'_>, op: Binary) -> Result<Arg, TypeError> {
    let mut all = match (args.get("a"), args.rest.is_empty()) {
        (Arg::List(items), true) => items,
        (first, _) => vec![first],
    };
    all.extend(args.rest.iter().cloned());
    let mut all = all.into_iter();
    let first = all.next().ok_or_else(|| TypeError::new("an empty list has no least or greatest value"))?;
    all.try_fold(first, |x, y| combine(b, &x, &y, op))
}

const ANY: &[A] =
    &[A { name: "a", help: "a signal, a number or a list" }, A { name: "*others", help: "more of them" }];

pub(super) const WORDS: &[Def] = &[
    one("abs", "Magnitude.", "", &[eg("abs(r)", r#"{"r": [[-2, 3]]}"#, "[[2, 3]]")], |b, a| {
        map(b, a, Unary::Abs)
    }),
    one(
        "exp",
        "e to the x.",
        "Computed in plain arithmetic, the same on every machine; the error is below one unit in the last place.",
        &[eg("exp(r)", r#"{"r": [[0, 1]]}"#, "[[1, 2.718281828]]")],
        |b, a| map(b, a, Unary::Exp),
    ),
    one(
        "log",
        "Natural logarithm.",
        "0 gives minus infinity, a negative number is undefined.",
        &[eg("log(r)", r#"{"r": [[1, -1]]}"#, r#"[[0, "<undefined>"]]"#)],
        |b, a| map(b, a, Unary::Log),
    ),
    one(
        "sqrt",
        "Square root.",
        "",
        &[eg("sqrt(r)", r#"{"r": [[4, -4]]}"#, r#"[[2, "<undefined>"]]"#)],
        |b, a| map(b, a, Unary::Sqrt),
    ),
    one("sign", "-1, 0 or 1.", "", &[eg("sign(r)", r#"{"r": [[-2, 0, 3]]}"#, "[[-1, 0, 1]]")], |b, a| {
        map(b, a, Unary::Sign)
    }),
    one(
        "floor",
        "The whole number below.",
        "A value within 1e-9 of a whole number counts as that number, so `floor(0.29 * 100)` is 29.",
        &[eg("floor(r * 100)", r#"{"r": [[0.29, -0.5]]}"#, "[[29, -50]]")],
        |b, a| map(b, a, Unary::Floor),
    ),
    one(
        "ceil",
        "The whole number above.",
        "A value within 1e-9 of a whole number counts as that number.",
        &[eg("ceil(r)", r#"{"r": [[0.2, 2]]}"#, "[[1, 2]]")],
        |b, a| map(b, a, Unary::Ceil),
    ),
    one(
        "round",
        "The nearest whole number, halves to even.",
        "",
        &[eg("round(r)", r#"{"r": [[0.5, 1.5, 2.4]]}"#, "[[0, 2, 2]]")],
        |b, a| map(b, a, Unary::Round),
    ),
    one(
        "sigmoid",
        "1 / (1 + exp(-x)), without overflow.",
        "",
        &[eg("sigmoid(r)", r#"{"r": [[0, 1000]]}"#, "[[0.5, 1]]")],
        |b, a| map(b, a, Unary::Sigmoid),
    ),
    one(
        "log_sigmoid",
        "log(sigmoid(x)), without overflow.",
        "",
        &[eg("log_sigmoid(r)", r#"{"r": [[0, -1000]]}"#, "[[-0.693147181, -1000]]")],
        |b, a| map(b, a, Unary::LogSigmoid),
    ),
    one(
        "tanh",
        "Hyperbolic tangent.",
        "",
        &[eg("tanh(r)", r#"{"r": [[0, 1]]}"#, "[[0, 0.761594156]]")],
        |b, a| map(b, a, Unary::Tanh),
    ),
    one(
        "softplus",
        "log(1 + exp(x)), without overflow.",
        "",
        &[eg("softplus(r)", r#"{"r": [[0, 1000]]}"#, "[[0.693147181, 1000]]")],
        |b, a| map(b, a, Unary::Softplus),
    ),
    one("cos", "Cosine.", "", &[eg("cos(r)", r#"{"r": [[0, 3.14159265358979]]}"#, "[[1, -1]]")], |b, a| {
        map(b, a, Unary::Cos)
    }),
    one("sin", "Sine.", "", &[eg("sin(r)", r#"{"r": [[0, 1.5707963267949]]}"#, "[[0, 1]]")], |b, a| {
        map(b, a, Unary::Sin)
    }),
    two("pow", "a to the power b.", &[eg("pow(r, 2)", r#"{"r": [[3, -2]]}"#, "[[9, 4]]")], |b, a| {
        combine(b, &a.get("a"), &a.get("b"), Binary::Pow)
    }),
    Def {
        word: Word {
            name: "min",
            family: Family::Elementwise,
            axes: "any on one line → the deepest one",
            summary: "The least of several values, element by element.",
            details: "Absent if one of them is. `x.min(axis)` reduces instead.",
            args: ANY,
            examples: &[eg("min(r, 1)", r#"{"r": [[0.5, 2]]}"#, "[[0.5, 1]]")],
        },
        form: Form::Function,
        run: |b, a| extreme(b, a, Binary::Min),
    },
    Def {
        word: Word {
            name: "max",
            family: Family::Elementwise,
            axes: "any on one line → the deepest one",
            summary: "The greatest of several values, element by element.",
            details: "Absent if one of them is. `x.max(axis)` reduces instead.",
            args: ANY,
            examples: &[eg("max(r, hard)", r#"{"r": [[0.5, 2]], "hard": [1]}"#, "[[1, 2]]")],
        },
        form: Form::Function,
        run: |b, a| extreme(b, a, Binary::Max),
    },
    Def {
        word: Word {
            name: "clip",
            family: Family::Elementwise,
            axes: "any → same",
            summary: "x, but not below `low` nor above `high`.",
            details: "A bound of None is no bound. Where bounds cross, `low` wins.",
            args: &[
                A { name: "x", help: "a signal or a number" },
                A { name: "low", help: "the least result, or None" },
                A { name: "high", help: "the greatest result, or None" },
            ],
            examples: &[eg("clip(r, 0, 1)", r#"{"r": [[-1, 0.5, 3]]}"#, "[[0, 0.5, 1]]")],
        },
        form: Form::Function,
        run: |b, a| {
            let mut x = a.get("x");
            for (bound, op) in [("high", Binary::Min), ("low", Binary::Max)] {
                let bound = a.get(bound);
                if !bound.is_none() {
                    x = combine(b, &x, &bound, op)?;
                }
            }
            Ok(x)
        },
    },
    Def {
        word: Word {
            name: "where",
            family: Family::Elementwise,
            axes: "any on one line → the deepest one",
            summary: "`a` where the condition holds, else `b`.",
            details: "Absent where the condition is. `x.where(mask)` leaves values out instead.",
            args: &[
                A { name: "condition", help: "true (not 0) or false (0)" },
                A { name: "a", help: "value where it holds" },
                A { name: "b", help: "value where it does not" },
            ],
            examples: &[eg("where(r > 1, 10, r)", r#"{"r": [[1, 2]]}"#, "[[1, 10]]")],
        },
        form: Form::Function,
        run: |b, a| {
            let (c, x, y) = (b.signal(&a.get("condition"))?, b.signal(&a.get("a"))?, b.signal(&a.get("b"))?);
            Ok(Arg::Signal(b.graph.choose(c, x, y)?))
        },
    },
    Def {
        word: Word {
            name: "isin",
            family: Family::Elementwise,
            axes: "any → same",
            summary: "Whether x is one of some numbers or texts.",
            details: "",
            args: &[A { name: "x", help: "numbers or texts" }, A { name: "values", help: "a list" }],
            examples: &[
                eg("isin(r, [1, 3])", r#"{"r": [[1, 2]]}"#, "[[1, 0]]"),
                eg(r#"isin(kind, ["thought"])"#, r#"{"kind": [["thought", "action"]]}"#, "[[1, 0]]"),
            ],
        },
        form: Form::Function,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            let Arg::List(values) = a.get("values") else {
                return Err(TypeError::new("`isin`: `values` must be a list"));
            };
            let atoms = values.into_iter().map(|v| match v {
                Arg::Number(x) => Ok(Atom::Number(Real(x))),
                Arg::Bool(x) => Ok(Atom::Number(Real(f64::from(x)))),
                Arg::Text(t) => Ok(Atom::Text(t.into())),
                other => {
                    Err(TypeError::new(format!("`isin` looks for numbers or texts, found {}", other.kind())))
                }
            });
            let atoms = atoms.collect::<Result<Vec<_>, _>>()?;
            Ok(Arg::Signal(b.graph.isin(x, atoms)?))
        },
    },
];
