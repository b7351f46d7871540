//! Words, choices, times and ratios.

use super::scalar::same;
use super::values::values;
use super::{Context, Same};
use crate::expr::Expr;
use crate::value::{Quantity, Value};

pub(crate) fn texts(a: &str, b: &str) -> Same {
    use crate::parse::plain_words;
    let (x, y) = (plain_words(a), plain_words(b));
    if x == y {
        return Same::Yes("the same words");
    }
    if let (Some(x), Some(y)) = (crate::words::truth(&x), crate::words::truth(&y)) {
        return if x == y { Same::Yes("the same truth value") } else { Same::No("opposite truth values") };
    }
    if crate::words::is_missing(&x) && crate::words::is_missing(&y) {
        return Same::Yes("a value that does not exist");
    }
    let strip =
        |s: &str| s.split(' ').filter(|w| !matches!(*w, "the" | "a" | "an")).collect::<Vec<_>>().join(" ");
    if strip(&x) == strip(&y) { Same::Yes("the same words") } else { Same::No("different words") }
}

pub(crate) fn choice(letter: char, rest: Option<&Value>, g: &Value, o: &Value, cx: &Context<'_>) -> Same {
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

pub(crate) fn clock(t: u32, parts: &[Expr]) -> Same {
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

pub(crate) fn ratios(a: &[Expr], b: &[Expr], cx: &Context<'_>) -> Same {
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

pub(crate) fn ratio_number(a: &[Expr], q: &Quantity, cx: &Context<'_>) -> Same {
    match a {
        [x, y] => same(&x.clone().div(y.clone()), &q.value(), cx).relabel("a ratio as a quotient"),
        _ => Same::No("a ratio against a number"),
    }
}
