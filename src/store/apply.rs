//! A plan, written: the contact, its merges, its places in line, the log.

use rusqlite::params;

use super::Writing;
use super::contacts::kind_number;
use super::failure::Result;
use super::retention::Retention;
use crate::clock::Timestamp;
use crate::contact::{ChangeId, Contact, ContactId, Json, MergeId, OrderedMap};
use crate::ident::Kind;
use crate::resolve::Outcome;
use crate::resolve::plan::{Absorb, Plan, Situation};
use crate::scope::Scope;

/// What a write is stamped with.
pub(crate) struct Stamp<'a> {
    pub(crate) now: Timestamp,
    /// Ids that nobody was given before.
    pub(crate) new_id: &'a dyn Fn() -> [u8; 16],
    /// Who writes, for those who follow the log.
    pub(crate) origin: Option<&'a str>,
    /// How much of the log is kept.
    pub(crate) keep_changes: Retention,
}

/// Places that stay free behind each one in a line, for who is put right behind it.
const ROOM_BEHIND: i64 = 1 << 20;

/// One entry of the change log, to be written.
pub(super) struct NewChange<'a> {
    pub(super) scope: i64,
    pub(super) contact: i64,
    pub(super) op: &'static str,
    pub(super) difference: &'a OrderedMap<Json>,
}

impl Writing<'_> {
    /// Applies a plan to the state in which it was made; the outcome, with its ids.
    pub(crate) fn apply(
        &self,
        plan: Plan,
        situation: &Situation,
        scope: &Scope,
        scope_row: Option<i64>,
        stamp: &Stamp<'_>,
    ) -> Result<Outcome> {
        let Plan {
            winner,
            absorbs,
            listings,
            edited,
            touched,
            review,
            mut difference,
            mut outcome,
        } = plan;
        let scope_row = match scope_row {
            Some(row) => row,
            None => self.intern(scope)?,
        };
        let contact = &mut outcome.contact;
        if touched {
            contact.stamp(stamp.now, winner.is_none());
        }
        if winner.is_none() {
            contact.id = ContactId::from_bytes((stamp.new_id)());
            contact.row = self.insert_contact(scope_row, contact)?;
        }
        if !absorbs.is_empty() {
            outcome.merges = absorbs
                .iter()
                .map(|_| MergeId::from_bytes((stamp.new_id)()))
                .collect();
            difference.insert("merges", Json::of(&outcome.merges));
        }
        let op = match (winner, absorbs.is_empty(), touched) {
            (None, ..) => "create",
            (Some(_), false, _) => "merge",
            (Some(_), true, true) => "update",
            (Some(_), true, false) => "review",
        };
        let change = NewChange {
            scope: scope_row,
            contact: contact.row,
            op,
            difference: &difference,
        };
        let seq = self.log(&change, stamp)?;
        let place = seq.saturating_mul(ROOM_BEHIND);
        // The answer is what will be read: with the places that the new listings get.
        for listing in &listings {
            if let Some(own) = contact
                .identifiers
                .iter_mut()
                .find(|own| own.key == listing.key)
            {
                own.place = place;
            }
        }

        for (absorb, merge) in absorbs.iter().zip(&outcome.merges) {
            if let Some(absorbed) = situation.holders.get(absorb.absorbed) {
                let ledger = LedgerEntry {
                    id: *merge,
                    scope: scope_row,
                    seq,
                };
                self.absorb(contact, absorbed, absorb, &ledger, stamp.now)?;
            }
        }
        for listing in &listings {
            self.insert_listing(scope_row, contact.row, listing, place)?;
        }
        if touched && winner.is_some() {
            self.update_contact(contact.row, &contact.fields, contact.version, stamp.now)?;
            self.unmark(contact.row, &edited)?;
        }
        for other in review
            .iter()
            .filter_map(|&other| situation.holders.get(other))
        {
            self.queue_review(scope_row, contact.row, other.row, "conflict", stamp.now)?;
        }
        Ok(outcome)
    }

    /// Adds an entry to the change log; its number.
    pub(super) fn log(&self, change: &NewChange<'_>, stamp: &Stamp<'_>) -> Result<i64> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO change (id, scope, contact, at, op, origin, diff)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        insert.execute(params![
            ChangeId::from_bytes((stamp.new_id)()).as_bytes(),
            change.scope,
            change.contact,
            stamp.now.as_milliseconds(),
            change.op,
            stamp.origin,
            change.difference.to_json().as_str(),
        ])?;
        let seq = self.connection.last_insert_rowid();
        self.forget_changes(seq, stamp.keep_changes, stamp.now)?;
        Ok(seq)
    }

    /// Puts a pair on the review queue, unless it is or was there.
    fn queue_review(
        &self,
        scope: i64,
        one: i64,
        other: i64,
        reason: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO review_pair (one, other, scope, since, reason)
                 VALUES (min(?1, ?2), max(?1, ?2), ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            )?
            .execute(params![one, other, scope, now.as_milliseconds(), reason])?;
        Ok(())
    }
}

/// The new entry of the merge ledger.
struct LedgerEntry {
    id: MergeId,
    scope: i64,
    seq: i64,
}

/// A contact's rows as JSON: everything that an undo gives back.
const SNAPSHOT: &str = "
    SELECT json_object(
        'contact', (SELECT json_object(
             'version', version, 'created_at', created_at, 'updated_at', updated_at,
             'full_name', full_name, 'given_name', given_name, 'family_name', family_name,
             'line1', line1, 'city', city, 'state_region', state_region,
             'postal_code', postal_code, 'country', country, 'company', company,
             'website', website, 'gender', gender, 'date_of_birth', date_of_birth,
             'timezone', timezone, 'description', description, 'source', source,
             'assigned_to', assigned_to, 'tags', tags, 'custom_fields', custom_fields,
             'metadata', metadata, 'do_not_disturb', do_not_disturb)
             FROM contact WHERE id = ?1),
        'identifiers', (SELECT json_group_array(json_object(
             'kind', kind, 'key', key, 'place', place, 'holds', holds,
             'position', position, 'verified', verified, 'raw', raw, 'region', region,
             'brought_by', brought_by, 'place_brought_by', place_brought_by))
             FROM (SELECT * FROM identifier WHERE contact = ?1 ORDER BY kind, position)),
        'marks', (SELECT json_group_array(json_object('field', field, 'merge', merge))
             FROM (SELECT * FROM merge_mark WHERE contact = ?1 ORDER BY field)))";

impl Writing<'_> {
    /// Merges one contact into another and writes the ledger.
    fn absorb(
        &self,
        survivor: &Contact,
        absorbed: &Contact,
        absorb: &Absorb,
        ledger: &LedgerEntry,
        now: Timestamp,
    ) -> Result<()> {
        let (to, from) = (survivor.row, absorbed.row);
        let snapshot = |row: i64| -> Result<String> {
            Ok(self
                .connection
                .prepare_cached(SNAPSHOT)?
                .query_row([row], |found| found.get(0))?)
        };
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO merge (uuid, scope, survivor, absorbed, seq, at,
                                survivor_before, absorbed_before)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        insert.execute(params![
            ledger.id.as_bytes(),
            ledger.scope,
            to,
            from,
            ledger.seq,
            now.as_milliseconds(),
            snapshot(to)?,
            snapshot(from)?,
        ])?;
        let merge = self.connection.last_insert_rowid();
        self.move_identifiers(to, from, merge)?;
        self.mark(to, from, &absorb.brought, merge)?;
        self.update_contact(to, &absorb.fields, survivor.version, now)?;
        let mut leave_stub = self.connection.prepare_cached(
            "UPDATE contact SET state = 2, survivor = ?2, version = version + 1, updated_at = ?3,
                 full_name = NULL, given_name = NULL, family_name = NULL, line1 = NULL,
                 city = NULL, state_region = NULL, postal_code = NULL, country = NULL,
                 company = NULL, website = NULL, gender = NULL, date_of_birth = NULL,
                 timezone = NULL, description = NULL, source = NULL, assigned_to = NULL,
                 tags = NULL, custom_fields = NULL, metadata = NULL, do_not_disturb = NULL
             WHERE id = ?1",
        )?;
        leave_stub.execute(params![from, to, now.as_milliseconds()])?;
        Ok(())
    }

    /// Gives the survivor what the absorbed contact lists, each key at the smaller of
    /// their two places in line.
    fn move_identifiers(&self, to: i64, from: i64, merge: i64) -> Result<()> {
        struct Both {
            kind: i64,
            key: String,
            place: i64,
            comes_before: bool,
            holds: bool,
        }
        let mut select = self.connection.prepare_cached(
            "SELECT own.kind, own.key, other.place, other.place < own.place,
                    own.holds OR other.holds
             FROM identifier AS other
             JOIN identifier AS own
               ON own.contact = ?1 AND own.kind = other.kind AND own.key = other.key
             WHERE other.contact = ?2",
        )?;
        let both: Vec<Both> = select
            .query_map(params![to, from], |row| {
                Ok(Both {
                    kind: row.get(0)?,
                    key: row.get(1)?,
                    place: row.get(2)?,
                    comes_before: row.get(3)?,
                    holds: row.get(4)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        for Both {
            kind,
            key,
            place,
            comes_before,
            holds,
        } in both
        {
            // The old row goes first: its place and its hold are taken until then.
            self.connection
                .prepare_cached(
                    "DELETE FROM identifier WHERE contact = ?1 AND kind = ?2 AND key = ?3",
                )?
                .execute(params![from, kind, key])?;
            if comes_before {
                self.connection
                    .prepare_cached(
                        "UPDATE identifier SET place = ?4, place_brought_by = ?5
                         WHERE contact = ?1 AND kind = ?2 AND key = ?3",
                    )?
                    .execute(params![to, kind, key, place, merge])?;
            }
            self.connection
                .prepare_cached(
                    "UPDATE identifier SET holds = ?4
                     WHERE contact = ?1 AND kind = ?2 AND key = ?3",
                )?
                .execute(params![to, kind, key, holds])?;
        }
        for kind in Kind::ALL.map(kind_number) {
            let behind: i64 = self
                .connection
                .prepare_cached(
                    "SELECT coalesce(max(position), 0) FROM identifier
                     WHERE contact = ?1 AND kind = ?2",
                )?
                .query_row(params![to, kind], |row| row.get(0))?;
            self.connection
                .prepare_cached(
                    "UPDATE identifier SET contact = ?1, position = position + ?4,
                         brought_by = ?5, place_brought_by = NULL
                     WHERE contact = ?2 AND kind = ?3",
                )?
                .execute(params![to, from, kind, behind, merge])?;
        }
        Ok(())
    }

    /// Forgets that a merge brought fields that were edited since.
    fn unmark(&self, contact: i64, edited: &[String]) -> Result<()> {
        let mut delete = self
            .connection
            .prepare_cached("DELETE FROM merge_mark WHERE contact = ?1 AND field = ?2")?;
        for field in edited {
            delete.execute(params![contact, field])?;
        }
        Ok(())
    }

    /// Remembers which fields of the survivor a merge brought.
    fn mark(&self, to: i64, from: i64, brought: &[String], merge: i64) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM merge_mark WHERE contact = ?1")?
            .execute([from])?;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO merge_mark (contact, field, merge) VALUES (?1, ?2, ?3)
             ON CONFLICT (contact, field) DO UPDATE SET merge = excluded.merge",
        )?;
        for field in brought {
            insert.execute(params![to, field, merge])?;
        }
        Ok(())
    }
}
