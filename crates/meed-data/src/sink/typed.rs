//! Types for JSON rows, so that they can be columns of Parquet and Arrow.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, StringArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields};
use indexmap::IndexMap;
use serde_json::Value;

/// Objects with more keys than this are kept as JSON text.
const MOST_KEYS: usize = 500;

/// What all values at a place have in common.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Type {
    /// Nulls only.
    #[default]
    Null,
    Bool,
    Int,
    Float,
    Text,
    List(Box<Type>),
    Object(IndexMap<String, Type>),
    /// Values of several kinds: texts as they are, the rest as JSON.
    Json,
}

impl Type {
    /// Widens the type so that it holds the value.
    pub(super) fn widen(&mut self, value: &Value) {
        let found = match value {
            Value::Null => return,
            Value::Bool(_) => Type::Bool,
            Value::Number(n) if n.is_i64() => Type::Int,
            Value::Number(n) if n.is_u64() => Type::Json,
            Value::Number(_) => Type::Float,
            Value::String(_) => Type::Text,
            Value::Array(list) => {
                let mut inner = match std::mem::take(self) {
                    Type::List(inner) => *inner,
                    Type::Null => Type::Null,
                    _ => return *self = Type::Json,
                };
                list.iter().for_each(|v| inner.widen(v));
                return *self = Type::List(Box::new(inner));
            }
            Value::Object(members) => {
                let mut fields = match std::mem::take(self) {
                    Type::Object(fields) => fields,
                    Type::Null => IndexMap::new(),
                    _ => return *self = Type::Json,
                };
                for (key, value) in members {
                    match fields.get_mut(key) {
                        Some(inner) => inner.widen(value),
                        None => {
                            let mut inner = Type::Null;
                            inner.widen(value);
                            fields.insert(key.clone(), inner);
                        }
                    }
                }
                return *self = if fields.len() > MOST_KEYS { Type::Json } else { Type::Object(fields) };
            }
        };
        *self = match (std::mem::take(self), found) {
            (Type::Null, found) => found,
            (a, b) if a == b => a,
            (Type::Int, Type::Float) | (Type::Float, Type::Int) => Type::Float,
            _ => Type::Json,
        };
    }

    pub(super) fn data_type(&self) -> DataType {
        match self {
            Type::Bool => DataType::Boolean,
            Type::Int => DataType::Int64,
            Type::Float => DataType::Float64,
            Type::Null | Type::Text | Type::Json => DataType::Utf8,
            Type::List(inner) => DataType::List(Arc::new(Field::new("item", inner.data_type(), true))),
            // Parquet has no empty struct.
            Type::Object(fields) if fields.is_empty() => DataType::Utf8,
            Type::Object(fields) => {
                DataType::Struct(fields.iter().map(|(k, t)| Field::new(k, t.data_type(), true)).collect())
            }
        }
    }
}

/// The type with which a column of this Arrow type is built.
pub(super) fn from_arrow(data_type: &DataType) -> Type {
    match data_type {
        DataType::Boolean => Type::Bool,
        DataType::Float64 => Type::Float,
        DataType::List(inner) => Type::List(Box::new(from_arrow(inner.data_type()))),
        DataType::Struct(fields) => {
            Type::Object(fields.iter().map(|f| (f.name().clone(), from_arrow(f.data_type()))).collect())
        }
        _ => Type::Text,
    }
}

/// An array of this type.
pub(super) fn array(of: &Type, values: &[Option<&Value>]) -> ArrayRef {
    let present = |v: &Option<&Value>| v.is_some_and(|v| !v.is_null());
    match of {
        Type::Bool => Arc::new(values.iter().map(|v| v.and_then(Value::as_bool)).collect::<BooleanArray>()),
        Type::Int => Arc::new(values.iter().map(|v| v.and_then(Value::as_i64)).collect::<Int64Array>()),
        Type::Float => Arc::new(values.iter().map(|v| v.and_then(Value::as_f64)).collect::<Float64Array>()),
        Type::Object(fields) if !fields.is_empty() => {
            let columns: Vec<ArrayRef> = fields
                .iter()
                .map(|(key, of)| {
                    array(of, &values.iter().map(|v| v.and_then(|v| v.get(key))).collect::<Vec<_>>())
                })
                .collect();
            let named: Fields = fields
                .keys()
                .zip(&columns)
                .map(|(k, c)| Field::new(k, c.data_type().clone(), true))
                .collect();
            let nulls: NullBuffer = values.iter().map(present).collect();
            Arc::new(StructArray::new(named, columns, Some(nulls)))
        }
        Type::List(inner) => {
            let lists = values.iter().map(|v| v.and_then(Value::as_array).map_or(&[][..], Vec::as_slice));
            let offsets = OffsetBuffer::from_lengths(lists.clone().map(<[Value]>::len));
            let elements = array(inner, &lists.flatten().map(Some).collect::<Vec<_>>());
            let field = Arc::new(Field::new("item", elements.data_type().clone(), true));
            let nulls: NullBuffer = values.iter().map(present).collect();
            Arc::new(ListArray::new(field, offsets, elements, Some(nulls)))
        }
        Type::Null | Type::Text | Type::Json | Type::Object(_) => {
            let text = |v: &Option<&Value>| match v {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            };
            Arc::new(values.iter().map(text).collect::<StringArray>())
        }
    }
}
