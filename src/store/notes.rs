//! Notes, as rows.

use rusqlite::{OptionalExtension, Row, params};

use super::beside::{Kept, Root};
use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::{ContactId, Note, NoteId};

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT uuid, title, body, colour, pinned, author, created_at, updated_at, contact, id
             FROM note WHERE ",
            $where
        )
    };
}

impl Reading<'_> {
    /// The notes of a contact and of those it absorbed, in the order in which they were
    /// written.
    pub(crate) fn notes(&self, root: &Root) -> Result<Vec<Note>> {
        let mut select = self.connection.prepare_cached(select!("contact = ?1"))?;
        let mut found: Vec<(i64, Note)> = Vec::new();
        for member in self.family(root.row)? {
            let rows = select.query_map([member], |row| Ok((row.get(9)?, note(row, root.id)?)))?;
            found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        found.sort_by_key(|(row, _)| *row);
        Ok(found.into_iter().map(|(_, note)| note).collect())
    }

    /// One note of a contact, or of one it absorbed.
    pub(crate) fn note(&self, root: &Root, id: NoteId) -> Result<Option<Note>> {
        let mut select = self.connection.prepare_cached(select!("uuid = ?1"))?;
        let found = select.query_row([id.as_bytes()], |row| {
            Ok((row.get::<_, i64>(8)?, note(row, root.id)?))
        });
        match found.optional()? {
            Some((owner, note)) if self.family(root.row)?.contains(&owner) => Ok(Some(note)),
            _ => Ok(None),
        }
    }
}

fn note(row: &Row<'_>, contact: ContactId) -> rusqlite::Result<Note> {
    Ok(Note {
        id: NoteId::from_bytes(row.get(0)?),
        contact,
        title: row.get(1)?,
        body: row.get(2)?,
        colour: row.get(3)?,
        pinned: row.get(4)?,
        author: row.get(5)?,
        created_at: Timestamp::from_milliseconds(row.get(6)?),
        updated_at: Timestamp::from_milliseconds(row.get(7)?),
    })
}

impl Kept for Note {
    fn insert(&self, tx: &Writing<'_>, owner: i64) -> Result<()> {
        let mut insert = tx.connection.prepare_cached(
            "INSERT INTO note (uuid, title, body, colour, pinned, author, created_at, updated_at,
                               contact)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        insert.execute(params![
            self.id.as_bytes(),
            self.title,
            self.body,
            self.colour,
            self.pinned,
            self.author,
            self.created_at.as_milliseconds(),
            self.updated_at.as_milliseconds(),
            owner,
        ])?;
        Ok(())
    }

    fn update(&self, tx: &Writing<'_>) -> Result<()> {
        let mut update = tx.connection.prepare_cached(
            "UPDATE note SET title = ?2, body = ?3, colour = ?4, pinned = ?5, author = ?6,
                             updated_at = ?7
             WHERE uuid = ?1",
        )?;
        update.execute(params![
            self.id.as_bytes(),
            self.title,
            self.body,
            self.colour,
            self.pinned,
            self.author,
            self.updated_at.as_milliseconds(),
        ])?;
        Ok(())
    }

    fn delete(&self, tx: &Writing<'_>) -> Result<()> {
        let mut delete = tx
            .connection
            .prepare_cached("DELETE FROM note WHERE uuid = ?1")?;
        delete.execute([self.id.as_bytes()])?;
        Ok(())
    }
}
