//! The structure of a batch as the kernels need it: where each element's children lie.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use rayon::prelude::*;

use super::buffer::{Buffer, take};
use crate::axis::Axis;
use crate::batch::Batch;
use crate::column::Values;
use crate::error::EvalError;
use crate::function::Slice;
use crate::graph::{Cross, Graph, NodeId, Runs, Unfolded};
use crate::op::Op;

/// Elements counted at a time by a function that makes an axis.
const PIECE: usize = 256;

/// Child offsets of every axis of the plan, those made from others included.
pub(crate) struct Layout<'a> {
    pub batch: &'a Batch,
    pub graph: &'a Graph,
    offsets: Vec<Cow<'a, [usize]>>,
}

impl<'a> Layout<'a> {
    pub fn new(graph: &'a Graph, batch: &'a Batch) -> Result<Self, EvalError> {
        let tree = graph.tree();
        let mut layout = Layout { batch, graph, offsets: Vec::new() };
        for axis in tree.axes() {
            let name = tree.name(axis);
            let from_data = batch.tree().find(name);
            if let Some(data) = from_data {
                let parents = (
                    batch.tree().parent(data).map(|p| batch.tree().name(p)),
                    tree.parent(axis).map(|p| tree.name(p)),
                );
                if parents.0 != parents.1 {
                    return Err(EvalError::Malformed(format!(
                        "axis `{name}` has another parent than the spec was checked with"
                    )));
                }
                layout.offsets.push(Cow::Borrowed(batch.offsets(data)));
            } else if let Some(cross) = graph.crosses().iter().find(|c| c.axis == axis) {
                let counts = layout.cross_counts(*cross);
                layout.offsets.push(Cow::Owned(counts));
            } else if let Some(made) = graph.unfolded().iter().find(|u| u.axis == axis) {
                let counts = layout.unfolded(made)?;
                layout.offsets.push(Cow::Owned(counts));
            } else if let Some(runs) = graph.runs().iter().find(|r| r.axis == axis) {
                let counts = layout.runs(runs)?;
                layout.offsets.push(Cow::Owned(counts));
            } else if let Some(counts) = layout.tokens_of_steps(axis)? {
                layout.offsets.push(Cow::Owned(counts));
            } else {
                let parents = tree.parent(axis).map_or(1, |p| layout.len(p));
                layout.offsets.push(Cow::Owned(vec![0; parents + 1]));
            }
        }
        for cross in graph.crosses() {
            if batch.tree().find(tree.name(cross.axis)).is_some()
                && *layout.offsets[cross.axis.0 as usize] != *layout.cross_counts(*cross)
            {
                return Err(EvalError::Malformed(format!(
                    "the data's `{}` does not hold one value per ordered pair",
                    tree.name(cross.axis)
                )));
            }
        }
        for runs in graph.runs() {
            let name = tree.name(runs.axis);
            if batch.tree().find(name).is_some()
                && *layout.offsets[runs.axis.0 as usize] != *layout.runs(runs)?
            {
                return Err(EvalError::Malformed(format!(
                    "the data's `{name}` does not line up with the segments the spec makes"
                )));
            }
        }
        for made in graph.unfolded() {
            if batch.tree().find(tree.name(made.axis)).is_some()
                && *layout.offsets[made.axis.0 as usize] != *layout.unfolded(made)?
            {
                return Err(EvalError::Malformed(format!(
                    "the data's `{}` does not line up with the elements that `{}` makes",
                    tree.name(made.axis),
                    made.call.0.name()
                )));
            }
        }
        Ok(layout)
    }

    /// Where the runs of neighbours begin, below each element of their parent.
    fn runs(&self, runs: &Runs) -> Result<Vec<usize>, EvalError> {
        let tree = self.graph.tree();
        let given = self.given(runs.starts)?;
        let Slice::Numbers(starts) = given.slice() else { return Ok(vec![0]) };
        let parent = tree.parent(runs.axis).unwrap_or(Axis::BATCH);
        let at = self.boundaries(parent, self.graph.shape(runs.starts).axis, 0..self.len(parent));
        let mut offsets = vec![0];
        for w in at.windows(2) {
            let inside = starts[w[0]..w[1]].iter().skip(1).filter(|x| **x > runs.above.0).count();
            offsets.push(offsets[offsets.len() - 1] + usize::from(w[0] < w[1]) + inside);
        }
        Ok(offsets)
    }

    /// Where the elements a function makes begin, below each element of the parent.
    fn unfolded(&self, made: &Unfolded) -> Result<Vec<usize>, EvalError> {
        let Some(unfold) = made.call.0.unfold() else { return Ok(vec![0]) };
        let n = self.graph.tree().parent(made.axis).map_or(1, |p| self.len(p));
        let counted = made.counted.iter().map(|x| self.given(*x)).collect::<Result<Vec<_>, _>>()?;
        let slices: Vec<Slice<'_>> = counted.iter().map(Buffer::slice).collect();
        let pieces: Vec<Range<usize>> = (0..n).step_by(PIECE).map(|a| a..(a + PIECE).min(n)).collect();
        let counts = pieces.into_par_iter().map(|piece| {
            let part: Vec<Slice<'_>> = slices.iter().map(|s| s.part(piece.clone())).collect();
            let counts = unfold.counts(&part, piece.len())?;
            if counts.len() == piece.len() {
                return Ok(counts);
            }
            Err(EvalError::Function(format!(
                "`{}` counted {} elements, there are {}",
                made.call.0.name(),
                counts.len(),
                piece.len()
            )))
        });
        let counts: Vec<Vec<usize>> = counts.collect::<Result<_, _>>()?;
        let mut offsets = vec![0];
        for count in counts.into_iter().flatten() {
            offsets.push(offsets[offsets.len() - 1] + count);
        }
        Ok(offsets)
    }

    /// A value that is known before anything is computed: a column, a constant, or one of these spread.
    fn given(&self, id: NodeId) -> Result<Buffer<'a>, EvalError> {
        let node = self.graph.node(id);
        match &node.op {
            Op::Column(name) => {
                let column = self.batch.column(name);
                let column = column.ok_or_else(|| EvalError::MissingColumn(name.to_string()))?;
                if column.values.len() != self.len(node.shape.axis) * node.shape.width() {
                    return Err(EvalError::Malformed(format!(
                        "column `{name}` is not on the axis the spec was checked with"
                    )));
                }
                Ok(match &column.values {
                    Values::Numbers(v) => Buffer::NumbersRef(v),
                    Values::Narrow(v) => Buffer::Numbers(v.to_numbers()),
                    Values::Texts(v) => Buffer::TextsRef(v),
                })
            }
            Op::Spread => {
                let (values, from) = (self.given(node.inputs[0])?, self.graph.shape(node.inputs[0]).axis);
                let at = self.boundaries(from, node.shape.axis, 0..self.len(from));
                let picks = at.windows(2).enumerate().flat_map(|(p, w)| (w[0]..w[1]).map(move |_| Ok(p)));
                Ok(take(values.slice(), picks).into())
            }
            Op::Text(text) => Ok(Buffer::Texts(vec![Ok(text.clone())])),
            Op::Number(x) => Ok(Buffer::Numbers(vec![x.0])),
            _ => Err(EvalError::Malformed("an axis is made from something that is computed".into())),
        }
    }

    /// Tokens nobody brought, but whose numbers per step are known: the axis is there all the same.
    fn tokens_of_steps(&self, axis: Axis) -> Result<Option<Vec<usize>>, EvalError> {
        let tree = self.graph.tree();
        let under_step = tree.parent(axis).is_some_and(|p| tree.name(p) == "step");
        let lengths = self.batch.column("step_len").and_then(|c| c.to_numbers());
        let (true, "token", Some(lengths)) = (under_step, tree.name(axis), lengths) else { return Ok(None) };
        let mut offsets = vec![0];
        for x in lengths.iter() {
            if !(x.fract() == 0.0 && (0.0..1e12).contains(x)) {
                return Err(EvalError::Malformed(format!(
                    "`step_len` holds {x}, which is not a number of tokens"
                )));
            }
            offsets.push(offsets[offsets.len() - 1] + *x as usize);
        }
        Ok(Some(offsets))
    }

    /// How many children each element of the parent of `axis` has.
    pub fn counts(&self, axis: Axis) -> Vec<usize> {
        self.offsets[axis.0 as usize].windows(2).map(|w| w[1] - w[0]).collect()
    }

    pub fn len(&self, axis: Axis) -> usize {
        self.offsets[axis.0 as usize].last().copied().unwrap_or(0)
    }

    /// Boundaries on `axis` of the elements `range` of `above`, as absolute positions.
    pub fn boundaries(&self, above: Axis, axis: Axis, range: Range<usize>) -> Vec<usize> {
        let mut at: Vec<usize> = (range.start..=range.end).collect();
        for child in self.graph.tree().path(above, axis) {
            let offsets = &self.offsets[child.0 as usize];
            at.iter_mut().for_each(|x| *x = offsets[*x]);
        }
        at
    }

    fn cross_counts(&self, cross: Cross) -> Vec<usize> {
        let scopes = 0..self.len(cross.within);
        let left = self.boundaries(cross.within, cross.left, scopes.clone());
        let right = self.boundaries(cross.within, cross.right, scopes);
        let mut offsets = vec![0];
        let mut total = 0;
        for s in 0..left.len() - 1 {
            for _ in left[s]..left[s + 1] {
                total += right[s + 1] - right[s];
                offsets.push(total);
            }
        }
        offsets
    }
}

/// Boundaries by (axis above, axis), made when first asked for.
type Segments = RefCell<HashMap<(Axis, Axis), Rc<Vec<usize>>>>;

/// A run of groups: the elements of every axis that belong to them.
pub(crate) struct Frame<'a> {
    pub layout: &'a Layout<'a>,
    ranges: Vec<Range<usize>>,
    segments: Segments,
}

impl<'a> Frame<'a> {
    pub fn new(layout: &'a Layout<'a>, groups: Range<usize>) -> Self {
        let tree = layout.graph.tree();
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for axis in tree.axes() {
            let range = match tree.parent(axis) {
                None => 0..1,
                Some(Axis::BATCH) if axis == Axis::GROUP => groups.clone(),
                Some(parent) => {
                    let offsets = &layout.offsets[axis.0 as usize];
                    let above = &ranges[parent.0 as usize];
                    offsets[above.start]..offsets[above.end]
                }
            };
            ranges.push(range);
        }
        Frame { layout, ranges, segments: RefCell::default() }
    }

    /// Everything in one frame.
    pub fn whole(layout: &'a Layout<'a>) -> Self {
        Frame::new(layout, 0..layout.len(Axis::GROUP))
    }

    pub fn range(&self, axis: Axis) -> Range<usize> {
        self.ranges[axis.0 as usize].clone()
    }

    pub fn len(&self, axis: Axis) -> usize {
        self.ranges[axis.0 as usize].len()
    }

    /// Where the elements of `axis` below each element of `above` begin, counted from the frame's first. Of what
    /// is larger than the frame (the batch), the part inside it.
    pub fn segments(&self, above: Axis, axis: Axis) -> Rc<Vec<usize>> {
        if let Some(found) = self.segments.borrow().get(&(above, axis)) {
            return Rc::clone(found);
        }
        let inside = self.range(axis);
        let mut at = self.layout.boundaries(above, axis, self.range(above));
        at.iter_mut().for_each(|x| *x = (*x).clamp(inside.start, inside.end) - inside.start);
        let at = Rc::new(at);
        self.segments.borrow_mut().insert((above, axis), Rc::clone(&at));
        at
    }
}

/// Splits the groups into chunks of about `target` values, each at least one group.
pub(crate) fn chunks(layout: &Layout<'_>, target: usize) -> Vec<Range<usize>> {
    let groups = layout.len(Axis::GROUP);
    let tree = layout.graph.tree();
    let deep: Vec<Vec<usize>> = tree
        .axes()
        .filter(|a| tree.contains(Axis::GROUP, *a))
        .map(|a| layout.boundaries(Axis::GROUP, a, 0..groups))
        .collect();
    let mut chunks = Vec::new();
    let (mut start, mut weight) = (0, 0);
    for g in 0..groups {
        weight += deep.iter().map(|b| b[g + 1] - b[g]).sum::<usize>();
        if weight >= target {
            chunks.push(start..g + 1);
            (start, weight) = (g + 1, 0);
        }
    }
    if start < groups {
        chunks.push(start..groups);
    }
    chunks
}
