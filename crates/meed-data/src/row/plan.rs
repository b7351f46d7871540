//! What to decode of every row, and how to take it apart.

use std::collections::{BTreeMap, BTreeSet};

use meed_algebra::error::similar;
use meed_algebra::{Axis, AxisTree};

use crate::error::DataError;
use crate::json::Pick;
use crate::layout::{Chain, Field, Fields, Hop, Leaf, Recognised, RowForm, Virtual};

/// What to decode of every row, and how to take it apart.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) rows: RowForm,
    pub(crate) pick: Pick,
    pub(crate) tree: AxisTree,
    /// The columns, in the order of their names.
    pub(crate) fields: Vec<Field>,
    /// For each column, the position of its member in the row.
    pub(crate) slots: Vec<usize>,
    /// The axes below the row's own, in the tree's order.
    pub(crate) axes: Vec<Axis>,
    /// Fields that must be there to know how many children there are, though nobody asked for their values.
    pub(crate) hidden: usize,
    /// Members of the group's key, with their way.
    pub(crate) key: Vec<(usize, Vec<Hop>)>,
    pub(crate) key_names: Vec<String>,
    pub(crate) batch: Option<(usize, Vec<Hop>)>,
    pub(crate) id: Option<(usize, Vec<Hop>)>,
    /// Members computed after decoding: what, the inputs' slots, the slots of `#text` and `#chosen`.
    pub(crate) derived: Option<(Virtual, [usize; 2], [usize; 2])>,
    /// Whether the spec asked for `task`.
    pub(crate) task: bool,
}

impl Plan {
    /// A plan for these columns.
    pub(crate) fn new(data: &Recognised, all: &Fields, wanted: &BTreeSet<String>) -> Result<Plan, DataError> {
        let mut fields: BTreeMap<&str, &Field> = BTreeMap::new();
        for name in wanted.iter().filter(|n| *n != "task") {
            let Some(field) = all.fields.get(name) else {
                let names: Vec<&str> = all.fields.keys().map(String::as_str).collect();
                let hint =
                    similar(name, &names).map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
                return Err(DataError::Columns(format!(
                    "the data has no column `{name}`{hint} (columns: {})",
                    names.join(", ")
                )));
            };
            fields.insert(name, field);
        }
        // Fields that say how many rollouts and how many tokens per step there are.
        let mut hidden: Vec<&Field> = Vec::new();
        let mut hide = |field: Option<&'_ Field>| {
            if let Some(field) = field.and_then(|f| all.fields.get(&f.name))
                && !fields.contains_key(field.name.as_str())
                && !hidden.iter().any(|h| h.name == field.name)
            {
                hidden.push(field);
            }
        };
        if let Some(spine) = &data.spine {
            let name = if spine.starts_with('#') { "text" } else { spine };
            hide(all.fields.get(name).or(all.fields.get("text")));
        }
        let in_steps = all.tree.find("token").zip(all.tree.find("step"));
        if in_steps.is_some_and(|(token, step)| all.tree.parent(token) == Some(step)) {
            hide(all.fields.get("step_len").filter(|f| f.leaf == Leaf::Number));
        }
        let hidden_count = hidden.len();
        let fields: Vec<Field> = fields.into_values().chain(hidden).cloned().collect();

        let own = if data.layout.rows == RowForm::Task { Axis::GROUP } else { Axis::ROLLOUT };
        let mut plan = Plan {
            rows: data.layout.rows,
            pick: Pick::default(),
            tree: all.tree.clone(),
            slots: Vec::new(),
            axes: all.tree.axes().filter(|a| *a > own).collect(),
            hidden: hidden_count,
            key: Vec::new(),
            key_names: data.layout.group_by.clone(),
            batch: None,
            id: None,
            derived: None,
            task: wanted.contains("task"),
            fields: Vec::new(),
        };
        for field in &fields {
            let slot = plan.want(&field.hops, &field.leaf);
            plan.slots.push(slot);
        }
        plan.fields = fields;
        for path in &data.layout.group_by {
            let place = plan.scalar(data, path);
            plan.key.push(place);
        }
        plan.batch = data.layout.batch_by.as_ref().map(|path| plan.scalar(data, path));
        plan.id = data.rollout_id.as_ref().map(|path| plan.scalar(data, path));
        plan.derive(data.derived);
        Ok(plan)
    }

    /// Makes sure a field is decoded; the position of its member.
    fn want(&mut self, hops: &[Hop], leaf: &Leaf) -> usize {
        let mut keys = hops.iter().filter_map(|h| match h {
            Hop::Key(key) => Some(&**key),
            Hop::Each => None,
        });
        let slot = self.pick.key(keys.next().unwrap_or_default());
        let mut pick = &mut self.pick.keys[slot].1;
        for key in keys {
            let at = pick.key(key);
            pick = &mut pick.keys[at].1;
        }
        match leaf {
            Leaf::Json => pick.raw = true,
            Leaf::Reference => {
                pick.raw = true;
                pick.all = true;
            }
            _ => pick.all = true,
        }
        slot
    }

    /// The place of a field whose text identifies something.
    fn scalar(&mut self, data: &Recognised, path: &str) -> (usize, Vec<Hop>) {
        let hops = hops(data, path);
        let slot = self.want(&hops, &Leaf::Json);
        (slot, hops)
    }

    fn derive(&mut self, derived: Option<Virtual>) {
        let Some(derived) = derived else { return };
        let inputs = derived.inputs().map(|key| {
            let slot = self.pick.key(key);
            self.pick.keys[slot].1.all = true;
            slot
        });
        let outputs = ["#text", "#chosen"].map(|key| self.pick.key(key));
        self.derived = Some((derived, inputs, outputs));
    }

    /// The position of an axis among [`Self::axes`].
    pub(crate) fn axis(&self, axis: Axis) -> usize {
        self.axes.iter().position(|a| *a == axis).unwrap_or(0)
    }

    /// The parent of an axis among [`Self::axes`]; `None` for those right below the row.
    pub(crate) fn parent(&self, axis: Axis) -> Option<usize> {
        let parent = self.tree.parent(axis)?;
        self.axes.iter().position(|a| *a == parent)
    }

    /// Whether this column's token lists need the step lengths.
    pub(crate) fn is_flat(field: &Field) -> bool {
        field.chain.contains(&Chain::FlatTokens)
    }
}

/// The way along a dotted path, as the sample's objects nest.
fn hops(data: &Recognised, path: &str) -> Vec<Hop> {
    let mut seen = &data.seen;
    let mut rest = path;
    let mut hops = Vec::new();
    'keys: loop {
        if let Some(at) = seen.keys.get(rest) {
            let _ = at;
            hops.push(Hop::Key(rest.into()));
            return hops;
        }
        for (dot, _) in rest.match_indices('.') {
            if let Some(at) = seen.keys.get(&rest[..dot]) {
                hops.push(Hop::Key(rest[..dot].into()));
                seen = at;
                rest = &rest[dot + 1..];
                continue 'keys;
            }
        }
        hops.push(Hop::Key(rest.into()));
        return hops;
    }
}
