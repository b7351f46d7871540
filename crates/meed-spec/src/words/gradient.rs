//! Gradients.

use meed_algebra::{Arg as A, Family, NodeId, TypeError, Word};

use super::{Arg, Args, Builder, Def, Form, eg};

fn grad(b: &mut Builder, args: &Args<'_>) -> Result<Arg, TypeError> {
    let loss = b.signal(&args.get("loss"))?;
    let (one, by) = match args.get("x") {
        Arg::List(items) => (false, items),
        one => (true, vec![one]),
    };
    let by = by.iter().map(signal).collect::<Result<Vec<NodeId>, _>>()?;
    let mut found = b.graph.gradient(loss, &by)?.into_iter().map(Arg::Signal);
    Ok(match (one, found.next()) {
        (true, Some(only)) => only,
        (_, first) => Arg::List(first.into_iter().chain(found).collect()),
    })
}

/// What a gradient can be by: a plain number is no signal, even where it would do for one.
fn signal(x: &Arg) -> Result<NodeId, TypeError> {
    match x {
        Arg::Signal(id) => Ok(*id),
        Arg::Number(_) => Err(TypeError::new("a plain number has no gradient")
            .help("a knob has one when it is declared with `param(…, learn=True)`")),
        other => Err(TypeError::new(format!("a gradient is by a signal, found {}", other.kind()))),
    }
}

pub(super) const WORDS: &[Def] = &[
    Def {
        word: Word {
            name: "grad",
            family: Family::Gradient,
            axes: "loss, x → same as x",
            summary: "The gradient of a loss by x: a column, a learnable param, or any signal the loss is made of.",
            details: "A loss with several values counts as their sum. By a signal on the way, that signal is taken as it is: the gradient reaches through everything built from it. `x` may be a list; then the result is one. Absent values have gradient 0, and so does everything where the loss is absent. At a kink the first of equal branches counts: `min(a, b)`, `max(a, b)` and `clip` pass the gradient to their first argument, a reduction to its first best element; `abs` has gradient 0 at 0. Comparisons, `floor`, `sign`, ranks, counts, `argmax` and the like are piecewise constant and have gradient 0. A scorer or a function has no gradient: that is an error, unless `stop_gradient` says it is a constant.",
            args: &[
                A { name: "loss", help: "numbers" },
                A { name: "x", help: "a signal, or a list of signals" },
            ],
            examples: &[
                eg(r#"grad((r * r).mean("group"), r)"#, r#"{"r": [[1, 3], [2]]}"#, "[[1, 3], [4]]"),
                eg(
                    r#"grad(-log_sigmoid(r.at(0, "group") - r.at(1, "group")).mean("batch"), r)"#,
                    r#"{"r": [[1, 1], [0, 0]]}"#,
                    "[[-0.25, 0.25], [-0.25, 0.25]]",
                ),
                eg("grad(max(r, 0) * 2, r)", r#"{"r": [[-1, 0, 3, null]]}"#, "[[0, 2, 2, 0]]"),
            ],
        },
        form: Form::Function,
        run: grad,
    },
    Def {
        word: Word {
            name: "stop_gradient",
            family: Family::Gradient,
            axes: "x → same",
            summary: "x, which gradients take for a constant.",
            details: "`soft + stop_gradient(hard - soft)` is the straight-through estimator: the value of `hard` with the gradient of `soft`.",
            args: &[A { name: "x", help: "a signal" }],
            examples: &[eg("grad(r * stop_gradient(r), r)", r#"{"r": [[2, 3]]}"#, "[[2, 3]]")],
        },
        form: Form::Function,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            Ok(Arg::Signal(b.graph.stop_gradient(x)?))
        },
    },
];
