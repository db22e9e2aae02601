//! What the store knows of itself.

use rusqlite::{OptionalExtension, params};

use super::failure::Result;
use super::{Reading, Writing};

/// The store's random id.
pub(crate) const STORE_ID: &str = "store_id";

/// The version of the rules by which its keys were computed.
pub(crate) const KEY_RULES: &str = "key_rules";

/// There while the files may still hold something of an erased contact.
pub(crate) const ERASE_PENDING: &str = "erase_pending";

impl Reading<'_> {
    pub(crate) fn property(&self, name: &str) -> Result<Option<String>> {
        let mut find = self
            .connection
            .prepare_cached("SELECT value FROM property WHERE name = ?1")?;
        Ok(find.query_row([name], |row| row.get(0)).optional()?)
    }
}

impl Writing<'_> {
    pub(crate) fn set_property(&self, name: &str, value: &str) -> Result<()> {
        self.connection.execute(
            "INSERT INTO property (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }

    pub(crate) fn remove_property(&self, name: &str) -> Result<()> {
        self.connection
            .execute("DELETE FROM property WHERE name = ?1", [name])?;
        Ok(())
    }
}
