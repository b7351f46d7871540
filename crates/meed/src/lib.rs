//! Meed
