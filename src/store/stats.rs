//! What a store holds, in numbers.

use rusqlite::params;
use serde::Serialize;

use super::failure::Result;
use super::properties::{KEY_RULES, STORE_ID};
use super::{Reading, open};

/// What a scope holds and what the store is, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Live contacts of the scope.
    pub contacts: u64,
    /// Its tombstones.
    pub deleted: u64,
    /// Its contacts that were absorbed by others and lead to them.
    pub absorbed: u64,
    /// Phones that are listed, once for each contact that lists them.
    pub phones: u64,
    /// Emails that are listed.
    pub emails: u64,
    /// External ids.
    pub external_ids: u64,
    /// Identifiers that are listed and not held: shared lines, blocked keys.
    pub listed_not_held: u64,
    /// Phones that are possible, but not valid in the numbering plan known here.
    pub unverified_phones: u64,
    /// Keys and shapes of keys that are blocked.
    pub blocked_keys: u64,
    /// Entries of the change log.
    pub changes: u64,
    /// The number of the last change in any scope.
    pub last_seq: u64,
    /// Merges that stand.
    pub merges: u64,
    /// Pairs that wait on the review queue.
    pub review: u64,
    /// Notes of the scope's contacts.
    pub notes: u64,
    /// Tasks of its contacts, done or not.
    pub tasks: u64,
    /// Memories of its contacts.
    pub memories: u64,
    /// Custom fields that it defines.
    pub custom_fields: u64,
    /// Scopes in the store.
    pub scopes: u64,
    /// The size of the database in bytes, without its write-ahead log.
    pub database_bytes: u64,
    /// The store's random id.
    pub store_id: String,
    /// The format of the store.
    pub format: u64,
    /// The rules by which the store's keys were computed.
    pub key_rules: String,
    /// The version of SQLite.
    pub sqlite: String,
    /// The search index; none for a store in memory, and in a build without the feature
    /// `search`.
    pub search: Option<SearchStats>,
}

/// What the search index on disk holds, in numbers. It is one for all scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SearchStats {
    /// Contacts in it; 0 if there is none that can be used.
    pub contacts: u64,
    /// The size of its files in bytes.
    pub bytes: u64,
    /// Changes of the log that it has not seen. Searches see them all the same, and the more
    /// of them there are, the more a search has to look at.
    pub changes_behind: u64,
    /// Whether an index that was found damaged was set aside, for somebody to look at.
    pub has_set_aside: bool,
}

impl Reading<'_> {
    /// The numbers of a scope; of none, those of the store alone.
    pub(crate) fn stats(&self, scope: Option<i64>) -> Result<Stats> {
        let number = |sql: &str| -> Result<u64> {
            Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
        };
        let of_scope = |sql: &str| -> Result<u64> {
            Ok(self
                .connection
                .query_row(sql, params![scope], |row| row.get(0))?)
        };
        // Each half has an index that begins with the scope and the kind.
        let listed = |kind: i64| {
            of_scope(&format!(
                "SELECT (SELECT count(*) FROM identifier
                         WHERE scope = ?1 AND kind = {kind} AND holds = 1)
                      + (SELECT count(*) FROM identifier
                         WHERE scope = ?1 AND kind = {kind} AND holds = 0)"
            ))
        };
        let beside = |table: &str| {
            of_scope(&format!(
                "SELECT count(*) FROM {table} JOIN contact ON contact.id = {table}.contact
                 WHERE contact.scope = ?1"
            ))
        };
        Ok(Stats {
            contacts: of_scope("SELECT count(*) FROM contact WHERE scope = ?1 AND state = 0")?,
            deleted: of_scope(
                "SELECT count(*) FROM contact
                 WHERE scope = ?1 AND state = 1 AND erased_at IS NULL",
            )?,
            absorbed: of_scope("SELECT count(*) FROM contact WHERE scope = ?1 AND state = 2")?,
            phones: listed(1)?,
            emails: listed(2)?,
            external_ids: listed(3)?,
            listed_not_held: of_scope(
                "SELECT count(*) FROM identifier WHERE scope = ?1 AND holds = 0",
            )?,
            unverified_phones: of_scope(
                "SELECT (SELECT count(*) FROM identifier
                         WHERE scope = ?1 AND kind = 1 AND verified = 0 AND holds = 1)
                      + (SELECT count(*) FROM identifier
                         WHERE scope = ?1 AND kind = 1 AND verified = 0 AND holds = 0)",
            )?,
            blocked_keys: of_scope(
                "SELECT (SELECT count(*) FROM blocked_key WHERE scope = ?1 AND pattern IS NULL)
                      + (SELECT count(*) FROM blocked_pattern WHERE scope = ?1)",
            )?,
            changes: of_scope("SELECT count(*) FROM change WHERE scope = ?1")?,
            // What SQLite gave last, also if the entry was deleted since.
            last_seq: number(
                "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'change'",
            )?,
            merges: of_scope("SELECT count(*) FROM merge WHERE scope = ?1 AND undone_at IS NULL")?,
            review: match scope {
                Some(scope) => self.review(scope, false)?.len() as u64,
                None => 0,
            },
            notes: beside("note")?,
            tasks: beside("task")?,
            memories: beside("memory")?,
            custom_fields: of_scope("SELECT count(*) FROM custom_field WHERE scope = ?1")?,
            scopes: number("SELECT count(*) FROM scope")?,
            database_bytes: number(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
            )?,
            store_id: self.property(STORE_ID)?.unwrap_or_default(),
            format: open::FORMAT.unsigned_abs(),
            key_rules: self.property(KEY_RULES)?.unwrap_or_default(),
            sqlite: rusqlite::version().to_owned(),
            search: None,
        })
    }
}
