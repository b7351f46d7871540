//! Identity testing of expressions over large prime fields.
//!
//! An expression is evaluated as a fraction over `F_p` with every variable replaced by a seeded value.
//! Sub-expressions that are not rational (a sine, a root, an unknown function) are first reduced to a
//! value of their own arguments and then treated as one more variable, so equal values prove an
//! identity that holds whatever those functions are (up to a chance below 2^-100 over two fields), and
//! different values of purely rational expressions prove a difference. `i` is mapped to a square root
//! of -1, which both primes have.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::rational::is_negative;
use crate::budget::{Budget, Spent};
use crate::expr::{Const, Expr};

/// Primes just below 2^61 that are 1 mod 4, with a square root of -1 in each.
const FIELDS: [(u64, u64); 2] = [
    (2_305_843_009_213_693_921, 583_529_827_753_931_384),
    (2_305_843_009_213_693_693, 966_685_122_347_009_555),
];

/// A value in both fields: numerators and denominators, never reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Value {
    n: [u64; 2],
    d: [u64; 2],
}

/// How two values relate.
impl Value {
    const ONE: Value = Value { n: [1, 1], d: [1, 1] };

    fn small(n: u64) -> Value {
        Value { n: [n, n], d: [1, 1] }
    }

    /// The denominator vanishes: the expression divides by zero identically.
    pub(crate) fn undefined(&self) -> bool {
        self.d[0] == 0 || self.d[1] == 0
    }

    /// Zero in both fields.
    pub(crate) fn is_zero(&self) -> bool {
        self.n == [0, 0]
    }

    pub(crate) fn equals(&self, o: &Value) -> bool {
        (0..2).all(|i| mul(self.n[i], o.d[i], i) == mul(o.n[i], self.d[i], i))
    }

    /// Only the numerators, as a value.
    pub(crate) fn numerator(&self) -> Value {
        Value { n: self.n, d: [1, 1] }
    }

    /// `self / o`.
    pub(crate) fn over(&self, o: &Value) -> Value {
        self.times(&Value { n: o.d, d: o.n })
    }

    fn times(&self, o: &Value) -> Value {
        let f = |i| (mul(self.n[i], o.n[i], i), mul(self.d[i], o.d[i], i));
        let (a, b) = (f(0), f(1));
        Value { n: [a.0, b.0], d: [a.1, b.1] }
    }

    fn plus(&self, o: &Value) -> Value {
        let f = |i: usize| {
            if self.d[i] == o.d[i] {
                return (add(self.n[i], o.n[i], i), self.d[i]);
            }
            (add(mul(self.n[i], o.d[i], i), mul(o.n[i], self.d[i], i), i), mul(self.d[i], o.d[i], i))
        };
        let (a, b) = (f(0), f(1));
        Value { n: [a.0, b.0], d: [a.1, b.1] }
    }

    fn invert(&self) -> Value {
        Value { n: self.d, d: self.n }
    }

    fn power(&self, e: &UBig) -> Value {
        let f = |i: usize| {
            // Fermat: exponents matter modulo p-1, but zero must stay zero.
            let m = u64::try_from(&(e % UBig::from(FIELDS[i].0 - 1))).unwrap_or(0);
            let p = |b: u64| if b == 0 { 0 } else { pow(b, m, i) };
            (p(self.n[i]), p(self.d[i]))
        };
        let (a, b) = (f(0), f(1));
        Value { n: [a.0, b.0], d: [a.1, b.1] }
    }

    /// The two field elements, reduced; a fingerprint for mixing.
    fn reduced(&self) -> [u64; 2] {
        [0, 1].map(|i| mul(self.n[i], pow(self.d[i], FIELDS[i].0 - 2, i), i))
    }

    /// A 128-bit fingerprint, the same for identical expressions.
    pub(crate) fn fingerprint(&self) -> u128 {
        let r = self.reduced();
        (u128::from(r[0]) << 64) | u128::from(r[1])
    }
}

fn add(a: u64, b: u64, i: usize) -> u64 {
    let s = a + b;
    if s >= FIELDS[i].0 { s - FIELDS[i].0 } else { s }
}

fn mul(a: u64, b: u64, i: usize) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(FIELDS[i].0)) as u64
}

fn pow(mut b: u64, mut e: u64, i: usize) -> u64 {
    let mut acc = 1;
    while e > 0 {
        if e & 1 == 1 {
            acc = mul(acc, b, i);
        }
        b = mul(b, b, i);
        e >>= 1;
    }
    acc
}

/// Mixes bits (a finaliser with full avalanche).
pub(crate) fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

pub(crate) fn hash_bytes(seed: u64, s: &[u8]) -> u64 {
    s.iter().fold(mix(seed), |h, &b| mix(h ^ u64::from(b)))
}

/// Seeded evaluation of expressions in both fields.
pub(crate) struct Modular<'a> {
    pub(crate) seed: u64,
    pub(crate) budget: &'a Budget,
}

impl Modular<'_> {
    /// The value of `e`, and whether it is a rational function (with `i`) of its variables.
    pub(crate) fn eval(&self, e: &Expr) -> Result<(Value, bool), Spent> {
        self.eval_bound(e, &mut Vec::new())
    }

    fn element(&self, tag: u64, h: u64) -> Value {
        let f = |i: usize| mix(h ^ mix(tag ^ self.seed ^ i as u64)) % (FIELDS[i].0 - 2) + 2;
        Value { n: [f(0), f(1)], d: [1, 1] }
    }

    fn rational(q: &RBig) -> Value {
        let neg = is_negative(q);
        let f = |i: usize| {
            let p = FIELDS[i].0;
            let n = if let Ok(small) = i64::try_from(q.numerator()) {
                small.unsigned_abs() % p
            } else {
                let n = q.numerator().clone() % IBig::from(p);
                i64::try_from(&n).unwrap_or(0).unsigned_abs()
            };
            let d = u64::try_from(&(q.denominator() % UBig::from(p))).unwrap_or(0);
            (if neg && n != 0 { p - n } else { n }, d)
        };
        let (a, b) = (f(0), f(1));
        Value { n: [a.0, b.0], d: [a.1, b.1] }
    }

    fn eval_bound(
        &self,
        e: &Expr,
        bound: &mut Vec<(crate::expr::Name, u64)>,
    ) -> Result<(Value, bool), Spent> {
        self.budget.pay(3)?;
        Ok(match e {
            Expr::Num(q) => {
                self.budget.pay(super::rational::bits(q) as u64 / 16)?;
                (Self::rational(q), true)
            }
            Expr::Const(Const::I) => (Value { n: [FIELDS[0].1, FIELDS[1].1], d: [1, 1] }, true),
            Expr::Const(c) => (self.element(1, *c as u64), false),
            Expr::Var(n) => match bound.iter().rev().find(|(b, _)| b == n) {
                // Bound variables are known by their depth, so renaming them changes nothing.
                Some((_, depth)) => (self.element(2, *depth), true),
                None => (self.element(3, hash_bytes(0, n.as_bytes())), true),
            },
            Expr::Add(v) => {
                let mut acc = Value::small(0);
                let mut pure = true;
                for e in v {
                    let (x, p) = self.eval_bound(e, bound)?;
                    acc = acc.plus(&x);
                    pure &= p;
                }
                (acc, pure)
            }
            Expr::Mul(v) => {
                let mut acc = Value::ONE;
                let mut pure = true;
                for e in v {
                    let (x, p) = self.eval_bound(e, bound)?;
                    acc = acc.times(&x);
                    pure &= p;
                }
                (acc, pure)
            }
            Expr::Pow(b, e) => self.power(b, e, bound)?,
            Expr::Call(f, v) => {
                let h = self.mix_args(v, hash_bytes(11, &[*f as u8]), bound)?;
                (self.element(4, h), false)
            }
            Expr::Apply(n, v) => {
                let h = self.mix_args(v, hash_bytes(12, n.as_bytes()), bound)?;
                (self.element(5, h), false)
            }
            Expr::Bind(b, n, v) => {
                let depth = bound.len() as u64 + 1;
                bound.push((n.clone(), depth));
                let h = self.mix_args(v, hash_bytes(13, &[*b as u8]), bound);
                bound.pop();
                (self.element(6, h?), false)
            }
        })
    }

    fn mix_args(&self, v: &[Expr], h: u64, bound: &mut Vec<(crate::expr::Name, u64)>) -> Result<u64, Spent> {
        let mut h = h;
        for e in v {
            self.budget.pay(20)?;
            let r = self.eval_bound(e, bound)?.0;
            let r = if r.undefined() { [1, 2] } else { r.reduced() };
            h = mix(mix(h ^ r[0]) ^ r[1]);
        }
        Ok(h)
    }

    fn power(
        &self,
        b: &Expr,
        e: &Expr,
        bound: &mut Vec<(crate::expr::Name, u64)>,
    ) -> Result<(Value, bool), Spent> {
        if let Expr::Num(q) = e
            && q.is_int()
        {
            let (v, pure) = self.eval_bound(b, bound)?;
            self.budget.pay(20)?;
            return Ok((signed_power(v, q), pure));
        }
        // b^(Σ c·t) = ∏ (b^(t/q))^p with c = p/q: only the innermost power is opaque.
        let base = self.eval_bound(b, bound)?.0;
        let base = if base.undefined() { [1, 2] } else { base.reduced() };
        self.budget.pay(40)?;
        let terms = match e {
            Expr::Add(v) => v.as_slice(),
            e => std::slice::from_ref(e),
        };
        let mut acc = Value::ONE;
        for t in terms {
            let (coefficient, rest) = match t {
                Expr::Num(q) => (q.clone(), None),
                Expr::Mul(v) => match v.first() {
                    Some(Expr::Num(q)) => (q.clone(), Some(Expr::mul(v[1..].to_vec()))),
                    _ => (RBig::ONE, Some(t.clone())),
                },
                t => (RBig::ONE, Some(t.clone())),
            };
            let inner = match &rest {
                Some(r) => {
                    let v = self.eval_bound(r, bound)?.0;
                    if v.undefined() { [1, 2] } else { v.reduced() }
                }
                None => [1, 1],
            };
            if rest.is_none() && coefficient.is_int() {
                acc = acc.times(&signed_power(self.eval_bound(b, bound)?.0, &coefficient));
                continue;
            }
            let q = hash_bytes(0, &coefficient.denominator().to_le_bytes());
            let h = [base[0], base[1], inner[0], inner[1], q].iter().fold(17, |h, &x| mix(h ^ x));
            let p = RBig::from(coefficient.numerator().clone());
            acc = acc.times(&signed_power(self.element(7, h), &p));
        }
        Ok((acc, false))
    }
}

fn signed_power(v: Value, q: &RBig) -> Value {
    use dashu_base::UnsignedAbs;
    let p = v.power(&q.numerator().unsigned_abs());
    if is_negative(q) { p.invert() } else { p }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(e: &Expr) -> Value {
        Modular { seed: 7, budget: &Budget::new(1_000_000) }.eval(e).unwrap().0
    }

    #[test]
    fn identities_hold_and_others_do_not() {
        let (a, b) = (Expr::var("a"), Expr::var("b"));
        let square = Expr::pow(Expr::add(vec![a.clone(), b.clone()]), Expr::int(2));
        let expanded = |c| {
            Expr::add(vec![
                Expr::pow(a.clone(), Expr::int(2)),
                Expr::mul(vec![Expr::int(c), a.clone(), b.clone()]),
                Expr::pow(b.clone(), Expr::int(2)),
            ])
        };
        assert!(value(&square).equals(&value(&expanded(2))));
        assert!(!value(&square).equals(&value(&expanded(3))));
        let i = Expr::Const(Const::I);
        let prod = Expr::mul(vec![
            Expr::add(vec![a.clone(), i.clone()]),
            Expr::add(vec![a.clone(), Expr::mul(vec![Expr::int(-1), i])]),
        ]);
        let plus = Expr::add(vec![Expr::pow(a.clone(), Expr::int(2)), Expr::int(1)]);
        assert!(value(&prod).equals(&value(&plus)));
    }

    #[test]
    fn exponents_split() {
        let x = Expr::var("x");
        let e = Expr::Const(Const::E);
        let left = Expr::pow(e.clone(), Expr::add(vec![x.clone(), Expr::int(1)]));
        let right = Expr::mul(vec![e.clone(), Expr::pow(e, x.clone())]);
        assert!(value(&left).equals(&value(&right)));
        let cube = Expr::pow(Expr::pow(x.clone(), Expr::ratio(1, 3)), Expr::int(2));
        assert!(value(&cube).equals(&value(&Expr::pow(x, Expr::ratio(2, 3)))));
    }
}
