//! `±`: one expression that stands for two answers.

use super::values::is_equality;
use crate::expr::{Expr, Func};
use crate::value::{Quantity, Value};

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
