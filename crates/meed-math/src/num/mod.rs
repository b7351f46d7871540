//! Numbers: exact rationals, factored products, and certified real and complex intervals.

pub(crate) mod ball;
pub(crate) mod complex;
pub(crate) mod elementary;
pub(crate) mod factored;
pub(crate) mod modular;
pub(crate) mod rational;

pub(crate) use ball::Ball;
pub(crate) use complex::Complex;
pub(crate) use elementary::Reals;
