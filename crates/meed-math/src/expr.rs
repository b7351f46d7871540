//! Scalar expressions and the constructors that keep them tidy.

use dashu_base::BitTest;
use dashu_ratio::RBig;

use crate::num::rational::{self, bits, int, is_negative};

/// Exact results beyond this many bits stay in factored form.
pub(crate) const MAX_EXACT_BITS: usize = 16_384;

/// A variable's or function's name, such as `x`, `alpha` or `a_1`.
pub type Name = Box<str>;

/// A named constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Const {
    /// The circle constant π.
    Pi,
    /// Euler's number.
    E,
    /// The imaginary unit.
    I,
    /// Positive infinity.
    Infinity,
}

/// A built-in function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Func {
    Sin,
    Cos,
    Tan,
    Cot,
    Sec,
    Csc,
    Asin,
    Acos,
    Atan,
    Acot,
    Asec,
    Acsc,
    Sinh,
    Cosh,
    Tanh,
    Coth,
    Sech,
    Csch,
    Asinh,
    Acosh,
    Atanh,
    Ln,
    Abs,
    Floor,
    Ceil,
    Factorial,
    DoubleFactorial,
    Binomial,
    Permutations,
    Gcd,
    Lcm,
    Max,
    Min,
    Mod,
    Sign,
    Re,
    Im,
    Conj,
    Arg,
    /// `±x`: two values, split before anything is compared.
    PlusMinus,
    /// `∓x`: the opposite choice of [`Func::PlusMinus`].
    MinusPlus,
}

/// What binds a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Binder {
    /// `Σ`: arguments are lower bound, upper bound, body.
    Sum,
    /// `Π`: arguments are lower bound, upper bound, body.
    Product,
    /// Definite integral: lower bound, upper bound, body.
    Integral,
    /// Indefinite integral: body.
    Antiderivative,
    /// Limit: point, body.
    Limit,
    /// Derivative: body.
    Derivative,
}

/// A scalar expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// An exact rational number.
    Num(RBig),
    /// A named constant.
    Const(Const),
    /// A free or bound variable.
    Var(Name),
    /// A sum of at least two terms.
    Add(Vec<Expr>),
    /// A product of at least two factors.
    Mul(Vec<Expr>),
    /// A power; roots are powers with rational exponents.
    Pow(Box<Expr>, Box<Expr>),
    /// A built-in function applied to its arguments.
    Call(Func, Vec<Expr>),
    /// An unknown function applied to arguments, such as `f(x)`.
    Apply(Name, Vec<Expr>),
    /// A binder with its variable and arguments.
    Bind(Binder, Name, Vec<Expr>),
}

impl Expr {
    /// The integer `n`.
    pub fn int(n: i64) -> Expr {
        Expr::Num(int(n))
    }

    /// The fraction `n/d` with `d` not zero.
    pub(crate) fn ratio(n: i64, d: i64) -> Expr {
        Expr::Num(rational::ratio(n, d))
    }

    /// The variable `name`.
    pub(crate) fn var(name: &str) -> Expr {
        Expr::Var(name.into())
    }

    /// The exact value when this is a literal rational.
    pub fn as_rational(&self) -> Option<&RBig> {
        match self {
            Expr::Num(q) => Some(q),
            _ => None,
        }
    }

    pub(crate) fn is_num(&self, n: i64) -> bool {
        self.as_rational().is_some_and(|q| *q == int(n))
    }

    /// A sum with rational terms folded.
    pub(crate) fn add(terms: Vec<Expr>) -> Expr {
        let mut out = Vec::with_capacity(terms.len());
        let mut total = RBig::ZERO;
        for t in terms {
            match t {
                Expr::Num(q) => fold(&mut total, q, &mut out, |a, b| a + b),
                Expr::Add(inner) => {
                    for t in inner {
                        match t {
                            Expr::Num(q) => fold(&mut total, q, &mut out, |a, b| a + b),
                            t => out.push(t),
                        }
                    }
                }
                t => out.push(t),
            }
        }
        if !total.is_zero() {
            out.push(Expr::Num(total));
        }
        match out.len() {
            0 => Expr::int(0),
            1 => out.swap_remove(0),
            _ => Expr::Add(out),
        }
    }

    /// A product with rational factors folded. Zero times anything finite is zero.
    pub(crate) fn mul(factors: Vec<Expr>) -> Expr {
        let mut out = Vec::with_capacity(factors.len() + 1);
        let mut total = RBig::ONE;
        for t in factors {
            match t {
                Expr::Num(q) => fold(&mut total, q, &mut out, |a, b| a * b),
                Expr::Mul(inner) => {
                    for t in inner {
                        match t {
                            Expr::Num(q) => fold(&mut total, q, &mut out, |a, b| a * b),
                            t => out.push(t),
                        }
                    }
                }
                t => out.push(t),
            }
        }
        if total.is_zero() && !out.iter().any(Expr::may_be_infinite) {
            return Expr::int(0);
        }
        if !total.is_one() || out.is_empty() {
            out.insert(0, Expr::Num(total));
        }
        if out.len() == 1 { out.swap_remove(0) } else { Expr::Mul(out) }
    }

    fn may_be_infinite(&self) -> bool {
        match self {
            Expr::Const(Const::Infinity) => true,
            Expr::Pow(b, e) => b.is_num(0) || b.may_be_infinite() || e.may_be_infinite(),
            Expr::Num(_) | Expr::Const(_) | Expr::Var(_) => false,
            Expr::Add(v) | Expr::Mul(v) | Expr::Call(_, v) | Expr::Apply(_, v) | Expr::Bind(_, _, v) => {
                v.iter().any(Expr::may_be_infinite)
            }
        }
    }

    pub(crate) fn neg(self) -> Expr {
        Expr::mul(vec![Expr::int(-1), self])
    }

    pub(crate) fn sub(self, o: Expr) -> Expr {
        Expr::add(vec![self, o.neg()])
    }

    pub(crate) fn div(self, o: Expr) -> Expr {
        match (&self, &o) {
            (Expr::Num(a), Expr::Num(b)) if !b.is_zero() && bits(a) + bits(b) < MAX_EXACT_BITS => {
                Expr::Num(a / b)
            }
            _ => Expr::mul(vec![self, Expr::pow(o, Expr::int(-1))]),
        }
    }

    pub(crate) fn sqrt(self) -> Expr {
        Expr::pow(self, Expr::ratio(1, 2))
    }

    /// A power, folded when the result is a rational of reasonable size.
    pub(crate) fn pow(base: Expr, exp: Expr) -> Expr {
        if let Expr::Num(e) = &exp {
            if e.is_one() {
                return base;
            }
            if e.is_zero() && matches!(&base, Expr::Num(b) if !b.is_zero()) {
                return Expr::int(1);
            }
            if let Expr::Num(b) = &base
                && let Some(v) = fold_power(b, e)
            {
                return Expr::Num(v);
            }
            // (x^a)^n is x^(an) for integers n; for fractions only when nothing can change sign.
            if e.is_int()
                && let Expr::Pow(b, inner) = &base
                && let Expr::Num(i) = inner.as_ref()
                && bits(i) + bits(e) < MAX_EXACT_BITS
                && (i.is_int() || matches!(b.as_ref(), Expr::Num(q) if !is_negative(q)))
            {
                return Expr::pow(b.as_ref().clone(), Expr::Num(i * e));
            }
            if matches!(base, Expr::Const(Const::I)) && e.is_int() {
                let r = e.numerator() & dashu_int::IBig::from(3);
                return match i64::try_from(&r).unwrap_or(0) {
                    0 => Expr::int(1),
                    1 => Expr::Const(Const::I),
                    2 => Expr::int(-1),
                    _ => Expr::Const(Const::I).neg(),
                };
            }
        }
        Expr::Pow(Box::new(base), Box::new(exp))
    }

    pub(crate) fn call(f: Func, args: Vec<Expr>) -> Expr {
        if let [Expr::Num(q)] = args.as_slice() {
            match f {
                Func::Abs => return Expr::Num(if is_negative(q) { -q.clone() } else { q.clone() }),
                Func::Floor => return Expr::Num(q.floor().into()),
                Func::Ceil => return Expr::Num(q.ceil().into()),
                Func::Factorial => {
                    if let Some(n @ 0..=300) = rational::to_i64(q) {
                        let mut acc = dashu_int::IBig::ONE;
                        for k in 2..=n {
                            acc *= k;
                        }
                        return Expr::Num(RBig::from(acc));
                    }
                }
                _ => {}
            }
        }
        if let [Expr::Num(a), Expr::Num(b)] = args.as_slice()
            && let Some(v) = fold_pair(f, a, b)
        {
            return v;
        }
        Expr::Call(f, args)
    }

    /// Number of nodes, counted up to `cap`.
    pub(crate) fn size(&self, cap: usize) -> usize {
        let mut n = 0;
        self.visit(&mut |_| {
            n += 1;
            n < cap
        });
        n
    }

    /// Walks the tree; stops when `f` says so.
    pub(crate) fn visit(&self, f: &mut impl FnMut(&Expr) -> bool) -> bool {
        if !f(self) {
            return false;
        }
        match self {
            Expr::Num(_) | Expr::Const(_) | Expr::Var(_) => true,
            Expr::Pow(a, b) => a.visit(f) && b.visit(f),
            Expr::Add(v) | Expr::Mul(v) | Expr::Call(_, v) | Expr::Apply(_, v) | Expr::Bind(_, _, v) => {
                v.iter().all(|e| e.visit(f))
            }
        }
    }

    pub(crate) fn any(&self, mut p: impl FnMut(&Expr) -> bool) -> bool {
        !self.visit(&mut |e| !p(e))
    }

    /// Rebuilds the tree bottom-up, giving `f` the chance to replace each node.
    pub(crate) fn map(&self, f: &mut impl FnMut(Expr) -> Expr) -> Expr {
        let list = |v: &[Expr], f: &mut _| v.iter().map(|e| e.map(f)).collect::<Vec<_>>();
        let e = match self {
            Expr::Num(_) | Expr::Const(_) | Expr::Var(_) => self.clone(),
            Expr::Add(v) => Expr::add(list(v, f)),
            Expr::Mul(v) => Expr::mul(list(v, f)),
            Expr::Pow(a, b) => Expr::pow(a.map(f), b.map(f)),
            Expr::Call(g, v) => Expr::call(*g, list(v, f)),
            Expr::Apply(n, v) => Expr::Apply(n.clone(), list(v, f)),
            Expr::Bind(b, n, v) => Expr::Bind(*b, n.clone(), list(v, f)),
        };
        f(e)
    }

    /// The expression with `name` replaced by `value`.
    pub(crate) fn substitute(&self, name: &str, value: &Expr) -> Expr {
        self.map(&mut |e| match &e {
            Expr::Var(n) if n.as_ref() == name => value.clone(),
            _ => e,
        })
    }

    /// Free variables, sorted, each once.
    pub(crate) fn variables(&self) -> Vec<Name> {
        let mut out: Vec<Name> = Vec::new();
        self.collect(&mut out, &mut Vec::new());
        out.sort();
        out
    }

    fn collect<'a>(&'a self, out: &mut Vec<Name>, bound: &mut Vec<&'a str>) {
        match self {
            Expr::Num(_) | Expr::Const(_) => {}
            Expr::Var(n) => {
                if !bound.contains(&n.as_ref()) && !out.contains(n) {
                    out.push(n.clone());
                }
            }
            Expr::Pow(a, b) => {
                a.collect(out, bound);
                b.collect(out, bound);
            }
            Expr::Bind(_, n, v) => {
                bound.push(n);
                v.iter().for_each(|e| e.collect(out, bound));
                bound.pop();
            }
            Expr::Add(v) | Expr::Mul(v) | Expr::Call(_, v) | Expr::Apply(_, v) => {
                v.iter().for_each(|e| e.collect(out, bound));
            }
        }
    }

    pub(crate) fn has_variables(&self) -> bool {
        self.any(|e| matches!(e, Expr::Var(_) | Expr::Apply(..)))
    }

    /// Total bits of the exact numbers inside, powers counted as if expanded (saturating).
    pub(crate) fn constant_bits(&self) -> usize {
        match self {
            Expr::Num(q) => bits(q),
            Expr::Const(_) | Expr::Var(_) => 1,
            Expr::Pow(a, b) => match b.as_ref() {
                Expr::Num(e) => {
                    let top = e.numerator().bit_len();
                    if top > 24 {
                        return usize::MAX / 4;
                    }
                    let n = rational::to_i64(&RBig::from(dashu_base::Abs::abs(e.numerator().clone())))
                        .unwrap_or(1) as usize;
                    a.constant_bits().saturating_mul(n.max(1)).saturating_add(bits(e))
                }
                e => a.constant_bits().saturating_add(e.constant_bits()).saturating_mul(2),
            },
            Expr::Call(Func::Factorial, v) => v.first().map_or(1, |a| match a {
                Expr::Num(q) => {
                    rational::to_i64(q).map_or(usize::MAX / 4, |n| (n as usize).saturating_mul(bits(q)))
                }
                a => a.constant_bits(),
            }),
            Expr::Add(v) | Expr::Mul(v) | Expr::Call(_, v) | Expr::Apply(_, v) | Expr::Bind(_, _, v) => {
                v.iter().fold(0usize, |n, e| n.saturating_add(e.constant_bits()))
            }
        }
    }
}

fn fold(total: &mut RBig, q: RBig, out: &mut Vec<Expr>, op: impl Fn(&RBig, &RBig) -> RBig) {
    if bits(total) + bits(&q) > 2 * MAX_EXACT_BITS {
        out.push(Expr::Num(q));
    } else {
        *total = op(total, &q);
    }
}

fn fold_power(b: &RBig, e: &RBig) -> Option<RBig> {
    let n = i64::try_from(e.numerator()).ok()?;
    let k = usize::try_from(e.denominator()).ok()?;
    if b.is_zero() {
        return if n > 0 { Some(RBig::ZERO) } else { None };
    }
    if b.is_one() {
        return Some(RBig::ONE);
    }
    if k > 64 {
        return None;
    }
    // The size check comes first: nothing is computed that would not be kept.
    let result_bits = (bits(b) as u128) * u128::from(n.unsigned_abs()) / k as u128;
    if result_bits > MAX_EXACT_BITS as u128 || bits(b) > MAX_EXACT_BITS {
        return None;
    }
    let root = if k == 1 {
        b.clone()
    } else if is_negative(b) {
        if k % 2 == 0 {
            return None;
        }
        -rational::exact_root(&-b.clone(), k)?
    } else {
        rational::exact_root(b, k)?
    };
    Some(root.pow(n as isize))
}

fn fold_pair(f: Func, a: &RBig, b: &RBig) -> Option<Expr> {
    use dashu_base::Gcd;
    match f {
        Func::Max => return Some(Expr::Num(a.clone().max(b.clone()))),
        Func::Min => return Some(Expr::Num(a.clone().min(b.clone()))),
        Func::Mod if !b.is_zero() => {
            let q = RBig::from((a / b).floor());
            return Some(Expr::Num(a - b * q));
        }
        _ => {}
    }
    if !a.is_int() || !b.is_int() {
        return None;
    }
    let (x, y) = (a.numerator(), b.numerator());
    match f {
        Func::Gcd => Some(Expr::Num(RBig::from(x.gcd(y)))),
        Func::Lcm if !x.is_zero() && !y.is_zero() => {
            let g = dashu_int::IBig::from(x.gcd(y));
            Some(Expr::Num(RBig::from(dashu_base::Abs::abs(x / g * y))))
        }
        Func::Binomial | Func::Permutations => {
            let (n, k) = (i64::try_from(x).ok()?, i64::try_from(y).ok()?);
            if !(0..=1_000_000_000).contains(&n) || k < 0 {
                return None;
            }
            if k > n {
                return Some(Expr::int(0));
            }
            let k = if f == Func::Binomial { k.min(n - k) } else { k };
            if (k as usize).saturating_mul(64 - n.leading_zeros() as usize) > MAX_EXACT_BITS {
                return None;
            }
            let mut acc = dashu_int::IBig::ONE;
            for i in 0..k {
                acc *= n - i;
                if f == Func::Binomial {
                    acc /= i + 1;
                }
            }
            Some(Expr::Num(RBig::from(acc)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constructors_fold_numbers() {
        let half = Expr::int(1).div(Expr::int(2));
        assert_eq!(Expr::add(vec![half.clone(), half]), Expr::int(1));
        assert_eq!(Expr::pow(Expr::int(4), Expr::ratio(1, 2)), Expr::int(2));
        assert_eq!(Expr::pow(Expr::int(-8), Expr::ratio(1, 3)), Expr::int(-2));
        assert_eq!(Expr::pow(Expr::int(8), Expr::ratio(2, 3)), Expr::int(4));
        assert!(matches!(Expr::pow(Expr::int(2), Expr::int(1_000_000)), Expr::Pow(..)));
        assert_eq!(Expr::call(Func::Binomial, vec![Expr::int(10), Expr::int(3)]), Expr::int(120));
    }
}
