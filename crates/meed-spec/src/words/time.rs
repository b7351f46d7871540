//! Training time, and values kept from batch to batch.

use meed_algebra::op::{Binary, Real, Reducer, Unary};
use meed_algebra::{Arg as A, Family, NodeId, Reason, TypeError, Word};

use super::{Arg, Args, Builder, Def, Form, eg};

/// How far the schedule is, from 0 to 1.
fn progress(b: &mut Builder, args: Option<&Args<'_>>) -> Result<NodeId, TypeError> {
    let step = b.graph.step();
    let (zero, one) = (b.graph.number(0.0)?, b.graph.number(1.0)?);
    let begin = match args {
        Some(a) => b.signal(&a.get("begin"))?,
        None => zero,
    };
    let length = match args.map(|a| a.get("steps")) {
        None | Some(Arg::None) => {
            let total = b.graph.total_steps();
            b.graph.binary(Binary::Sub, total, begin)?
        }
        Some(steps) => b.signal(&steps)?,
    };
    let done = b.graph.binary(Binary::Sub, step, begin)?;
    let share = b.graph.binary(Binary::Div, done, length)?;
    let share = b.graph.binary(Binary::Min, share, one)?;
    b.graph.binary(Binary::Max, share, zero)
}

/// `start + (end - start) * share`.
fn between(b: &mut Builder, args: &Args<'_>, share: NodeId) -> Result<Arg, TypeError> {
    let (start, end) = (b.signal(&args.get("start"))?, b.signal(&args.get("end"))?);
    let range = b.graph.binary(Binary::Sub, end, start)?;
    let moved = b.graph.binary(Binary::Mul, range, share)?;
    Ok(Arg::Signal(b.graph.binary(Binary::Add, start, moved)?))
}

fn name(b: &mut Builder, args: &Args<'_>, what: &str) -> Result<String, TypeError> {
    match args.get("name") {
        Arg::None => {
            b.states += 1;
            Ok(format!("{what}#{}", b.states))
        }
        _ => args.text("name"),
    }
}

fn key(b: &mut Builder, args: &Args<'_>) -> Result<Option<NodeId>, TypeError> {
    match args.get("key") {
        Arg::None => Ok(None),
        key => b.signal(&key).map(Some),
    }
}

/// How many values are kept.
fn how_many(args: &Args<'_>, name: &str) -> Result<usize, TypeError> {
    let n = args.integer(name)?;
    if (1..=100_000).contains(&n) {
        return Ok(n as usize);
    }
    Err(TypeError::new(format!("`{name}` must lie between 1 and 100,000, found {n}")))
}

const SCHEDULE: &[A] = &[
    A { name: "start", help: "value at the beginning" },
    A { name: "end", help: "value at the end" },
    A { name: "steps=None", help: "training steps it takes; default: the rest of the run" },
    A { name: "begin=0", help: "training step at which it begins" },
];
const KEY: A = A { name: "key=None", help: "keep one value per key, for example per `task`" };
const NAME: A = A { name: "name=None", help: "its name in the saved state" };

pub(super) const WORDS: &[Def] = &[
    Def {
        word: Word {
            name: "step",
            family: Family::Time,
            axes: "→ batch",
            summary: "The training step of this batch, from 0.",
            details: "",
            args: &[],
            examples: &[eg("r + step()", r#"{"r": [[1]], "@step": 3}"#, "[[4]]")],
        },
        form: Form::Function,
        run: |b, _| Ok(Arg::Signal(b.graph.step())),
    },
    Def {
        word: Word {
            name: "progress",
            family: Family::Time,
            axes: "→ batch",
            summary: "How far the run is, from 0 to 1; absent when the number of steps is unknown.",
            details: "",
            args: &[],
            examples: &[eg("progress()", r#"{"r": [[1]], "@step": 3, "@total_steps": 12}"#, "0.25")],
        },
        form: Form::Function,
        run: |b, _| Ok(Arg::Signal(progress(b, None)?)),
    },
    Def {
        word: Word {
            name: "linear",
            family: Family::Time,
            axes: "→ batch",
            summary: "A value that moves in a straight line from start to end, and stays there.",
            details: "",
            args: SCHEDULE,
            examples: &[eg("linear(1, 0, steps=4)", r#"{"r": [[1]], "@step": 1}"#, "0.75")],
        },
        form: Form::Function,
        run: |b, a| {
            let share = progress(b, Some(a))?;
            between(b, a, share)
        },
    },
    Def {
        word: Word {
            name: "cosine_schedule",
            family: Family::Time,
            axes: "→ batch",
            summary: "A value that moves from start to end along half a cosine, and stays there.",
            details: "",
            args: SCHEDULE,
            examples: &[eg("cosine_schedule(1, 0, steps=4)", r#"{"r": [[1]], "@step": 1}"#, "0.8535533906")],
        },
        form: Form::Function,
        run: |b, a| {
            let share = progress(b, Some(a))?;
            let pi = b.graph.number(std::f64::consts::PI)?;
            let angle = b.graph.binary(Binary::Mul, share, pi)?;
            let cos = b.graph.unary(Unary::Cos, angle)?;
            let (one, half) = (b.graph.number(1.0)?, b.graph.number(0.5)?);
            let fall = b.graph.binary(Binary::Sub, one, cos)?;
            let share = b.graph.binary(Binary::Mul, fall, half)?;
            between(b, a, share)
        },
    },
    Def {
        word: Word {
            name: "constant",
            family: Family::Time,
            axes: "→ batch",
            summary: "A schedule that does not move: a number as a signal.",
            details: "",
            args: &[A { name: "value", help: "a number" }],
            examples: &[eg("constant(3)", r#"{"r": [[1]]}"#, "3")],
        },
        form: Form::Function,
        run: |b, a| {
            let value = a.number("value")?;
            Ok(Arg::Signal(b.graph.number(value)?))
        },
    },
    Def {
        word: Word {
            name: "ema",
            family: Family::Time,
            axes: "x on batch (or on the axis of the key) → same",
            summary: "The exponential moving average of x over batches: decay * old + (1 - decay) * x.",
            details: "It starts at `init`, or at the first value. An absent x leaves it as it is. `use=\"before\"` gives the value before this batch's update. `x.ema(decay)` averages along siblings instead.",
            args: &[
                A { name: "x", help: "a signal" },
                A { name: "decay", help: "weight of the past" },
                KEY,
                A { name: "init=None", help: "the value before the first batch" },
                A { name: "use=\"after\"", help: "`after` or `before` this batch's update" },
                NAME,
            ],
            examples: &[
                eg(r#"ema(r.mean("batch"), 0.9, init=1)"#, r#"{"r": [[0, 4]]}"#, "1.1"),
                eg(r#"ema(r.mean("batch"), 0.9)"#, r#"{"r": [[0, 4]]}"#, "2"),
            ],
        },
        form: Form::Function,
        run: |b, a| {
            let (x, decay, key) = (b.signal(&a.get("x"))?, b.signal(&a.get("decay"))?, key(b, a)?);
            let init = match a.get("init") {
                Arg::None => Reason::Missing.value(),
                _ => a.number("init")?,
            };
            let name = name(b, a, "ema")?;
            let dim = b.graph.shape(x).dim;
            let old = b.graph.state(&name, init, key, dim);
            let one = b.graph.number(1.0)?;
            let rest = b.graph.binary(Binary::Sub, one, decay)?;
            let (kept, new) =
                (b.graph.binary(Binary::Mul, decay, old)?, b.graph.binary(Binary::Mul, rest, x)?);
            let mixed = b.graph.binary(Binary::Add, kept, new)?;
            let started = b.graph.or_else(mixed, x)?;
            let had = b.graph.or_else(old, started)?;
            let seen = b.graph.present(x);
            let next = b.graph.choose(seen, started, had)?;
            let next = b.graph.update(old, next)?;
            let after = a.choice("use", &[("after", true), ("before", false)])?;
            Ok(Arg::Signal(if after { next } else { old }))
        },
    },
    Def {
        word: Word {
            name: "history",
            family: Family::Time,
            axes: "x on batch (or on the axis of the key) → vectors",
            summary: "The values of x in the last batches before this one, oldest first, as a vector of `keep`.",
            details: "Absent where there was no batch yet.",
            args: &[
                A { name: "x", help: "a signal" },
                A { name: "keep", help: "how many values" },
                KEY,
                NAME,
            ],
            examples: &[eg(r#"history(r.mean("batch"), 3).count("batch")"#, r#"{"r": [[0, 4]]}"#, "0")],
        },
        form: Form::Function,
        run: |b, a| {
            let (x, key) = (b.signal(&a.get("x"))?, key(b, a)?);
            let keep = how_many(a, "keep")?;
            let name = name(b, a, "history")?;
            let old = b.graph.state(&name, Reason::Missing.value(), key, Some(keep));
            let next = b.graph.append(old, x)?;
            b.graph.update(old, next)?;
            Ok(Arg::Signal(old))
        },
    },
    Def {
        word: Word {
            name: "hold",
            family: Family::Time,
            axes: "x on batch (or on the axis of the key) → same",
            summary: "x where it is present, else its last present value from earlier batches.",
            details: "`x.hold()` keeps the last present value along siblings instead.",
            args: &[
                A { name: "x", help: "a signal" },
                KEY,
                A { name: "init=None", help: "the value before there was any" },
                NAME,
            ],
            examples: &[
                eg(r#"hold(r.max("batch"))"#, r#"{"r": [[0, 4]]}"#, "4"),
                eg(r#"hold(r.max("batch"), init=1)"#, r#"{"r": [[null]]}"#, "1"),
            ],
        },
        form: Form::Function,
        run: |b, a| {
            let (x, key) = (b.signal(&a.get("x"))?, key(b, a)?);
            let init = match a.get("init") {
                Arg::None => Reason::Missing.value(),
                _ => a.number("init")?,
            };
            let name = name(b, a, "hold")?;
            let dim = b.graph.shape(x).dim;
            let old = b.graph.state(&name, init, key, dim);
            let held = b.graph.or_else(x, old)?;
            Ok(Arg::Signal(b.graph.update(old, held)?))
        },
    },
    Def {
        word: Word {
            name: "rolling",
            family: Family::Time,
            axes: "x → same",
            summary: "Over the last n present values of x, itself included, in the order they arrive and from batch to batch.",
            details: "Elements are taken in the order of the batch: groups, their rollouts, and so on. An absent x stays absent and enters no window.",
            args: &[
                A { name: "x", help: "a signal" },
                A { name: "n", help: "how many values" },
                A { name: "op=\"mean\"", help: "mean, sum, std, min, max, median, quantile, count, first" },
                A { name: "q=0.5", help: "the share, for `quantile`" },
                NAME,
            ],
            examples: &[
                eg("rolling(r, 2)", r#"{"r": [[1, 3], [7, null]]}"#, r#"[[1, 2], [5, "<missing>"]]"#),
                eg(r#"rolling(r, 3, "quantile", q=0.5)"#, r#"{"r": [[1, 3], [7, 0]]}"#, "[[1, 2], [3, 3]]"),
            ],
        },
        form: Form::Function,
        run: |b, a| {
            let q = a.number("q")?;
            if !(0.0..=1.0).contains(&q) {
                return Err(TypeError::new(format!("`rolling`: `q` must lie between 0 and 1, found {q}")));
            }
            let op = a.choice(
                "op",
                &[
                    ("mean", Reducer::Mean),
                    ("sum", Reducer::Sum),
                    ("std", Reducer::Std { ddof: 0 }),
                    ("min", Reducer::Min),
                    ("max", Reducer::Max),
                    ("median", Reducer::Median),
                    ("quantile", Reducer::Quantile(Real(q))),
                    ("count", Reducer::Count),
                    ("first", Reducer::First),
                ],
            )?;
            let (x, n) = (b.signal(&a.get("x"))?, how_many(a, "n")?);
            let name = name(b, a, "rolling")?;
            Ok(Arg::Signal(b.graph.rolling(op, n, x, &name)?))
        },
    },
    Def {
        word: Word {
            name: "state",
            family: Family::Time,
            axes: "→ batch, or the axis of the key",
            summary: "A value kept from earlier batches, as it was before this one.",
            details: "`update(state, value)` gives it its next value. A state that begins with a text keeps texts: whatever `map` writes as JSON and reads with `parse_json`.",
            args: &[
                A { name: "name", help: "its name in the saved state" },
                A {
                    name: "init=0",
                    help: "the number or text before the first batch; None: an absent number",
                },
                KEY,
            ],
            examples: &[
                eg(r#"update(state("seen"), state("seen") + r.count("batch"))"#, r#"{"r": [[0, 4]]}"#, "2"),
                eg(
                    r#"update(state("log", init=""), map(lambda log, x: log + str(x), state("log", init=""), r.max("batch"), kind="text"))"#,
                    r#"{"r": [[0, 4]]}"#,
                    r#""4.0""#,
                ),
            ],
        },
        form: Form::Function,
        run: |b, a| {
            let (name, key) = (a.text("name")?, key(b, a)?);
            let init = match a.get("init") {
                Arg::Text(text) => return Ok(Arg::Signal(b.graph.state_text(&name, &text, key))),
                Arg::None => Reason::Missing.value(),
                _ => a.number("init")?,
            };
            Ok(Arg::Signal(b.graph.state(&name, init, key, None)))
        },
    },
    Def {
        word: Word {
            name: "update",
            family: Family::Time,
            axes: "value on the axis of the state → same",
            summary: "The next value of a state; returns that value.",
            details: "Every state has at most one update. It takes effect after the batch.",
            args: &[
                A { name: "state", help: "what `state(…)` returned" },
                A { name: "value", help: "the next value" },
            ],
            examples: &[eg(r#"update(state("best", init=None), r.max("batch"))"#, r#"{"r": [[0, 4]]}"#, "4")],
        },
        form: Form::Function,
        run: |b, a| {
            let (state, value) = (b.signal(&a.get("state"))?, b.signal(&a.get("value"))?);
            Ok(Arg::Signal(b.graph.update(state, value)?))
        },
    },
];
