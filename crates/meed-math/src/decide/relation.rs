//! Equations and inequalities.

use super::realset::RealSet;
use super::scalar::{order, same};
use super::{Context, Same};
use crate::eval::eval;
use crate::expr::{Expr, Func, Name};
use crate::num::modular::Modular;
use crate::num::{Reals, rational};
use crate::value::Value;

/// What a chain of equalities amounts to.
pub(crate) enum Reading<'a> {
    /// `name = value`: a name (if it is one worth comparing) and the last value.
    Assignment(Label<'a>, &'a Value),
    /// Two sides that state something about several unknowns.
    Equation(Expr, Expr),
    /// Something else.
    Other,
}

/// The left side of an assignment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Label<'a> {
    /// A variable.
    Variable(&'a Name),
    /// A function of arguments.
    Function(&'a Name, &'a [Expr]),
    /// Words, a segment, a tuple of names: says what is meant, compared only through its value.
    Words,
}

/// Reads a chain whose signs are all equalities.
pub(crate) fn read_equalities<'a>(sides: &'a [Value], signs: &[char]) -> Reading<'a> {
    if signs.iter().any(|s| !matches!(s, '=' | '≈')) {
        return Reading::Other;
    }
    let (Some(first), Some(last)) = (sides.first(), sides.last()) else { return Reading::Other };
    if let Some(l) = label(first) {
        return Reading::Assignment(l, last);
    }
    if let (Some(l), 2) = (label(last), sides.len()) {
        return Reading::Assignment(l, first);
    }
    match (first, last) {
        (Value::Scalar(a), Value::Scalar(b)) => {
            let (a, b) = (a.value(), b.value());
            if !a.has_variables() {
                // 5 + 5 = 10: the result is what is meant.
                return Reading::Assignment(Label::Words, last);
            }
            if sides.len() == 2 { Reading::Equation(a, b) } else { Reading::Other }
        }
        (_, v) if sides.len() == 2 && matches!(first, Value::Tuple { .. } | Value::Matrix(_)) => {
            Reading::Assignment(Label::Words, v)
        }
        _ => Reading::Other,
    }
}

/// Whether a side only names what is being answered.
fn label(v: &Value) -> Option<Label<'_>> {
    match v {
        Value::Text(_) => Some(Label::Words),
        Value::Scalar(q) => match &q.expr {
            Expr::Var(n) if n.contains(' ') || n.starts_with('∠') => Some(Label::Words),
            Expr::Var(n) => Some(Label::Variable(n)),
            Expr::Apply(n, args) => Some(Label::Function(n, args)),
            // AB, ABC: a segment or a figure, named by capitals.
            Expr::Mul(v) if v.iter().all(capital) => Some(Label::Words),
            Expr::Call(Func::Abs, v)
                if v.iter().all(|e| capital(e) || matches!(e, Expr::Mul(v) if v.iter().all(capital))) =>
            {
                Some(Label::Words)
            }
            _ => None,
        },
        Value::Tuple { items, .. } => {
            items.iter().all(|v| matches!(label(v), Some(Label::Variable(_)))).then_some(Label::Words)
        }
        Value::Ratio(parts) => {
            let name = |e: &Expr| {
                capital(e) || matches!(e, Expr::Mul(v) if v.iter().all(capital)) || matches!(e, Expr::Var(_))
            };
            parts.iter().all(name).then_some(Label::Words)
        }
        _ => None,
    }
}

fn capital(e: &Expr) -> bool {
    matches!(e, Expr::Var(n) if n.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Whether two equations have the same solutions because one is a multiple of the other.
pub(crate) fn equations(a: (&Expr, &Expr), b: (&Expr, &Expr), cx: &Context<'_>) -> Same {
    let d1 = a.0.clone().sub(a.1.clone());
    let d2 = b.0.clone().sub(b.1.clone());
    proportional(&d1, &d2, cx, false)
}

/// Whether `d1 = k·d2` for a constant `k` (positive if asked).
fn proportional(d1: &Expr, d2: &Expr, cx: &Context<'_>, positive: bool) -> Same {
    if same(d1, d2, cx).yes() {
        return Same::Yes("the same equation");
    }
    if !positive && same(d1, &d2.clone().neg(), cx).yes() {
        return Same::Yes("the same equation with its sides exchanged");
    }
    // Numerators over F_p: the ratio must be the same constant at several points.
    let mut ratio = None;
    let mut pure = true;
    let mut varies = false;
    for k in 0..3u64 {
        let field = Modular { seed: cx.seed.wrapping_add(k.wrapping_mul(0x51ed)), budget: cx.budget };
        let (x, y) = match (field.eval(d1), field.eval(d2)) {
            (Ok(x), Ok(y)) => (x, y),
            _ => return Same::Unknown(super::Reason::Budget),
        };
        pure &= x.1 && y.1;
        let (x, y) = (x.0.numerator(), y.0.numerator());
        if x.is_zero() || y.is_zero() {
            return Same::No("one equation always holds");
        }
        let r = x.over(&y);
        match &ratio {
            None => ratio = Some(r),
            Some(s) if !r.equals(s) => varies = true,
            _ => {}
        }
    }
    if pure && varies {
        return Same::No("equations that are not multiples of each other");
    }
    // The factor itself, as a number, from one real point.
    let names = {
        let mut n = d1.variables();
        n.extend(d2.variables());
        n.sort();
        n.dedup();
        n
    };
    let point: Vec<(Name, dashu_ratio::RBig)> = names
        .iter()
        .enumerate()
        .map(|(i, n)| (n.clone(), rational::ratio(7 + 4 * i as i64, 5 + i as i64)))
        .collect();
    let at = |e: &Expr| point.iter().fold(e.clone(), |e, (n, q)| e.substitute(n, &Expr::Num(q.clone())));
    let (x, y) = (at(d1), at(d2));
    let factor = x.div(y);
    let f = Reals::new(96, cx.budget);
    let sign = match eval(&factor, &[], &f) {
        Ok(v) if v.is_real() => v.re.sign(),
        _ => None,
    };
    if positive && sign != Some(1) {
        return Same::No("the inequality points the other way");
    }
    if sign.is_none() || sign == Some(0) {
        return Same::No("equations that are not multiples of each other");
    }
    if !varies && pure {
        return Same::Yes("equations that are multiples of each other");
    }
    same(d1, &Expr::mul(vec![factor, d2.clone()]), cx).relabel("equations that are multiples of each other")
}

/// Inequalities in several unknowns: the same up to a positive factor.
pub(crate) fn inequalities(a: (&Expr, char, &Expr), b: (&Expr, char, &Expr), cx: &Context<'_>) -> Same {
    let normal = |(l, s, r): (&Expr, char, &Expr)| match s {
        '<' | '≤' => (r.clone().sub(l.clone()), s == '≤'),
        _ => (l.clone().sub(r.clone()), s == '≥'),
    };
    if matches!(a.1, '≠') || matches!(b.1, '≠') {
        return if a.1 == b.1 {
            equations((a.0, a.2), (b.0, b.2), cx)
        } else {
            Same::No("different relations")
        };
    }
    let ((d1, c1), (d2, c2)) = (normal(a), normal(b));
    if c1 != c2 {
        return Same::No("strict against non-strict");
    }
    proportional(&d1, &d2, cx, true)
}

/// Solves a chain of inequalities in one variable, when each link is linear, quadratic or an absolute value.
pub(crate) fn solve(sides: &[Value], signs: &[char], cx: &Context<'_>) -> Option<(RealSet, String)> {
    let mut exprs = Vec::new();
    let mut names: Vec<Name> = Vec::new();
    for s in sides {
        let Value::Scalar(q) = s else { return None };
        let e = q.value();
        for n in e.variables() {
            if !names.contains(&n) {
                names.push(n);
            }
        }
        exprs.push(e);
    }
    // Bounds may be letters themselves (a < x < b); then x must be the middle or the left side alone.
    let name = match names.as_slice() {
        [n] => n.clone(),
        [] => return None,
        _ => match exprs.iter().find(|e| matches!(e, Expr::Var(_)))? {
            Expr::Var(n) => n.clone(),
            _ => return None,
        },
    };
    let mut set = RealSet::line();
    for (k, sign) in signs.iter().enumerate() {
        let link = link(&exprs[k], *sign, &exprs[k + 1], &name, cx)?;
        set = match signs.len() {
            1 => link,
            _ => match (set.clone().intersection(link.clone(), cx), names.len()) {
                (Some(s), _) => s,
                // Symbolic ends cannot be ordered: join them as written.
                (None, _) => join_symbolic(set, link)?,
            },
        };
    }
    Some((set, name.to_string()))
}

fn join_symbolic(a: RealSet, b: RealSet) -> Option<RealSet> {
    let (mut a, mut b) = (a.0, b.0);
    let (x, y) = (a.pop()?, b.pop()?);
    if !a.is_empty() || !b.is_empty() {
        return None;
    }
    let lo = if x.lo.at.is_some() { x.lo } else { y.lo };
    let hi = if x.hi.at.is_some() { x.hi } else { y.hi };
    Some(RealSet(vec![super::realset::Interval { lo, hi }]))
}

fn link(l: &Expr, sign: char, r: &Expr, name: &Name, cx: &Context<'_>) -> Option<RealSet> {
    // |inner| against a constant.
    let abs = |e: &Expr| match e {
        Expr::Call(Func::Abs, v) => v.first().cloned(),
        _ => None,
    };
    let free = |e: &Expr| !e.variables().contains(name);
    let flip = |c| match c {
        '<' => '>',
        '>' => '<',
        '≤' => '≥',
        '≥' => '≤',
        c => c,
    };
    if let (Some(inner), true) = (abs(l), free(r)) {
        return absolute(&inner, sign, r, name, cx);
    }
    if let (Some(inner), true) = (abs(r), free(l)) {
        return absolute(&inner, flip(sign), l, name, cx);
    }
    let d = l.clone().sub(r.clone());
    polynomial(&d, sign, name, cx)
}

fn absolute(inner: &Expr, sign: char, bound: &Expr, name: &Name, cx: &Context<'_>) -> Option<RealSet> {
    let low = inner.clone().sub(bound.clone().neg());
    let high = inner.clone().sub(bound.clone());
    match sign {
        '<' | '≤' => {
            let back = if sign == '<' { '>' } else { '≥' };
            polynomial(&high, sign, name, cx)?.intersection(polynomial(&low, back, name, cx)?, cx)
        }
        '>' | '≥' => {
            let back = if sign == '>' { '<' } else { '≤' };
            Some(polynomial(&high, sign, name, cx)?.union(polynomial(&low, back, name, cx)?))
        }
        '=' => Some(polynomial(&high, '=', name, cx)?.union(polynomial(&low, '=', name, cx)?)),
        '≠' => polynomial(&high, '=', name, cx)?.union(polynomial(&low, '=', name, cx)?).complement(cx),
        _ => None,
    }
}

/// `d sign 0` for `d` of degree one or two in `name`.
fn polynomial(d: &Expr, sign: char, name: &Name, cx: &Context<'_>) -> Option<RealSet> {
    let at = |k: i64| d.substitute(name, &Expr::int(k));
    let c0 = at(0);
    let (p1, m1) = (at(1), at(-1));
    let half = || Expr::ratio(1, 2);
    let c1 = Expr::mul(vec![half(), p1.clone().sub(m1.clone())]);
    let c2 = Expr::add(vec![Expr::mul(vec![half(), p1]), Expr::mul(vec![half(), m1]), c0.clone().neg()]);
    let x = Expr::Var(name.clone());
    let rebuilt = Expr::add(vec![
        c0.clone(),
        Expr::mul(vec![c1.clone(), x.clone()]),
        Expr::mul(vec![c2.clone(), Expr::pow(x, Expr::int(2))]),
    ]);
    if !same(&rebuilt, d, cx).yes() {
        return None;
    }
    let zero = Expr::int(0);
    if same(&c2, &zero, cx).yes() {
        if c1.has_variables() {
            return None;
        }
        let up = match order(&c1, &zero, cx)? {
            std::cmp::Ordering::Equal => return None,
            o => o == std::cmp::Ordering::Greater,
        };
        let root = c0.neg().div(c1);
        return Some(match sign {
            '=' | '≈' => RealSet::point(root),
            '≠' => {
                let mut s = RealSet::below(root.clone(), false);
                s.0.extend(RealSet::above(root, false).0);
                s
            }
            '<' | '≤' if up => RealSet::below(root, sign == '≤'),
            '<' | '≤' => RealSet::above(root, sign == '≤'),
            '>' | '≥' if up => RealSet::above(root, sign == '≥'),
            '>' | '≥' => RealSet::below(root, sign == '≥'),
            _ => return None,
        });
    }
    if c0.has_variables() || c1.has_variables() || c2.has_variables() {
        return None;
    }
    let up = order(&c2, &zero, cx)? == std::cmp::Ordering::Greater;
    let disc = Expr::pow(c1.clone(), Expr::int(2)).sub(Expr::mul(vec![Expr::int(4), c2.clone(), c0]));
    let two_a = Expr::mul(vec![Expr::int(2), c2]);
    let outside = match sign {
        '<' | '≤' => !up,
        '>' | '≥' => up,
        _ => false,
    };
    let closed = matches!(sign, '≤' | '≥' | '=');
    match order(&disc, &zero, cx)? {
        std::cmp::Ordering::Less => {
            let holds = matches!(sign, '≠') || outside;
            Some(if holds { RealSet::line() } else { RealSet(Vec::new()) })
        }
        std::cmp::Ordering::Equal => {
            let r = c1.neg().div(two_a);
            Some(match (sign, outside) {
                ('=' | '≈', _) => RealSet::point(r),
                ('≠', _) | (_, true) if !closed => RealSet::point(r).complement(cx)?,
                (_, true) => RealSet::line(),
                (_, false) if closed => RealSet::point(r),
                _ => RealSet(Vec::new()),
            })
        }
        std::cmp::Ordering::Greater => {
            let s = disc.sqrt();
            let a = c1.clone().neg().sub(s.clone()).div(two_a.clone());
            let b = Expr::add(vec![c1.neg(), s]).div(two_a);
            let (lo, hi) = if up { (a, b) } else { (b, a) };
            Some(match sign {
                '=' | '≈' => RealSet::point(lo).union(RealSet::point(hi)),
                '≠' => RealSet::point(lo).union(RealSet::point(hi)).complement(cx)?,
                _ if outside => RealSet::below(lo, closed).union(RealSet::above(hi, closed)),
                _ => RealSet::between(lo, closed, hi, closed),
            })
        }
    }
}
