//! What stands beside contacts, written: notes, tasks, memories, and definitions.

use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::apply::{NewChange, Stamp};
use super::contacts::unreadable;
use super::failure::Result;
use super::{Reading, Writing};
use crate::contact::{Beside, ContactId, Json};

/// The contact that an id leads to, or a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root {
    pub(crate) scope: i64,
    pub(crate) row: i64,
    pub(crate) id: ContactId,
    pub(crate) deleted: bool,
}

/// What becomes of one thing that stands beside a contact.
#[derive(Clone, Debug)]
pub(crate) enum Edit<T> {
    Add(T),
    Change { before: T, after: T },
    Remove(T),
}

/// Whose it is: the row that a new one points to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    Contact(Root),
    Scope(i64),
}

/// What stands in a table of its own.
pub(crate) trait Kept: Beside {
    /// Adds it, of the contact or scope in a row.
    fn insert(&self, tx: &Writing<'_>, owner: i64) -> Result<()>;
    /// Writes what it is now.
    fn update(&self, tx: &Writing<'_>) -> Result<()>;
    fn delete(&self, tx: &Writing<'_>) -> Result<()>;
}

impl Reading<'_> {
    /// The contact that an id leads to, through any number of merges.
    pub(crate) fn root(&self, scope: i64, id: ContactId) -> Result<Option<Root>> {
        match self.row_of(scope, id)? {
            Some(row) => self.root_of_row(scope, row),
            None => Ok(None),
        }
    }

    /// The contact that the one in a row leads to, if it is of the scope.
    pub(super) fn root_of_row(&self, scope: i64, row: i64) -> Result<Option<Root>> {
        let mut follow = self.connection.prepare_cached(
            "WITH RECURSIVE path (id, survivor) AS (
                 SELECT id, survivor FROM contact WHERE id = ?1 AND scope = ?2
                 UNION
                 SELECT next.id, next.survivor
                 FROM path JOIN contact AS next ON next.id = path.survivor
             )
             SELECT contact.id, contact.uuid, contact.state = 1
             FROM path JOIN contact ON contact.id = path.id
             WHERE path.survivor IS NULL",
        )?;
        let root = follow.query_row(params![row, scope], |found| {
            Ok(Root {
                scope,
                row: found.get(0)?,
                id: ContactId::from_bytes(found.get(1)?),
                deleted: found.get(2)?,
            })
        });
        Ok(root.optional()?)
    }
}

impl Writing<'_> {
    /// Writes one thing and its entry in the log; what it is now, or was. The contact itself
    /// is not written: its version counts its own changes.
    pub(crate) fn write_beside<T: Kept>(
        &self,
        owner: Owner,
        edit: Edit<T>,
        stamp: &Stamp<'_>,
    ) -> Result<T> {
        let (scope, contact) = match owner {
            Owner::Contact(root) => (root.scope, Some(root.row)),
            Owner::Scope(scope) => (scope, None),
        };
        let (difference, written) = match edit {
            Edit::Add(mut new) => {
                new.stamp(Some((stamp.new_id)()), stamp.now);
                new.insert(self, contact.unwrap_or(scope))?;
                (T::difference(None, Some(&new)), new)
            }
            Edit::Change { before, mut after } => {
                after.stamp(None, stamp.now);
                after.update(self)?;
                (T::difference(Some(&before), Some(&after)), after)
            }
            Edit::Remove(old) => {
                old.delete(self)?;
                (T::difference(Some(&old), None), old)
            }
        };
        let change = NewChange {
            scope,
            contact,
            op: T::NAME,
            difference: &difference,
        };
        self.log(&change, stamp)?;
        Ok(written)
    }
}

/// What a list or a map is in its column: JSON, or NULL where there is nothing.
pub(super) fn json_or_null<T: Serialize>(value: &T, is_empty: bool) -> Option<String> {
    (!is_empty).then(|| Json::of(value).as_str().to_owned())
}

/// A list or a map out of its column.
pub(super) fn json_in<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null();
    match text.map_err(|error| unreadable(column, error))? {
        Some(text) => serde_json::from_str(text)
            .map(Some)
            .map_err(|error| unreadable(column, error)),
        None => Ok(None),
    }
}
