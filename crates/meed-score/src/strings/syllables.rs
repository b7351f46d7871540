//! Syllables of English words: rules of spelling, and the words of the CMU Pronouncing Dictionary that break them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::hash::Hashing;

/// Words whose syllables the rules miscount; data/syllables.py writes the file.
static EXCEPTIONS: LazyLock<HashMap<&'static str, usize, Hashing>> = LazyLock::new(|| {
    let lines = include_str!("../../data/syllables.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .flat_map(|line| {
            let (count, words) = line.split_once(' ').unwrap_or_default();
            let count = count.parse().unwrap_or(1);
            words.split(' ').map(move |word| (word, count))
        })
        .collect()
});

/// The syllables of a word in lower case; 1 at least.
pub(crate) fn syllables(word: &str) -> usize {
    EXCEPTIONS.get(word).copied().unwrap_or_else(|| by_rule(word.as_bytes()))
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Runs of vowels, fewer for silent e, more where two vowels are said apart.
fn by_rule(word: &[u8]) -> usize {
    let begins_run = |i: &usize| is_vowel(word[*i]) && (*i == 0 || !is_vowel(word[i - 1]));
    let runs = (0..word.len()).filter(begins_run).count() as i64;
    let stem = word.strip_suffix(b"'s").unwrap_or(word);
    let count = runs - silent(stem) + apart(stem);
    count.max(1) as usize
}

/// Vowels that are written and not said.
fn silent(w: &[u8]) -> i64 {
    const WITHIN: [&[u8]; 11] = [
        b"ely", b"eful", b"efully", b"ement", b"ements", b"eless", b"eness", b"elessly", b"ebody", b"ewhere",
        b"etime",
    ];
    // Counted from the end.
    let at = |back: usize| w.len().checked_sub(back).map(|i| w[i]);
    let consonant = |back: usize| at(back).is_some_and(|letter| !is_vowel(letter));
    let l_after_consonant = |back: usize| at(back) == Some(b'l') && consonant(back + 1);
    let at_end = if w.ends_with(b"e") && consonant(2) {
        !l_after_consonant(2)
    } else if w.ends_with(b"es") && consonant(3) {
        let hissing = matches!(at(3), Some(b's' | b'z' | b'x' | b'c' | b'g'))
            || w.ends_with(b"ches")
            || w.ends_with(b"shes");
        !hissing && !l_after_consonant(3)
    } else if w.ends_with(b"ed") && consonant(3) {
        let table = l_after_consonant(3) && at(4) != Some(b'l');
        !(table || matches!(at(3), Some(b't' | b'd')))
    } else {
        false
    };
    let within = WITHIN.iter().any(|suffix| w.ends_with(suffix) && consonant(suffix.len() + 1));
    i64::from(at_end) + i64::from(within)
}

/// Pairs of vowels that are two syllables, and syllables without a vowel.
fn apart(w: &[u8]) -> i64 {
    let pair = |i: &usize| {
        let before = i.checked_sub(1).map_or(0, |i| w[i]);
        let (after, next) = (w.get(i + 2).copied().unwrap_or(0), w.get(i + 3).copied().unwrap_or(0));
        match &w[*i..i + 2] {
            b"ia" => !b"ctsg".contains(&before) || after == b't' && b"ct".contains(&before),
            b"iu" => !b"ctsg".contains(&before),
            b"io" => !b"tscgx".contains(&before),
            b"eo" => !b"gp".contains(&before),
            b"yi" | b"ii" => true,
            b"uo" => before != b'q',
            b"ua" => !b"qgs".contains(&before),
            b"ui" => after == b't' && next == b'y',
            b"ea" => before == b'r' && after == b't' && b"eio".contains(&next),
            b"ie" => after == b't' && !b"fv".contains(&before),
            b"ye" => after == b'r' && *i > 0,
            _ => false,
        }
    };
    let pairs = (0..w.len().saturating_sub(1)).filter(pair).count() as i64;
    let m = w.ends_with(b"sm") || w.ends_with(b"thm") || w.ends_with(b"sms");
    let not = w.ends_with(b"n't") && w.len() > 3 && b"dst".contains(&w[w.len() - 4]);
    pairs + i64::from(m) + i64::from(not)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_of_words() {
        for (word, count) in [
            ("the", 1),
            ("table", 2),
            ("walked", 1),
            ("wanted", 2),
            ("boxes", 2),
            ("created", 3),
            ("rhythm", 2),
            ("didn't", 2),
            ("one", 1),
            ("area", 3),
            ("business", 2),
            ("42", 1),
            ("ibm", 3),
            ("safely", 2),
            ("quiet", 2),
            ("nation's", 2),
        ] {
            assert_eq!(syllables(word), count, "{word}");
        }
    }
}
