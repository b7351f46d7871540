//! Numbers kept in the width the data has: half or an eighth of the memory, and of the time to read it.
//!
//! Arithmetic is `f64` all the same: a pass widens what it reads, tile by tile. This is the one place that widens.

use std::borrow::Cow;
use std::ops::Range;

use crate::absent::Reason;

/// Numbers narrower than `f64`, of a column or borrowed from one.
#[derive(Debug, Clone, PartialEq)]
pub enum Narrow<'a> {
    /// As `f32`; an absent one is [`Reason::single`], any other NaN is undefined.
    Singles(Cow<'a, [f32]>),
    /// Truth values as bytes: 0, 1, or [`Reason::byte`] for an absent one. Any other byte is undefined.
    Truths(Cow<'a, [u8]>),
}

impl Narrow<'_> {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Narrow::Singles(v) => v.len(),
            Narrow::Truths(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Value `i`; an absent one is NaN with a reason, see [`crate::absent`].
    pub fn get(&self, i: usize) -> f64 {
        match self {
            Narrow::Singles(v) => wide_single(v[i]),
            Narrow::Truths(v) => wide_truth(v[i]),
        }
    }

    /// The values `range`, borrowed.
    pub fn part(&self, range: Range<usize>) -> Narrow<'_> {
        match self {
            Narrow::Singles(v) => Narrow::Singles(Cow::Borrowed(&v[range])),
            Narrow::Truths(v) => Narrow::Truths(Cow::Borrowed(&v[range])),
        }
    }

    /// All values as `f64`.
    pub fn to_numbers(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.len()];
        self.widen(0..self.len(), &mut out);
        out
    }

    /// Writes the values `range` to `out`, which is as long.
    #[inline(always)]
    pub(crate) fn widen(&self, range: Range<usize>, out: &mut [f64]) {
        match self {
            Narrow::Singles(v) => {
                let from = &v[range];
                let mut absent = false;
                for (o, x) in out.iter_mut().zip(from) {
                    *o = f64::from(*x);
                    absent |= x.is_nan();
                }
                if absent {
                    each(from, out, wide_single);
                }
            }
            Narrow::Truths(v) => {
                let from = &v[range];
                let mut any = 0;
                for (o, b) in out.iter_mut().zip(from) {
                    *o = f64::from(*b);
                    any |= *b;
                }
                if any > 1 {
                    each(from, out, wide_truth);
                }
            }
        }
    }
}

/// `out = f(from)`, where some are absent.
#[cold]
#[inline(never)]
fn each<T: Copy>(from: &[T], out: &mut [f64], f: impl Fn(T) -> f64) {
    out.iter_mut().zip(from).for_each(|(o, x)| *o = f(*x));
}

const SINGLE_NAN: u32 = 0x7fc0_0000;
const ABSENT_BYTE: u8 = 0x80;

impl Reason {
    /// The absent `f32` that carries this reason.
    pub const fn single(self) -> f32 {
        f32::from_bits(SINGLE_NAN | self as u32)
    }

    /// The absent truth value that carries this reason, as a byte.
    pub const fn byte(self) -> u8 {
        ABSENT_BYTE | self as u8
    }
}

/// The reason with this code, as an absent number; undefined when there is none.
fn absent(code: u8) -> f64 {
    let reason = Reason::ALL.into_iter().find(|r| *r as u8 == code);
    reason.unwrap_or(Reason::Undefined).value()
}

fn wide_single(x: f32) -> f64 {
    if !x.is_nan() {
        return f64::from(x);
    }
    let ours = x.to_bits() & !0xff == SINGLE_NAN;
    absent(if ours { x.to_bits() as u8 } else { 0 })
}

fn wide_truth(byte: u8) -> f64 {
    match byte {
        0 | 1 => f64::from(byte),
        _ => absent(if byte & ABSENT_BYTE != 0 { byte & !ABSENT_BYTE } else { 0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::absent::reason_of;

    #[test]
    fn reasons_survive_in_every_width() {
        for reason in Reason::ALL {
            let singles = Narrow::Singles(vec![0.5, reason.single(), -2.0].into());
            let truths = Narrow::Truths(vec![1, reason.byte(), 0].into());
            for (narrow, first, last) in [(singles, 0.5, -2.0), (truths, 1.0, 0.0)] {
                let wide = narrow.to_numbers();
                assert_eq!((wide[0], reason_of(wide[1]), wide[2]), (first, Some(reason), last));
                assert!((0..3).all(|i| narrow.get(i).to_bits() == wide[i].to_bits()));
            }
        }
    }

    #[test]
    fn what_is_neither_a_value_nor_a_reason_is_undefined() {
        let odd = [f32::NAN, -f32::NAN, f32::from_bits(0x7fc0_0100), f32::from_bits(0x7fc0_00ff)];
        let singles = Narrow::Singles(odd.to_vec().into()).to_numbers();
        let truths = Narrow::Truths(vec![2, 0x7f, 0x80, 0xff].into()).to_numbers();
        assert!(singles.into_iter().chain(truths).all(|x| reason_of(x) == Some(Reason::Undefined)));
    }

    #[test]
    fn singles_are_widened_without_change() {
        let values = vec![0.1, -0.0, f32::INFINITY, f32::MIN_POSITIVE, 1e-45, f32::MAX];
        let wide = Narrow::Singles(values.clone().into()).to_numbers();
        assert!(wide.iter().zip(&values).all(|(w, x)| w.to_bits() == f64::from(*x).to_bits()));
        assert_eq!(Narrow::Singles(values.into()).part(1..3).to_numbers()[0].to_bits(), (-0.0f64).to_bits());
    }
}
