//! Element-by-element passes over small tiles that stay in the first cache.

use std::ops::Range;

use super::buffer::Buffer;
use super::layout::Frame;
use crate::column::Shape;
use crate::function::Slice;
use crate::graph::{Graph, NodeId};
use crate::kernel::elementwise::{self, Operand};
use crate::op::{Atom, Op};
use crate::plan::{Fused, Source};

/// Values per tile.
const TILE: usize = 512;

/// Runs the pass over all elements of its shape in the frame. `buffers` gives the inputs; results wanted outside
/// are written to `kept`, in the order of the kept steps.
pub(crate) fn run<'a>(
    graph: &Graph,
    fused: &Fused,
    frame: &Frame<'_>,
    buffers: &impl Fn(NodeId) -> Slice<'a>,
    kept: &mut [Buffer<'_>],
) {
    let width = fused.shape.width();
    let values = frame.len(fused.shape.axis) * width;
    let tile = (TILE / width).max(1) * width;
    let mut registers: Vec<Vec<f64>> = vec![vec![0.0; tile.min(values)]; fused.registers];
    let spreads: Vec<Option<Repeat>> = fused
        .steps
        .iter()
        .map(|s| match graph.node(s.node).op {
            Op::Spread => Some(Repeat::new(graph, s.node, frame)),
            _ => None,
        })
        .collect();
    let scalar = |n: NodeId| match buffers(n) {
        Slice::Numbers(v) => v[0],
        Slice::Texts(_) => f64::NAN,
    };
    // Operands that do not change from tile to tile are looked up once.
    let fixed: Vec<Vec<Fixed<'a>>> = fused
        .steps
        .iter()
        .map(|s| {
            s.sources
                .iter()
                .map(|source| match source {
                    Source::Scalar(x) => Fixed::Scalar(*x),
                    Source::Batch(n) => Fixed::Scalar(scalar(*n)),
                    Source::Register(r) => Fixed::Register(usize::from(*r)),
                    Source::Buffer(n) => match buffers(*n) {
                        Slice::Numbers(v) => Fixed::Slice(v),
                        Slice::Texts(_) => Fixed::Scalar(f64::NAN),
                    },
                })
                .collect()
        })
        .collect();
    let mut start = 0;
    while start < values {
        let end = (start + tile).min(values);
        let mut next_kept = 0;
        for ((step, repeat), sources) in fused.steps.iter().zip(&spreads).zip(&fixed) {
            let mut out = std::mem::take(&mut registers[usize::from(step.register)]);
            let part = &mut out[..end - start];
            if let Some(repeat) = repeat {
                let from = match sources[0] {
                    Fixed::Slice(v) => v,
                    Fixed::Scalar(ref x) => std::slice::from_ref(x),
                    Fixed::Register(_) => &[],
                };
                repeat.fill(from, start..end, part);
            } else {
                apply(&graph.node(step.node).op, sources, &registers, start..end, part);
            }
            if step.kept {
                if let Some(to) = kept[next_kept].numbers_mut() {
                    to[start..end].copy_from_slice(part);
                }
                next_kept += 1;
            }
            registers[usize::from(step.register)] = out;
        }
        start = end;
    }
}

#[derive(Clone, Copy)]
enum Fixed<'a> {
    Scalar(f64),
    Slice(&'a [f64]),
    Register(usize),
}

fn apply(op: &Op, sources: &[Fixed<'_>], registers: &[Vec<f64>], range: Range<usize>, out: &mut [f64]) {
    let operand = |i: usize| match sources[i] {
        Fixed::Scalar(x) => Operand::Scalar(x),
        Fixed::Slice(v) => Operand::Slice(&v[range.clone()]),
        Fixed::Register(r) => Operand::Slice(&registers[r][..range.len()]),
    };
    match op {
        Op::Unary(op) => elementwise::unary(*op, operand(0), out),
        Op::Binary(op) => elementwise::binary(*op, operand(0), operand(1), out),
        Op::Choose => elementwise::choose(operand(0), operand(1), operand(2), out),
        Op::Mask => elementwise::mask(operand(0), operand(1), out),
        Op::OrElse => elementwise::or_else(operand(0), operand(1), out),
        Op::Present => elementwise::present(operand(0), out),
        Op::Isin(atoms) => {
            let values: Vec<f64> = atoms
                .iter()
                .filter_map(|a| match a {
                    Atom::Number(x) => Some(x.0),
                    Atom::Text(_) => None,
                })
                .collect();
            elementwise::isin(operand(0), &values, out);
        }
        _ => unreachable!("only element-by-element operations are fused"),
    }
}

/// An ancestor's values repeated for the elements, lanes and components below.
pub(crate) struct Repeat {
    /// Where the elements below each ancestor begin.
    begins: std::rc::Rc<Vec<usize>>,
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

    /// Fills `out` with the values `range` of the result.
    pub fn fill(&self, from: &[f64], range: Range<usize>, out: &mut [f64]) {
        let (first, last) = (range.start / self.to_width, range.end / self.to_width);
        let mut parent = self.begins.partition_point(|b| *b <= first) - 1;
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
