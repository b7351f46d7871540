//! Eight blocks of a strip in the lanes of a register, each one column behind the one above, so that their work is independent.

use std::arch::x86_64::*;

use super::strips::Strip;

/// How many blocks a strip has at most.
pub(super) const BLOCKS: usize = 8;

/// Whether this processor can do it.
pub(super) fn available() -> bool {
    is_x86_feature_detected!("avx512f")
}

/// Takes a strip of the table of edit distances through a text: how the distance changes along its last row. What
/// enters and leaves is as in [`super::edit`].
#[target_feature(enable = "avx512f")]
pub(super) fn edits(strip: Strip<'_, BLOCKS>, text: &[u32]) -> i64 {
    let lanes = match strip.entering {
        None => run::<true, true>(strip.masks, strip.above, strip.blocks, text, &mut []),
        Some(entering) => run::<true, false>(strip.masks, strip.above, strip.blocks, text, entering),
    };
    let changes: [i64; BLOCKS] =
        words(_mm512_sub_epi64(lanes.rises, lanes.falls)).map(|change| change as i64);
    changes[strip.blocks - 1]
}

/// Takes a strip of the table of common subsequences through a text: by how much the longest grows. What enters and
/// leaves is as in [`super::lcs`].
#[target_feature(enable = "avx512f")]
pub(super) fn common(strip: Strip<'_, BLOCKS>, text: &[u32]) -> usize {
    let lanes = match strip.entering {
        None => run::<false, true>(strip.masks, strip.above, strip.blocks, text, &mut []),
        Some(entering) => run::<false, false>(strip.masks, strip.above, strip.blocks, text, entering),
    };
    words(lanes.up).iter().map(|row| row.count_zeros() as usize).sum()
}

/// The state of the blocks.
struct Lanes {
    /// Where the table grows downwards; of common subsequences, where it does not.
    up: __m512i,
    /// Where the distance falls.
    down: __m512i,
    /// What enters each block from the one above: +1 or a carry, and −1.
    plus: __m512i,
    minus: __m512i,
    /// How often +1 and −1 left each block.
    rises: __m512i,
    falls: __m512i,
    /// The rows that hold the units of earlier columns: every second lane one column late, every second pair of lanes two columns more.
    one: __m512i,
    two: [__m512i; 2],
    four: [__m512i; 4],
}

impl Lanes {
    /// Column `t`, of which `t % 4` matters: the rows that hold its unit, and what enters the first block. Gives what leaves each.
    ///
    /// Before its first column a block is given no rows and nothing enters it, so it stays as it is and nothing leaves; what it does after
    /// its last is not looked at.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn column<const EDITS: bool>(&mut self, t: usize, equal: __m512i, enter: [__m512i; 2]) -> [__m512i; 2] {
        const CHOICE: i32 = 0b1100_1010;
        const OR_OF_XOR: i32 = 0b1011_1110;
        const OR_NOR: i32 = 0b1111_0001;
        const OR_ANDNOT: i32 = 0b1111_0100;
        let odd = _mm512_set_epi64(-1, 0, -1, 0, -1, 0, -1, 0);
        let odd_pairs = _mm512_set_epi64(-1, -1, 0, 0, -1, -1, 0, 0);
        let one = _mm512_ternarylogic_epi64::<CHOICE>(odd, self.one, equal);
        self.one = equal;
        let two = _mm512_ternarylogic_epi64::<CHOICE>(odd_pairs, self.two[t % 2], one);
        self.two[t % 2] = one;
        let equal = _mm512_mask_blend_epi64(0b1111_0000, two, self.four[t % 4]);
        self.four[t % 4] = two;

        let none = _mm512_setzero_si512();
        let plus = _mm512_or_si512(self.plus, enter[0]);
        let (up, down) = (self.up, self.down);
        if !EDITS {
            let matched = _mm512_and_si512(up, equal);
            let sum = _mm512_add_epi64(_mm512_add_epi64(up, matched), plus);
            self.up = _mm512_ternarylogic_epi64::<OR_ANDNOT>(sum, up, equal);
            // The sum overflowed: `matched` has no bits that `up` has not.
            let carry = _mm512_srli_epi64::<63>(_mm512_ternarylogic_epi64::<OR_ANDNOT>(matched, up, sum));
            self.plus = _mm512_alignr_epi64::<7>(carry, none);
            return [carry, none];
        }
        let minus = _mm512_or_si512(self.minus, enter[1]);
        let vertical = _mm512_or_si512(equal, down);
        let eq = _mm512_or_si512(equal, minus);
        let sum = _mm512_add_epi64(_mm512_and_si512(eq, up), up);
        let horizontal = _mm512_ternarylogic_epi64::<OR_OF_XOR>(sum, up, eq);
        let rise = _mm512_ternarylogic_epi64::<OR_NOR>(down, horizontal, up);
        let fall = _mm512_and_si512(up, horizontal);
        let rise_in = _mm512_or_si512(_mm512_slli_epi64::<1>(rise), plus);
        let fall_in = _mm512_or_si512(_mm512_slli_epi64::<1>(fall), minus);
        self.up = _mm512_ternarylogic_epi64::<OR_NOR>(fall_in, vertical, rise_in);
        self.down = _mm512_and_si512(rise_in, vertical);
        let (rose, fell) = (_mm512_srli_epi64::<63>(rise), _mm512_srli_epi64::<63>(fall));
        self.rises = _mm512_add_epi64(self.rises, rose);
        self.falls = _mm512_add_epi64(self.falls, fell);
        self.plus = _mm512_alignr_epi64::<7>(rose, none);
        self.minus = _mm512_alignr_epi64::<7>(fell, none);
        [rose, fell]
    }
}

/// The table of edit distances, or else of common subsequences.
#[target_feature(enable = "avx512f")]
fn run<const EDITS: bool, const ONLY: bool>(
    masks: &[[u64; BLOCKS]],
    above: usize,
    blocks: usize,
    text: &[u32],
    entering: &mut [u8],
) -> Lanes {
    let none = _mm512_setzero_si512();
    let mut top = [u64::MAX; BLOCKS];
    if EDITS {
        // Above the table's rows the distance does not change downwards, so what enters there leaves there.
        top[0] <<= above;
    }
    let mut lanes = Lanes {
        up: register(&top),
        down: none,
        plus: none,
        minus: none,
        rises: none,
        falls: none,
        one: none,
        two: [none; 2],
        four: [none; 4],
    };
    let first = register(&[u64::MAX, 0, 0, 0, 0, 0, 0, 0]);
    let enter = |step: u8| -> [__m512i; 2] {
        let in_first = |bit: u8| _mm512_and_si512(_mm512_set1_epi64(i64::from(bit)), first);
        [in_first(step & 1), in_first(step >> 1)]
    };
    let at_first = enter(u8::from(EDITS));
    let last = blocks - 1;
    let leaving = |left: [__m512i; 2]| {
        let out = |lanes| _mm512_test_epi64_mask(lanes, lanes) >> last & 1;
        out(left[0]) | out(left[1]) << 1
    };
    let n = text.len();
    let mut t = 0;
    while t + 4 <= n {
        let equal: [__m512i; 4] = std::array::from_fn(|k| register(&masks[text[t + k] as usize]));
        let mut left = [[none; 2]; 4];
        for k in 0..4 {
            let enter = if ONLY { at_first } else { enter(entering[t + k]) };
            left[k] = lanes.column::<EDITS>(k, equal[k], enter);
        }
        if !ONLY {
            for k in 0..4 {
                if t + k >= last {
                    entering[t + k - last] = leaving(left[k]);
                }
            }
        }
        t += 4;
    }
    while t < n + last {
        let (equal, enter) = match text.get(t) {
            Some(unit) => {
                (register(&masks[*unit as usize]), if ONLY { at_first } else { enter(entering[t]) })
            }
            None => (none, [none; 2]),
        };
        let left = match t % 4 {
            0 => lanes.column::<EDITS>(0, equal, enter),
            1 => lanes.column::<EDITS>(1, equal, enter),
            2 => lanes.column::<EDITS>(2, equal, enter),
            _ => lanes.column::<EDITS>(3, equal, enter),
        };
        if !ONLY && t >= last {
            entering[t - last] = leaving(left);
        }
        t += 1;
    }
    lanes
}

#[inline]
#[target_feature(enable = "avx512f")]
fn register(words: &[u64; BLOCKS]) -> __m512i {
    // SAFETY: the words are as many bytes as the register, and need not be aligned.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn words(register: __m512i) -> [u64; BLOCKS] {
    let mut words = [0; BLOCKS];
    // SAFETY: as above.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), register) };
    words
}
