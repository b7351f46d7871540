//! Which rule compares which kinds of values.

use super::collections::{ordered, unordered};
use super::congruence::{classes, residue_family};
use super::equality::{equality_gold, equality_prediction};
use super::plain::{choice, clock, ratio_number, ratios, texts};
use super::quantity::quantities;
use super::relation::{Label, Reading, inequalities, read_equalities};
use super::scalar::same;
use super::signs::split_signs;
use super::{Context, Same, realset};
use crate::expr::{Const, Expr};
use crate::value::{Quantity, Value};

/// Compares two answers; `g` is the reference.
pub(crate) fn values(g: &Value, p: &Value, cx: &Context<'_>) -> Same {
    if let Err(s) = cx.budget.pay(20) {
        return s.into();
    }
    // ± stands for two answers.
    if let Some(both) = split_signs(g) {
        return values(&both, &split_signs(p).unwrap_or_else(|| p.clone()), cx);
    }
    if let Some(both) = split_signs(p) {
        return values(g, &both, cx);
    }
    use Value::*;
    match (g, p) {
        (Scalar(a), Scalar(b)) => quantities(a, b, cx),
        (Text(a), Text(b)) => texts(a, b),
        (Choice(a, x), Choice(b, y)) => {
            if a == b {
                return Same::Yes("the same choice");
            }
            let _ = (x, y);
            Same::No("different choices")
        }
        (Choice(a, rest), o) | (o, Choice(a, rest)) => choice(*a, rest.as_deref(), g, o, cx),
        (Time(a, _), Time(b, _)) => {
            if a == b {
                Same::Yes("the same time of day")
            } else {
                Same::No("different times")
            }
        }
        (Time(t, _), Ratio(parts)) | (Ratio(parts), Time(t, _)) => clock(*t, parts),
        (Date(y1, m1, d1), Date(y2, m2, d2)) => {
            if m1 == m2 && d1 == d2 && (y1 == y2 || *y1 == 0 || *y2 == 0) {
                Same::Yes("the same date")
            } else {
                Same::No("different dates")
            }
        }
        (Congruence { left: a, residue: r, modulus: m }, Congruence { left: b, residue: s, modulus: n }) => {
            classes((a, r, m), (b, s, n), cx)
        }
        (Congruence { residue, .. }, Scalar(q)) => {
            same(residue, &q.value(), cx).relabel("the residue itself")
        }
        (Scalar(q), Congruence { residue, .. }) => {
            same(&q.value(), residue, cx).relabel("the residue itself")
        }
        (Ratio(a), Ratio(b)) => ratios(a, b, cx),
        (Ratio(a), Scalar(q)) => ratio_number(a, q, cx),
        (Scalar(q), Ratio(a)) => ratio_number(a, q, cx),
        (Chain { sides, signs }, _) if finite_membership(sides, signs) && !finite(p) => {
            values(&sides[1], p, cx)
        }
        (_, Chain { sides, signs }) if finite_membership(sides, signs) && !finite(g) => {
            values(g, &sides[1], cx)
        }
        (Congruence { residue, modulus, .. }, Chain { sides, signs })
        | (Chain { sides, signs }, Congruence { residue, modulus, .. })
            if is_equality(signs) =>
        {
            residue_family(residue, modulus, sides.last(), cx)
        }
        (Chain { sides, signs }, _) if is_equality(signs) => equality_gold(sides, signs, p, cx),
        (_, Chain { sides, signs }) if is_equality(signs) => equality_prediction(g, sides, signs, cx),
        (Chain { .. }, _) | (_, Chain { .. }) => relations(g, p, cx),
        (Matrix(a), Matrix(b)) => matrices(a, b, cx),
        (Matrix(m), Tuple { items, .. }) => vector(m, items, cx, false),
        (Tuple { items, .. }, Matrix(m)) => vector(m, items, cx, true),
        (Piecewise(a), Piecewise(b)) => cases(a, b, cx),
        (Tuple { open, close, items }, Tuple { open: o2, close: c2, items: other }) => {
            if items.len() == 2 && other.len() == 2 && !same_brackets(*open, *close, *o2, *c2) {
                return Same::No("different brackets");
            }
            ordered(items, other, cx)
        }
        (Set(a), Set(b)) => unordered(a, b, cx),
        (Set(a), List { items, .. }) | (List { items: a, .. }, Set(items)) => unordered(a, items, cx),
        (List { items: a, decimal: x }, List { items: b, decimal: y }) => {
            lists(a, b, cx).or(|| match (x, y) {
                (Some(x), Some(y)) if x == y => Same::Yes("the same number with a decimal comma"),
                _ => Same::No("different lists"),
            })
        }
        (List { .. }, Tuple { .. }) | (Tuple { .. }, List { .. })
            if !cx.options.strict && (range_list(g) || range_list(p)) =>
        {
            as_sets(g, p, cx).unwrap_or(Same::No("a list against a tuple"))
        }
        (List { items, decimal }, Tuple { items: other, .. }) => {
            if let Some(s) = tuple_in_list(items, p, cx) {
                return s;
            }
            let _ = decimal;
            if cx.options.strict {
                Same::No("a list against a tuple")
            } else {
                ordered(&by_name(items), other, cx)
            }
        }
        (Tuple { items, .. }, List { items: other, .. }) => {
            if cx.options.strict {
                Same::No("a tuple against a list")
            } else {
                ordered(items, &by_name(other), cx)
            }
        }
        (Tuple { items, .. }, Scalar(q)) => match components(&q.value(), items.len(), cx) {
            Some(parts) => ordered(items, &parts, cx),
            None => Same::No("different kinds of answer"),
        },
        (Scalar(q), Tuple { items, .. }) => match components(&q.value(), items.len(), cx) {
            Some(parts) => ordered(&parts, items, cx),
            None => Same::No("different kinds of answer"),
        },
        (Set(a), Scalar(_)) if a.len() == 1 && !cx.options.strict => {
            values(&a[0], p, cx).relabel("the only element of a set")
        }
        (Scalar(_), Set(b)) if b.len() == 1 && !cx.options.strict => {
            values(g, &b[0], cx).relabel("the only element of a set")
        }
        (List { items, decimal }, Scalar(q)) => list_number(items, decimal.as_ref(), q, p, cx, true),
        (Scalar(q), List { items, decimal }) => list_number(items, decimal.as_ref(), q, g, cx, false),
        (NumberSet(a), NumberSet(b)) => {
            if a == b {
                Same::Yes("the same number set")
            } else {
                Same::No("different number sets")
            }
        }
        (NumberSet('∅'), Text(t)) | (Text(t), NumberSet('∅')) if crate::words::is_nothing(t) => {
            Same::Yes("no solution")
        }
        (Builder { element: a, conditions: c }, Builder { element: b, conditions: d }) => as_sets(g, p, cx)
            .unwrap_or_else(|| match values(a, b, cx) {
                Same::Yes(_) => unordered(c, d, cx),
                s => s,
            }),
        (Text(_), _) | (_, Text(_)) => Same::No("words against mathematics"),
        _ => as_sets(g, p, cx).unwrap_or(Same::No("different kinds of answer")),
    }
}

/// `x ∈ {1, 2}`: the set is the answer.
fn finite_membership(sides: &[Value], signs: &[char]) -> bool {
    signs == ['∈'] && matches!(sides.get(1), Some(Value::Set(_)))
}

fn finite(v: &Value) -> bool {
    matches!(v, Value::Chain { sides, signs } if finite_membership(sides, signs))
}

/// A list of inequalities, which together describe one set.
fn range_list(v: &Value) -> bool {
    matches!(v, Value::List { .. }) && realset::looks_like_set(v)
}

pub(crate) fn is_equality(signs: &[char]) -> bool {
    signs.iter().all(|s| matches!(s, '=' | '≈'))
}

fn same_brackets(a: char, b: char, c: char, d: char) -> bool {
    let closed = |c| matches!(c, '[' | ']');
    // ]a, b[ is the open interval.
    let open_left = |c| c != '[';
    let open_right = |c| c != ']';
    if closed(a) || closed(b) || closed(c) || closed(d) {
        return open_left(a) == open_left(c) && open_right(b) == open_right(d);
    }
    true
}

/// Inequalities and membership, against each other or against sets.
fn relations(g: &Value, p: &Value, cx: &Context<'_>) -> Same {
    // Membership names a set; an inequality describes one.
    let chain = |v: &Value| matches!(v, Value::Chain { signs, .. } if signs.as_slice() != ['∈']);
    if !chain(g) && chain(p) && (!cx.options.relations_as_sets || cx.options.strict) {
        return Same::No("a relation where a set is expected");
    }
    if let (Value::Chain { sides: s1, signs: g1 }, Value::Chain { sides: s2, signs: g2 }) = (g, p)
        && let ([Value::Scalar(a), Value::Scalar(b)], [Value::Scalar(c), Value::Scalar(d)]) =
            (s1.as_slice(), s2.as_slice())
        && g1[0] != '∈'
        && g2[0] != '∈'
    {
        let s = inequalities((&a.value(), g1[0], &b.value()), (&c.value(), g2[0], &d.value()), cx);
        if s.yes() {
            return s;
        }
    }
    match (realset::read(g, cx), realset::read(p, cx)) {
        (Some((a, m)), Some((b, n))) => {
            if let (Some(m), Some(n)) = (m, n)
                && m != n
            {
                return Same::No("relations about different variables");
            }
            realset::compare(&a, &b, cx)
        }
        _ => {
            if let (Value::Chain { sides: a, signs: s }, Value::Chain { sides: b, signs: t }) = (g, p) {
                if s == t {
                    return ordered(a, b, cx);
                }
                return Same::No("different relations");
            }
            Same::No("a relation against another kind of answer")
        }
    }
}

fn as_sets(g: &Value, p: &Value, cx: &Context<'_>) -> Option<Same> {
    if !realset::looks_like_set(g) && !realset::looks_like_set(p) {
        return None;
    }
    let (a, m) = realset::read(g, cx)?;
    let (b, n) = realset::read(p, cx)?;
    if let (Some(m), Some(n)) = (m, n)
        && m != n
    {
        return Some(Same::No("relations about different variables"));
    }
    Some(realset::compare(&a, &b, cx))
}

fn matrices(a: &[Vec<Expr>], b: &[Vec<Expr>], cx: &Context<'_>) -> Same {
    if a.len() != b.len() || a.iter().zip(b).any(|(x, y)| x.len() != y.len()) {
        return Same::No("matrices of different sizes");
    }
    let mut unknown = None;
    for (x, y) in a.iter().flatten().zip(b.iter().flatten()) {
        match super::quantity::numbers(x, None, y, cx) {
            Same::Yes(_) => {}
            Same::No(_) => return Same::No("an entry differs"),
            Same::Unknown(r) => unknown = Some(r),
        }
    }
    match unknown {
        Some(r) => Same::Unknown(r),
        None => Same::Yes("every entry agrees"),
    }
}

/// A row or column matrix against a tuple.
fn vector(m: &[Vec<Expr>], items: &[Value], cx: &Context<'_>, tuple_is_gold: bool) -> Same {
    let flat: Vec<Value> = if m.len() == 1 {
        m[0].iter().cloned().map(Value::scalar).collect()
    } else if m.iter().all(|r| r.len() == 1) {
        m.iter().map(|r| Value::scalar(r[0].clone())).collect()
    } else {
        // A list of rows, as programs print matrices.
        m.iter()
            .map(|r| Value::Tuple {
                open: '[',
                close: ']',
                items: r.iter().cloned().map(Value::scalar).collect(),
            })
            .collect()
    };
    if tuple_is_gold { ordered(items, &flat, cx) } else { ordered(&flat, items, cx) }
}

/// The components of `2i + 3j` or `2i + 3j - k`, written with unit vectors.
fn components(e: &Expr, n: usize, cx: &Context<'_>) -> Option<Vec<Value>> {
    let e = e.map(&mut |e| match &e {
        Expr::Const(Const::I) => Expr::var("i"),
        // In bold letters.
        Expr::Var(n) => n.strip_prefix("vec_").map_or_else(|| e.clone(), Expr::var),
        _ => e,
    });
    let names = e.variables();
    let units = ["i", "j", "k"];
    // A lone `i` is the imaginary unit.
    let is_vector =
        names.iter().all(|v| units.contains(&v.as_ref())) && names.iter().any(|v| v.as_ref() != "i");
    if !is_vector || !(2..=3).contains(&n) {
        return None;
    }
    let at = |values: [i64; 3]| {
        units.iter().zip(values).fold(e.clone(), |e, (unit, x)| e.substitute(unit, &Expr::int(x)))
    };
    let mut parts = vec![at([1, 0, 0]), at([0, 1, 0]), at([0, 0, 1])];
    let sum = parts.iter().zip([2, 3, 5]).map(|(p, x)| Expr::mul(vec![Expr::int(x), p.clone()])).collect();
    let linear = same(&at([2, 3, 5]), &Expr::add(sum), cx).yes() && at([0, 0, 0]).is_num(0);
    let rest = parts.split_off(n);
    (linear && rest.iter().all(|p| p.is_num(0))).then(|| parts.into_iter().map(Value::scalar).collect())
}

fn cases(a: &[(Value, Value)], b: &[(Value, Value)], cx: &Context<'_>) -> Same {
    if a.len() != b.len() {
        return Same::No("different numbers of cases");
    }
    let otherwise = |v: &Value| matches!(v, Value::Text(t) if t.as_ref() == "otherwise");
    let mut used = vec![false; b.len()];
    let mut left = Vec::new();
    for (v, c) in a {
        let found = (0..b.len())
            .find(|&k| !used[k] && !otherwise(&b[k].1) && !otherwise(c) && values(c, &b[k].1, cx).yes());
        match found {
            Some(k) => {
                used[k] = true;
                let s = values(v, &b[k].0, cx);
                if !s.yes() {
                    return s;
                }
            }
            None => left.push((v, c)),
        }
    }
    // One case may be "otherwise" on either side.
    let rest: Vec<usize> = (0..b.len()).filter(|k| !used[*k]).collect();
    match (left.as_slice(), rest.as_slice()) {
        ([], []) => Same::Yes("the same cases"),
        ([(v, c)], [k]) if otherwise(c) || otherwise(&b[*k].1) => {
            values(v, &b[*k].0, cx).relabel("the same cases")
        }
        _ => Same::No("different cases"),
    }
}

/// Lists without brackets: named values keep their order, others do not.
fn lists(a: &[Value], b: &[Value], cx: &Context<'_>) -> Same {
    if let Some(s) = list_sets(a, b, cx) {
        return s;
    }
    let (x, y) = (labels(a), labels(b));
    match (x, y) {
        // x = 1, y = 2 against 1, 2: the order says which is which.
        (Some(n), None) | (None, Some(n)) if distinct_names(&n) => ordered(&by_name(a), &by_name(b), cx),
        _ => unordered(a, b, cx),
    }
}

fn list_sets(a: &[Value], b: &[Value], cx: &Context<'_>) -> Option<Same> {
    let wrap = |v: &[Value]| Value::List { items: v.to_vec(), decimal: None };
    let (a, b) = (wrap(a), wrap(b));
    if !realset::looks_like_set(&a) || !realset::looks_like_set(&b) {
        return None;
    }
    as_sets(&a, &b, cx)
}

fn labels(v: &[Value]) -> Option<Vec<String>> {
    v.iter()
        .map(|v| match v {
            Value::Chain { sides, signs } => match read_equalities(sides, signs) {
                Reading::Assignment(Label::Variable(n), _) => Some(n.to_string()),
                Reading::Assignment(..) => Some(String::new()),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

/// Values with single letters as names in the order of the alphabet, in which a point has them; others as they are.
fn by_name(v: &[Value]) -> Vec<Value> {
    let Some(names) = labels(v).filter(|n| distinct_names(n) && n.iter().all(|n| n.chars().count() == 1))
    else {
        return v.to_vec();
    };
    let mut named: Vec<(String, Value)> = names.into_iter().zip(v.iter().cloned()).collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    named.into_iter().map(|(_, v)| v).collect()
}

fn distinct_names(n: &[String]) -> bool {
    n.iter().enumerate().all(|(i, a)| !a.is_empty() && n[..i].iter().all(|b| a != b))
}

/// A list of tuples against one tuple whose elements are the same tuples: `(1,2),(3,4)`.
fn tuple_in_list(items: &[Value], p: &Value, cx: &Context<'_>) -> Option<Same> {
    if items.iter().all(|v| matches!(v, Value::Tuple { .. }))
        && let Value::Tuple { items: other, .. } = p
        && other.iter().all(|v| matches!(v, Value::Tuple { .. }))
    {
        return Some(unordered(items, other, cx));
    }
    None
}

fn list_number(
    items: &[Value],
    decimal: Option<&dashu_ratio::RBig>,
    q: &Quantity,
    scalar: &Value,
    cx: &Context<'_>,
    list_is_gold: bool,
) -> Same {
    if let Some(d) = decimal {
        let mut r = Quantity::new(Expr::Num(d.clone()));
        r.unit = match items.last() {
            Some(Value::Scalar(l)) => l.unit.clone(),
            _ => None,
        };
        let s = if list_is_gold { quantities(&r, q, cx) } else { quantities(q, &r, cx) };
        if s.yes() {
            return s.relabel("a number with a decimal comma");
        }
    }
    if matches!(q.expr, Expr::Const(Const::I)) {
        return Same::No("a list against a number");
    }
    // "5 or 5": one value said twice.
    if items.iter().all(|v| matches!(v, Value::Scalar(_) | Value::Chain { .. })) {
        let all = items
            .iter()
            .all(|v| if list_is_gold { values(v, scalar, cx).yes() } else { values(scalar, v, cx).yes() });
        if all {
            return Same::Yes("one value said more than once");
        }
    }
    Same::No("a list against a single value")
}

/// Compares two answers with their texts at hand.
pub(crate) fn answers(g: &crate::answer::Answer, p: &crate::answer::Answer, cx: &Context<'_>) -> Same {
    let s = values(&g.value, &p.value, cx);
    if s.yes() {
        return s;
    }
    // Words that were read as letters on one side only.
    if g.has_words || p.has_words {
        let (a, b) = (crate::parse::plain_words(&g.text), crate::parse::plain_words(&p.text));
        if !a.is_empty() && a == b && a.chars().any(char::is_alphabetic) {
            return Same::Yes("the same words");
        }
    }
    s
}
