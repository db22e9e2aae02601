//! Erasing: nothing is left of a contact but that something was erased.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use rusqlite::params;

use super::apply::{NewChange, Stamp};
use super::contacts::{kind_by_number, unreadable};
use super::failure::Result;
use super::properties::ERASE_PENDING;
use super::{Reading, Writing, snapshot};
use crate::contact::redact::{self, Values};
use crate::contact::{ContactId, Json, OrderedMap};
use crate::ident::Key;
use crate::scope::Scope;

/// Texts of what stands beside a contact.
const BESIDE: &[&str] = &[
    "SELECT title, body, colour, author FROM note WHERE contact = ?1",
    "SELECT title, body, assigned_to FROM task WHERE contact = ?1",
    "SELECT name, summary, facts, open_items, recent_messages, entities, history
     FROM memory WHERE contact = ?1",
];

/// What the log calls what happens to those.
const OPS_BESIDE: &[&str] = &["note", "task", "memory"];

/// What goes with a contact, in an order in which nothing points to what is gone.
const GONE: &[&str] = &[
    "DELETE FROM identifier WHERE contact = ?1",
    "DELETE FROM merge_mark WHERE contact = ?1",
    "DELETE FROM distinct_mark WHERE one = ?1 OR other = ?1",
    "DELETE FROM review_pair WHERE one = ?1 OR other = ?1",
    "DELETE FROM note WHERE contact = ?1",
    "DELETE FROM task WHERE contact = ?1",
    "DELETE FROM memory WHERE contact = ?1",
    "DELETE FROM change WHERE contact = ?1",
    "DELETE FROM answer WHERE contact = ?1",
];

impl Reading<'_> {
    /// Everybody whom a merge ever joined with one of a family, directly or through others.
    fn ever_joined(&self, family: &[i64]) -> Result<BTreeSet<i64>> {
        let mut joined: BTreeSet<i64> = family.iter().copied().collect();
        let mut open: Vec<i64> = family.to_vec();
        let mut partners = self.connection.prepare_cached(
            "SELECT absorbed FROM merge WHERE survivor = ?1
             UNION SELECT survivor FROM merge WHERE absorbed = ?1",
        )?;
        while let Some(row) = open.pop() {
            let found = partners.query_map([row], |found| found.get::<_, i64>(0))?;
            for partner in found {
                let partner = partner?;
                if joined.insert(partner) {
                    open.push(partner);
                }
            }
        }
        Ok(joined)
    }

    /// From the first merge that joined them to the last undo that parted them: the numbers of
    /// the changes by which. None, if no merge of theirs was undone.
    fn time_together(&self, joined: &BTreeSet<i64>) -> Result<Option<RangeInclusive<i64>>> {
        let mut together: Option<RangeInclusive<i64>> = None;
        let mut undone = self.connection.prepare_cached(
            "SELECT min(seq), max(coalesce(undone_seq, seq)) FROM merge
             WHERE survivor = ?1 AND undone_at IS NOT NULL",
        )?;
        for row in joined {
            let (first, last): (Option<i64>, Option<i64>) =
                undone.query_row([row], |found| Ok((found.get(0)?, found.get(1)?)))?;
            if let (Some(first), Some(last)) = (first, last) {
                let known = together.unwrap_or(first..=last);
                together = Some(first.min(*known.start())..=last.max(*known.end()));
            }
        }
        Ok(together)
    }

    /// The numbers, the operations and the differences of entries of the log.
    fn differences(&self, which: &str, row: i64) -> Result<Vec<(i64, String, String)>> {
        let mut select = self
            .connection
            .prepare_cached(&format!("SELECT seq, op, diff FROM change WHERE {which}"))?;
        let rows = select.query_map([row], |found| {
            Ok((found.get(0)?, found.get(1)?, found.get(2)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// All that is known of a family: its records, what the ledger keeps of them, and what
    /// stands beside them.
    fn values_of(&self, family: &[i64]) -> Result<Values> {
        let mut values = Values::default();
        let mut add = |text: &str| -> rusqlite::Result<()> {
            let record = snapshot::read(text)?;
            values.add_fields(&record.fields);
            for listed in &record.listed {
                values.add_listing(&listed.listing);
            }
            Ok(())
        };
        for row in family {
            add(&self.snapshot(*row)?)?;
            let mut kept = self.connection.prepare_cached(
                "SELECT survivor_before, absorbed_before FROM merge
                 WHERE survivor = ?1 AND undone_at IS NULL",
            )?;
            let mut kept = kept.query([row])?;
            while let Some(kept) = kept.next()? {
                for column in 0..2 {
                    let text = kept.get_ref(column)?.as_str();
                    add(text.map_err(|error| unreadable(column, error))?)?;
                }
            }
        }
        for row in family {
            for query in BESIDE {
                let mut select = self.connection.prepare_cached(query)?;
                let columns = select.column_count();
                let mut beside = select.query([row])?;
                while let Some(found) = beside.next()? {
                    for column in 0..columns {
                        if let Some(text) = found.get::<_, Option<String>>(column)? {
                            match Json::parse(&text) {
                                Ok(json) => values.add_json("", json.as_str(), true),
                                Err(_) => values.add_text(&text),
                            }
                        }
                    }
                }
            }
        }
        Ok(values)
    }

    /// What the log says that a family ever was, and the ids of what stood beside it.
    fn history_of(&self, family: &[i64]) -> Result<(Values, BTreeSet<String>)> {
        let (mut values, mut beside) = (Values::default(), BTreeSet::new());
        for row in family {
            let mut select = self
                .connection
                .prepare_cached("SELECT op, diff FROM change WHERE contact = ?1")?;
            let mut changes = select.query([row])?;
            while let Some(change) = changes.next()? {
                let op: String = change.get(0)?;
                let text = change.get_ref(1)?.as_str();
                let text = text.map_err(|error| unreadable(1, error))?;
                values.add_difference(text);
                if OPS_BESIDE.contains(&op.as_str()) {
                    beside.extend(redact::ids(text));
                }
            }
            for table in ["note", "task", "memory"] {
                let mut ids = self
                    .connection
                    .prepare_cached(&format!("SELECT uuid FROM {table} WHERE contact = ?1"))?;
                let ids = ids.query_map([row], |found| Ok(ContactId::from_bytes(found.get(0)?)))?;
                for id in ids {
                    beside.insert(id?.to_string());
                }
            }
        }
        Ok((values, beside))
    }
}

impl Writing<'_> {
    /// Erases a contact and those that it absorbed. The log on disk still holds what they
    /// were until it is truncated.
    pub(crate) fn erase(
        &self,
        scope_row: i64,
        scope: &Scope,
        row: i64,
        stamp: &Stamp<'_>,
    ) -> Result<()> {
        let family = self.family(row)?;
        let joined = self.ever_joined(&family)?;
        let mut values = self.values_of(&family)?;
        let (past, beside) = self.history_of(&family)?;
        values.add_all(&past);
        let others: Vec<i64> = joined
            .iter()
            .copied()
            .filter(|other| !family.contains(other))
            .collect();
        for other in &others {
            self.forget_beside(*other, &beside)?;
        }
        if let Some(together) = &self.time_together(&joined)? {
            self.redact_changes(&others, together, &values)?;
        }
        self.redact_changes_of_the_scope(scope_row, &values)?;

        let contact = self.contact(row, scope)?;
        for member in &family {
            for statement in GONE {
                self.connection
                    .prepare_cached(statement)?
                    .execute([member])?;
            }
        }
        self.forget_answers_about(scope_row, &family)?;
        for member in &joined {
            // Answers may repeat what a contact was while it was part of another.
            self.connection
                .prepare_cached("DELETE FROM answer WHERE contact = ?1")?
                .execute([member])?;
        }
        for member in &family {
            self.connection
                .prepare_cached("DELETE FROM merge WHERE survivor = ?1 OR absorbed = ?1")?
                .execute([member])?;
            let now = stamp.now.as_milliseconds();
            self.empty_contact(*member)?;
            self.connection
                .prepare_cached(
                    "UPDATE contact SET state = 1, survivor = NULL, version = version + 1,
                         created_at = ?2, updated_at = ?2, erased_at = ?2
                     WHERE id = ?1",
                )?
                .execute(params![member, now])?;
        }
        // The log does not even say who holds a key now: it would name the key.
        for listing in &contact.identifiers {
            self.settle(scope_row, &listing.key)?;
        }
        self.forget_blocked_by_pattern(scope_row)?;
        let change = NewChange {
            scope: scope_row,
            contact: Some(row),
            op: "erase",
            difference: &OrderedMap::new(),
        };
        let seq = self.log(&change, stamp)?;
        for member in &family {
            self.set_last_change(*member, seq)?;
        }
        // Each has a number of its own, so that nobody takes one for another.
        self.set_property(ERASE_PENDING, &seq.to_string())
    }

    /// Forgets the answers, whoever got them, that name one of a family. All of them are read,
    /// once for the whole family.
    fn forget_answers_about(&self, scope: i64, family: &[i64]) -> Result<()> {
        let ids = family.iter().map(|row| self.id_of(*row));
        let ids: BTreeSet<ContactId> = ids.collect::<Result<_>>()?;
        let mut select = self
            .connection
            .prepare_cached("SELECT key, outcome FROM answer WHERE scope = ?1")?;
        let mut answers = select.query([scope])?;
        let mut gone: Vec<String> = Vec::new();
        while let Some(answer) = answers.next()? {
            let text = answer.get_ref(1)?.as_str();
            let text = text.map_err(|error| unreadable(1, error))?;
            let mut named = redact::ids(text).filter_map(|id| id.parse().ok());
            if named.any(|id| ids.contains(&id)) {
                gone.push(answer.get(0)?);
            }
        }
        let mut delete = self
            .connection
            .prepare_cached("DELETE FROM answer WHERE scope = ?1 AND key = ?2")?;
        for key in gone {
            delete.execute(params![scope, key])?;
        }
        Ok(())
    }

    /// Takes out of the history of somebody else what was done to what stood beside the erased,
    /// while it was one with them.
    fn forget_beside(&self, contact: i64, ids: &BTreeSet<String>) -> Result<()> {
        let mut select = self
            .connection
            .prepare_cached("SELECT seq, op, diff FROM change WHERE contact = ?1")?;
        let mut changes = select.query([contact])?;
        let mut gone: Vec<i64> = Vec::new();
        while let Some(change) = changes.next()? {
            let op: String = change.get(1)?;
            let text = change.get_ref(2)?.as_str();
            let text = text.map_err(|error| unreadable(2, error))?;
            if OPS_BESIDE.contains(&op.as_str()) && redact::ids(text).any(|id| ids.contains(&id)) {
                gone.push(change.get(0)?);
            }
        }
        let mut delete = self
            .connection
            .prepare_cached("DELETE FROM change WHERE seq = ?1")?;
        for seq in gone {
            delete.execute([seq])?;
        }
        Ok(())
    }

    /// Takes the values out of the history of those who were one with them for a time. What any
    /// of these has himself, or had before and since, stays with all of them.
    fn redact_changes(
        &self,
        others: &[i64],
        together: &RangeInclusive<i64>,
        values: &Values,
    ) -> Result<()> {
        let mut gone = values.clone();
        let mut kept = BTreeSet::new();
        for other in others {
            let family = self.family(*other)?;
            if family.iter().all(|member| kept.contains(member)) {
                continue;
            }
            gone.remove_all(&self.values_of(&family)?);
            for member in family.into_iter().filter(|member| kept.insert(*member)) {
                let mut own = Values::default();
                for (seq, op, text) in self.differences("contact = ?1", member)? {
                    if !together.contains(&seq) || op == "create" {
                        own.add_difference(&text);
                    }
                }
                gone.remove_all(&own);
            }
        }
        for other in others {
            self.redact_where("contact = ?1 AND op <> 'create'", *other, together, &gone)?;
        }
        Ok(())
    }

    /// Takes the values out of what the log says of the scope itself: who held a key that was
    /// blocked.
    fn redact_changes_of_the_scope(&self, scope: i64, values: &Values) -> Result<()> {
        self.redact_where(
            "scope = ?1 AND contact IS NULL AND op IN ('block', 'unblock')",
            scope,
            &(0..=i64::MAX),
            values,
        )
    }

    fn redact_where(
        &self,
        which: &str,
        row: i64,
        when: &RangeInclusive<i64>,
        values: &Values,
    ) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let mut update = self
            .connection
            .prepare_cached("UPDATE change SET diff = ?2 WHERE seq = ?1")?;
        for (seq, _, text) in self.differences(which, row)? {
            if when.contains(&seq)
                && let Some(text) = values.redact(&text)
            {
                update.execute(params![seq, text])?;
            }
        }
        Ok(())
    }

    /// Keys that only a pattern blocks, and that nobody lists any more.
    fn forget_blocked_by_pattern(&self, scope: i64) -> Result<()> {
        let mut select = self.connection.prepare_cached(
            "SELECT kind, key FROM blocked_key WHERE scope = ?1 AND pattern IS NOT NULL",
        )?;
        let keys = select.query_map([scope], |row| {
            let kind = kind_by_number(row.get(0)?, 0)?;
            Ok(Key::from_stored(kind, row.get_ref(1)?.as_str()?))
        })?;
        for key in keys.collect::<rusqlite::Result<Vec<_>>>()? {
            if self.places(scope, &key)?.is_empty() {
                self.connection
                    .prepare_cached(
                        "DELETE FROM blocked_key WHERE scope = ?1 AND kind = ?2 AND key = ?3",
                    )?
                    .execute(params![
                        scope,
                        super::contacts::kind_number(key.kind()),
                        key.as_str()
                    ])?;
            }
        }
        Ok(())
    }
}
