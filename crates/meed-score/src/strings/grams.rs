//! N-grams: how many a text shares with its references, and which there are.

use super::hash::{BASE, fingerprint, mix};
use super::split;
use crate::error::ScoreError;
use crate::options::Options;

/// Of every order up to `orders`, how many n-grams of `text` are in a reference: each as often as it is in the
/// reference that has it most often.
///
/// Units are numbered from 0. A longer n-gram is told from others by the places in the table of its first and its last n − 1
/// units, so nothing rests on hashes being different; it can be shared only where both are. Time and memory are linear in the
/// texts.
pub(crate) fn shared(text: &[u32], references: &[&[u32]], orders: usize) -> Vec<usize> {
    let mut found = vec![0; orders];
    // For each position, the place of the n-gram that begins there, as long as text and reference share it.
    let mut of_text = text.to_vec();
    let mut of_references: Vec<Vec<u32>> = Vec::with_capacity(references.len());
    let mut single = vec![Slot::default(); text.iter().max().map_or(0, |most| *most as usize + 1)];
    text.iter().for_each(|unit| single[*unit as usize].text += 1);
    for (k, reference) in references.iter().enumerate() {
        let place = |unit: &u32| match single.get_mut(*unit as usize).filter(|slot| slot.text > 0) {
            Some(slot) => {
                found[0] += usize::from(slot.met(k as u32 + 1));
                *unit
            }
            None => NOWHERE,
        };
        of_references.push(reference.iter().map(place).collect());
    }
    let forget = |places: &mut [u32], slots: &[Slot]| {
        let mut kept = 0;
        for place in places {
            let shared = *place != NOWHERE && slots[*place as usize].most > 0;
            *place = if shared { *place } else { NOWHERE };
            kept += usize::from(shared);
        }
        kept
    };
    let kept = forget(&mut of_text, &single);
    let mut table = Table::new(if orders > 1 { kept } else { 0 });
    for n in 2..=orders {
        if found[n - 2] == 0 {
            break;
        }
        table.order = n as u32;
        lengthen(&mut of_text, |key| {
            let place = table.place_or_new(key);
            table.slots[place].text += 1;
            place as u32
        });
        for (k, places) in of_references.iter_mut().enumerate() {
            lengthen(places, |key| match table.place(key) {
                Some(place) => {
                    found[n - 1] += usize::from(table.slots[place].met(k as u32 + 1));
                    place as u32
                }
                None => NOWHERE,
            });
        }
        forget(&mut of_text, &table.slots);
    }
    found
}

/// From the places of n-grams to those of n-grams one unit longer.
#[inline(always)]
fn lengthen(places: &mut Vec<u32>, mut place: impl FnMut(u64) -> u32) {
    for i in 1..places.len() {
        let (first, last) = (places[i - 1], places[i]);
        let both = first != NOWHERE && last != NOWHERE;
        places[i - 1] = if both { place(u64::from(first) << 32 | u64::from(last)) } else { NOWHERE };
    }
    places.pop();
}

const NOWHERE: u32 = u32::MAX;

/// An n-gram of the text.
#[derive(Clone, Copy, Default)]
struct Slot {
    key: u64,
    /// The order it was written in; an earlier one means the slot is free.
    order: u32,
    /// How often the text has it.
    text: u32,
    /// Which reference was read last, and how often it had the n-gram so far.
    reference: u32,
    here: u32,
    /// The most any reference had, at most `text`.
    most: u32,
}

impl Slot {
    /// Notes that reference `k` has the n-gram once more: whether that is one more shared one.
    fn met(&mut self, k: u32) -> bool {
        if self.reference != k {
            (self.reference, self.here) = (k, 0);
        }
        self.here += 1;
        let more = self.here > self.most && self.most < self.text;
        self.most += u32::from(more);
        more
    }
}

struct Table {
    slots: Vec<Slot>,
    mask: usize,
    order: u32,
}

impl Table {
    fn new(keys: usize) -> Table {
        let size = (2 * keys.max(4)).next_power_of_two();
        Table { slots: vec![Slot::default(); size], mask: size - 1, order: 0 }
    }

    fn first(&self, key: u64) -> usize {
        let spread = key.wrapping_mul(BASE);
        (spread ^ (spread >> 32)) as usize & self.mask
    }

    fn place(&self, key: u64) -> Option<usize> {
        let mut at = self.first(key);
        loop {
            let slot = &self.slots[at];
            if slot.order != self.order {
                return None;
            }
            if slot.key == key {
                return Some(at);
            }
            at = (at + 1) & self.mask;
        }
    }

    fn place_or_new(&mut self, key: u64) -> usize {
        let mut at = self.first(key);
        loop {
            let slot = &mut self.slots[at];
            if slot.order != self.order {
                *slot = Slot { key, order: self.order, ..Slot::default() };
                return at;
            }
            if slot.key == key {
                return at;
            }
            at = (at + 1) & self.mask;
        }
    }
}

/// Fingerprints of the runs of `n` units, each rolled from the one before.
pub(crate) fn runs(units: impl Iterator<Item = u64>, n: usize) -> Vec<u64> {
    let leaving_weight = (1..n).fold(1u64, |w, _| w.wrapping_mul(BASE));
    let mut last = vec![0u64; n];
    let mut run = 0u64;
    let mut runs = Vec::new();
    for (i, unit) in units.enumerate() {
        let slot = &mut last[i % n];
        run = run.wrapping_sub(slot.wrapping_mul(leaving_weight)).wrapping_mul(BASE).wrapping_add(unit);
        *slot = unit;
        if i + 1 >= n {
            runs.push(mix(run));
        }
    }
    runs
}

/// What n-grams are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Runs of letters and digits, in lower case.
    Words,
    /// Characters as they are.
    Characters,
}

impl Unit {
    /// The option `unit`.
    pub(crate) fn of(options: &Options) -> Result<Unit, ScoreError> {
        let words = options.choice("unit", &["words", "characters"])? == "words";
        Ok(if words { Unit::Words } else { Unit::Characters })
    }
}

/// Fingerprints of every run of `n` units, in order.
pub(crate) fn all_runs(text: &str, unit: Unit, n: usize) -> Vec<u64> {
    match unit {
        Unit::Words => {
            runs(split::plain_words(&split::lower(text)).map(|w| mix(fingerprint(w.as_bytes()))), n)
        }
        Unit::Characters => runs(text.chars().map(|c| mix(u64::from(c))), n),
    }
}

/// Fingerprints of the different runs of `n` units, ascending.
pub(crate) fn distinct_runs(text: &str, unit: Unit, n: usize) -> Vec<u64> {
    let mut runs = all_runs(text, unit, n);
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// How many values two ascending lists share.
pub(crate) fn shared_of_sorted(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        shared += usize::from(a[i] == b[j]);
        let (x, y) = (a[i], b[j]);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    shared
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn plainly(text: &[u32], references: &[&[u32]], n: usize) -> usize {
        let count = |units: &[u32]| {
            let mut counts: HashMap<Vec<u32>, usize> = HashMap::new();
            units.windows(n).for_each(|w| *counts.entry(w.to_vec()).or_default() += 1);
            counts
        };
        let references: Vec<_> = references.iter().map(|r| count(r)).collect();
        let most =
            |gram: &Vec<u32>| references.iter().map(|r| r.get(gram).copied().unwrap_or(0)).max().unwrap_or(0);
        count(text).iter().map(|(gram, c)| most(gram).min(*c)).sum()
    }

    proptest! {
        #[test]
        fn as_counted_plainly(
            text in prop::collection::vec(0u32..4, 0..40),
            references in prop::collection::vec(prop::collection::vec(0u32..4, 0..40), 1..4),
        ) {
            let references: Vec<&[u32]> = references.iter().map(Vec::as_slice).collect();
            let found = shared(&text, &references, 5);
            for n in 1..=5 {
                prop_assert_eq!(found[n - 1], plainly(&text, &references, n));
            }
        }
    }
}
