//! Vectors among their siblings.

use super::layout::Frame;
use super::single::split;
use crate::absent::{Reason, reason_of};
use crate::axis::Axis;
use crate::function::Slice;
use crate::kernel::near::{clusters, nearest};
use crate::kernel::vector::effective_rank;
use crate::op::Near;

/// The vectors of a value; a vector with an absent component is absent.
struct Vectors<'a> {
    values: &'a [f64],
    dim: usize,
}

impl<'a> Vectors<'a> {
    fn of(slice: Slice<'a>, dim: usize) -> Self {
        let values = match slice {
            Slice::Numbers(values) => values,
            Slice::Texts(_) => &[],
        };
        Vectors { values, dim }
    }

    fn get(&self, i: usize) -> Result<&'a [f64], Reason> {
        let row = &self.values[i * self.dim..(i + 1) * self.dim];
        row.iter().find_map(|x| reason_of(*x)).map_or(Ok(row), Err)
    }
}

pub(super) fn near(
    frame: &Frame<'_>,
    op: Near,
    scope: Axis,
    own: Axis,
    dim: usize,
    inputs: &[Slice<'_>],
) -> Vec<f64> {
    let x = Vectors::of(inputs[0], dim);
    let (to, keys) = match op {
        Near::Cluster { .. } | Near::RankSoFar { .. } => (None, &inputs[1..]),
        Near::Nearest { .. } => (Some(Vectors::of(inputs[1], dim)), &inputs[2..]),
    };
    let reason = |i: usize| x.get(i).err().unwrap_or(Reason::NotApplicable).value();
    let mut out: Vec<f64> = (0..frame.len(own)).map(reason).collect();
    for w in frame.segments(scope, own).windows(2) {
        for members in split(keys, w[0], w[1] - w[0]) {
            let here: Vec<usize> = members.iter().map(|m| w[0] + m).collect();
            let rows: Vec<(usize, &[f64])> =
                here.iter().filter_map(|i| Some((*i, x.get(*i).ok()?))).collect();
            match (op, &to) {
                (Near::Cluster { eps, min_samples }, _) => {
                    let points: Vec<&[f64]> = rows.iter().map(|r| r.1).collect();
                    let found = clusters(&points, eps.0, min_samples);
                    rows.iter().zip(found).for_each(|(r, c)| {
                        out[r.0] = c.map_or(Reason::NotApplicable.value(), |c| c as f64);
                    });
                }
                (Near::Nearest { k, others }, Some(to)) => {
                    let targets: Vec<(usize, &[f64])> =
                        here.iter().filter_map(|i| Some((*i, to.get(*i).ok()?))).collect();
                    nearest(&rows, &targets, k, others, &mut out);
                }
                (Near::RankSoFar { center, every }, _) => {
                    let all: Vec<f64> = rows.iter().flat_map(|r| r.1).copied().collect();
                    for (place, row) in rows.iter().enumerate().skip(every).step_by(every) {
                        out[row.0] = effective_rank(&all[..(place + 1) * dim], dim, center);
                    }
                }
                (Near::Nearest { .. }, None) => {}
            }
        }
    }
    out
}
