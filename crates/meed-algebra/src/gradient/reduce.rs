//! Reductions, to an axis above or beside the elements.

use crate::build::Built;
use crate::graph::{Graph, NodeId};
use crate::op::{Binary, Op, Reducer, Scope, Segment, Unary, Vjp};

/// Whether the result is constant between jumps.
pub(super) fn is_step(op: Reducer) -> bool {
    use Reducer::*;
    matches!(op, Count | Any | All | Argmax | Argmin)
}

/// A reduction as its gradient sees it: of `x`, and how its results and the elements correspond.
struct Fold<'a> {
    op: Reducer,
    scope: Scope,
    x: NodeId,
    /// The result.
    y: NodeId,
    /// Keys, when the result is repeated on the elements.
    beside: Option<&'a [NodeId]>,
}

impl Graph {
    /// The gradient by `x` of `y`, the reduction of `x` to an axis above.
    pub(super) fn reduce_gradient(
        &mut self,
        op: Reducer,
        scope: Scope,
        x: NodeId,
        y: NodeId,
        g: NodeId,
    ) -> Built {
        self.fold_gradient(&Fold { op, scope, x, y, beside: None }, g)
    }

    /// The same for a reduction whose result is given to each sibling.
    pub(super) fn beside_gradient(
        &mut self,
        op: Reducer,
        scope: Scope,
        x: NodeId,
        keys: &[NodeId],
        y: NodeId,
        g: NodeId,
    ) -> Built {
        self.fold_gradient(&Fold { op, scope, x, y, beside: Some(keys) }, g)
    }

    /// Another reduction of the same elements.
    fn also(&mut self, fold: &Fold<'_>, op: Reducer, x: NodeId) -> Built {
        match fold.beside {
            Some(keys) => Ok(self.segment_reduce(op, fold.scope, x, keys)),
            None => {
                let (shape, kind) = (self.shape(fold.y).clone(), crate::column::Kind::Number);
                Ok(self.add(Op::Reduce { op, scope: fold.scope }, vec![x], shape, kind))
            }
        }
    }

    /// A value per result, for each element.
    fn per_element(&mut self, fold: &Fold<'_>, y: NodeId) -> Built {
        match fold.beside {
            Some(_) => Ok(y),
            None => self.spread(y, &self.shape(fold.x).clone()),
        }
    }

    /// The gradient by a result, for each element; results given to several elements collect theirs first.
    fn lift(&mut self, fold: &Fold<'_>, g: NodeId) -> Built {
        match fold.beside {
            Some(keys) => Ok(self.segment_reduce(Reducer::Sum, fold.scope, g, keys)),
            None => self.spread(g, &self.shape(fold.x).clone()),
        }
    }

    fn fold_gradient(&mut self, fold: &Fold<'_>, g: NodeId) -> Built {
        let x = fold.x;
        match fold.op {
            Reducer::Sum => {
                let g = self.lift(fold, g)?;
                let present = self.present(x);
                self.gate(g, present)
            }
            Reducer::Mean => {
                let (one, n) = (self.number(1.0)?, self.also(fold, Reducer::Count, x)?);
                let share = self.binary(Binary::Div, one, n)?;
                let g = self.chain(g, share)?;
                let g = self.lift(fold, g)?;
                let present = self.present(x);
                self.gate(g, present)
            }
            Reducer::Var { ddof } => {
                let two = self.number(2.0)?;
                let n = self.divisor(fold, ddof)?;
                let slope = self.binary(Binary::Div, two, n)?;
                self.spread_gradient(fold, g, slope)
            }
            Reducer::Std { ddof } => {
                let one = self.number(1.0)?;
                let n = self.divisor(fold, ddof)?;
                let scale = self.binary(Binary::Mul, n, fold.y)?;
                let slope = self.binary(Binary::Div, one, scale)?;
                self.spread_gradient(fold, g, slope)
            }
            Reducer::Logsumexp => {
                let g = self.lift(fold, g)?;
                let share = self.exp_below(fold)?;
                self.chain(g, share)
            }
            Reducer::Logmeanexp => {
                let (one, n) = (self.number(1.0)?, self.also(fold, Reducer::Count, x)?);
                let each = self.binary(Binary::Div, one, n)?;
                let g = self.chain(g, each)?;
                let g = self.lift(fold, g)?;
                let share = self.exp_below(fold)?;
                self.chain(g, share)
            }
            op => {
                let g = self.lift(fold, g)?;
                Ok(self.vjp(Vjp::Reduce(op), fold.scope, x, fold.beside.unwrap_or(&[]), g))
            }
        }
    }

    /// `n - ddof`.
    fn divisor(&mut self, fold: &Fold<'_>, ddof: u8) -> Built {
        let n = self.also(fold, Reducer::Count, fold.x)?;
        let ddof = self.number(f64::from(ddof))?;
        self.binary(Binary::Sub, n, ddof)
    }

    /// `g * slope` per result, times the distance of each element from the mean.
    fn spread_gradient(&mut self, fold: &Fold<'_>, g: NodeId, slope: NodeId) -> Built {
        let g = self.chain(g, slope)?;
        let g = self.lift(fold, g)?;
        let mean = self.also(fold, Reducer::Mean, fold.x)?;
        let mean = self.per_element(fold, mean)?;
        let distance = self.binary(Binary::Sub, fold.x, mean)?;
        self.chain(g, distance)
    }

    /// `exp(x - y)`.
    fn exp_below(&mut self, fold: &Fold<'_>) -> Built {
        let y = self.per_element(fold, fold.y)?;
        let d = self.binary(Binary::Sub, fold.x, y)?;
        self.unary(Unary::Exp, d)
    }

    /// The reduction of the siblings of equal keys, given to each.
    pub(super) fn segment_reduce(&mut self, op: Reducer, scope: Scope, x: NodeId, keys: &[NodeId]) -> NodeId {
        let inputs = std::iter::once(x).chain(keys.iter().copied()).collect();
        let shape = self.shape(x).clone();
        let op = Op::Segment { op: Segment::Reduce(op), scope, keys: keys.len() as u8 };
        self.add(op, inputs, shape, crate::column::Kind::Number)
    }
}
