//! Pairs of contacts: different people for sure, or perhaps one.

use std::collections::{HashMap, HashSet};

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::apply::{NewChange, Stamp};
use super::contacts::unreadable;
use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::{ContactId, Json, OrderedMap};
use crate::ident::{Key, Kind};

/// A key that two contacts share, or would.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A row of `review_pair`, as it stands for the two contacts that it leads to.
struct Row {
    pair: (i64, i64),
    ids: (ContactId, ContactId),
    reason: String,
    since: i64,
    state: String,
    evidence: Option<String>,
}

/// The live contacts that the members of a table's pairs lead to.
macro_rules! roots_of {
    ($table:literal) => {
        concat!(
            "WITH RECURSIVE leads (start, id, survivor) AS (
                 SELECT contact.id, contact.id, contact.survivor
                 FROM (SELECT one AS member FROM ",
            $table,
            " UNION SELECT other FROM ",
            $table,
            ")
                 JOIN contact ON contact.id = member AND contact.scope = ?1
                 UNION ALL
                 SELECT leads.start, next.id, next.survivor
                 FROM leads JOIN contact AS next ON next.id = leads.survivor
             ),
             root (member, id, uuid) AS (
                 SELECT start, contact.id, contact.uuid
                 FROM leads JOIN contact ON contact.id = leads.id
                 WHERE leads.survivor IS NULL AND contact.state = 0
             )
             "
        )
    };
}

/// Every row of the queue, between which two live contacts it stands.
const PAIRS: &str = concat!(
    roots_of!("review_pair"),
    "SELECT first.id, second.id, first.uuid, second.uuid, reason, since, review_pair.state,
            evidence
     FROM review_pair
     JOIN root AS first ON first.member = one
     JOIN root AS second ON second.member = other
     WHERE review_pair.scope = ?1 AND first.id <> second.id
     ORDER BY since, one, other"
);

/// The live contacts that are marked as different people.
const DISTINCT: &str = concat!(
    roots_of!("distinct_mark"),
    "SELECT min(first.id, second.id), max(first.id, second.id)
     FROM distinct_mark
     JOIN root AS first ON first.member = one
     JOIN root AS second ON second.member = other"
);

impl Reading<'_> {
    /// The review queue of a scope, oldest first: pairs that nobody decided, and those put
    /// off if they are wanted.
    pub(crate) fn review(&self, scope: i64, with_later: bool) -> Result<Vec<ReviewPair>> {
        let mut select = self.connection.prepare_cached(DISTINCT)?;
        let distinct = select.query_map([scope], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut out: HashSet<(i64, i64)> = distinct.collect::<rusqlite::Result<_>>()?;
        let mut select = self.connection.prepare_cached(PAIRS)?;
        let rows = select.query_map([scope], |row| {
            let (one, other): (i64, i64) = (row.get(0)?, row.get(1)?);
            let first = ContactId::from_bytes(row.get(2)?);
            let second = ContactId::from_bytes(row.get(3)?);
            Ok(Row {
                pair: (one.min(other), one.max(other)),
                ids: if one < other {
                    (first, second)
                } else {
                    (second, first)
                },
                reason: row.get(4)?,
                since: row.get(5)?,
                state: row.get(6)?,
                evidence: row.get(7)?,
            })
        })?;
        let mut order: Vec<(i64, i64)> = Vec::new();
        let mut queue: HashMap<(i64, i64), ReviewPair> = HashMap::new();
        for row in rows {
            let row = row?;
            if matches!(row.state.as_str(), "merged" | "distinct") {
                out.insert(row.pair);
            }
            let waiting = queue.entry(row.pair).or_insert_with(|| {
                order.push(row.pair);
                ReviewPair {
                    a: row.ids.0,
                    b: row.ids.1,
                    reason: row.reason,
                    keys: Vec::new(),
                    since: Timestamp::from_milliseconds(row.since),
                    later: false,
                }
            });
            waiting.later |= row.state == "later";
            if let Some(evidence) = row.evidence {
                let keys: Vec<SharedKey> =
                    serde_json::from_str(&evidence).map_err(|error| unreadable(7, error))?;
                for key in keys {
                    if !waiting.keys.contains(&key) {
                        waiting.keys.push(key);
                    }
                }
            }
        }
        let in_order = order.iter().filter(|pair| !out.contains(pair));
        let waiting = in_order.filter_map(|pair| queue.remove(pair));
        Ok(waiting.filter(|pair| with_later || !pair.later).collect())
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
