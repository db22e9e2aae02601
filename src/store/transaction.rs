//! Transactions on a connection.

use std::time::Duration;

use rusqlite::Connection;

use super::failure::Result;
use super::turn::Deadline;

/// The time between two looks at a lock that another process has.
const LOOK: Duration = Duration::from_micros(250);
/// For how long whoever had the lock for long leaves it free: others look meanwhile.
pub(super) const REST: Duration = Duration::from_micros(500);
/// From when on that is long.
pub(super) const LONG_HOLD: Duration = Duration::from_millis(5);

/// A transaction that is rolled back unless it is committed.
///
/// rusqlite's own prepares its statements anew each time, which costs as much as finding
/// a contact.
pub(super) struct Transaction<'a> {
    connection: &'a Connection,
    committed: bool,
}

impl<'a> Transaction<'a> {
    /// Without a lock: it sees one state of the store, and can write if nobody else did
    /// since.
    pub(super) fn deferred(connection: &'a Connection) -> Result<Self> {
        run(connection, "BEGIN DEFERRED")?;
        Ok(Self {
            connection,
            committed: false,
        })
    }

    /// With the write lock, for which it waits.
    ///
    /// SQLite's own waiting looks ever less often, so that of several processes the one
    /// that has just written is the next to write, again and again.
    pub(super) fn immediate(connection: &'a Connection, deadline: Deadline) -> Result<Self> {
        loop {
            match run(connection, "BEGIN IMMEDIATE") {
                Ok(()) => {
                    return Ok(Self {
                        connection,
                        committed: false,
                    });
                }
                Err(failure) if failure.is_busy() => {
                    std::thread::sleep(LOOK.min(deadline.left()?));
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Takes the write lock inside a transaction that has only read, unless somebody has
    /// it, or had it since: the transaction sees an old state then, and can't write.
    pub(super) fn try_to_write(&self) -> Result<bool> {
        // Any statement that could write takes the lock.
        match run(self.connection, "DELETE FROM property WHERE 0") {
            Ok(()) => Ok(true),
            Err(failure) if failure.is_busy() => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    pub(super) fn connection(&self) -> &'a Connection {
        self.connection
    }

    pub(super) fn commit(mut self) -> Result<()> {
        run(self.connection, "COMMIT")?;
        self.committed = true;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // Some errors end the transaction by themselves.
        if !self.committed && !self.connection.is_autocommit() {
            let _ = run(self.connection, "ROLLBACK");
        }
    }
}

fn run(connection: &Connection, statement: &str) -> Result<()> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}
