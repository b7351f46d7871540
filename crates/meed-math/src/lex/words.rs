//! Letters, words and Unicode signs.

use super::{Lexer, Named, Shape, Tok};
use crate::expr::{Const, Func};

/// A function known by a plain name.
pub(crate) fn function(name: &str) -> Option<Named> {
    use Func::*;
    Some(match name {
        "sin" => Named::Func(Sin),
        "cos" => Named::Func(Cos),
        "tan" | "tg" => Named::Func(Tan),
        "cot" | "ctg" | "cotg" => Named::Func(Cot),
        "sec" => Named::Func(Sec),
        "csc" | "cosec" => Named::Func(Csc),
        "arcsin" | "asin" => Named::Func(Asin),
        "arccos" | "acos" => Named::Func(Acos),
        "arctan" | "atan" | "arctg" => Named::Func(Atan),
        "arccot" | "acot" | "arcctg" => Named::Func(Acot),
        "arcsec" | "asec" => Named::Func(Asec),
        "arccsc" | "acsc" => Named::Func(Acsc),
        "sinh" | "sh" => Named::Func(Sinh),
        "cosh" | "ch" => Named::Func(Cosh),
        "tanh" => Named::Func(Tanh),
        "coth" => Named::Func(Coth),
        "sech" => Named::Func(Sech),
        "csch" => Named::Func(Csch),
        "arcsinh" | "asinh" | "arsinh" => Named::Func(Asinh),
        "arccosh" | "acosh" | "arcosh" => Named::Func(Acosh),
        "arctanh" | "atanh" | "artanh" => Named::Func(Atanh),
        "ln" => Named::Func(Ln),
        "log" => Named::Log,
        "lg" => Named::Log10,
        "exp" => Named::Exp,
        "sqrt" | "root" => Named::Sqrt,
        "cbrt" => Named::Cbrt,
        "abs" | "Abs" => Named::Func(Abs),
        "floor" => Named::Func(Floor),
        "ceil" | "ceiling" => Named::Func(Ceil),
        "factorial" => Named::Func(Factorial),
        "binom" | "binomial" | "comb" => Named::Func(Binomial),
        "perm" => Named::Func(Permutations),
        "gcd" => Named::Func(Gcd),
        "lcm" => Named::Func(Lcm),
        "max" | "Max" => Named::Func(Max),
        "min" | "Min" => Named::Func(Min),
        "sgn" | "sign" => Named::Func(Sign),
        "Re" => Named::Func(Re),
        "Im" => Named::Func(Im),
        "conj" | "conjugate" => Named::Func(Conj),
        "arg" | "Arg" => Named::Func(Arg),
        "det" => Named::Det,
        _ => return None,
    })
}

/// Greek letters by name.
pub(crate) fn greek(name: &str) -> bool {
    matches!(
        name,
        "alpha"
            | "beta"
            | "gamma"
            | "delta"
            | "epsilon"
            | "varepsilon"
            | "zeta"
            | "eta"
            | "theta"
            | "vartheta"
            | "iota"
            | "kappa"
            | "lambda"
            | "mu"
            | "nu"
            | "xi"
            | "rho"
            | "varrho"
            | "sigma"
            | "tau"
            | "upsilon"
            | "phi"
            | "varphi"
            | "chi"
            | "psi"
            | "omega"
            | "Gamma"
            | "Delta"
            | "Theta"
            | "Lambda"
            | "Xi"
            | "Sigma"
            | "Phi"
            | "Psi"
            | "Omega"
            | "ell"
            | "hbar"
    )
}

fn greek_letter(c: char) -> Option<&'static str> {
    Some(match c {
        'α' => "alpha",
        'β' => "beta",
        'γ' => "gamma",
        'δ' => "delta",
        'ε' | 'ϵ' => "epsilon",
        'ζ' => "zeta",
        'η' => "eta",
        'θ' | 'ϑ' => "theta",
        'ι' => "iota",
        'κ' => "kappa",
        'λ' => "lambda",
        'μ' | 'µ' => "mu",
        'ν' => "nu",
        'ξ' => "xi",
        'ρ' => "rho",
        'σ' | 'ς' => "sigma",
        'τ' => "tau",
        'φ' | 'ϕ' => "phi",
        'χ' => "chi",
        'ψ' => "psi",
        'ω' => "omega",
        'Γ' => "Gamma",
        'Δ' => "Delta",
        'Θ' => "Theta",
        'Λ' => "Lambda",
        'Φ' => "Phi",
        'Ψ' => "Psi",
        'Ω' => "Omega",
        'ℓ' => "ell",
        _ => return None,
    })
}

/// The token of a single non-ASCII sign.
pub(crate) fn unicode_token(c: char) -> Option<Tok> {
    if let Some(g) = greek_letter(c) {
        return Some(Tok::Letter(g.into()));
    }
    Some(match c {
        'π' | '𝜋' | '𝛑' => Tok::Const(Const::Pi),
        '∞' => Tok::Const(Const::Infinity),
        'ℯ' => Tok::Const(Const::E),
        'ⅈ' => Tok::Const(Const::I),
        '×' | '✕' | '·' | '⋅' | '∙' | '∗' | '⁎' | '•' => Tok::Sym('·'),
        '÷' | '∕' | '⁄' => Tok::Sym('/'),
        '−' | '–' | '—' | '‐' | '‑' | '﹣' => Tok::Sym('-'),
        '±' => Tok::Sym('±'),
        '∓' => Tok::Sym('∓'),
        '≤' | '⩽' | '≦' => Tok::Sym('≤'),
        '≥' | '⩾' | '≧' => Tok::Sym('≥'),
        '≠' => Tok::Sym('≠'),
        '≈' | '≅' | '≃' => Tok::Sym('≈'),
        '≡' => Tok::Sym('≡'),
        '∈' => Tok::Sym('∈'),
        '∉' => Tok::Sym('∉'),
        '∪' => Tok::Sym('∪'),
        '∩' => Tok::Sym('∩'),
        '∖' => Tok::Sym('∖'),
        '∅' | '⌀' => Tok::Sym('∅'),
        'ℝ' | 'ℤ' | 'ℕ' | 'ℚ' | 'ℂ' => Tok::Sym(c),
        '→' | '⟶' => Tok::Sym('→'),
        '⇒' | '⟹' => Tok::Sym('⇒'),
        '°' | '˚' | 'º' => Tok::Sym('°'),
        '′' | '’' | '‘' => Tok::Sym('\''),
        '…' | '⋯' => Tok::Sym('…'),
        '‰' => Tok::Sym('‰'),
        '∣' | '❘' => Tok::Sym('|'),
        '∧' => Tok::And,
        '∨' => Tok::Or,
        '√' => Tok::Func(Named::Sqrt),
        '∛' => Tok::Func(Named::Cbrt),
        '∑' => Tok::Sum,
        '∏' => Tok::Product,
        '∫' => Tok::Integral,
        '⌊' => Tok::Open(Shape::Floor),
        '⌋' => Tok::Close(Shape::Floor),
        '⌈' => Tok::Open(Shape::Ceil),
        '⌉' => Tok::Close(Shape::Ceil),
        '⟨' | '〈' => Tok::Open(Shape::Angle),
        '⟩' | '〉' => Tok::Close(Shape::Angle),
        '€' | '£' | '¥' | '₹' | '₽' | '₩' => Tok::Currency(c),
        '、' => Tok::Sym(','),
        '；' => Tok::Sym(';'),
        _ => return None,
    })
}

/// Fullwidth forms as ASCII.
pub(crate) fn fullwidth(c: char) -> Option<char> {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xff01 + 0x21),
        _ => None,
    }
}

pub(crate) fn superscript(c: char) -> Option<char> {
    Some(match c {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        '⁺' => '+',
        '⁻' => '-',
        'ⁿ' => 'n',
        'ˣ' => 'x',
        'ᵏ' => 'k',
        'ᵐ' => 'm',
        '⁽' => '(',
        '⁾' => ')',
        _ => return None,
    })
}

pub(crate) fn subscript(c: char) -> Option<char> {
    Some(match c {
        '₀'..='₉' => char::from_u32(c as u32 - '₀' as u32 + '0' as u32)?,
        'ₙ' => 'n',
        'ₖ' => 'k',
        'ᵢ' => 'i',
        'ₓ' => 'x',
        _ => return None,
    })
}

/// `½` and its kin.
pub(crate) fn vulgar_fraction(c: char) -> Option<(u32, u32)> {
    Some(match c {
        '½' => (1, 2),
        '⅓' => (1, 3),
        '⅔' => (2, 3),
        '¼' => (1, 4),
        '¾' => (3, 4),
        '⅕' => (1, 5),
        '⅖' => (2, 5),
        '⅗' => (3, 5),
        '⅘' => (4, 5),
        '⅙' => (1, 6),
        '⅚' => (5, 6),
        '⅛' => (1, 8),
        '⅜' => (3, 8),
        '⅝' => (5, 8),
        '⅞' => (7, 8),
        '⅑' => (1, 9),
        '⅒' => (1, 10),
        _ => return None,
    })
}

/// Words that have a meaning of their own between answers.
pub(crate) fn keyword(word: &str) -> Option<Tok> {
    Some(match word {
        "and" | "And" | "AND" => Tok::And,
        "or" | "Or" | "OR" => Tok::Or,
        "mod" | "modulo" => Tok::Mod,
        "pi" | "Pi" => Tok::Const(Const::Pi),
        "infinity" | "Infinity" | "infty" | "inf" | "oo" => Tok::Const(Const::Infinity),
        "union" | "cup" | "U" if word != "U" => Tok::Sym('∪'),
        "degrees" | "degree" | "deg" => Tok::Sym('°'),
        "percent" | "pct" | "percentage" | "percents" => Tok::Sym('%'),
        "emptyset" => Tok::Sym('∅'),
        _ => return None,
    })
}

impl Lexer<'_> {
    pub(super) fn letters(&mut self) {
        let n = self.b[self.i..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
        let run = &self.s[self.i..self.i + n];
        let end = self.i + n;
        if n == 1 {
            // 4.5 x 10^7
            let times = matches!(run, "x" | "X")
                && matches!(self.out.last().map(|t| &t.tok), Some(Tok::Num(_)))
                && self.s[end..].trim_start().starts_with("10^");
            if times {
                self.sym('·', 1);
                return;
            }
            self.letter(run);
            self.i = end;
            return;
        }
        let code = match run {
            "Rs" | "INR" => Some('₹'),
            "USD" => Some('$'),
            "EUR" => Some('€'),
            "GBP" => Some('£'),
            _ => None,
        };
        if let Some(c) = code
            && self.s[end..].trim_start_matches(['.', ' ']).starts_with(|c: char| c.is_ascii_digit())
        {
            self.push(Tok::Currency(c));
            self.i = end;
            if self.b.get(end) == Some(&b'.') {
                self.i += 1;
            }
            return;
        }
        let minutes = matches!(run, "min" | "sec")
            && matches!(self.out.last().map(|t| &t.tok), Some(Tok::Num(_)))
            && self.b.get(end) != Some(&b'(');
        if minutes {
            self.push(Tok::Word(run.into()));
            self.i = end;
            return;
        }
        let tok = if let Some(k) = keyword(run) {
            Some(k)
        } else if let Some(f) = function(run) {
            Some(Tok::Func(f))
        } else if greek(run) {
            Some(Tok::Letter(run.into()))
        } else {
            None
        };
        if let Some(t) = tok {
            self.push(t);
            self.i = end;
            return;
        }
        if self.is_unit_here(run) {
            self.push(Tok::Word(run.into()));
            self.i = end;
            return;
        }
        // 1orW(x): a joining word that lost its spaces
        for (w, t) in [("or", Tok::Or), ("and", Tok::And)] {
            if let Some(tail) = run.strip_prefix(w)
                && tail.len() <= 1
                && self.value_before()
            {
                self.push(t);
                if !tail.is_empty() {
                    self.letter(tail);
                }
                self.i = end;
                return;
            }
        }
        // sinx, lnx, sqrtx; pir
        for len in (2..=6.min(n - 1)).rev() {
            let (head, tail) = run.split_at(len);
            // cost, sing, since and tank are words.
            if matches!(tail, "x" | "y" | "z" | "a" | "b" | "A" | "B" | "C" | "xy" | "n")
                && let Some(f) = function(head).filter(|_| len > 2 || head == "ln")
            {
                self.push(Tok::Func(f));
                for c in tail.split("").filter(|c| !c.is_empty()) {
                    self.letter(c);
                }
                self.i = end;
                return;
            }
        }
        if run.starts_with("pi") && n <= 4 {
            self.push(Tok::Const(Const::Pi));
            run[2..].split("").filter(|c| !c.is_empty()).for_each(|c| self.letter(c));
            self.i = end;
            return;
        }
        let upper = run.bytes().all(|c| c.is_ascii_uppercase());
        if !crate::words::is_english(run) && (n <= 3 || (upper && n <= 5)) {
            for (k, _) in run.char_indices() {
                self.letter(&run[k..=k]);
                self.i += 1;
            }
        } else {
            self.push(Tok::Word(run.into()));
        }
        self.i = end;
    }

    fn letter(&mut self, c: &str) {
        self.push(Tok::Letter(c.into()));
    }

    /// A unit's name counts as one only after a value; `cm` alone is c times m.
    fn is_unit_here(&self, run: &str) -> bool {
        crate::units::is_unit(run)
            && matches!(
                self.out.last().map(|t| &t.tok),
                Some(Tok::Num(_) | Tok::Close(_) | Tok::Word(_) | Tok::Const(_) | Tok::Sym('/' | '·'))
            )
    }
}
