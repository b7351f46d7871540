//! Functions over whole parents: each call sees everything below one element of an axis.

use crate::absent::Reason;
use crate::column::{Kind, TextCell, Values};
use crate::error::EvalError;
use crate::function::Slice;

/// How values lie below each parent: the offsets of every axis on the way down, then lanes and vectors.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Boundaries from each axis to the next, from the parent down; none where the values lie on the parent itself.
    pub levels: &'a [&'a [usize]],
    /// Labels of the lanes under each element.
    pub lanes: Option<&'a [String]>,
    /// Components of the vector under each element (and lane).
    pub dim: Option<usize>,
}

impl Form<'_> {
    /// Values under each element.
    pub fn width(&self) -> usize {
        self.lanes.map_or(1, <[String]>::len) * self.dim.unwrap_or(1)
    }

    /// The values of one parent, as positions in the flat buffer.
    pub fn range(&self, parent: usize) -> std::ops::Range<usize> {
        let down = |i: usize| self.levels.iter().fold(i, |i, level| level[i]);
        down(parent) * self.width()..down(parent + 1) * self.width()
    }
}

/// The values of one argument, and how they lie below each parent.
#[derive(Debug, Clone, Copy)]
pub struct Nested<'a> {
    /// All values, flat.
    pub values: Slice<'a>,
    /// How they lie.
    pub form: Form<'a>,
}

/// A pure function from everything below a parent to values below it.
///
/// The same is asked of it as of a [`crate::Function`]: deterministic, bounded in time, failures are absences.
pub trait OverFunction: Send + Sync {
    /// The word it came from, for reports.
    fn name(&self) -> &str;

    /// Two functions with the same identity give the same values, so one of them is evaluated.
    fn identity(&self) -> String;

    /// What it returns.
    fn kind(&self) -> Kind;

    /// What went wrong for single parents so far, if anything is worth telling.
    fn trouble(&self) -> Option<String> {
        None
    }

    /// The values of `parents`, one after the other, each as many as `to` has below it.
    ///
    /// # Errors
    /// When the function as a whole cannot go on.
    fn call(&self, args: &[Nested<'_>], to: &Form<'_>, parents: &[usize]) -> Result<Values, EvalError>;
}

/// Calls the function for the parents in `range`; with a gate only where that holds.
pub(crate) fn call(
    function: &dyn OverFunction,
    args: &[Nested<'_>],
    gate: Option<Slice<'_>>,
    to: &Form<'_>,
    range: std::ops::Range<usize>,
) -> Result<Values, EvalError> {
    let holds = |p: &usize| gate.is_none_or(|g| g.number(*p).is_ok_and(|x| x != 0.0));
    let open: Vec<usize> = range.clone().filter(holds).collect();
    let found = function.call(args, to, &open)?;
    let wanted: usize = open.iter().map(|p| to.range(*p).len()).sum();
    if found.len() != wanted {
        let message = format!("`{}` gave {} values for {wanted} elements", function.name(), found.len());
        return Err(EvalError::Function(message));
    }
    let Some(gate) = gate.filter(|_| open.len() < range.len()) else { return Ok(found) };
    // Where the gate is shut the question does not arise; where it is absent its reason stands.
    let shut = |p: usize| gate.number(p).err().unwrap_or(Reason::NotApplicable);
    Ok(match found {
        Values::Numbers(v) => Values::Numbers(fill(v, &open, to, range, |p| shut(p).value())),
        Values::Narrow(v) => Values::Numbers(fill(v.to_numbers(), &open, to, range, |p| shut(p).value())),
        Values::Texts(v) => Values::Texts(fill::<TextCell>(v, &open, to, range, |p| Err(shut(p)))),
    })
}

fn fill<T: Clone>(
    found: Vec<T>,
    open: &[usize],
    to: &Form<'_>,
    range: std::ops::Range<usize>,
    shut: impl Fn(usize) -> T,
) -> Vec<T> {
    let (mut found, mut open) = (found.into_iter(), open.iter().peekable());
    let mut out = Vec::new();
    for p in range {
        let n = to.range(p).len();
        if open.next_if_eq(&&p).is_some() {
            out.extend(found.by_ref().take(n));
        } else {
            out.extend(std::iter::repeat_n(shut(p), n));
        }
    }
    out
}
