//! Fitting parameters to data.

use meed_algebra::absent::reason_of;
use meed_algebra::{Batch, EvalError, Graph, NodeId, Outputs, Plan, State, TypeError};

use crate::lbfgs::Minimum;
use crate::space::Range;
use crate::{adam, lbfgs};

/// A parameter to be found.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    /// Its name in the graph.
    pub name: String,
    /// Its node.
    pub node: NodeId,
    /// Where it may lie; a multiplier's is never asked.
    pub range: Range,
    /// Whether it is the multiplier of a constraint: the loss is linear in it, and its derivative by it, the
    /// constraint, must not be positive.
    pub dual: bool,
}

/// How a minimum is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// L-BFGS: few, long steps; for smooth losses.
    Lbfgs,
    /// Adam with this step size: many short steps; for losses with kinks.
    Adam {
        /// The size of a step.
        rate: f64,
    },
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// How a minimum is looked for.
    pub method: Method,
    /// Steps at most, between two changes of the multipliers.
    pub steps: usize,
    /// The largest component of the gradient, and violation of a constraint, that counts as none.
    pub tolerance: f64,
    /// The seed of chance in the spec.
    pub seed: u64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The values of each unknown, in their order.
    pub values: Vec<Vec<f64>>,
    /// The loss at the start and at the end.
    pub loss: [f64; 2],
    /// The derivative of the loss by each multiplier, which is how far its constraint is broken; empty for others.
    pub violations: Vec<Vec<f64>>,
    /// Steps taken in all.
    pub steps: usize,
    /// The largest component of the gradient at the end.
    pub slope: f64,
    /// Whether the end is a minimum within the tolerance.
    pub converged: bool,
}

/// Why nothing was fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FitError {
    /// The loss cannot be differentiated.
    #[error(transparent)]
    Type(#[from] TypeError),
    /// The data does not fit, or a function failed.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// The loss has no value to begin with.
    #[error("the loss is {0} where the search begins: give params other defaults, or `--set` them")]
    NoLoss(String),
    /// Nothing can be learned.
    #[error("the loss depends on no learnable param")]
    NoUnknowns,
}

/// Rounds of multipliers at most.
const ROUNDS: usize = 60;
/// How hard a broken constraint is pressed at first, and at most.
const PRESSURE: [f64; 2] = [10.0, 1e6];

/// Minimises `loss`, a value of the batch, over `unknowns`, from the values they have in the graph.
///
/// Constraints are met by the method of multipliers: between minimisations each multiplier moves up by how far its
/// constraint is broken, and down, not below 0, by how far it is met.
///
/// # Errors
/// When the loss cannot be differentiated or evaluated, or has no value at the start.
pub fn fit(
    mut graph: Graph,
    loss: NodeId,
    unknowns: &[Unknown],
    batch: &Batch,
    options: &Options,
) -> Result<Fitted, FitError> {
    if unknowns.is_empty() {
        return Err(FitError::NoUnknowns);
    }
    let nodes: Vec<NodeId> = unknowns.iter().map(|u| u.node).collect();
    let gradients = graph.gradient(loss, &nodes)?;
    let starts: Vec<Vec<f64>> = unknowns.iter().map(|u| graph.parameter(&u.name).to_vec()).collect();
    let mut outputs = vec![("loss".to_string(), loss)];
    outputs.extend(unknowns.iter().zip(gradients).map(|(u, g)| (u.name.clone(), g)));
    let (plan, batch) = Plan::new(graph, outputs).hoisted(batch, options.seed)?;
    let mut problem = Problem { plan, batch, unknowns, seed: options.seed };
    let (start, _) = problem.at(&starts)?;
    if !start.is_finite() {
        let what = reason_of(start).map_or("infinite".to_string(), |r| format!("absent ({r})"));
        return Err(FitError::NoLoss(what));
    }
    problem.solve(starts, start, options)
}

struct Problem<'a> {
    plan: Plan,
    batch: Batch,
    unknowns: &'a [Unknown],
    seed: u64,
}

impl Problem<'_> {
    /// The loss and its gradient by each unknown.
    fn at(&mut self, values: &[Vec<f64>]) -> Result<(f64, Vec<Vec<f64>>), FitError> {
        for (u, x) in self.unknowns.iter().zip(values) {
            // A value that ran out of the numbers is no place to look at.
            if x.iter().any(|x| x.is_nan()) {
                return Ok((f64::INFINITY, values.to_vec()));
            }
            self.plan.set_parameter(&u.name, x)?;
        }
        let out: Outputs = self.plan.evaluate(&self.batch, &mut State::new(), self.seed)?;
        let mut columns = out.columns.into_iter().map(|(_, c)| c.values.into_numbers().unwrap_or_default());
        let loss = columns.next().and_then(|v| v.first().copied()).unwrap_or(f64::NAN);
        Ok((loss, columns.collect()))
    }

    fn split(&self, free: &[f64], sizes: &[usize]) -> Vec<Vec<f64>> {
        let mut rest = free;
        let take = |n: &usize| {
            let (now, later) = rest.split_at(*n);
            rest = later;
            now.to_vec()
        };
        sizes.iter().map(take).collect()
    }

    fn solve(&mut self, starts: Vec<Vec<f64>>, start: f64, options: &Options) -> Result<Fitted, FitError> {
        let duals: Vec<usize> = (0..starts.len()).filter(|i| self.unknowns[*i].dual).collect();
        let mut values = starts;
        let mut pressure = PRESSURE[0];
        let (mut steps, mut worst_before, mut round) = (0, f64::INFINITY, 0);
        loop {
            let found = self.minimise(&mut values, &duals, pressure, options)?;
            steps += found.iterations;
            round += 1;
            let (loss, gradients) = self.at(&values)?;
            let worst = duals.iter().map(|d| worst(&values[*d], &gradients[*d])).fold(0.0, f64::max);
            let met = worst <= options.tolerance.max(1e-9);
            if met || round == ROUNDS {
                let violations = gradients.into_iter().zip(self.unknowns);
                let violations = violations.map(|(g, u)| if u.dual { g } else { Vec::new() }).collect();
                let converged = met && found.converged;
                let slope = found.slope;
                return Ok(Fitted { values, loss: [start, loss], violations, steps, slope, converged });
            }
            for d in &duals {
                for (l, c) in values[*d].iter_mut().zip(&gradients[*d]) {
                    *l = (*l + pressure * c).max(0.0);
                }
            }
            if worst > 0.25 * worst_before {
                pressure = (4.0 * pressure).min(PRESSURE[1]);
            }
            worst_before = worst;
        }
    }

    /// Minimises over all but the multipliers, broken constraints pressed upon; `values` moves there.
    fn minimise(
        &mut self,
        values: &mut [Vec<f64>],
        duals: &[usize],
        pressure: f64,
        options: &Options,
    ) -> Result<Minimum, FitError> {
        let ranges: Vec<Range> = self.unknowns.iter().map(|u| u.range).collect();
        let primal: Vec<usize> = (0..values.len()).filter(|i| !duals.contains(i)).collect();
        let start: Vec<Vec<f64>> = primal.iter().map(|i| ranges[*i].free(&values[*i])).collect();
        let sizes: Vec<usize> = start.iter().map(Vec::len).collect();
        let kept = values.to_vec();
        let mut f = |free: &[f64]| {
            let parts = self.split(free, &sizes);
            let mut here = kept.clone();
            primal.iter().zip(&parts).for_each(|(i, u)| here[*i] = ranges[*i].values(u));
            let (value, gradients) = self.pressed(&mut here, duals, pressure)?;
            let pulled = primal.iter().zip(&parts).flat_map(|(i, u)| ranges[*i].pull(u, &gradients[*i]));
            Ok::<_, FitError>((value, pulled.collect()))
        };
        let start = start.concat();
        let found = match options.method {
            Method::Lbfgs => lbfgs::minimise(start, options.steps, options.tolerance, &mut f)?,
            Method::Adam { rate } => adam::minimise(start, options.steps, rate, options.tolerance, &mut f)?,
        };
        let parts = self.split(&found.x, &sizes);
        primal.iter().zip(parts).for_each(|(i, u)| values[*i] = ranges[*i].values(&u));
        Ok(found)
    }

    /// The augmented Lagrangian and its gradient. The loss is linear in the multipliers, so the gradient is the loss'
    /// own with each multiplier moved as it would be after this step.
    fn pressed(
        &mut self,
        values: &mut [Vec<f64>],
        duals: &[usize],
        pressure: f64,
    ) -> Result<(f64, Vec<Vec<f64>>), FitError> {
        let (mut value, mut gradients) = self.at(values)?;
        if duals.is_empty() {
            return Ok((value, gradients));
        }
        for d in duals {
            for (l, c) in values[*d].iter_mut().zip(&gradients[*d]) {
                let moved = (*l + pressure * c).max(0.0);
                value += (moved * moved - *l * *l) / (2.0 * pressure) - *l * c;
                *l = moved;
            }
        }
        (_, gradients) = self.at(values)?;
        Ok((value, gradients))
    }
}

/// How far from optimal a multiplier is: a broken constraint, or one that is met but still charged for.
fn worst(multiplier: &[f64], constraint: &[f64]) -> f64 {
    let each = multiplier.iter().zip(constraint);
    each.map(|(l, c)| if *l > 0.0 { c.abs() } else { c.max(0.0) }).fold(0.0, f64::max)
}
