//! Memories: what an agent remembers of a contact.

use super::beside::{Planned, live, there};
use super::view::View;
use super::{Contacts, TransactionContacts};
use crate::contact::{ContactId, Memory, MemoryId, MemoryPatch, MemoryScope};
use crate::error::{Error, Result};
use crate::store::{Failure, Look, Reading, Root};

impl MemoryPatch {
    /// Reads a patch in JSON: a value replaces, null clears, what is not named stays; of
    /// `facts` each entry for itself. `append` holds what comes to the end of
    /// `recent_messages` and `history`.
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
    fn look_memory(
        &self,
        tx: &Reading<'_>,
        contact: ContactId,
        of: &MemoryScope,
    ) -> Result<Look<(Memory, bool), Planned<Memory>>, Failure> {
        let root = self.root(tx, contact)?;
        if let Some(memory) = tx.memory_of(&root, of)? {
            return Ok(Look::Answer((memory, false)));
        }
        let root = live(root, contact)?;
        let mut new = Memory::blank(of.clone());
        new.contact = root.id;
        Ok(Planned::add(root, new))
    }

    fn find_memory(
        &self,
        tx: &Reading<'_>,
        contact: ContactId,
        of: &MemoryScope,
    ) -> Result<Option<Memory>, Failure> {
        tx.memory_of(&self.root(tx, contact)?, of)
    }

    fn memories(&self, tx: &Reading<'_>, contact: ContactId) -> Result<Vec<Memory>, Failure> {
        tx.memories(&self.root(tx, contact)?)
    }

    fn memory_by_id(&self, tx: &Reading<'_>, id: MemoryId) -> Result<(Root, Memory), Failure> {
        let found = match self.row(tx)? {
            Some(scope) => tx.memory(scope, id)?,
            None => None,
        };
        there(found, "memory", id)
    }

    fn look_update_memory(
        &self,
        tx: &Reading<'_>,
        id: MemoryId,
        patch: &MemoryPatch,
    ) -> Result<Look<Memory, Planned<Memory>>, Failure> {
        let (root, before) = self.memory_by_id(tx, id)?;
        let root = live(root, root.id)?;
        let after = patch.applied(&before).map_err(Error::from)?;
        Ok(Planned::change(root, before, after))
    }

    fn look_delete_memory(
        &self,
        tx: &Reading<'_>,
        id: MemoryId,
    ) -> Result<Look<(), Planned<Memory>>, Failure> {
        let (root, old) = self.memory_by_id(tx, id)?;
        Ok(Planned::remove(live(root, root.id)?, old))
    }
}

impl Contacts {
    /// What a persona, or the agent behind a number, remembers of a contact: got, or made,
    /// and whether it was made. Of any number of callers at once exactly one makes it.
    ///
    /// An agent's number is compared by its key, in all its spellings, where it can be read,
    /// without a `+` in the default region of these contacts. A contact that absorbed others
    /// has the memories of all of them; its own answers first, then those of the others in
    /// the order of their merges.
    ///
    /// Making it is one entry in the change log, `memory`; the contact's `version` and
    /// `updated_at` stay.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such contact, or it is
    /// deleted and has no such memory; [`Error::InvalidField`](crate::Error::InvalidField)
    /// if nobody is named, and those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, MemoryPatch, MemoryScope, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.resolve(Draft::new().phone("+1 415 555 0101"))?.contact.id;
    /// let agent = MemoryScope::AgentNumber("+1 (415) 555-0199".into());
    /// let (memory, created) = contacts.memory(ana, &agent)?;
    /// assert!(created);
    ///
    /// let patch = MemoryPatch::new().summary("Wants a call on Friday.").fact("plan", "gold");
    /// contacts.update_memory(memory.id, &patch)?;
    /// let same = MemoryScope::AgentNumber("+14155550199".into());
    /// let (memory, created) = contacts.memory(ana, &same)?;
    /// assert!(!created);
    /// assert_eq!(memory.summary.as_deref(), Some("Wants a call on Friday."));
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn memory(&self, contact: ContactId, of: &MemoryScope) -> Result<(Memory, bool)> {
        let of = of.read(self.view.region)?;
        self.look_then_write(
            |tx| self.view.look_memory(tx, contact, &of),
            |tx, planned, stamp| Ok((planned.write(tx, stamp)?, true)),
        )
    }

    /// The same memory, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound),
    /// [`Error::InvalidField`](crate::Error::InvalidField) if nobody is named, and those of a
    /// store.
    pub fn find_memory(&self, contact: ContactId, of: &MemoryScope) -> Result<Option<Memory>> {
        let of = of.read(self.view.region)?;
        let inner = &self.kinfold.inner;
        inner.read(|tx| self.view.find_memory(tx, contact, &of))
    }

    /// The memories of a contact in the order in which they were made, with those of all that
    /// it absorbed. A deleted contact has its memories still.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound), and those of a store.
    pub fn memories(&self, contact: ContactId) -> Result<Vec<Memory>> {
        self.kinfold
            .inner
            .read(|tx| self.view.memories(tx, contact))
    }

    /// The memory with an id.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuch`](crate::Error::NoSuch), and those of a store.
    pub fn memory_by_id(&self, id: MemoryId) -> Result<Memory> {
        let inner = &self.kinfold.inner;
        inner.read(|tx| Ok(self.view.memory_by_id(tx, id)?.1))
    }

    /// Changes what a patch names of a memory. If nothing changes, nothing is written.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuch`](crate::Error::NoSuch);
    /// [`Error::NotFound`](crate::Error::NotFound) if its contact is deleted;
    /// [`Error::InvalidField`](crate::Error::InvalidField) for what is over the
    /// [`Limits`](crate::Limits), and those of a store.
    pub fn update_memory(&self, id: MemoryId, patch: &MemoryPatch) -> Result<Memory> {
        let patch = patch.read()?;
        self.look_then_write(
            |tx| self.view.look_update_memory(tx, id, &patch),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// Deletes a memory. What was in it stays in the change log.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuch`](crate::Error::NoSuch);
    /// [`Error::NotFound`](crate::Error::NotFound) if its contact is deleted, and those of a
    /// store.
    pub fn delete_memory(&self, id: MemoryId) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_delete_memory(tx, id),
            |tx, planned, stamp| planned.write(tx, stamp).map(drop),
        )
    }
}

impl TransactionContacts<'_> {
    /// As [`Contacts::memory`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::memory`].
    pub fn memory(&self, contact: ContactId, of: &MemoryScope) -> Result<(Memory, bool)> {
        let of = of.read(self.view.region)?;
        self.look_then_write(
            |tx| self.view.look_memory(tx, contact, &of),
            |tx, planned, stamp| Ok((planned.write(tx, stamp)?, true)),
        )
    }

    /// As [`Contacts::find_memory`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::find_memory`].
    pub fn find_memory(&self, contact: ContactId, of: &MemoryScope) -> Result<Option<Memory>> {
        let of = of.read(self.view.region)?;
        self.read(|tx| self.view.find_memory(tx, contact, &of))
    }

    /// As [`Contacts::memories`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::memories`].
    pub fn memories(&self, contact: ContactId) -> Result<Vec<Memory>> {
        self.read(|tx| self.view.memories(tx, contact))
    }

    /// As [`Contacts::memory_by_id`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::memory_by_id`].
    pub fn memory_by_id(&self, id: MemoryId) -> Result<Memory> {
        self.read(|tx| Ok(self.view.memory_by_id(tx, id)?.1))
    }

    /// As [`Contacts::update_memory`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::update_memory`].
    pub fn update_memory(&self, id: MemoryId, patch: &MemoryPatch) -> Result<Memory> {
        let patch = patch.read()?;
        self.look_then_write(
            |tx| self.view.look_update_memory(tx, id, &patch),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// As [`Contacts::delete_memory`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::delete_memory`].
    pub fn delete_memory(&self, id: MemoryId) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_delete_memory(tx, id),
            |tx, planned, stamp| planned.write(tx, stamp).map(drop),
        )
    }
}
