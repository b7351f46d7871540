//! Which word sequences to shift, as Tercom searches for them.

use super::edits::{Edit, Table};

const MAX_WORDS: usize = 10;
const MAX_DISTANCE: usize = 50;
const MAX_TRIED: usize = 1000;

/// The edits and shifts that turn the text into the reference.
pub(super) fn edits(text: &[u32], reference: &[u32]) -> usize {
    if reference.is_empty() {
        return text.len();
    }
    let mut text = text.to_vec();
    let (mut shifts, mut tried) = (0, 0);
    loop {
        let table = Table::new(&text, reference);
        let best = best_shift(&text, reference, &table, &mut tried);
        match best {
            Some(best) if tried < MAX_TRIED && best.gain > 0 => {
                shifts += 1;
                text = best.shift.apply(&text);
            }
            _ => return shifts + table.distance() as usize,
        }
    }
}

#[derive(Clone, Copy)]
struct Shift {
    from: usize,
    words: usize,
    to: usize,
}

impl Shift {
    /// The words that change places: `before` and `after` are swapped.
    fn range(&self, text: usize) -> (std::ops::Range<usize>, usize) {
        let Shift { from, words, to } = *self;
        if to < from {
            (to..from + words, from)
        } else if to > from + words {
            (from..to, from + words)
        } else {
            // Into itself: as many words further on.
            (from..(to + words).min(text), from + words)
        }
    }

    fn apply(&self, text: &[u32]) -> Vec<u32> {
        let (range, middle) = self.range(text.len());
        let mut shifted = text.to_vec();
        shifted[range.clone()].rotate_left(middle - range.start);
        shifted
    }
}

struct Best {
    gain: i64,
    shift: Shift,
}

/// The shift that saves the most edits; then the longest, the earliest, the one with the earliest target.
fn best_shift(text: &[u32], reference: &[u32], table: &Table<'_>, tried: &mut usize) -> Option<Best> {
    let before = i64::from(table.distance());
    let alignment = Alignment::new(&table.edits());
    let mut best: Option<Best> = None;
    for from in (0..text.len()).filter(|from| alignment.any_wrong_from(*from)) {
        let near = from.saturating_sub(MAX_DISTANCE)..reference.len().min(from + MAX_DISTANCE + 1);
        for start in near {
            let longest = MAX_WORDS.min(text.len() - from).min(reference.len() - start);
            for words in 1..=longest {
                if text[from + words - 1] != reference[start + words - 1] {
                    break;
                }
                if !alignment.worth(from, start, words) {
                    continue;
                }
                let mut last = None;
                for target in alignment.targets(start, words) {
                    if last.replace(target) == Some(target) {
                        continue;
                    }
                    let shift = Shift { from, words, to: target };
                    let shifted = shift.apply(text);
                    let gain = before - i64::from(table.distance_with(&shifted, shift.range(text.len()).0));
                    *tried += 1;
                    let rank = |gain: i64, s: &Shift| (gain, s.words, std::cmp::Reverse((s.from, s.to)));
                    if best.as_ref().is_none_or(|best| rank(gain, &shift) > rank(best.gain, &best.shift)) {
                        best = Some(Best { gain, shift });
                    }
                }
                if *tried >= MAX_TRIED {
                    return best;
                }
            }
        }
    }
    best
}

/// Where each word of the reference is in the text, and how many words are wrong before each place.
struct Alignment {
    /// One past the place in the text.
    past: Vec<usize>,
    wrong_in_text: Vec<u32>,
    wrong_in_reference: Vec<u32>,
}

impl Alignment {
    fn new(edits: &[Edit]) -> Alignment {
        let mut alignment =
            Alignment { past: Vec::new(), wrong_in_text: vec![0], wrong_in_reference: vec![0] };
        let mut at = 0;
        let count = |counts: &mut Vec<u32>, wrong| counts.push(counts[counts.len() - 1] + u32::from(wrong));
        for edit in edits {
            let wrong = *edit != Edit::Keep;
            if *edit != Edit::Insert {
                at += 1;
                count(&mut alignment.wrong_in_text, wrong);
            }
            if *edit != Edit::Delete {
                alignment.past.push(at);
                count(&mut alignment.wrong_in_reference, wrong);
            }
        }
        alignment
    }

    /// Whether any words that may be shifted from there are wrong.
    fn any_wrong_from(&self, from: usize) -> bool {
        let end = (from + MAX_WORDS).min(self.wrong_in_text.len() - 1);
        self.wrong_in_text[end] > self.wrong_in_text[from]
    }

    /// Whether both sides have something wrong there, and the target is not within the words to be shifted.
    fn worth(&self, from: usize, start: usize, words: usize) -> bool {
        let past = self.past[start];
        self.wrong_in_text[from + words] > self.wrong_in_text[from]
            && self.wrong_in_reference[start + words] > self.wrong_in_reference[start]
            && !(from < past && past <= from + words)
    }

    /// Places in the text before which the words may go.
    fn targets(&self, start: usize, words: usize) -> impl Iterator<Item = usize> + '_ {
        let before = if start == 0 { 0 } else { self.past[start - 1] };
        std::iter::once(before).chain(self.past[start..start + words].iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_one_edit() {
        assert_eq!(edits(&[3, 4, 1, 2], &[1, 2, 3, 4]), 1);
        assert_eq!(edits(&[1, 2, 3], &[]), 3);
        assert_eq!(edits(&[], &[1, 2]), 2);
        assert_eq!(edits(&[1, 2, 9, 4, 3], &[1, 2, 3, 4, 5]), 2);
    }
}
