//! Equalities: assignments, definitions and equations, against each other and against bare values.

use super::relation::{Label, Reading, equations, read_equalities};
use super::scalar::same;
use super::values::{is_equality, values};
use super::{Context, Reason, Same, realset};
use crate::expr::{Const, Expr};
use crate::value::Value;

/// The gold answer is an equality; the prediction may be one too, or only its value.
pub(crate) fn equality_gold(sides: &[Value], signs: &[char], p: &Value, cx: &Context<'_>) -> Same {
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

pub(crate) fn equality_prediction(g: &Value, sides: &[Value], signs: &[char], cx: &Context<'_>) -> Same {
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
