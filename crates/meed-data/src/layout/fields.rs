//! Candidates with their axes: the columns a spec may name.

use std::collections::BTreeMap;
use std::sync::Arc;

use meed_algebra::{Axis, AxisTree, Kind, Schema, Shape};

use super::candidates::{Candidate, Holds, Hop, candidates};
use super::recognise::{Recognised, walk};
use super::table::{ANSWER, WHOLE, is_token};
use super::{RowForm, Seen};
use crate::error::DataError;
use crate::value::Value;

/// A list level of a field: the axis its elements are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chain {
    /// The elements of this axis.
    On(Axis),
    /// Tokens under their rollout, though the axis is under `step`: the step lengths tell where they belong.
    FlatTokens,
}

/// How the innermost value becomes cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Leaf {
    Number,
    Bool,
    Text,
    Lanes(Arc<[String]>),
    Vector(usize),
    /// The text of a chat: what the assistant said; with `true`, only after the last user message.
    Assistant(bool),
    /// The last user message of a chat.
    User,
    /// A text, alternatives, or anything else as JSON.
    Reference,
    /// A text as it is, anything else as JSON.
    Json,
}

/// A column: where its values are in a row and where they go in a batch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The way to the value, beginning with the row's member.
    pub(crate) hops: Vec<Hop>,
    /// The axis of each list on the way.
    pub(crate) chain: Vec<Chain>,
    pub(crate) leaf: Leaf,
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
}

impl Field {
    /// Whether one value stands for all rows of a group or batch.
    pub(crate) fn is_shared(&self, rows: RowForm) -> bool {
        let own = if rows == RowForm::Task { Axis::GROUP } else { Axis::ROLLOUT };
        self.shape.axis < own
    }
}

/// Every column of the data.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) tree: AxisTree,
    pub(crate) fields: BTreeMap<String, Field>,
}

impl Fields {
    /// The columns of a recognised layout. `declared` names the axis a spec insists on, by column.
    pub(crate) fn new(data: &Recognised, declared: &BTreeMap<String, String>) -> Result<Fields, DataError> {
        let all = candidates(&data.seen);
        let mut named: Vec<(Candidate, Role)> = Vec::new();
        for (name, path) in &data.layout.aliases {
            let Some(candidate) = all.iter().find(|c| c.name == *path) else { continue };
            let role = match name.as_str() {
                "text" => Role::Text { after_user: path == "messages" },
                "prompt" => Role::Prompt,
                "answer" => Role::Answer,
                _ => Role::Own,
            };
            named.push((Candidate { name: name.clone(), ..candidate.clone() }, role));
        }
        for candidate in all {
            if !candidate.name.starts_with('#') && !named.iter().any(|(c, _)| c.name == candidate.name) {
                named.push((candidate, Role::Own));
            }
        }
        let builder = Builder { data, declared, lens: spine_lens(data) };
        let placed = builder.place(named)?;
        builder.build(placed)
    }

    /// What a spec is checked against.
    pub(crate) fn schema(&self) -> Schema {
        let mut columns: BTreeMap<String, (Shape, Kind)> =
            self.fields.iter().map(|(n, f)| (n.clone(), (f.shape.clone(), f.kind))).collect();
        columns.insert("task".to_string(), (Shape::of(Axis::GROUP), Kind::Text));
        Schema { tree: self.tree.clone(), columns, complete: true }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Own,
    Text { after_user: bool },
    Prompt,
    Answer,
}

/// A candidate with the names of its axes.
struct Placed {
    candidate: Candidate,
    /// The axis names of its list levels, outermost first.
    levels: Vec<String>,
    leaf: Leaf,
    /// The axis of the column, when the levels do not say it.
    own: Option<Axis>,
}

struct Builder<'a> {
    data: &'a Recognised,
    declared: &'a BTreeMap<String, String>,
    /// Rollouts of each sampled task row.
    lens: Vec<Option<usize>>,
}

impl Builder<'_> {
    fn base(&self) -> Axis {
        if self.data.layout.rows == RowForm::Task { Axis::GROUP } else { Axis::ROLLOUT }
    }

    fn place(&self, named: Vec<(Candidate, Role)>) -> Result<Vec<Placed>, DataError> {
        let mut placed = Vec::new();
        for (candidate, role) in named {
            placed.extend(self.place_one(candidate, role)?);
        }
        Ok(placed)
    }

    fn place_one(&self, mut candidate: Candidate, role: Role) -> Result<Option<Placed>, DataError> {
        let declared = self.declared.get(&candidate.name).map(String::as_str);
        let is_reference = role == Role::Answer || ANSWER.contains(&candidate.name.as_str());
        if is_reference
            && (role == Role::Answer || matches!(candidate.holds, Holds::Texts))
            && declared.is_none()
        {
            // Several answers are alternatives in one cell, never elements of an axis.
            candidate.hops = keys_first(&candidate.hops);
            return Ok(Some(Placed { candidate, levels: Vec::new(), leaf: Leaf::Reference, own: None }));
        }
        let leaf = match (&candidate.holds, role) {
            (Holds::Messages, Role::Text { after_user }) => Leaf::Assistant(after_user),
            (Holds::Texts, Role::Text { .. } | Role::Prompt) => Leaf::Text,
            (Holds::Messages, Role::Prompt) => Leaf::User,
            (Holds::Nothing | Holds::Numbers, _) => Leaf::Number,
            (Holds::Bools, _) => Leaf::Bool,
            (Holds::Texts, _) => Leaf::Text,
            (Holds::Lanes(labels), _) => Leaf::Lanes(labels.clone()),
            (Holds::Messages | Holds::Json, _) => Leaf::Json,
        };
        let depth = candidate.depth();
        let task = self.data.layout.rows == RowForm::Task;
        let aligned = task && depth > 0 && self.aligned(&candidate);
        let mut levels: Vec<String> = Vec::new();
        if aligned {
            levels.push("rollout".to_string());
        }
        let base = if task && !aligned { Axis::GROUP } else { Axis::ROLLOUT };
        let rest = depth - levels.len();
        let whole = |mut candidate: Candidate, levels: Vec<String>, own| {
            candidate.hops = cut(&candidate.hops, levels.len());
            Some(Placed { candidate, levels, leaf: Leaf::Json, own })
        };
        if declared.is_none() && WHOLE.contains(&candidate.name.as_str()) {
            // Lists of a task that happen to be as long as its rollouts are not one for each.
            let levels = if rest > 0 { levels } else { Vec::new() };
            return Ok(whole(candidate, levels, None));
        }
        match declared {
            Some("batch") if depth == 0 => {
                return Ok(Some(Placed { candidate, levels, leaf, own: Some(Axis::BATCH) }));
            }
            Some("group") if depth == 0 && !task => {
                return Ok(Some(Placed { candidate, levels, leaf, own: Some(Axis::GROUP) }));
            }
            Some("group") if !task => return Ok(whole(candidate, levels, Some(Axis::GROUP))),
            Some("rollout") if rest > 0 && base == Axis::ROLLOUT => {
                return Ok(whole(candidate, levels, None));
            }
            Some("group") if rest > 0 && base == Axis::GROUP => return Ok(whole(candidate, levels, None)),
            // As above: texts of a task, such as its tests, that happen to be as many as its rollouts.
            Some("group") if aligned && rest == 0 && leaf == Leaf::Text => {
                return Ok(whole(candidate, Vec::new(), None));
            }
            Some("vector") if rest > 0 && leaf == Leaf::Number => {
                let dim = self.dim(&candidate);
                candidate.hops.pop();
                levels.extend(self.levels(&candidate.name, base, rest - 1, None).unwrap_or_default());
                if levels.len() < candidate.depth() {
                    return Ok(None);
                }
                return Ok(Some(Placed { candidate, levels, leaf: Leaf::Vector(dim), own: None }));
            }
            Some(axis) if rest == 0 && !self.is_own(axis, base) => {
                return Err(DataError::Columns(format!(
                    "column `{}` is declared on `{axis}`, but in the data it is {}",
                    candidate.name,
                    if base == Axis::GROUP { "one value per task" } else { "one value per rollout" }
                )));
            }
            _ => {}
        }
        if rest > 0 && declared.is_none() && base == Axis::GROUP && leaf == Leaf::Text {
            candidate.hops = keys_first(&candidate.hops);
            return Ok(Some(Placed { candidate, levels, leaf: Leaf::Reference, own: None }));
        }
        if rest > 0 && leaf == Leaf::Json {
            return Ok(whole(candidate, levels, None));
        }
        match self.levels(&candidate.name, base, rest, declared) {
            Some(more) => levels.extend(more),
            None => return Ok(whole(candidate, levels, None)),
        }
        Ok(Some(Placed { candidate, levels, leaf, own: None }))
    }

    fn is_own(&self, axis: &str, base: Axis) -> bool {
        axis == "vector" || axis == if base == Axis::GROUP { "group" } else { "rollout" }
    }

    /// The axes of `rest` list levels under `base`; `None` when there are more than have a meaning.
    fn levels(&self, name: &str, base: Axis, rest: usize, declared: Option<&str>) -> Option<Vec<String>> {
        let last = |usual: &str| declared.unwrap_or(usual).to_string();
        match (base, rest) {
            (_, 0) => Some(Vec::new()),
            (Axis::ROLLOUT, 1) => Some(vec![last(if is_token(name) { "token" } else { "step" })]),
            (Axis::ROLLOUT, 2) if declared != Some("step") => Some(vec!["step".to_string(), last("token")]),
            (Axis::ROLLOUT, 3) if declared.is_some() => {
                Some(vec!["step".to_string(), "token".to_string(), last("")])
            }
            (Axis::GROUP, 1) => Some(vec![last(name.rsplit('.').next().unwrap_or(name))]),
            _ => None,
        }
    }

    /// Whether the first list is as long as the rollouts on every sampled row.
    fn aligned(&self, candidate: &Candidate) -> bool {
        let path = first_list(candidate);
        let lens = self.data.sample.iter().map(|row| walk(row, &path));
        let mut some = false;
        for (value, spine) in lens.zip(&self.lens) {
            match value.map(Value::plain) {
                None | Some(Value::Null) => {}
                Some(Value::Numbers(v)) if Some(v.len()) == *spine => some = true,
                Some(Value::List(v)) if Some(v.len()) == *spine => some = true,
                _ => return false,
            }
        }
        some
    }

    /// The components of the first vector in the sample.
    fn dim(&self, candidate: &Candidate) -> usize {
        let mut at: Option<&Seen> = Some(&self.data.seen);
        let (last, way) = candidate.hops.split_last().unwrap_or((&Hop::Each, &[]));
        debug_assert_eq!(*last, Hop::Each);
        for hop in way {
            at = match hop {
                Hop::Key(key) => at.and_then(|s| s.keys.get(key)),
                Hop::Each => at.and_then(|s| s.element.as_deref()),
            };
        }
        at.and_then(|s| s.len).unwrap_or(0)
    }

    fn build(&self, mut placed: Vec<Placed>) -> Result<Fields, DataError> {
        let is_nested = |p: &Placed| p.levels.windows(2).any(|w| w == ["step", "token"]);
        let nested = placed.iter().any(is_nested);
        let steps = placed.iter().any(|p| p.levels.iter().any(|l| l == "step"));
        let flat: Vec<&Placed> = placed.iter().filter(|p| tokens_are_flat(p)).collect();
        let step_len = placed.iter().find(|p| is_step_len(p));
        let in_steps =
            step_len.is_some_and(|s| flat.iter().all(|t| self.add_up(s, t))) || (nested && flat.is_empty());
        let flat = !flat.is_empty();
        if !in_steps {
            // Tokens are right under rollouts, so lists inside steps are an axis of their own.
            for place in placed.iter_mut().filter(|p| is_nested(p)) {
                let name = &place.candidate.name;
                let own = name.rsplit('.').next().unwrap_or(name).to_string();
                place.levels.iter_mut().filter(|l| *l == "token").for_each(|l| l.clone_from(&own));
            }
        }

        let mut tree = AxisTree::new();
        let add = |tree: &mut AxisTree, name: &str, parent| {
            tree.add(name, parent).map_err(|e| DataError::Columns(e.to_string()))
        };
        let step = if steps { Some(add(&mut tree, "step", Axis::ROLLOUT)?) } else { None };
        if in_steps || flat {
            add(&mut tree, "token", step.filter(|_| in_steps).unwrap_or(Axis::ROLLOUT))?;
        }
        let mut fields = BTreeMap::new();
        for place in placed {
            let mut at = self.base();
            let mut chain = Vec::new();
            for level in &place.levels {
                if level == "token" && in_steps && at == Axis::ROLLOUT {
                    chain.push(Chain::FlatTokens);
                    at = tree.find("token").unwrap_or(at);
                } else {
                    at = add(&mut tree, level, at)
                        .map_err(|e| DataError::Columns(format!("column `{}`: {e}", place.candidate.name)))?;
                    chain.push(Chain::On(at));
                }
            }
            let mut shape = Shape::of(place.own.unwrap_or(at));
            let kind = match &place.leaf {
                Leaf::Number => Kind::Number,
                Leaf::Bool => Kind::Bool,
                Leaf::Lanes(labels) => {
                    shape.lanes = Some(labels.clone());
                    Kind::Number
                }
                Leaf::Vector(dim) => {
                    shape.dim = Some(*dim);
                    Kind::Number
                }
                _ => Kind::Text,
            };
            let Candidate { name, hops, .. } = place.candidate;
            fields.insert(name.clone(), Field { name, hops, chain, leaf: place.leaf, kind, shape });
        }
        Ok(Fields { tree, fields })
    }

    /// Whether the step lengths add up to the tokens on every sampled row.
    fn add_up(&self, steps: &Placed, tokens: &Placed) -> bool {
        let task = self.data.layout.rows == RowForm::Task;
        let (steps, tokens) = (first_list(&steps.candidate), first_list(&tokens.candidate));
        self.data.sample.iter().all(|row| match (walk(row, &steps), walk(row, &tokens)) {
            (Some(steps), Some(tokens)) if task => match (steps.elements(), tokens.elements()) {
                (Some(s), Some(t)) => s.iter().zip(&t).all(|(s, t)| sum_is_len(s, t)),
                _ => true,
            },
            (Some(steps), Some(tokens)) => sum_is_len(steps, tokens),
            _ => true,
        })
    }
}

fn sum_is_len(steps: &Value, tokens: &Value) -> bool {
    let len = match tokens.plain() {
        Value::Numbers(v) => v.len(),
        Value::List(v) => v.len(),
        _ => return true,
    };
    match steps.plain() {
        Value::Numbers(v) => v.iter().sum::<f64>() == len as f64,
        _ => true,
    }
}

fn tokens_are_flat(placed: &Placed) -> bool {
    match placed.levels.iter().position(|l| l == "token") {
        Some(0) => true,
        Some(i) => placed.levels[i - 1] != "step",
        None => false,
    }
}

fn is_step_len(placed: &Placed) -> bool {
    placed.candidate.name == "step_len"
        && placed.leaf == Leaf::Number
        && placed.levels.last().is_some_and(|l| l == "step")
}

/// Rollouts of each sampled task row, by the list that says so.
fn spine_lens(data: &Recognised) -> Vec<Option<usize>> {
    let Some(path) = &data.spine else { return Vec::new() };
    let len = |row: &Value| match walk(row, path)?.plain() {
        Value::Numbers(v) => Some(v.len()),
        Value::List(v) => Some(v.len()),
        Value::Null => Some(0),
        _ => None,
    };
    data.sample.iter().map(len).collect()
}

/// The dotted path down to the first list.
fn first_list(candidate: &Candidate) -> String {
    let keys: Vec<&str> = candidate
        .hops
        .iter()
        .map_while(|h| match h {
            Hop::Key(key) => Some(&**key),
            Hop::Each => None,
        })
        .collect();
    keys.join(".")
}

/// The hops down to the first list, without entering it.
fn keys_first(hops: &[Hop]) -> Vec<Hop> {
    cut(hops, 0)
}

/// The hops through `lists` lists and no further list.
fn cut(hops: &[Hop], lists: usize) -> Vec<Hop> {
    let mut entered = 0;
    hops.iter()
        .take_while(|h| {
            if **h == Hop::Each {
                entered += 1;
            }
            entered <= lists
        })
        .cloned()
        .collect()
}
