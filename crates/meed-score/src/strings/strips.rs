//! Tables of two sequences, worked on 64 rows at a time as bits of a word, and in strips of several such blocks.

/// Some blocks of rows, from the top of a table down.
pub(super) struct Strip<'a, const N: usize> {
    /// For each kind of unit, the rows that hold it.
    pub(super) masks: &'a [[u64; N]],
    /// How many rows at the beginning are none of the table, so that its own end with a block.
    pub(super) above: usize,
    /// How many blocks there are.
    pub(super) blocks: usize,
    /// What enters from above in each column, to be replaced by what leaves below; `None` where there is one strip only.
    pub(super) entering: Option<&'a mut [u8]>,
}

/// Goes through a table whose rows are the units of `pattern`, at least one, in strips of `N` blocks, the first of them perhaps fewer; with
/// `full` it has as many, of which the table's rows may leave some empty. `enter` is what enters the first strip.
#[inline(always)]
pub(super) fn strips<const N: usize>(
    pattern: &[u32],
    columns: usize,
    kinds: usize,
    full: bool,
    enter: u8,
    mut through: impl FnMut(Strip<'_, N>),
) {
    let rows = pattern.len().next_multiple_of(if full { 64 * N } else { 64 });
    let mut above = rows - pattern.len();
    let (mut strip, mut below) = pattern.split_at(64 * ((rows / 64 - 1) % N + 1) - above);
    let mut masks = vec![[0; N]; kinds];
    let mut entering = if below.is_empty() { None } else { Some(vec![enter; columns]) };
    loop {
        for (unit, row) in strip.iter().zip(above..) {
            masks[*unit as usize][row / 64] |= 1u64 << (row % 64);
        }
        let blocks = (above + strip.len()) / 64;
        through(Strip { masks: &masks, above, blocks, entering: entering.as_deref_mut() });
        if below.is_empty() {
            return;
        }
        strip.iter().for_each(|unit| masks[*unit as usize] = [0; N]);
        (strip, below) = below.split_at(64 * N);
        above = 0;
    }
}
