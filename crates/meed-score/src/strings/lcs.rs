//! Longest common subsequences, 64 places of one sequence at a time.
//!
//! A row of the table of lengths is kept as bits: bit j is 0 where the row grows by one at column j + 1
//! ("A bit-string longest-common-subsequence algorithm"). A unit changes only the words of a row in which it occurs,
//! and those a carry reaches.

use super::strips::strips;
use super::trimmed;
#[cfg(target_arch = "x86_64")]
use super::{strips::Strip, wide};

/// The places of every unit of a sequence, as words of bits.
struct Places {
    /// Where the masks of unit u begin: `masks[begins[u]..begins[u + 1]]`.
    begins: Vec<u32>,
    /// A word of the row, and the places in it.
    masks: Vec<(u32, u64)>,
}

impl Places {
    fn new(units: &[u32], kinds: usize) -> Places {
        let mut last = vec![u32::MAX; kinds];
        let mut begins = vec![0u32; kinds + 1];
        for (at, unit) in units.iter().enumerate() {
            let word = (at / 64) as u32;
            if std::mem::replace(&mut last[*unit as usize], word) != word {
                begins[*unit as usize + 1] += 1;
            }
        }
        for u in 0..kinds {
            begins[u + 1] += begins[u];
        }
        let mut next: Vec<u32> = begins[..kinds].to_vec();
        let mut masks = vec![(u32::MAX, 0u64); begins[kinds] as usize];
        for (at, unit) in units.iter().enumerate() {
            let (word, bit) = ((at / 64) as u32, 1u64 << (at % 64));
            let next = &mut next[*unit as usize];
            let begin = begins[*unit as usize];
            if *next > begin && masks[*next as usize - 1].0 == word {
                masks[*next as usize - 1].1 |= bit;
            } else {
                masks[*next as usize] = (word, bit);
                *next += 1;
            }
        }
        Places { begins, masks }
    }

    fn of(&self, unit: u32) -> &[(u32, u64)] {
        &self.masks[self.begins[unit as usize] as usize..self.begins[unit as usize + 1] as usize]
    }
}

/// The row after one more unit.
fn advance(row: &mut [u64], places: &[(u32, u64)]) {
    let mut carry_to = usize::MAX;
    for (word, mask) in places {
        let word = *word as usize;
        while carry_to < word {
            carry_to = carried(row, carry_to);
        }
        let v = row[word];
        let matched = v & mask;
        let (sum, over) = v.overflowing_add(matched);
        let (sum, again) = sum.overflowing_add(u64::from(carry_to == word));
        row[word] = sum | (v & !mask);
        carry_to = if over | again { word + 1 } else { usize::MAX };
    }
    while carry_to < row.len() {
        carry_to = carried(row, carry_to);
    }
}

/// Adds a carry to a word without matches: where it goes next.
fn carried(row: &mut [u64], word: usize) -> usize {
    let (sum, over) = row[word].overflowing_add(1);
    row[word] |= sum;
    if over { word + 1 } else { usize::MAX }
}

/// How many zeros the first `columns` bits of a row have.
fn zeros(row: &[u64], columns: usize) -> usize {
    let whole: u32 = row[..columns / 64].iter().map(|word| word.count_zeros()).sum();
    let rest = columns % 64;
    let part = if rest == 0 { 0 } else { (!row[columns / 64] & ((1 << rest) - 1)).count_ones() };
    (whole + part) as usize
}

/// The length of the longest common subsequence of two sequences of units below `kinds`.
pub(crate) fn length(a: &[u32], b: &[u32], kinds: usize) -> usize {
    let (wide, long) = trimmed(a, b);
    let trimmed = a.len().min(b.len()) - wide.len();
    trimmed
        + match wide.len() {
            0 => 0,
            1..=64 => narrow::<1>(wide, long, kinds),
            _ if kinds * wide.len().div_ceil(64) > FULL => {
                let mut row = vec![u64::MAX; wide.len().div_ceil(64)];
                let places = Places::new(wide, kinds);
                long.iter().for_each(|unit| advance(&mut row, places.of(*unit)));
                zeros(&row, wide.len())
            }
            #[cfg(target_arch = "x86_64")]
            _ if wide::available() => {
                let mut length = 0;
                // SAFETY: the processor was asked.
                // Measured, texts of 200 and of 2,000 characters: 1.5 and 43 µs, with `narrow` 2.4 and 88.
                let through =
                    |strip: Strip<'_, { wide::BLOCKS }>| length += unsafe { wide::common(strip, long) };
                strips(wide, long.len(), kinds, false, 0, through);
                length
            }
            65..=128 => narrow::<2>(wide, long, kinds),
            129..=192 => narrow::<3>(wide, long, kinds),
            _ => narrow::<4>(wide, long, kinds),
        }
}

/// Up to so many words of masks, every word of a row is worked on: with few kinds of units most of them change.
const FULL: usize = 1 << 16;

/// The length of the longest common subsequence, every word of a row worked on. What enters and leaves strips are carries.
fn narrow<const N: usize>(wide: &[u32], long: &[u32], kinds: usize) -> usize {
    let mut length = 0;
    strips::<N>(wide, long.len(), kinds, true, 0, |strip| {
        length += match strip.entering {
            None => through::<N, true>(strip.masks, long, &mut []),
            Some(entering) => through::<N, false>(strip.masks, long, entering),
        };
    });
    length
}

/// Takes a strip through a sequence: by how much the subsequence grows.
fn through<const N: usize, const ONLY: bool>(masks: &[[u64; N]], long: &[u32], carries: &mut [u8]) -> usize {
    let mut row = [u64::MAX; N];
    for (t, unit) in long.iter().enumerate() {
        let mask = &masks[*unit as usize];
        let mut carry = !ONLY && carries[t] > 0;
        for l in 0..N {
            let (sum, over) = row[l].overflowing_add(row[l] & mask[l]);
            let (sum, again) = sum.overflowing_add(u64::from(carry));
            (row[l], carry) = (sum | (row[l] & !mask[l]), over | again);
        }
        if !ONLY {
            carries[t] = u8::from(carry);
        }
    }
    row.iter().map(|word| word.count_zeros() as usize).sum()
}

/// The steps [`length`] takes at most, in words of 64 places.
pub(crate) fn steps(a: usize, b: usize) -> u64 {
    (a.min(b) as u64).div_ceil(64) * a.max(b) as u64
}

/// A sequence that others are aligned with.
pub(crate) struct Other<'b> {
    units: &'b [u32],
    places: Places,
}

impl<'b> Other<'b> {
    /// Units are below `kinds`.
    pub(crate) fn new(units: &'b [u32], kinds: usize) -> Other<'b> {
        Other { units, places: Places::new(units, kinds) }
    }

    /// The places in `a` of one of the longest common subsequences: the one found from the end, going back in `a`
    /// rather than in the other where both are as good. Descending.
    ///
    /// Rows are kept in part and worked out again, so the memory is that of about √n rows.
    pub(crate) fn positions(&self, a: &[u32]) -> Vec<usize> {
        let (b, places) = (self.units, &self.places);
        let mut found = Vec::new();
        let width = b.len().div_ceil(64);
        let stretch = (a.len() as f64).sqrt() as usize + 16;
        // Row i is after i units; kept are rows 0, stretch, 2·stretch, …
        let mut kept = Vec::new();
        let mut row = vec![u64::MAX; width];
        for (i, unit) in a.iter().enumerate() {
            if i % stretch == 0 {
                kept.push(row.clone());
            }
            advance(&mut row, places.of(*unit));
        }
        let (mut i, mut j) = (a.len(), b.len());
        while let Some(first) = kept.pop().filter(|_| j > 0) {
            let from = kept.len() * stretch;
            let mut rows = vec![first];
            for unit in &a[from..i] {
                let mut next = rows[rows.len() - 1].clone();
                advance(&mut next, places.of(*unit));
                rows.push(next);
            }
            while i > from && j > 0 {
                let (above, here) = (&rows[i - from - 1], &rows[i - from]);
                let length = zeros(here, j);
                let mut length_above = zeros(above, j);
                // Along the row while the length to the left is larger than the one above.
                while j > 0 && a[i - 1] != b[j - 1] && !grows(here, j - 1) && length_above < length {
                    j -= 1;
                    length_above -= usize::from(grows(above, j));
                }
                if j > 0 && a[i - 1] == b[j - 1] {
                    found.push(i - 1);
                    j -= 1;
                }
                i -= 1;
            }
        }
        found
    }
}

/// Whether a row grows at a column.
fn grows(row: &[u64], column: usize) -> bool {
    row[column / 64] >> (column % 64) & 1 == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(a: &[u32], b: &[u32]) -> Vec<Vec<usize>> {
        let mut t = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..a.len() {
            for j in 0..b.len() {
                t[i + 1][j + 1] = if a[i] == b[j] { t[i][j] + 1 } else { t[i][j + 1].max(t[i + 1][j]) };
            }
        }
        t
    }

    fn back(a: &[u32], b: &[u32]) -> Vec<usize> {
        let t = table(a, b);
        let (mut i, mut j, mut found) = (a.len(), b.len(), Vec::new());
        while i > 0 && j > 0 {
            if a[i - 1] == b[j - 1] {
                found.push(i - 1);
                (i, j) = (i - 1, j - 1);
            } else if t[i][j - 1] > t[i - 1][j] {
                j -= 1;
            } else {
                i -= 1;
            }
        }
        found
    }

    proptest! {
        #[test]
        fn as_in_the_table(
            a in prop_oneof![prop::collection::vec(0u32..6, 0..300), prop::collection::vec(0u32..6, 0..1300)],
            b in prop_oneof![prop::collection::vec(0u32..6, 0..300), prop::collection::vec(0u32..6, 0..1300)],
            few in 1u32..6,
        ) {
            let (a, b): (Vec<_>, Vec<_>) = (a.iter().map(|x| x % few).collect(), b.iter().map(|x| x % few).collect());
            let longest = table(&a, &b)[a.len()][b.len()];
            prop_assert_eq!(length(&a, &b, 6), longest);
            // With many kinds, most words are skipped.
            prop_assert_eq!(length(&a, &b, FULL + 1), longest);
            if !a.is_empty() {
                prop_assert_eq!(narrow::<1>(&a, &b, 6), longest);
                prop_assert_eq!(narrow::<4>(&a, &b, 6), longest);
            }
            prop_assert_eq!(Other::new(&b, 6).positions(&a), back(&a, &b));
        }
    }
}
