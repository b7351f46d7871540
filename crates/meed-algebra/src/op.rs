//! The operations a node of the graph can be.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::axis::Axis;
use crate::function::Function;
use crate::over::OverFunction;

/// A number that compares and hashes by its bits, so that equal expressions are found.
#[derive(Debug, Clone, Copy)]
pub struct Real(pub f64);

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}
impl Eq for Real {}
impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// One number to one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Unary {
    Neg,
    Not,
    Abs,
    Exp,
    Log,
    Sqrt,
    Sign,
    Floor,
    Ceil,
    Round,
    Sigmoid,
    LogSigmoid,
    Tanh,
    Softplus,
    Cos,
    Sin,
}

/// Two numbers to one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Rem,
    Pow,
    Min,
    Max,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Or,
    Xor,
}

impl Binary {
    /// Whether the result is a truth value.
    pub fn is_bool(self) -> bool {
        use Binary::*;
        matches!(self, Lt | Le | Gt | Ge | Eq | Ne | And | Or | Xor)
    }

    /// How it is written.
    pub fn symbol(self) -> &'static str {
        use Binary::*;
        match self {
            Add => "+",
            Sub => "-",
            Mul => "*",
            Div => "/",
            FloorDiv => "//",
            Rem => "%",
            Pow => "pow",
            Min => "min",
            Max => "max",
            Lt => "<",
            Le => "<=",
            Gt => ">",
            Ge => ">=",
            Eq => "==",
            Ne => "!=",
            And => "&",
            Or => "|",
            Xor => "^",
        }
    }
}

/// Many values to one. Absent values are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Reducer {
    /// 0 over nothing.
    Sum,
    /// 1 over nothing.
    Prod,
    /// Present values.
    Count,
    Mean,
    /// Divided by `n - ddof`; absent when that is not positive.
    Var {
        ddof: u8,
    },
    /// Square root of the variance.
    Std {
        ddof: u8,
    },
    Min,
    Max,
    Median,
    /// Linear interpolation between the order statistics.
    Quantile(Real),
    /// Whether any value is not zero; false over nothing.
    Any,
    /// Whether no value is zero; true over nothing.
    All,
    First,
    Last,
    /// Position of the largest among the siblings, the first of equals.
    Argmax,
    /// Position of the smallest among the siblings, the first of equals.
    Argmin,
    Logsumexp,
    Logmeanexp,
    /// The most frequent value, the first seen of equals.
    Majority,
}

/// What equal values get from `rank`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Ties {
    Average,
    Min,
    Max,
    First,
    Dense,
}

/// Against the siblings, same shape. Absent values stay absent and do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Within {
    /// 1 for the smallest (or the largest when `descending`).
    Rank { ties: Ties, descending: bool },
    /// `(x - mean) / (sqrt(var + eps_inside) + eps)`; `degenerate` for one value or no spread.
    Z { ddof: u8, eps: Real, eps_inside: Real, degenerate: Real },
    /// Divided by the Euclidean length.
    Normalize,
    /// `exp(x) / sum exp(x)`.
    Softmax,
    /// `x / sum x`.
    Share,
    /// `(x - min) / (max - min)`; `degenerate` where there is no spread.
    Minmax { degenerate: Real },
    /// Mean of the others; absent for the only one.
    LooMean,
    /// 0, 1, 2, … among the siblings, absent ones included.
    Position,
    /// `(position + 1) / siblings`.
    Fraction,
    /// The siblings in opposite order.
    Reverse,
    /// Number of the run of equal neighbours the element is in, from 0.
    Run,
}

/// Along the siblings, in order. Absent values stay absent; the running value passes over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Scan {
    Cumsum,
    Cumprod,
    Cummin,
    Cummax,
    /// `y[k] = x[k] + gamma * y[k-1]`.
    Discount(Real),
    /// `x[k] - x[k-1]`; `first` before the first.
    Diff {
        first: Real,
    },
    /// `x[k-n]`; `first` where there is none.
    Shift {
        n: i64,
        first: Real,
    },
    /// `y[k] = decay * y[k-1] + (1 - decay) * x[k]`, starting at the first value.
    Ema(Real),
    /// The last present value so far, where `x` is absent too.
    Hold,
}

/// Over a tree given by each element's parent among its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tree {
    /// A reduction over all elements below, and the element itself when `own`.
    Below {
        /// What is computed.
        op: Reducer,
        /// Whether the element itself counts.
        own: bool,
    },
    /// `y = x + decay * sum of the children's y`.
    Push(Real),
}

/// An operation over the siblings that keeps the shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Segment {
    /// The reduction of all siblings (of the same key), given to each.
    Reduce(Reducer),
    Within(Within),
    Scan {
        op: Scan,
        reverse: bool,
    },
    /// `y[k] = x[k] + gamma[k] * y[k-1]`; takes gamma as second input.
    Recur {
        reverse: bool,
    },
    /// Takes the parents as second input.
    Tree(Tree),
}

impl Segment {
    /// Whether there is a second value per element: coefficients or parents.
    pub fn is_guided(self) -> bool {
        matches!(self, Segment::Recur { .. } | Segment::Tree(_))
    }
}

/// Where a vector lies among its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Near {
    /// The number of its cluster: `(x, keys…)`.
    Cluster {
        /// How near neighbours are.
        eps: Real,
        /// Neighbours from which a vector makes a cluster, itself counted.
        min_samples: usize,
    },
    /// The mean distance to the nearest of others: `(x, to, keys…)`.
    Nearest {
        /// How many of them.
        k: usize,
        /// Whether an element's own vector is left out.
        others: bool,
    },
    /// The effective rank of the vectors so far, at every so manieth: `(x, keys…)`.
    RankSoFar {
        /// Whether their mean is subtracted.
        center: bool,
        /// From one measurement to the next.
        every: usize,
    },
}

/// An operation among siblings whose gradient has a kernel of its own; the others' are made of other operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Vjp {
    Reduce(Reducer),
    Scan { op: Scan, reverse: bool },
    Tree(Tree),
}

/// What the siblings are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Elements under one element of this axis.
    Axis(Axis),
    /// The components of one element: its vector if it has one, else its lanes.
    Inner,
}

/// Which child gets a spread value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Place {
    First,
    Last,
}

/// A number or text that a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Atom {
    Number(Real),
    Text(Arc<str>),
}

/// A function as an operation; functions of equal identity are one.
#[derive(Clone)]
pub struct Call(pub Arc<dyn Function>);

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.identity())
    }
}
impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.0.identity() == other.0.identity()
    }
}
impl Eq for Call {}
impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.identity().hash(state);
    }
}

/// A function over whole parents as an operation; functions of equal identity are one.
#[derive(Clone)]
pub struct CallOver(pub Arc<dyn OverFunction>);

impl fmt::Debug for CallOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.identity())
    }
}
impl PartialEq for CallOver {
    fn eq(&self, other: &Self) -> bool {
        self.0.identity() == other.0.identity()
    }
}
impl Eq for CallOver {}
impl Hash for CallOver {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.identity().hash(state);
    }
}

/// What a node computes from its inputs. The node's own shape says where the result lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Op {
    /// A column of the batch.
    Column(Arc<str>),
    /// A constant.
    Number(Real),
    /// A constant text.
    Text(Arc<str>),
    /// `f(x)`.
    Unary(Unary),
    /// `f(a, b)`.
    Binary(Binary),
    /// Whether `x` is one of these.
    Isin(Arc<[Atom]>),
    /// `a` where the condition holds, else `b`: `(condition, a, b)`.
    Choose,
    /// `x` where the condition holds, absent elsewhere: `(x, condition)`.
    Mask,
    /// `x` where present, else `y`.
    OrElse,
    /// Whether `x` is present.
    Present,
    /// Why `x` is absent, as text.
    ReasonText,
    /// An ancestor's value given to each element, lane and component below.
    Spread,
    /// An ancestor's value given to one child, 0 to the others.
    SpreadAt(Place),
    /// One value from the elements (or components) below.
    Reduce {
        /// What is computed.
        op: Reducer,
        /// Over what.
        scope: Scope,
    },
    /// Among siblings: `(x, guide?, keys…)`; the guide is a second value per element.
    Segment {
        /// What is computed.
        op: Segment,
        /// Who the siblings are.
        scope: Scope,
        /// How many inputs are keys that split the siblings.
        keys: u8,
    },
    /// Element number `i` (from the end when negative) below each element: `(x, i)`.
    At,
    /// `x` of the sibling whose id equals the key: `(x, key, id)`.
    Lookup(Axis),
    /// The value of the left element of a pair, absent on the diagonal.
    Left,
    /// The value of the right element of a pair, absent on the diagonal where that does not count.
    Right,
    /// The value of the opposite pair.
    Swap,
    /// One lane.
    Lane(usize),
    /// Inputs side by side as lanes.
    Lanes,
    /// Component `i` of a vector.
    Component(usize),
    /// The component an index names, absent where there is none: `(vector, i)`.
    ComponentAt,
    /// Entropy-based effective rank of the vectors below, `center`: of their differences from the mean.
    EffectiveRank {
        /// Whether the mean is subtracted.
        center: bool,
    },
    /// Vectors among their siblings.
    Near {
        /// What is computed.
        op: Near,
        /// Siblings are the elements under one element of this axis.
        scope: Axis,
    },
    /// A function per element.
    Call(Call),
    /// A function per element of `axis`, of everything below it: `(values…, gate?)`.
    CallOver {
        /// The function.
        call: CallOver,
        /// The parents.
        axis: Axis,
        /// Whether the last input says where it is called.
        gated: bool,
    },
    /// Uniform in [0, 1), the stream named by the number.
    Uniform(u64),
    /// The training step.
    Step,
    /// The number of training steps of the run; absent when unknown.
    TotalSteps,
    /// A value kept from earlier batches: `(key?)`.
    State {
        /// Its name in the saved state.
        name: Arc<str>,
        /// The value before any update.
        init: Real,
    },
    /// A text kept from earlier batches: `(key?)`.
    StateText {
        /// Its name in the saved state.
        name: Arc<str>,
        /// The text before any update.
        init: Arc<str>,
    },
    /// The vector moved by one component, the value put last: `(vector, x)`.
    Append,
    /// For each present value a reduction of the last `n` present ones, itself included, in the order of the batch;
    /// `(x, earlier)`, where `earlier` holds those of earlier batches.
    Rolling {
        /// What is computed.
        op: Reducer,
        /// How many values.
        n: usize,
    },
    /// The last present values, oldest first, absent where there are fewer: `(x, earlier)`.
    Latest,
    /// A knob that can be learned; its value is kept beside the graph.
    Parameter(Arc<str>),
    /// `x`, which gradients take for a constant.
    Stop,
    /// A gradient times a derivative, 0 where there is no product (an absent derivative, 0 times infinity): `(g, d)`.
    Chain,
    /// A gradient where the condition holds, 0 elsewhere: `(g, condition)`.
    Gate,
    /// The gradient of an operation among siblings by its values: `(x, g, parents?, keys…)`. `g` is the gradient by
    /// the results; of a reduction by its one result, repeated.
    Vjp {
        /// What was computed.
        op: Vjp,
        /// Who the siblings are.
        scope: Scope,
        /// How many inputs are keys that split the siblings.
        keys: u8,
    },
    /// For each sibling the sum of what those send whose key is its id, a look-up in the other direction:
    /// `(g, key, id)`.
    Scatter(Axis),
    /// For each right element the sum over its pairs on this axis.
    RightSum(Axis),
}
