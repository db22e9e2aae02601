//! Scopes, interned.

use rusqlite::{OptionalExtension, params};

use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
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
