//! The change log, read.

use std::fmt;

use rusqlite::params;
use serde::Serialize;

use super::Reading;
use super::failure::Result;
use crate::clock::Timestamp;
use crate::contact::{ChangeId, ContactId, Json};

/// One entry of the change log.
///
/// Serialised it is a line of the program's `changes`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangeEntry {
    /// Its number: larger than that of every change before it, in all scopes, and
    /// never used twice.
    pub seq: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// What was done: `create`, `update`, `merge`, `review`, `note`, `task`, `memory`,
    /// `field`, `settings`, …
    pub op: String,
    /// The contact that it was done to, by the id that it had then; [`ContactId::NONE`] if
    /// it was done to the scope.
    pub contact: ContactId,
    /// What changed, field by field, with what was there before. Of names and addresses
    /// it has the parts that were given; of an identifier its key and what is not as usual:
    /// `raw` where something else was typed, `holds` if it is false, `blocked` if it is true,
    /// `verified` if it is false, `region` if there is one.
    pub diff: Json,
    /// Who did it, as the writer said.
    pub origin: Option<String>,
    /// The entry's own random id.
    pub id: ChangeId,
}

impl fmt::Debug for ChangeEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeEntry")
            .field("seq", &self.seq)
            .field("op", &self.op)
            .field("contact", &self.contact)
            .finish_non_exhaustive()
    }
}

impl Reading<'_> {
    /// The changes of a scope after a number, oldest first.
    pub(crate) fn changes(&self, scope: i64, since: u64, limit: usize) -> Result<Vec<ChangeEntry>> {
        let mut select = self.connection.prepare_cached(
            "SELECT change.seq, change.at, change.op, contact.uuid, change.diff,
                    change.origin, change.id
             FROM change LEFT JOIN contact ON contact.id = change.contact
             WHERE change.scope = ?1 AND change.seq > ?2
             ORDER BY change.seq LIMIT ?3",
        )?;
        let since = i64::try_from(since).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = select.query_map(params![scope, since, limit], |row| {
            Ok(ChangeEntry {
                seq: row.get(0)?,
                at: Timestamp::from_milliseconds(row.get(1)?),
                op: row.get(2)?,
                contact: row
                    .get::<_, Option<_>>(3)?
                    .map_or(ContactId::NONE, ContactId::from_bytes),
                diff: Json::from_stored(row.get::<_, String>(4)?),
                origin: row.get(5)?,
                id: ChangeId::from_bytes(row.get(6)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
