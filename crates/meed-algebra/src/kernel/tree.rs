//! Over a tree of siblings, each naming its parent by position.

use crate::absent::{Reason, canonical};
use crate::op::Tree;

/// The place of the parent of `i`, `None` for a root.
pub(super) fn parent(parents: &[f64], i: usize) -> Option<usize> {
    let p = parents[i];
    (p >= 0.0 && (p as usize) < parents.len() && p.fract() == 0.0).then_some(p as usize)
}

/// All elements but those on a cycle, children before parents: by counting how many children are still open.
pub(super) fn children_first(parents: &[f64]) -> Vec<usize> {
    let n = parents.len();
    let parent = |i: usize| parent(parents, i);
    let mut open = vec![0usize; n];
    (0..n).filter_map(parent).for_each(|p| open[p] += 1);
    let mut order: Vec<usize> = (0..n).filter(|i| open[*i] == 0).collect();
    let mut at = 0;
    while at < order.len() {
        if let Some(p) = parent(order[at]) {
            open[p] -= 1;
            if open[p] == 0 {
                order.push(p);
            }
        }
        at += 1;
    }
    order
}

/// `parents[i]` is the position of the parent of `i` among `xs`; absent or negative for a root. Elements on a
/// cycle, or below one, have no place in the tree and come out undefined.
pub fn tree(op: Tree, xs: &[f64], parents: &[f64], out: &mut [f64], scratch: &mut Vec<f64>) {
    let n = xs.len();
    let parent = |i: usize| parent(parents, i);
    let order = children_first(parents);
    out.fill(Reason::Undefined.value());
    match op {
        Tree::Push(decay) => {
            let mut from_below = vec![0.0; n];
            for i in order {
                let own = if xs[i].is_nan() { 0.0 } else { xs[i] };
                let y = own + decay.0 * from_below[i];
                out[i] = if xs[i].is_nan() { xs[i] } else { canonical(y) };
                if let Some(p) = parent(i) {
                    from_below[p] += y;
                }
            }
        }
        Tree::Below { op, own } => {
            let mut below: Vec<Vec<usize>> = vec![Vec::new(); n];
            let mut values = Vec::new();
            for i in order {
                let mut members = std::mem::take(&mut below[i]);
                members.sort_unstable();
                values.clear();
                if own {
                    values.push(xs[i]);
                }
                values.extend(members.iter().map(|m| xs[*m]));
                out[i] = super::reduce::reduce(op, &values, scratch);
                if let Some(p) = parent(i) {
                    below[p].push(i);
                    below[p].extend(members);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::{Real, Reducer};

    #[test]
    fn values_flow_to_the_root() {
        // 0 ← 1 ← 2, 0 ← 3
        let parents = [-1.0, 0.0, 1.0, 0.0];
        let mut out = [0.0; 4];
        let sum = Tree::Below { op: Reducer::Sum, own: false };
        tree(sum, &[1.0, 2.0, 4.0, 8.0], &parents, &mut out, &mut Vec::new());
        assert_eq!(out, [14.0, 4.0, 0.0, 0.0]);
        tree(Tree::Push(Real(0.5)), &[1.0, 2.0, 4.0, 8.0], &parents, &mut out, &mut Vec::new());
        assert_eq!(out, [7.0, 4.0, 4.0, 8.0]);
    }

    #[test]
    fn a_cycle_is_undefined_and_ends() {
        let mut out = [0.0; 3];
        let sum = Tree::Below { op: Reducer::Sum, own: true };
        tree(sum, &[1.0, 2.0, 4.0], &[1.0, 0.0, -1.0], &mut out, &mut Vec::new());
        assert!(out[0].is_nan() && out[1].is_nan());
        assert_eq!(out[2], 4.0);
    }
}
