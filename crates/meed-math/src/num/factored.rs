//! Products of powers, compared without expanding them.
//!
//! `2^1000000`, `2004!/2003!` and `6/√8` are all products of integers to rational powers. Written over
//! pairwise coprime bases, such a product is 1 exactly when every exponent is zero.

use std::collections::BTreeMap;

use dashu_base::{BitTest, Gcd, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::rational::{int, is_negative, to_i64};
use crate::budget::{Budget, Spent};
use crate::expr::{Expr, Func};

/// Factorials up to here are written as prime powers.
const MAX_FACTORIAL: i64 = 20_000;
/// The most factors multiplied out between two factorials.
const MAX_GAP: i64 = 2_000;
const MAX_BASES: usize = 4_096;

/// `±∏ base^exponent`, with factorials of large numbers kept apart.
#[derive(Debug, Default)]
pub(crate) struct Factored {
    negative: bool,
    bases: BTreeMap<UBig, RBig>,
    factorials: BTreeMap<i64, RBig>,
}

impl Factored {
    /// Reads a constant product; `None` when it is a sum, zero, or not of this form.
    pub(crate) fn read(e: &Expr, budget: &Budget) -> Result<Option<Factored>, Spent> {
        let mut f = Factored::default();
        Ok(if f.multiply(e, &RBig::ONE, budget)? { Some(f) } else { None })
    }

    fn multiply(&mut self, e: &Expr, power: &RBig, budget: &Budget) -> Result<bool, Spent> {
        budget.pay(20)?;
        match e {
            Expr::Num(q) => {
                if q.is_zero() {
                    return Ok(false);
                }
                if is_negative(q) {
                    // A negative base keeps a real value for odd roots only.
                    let odd_root = power.denominator() % UBig::from(2u8) == UBig::ONE;
                    if !odd_root {
                        return Ok(false);
                    }
                    if power.numerator() % IBig::from(2) != IBig::ZERO {
                        self.negative = !self.negative;
                    }
                }
                self.base(q.numerator().unsigned_abs(), power);
                self.base(q.denominator().clone(), &-power.clone());
                Ok(true)
            }
            Expr::Mul(v) => {
                if !power.is_int() {
                    // √(ab) = √a·√b needs both factors non-negative.
                    if v.iter().any(|e| !matches!(e, Expr::Num(q) if !is_negative(q)) && !positive(e)) {
                        return Ok(false);
                    }
                }
                for e in v {
                    if !self.multiply(e, power, budget)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Expr::Pow(b, e) => {
                let Expr::Num(e) = e.as_ref() else { return Ok(false) };
                if super::rational::bits(e) > 4096 || (!power.is_int() && !positive(b)) {
                    return Ok(false);
                }
                self.multiply(b, &(power * e), budget)
            }
            Expr::Call(Func::Factorial, v) => {
                let Some(n) = v.first().and_then(Expr::as_rational).and_then(to_i64) else {
                    return Ok(false);
                };
                if n < 0 {
                    return Ok(false);
                }
                *self.factorials.entry(n).or_default() += power;
                Ok(true)
            }
            Expr::Call(Func::Binomial, v) => {
                let (Some(n), Some(k)) = (
                    v.first().and_then(Expr::as_rational).and_then(to_i64),
                    v.get(1).and_then(Expr::as_rational).and_then(to_i64),
                ) else {
                    return Ok(false);
                };
                if k < 0 || n < k {
                    return Ok(false);
                }
                *self.factorials.entry(n).or_default() += power;
                *self.factorials.entry(k).or_default() -= power;
                *self.factorials.entry(n - k).or_default() -= power;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn base(&mut self, b: UBig, power: &RBig) {
        if !b.is_one() {
            *self.bases.entry(b).or_default() += power;
        }
    }

    /// Divides by `o`.
    pub(crate) fn divide(mut self, o: Factored) -> Factored {
        self.negative ^= o.negative;
        for (b, e) in o.bases {
            *self.bases.entry(b).or_default() -= e;
        }
        for (n, e) in o.factorials {
            *self.factorials.entry(n).or_default() -= e;
        }
        self
    }

    /// Whether the product is exactly one; `None` when it is too large to tell.
    pub(crate) fn equals_one(mut self, budget: &Budget) -> Result<Option<bool>, Spent> {
        if self.negative {
            return Ok(Some(false));
        }
        if !self.expand_factorials(budget)? {
            return Ok(None);
        }
        self.bases.retain(|_, e| !e.is_zero());
        self.split_small_primes(budget)?;
        if !self.refine(budget)? {
            return Ok(None);
        }
        Ok(Some(self.bases.values().all(RBig::is_zero)))
    }

    fn expand_factorials(&mut self, budget: &Budget) -> Result<bool, Spent> {
        self.factorials.retain(|_, e| !e.is_zero());
        let Some((&top, _)) = self.factorials.last_key_value() else { return Ok(true) };
        if top <= MAX_FACTORIAL {
            budget.pay(top as u64 + 100)?;
            let mut composite = vec![false; top as usize + 1];
            for p in 2..=top {
                if composite[p as usize] {
                    continue;
                }
                let mut m = p * p;
                while m <= top {
                    composite[m as usize] = true;
                    m += p;
                }
                let mut total = RBig::ZERO;
                for (&n, e) in &self.factorials {
                    // Legendre: the exponent of p in n!.
                    let (mut n, mut count) = (n, 0);
                    while n > 0 {
                        n /= p;
                        count += n;
                    }
                    budget.pay(30)?;
                    total += e * int(count);
                }
                if !total.is_zero() {
                    *self.bases.entry(UBig::from(p as u64)).or_default() += total;
                }
            }
            self.factorials.clear();
            return Ok(true);
        }
        // Large factorials: write each as the one below it times the factors between.
        let all: Vec<(i64, RBig)> = std::mem::take(&mut self.factorials).into_iter().collect();
        let mut carry = RBig::ZERO;
        for i in (0..all.len()).rev() {
            carry += &all[i].1;
            if carry.is_zero() {
                continue;
            }
            let below = if i > 0 { all[i - 1].0 } else { return Ok(false) };
            if all[i].0 - below > MAX_GAP {
                return Ok(false);
            }
            for k in below + 1..=all[i].0 {
                budget.pay(30)?;
                self.base(UBig::from(k as u64), &carry);
            }
        }
        Ok(true)
    }

    fn split_small_primes(&mut self, budget: &Budget) -> Result<(), Spent> {
        let old = std::mem::take(&mut self.bases);
        for (mut b, e) in old {
            if u64::try_from(&b).is_ok_and(|b| b < 1000 && is_small_prime(b)) {
                *self.bases.entry(b).or_default() += e;
                continue;
            }
            budget.pay(400 + b.bit_len() as u64 * 3)?;
            for &p in SMALL_PRIMES {
                let p = UBig::from(p);
                if let Some(n) = b.remove(&p).filter(|n| *n > 0) {
                    *self.bases.entry(p).or_default() += &e * int(n as i64);
                }
            }
            if !b.is_one() {
                *self.bases.entry(b).or_default() += e;
            }
        }
        self.bases.retain(|_, e| !e.is_zero());
        Ok(())
    }

    /// Makes the bases pairwise coprime by splitting common divisors.
    fn refine(&mut self, budget: &Budget) -> Result<bool, Spent> {
        let limit = UBig::from(1000u32);
        let mut done: Vec<(UBig, RBig)> = Vec::new();
        let (small, mut todo): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.bases).into_iter().partition(|(b, _)| *b < limit);
        // Small primes were removed from the large bases, so only those need comparing.
        while let Some((b, e)) = todo.pop() {
            if b.is_one() || e.is_zero() {
                continue;
            }
            if done.len() + todo.len() > MAX_BASES {
                return Ok(false);
            }
            let mut clash = None;
            for (i, (d, _)) in done.iter().enumerate() {
                budget.pay(10 + (b.bit_len() + d.bit_len()) as u64 / 8)?;
                let g = (&b).gcd(d);
                if !g.is_one() {
                    clash = Some((i, g));
                    break;
                }
            }
            match clash {
                None => done.push((b, e)),
                Some((i, g)) => {
                    let (d, f) = done.swap_remove(i);
                    todo.push((&b / &g, e.clone()));
                    todo.push((&d / &g, f.clone()));
                    todo.push((g, e + f));
                }
            }
        }
        self.bases = small.into_iter().chain(done).collect();
        Ok(true)
    }
}

fn positive(e: &Expr) -> bool {
    match e {
        Expr::Num(q) => !is_negative(q) && !q.is_zero(),
        Expr::Pow(b, _) => positive(b),
        Expr::Mul(v) => v.iter().all(positive),
        Expr::Call(Func::Factorial | Func::Binomial, _) => true,
        _ => false,
    }
}

fn is_small_prime(n: u64) -> bool {
    SMALL_PRIMES.iter().any(|&p| u64::from(p) == n)
}

const SMALL_PRIMES: &[u16] = &[
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223,
    227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277, 281, 283, 293, 307, 311, 313, 317, 331, 337, 347,
    349, 353, 359, 367, 373, 379, 383, 389, 397, 401, 409, 419, 421, 431, 433, 439, 443, 449, 457, 461, 463,
    467, 479, 487, 491, 499, 503, 509, 521, 523, 541, 547, 557, 563, 569, 571, 577, 587, 593, 599, 601, 607,
    613, 617, 619, 631, 641, 643, 647, 653, 659, 661, 673, 677, 683, 691, 701, 709, 719, 727, 733, 739, 743,
    751, 757, 761, 769, 773, 787, 797, 809, 811, 821, 823, 827, 829, 839, 853, 857, 859, 863, 877, 881, 883,
    887, 907, 911, 919, 929, 937, 941, 947, 953, 967, 971, 977, 983, 991, 997,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &Expr, b: &Expr) -> Option<bool> {
        let budget = Budget::new(10_000_000);
        let a = Factored::read(a, &budget).unwrap()?;
        let b = Factored::read(b, &budget).unwrap()?;
        a.divide(b).equals_one(&budget).unwrap()
    }

    fn fact(n: i64) -> Expr {
        Expr::Call(Func::Factorial, vec![Expr::int(n)])
    }

    #[test]
    fn factorials_cancel() {
        assert_eq!(same(&fact(2004).div(fact(2003)), &Expr::int(2004)), Some(true));
        let a = Expr::int(1).div(fact(2004));
        let b = Expr::int(1).div(fact(2006));
        assert_eq!(same(&a, &b), Some(false));
        let big = fact(1_000_000_000).div(fact(999_999_999));
        assert_eq!(same(&big, &Expr::int(1_000_000_000)), Some(true));
    }

    #[test]
    fn powers_and_roots() {
        let p = |b, n, d| Expr::pow(Expr::int(b), Expr::ratio(n, d));
        assert_eq!(same(&p(2, 1_000_000, 1), &p(4, 500_000, 1)), Some(true));
        assert_eq!(same(&p(2, 1_000_001, 1), &p(4, 500_000, 1)), Some(false));
        assert_eq!(same(&p(8, 1, 2), &Expr::mul(vec![Expr::int(2), p(2, 1, 2)])), Some(true));
        // 1022117 = 1009 · 1013, both beyond the table of primes.
        assert_eq!(same(&p(1_022_117, 1, 2), &Expr::mul(vec![p(1009, 1, 2), p(1013, 1, 2)])), Some(true));
        assert_eq!(same(&p(1_022_117, 1, 2), &Expr::mul(vec![p(1009, 1, 2), p(1019, 1, 2)])), Some(false));
    }
}
