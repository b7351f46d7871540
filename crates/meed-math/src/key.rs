//! A canonical key: equal answers get the same one, for voting and clustering.

use dashu_base::BitTest;
use dashu_int::IBig;
use dashu_ratio::RBig;

use crate::answer::Answer;
use crate::budget::Budget;
use crate::decide::realset::{self, RealSet};
use crate::decide::relation::{Reading, read_equalities};
use crate::decide::{Context, split_signs};
use crate::eval::eval;
use crate::expr::{Expr, Name};
use crate::num::modular::{Modular, hash_bytes, mix};
use crate::num::{Ball, Complex, Reals, rational};
use crate::options::Options;
use crate::value::Value;

/// Steps a key may take.
const BUDGET: u64 = 500_000;
const SEED: u64 = 0x6b65_7931;
/// Rationals with at most this many bits are recognised behind an irrational notation.
const RECOGNISED_BITS: usize = 72;

/// The key of an answer.
///
/// Answers that are equal by value get the same key: numbers however they are written, expressions up to
/// algebra, lists and sets in any order, intervals and inequalities, equations up to a factor, `x = 5` and
/// `5`. Rules that are not transitive cannot be part of a key: rounding, a missing unit or per cent sign,
/// a bare list read as a tuple. Units are left out.
pub fn answer_key(answer: &Answer) -> String {
    let budget = Budget::new(BUDGET);
    let options = Options::default();
    let cx = Context { budget: &budget, options: &options, seed: SEED };
    value_key(&answer.value, &cx, 0).unwrap_or_else(|| text_key(&answer.text))
}

fn text_key(text: &str) -> String {
    let words = crate::parse::plain_words(text);
    let words: Vec<&str> = words.split(' ').filter(|w| !matches!(*w, "the" | "a" | "an")).collect();
    let words = words.join(" ");
    match crate::words::truth(&words) {
        Some(t) => format!("w:{t}"),
        None if crate::words::is_missing(&words) => "w:dne".into(),
        None if words.is_empty() => format!("w:{}", text.split_whitespace().collect::<String>()),
        None => format!("w:{words}"),
    }
}

fn value_key(v: &Value, cx: &Context<'_>, depth: usize) -> Option<String> {
    if depth > 32 {
        return None;
    }
    if let Some(both) = split_signs(v) {
        return value_key(&both, cx, depth + 1);
    }
    let key = |v: &Value| value_key(v, cx, depth + 1);
    Some(match v {
        Value::Scalar(q) => scalar_key(&q.value(), cx)?,
        Value::Text(t) => text_key(t),
        Value::Choice(c, _) => format!("w:{}", c.to_ascii_lowercase()),
        Value::List { decimal: Some(d), .. } => format!("n:{d}"),
        Value::List { .. } if realset::looks_like_set(v) => set_key(&realset::read(v, cx)?.0, cx)?,
        Value::List { items, .. } | Value::Set(items) => {
            let mut keys: Vec<String> = items.iter().map(key).collect::<Option<_>>()?;
            keys.sort();
            keys.dedup();
            if keys.len() == 1 { keys.swap_remove(0) } else { format!("s:{{{}}}", keys.join(",")) }
        }
        Value::Tuple { items, .. }
            if items.len() == 2 && items.iter().all(|v| matches!(v, Value::Scalar(_))) =>
        {
            set_key(&realset::read(v, cx)?.0, cx)?
        }
        Value::Tuple { items, .. } => {
            let keys: Vec<String> = items.iter().map(key).collect::<Option<_>>()?;
            format!("t:({})", keys.join(","))
        }
        Value::NumberSet('ℝ' | '∅') | Value::Join(..) => set_key(&realset::read(v, cx)?.0, cx)?,
        Value::NumberSet(c) => format!("set:{c}"),
        Value::Builder { .. } => set_key(&realset::read(v, cx)?.0, cx)?,
        Value::Chain { sides, signs } => match read_equalities(sides, signs) {
            Reading::Assignment(_, v) => key(v)?,
            Reading::Equation(a, b) => equation_key(&a.sub(b), cx)?,
            Reading::Other => set_key(&realset::read(v, cx)?.0, cx)?,
        },
        Value::Congruence { residue, modulus, .. } => {
            let r = Expr::call(crate::expr::Func::Mod, vec![residue.clone(), modulus.clone()]);
            format!("c:{} mod {}", scalar_key(&r, cx)?, scalar_key(modulus, cx)?)
        }
        Value::Matrix(m) if m.len() == 1 || m.iter().all(|r| r.len() == 1) => {
            let items: Vec<Value> = m.iter().flatten().cloned().map(Value::scalar).collect();
            key(&Value::Tuple { open: '(', close: ')', items })?
        }
        Value::Matrix(m) => {
            let rows: Option<Vec<String>> = m
                .iter()
                .map(|r| {
                    Some(format!(
                        "t:({})",
                        r.iter().map(|e| scalar_key(e, cx)).collect::<Option<Vec<_>>>()?.join(",")
                    ))
                })
                .collect();
            format!("t:({})", rows?.join(","))
        }
        Value::Piecewise(rows) => {
            let mut keys: Vec<String> = rows
                .iter()
                .map(|(v, c)| Some(format!("{} if {}", key(v)?, key(c)?)))
                .collect::<Option<_>>()?;
            keys.sort();
            format!("p:{{{}}}", keys.join(","))
        }
        Value::Ratio(parts) => {
            let (first, rest) = parts.split_first()?;
            let keys: Vec<String> =
                rest.iter().map(|e| scalar_key(&first.clone().div(e.clone()), cx)).collect::<Option<_>>()?;
            if keys.len() == 1 { keys.into_iter().next()? } else { format!("r:{}", keys.join(":")) }
        }
        Value::Time(s, _) => format!("time:{s}"),
        Value::Date(y, m, d) => format!("date:{y}-{m}-{d}"),
    })
}

fn set_key(s: &RealSet, cx: &Context<'_>) -> Option<String> {
    let s = s.clone().normal(cx).unwrap_or_else(|| s.clone());
    let end = |e: &Option<Expr>| match e {
        None => Some("inf".to_string()),
        Some(e) => scalar_key(e, cx),
    };
    let mut out = String::from("i:");
    for i in &s.0 {
        out.push(if i.lo.closed { '[' } else { '(' });
        out.push_str(&end(&i.lo.at)?);
        out.push(',');
        out.push_str(&end(&i.hi.at)?);
        out.push(if i.hi.closed { ']' } else { ')' });
    }
    Some(out)
}

/// Scaling an equation does not change the quotient of its values at two points.
fn equation_key(d: &Expr, cx: &Context<'_>) -> Option<String> {
    let at = |seed| Modular { seed, budget: cx.budget }.eval(d).ok().map(|(v, _)| v.numerator());
    let (a, b) = (at(SEED)?, at(SEED ^ 0xabcdef)?);
    if a.is_zero() || b.is_zero() {
        return Some("e:0".into());
    }
    Some(format!("e:{:x}", a.over(&b).fingerprint()))
}

fn scalar_key(e: &Expr, cx: &Context<'_>) -> Option<String> {
    match e {
        Expr::Num(q) => return Some(format!("n:{q}")),
        Expr::Const(crate::expr::Const::Infinity) => return Some("inf".into()),
        Expr::Var(n) if n.len() == 1 && n.starts_with(|c: char| ('A'..='J').contains(&c)) => {
            return Some(format!("w:{}", n.to_ascii_lowercase()));
        }
        _ => {}
    }
    let names = e.variables();
    if names.is_empty() && !e.has_variables() {
        return Some(match number_key(e, &[], cx) {
            Some(k) => k,
            None => {
                format!("h:{:x}", Modular { seed: SEED, budget: cx.budget }.eval(e).ok()?.0.fingerprint())
            }
        });
    }
    // Whole numbers, so that factorials and signs to the n-th power have values; fractions for the rest.
    for whole in [true, false] {
        let keys: Option<Vec<String>> = (0..3u64)
            .map(|k| {
                let point: Vec<(Name, RBig)> = names
                    .iter()
                    .map(|n| {
                        let h = (mix(hash_bytes(SEED, n.as_bytes()) ^ mix(k)) >> 8) as i64;
                        let q = if whole {
                            rational::int(2 + h % 37)
                        } else {
                            rational::ratio(1 + h % 9973, 10_007)
                        };
                        (n.clone(), q)
                    })
                    .collect();
                number_key(e, &point, cx)
            })
            .collect();
        if let Some(k) = keys {
            if k.iter().all(|x| *x == k[0]) {
                return Some(k[0].clone());
            }
            return Some(format!("f:{}", k.join("|")));
        }
    }
    Some(format!("h:{:x}", Modular { seed: SEED, budget: cx.budget }.eval(e).ok()?.0.fingerprint()))
}

/// Exact when rational, 30 digits otherwise.
fn number_key(e: &Expr, point: &[(Name, RBig)], cx: &Context<'_>) -> Option<String> {
    let f = Reals::new(384, cx.budget);
    let v: Complex = eval(e, point, &f).ok()?;
    let re = real_key(&v.re)?;
    if v.is_real() {
        return Some(format!("n:{re}"));
    }
    let im = real_key(&v.im)?;
    Some(if im == "0" { format!("n:{re}") } else { format!("n:{re}+{im}i") })
}

fn real_key(b: &Ball) -> Option<String> {
    if b.contains_zero() {
        // Exact zeros in disguise: certified to hundreds of bits.
        return if b.magnitude().is_none_or(|m| m < -200) { Some("0".into()) } else { None };
    }
    let mid = b.midpoint()?;
    if let Some(q) = recognise(b) {
        return Some(q.to_string());
    }
    // 30 significant digits, rounded to nearest.
    let mag = b.magnitude()?;
    let digits10 = 30 - (mag as f64 * std::f64::consts::LOG10_2).floor() as i64;
    if digits10.abs() > 20_000 {
        return None;
    }
    let scaled = (mid * rational::pow10(digits10)).round();
    Some(format!("{scaled}e{}", -digits10))
}

/// The simplest rational in the ball, when it is far simpler than chance would give.
fn recognise(b: &Ball) -> Option<RBig> {
    let (lo, hi) = b.ends()?;
    let (mut a, mut c) = (lo, hi);
    let negative = rational::is_negative(&a);
    if negative {
        (a, c) = (-c, -a);
    }
    // Continued fraction of both ends as long as they agree.
    let (mut p0, mut q0, mut p1, mut q1) = (IBig::ZERO, IBig::ONE, IBig::ONE, IBig::ZERO);
    for _ in 0..80 {
        let (x, y) = (a.floor(), c.floor());
        let integral = a == RBig::from(x.clone());
        let step =
            if x == y && !integral { x.clone() } else { if integral { x.clone() } else { &x + IBig::ONE } };
        let p2 = &step * &p1 + &p0;
        let q2 = &step * &q1 + &q0;
        if p2.bit_len() + q2.bit_len() > RECOGNISED_BITS {
            return None;
        }
        (p0, q0, p1, q1) = (p1, q1, p2, q2);
        if x != y || integral {
            let q = RBig::from_parts_signed(p1, q1);
            return Some(if negative { -q } else { q });
        }
        let (na, nc) = (RBig::ONE / (c - RBig::from(y)), RBig::ONE / (a - RBig::from(x)));
        (a, c) = (na, nc);
    }
    None
}
