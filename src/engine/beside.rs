//! What the calls on notes, tasks, memories and definitions have in common.

use super::Contacts;
use super::view::View;
use crate::contact::{ContactId, Limits};
use crate::error::{Error, Result};
use crate::store::{Edit, Failure, Kept, Look, Owner, Reading, Root, Stamp, Writing};

/// What is to be written beside a contact.
pub(super) struct Planned<T> {
    pub(super) root: Root,
    pub(super) edit: Edit<T>,
}

impl<T: Kept> Planned<T> {
    /// Adds something.
    pub(super) fn add<A>(root: Root, new: T) -> Look<A, Self> {
        let edit = Edit::Add(new);
        Look::Write(Self { root, edit })
    }

    /// Changes something, unless nothing of it changes.
    pub(super) fn change(root: Root, before: T, after: T) -> Look<T, Self> {
        if before == after {
            return Look::Answer(before);
        }
        let edit = Edit::Change { before, after };
        Look::Write(Self { root, edit })
    }

    /// Deletes something.
    pub(super) fn remove<A>(root: Root, old: T) -> Look<A, Self> {
        let edit = Edit::Remove(old);
        Look::Write(Self { root, edit })
    }

    pub(super) fn write(self, tx: &Writing<'_>, stamp: &Stamp<'_>) -> Result<T, Failure> {
        tx.write_beside(Owner::Contact(self.root), self.edit, stamp)
    }
}

impl View {
    /// The contact that an id leads to, deleted or not.
    pub(super) fn root(&self, tx: &Reading<'_>, id: ContactId) -> Result<Root, Failure> {
        let root = match self.row(tx)? {
            Some(scope) => tx.root(scope, id)?,
            None => None,
        };
        root.ok_or_else(|| Error::NotFound(id).into())
    }

    /// The live contact that an id leads to: only such a one is written to.
    pub(super) fn live_root(&self, tx: &Reading<'_>, id: ContactId) -> Result<Root, Failure> {
        live(self.root(tx, id)?, id)
    }
}

/// The same contact, if it is not deleted.
pub(super) fn live(root: Root, id: ContactId) -> Result<Root, Failure> {
    match root.deleted {
        true => Err(Error::NotFound(id).into()),
        false => Ok(root),
    }
}

/// What was asked for, or that there is none of it.
pub(super) fn there<T>(
    found: Option<T>,
    what: &'static str,
    id: impl ToString,
) -> Result<T, Failure> {
    found.ok_or_else(|| {
        // A field may be asked for by any text.
        let id = id.to_string().chars().take(Limits::ENTRY_NAME).collect();
        Error::NoSuch { what, id }.into()
    })
}

impl Contacts {
    /// One call that looks, and writes if there is something to write.
    pub(super) fn look_then_write<T, P>(
        &self,
        look: impl Fn(&Reading<'_>) -> Result<Look<T, P>, Failure>,
        write: impl FnOnce(&Writing<'_>, P, &Stamp<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        let inner = &self.kinfold.inner;
        inner.look_then_write(self.origin.as_deref(), look, write)
    }
}
