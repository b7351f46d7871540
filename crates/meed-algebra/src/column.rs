//! Columns: values of one kind on one axis, in one flat buffer.

use std::borrow::Cow;
use std::sync::Arc;

use crate::absent::{Reason, reason_of};
use crate::axis::Axis;
use crate::narrow::Narrow;

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
    /// The same in the width the data has: only columns read are narrow, what is computed never is.
    Narrow(Narrow<'static>),
    /// Texts.
    Texts(Vec<TextCell>),
}

impl Values {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Values::Numbers(v) => v.len(),
            Values::Narrow(v) => v.len(),
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
            Values::Narrow(v) => reason_of(v.get(i)),
            Values::Texts(v) => v[i].as_ref().err().copied(),
        }
    }

    /// Number `i`; an absent one is NaN with a reason. A text is not a number: [`Reason::Unparsable`].
    pub fn number(&self, i: usize) -> f64 {
        match self {
            Values::Numbers(v) => v[i],
            Values::Narrow(v) => v.get(i),
            Values::Texts(_) => Reason::Unparsable.value(),
        }
    }

    /// The numbers, narrow ones widened; or the texts.
    ///
    /// # Errors
    /// The texts, where these are not numbers.
    pub fn into_numbers(self) -> Result<Vec<f64>, Vec<TextCell>> {
        match self {
            Values::Numbers(v) => Ok(v),
            Values::Narrow(v) => Ok(v.to_numbers()),
            Values::Texts(v) => Err(v),
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

    /// A plain column of numbers as `f32`, see [`Narrow::Singles`].
    pub fn singles(axis: Axis, values: Vec<f32>) -> Self {
        let values = Values::Narrow(Narrow::Singles(values.into()));
        Column { shape: Shape::of(axis), kind: Kind::Number, values }
    }

    /// A plain column of truth values as bytes, see [`Narrow::Truths`].
    pub fn truths(axis: Axis, values: Vec<u8>) -> Self {
        let values = Values::Narrow(Narrow::Truths(values.into()));
        Column { shape: Shape::of(axis), kind: Kind::Bool, values }
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

    /// The numbers of a column that was computed, or read as `f64`; `None` for a narrow or a text column.
    pub fn as_numbers(&self) -> Option<&[f64]> {
        match &self.values {
            Values::Numbers(v) => Some(v),
            Values::Narrow(_) | Values::Texts(_) => None,
        }
    }

    /// The numbers, widened where they are narrow; `None` for a text column.
    pub fn to_numbers(&self) -> Option<Cow<'_, [f64]>> {
        match &self.values {
            Values::Numbers(v) => Some(Cow::Borrowed(v)),
            Values::Narrow(v) => Some(Cow::Owned(v.to_numbers())),
            Values::Texts(_) => None,
        }
    }

    /// The texts, `None` for a column of numbers.
    pub fn as_texts(&self) -> Option<&[TextCell]> {
        match &self.values {
            Values::Texts(v) => Some(v),
            Values::Numbers(_) | Values::Narrow(_) => None,
        }
    }
}
