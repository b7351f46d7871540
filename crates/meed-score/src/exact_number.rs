//! Exact rational numbers in normal form: equal numbers are equal values, and no float is involved.

/// Digits a number may have; a longer one is not read.
pub(crate) const MAX_DIGITS: usize = 4096;

/// The largest power of ten a number may be written with.
const MAX_EXPONENT: i64 = 100_000;

/// Digits each side of a fraction may have.
const MAX_FRACTION_DIGITS: usize = 18;

/// An exact number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exact {
    /// `±digits × 10^exponent`; no zeros at either end of the digits, none at all for zero, which is positive.
    Decimal { negative: bool, digits: Vec<u8>, exponent: i64 },
    /// `±numerator/denominator` in lowest terms, without a finite decimal form.
    Fraction { negative: bool, numerator: u128, denominator: u128 },
}

impl Exact {
    /// `±digits × 10^exponent`, digits 0 to 9. `None` beyond the limits.
    pub(crate) fn decimal(negative: bool, mut digits: Vec<u8>, mut exponent: i64) -> Option<Exact> {
        while digits.last() == Some(&0) {
            digits.pop();
            exponent += 1;
        }
        let zeros = digits.iter().take_while(|d| **d == 0).count();
        digits.drain(..zeros);
        if digits.is_empty() {
            return Some(Exact::Decimal { negative: false, digits, exponent: 0 });
        }
        let fits = digits.len() <= MAX_DIGITS && exponent.abs() <= MAX_EXPONENT;
        fits.then_some(Exact::Decimal { negative, digits, exponent })
    }

    /// `self / below`. `None` for division by zero, fractions of fractions, and beyond the limits.
    pub(crate) fn over(&self, below: &Exact) -> Option<Exact> {
        let Exact::Decimal { negative: n, digits: top, exponent: te } = self else { return None };
        let Exact::Decimal { negative: m, digits: bottom, exponent: be } = below else { return None };
        if bottom.is_empty() || top.len().max(bottom.len()) > MAX_FRACTION_DIGITS {
            return None;
        }
        if top.is_empty() {
            return Some(self.clone());
        }
        let shift = te - be;
        if shift.unsigned_abs() > MAX_FRACTION_DIGITS as u64 {
            return None;
        }
        let scale = 10u128.pow(shift.unsigned_abs() as u32);
        let (up, down) = if shift >= 0 { (scale, 1) } else { (1, scale) };
        Exact::ratio(n != m, value(top) * up, value(bottom) * down)
    }

    /// `self + fraction` for a whole number and a positive fraction below one: `3 1/4`. `None` beyond the limits.
    pub(crate) fn and(&self, numerator: &Exact, denominator: &Exact) -> Option<Exact> {
        let whole = |x: &Exact| match x {
            Exact::Decimal { negative: false, digits, exponent: e @ 0..=9 } if digits.len() <= 9 => {
                Some(value(digits) * 10u128.pow(*e as u32))
            }
            _ => None,
        };
        let (w, n, d) = (whole(self)?, whole(numerator)?, whole(denominator)?);
        if n == 0 || n >= d { None } else { Exact::ratio(false, w * d + n, d) }
    }

    fn ratio(negative: bool, numerator: u128, denominator: u128) -> Option<Exact> {
        let common = gcd(numerator, denominator);
        let (numerator, denominator) = (numerator / common, denominator / common);
        let (mut rest, mut twos, mut fives) = (denominator, 0, 0);
        while rest.is_multiple_of(2) {
            (rest, twos) = (rest / 2, twos + 1);
        }
        while rest.is_multiple_of(5) {
            (rest, fives) = (rest / 5, fives + 1);
        }
        if rest != 1 {
            return Some(Exact::Fraction { negative, numerator, denominator });
        }
        let places = twos.max(fives);
        let mut digits = digits_of(numerator);
        (twos..places).for_each(|_| multiply(&mut digits, 2));
        (fives..places).for_each(|_| multiply(&mut digits, 5));
        Exact::decimal(negative, digits, -(places as i64))
    }

    /// The nearest floating-point number, or near it for a fraction.
    pub(crate) fn approximately(&self) -> f64 {
        let (negative, size) = match self {
            Exact::Decimal { negative, digits, exponent } => {
                let digits: String = digits.iter().map(|d| char::from(b'0' + d)).collect();
                (*negative, format!("0{digits}e{exponent}").parse().unwrap_or(f64::INFINITY))
            }
            Exact::Fraction { negative, numerator, denominator } => {
                (*negative, *numerator as f64 / *denominator as f64)
            }
        };
        if negative { -size } else { size }
    }

    /// The number with the other sign.
    pub(crate) fn negated(mut self) -> Exact {
        match &mut self {
            Exact::Decimal { digits, .. } if digits.is_empty() => {}
            Exact::Decimal { negative, .. } | Exact::Fraction { negative, .. } => *negative = !*negative,
        }
        self
    }

    /// Rounded to so many decimals, halves away from zero.
    pub(crate) fn rounded(&self, decimals: usize) -> Exact {
        let (negative, mut digits, exponent) = match self {
            Exact::Decimal { negative, digits, exponent } => (*negative, digits.clone(), *exponent),
            Exact::Fraction { negative, numerator, denominator } => {
                let mut digits = digits_of(numerator / denominator);
                let mut rest = numerator % denominator;
                for _ in 0..=decimals {
                    rest *= 10;
                    digits.push((rest / denominator) as u8);
                    rest %= denominator;
                }
                (*negative, digits, -(decimals as i64) - 1)
            }
        };
        let drop = -(decimals as i64) - exponent;
        if drop <= 0 {
            return self.clone();
        }
        let keep = digits.len() as i64 - drop;
        if keep < 0 {
            return Exact::Decimal { negative: false, digits: Vec::new(), exponent: 0 };
        }
        let up = digits[keep as usize] >= 5;
        digits.truncate(keep as usize);
        if up {
            add_one(&mut digits);
        }
        Exact::decimal(negative, digits, -(decimals as i64)).unwrap_or_else(|| self.clone())
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn value(digits: &[u8]) -> u128 {
    digits.iter().fold(0, |sum, d| sum * 10 + u128::from(*d))
}

fn digits_of(x: u128) -> Vec<u8> {
    x.to_string().bytes().map(|b| b - b'0').collect()
}

fn multiply(digits: &mut Vec<u8>, by: u8) {
    let mut carry = 0;
    for d in digits.iter_mut().rev() {
        let product = *d * by + carry;
        (*d, carry) = (product % 10, product / 10);
    }
    if carry > 0 {
        digits.insert(0, carry);
    }
}

fn add_one(digits: &mut Vec<u8>) {
    for d in digits.iter_mut().rev() {
        if *d < 9 {
            *d += 1;
            return;
        }
        *d = 0;
    }
    digits.insert(0, 1);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `12.50`, `-3`.
    fn dec(text: &str) -> Exact {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |t| (true, t));
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = whole.bytes().chain(part.bytes()).map(|b| b - b'0').collect();
        Exact::decimal(negative, digits, -(part.len() as i64)).unwrap()
    }

    #[test]
    fn the_same_number_has_one_form() {
        assert_eq!(dec("042.500"), dec("42.5"));
        assert_eq!(dec("-0.0"), dec("0"));
        assert_eq!(dec("1000"), dec("1000.0"));
        assert_ne!(dec("0.1"), dec("0.10000000000000001"));
        assert_ne!(dec("9007199254740993"), dec("9007199254740992"));
    }

    #[test]
    fn fractions_are_exact() {
        assert_eq!(dec("3").over(&dec("4")), Some(dec("0.75")));
        assert_eq!(dec("1.5").over(&dec("-0.5")), Some(dec("-3")));
        assert_eq!(dec("2").over(&dec("6")), dec("1").over(&dec("3")));
        assert_ne!(dec("1").over(&dec("3")), Some(dec("0.333333333333333333")));
        assert_eq!(dec("1").over(&dec("0")), None);
        assert_eq!(dec("3").and(&dec("1"), &dec("4")), Some(dec("3.25")));
        assert_eq!(dec("3").and(&dec("5"), &dec("4")), None);
    }

    #[test]
    fn halves_round_away_from_zero() {
        for (text, decimals, rounded) in [
            ("2.675", 2, "2.68"),
            ("-2.5", 0, "-3"),
            ("0.5", 0, "1"),
            ("0.49", 0, "0"),
            ("0.04", 0, "0"),
            ("9.995", 2, "10"),
            ("12", 3, "12"),
        ] {
            assert_eq!(dec(text).rounded(decimals), dec(rounded), "{text}");
        }
        assert_eq!(dec("2").over(&dec("3")).unwrap().rounded(2), dec("0.67"));
        assert_eq!(dec("1").over(&dec("300")).unwrap().rounded(2), dec("0"));
        assert_eq!(dec("-22").over(&dec("7")).unwrap().rounded(2), dec("-3.14"));
    }

    proptest! {
        #[test]
        fn a_fraction_equals_itself_expanded(n in 0u32..100_000, d in 1u32..10_000, k in 1u32..1000) {
            let num = |x: u64| dec(&x.to_string());
            let (n, d, k) = (u64::from(n), u64::from(d), u64::from(k));
            prop_assert_eq!(num(n).over(&num(d)), num(n * k).over(&num(d * k)));
        }

        #[test]
        fn rounding_stays_within_half_a_unit(n in 0u32..1_000_000, d in 1u32..10_000, places in 0usize..6) {
            let exact = dec(&n.to_string()).over(&dec(&d.to_string())).unwrap();
            let Exact::Decimal { digits, exponent, .. } = exact.rounded(places) else { panic!("not a decimal") };
            let rounded = value(&digits) as f64 * 10f64.powi(exponent as i32);
            let error = (rounded - f64::from(n) / f64::from(d)).abs();
            prop_assert!(error <= 0.5 * 10f64.powi(-(places as i32)) * (1.0 + 1e-6) + 1e-9);
        }
    }
}
