//! What the benchmark is made of.

pub mod alike;
pub mod ours;
pub mod people;
pub mod raw;
pub mod report;
pub mod selection;
pub mod stores;
pub mod work;
