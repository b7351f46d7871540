//! Building expressions: alignment of axes, and the operations a spec can write.

use std::sync::Arc;

use crate::absent::Reason;
use crate::axis::Axis;
use crate::column::{Kind, Shape};
use crate::error::TypeError;
use crate::graph::{Cross, Graph, NodeId, Runs};
use crate::op::{Atom, Binary, Op, Place, Real, Reducer, Scope, Segment, Unary};

pub(crate) type Built = Result<NodeId, TypeError>;

impl Graph {
    /// Gives `x` the shape `to`: repeated for each descendant, lane and component.
    ///
    /// # Errors
    /// When `x` lives below or beside `to`, or its lanes or vectors do not fit.
    pub fn spread(&mut self, x: NodeId, to: &Shape) -> Built {
        let from = self.shape(x).clone();
        if from == *to {
            return Ok(x);
        }
        if !self.tree().contains(from.axis, to.axis) {
            return Err(self.siblings(&from, to));
        }
        let fits = |has: bool, same: bool| !has || same;
        if !fits(from.lanes.is_some(), from.lanes == to.lanes)
            || !fits(from.dim.is_some(), from.dim == to.dim)
        {
            return Err(TypeError::new(format!(
                "{} does not fit {}",
                self.describe(&from),
                self.describe(to)
            )));
        }
        let kind = self.kind(x);
        Ok(self.add(Op::Spread, vec![x], to.clone(), kind))
    }

    fn siblings(&self, a: &Shape, b: &Shape) -> TypeError {
        let (tree, common) = (self.tree(), self.tree().common(a.axis, b.axis));
        let (left, right, above) = (tree.name(a.axis), tree.name(b.axis), tree.name(common));
        if tree.contains(b.axis, a.axis) {
            return TypeError::new(format!("a value per `{left}` cannot be used once per `{right}`"))
                .help(format!("reduce it first, for example `.mean(\"{right}\")`"));
        }
        TypeError::new(format!(
            "`{left}` and `{right}` are side by side under `{above}`: their values do not line up"
        ))
        .help(format!("bring one of them up to `{above}` first, for example `.mean(\"{above}\")`"))
    }

    /// The shape in which both meet: the deeper axis, with the lanes and vectors of either.
    pub(crate) fn meet(&self, a: &Shape, b: &Shape) -> Result<Shape, TypeError> {
        let axis = self.tree().deeper(a.axis, b.axis).ok_or_else(|| self.siblings(a, b))?;
        let lanes = match (&a.lanes, &b.lanes) {
            (Some(x), Some(y)) if x != y => {
                return Err(TypeError::new(format!("lanes {} and {} differ", x.join(", "), y.join(", ")))
                    .help("pick one with `.lane(name)`, or reduce over the lanes first"));
            }
            (x, y) => x.clone().or(y.clone()),
        };
        let dim = match (a.dim, b.dim) {
            (Some(x), Some(y)) if x != y => {
                return Err(TypeError::new(format!("vectors of {x} and of {y} components")));
            }
            (x, y) => x.or(y),
        };
        Ok(Shape { axis, lanes, dim })
    }

    pub(crate) fn align(&mut self, xs: &[NodeId]) -> Result<(Vec<NodeId>, Shape), TypeError> {
        let mut shape = Shape::of(Axis::BATCH);
        for x in xs {
            shape = self.meet(&shape, &self.shape(*x).clone())?;
        }
        // Constants stay scalars: kernels take them as they are.
        let xs = xs
            .iter()
            .map(|x| if self.constant(*x).is_some() { Ok(*x) } else { self.spread(*x, &shape) })
            .collect::<Result<Vec<_>, _>>()?;
        Ok((xs, shape))
    }

    pub(crate) fn numeric(&self, x: NodeId, what: &str) -> Result<(), TypeError> {
        match self.kind(x) {
            Kind::Text => Err(TypeError::new(format!("{what} needs numbers, this is text"))),
            _ => Ok(()),
        }
    }

    /// `f(x)`, element by element.
    ///
    /// # Errors
    /// When `x` is text.
    pub fn unary(&mut self, op: Unary, x: NodeId) -> Built {
        self.numeric(x, &format!("`{op:?}`").to_lowercase())?;
        let kind = if op == Unary::Not { Kind::Bool } else { Kind::Number };
        let shape = self.shape(x).clone();
        Ok(self.add(Op::Unary(op), vec![x], shape, kind))
    }

    /// `f(a, b)`, element by element; the value of an ancestor is repeated.
    ///
    /// # Errors
    /// When the axes are side by side, lanes differ, or a text meets arithmetic.
    pub fn binary(&mut self, op: Binary, a: NodeId, b: NodeId) -> Built {
        let texts = [a, b].map(|x| self.kind(x) == Kind::Text);
        if texts != [false, false] {
            if !matches!(op, Binary::Eq | Binary::Ne) {
                return Err(TypeError::new(format!("`{}` needs numbers, this is text", op.symbol())));
            }
            if texts != [true, true] {
                return Err(TypeError::new("a text is compared with a number"));
            }
        }
        let (xs, shape) = self.align(&[a, b])?;
        let kind = if op.is_bool() { Kind::Bool } else { Kind::Number };
        Ok(self.add(Op::Binary(op), xs, shape, kind))
    }

    /// Whether `x` is one of `atoms`.
    ///
    /// # Errors
    /// When numbers are looked for in text, or texts among numbers.
    pub fn isin(&mut self, x: NodeId, atoms: Vec<Atom>) -> Built {
        let text = self.kind(x) == Kind::Text;
        if atoms.iter().any(|a| matches!(a, Atom::Text(_)) != text) {
            return Err(TypeError::new(if text {
                "`isin` looks for a number in text"
            } else {
                "`isin` looks for a text among numbers"
            }));
        }
        let shape = self.shape(x).clone();
        Ok(self.add(Op::Isin(atoms.into()), vec![x], shape, Kind::Bool))
    }

    fn same_kind(&self, a: NodeId, b: NodeId) -> Result<Kind, TypeError> {
        match (self.kind(a), self.kind(b)) {
            (x, y) if x == y => Ok(x),
            (Kind::Text, _) | (_, Kind::Text) => Err(TypeError::new("one side is text, the other a number")),
            _ => Ok(Kind::Number),
        }
    }

    /// `a` where `condition` holds, else `b`; absent where the condition is.
    ///
    /// # Errors
    /// When axes do not line up, or one side is text and the other is not.
    pub fn choose(&mut self, condition: NodeId, a: NodeId, b: NodeId) -> Built {
        self.numeric(condition, "a condition")?;
        let kind = self.same_kind(a, b)?;
        let (xs, shape) = self.align(&[condition, a, b])?;
        Ok(self.add(Op::Choose, xs, shape, kind))
    }

    /// `x` where `condition` holds; absent (masked) elsewhere.
    ///
    /// # Errors
    /// When axes do not line up.
    pub fn mask(&mut self, x: NodeId, condition: NodeId) -> Built {
        self.numeric(condition, "a mask")?;
        let kind = self.kind(x);
        let (xs, shape) = self.align(&[x, condition])?;
        Ok(self.add(Op::Mask, xs, shape, kind))
    }

    /// `x` where present, else `y`.
    ///
    /// # Errors
    /// When axes do not line up, or one side is text and the other is not.
    pub fn or_else(&mut self, x: NodeId, y: NodeId) -> Built {
        let kind = self.same_kind(x, y)?;
        let (xs, shape) = self.align(&[x, y])?;
        Ok(self.add(Op::OrElse, xs, shape, kind))
    }

    /// Whether `x` is present.
    pub fn present(&mut self, x: NodeId) -> NodeId {
        let shape = self.shape(x).clone();
        self.add(Op::Present, vec![x], shape, Kind::Bool)
    }

    /// Why `x` is absent, as text; absent itself where `x` is present.
    pub fn reason(&mut self, x: NodeId) -> NodeId {
        let shape = self.shape(x).clone();
        self.add(Op::ReasonText, vec![x], shape, Kind::Text)
    }

    /// The axis called `name`, which must be above `x` (or its own).
    fn above(&self, x: NodeId, name: &str, what: &str) -> Result<Axis, TypeError> {
        let axis = self.tree().require(name)?;
        let own = self.shape(x).axis;
        if self.tree().contains(axis, own) {
            return Ok(axis);
        }
        Err(TypeError::new(format!(
            "`{what}` goes from an axis to one above it; `{name}` is not above `{}`",
            self.tree().name(own)
        ))
        .note(format!("this value is on {}", self.describe(self.shape(x))))
        .help(format!(
            "axes above: {}",
            self.tree()
                .axes()
                .filter(|a| self.tree().contains(*a, own) && *a != own)
                .map(|a| self.tree().name(a).to_string())
                .collect::<Vec<_>>()
                .join(", ")
        )))
    }

    /// Siblings under `axis`; on the own axis the vector or the lanes of each element.
    fn scope(&self, x: NodeId, axis: &str, what: &str) -> Result<Scope, TypeError> {
        let axis = self.above(x, axis, what)?;
        let shape = self.shape(x);
        // While the data is not at hand a column may yet turn out to have lanes or vectors.
        match (axis == shape.axis, shape.is_plain() && self.schema.complete) {
            (false, _) => Ok(Scope::Axis(axis)),
            (true, false) => Ok(Scope::Inner),
            (true, true) => Err(TypeError::new(format!(
                "this value has one number per `{name}` already: there is nothing to take `{what}` of",
                name = self.tree().name(axis)
            ))
            .help("name an axis above")),
        }
    }

    pub(crate) fn inner_reduced(shape: &Shape) -> Shape {
        match shape.dim {
            Some(_) => Shape { dim: None, ..shape.clone() },
            None => Shape { lanes: None, ..shape.clone() },
        }
    }

    /// One value on `to` from the values below it. On the own axis: over the vector, else over the lanes.
    ///
    /// # Errors
    /// When `to` is not above `x`, or the reduction has no meaning for texts.
    pub fn reduce(&mut self, op: Reducer, x: NodeId, to: &str) -> Built {
        let scope = match (self.scope(x, to, &reducer_name(op)), self.tree().find(to)) {
            (Err(_), Some(axis)) if self.partial => {
                let nothing = self.absent(Reason::NotApplicable);
                return self.spread(nothing, &Shape::of(axis));
            }
            (scope, _) => scope?,
        };
        let from = self.shape(x).clone();
        let kind = self.reduced_kind(op, x)?;
        let shape = match scope {
            Scope::Axis(axis) => from.at(axis),
            Scope::Inner => Self::inner_reduced(&from),
        };
        if scope != Scope::Axis(Axis::BATCH) || self.kind(x) == Kind::Text {
            return Ok(self.add(Op::Reduce { op, scope }, vec![x], shape, kind));
        }
        self.reduce_to_batch(op, x, kind)
    }

    /// Reductions to the batch go by group first, so that a shard of groups sends one number per group.
    fn reduce_to_batch(&mut self, op: Reducer, x: NodeId, kind: Kind) -> Built {
        let from = self.shape(x).clone();
        let scope = Scope::Axis(Axis::BATCH);
        match op {
            Reducer::Sum
            | Reducer::Prod
            | Reducer::Count
            | Reducer::Min
            | Reducer::Max
            | Reducer::Any
            | Reducer::All => {
                if from.axis == Axis::GROUP || !self.tree().contains(Axis::GROUP, from.axis) {
                    return Ok(self.add(Op::Reduce { op, scope }, vec![x], from.at(Axis::BATCH), kind));
                }
                let group = self.reduce(op, x, "group")?;
                let again = if op == Reducer::Count { Reducer::Sum } else { op };
                Ok(self.add(Op::Reduce { op: again, scope }, vec![group], from.at(Axis::BATCH), kind))
            }
            Reducer::Mean => {
                let sum = self.reduce(Reducer::Sum, x, "batch")?;
                let count = self.reduce(Reducer::Count, x, "batch")?;
                self.over(sum, count)
            }
            Reducer::Std { ddof } => {
                let var = self.reduce(Reducer::Var { ddof }, x, "batch")?;
                self.unary(Unary::Sqrt, var)
            }
            Reducer::Var { ddof } => {
                let mean = self.reduce(Reducer::Mean, x, "batch")?;
                let d = self.binary(Binary::Sub, x, mean)?;
                let d2 = self.binary(Binary::Mul, d, d)?;
                let sum = self.reduce(Reducer::Sum, d2, "batch")?;
                let count = self.reduce(Reducer::Count, x, "batch")?;
                let ddof = self.number(f64::from(ddof))?;
                let n = self.binary(Binary::Sub, count, ddof)?;
                let var = self.over(sum, n)?;
                // Equal values have no spread, whatever rounding did to their mean.
                let (low, high) =
                    (self.reduce(Reducer::Min, x, "batch")?, self.reduce(Reducer::Max, x, "batch")?);
                let equal = self.binary(Binary::Eq, low, high)?;
                let zero = self.number(0.0)?;
                let zero = self.over_present(zero, n)?;
                self.choose(equal, zero, var)
            }
            _ => Ok(self.add(Op::Reduce { op, scope }, vec![x], from.at(Axis::BATCH), kind)),
        }
    }

    /// `sum / n` where `n > 0`, absent (empty) elsewhere.
    fn over(&mut self, sum: NodeId, n: NodeId) -> Built {
        let sum = self.over_present(sum, n)?;
        let zero = self.number(0.0)?;
        let some = self.binary(Binary::Gt, n, zero)?;
        let one = self.number(1.0)?;
        let n = self.choose(some, n, one)?;
        self.binary(Binary::Div, sum, n)
    }

    fn over_present(&mut self, x: NodeId, n: NodeId) -> Built {
        let zero = self.number(0.0)?;
        let some = self.binary(Binary::Gt, n, zero)?;
        let empty = self.absent(crate::absent::Reason::Empty);
        self.choose(some, x, empty)
    }

    fn reduced_kind(&self, op: Reducer, x: NodeId) -> Result<Kind, TypeError> {
        use Reducer::*;
        Ok(match (op, self.kind(x)) {
            (Count, Kind::Text) => Kind::Number,
            (First | Last | Majority | Min | Max, Kind::Bool) => Kind::Bool,
            (First | Last | Majority, kind) => kind,
            (_, Kind::Text) => {
                return Err(TypeError::new(format!("`{}` needs numbers, this is text", reducer_name(op)))
                    .help("texts have count, first, last, majority and at"));
            }
            (Any | All, _) => Kind::Bool,
            _ => Kind::Number,
        })
    }

    /// An operation among siblings under `axis`, split by `keys`; the shape stays. The guide is the second value per
    /// element that some operations take: parents, coefficients.
    ///
    /// # Errors
    /// When `axis` is not above `x`, or keys do not live on the axis of `x` or above.
    pub fn segment(
        &mut self,
        op: Segment,
        x: NodeId,
        guide: Option<NodeId>,
        axis: &str,
        keys: &[NodeId],
    ) -> Built {
        let name = segment_name(op);
        let scope = self.scope(x, axis, &name)?;
        if scope == Scope::Inner && (guide.is_some() || !keys.is_empty()) {
            return Err(TypeError::new(format!(
                "`{name}` on the value's own axis is over its lanes or vector; keys, parents and coefficients have one value per \
                 element and cannot tell those apart"
            ))
            .help("name an axis above"));
        }
        let shape = self.shape(x).clone();
        let kind = match op {
            Segment::Reduce(r) => self.reduced_kind(r, x)?,
            Segment::Within(crate::op::Within::Run) => Kind::Number,
            Segment::Within(crate::op::Within::Reverse)
            | Segment::Scan { op: crate::op::Scan::Shift { .. } | crate::op::Scan::Hold, .. } => self.kind(x),
            _ => {
                self.numeric(x, &format!("`{name}`"))?;
                Kind::Number
            }
        };
        let mut inputs = vec![x];
        let plain = Shape::of(shape.axis);
        if let Some(guide) = guide {
            self.numeric(
                guide,
                if matches!(op, Segment::Tree(_)) { "a parent column" } else { "a coefficient" },
            )?;
            inputs.push(self.spread(guide, &plain)?);
        }
        for key in keys {
            if !self.shape(*key).is_plain() {
                return Err(TypeError::new(
                    "a key of `by=` has lanes or vectors; it must be one value per element",
                ));
            }
            inputs.push(self.spread(*key, &plain)?);
        }
        let op = Op::Segment { op, scope, keys: keys.len() as u8 };
        Ok(self.add(op, inputs, shape, kind))
    }

    /// Moves a value down to `axis`; with a place only one child of each element gets it, the others 0.
    ///
    /// # Errors
    /// When `axis` is not below `x`.
    pub fn spread_at(&mut self, x: NodeId, axis: &str, place: Option<Place>) -> Built {
        let to = self.tree().require(axis)?;
        let shape = self.shape(x).at(to);
        let spread = self.spread(x, &shape)?;
        match place {
            Some(place) if spread != x => {
                self.numeric(x, "`spread`")?;
                Ok(self.add(Op::SpreadAt(place), vec![x], shape, Kind::Number))
            }
            _ => Ok(spread),
        }
    }

    /// Element number `index` among the values of `x` below each element of `to`; from the end when negative.
    ///
    /// # Errors
    /// When `to` is not above `x`, or the index does not live on `to` or above.
    pub fn at(&mut self, x: NodeId, index: NodeId, to: &str) -> Built {
        let axis = self.above(x, to, "at")?;
        self.numeric(index, "an index")?;
        if axis == self.shape(x).axis {
            return Err(TypeError::new(format!("`at` needs an axis above `{to}`")));
        }
        let index = self.spread(index, &Shape::of(axis))?;
        let (shape, kind) = (self.shape(x).at(axis), self.kind(x));
        Ok(self.add(Op::At, vec![x, index], shape, kind))
    }

    /// `x` of the sibling (under `axis`) whose `id` equals `key`; absent when there is none.
    ///
    /// # Errors
    /// When axes do not line up, or keys and ids are not of one kind.
    pub fn lookup(&mut self, x: NodeId, key: NodeId, id: NodeId, axis: &str) -> Built {
        let scope = self.above(x, axis, "lookup")?;
        let own = Shape::of(self.shape(x).axis);
        let (key, id) = (self.spread(key, &own)?, self.spread(id, &own)?);
        if (self.kind(key) == Kind::Text) != (self.kind(id) == Kind::Text) {
            return Err(TypeError::new("the key is of another kind than the ids"));
        }
        let (shape, kind) = (self.shape(x).clone(), self.kind(x));
        Ok(self.add(Op::Lookup(scope), vec![x, key, id], shape, kind))
    }

    /// The axis of ordered pairs `(left, right)` under one `within` element. Its parent is `left`: what lives on
    /// `left` is the left side as it is.
    ///
    /// # Errors
    /// When `within` is not above both, or the name is taken.
    pub fn cross(
        &mut self,
        left: &str,
        right: &str,
        within: &str,
        diagonal: bool,
    ) -> Result<Cross, TypeError> {
        let (l, r, w) =
            (self.tree().require(left)?, self.tree().require(right)?, self.tree().require(within)?);
        for (axis, name) in [(l, left), (r, right)] {
            if axis == w || !self.tree().contains(w, axis) {
                return Err(TypeError::new(format!("`{name}` is not below `{within}`")));
            }
        }
        let name = match (l == r, l == Axis::ROLLOUT && w == Axis::GROUP, diagonal) {
            (true, true, false) => "pair".to_string(),
            (true, _, false) => format!("{left}-pair/{within}"),
            (true, _, true) => format!("{left}-pair/{within}/self"),
            _ => format!("{left}×{right}/{within}"),
        };
        let axis = self.schema.tree.add(&name, l)?;
        let cross = Cross { axis, left: l, right: r, within: w, diagonal: diagonal || l != r };
        if !self.crosses.contains(&cross) {
            self.crosses.push(cross);
        }
        Ok(cross)
    }

    /// The axis `name` of runs of neighbours, under the parent of the column's axis; see [`Runs`].
    ///
    /// # Errors
    /// When `starts` is no column of one number per element, or the axis is there already and is another one.
    pub fn runs_of(&mut self, name: &str, starts: NodeId, above: f64) -> Result<Axis, TypeError> {
        self.numeric(starts, "`segments`")?;
        let (shape, column) = (self.shape(starts).clone(), matches!(self.node(starts).op, Op::Column(_)));
        let Some(parent) = self.tree().parent(shape.axis).filter(|_| column && shape.is_plain()) else {
            return Err(TypeError::new("`segments` needs a column of one number per element").help(
                "where segments begin must follow from the data, not from something that is computed",
            ));
        };
        let axis = self.schema.tree.add(name, parent)?;
        let runs = Runs { axis, starts, above: Real(above) };
        match self.runs.iter().find(|r| r.axis == axis) {
            None => self.runs.push(runs),
            Some(same) if *same == runs => {}
            Some(_) => {
                return Err(TypeError::new(format!("the axis `{name}` is already made, in another way")));
            }
        }
        Ok(axis)
    }

    pub(crate) fn cross_of(&self, axis: Axis) -> Result<Cross, TypeError> {
        self.crosses
            .iter()
            .find(|c| c.axis == axis)
            .copied()
            .ok_or_else(|| TypeError::new(format!("`{}` is not an axis of pairs", self.tree().name(axis))))
    }

    /// `x` of the left side of each pair; absent on the diagonal where that does not count.
    ///
    /// # Errors
    /// When `x` does not live on the left side or above it.
    pub fn left(&mut self, cross: Cross, x: NodeId) -> Built {
        let shape = self.shape(x).at(cross.axis);
        let spread = self.spread(x, &shape)?;
        if cross.diagonal {
            return Ok(spread);
        }
        let own = self.shape(x).at(cross.left);
        let x = self.spread(x, &own)?;
        let kind = self.kind(x);
        Ok(self.add(Op::Left, vec![x], shape, kind))
    }

    /// `x` of the right side of each pair; absent on the diagonal where that does not count.
    ///
    /// # Errors
    /// When `x` does not live on the right side or above it.
    pub fn right(&mut self, cross: Cross, x: NodeId) -> Built {
        let own = self.shape(x).at(cross.right);
        let x = self.spread(x, &own)?;
        let (shape, kind) = (self.shape(x).at(cross.axis), self.kind(x));
        Ok(self.add(Op::Right, vec![x], shape, kind))
    }

    /// The value of the opposite pair.
    ///
    /// # Errors
    /// When `x` is not on an axis of pairs of one axis with itself.
    pub fn swap(&mut self, x: NodeId) -> Built {
        let cross = self.cross_of(self.shape(x).axis)?;
        if cross.left != cross.right {
            return Err(TypeError::new("only pairs of one axis with itself can be swapped"));
        }
        let (shape, kind) = (self.shape(x).clone(), self.kind(x));
        Ok(self.add(Op::Swap, vec![x], shape, kind))
    }

    /// One lane.
    ///
    /// # Errors
    /// Names the lanes there are.
    pub fn lane(&mut self, x: NodeId, name: &str) -> Built {
        let shape = self.shape(x).clone();
        let Some(lanes) = &shape.lanes else {
            return if self.schema.complete { Err(TypeError::new("this value has no lanes")) } else { Ok(x) };
        };
        let Some(i) = lanes.iter().position(|l| l == name) else {
            let names: Vec<&str> = lanes.iter().map(String::as_str).collect();
            return Err(TypeError::new(format!("there is no lane `{name}`"))
                .note(format!("lanes: {}", names.join(", ")))
                .help_similar(name, &names));
        };
        let kind = self.kind(x);
        Ok(self.add(Op::Lane(i), vec![x], Shape { lanes: None, ..shape }, kind))
    }

    /// Values side by side as lanes.
    ///
    /// # Errors
    /// When axes do not line up, a value has lanes already, or there is none.
    pub fn lanes(&mut self, values: &[(String, NodeId)]) -> Built {
        if values.is_empty() {
            // Labels taken from a column that is not at hand yet.
            let nothing = self.number(0.0)?;
            return if self.schema.complete {
                Err(TypeError::new("`lanes` needs at least one value"))
            } else {
                self.spread(nothing, &Shape::of(Axis::ROLLOUT))
            };
        }
        let nodes: Vec<NodeId> = values.iter().map(|v| v.1).collect();
        for x in &nodes {
            self.numeric(*x, "`lanes`")?;
            if self.shape(*x).lanes.is_some() {
                return Err(TypeError::new("a value given to `lanes` has lanes already"));
            }
        }
        let (_, shape) = self.align(&nodes)?;
        let xs = nodes.iter().map(|x| self.spread(*x, &shape)).collect::<Result<Vec<_>, _>>()?;
        let labels: Arc<[String]> = values.iter().map(|v| v.0.clone()).collect();
        Ok(self.add(Op::Lanes, xs, Shape { lanes: Some(labels), ..shape }, Kind::Number))
    }

    /// Component `i` of a vector.
    ///
    /// # Errors
    /// When `x` is not a vector or has fewer components.
    pub fn component(&mut self, x: NodeId, i: usize) -> Built {
        let shape = self.shape(x).clone();
        match shape.dim {
            Some(dim) if i < dim => {
                let kind = self.kind(x);
                Ok(self.add(Op::Component(i), vec![x], Shape { dim: None, ..shape }, kind))
            }
            Some(dim) => Err(TypeError::new(format!("component {i} of a vector of {dim}"))),
            None if !self.schema.complete => Ok(x),
            None => Err(TypeError::new("this value is not a vector")),
        }
    }

    /// The component of a vector that an index names; absent where there is none of that number.
    ///
    /// # Errors
    /// When `x` is not a vector, or the index does not live on its axis or above.
    pub fn component_at(&mut self, x: NodeId, index: NodeId) -> Built {
        self.numeric(index, "an index")?;
        let shape = self.shape(x).clone();
        if shape.dim.is_none() {
            return if self.schema.complete {
                Err(TypeError::new("this value is not a vector"))
            } else {
                Ok(x)
            };
        }
        let one = Shape { dim: None, ..shape };
        let (index, kind) = (self.spread(index, &one)?, self.kind(x));
        Ok(self.add(Op::ComponentAt, vec![x, index], one, kind))
    }

    /// Entropy-based effective rank of the vectors below each element of `to`; with `center` of their differences
    /// from the mean.
    ///
    /// # Errors
    /// When `x` is not a vector, or `to` is not above it.
    pub fn effective_rank(&mut self, x: NodeId, to: &str, center: bool) -> Built {
        self.numeric(x, "`effective_rank`")?;
        let axis = self.above(x, to, "effective_rank")?;
        let shape = self.shape(x).clone();
        let vectors = shape.dim.is_some() || !self.schema.complete;
        if !vectors || shape.lanes.is_some() || axis == shape.axis {
            return Err(TypeError::new(
                "`effective_rank` needs one vector per element, and an axis above it",
            ));
        }
        Ok(self.add(Op::EffectiveRank { center }, vec![x], Shape::of(axis), Kind::Number))
    }

    /// A vector moved by one component, with `x` put last.
    ///
    /// # Errors
    /// When the first is not a vector, or axes do not line up.
    pub fn append(&mut self, vector: NodeId, x: NodeId) -> Built {
        self.numeric(vector, "a vector")?;
        self.numeric(x, "a component")?;
        let shape = self.shape(vector).clone();
        if shape.dim.is_none() || shape.lanes.is_some() {
            return Err(TypeError::new("a component is put to one vector per element"));
        }
        let x = self.spread(x, &Shape::of(shape.axis))?;
        Ok(self.add(Op::Append, vec![vector, x], shape, Kind::Number))
    }
}

/// The word for a reduction.
pub fn reducer_name(op: Reducer) -> String {
    let debug = format!("{op:?}").to_lowercase();
    debug.split([' ', '(', '{']).next().unwrap_or("").to_string()
}

/// The word for an operation among siblings.
pub fn segment_name(op: Segment) -> String {
    let word = |debug: String| debug.to_lowercase().split([' ', '(', '{']).next().unwrap_or("").to_string();
    match op {
        Segment::Reduce(r) => reducer_name(r),
        Segment::Within(crate::op::Within::LooMean) => "loo_mean".to_string(),
        Segment::Within(w) => word(format!("{w:?}")),
        Segment::Scan { op, .. } => word(format!("{op:?}")),
        Segment::Recur { .. } => "discount".to_string(),
        Segment::Tree(t) => word(format!("{t:?}")),
    }
}
