//! Numbers as they are written: rounding, per cent, degrees, units.

use dashu_ratio::RBig;

use super::scalar::{ends, same};
use super::{Context, Reason, Same};
use crate::expr::{Const, Expr};
use crate::num::rational::{pow10, round_to};
use crate::options::Units;
use crate::units::Unit;
use crate::value::Quantity;

/// Compares two scalars; `g` is the reference.
pub(crate) fn quantities(g: &Quantity, p: &Quantity, cx: &Context<'_>) -> Same {
    // "6 s^2" may be a product when the other side is one.
    match (&g.letters, &p.letters) {
        (Some(l), None) if p.expr.has_variables() => return same(l, &p.expr, cx),
        (None, Some(l)) if g.expr.has_variables() => return same(&g.expr, l, cx),
        _ => {}
    }
    let scale = match unit_factor(g, p, cx.options.units) {
        Ok(k) => k,
        Err(rule) => return Same::No(rule),
    };
    if let Some(k) = scale {
        let converted = Expr::mul(vec![p.expr.clone(), Expr::Num(k)]);
        return numbers(&g.expr, g.written.as_ref(), &converted, cx)
            .relabel("the same quantity in other units");
    }
    let bare = |q: &Quantity| q.expr.clone();
    match (g.percent, p.percent) {
        (true, true) => return numbers(&g.expr, g.written.as_ref(), &p.expr, cx),
        (true, false) => {
            let ulp = g.written.as_ref().map(|u| u * pow10(-2));
            return numbers(&bare(g), g.written.as_ref(), &bare(p), cx)
                .or(|| numbers(&g.value(), ulp.as_ref(), &bare(p), cx))
                .relabel("a percentage without its sign, or as a fraction");
        }
        (false, true) => {
            // 0.5 is not 0.5 %, but an answer to "how many per cent" may leave the sign out.
            let whole = g.expr.as_rational().is_some_and(|q| *q >= RBig::ONE);
            let as_fraction = numbers(&g.expr, g.written.as_ref(), &p.value(), cx);
            return if whole {
                as_fraction
                    .or(|| numbers(&bare(g), g.written.as_ref(), &bare(p), cx))
                    .relabel("a percentage against a number")
            } else {
                as_fraction
            };
        }
        (false, false) => {}
    }
    match (g.degrees, p.degrees) {
        (true, true) => numbers(&g.expr, g.written.as_ref(), &p.expr, cx),
        (true, false) => {
            let radians = p.expr.any(|e| *e == Expr::Const(Const::Pi)) || angle_unit(p);
            let as_radians = || same(&g.value(), &p.expr, cx).relabel("degrees against radians");
            if radians {
                return as_radians();
            }
            numbers(&bare(g), g.written.as_ref(), &bare(p), cx)
                .relabel("degrees without their sign")
                .or(as_radians)
        }
        (false, true) => {
            let radians = g.expr.any(|e| *e == Expr::Const(Const::Pi)) || angle_unit(g);
            if radians {
                return same(&g.expr, &p.value(), cx).relabel("radians against degrees");
            }
            numbers(&bare(g), g.written.as_ref(), &bare(p), cx)
                .or(|| same(&g.expr, &p.value(), cx))
                .relabel("degrees without their sign")
        }
        (false, false) => numbers(&g.expr, g.written.as_ref(), &p.expr, cx),
    }
}

fn angle_unit(q: &Quantity) -> bool {
    matches!(&q.unit, Some(Unit::Known { dimension, .. }) if dimension[6] == 1)
}

/// The factor from the prediction's unit to the gold one, if a conversion is due.
fn unit_factor(g: &Quantity, p: &Quantity, mode: Units) -> Result<Option<RBig>, &'static str> {
    if mode == Units::Ignore {
        return Ok(None);
    }
    let temperature = |u: &str| u.starts_with("degrees ");
    let currency = |u: &str| matches!(u, "euro" | "pound sterling" | "¥" | "₹" | "₽" | "₩");
    match (&g.unit, &p.unit) {
        (Some(Unit::Known { dimension: a, factor: x }), Some(Unit::Known { dimension: b, factor: y })) => {
            if a != b {
                return Err("different units");
            }
            Ok(if x == y { None } else { Some(y / x) })
        }
        (Some(Unit::Label(a)), Some(Unit::Label(b)))
            if (temperature(a) || currency(a) || temperature(b) || currency(b)) && a != b =>
        {
            Err("different units")
        }
        (Some(Unit::Label(a)), Some(Unit::Known { dimension, .. }))
        | (Some(Unit::Known { dimension, .. }), Some(Unit::Label(a)))
            if (currency(a) && dimension[7] != 0) || (temperature(a) && dimension[4] != 0) =>
        {
            Err("different units")
        }
        (Some(_), None) if mode == Units::Required => Err("the unit is missing"),
        _ => Ok(None),
    }
}

/// Compares two numbers, with the rounding a decimal gold allows and the one the caller asked for.
pub(crate) fn numbers(g: &Expr, ulp: Option<&RBig>, p: &Expr, cx: &Context<'_>) -> Same {
    let exact = same(g, p, cx);
    if exact.yes() {
        return exact;
    }
    if let (Some(u), Expr::Num(q)) = (ulp, g) {
        match rounds_to(p, q, u, cx) {
            Same::Yes(_) => return Same::Yes("rounds to the decimal as it is written"),
            s @ Same::Unknown(_) => return s,
            Same::No(_) => {}
        }
    }
    if let Some(n) = cx.options.decimals {
        let step = pow10(-i64::from(n.min(1000)));
        if !g.has_variables() && !p.has_variables() {
            for prec in [64 + 4 * n as usize, 512 + 4 * n as usize] {
                let (Ok((a, b)), Ok((c, d))) = (ends(g, prec, cx), ends(p, prec, cx)) else { break };
                let r = [a, b, c, d].map(|q| round_to(&q, &step));
                if r.iter().all(|q| *q == r[0]) {
                    return Same::Yes("equal when rounded as asked");
                }
                if r[0] == r[1] && r[2] == r[3] {
                    break;
                }
            }
        }
    }
    exact
}

/// Whether `p` rounds to `q` at step `u`.
fn rounds_to(p: &Expr, q: &RBig, u: &RBig, cx: &Context<'_>) -> Same {
    if p.has_variables() {
        return Same::No("not a number");
    }
    for prec in [96, 512] {
        let prec = prec + crate::num::rational::bits(q) + crate::num::rational::bits(u);
        match ends(p, prec, cx) {
            Ok((a, b)) => {
                let (x, y) = (round_to(&a, u), round_to(&b, u));
                if x == y {
                    return if x == *q { Same::Yes("rounds") } else { Same::No("does not round") };
                }
            }
            Err(crate::num::elementary::Fail::Spent) => return Same::Unknown(Reason::Budget),
            Err(_) => return Same::No("not a real number"),
        }
    }
    Same::No("does not round")
}
