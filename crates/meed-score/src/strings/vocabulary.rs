//! Numbers for words, so that they are compared and counted as numbers.

use super::hash::{BASE, fingerprint};
use super::split;

/// A number for every different word, from 0 in order of appearance.
#[derive(Default)]
pub(crate) struct Vocabulary<'t> {
    /// A power of two of them, or none; at most half are taken.
    slots: Vec<Slot>,
    words: Vec<&'t str>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    key: u64,
    /// The number after that of the word; 0 in a free slot.
    next: u32,
}

/// The bytes of a short word below its length; of a longer one a fingerprint below all ones.
#[inline]
fn key(word: &str) -> u64 {
    let bytes = word.as_bytes();
    let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let packed = match (bytes.len(), bytes.first_chunk(), bytes.last_chunk()) {
        (8.., ..) => return fingerprint(bytes) | 0xff << 56,
        // They overlap where there are fewer than eight bytes.
        (n, Some(first), Some(last)) => four(first) | four(last) << (8 * n - 32),
        (0, ..) => 0,
        (n, ..) => u64::from(bytes[0]) | u64::from(bytes[n / 2]) << 8 | u64::from(bytes[n - 1]) << 16,
    };
    packed | (bytes.len() as u64) << 56
}

/// Where the search for a key begins, before it is cut to the table.
#[inline]
fn first(key: u64) -> usize {
    let product = u128::from(key) * u128::from(BASE);
    (product ^ product >> 64) as usize
}

impl<'t> Vocabulary<'t> {
    /// With room for the words of texts of so many bytes together.
    pub(crate) fn for_bytes(bytes: usize) -> Vocabulary<'t> {
        // Few texts have more different words than a word in eight bytes; there is more room where one does.
        let words = (bytes / 8).clamp(8, 1 << 12);
        let slots = vec![Slot::default(); (2 * words).next_power_of_two()];
        Vocabulary { slots, words: Vec::with_capacity(words) }
    }

    /// The number of a word.
    #[inline]
    pub(crate) fn id(&mut self, word: &'t str) -> u32 {
        if 2 * self.words.len() >= self.slots.len() {
            self.grow();
        }
        let key = key(word);
        let mut at = first(key) & (self.slots.len() - 1);
        loop {
            let slot = &mut self.slots[at];
            if slot.next == 0 {
                self.words.push(word);
                *slot = Slot { key, next: self.words.len() as u32 };
                return slot.next - 1;
            }
            if slot.key == key && (word.len() < 8 || self.words[slot.next as usize - 1] == word) {
                return slot.next - 1;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    #[cold]
    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(32);
        for slot in std::mem::replace(&mut self.slots, vec![Slot::default(); size]) {
            let mut at = first(slot.key) & (size - 1);
            while slot.next != 0 && self.slots[at].next != 0 {
                at = (at + 1) & (size - 1);
            }
            if slot.next != 0 {
                self.slots[at] = slot;
            }
        }
    }

    /// The numbers of some words.
    pub(crate) fn ids(&mut self, words: impl Iterator<Item = &'t str>) -> Vec<u32> {
        let mut ids = Vec::with_capacity(64);
        ids.extend(words.map(|word| self.id(word)));
        ids
    }

    /// The numbers of the words, or else of the characters, that white space separates.
    pub(crate) fn ids_of(&mut self, text: &'t str, characters: bool) -> Vec<u32> {
        if !characters {
            return self.ids(split::words_in_order(text));
        }
        let character = |(at, c): (usize, char)| &text[at..at + c.len_utf8()];
        self.ids(text.char_indices().filter(|(_, c)| !split::is_space(*c)).map(character))
    }

    /// How many different words there are.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }
}

/// Numbers for the characters of two texts, the same for the same character, from 0; and below which they all are.
pub(crate) fn characters(a: &str, b: &str) -> (Vec<u32>, Vec<u32>, usize) {
    if a.is_ascii() && b.is_ascii() {
        let ids = |text: &str| text.bytes().map(u32::from).collect();
        return (ids(a), ids(b), 128);
    }
    let mut others = Vocabulary::default();
    let (a, b) = (others.characters(a), others.characters(b));
    (a, b, 128 + others.len())
}

impl<'t> Vocabulary<'t> {
    /// The characters of a text: those of ASCII as they are, then others.
    fn characters(&mut self, text: &'t str) -> Vec<u32> {
        let mut ids = vec![0; text.len()];
        let (mut at, mut end) = (0, 0);
        while let Some(byte) = text.as_bytes().get(at) {
            let length = match byte {
                0..0x80 => 1,
                0x80..0xe0 => 2,
                0xe0..0xf0 => 3,
                0xf0.. => 4,
            };
            ids[end] = if length == 1 { u32::from(*byte) } else { 128 + self.id(&text[at..at + length]) };
            (at, end) = (at + length, end + 1);
        }
        ids.truncate(end);
        ids
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn characters_have_the_same_number_when_they_are_the_same(a in "[aé’🙂\\PC]{0,40}", b in "[bé’🙂\\PC]{0,40}") {
            let (x, y, kinds) = characters(&a, &b);
            prop_assert_eq!((x.len(), y.len()), (a.chars().count(), b.chars().count()));
            let both: Vec<(u32, char)> = x.into_iter().chain(y).zip(a.chars().chain(b.chars())).collect();
            for (x, c) in &both {
                prop_assert!((*x as usize) < kinds);
                prop_assert!(both.iter().all(|(y, d)| (x == y) == (c == d)));
            }
        }

        #[test]
        fn words_have_the_same_number_when_they_are_the_same(words in prop::collection::vec("[ab\\x00]{0,12}", 0..200)) {
            let mut plainly = HashMap::new();
            let expected = words.iter().map(|word| {
                let next = plainly.len() as u32;
                *plainly.entry(word).or_insert(next)
            });
            let expected: Vec<u32> = expected.collect();
            let mut vocabulary = Vocabulary::default();
            prop_assert_eq!(vocabulary.ids(words.iter().map(String::as_str)), expected);
            prop_assert_eq!(vocabulary.len(), plainly.len());
        }
    }
}
