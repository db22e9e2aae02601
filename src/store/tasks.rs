//! Tasks, as rows.

use rusqlite::{OptionalExtension, Row, params};

use super::beside::{Kept, Root};
use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::{ContactId, Task, TaskId};

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT uuid, title, body, due_at, completed, assigned_to, created_at, updated_at,
                    contact, id
             FROM task WHERE ",
            $where
        )
    };
}

impl Reading<'_> {
    /// The tasks of a contact and of those it absorbed, in the order in which they were
    /// written.
    pub(crate) fn tasks(&self, root: &Root) -> Result<Vec<Task>> {
        let mut select = self.connection.prepare_cached(select!("contact = ?1"))?;
        let mut found: Vec<(i64, Task)> = Vec::new();
        for member in self.family(root.row)? {
            let rows = select.query_map([member], |row| Ok((row.get(9)?, task(row, root.id)?)))?;
            found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        found.sort_by_key(|(row, _)| *row);
        Ok(found.into_iter().map(|(_, task)| task).collect())
    }

    /// One task of a contact, or of one it absorbed.
    pub(crate) fn task(&self, root: &Root, id: TaskId) -> Result<Option<Task>> {
        let mut select = self.connection.prepare_cached(select!("uuid = ?1"))?;
        let found = select.query_row([id.as_bytes()], |row| {
            Ok((row.get::<_, i64>(8)?, task(row, root.id)?))
        });
        match found.optional()? {
            Some((owner, task)) if self.family(root.row)?.contains(&owner) => Ok(Some(task)),
            _ => Ok(None),
        }
    }
}

fn task(row: &Row<'_>, contact: ContactId) -> rusqlite::Result<Task> {
    let due_at: Option<i64> = row.get(3)?;
    Ok(Task {
        id: TaskId::from_bytes(row.get(0)?),
        contact,
        title: row.get(1)?,
        body: row.get(2)?,
        due_at: due_at.map(Timestamp::from_milliseconds),
        completed: row.get(4)?,
        assigned_to: row.get(5)?,
        created_at: Timestamp::from_milliseconds(row.get(6)?),
        updated_at: Timestamp::from_milliseconds(row.get(7)?),
    })
}

impl Kept for Task {
    fn insert(&self, tx: &Writing<'_>, owner: i64) -> Result<()> {
        let mut insert = tx.connection.prepare_cached(
            "INSERT INTO task (uuid, title, body, due_at, completed, assigned_to, created_at,
                               updated_at, contact)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        insert.execute(params![
            self.id.as_bytes(),
            self.title,
            self.body,
            self.due_at.map(Timestamp::as_milliseconds),
            self.completed,
            self.assigned_to,
            self.created_at.as_milliseconds(),
            self.updated_at.as_milliseconds(),
            owner,
        ])?;
        Ok(())
    }

    fn update(&self, tx: &Writing<'_>) -> Result<()> {
        let mut update = tx.connection.prepare_cached(
            "UPDATE task SET title = ?2, body = ?3, due_at = ?4, completed = ?5,
                             assigned_to = ?6, updated_at = ?7
             WHERE uuid = ?1",
        )?;
        update.execute(params![
            self.id.as_bytes(),
            self.title,
            self.body,
            self.due_at.map(Timestamp::as_milliseconds),
            self.completed,
            self.assigned_to,
            self.updated_at.as_milliseconds(),
        ])?;
        Ok(())
    }

    fn delete(&self, tx: &Writing<'_>) -> Result<()> {
        let mut delete = tx
            .connection
            .prepare_cached("DELETE FROM task WHERE uuid = ?1")?;
        delete.execute([self.id.as_bytes()])?;
        Ok(())
    }
}
