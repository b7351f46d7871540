//! Outputs as Arrow arrays: one cell per row, typed the same whatever the values.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, ListArray, StringArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields};
use meed_algebra::{Axis, Batch, Column, Kind, Shape, Values};

use super::Output;
use super::cells::{Nest, absence, children, first_absence, span};
use crate::assemble::RowRef;

/// The name lists give their elements, as Parquet and Arrow have it.
const ITEM: &str = "item";

/// The type of an output with this many lists around its elements.
pub(super) fn data_type(shape: &Shape, kind: Kind, lists: usize) -> DataType {
    let cell = match kind {
        Kind::Number => DataType::Float64,
        Kind::Bool => DataType::Boolean,
        Kind::Text => DataType::Utf8,
    };
    let list = |inner| DataType::List(Arc::new(Field::new(ITEM, inner, true)));
    let vector = if shape.dim.is_some() { list(cell) } else { cell };
    let element = match &shape.lanes {
        None => vector,
        Some(labels) => {
            DataType::Struct(labels.iter().map(|l| Field::new(l, vector.clone(), true)).collect())
        }
    };
    (0..lists).fold(element, |inner, _| list(inner))
}

/// The type of the column `reasons`; `None` when there are no outputs.
pub(super) fn reasons_type(outputs: &[Output]) -> Option<DataType> {
    let fields: Fields = outputs.iter().map(|o| Field::new(&o.name, DataType::Utf8, true)).collect();
    (!fields.is_empty()).then_some(DataType::Struct(fields))
}

/// An output's cells for these rows.
pub(super) fn output(axes: &Batch, nest: &Nest, column: &Column, kind: Kind, rows: &[RowRef]) -> ArrayRef {
    let elements: Vec<usize> = rows.iter().map(|row| nest.element(row)).collect();
    lists(axes, &nest.lists, column, kind, &elements)
}

fn lists(axes: &Batch, levels: &[Vec<Axis>], column: &Column, kind: Kind, parents: &[usize]) -> ArrayRef {
    let Some((list, rest)) = levels.split_first() else {
        return elements(column, kind, parents);
    };
    let ranges = parents.iter().map(|p| children(axes, list, *p));
    let offsets = OffsetBuffer::from_lengths(ranges.clone().map(|r| r.len()));
    let inner: Vec<usize> = ranges.flatten().collect();
    let values = lists(axes, rest, column, kind, &inner);
    list_array(offsets, values, None)
}

fn list_array(offsets: OffsetBuffer<i32>, values: ArrayRef, nulls: Option<NullBuffer>) -> ArrayRef {
    let field = Arc::new(Field::new(ITEM, values.data_type().clone(), true));
    Arc::new(ListArray::new(field, offsets, values, nulls))
}

fn elements(column: &Column, kind: Kind, elements: &[usize]) -> ArrayRef {
    let shape = &column.shape;
    let dim = shape.dim.unwrap_or(1);
    let width = shape.width();
    let lane = |lane: usize| {
        let starts = elements.iter().map(|e| e * width + lane * dim);
        let at: Vec<usize> = starts.flat_map(|start| start..start + dim).collect();
        let values = cells(column, kind, &at);
        match shape.dim {
            None => values,
            Some(dim) => {
                let offsets = OffsetBuffer::from_lengths(elements.iter().map(|_| dim));
                list_array(offsets, values, None)
            }
        }
    };
    match &shape.lanes {
        None => lane(0),
        Some(labels) => {
            let arrays: Vec<ArrayRef> = (0..labels.len()).map(lane).collect();
            let fields: Fields =
                labels.iter().zip(&arrays).map(|(l, a)| Field::new(l, a.data_type().clone(), true)).collect();
            if arrays.is_empty() {
                return Arc::new(StructArray::new_empty_fields(elements.len(), None));
            }
            Arc::new(StructArray::new(fields, arrays, None))
        }
    }
}

fn cells(column: &Column, kind: Kind, at: &[usize]) -> ArrayRef {
    match &column.values {
        Values::Texts(v) => Arc::new(at.iter().map(|i| v[*i].as_deref().ok()).collect::<StringArray>()),
        numbers => {
            let present = at.iter().map(|i| Some(numbers.number(*i)).filter(|n| absence(*n).is_none()));
            match kind {
                Kind::Bool => Arc::new(present.map(|n| n.map(|n| n != 0.0)).collect::<BooleanArray>()),
                _ => Arc::new(present.collect::<Float64Array>()),
            }
        }
    }
}

/// The column `reasons`: for each output the first absence in the row.
pub(super) fn reasons(
    axes: &Batch,
    nests: &[Nest],
    columns: &[&Column],
    rows: &[RowRef],
    fields: &Fields,
) -> ArrayRef {
    let one = |(nest, column): (&Nest, &&Column)| {
        let names =
            rows.iter().map(|row| first_absence(column, span(axes, nest, column, row)).map(|r| r.name()));
        Arc::new(names.collect::<StringArray>()) as ArrayRef
    };
    Arc::new(StructArray::new(fields.clone(), nests.iter().zip(columns).map(one).collect(), None))
}
