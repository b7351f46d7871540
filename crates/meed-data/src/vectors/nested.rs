//! Nested JSON values as flat cells with the number of children at each level.

use meed_algebra::function::join_alternatives;
use serde_json::Value;

use super::expected::Cell;
use super::{Place, name_of};
use crate::error::DataError;

/// Values taken apart: counts per level and flat cells.
pub(super) struct Flat {
    pub(super) counts: Vec<Vec<usize>>,
    pub(super) cells: Vec<Cell>,
    /// Which cells were `true` or `false`.
    pub(super) bools: usize,
    pub(super) dim: Option<usize>,
    /// Lists of texts sit in one cell each, as alternatives.
    joined: bool,
}

pub(super) struct Form<'a> {
    pub(super) depth: usize,
    pub(super) lanes: Option<&'a [String]>,
    pub(super) vector: bool,
}

pub(super) fn flatten(value: &Value, form: &Form<'_>, place: &Place) -> Result<Flat, DataError> {
    let joined = form.vector && has_text(value);
    let dim = (form.vector && !joined).then(|| first_dim(value, form.depth, form.lanes.is_some()));
    let mut flat = Flat { counts: vec![Vec::new(); form.depth], cells: Vec::new(), bools: 0, dim, joined };
    descend(value, 0, form, place, &mut flat)?;
    Ok(flat)
}

fn descend(
    value: &Value,
    level: usize,
    form: &Form<'_>,
    place: &Place,
    flat: &mut Flat,
) -> Result<(), DataError> {
    if level == form.depth {
        return element(value, form, place, flat);
    }
    let Value::Array(children) = value else {
        return Err(place.error(format!("expected a list, found {}", name_of(value))));
    };
    flat.counts[level].push(children.len());
    for (i, child) in children.iter().enumerate() {
        descend(child, level + 1, form, &place.index(i), flat)?;
    }
    Ok(())
}

fn element(value: &Value, form: &Form<'_>, place: &Place, flat: &mut Flat) -> Result<(), DataError> {
    let Some(lanes) = form.lanes else {
        return components(value, place, flat);
    };
    match value {
        Value::Null => {
            for _ in lanes {
                components(value, place, flat)?;
            }
            Ok(())
        }
        Value::Array(list) if list.len() == lanes.len() => {
            list.iter().enumerate().try_for_each(|(i, v)| components(v, &place.index(i), flat))
        }
        _ => Err(place.error(format!(
            "expected a list of {} (one per lane {}), found {}",
            lanes.len(),
            lanes.join(", "),
            name_of(value)
        ))),
    }
}

fn components(value: &Value, place: &Place, flat: &mut Flat) -> Result<(), DataError> {
    let Some(dim) = flat.dim else {
        return match value {
            Value::Array(list) if flat.joined => alternatives(list, place, flat),
            _ => cell(value, place, flat),
        };
    };
    match value {
        Value::Null => {
            flat.cells.extend(std::iter::repeat_n(Cell::Absent, dim));
            Ok(())
        }
        Value::Array(list) if list.len() == dim => {
            list.iter().enumerate().try_for_each(|(i, v)| cell(v, &place.index(i), flat))
        }
        _ => Err(place.error(format!("expected a vector of {dim} like the first, found {}", name_of(value)))),
    }
}

fn alternatives(list: &[Value], place: &Place, flat: &mut Flat) -> Result<(), DataError> {
    let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    let texts = texts.ok_or_else(|| place.error("expected a list of texts like the others"))?;
    flat.cells.push(Cell::Text(join_alternatives(texts)));
    Ok(())
}

fn has_text(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(list) => list.iter().any(has_text),
        _ => false,
    }
}

fn cell(value: &Value, place: &Place, flat: &mut Flat) -> Result<(), DataError> {
    flat.cells.push(match value {
        Value::Null => Cell::Absent,
        Value::Bool(b) => {
            flat.bools += 1;
            Cell::Number(f64::from(u8::from(*b)))
        }
        Value::Number(n) => {
            Cell::Number(n.as_f64().ok_or_else(|| place.error(format!("{n} is out of range")))?)
        }
        Value::String(text) => Cell::Text(text.clone()),
        _ => {
            return Err(
                place.error(format!("expected a number, text, bool or null, found {}", name_of(value)))
            );
        }
    });
    Ok(())
}

/// The components of the first vector there is; 0 when there is none.
fn first_dim(value: &Value, depth: usize, lanes: bool) -> usize {
    let depth = depth + usize::from(lanes);
    match value {
        Value::Array(list) if depth == 0 => list.len(),
        Value::Array(list) => {
            list.iter().map(|v| first_dim(v, depth - 1, false)).find(|d| *d > 0).unwrap_or(0)
        }
        _ => 0,
    }
}
