//! Levenshtein distance, 64 rows of the table in a word and several words side by side.
//!
//! The table's vertical differences are kept as bits (Myers, "A fast bit-vector algorithm for approximate string
//! matching based on dynamic programming", with blocks as in Hyyrö's "A bit-vector algorithm for computing
//! Levenshtein and Damerau edit distances"). A strip of several blocks goes through the text together, each block one
//! column behind the one above, so that the blocks' work is independent.

/// The fewest insertions, deletions and substitutions that turn one sequence of units below `kinds` into the other.
pub(crate) fn distance(a: &[u32], b: &[u32], kinds: usize) -> usize {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    let (pattern, text) = if a.len() < b.len() { (a, b) } else { (b, a) };
    match pattern.len() {
        0 => text.len(),
        1..=64 => strips::<1>(pattern, text, kinds),
        65..=128 => strips::<2>(pattern, text, kinds),
        129..=256 => strips::<4>(pattern, text, kinds),
        _ => strips::<8>(pattern, text, kinds),
    }
}

/// The steps [`distance`] takes at most, in blocks of 64 rows.
pub(crate) fn steps(a: usize, b: usize) -> u64 {
    (a.min(b) as u64).div_ceil(64) * a.max(b) as u64
}

/// What enters a block from above in every column: +1 as 0b01, −1 as 0b10.
type Steps = Vec<u8>;

fn strips<const N: usize>(pattern: &[u32], text: &[u32], kinds: usize) -> usize {
    // Above the first row the distance grows by one in every column.
    let mut entering: Steps = vec![1; text.len()];
    let mut masks = vec![[0u64; N]; kinds];
    let mut distance = text.len() as i64;
    for strip in pattern.chunks(64 * N) {
        for (row, unit) in strip.iter().enumerate() {
            masks[*unit as usize][row / 64] |= 1 << (row % 64);
        }
        let (up, down) = through::<N>(&masks, text, &mut entering);
        for lane in 0..N {
            let rows = strip.len().saturating_sub(64 * lane).min(64);
            let inside = if rows == 64 { u64::MAX } else { (1 << rows) - 1 };
            distance +=
                i64::from((up[lane] & inside).count_ones()) - i64::from((down[lane] & inside).count_ones());
        }
        for unit in strip {
            masks[*unit as usize] = [0; N];
        }
    }
    distance as usize
}

/// Blocks side by side: where the table grows downwards, where it falls, and what leaves each below.
struct Blocks<const N: usize> {
    up: [u64; N],
    down: [u64; N],
    leaving_up: [u64; N],
    leaving_down: [u64; N],
}

impl<const N: usize> Blocks<N> {
    /// One column in every block that is `active` (all ones, or else nothing changes).
    #[inline(always)]
    fn step(&mut self, equal: &[u64; N], enter: u8, active: Option<&[u64; N]>) {
        let (mut enter_up, mut enter_down) = (u64::from(enter & 1), u64::from(enter >> 1));
        let mut plus = [0u64; N];
        let mut minus = [0u64; N];
        for l in 0..N {
            (plus[l], minus[l]) = (enter_up, enter_down);
            (enter_up, enter_down) = (self.leaving_up[l], self.leaving_down[l]);
        }
        for l in 0..N {
            let (up, down) = (self.up[l], self.down[l]);
            let vertical = equal[l] | down;
            let eq = equal[l] | minus[l];
            let horizontal = ((eq & up).wrapping_add(up) ^ up) | eq;
            let rise = down | !(horizontal | up);
            let fall = up & horizontal;
            let (rise_in, fall_in) = (rise << 1 | plus[l], fall << 1 | minus[l]);
            let (new_up, new_down) = (fall_in | !(vertical | rise_in), rise_in & vertical);
            match active {
                None => {
                    (self.up[l], self.down[l]) = (new_up, new_down);
                    (self.leaving_up[l], self.leaving_down[l]) = (rise >> 63, fall >> 63);
                }
                Some(active) => {
                    let take = |old: u64, new: u64| old & !active[l] | new & active[l];
                    (self.up[l], self.down[l]) = (take(up, new_up), take(down, new_down));
                    self.leaving_up[l] = take(self.leaving_up[l], rise >> 63);
                    self.leaving_down[l] = take(self.leaving_down[l], fall >> 63);
                }
            }
        }
    }
}

/// Takes a strip through the text; `entering` becomes what leaves it below.
fn through<const N: usize>(masks: &[[u64; N]], text: &[u32], entering: &mut [u8]) -> ([u64; N], [u64; N]) {
    let mut blocks = Blocks { up: [u64::MAX; N], down: [0; N], leaving_up: [0; N], leaving_down: [0; N] };
    let columns = text.len();
    for t in 0..columns + N - 1 {
        // Block l is at column t − l.
        let enter = if t < columns { entering[t] } else { 0 };
        let mut equal = [0u64; N];
        if t + 1 >= N && t < columns {
            for l in 0..N {
                equal[l] = masks[text[t - l] as usize][l];
            }
            blocks.step(&equal, enter, None);
        } else {
            let mut active = [0u64; N];
            for l in 0..N {
                if l <= t && t - l < columns {
                    active[l] = u64::MAX;
                    equal[l] = masks[text[t - l] as usize][l];
                }
            }
            blocks.step(&equal, enter, Some(&active));
        }
        if t + 1 >= N {
            entering[t + 1 - N] = (blocks.leaving_up[N - 1] | blocks.leaving_down[N - 1] << 1) as u8;
        }
    }
    (blocks.up, blocks.down)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plainly(a: &[u32], b: &[u32]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], i + 1);
            for (j, y) in b.iter().enumerate() {
                let least = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
                diagonal = std::mem::replace(&mut row[j + 1], least);
            }
        }
        row[b.len()]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn as_in_the_table(
            a in prop_oneof![prop::collection::vec(0u32..6, 0..80), prop::collection::vec(0u32..6, 0..1300)],
            b in prop_oneof![prop::collection::vec(0u32..6, 0..80), prop::collection::vec(0u32..6, 0..1300)],
            few in 1u32..6,
        ) {
            let (a, b): (Vec<_>, Vec<_>) = (a.iter().map(|x| x % few).collect(), b.iter().map(|x| x % few).collect());
            prop_assert_eq!(distance(&a, &b, 6), plainly(&a, &b));
        }
    }
}
