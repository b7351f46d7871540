//! Lists, sets, tuples and matrices, compared element by element.

use super::values::values;
use super::{Context, Reason, Same};
use crate::value::Value;

/// Larger collections are not matched.
const MAX_ITEMS: usize = 128;

/// Element by element, in order.
pub(crate) fn ordered(g: &[Value], p: &[Value], cx: &Context<'_>) -> Same {
    if g.len() != p.len() {
        return Same::No("different numbers of elements");
    }
    let mut unknown = None;
    for (a, b) in g.iter().zip(p) {
        match values(a, b, cx) {
            Same::Yes(_) => {}
            Same::No(_) => return Same::No("an element differs"),
            Same::Unknown(r) => unknown = Some(r),
        }
    }
    match unknown {
        Some(r) => Same::Unknown(r),
        None => Same::Yes("every element agrees, in order"),
    }
}

/// The same elements in any order; repetitions do not count.
pub(crate) fn unordered(g: &[Value], p: &[Value], cx: &Context<'_>) -> Same {
    if g.len() > MAX_ITEMS || p.len() > MAX_ITEMS {
        return Same::Unknown(Reason::TooLarge);
    }
    if let Some(s) = rationals(g, p) {
        return s;
    }
    if g.len() != p.len() {
        let (g, p) = (distinct(g, cx), distinct(p, cx));
        if g.len() != p.len() {
            return Same::No("different numbers of elements");
        }
        return matching(&g, &p, cx);
    }
    let (g, p): (Vec<&Value>, Vec<&Value>) = (g.iter().collect(), p.iter().collect());
    matching(&g, &p, cx)
}

/// Plain numbers are sorted instead of matched.
fn rationals(g: &[Value], p: &[Value]) -> Option<Same> {
    let read = |v: &[Value]| {
        v.iter()
            .map(|v| match v {
                Value::Scalar(q) if q.written.is_none() && !q.percent && !q.degrees && q.unit.is_none() => {
                    q.expr.as_rational().cloned()
                }
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
    };
    let (mut g, mut p) = (read(g)?, read(p)?);
    for v in [&mut g, &mut p] {
        v.sort();
        v.dedup();
    }
    if g == p {
        return Some(Same::Yes("the same numbers in any order"));
    }
    // Other rules (decimals=) may still accept; only say no when sizes differ.
    if g.len() != p.len() { Some(Same::No("different numbers of elements")) } else { None }
}

fn distinct<'a>(v: &'a [Value], cx: &Context<'_>) -> Vec<&'a Value> {
    let mut out: Vec<&Value> = Vec::new();
    for x in v {
        if !out.iter().any(|y| values(y, x, cx).yes()) {
            out.push(x);
        }
    }
    out
}

/// A perfect matching by augmenting paths.
fn matching(g: &[&Value], p: &[&Value], cx: &Context<'_>) -> Same {
    let n = g.len();
    let mut unknown = None;
    let mut edges = vec![Vec::new(); n];
    for (i, a) in g.iter().enumerate() {
        for (j, b) in p.iter().enumerate() {
            if let Err(s) = cx.budget.pay(10) {
                return s.into();
            }
            match values(a, b, cx) {
                Same::Yes(_) => edges[i].push(j),
                Same::Unknown(r) => unknown = Some(r),
                Same::No(_) => {}
            }
        }
        if edges[i].is_empty() {
            return match unknown {
                Some(r) => Same::Unknown(r),
                None => Same::No("an element is missing"),
            };
        }
    }
    let mut owner: Vec<Option<usize>> = vec![None; n];
    for i in 0..n {
        let mut seen = vec![false; n];
        if !augment(i, &edges, &mut owner, &mut seen) {
            return Same::No("an element is missing");
        }
    }
    Same::Yes("the same elements in any order")
}

fn augment(i: usize, edges: &[Vec<usize>], owner: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for &j in &edges[i] {
        if seen[j] {
            continue;
        }
        seen[j] = true;
        if owner[j].is_none_or(|k| augment(k, edges, owner, seen)) {
            owner[j] = Some(i);
            return true;
        }
    }
    false
}
