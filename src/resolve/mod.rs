//! Whose record it is: the rules of the engine.
//!
//! Pure: values in, values out. The plan of a resolve is a function
//! of the request, of what the store says about its keys, and of the rules; the
//! store applies it.

mod fill;
mod merge;
mod outcome;
pub(crate) mod plan;
#[cfg(test)]
mod plan_tests;
pub(crate) mod request;

pub use outcome::{Ignored, Outcome};
pub use request::{OnConflict, ResolveRequest};
