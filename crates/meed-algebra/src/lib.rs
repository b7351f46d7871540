//! Signals over ragged, named axes: the kernel of Meed.
//!
//! A [`Batch`] holds columns on a tree of axes (`batch ⊃ group ⊃ rollout ⊃ step ⊃ token`, and what the data
//! brings). No I/O and no text processing happens here.

pub mod absent;
mod arrival;
pub mod axis;
pub mod batch;
mod build;
mod call;
pub mod column;
pub mod error;
pub mod eval;
pub mod function;
mod gate;
mod geometry;
mod gradient;
pub mod graph;
mod hoist;
pub mod kernel;
pub mod linear;
pub mod narrow;
pub mod op;
pub mod over;
pub mod plan;
pub mod state;
pub mod word;

pub use absent::Reason;
pub use axis::{Axis, AxisTree};
pub use batch::{Batch, Schema};
pub use build::{reducer_name, segment_name};
pub use column::{Column, Kind, Shape, TextCell, Values};
pub use error::{EvalError, TypeError};
pub use eval::{Outputs, Timing};
pub use function::{Function, Slice, Unfold};
pub use graph::{Cross, Graph, Node, NodeId, Runs, Unfolded};
pub use narrow::Narrow;
pub use op::Op;
pub use over::{Form, Nested, OverFunction};
pub use plan::Plan;
pub use state::State;
pub use word::{Arg, Example, Family, Word};
