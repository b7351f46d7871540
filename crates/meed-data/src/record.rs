//! Cells of record batches, as values and as JSON.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;

use crate::json::{Pick, write_number, write_string};
use crate::value::{MISSING, Value, number};

/// The picked columns of a row, like [`crate::json::row`].
pub(crate) fn row(batch: &RecordBatch, row: usize, pick: &Pick, values: &mut Vec<Value>) {
    values.clear();
    for (name, pick) in &pick.keys {
        let column = batch.column_by_name(name);
        values.push(column.map_or(Value::Null, |column| value(column, row, pick)));
    }
}

/// A whole row as an object.
pub(crate) fn object(batch: &RecordBatch, row: usize) -> Value {
    let schema = batch.schema();
    let members = schema.fields().iter().zip(batch.columns());
    Value::Object(members.map(|(f, c)| (f.name().as_str().into(), value(c, row, &Pick::all()))).collect())
}

/// A cell, as far as it is picked.
fn value(array: &ArrayRef, row: usize, pick: &Pick) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    let value = decode(array, row, pick);
    if !pick.raw || matches!(value, Value::Text(_) | Value::Null) {
        return value;
    }
    let mut text = Vec::new();
    write(&mut text, array, row);
    Value::Raw(Box::new((String::from_utf8_lossy(&text).into(), value)))
}

fn decode(array: &ArrayRef, row: usize, pick: &Pick) -> Value {
    if let Some(n) = float(array, row) {
        return number(n);
    }
    match array.data_type() {
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        DataType::Utf8 => Value::Text(array.as_string::<i32>().value(row).into()),
        DataType::LargeUtf8 => Value::Text(array.as_string::<i64>().value(row).into()),
        DataType::Utf8View => Value::Text(array.as_string_view().value(row).into()),
        DataType::Struct(fields) => {
            let inner = Pick::all();
            let columns = fields.iter().zip(array.as_struct().columns());
            let members = columns.filter_map(|(field, column)| {
                let known = pick.keys.iter().find(|(k, _)| **k == **field.name()).map(|(_, p)| p);
                let pick = known.or(pick.all.then_some(&inner))?;
                Some((Box::from(field.name().as_str()), value(column, row, pick)))
            });
            Value::Object(members.collect())
        }
        DataType::Null => Value::Null,
        _ => match elements(array, row) {
            Some(list) => list_value(&list, pick),
            None => match plain(array, row) {
                Some(plain) => value(&plain, 0, pick),
                None => display(array, row).map_or(Value::Null, |text| Value::Text(text.into())),
            },
        },
    }
}

fn list_value(list: &ArrayRef, pick: &Pick) -> Value {
    let inner = Pick { raw: false, ..pick.clone() };
    if list.is_empty() || (pick.raw && !pick.all && pick.keys.is_empty()) {
        return Value::Numbers(Vec::new());
    }
    if let Some(numbers) = numbers(list) {
        return Value::Numbers(numbers);
    }
    let values: Vec<Value> = (0..list.len()).map(|i| value(list, i, &inner)).collect();
    // Like in JSON: a list of nulls is a list of absent numbers.
    if values.iter().all(|v| *v == Value::Null) {
        return Value::Numbers(vec![MISSING; values.len()]);
    }
    Value::List(values)
}

/// All numbers of an array at once, the bulk of token-level data; nulls and NaN are missing.
fn numbers(array: &ArrayRef) -> Option<Vec<f64>> {
    fn of<T: ArrowPrimitiveType>(array: &ArrayRef, wide: impl Fn(T::Native) -> f64) -> Vec<f64> {
        let array = array.as_primitive::<T>();
        let present = |n: f64| if n.is_nan() { MISSING } else { n };
        let mut out: Vec<f64> = array.values().iter().map(|n| present(wide(*n))).collect();
        for i in array.nulls().into_iter().flat_map(|n| n.iter().enumerate()).filter(|n| !n.1) {
            out[i.0] = MISSING;
        }
        out
    }
    Some(match array.data_type() {
        DataType::Float64 => of::<Float64Type>(array, |n| n),
        DataType::Float32 => of::<Float32Type>(array, f64::from),
        DataType::Float16 => of::<Float16Type>(array, f64::from),
        DataType::Int64 => of::<Int64Type>(array, |n| n as f64),
        DataType::Int32 => of::<Int32Type>(array, f64::from),
        DataType::Int16 => of::<Int16Type>(array, f64::from),
        DataType::Int8 => of::<Int8Type>(array, f64::from),
        DataType::UInt64 => of::<UInt64Type>(array, |n| n as f64),
        DataType::UInt32 => of::<UInt32Type>(array, f64::from),
        DataType::UInt16 => of::<UInt16Type>(array, f64::from),
        DataType::UInt8 => of::<UInt8Type>(array, f64::from),
        _ => return None,
    })
}

fn float(array: &ArrayRef, row: usize) -> Option<f64> {
    Some(match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row),
        DataType::Float32 => f64::from(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float16 => f64::from(array.as_primitive::<Float16Type>().value(row)),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row) as f64,
        DataType::Int32 => f64::from(array.as_primitive::<Int32Type>().value(row)),
        DataType::Int16 => f64::from(array.as_primitive::<Int16Type>().value(row)),
        DataType::Int8 => f64::from(array.as_primitive::<Int8Type>().value(row)),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row) as f64,
        DataType::UInt32 => f64::from(array.as_primitive::<UInt32Type>().value(row)),
        DataType::UInt16 => f64::from(array.as_primitive::<UInt16Type>().value(row)),
        DataType::UInt8 => f64::from(array.as_primitive::<UInt8Type>().value(row)),
        DataType::Decimal128(..) | DataType::Decimal256(..) => display(array, row)?.parse().ok()?,
        _ => return None,
    })
}

/// The elements of a list cell.
fn elements(array: &ArrayRef, row: usize) -> Option<ArrayRef> {
    Some(match array.data_type() {
        DataType::List(_) => array.as_list::<i32>().value(row),
        DataType::LargeList(_) => array.as_list::<i64>().value(row),
        DataType::FixedSizeList(..) => array.as_fixed_size_list().value(row),
        DataType::Map(..) => Arc::new(array.as_map().value(row)),
        _ => return None,
    })
}

/// A cell of a packed array (dictionary, list view…) as an array of the plain type with one row.
fn plain(array: &ArrayRef, row: usize) -> Option<ArrayRef> {
    let plain = match array.data_type() {
        DataType::Dictionary(_, values) => (**values).clone(),
        DataType::RunEndEncoded(_, values) => values.data_type().clone(),
        DataType::ListView(field) => DataType::List(field.clone()),
        DataType::LargeListView(field) => DataType::LargeList(field.clone()),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => DataType::Utf8,
        _ => return None,
    };
    arrow_cast::cast(&array.slice(row, 1), &plain).ok()
}

fn display(array: &ArrayRef, row: usize) -> Option<String> {
    let formatter = ArrayFormatter::try_new(array, &FormatOptions::default()).ok()?;
    formatter.value(row).try_to_string().ok()
}

/// Appends a cell as JSON. What JSON lacks (dates, binary) is written as text, NaN and infinities as null.
pub(crate) fn write(out: &mut Vec<u8>, array: &ArrayRef, row: usize) {
    if array.is_null(row) {
        return out.extend_from_slice(b"null");
    }
    match array.data_type() {
        DataType::Boolean => {
            out.extend_from_slice(if array.as_boolean().value(row) { b"true" } else { b"false" });
        }
        DataType::Utf8 => write_string(out, array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => write_string(out, array.as_string::<i64>().value(row)),
        DataType::Utf8View => write_string(out, array.as_string_view().value(row)),
        DataType::Float64 => write_number(out, array.as_primitive::<Float64Type>().value(row)),
        DataType::Float32 => {
            let n = array.as_primitive::<Float32Type>().value(row);
            // The shortest digits of the 32-bit number, not of its 64-bit neighbour.
            if n.is_finite() {
                out.extend_from_slice(n.to_string().as_bytes())
            } else {
                out.extend_from_slice(b"null")
            }
        }
        DataType::Float16 => write_number(out, f64::from(array.as_primitive::<Float16Type>().value(row))),
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            out.push(b'{');
            for (i, (field, column)) in fields.iter().zip(columns).enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_string(out, field.name());
                out.push(b':');
                write(out, column, row);
            }
            out.push(b'}');
        }
        t if t.is_integer() || matches!(t, DataType::Decimal128(..) | DataType::Decimal256(..)) => {
            out.extend_from_slice(display(array, row).unwrap_or_else(|| "null".to_string()).as_bytes());
        }
        _ => match elements(array, row) {
            Some(list) => {
                out.push(b'[');
                for i in 0..list.len() {
                    if i > 0 {
                        out.push(b',');
                    }
                    write(out, &list, i);
                }
                out.push(b']');
            }
            None => match plain(array, row) {
                Some(plain) => write(out, &plain, 0),
                None => match display(array, row) {
                    Some(text) => write_string(out, &text),
                    None => out.extend_from_slice(b"null"),
                },
            },
        },
    }
}
