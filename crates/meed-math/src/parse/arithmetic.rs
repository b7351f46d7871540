//! Sums, products, powers and what they mean for matrices and sets.

use super::{Parsed, Parser};
use crate::expr::{Expr, Func};
use crate::lex::{Shape, Tok};
use crate::num::rational;
use crate::value::{Quantity, SetOp, Value};

/// Sets joined in a row; each joint is one level of the result.
const MAX_JOINED: usize = 64;
/// `mod` operators in a row.
const MAX_MOD: usize = 8;

impl Parser<'_> {
    /// Unions, intersections and differences of sets.
    pub(super) fn set_expression(&mut self) -> Parsed<Value> {
        let mut left = self.additive()?;
        let mut joined = 0;
        loop {
            joined += 1;
            if joined > MAX_JOINED {
                return Err(super::ParseError::TooDeep);
            }
            let op = match self.peek() {
                Some(Tok::Sym('∪')) => SetOp::Union,
                Some(Tok::Sym('∩')) => SetOp::Intersection,
                Some(Tok::Sym('∖')) => SetOp::Difference,
                _ => return Ok(left),
            };
            self.budget.pay(5)?;
            self.i += 1;
            let right = self.additive()?;
            left = Value::Join(op, Box::new(left), Box::new(right));
        }
    }

    pub(super) fn additive(&mut self) -> Parsed<Value> {
        self.deeper(|p| {
            let mut terms: Vec<Expr> = Vec::new();
            let mut acc = p.signed_term()?;
            while let Some(Tok::Sym(op @ ('+' | '-' | '±' | '∓'))) = p.peek() {
                let op = *op;
                p.budget.pay(5)?;
                p.i += 1;
                // A dash may end a phrase; any other sign wants an operand.
                if p.at_end() && op == '-' {
                    break;
                }
                let right = p.signed_term()?;
                match (acc, right) {
                    (Value::Scalar(a), Value::Scalar(b)) => {
                        // Same units stay; long sums are collected and folded once.
                        let keep = (a.unit.clone(), a.degrees && b.degrees, a.percent && b.percent);
                        let (x, y) = if keep.1 || keep.2 { (a.expr, b.expr) } else { (a.value(), b.value()) };
                        if terms.is_empty() {
                            terms.push(x);
                        }
                        terms.push(match op {
                            '-' => y.neg(),
                            '±' => Expr::call(Func::PlusMinus, vec![y]),
                            '∓' => Expr::call(Func::MinusPlus, vec![y]),
                            _ => y,
                        });
                        let mut q = Quantity::new(Expr::int(0));
                        (q.unit, q.degrees, q.percent) = keep;
                        if q.unit.is_none() {
                            q.unit = b.unit;
                        }
                        acc = Value::Scalar(q);
                    }
                    (Value::Matrix(a), Value::Matrix(b)) => {
                        acc = Value::Matrix(
                            add_matrices(a, b, op == '-')
                                .ok_or(())
                                .or_else(|()| p.error("matrices of one size"))?,
                        );
                    }
                    (a, b) if op == '-' && !matches!(a, Value::Join(..)) => {
                        acc = Value::Join(SetOp::Difference, Box::new(a), Box::new(b))
                    }
                    _ => return p.error("a sum of unlike things"),
                }
            }
            if !terms.is_empty()
                && let Value::Scalar(q) = &mut acc
            {
                q.expr = Expr::add(terms);
            }
            // {n \choose k}, {a \over b}
            let over = p.is('⍀');
            if over || p.is('⍑') {
                p.i += 1;
                let right = p.additive()?;
                return match (acc, right) {
                    (Value::Scalar(a), Value::Scalar(b)) if over => {
                        Ok(Value::scalar(a.value().div(b.value())))
                    }
                    (Value::Scalar(a), Value::Scalar(b)) => {
                        Ok(Value::scalar(Expr::call(Func::Binomial, vec![a.value(), b.value()])))
                    }
                    _ => p.error("numbers"),
                };
            }
            // Percent signs after a sum belong to the last term only; units were kept above.
            Ok(acc)
        })
    }

    fn signed_term(&mut self) -> Parsed<Value> {
        let mut negative = false;
        let mut plus_minus = None;
        let mut signs = 0;
        while let Some(Tok::Sym(c @ ('+' | '-' | '±' | '∓'))) = self.peek() {
            self.budget.pay(2)?;
            negative ^= *c == '-';
            match c {
                '±' => plus_minus = Some(Func::PlusMinus),
                '∓' => plus_minus = Some(Func::MinusPlus),
                _ => {}
            }
            signs += 1;
            self.i += 1;
        }
        let v = self.term()?;
        if signs == 0 {
            return Ok(v);
        }
        Ok(match v {
            Value::Scalar(mut q) => {
                if negative {
                    q.expr = q.expr.neg();
                    q.digits = None;
                }
                if let Some(f) = plus_minus {
                    let e = Expr::call(f, vec![q.expr]);
                    q.expr = e;
                }
                Value::Scalar(q)
            }
            Value::Matrix(m) if negative => {
                Value::Matrix(m.into_iter().map(|r| r.into_iter().map(Expr::neg).collect()).collect())
            }
            Value::Choice(..) | Value::Text(_) => v,
            // A sign in front of a set or interval maps it; kept as a product that equals nothing else.
            v if negative => Value::Join(SetOp::Difference, Box::new(Value::NumberSet('∅')), Box::new(v)),
            v => v,
        })
    }

    pub(super) fn term(&mut self) -> Parsed<Value> {
        let mut acc = self.factor()?;
        let mut factors: Vec<Expr> = Vec::new();
        let mut remainders = 0;
        loop {
            self.budget.pay(3)?;
            match self.peek() {
                Some(Tok::Sym('·')) => {
                    self.i += 1;
                    if self.at_end() {
                        break;
                    }
                    let right = self.signed_factor()?;
                    acc = self.multiply(acc, right, &mut factors)?;
                }
                Some(Tok::Sym('/')) => {
                    if self.unit_division(&acc) {
                        break;
                    }
                    self.i += 1;
                    let right = self.signed_factor()?;
                    let right = match right {
                        Value::Scalar(q) => {
                            let mut inv = Quantity::new(Expr::pow(q.value(), Expr::int(-1)));
                            if let Some(n) =
                                q.expr.as_rational().filter(|n| !n.is_zero() && !q.percent && !q.degrees)
                            {
                                inv.expr = Expr::int(1).div(Expr::Num(n.clone()));
                            }
                            inv.unit = None;
                            Value::Scalar(inv)
                        }
                        _ => return self.error("a divisor"),
                    };
                    acc = self.multiply(acc, right, &mut factors)?;
                }
                Some(Tok::Mod) if !self.no_mod && matches!(acc, Value::Scalar(_)) && self.operator_mod() => {
                    remainders += 1;
                    if remainders > MAX_MOD {
                        return Err(super::ParseError::TooDeep);
                    }
                    self.i += 1;
                    let right = self.factor()?;
                    let a = self.finish(&mut factors, acc)?;
                    match (a, right) {
                        (Value::Scalar(a), Value::Scalar(b)) => {
                            acc = Value::scalar(Expr::call(Func::Mod, vec![a.value(), b.value()]));
                        }
                        _ => return self.error("numbers around mod"),
                    }
                }
                Some(_) if self.starts_factor() => {
                    let right = self.factor()?;
                    acc = self.multiply(acc, right, &mut factors)?;
                }
                _ => break,
            }
        }
        let acc = self.finish(&mut factors, acc)?;
        self.units(acc)
    }

    fn finish(&self, factors: &mut Vec<Expr>, acc: Value) -> Parsed<Value> {
        if factors.is_empty() {
            return Ok(acc);
        }
        match acc {
            Value::Scalar(mut q) => {
                q.expr = Expr::mul(std::mem::take(factors));
                Ok(Value::Scalar(q))
            }
            v => Ok(v),
        }
    }

    fn signed_factor(&mut self) -> Parsed<Value> {
        let mut negative = false;
        while self.is('-') || self.is('+') {
            self.budget.pay(2)?;
            negative ^= self.is('-');
            self.i += 1;
        }
        let v = self.factor()?;
        match v {
            Value::Scalar(mut q) if negative => {
                q.expr = q.expr.neg();
                Ok(Value::Scalar(q))
            }
            v => Ok(v),
        }
    }

    /// Multiplies; scalar factors are collected and folded once at the end.
    fn multiply(&self, a: Value, b: Value, factors: &mut Vec<Expr>) -> Parsed<Value> {
        Ok(match (a, b) {
            (Value::Scalar(a), Value::Scalar(b)) => {
                let written = scientific(&a, &b, factors.is_empty());
                if factors.is_empty() {
                    factors.push(a.value());
                }
                factors.push(b.value());
                let mut q = Quantity::new(Expr::int(0));
                q.written = written;
                q.unit = a.unit.or(b.unit);
                Value::Scalar(q)
            }
            (Value::Scalar(a), Value::Matrix(m)) | (Value::Matrix(m), Value::Scalar(a)) => {
                let k = if factors.is_empty() { a.value() } else { Expr::mul(std::mem::take(factors)) };
                self.budget.pay(10 * m.len() as u64)?;
                Value::Matrix(
                    m.into_iter()
                        .map(|r| r.into_iter().map(|e| Expr::mul(vec![k.clone(), e])).collect())
                        .collect(),
                )
            }
            // A(1, 2): a named point.
            (Value::Scalar(a), point @ Value::Tuple { .. })
                if factors.is_empty()
                    && matches!(&a.expr, Expr::Var(n) if n.starts_with(|c: char| c.is_ascii_uppercase())) =>
            {
                point
            }
            (Value::Scalar(a), Value::Tuple { items, .. }) => {
                let k = if factors.is_empty() { a.value() } else { Expr::mul(std::mem::take(factors)) };
                let mut row = Vec::new();
                for v in items {
                    match v {
                        Value::Scalar(q) => row.push(vec![Expr::mul(vec![k.clone(), q.value()])]),
                        _ => return self.error("numbers in a vector"),
                    }
                }
                Value::Matrix(row)
            }
            (Value::Matrix(a), Value::Matrix(b)) => match multiply_matrices(&a, &b) {
                Some(m) => {
                    self.budget.pay(20 * (a.len() * b.len()) as u64)?;
                    Value::Matrix(m)
                }
                None => return self.error("matrices of fitting sizes"),
            },
            _ => return self.error("a product of unlike things"),
        })
    }

    /// Whether the next token begins another factor of a product without a sign.
    pub(super) fn starts_factor(&self) -> bool {
        match self.peek() {
            Some(Tok::Letter(_)) => !self.unit_letter(),
            Some(Tok::Const(_) | Tok::Func(_) | Tok::Frac | Tok::Binom) => true,
            Some(Tok::Sum | Tok::Product | Tok::Integral | Tok::Limit | Tok::Overline | Tok::Begin(_)) => {
                true
            }
            Some(Tok::Num(_)) => {
                // Two numbers side by side are not a product.
                self.i > 0 && !matches!(self.t[self.i - 1].tok, Tok::Num(_) | Tok::Sym('%'))
            }
            Some(Tok::Open(s)) => match s {
                Shape::Round => !matches!(self.peek_at(1), Some(Tok::Mod | Tok::Word(_))),
                Shape::Group => !matches!(self.peek_at(1), Some(Tok::Word(_))),
                Shape::Square => self.closes_square(),
                Shape::Floor | Shape::Ceil | Shape::Bar | Shape::Angle => true,
                Shape::Curly => false,
            },
            Some(Tok::Sym('|')) => self.abs == 0 && !self.no_bar && self.bar_closes(),
            Some(Tok::Currency(_)) => false,
            _ => false,
        }
    }

    /// A square bracket used for grouping: it closes as one and holds no comma.
    fn closes_square(&self) -> bool {
        let mut level = 0;
        for t in &self.t[self.i..self.end] {
            match t.tok {
                Tok::Open(_) => level += 1,
                Tok::Close(s) => {
                    level -= 1;
                    if level == 0 {
                        return s == Shape::Square;
                    }
                }
                Tok::Sym(',' | ';') if level == 1 => return false,
                _ => {}
            }
        }
        false
    }

    /// A later bar can close the one at the cursor.
    fn bar_closes(&self) -> bool {
        self.t[self.i + 1..self.end].iter().any(|t| t.tok == Tok::Sym('|'))
    }

    fn operator_mod(&self) -> bool {
        // `(mod 7)` and a bare trailing `mod` belong to the chain.
        self.peek_at(1).is_some()
    }
}

/// The decimal step of `m × 10^k`, when that is what was written.
fn scientific(a: &Quantity, b: &Quantity, first: bool) -> Option<dashu_ratio::RBig> {
    if !first {
        return None;
    }
    let scale = b.expr.as_rational()?;
    let mantissa = a.expr.as_rational()?;
    let ulp = a.written.as_ref()?;
    let ten = rational::int(10);
    if scale.is_zero() {
        return None;
    }
    let big = if *scale < dashu_ratio::RBig::ONE { dashu_ratio::RBig::ONE / scale } else { scale.clone() };
    if rational::bits(scale) > 4096 || mantissa.is_zero() || !big.is_int() {
        return None;
    }
    let mut n = big.numerator().clone();
    let t = ten.numerator().clone();
    while n != dashu_int::IBig::ONE {
        if !(&n % &t).is_zero() {
            return None;
        }
        n /= &t;
    }
    if big.is_one() { None } else { Some(ulp * scale) }
}

fn add_matrices(a: Vec<Vec<Expr>>, b: Vec<Vec<Expr>>, minus: bool) -> Option<Vec<Vec<Expr>>> {
    if a.len() != b.len() {
        return None;
    }
    a.into_iter()
        .zip(b)
        .map(|(x, y)| {
            if x.len() != y.len() {
                return None;
            }
            Some(
                x.into_iter()
                    .zip(y)
                    .map(|(p, q)| if minus { p.sub(q) } else { Expr::add(vec![p, q]) })
                    .collect(),
            )
        })
        .collect()
}

pub(super) fn multiply_matrices(a: &[Vec<Expr>], b: &[Vec<Expr>]) -> Option<Vec<Vec<Expr>>> {
    let inner = b.len();
    let width = b.first()?.len();
    if a.iter().any(|r| r.len() != inner)
        || b.iter().any(|r| r.len() != width)
        || a.len() * width * inner > 1000
    {
        return None;
    }
    let m: Vec<Vec<Expr>> = a
        .iter()
        .map(|row| {
            (0..width)
                .map(|j| {
                    Expr::add((0..inner).map(|k| Expr::mul(vec![row[k].clone(), b[k][j].clone()])).collect())
                })
                .collect()
        })
        .collect();
    // Products of symbolic matrices double with every factor.
    if m.iter().flatten().map(|e| e.size(MAX_ENTRY)).sum::<usize>() >= MAX_ENTRY { None } else { Some(m) }
}

/// Nodes allowed in all entries of a product together.
const MAX_ENTRY: usize = 2_000;

/// The determinant by cofactors, for sizes where that is cheap.
pub(super) fn determinant(m: &[Vec<Expr>]) -> Option<Expr> {
    let n = m.len();
    if n == 0 || n > 5 || m.iter().any(|r| r.len() != n) {
        return None;
    }
    if n == 1 {
        return Some(m[0][0].clone());
    }
    let mut terms = Vec::new();
    for j in 0..n {
        let minor: Vec<Vec<Expr>> = m[1..]
            .iter()
            .map(|r| r.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, e)| e.clone()).collect())
            .collect();
        let d = Expr::mul(vec![m[0][j].clone(), determinant(&minor)?]);
        terms.push(if j % 2 == 1 { d.neg() } else { d });
    }
    Some(Expr::add(terms))
}
