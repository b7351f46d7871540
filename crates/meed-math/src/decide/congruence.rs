//! Residues modulo a number.

use super::scalar::same;
use super::{Context, Same};
use crate::expr::{Expr, Func};

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
