//! Keys that nobody holds, because too many share them.

use rusqlite::params;
use serde::Serialize;

use super::apply::{NewChange, Stamp};
use super::contacts::{kind_by_number, kind_number};
use super::failure::Result;
use super::life::{OneKey, Told};
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::{Json, OrderedMap};
use crate::ident::pattern::{NOTORIOUS_KEYS, NOTORIOUS_PATTERNS};
use crate::ident::{Key, KeyPattern, Kind};

/// A key, or a shape of keys, that nobody holds.
///
/// Serialised it is a line of the program's `blocked`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Blocked {
    /// What sort of identifier it is.
    pub kind: Kind,
    /// The key, or the pattern: it has a `*`.
    pub key: String,
    /// Since when.
    pub since: Timestamp,
}

impl std::fmt::Debug for Blocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blocked({})", self.kind)
    }
}

impl Reading<'_> {
    /// What is blocked in a scope, patterns first.
    pub(crate) fn blocked(&self, scope: i64) -> Result<Vec<Blocked>> {
        let mut select = self.connection.prepare_cached(
            "SELECT kind, pattern, blocked_at FROM blocked_pattern WHERE scope = ?1
             UNION ALL
             SELECT kind, key, blocked_at FROM blocked_key WHERE scope = ?1 AND pattern IS NULL",
        )?;
        let rows = select.query_map([scope], |row| {
            Ok(Blocked {
                kind: kind_by_number(row.get(0)?, 0)?,
                key: row.get(1)?,
                since: Timestamp::from_milliseconds(row.get(2)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The pattern that blocks a key, if one does.
    pub(super) fn blocking_pattern(&self, scope: i64, key: &Key) -> Result<Option<String>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT pattern FROM blocked_pattern WHERE scope = ?1 AND kind = ?2")?;
        let kind = key.kind();
        let mut rows = select.query(params![scope, kind_number(kind)])?;
        while let Some(row) = rows.next()? {
            let pattern =
                KeyPattern::from_stored(kind, row.get_ref(0)?.as_str().unwrap_or_default());
            if pattern.matches(key) {
                return Ok(Some(pattern.as_str().to_owned()));
            }
        }
        Ok(None)
    }

    /// Every key of a kind that somebody lists and that has a shape.
    fn keys_of(&self, scope: i64, pattern: &KeyPattern) -> Result<Vec<Key>> {
        let mut select = self.connection.prepare_cached(
            "SELECT key FROM identifier WHERE scope = ?1 AND kind = ?2 AND holds = 1
             UNION
             SELECT key FROM identifier WHERE scope = ?1 AND kind = ?2 AND holds = 0",
        )?;
        let kind = pattern.kind();
        let rows = select.query_map(params![scope, kind_number(kind)], |row| {
            Ok(Key::from_stored(kind, row.get_ref(0)?.as_str()?))
        })?;
        let mut keys = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        keys.retain(|key| pattern.matches(key));
        Ok(keys)
    }
}

impl Writing<'_> {
    /// Blocks a key; false if it was.
    pub(crate) fn block(&self, scope: i64, key: &Key, stamp: &Stamp<'_>) -> Result<bool> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO blocked_key (scope, kind, key, blocked_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET pattern = NULL WHERE pattern IS NOT NULL",
        )?;
        let now = stamp.now.as_milliseconds();
        if insert.execute(params![scope, kind_number(key.kind()), key.as_str(), now])? == 0 {
            return Ok(false);
        }
        let mut told = Told::of([]);
        told.add(self.settle(scope, key)?);
        self.log_block(scope, "block", Json::of(&OneKey::of(key)), &told, stamp)?;
        Ok(true)
    }

    /// Lifts the block of a key; false if it was not blocked by itself. What a pattern
    /// blocks as well stays blocked.
    pub(crate) fn unblock(&self, scope: i64, key: &Key, stamp: &Stamp<'_>) -> Result<bool> {
        let is_blocked = self
            .connection
            .prepare_cached(
                "SELECT 1 FROM blocked_key
                 WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND pattern IS NULL",
            )?
            .exists(params![scope, kind_number(key.kind()), key.as_str()])?;
        if !is_blocked {
            return Ok(false);
        }
        let mut told = Told::of([]);
        self.lift(scope, key, &mut told)?;
        self.log_block(scope, "unblock", Json::of(&OneKey::of(key)), &told, stamp)?;
        Ok(true)
    }

    /// Blocks every key of a shape; false if it was.
    pub(crate) fn block_pattern(
        &self,
        scope: i64,
        pattern: &KeyPattern,
        stamp: &Stamp<'_>,
    ) -> Result<bool> {
        if !self.add_pattern(scope, pattern, stamp.now)? {
            return Ok(false);
        }
        let mut told = Told::of([]);
        self.block_listed(scope, pattern, stamp.now, &mut told)?;
        let what = Json::of(&OnePattern::of(pattern));
        self.log_block(scope, "block", what, &told, stamp)?;
        Ok(true)
    }

    /// Lifts a pattern; false if there was none. What is blocked by itself, or by another
    /// pattern, stays blocked.
    pub(crate) fn unblock_pattern(
        &self,
        scope: i64,
        pattern: &KeyPattern,
        stamp: &Stamp<'_>,
    ) -> Result<bool> {
        let mut told = Told::of([]);
        if !self.lift_pattern(scope, pattern, &mut told)? {
            return Ok(false);
        }
        let what = Json::of(&OnePattern::of(pattern));
        self.log_block(scope, "unblock", what, &told, stamp)?;
        Ok(true)
    }

    /// Blocks what a new scope blocks, or lifts it; false if nothing was left to do.
    pub(crate) fn set_notorious(
        &self,
        scope: i64,
        blocked: bool,
        stamp: &Stamp<'_>,
    ) -> Result<bool> {
        let mut told = Told::of([]);
        let mut changed = false;
        for (kind, pattern) in NOTORIOUS_PATTERNS {
            let pattern = KeyPattern::from_stored(*kind, *pattern);
            if !blocked {
                changed |= self.lift_pattern(scope, &pattern, &mut told)?;
            } else if self.add_pattern(scope, &pattern, stamp.now)? {
                self.block_listed(scope, &pattern, stamp.now, &mut told)?;
                changed = true;
            }
        }
        for (kind, key) in NOTORIOUS_KEYS {
            let key = Key::from_stored(*kind, *key);
            if self.is_blocked(scope, &key)? == blocked {
                continue;
            }
            changed = true;
            match blocked {
                true => {
                    self.write_blocked(scope, &key, None, stamp.now)?;
                    told.add(self.settle(scope, &key)?);
                }
                false => self.lift(scope, &key, &mut told)?,
            }
        }
        if changed {
            let op = if blocked { "block" } else { "unblock" };
            self.log_block(scope, op, Json::from("notorious"), &told, stamp)?;
        }
        Ok(changed)
    }

    /// What a new scope starts with.
    pub(super) fn write_notorious(&self, scope: i64, now: Timestamp) -> Result<()> {
        for (kind, pattern) in NOTORIOUS_PATTERNS {
            self.add_pattern(scope, &KeyPattern::from_stored(*kind, *pattern), now)?;
        }
        for (kind, key) in NOTORIOUS_KEYS {
            self.write_blocked(scope, &Key::from_stored(*kind, *key), None, now)?;
        }
        Ok(())
    }

    /// Notes that a pattern blocks a key that is newly listed.
    pub(super) fn note_blocked(&self, scope: i64, key: &Key, now: Timestamp) -> Result<()> {
        if let Some(pattern) = self.blocking_pattern(scope, key)? {
            self.write_blocked(scope, key, Some(&pattern), now)?;
        }
        Ok(())
    }

    fn add_pattern(&self, scope: i64, pattern: &KeyPattern, now: Timestamp) -> Result<bool> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO blocked_pattern (scope, kind, pattern, blocked_at)
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?;
        let kind = kind_number(pattern.kind());
        let now = now.as_milliseconds();
        Ok(insert.execute(params![scope, kind, pattern.as_str(), now])? > 0)
    }

    fn block_listed(
        &self,
        scope: i64,
        pattern: &KeyPattern,
        now: Timestamp,
        told: &mut Told,
    ) -> Result<()> {
        for key in self.keys_of(scope, pattern)? {
            self.write_blocked(scope, &key, Some(pattern.as_str()), now)?;
            told.add(self.settle(scope, &key)?);
        }
        Ok(())
    }

    fn lift_pattern(&self, scope: i64, pattern: &KeyPattern, told: &mut Told) -> Result<bool> {
        let kind = pattern.kind();
        let by_pattern = params![scope, kind_number(kind), pattern.as_str()];
        let removed = self
            .connection
            .prepare_cached(
                "DELETE FROM blocked_pattern WHERE scope = ?1 AND kind = ?2 AND pattern = ?3",
            )?
            .execute(by_pattern)?;
        let mut select = self.connection.prepare_cached(
            "SELECT key FROM blocked_key WHERE scope = ?1 AND kind = ?2 AND pattern = ?3",
        )?;
        let keys = select.query_map(by_pattern, |row| row.get::<_, String>(0))?;
        let keys: Vec<_> = keys.collect::<rusqlite::Result<_>>()?;
        for key in keys {
            self.lift(scope, &Key::from_stored(kind, key), told)?;
        }
        Ok(removed > 0)
    }

    /// A key is blocked no longer, unless by a pattern.
    fn lift(&self, scope: i64, key: &Key, told: &mut Told) -> Result<()> {
        match self.blocking_pattern(scope, key)? {
            Some(pattern) => {
                let mut update = self.connection.prepare_cached(
                    "UPDATE blocked_key SET pattern = ?4
                     WHERE scope = ?1 AND kind = ?2 AND key = ?3",
                )?;
                let kind = kind_number(key.kind());
                update.execute(params![scope, kind, key.as_str(), pattern])?;
            }
            None => {
                let mut delete = self.connection.prepare_cached(
                    "DELETE FROM blocked_key WHERE scope = ?1 AND kind = ?2 AND key = ?3",
                )?;
                delete.execute(params![scope, kind_number(key.kind()), key.as_str()])?;
                told.add(self.settle(scope, key)?);
            }
        }
        Ok(())
    }

    fn write_blocked(
        &self,
        scope: i64,
        key: &Key,
        pattern: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO blocked_key (scope, kind, key, blocked_at, pattern)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )?;
        let kind = kind_number(key.kind());
        let now = now.as_milliseconds();
        insert.execute(params![scope, kind, key.as_str(), now, pattern])?;
        Ok(())
    }

    fn log_block(
        &self,
        scope: i64,
        op: &'static str,
        what: Json,
        told: &Told,
        stamp: &Stamp<'_>,
    ) -> Result<()> {
        let mut entry = OrderedMap::new();
        entry.insert("blocked", what);
        self.tell(told, &mut entry)?;
        let change = NewChange {
            scope,
            contact: None,
            op,
            difference: &entry,
        };
        self.log(&change, stamp)?;
        Ok(())
    }
}

#[derive(Serialize)]
struct OnePattern<'a> {
    kind: Kind,
    pattern: &'a str,
}

impl<'a> OnePattern<'a> {
    fn of(pattern: &'a KeyPattern) -> Self {
        Self {
            kind: pattern.kind(),
            pattern: pattern.as_str(),
        }
    }
}
