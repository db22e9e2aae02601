//! A plan, written: the contact, its merges, its places in line, the log.

use rusqlite::params;

use super::Writing;
use super::failure::Result;
use super::ledger::NewMerge;
use super::life::Told;
use super::lines::ROOM_BEHIND;
use super::retention::Retention;
use crate::clock::Timestamp;
use crate::contact::entries::FieldName;
use crate::contact::{ChangeId, ContactId, Json, MergeId, OrderedMap};
use crate::resolve::plan::{Plan, Situation};
use crate::resolve::update::plan::UpdatePlan;
use crate::resolve::{MergeRules, Outcome};
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

/// One entry of the change log, to be written.
pub(super) struct NewChange<'a> {
    pub(super) scope: i64,
    /// None if it happened to the scope, and to no contact in particular.
    pub(super) contact: Option<i64>,
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
            defines,
            touched,
            review,
            mut difference,
            mut outcome,
        } = plan;
        let scope_row = match scope_row {
            Some(row) => row,
            None => self.intern(scope, stamp.now)?,
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
        if !defines.is_empty() {
            let names: Vec<&str> = defines.iter().map(|new| new.name.as_str()).collect();
            difference.insert("defined_fields", Json::of(&names));
            self.define_fields(scope_row, &defines, stamp)?;
        }
        let op = match (winner, absorbs.is_empty(), touched) {
            (None, ..) => "create",
            (Some(_), false, _) => "merge",
            (Some(_), true, true) => "update",
            (Some(_), true, false) => "review",
        };
        let change = NewChange {
            scope: scope_row,
            contact: Some(contact.row),
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
                let merge = NewMerge {
                    id: *merge,
                    scope: scope_row,
                    seq,
                    rules: &MergeRules::default(),
                };
                self.absorb(contact, absorbed, absorb, &merge, stamp.now)?;
            }
        }
        for listing in &listings {
            self.insert_listing(scope_row, contact.row, listing, place)?;
            if listing.blocked {
                self.note_blocked(scope_row, &listing.key, stamp.now)?;
            }
        }
        if touched && winner.is_some() {
            self.update_contact(contact.row, &contact.fields, contact.version, stamp.now)?;
            self.unmark(contact.row, &edited)?;
        }
        let row = contact.row;
        for other in review
            .iter()
            .filter_map(|&other| situation.holders.get(other))
        {
            let shared = outcome.conflicts.iter();
            let shared = shared.filter(|conflict| conflict.holder == other.id);
            let keys: Vec<_> = shared.map(|conflict| &conflict.key).collect();
            self.queue_review(scope_row, row, other.row, "conflict", &keys, stamp.now)?;
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
        if let Some(contact) = change.contact {
            self.set_last_change(contact, seq)?;
        }
        self.forget_changes(seq, stamp.keep_changes, stamp.now)?;
        Ok(seq)
    }

    /// Says which change a contact's last one was. Whoever an entry is about has its number
    /// from [`log`](Self::log); this is for who changes with another one.
    pub(super) fn set_last_change(&self, contact: i64, seq: i64) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE contact SET last_change = ?2 WHERE id = ?1")?
            .execute([contact, seq])?;
        Ok(())
    }
}

impl Writing<'_> {
    /// Applies an update to the state in which it was planned.
    pub(crate) fn update(
        &self,
        scope_row: i64,
        plan: UpdatePlan,
        situation: &Situation,
        stamp: &Stamp<'_>,
    ) -> Result<Outcome> {
        let UpdatePlan {
            before,
            dropped,
            listings,
            positions,
            edited,
            affirmed,
            defines,
            touched,
            review,
            mut outcome,
        } = plan;
        let row = before.row;
        let place = self.next_seq()?.saturating_mul(ROOM_BEHIND);
        for key in &dropped {
            self.leave_line(row, key)?;
        }
        for listing in &listings {
            self.insert_listing(scope_row, row, listing, place)?;
            if listing.blocked {
                self.note_blocked(scope_row, &listing.key, stamp.now)?;
            }
        }
        for (key, position) in &positions {
            self.set_position(row, key, *position)?;
        }
        if touched {
            let fields = &outcome.contact.fields;
            self.update_contact(row, fields, before.version, stamp.now)?;
        }
        self.unmark(row, &edited)?;
        let mut told = Told::of([row]);
        for key in &dropped {
            told.add(self.settle(scope_row, key)?);
        }
        let mut more = OrderedMap::new();
        let others = || {
            review
                .iter()
                .filter_map(|other| situation.holders.get(*other))
        };
        for other in others() {
            let shared = outcome.conflicts.iter();
            let shared = shared.filter(|conflict| conflict.holder == other.id);
            let keys: Vec<_> = shared.map(|conflict| &conflict.key).collect();
            self.queue_review(scope_row, row, other.row, "conflict", &keys, stamp.now)?;
        }
        if !review.is_empty() {
            let ids: Vec<_> = others().map(|contact| contact.id).collect();
            more.insert("review", Json::of(&ids));
        }
        if !affirmed.is_empty() {
            let names: Vec<String> = affirmed.iter().map(FieldName::to_string).collect();
            more.insert("affirmed", Json::of(&names));
        }
        if !defines.is_empty() {
            let names: Vec<&str> = defines.iter().map(|new| new.name.as_str()).collect();
            more.insert("defined_fields", Json::of(&names));
            self.define_fields(scope_row, &defines, stamp)?;
        }
        if touched {
            outcome.contact = self.finish(scope_row, &before, "update", &told, more, stamp)?;
        } else {
            let change = NewChange {
                scope: scope_row,
                contact: Some(row),
                op: "review",
                difference: &more,
            };
            self.log(&change, stamp)?;
        }
        Ok(outcome)
    }
}
