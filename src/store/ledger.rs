//! The merge ledger: merging, and what it takes to undo it.

use rusqlite::params;

use super::contacts::kind_number;
use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::entries::FieldName;
use crate::contact::{Contact, Json, MergeId};
use crate::ident::Kind;
use crate::resolve::MergeRules;
use crate::resolve::plan::Absorb;

/// A new entry of the merge ledger.
pub(super) struct NewMerge<'a> {
    pub(super) id: MergeId,
    pub(super) scope: i64,
    pub(super) seq: i64,
    pub(super) rules: &'a MergeRules,
}

impl Reading<'_> {
    /// Whether a merge brought one of these fields of a contact.
    pub(crate) fn was_brought(&self, contact: i64, fields: &[FieldName]) -> Result<bool> {
        let mut find = self
            .connection
            .prepare_cached("SELECT 1 FROM merge_mark WHERE contact = ?1 AND field = ?2")?;
        for field in fields {
            if find.exists(params![contact, field.to_string()])? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Writing<'_> {
    /// Merges one contact into another and writes the ledger.
    pub(super) fn absorb(
        &self,
        survivor: &Contact,
        absorbed: &Contact,
        absorb: &Absorb,
        entry: &NewMerge<'_>,
        now: Timestamp,
    ) -> Result<()> {
        let (to, from) = (survivor.row, absorbed.row);
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO merge (uuid, scope, survivor, absorbed, seq, at,
                                rules, survivor_before, absorbed_before)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        insert.execute(params![
            entry.id.as_bytes(),
            entry.scope,
            to,
            from,
            entry.seq,
            now.as_milliseconds(),
            (!entry.rules.is_usual()).then(|| Json::of(entry.rules).as_str().to_owned()),
            self.snapshot(to)?,
            self.snapshot(from)?,
        ])?;
        let merge = self.connection.last_insert_rowid();
        self.move_identifiers(to, from, merge)?;
        self.mark(to, from, &absorb.brought, merge)?;
        self.update_contact(to, &absorb.fields, survivor.version, now)?;
        self.connection
            .prepare_cached("UPDATE contact SET created_at = min(created_at, ?2) WHERE id = ?1")?
            .execute(params![to, absorbed.created_at.as_milliseconds()])?;
        self.empty_contact(from)?;
        let mut leave_stub = self.connection.prepare_cached(
            "UPDATE contact SET state = 2, survivor = ?2, version = version + 1, updated_at = ?3,
                 last_change = ?4
             WHERE id = ?1",
        )?;
        leave_stub.execute(params![from, to, now.as_milliseconds(), entry.seq])?;
        Ok(())
    }

    /// Empties a contact's row of all that was said of it.
    pub(super) fn empty_contact(&self, row: i64) -> Result<()> {
        let mut empty = self.connection.prepare_cached(
            "UPDATE contact SET
                 full_name = NULL, given_name = NULL, family_name = NULL, line1 = NULL,
                 city = NULL, state_region = NULL, postal_code = NULL, country = NULL,
                 company = NULL, website = NULL, gender = NULL, date_of_birth = NULL,
                 timezone = NULL, description = NULL, source = NULL, assigned_to = NULL,
                 tags = NULL, custom_fields = NULL, metadata = NULL, do_not_disturb = NULL,
                 business_id = NULL, contact_type = NULL, visitor_id = NULL, followers = NULL,
                 offers = NULL, products = NULL, email_bounced = NULL,
                 email_unsubscribed = NULL, last_session_activity_at = NULL,
                 attribution = NULL, last_attribution = NULL
             WHERE id = ?1",
        )?;
        empty.execute([row])?;
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
    pub(super) fn unmark(&self, contact: i64, edited: &[FieldName]) -> Result<()> {
        let mut delete = self
            .connection
            .prepare_cached("DELETE FROM merge_mark WHERE contact = ?1 AND field = ?2")?;
        for field in edited {
            delete.execute(params![contact, field.to_string()])?;
        }
        Ok(())
    }

    /// Remembers which fields of the survivor a merge brought.
    fn mark(&self, to: i64, from: i64, brought: &[FieldName], merge: i64) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM merge_mark WHERE contact = ?1")?
            .execute([from])?;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO merge_mark (contact, field, merge) VALUES (?1, ?2, ?3)
             ON CONFLICT (contact, field) DO UPDATE SET merge = excluded.merge",
        )?;
        for field in brought {
            insert.execute(params![to, field.to_string(), merge])?;
        }
        Ok(())
    }
}
