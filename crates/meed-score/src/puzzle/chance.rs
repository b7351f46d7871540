//! Chance that depends on a seed, the puzzle and the task's place, and on nothing else.

use crate::strings::hash::{fingerprint, mix};

/// A stream of numbers.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64, name: &str, index: u64, level: u64) -> Chance {
        Chance(
            [fingerprint(name.as_bytes()), index, level]
                .into_iter()
                .fold(mix(seed), |state, part| mix(state ^ mix(part))),
        )
    }

    /// A number from 0 to below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        // The bias is n / 2^64.
        ((u128::from(mix(self.0)) * n as u128) >> 64) as usize
    }

    /// One of some things.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Puts things in any order.
    pub(super) fn shuffle<T>(&mut self, things: &mut [T]) {
        for i in (1..things.len()).rev() {
            things.swap(i, self.below(i + 1));
        }
    }

    /// The numbers from 0 to below `n` in any order.
    pub(super) fn order(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }
}
