//! Operations of gradients that are not element by element.

use std::collections::HashMap;

use super::layout::Frame;
use super::single::{Key, each_siblings, key_of, split};
use crate::axis::Axis;
use crate::column::Shape;
use crate::function::Slice;
use crate::graph::Cross;
use crate::kernel::vjp;
use crate::op::{Scope, Vjp};

/// The gradient by `x` of an operation among siblings: from `[x, g, parents]`, the last empty where there are none.
pub(super) fn siblings(
    frame: &Frame<'_>,
    op: Vjp,
    scope: Scope,
    shape: &Shape,
    [x, g, parents]: [&[f64]; 3],
    keys: &[Slice<'_>],
) -> Vec<f64> {
    let width = shape.width();
    let mut out = vec![0.0; x.len()];
    let (mut xs, mut gs, mut ps) = (Vec::new(), Vec::new(), Vec::new());
    let (mut part, mut scratch) = (Vec::new(), Vec::new());
    each_siblings(frame, scope, shape, |first, stride, n| {
        for members in split(keys, first / width, n) {
            let gather = |from: &[f64], to: &mut Vec<f64>| {
                to.clear();
                to.extend(members.iter().map(|m| from[first + m * stride]));
            };
            gather(x, &mut xs);
            gather(g, &mut gs);
            ps.clear();
            if !parents.is_empty() {
                ps.extend(members.iter().map(|m| parents[first / width + m]));
            }
            part.resize(members.len(), 0.0);
            vjp::vjp(op, &xs, &gs, &ps, &mut part, &mut scratch);
            members.iter().zip(&part).for_each(|(m, y)| out[first + m * stride] = *y);
        }
    });
    out
}

/// For each sibling the sum of `g` over those whose key is its id; of equal ids the first one gets all.
pub(super) fn scatter(
    frame: &Frame<'_>,
    scope: Axis,
    g: &[f64],
    shape: &Shape,
    key: Slice<'_>,
    id: Slice<'_>,
) -> Vec<f64> {
    let width = shape.width();
    let mut out = vec![0.0; g.len()];
    for w in frame.segments(scope, shape.axis).windows(2) {
        let mut index: HashMap<Key<'_>, usize> = HashMap::new();
        for i in w[0]..w[1] {
            if let Some(k) = key_of(&id, i) {
                index.entry(k).or_insert(i);
            }
        }
        for i in w[0]..w[1] {
            if let Some(to) = key_of(&key, i).and_then(|k| index.get(&k)) {
                (0..width).for_each(|k| out[to * width + k] += g[i * width + k]);
            }
        }
    }
    out
}

/// For each right element the sum over the pairs it is in.
pub(super) fn right_sum(frame: &Frame<'_>, cross: Cross, g: &[f64], shape: &Shape) -> Vec<f64> {
    let width = shape.width();
    let (lefts, rights) =
        (frame.segments(cross.within, cross.left), frame.segments(cross.within, cross.right));
    let mut out = vec![0.0; frame.len(cross.right) * width];
    let mut pairs = g.chunks_exact(width.max(1));
    for (l, r) in lefts.windows(2).zip(rights.windows(2)) {
        for _ in l[0]..l[1] {
            for (to, from) in out[r[0] * width..r[1] * width].chunks_exact_mut(width.max(1)).zip(&mut pairs) {
                to.iter_mut().zip(from).for_each(|(o, x)| *o += x);
            }
        }
    }
    out
}
