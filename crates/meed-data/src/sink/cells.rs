//! Where in an output the values of a row lie.

use std::ops::Range;

use meed_algebra::absent::{Reason, reason_of};
use meed_algebra::{Axis, Batch, Column, Values};

use crate::assemble::RowRef;
use crate::layout::RowForm;

/// How the values of an output nest under a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Nest {
    /// The axis whose element is the row's: the row's own, or one above.
    pub(super) top: Axis,
    /// The lists below it. Tokens of steps are one list: two axes at once.
    pub(super) lists: Vec<Vec<Axis>>,
}

impl Nest {
    pub(super) fn new(axes: &Batch, form: RowForm, axis: Axis) -> Nest {
        let tree = axes.tree();
        let own = if form == RowForm::Task { Axis::GROUP } else { Axis::ROLLOUT };
        let top = tree.common(own, axis);
        let mut lists: Vec<Vec<Axis>> = Vec::new();
        for axis in tree.path(top, axis) {
            match lists.last_mut() {
                Some(last)
                    if tree.name(axis) == "token" && last.len() == 1 && tree.name(last[0]) == "step" =>
                {
                    last.push(axis);
                }
                _ => lists.push(vec![axis]),
            }
        }
        Nest { top, lists }
    }

    /// The element of [`Self::top`] a row belongs to.
    pub(super) fn element(&self, row: &RowRef) -> usize {
        match self.top {
            Axis::BATCH => 0,
            Axis::GROUP => row.group,
            _ => row.first,
        }
    }
}

/// The children of an element, through one or two axes at once.
pub(super) fn children(axes: &Batch, list: &[Axis], element: usize) -> Range<usize> {
    let mut range = element..element + 1;
    for axis in list {
        let offsets = axes.offsets(*axis);
        range = offsets[range.start]..offsets[range.end];
    }
    range
}

/// The values of a column that belong to a row.
pub(super) fn span(axes: &Batch, nest: &Nest, column: &Column, row: &RowRef) -> Range<usize> {
    let element = nest.element(row);
    let mut range = element..element + 1;
    for axis in nest.lists.iter().flatten() {
        let offsets = axes.offsets(*axis);
        range = offsets[range.start]..offsets[range.end];
    }
    let width = column.shape.width();
    range.start * width..range.end * width
}

/// Why the first absent value of a row's span is absent. Infinite numbers, which files cannot hold, are
/// undefined.
pub(super) fn first_absence(column: &Column, span: Range<usize>) -> Option<Reason> {
    match &column.values {
        Values::Texts(v) => v[span].iter().find_map(|cell| cell.as_ref().err().copied()),
        numbers => span.into_iter().find_map(|i| absence(numbers.number(i))),
    }
}

/// Why a number has no place in a file.
pub(super) fn absence(n: f64) -> Option<Reason> {
    reason_of(n).or((!n.is_finite()).then_some(Reason::Undefined))
}
