//! Tasks of a contact.

use super::beside::{Planned, there};
use super::view::View;
use super::{Contacts, TransactionContacts};
use crate::contact::{Change, ContactId, Task, TaskDraft, TaskId, TaskPatch};
use crate::error::Result;
use crate::store::{Failure, Look, Reading};

impl TaskPatch {
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

fn completed(done: bool) -> TaskPatch {
    TaskPatch {
        completed: Change::Set(done),
        ..TaskPatch::default()
    }
}

impl View {
    fn tasks(&self, tx: &Reading<'_>, contact: ContactId) -> Result<Vec<Task>, Failure> {
        tx.tasks(&self.root(tx, contact)?)
    }

    fn task(&self, tx: &Reading<'_>, contact: ContactId, id: TaskId) -> Result<Task, Failure> {
        let root = self.root(tx, contact)?;
        there(tx.task(&root, id)?, "task", id)
    }

    fn look_add_task(
        &self,
        tx: &Reading<'_>,
        contact: ContactId,
        new: &Task,
    ) -> Result<Look<Task, Planned<Task>>, Failure> {
        let root = self.live_root(tx, contact)?;
        let mut new = new.clone();
        new.contact = root.id;
        Ok(Planned::add(root, new))
    }

    fn look_update_task(
        &self,
        tx: &Reading<'_>,
        contact: ContactId,
        id: TaskId,
        patch: &TaskPatch,
    ) -> Result<Look<Task, Planned<Task>>, Failure> {
        let root = self.live_root(tx, contact)?;
        let before = there(tx.task(&root, id)?, "task", id)?;
        let after = patch.applied(&before);
        Ok(Planned::change(root, before, after))
    }

    fn look_delete_task(
        &self,
        tx: &Reading<'_>,
        contact: ContactId,
        id: TaskId,
    ) -> Result<Look<(), Planned<Task>>, Failure> {
        let root = self.live_root(tx, contact)?;
        let old = there(tx.task(&root, id)?, "task", id)?;
        Ok(Planned::remove(root, old))
    }
}

impl Contacts {
    /// Writes a task: something that is to be done for a contact.
    ///
    /// It is one entry in the change log, `task`, of the contact that the id leads to. The
    /// contact's own `version` and `updated_at` stay: they tell of the record.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such contact or it is
    /// deleted, [`Error::InvalidField`](crate::Error::InvalidField) for a task that says
    /// nothing or too much, and those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope, TaskDraft};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.resolve(Draft::new().email("ana@example.com"))?.contact.id;
    /// let task = TaskDraft::new("Send the contract").due_at("2026-03-01T09:00:00Z".parse()?);
    /// let task = contacts.add_task(ana, &task)?;
    /// assert!(contacts.complete_task(ana, task.id, true)?.completed);
    /// assert!(contacts.tasks(ana)?[0].completed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_task(&self, contact: ContactId, task: &TaskDraft) -> Result<Task> {
        let new = task.read()?;
        self.look_then_write(
            |tx| self.view.look_add_task(tx, contact, &new),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// The tasks of a contact in the order in which they were written, with those of all
    /// that it absorbed. A deleted contact has its tasks still.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound), and those of a store.
    pub fn tasks(&self, contact: ContactId) -> Result<Vec<Task>> {
        self.kinfold.inner.read(|tx| self.view.tasks(tx, contact))
    }

    /// One task of a contact.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound),
    /// [`Error::NoSuch`](crate::Error::NoSuch) if the contact has no such task, and those of
    /// a store.
    pub fn task(&self, contact: ContactId, id: TaskId) -> Result<Task> {
        let inner = &self.kinfold.inner;
        inner.read(|tx| self.view.task(tx, contact, id))
    }

    /// Changes what a patch names of a task. If nothing changes, nothing is written.
    ///
    /// # Errors
    ///
    /// Those of [`task`](Self::task) and [`add_task`](Self::add_task).
    pub fn update_task(&self, contact: ContactId, id: TaskId, patch: &TaskPatch) -> Result<Task> {
        let patch = patch.read()?;
        self.look_then_write(
            |tx| self.view.look_update_task(tx, contact, id, &patch),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// Says that a task is done, or that it is not.
    ///
    /// # Errors
    ///
    /// Those of [`update_task`](Self::update_task).
    pub fn complete_task(&self, contact: ContactId, id: TaskId, done: bool) -> Result<Task> {
        self.update_task(contact, id, &completed(done))
    }

    /// Deletes a task. What it said stays in the change log.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such contact or it is
    /// deleted, [`Error::NoSuch`](crate::Error::NoSuch), and those of a store.
    pub fn delete_task(&self, contact: ContactId, id: TaskId) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_delete_task(tx, contact, id),
            |tx, planned, stamp| planned.write(tx, stamp).map(drop),
        )
    }
}

impl TransactionContacts<'_> {
    /// As [`Contacts::add_task`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::add_task`].
    pub fn add_task(&self, contact: ContactId, task: &TaskDraft) -> Result<Task> {
        let new = task.read()?;
        self.look_then_write(
            |tx| self.view.look_add_task(tx, contact, &new),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// As [`Contacts::tasks`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::tasks`].
    pub fn tasks(&self, contact: ContactId) -> Result<Vec<Task>> {
        self.read(|tx| self.view.tasks(tx, contact))
    }

    /// As [`Contacts::task`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::task`].
    pub fn task(&self, contact: ContactId, id: TaskId) -> Result<Task> {
        self.read(|tx| self.view.task(tx, contact, id))
    }

    /// As [`Contacts::update_task`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::update_task`].
    pub fn update_task(&self, contact: ContactId, id: TaskId, patch: &TaskPatch) -> Result<Task> {
        let patch = patch.read()?;
        self.look_then_write(
            |tx| self.view.look_update_task(tx, contact, id, &patch),
            |tx, planned, stamp| planned.write(tx, stamp),
        )
    }

    /// As [`Contacts::complete_task`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::complete_task`].
    pub fn complete_task(&self, contact: ContactId, id: TaskId, done: bool) -> Result<Task> {
        self.update_task(contact, id, &completed(done))
    }

    /// As [`Contacts::delete_task`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::delete_task`].
    pub fn delete_task(&self, contact: ContactId, id: TaskId) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_delete_task(tx, contact, id),
            |tx, planned, stamp| planned.write(tx, stamp).map(drop),
        )
    }
}
