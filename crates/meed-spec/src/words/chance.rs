//! Chance: seeded and counter-based. A value depends on the seed, the training step, the task and the place in it,
//! never on threads or shards.

use meed_algebra::op::{Binary, Unary};
use meed_algebra::{Arg as A, Family, Word};

use super::{Arg, Def, Form, eg};

const AXIS: A = A { name: "axis=\"rollout\"", help: "one number per element of this axis" };

pub(super) const WORDS: &[Def] = &[
    Def {
        word: Word {
            name: "uniform",
            family: Family::Chance,
            axes: "→ axis",
            summary: "Uniform numbers in [0, 1); every call is a stream of its own.",
            details: "",
            args: &[AXIS],
            examples: &[eg("(uniform() < 1) & (uniform() >= 0)", r#"{"r": [[1, 2]]}"#, "[[1, 1]]")],
        },
        form: Form::Function,
        run: |b, a| Ok(Arg::Signal(b.graph.uniform(&a.text("axis")?)?)),
    },
    Def {
        word: Word {
            name: "normal",
            family: Family::Chance,
            axes: "→ axis",
            summary: "Standard normal numbers.",
            details: "",
            args: &[AXIS],
            examples: &[eg("abs(normal()) < 10", r#"{"r": [[1, 2]]}"#, "[[1, 1]]")],
        },
        form: Form::Function,
        run: |b, a| {
            let axis = a.text("axis")?;
            // Box and Muller: sqrt(-2 log(1 - u)) cos(2 pi v).
            let (u, v) = (b.graph.uniform(&axis)?, b.graph.uniform(&axis)?);
            let (one, minus_two) = (b.graph.number(1.0)?, b.graph.number(-2.0)?);
            let tau = b.graph.number(std::f64::consts::TAU)?;
            let rest = b.graph.binary(Binary::Sub, one, u)?;
            let log = b.graph.unary(Unary::Log, rest)?;
            let square = b.graph.binary(Binary::Mul, minus_two, log)?;
            let radius = b.graph.unary(Unary::Sqrt, square)?;
            let angle = b.graph.binary(Binary::Mul, tau, v)?;
            let cos = b.graph.unary(Unary::Cos, angle)?;
            Ok(Arg::Signal(b.graph.binary(Binary::Mul, radius, cos)?))
        },
    },
    Def {
        word: Word {
            name: "bernoulli",
            family: Family::Chance,
            axes: "→ axis",
            summary: "True with probability p.",
            details: "",
            args: &[A { name: "p", help: "a number or signal" }, AXIS],
            examples: &[eg("bernoulli(1)", r#"{"r": [[1, 2]]}"#, "[[1, 1]]")],
        },
        form: Form::Function,
        run: |b, a| {
            let (u, p) = (b.graph.uniform(&a.text("axis")?)?, b.signal(&a.get("p"))?);
            Ok(Arg::Signal(b.graph.binary(Binary::Lt, u, p)?))
        },
    },
];
