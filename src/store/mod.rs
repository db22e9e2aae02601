//! SQLite, and all the SQL there is.
//!
//! One connection writes, several read. What is decided elsewhere is applied here,
//! inside one transaction; what holds always stands as a constraint in the schema.

mod answers;
mod apply;
mod backup;
mod beside;
mod blocks;
mod book;
mod changes;
mod check;
mod checkpoint;
mod contacts;
mod custom_fields;
mod erase;
mod failure;
mod ledger;
mod life;
mod lines;
mod memories;
mod notes;
mod open;
mod pairs;
mod permissions;
mod pool;
mod properties;
mod rekey;
mod retention;
mod scopes;
#[allow(dead_code, reason = "a build may have no search")]
mod searched;
mod situation;
mod snapshot;
mod stats;
mod tasks;
mod transaction;
mod turn;
mod unmerge;
mod watch;

pub(crate) use apply::Stamp;
pub(crate) use beside::{Edit, Kept, Owner, Root};
pub use blocks::Blocked;
pub use changes::{ChangeEntry, History};
pub use check::{Finding, Report};
pub(crate) use failure::Failure;
pub(crate) use life::Itself;
pub use life::Restored;
pub use open::Durability;
pub(crate) use open::Options;
pub use pairs::{ReviewPair, SharedKey};
pub(crate) use pool::{End, Look, Store};
pub(crate) use properties::{ERASE_PENDING, KEY_RULES, STORE_ID};
pub use retention::Retention;
#[allow(unused_imports, reason = "a build may have no search")]
pub(crate) use searched::{Keys, SearchedRow, Touched};
pub use stats::{SearchStats, Stats};
pub use unmerge::{MergeEntry, Unmerged};

use rusqlite::Connection;

/// What can be read inside one transaction: one state of the store.
pub(crate) struct Reading<'a> {
    connection: &'a Connection,
    committed: bool,
}

impl<'a> Reading<'a> {
    fn committed(connection: &'a Connection) -> Self {
        Self {
            connection,
            committed: true,
        }
    }

    /// Whether all it sees is committed, and so can be remembered.
    pub(crate) fn is_committed(&self) -> bool {
        self.committed
    }
}

/// What can be written inside one transaction.
pub(crate) struct Writing<'a> {
    reading: Reading<'a>,
}

impl<'a> Writing<'a> {
    fn on(connection: &'a Connection) -> Self {
        let committed = false;
        Self {
            reading: Reading {
                connection,
                committed,
            },
        }
    }
}

impl<'a> std::ops::Deref for Writing<'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Self::Target {
        &self.reading
    }
}
