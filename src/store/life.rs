//! What happens to a contact that is known: merged, deleted, put back, given a key.

use rusqlite::params;
use serde::Serialize;

use super::apply::{NewChange, Stamp};
use super::contacts::kind_number;
use super::failure::Result;
use super::ledger::NewMerge;
use super::lines::{HolderChange, ROOM_BEHIND, right_behind};
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::difference::difference;
use crate::contact::{Conflict, Contact, ContactId, Json, Listing, MergeId, OrderedMap};
use crate::error::Error;
use crate::ident::{Key, Kind};
use crate::resolve::MergeRules;
use crate::resolve::merged::MergePlan;
use crate::scope::Scope;

/// A deleted contact that is back.
///
/// Serialised it is what the program's `restore` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Restored {
    /// The contact.
    pub contact: Contact,
    /// The keys that another contact holds meanwhile. A phone or an email is listed right
    /// behind it, an external id no longer at all.
    pub conflicts: Vec<Conflict>,
}

/// Who holds what after a change, for the log: those for whom it was made are in the
/// difference already.
pub(super) struct Told {
    subjects: Vec<i64>,
    changes: Vec<HolderChange>,
}

impl Told {
    pub(super) fn of(subjects: impl IntoIterator<Item = i64>) -> Self {
        Self {
            subjects: subjects.into_iter().collect(),
            changes: Vec::new(),
        }
    }

    /// What of it concerns the keys that a contact lists.
    pub(super) fn about(&self, contact: &Contact) -> Self {
        let changes = self.changes.iter();
        let own = changes.filter(|change| contact.listing(&change.key).is_some());
        Self {
            subjects: self.subjects.clone(),
            changes: own.cloned().collect(),
        }
    }

    pub(super) fn add(&mut self, change: Option<HolderChange>) {
        self.changes.extend(change);
    }
}

#[derive(Serialize)]
struct Holder<'a> {
    kind: Kind,
    key: &'a str,
    holder: Option<ContactId>,
}

/// What an id itself is, wherever it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Itself {
    Live(i64),
    Deleted(i64),
    /// Absorbed: the survivor that it leads to.
    Absorbed(ContactId),
}

impl Reading<'_> {
    /// What an id itself is; none if nobody has it, or was erased.
    pub(crate) fn itself(&self, scope: i64, id: ContactId) -> Result<Option<Itself>> {
        let Some(own) = self.row_of(scope, id)? else {
            return Ok(None);
        };
        let Some(found) = self.find(scope, id)? else {
            return Ok(None);
        };
        Ok(Some(match (found.row == own, found.deleted) {
            (false, _) => Itself::Absorbed(self.id_of(found.row)?),
            (true, false) => Itself::Live(own),
            (true, true) => Itself::Deleted(own),
        }))
    }

    /// The contact in a row, by the id that the outside knows.
    pub(super) fn id_of(&self, row: i64) -> Result<ContactId> {
        let mut find = self
            .connection
            .prepare_cached("SELECT uuid FROM contact WHERE id = ?1")?;
        Ok(find.query_row([row], |found| Ok(ContactId::from_bytes(found.get(0)?)))?)
    }
}

impl Writing<'_> {
    /// Counts a change of a contact, and says when it was.
    pub(super) fn stamp_contact(&self, row: i64, now: Timestamp) -> Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE contact SET version = version + 1, updated_at = ?2 WHERE id = ?1",
            )?
            .execute(params![row, now.as_milliseconds()])?;
        Ok(())
    }

    /// Adds to an entry of the log who else holds, or no longer holds, a key.
    pub(super) fn tell(&self, told: &Told, entry: &mut OrderedMap<Json>) -> Result<()> {
        let mut holders = Vec::new();
        for change in &told.changes {
            let others = [change.before, change.after].into_iter().flatten();
            if others.into_iter().all(|row| told.subjects.contains(&row)) {
                continue;
            }
            holders.push(Holder {
                kind: change.key.kind(),
                key: change.key.as_str(),
                holder: match change.after {
                    Some(row) => Some(self.id_of(row)?),
                    None => None,
                },
            });
        }
        if !holders.is_empty() {
            entry.insert("holders", Json::of(&holders));
        }
        Ok(())
    }

    /// Ends a change of one contact: counts it and writes the log; the contact as it is now.
    pub(super) fn finish(
        &self,
        scope_row: i64,
        before: &Contact,
        op: &'static str,
        told: &Told,
        more: OrderedMap<Json>,
        stamp: &Stamp<'_>,
    ) -> Result<Contact> {
        self.stamp_contact(before.row, stamp.now)?;
        let after = self.contact(before.row, &before.scope)?;
        let mut entry = difference(Some(before), &after);
        for (name, value) in more {
            entry.insert(name, value);
        }
        self.tell(told, &mut entry)?;
        let change = NewChange {
            scope: scope_row,
            contact: Some(before.row),
            op,
            difference: &entry,
        };
        self.log(&change, stamp)?;
        Ok(after)
    }

    /// Merges two contacts as planned; the merge, and the survivor.
    pub(crate) fn merge(
        &self,
        scope_row: i64,
        plan: MergePlan,
        rules: &MergeRules,
        stamp: &Stamp<'_>,
    ) -> Result<(MergeId, Contact)> {
        let MergePlan {
            before,
            absorbed,
            mut contact,
            absorb,
            ..
        } = plan;
        let id = MergeId::from_bytes((stamp.new_id)());
        contact.stamp(stamp.now, false);
        let new = NewMerge {
            id,
            scope: scope_row,
            seq: self.next_seq()?,
            rules,
        };
        self.absorb(&contact, &absorbed, &absorb, &new, stamp.now)?;
        let after = self.contact(before.row, &before.scope)?;
        let mut entry = difference(Some(&before), &after);
        entry.insert("absorbed", Json::of(&[&absorbed]));
        entry.insert("merges", Json::of(&[id]));
        let change = NewChange {
            scope: scope_row,
            contact: Some(before.row),
            op: "merge",
            difference: &entry,
        };
        self.log(&change, stamp)?;
        Ok((id, after))
    }

    /// Leaves a tombstone, which holds nothing and keeps its places.
    pub(crate) fn delete(
        &self,
        scope_row: i64,
        scope: &Scope,
        row: i64,
        stamp: &Stamp<'_>,
    ) -> Result<Contact> {
        let before = self.contact(row, scope)?;
        self.set_state(row, 1)?;
        let told = self.settle_all(scope_row, &before)?;
        self.finish(
            scope_row,
            &before,
            "delete",
            &told,
            OrderedMap::new(),
            stamp,
        )
    }

    /// Puts a deleted contact back at its places.
    pub(crate) fn restore(
        &self,
        scope_row: i64,
        scope: &Scope,
        row: i64,
        stamp: &Stamp<'_>,
    ) -> Result<Restored> {
        let before = self.contact(row, scope)?;
        let mut conflicts = Vec::new();
        for listing in &before.identifiers {
            let key = &listing.key;
            let holder = match key.kind() {
                // A blocked external id is held by nobody, and all the same no two list it.
                Kind::ExternalId => self.first_live(scope_row, key)?,
                Kind::Phone | Kind::Email => self.holder_in_line(scope_row, key)?,
            };
            let Some(holder) = holder else { continue };
            if key.kind() == Kind::ExternalId {
                self.leave_line(row, key)?;
            } else if listing.place < holder.place {
                let given = self.places_given(scope_row, key)?;
                let behind = right_behind(holder.place, &given);
                self.move_in_line(row, key, behind)?;
            } else {
                continue;
            }
            conflicts.push(Conflict {
                key: key.clone(),
                holder: self.id_of(holder.contact)?,
            });
        }
        self.set_state(row, 0)?;
        let told = self.settle_all(scope_row, &before)?;
        let mut more = OrderedMap::new();
        if !conflicts.is_empty() {
            more.insert("conflicts", Json::of(&conflicts));
        }
        let contact = self.finish(scope_row, &before, "restore", &told, more, stamp)?;
        Ok(Restored { contact, conflicts })
    }

    /// Moves a contact to the front of a line; an external id is taken from who has it. None
    /// if the contact stood there already, and not by a merge.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if the contact has another value for the source.
    pub(crate) fn reassign(
        &self,
        scope_row: i64,
        scope: &Scope,
        row: i64,
        key: &Key,
        stamp: &Stamp<'_>,
    ) -> Result<Option<Contact>> {
        let before = self.contact(row, scope)?;
        let own = before.listing(key);
        let other_value = key
            .source()
            .and_then(|source| before.external_value(source))
            .is_some_and(|value| value != key.value());
        if other_value {
            let reason = "the contact has another value for this source; remove that first";
            return Err(Error::invalid_request("external_id", key.as_str(), reason).into());
        }
        let mut told = Told::of([row]);
        let mut more = OrderedMap::new();
        more.insert("reassigned", Json::of(&OneKey::of(key)));
        let is_its_own = own.is_some() && !self.is_brought(row, key)?;
        if key.kind() == Kind::ExternalId {
            if is_its_own {
                return Ok(None);
            }
            if own.is_none()
                && let Some(other) = self.first_live(scope_row, key)?
            {
                self.leave_line(other.contact, key)?;
                self.stamp_contact(other.contact, stamp.now)?;
                self.set_last_change(other.contact, self.next_seq()?)?;
                more.insert("taken_from", Json::of(&self.id_of(other.contact)?));
                told.add(Some(HolderChange {
                    key: key.clone(),
                    before: Some(other.contact),
                    after: Some(row),
                }));
            }
        }
        let places = self.places(scope_row, key)?;
        if is_its_own && own.is_some_and(|own| places.first() == Some(&own.place)) {
            return Ok(None);
        }
        let front = self
            .next_seq()?
            .saturating_mul(ROOM_BEHIND)
            .saturating_neg();
        match own {
            Some(_) => {
                self.move_in_line(row, key, front)?;
                // From now on it is the contact's own, whoever brought it.
                self.connection
                    .prepare_cached(
                        "UPDATE identifier SET brought_by = NULL
                         WHERE contact = ?1 AND kind = ?2 AND key = ?3",
                    )?
                    .execute(params![row, kind_number(key.kind()), key.as_str()])?;
            }
            None => {
                let listing = Listing {
                    key: key.clone(),
                    raw: super::contacts::shown(key).to_owned(),
                    region: None,
                    verified: key.is_verified(),
                    holds: false,
                    blocked: false,
                    place: front,
                    position: self.next_position(row, key.kind())?,
                };
                self.insert_listing(scope_row, row, &listing, front)?;
                self.note_blocked(scope_row, key, stamp.now)?;
            }
        }
        told.add(self.settle(scope_row, key)?);
        let contact = self.finish(scope_row, &before, "reassign", &told, more, stamp)?;
        Ok(Some(contact))
    }

    /// Whether a merge brought a key, or its place in line, so that an undo would take it.
    fn is_brought(&self, row: i64, key: &Key) -> Result<bool> {
        let mut find = self.connection.prepare_cached(
            "SELECT 1 FROM identifier
             WHERE contact = ?1 AND kind = ?2 AND key = ?3
               AND (brought_by IS NOT NULL OR place_brought_by IS NOT NULL)",
        )?;
        Ok(find.exists(params![row, kind_number(key.kind()), key.as_str()])?)
    }

    /// Settles every line in which a contact stands.
    pub(super) fn settle_all(&self, scope_row: i64, contact: &Contact) -> Result<Told> {
        let mut told = Told::of([contact.row]);
        for listing in &contact.identifiers {
            told.add(self.settle(scope_row, &listing.key)?);
        }
        Ok(told)
    }

    fn set_state(&self, row: i64, state: i64) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE contact SET state = ?2 WHERE id = ?1")?
            .execute([row, state])?;
        Ok(())
    }
}

/// A key as the log names it.
#[derive(Serialize)]
pub(super) struct OneKey<'a> {
    kind: Kind,
    key: &'a str,
}

impl<'a> OneKey<'a> {
    pub(super) fn of(key: &'a Key) -> Self {
        Self {
            kind: key.kind(),
            key: key.as_str(),
        }
    }
}
