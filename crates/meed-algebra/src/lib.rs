//! Signals over ragged, named axes: the kernel of Meed.
//!
//! A [`Batch`] holds columns on a tree of axes (`batch ⊃ group ⊃ rollout ⊃ step ⊃ token`, and what the data
//! brings). No I/O and no text processing happens here.

pub mod absent;
pub mod axis;
pub mod batch;
pub mod column;
pub mod error;
pub mod function;
pub mod word;

pub use absent::Reason;
pub use axis::{Axis, AxisTree};
pub use batch::{Batch, Schema};
pub use column::{Column, Kind, Shape, TextCell, Values};
pub use error::{EvalError, TypeError};
pub use function::{Function, Slice};
pub use word::{Arg, Example, Family, Word};
