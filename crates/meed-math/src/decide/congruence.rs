//! Residues modulo a number.

use super::scalar::same;
use super::{Context, Same};
use crate::expr::{Expr, Func};
use crate::value::Value;

/// A residue class: what is congruent (if said), the residue, the modulus.
pub(crate) type Class<'a> = (&'a Option<Expr>, &'a Expr, &'a Expr);

/// Compares two residue classes.
pub(crate) fn classes(g: Class<'_>, p: Class<'_>, cx: &Context<'_>) -> Same {
    let m = same(g.2, p.2, cx);
    if !m.yes() {
        return match m {
            Same::No(_) => Same::No("different moduli"),
            m => m,
        };
    }
    if let (Some(Expr::Var(a)), Some(Expr::Var(b))) = (g.0, p.0)
        && a != b
    {
        return Same::No("different variables");
    }
    let reduce = |r: &Expr| Expr::call(Func::Mod, vec![r.clone(), g.2.clone()]);
    same(&reduce(g.1), &reduce(p.1), cx).relabel("the same residue class")
}

/// `5k + 2` as the residue class of 2 modulo 5.
pub(crate) fn residue_family(r: &Expr, m: &Expr, family: Option<&Value>, cx: &Context<'_>) -> Same {
    let differ = Same::No("not the same residue class");
    let Some(Value::Scalar(q)) = family else { return differ };
    let e = q.value();
    let names = e.variables();
    let [k] = names.as_slice() else {
        return if names.is_empty() { same(r, &e, cx).relabel("the residue itself") } else { differ };
    };
    let at = |n: i64| e.substitute(k, &Expr::int(n));
    let (a, b, c) = (at(0), at(1), at(2));
    let step = b.clone().sub(a.clone());
    let linear = same(&step, &c.sub(b), cx).yes();
    if !linear || !(same(&step, m, cx).yes() || same(&step, &m.clone().neg(), cx).yes()) {
        return differ;
    }
    let reduce = |r: &Expr| Expr::call(Func::Mod, vec![r.clone(), m.clone()]);
    same(&reduce(r), &reduce(&a), cx).relabel("the same residue class")
}
