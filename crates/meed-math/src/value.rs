//! What an answer can be, once parsed.

use dashu_ratio::RBig;

use crate::expr::Expr;
use crate::units::Unit;

/// A scalar with how it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The number or expression; for a percentage the number before the sign, for degrees the number of degrees.
    pub expr: Expr,
    /// Unit of the last written decimal place, for decimals.
    pub written: Option<RBig>,
    /// Followed by `%`.
    pub percent: bool,
    /// Followed by a degree sign.
    pub degrees: bool,
    /// Unit of measure.
    pub unit: Option<Unit>,
    /// The digits when it was a plain run of them.
    pub(crate) digits: Option<Box<str>>,
    /// Base the digits were given in.
    pub radix: Option<u32>,
    /// The reading with the unit's letters as variables, when `5 m` could mean that.
    pub(crate) letters: Option<Box<Expr>>,
}

impl Quantity {
    /// A bare expression.
    pub fn new(expr: Expr) -> Quantity {
        Quantity {
            expr,
            written: None,
            percent: false,
            degrees: false,
            unit: None,
            digits: None,
            radix: None,
            letters: None,
        }
    }

    /// The value as it counts in a larger expression: per cent divided out, degrees as radians.
    pub fn value(&self) -> Expr {
        if self.percent {
            return Expr::mul(vec![Expr::ratio(1, 100), self.expr.clone()]);
        }
        if self.degrees {
            let pi = Expr::Const(crate::expr::Const::Pi);
            return Expr::mul(vec![self.expr.clone(), Expr::ratio(1, 180), pi]);
        }
        self.expr.clone()
    }
}

/// How two sets are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOp {
    /// `∪`
    Union,
    /// `∩`
    Intersection,
    /// `∖`
    Difference,
}

/// A parsed answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number or expression, perhaps with a unit.
    Scalar(Quantity),
    /// Two or more values in brackets: a tuple, a point, an interval or a bracketed list.
    Tuple {
        /// The opening bracket: `(`, `[`, `]` or `⟨`.
        open: char,
        /// The closing bracket: `)`, `]`, `[` or `⟩`.
        close: char,
        /// The elements.
        items: Vec<Value>,
    },
    /// Values side by side without brackets: `1, 2` or `x = 1 or x = 2`.
    List {
        /// The elements.
        items: Vec<Value>,
        /// The number it would be with a decimal comma, when it could be one.
        decimal: Option<RBig>,
    },
    /// `{1, 2, 3}`
    Set(Vec<Value>),
    /// `{element | conditions}`
    Builder {
        /// What is collected.
        element: Box<Value>,
        /// The conditions.
        conditions: Vec<Value>,
    },
    /// A union, intersection or difference.
    Join(SetOp, Box<Value>, Box<Value>),
    /// A number set: one of `ℝ ℤ ℕ ℚ ℂ ∅`.
    NumberSet(char),
    /// A chain of relations: `a < b ≤ c`, `x = 2`.
    Chain {
        /// The sides, one more than there are relations.
        sides: Vec<Value>,
        /// The relation signs.
        signs: Vec<char>,
    },
    /// `left ≡ residue (mod modulus)`, or a bare residue.
    Congruence {
        /// What is congruent, if written.
        left: Option<Expr>,
        /// The residue.
        residue: Expr,
        /// The modulus.
        modulus: Expr,
    },
    /// Rows of entries.
    Matrix(Vec<Vec<Expr>>),
    /// Cases with their conditions.
    Piecewise(Vec<(Value, Value)>),
    /// `a : b : …`
    Ratio(Vec<Expr>),
    /// Words.
    Text(Box<str>),
    /// A multiple-choice letter with what may follow it.
    Choice(char, Option<Box<Value>>),
    /// A time of day in seconds; whether AM/PM or a 24-hour form fixed the half of the day.
    Time(u32, bool),
    /// Year (0 when not given), month, day.
    Date(i32, u32, u32),
}

impl Value {
    pub(crate) fn scalar(e: Expr) -> Value {
        Value::Scalar(Quantity::new(e))
    }

    /// A short name of the kind, for explanations.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Scalar(q) => match &q.expr {
                Expr::Num(_) if q.percent => "percentage",
                Expr::Num(_) if q.degrees => "angle in degrees",
                Expr::Num(_) if q.written.is_some() => "decimal",
                Expr::Num(n) if n.is_int() => "integer",
                Expr::Num(_) => "fraction",
                e if e.has_variables() => "expression",
                _ => "number",
            },
            Value::Tuple { open: '(', close: ')', .. } => "tuple or open interval",
            Value::Tuple { items, .. } if items.len() == 2 => "interval",
            Value::Tuple { .. } => "tuple",
            Value::List { .. } => "list of answers",
            Value::Set(_) => "set",
            Value::Builder { .. } => "set by condition",
            Value::Join(..) => "combination of sets",
            Value::NumberSet(_) => "number set",
            Value::Chain { signs, .. } if signs.iter().all(|s| *s == '=' || *s == '≈') => "equation",
            Value::Chain { .. } => "relation",
            Value::Congruence { .. } => "residue",
            Value::Matrix(_) => "matrix",
            Value::Piecewise(_) => "piecewise function",
            Value::Ratio(_) => "ratio",
            Value::Text(_) => "text",
            Value::Choice(..) => "choice",
            Value::Time(..) => "time",
            Value::Date(..) => "date",
        }
    }
}
