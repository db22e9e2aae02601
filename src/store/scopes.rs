//! Scopes, interned.

use rusqlite::{OptionalExtension, params};

use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::{ContactId, MemoryId};
use crate::scope::Scope;

impl Reading<'_> {
    /// The row of a scope, if anything was ever written in it.
    pub(crate) fn scope(&self, scope: &Scope) -> Result<Option<i64>> {
        let mut find = self
            .connection
            .prepare_cached("SELECT id FROM scope WHERE org = ?1 AND location = ?2")?;
        let location = scope.location().unwrap_or_default();
        Ok(find
            .query_row(params![scope.org(), location], |row| row.get(0))
            .optional()?)
    }

    /// The scope of a contact, if it is one of an organisation's.
    pub(crate) fn scope_of(&self, org: &str, id: ContactId) -> Result<Option<Scope>> {
        let mut find = self.connection.prepare_cached(
            "SELECT scope.location FROM contact JOIN scope ON scope.id = contact.scope
             WHERE contact.uuid = ?1 AND scope.org = ?2 AND contact.erased_at IS NULL",
        )?;
        let found = find.query_row(params![id.as_bytes(), org], |row| row.get(0));
        Ok(found
            .optional()?
            .and_then(|location| found_in(org, location)))
    }

    /// The scope of a memory, if it is one of an organisation's.
    pub(crate) fn scope_of_memory(&self, org: &str, id: MemoryId) -> Result<Option<Scope>> {
        let mut find = self.connection.prepare_cached(
            "SELECT scope.location FROM memory
             JOIN contact ON contact.id = memory.contact JOIN scope ON scope.id = contact.scope
             WHERE memory.uuid = ?1 AND scope.org = ?2",
        )?;
        let found = find.query_row(params![id.as_bytes(), org], |row| row.get(0));
        Ok(found
            .optional()?
            .and_then(|location| found_in(org, location)))
    }
}

/// The scope of a row, whose location is empty where there is none.
fn found_in(org: &str, location: String) -> Option<Scope> {
    let location = Some(location.as_str()).filter(|location| !location.is_empty());
    // A scope that is there was one that could be made.
    Scope::new(org, location).ok()
}

impl Writing<'_> {
    /// The row of a scope, made when missing. A new one blocks what is notorious.
    pub(crate) fn intern(&self, scope: &Scope, now: Timestamp) -> Result<i64> {
        if let Some(row) = self.scope(scope)? {
            return Ok(row);
        }
        let location = scope.location().unwrap_or_default();
        self.connection.execute(
            "INSERT INTO scope (org, location) VALUES (?1, ?2)",
            params![scope.org(), location],
        )?;
        let row = self.connection.last_insert_rowid();
        self.write_notorious(row, now)?;
        Ok(row)
    }
}
