//! A decoded row taken apart: how many children each element has, and the row's part of every column.

use std::sync::Arc;

use meed_algebra::absent::Reason;
use meed_algebra::{Axis, TextCell};

use super::chat;
use super::plan::Plan;
use crate::error::Fault;
use crate::layout::{Chain, Field, Hop, Leaf, RowForm, Virtual};
use crate::value::{MISSING, Value, number, quoted};

/// A row's part of one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Number(f64),
    Text(TextCell),
    Numbers(Vec<f64>),
    Texts(Vec<TextCell>),
}

/// Children per parent on each axis of the plan, and the parts of its columns.
pub(crate) type Parts = (Box<[Vec<u32>]>, Box<[Part]>);

/// Takes the decoded members of a row apart.
pub(crate) fn extract(plan: &Plan, values: &mut [Value]) -> Result<Parts, Fault> {
    if let Some((derived, [a, b], [text, chosen])) = plan.derived {
        let [t, c] = derived.compute(&values[a], &values[b]);
        values[text] = t;
        if derived == Virtual::Preference {
            values[chosen] = c;
        }
    }
    let counts = Counts::new(plan, values)?;
    let fields = &plan.fields[..plan.fields.len() - plan.hidden];
    let parts = fields.iter().zip(&plan.slots).map(|(field, slot)| emit(&counts, field, &values[*slot]));
    let parts = parts.collect::<Result<_, _>>()?;
    Ok((counts.on.into(), parts))
}

/// Children per parent: on each axis of the plan, and of tokens right under their rollout.
struct Counts<'p> {
    plan: &'p Plan,
    on: Vec<Vec<u32>>,
    flat: Vec<u32>,
}

impl<'p> Counts<'p> {
    fn new(plan: &'p Plan, values: &[Value]) -> Result<Self, Fault> {
        let mut counts = Counts { plan, on: Vec::with_capacity(plan.axes.len()), flat: Vec::new() };
        for axis in &plan.axes {
            let counted = counts.count(*axis, values)?;
            counts.on.push(counted);
        }
        counts.check_flat(values)?;
        Ok(counts)
    }

    /// How many elements an axis has under the row.
    fn total(&self, axis: Option<usize>) -> usize {
        axis.map_or(1, |i| self.on[i].iter().map(|n| *n as usize).sum())
    }

    fn count(&self, axis: Axis, values: &[Value]) -> Result<Vec<u32>, Fault> {
        let parents = self.total(self.plan.parent(axis));
        let mut known: Vec<Option<u32>> = vec![None; parents];
        let mut by: Option<&Field> = None;
        for (field, slot) in self.plan.fields.iter().zip(&self.plan.slots) {
            let lens = if let Some(level) = field.chain.iter().position(|c| *c == Chain::On(axis)) {
                let mut lens = Vec::with_capacity(parents);
                let mut walk = Walk { counts: self, field, at: [0; 8] };
                walk.lens(&values[*slot], &field.hops[1..], 0, level, &mut lens)?;
                lens
            } else if field.name == "step_len" && self.tokens_in_steps(axis) {
                step_lens(emit(self, field, &values[*slot])?, field)?
            } else {
                continue;
            };
            for (known, len) in known.iter_mut().zip(lens) {
                match (*known, len) {
                    (Some(a), Some(b)) if a != b => {
                        let other = by.map_or_else(String::new, |f| format!(", `{}` has {a}", path(f)));
                        let axis = self.plan.tree.name(axis);
                        return Err(Fault::field(path(field), format!("{b} values on `{axis}`{other}")));
                    }
                    (None, Some(_)) => {
                        *known = len;
                        by = by.or(Some(field));
                    }
                    _ => {}
                }
            }
        }
        Ok(known.into_iter().map(|n| n.unwrap_or(0)).collect())
    }

    fn tokens_in_steps(&self, axis: Axis) -> bool {
        let tree = &self.plan.tree;
        tree.name(axis) == "token" && tree.parent(axis).is_some_and(|p| tree.name(p) == "step")
    }

    /// The token lists right under rollouts must be as long as their steps say.
    fn check_flat(&mut self, values: &[Value]) -> Result<(), Fault> {
        if !self.plan.fields.iter().any(Plan::is_flat) {
            return Ok(());
        }
        let tree = &self.plan.tree;
        let (Some(token), Some(step)) = (tree.find("token"), tree.find("step")) else { return Ok(()) };
        let mut tokens = self.on[self.plan.axis(token)].iter();
        self.flat = self.on[self.plan.axis(step)]
            .iter()
            .map(|steps| tokens.by_ref().take(*steps as usize).sum())
            .collect();
        for (field, slot) in self.plan.fields.iter().zip(&self.plan.slots).filter(|(f, _)| Plan::is_flat(f)) {
            let level = field.chain.iter().position(|c| *c == Chain::FlatTokens).unwrap_or(0);
            let mut lens = Vec::new();
            let mut walk = Walk { counts: self, field, at: [0; 8] };
            walk.lens(&values[*slot], &field.hops[1..], 0, level, &mut lens)?;
            for (len, sum) in lens.iter().zip(&self.flat) {
                if len.is_some_and(|len| len != *sum) {
                    let len = len.unwrap_or(0);
                    return Err(Fault::field(
                        path(field),
                        format!("{len} values on `token`, but the step lengths (`step_len`) add up to {sum}"),
                    ));
                }
            }
        }
        Ok(())
    }
}

fn step_lens(part: Part, field: &Field) -> Result<Vec<Option<u32>>, Fault> {
    let Part::Numbers(lens) = part else { return Ok(Vec::new()) };
    let whole = |n: f64| match n {
        n if n.is_nan() => Ok(None),
        n if n >= 0.0 && n.fract() == 0.0 && n <= f64::from(u32::MAX) => Ok(Some(n as u32)),
        n => Err(Fault::field(path(field), format!("a step cannot have {n} tokens"))),
    };
    lens.into_iter().map(whole).collect()
}

/// Where the field is in the row, for messages.
pub(crate) fn path(field: &Field) -> String {
    let keys: Vec<&str> = field
        .hops
        .iter()
        .filter_map(|h| match h {
            Hop::Key(key) => Some(&**key),
            Hop::Each => None,
        })
        .collect();
    keys.join(".")
}

/// A way through the lists of one field. `at` counts the parents met on each level.
struct Walk<'c> {
    counts: &'c Counts<'c>,
    field: &'c Field,
    at: [usize; 8],
}

impl Walk<'_> {
    /// Children of the next parent on this level.
    fn children(&mut self, level: usize) -> usize {
        let counts = match self.field.chain[level] {
            Chain::On(axis) => &self.counts.on[self.counts.plan.axis(axis)],
            Chain::FlatTokens => &self.counts.flat,
        };
        let n = counts.get(self.at[level]).copied().unwrap_or(0);
        self.at[level] += 1;
        n as usize
    }

    /// The value behind the keys up to the next list, and what follows that list.
    fn down<'v, 'h>(
        &self,
        mut value: &'v Value,
        hops: &'h [Hop],
    ) -> Result<(&'v Value, Option<&'h [Hop]>), Fault> {
        for (i, hop) in hops.iter().enumerate() {
            match hop {
                Hop::Each => return Ok((value, Some(&hops[i + 1..]))),
                Hop::Key(key) => match value.plain() {
                    Value::Object(_) => value = value.get(key),
                    Value::Null => value = &Value::Null,
                    other => return Err(self.wrong(other, "an object")),
                },
            }
        }
        Ok((value, None))
    }

    fn wrong(&self, found: &Value, needed: &str) -> Fault {
        Fault::field(path(self.field), format!("found {}, expected {needed}", found.describe()))
    }

    /// The lengths of the lists at level `target`; `None` where there is no list.
    fn lens(
        &mut self,
        value: &Value,
        hops: &[Hop],
        level: usize,
        target: usize,
        lens: &mut Vec<Option<u32>>,
    ) -> Result<(), Fault> {
        let (value, rest) = self.down(value, hops)?;
        let Some(rest) = rest else { return Ok(()) };
        if level == target {
            lens.push(match value.plain() {
                Value::Null => None,
                Value::Numbers(v) => Some(v.len() as u32),
                Value::List(v) => Some(v.len() as u32),
                other => return Err(self.wrong(other, "a list")),
            });
            return Ok(());
        }
        let n = self.children(level);
        self.each(value, n, |walk, child| walk.lens(child, rest, level + 1, target, lens))
    }

    fn each(
        &mut self,
        list: &Value,
        n: usize,
        mut visit: impl FnMut(&mut Self, &Value) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match list.plain() {
            Value::List(v) => v.iter().take(n).try_for_each(|child| visit(self, child)),
            Value::Numbers(v) => v.iter().take(n).try_for_each(|x| visit(self, &number(*x))),
            Value::Null => (0..n).try_for_each(|_| visit(self, &Value::Null)),
            other => Err(self.wrong(other, "a list")),
        }
    }

    fn numbers(
        &mut self,
        value: &Value,
        hops: &[Hop],
        level: usize,
        out: &mut Vec<f64>,
    ) -> Result<(), Fault> {
        let (value, rest) = self.down(value, hops)?;
        let Some(rest) = rest else { return self.number_leaf(value, out) };
        let n = self.children(level);
        if rest.is_empty()
            && self.field.leaf == Leaf::Number
            && let Value::Numbers(v) = value.plain()
        {
            out.extend_from_slice(&v[..n.min(v.len())]);
            return Ok(());
        }
        self.each(value, n, |walk, child| walk.numbers(child, rest, level + 1, out))
    }

    fn number_leaf(&self, value: &Value, out: &mut Vec<f64>) -> Result<(), Fault> {
        let value = value.plain();
        match &self.field.leaf {
            Leaf::Bool => match value {
                Value::Bool(b) => out.push(f64::from(u8::from(*b))),
                Value::Number(n) if *n == 0.0 || *n == 1.0 => out.push(*n),
                Value::Null => out.push(MISSING),
                other => return Err(self.wrong(other, "true or false as in the first rows")),
            },
            Leaf::Lanes(labels) => match value {
                Value::Null => out.extend(labels.iter().map(|_| MISSING)),
                Value::Object(members) => {
                    if let Some((key, _)) = members.iter().find(|(k, _)| !labels.iter().any(|l| **l == **k)) {
                        let message = format!(
                            "the key {} is not in the first rows, which have {}",
                            quoted(key),
                            labels.join(", ")
                        );
                        return Err(Fault::field(path(self.field), message));
                    }
                    for label in labels.iter() {
                        out.push(self.number(value.get(label))?);
                    }
                }
                other => return Err(self.wrong(other, "an object of numbers as in the first rows")),
            },
            Leaf::Vector(dim) => match value {
                Value::Null => out.extend(std::iter::repeat_n(MISSING, *dim)),
                Value::Numbers(v) if v.len() == *dim => out.extend_from_slice(v),
                other => {
                    return Err(self.wrong(other, &format!("a vector of {dim} numbers as in the first rows")));
                }
            },
            _ => out.push(self.number(value)?),
        }
        Ok(())
    }

    fn number(&self, value: &Value) -> Result<f64, Fault> {
        match value.plain() {
            Value::Number(n) => Ok(*n),
            Value::Bool(b) => Ok(f64::from(u8::from(*b))),
            Value::Null => Ok(MISSING),
            other => Err(self.wrong(other, "a number as in the first rows")),
        }
    }

    fn texts(
        &mut self,
        value: &Value,
        hops: &[Hop],
        level: usize,
        out: &mut Vec<TextCell>,
    ) -> Result<(), Fault> {
        let (value, rest) = self.down(value, hops)?;
        let Some(rest) = rest else {
            out.push(self.text_leaf(value)?);
            return Ok(());
        };
        let n = self.children(level);
        self.each(value, n, |walk, child| walk.texts(child, rest, level + 1, out))
    }

    fn text_leaf(&self, value: &Value) -> Result<TextCell, Fault> {
        if *value == Value::Null {
            return Ok(Err(Reason::Missing));
        }
        if let Value::Text(text) = value {
            return Ok(Ok(text.clone()));
        }
        match (&self.field.leaf, value) {
            (Leaf::Reference, value) => {
                if let Value::List(list) = value.plain()
                    && let Some(texts) =
                        list.iter().map(|v| v.text().map(|t| &**t)).collect::<Option<Vec<_>>>()
                {
                    return Ok(Ok(meed_algebra::function::join_alternatives(texts).into()));
                }
                Ok(label(value).ok_or(Reason::Missing))
            }
            (Leaf::Json, value) => Ok(label(value).ok_or(Reason::Missing)),
            (Leaf::Assistant(after), value) => match value.plain() {
                Value::List(messages) => Ok(Ok(chat::assistant(messages, *after).into())),
                Value::Numbers(none) if none.is_empty() => Ok(Ok("".into())),
                other => Err(self.wrong(other, "a text or a list of messages")),
            },
            (Leaf::User, value) => match value.plain() {
                Value::List(messages) => Ok(Ok(chat::user(messages).into())),
                Value::Numbers(none) if none.is_empty() => Ok(Ok("".into())),
                other => Err(self.wrong(other, "a text or a list of messages")),
            },
            (_, other) => Err(self.wrong(other, "a text as in the first rows")),
        }
    }
}

/// The text of a text, the JSON of anything else; `None` for null.
pub(crate) fn label(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        Value::Raw(both) => Some(both.0.clone()),
        Value::Number(n) => Some(n.to_string().into()),
        Value::Bool(b) => Some(b.to_string().into()),
        _ => None,
    }
}

fn emit(counts: &Counts<'_>, field: &Field, value: &Value) -> Result<Part, Fault> {
    let mut walk = Walk { counts, field, at: [0; 8] };
    let hops = &field.hops[1..];
    let single = field.chain.is_empty();
    match field.leaf {
        Leaf::Number | Leaf::Bool | Leaf::Lanes(_) | Leaf::Vector(_) => {
            let mut numbers = Vec::new();
            walk.numbers(value, hops, 0, &mut numbers)?;
            Ok(if single && numbers.len() == 1 { Part::Number(numbers[0]) } else { Part::Numbers(numbers) })
        }
        _ if single => {
            let (value, _) = walk.down(value, hops)?;
            walk.text_leaf(value).map(Part::Text)
        }
        _ => {
            let mut texts = Vec::new();
            walk.texts(value, hops, 0, &mut texts)?;
            Ok(Part::Texts(texts))
        }
    }
}

/// How many rollouts the row holds.
pub(crate) fn rollouts(plan: &Plan, counts: &[Vec<u32>]) -> usize {
    match plan.rows {
        RowForm::Rollout => 1,
        RowForm::Task => counts[plan.axis(Axis::ROLLOUT)].iter().map(|n| *n as usize).sum(),
    }
}

/// Whether two parts hold the same values; absent values are alike.
pub(crate) fn same(a: &Part, b: &Part) -> bool {
    let alike = |a: &f64, b: &f64| a == b || (a.is_nan() && b.is_nan());
    match (a, b) {
        (Part::Number(a), Part::Number(b)) => alike(a, b),
        (Part::Numbers(a), Part::Numbers(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (a, b) => a == b,
    }
}
