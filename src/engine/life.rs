//! What happens to a contact that is known: changed, merged and parted, deleted and put
//! back, given a key.

use super::view::View;
use super::{Contacts, Inner, TransactionContacts};
use crate::clock::Timestamp;
use crate::contact::{Contact, ContactId};
use crate::error::{Error, Result};
use crate::ident::Key;
use crate::resolve::plan::Situation;
use crate::resolve::request::FieldRule;
use crate::resolve::update::plan::UpdatePlan;
use crate::resolve::update::{self, ReadUpdate};
use crate::resolve::{Outcome, ResolveRequest, Update};
use crate::store::{Failure, Itself, Reading, Restored, Stamp, Writing};

/// What is left of an erased contact: nothing, as soon as nothing is pending.
///
/// Serialised it is what the program's `erase` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Erased {
    /// Whether the write-ahead log still holds something, because somebody reads an old state.
    pub pending: bool,
}

impl View {
    /// The row of the live contact that an id leads to.
    pub(super) fn live(&self, tx: &Reading<'_>, id: ContactId) -> Result<(i64, i64), Failure> {
        let not_found = || Failure::from(Error::NotFound(id));
        let scope = self.row(tx)?.ok_or_else(not_found)?;
        let found = tx.find(scope, id)?.filter(|found| !found.deleted);
        Ok((scope, found.ok_or_else(not_found)?.row))
    }

    /// What an id itself is, for what is refused to one that was absorbed.
    pub(super) fn itself(&self, tx: &Reading<'_>, id: ContactId) -> Result<(i64, Itself), Failure> {
        let not_found = || Failure::from(Error::NotFound(id));
        let scope = self.row(tx)?.ok_or_else(not_found)?;
        match tx.itself(scope, id)?.ok_or_else(not_found)? {
            Itself::Absorbed(survivor) => Err(Error::Absorbed { id, survivor }.into()),
            itself => Ok((scope, itself)),
        }
    }

    fn update(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        id: ContactId,
        read: &ReadUpdate,
    ) -> Result<Outcome, Failure> {
        let (scope, situation, plan) = self.plan_update(tx, id, read)?;
        match plan.outcome.changed {
            true => tx.update(scope, plan, &situation, stamp),
            false => Ok(plan.outcome),
        }
    }

    fn plan_update(
        &self,
        tx: &Reading<'_>,
        id: ContactId,
        read: &ReadUpdate,
    ) -> Result<(i64, Situation, UpdatePlan), Failure> {
        let (scope, row) = self.live(tx, id)?;
        let situation = tx.situation(&self.scope, Some(scope), &read.request, Some(id))?;
        let mut plan = update::plan::plan(read, &situation, &self.rules)?;
        plan.affirm(tx.was_brought(row, &plan.affirmed)?);
        Ok((scope, situation, plan))
    }

    fn preview_update(
        &self,
        tx: &Reading<'_>,
        id: ContactId,
        read: &ReadUpdate,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<Outcome, Failure> {
        let mut outcome = self.plan_update(tx, id, read)?.2.outcome;
        if outcome.changed {
            outcome.contact.stamp(now(), false);
        }
        Ok(outcome)
    }

    fn delete(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        id: ContactId,
    ) -> Result<Contact, Failure> {
        match self.itself(tx, id)? {
            (scope, Itself::Live(row)) => tx.delete(scope, &self.scope, row, stamp),
            _ => Err(Error::NotFound(id).into()),
        }
    }

    fn restore(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        id: ContactId,
    ) -> Result<Restored, Failure> {
        match self.itself(tx, id)? {
            (scope, Itself::Deleted(row)) => tx.restore(scope, &self.scope, row, stamp),
            _ => {
                let reason = "it is not deleted";
                Err(Error::invalid_request("id", &id.to_string(), reason).into())
            }
        }
    }

    fn erase(&self, tx: &Writing<'_>, stamp: &Stamp<'_>, id: ContactId) -> Result<(), Failure> {
        match self.itself(tx, id)? {
            (scope, Itself::Live(row) | Itself::Deleted(row)) => {
                tx.erase(scope, &self.scope, row, stamp)
            }
            _ => Err(Error::NotFound(id).into()),
        }
    }

    fn reassign(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        key: &Key,
        id: ContactId,
    ) -> Result<Contact, Failure> {
        let (scope, row) = self.live(tx, id)?;
        match tx.reassign(scope, &self.scope, row, key, stamp)? {
            Some(contact) => Ok(contact),
            None => tx.contact(row, &self.scope),
        }
    }
}

impl Contacts {
    /// One write of one call.
    pub(super) fn write<T>(
        &self,
        job: impl FnOnce(&View, &Writing<'_>, &Stamp<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        let inner = &self.kinfold.inner;
        inner.write(self.origin.as_deref(), |tx, stamp| {
            job(&self.view, tx, stamp)
        })
    }

    /// One look of one call.
    pub(super) fn read<T>(
        &self,
        job: impl FnOnce(&Reading<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        self.kinfold.inner.read(job)
    }

    /// Makes a contact, for those who don't want to find one.
    ///
    /// With [`allow_duplicates`](ResolveRequest::allow_duplicates) it joins the lines of
    /// phones and emails that others hold, so that it may hold none of its own, and the
    /// pairs go on the review queue.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyExists`] if others hold identifiers, which names each key and its
    /// holder, and nothing was written; also with `allow_duplicates` if one is an external
    /// id. Else those of [`resolve`](Self::resolve).
    ///
    /// ```
    /// use kinfold::{Draft, Error, Kinfold, ResolveRequest, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.create(Draft::new().phone("+14155550101").name("Ana"))?;
    ///
    /// let ben = Draft::new().phone("+14155550101").name("Ben");
    /// let refused = contacts.create(ben.clone()).unwrap_err();
    /// assert_eq!(refused.holders()[0].holder, ana.contact.id);
    ///
    /// // They share the phone: both list it, and Ana is found by it.
    /// let ben = contacts.create(ResolveRequest::from(ben).allow_duplicates(true))?;
    /// assert!(ben.created && ben.conflicts[0].holder == ana.contact.id);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn create(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        let inner = &self.kinfold.inner;
        let asked = self.view.read(inner, &request.into(), FieldRule::Create)?;
        inner.look_then_write(
            self.origin.as_deref(),
            |tx| self.view.look(tx, &asked),
            |tx, planned, stamp| self.view.write(tx, &asked, planned, stamp),
        )
    }

    /// What [`create`](Self::create) would answer, without writing anything.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create).
    pub fn preview_create(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        let inner = &self.kinfold.inner;
        let asked = self.view.read(inner, &request.into(), FieldRule::Create)?;
        inner.read(|tx| self.view.preview(tx, &asked, || inner.clock.now()))
    }

    /// Changes a contact. What the update names replaces what is there; if that changes
    /// nothing, nothing is written.
    ///
    /// A phone or an email that somebody else holds is listed behind it, and the pair goes on
    /// the review queue.
    ///
    /// # Errors
    ///
    /// - [`Error::NotFound`] if there is no such contact, or it is deleted;
    /// - [`Error::VersionMismatch`] if it is not the version that the update expects;
    /// - [`Error::AlreadyExists`] for an external id that somebody else has;
    /// - [`Error::InvalidIdentifier`], [`Error::InvalidField`] and [`Error::InvalidRequest`]
    ///   for what can't be read or breaks a limit, and those of a store.
    pub fn update(&self, id: ContactId, update: Update) -> Result<Outcome> {
        let read = update::read(&update, self.view.region)?;
        self.write(|view, tx, stamp| view.update(tx, stamp, id, &read))
    }

    /// What [`update`](Self::update) would answer, without writing anything.
    ///
    /// # Errors
    ///
    /// Those of [`update`](Self::update).
    pub fn preview_update(&self, id: ContactId, update: Update) -> Result<Outcome> {
        let read = update::read(&update, self.view.region)?;
        let now = || self.kinfold.inner.clock.now();
        self.read(|tx| self.view.preview_update(tx, id, &read, now))
    }

    /// Deletes a contact. It leaves a tombstone, which holds nothing and keeps its places in
    /// line, until it is restored or erased.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none, or it is deleted already; [`Error::Absorbed`] for
    /// the id of an absorbed contact; those of a store.
    pub fn delete(&self, id: ContactId) -> Result<Contact> {
        self.write(|view, tx, stamp| view.delete(tx, stamp, id))
    }

    /// Puts a deleted contact back at its places. What others hold meanwhile stays theirs.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::InvalidRequest`] if it is not deleted,
    /// [`Error::Absorbed`] for the id of an absorbed contact, and those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.resolve(Draft::new().email("ana@example.com"))?.contact.id;
    /// contacts.delete(ana)?;
    /// // The address goes to somebody else, and stays there.
    /// let ben = contacts.resolve(Draft::new().email("ana@example.com"))?.contact.id;
    /// let restored = contacts.restore(ana)?;
    /// assert_eq!(restored.conflicts[0].holder, ben);
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn restore(&self, id: ContactId) -> Result<Restored> {
        self.write(|view, tx, stamp| view.restore(tx, stamp, id))
    }

    /// Erases a contact, live or deleted, and those that it absorbed: no value that only they
    /// had is left in any file of the store, neither in the tables nor in the log or the
    /// history of those they were one with for a time. Their ids are found no more. Copies that
    /// were made of the store are outside of it, and what was said of the scope itself stays:
    /// keys that were blocked by name, and definitions of custom fields.
    ///
    /// Where somebody who reads an old state stands in the way, or a process that writes the
    /// search index does not answer, the answer is `pending`: the database is done, and the
    /// next writer, or whoever opens the store next, sees to the rest.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Absorbed`] for the id of an absorbed contact, and those of
    /// a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.resolve(Draft::new().email("ana@example.com").name("Ana"))?.contact.id;
    /// assert!(!contacts.erase(ana)?.pending);
    /// assert_eq!(contacts.get(ana).unwrap_err().code(), "NOT_FOUND");
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn erase(&self, id: ContactId) -> Result<Erased> {
        let inner = &self.kinfold.inner;
        self.write(|view, tx, stamp| {
            view.erase(tx, stamp, id)?;
            // Whoever writes next empties the log, and this call is the first to try.
            inner.erasing.begin();
            Ok(())
        })?;
        Ok(Erased {
            pending: inner.erasing.is_pending(),
        })
    }

    /// Gives a key to a contact, whoever has it: it moves to the front of the line, which it
    /// need not have stood in. A number has a new owner. An external id is taken from the one
    /// that has it; a blocked key is held only when the block is lifted.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::InvalidRequest`] if the contact has another value for
    /// the external source, and those of a store.
    pub fn reassign(&self, key: &Key, id: ContactId) -> Result<Contact> {
        self.write(|view, tx, stamp| view.reassign(tx, stamp, key, id))
    }
}

impl TransactionContacts<'_> {
    /// One write of one call.
    pub(super) fn write<T>(
        &self,
        job: impl FnOnce(&View, &Writing<'_>, &Stamp<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        let inner: &Inner = self.transaction.inner;
        let origin = self.origin.as_deref();
        self.transaction
            .call(|tx| inner.stamped(origin, |stamp| job(&self.view, tx, stamp)))
    }

    /// As [`Contacts::create`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::create`].
    pub fn create(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        let inner = self.transaction.inner;
        let asked = self.view.read(inner, &request.into(), FieldRule::Create)?;
        self.write(|view, tx, stamp| view.apply(tx, &asked, stamp))
    }

    /// As [`Contacts::preview_create`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::create`].
    pub fn preview_create(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        let inner = self.transaction.inner;
        let asked = self.view.read(inner, &request.into(), FieldRule::Create)?;
        self.read(|tx| self.view.preview(tx, &asked, || inner.clock.now()))
    }

    /// As [`Contacts::preview_update`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::update`].
    pub fn preview_update(&self, id: ContactId, update: Update) -> Result<Outcome> {
        let read = update::read(&update, self.view.region)?;
        let now = || self.transaction.inner.clock.now();
        self.read(|tx| self.view.preview_update(tx, id, &read, now))
    }

    /// As [`Contacts::update`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::update`].
    pub fn update(&self, id: ContactId, update: Update) -> Result<Outcome> {
        let read = update::read(&update, self.view.region)?;
        self.write(|view, tx, stamp| view.update(tx, stamp, id, &read))
    }

    /// As [`Contacts::delete`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::delete`].
    pub fn delete(&self, id: ContactId) -> Result<Contact> {
        self.write(|view, tx, stamp| view.delete(tx, stamp, id))
    }

    /// As [`Contacts::restore`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::restore`].
    pub fn restore(&self, id: ContactId) -> Result<Restored> {
        self.write(|view, tx, stamp| view.restore(tx, stamp, id))
    }

    /// As [`Contacts::erase`]. The write-ahead log and the search index are emptied when the
    /// transaction is committed.
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::erase`].
    pub fn erase(&self, id: ContactId) -> Result<()> {
        self.write(|view, tx, stamp| {
            view.erase(tx, stamp, id)?;
            self.transaction.inner.erasing.begin();
            Ok(())
        })
    }

    /// As [`Contacts::reassign`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::reassign`].
    pub fn reassign(&self, key: &Key, id: ContactId) -> Result<Contact> {
        self.write(|view, tx, stamp| view.reassign(tx, stamp, key, id))
    }
}
