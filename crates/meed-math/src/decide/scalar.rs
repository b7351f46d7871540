//! Equality of two expressions: exact first, certified next, never approximate.

use std::cmp::Ordering;

use super::sampling::sample;
use super::separation::separation_bits;
use super::{Context, Reason, Same};
use crate::eval::{eval, ln_abs, ln_ln};
use crate::expr::{Const, Expr};
use crate::num::elementary::{Enclosed, Fail};
use crate::num::factored::Factored;
use crate::num::modular::Modular;
use crate::num::{Complex, Reals, rational};

/// Precision beyond which constants are not evaluated.
const MAX_PRECISION: usize = 12_000;

/// Whether `a` and `b` are the same number or the same function of their variables.
pub(crate) fn same(a: &Expr, b: &Expr, cx: &Context<'_>) -> Same {
    if let (Expr::Num(x), Expr::Num(y)) = (a, b) {
        return if x == y {
            Same::Yes("the same rational number")
        } else {
            Same::No("different rational numbers")
        };
    }
    if a == b {
        return Same::Yes("identical expressions");
    }
    match same_inner(a, b, cx) {
        Ok(s) => s,
        Err(f) => Same::Unknown(f.into()),
    }
}

fn same_inner(a: &Expr, b: &Expr, cx: &Context<'_>) -> Enclosed<Same> {
    if let Some(s) = infinities(a, b) {
        return Ok(s);
    }
    // Infinity is only comparable when it stands alone.
    if [a, b].iter().any(|e| e.any(|e| *e == Expr::Const(Const::Infinity))) {
        return Ok(Same::Unknown(Reason::Undefined));
    }
    let (a, b) = strip_common(a, b);
    if let (Expr::Num(x), Expr::Num(y)) = (&a, &b) {
        return Ok(if x == y {
            Same::Yes("the same terms")
        } else {
            Same::No("different rational numbers beside the same terms")
        });
    }
    let field = Modular { seed: cx.seed, budget: cx.budget };
    let (x, pure_a) = field.eval(&a)?;
    let (y, pure_b) = field.eval(&b)?;
    if !x.undefined() && !y.undefined() {
        if x.equals(&y) {
            return Ok(Same::Yes("identity over two large prime fields"));
        }
        if pure_a && pure_b {
            return Ok(Same::No("different values over a large prime field"));
        }
    } else if pure_a && pure_b {
        return Ok(Same::Unknown(Reason::Undefined));
    }
    if a.has_variables() || b.has_variables() {
        return sample(&a, &b, cx);
    }
    constants(&a, &b, cx)
}

fn infinities(a: &Expr, b: &Expr) -> Option<Same> {
    let sign = |e: &Expr| match e {
        Expr::Const(Const::Infinity) => Some(1),
        Expr::Mul(v) if v.len() == 2 && v[1] == Expr::Const(Const::Infinity) => {
            v[0].as_rational().map(|q| if rational::is_negative(q) { -1 } else { 1 })
        }
        _ => None,
    };
    match (sign(a), sign(b)) {
        (None, None) => None,
        (x, y) if x == y => Some(Same::Yes("both infinite")),
        _ => Some(Same::No("one side is infinite")),
    }
}

/// Removes summands that stand on both sides, so that small remainders are not lost beside large terms.
fn strip_common(a: &Expr, b: &Expr) -> (Expr, Expr) {
    let (Expr::Add(x), y) = (a, b) else {
        if let Expr::Add(_) = b {
            let (y, x) = strip_common(b, a);
            return (x, y);
        }
        return (a.clone(), b.clone());
    };
    let mut right: Vec<Expr> = match y {
        Expr::Add(y) => y.clone(),
        y => vec![y.clone()],
    };
    if x.len() * right.len() > 4096 {
        return (a.clone(), b.clone());
    }
    let mut left = Vec::new();
    let mut removed = false;
    for t in x {
        match right.iter().position(|u| u == t) {
            Some(i) => {
                right.swap_remove(i);
                removed = true;
            }
            None => left.push(t.clone()),
        }
    }
    if removed { (Expr::add(left), Expr::add(right)) } else { (a.clone(), b.clone()) }
}

fn constants(a: &Expr, b: &Expr, cx: &Context<'_>) -> Enclosed<Same> {
    if let (Some(x), Some(y)) = (Factored::read(a, cx.budget)?, Factored::read(b, cx.budget)?) {
        match x.divide(y).equals_one(cx.budget)? {
            Some(true) => return Ok(Same::Yes("the same product of powers")),
            Some(false) => return Ok(Same::No("different products of powers")),
            None => {}
        }
    }
    let bits = a.constant_bits().saturating_add(b.constant_bits());
    let proof = separation_bits(a, b);
    let target = proof.unwrap_or_else(|| 192usize.saturating_add(bits.saturating_mul(4)));
    let mut prec = 64;
    loop {
        let f = Reals::new(prec, cx.budget);
        match (eval(a, &[], &f), eval(b, &[], &f)) {
            (Ok(x), Ok(y)) => {
                if x.differs(&y, prec)? {
                    return Ok(Same::No("disjoint certified intervals"));
                }
                if prec > 64 && within(&x, &y, target, &f)? {
                    return Ok(Same::Yes(if proof.is_some() {
                        "algebraic numbers closer than their separation bound"
                    } else {
                        "agreement at high certified precision"
                    }));
                }
            }
            (Err(Fail::Spent), _) | (_, Err(Fail::Spent)) => return Err(Fail::Spent),
            (Err(Fail::Huge), _) | (_, Err(Fail::Huge)) => return by_logarithm(a, b, cx),
            (Err(Fail::Unsure), _) | (_, Err(Fail::Unsure)) if prec < 1024 => {}
            (Ok(_), Err(Fail::Undefined)) | (Err(Fail::Undefined), Ok(_)) => {
                return Ok(Same::No("only one side has a value"));
            }
            (Err(e), _) | (_, Err(e)) => return Err(e),
        }
        if target > MAX_PRECISION {
            // The difference may still show up; equality cannot be concluded.
            if prec >= 2048 {
                return Ok(Same::Unknown(Reason::TooLarge));
            }
            prec *= 4;
        } else if prec < target + 64 {
            prec = (prec * 4).min(target + 64);
        } else {
            // Cancellation ate the precision: a little more, but not for ever.
            if prec > 2 * target + 4096 {
                return Ok(Same::Unknown(Reason::TooLarge));
            }
            prec *= 2;
        }
    }
}

/// Whether the difference is certainly below `2^-target`.
fn within(x: &Complex, y: &Complex, target: usize, f: &Reals<'_>) -> Enclosed<bool> {
    let small = |a, b| -> Enclosed<bool> {
        Ok(f.sub(a, b)?.magnitude().is_none_or(|m| m < -(target.min(MAX_PRECISION * 2) as i64)))
    };
    Ok(small(&x.re, &y.re)? && small(&x.im, &y.im)?)
}

/// Numbers too large for intervals: their logarithms, then the logarithms of those.
fn by_logarithm(a: &Expr, b: &Expr, cx: &Context<'_>) -> Enclosed<Same> {
    let f = Reals::new(256, cx.budget);
    match (ln_abs(a, &f), ln_abs(b, &f)) {
        (Ok((x, nx)), Ok((y, ny))) => {
            if nx != ny || x.disjoint(&y, f.prec).ok_or(Fail::Huge)? {
                return Ok(Same::No("disjoint certified logarithms"));
            }
            return Ok(Same::Unknown(Reason::TooLarge));
        }
        (Err(Fail::Spent), _) | (_, Err(Fail::Spent)) => return Err(Fail::Spent),
        (Ok(_), Err(Fail::Huge)) | (Err(Fail::Huge), Ok(_)) => {
            return Ok(Same::No("numbers of different orders of magnitude"));
        }
        _ => {}
    }
    if let (Ok(x), Ok(y)) = (ln_ln(a, &f), ln_ln(b, &f))
        && x.disjoint(&y, f.prec).ok_or(Fail::Huge)?
    {
        return Ok(Same::No("disjoint certified iterated logarithms"));
    }
    // b^x against b^y with the same base above one: compare the exponents.
    if let (Expr::Pow(b1, x), Expr::Pow(b2, y)) = (a, b)
        && b1 == b2
        && b1.as_rational().is_some_and(|q| *q > dashu_ratio::RBig::ONE)
    {
        return Ok(same(x, y, cx));
    }
    Ok(Same::Unknown(Reason::TooLarge))
}

/// The order of two real constants.
pub(crate) fn order(a: &Expr, b: &Expr, cx: &Context<'_>) -> Option<Ordering> {
    if let (Expr::Num(x), Expr::Num(y)) = (a, b) {
        return Some(x.cmp(y));
    }
    if a.has_variables() || b.has_variables() {
        return None;
    }
    let f = Reals::new(96, cx.budget);
    let (x, y) = (eval(a, &[], &f).ok()?, eval(b, &[], &f).ok()?);
    if !x.is_real() || !y.is_real() {
        return None;
    }
    match f.sub(&x.re, &y.re).ok()?.sign() {
        Some(0) => Some(Ordering::Equal),
        Some(s) => Some(if s < 0 { Ordering::Less } else { Ordering::Greater }),
        None if same(a, b, cx).yes() => Some(Ordering::Equal),
        None => {
            let f = Reals::new(1024, cx.budget);
            let (x, y) = (eval(a, &[], &f).ok()?, eval(b, &[], &f).ok()?);
            Some(if f.sub(&x.re, &y.re).ok()?.sign()? < 0 { Ordering::Less } else { Ordering::Greater })
        }
    }
}

/// Rational ends of a real constant, a few units apart in the last of `prec` bits.
pub(crate) fn ends(
    e: &Expr,
    prec: usize,
    cx: &Context<'_>,
) -> Enclosed<(dashu_ratio::RBig, dashu_ratio::RBig)> {
    if let Expr::Num(q) = e {
        return Ok((q.clone(), q.clone()));
    }
    let f = Reals::new(prec, cx.budget);
    let v = eval(e, &[], &f)?;
    if !v.is_real() {
        return Err(Fail::Undefined);
    }
    v.re.ends().ok_or(Fail::Huge)
}
