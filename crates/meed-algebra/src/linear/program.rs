//! Linear programmes, by the simplex method, and what follows from them.

use super::Matrix;

/// Minimise `cost` · x where `below` x <= `bound` and `equal` x = `value`, with every x between `low` and `high`.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// What is minimised.
    pub cost: Vec<f64>,
    /// Rows of the inequalities.
    pub below: Matrix,
    /// Their right sides.
    pub bound: Vec<f64>,
    /// Rows of the equations.
    pub equal: Matrix,
    /// Their right sides.
    pub value: Vec<f64>,
    /// The least value of each x, minus infinity for none.
    pub low: Vec<f64>,
    /// The greatest value of each x, infinity for none.
    pub high: Vec<f64>,
}

/// What came of a programme.
#[derive(Debug, Clone, PartialEq)]
pub enum Solved {
    /// The best x.
    Best(Vec<f64>),
    /// No x keeps to all conditions.
    Infeasible,
    /// There is no least cost.
    Unbounded,
}

const TINY: f64 = 1e-9;

/// One x as a combination of variables that are at least 0: a start, and the variables with their signs.
struct Part {
    start: f64,
    plus: Option<usize>,
    minus: Option<usize>,
}

/// Solves a programme. Conditions count as kept within 1e-9 of their size.
pub fn linprog(p: &Program) -> Solved {
    let n = p.cost.len();
    if (0..n).any(|j| p.low[j] > p.high[j]) {
        return Solved::Infeasible;
    }
    let (mut below, mut bound) = (p.below.clone(), p.bound.clone());
    let mut variables = 0;
    let mut fresh = || {
        variables += 1;
        Some(variables - 1)
    };
    let mut parts = Vec::with_capacity(n);
    for j in 0..n {
        parts.push(match (p.low[j].is_finite(), p.high[j].is_finite()) {
            (true, _) => Part { start: p.low[j], plus: fresh(), minus: None },
            (false, true) => Part { start: p.high[j], plus: None, minus: fresh() },
            (false, false) => Part { start: 0.0, plus: fresh(), minus: fresh() },
        });
        if p.low[j].is_finite() && p.high[j].is_finite() {
            below.push((0..n).map(|k| f64::from(u8::from(k == j))).collect());
            bound.push(p.high[j]);
        }
    }
    let in_parts = |row: &[f64]| {
        let mut out = vec![0.0; variables];
        for (part, a) in parts.iter().zip(row) {
            part.plus.iter().for_each(|k| out[*k] += a);
            part.minus.iter().for_each(|k| out[*k] -= a);
        }
        let start: f64 = parts.iter().zip(row).map(|(part, a)| part.start * a).sum();
        (out, start)
    };
    let mut table = Table::new(variables);
    for (row, b) in below.iter().zip(&bound) {
        let (row, start) = in_parts(row);
        table.add(row, b - start, true);
    }
    for (row, b) in p.equal.iter().zip(&p.value) {
        let (row, start) = in_parts(row);
        table.add(row, b - start, false);
    }
    match table.solve(&in_parts(&p.cost).0) {
        Ok(y) => {
            let at = |k: Option<usize>| k.map_or(0.0, |k| y[k]);
            Solved::Best(parts.iter().map(|part| part.start + at(part.plus) - at(part.minus)).collect())
        }
        Err(failed) => failed,
    }
}

/// Equations over variables that are at least 0, with right sides that are too.
struct Table {
    rows: Matrix,
    right: Vec<f64>,
    slack: Vec<Option<f64>>,
    variables: usize,
}

impl Table {
    fn new(variables: usize) -> Self {
        Table { rows: Vec::new(), right: Vec::new(), slack: Vec::new(), variables }
    }

    /// Adds a condition, brought to size 1 and to a right side that is at least 0.
    fn add(&mut self, mut row: Vec<f64>, mut right: f64, inequality: bool) {
        let size = row.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let scale = if size > 0.0 { size } else { 1.0 } * if right < 0.0 { -1.0 } else { 1.0 };
        row.iter_mut().for_each(|x| *x /= scale);
        right /= scale;
        self.rows.push(row);
        self.right.push(right);
        self.slack.push(inequality.then_some(if scale < 0.0 { -1.0 } else { 1.0 }));
    }

    fn solve(mut self, cost: &[f64]) -> Result<Vec<f64>, Solved> {
        let m = self.rows.len();
        let slacks: Vec<usize> = (0..m).filter(|i| self.slack[*i].is_some()).collect();
        let real = self.variables + slacks.len();
        let mut basis = vec![0; m];
        for i in 0..m {
            let row = &mut self.rows[i];
            row.resize(real + m, 0.0);
            if let (Some(at), Some(sign)) = (slacks.iter().position(|s| *s == i), self.slack[i]) {
                row[self.variables + at] = sign;
            }
            row[real + i] = 1.0;
            basis[i] = real + i;
        }
        let artificial: Vec<f64> = (0..real + m).map(|j| f64::from(u8::from(j >= real))).collect();
        let scale = self.right.iter().fold(1.0_f64, |s, x| s.max(x.abs()));
        self.improve(&artificial, &mut basis, real + m)?;
        let left: f64 = (0..m).filter(|i| basis[*i] >= real).map(|i| self.right[i]).sum();
        if left > TINY * scale {
            return Err(Solved::Infeasible);
        }
        // Artificial variables at 0 leave; a row that only has those says nothing new.
        for i in 0..m {
            if basis[i] >= real {
                self.right[i] = 0.0;
                if let Some(j) = (0..real).find(|j| self.rows[i][*j].abs() > TINY) {
                    self.pivot(i, j, &mut basis);
                }
            }
        }
        let mut full = cost.to_vec();
        full.resize(real + m, 0.0);
        self.improve(&full, &mut basis, real)?;
        let mut y = vec![0.0; self.variables];
        (0..m).filter(|i| basis[*i] < self.variables).for_each(|i| y[basis[i]] = self.right[i]);
        Ok(y)
    }

    /// Steps from corner to corner while the cost falls, always the first variable that helps (Bland), so that it
    /// ends. Only the first `usable` variables enter.
    fn improve(&mut self, cost: &[f64], basis: &mut [usize], usable: usize) -> Result<(), Solved> {
        let m = self.rows.len();
        loop {
            let gain = |j: usize| cost[j] - (0..m).map(|i| cost[basis[i]] * self.rows[i][j]).sum::<f64>();
            let Some(enter) = (0..usable).find(|j| !basis.contains(j) && gain(*j) < -TINY) else {
                return Ok(());
            };
            let mut leave: Option<usize> = None;
            for i in 0..m {
                if self.rows[i][enter] <= TINY {
                    continue;
                }
                let ratio = |i: usize| self.right[i] / self.rows[i][enter];
                let better = leave.is_none_or(|l| {
                    ratio(i) < ratio(l) - 1e-12 || (ratio(i) < ratio(l) + 1e-12 && basis[i] < basis[l])
                });
                if better {
                    leave = Some(i);
                }
            }
            let Some(leave) = leave else { return Err(Solved::Unbounded) };
            self.pivot(leave, enter, basis);
        }
    }

    fn pivot(&mut self, i: usize, j: usize, basis: &mut [usize]) {
        let factor = self.rows[i][j];
        self.rows[i].iter_mut().for_each(|x| *x /= factor);
        self.right[i] /= factor;
        let (row, right) = (self.rows[i].clone(), self.right[i]);
        for k in (0..self.rows.len()).filter(|k| *k != i) {
            let factor = self.rows[k][j];
            if factor != 0.0 {
                self.rows[k].iter_mut().zip(&row).for_each(|(x, y)| *x -= factor * y);
                self.right[k] = (self.right[k] - factor * right).max(0.0);
            }
        }
        basis[i] = j;
    }
}

/// The places of the points that are vertices of the convex hull of all, in any number of dimensions: those that are no
/// weighted mean of the others. Of equal points the first; points inside a face are none.
pub fn hull(points: &[Vec<f64>]) -> Vec<usize> {
    let distinct: Vec<usize> = (0..points.len()).filter(|i| !points[..*i].contains(&points[*i])).collect();
    let dims = points.first().map_or(0, Vec::len);
    let inside = |i: usize| {
        let others: Vec<&Vec<f64>> = distinct.iter().filter(|j| **j != i).map(|j| &points[*j]).collect();
        let n = others.len();
        // Measured from the point itself, so that rounding is small beside the distances.
        let row = |d: usize| others.iter().map(|p| p[d] - points[i][d]).collect::<Vec<f64>>();
        let equal = (0..dims).map(row).chain([vec![1.0; n]]).collect();
        let value = std::iter::repeat_n(0.0, dims).chain([1.0]).collect();
        let program = Program {
            cost: vec![0.0; n],
            equal,
            value,
            low: vec![0.0; n],
            high: vec![f64::INFINITY; n],
            ..Program::default()
        };
        n > 0 && linprog(&program) != Solved::Infeasible
    };
    distinct.iter().copied().filter(|i| !inside(*i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(cost: &[f64], below: &[&[f64]], bound: &[f64], low: f64, high: f64) -> Program {
        Program {
            cost: cost.to_vec(),
            below: below.iter().map(|r| r.to_vec()).collect(),
            bound: bound.to_vec(),
            low: vec![low; cost.len()],
            high: vec![high; cost.len()],
            ..Program::default()
        }
    }

    #[test]
    fn a_corner_is_found() {
        let p = program(
            &[-3.0, -5.0],
            &[&[1.0, 0.0], &[0.0, 2.0], &[3.0, 2.0]],
            &[4.0, 12.0, 18.0],
            0.0,
            f64::INFINITY,
        );
        let Solved::Best(x) = linprog(&p) else { panic!("solvable") };
        assert!((x[0] - 2.0).abs() < 1e-9 && (x[1] - 6.0).abs() < 1e-9, "{x:?}");
    }

    #[test]
    fn bounds_hold_also_below_zero() {
        let Solved::Best(x) = linprog(&program(&[1.0, -1.0], &[], &[], -2.0, 3.0)) else {
            panic!("solvable")
        };
        assert_eq!(x, [-2.0, 3.0]);
        let free = program(&[1.0], &[&[-1.0]], &[5.0], f64::NEG_INFINITY, f64::INFINITY);
        assert_eq!(linprog(&free), Solved::Best(vec![-5.0]));
        let capped = program(&[-1.0], &[], &[], f64::NEG_INFINITY, 7.0);
        assert_eq!(linprog(&capped), Solved::Best(vec![7.0]));
    }

    #[test]
    fn what_cannot_be_and_what_never_ends_is_said() {
        let never = program(&[0.0], &[&[1.0], &[-1.0]], &[1.0, -2.0], 0.0, f64::INFINITY);
        assert_eq!(linprog(&never), Solved::Infeasible);
        assert_eq!(linprog(&program(&[-1.0], &[], &[], 0.0, f64::INFINITY)), Solved::Unbounded);
        assert_eq!(linprog(&program(&[1.0], &[], &[], 2.0, 1.0)), Solved::Infeasible);
    }

    #[test]
    fn equations_may_repeat() {
        let p = Program {
            cost: vec![1.0, 2.0],
            equal: vec![vec![1.0, 1.0], vec![2.0, 2.0]],
            value: vec![1.0, 2.0],
            low: vec![0.0; 2],
            high: vec![f64::INFINITY; 2],
            ..Program::default()
        };
        assert_eq!(linprog(&p), Solved::Best(vec![1.0, 0.0]));
    }

    #[test]
    fn vertices_of_a_square() {
        let p = |x: f64, y: f64| vec![x, y];
        let points =
            [p(0.0, 0.0), p(1.0, 0.0), p(0.5, 0.0), p(0.4, 0.6), p(1.0, 1.0), p(0.0, 1.0), p(1.0, 1.0)];
        assert_eq!(hull(&points), [0, 1, 4, 5]);
        assert_eq!(hull(&[p(1.0, 2.0)]), [0]);
        assert_eq!(hull(&[vec![0.0], vec![3.0], vec![1.0]]), [0, 1]);
        assert!(hull(&[]).is_empty());
    }
}
