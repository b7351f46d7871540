//! Columns: values of one kind on one axis, in one flat buffer.

use std::sync::Arc;

use crate::absent::{Reason, reason_of};
use crate::axis::Axis;

/// What the values of a column or signal are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Numbers.
    Number,
    /// Truth values, kept as 1 and 0.
    Bool,
    /// Texts.
    Text,
}

impl Kind {
    /// `number`, `bool` or `text`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Bool => "bool",
            Kind::Text => "text",
        }
    }
}

/// Where values live: an axis, and under each element optionally labelled lanes and a vector.
///
/// The buffer order is element, then lane, then vector component.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The axis.
    pub axis: Axis,
    /// Labels of the lanes under each element.
    pub lanes: Option<Arc<[String]>>,
    /// Components of the vector under each element (and lane).
    pub dim: Option<usize>,
}

impl Shape {
    /// One value per element of `axis`.
    pub fn of(axis: Axis) -> Self {
        Shape { axis, lanes: None, dim: None }
    }

    /// The same lanes and vector on another axis.
    pub fn at(&self, axis: Axis) -> Self {
        Shape { axis, ..self.clone() }
    }

    /// Values under each element.
    pub fn width(&self) -> usize {
        self.lanes.as_ref().map_or(1, |l| l.len()) * self.dim.unwrap_or(1)
    }

    /// One value per element: no lanes, no vector.
    pub fn is_plain(&self) -> bool {
        self.lanes.is_none() && self.dim.is_none()
    }
}

/// A text, or why there is none.
pub type TextCell = Result<Arc<str>, Reason>;

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers and truth values; absent ones are NaN with a reason, see [`crate::absent`].
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Vec<TextCell>),
}

impl Values {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Values::Numbers(v) => v.len(),
            Values::Texts(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Why value `i` is absent, or `None` when it is present.
    pub fn reason(&self, i: usize) -> Option<Reason> {
        match self {
            Values::Numbers(v) => reason_of(v[i]),
            Values::Texts(v) => v[i].as_ref().err().copied(),
        }
    }
}

/// Values of one kind on one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Where the values live.
    pub shape: Shape,
    /// What they are.
    pub kind: Kind,
    /// The values, `elements of the axis × shape.width()` of them.
    pub values: Values,
}

impl Column {
    /// A plain column of numbers.
    pub fn numbers(axis: Axis, values: Vec<f64>) -> Self {
        Column { shape: Shape::of(axis), kind: Kind::Number, values: Values::Numbers(values) }
    }

    /// A plain column of truth values, 1 and 0 (or absent).
    pub fn bools(axis: Axis, values: Vec<f64>) -> Self {
        Column { shape: Shape::of(axis), kind: Kind::Bool, values: Values::Numbers(values) }
    }

    /// A plain column of texts.
    pub fn texts(axis: Axis, values: Vec<TextCell>) -> Self {
        Column { shape: Shape::of(axis), kind: Kind::Text, values: Values::Texts(values) }
    }

    /// A column with labelled lanes under each element.
    pub fn with_lanes(mut self, lanes: Vec<String>) -> Self {
        self.shape.lanes = Some(lanes.into());
        self
    }

    /// A column with a vector of `dim` components under each element.
    pub fn with_dim(mut self, dim: usize) -> Self {
        self.shape.dim = Some(dim);
        self
    }

    /// The numbers, `None` for a text column.
    pub fn as_numbers(&self) -> Option<&[f64]> {
        match &self.values {
            Values::Numbers(v) => Some(v),
            Values::Texts(_) => None,
        }
    }

    /// The texts, `None` for a column of numbers.
    pub fn as_texts(&self) -> Option<&[TextCell]> {
        match &self.values {
            Values::Texts(v) => Some(v),
            Values::Numbers(_) => None,
        }
    }
}
