//! Numbers, names and the units after them.

use super::{Parsed, Parser};
use crate::expr::{Const, Expr, Func, Name};
use crate::lex::{Shape, Tok};
use crate::num::rational::to_i64;
use crate::units;
use crate::value::{Quantity, Value};

impl Parser<'_> {
    pub(super) fn literal(&mut self) -> Parsed<Value> {
        let Some(Tok::Num(n)) = self.peek() else { return self.error("a number") };
        let n = n.clone();
        self.i += 1;
        let mut q = Quantity::new(Expr::Num(n.value));
        q.written = n.ulp;
        q.digits = n.digits;
        if let Some(v) = self.based(&q)? {
            return Ok(v);
        }
        self.mixed(&mut q);
        // 10C3, 5P2
        if let (Some(Tok::Letter(l)), Some(Tok::Num(_))) = (self.peek(), self.peek_at(1))
            && matches!(l.as_ref(), "C" | "P")
            && !self.space_before()
            && q.expr.as_rational().is_some_and(|q| q.is_int())
        {
            let f = if l.as_ref() == "C" { Func::Binomial } else { Func::Permutations };
            if let Some(Tok::Num(k)) = self.peek_at(1) {
                let k = Expr::Num(k.value.clone());
                self.i += 2;
                return Ok(Value::scalar(Expr::call(f, vec![q.expr, k])));
            }
        }
        Ok(Value::Scalar(q))
    }

    /// `101_2`, `1A_{16}` with digits only, `101 (base 2)`, `101 base 2`.
    fn based(&mut self, q: &Quantity) -> Parsed<Option<Value>> {
        let Some(digits) = q.digits.clone() else { return Ok(None) };
        let saved = self.i;
        let radix = if self.is('_') {
            self.i += 1;
            let group = self.is_open(Shape::Group);
            if group {
                self.i += 1;
            }
            if matches!(self.peek(), Some(Tok::Word(w)) if w.as_ref() == "base") {
                self.i += 1;
            }
            let r = self.radix_value();
            if group && self.is_close(Shape::Group) {
                self.i += 1;
            }
            r
        } else {
            let open = matches!(self.peek(), Some(Tok::Open(Shape::Round)));
            let k = usize::from(open);
            let word = |p: &Self, k, text| matches!(p.peek_at(k), Some(Tok::Word(w)) if w.as_ref() == text);
            let named = word(self, k, "base") || (word(self, k, "in") && word(self, k + 1, "base"));
            if !named {
                return Ok(None);
            }
            self.i += k + 1;
            if matches!(self.peek(), Some(Tok::Word(_)))
                && !matches!(self.peek(), Some(Tok::Word(w)) if crate::words::spelled(&w.to_ascii_lowercase()).is_some())
            {
                self.i += 1;
            }
            let r = self.radix_value();
            if open && self.is_close(Shape::Round) {
                self.i += 1;
            }
            r
        };
        let Some(radix @ 2..=36) = radix else {
            self.i = saved;
            return Ok(None);
        };
        let Ok(v) = dashu_int::UBig::from_str_radix(&digits, radix) else {
            return self.error("digits of that base");
        };
        let mut out = Quantity::new(Expr::Num(v.into()));
        out.radix = Some(radix);
        Ok(Some(Value::Scalar(out)))
    }

    fn radix_value(&mut self) -> Option<u32> {
        let r = match self.peek()? {
            Tok::Num(n) => to_i64(&n.value).and_then(|n| u32::try_from(n).ok()),
            Tok::Word(w) => {
                crate::words::spelled(&w.to_ascii_lowercase()).and_then(|n| u32::try_from(n).ok())
            }
            _ => None,
        };
        if r.is_some() {
            self.i += 1;
        }
        r
    }

    /// `3 1/2` and `3\frac{1}{2}`.
    fn mixed(&mut self, q: &mut Quantity) {
        if q.digits.is_none() {
            return;
        }
        let part = |t: Option<&Tok>| match t {
            Some(Tok::Num(n)) if n.digits.is_some() => Some(n.value.clone()),
            _ => None,
        };
        if let (Some(a), true, Some(b)) = (part(self.peek()), self.is_at(1, '/'), part(self.peek_at(2)))
            && self.space_before()
            && a < b
            && !a.is_zero()
        {
            self.i += 3;
            self.add_fraction(q, a, b);
            return;
        }
        if !matches!(self.peek(), Some(Tok::Frac)) {
            return;
        }
        // Both arguments must be plain integers for this to be a mixed number.
        let mut k = 1;
        let mut parts = Vec::new();
        for _ in 0..2 {
            let group = matches!(self.peek_at(k), Some(Tok::Open(Shape::Group)));
            let Some(v) = part(self.peek_at(k + usize::from(group))) else { return };
            if group && !matches!(self.peek_at(k + 2), Some(Tok::Close(Shape::Group))) {
                return;
            }
            if !group && let Some(Tok::Num(n)) = self.peek_at(k) {
                // 3\frac12: two digits in one token.
                if parts.is_empty()
                    && let Some(d) = n.digits.as_deref().filter(|d| d.len() == 2)
                {
                    let (a, b) = (d.as_bytes()[0] - b'0', d.as_bytes()[1] - b'0');
                    if a < b && a > 0 {
                        self.i += k + 1;
                        self.add_fraction(q, a.into(), b.into());
                    }
                    return;
                }
                if n.digits.as_deref().is_some_and(|d| d.len() > 1) {
                    return;
                }
            }
            parts.push(v);
            k += if group { 3 } else { 1 };
        }
        let [a, b] = parts.as_slice() else { return };
        if a < b && !a.is_zero() {
            let (a, b) = (a.clone(), b.clone());
            self.i += k;
            self.add_fraction(q, a, b);
        }
    }

    fn add_fraction(&self, q: &mut Quantity, a: dashu_ratio::RBig, b: dashu_ratio::RBig) {
        if let Expr::Num(n) = &q.expr {
            q.expr = Expr::Num(n + a / b);
            q.digits = None;
        }
    }

    /// Raw text of a subscript: `_1`, `_{n+1}`, `_{\text{max}}`.
    pub(super) fn subscript(&mut self) -> Parsed<String> {
        self.i += 1;
        let mut out = String::new();
        let group = self.is_open(Shape::Group);
        let mut level = 0usize;
        while let Some(t) = self.peek() {
            match t {
                Tok::Open(Shape::Group) => level += 1,
                Tok::Close(Shape::Group) => {
                    if level == 0 {
                        break;
                    }
                    level -= 1;
                }
                Tok::Num(n) => match &n.digits {
                    Some(d) => out.push_str(d),
                    None => out.push_str(&n.value.to_string()),
                },
                Tok::Letter(l) | Tok::Word(l) => out.push_str(l),
                Tok::Const(Const::Pi) => out.push('π'),
                Tok::Sym(c) => out.push(*c),
                _ => {}
            }
            self.i += 1;
            if level == 0 {
                break;
            }
            if out.len() > 64 {
                return self.error("a short index");
            }
        }
        if group && out.is_empty() {
            return self.error("an index");
        }
        Ok(out)
    }

    pub(super) fn subscripted(&mut self, base: &str) -> Parsed<Name> {
        let mut n = base.to_string();
        while self.is('_') {
            n.push('_');
            n.push_str(&self.subscript()?);
        }
        Ok(n.into())
    }

    /// A letter: a variable, a constant, a binomial `C_n^k`, or a function applied to something.
    pub(super) fn name(&mut self) -> Parsed<Value> {
        let Some(Tok::Letter(l)) = self.peek() else { return self.error("a name") };
        let letter = l.clone();
        self.i += 1;
        if self.is('_') {
            if matches!(letter.as_ref(), "C" | "P" | "A")
                && let Some(v) = self.combinations(letter.as_ref() == "C")?
            {
                return Ok(v);
            }
            let n = self.subscripted(&letter)?;
            return self.maybe_applied(n);
        }
        match letter.as_ref() {
            // As an index, `i` is not the imaginary unit.
            name if self.bound.iter().any(|b| **b == *name) => {}
            "e" => return Ok(Value::scalar(Expr::Const(Const::E))),
            "i" => return Ok(Value::scalar(Expr::Const(Const::I))),
            "C" | "P" if self.is_open(Shape::Round) && self.two_arguments() => {
                let f = if letter.as_ref() == "C" { Func::Binomial } else { Func::Permutations };
                let Value::Tuple { items, .. } = self.bracket(Shape::Round)? else {
                    return self.error("two arguments");
                };
                let args: Vec<Expr> = items
                    .into_iter()
                    .filter_map(|v| if let Value::Scalar(q) = v { Some(q.value()) } else { None })
                    .collect();
                if args.len() != 2 {
                    return self.error("two arguments");
                }
                return Ok(Value::scalar(Expr::call(f, args)));
            }
            _ => {}
        }
        self.maybe_applied(letter)
    }

    /// `C(10, 3)`: digits, a comma, digits.
    fn two_arguments(&self) -> bool {
        matches!(self.peek_at(1), Some(Tok::Num(_)))
            && self.is_at(2, ',')
            && matches!(self.peek_at(3), Some(Tok::Num(_)))
    }

    fn combinations(&mut self, choose: bool) -> Parsed<Option<Value>> {
        let saved = self.i;
        self.i += 1;
        let Ok(n) = self.scalar_argument() else {
            self.i = saved;
            return Ok(None);
        };
        if !self.eat('^') {
            self.i = saved;
            return Ok(None);
        }
        let k = self.scalar_argument()?;
        // C_n^k and C_k^n are both in use; for numbers the larger is the set.
        let (n, k) = match (&n, &k) {
            (Expr::Num(a), Expr::Num(b)) if a < b => (k, n),
            _ => (n, k),
        };
        let f = if choose { Func::Binomial } else { Func::Permutations };
        Ok(Some(Value::scalar(Expr::call(f, vec![n, k]))))
    }

    /// `f(x)`, `f^{-1}(x)`, `P(x) = …`: application rather than multiplication.
    fn maybe_applied(&mut self, name: Name) -> Parsed<Value> {
        let mut name = name;
        let first = name.split('_').next().unwrap_or("");
        let usual = matches!(first, "f" | "g" | "h" | "F" | "G" | "H" | "phi" | "psi");
        if usual && self.is('\'') {
            let mut n = name.to_string();
            while self.eat('\'') {
                n.push('\'');
            }
            name = n.into();
        }
        if usual
            && self.is('^')
            && matches!(self.peek_at(1), Some(Tok::Open(Shape::Group)))
            && self.is_at(2, '-')
            && matches!(self.peek_at(5), Some(Tok::Open(Shape::Round)))
        {
            self.i += 5;
            name = format!("{name}^-1").into();
        }
        let applied = self.is_open(Shape::Round) && !self.space_before() && (usual || self.defines());
        if !applied {
            return Ok(Value::scalar(Expr::Var(name)));
        }
        let args = match self.bracket(Shape::Round)? {
            Value::Scalar(q) => vec![q.value()],
            Value::Tuple { items, .. } => {
                let mut out = Vec::new();
                for v in items {
                    match v {
                        Value::Scalar(q) => out.push(q.value()),
                        _ => return self.error("arguments"),
                    }
                }
                out
            }
            // P(X > 1): the event is a name.
            Value::Chain { .. } | Value::Text(_) | Value::Join(..) => vec![Expr::var("event")],
            _ => return self.error("arguments"),
        };
        Ok(Value::scalar(Expr::Apply(name, args)))
    }

    /// `P(x) =` and `T(n) =`: the closing parenthesis is followed by an equals sign, and this is the start of a side.
    fn defines(&self) -> bool {
        if self.i > 1
            && !matches!(
                self.t[self.i - 2].tok,
                Tok::Sym(',' | ';' | '=' | '⇒') | Tok::And | Tok::Or | Tok::Open(_) | Tok::Word(_)
            )
        {
            return false;
        }
        let mut level = 0;
        for (k, t) in self.t[self.i..self.end].iter().enumerate() {
            match t.tok {
                Tok::Open(_) => level += 1,
                Tok::Close(_) => {
                    level -= 1;
                    if level == 0 {
                        return self.is_at(k + 1, '=');
                    }
                }
                Tok::Sym('+' | '-' | '/' | '^') => return false,
                _ if k > 12 => return false,
                _ => {}
            }
        }
        false
    }

    /// The unit phrase after a value.
    pub(super) fn units(&mut self, v: Value) -> Parsed<Value> {
        let Value::Scalar(mut q) = v else { return Ok(v) };
        if let Some(Tok::Currency(c)) = self.peek() {
            if q.unit.is_none() {
                q.unit = Some(units::currency(*c));
            }
            self.i += 1;
        }
        if !self.unit_starts(&q) {
            return Ok(Value::Scalar(q));
        }
        let mut b = units::Builder::default();
        let mut words = 0;
        let letters = self.letters_reading(&q);
        loop {
            self.budget.pay(3)?;
            match self.peek() {
                Some(Tok::Word(w)) => {
                    if crate::words::is_tail(w) && !units::is_unit(w) {
                        break;
                    }
                    // A word before a relation or parenthesis is not a unit.
                    if let Some(k) = units::scale(w).filter(|_| words == 0) {
                        q.expr = Expr::mul(vec![q.expr, Expr::Num(k.clone())]);
                        q.written = q.written.map(|u| u * k);
                        q.digits = None;
                        self.i += 1;
                        continue;
                    }
                    if w.eq_ignore_ascii_case("percent") {
                        q.percent = true;
                        self.i += 1;
                        continue;
                    }
                    b.word(&w.clone());
                    words += 1;
                    self.i += 1;
                }
                Some(Tok::Letter(l))
                    if units::is_symbol(l) && (words > 0 && self.i > 0 || self.lone_unit()) =>
                {
                    b.word(&l.clone());
                    words += 1;
                    self.i += 1;
                }
                Some(Tok::Sym('^')) if words > 0 => {
                    let group = usize::from(matches!(self.peek_at(1), Some(Tok::Open(Shape::Group))));
                    let minus = usize::from(self.is_at(1 + group, '-'));
                    let Some(Tok::Num(n)) = self.peek_at(1 + group + minus) else { break };
                    let p = to_i64(&n.value).unwrap_or(1).clamp(1, 9) as i8;
                    b.raise(if minus == 1 { -p } else { p });
                    self.i += 2 + 2 * group + minus;
                }
                Some(Tok::Sym('/'))
                    if words > 0 && matches!(self.peek_at(1), Some(Tok::Word(_) | Tok::Letter(_))) =>
                {
                    b.per();
                    self.i += 1;
                }
                Some(Tok::Sym('·' | '-')) if words > 0 && matches!(self.peek_at(1), Some(Tok::Word(_))) => {
                    self.i += 1
                }
                _ => break,
            }
            if words > 12 {
                break;
            }
        }
        if let Some(u) = b.finish()
            && q.unit.is_none()
        {
            q.unit = Some(u);
            q.letters = letters;
            self.compound(&mut q)?;
        }
        Ok(Value::Scalar(q))
    }

    /// `5 hours 30 minutes`, `6 ft 2 in`: a second amount of the same dimension is added.
    fn compound(&mut self, q: &mut Quantity) -> Parsed<()> {
        let joined = usize::from(matches!(self.peek(), Some(Tok::And)));
        let (Some(Tok::Num(_)), Some(Tok::Word(w))) = (self.peek_at(joined), self.peek_at(joined + 1)) else {
            return Ok(());
        };
        if !units::is_unit(w) {
            return Ok(());
        }
        let saved = self.i;
        self.i += joined;
        let second = self.deeper(|p| p.term())?;
        if let (Value::Scalar(s), Some(units::Unit::Known { dimension, factor })) = (second, &q.unit)
            && let Some(units::Unit::Known { dimension: d, factor: f }) = &s.unit
            && d == dimension
            && f < factor
        {
            q.expr = Expr::add(vec![q.expr.clone(), Expr::mul(vec![s.expr, Expr::Num(f / factor)])]);
            q.digits = None;
            return Ok(());
        }
        self.i = saved;
        Ok(())
    }

    /// `6 s^2` as a product, for when it was one.
    fn letters_reading(&self, q: &Quantity) -> Option<Box<Expr>> {
        let Some(Tok::Letter(l)) = self.peek() else { return None };
        let x = Expr::Var(l.clone());
        let e = match (self.peek_at(1), self.peek_at(2)) {
            (Some(Tok::Sym('^')), Some(Tok::Num(n))) => Expr::pow(x, Expr::Num(n.value.clone())),
            (Some(Tok::Sym('^')), Some(Tok::Open(_))) => match self.peek_at(3) {
                Some(Tok::Num(n)) => Expr::pow(x, Expr::Num(n.value.clone())),
                _ => return None,
            },
            (Some(Tok::Letter(_) | Tok::Sym('/')), _) => return None,
            _ => x,
        };
        Some(Box::new(Expr::mul(vec![q.expr.clone(), e])))
    }

    /// `5 m`, `9.8 m/s^2`, alone up to the end of the item: a unit rather than a variable.
    pub(super) fn unit_letter(&self) -> bool {
        if !self.lone_unit() || self.i == 0 || !matches!(self.t[self.i - 1].tok, Tok::Num(_)) {
            return false;
        }
        let mut k = 0;
        let mut letters = 0;
        loop {
            match self.peek_at(k) {
                Some(Tok::Letter(l)) if units::is_symbol(l) && letters < 3 => letters += 1,
                Some(Tok::Num(_))
                    if k > 0 && matches!(self.peek_at(k + 1), Some(Tok::Word(w)) if units::is_unit(w)) =>
                {
                    return true;
                }
                Some(Tok::Num(_))
                    if k > 0
                        && matches!(
                            self.peek_at(k - 1),
                            Some(Tok::Sym('^' | '-') | Tok::Open(Shape::Group))
                        ) => {}
                Some(Tok::Sym('^' | '/')) | Some(Tok::Open(Shape::Group)) if k > 0 => {}
                Some(Tok::Sym('-'))
                    if k > 0
                        && matches!(self.peek_at(k - 1), Some(Tok::Sym('^') | Tok::Open(Shape::Group))) => {}
                Some(Tok::Close(Shape::Group)) if self.nesting == 0 => {}
                None
                | Some(
                    Tok::Close(_)
                    | Tok::Sym(',' | ';' | '=' | '<' | '>' | '≤' | '≥')
                    | Tok::And
                    | Tok::Or
                    | Tok::Word(_),
                ) => {
                    return true;
                }
                _ => return false,
            }
            k += 1;
        }
    }

    fn unit_starts(&self, q: &Quantity) -> bool {
        match self.peek() {
            Some(Tok::Word(_)) => true,
            Some(Tok::Letter(_)) => self.lone_unit() && matches!(q.expr, Expr::Num(_)),
            _ => false,
        }
    }

    /// A single letter after a space, alone up to the end: `5 m`, `9.8 m/s^2`.
    fn lone_unit(&self) -> bool {
        matches!(self.peek(), Some(Tok::Letter(l)) if units::is_symbol(l) && (self.space_before() || l.as_ref() == "Omega"))
    }

    /// `5 m / s`: the slash belongs to a unit.
    pub(super) fn unit_division(&self, _acc: &Value) -> bool {
        self.i > 0
            && matches!(self.t[self.i - 1].tok, Tok::Word(_))
            && matches!(self.peek_at(1), Some(Tok::Word(_) | Tok::Letter(_)))
    }
}
