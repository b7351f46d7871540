//! Numbers for words, so that they are compared and counted as numbers.

use std::collections::HashMap;

use super::hash::Hashing;
use super::split;

/// A number for every different word, from 0 in order of appearance.
#[derive(Default)]
pub(crate) struct Vocabulary<'t> {
    ids: HashMap<&'t str, u32, Hashing>,
}

impl<'t> Vocabulary<'t> {
    /// With room for the words of texts of so many bytes together.
    pub(crate) fn for_bytes(bytes: usize) -> Vocabulary<'t> {
        // Few texts have more different words than a word in eight bytes; the table grows for those that do.
        Vocabulary { ids: HashMap::with_capacity_and_hasher(bytes / 8, Hashing::default()) }
    }

    /// The number of a word.
    pub(crate) fn id(&mut self, word: &'t str) -> u32 {
        let next = self.ids.len() as u32;
        *self.ids.entry(word).or_insert(next)
    }

    /// The numbers of some words.
    pub(crate) fn ids(&mut self, words: impl Iterator<Item = &'t str>) -> Vec<u32> {
        words.map(|word| self.id(word)).collect()
    }

    /// The numbers of the words, or else of the characters, that white space separates.
    pub(crate) fn ids_of(&mut self, text: &'t str, characters: bool) -> Vec<u32> {
        if !characters {
            return if text.is_ascii() {
                self.ids(split::ascii_words(text))
            } else {
                self.ids(split::words(text))
            };
        }
        let character = |(at, c): (usize, char)| &text[at..at + c.len_utf8()];
        self.ids(text.char_indices().filter(|(_, c)| !split::is_space(*c)).map(character))
    }

    /// How many different words there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
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
