//! Numbers for words, so that they are compared and counted as numbers.

use std::collections::HashMap;

use super::hash::{BASE, Hashing, fingerprint};
use super::split;

/// A number for every different word, from 0 in order of appearance.
#[derive(Default)]
pub(crate) struct Vocabulary<'t> {
    /// A power of two of them, or none; at most half are taken.
    slots: Vec<Slot>,
    words: Vec<&'t str>,
}

#[derive(Clone, Copy, Default, PartialEq)]
struct Key {
    /// The bytes of a word of up to eight, of a longer one a fingerprint.
    bytes: u64,
    /// The length, of a longer word 9.
    length: u32,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    key: Key,
    /// The number after that of the word; 0 in a free slot.
    next: u32,
}

impl Key {
    #[inline]
    fn of(word: &str) -> Key {
        let bytes = word.as_bytes();
        let n = bytes.len();
        let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
        let packed = match (bytes.first_chunk(), bytes.last_chunk()) {
            _ if n > 8 => fingerprint(bytes),
            // They overlap where there are fewer than eight bytes.
            (Some(first), Some(last)) => four(first) | four(last) << 32,
            _ if n == 0 => 0,
            _ => u64::from(bytes[0]) | u64::from(bytes[n / 2]) << 8 | u64::from(bytes[n - 1]) << 16,
        };
        Key { bytes: packed, length: n.min(9) as u32 }
    }

    #[inline]
    fn spread(self) -> usize {
        let product = u128::from(self.bytes ^ u64::from(self.length) << 56) * u128::from(BASE);
        (product ^ product >> 64) as usize
    }
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
        let key = Key::of(word);
        let mut at = key.spread() & (self.slots.len() - 1);
        loop {
            let slot = &mut self.slots[at];
            if slot.next == 0 {
                self.words.push(word);
                *slot = Slot { key, next: self.words.len() as u32 };
                return slot.next - 1;
            }
            if slot.key == key && (word.len() <= 8 || self.words[slot.next as usize - 1] == word) {
                return slot.next - 1;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    #[cold]
    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(32);
        for slot in std::mem::replace(&mut self.slots, vec![Slot::default(); size]) {
            let mut at = slot.key.spread() & (size - 1);
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

/// Numbers for the characters of two texts, the same for the same character, from 0; and how many there are.
pub(crate) fn characters(a: &str, b: &str) -> (Vec<u32>, Vec<u32>, usize) {
    if a.is_ascii() && b.is_ascii() {
        let ids = |text: &str| text.bytes().map(u32::from).collect();
        return (ids(a), ids(b), 128);
    }
    let mut ids: HashMap<u64, u32, Hashing> = HashMap::default();
    let mut number = |text: &str| {
        let id = |c| {
            let next = ids.len() as u32;
            *ids.entry(super::hash::mix(u64::from(c))).or_insert(next)
        };
        text.chars().map(id).collect::<Vec<_>>()
    };
    let (a, b) = (number(a), number(b));
    (a, b, ids.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
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
