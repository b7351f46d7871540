//! Porter's stemmer with the changes NLTK made to it ("An algorithm for suffix stripping").

use std::borrow::Cow;

/// Irregular words and their stems.
const IRREGULAR: [(&str, &str); 16] = [
    ("sky", "sky"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("news", "news"),
    ("innings", "inning"),
    ("inning", "inning"),
    ("outings", "outing"),
    ("outing", "outing"),
    ("cannings", "canning"),
    ("canning", "canning"),
    ("howe", "howe"),
    ("proceed", "proceed"),
    ("exceed", "exceed"),
    ("succeed", "succeed"),
];

/// The stem of a word in lower case.
pub(crate) fn stem(word: &str) -> Cow<'_, str> {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(from, _)| *from == word) {
        return Cow::Borrowed(stem);
    }
    if word.is_ascii() {
        let mut bytes = word.as_bytes().to_vec();
        strip(&mut bytes);
        return Cow::Owned(String::from_utf8(bytes).unwrap_or_default());
    }
    // Other letters are consonants that are in no suffix: they stand as one byte each meanwhile. No rule moves
    // or makes one, so what is left of them is a beginning.
    let chars: Vec<char> = word.chars().collect();
    let mut bytes: Vec<u8> = chars.iter().map(|c| if c.is_ascii() { *c as u8 } else { OTHER }).collect();
    // One rule asks whether two letters in a row are equal, so unequal ones must differ.
    for i in 1..bytes.len() {
        if !chars[i].is_ascii() && !chars[i - 1].is_ascii() {
            let same = chars[i] == chars[i - 1];
            bytes[i] = if same == (bytes[i - 1] == OTHER) { OTHER } else { OTHER_AGAIN };
        }
    }
    strip(&mut bytes);
    Cow::Owned(
        bytes.iter().zip(0..).map(|(b, i)| if b.is_ascii() { char::from(*b) } else { chars[i] }).collect(),
    )
}

const OTHER: u8 = 0xff;
const OTHER_AGAIN: u8 = 0xfe;

type Condition = fn(&[u8]) -> bool;

fn strip(word: &mut Vec<u8>) {
    if word.len() <= 2 {
        return;
    }
    plurals(word);
    past_and_gerund(word);
    if word.ends_with(b"y") && word.len() > 2 && is_consonant(word, word.len() - 2) {
        replace(word, 1, b"i");
    }
    doubled_suffix(word);
    rules(word, &STEP_3, |stem| measure(stem) > 0);
    residue(word);
    final_e(word);
    if word.ends_with(b"ll") && measure(&word[..word.len() - 1]) > 1 {
        word.pop();
    }
}

/// Step 1a.
fn plurals(word: &mut Vec<u8>) {
    if word.ends_with(b"ies") {
        let keep: &[u8] = if word.len() == 4 { b"ie" } else { b"i" };
        replace(word, 3, keep);
    } else if word.ends_with(b"sses") {
        word.truncate(word.len() - 2);
    } else if word.ends_with(b"s") && !word.ends_with(b"ss") {
        word.pop();
    }
}

/// Step 1b.
fn past_and_gerund(word: &mut Vec<u8>) {
    if word.ends_with(b"ied") {
        let keep: &[u8] = if word.len() == 4 { b"ie" } else { b"i" };
        return replace(word, 3, keep);
    }
    if word.ends_with(b"eed") {
        if measure(&word[..word.len() - 3]) > 0 {
            word.pop();
        }
        return;
    }
    let has_vowel = |stem: &[u8]| consonants(stem).any(|consonant| !consonant);
    let cut = [&b"ed"[..], b"ing"]
        .iter()
        .find(|suffix| word.ends_with(suffix) && has_vowel(&word[..word.len() - suffix.len()]))
        .map(|suffix| suffix.len());
    let Some(cut) = cut else { return };
    word.truncate(word.len() - cut);
    if [&b"at"[..], b"bl", b"iz"].iter().any(|end| word.ends_with(end)) {
        return word.push(b'e');
    }
    let n = word.len();
    if n >= 2 && word[n - 1] == word[n - 2] && is_consonant(word, n - 1) {
        if !b"lsz".contains(&word[n - 1]) {
            word.pop();
        }
    } else if measure(word) == 1 && ends_cvc(word) {
        word.push(b'e');
    }
}

/// Step 2. The conditions are on what stands before the suffix.
fn doubled_suffix(word: &mut Vec<u8>) {
    if word.ends_with(b"alli") && measure(&word[..word.len() - 4]) > 0 {
        word.truncate(word.len() - 2);
    }
    if rules(word, &STEP_2, |stem| measure(stem) > 0) {
        return;
    }
    if word.ends_with(b"logi") && measure(&word[..word.len() - 3]) > 0 {
        word.pop();
    }
}

const STEP_2: [(&[u8], &[u8]); 21] = [
    (b"ational", b"ate"),
    (b"tional", b"tion"),
    (b"enci", b"ence"),
    (b"anci", b"ance"),
    (b"izer", b"ize"),
    (b"bli", b"ble"),
    (b"alli", b"al"),
    (b"entli", b"ent"),
    (b"eli", b"e"),
    (b"ousli", b"ous"),
    (b"ization", b"ize"),
    (b"ation", b"ate"),
    (b"ator", b"ate"),
    (b"alism", b"al"),
    (b"iveness", b"ive"),
    (b"fulness", b"ful"),
    (b"ousness", b"ous"),
    (b"aliti", b"al"),
    (b"iviti", b"ive"),
    (b"biliti", b"ble"),
    (b"fulli", b"ful"),
];

const STEP_3: [(&[u8], &[u8]); 7] = [
    (b"icate", b"ic"),
    (b"ative", b""),
    (b"alize", b"al"),
    (b"iciti", b"ic"),
    (b"ical", b"ic"),
    (b"ful", b""),
    (b"ness", b""),
];

/// Applies the first rule whose suffix the word has, if the condition holds; whether one had.
fn rules(word: &mut Vec<u8>, rules: &[(&[u8], &[u8])], condition: Condition) -> bool {
    let Some((suffix, new)) = rules.iter().find(|(suffix, _)| word.ends_with(suffix)) else { return false };
    if condition(&word[..word.len() - suffix.len()]) {
        replace(word, suffix.len(), new);
    }
    true
}

/// Step 4.
fn residue(word: &mut Vec<u8>) {
    const BEFORE_ION: [&[u8]; 11] =
        [b"al", b"ance", b"ence", b"er", b"ic", b"able", b"ible", b"ant", b"ement", b"ment", b"ent"];
    const AFTER_ION: [&[u8]; 7] = [b"ou", b"ism", b"ate", b"iti", b"ous", b"ive", b"ize"];
    let has = |suffix: &&&[u8]| word.ends_with(suffix);
    let cut = if let Some(suffix) = BEFORE_ION.iter().find(has) {
        suffix.len()
    } else if word.ends_with(b"ion") {
        if !matches!(word[..word.len() - 3].last(), Some(b's' | b't')) {
            return;
        }
        3
    } else if let Some(suffix) = AFTER_ION.iter().find(has) {
        suffix.len()
    } else {
        return;
    };
    if measure(&word[..word.len() - cut]) > 1 {
        word.truncate(word.len() - cut);
    }
}

/// Step 5a.
fn final_e(word: &mut Vec<u8>) {
    if word.ends_with(b"e") {
        let stem = &word[..word.len() - 1];
        let m = measure(stem);
        if m > 1 || m == 1 && !ends_cvc(stem) {
            word.pop();
        }
    }
}

fn replace(word: &mut Vec<u8>, suffix: usize, new: &[u8]) {
    word.truncate(word.len() - suffix);
    word.extend_from_slice(new);
}

/// Whether each letter is a consonant; y is one at the beginning and after a vowel.
fn consonants(word: &[u8]) -> impl Iterator<Item = bool> + '_ {
    let mut last = false;
    word.iter().map(move |letter| {
        last = match letter {
            b'a' | b'e' | b'i' | b'o' | b'u' => false,
            b'y' => !last,
            _ => true,
        };
        last
    })
}

fn is_consonant(word: &[u8], at: usize) -> bool {
    consonants(&word[..=at]).last().unwrap_or(false)
}

/// How often a consonant follows a vowel.
fn measure(stem: &[u8]) -> usize {
    let mut count = 0;
    let mut after_vowel = false;
    for consonant in consonants(stem) {
        count += usize::from(consonant && after_vowel);
        after_vowel = !consonant;
    }
    count
}

fn ends_cvc(word: &[u8]) -> bool {
    let n = word.len();
    if n == 2 {
        return !is_consonant(word, 0) && is_consonant(word, 1);
    }
    n >= 3
        && is_consonant(word, n - 3)
        && !is_consonant(word, n - 2)
        && is_consonant(word, n - 1)
        && !b"wxy".contains(&word[n - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems() {
        for (word, expected) in [
            ("caresses", "caress"),
            ("ties", "tie"),
            ("dies", "die"),
            ("ponies", "poni"),
            ("agreed", "agre"),
            ("hopping", "hop"),
            ("filing", "file"),
            ("enjoy", "enjoy"),
            ("happy", "happi"),
            ("relational", "relat"),
            ("radically", "radic"),
            ("skies", "sky"),
            ("adoption", "adopt"),
            ("controlling", "control"),
            ("is", "is"),
            ("äußerungen", "äußerungen"),
            ("cafés", "café"),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
    }
}
