//! Arrow's C interface, by PyCapsules: data from pandas, polars, pyarrow, datasets and others without a copy.

use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{
    Array, ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use crate::error;

/// The record batches an object offers, when it offers any.
pub(crate) fn import(object: &Bound<'_, PyAny>) -> PyResult<Option<(SchemaRef, Vec<RecordBatch>)>> {
    // Hugging Face datasets are Arrow tables inside, and give them when asked in their own words.
    if object.hasattr("with_format")?
        && object.hasattr("features")?
        && !object.hasattr("__arrow_c_stream__")?
    {
        let whole = pyo3::types::PySlice::full(object.py());
        return import(&object.call_method1("with_format", ("arrow",))?.get_item(whole)?);
    }
    if let Some(method) = object.getattr_opt("__arrow_c_stream__")? {
        let capsule = method.call0()?.cast_into::<PyCapsule>()?;
        let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?;
        // SAFETY: by Arrow's PyCapsule protocol a capsule of this name holds a valid stream; `from_raw` moves it out
        // and leaves a released one behind for the capsule's destructor.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr().cast()) };
        let reader = RecordBatchStreamReader::try_new(stream).map_err(|e| failed(&e))?;
        let schema = reader.schema();
        let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|e| failed(&e))?;
        return Ok(Some((schema, batches)));
    }
    if let Some(method) = object.getattr_opt("__arrow_c_array__")? {
        let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = method.call0()?.extract()?;
        let schema = schema.pointer_checked(Some(c"arrow_schema"))?;
        let array = array.pointer_checked(Some(c"arrow_array"))?;
        // SAFETY: as above: capsules of these names hold a valid schema, which is only read, and a valid array, which
        // is moved out.
        let data = unsafe {
            let array = FFI_ArrowArray::from_raw(array.as_ptr().cast());
            from_ffi(array, schema.cast::<FFI_ArrowSchema>().as_ref())
        };
        let array = arrow_array::make_array(data.map_err(|e| failed(&e))?);
        let rows = array.as_any().downcast_ref::<StructArray>().ok_or_else(|| {
            error::value(format!(
                "an Arrow array of structs is needed, one per row; this is {}",
                array.data_type()
            ))
        })?;
        let batch = RecordBatch::from(rows.clone());
        return Ok(Some((batch.schema(), vec![batch])));
    }
    Ok(None)
}

/// An array as a pair of capsules.
pub(crate) fn export_array<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyTuple>> {
    let (array, schema) = to_ffi(&array.to_data()).map_err(|e| failed(&e))?;
    let schema = PyCapsule::new_with_value(py, schema, c"arrow_schema")?;
    let array = PyCapsule::new_with_value(py, array, c"arrow_array")?;
    PyTuple::new(py, [schema, array])
}

/// Record batches as the capsule of a stream.
pub(crate) fn export_stream<'py>(
    py: Python<'py>,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let reader = RecordBatchIterator::new(batches.into_iter().map(Ok::<_, ArrowError>), schema);
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
}

/// The same batches with a column that numbers runs of `size` rows.
pub(crate) fn grouped(
    name: &str,
    size: usize,
    batches: &[RecordBatch],
) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    let mut at = 0;
    let mut out = Vec::with_capacity(batches.len());
    for batch in batches {
        let numbers = (at..at + batch.num_rows()).map(|i| (i / size) as i64);
        at += batch.num_rows();
        let fields = batch.schema().fields().iter().cloned().collect::<Vec<_>>();
        let own = Arc::new(Field::new(name, DataType::Int64, false));
        let schema = Schema::new(fields.into_iter().chain([own]).collect::<Vec<_>>());
        let own: ArrayRef = Arc::new(Int64Array::from_iter_values(numbers));
        let columns = batch.columns().iter().cloned().chain([own]).collect();
        out.push(RecordBatch::try_new(Arc::new(schema), columns).map_err(|e| failed(&e))?);
    }
    Ok((schema_of(&out), out))
}

/// No rows of a schema, or all of them as one schema's.
pub(crate) fn schema_of(batches: &[RecordBatch]) -> SchemaRef {
    batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema)
}

fn failed(e: &ArrowError) -> PyErr {
    error::DataError_::new_err(format!("Arrow data that cannot be read: {e}"))
}
