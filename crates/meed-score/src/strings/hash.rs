//! Fingerprints of bytes, and a hasher for keys that are fingerprints already.

use std::hash::Hasher;

pub(crate) const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// A fingerprint of some bytes, eight at a time.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut tail = [0; 8];
    tail[..rest.len()].copy_from_slice(rest);
    let sum = words.iter().fold(bytes.len() as u64, |sum, w| mix(sum ^ u64::from_le_bytes(*w)));
    sum ^ u64::from_le_bytes(tail)
}

/// Spreads every bit over all of them (the finaliser of SplitMix64).
pub(crate) fn mix(x: u64) -> u64 {
    let x = (x.wrapping_add(BASE) ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A hasher for values that are mixed already, and for short texts.
#[derive(Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0 ^ fingerprint(bytes));
    }

    fn write_u64(&mut self, x: u64) {
        self.0 = x;
    }

    fn write_u8(&mut self, x: u8) {
        self.0 = self.0.wrapping_add(u64::from(x));
    }
}

/// Builds [`AsItIs`].
pub(crate) type Hashing = std::hash::BuildHasherDefault<AsItIs>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_different_lengths_differ() {
        assert_ne!(fingerprint(b"a"), fingerprint(b"a\0"));
        assert_ne!(fingerprint(b"abcdefgh"), fingerprint(b"abcdefgh\0\0\0\0\0\0\0\0"));
    }
}
