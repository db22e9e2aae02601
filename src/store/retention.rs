//! How much of the change log is kept, and deleting what is not.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::params;

use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;

/// How much of the change log a store keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retention {
    /// All of it.
    #[default]
    Unlimited,
    /// So many entries, the newest of all scopes together.
    Entries(u64),
    /// Entries that are not older, by the store's clock. The newest one stays in any case.
    Age(Duration),
}

/// Some at a time, so that no writer pays for all that a log of many years holds too much.
const AT_A_TIME: i64 = 100;

const OLDEST: &str = "SELECT seq, scope, at FROM change WHERE seq < ?1 ORDER BY seq LIMIT ?2";

impl Reading<'_> {
    /// The number up to which entries of a scope's log were deleted, 0 if none was.
    pub(super) fn changes_forgotten(&self, scope: i64) -> Result<u64> {
        let mut select = self
            .connection
            .prepare_cached("SELECT changes_forgotten FROM scope WHERE id = ?1")?;
        Ok(select.query_row([scope], |row| row.get(0))?)
    }
}

impl Writing<'_> {
    /// Deletes what is no longer kept after the entry `newest` was written, the oldest
    /// first, so that what is there is always the end of the log without a gap.
    pub(super) fn forget_changes(
        &self,
        newest: i64,
        keep: Retention,
        now: Timestamp,
    ) -> Result<()> {
        let is_kept: Box<dyn Fn(i64, i64) -> bool> = match keep {
            Retention::Unlimited => return Ok(()),
            Retention::Entries(most) => {
                let most = i64::try_from(most).unwrap_or(i64::MAX);
                let last_forgotten = newest.saturating_sub(most);
                Box::new(move |seq, _| seq > last_forgotten)
            }
            Retention::Age(most) => {
                let most = i64::try_from(most.as_millis()).unwrap_or(i64::MAX);
                let too_old = now.as_milliseconds().saturating_sub(most);
                Box::new(move |_, at| at > too_old)
            }
        };
        let mut forgotten_up_to = None;
        let mut scopes = BTreeMap::<i64, i64>::new();
        let mut oldest = self.connection.prepare_cached(OLDEST)?;
        let mut rows = oldest.query(params![newest, AT_A_TIME])?;
        while let Some(row) = rows.next()? {
            let (seq, scope) = (row.get(0)?, row.get(1)?);
            if is_kept(seq, row.get(2)?) {
                break;
            }
            forgotten_up_to = Some(seq);
            scopes.insert(scope, seq);
        }
        drop(rows);
        let Some(seq) = forgotten_up_to else {
            return Ok(());
        };
        self.connection
            .prepare_cached("DELETE FROM change WHERE seq <= ?1")?
            .execute([seq])?;
        let mut note = self
            .connection
            .prepare_cached("UPDATE scope SET changes_forgotten = ?2 WHERE id = ?1")?;
        for (scope, seq) in scopes {
            note.execute([scope, seq])?;
        }
        Ok(())
    }
}
