//! Subsets of the real line as unions of intervals, from whatever notation.

use std::cmp::Ordering;

use super::relation::solve;
use super::scalar::{order, same};
use super::{Context, Same};
use crate::expr::{Const, Expr};
use crate::value::{SetOp, Value};

/// An end of an interval; `None` is infinity on that side.
#[derive(Debug, Clone)]
pub(crate) struct End {
    pub(crate) at: Option<Expr>,
    pub(crate) closed: bool,
}

/// A piece of the line.
#[derive(Debug, Clone)]
pub(crate) struct Interval {
    pub(crate) lo: End,
    pub(crate) hi: End,
}

/// A union of intervals, in order and disjoint when every end is a number.
#[derive(Debug, Clone)]
pub(crate) struct RealSet(pub(crate) Vec<Interval>);

const MAX_PIECES: usize = 200;

impl RealSet {
    pub(crate) fn line() -> RealSet {
        RealSet(vec![Interval { lo: End { at: None, closed: false }, hi: End { at: None, closed: false } }])
    }

    pub(crate) fn point(e: Expr) -> RealSet {
        let end = End { at: Some(e), closed: true };
        RealSet(vec![Interval { lo: end.clone(), hi: end }])
    }

    pub(crate) fn below(e: Expr, closed: bool) -> RealSet {
        RealSet(vec![Interval { lo: End { at: None, closed: false }, hi: End { at: Some(e), closed } }])
    }

    pub(crate) fn above(e: Expr, closed: bool) -> RealSet {
        RealSet(vec![Interval { lo: End { at: Some(e), closed }, hi: End { at: None, closed: false } }])
    }

    pub(crate) fn between(lo: Expr, lc: bool, hi: Expr, hc: bool) -> RealSet {
        let end = |e: Expr, closed, infinite: &Expr| {
            if e == *infinite { End { at: None, closed: false } } else { End { at: Some(e), closed } }
        };
        let inf = Expr::Const(Const::Infinity);
        RealSet(vec![Interval { lo: end(lo, lc, &inf.clone().neg()), hi: end(hi, hc, &inf) }])
    }

    /// Sorts, merges and drops empty pieces; `None` when ends cannot be ordered.
    pub(crate) fn normal(self, cx: &Context<'_>) -> Option<RealSet> {
        if self.0.len() > MAX_PIECES {
            return None;
        }
        let mut v = Vec::new();
        for i in self.0 {
            match (&i.lo.at, &i.hi.at) {
                (Some(a), Some(b)) => match order(a, b, cx)? {
                    Ordering::Less => v.push(i),
                    Ordering::Equal if i.lo.closed && i.hi.closed => v.push(i),
                    _ => {}
                },
                (a, b) => {
                    // A lone end must still be a number to be ordered later.
                    if a.iter().chain(b.iter()).any(|e| e.has_variables()) {
                        return None;
                    }
                    v.push(i)
                }
            }
        }
        let mut failed = false;
        let mut low = |a: &End, b: &End| match (&a.at, &b.at) {
            (None, None) => Ordering::Equal,
            (None, _) => Ordering::Less,
            (_, None) => Ordering::Greater,
            (Some(x), Some(y)) => order(x, y, cx)
                .unwrap_or_else(|| {
                    failed = true;
                    Ordering::Equal
                })
                .then(b.closed.cmp(&a.closed)),
        };
        v.sort_by(|a, b| low(&a.lo, &b.lo));
        if failed {
            return None;
        }
        let mut out: Vec<Interval> = Vec::new();
        for i in v {
            let Some(last) = out.last_mut() else {
                out.push(i);
                continue;
            };
            let joins = match (&last.hi.at, &i.lo.at) {
                (None, _) | (_, None) => true,
                (Some(h), Some(l)) => match order(l, h, cx)? {
                    Ordering::Less => true,
                    Ordering::Equal => last.hi.closed || i.lo.closed,
                    Ordering::Greater => false,
                },
            };
            if !joins {
                out.push(i);
                continue;
            }
            let further = match (&last.hi.at, &i.hi.at) {
                (None, _) => false,
                (_, None) => true,
                (Some(a), Some(b)) => match order(a, b, cx)? {
                    Ordering::Less => true,
                    Ordering::Equal => i.hi.closed && !last.hi.closed,
                    Ordering::Greater => false,
                },
            };
            if further {
                last.hi = i.hi;
            }
        }
        Some(RealSet(out))
    }

    pub(crate) fn union(mut self, o: RealSet) -> RealSet {
        self.0.extend(o.0);
        self
    }

    pub(crate) fn complement(self, cx: &Context<'_>) -> Option<RealSet> {
        let mut out = Vec::new();
        let mut lo = End { at: None, closed: false };
        let mut open_left = true;
        for i in self.normal(cx)?.0 {
            if let Some(a) = &i.lo.at {
                out.push(Interval { lo: lo.clone(), hi: End { at: Some(a.clone()), closed: !i.lo.closed } });
            }
            match i.hi.at {
                Some(b) => lo = End { at: Some(b), closed: !i.hi.closed },
                None => {
                    open_left = false;
                    break;
                }
            }
        }
        if open_left {
            out.push(Interval { lo, hi: End { at: None, closed: false } });
        }
        RealSet(out).normal(cx)
    }

    pub(crate) fn intersection(self, o: RealSet, cx: &Context<'_>) -> Option<RealSet> {
        self.complement(cx)?.union(o.complement(cx)?).complement(cx)
    }

    /// Only isolated points.
    fn is_points(&self) -> bool {
        self.0.iter().all(|i| matches!((&i.lo.at, &i.hi.at), (Some(a), Some(b)) if a == b))
    }
}

/// Whether the value describes a subset of the line by itself.
pub(crate) fn looks_like_set(v: &Value) -> bool {
    match v {
        Value::Tuple { items, .. } => items.len() == 2,
        Value::Join(..) | Value::Builder { .. } => true,
        Value::NumberSet(c) => matches!(c, 'ℝ' | '∅'),
        Value::Chain { signs, .. } => signs.iter().any(|c| !matches!(c, '=' | '≈' | '≡' | '≢')),
        Value::List { items, .. } => {
            !items.is_empty() && items.iter().all(|v| matches!(v, Value::Chain { .. }) && looks_like_set(v))
        }
        _ => false,
    }
}

/// Reads a value as a subset of the line, with the variable it speaks of if it names one.
pub(crate) fn read(v: &Value, cx: &Context<'_>) -> Option<(RealSet, Option<String>)> {
    match v {
        Value::Tuple { open, close, items } => {
            let [Value::Scalar(a), Value::Scalar(b)] = items.as_slice() else { return None };
            let set = RealSet::between(a.value(), *open == '[', b.value(), *close == ']');
            Some((set, None))
        }
        Value::NumberSet('ℝ') => Some((RealSet::line(), None)),
        Value::NumberSet('∅') => Some((RealSet(Vec::new()), None)),
        Value::Set(items) => {
            let mut out = RealSet(Vec::new());
            for v in items {
                match v {
                    Value::Scalar(q) => out = out.union(RealSet::point(q.value())),
                    _ => return None,
                }
            }
            Some((out, None))
        }
        Value::Join(op, a, b) => {
            let (a, n) = read(a, cx)?;
            let (b, m) = read(b, cx)?;
            let set = match op {
                SetOp::Union => a.union(b),
                SetOp::Intersection => a.intersection(b, cx)?,
                SetOp::Difference => {
                    // -[0, 1) is written as ∅ ∖ [0, 1) by the parser and is no set on its own.
                    if a.0.is_empty() {
                        return None;
                    }
                    a.intersection(b.complement(cx)?, cx)?
                }
            };
            Some((set, n.or(m)))
        }
        Value::Builder { element, conditions } => {
            let name = match element.as_ref() {
                Value::Scalar(q) => match &q.expr {
                    Expr::Var(n) => n.to_string(),
                    _ => return None,
                },
                Value::Chain { sides, signs }
                    if signs.as_slice() == ['∈'] && matches!(&sides[1], Value::NumberSet('ℝ')) =>
                {
                    match &sides[0] {
                        Value::Scalar(q) => match &q.expr {
                            Expr::Var(n) => n.to_string(),
                            _ => return None,
                        },
                        _ => return None,
                    }
                }
                _ => return None,
            };
            let mut set = RealSet::line();
            for c in conditions {
                if matches!(c, Value::Chain { sides, signs } if signs.as_slice() == ['∈'] && matches!(&sides[1], Value::NumberSet('ℝ')))
                {
                    continue;
                }
                let (s, n) = read(c, cx)?;
                if n.is_some_and(|n| n != name) {
                    return None;
                }
                set = set.intersection(s, cx)?;
            }
            Some((set, None))
        }
        Value::Chain { sides, signs } => match (signs.as_slice(), sides.as_slice()) {
            ([c @ ('∈' | '∉')], [Value::Scalar(x), s]) => {
                let Expr::Var(n) = &x.expr else { return None };
                let (set, _) = read(s, cx)?;
                let set = if *c == '∉' { set.complement(cx)? } else { set };
                Some((set, Some(n.to_string())))
            }
            _ => solve(sides, signs, cx).map(|(s, n)| (s, Some(n))),
        },
        Value::List { items, .. } => {
            let mut sets = Vec::new();
            let mut name = None;
            for v in items {
                let (s, n) = read(v, cx)?;
                if name.is_some() && n != name {
                    return None;
                }
                name = n;
                sets.push(s);
            }
            // "x > 1 and x < 3" and "x < 1 or x > 3" read the same here: a common part decides.
            let mut both = sets.first()?.clone();
            for s in &sets[1..] {
                both = both.intersection(s.clone(), cx)?;
            }
            let both = both.normal(cx)?;
            if !both.0.is_empty() && !both.is_points() {
                return Some((both, name));
            }
            let mut all = RealSet(Vec::new());
            for s in sets {
                all = all.union(s);
            }
            Some((all, name))
        }
        _ => None,
    }
}

/// Compares two subsets of the line.
pub(crate) fn compare(a: &RealSet, b: &RealSet, cx: &Context<'_>) -> Same {
    let (x, y) = match (a.clone().normal(cx), b.clone().normal(cx)) {
        (Some(x), Some(y)) => (x, y),
        _ => (a.clone(), b.clone()),
    };
    if x.0.len() != y.0.len() {
        return Same::No("different numbers of intervals");
    }
    let mut used = vec![false; y.0.len()];
    let mut unknown = None;
    for i in &x.0 {
        let mut found = false;
        for (k, j) in y.0.iter().enumerate() {
            if used[k] || i.lo.closed != j.lo.closed || i.hi.closed != j.hi.closed {
                continue;
            }
            match (end(&i.lo, &j.lo, cx), end(&i.hi, &j.hi, cx)) {
                (Same::Yes(_), Same::Yes(_)) => {
                    used[k] = true;
                    found = true;
                    break;
                }
                (Same::Unknown(r), Same::Yes(_) | Same::Unknown(_)) | (Same::Yes(_), Same::Unknown(r)) => {
                    unknown = Some(r)
                }
                _ => {}
            }
        }
        if !found {
            return match unknown {
                Some(r) => Same::Unknown(r),
                None => Same::No("different intervals"),
            };
        }
    }
    Same::Yes("the same subset of the real line")
}

fn end(a: &End, b: &End, cx: &Context<'_>) -> Same {
    match (&a.at, &b.at) {
        (None, None) => Same::Yes("both unbounded"),
        (Some(x), Some(y)) => {
            let s = same(x, y, cx);
            if s.yes() || cx.options.decimals.is_none() {
                s
            } else {
                super::quantity::numbers(x, None, y, cx)
            }
        }
        _ => Same::No("one side is unbounded"),
    }
}
