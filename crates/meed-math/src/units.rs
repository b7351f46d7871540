//! Units of measure: names, dimensions and exact factors.

use dashu_ratio::RBig;

use crate::num::rational::{int, ratio};

/// What a quantity is measured in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// A unit with a dimension (exponents of length, mass, time, current, temperature, amount, angle, money, data) and a
    /// factor to the base unit of that dimension.
    Known {
        /// Exponents of the base dimensions.
        dimension: [i8; DIMENSIONS],
        /// Factor to base units.
        factor: RBig,
    },
    /// A word that counts things, such as `apples`.
    Label(Box<str>),
}

/// Number of base dimensions.
pub const DIMENSIONS: usize = 9;

const LENGTH: usize = 0;
const MASS: usize = 1;
const TIME: usize = 2;
const CURRENT: usize = 3;
const TEMPERATURE: usize = 4;
const AMOUNT: usize = 5;
const ANGLE: usize = 6;
const MONEY: usize = 7;
const DATA: usize = 8;

type Entry = (&'static [(usize, i8)], i64, i64);

fn entry(name: &str) -> Option<Entry> {
    const L: &[(usize, i8)] = &[(LENGTH, 1)];
    const L3: &[(usize, i8)] = &[(LENGTH, 3)];
    const L2: &[(usize, i8)] = &[(LENGTH, 2)];
    const M: &[(usize, i8)] = &[(MASS, 1)];
    const T: &[(usize, i8)] = &[(TIME, 1)];
    const SPEED: &[(usize, i8)] = &[(LENGTH, 1), (TIME, -1)];
    const FORCE: &[(usize, i8)] = &[(LENGTH, 1), (MASS, 1), (TIME, -2)];
    const ENERGY: &[(usize, i8)] = &[(LENGTH, 2), (MASS, 1), (TIME, -2)];
    const POWER: &[(usize, i8)] = &[(LENGTH, 2), (MASS, 1), (TIME, -3)];
    const PRESSURE: &[(usize, i8)] = &[(LENGTH, -1), (MASS, 1), (TIME, -2)];
    const VOLT: &[(usize, i8)] = &[(LENGTH, 2), (MASS, 1), (TIME, -3), (CURRENT, -1)];
    const OHM: &[(usize, i8)] = &[(LENGTH, 2), (MASS, 1), (TIME, -3), (CURRENT, -2)];
    Some(match name {
        "m" | "meter" | "meters" | "metre" | "metres" => (L, 1, 1),
        "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" | "kms" => (L, 1000, 1),
        "cm" | "centimeter" | "centimeters" | "centimetre" | "centimetres" | "cms" => (L, 1, 100),
        "mm" | "millimeter" | "millimeters" | "millimetre" | "millimetres" => (L, 1, 1000),
        "dm" => (L, 1, 10),
        "nm" | "nanometers" => (L, 1, 1_000_000_000),
        "in" | "inch" | "inches" => (L, 254, 10_000),
        "ft" | "foot" | "feet" => (L, 3048, 10_000),
        "yd" | "yard" | "yards" => (L, 9144, 10_000),
        "mi" | "mile" | "miles" => (L, 1_609_344, 1000),
        "kg" | "kilogram" | "kilograms" | "kgs" => (M, 1, 1),
        "g" | "gram" | "grams" => (M, 1, 1000),
        "mg" | "milligram" | "milligrams" => (M, 1, 1_000_000),
        "lb" | "lbs" | "pound" | "pounds" => (M, 45_359_237, 100_000_000),
        "oz" | "ounce" | "ounces" => (M, 45_359_237, 1_600_000_000),
        "ton" | "tons" | "tonne" | "tonnes" => (M, 1000, 1),
        "s" | "sec" | "secs" | "second" | "seconds" => (T, 1, 1),
        "ms" | "millisecond" | "milliseconds" => (T, 1, 1000),
        "min" | "mins" | "minute" | "minutes" => (T, 60, 1),
        "h" | "hr" | "hrs" | "hour" | "hours" => (T, 3600, 1),
        "day" | "days" => (T, 86_400, 1),
        "week" | "weeks" => (T, 604_800, 1),
        "year" | "years" | "yr" | "yrs" => (T, 31_557_600, 1),
        "month" | "months" => (T, 2_629_800, 1),
        "mph" => (SPEED, 44_704, 100_000),
        "kph" | "kmh" => (SPEED, 1000, 3600),
        "L" | "l" | "liter" | "liters" | "litre" | "litres" => (L3, 1, 1000),
        "mL" | "ml" | "milliliter" | "milliliters" => (L3, 1, 1_000_000),
        "gallon" | "gallons" | "gal" => (L3, 3_785_411_784, 1_000_000_000_000),
        "cc" => (L3, 1, 1_000_000),
        "acre" | "acres" => (L2, 40_468_564_224, 10_000_000),
        "hectare" | "hectares" | "ha" => (L2, 10_000, 1),
        "N" | "newton" | "newtons" => (FORCE, 1, 1),
        "J" | "joule" | "joules" => (ENERGY, 1, 1),
        "kJ" | "kilojoules" => (ENERGY, 1000, 1),
        "W" | "watt" | "watts" => (POWER, 1, 1),
        "kW" | "kilowatts" => (POWER, 1000, 1),
        "Pa" | "pascal" | "pascals" => (PRESSURE, 1, 1),
        "kPa" => (PRESSURE, 1000, 1),
        "Hz" | "hertz" => (&[(TIME, -1)], 1, 1),
        "A" | "amp" | "amps" | "ampere" | "amperes" => (&[(CURRENT, 1)], 1, 1),
        "V" | "volt" | "volts" => (VOLT, 1, 1),
        "ohm" | "ohms" | "Omega" => (OHM, 1, 1),
        "K" | "kelvin" | "kelvins" => (&[(TEMPERATURE, 1)], 1, 1),
        "mol" | "mole" | "moles" => (&[(AMOUNT, 1)], 1, 1),
        "rad" | "radian" | "radians" => (&[(ANGLE, 1)], 1, 1),
        "$" | "dollar" | "dollars" | "USD" | "usd" | "bucks" => (&[(MONEY, 1)], 100, 1),
        "cent" | "cents" | "¢" => (&[(MONEY, 1)], 1, 1),
        "byte" | "bytes" | "B" => (&[(DATA, 1)], 8, 1),
        "bit" | "bits" => (&[(DATA, 1)], 1, 1),
        _ => return None,
    })
}

/// Whether `name` is a unit longer than one letter (single letters are too easily variables).
pub(crate) fn is_unit(name: &str) -> bool {
    name.len() > 1 && entry(name).is_some()
}

/// Whether `name` is any unit's name, single letters included.
pub(crate) fn is_symbol(name: &str) -> bool {
    entry(name).is_some()
}

/// Words that scale the number before them.
pub(crate) fn scale(word: &str) -> Option<RBig> {
    Some(int(match word {
        "hundred" => 100,
        "thousand" | "thousands" | "K" => 1_000,
        "million" | "millions" => 1_000_000,
        "billion" | "billions" => 1_000_000_000,
        "trillion" => 1_000_000_000_000,
        "dozen" => 12,
        _ => return None,
    }))
}

/// Builds a unit word by word: `square meters`, `km / h`, `cm ^2`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Builder {
    dimension: [i8; DIMENSIONS],
    factor: Option<RBig>,
    label: String,
    known: bool,
    power: i8,
    below: bool,
    last: Option<Entry>,
}

impl Builder {
    /// Takes the next word.
    pub(crate) fn word(&mut self, w: &str) {
        match w {
            "square" | "sq" => {
                self.power = 2;
                return;
            }
            "cubic" | "cu" => {
                self.power = 3;
                return;
            }
            "per" => {
                self.below = true;
                return;
            }
            "squared" => return self.raise(2),
            "cubed" => return self.raise(3),
            "of" | "a" | "an" | "the" | "an_" | "in" if self.known || !self.label.is_empty() => return,
            _ => {}
        }
        let lower = w.to_ascii_lowercase();
        match entry(w).or_else(|| entry(&lower)) {
            Some(e) if self.label.is_empty() || self.below => {
                self.known = true;
                let p = if self.power == 0 { 1 } else { self.power };
                self.apply(e, p);
                self.last = Some(e);
                self.power = 0;
            }
            _ => {
                if !self.label.is_empty() {
                    self.label.push(' ');
                }
                self.label.push_str(currency_name(&lower).unwrap_or(&lower));
                self.last = None;
            }
        }
    }

    /// Raises the unit just read to a power.
    pub(crate) fn raise(&mut self, p: i8) {
        if let Some(e) = self.last.take() {
            self.apply(e, p - 1);
        }
    }

    /// Everything after this is in the denominator.
    pub(crate) fn per(&mut self) {
        self.below = true;
    }

    fn apply(&mut self, (dims, n, d): Entry, p: i8) {
        let p = if self.below { -p } else { p };
        for &(i, e) in dims {
            self.dimension[i] = self.dimension[i].saturating_add(e.saturating_mul(p));
        }
        let f = ratio(n, d).pow(isize::from(p));
        self.factor = Some(match self.factor.take() {
            Some(g) => g * f,
            None => f,
        });
    }

    pub(crate) fn finish(self) -> Option<Unit> {
        if self.known {
            return Some(Unit::Known { dimension: self.dimension, factor: self.factor.unwrap_or(RBig::ONE) });
        }
        if self.label.is_empty() { None } else { Some(Unit::Label(self.label.into())) }
    }
}

/// The label of a currency that is written as a word.
fn currency_name(word: &str) -> Option<&'static str> {
    Some(match word {
        "euro" | "euros" | "eur" => "euro",
        "yen" => "¥",
        "rupee" | "rupees" => "₹",
        "ruble" | "rubles" | "rouble" | "roubles" => "₽",
        _ => return None,
    })
}

/// A currency sign as a unit.
pub(crate) fn currency(c: char) -> Unit {
    if c == '$' {
        let mut b = Builder::default();
        b.word("$");
        return b.finish().unwrap_or(Unit::Label("$".into()));
    }
    Unit::Label(match c {
        '€' => "euro".into(),
        '£' => "pound sterling".into(),
        c => c.to_string().into(),
    })
}
