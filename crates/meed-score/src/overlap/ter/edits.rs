//! Edit distance of two word sequences near the diagonal of its table, with the edits.

/// How far from the diagonal the table is filled.
const BEAM: usize = 25;

/// More than any distance.
const FAR: u32 = u32::MAX / 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Keep,
    Substitute,
    /// A word of the text is left out.
    Delete,
    /// A word of the reference is put in.
    Insert,
}

/// Which columns of a row are filled: a strip around the diagonal, whose slope is the ratio of the lengths.
struct Strip {
    rows: usize,
    columns: usize,
    ratio: f64,
    beam: usize,
}

impl Strip {
    fn new(text: usize, reference: usize) -> Strip {
        let ratio = if text == 0 { 1.0 } else { reference as f64 / text as f64 };
        let half = ratio / 2.0;
        let beam = if (BEAM as f64) < half { (half + BEAM as f64).ceil() as usize } else { BEAM };
        Strip { rows: text, columns: reference + 1, ratio, beam }
    }

    fn of(&self, row: usize) -> (usize, usize) {
        if row == 0 {
            return (0, self.columns);
        }
        let diagonal = (row as f64 * self.ratio).floor() as usize;
        let end = if row == self.rows { self.columns } else { self.columns.min(diagonal + self.beam) };
        (diagonal.saturating_sub(self.beam).min(end), end)
    }
}

/// A filled part of a row.
#[derive(Clone, Default)]
struct Row {
    begin: usize,
    costs: Vec<u32>,
}

impl Row {
    fn first(columns: usize) -> Row {
        Row { begin: 0, costs: (0..columns as u32).collect() }
    }

    fn cost(&self, column: usize) -> u32 {
        column.checked_sub(self.begin).and_then(|at| self.costs.get(at)).copied().unwrap_or(FAR)
    }

    /// The next row, for one more word of the text. Where several edits are as good, the first in this order is noted:
    /// keep or substitute, delete, insert.
    fn next(
        &self,
        word: u32,
        reference: &[u32],
        (begin, end): (usize, usize),
        into: &mut Row,
        mut note: impl FnMut(Edit),
    ) {
        into.begin = begin;
        into.costs.clear();
        let mut left = FAR;
        let mut diagonal = if begin == 0 { FAR } else { self.cost(begin - 1) };
        for column in begin..end {
            let above = self.cost(column);
            let same = column > 0 && reference[column - 1] == word;
            let (mut cost, mut edit) =
                if same { (diagonal, Edit::Keep) } else { (diagonal + 1, Edit::Substitute) };
            if above + 1 < cost {
                (cost, edit) = (above + 1, Edit::Delete);
            }
            if left + 1 < cost {
                (cost, edit) = (left + 1, Edit::Insert);
            }
            cost = cost.min(FAR);
            note(edit);
            into.costs.push(cost);
            (left, diagonal) = (cost, above);
        }
    }

    /// What must be added to `other` to give this row, if that is one number.
    fn apart_from(&self, other: &Row) -> Option<i64> {
        let apart = i64::from(*self.costs.first()?) - i64::from(*other.costs.first()?);
        let all = self.costs.iter().zip(&other.costs).all(|(a, b)| i64::from(*a) - i64::from(*b) == apart);
        (all && self.costs.iter().all(|cost| *cost < FAR)).then_some(apart)
    }
}

/// The table for one text and one reference.
pub(super) struct Table<'a> {
    text: &'a [u32],
    reference: &'a [u32],
    strip: Strip,
    rows: Vec<Row>,
    /// The edits of all rows but the first, one after the other.
    edits: Vec<Edit>,
    /// Where each row's edits begin.
    begins: Vec<usize>,
}

impl<'a> Table<'a> {
    pub(super) fn new(text: &'a [u32], reference: &'a [u32]) -> Table<'a> {
        let strip = Strip::new(text.len(), reference.len());
        let mut rows = vec![Row::first(strip.columns)];
        let (mut edits, mut begins) = (Vec::new(), vec![0]);
        for (i, word) in text.iter().enumerate() {
            begins.push(edits.len());
            let mut row = Row::default();
            rows[i].next(*word, reference, strip.of(i + 1), &mut row, |edit| edits.push(edit));
            rows.push(row);
        }
        Table { text, reference, strip, rows, edits, begins }
    }

    pub(super) fn distance(&self) -> u32 {
        self.rows[self.text.len()].cost(self.reference.len())
    }

    /// The distance for a text that differs from this one's in `changed` only.
    pub(super) fn distance_with(&self, text: &[u32], changed: std::ops::Range<usize>) -> u32 {
        let mut row = self.rows[changed.start].clone();
        let mut next = Row::default();
        for (i, word) in text.iter().enumerate().skip(changed.start) {
            row.next(*word, self.reference, self.strip.of(i + 1), &mut next, |_| {});
            std::mem::swap(&mut row, &mut next);
            // From here on both tables grow alike.
            if i + 1 >= changed.end
                && let Some(apart) = row.apart_from(&self.rows[i + 1])
            {
                return (i64::from(self.distance()) + apart) as u32;
            }
        }
        row.cost(self.reference.len())
    }

    /// The edits that give the distance, in order.
    pub(super) fn edits(&self) -> Vec<Edit> {
        let mut path = Vec::new();
        let (mut i, mut j) = (self.text.len(), self.reference.len());
        while i > 0 || j > 0 {
            let edit = match (i, j) {
                (0, _) => Edit::Insert,
                (_, 0) => Edit::Delete,
                _ => self.edits[self.begins[i] + (j - self.rows[i].begin)],
            };
            path.push(edit);
            i -= usize::from(edit != Edit::Insert);
            j -= usize::from(edit != Edit::Delete);
        }
        path.reverse();
        path
    }
}
