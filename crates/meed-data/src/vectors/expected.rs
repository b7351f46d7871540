//! What an output must be, and the first place where it is not.

use meed_algebra::{Column, Values};

/// The values a named output must have.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// The axis it must live on.
    pub axis: String,
    /// The labels of its lanes, in order.
    pub lanes: Option<Vec<String>>,
    /// The components of its vectors.
    pub dim: Option<usize>,
    /// How the values nest: for each axis from the group down to [`Self::axis`], the children of every parent
    /// element. `token` counts under the rollout, `pair` under its left rollout. Empty on `batch`.
    pub levels: Vec<Level>,
    /// The values in order: element, then lane, then component.
    pub cells: Vec<Cell>,
}

/// How many elements an axis has under each element of the one above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The axis.
    pub axis: String,
    /// Children of every parent element.
    pub counts: Vec<usize>,
}

/// One expected value; `true` and `false` are 1 and 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value, for whatever reason.
    Absent,
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Expected {
    /// The first difference between the expected values and a column's, in words; `None` when they agree.
    ///
    /// Compares lanes, vector components and values; where the elements lie is said by [`Self::levels`].
    pub fn difference(&self, column: &Column, tolerance: f64) -> Option<String> {
        let lanes = column.shape.lanes.as_deref();
        if lanes != self.lanes.as_deref() {
            return Some(format!("lanes are {:?}, expected {:?}", lanes.unwrap_or(&[]), self.lanes));
        }
        // A column without elements fits any number of components.
        if column.shape.dim != self.dim && !(self.cells.is_empty() && column.values.is_empty()) {
            return Some(format!("vector components: {:?}, expected {:?}", column.shape.dim, self.dim));
        }
        if column.values.len() != self.cells.len() {
            return Some(format!("{} values, expected {}", column.values.len(), self.cells.len()));
        }
        let at = self
            .cells
            .iter()
            .enumerate()
            .position(|(i, cell)| !agrees(cell, &column.values, i, tolerance))?;
        let found = match &column.values {
            values if let Some(reason) = values.reason(at) => format!("absent ({reason})"),
            Values::Texts(v) => v[at].as_ref().map_or_else(ToString::to_string, |text| format!("{text:?}")),
            numbers => format!("{}", numbers.number(at)),
        };
        let expected = match &self.cells[at] {
            Cell::Absent => "absent".to_string(),
            Cell::Number(x) => format!("{x}"),
            Cell::Text(text) => format!("{text:?}"),
        };
        Some(format!("value {at} on `{}` is {found}, expected {expected}", self.axis))
    }
}

fn agrees(cell: &Cell, values: &Values, i: usize, tolerance: f64) -> bool {
    match (cell, values) {
        (Cell::Absent, values) => values.reason(i).is_some(),
        (Cell::Text(text), Values::Texts(v)) => v[i].as_deref() == Ok(text.as_str()),
        (Cell::Number(x), values) => {
            let found = values.number(i);
            found == *x || (found - x).abs() <= tolerance * x.abs().max(1.0)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meed_algebra::{Axis, Reason};

    fn expected(cells: Vec<Cell>) -> Expected {
        Expected { axis: "rollout".into(), lanes: None, dim: None, levels: Vec::new(), cells }
    }

    #[test]
    fn the_first_difference_is_named() {
        let column = Column::numbers(Axis::ROLLOUT, vec![1.0, Reason::Masked.value()]);
        let same = expected(vec![Cell::Number(1.0 + 1e-9), Cell::Absent]);
        assert_eq!(same.difference(&column, 1e-6), None);
        let other = expected(vec![Cell::Number(1.0), Cell::Number(0.0)]);
        assert_eq!(
            other.difference(&column, 1e-6).as_deref(),
            Some("value 1 on `rollout` is absent (masked), expected 0")
        );
    }
}
