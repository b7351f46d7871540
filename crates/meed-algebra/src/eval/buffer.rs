//! Values in work: borrowed from columns, owned by a chunk, or written straight to where they are wanted.

use super::Outputs;
use crate::column::{TextCell, Values};
use crate::function::Slice;

pub(crate) enum Buffer<'a> {
    Numbers(Vec<f64>),
    NumbersRef(&'a [f64]),
    NumbersOut(&'a mut [f64]),
    Texts(Vec<TextCell>),
    TextsRef(&'a [TextCell]),
}

impl<'a> Buffer<'a> {
    pub fn slice(&self) -> Slice<'_> {
        match self {
            Buffer::Numbers(v) => Slice::Numbers(v),
            Buffer::NumbersRef(v) => Slice::Numbers(v),
            Buffer::NumbersOut(v) => Slice::Numbers(v),
            Buffer::Texts(v) => Slice::Texts(v),
            Buffer::TextsRef(v) => Slice::Texts(v),
        }
    }

    /// The place its values are written to, `None` for views.
    pub fn slot(&mut self) -> Option<Slot<'_>> {
        match self {
            Buffer::Numbers(v) => Some(Slot::Numbers(v)),
            Buffer::NumbersOut(v) => Some(Slot::Numbers(v)),
            Buffer::Texts(v) => Some(Slot::Texts(v)),
            Buffer::NumbersRef(_) | Buffer::TextsRef(_) => None,
        }
    }

    /// The numbers to fill in, `None` for texts and views.
    pub fn numbers_mut(&mut self) -> Option<&mut [f64]> {
        match self {
            Buffer::Numbers(v) => Some(v),
            Buffer::NumbersOut(v) => Some(v),
            _ => None,
        }
    }
}

impl From<Values> for Buffer<'_> {
    fn from(values: Values) -> Self {
        values.into_numbers().map_or_else(Buffer::Texts, Buffer::Numbers)
    }
}

impl From<Buffer<'_>> for Values {
    fn from(buffer: Buffer<'_>) -> Self {
        match buffer {
            Buffer::Numbers(v) => Values::Numbers(v),
            Buffer::Texts(v) => Values::Texts(v),
            borrowed => borrowed.slice().to_values(),
        }
    }
}

impl Slice<'_> {
    /// A copy that borrows nothing.
    pub(crate) fn to_values(self) -> Values {
        match self {
            Slice::Numbers(v) => Values::Numbers(v.to_vec()),
            Slice::Texts(v) => Values::Texts(v.to_vec()),
        }
    }
}

/// A place for a result that leaves its chunk.
pub(crate) enum Slot<'a> {
    Numbers(&'a mut [f64]),
    Texts(&'a mut [TextCell]),
}

/// Memory that is no longer needed.
pub(crate) struct Spare(Vec<Vec<f64>>);

impl From<Outputs> for Spare {
    fn from(used: Outputs) -> Self {
        let columns = used.columns.into_iter().filter_map(|(_, c)| match c.values {
            Values::Numbers(v) => Some(v),
            Values::Narrow(_) | Values::Texts(_) => None,
        });
        Spare(columns.collect())
    }
}

impl Spare {
    /// `len` numbers to be written over: from the smallest piece that holds them, else new.
    pub fn take(&mut self, len: usize) -> Vec<f64> {
        let fits = self.0.iter().enumerate().filter(|(_, v)| v.capacity() >= len);
        match fits.min_by_key(|(_, v)| v.capacity()).map(|(i, _)| i) {
            Some(i) => {
                let mut v = self.0.swap_remove(i);
                v.resize(len, 0.0);
                v
            }
            None => vec![0.0; len],
        }
    }
}

/// Where a moved value comes from: the position in the source, or why there is none.
pub(crate) type Pick = Result<usize, crate::absent::Reason>;

/// Moves values by position.
pub(crate) fn take(from: Slice<'_>, picks: impl Iterator<Item = Pick>) -> Values {
    match from {
        Slice::Numbers(v) => Values::Numbers(picks.map(|p| p.map_or_else(|r| r.value(), |i| v[i])).collect()),
        Slice::Texts(v) => Values::Texts(picks.map(|p| p.and_then(|i| v[i].clone())).collect()),
    }
}
