//! A batch: the axes' sizes as offsets, and columns on them.

use std::collections::BTreeMap;

use crate::axis::{Axis, AxisTree};
use crate::column::{Column, Kind, Shape};
use crate::error::{EvalError, TypeError};

/// Rollouts as columns. Elements of an axis lie in order under their parents, so any group's part of a column
/// is one slice of it.
#[derive(Debug, Clone)]
pub struct Batch {
    tree: AxisTree,
    /// For each axis but `batch`: where the children of each parent element begin; one more entry than parents.
    offsets: Vec<Vec<usize>>,
    columns: BTreeMap<String, Column>,
    /// The training step these rollouts belong to.
    pub step: u64,
    /// The steps of the whole run, when known.
    pub total_steps: Option<u64>,
    /// What identifies each group from batch to batch and shard to shard; chance depends on it.
    /// Empty: the position in the batch.
    pub group_ids: Vec<u64>,
}

impl Batch {
    /// A batch of groups with these numbers of rollouts.
    pub fn new(rollouts: impl IntoIterator<Item = usize>) -> Self {
        let offsets = cumulate(rollouts);
        let groups = offsets.len() - 1;
        Batch {
            tree: AxisTree::new(),
            offsets: vec![vec![0, 1], vec![0, groups], offsets],
            columns: BTreeMap::new(),
            step: 0,
            total_steps: None,
            group_ids: Vec::new(),
        }
    }

    /// Adds an axis under `parent` whose elements are counted per parent element.
    ///
    /// # Errors
    /// When the axis exists with other sizes or another parent, or there is not one count per parent element.
    pub fn add_axis(
        &mut self,
        name: &str,
        parent: Axis,
        counts: impl IntoIterator<Item = usize>,
    ) -> Result<Axis, EvalError> {
        let offsets = cumulate(counts);
        if offsets.len() != self.len(parent) + 1 {
            return Err(EvalError::Malformed(format!(
                "axis `{name}` gives {} counts for the {} elements of `{}`",
                offsets.len() - 1,
                self.len(parent),
                self.tree.name(parent)
            )));
        }
        let known = self.tree.find(name);
        let axis = self.tree.add(name, parent).map_err(|e| EvalError::Malformed(e.to_string()))?;
        match known {
            Some(_) if self.offsets[axis.0 as usize] != offsets => {
                Err(EvalError::Malformed(format!("columns on `{name}` disagree about how many there are")))
            }
            Some(_) => Ok(axis),
            None => {
                self.offsets.push(offsets);
                Ok(axis)
            }
        }
    }

    /// Adds a column.
    ///
    /// # Errors
    /// When its length is not the axis' length times its width, or the name is taken.
    pub fn add_column(&mut self, name: &str, column: Column) -> Result<(), EvalError> {
        match self.replace_column(name, column)? {
            None => Ok(()),
            Some(_) => Err(EvalError::Malformed(format!("column `{name}` appears twice"))),
        }
    }

    /// Puts a column in the place of the one of this name, which is returned.
    ///
    /// # Errors
    /// When it has another number of values than its axis needs.
    pub fn replace_column(&mut self, name: &str, column: Column) -> Result<Option<Column>, EvalError> {
        let expected = self.len(column.shape.axis) * column.shape.width();
        if column.values.len() != expected {
            return Err(EvalError::Malformed(format!(
                "column `{name}` has {} values, `{}` needs {expected}",
                column.values.len(),
                self.tree.name(column.shape.axis)
            )));
        }
        Ok(self.columns.insert(name.to_string(), column))
    }

    /// The same axes with those of its columns whose name is wanted.
    pub fn with_columns(mut self, wanted: impl Fn(&str) -> bool) -> Batch {
        self.columns.retain(|name, _| wanted(name));
        self
    }

    /// The axes.
    pub fn tree(&self) -> &AxisTree {
        &self.tree
    }

    /// Elements of `axis`.
    pub fn len(&self, axis: Axis) -> usize {
        self.offsets[axis.0 as usize].last().copied().unwrap_or(0)
    }

    /// Whether there is no rollout.
    pub fn is_empty(&self) -> bool {
        self.len(Axis::ROLLOUT) == 0
    }

    /// Where the children on `axis` of each element of its parent begin, one more entry than parents.
    pub fn offsets(&self, axis: Axis) -> &[usize] {
        &self.offsets[axis.0 as usize]
    }

    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(name)
    }

    /// All columns by name.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(n, c)| (n.as_str(), c))
    }

    /// What a spec is checked against: the axes and the columns' shapes.
    pub fn schema(&self) -> Schema {
        Schema {
            tree: self.tree.clone(),
            columns: self.columns.iter().map(|(n, c)| (n.clone(), (c.shape.clone(), c.kind))).collect(),
            complete: true,
        }
    }
}

fn cumulate(counts: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut total = 0;
    std::iter::once(0)
        .chain(counts.into_iter().map(|n| {
            total += n;
            total
        }))
        .collect()
}

/// The axes and columns a spec is checked against.
#[derive(Debug, Clone)]
pub struct Schema {
    /// The axes.
    pub tree: AxisTree,
    /// Shape and kind of each column.
    pub columns: BTreeMap<String, (Shape, Kind)>,
    /// Whether `columns` is everything there is (data is at hand), or a spec may name more.
    pub complete: bool,
}

impl Schema {
    /// Nothing known but the standard axes.
    pub fn open(tokens_in_steps: bool) -> Self {
        Schema { tree: AxisTree::standard(tokens_in_steps), columns: BTreeMap::new(), complete: false }
    }

    /// Shape and kind of the column called `name`.
    ///
    /// # Errors
    /// Names the nearest column and those there are.
    pub fn require(&self, name: &str) -> Result<&(Shape, Kind), TypeError> {
        self.columns.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.columns.keys().map(String::as_str).collect();
            TypeError::new(format!("the data has no column `{name}`"))
                .help_similar(name, &names)
                .note(format!("columns in the data: {}", names.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_counts_and_columns_must_fit() {
        let mut batch = Batch::new([3, 0, 2]);
        let step = batch.add_axis("step", Axis::ROLLOUT, [1, 2, 0, 4, 1]).unwrap();
        assert_eq!((batch.len(Axis::GROUP), batch.len(Axis::ROLLOUT), batch.len(step)), (3, 5, 8));
        assert_eq!(batch.offsets(Axis::ROLLOUT), [0, 3, 3, 5]);
        assert!(batch.add_column("r", Column::numbers(Axis::ROLLOUT, vec![0.0; 5])).is_ok());
        assert!(batch.add_column("bad", Column::numbers(step, vec![0.0; 5])).is_err());
        assert!(batch.add_axis("step", Axis::ROLLOUT, [1, 1, 1, 1, 1]).is_err());
        assert!(batch.add_axis("vote", Axis::ROLLOUT, [1]).is_err());
    }
}
