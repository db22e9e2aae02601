//! Memories, as rows.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};

use super::beside::{Kept, Root, json_in, json_or_null};
use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::{ContactId, Memory, MemoryId, MemoryScope};

/// Whose memory it is, in the columns `kind` and `name`.
fn columns(of: &MemoryScope) -> (i64, &str) {
    match of {
        MemoryScope::Persona(id) => (1, id),
        MemoryScope::AgentNumber(number) => (2, number),
    }
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT uuid, kind, name, summary, facts, open_items, recent_messages, entities,
                    history, created_at, updated_at, contact, id
             FROM memory WHERE ",
            $where
        )
    };
}

impl Reading<'_> {
    /// The memories of a contact and of those it absorbed, in the order in which they were
    /// made.
    pub(crate) fn memories(&self, root: &Root) -> Result<Vec<Memory>> {
        let mut select = self.connection.prepare_cached(select!("contact = ?1"))?;
        let mut found: Vec<(i64, Memory)> = Vec::new();
        for member in self.family(root.row)? {
            let rows =
                select.query_map([member], |row| Ok((row.get(12)?, memory(row, root.id)?)))?;
            found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        found.sort_by_key(|(row, _)| *row);
        Ok(found.into_iter().map(|(_, memory)| memory).collect())
    }

    /// What a persona or agent remembers of a contact: its own memory, or else the first
    /// that one of those it absorbed has, each before those that it had absorbed itself.
    pub(crate) fn memory_of(&self, root: &Root, of: &MemoryScope) -> Result<Option<Memory>> {
        let (kind, name) = columns(of);
        let mut select = self
            .connection
            .prepare_cached(select!("contact = ?1 AND kind = ?2 AND name = ?3"))?;
        for member in self.family_as_merged(root.row)? {
            let found = select.query_row(params![member, kind, name], |row| memory(row, root.id));
            if let Some(memory) = found.optional()? {
                return Ok(Some(memory));
            }
        }
        Ok(None)
    }

    /// A memory of the scope, and the contact that it belongs to now.
    pub(crate) fn memory(&self, scope: i64, id: MemoryId) -> Result<Option<(Root, Memory)>> {
        let mut select = self.connection.prepare_cached(select!("uuid = ?1"))?;
        let found = select.query_row([id.as_bytes()], |row| {
            Ok((row.get::<_, i64>(11)?, memory(row, ContactId::NONE)?))
        });
        let Some((owner, mut memory)) = found.optional()? else {
            return Ok(None);
        };
        let Some(root) = self.root_of_row(scope, owner)? else {
            return Ok(None);
        };
        memory.contact = root.id;
        Ok(Some((root, memory)))
    }

    /// A contact, then those it absorbed in the order of their merges, each followed by
    /// those that it had absorbed itself.
    fn family_as_merged(&self, row: i64) -> Result<Vec<i64>> {
        let mut select = self.connection.prepare_cached(
            "WITH RECURSIVE family (id, survivor) AS (
                 SELECT ?1, NULL
                 UNION ALL
                 SELECT contact.id, contact.survivor
                 FROM family JOIN contact ON contact.survivor = family.id
             )
             SELECT id, survivor FROM family WHERE survivor IS NOT NULL
             ORDER BY (SELECT max(merge.id) FROM merge
                       WHERE merge.absorbed = family.id AND merge.undone_at IS NULL) DESC",
        )?;
        let mut absorbed: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        let rows = select.query_map([row], |found| Ok((found.get(0)?, found.get(1)?)))?;
        for found in rows {
            let (member, survivor) = found?;
            absorbed.entry(survivor).or_default().push(member);
        }
        let (mut family, mut next) = (Vec::new(), vec![row]);
        while let Some(member) = next.pop() {
            family.push(member);
            // The first merge is last, and so the next one out.
            next.extend(absorbed.remove(&member).unwrap_or_default());
        }
        Ok(family)
    }
}

fn memory(row: &Row<'_>, contact: ContactId) -> rusqlite::Result<Memory> {
    let name = row.get(2)?;
    Ok(Memory {
        id: MemoryId::from_bytes(row.get(0)?),
        contact,
        of: match row.get(1)? {
            1 => MemoryScope::Persona(name),
            2 => MemoryScope::AgentNumber(name),
            other => return Err(rusqlite::Error::IntegralValueOutOfRange(1, other)),
        },
        summary: row.get(3)?,
        facts: json_in(row, 4)?.unwrap_or_default(),
        open_items: json_in(row, 5)?.unwrap_or_default(),
        recent_messages: json_in(row, 6)?.unwrap_or_default(),
        entities: json_in(row, 7)?.unwrap_or_default(),
        history: json_in(row, 8)?.unwrap_or_default(),
        created_at: Timestamp::from_milliseconds(row.get(9)?),
        updated_at: Timestamp::from_milliseconds(row.get(10)?),
    })
}

impl Kept for Memory {
    fn insert(&self, tx: &Writing<'_>, owner: i64) -> Result<()> {
        let (kind, name) = columns(&self.of);
        let mut insert = tx.connection.prepare_cached(
            "INSERT INTO memory (uuid, kind, name, created_at, updated_at, contact)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        insert.execute(params![
            self.id.as_bytes(),
            kind,
            name,
            self.created_at.as_milliseconds(),
            self.updated_at.as_milliseconds(),
            owner,
        ])?;
        self.update(tx)
    }

    fn update(&self, tx: &Writing<'_>) -> Result<()> {
        let mut update = tx.connection.prepare_cached(
            "UPDATE memory SET summary = ?2, facts = ?3, open_items = ?4, recent_messages = ?5,
                               entities = ?6, history = ?7, updated_at = ?8
             WHERE uuid = ?1",
        )?;
        update.execute(params![
            self.id.as_bytes(),
            self.summary,
            json_or_null(&self.facts, self.facts.is_empty()),
            json_or_null(&self.open_items, self.open_items.is_empty()),
            json_or_null(&self.recent_messages, self.recent_messages.is_empty()),
            json_or_null(&self.entities, self.entities.is_empty()),
            json_or_null(&self.history, self.history.is_empty()),
            self.updated_at.as_milliseconds(),
        ])?;
        Ok(())
    }

    fn delete(&self, tx: &Writing<'_>) -> Result<()> {
        let mut delete = tx
            .connection
            .prepare_cached("DELETE FROM memory WHERE uuid = ?1")?;
        delete.execute([self.id.as_bytes()])?;
        Ok(())
    }
}
