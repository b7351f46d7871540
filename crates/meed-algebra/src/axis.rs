//! The tree of axes: `batch ⊃ group ⊃ rollout ⊃ step ⊃ token`, and what the data hangs beside them.

use crate::error::TypeError;

/// One axis of an [`AxisTree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Axis(pub u16);

impl Axis {
    /// Everything scored together: one element.
    pub const BATCH: Axis = Axis(0);
    /// The rollouts of one task.
    pub const GROUP: Axis = Axis(1);
    /// One attempt at the task.
    pub const ROLLOUT: Axis = Axis(2);
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: String,
    parent: Option<Axis>,
}

/// Named axes, each with one parent; the root is `batch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AxisTree {
    entries: Vec<Entry>,
}

impl Default for AxisTree {
    fn default() -> Self {
        AxisTree::new()
    }
}

impl AxisTree {
    /// The trunk every batch has: `batch ⊃ group ⊃ rollout`.
    pub fn new() -> Self {
        let entry = |name: &str, parent| Entry { name: name.to_string(), parent };
        AxisTree {
            entries: vec![
                entry("batch", None),
                entry("group", Some(Axis::BATCH)),
                entry("rollout", Some(Axis::GROUP)),
            ],
        }
    }

    /// The trunk with `step` under `rollout`, and `token` under `step` when token columns come with step
    /// lengths, beside it under `rollout` otherwise.
    pub fn standard(tokens_in_steps: bool) -> Self {
        let mut tree = AxisTree::new();
        let step = tree.push("step", Axis::ROLLOUT);
        tree.push("token", if tokens_in_steps { step } else { Axis::ROLLOUT });
        tree
    }

    fn push(&mut self, name: &str, parent: Axis) -> Axis {
        self.entries.push(Entry { name: name.to_string(), parent: Some(parent) });
        Axis(self.entries.len() as u16 - 1)
    }

    /// Adds `name` under `parent`, or returns the axis if it is already there.
    ///
    /// # Errors
    /// When `name` exists under another parent, or the tree would exceed 1,000 axes.
    pub fn add(&mut self, name: &str, parent: Axis) -> Result<Axis, TypeError> {
        match self.find(name) {
            Some(axis) if self.parent(axis) == Some(parent) => Ok(axis),
            Some(axis) => Err(TypeError::new(format!(
                "axis `{name}` is under `{}`, it cannot also be under `{}`",
                self.parent(axis).map_or("nothing", |p| self.name(p)),
                self.name(parent)
            ))),
            None if self.entries.len() >= 1000 => Err(TypeError::new("more than 1,000 axes")),
            None => Ok(self.push(name, parent)),
        }
    }

    /// The axis called `name`.
    pub fn find(&self, name: &str) -> Option<Axis> {
        self.entries.iter().position(|e| e.name == name).map(|i| Axis(i as u16))
    }

    /// The axis called `name`.
    ///
    /// # Errors
    /// Names the axes there are, and the nearest one.
    pub fn require(&self, name: &str) -> Result<Axis, TypeError> {
        self.find(name).ok_or_else(|| {
            let names: Vec<&str> = self.names().collect();
            TypeError::new(format!("there is no axis `{name}`"))
                .help_similar(name, &names)
                .note(format!("axes here: {}", names.join(", ")))
        })
    }

    /// The name of `axis`.
    pub fn name(&self, axis: Axis) -> &str {
        &self.entries[axis.0 as usize].name
    }

    /// The axis directly above, `None` for `batch`.
    pub fn parent(&self, axis: Axis) -> Option<Axis> {
        self.entries[axis.0 as usize].parent
    }

    /// All axes; a parent comes before its children.
    pub fn axes(&self) -> impl Iterator<Item = Axis> + use<> {
        (0..self.entries.len() as u16).map(Axis)
    }

    /// The names of all axes; a parent comes before its children.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|e| e.name.as_str())
    }

    /// Whether `above` is `axis` or one of its ancestors.
    pub fn contains(&self, above: Axis, axis: Axis) -> bool {
        let mut at = Some(axis);
        while let Some(a) = at {
            if a == above {
                return true;
            }
            at = self.parent(a);
        }
        false
    }

    /// The deeper of two axes on one line, `None` for siblings.
    pub fn deeper(&self, a: Axis, b: Axis) -> Option<Axis> {
        if self.contains(a, b) {
            Some(b)
        } else if self.contains(b, a) {
            Some(a)
        } else {
            None
        }
    }

    /// The nearest axis that contains both.
    pub fn common(&self, a: Axis, b: Axis) -> Axis {
        let mut at = a;
        while !self.contains(at, b) {
            at = self.parent(at).unwrap_or(Axis::BATCH);
        }
        at
    }

    /// The line from below `above` down to `axis`: `[child of above, …, axis]`. Empty when they are the same.
    pub fn path(&self, above: Axis, axis: Axis) -> Vec<Axis> {
        let mut path = Vec::new();
        let mut at = axis;
        while at != above {
            path.push(at);
            match self.parent(at) {
                Some(p) => at = p,
                None => break,
            }
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_and_the_siblings() {
        let mut tree = AxisTree::standard(true);
        let vote = tree.add("vote", Axis::ROLLOUT).unwrap();
        let (step, token) = (tree.find("step").unwrap(), tree.find("token").unwrap());
        assert!(tree.contains(Axis::GROUP, token));
        assert_eq!(tree.deeper(Axis::GROUP, token), Some(token));
        assert_eq!(tree.deeper(vote, step), None);
        assert_eq!(tree.common(vote, token), Axis::ROLLOUT);
        assert_eq!(tree.path(Axis::GROUP, token), vec![Axis::ROLLOUT, step, token]);
        assert!(tree.add("vote", Axis::GROUP).is_err());
    }

    #[test]
    fn a_misspelt_axis_is_met_with_a_suggestion() {
        let error = AxisTree::standard(false).require("rolout").unwrap_err();
        assert_eq!(error.help.as_deref(), Some("did you mean `rollout`?"));
    }
}
