//! SQLite, and all the SQL there is.
//!
//! One connection writes, several read. What is decided elsewhere is applied here,
//! inside one transaction; what holds always stands as a constraint in the schema.

mod apply;
mod changes;
mod check;
mod contacts;
mod failure;
mod open;
mod permissions;
mod pool;
mod properties;
mod scopes;
mod situation;
mod stats;

pub(crate) use apply::Stamp;
pub use changes::ChangeEntry;
pub use check::{Finding, Report};
pub(crate) use failure::Failure;
pub use open::Durability;
pub(crate) use open::Options;
pub(crate) use pool::{End, Store};
pub(crate) use properties::{KEY_RULES, STORE_ID};
pub use stats::Stats;

use rusqlite::Connection;

/// What can be read inside one transaction: one state of the store.
pub(crate) struct Reading<'a> {
    connection: &'a Connection,
}

/// What can be written inside one transaction.
pub(crate) struct Writing<'a> {
    reading: Reading<'a>,
}

impl<'a> std::ops::Deref for Writing<'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Self::Target {
        &self.reading
    }
}
