//! Answers that are kept for who asks again.

use rusqlite::params;

use super::contacts::unreadable;
use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::resolve::Outcome;
use crate::resolve::idempotency::Idempotency;
use crate::resolve::kept;
use crate::scope::Scope;

const KEPT: &str = "
    SELECT fingerprint, contact, outcome FROM answer
    WHERE scope = ?1 AND key = ?2 AND at > ?3";

/// Some at a time, so that no call pays for all that were kept in a busy week.
const FORGET: &str = "
    DELETE FROM answer
    WHERE (scope, key) IN (SELECT scope, key FROM answer WHERE at <= ?1 ORDER BY at LIMIT 100)";

impl Reading<'_> {
    /// The answer that a request got before, unless that was at `too_old` or earlier.
    ///
    /// # Errors
    ///
    /// [`Error::IdempotencyKeyReused`] if another request got it.
    pub(crate) fn kept_answer(
        &self,
        scope: &Scope,
        scope_row: i64,
        asked: &Idempotency,
        too_old: Timestamp,
    ) -> Result<Option<Outcome>> {
        let mut find = self.connection.prepare_cached(KEPT)?;
        let too_old = too_old.as_milliseconds();
        let mut found = find.query(params![scope_row, asked.key, too_old])?;
        let Some(row) = found.next()? else {
            return Ok(None);
        };
        if row.get::<_, [u8; 16]>(0)? != asked.fingerprint {
            return Err(asked.reused().into());
        }
        let text = row.get_ref(2)?.as_str().map_err(|e| unreadable(2, e))?;
        let outcome = kept::read(text, scope, row.get(1)?);
        Ok(Some(outcome.map_err(|error| unreadable(2, error))?))
    }
}

impl Writing<'_> {
    /// Keeps the answer to a request, in place of one that is too old.
    pub(crate) fn keep_answer(
        &self,
        scope_row: i64,
        asked: &Idempotency,
        outcome: &Outcome,
        now: Timestamp,
        too_old: Timestamp,
    ) -> Result<()> {
        let text = kept::write(outcome)
            .map_err(|_| Error::Storage("an answer can't be written as JSON".to_owned()))?;
        self.connection
            .prepare_cached(FORGET)?
            .execute([too_old.as_milliseconds()])?;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO answer (scope, key, at, fingerprint, contact, outcome)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (scope, key) DO UPDATE
             SET at = excluded.at, fingerprint = excluded.fingerprint,
                 contact = excluded.contact, outcome = excluded.outcome",
        )?;
        insert.execute(params![
            scope_row,
            asked.key,
            now.as_milliseconds(),
            asked.fingerprint,
            outcome.contact.row,
            text,
        ])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{FORGET, KEPT};
    use crate::store::open::{Options, open_in_memory};

    #[test]
    fn answers_are_found_by_their_key_and_forgotten_by_their_age() {
        let connection = open_in_memory(&Options::default()).unwrap();
        let steps = |query: &str| -> String {
            let mut plan = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
                .unwrap();
            let parameters = vec![1; plan.parameter_count()];
            let steps = plan.query_map(rusqlite::params_from_iter(parameters), |row| row.get(3));
            let steps: Vec<String> = steps.unwrap().collect::<Result<_, _>>().unwrap();
            steps.join("; ")
        };
        let by_key = "SEARCH answer USING PRIMARY KEY (scope=? AND key=?)";
        assert!(steps(KEPT).contains(by_key), "{}", steps(KEPT));
        let forget = steps(FORGET);
        assert!(forget.contains(by_key), "{forget}");
        assert!(forget.contains("answer_by_age (at<?)"), "{forget}");
    }
}
