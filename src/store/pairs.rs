//! Pairs of contacts: different people for sure, or perhaps one.

use rusqlite::params;
use serde::Serialize;

use super::apply::{NewChange, Stamp};
use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::{ContactId, Json, OrderedMap};
use crate::ident::{Key, Kind};

/// A key that two contacts share, or would.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SharedKey {
    /// What sort of identifier it is.
    pub kind: Kind,
    /// The key.
    pub key: String,
}

impl std::fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SharedKey({})", self.kind)
    }
}

/// Two contacts that may be one person, for somebody to decide.
///
/// Serialised it is a line of the program's `review`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReviewPair {
    /// The one that is older.
    pub a: ContactId,
    /// The other.
    pub b: ContactId,
    /// Why: `conflict` if identifiers of one request led to both, or both list one.
    pub reason: String,
    /// The keys by which it was noticed.
    pub keys: Vec<SharedKey>,
    /// Since when.
    pub since: Timestamp,
    /// Whether somebody put it off.
    pub later: bool,
}

/// How a row of `review_pair` stands for the two families that it leads to.
struct Row {
    families: (i64, i64),
    reason: String,
    since: i64,
    state: String,
    evidence: Option<String>,
}

/// Each pair of live contacts between whose families a row stands.
const PAIRS: &str = "
    WITH RECURSIVE leads (start, id, survivor) AS (
        SELECT contact.id, contact.id, contact.survivor
        FROM (SELECT one AS member FROM review_pair WHERE scope = ?1
              UNION SELECT other FROM review_pair WHERE scope = ?1)
        JOIN contact ON contact.id = member
        UNION ALL
        SELECT leads.start, next.id, next.survivor
        FROM leads JOIN contact AS next ON next.id = leads.survivor
    ),
    root (member, id) AS (
        SELECT start, leads.id FROM leads JOIN contact ON contact.id = leads.id
        WHERE leads.survivor IS NULL AND contact.state = 0
    )
    SELECT min(first.id, second.id), max(first.id, second.id), reason, since, review_pair.state,
           evidence
    FROM review_pair
    JOIN root AS first ON first.member = one
    JOIN root AS second ON second.member = other
    WHERE scope = ?1 AND first.id <> second.id
    ORDER BY since, one, other";

impl Reading<'_> {
    /// The review queue of a scope, oldest first: pairs that nobody decided, and those put
    /// off if they are wanted.
    pub(crate) fn review(&self, scope: i64, with_later: bool) -> Result<Vec<ReviewPair>> {
        let mut select = self.connection.prepare_cached(PAIRS)?;
        let rows = select.query_map([scope], |row| {
            Ok(Row {
                families: (row.get(0)?, row.get(1)?),
                reason: row.get(2)?,
                since: row.get(3)?,
                state: row.get(4)?,
                evidence: row.get(5)?,
            })
        })?;
        let mut order: Vec<(i64, i64)> = Vec::new();
        let mut queue: std::collections::HashMap<(i64, i64), Vec<Row>> = Default::default();
        for row in rows {
            let row = row?;
            let pair = queue.entry(row.families).or_insert_with(|| {
                order.push(row.families);
                Vec::new()
            });
            pair.push(row);
        }
        let mut pairs = Vec::new();
        for families in order {
            let rows = queue.remove(&families).unwrap_or_default();
            let later = rows.iter().any(|row| row.state == "later");
            let is_decided = |row: &Row| matches!(row.state.as_str(), "merged" | "distinct");
            if rows.iter().any(is_decided)
                || (later && !with_later)
                || self.are_distinct(families.0, families.1)?
            {
                continue;
            }
            pairs.extend(self.review_pair(families, &rows, later)?);
        }
        Ok(pairs)
    }

    fn review_pair(
        &self,
        (one, other): (i64, i64),
        rows: &[Row],
        later: bool,
    ) -> Result<Option<ReviewPair>> {
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let mut keys: Vec<SharedKey> = Vec::new();
        for evidence in rows.iter().filter_map(|row| row.evidence.as_deref()) {
            let named: Vec<NamedKey> = serde_json::from_str(evidence)
                .map_err(|error| super::contacts::unreadable(5, error))?;
            for NamedKey { kind, key } in named {
                if !keys
                    .iter()
                    .any(|shared| shared.kind == kind && shared.key == key)
                {
                    keys.push(SharedKey { kind, key });
                }
            }
        }
        Ok(Some(ReviewPair {
            a: self.id_of(one)?,
            b: self.id_of(other)?,
            reason: first.reason.clone(),
            keys,
            since: Timestamp::from_milliseconds(first.since),
            later,
        }))
    }

    /// Whether two contacts are marked as different people, by themselves or by what they
    /// absorbed.
    pub(crate) fn are_distinct(&self, one: i64, other: i64) -> Result<bool> {
        let mut find = self.connection.prepare_cached(
            "SELECT 1 FROM distinct_mark WHERE one = min(?1, ?2) AND other = max(?1, ?2)",
        )?;
        for (one, other) in self.between(one, other)? {
            if find.exists([one, other])? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Every pair of members of two families.
    fn between(&self, one: i64, other: i64) -> Result<Vec<(i64, i64)>> {
        let (ones, others) = (self.family(one)?, self.family(other)?);
        Ok(ones
            .iter()
            .flat_map(|one| others.iter().map(move |other| (*one, *other)))
            .collect())
    }
}

#[derive(serde::Deserialize)]
struct NamedKey {
    kind: Kind,
    key: String,
}

impl Writing<'_> {
    /// Puts a pair on the review queue, unless it is or was there.
    pub(super) fn queue_review(
        &self,
        scope: i64,
        one: i64,
        other: i64,
        reason: &str,
        keys: &[&Key],
        now: Timestamp,
    ) -> Result<()> {
        let shared = keys.iter().map(|key| SharedKey {
            kind: key.kind(),
            key: key.as_str().to_owned(),
        });
        let evidence = Json::of(&shared.collect::<Vec<_>>());
        self.connection
            .prepare_cached(
                "INSERT INTO review_pair (one, other, scope, since, reason, evidence)
                 VALUES (min(?1, ?2), max(?1, ?2), ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                one,
                other,
                scope,
                now.as_milliseconds(),
                reason,
                evidence.as_str()
            ])?;
        Ok(())
    }

    /// Marks two contacts as different people; false if they were marked and nothing of them
    /// waits for a decision.
    pub(crate) fn mark_distinct(
        &self,
        scope: i64,
        one: i64,
        other: i64,
        stamp: &Stamp<'_>,
    ) -> Result<bool> {
        if self.are_distinct(one, other)? {
            return Ok(false);
        }
        self.write_distinct(one, other, stamp.now)?;
        self.log_pair(scope, one, other, "distinct", stamp)?;
        Ok(true)
    }

    pub(super) fn write_distinct(&self, one: i64, other: i64, now: Timestamp) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO distinct_mark (one, other, marked_at)
                 VALUES (min(?1, ?2), max(?1, ?2), ?3) ON CONFLICT DO NOTHING",
            )?
            .execute(params![one, other, now.as_milliseconds()])?;
        self.connection
            .prepare_cached(
                "UPDATE review_pair SET state = 'distinct'
                 WHERE one = min(?1, ?2) AND other = max(?1, ?2)",
            )?
            .execute([one, other])?;
        Ok(())
    }

    /// Lifts the marks between two contacts, so that a later conflict is for somebody to
    /// decide again; false if there were none.
    pub(crate) fn lift_distinct(
        &self,
        scope: i64,
        one: i64,
        other: i64,
        stamp: &Stamp<'_>,
    ) -> Result<bool> {
        if !self.are_distinct(one, other)? {
            return Ok(false);
        }
        for statement in [
            "DELETE FROM distinct_mark WHERE one = min(?1, ?2) AND other = max(?1, ?2)",
            "DELETE FROM review_pair
             WHERE one = min(?1, ?2) AND other = max(?1, ?2) AND state = 'distinct'",
        ] {
            let mut delete = self.connection.prepare_cached(statement)?;
            for (one, other) in self.between(one, other)? {
                delete.execute([one, other])?;
            }
        }
        self.log_pair(scope, one, other, "lift", stamp)?;
        Ok(true)
    }

    /// Puts off the decision about a pair; false if it is put off already.
    pub(crate) fn put_off(
        &self,
        scope: i64,
        one: i64,
        other: i64,
        stamp: &Stamp<'_>,
    ) -> Result<bool> {
        let mut update = self.connection.prepare_cached(
            "INSERT INTO review_pair (one, other, scope, since, reason, state)
             VALUES (min(?1, ?2), max(?1, ?2), ?3, ?4, 'conflict', 'later')
             ON CONFLICT (one, other) DO UPDATE SET state = 'later' WHERE state = 'open'",
        )?;
        let since = stamp.now.as_milliseconds();
        if update.execute(params![one, other, scope, since])? == 0 {
            return Ok(false);
        }
        self.log_pair(scope, one, other, "review", stamp)?;
        Ok(true)
    }

    fn log_pair(
        &self,
        scope: i64,
        one: i64,
        other: i64,
        op: &'static str,
        stamp: &Stamp<'_>,
    ) -> Result<()> {
        let mut entry = OrderedMap::new();
        entry.insert("with", Json::of(&self.id_of(other)?));
        let change = NewChange {
            scope,
            contact: Some(one),
            op,
            difference: &entry,
        };
        self.log(&change, stamp)?;
        Ok(())
    }
}
