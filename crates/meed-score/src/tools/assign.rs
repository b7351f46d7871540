//! Optimal assignments between reference calls and predicted ones.

/// The greatest sum of `gain(row, column)` over pairs of distinct rows and columns, and who is paired with whom: the
/// column of each row. Gains are not negative. Takes rows² × columns steps for the shorter side as rows.
///
/// The Hungarian method with potentials; of equal assignments the one found first, so the result is always the same.
pub(crate) fn best(rows: usize, columns: usize, gain: impl Fn(usize, usize) -> f64) -> Vec<Option<usize>> {
    if rows > columns {
        let turned = wide(columns, rows, &|c, r| gain(r, c));
        let mut found = vec![None; rows];
        for (column, row) in turned.into_iter().enumerate() {
            if let Some(row) = row {
                found[row] = Some(column);
            }
        }
        return found;
    }
    wide(rows, columns, &gain)
}

/// The same where there are at least as many columns as rows.
fn wide(rows: usize, columns: usize, gain: &dyn Fn(usize, usize) -> f64) -> Vec<Option<usize>> {
    // Rows and columns count from 1; 0 stands for none.
    let (mut of_row, mut of_column) = (vec![0.0; rows + 1], vec![0.0; columns + 1]);
    let mut row_at = vec![0; columns + 1];
    let mut before = vec![0; columns + 1];
    for row in 1..=rows {
        row_at[0] = row;
        let mut column = 0;
        let mut least = vec![f64::INFINITY; columns + 1];
        let mut seen = vec![false; columns + 1];
        while row_at[column] != 0 {
            seen[column] = true;
            let (at, mut delta, mut next) = (row_at[column], f64::INFINITY, 0);
            for other in 1..=columns {
                if seen[other] {
                    continue;
                }
                let cost = -gain(at - 1, other - 1) - of_row[at] - of_column[other];
                if cost < least[other] {
                    least[other] = cost;
                    before[other] = column;
                }
                if least[other] < delta {
                    delta = least[other];
                    next = other;
                }
            }
            for other in 0..=columns {
                if seen[other] {
                    of_row[row_at[other]] += delta;
                    of_column[other] -= delta;
                } else {
                    least[other] -= delta;
                }
            }
            column = next;
        }
        while column != 0 {
            let other = before[column];
            row_at[column] = row_at[other];
            column = other;
        }
    }
    let mut found = vec![None; rows];
    for column in 1..=columns {
        if row_at[column] > 0 {
            found[row_at[column] - 1] = Some(column - 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn total(gains: &[Vec<f64>]) -> f64 {
        let columns = gains.first().map_or(0, Vec::len);
        let paired = best(gains.len(), columns, |r, c| gains[r][c]);
        let mut taken: Vec<usize> = paired.iter().flatten().copied().collect();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), gains.len().min(columns));
        paired.iter().enumerate().filter_map(|(r, c)| c.map(|c| gains[r][c])).sum()
    }

    fn brute(gains: &[Vec<f64>], row: usize, used: u32) -> f64 {
        if row == gains.len() {
            return 0.0;
        }
        let skip = brute(gains, row + 1, used);
        (0..gains[row].len())
            .filter(|c| used >> c & 1 == 0)
            .map(|c| gains[row][c] + brute(gains, row + 1, used | 1 << c))
            .fold(skip, f64::max)
    }

    proptest! {
        #[test]
        fn no_other_assignment_is_better(rows in 0usize..5, columns in 1usize..6, seed in prop::collection::vec(0u8..5, 30)) {
            let gains: Vec<Vec<f64>> =
                (0..rows).map(|r| (0..columns).map(|c| f64::from(seed[r * 6 + c])).collect()).collect();
            prop_assert_eq!(total(&gains), brute(&gains, 0, 0));
        }
    }
}
