//! Gradients of operations among siblings: from the gradient by the results to the gradient by the values.
//!
//! An absent value gets 0, and so does one whose derivative is infinite or undefined (the root of no spread).

use super::exp::exp;
use super::reduce::{mean, reduce as reduced, var};
use super::tree::{children_first, parent};
use crate::op::{Reducer, Scan, Tree, Vjp};

/// `out[i] = Σ g[k] · ∂y[k]/∂x[i]` for `y = op(xs)`. Of a reduction `gs` is the gradient by its result, repeated.
pub fn vjp(op: Vjp, xs: &[f64], gs: &[f64], parents: &[f64], out: &mut [f64], scratch: &mut Vec<f64>) {
    out.fill(0.0);
    match op {
        Vjp::Reduce(op) => {
            if let Some(g) = gs.first() {
                reduce(op, xs, *g, out, scratch);
            }
        }
        Vjp::Scan { op, reverse: false } => scan(op, xs, gs, out),
        Vjp::Scan { op, reverse: true } => {
            let mirrored = |v: &[f64]| v.iter().rev().copied().collect::<Vec<f64>>();
            scan(op, &mirrored(xs), &mirrored(gs), out);
            out.reverse();
        }
        Vjp::Tree(op) => tree(op, xs, gs, parents, out, scratch),
    }
    for (o, x) in out.iter_mut().zip(xs) {
        if o.is_nan() || x.is_nan() {
            *o = 0.0;
        }
    }
}

fn present(xs: &[f64]) -> impl DoubleEndedIterator<Item = (usize, f64)> + '_ {
    xs.iter().copied().enumerate().filter(|(_, x)| !x.is_nan())
}

/// Adds `g · ∂y/∂x[i]` to `out`.
fn reduce(op: Reducer, xs: &[f64], g: f64, out: &mut [f64], scratch: &mut Vec<f64>) {
    let n = present(xs).count() as f64;
    let mut all = |f: &dyn Fn(f64) -> f64| present(xs).for_each(|(i, x)| out[i] += g * f(x));
    match op {
        Reducer::Count | Reducer::Any | Reducer::All | Reducer::Argmax | Reducer::Argmin => {}
        Reducer::Sum => all(&|_| 1.0),
        Reducer::Mean => all(&|_| 1.0 / n),
        Reducer::Var { ddof } => {
            let m = mean(xs);
            all(&|x| 2.0 * (x - m) / (n - f64::from(ddof)));
        }
        Reducer::Std { ddof } => {
            let (m, s) = (mean(xs), var(xs, ddof).sqrt());
            all(&|x| if s == 0.0 { 0.0 } else { (x - m) / ((n - f64::from(ddof)) * s) });
        }
        Reducer::Logsumexp => {
            let y = reduced(op, xs, scratch);
            all(&|x| exp(x - y));
        }
        Reducer::Logmeanexp => {
            let y = reduced(op, xs, scratch);
            all(&|x| exp(x - y) / n);
        }
        Reducer::Prod => {
            // The product of the others, from both sides: right also where values are 0.
            scratch.clear();
            let mut before = 1.0;
            present(xs).for_each(|(_, x)| {
                scratch.push(before);
                before *= x;
            });
            let mut after = g;
            for ((i, x), before) in present(xs).rev().zip(scratch.drain(..).rev()) {
                out[i] += before * after;
                after *= x;
            }
        }
        Reducer::Min => pick(first_best(xs, |a, b| b < a), g, out),
        Reducer::Max => pick(first_best(xs, |a, b| b > a), g, out),
        Reducer::First => pick(present(xs).next().map(|p| p.0), g, out),
        Reducer::Last => pick(present(xs).next_back().map(|p| p.0), g, out),
        Reducer::Majority => {
            let y = reduced(op, xs, scratch);
            pick(xs.iter().position(|x| *x == y), g, out);
        }
        Reducer::Median => quantile(xs, 0.5, g, out),
        Reducer::Quantile(q) => quantile(xs, q.0, g, out),
    }
}

fn pick(at: Option<usize>, g: f64, out: &mut [f64]) {
    if let Some(i) = at {
        out[i] += g;
    }
}

/// The place of the best value, the first of equals.
fn first_best(xs: &[f64], better: impl Fn(f64, f64) -> bool) -> Option<usize> {
    present(xs).reduce(|best, next| if better(best.1, next.1) { next } else { best }).map(|best| best.0)
}

/// The two order statistics between which a quantile lies share its gradient; equal values rank in order.
fn quantile(xs: &[f64], q: f64, g: f64, out: &mut [f64]) {
    let mut order: Vec<(usize, f64)> = present(xs).collect();
    if order.is_empty() {
        return;
    }
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let at = q.clamp(0.0, 1.0) * (order.len() - 1) as f64;
    let (low, high) = (at.floor(), at.ceil());
    out[order[low as usize].0] += g * (1.0 - (at - low));
    out[order[high as usize].0] += g * (at - low);
}

fn scan(op: Scan, xs: &[f64], gs: &[f64], out: &mut [f64]) {
    let mut carry = 0.0;
    match op {
        Scan::Cumsum => {
            for (i, _) in present(xs).rev() {
                carry += gs[i];
                out[i] = carry;
            }
        }
        Scan::Discount(gamma) => {
            // Time passes over an absent step.
            for (i, x) in xs.iter().enumerate().rev() {
                carry = gamma.0 * carry + if x.is_nan() { 0.0 } else { gs[i] };
                out[i] = carry;
            }
        }
        Scan::Ema(decay) => {
            let first = present(xs).next().map(|p| p.0);
            for (i, _) in present(xs).rev() {
                let g = gs[i] + carry;
                out[i] = if first == Some(i) { g } else { (1.0 - decay.0) * g };
                carry = decay.0 * g;
            }
        }
        Scan::Cumprod => {
            let mut before = 1.0;
            for (i, x) in present(xs) {
                out[i] = before;
                before *= x;
            }
            for (i, x) in present(xs).rev() {
                let g = gs[i] + carry;
                out[i] *= g;
                carry = x * g;
            }
        }
        Scan::Cummin => extreme(xs, gs, out, |best, x| x < best),
        Scan::Cummax => extreme(xs, gs, out, |best, x| x > best),
        Scan::Diff { .. } => {
            let mut before: Option<usize> = None;
            for (i, _) in present(xs) {
                if let Some(b) = before {
                    out[i] += gs[i];
                    out[b] -= gs[i];
                }
                before = Some(i);
            }
        }
        Scan::Hold => {
            let mut last = None;
            for (i, x) in xs.iter().enumerate() {
                last = if x.is_nan() { last } else { Some(i) };
                pick(last, gs[i], out);
            }
        }
        Scan::Shift { n, .. } => {
            for (i, o) in out.iter_mut().enumerate() {
                let to = usize::try_from(i as i64 + n).ok();
                *o = to.and_then(|k| gs.get(k)).copied().unwrap_or(0.0);
            }
        }
    }
}

fn extreme(xs: &[f64], gs: &[f64], out: &mut [f64], better: impl Fn(f64, f64) -> bool) {
    let mut best: Option<(usize, f64)> = None;
    for (i, x) in present(xs) {
        if best.is_none_or(|(_, b)| better(b, x)) {
            best = Some((i, x));
        }
        pick(best.map(|b| b.0), gs[i], out);
    }
}

fn tree(op: Tree, xs: &[f64], gs: &[f64], parents: &[f64], out: &mut [f64], scratch: &mut Vec<f64>) {
    let order = children_first(parents);
    match op {
        Tree::Push(decay) => {
            for i in order.into_iter().rev() {
                let above = parent(parents, i).map_or(0.0, |p| out[p]);
                out[i] = gs[i] + decay.0 * above;
            }
        }
        Tree::Below { op, own } => {
            let mut below: Vec<Vec<usize>> = vec![Vec::new(); xs.len()];
            let (mut values, mut parts) = (Vec::new(), Vec::new());
            for i in order {
                let mut members = std::mem::take(&mut below[i]);
                if let Some(p) = parent(parents, i) {
                    below[p].push(i);
                    below[p].extend(&members);
                }
                members.sort_unstable();
                if own {
                    members.insert(0, i);
                }
                values.clear();
                values.extend(members.iter().map(|m| xs[*m]));
                parts.clear();
                parts.resize(values.len(), 0.0);
                reduce(op, &values, gs[i], &mut parts, scratch);
                members.iter().zip(&parts).for_each(|(m, part)| out[*m] += part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::absent::Reason;

    fn of(op: Vjp, xs: &[f64], gs: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; xs.len()];
        vjp(op, xs, gs, &[], &mut out, &mut Vec::new());
        out
    }

    #[test]
    fn a_product_with_zeros_has_a_gradient() {
        let prod = |xs: &[f64]| of(Vjp::Reduce(Reducer::Prod), xs, &vec![2.0; xs.len()]);
        assert_eq!(prod(&[2.0, 0.0, 3.0]), [0.0, 12.0, 0.0]);
        assert_eq!(prod(&[0.0, 0.0, 3.0]), [0.0, 0.0, 0.0]);
        assert_eq!(prod(&[2.0, Reason::Masked.value(), 3.0]), [6.0, 0.0, 4.0]);
    }

    #[test]
    fn no_spread_has_no_slope_and_equals_rank_in_order() {
        assert_eq!(of(Vjp::Reduce(Reducer::Std { ddof: 0 }), &[2.0, 2.0], &[1.0, 1.0]), [0.0, 0.0]);
        assert_eq!(of(Vjp::Reduce(Reducer::Max), &[2.0, 2.0], &[1.0, 1.0]), [1.0, 0.0]);
        assert_eq!(of(Vjp::Reduce(Reducer::Median), &[4.0, 1.0, 2.0, 3.0], &[1.0; 4]), [0.0, 0.0, 0.5, 0.5]);
    }

    #[test]
    fn a_gap_gets_nothing() {
        let gap = Reason::Masked.value();
        let cumsum = Vjp::Scan { op: Scan::Cumsum, reverse: false };
        assert_eq!(of(cumsum, &[1.0, gap, 2.0], &[1.0, 0.0, 10.0]), [11.0, 0.0, 10.0]);
        let back = Vjp::Scan { op: Scan::Cumprod, reverse: true };
        assert_eq!(of(back, &[2.0, 0.0, 3.0], &[1.0, 1.0, 1.0]), [0.0, 9.0, 1.0]);
    }
}
