//! Factors: atoms and what may follow them (powers, factorials, degrees, per cent).

use super::arithmetic::multiply_matrices;
use super::{Parsed, Parser};
use crate::expr::{Expr, Func};
use crate::lex::{Env, Shape, Tok};
use crate::value::{Quantity, Value};

/// Powers, factorials and the like after one value.
const MAX_MARKS: usize = 12;

impl Parser<'_> {
    pub(super) fn factor(&mut self) -> Parsed<Value> {
        self.deeper(|p| {
            let mut v = p.atom()?;
            // Each mark wraps the value once more; expressions must stay shallow.
            let mut marks = 0;
            loop {
                p.budget.pay(3)?;
                marks += 1;
                if marks > MAX_MARKS {
                    return Err(super::ParseError::TooDeep);
                }
                match p.peek() {
                    Some(Tok::Sym('^')) => v = p.power(v)?,
                    Some(Tok::Sym('!')) => {
                        p.i += 1;
                        let f = if p.eat('!') { Func::DoubleFactorial } else { Func::Factorial };
                        v = match v {
                            Value::Scalar(q) => Value::scalar(Expr::call(f, vec![q.value()])),
                            _ => return p.error("a number before !"),
                        };
                    }
                    Some(Tok::Sym('%')) if p.percent_here() => {
                        p.i += 1;
                        match &mut v {
                            Value::Scalar(q) => q.percent = true,
                            _ => return p.error("a number before %"),
                        }
                    }
                    Some(Tok::Sym('‰')) => {
                        p.i += 1;
                        match &mut v {
                            Value::Scalar(q) => q.expr = q.expr.clone().div(Expr::int(1000)),
                            _ => return p.error("a number before ‰"),
                        }
                    }
                    Some(Tok::Sym('°')) => {
                        p.i += 1;
                        v = p.degrees(v)?;
                    }
                    Some(Tok::Sym('\'')) if matches!(v, Value::Scalar(_)) && !p.is_at(1, '\'') => {
                        // Minutes and feet are rare; primes on a variable are part of its name.
                        p.i += 1;
                        if let Value::Scalar(q) = &mut v
                            && let Expr::Var(n) = &q.expr
                        {
                            q.expr = Expr::Var(format!("{n}'").into());
                        }
                    }
                    _ => return Ok(v),
                }
            }
        })
    }

    /// `%` is per cent unless an operand follows directly (the remainder operator of programs).
    fn percent_here(&self) -> bool {
        !matches!(self.peek_at(1), Some(Tok::Num(_) | Tok::Letter(_)))
            || self.t.get(self.i + 1).is_some_and(|t| t.space) && !self.space_before()
    }

    fn degrees(&mut self, v: Value) -> Parsed<Value> {
        let Value::Scalar(mut q) = v else { return self.error("a number before °") };
        // °C, °F, degrees Celsius
        let scale = match self.peek() {
            Some(Tok::Letter(l)) if matches!(l.as_ref(), "C" | "F") => Some(l.to_string()),
            Some(Tok::Word(w))
                if matches!(w.as_ref(), "Celsius" | "Fahrenheit" | "celsius" | "fahrenheit") =>
            {
                Some(w[..1].to_ascii_uppercase())
            }
            _ => None,
        };
        if let Some(s) = scale {
            self.i += 1;
            q.unit = Some(crate::units::Unit::Label(format!("degrees {s}").into()));
            return Ok(Value::Scalar(q));
        }
        // 30°15'
        if let (Some(Tok::Num(n)), Some(Tok::Sym('\''))) = (self.peek(), self.peek_at(1)) {
            let minutes = Expr::Num(n.value.clone()).div(Expr::int(60));
            self.i += 2;
            q.expr = Expr::add(vec![q.expr, minutes]);
        }
        q.degrees = true;
        q.digits = None;
        Ok(Value::Scalar(q))
    }

    fn power(&mut self, base: Value) -> Parsed<Value> {
        self.i += 1;
        // ^\circ, ^{\circ}, ^\prime
        let group = self.is_open(Shape::Group);
        let mark = |p: &Self, c| {
            p.is_at(usize::from(group), c) && (!group || matches!(p.peek_at(2), Some(Tok::Close(_))))
        };
        if mark(self, '°') {
            self.i += if group { 3 } else { 1 };
            return self.degrees(base);
        }
        if mark(self, '\'') {
            self.i += if group { 3 } else { 1 };
            return Ok(base);
        }
        let transpose = matches!(self.peek_at(usize::from(group)), Some(Tok::Letter(l)) if matches!(l.as_ref(), "T" | "t" | "top"));
        let exp = self.exponent()?;
        match (base, exp) {
            (Value::Scalar(b), Value::Scalar(e)) => {
                let mut q = Quantity::new(Expr::pow(b.value(), e.value()));
                q.unit = b.unit;
                Ok(Value::Scalar(q))
            }
            (Value::Matrix(m), _) if transpose => {
                let width = m.first().map_or(0, Vec::len);
                if m.iter().any(|r| r.len() != width) {
                    return self.error("a full matrix");
                }
                Ok(Value::Matrix((0..width).map(|j| m.iter().map(|r| r[j].clone()).collect()).collect()))
            }
            (Value::Matrix(m), Value::Scalar(e)) => {
                let n = e.expr.as_rational().and_then(crate::num::rational::to_i64);
                let Some(n @ 1..=64) = n else { return self.error("a small matrix power") };
                let mut acc = m.clone();
                for _ in 1..n {
                    self.budget.pay(20 * (m.len() * m.len() * m.len()) as u64)?;
                    acc = match multiply_matrices(&acc, &m) {
                        Some(m) => m,
                        None => return self.error("a square matrix"),
                    };
                }
                Ok(Value::Matrix(acc))
            }
            (Value::NumberSet(c), _) => Ok(Value::NumberSet(c)),
            _ => self.error("a power"),
        }
    }

    /// What stands after `^`: a group, or a signed factor.
    fn exponent(&mut self) -> Parsed<Value> {
        // ℝ^+, ℤ^*: the sign is the whole exponent.
        if matches!(self.peek(), Some(Tok::Sym('+' | '·')))
            && !matches!(self.peek_at(1), Some(Tok::Num(_) | Tok::Letter(_)))
        {
            self.i += 1;
            return Ok(Value::scalar(Expr::int(1)));
        }
        if self.is_open(Shape::Group) {
            return self.group();
        }
        let negative = self.eat('-');
        if !negative {
            self.eat('+');
        }
        let v = self.deeper(|p| p.atom())?;
        let v = if self.is('^') { self.deeper(|p| p.power(v))? } else { v };
        match v {
            Value::Scalar(mut q) if negative => {
                q.expr = q.expr.neg();
                Ok(Value::Scalar(q))
            }
            v => Ok(v),
        }
    }

    /// A `{…}` argument, or a single token's worth of value.
    pub(super) fn argument(&mut self) -> Parsed<Value> {
        if self.is_open(Shape::Group) {
            return self.group();
        }
        let negative = self.eat('-');
        let v = self.deeper(|p| p.atom())?;
        match v {
            Value::Scalar(mut q) if negative => {
                q.expr = q.expr.neg();
                Ok(Value::Scalar(q))
            }
            v => Ok(v),
        }
    }

    pub(super) fn scalar_argument(&mut self) -> Parsed<Expr> {
        match self.argument()? {
            Value::Scalar(q) => Ok(q.value()),
            _ => self.error("a number"),
        }
    }

    /// `{…}`; a missing closing brace is forgiven.
    pub(super) fn group(&mut self) -> Parsed<Value> {
        self.i += 1;
        let v = self.bracketed(|p| p.list())?;
        if self.is_close(Shape::Group) {
            self.i += 1;
        } else if !self.at_end() && !matches!(self.peek(), Some(Tok::Close(_))) {
            return self.error("a closing brace");
        }
        Ok(v)
    }

    fn atom(&mut self) -> Parsed<Value> {
        self.budget.pay(5)?;
        let Some(t) = self.peek() else { return self.error("a value") };
        match t {
            Tok::Num(_) => self.literal(),
            Tok::Letter(_) => self.name(),
            Tok::Const(c) => {
                let c = *c;
                self.i += 1;
                // e_1, i_0: an index makes it a variable.
                if self.is('_') {
                    let base = match c {
                        crate::expr::Const::E => "e",
                        crate::expr::Const::I => "i",
                        crate::expr::Const::Pi => "pi",
                        crate::expr::Const::Infinity => "oo",
                    };
                    let n = self.subscripted(base)?;
                    return Ok(Value::scalar(Expr::Var(n)));
                }
                Ok(Value::scalar(Expr::Const(c)))
            }
            Tok::Func(f) => {
                let f = *f;
                self.i += 1;
                self.function(f)
            }
            Tok::Frac => {
                self.i += 1;
                self.fraction()
            }
            Tok::Binom => {
                self.i += 1;
                let n = self.scalar_argument()?;
                let k = self.scalar_argument()?;
                Ok(Value::scalar(Expr::call(Func::Binomial, vec![n, k])))
            }
            Tok::Sum | Tok::Product | Tok::Integral | Tok::Limit => self.binder(),
            Tok::Overline => {
                self.i += 1;
                self.overlined()
            }
            Tok::Open(s) => {
                let s = *s;
                self.bracket(s)
            }
            Tok::Close(Shape::Square) => self.reversed_interval(),
            // _5C_2, {}^5C_2
            Tok::Sym('_' | '^') => {
                self.i += 1;
                let n = self.scalar_argument()?;
                let f = match self.peek() {
                    Some(Tok::Letter(l)) if l.as_ref() == "C" => Func::Binomial,
                    Some(Tok::Letter(l)) if l.as_ref() == "P" => Func::Permutations,
                    _ => return self.error("C or P"),
                };
                self.i += 1;
                self.eat('_');
                let k = self.scalar_argument()?;
                Ok(Value::scalar(Expr::call(f, vec![n, k])))
            }
            Tok::Sym('|') => self.absolute(),
            Tok::Sym('‖') => {
                self.i += 1;
                let v = self.bracketed(|p| p.additive())?;
                self.eat('‖');
                match v {
                    Value::Scalar(q) => Ok(Value::scalar(Expr::call(Func::Abs, vec![q.value()]))),
                    _ => self.error("a norm"),
                }
            }
            Tok::Sym(c @ ('∅' | 'ℝ' | 'ℤ' | 'ℕ' | 'ℚ' | 'ℂ')) => {
                let c = *c;
                self.i += 1;
                Ok(Value::NumberSet(c))
            }
            Tok::Sym('∠' | '△') => {
                self.i += 1;
                let mut n = String::from("∠");
                while let Some(Tok::Letter(l)) = self.peek() {
                    n.push_str(l);
                    self.i += 1;
                }
                Ok(Value::scalar(Expr::Var(n.into())))
            }
            Tok::Sym('…') => {
                self.i += 1;
                Ok(Value::scalar(Expr::var("…")))
            }
            Tok::Begin(e) => {
                let e = *e;
                self.i += 1;
                self.environment(e)
            }
            Tok::Currency(c) => {
                let u = crate::units::currency(*c);
                self.i += 1;
                let negative = self.eat('-');
                let v = self.factor()?;
                match v {
                    Value::Scalar(mut q) => {
                        q.unit = Some(u);
                        if negative {
                            q.expr = q.expr.neg();
                        }
                        Ok(Value::Scalar(q))
                    }
                    _ => self.error("an amount"),
                }
            }
            _ => self.error("a value"),
        }
    }

    /// `\frac`, with the digit rules of TeX where braces are missing.
    fn fraction(&mut self) -> Parsed<Value> {
        let n = self.fraction_part(true)?;
        let d = self.fraction_part(false)?;
        let mut q = Quantity::new(n.div(d));
        q.digits = None;
        Ok(Value::Scalar(q))
    }

    fn fraction_part(&mut self, first: bool) -> Parsed<Expr> {
        if let Some(Tok::Num(n)) = self.peek()
            && let Some(d) = n.digits.clone().filter(|d| d.len() > 1)
        {
            // \frac12 is a half; \frac{1}12 means twelfths.
            let unbraced_first = !first && matches!(self.t[self.i - 1].tok, Tok::Close(Shape::Group));
            if !unbraced_first {
                let (head, rest) = d.split_at(1);
                let head = Expr::Num(crate::lex::integer_of(head).into());
                if let Tok::Num(n) = &mut self.t[self.i].tok {
                    n.value = crate::lex::integer_of(rest).into();
                    n.digits = Some(rest.into());
                }
                return Ok(head);
            }
        }
        self.scalar_argument()
    }

    /// `\overline{AB}`, `\vec{v}`: the accent is dropped, the letters become one name.
    fn overlined(&mut self) -> Parsed<Value> {
        if self.is_open(Shape::Group) {
            let mut k = 1;
            let mut name = String::new();
            while let Some(Tok::Letter(l)) = self.peek_at(k) {
                name.push_str(l);
                k += 1;
            }
            if !name.is_empty() && matches!(self.peek_at(k), Some(Tok::Close(Shape::Group))) {
                self.i += k + 1;
                if self.is('_') {
                    let n = self.subscripted(&name)?;
                    return Ok(Value::scalar(Expr::Var(n)));
                }
                if name.len() == 1 {
                    return Ok(Value::scalar(Expr::Var(name.into())));
                }
                return Ok(Value::scalar(Expr::Var(format!("overline {name}").into())));
            }
        }
        self.argument()
    }

    fn absolute(&mut self) -> Parsed<Value> {
        self.i += 1;
        let saved = self.abs;
        self.abs += 1;
        let v = self.additive();
        self.abs = saved;
        let v = v?;
        if !self.eat('|') && !matches!(self.peek(), Some(Tok::Close(Shape::Bar))) {
            return self.error("a closing bar");
        }
        if matches!(self.peek(), Some(Tok::Close(Shape::Bar))) {
            self.i += 1;
        }
        match v {
            Value::Scalar(q) => Ok(Value::scalar(Expr::call(Func::Abs, vec![q.value()]))),
            Value::Matrix(m) => match super::arithmetic::determinant(&m) {
                Some(d) => Ok(Value::scalar(d)),
                None => self.error("a small square matrix"),
            },
            _ => self.error("a number between bars"),
        }
    }

    /// Rows and cells of an environment whose `\begin` was just read.
    fn environment(&mut self, env: Env) -> Parsed<Value> {
        let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
        let saved = (self.abs, self.no_bar, self.no_colon);
        (self.abs, self.no_bar, self.no_colon) = (0, false, false);
        self.nesting += 1;
        loop {
            self.budget.pay(5)?;
            match self.peek() {
                None => break,
                Some(Tok::End) => {
                    self.i += 1;
                    break;
                }
                Some(Tok::Close(Shape::Curly)) => break,
                Some(Tok::Row) => {
                    self.i += 1;
                    rows.push(Vec::new());
                }
                Some(Tok::Sym('&')) => self.i += 1,
                Some(Tok::Sym(',' | ';' | '.')) => self.i += 1,
                Some(Tok::Word(w))
                    if matches!(w.as_ref(), "if" | "for" | "when" | "otherwise" | "else" | "hline") =>
                {
                    let other = matches!(w.as_ref(), "otherwise" | "else");
                    self.i += 1;
                    if other && let Some(r) = rows.last_mut() {
                        r.push(Value::Text("otherwise".into()));
                    }
                }
                Some(_) => {
                    let before = self.i;
                    let v = self.deeper(|p| p.chain())?;
                    if self.i == before {
                        return self.error("a cell");
                    }
                    if let Some(r) = rows.last_mut() {
                        r.push(v);
                    }
                }
            }
        }
        self.nesting -= 1;
        (self.abs, self.no_bar, self.no_colon) = saved;
        rows.retain(|r| !r.is_empty());
        if rows.is_empty() {
            return self.error("rows");
        }
        match env {
            Env::Matrix | Env::Determinant => {
                if rows.iter().any(|r| r.iter().any(|v| !matches!(v, Value::Scalar(_)))) {
                    return Ok(lines(rows));
                }
                let m: Vec<Vec<Expr>> = rows
                    .into_iter()
                    .map(|r| {
                        r.into_iter()
                            .filter_map(|v| if let Value::Scalar(q) = v { Some(q.value()) } else { None })
                            .collect()
                    })
                    .collect();
                if env == Env::Determinant {
                    return match super::arithmetic::determinant(&m) {
                        Some(d) => Ok(Value::scalar(d)),
                        None => self.error("a small square matrix"),
                    };
                }
                Ok(Value::Matrix(m))
            }
            Env::Cases | Env::Lines => Ok(lines(rows)),
        }
    }
}

/// Rows that are not a matrix: cases with conditions, or a system of equations.
fn lines(rows: Vec<Vec<Value>>) -> Value {
    if rows.iter().all(|r| r.len() == 2) {
        return Value::Piecewise(
            rows.into_iter().filter_map(|mut r| Some((r.remove(0), r.pop()?))).collect(),
        );
    }
    let mut items: Vec<Value> =
        rows.into_iter().filter_map(|mut r| if r.len() == 1 { r.pop() } else { None }).collect();
    if items.len() == 1
        && let Some(v) = items.pop()
    {
        return v;
    }
    Value::List { items, decimal: None }
}
