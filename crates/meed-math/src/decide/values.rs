//! Which rule compares which kinds of values.

use super::collections::{ordered, unordered};
use super::congruence::classes;
use super::quantity::quantities;
use super::realset;
use super::relation::{Label, Reading, equations, inequalities, read_equalities};
use super::scalar::same;
use super::{Context, Reason, Same};
use crate::expr::{Const, Expr, Func};
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
            if cx.options.strict { Same::No("a list against a tuple") } else { ordered(items, other, cx) }
        }
        (Tuple { items, .. }, List { items: other, .. }) => {
            if cx.options.strict {
                Same::No("a tuple against a list")
            } else {
                ordered(items, other, cx)
            }
        }
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

/// A list of inequalities, which together describe one set.
fn range_list(v: &Value) -> bool {
    matches!(v, Value::List { .. }) && realset::looks_like_set(v)
}

fn is_equality(signs: &[char]) -> bool {
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

fn texts(a: &str, b: &str) -> Same {
    use crate::parse::plain_words;
    let (x, y) = (plain_words(a), plain_words(b));
    if x == y {
        return Same::Yes("the same words");
    }
    if let (Some(x), Some(y)) = (crate::words::truth(&x), crate::words::truth(&y)) {
        return if x == y { Same::Yes("the same truth value") } else { Same::No("opposite truth values") };
    }
    let strip =
        |s: &str| s.split(' ').filter(|w| !matches!(*w, "the" | "a" | "an")).collect::<Vec<_>>().join(" ");
    if strip(&x) == strip(&y) { Same::Yes("the same words") } else { Same::No("different words") }
}

fn choice(letter: char, rest: Option<&Value>, g: &Value, o: &Value, cx: &Context<'_>) -> Same {
    let named = match o {
        Value::Scalar(q) => match &q.expr {
            Expr::Var(n) => Some(n.to_string()),
            _ => None,
        },
        Value::Text(t) => Some(t.to_string()),
        _ => None,
    };
    if let Some(n) = named
        && n.chars().count() == 1
    {
        return if n.starts_with(letter) {
            Same::Yes("the same choice")
        } else {
            Same::No("different choices")
        };
    }
    match rest {
        // A choice with its content against the content alone.
        Some(r) if std::ptr::eq(g, o) => values(o, r, cx).relabel("the content of the choice"),
        Some(r) => values(r, o, cx).relabel("the content of the choice"),
        None => Same::No("a choice against another kind of answer"),
    }
}

fn clock(t: u32, parts: &[Expr]) -> Same {
    let n = |i: usize| parts.get(i).and_then(Expr::as_rational).and_then(crate::num::rational::to_i64);
    let (Some(h), Some(m)) = (n(0), n(1)) else { return Same::No("a time against another kind of answer") };
    let s = n(2).unwrap_or(0);
    let t = i64::from(t);
    let u = h * 3600 + m * 60 + s;
    // Without AM or PM the half of the day is open.
    if t == u || (h < 13 && t % 43_200 == u % 43_200) {
        Same::Yes("the same time of day")
    } else {
        Same::No("different times")
    }
}

fn ratios(a: &[Expr], b: &[Expr], cx: &Context<'_>) -> Same {
    if a.len() != b.len() {
        return Same::No("ratios of different length");
    }
    // Cross products with the first parts.
    for i in 1..a.len() {
        let left = Expr::mul(vec![a[0].clone(), b[i].clone()]);
        let right = Expr::mul(vec![a[i].clone(), b[0].clone()]);
        let s = same(&left, &right, cx);
        if !s.yes() {
            return s;
        }
    }
    Same::Yes("the same ratio")
}

fn ratio_number(a: &[Expr], q: &Quantity, cx: &Context<'_>) -> Same {
    match a {
        [x, y] => same(&x.clone().div(y.clone()), &q.value(), cx).relabel("a ratio as a quotient"),
        _ => Same::No("a ratio against a number"),
    }
}

/// `±x` and `a ∓ b` as the two values they stand for.
pub(crate) fn split_signs(v: &Value) -> Option<Value> {
    let has = |e: &Expr| e.any(|e| matches!(e, Expr::Call(Func::PlusMinus | Func::MinusPlus, _)));
    let pick = |e: &Expr, plus: bool| {
        e.map(&mut |e| match e {
            Expr::Call(Func::PlusMinus, mut v) if v.len() == 1 => {
                let x = v.swap_remove(0);
                if plus { x } else { x.neg() }
            }
            Expr::Call(Func::MinusPlus, mut v) if v.len() == 1 => {
                let x = v.swap_remove(0);
                if plus { x.neg() } else { x }
            }
            e => e,
        })
    };
    let both = |q: &Quantity| {
        [true, false].map(|s| {
            let mut q = q.clone();
            q.expr = pick(&q.expr, s);
            Value::Scalar(q)
        })
    };
    match v {
        Value::Scalar(q) if has(&q.expr) => Some(Value::List { items: both(q).to_vec(), decimal: None }),
        Value::Set(items) | Value::List { items, .. } => {
            let mut out = Vec::new();
            let mut any = false;
            for v in items {
                match split_signs(v) {
                    Some(Value::List { items, .. }) => {
                        out.extend(items);
                        any = true;
                    }
                    _ => out.push(v.clone()),
                }
            }
            if !any {
                return None;
            }
            Some(if matches!(v, Value::Set(_)) {
                Value::Set(out)
            } else {
                Value::List { items: out, decimal: None }
            })
        }
        Value::Tuple { open, close, items } => {
            let signed = |v: &Value| matches!(v, Value::Scalar(q) if has(&q.expr));
            if !items.iter().any(signed) {
                return None;
            }
            let tuple = |s: bool| Value::Tuple {
                open: *open,
                close: *close,
                items: items
                    .iter()
                    .map(|v| match v {
                        Value::Scalar(q) => {
                            let mut q = q.clone();
                            q.expr = pick(&q.expr, s);
                            Value::Scalar(q)
                        }
                        v => v.clone(),
                    })
                    .collect(),
            };
            Some(Value::List { items: vec![tuple(true), tuple(false)], decimal: None })
        }
        Value::Chain { sides, signs } if is_equality(signs) => {
            let (first, last) = (sides.first()?, sides.last()?);
            let Value::List { items, .. } = split_signs(last)? else { return None };
            let items = items
                .into_iter()
                .map(|v| Value::Chain { sides: vec![first.clone(), v], signs: vec!['='] })
                .collect();
            Some(Value::List { items, decimal: None })
        }
        _ => None,
    }
}

/// The gold answer is an equality; the prediction may be one too, or only its value.
fn equality_gold(sides: &[Value], signs: &[char], p: &Value, cx: &Context<'_>) -> Same {
    let gold = read_equalities(sides, signs);
    if let Value::Chain { sides: s2, signs: g2 } = p {
        if !is_equality(g2) {
            return as_sets_pair(sides, signs, p, cx);
        }
        return two_equalities(gold, read_equalities(s2, g2), cx);
    }
    match gold {
        Reading::Assignment(_, v) => values(v, p, cx),
        _ => match (set_of_chain(sides, signs, cx), realset::read(p, cx)) {
            (Some(a), Some((b, _))) if realset::looks_like_set(p) || matches!(p, Value::Set(_)) => {
                realset::compare(&a, &b, cx)
            }
            _ => Same::No("an equation against its right side only"),
        },
    }
}

fn set_of_chain(sides: &[Value], signs: &[char], cx: &Context<'_>) -> Option<realset::RealSet> {
    super::relation::solve(sides, signs, cx).map(|(s, _)| s)
}

fn as_sets_pair(sides: &[Value], signs: &[char], p: &Value, cx: &Context<'_>) -> Same {
    match (set_of_chain(sides, signs, cx), realset::read(p, cx)) {
        (Some(a), Some((b, _))) => realset::compare(&a, &b, cx),
        _ => Same::No("an equation against another relation"),
    }
}

fn equality_prediction(g: &Value, sides: &[Value], signs: &[char], cx: &Context<'_>) -> Same {
    match read_equalities(sides, signs) {
        Reading::Assignment(_, v) => values(g, v, cx),
        Reading::Equation(a, b) => match g {
            // x^2 = 4 against nothing but a number is an equation, not an answer.
            Value::Scalar(_) => {
                let _ = (a, b);
                Same::No("an equation against a value")
            }
            _ => Same::No("an equation against another kind of answer"),
        },
        Reading::Other => Same::No("an equation against another kind of answer"),
    }
}

fn two_equalities(g: Reading<'_>, p: Reading<'_>, cx: &Context<'_>) -> Same {
    match (g, p) {
        (Reading::Assignment(a, x), Reading::Assignment(b, y)) => match (&a, &b) {
            (Label::Variable(m), Label::Variable(n)) if m != n => {
                // y = 2x + 1 may still be solved for the other variable.
                match (x, y) {
                    (Value::Scalar(x), Value::Scalar(y))
                        if x.expr.has_variables() || y.expr.has_variables() =>
                    {
                        let (m, n) = (Expr::Var((*m).clone()), Expr::Var((*n).clone()));
                        equations((&m, &x.value()), (&n, &y.value()), cx)
                    }
                    _ => Same::No("values of different variables"),
                }
            }
            (Label::Function(m, s), Label::Function(n, t)) => {
                if m != n || s.len() != t.len() {
                    return Same::No("different functions");
                }
                match renamed(s, t, y) {
                    Some(y) => values(x, &y, cx),
                    None => values(x, y, cx),
                }
            }
            // f(x) = x^2 against y = x^2
            _ => values(x, y, cx).or(|| families(x, y, cx)),
        },
        (Reading::Equation(a, b), Reading::Equation(c, d)) => equations((&a, &b), (&c, &d), cx),
        (Reading::Equation(a, b), Reading::Assignment(l, v)) => match (label_expr(&l), v) {
            (Some(l), Value::Scalar(v)) => equations((&a, &b), (&l, &v.value()), cx),
            _ => Same::No("different equations"),
        },
        (Reading::Assignment(l, v), Reading::Equation(a, b)) => match (label_expr(&l), v) {
            (Some(l), Value::Scalar(v)) => equations((&l, &v.value()), (&a, &b), cx),
            _ => Same::No("different equations"),
        },
        _ => Same::Unknown(Reason::Unsupported),
    }
}

/// `π/4 + kπ` against `5π/4 + nπ`: the same numbers for integer parameters.
fn families(x: &Value, y: &Value, cx: &Context<'_>) -> Same {
    let differ = Same::No("different values");
    let (Value::Scalar(x), Value::Scalar(y)) = (x, y) else { return differ };
    let parameter = |e: &Expr| match e.variables().as_slice() {
        [n] if matches!(n.as_ref(), "k" | "n" | "m" | "l" | "t") => Some(n.clone()),
        _ => None,
    };
    let (x, y) = (x.value(), y.value());
    // Only where the parameter counts turns; `2n + 1` and `2n - 1` are different sequences.
    let turns = |e: &Expr| e.any(|e| *e == Expr::Const(Const::Pi));
    if !turns(&x) || !turns(&y) {
        return differ;
    }
    let (Some(k), Some(n)) = (parameter(&x), parameter(&y)) else { return differ };
    // Offset and step of each, when linear in the parameter.
    let line = |e: &Expr, n: &str| {
        let at = |i: i64| e.substitute(n, &Expr::int(i));
        let (a, b, c) = (at(0), at(1), at(2));
        let step = b.clone().sub(a.clone());
        same(&step, &c.sub(b), cx).yes().then_some((a, step))
    };
    let (Some((a, s)), Some((b, t))) = (line(&x, &k), line(&y, &n)) else { return differ };
    if !same(&s, &t, cx).yes() && !same(&s, &t.clone().neg(), cx).yes() {
        return differ;
    }
    let shift = a.sub(b).div(s);
    let f = crate::num::Reals::new(96, cx.budget);
    let Ok(v) = crate::eval::eval(&shift, &[], &f) else { return differ };
    // The nearest integer, checked exactly.
    let Some(mid) = v.re.midpoint() else { return differ };
    let nearest = Expr::Num(mid.round().into());
    if same(&shift, &nearest, cx).yes() { Same::Yes("the same family of values") } else { differ }
}

fn label_expr(l: &Label<'_>) -> Option<Expr> {
    match l {
        Label::Variable(n) => Some(Expr::Var((*n).clone())),
        Label::Function(n, args) => Some(Expr::Apply((*n).clone(), args.to_vec())),
        Label::Words => None,
    }
}

/// The prediction's body with its argument names changed to the gold ones.
fn renamed(gold: &[Expr], pred: &[Expr], body: &Value) -> Option<Value> {
    let Value::Scalar(q) = body else { return None };
    let mut e = q.expr.clone();
    let mut todo = Vec::new();
    for (k, (a, b)) in gold.iter().zip(pred).enumerate() {
        match (a, b) {
            (Expr::Var(x), Expr::Var(y)) if x != y => {
                // Through fresh names, so that swaps work.
                let fresh = format!("argument {k}");
                e = e.substitute(y, &Expr::var(&fresh));
                todo.push((fresh, x.clone()));
            }
            (a, b) if a == b => {}
            _ => return None,
        }
    }
    for (fresh, x) in todo {
        e = e.substitute(&fresh, &Expr::Var(x));
    }
    let mut q = q.clone();
    q.expr = e;
    Some(Value::Scalar(q))
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
        (Some(n), None) | (None, Some(n)) if distinct_names(&n) => ordered(a, b, cx),
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
