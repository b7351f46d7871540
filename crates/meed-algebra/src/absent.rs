//! Absent values and why they are absent.
//!
//! An absent number is a NaN that carries its [`Reason`] in the payload. A column is therefore one flat
//! `f64` buffer, absence costs nothing where there is none, arithmetic keeps it, and NumPy sees NaN.

use std::fmt;

/// Why a value is absent. Absent is not zero: reductions skip it, arithmetic keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    /// The data has no value here: a null, a missing field, or NaN in the input.
    Missing = 1,
    /// A mask left the value out (`x.where(mask)`).
    Masked = 2,
    /// Work on the element ran past its time limit.
    TimedOut = 3,
    /// The machinery failed (judge down, sandbox could not start); says nothing about the rollout.
    Infrastructure = 4,
    /// The text could not be read as what was asked for.
    Unparsable = 5,
    /// The question does not arise for this element: the diagonal of a pair axis, a position past the end.
    NotApplicable = 6,
    /// A reduction that needs at least one value found none.
    Empty = 7,
    /// Arithmetic without a result: division by zero, the logarithm or root of a negative number.
    Undefined = 8,
    /// The input is larger than a stated limit.
    TooLarge = 9,
    /// The reference (gold answer, tests, schema) is unusable, which is the task's fault.
    BadReference = 10,
}

impl Reason {
    /// Every reason, in the order of its code.
    pub const ALL: [Reason; 10] = [
        Reason::Missing,
        Reason::Masked,
        Reason::TimedOut,
        Reason::Infrastructure,
        Reason::Unparsable,
        Reason::NotApplicable,
        Reason::Empty,
        Reason::Undefined,
        Reason::TooLarge,
        Reason::BadReference,
    ];

    /// The name used in output files, reports and the language.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Missing => "missing",
            Reason::Masked => "masked",
            Reason::TimedOut => "timed_out",
            Reason::Infrastructure => "infrastructure",
            Reason::Unparsable => "unparsable",
            Reason::NotApplicable => "not_applicable",
            Reason::Empty => "empty",
            Reason::Undefined => "undefined",
            Reason::TooLarge => "too_large",
            Reason::BadReference => "bad_reference",
        }
    }

    /// The reason with this name, if there is one.
    pub fn from_name(name: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|r| r.name() == name)
    }

    /// The absent number that carries this reason.
    pub const fn value(self) -> f64 {
        f64::from_bits(QUIET_NAN | self as u64)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const QUIET_NAN: u64 = 0x7ff8_0000_0000_0000;

/// Why `value` is absent, or `None` when it is present. A NaN without one of our codes is [`Reason::Undefined`].
pub fn reason_of(value: f64) -> Option<Reason> {
    if !value.is_nan() {
        return None;
    }
    let code = value.to_bits() & 0xff;
    let ours = value.to_bits() & !0xff == QUIET_NAN && (1..=Reason::ALL.len() as u64).contains(&code);
    Some(if ours { Reason::ALL[code as usize - 1] } else { Reason::Undefined })
}

/// `value` itself when present, otherwise the canonical absent number for its reason.
pub fn canonical(value: f64) -> f64 {
    match reason_of(value) {
        None => value,
        Some(reason) => reason.value(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_survives_the_trip_through_a_number() {
        for reason in Reason::ALL {
            assert_eq!(reason_of(reason.value()), Some(reason));
            assert_eq!(Reason::from_name(reason.name()), Some(reason));
        }
    }

    #[test]
    fn ordinary_numbers_are_present_and_foreign_nans_are_undefined() {
        for x in [0.0, -0.0, 1.5, f64::INFINITY, f64::MIN_POSITIVE] {
            assert_eq!(reason_of(x), None);
        }
        assert_eq!(reason_of(f64::NAN), Some(Reason::Undefined));
        assert_eq!(reason_of(-f64::NAN), Some(Reason::Undefined));
    }
}
