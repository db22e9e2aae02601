//! The change log, read.

use std::fmt;

use rusqlite::{Row, params};
use serde::Serialize;

use super::Reading;
use super::failure::Result;
use crate::clock::Timestamp;
use crate::contact::{ChangeId, ContactId, Json};
use crate::error::Error;

/// One entry of the change log.
///
/// Serialised it is a line of the program's `changes` and `history`.
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
    /// The contact that it was done to, by the id that it had then; none if it was done to
    /// the scope.
    pub contact: Option<ContactId>,
    /// What changed, field by field, with what was there before. Of names and addresses
    /// it has the parts that were given; of an identifier its key and what is not as usual:
    /// `raw` where something else was typed, `holds` if it is false, `blocked` if it is true,
    /// `verified` if it is false, `region` if there is one; and all of a kind in `order` if
    /// they stand otherwise than before.
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

/// What happened to a contact and to all that were merged into it: a page of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct History {
    /// The entries of the log, oldest first.
    pub entries: Vec<ChangeEntry>,
    /// If entries of the contact were deleted that would stand here, or may have been: the
    /// number up to which they were. None if nothing is missing.
    pub forgotten: Option<u64>,
}

const SINCE: &str = "
    SELECT change.seq, change.at, change.op, contact.uuid, change.diff,
           change.origin, change.id
    FROM change LEFT JOIN contact ON contact.id = change.contact
    WHERE change.scope = ?1 AND change.seq > ?2
    ORDER BY change.seq LIMIT ?3";

/// The merge by which somebody was absorbed is an entry of the survivor's, and part of
/// both their histories; also after it was undone.
const HISTORY: &str = "
    WITH RECURSIVE family (id) AS (
        SELECT ?1
        UNION ALL
        SELECT contact.id FROM family JOIN contact ON contact.survivor = family.id
    ),
    entry (seq) AS (
        SELECT change.seq FROM family JOIN change ON change.contact = family.id
        UNION
        SELECT merge.seq FROM family JOIN merge ON merge.absorbed = family.id
        UNION
        SELECT merge.undone_seq FROM family JOIN merge ON merge.absorbed = family.id
    )
    SELECT change.seq, change.at, change.op, contact.uuid, change.diff,
           change.origin, change.id
    FROM (SELECT seq FROM entry WHERE seq > ?2 ORDER BY seq LIMIT ?3) AS page
    CROSS JOIN change ON change.seq = page.seq
    LEFT JOIN contact ON contact.id = change.contact
    ORDER BY change.seq";

const LAST: &str = "SELECT max(seq) FROM change WHERE scope = ?1";

impl Reading<'_> {
    /// The changes of a scope after a number, oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::ChangesForgotten`] if some of them were deleted.
    pub(crate) fn changes_since(
        &self,
        scope: i64,
        since: u64,
        limit: usize,
    ) -> Result<Vec<ChangeEntry>> {
        let forgotten = self.changes_forgotten(scope)?;
        if since < forgotten {
            let last = self.last_change(scope)?;
            return Err(Error::ChangesForgotten { forgotten, last }.into());
        }
        self.entries(SINCE, scope, since, limit)
    }

    /// The entries of the contact in a row, and of all that it absorbed, after a number.
    pub(crate) fn history(
        &self,
        scope: i64,
        row: i64,
        since: u64,
        limit: usize,
    ) -> Result<History> {
        let forgotten = self.changes_forgotten(scope)?;
        let is_missing = since < forgotten && !self.is_known_from_the_beginning(row)?;
        Ok(History {
            // The ledger knows numbers of entries that are gone.
            entries: self.entries(HISTORY, row, since.max(forgotten), limit)?,
            forgotten: is_missing.then_some(forgotten),
        })
    }

    /// Entries are deleted from the oldest on: whose creation is there has all the others.
    fn is_known_from_the_beginning(&self, row: i64) -> Result<bool> {
        let mut created = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM change WHERE contact = ?1 AND op = 'create')",
        )?;
        for member in self.family(row)? {
            if !created.query_row([member], |found| found.get(0))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The number of the last change in a scope, 0 before the first. It never goes down.
    pub(crate) fn last_change(&self, scope: i64) -> Result<u64> {
        let mut last = self.connection.prepare_cached(LAST)?;
        let last: Option<u64> = last.query_row([scope], |row| row.get(0))?;
        match last {
            Some(last) => Ok(last),
            // All of them were deleted, or there never was one.
            None => self.changes_forgotten(scope),
        }
    }

    fn entries(&self, query: &str, of: i64, since: u64, limit: usize) -> Result<Vec<ChangeEntry>> {
        let mut select = self.connection.prepare_cached(query)?;
        let since = i64::try_from(since).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = select.query_map(params![of, since, limit], entry)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<ChangeEntry> {
    Ok(ChangeEntry {
        seq: row.get(0)?,
        at: Timestamp::from_milliseconds(row.get(1)?),
        op: row.get(2)?,
        contact: row.get::<_, Option<_>>(3)?.map(ContactId::from_bytes),
        diff: Json::from_stored(row.get::<_, String>(4)?),
        origin: row.get(5)?,
        id: ChangeId::from_bytes(row.get(6)?),
    })
}

#[cfg(test)]
mod tests {
    use super::{HISTORY, LAST, SINCE};
    use crate::store::open::{Options, open_in_memory};

    /// None of them reads more of the log than it gives.
    #[test]
    fn the_log_is_read_by_its_indexes() {
        let connection = open_in_memory(&Options::default()).unwrap();
        for (query, index) in [
            (SINCE, "change_by_scope (scope=? AND rowid>?)"),
            (HISTORY, "change_by_contact (contact=? AND rowid>?)"),
            (HISTORY, "SEARCH change USING INTEGER PRIMARY KEY (rowid=?)"),
            (HISTORY, "merge_by_absorbed (absorbed=?)"),
            (LAST, "change_by_scope (scope=?)"),
        ] {
            let mut plan = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
                .unwrap();
            let parameters = vec![1; plan.parameter_count()];
            let steps = plan.query_map(rusqlite::params_from_iter(parameters), |row| row.get(3));
            let steps: Vec<String> = steps.unwrap().collect::<Result<_, _>>().unwrap();
            assert!(steps.iter().any(|step| step.contains(index)), "{steps:?}");
            assert!(
                !steps.iter().any(|step| step.starts_with("SCAN change")),
                "{steps:?}"
            );
        }
    }
}
