//! Notes of a contact.

use super::beside::{Planned, there};
use super::view::View;
use super::{Contacts, TransactionContacts};
use crate::contact::{ContactId, Note, NoteDraft, NoteId, NotePatch};
use crate::error::Result;
use crate::store::{Failure, Look, Reading};

impl NotePatch {
    /// Reads a patch in JSON: a value replaces, null clears, what is not named stays.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest) for what is not JSON, an
    /// unknown key or a value of the wrong type.
    pub fn from_json(json: &str) -> Result<Self> {
        Ok(Self::read_json(json)?)
    }
}

impl View {
    fn notes(&self, tx: &Reading<'_>, contact: ContactId) -> Result<Vec<Note>, Failure> {
        tx.notes(&self.root(tx, contact)?)
    }

    fn note(&self, tx: &Reading<'_>, contact: ContactId, id: NoteId) -> Result<Note, Failure> {
        let root = self.root(tx, contact)?;
        there(tx.note(&root, id)?, "note", id)
    }

    fn look_add_note(
        &self,
        tx: &Reading<'_>,
        contact: ContactId,
        new: &Note,
    ) -> Result<Look<Note, Planned<Note>>, Failure> {
        let root = self.live_root(tx, contact)?;
        let mut new = new.clone();
        new.contact = root.id;
        Ok(Planned::add(root, new))
    }

    fn look_update_note(
        &self,
        tx: &Reading<'_>,
        contact: ContactId,
        id: NoteId,
        patch: &NotePatch,
    ) -> Result<Look<Note, Planned<Note>>, Failure> {
        let root = self.live_root(tx, contact)?;
        let before = there(tx.note(&root, id)?, "note", id)?;
        let after = patch.applied(&before);
        Ok(Planned::change(root, before, after))
    }

    fn look_delete_note(
        &self,
        tx: &Reading<'_>,
        contact: ContactId,
        id: NoteId,
    ) -> Result<Look<(), Planned<Note>>, Failure> {
        let root = self.live_root(tx, contact)?;
        let old = there(tx.note(&root, id)?, "note", id)?;
        Ok(Planned::remove(root, old))
    }
}

impl Contacts {
    /// Writes a note about a contact.
    ///
    /// It is one entry in the change log, `note`, of the contact that the id leads to. The
    /// contact's own `version` and `updated_at` stay: they tell of the record.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such contact or it is
    /// deleted, [`Error::InvalidField`](crate::Error::InvalidField) for a note that says
    /// nothing or too much, and those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, NoteDraft, NotePatch, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.resolve(Draft::new().email("ana@example.com"))?.contact.id;
    /// let note = contacts.add_note(ana, &NoteDraft::new("Call in the morning.").author("maria"))?;
    /// contacts.update_note(ana, note.id, &NotePatch::from_json(r#"{"pinned":true}"#)?)?;
    /// assert!(contacts.notes(ana)?[0].pinned);
    /// contacts.delete_note(ana, note.id)?;
    /// assert!(contacts.notes(ana)?.is_empty());
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn add_note(&self, contact: ContactId, note: &NoteDraft) -> Result<Note> {
        let new = note.read()?;
        self.look_then_write(
            |tx| self.view.look_add_note(tx, contact, &new),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// The notes of a contact in the order in which they were written, with those of all
    /// that it absorbed. A deleted contact has its notes still.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound), and those of a store.
    pub fn notes(&self, contact: ContactId) -> Result<Vec<Note>> {
        self.kinfold.inner.read(|tx| self.view.notes(tx, contact))
    }

    /// One note of a contact.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound),
    /// [`Error::NoSuch`](crate::Error::NoSuch) if the contact has no such note, and those of
    /// a store.
    pub fn note(&self, contact: ContactId, id: NoteId) -> Result<Note> {
        let inner = &self.kinfold.inner;
        inner.read(|tx| self.view.note(tx, contact, id))
    }

    /// Changes what a patch names of a note. If nothing changes, nothing is written.
    ///
    /// # Errors
    ///
    /// Those of [`note`](Self::note) and [`add_note`](Self::add_note).
    pub fn update_note(&self, contact: ContactId, id: NoteId, patch: &NotePatch) -> Result<Note> {
        let patch = patch.read()?;
        self.look_then_write(
            |tx| self.view.look_update_note(tx, contact, id, &patch),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// Deletes a note. What it said stays in the change log.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such contact or it is
    /// deleted, [`Error::NoSuch`](crate::Error::NoSuch), and those of a store.
    pub fn delete_note(&self, contact: ContactId, id: NoteId) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_delete_note(tx, contact, id),
            |tx, planned, stamp| planned.write(tx, stamp).map(drop),
        )
    }
}

impl TransactionContacts<'_> {
    /// As [`Contacts::add_note`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::add_note`].
    pub fn add_note(&self, contact: ContactId, note: &NoteDraft) -> Result<Note> {
        let new = note.read()?;
        self.look_then_write(
            |tx| self.view.look_add_note(tx, contact, &new),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// As [`Contacts::notes`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::notes`].
    pub fn notes(&self, contact: ContactId) -> Result<Vec<Note>> {
        self.read(|tx| self.view.notes(tx, contact))
    }

    /// As [`Contacts::note`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::note`].
    pub fn note(&self, contact: ContactId, id: NoteId) -> Result<Note> {
        self.read(|tx| self.view.note(tx, contact, id))
    }

    /// As [`Contacts::update_note`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::update_note`].
    pub fn update_note(&self, contact: ContactId, id: NoteId, patch: &NotePatch) -> Result<Note> {
        let patch = patch.read()?;
        self.look_then_write(
            |tx| self.view.look_update_note(tx, contact, id, &patch),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// As [`Contacts::delete_note`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::delete_note`].
    pub fn delete_note(&self, contact: ContactId, id: NoteId) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_delete_note(tx, contact, id),
            |tx, planned, stamp| planned.write(tx, stamp).map(drop),
        )
    }
}
