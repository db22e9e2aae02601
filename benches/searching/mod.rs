//! What the benchmark is made of.

pub mod dice;
pub mod finding;
pub mod following;
pub mod peers;
pub mod people;
pub mod quantiles;
pub mod queries;
pub mod ranking;
pub mod scopes;
pub mod stores;
pub mod writing;
