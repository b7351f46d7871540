//! The arithmetic of the operations, on slices. Structure (who belongs to whom) stays in [`crate::eval`].

pub mod elementwise;
pub mod exp;
pub mod near;
pub mod rank;
pub mod reduce;
pub mod rolling;
pub mod scan;
pub mod tree;
pub mod vector;
pub mod vjp;
pub mod within;
