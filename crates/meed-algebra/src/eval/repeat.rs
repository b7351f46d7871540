//! Ancestors' values for the elements below.

use std::ops::Range;
use std::rc::Rc;

use super::layout::Frame;
use crate::column::Shape;
use crate::graph::{Graph, NodeId};

/// An ancestor's values repeated for the elements, lanes and components below.
pub(crate) struct Repeat {
    /// Where the elements below each ancestor begin.
    begins: Rc<Vec<usize>>,
    from_width: usize,
    to_width: usize,
    /// For each value of an element, which value of the ancestor it repeats.
    inner: Vec<usize>,
}

impl Repeat {
    pub fn new(graph: &Graph, node: NodeId, frame: &Frame<'_>) -> Self {
        let (to, from) = (graph.shape(node), graph.shape(graph.node(node).inputs[0]));
        Repeat {
            begins: frame.segments(from.axis, to.axis),
            from_width: from.width(),
            to_width: to.width(),
            inner: inner_map(from, to),
        }
    }

    /// The parent of the element `first`.
    fn parent(&self, first: usize) -> usize {
        self.begins.partition_point(|b| *b <= first) - 1
    }

    /// Whether all values `range` of the result are one value of the ancestor.
    pub fn is_same(&self, range: &Range<usize>) -> bool {
        self.from_width == 1 && {
            let parent = self.parent(range.start / self.to_width);
            self.begins[parent + 1] * self.to_width >= range.end
        }
    }

    /// The value at `start`, where the ancestor has one value per element.
    pub fn first(&self, from: &[f64], start: usize) -> f64 {
        from[self.parent(start / self.to_width)]
    }

    /// Fills `out` with the values `range` of the result.
    pub fn fill(&self, from: &[f64], range: Range<usize>, out: &mut [f64]) {
        let (first, last) = (range.start / self.to_width, range.end / self.to_width);
        let mut parent = self.parent(first);
        let mut element = first;
        let mut at = 0;
        while element < last {
            while self.begins[parent + 1] <= element {
                parent += 1;
            }
            let end = self.begins[parent + 1].min(last);
            let source = &from[parent * self.from_width..(parent + 1) * self.from_width];
            let n = (end - element) * self.to_width;
            if self.from_width == 1 {
                out[at..at + n].fill(source[0]);
            } else {
                for chunk in out[at..at + n].chunks_exact_mut(self.to_width) {
                    chunk.iter_mut().zip(&self.inner).for_each(|(o, i)| *o = source[*i]);
                }
            }
            at += n;
            element = end;
        }
    }
}

/// For each value under an element of `to`, the value under an element of `from` it comes from.
pub(crate) fn inner_map(from: &Shape, to: &Shape) -> Vec<usize> {
    let (lanes, dim) = (to.lanes.as_ref().map_or(1, |l| l.len()), to.dim.unwrap_or(1));
    let from_dim = from.dim.unwrap_or(1);
    let pick = |l: usize, d: usize| {
        let l = if from.lanes.is_some() { l } else { 0 };
        let d = if from.dim.is_some() { d } else { 0 };
        l * from_dim + d
    };
    (0..lanes).flat_map(|l| (0..dim).map(move |d| pick(l, d))).collect()
}
