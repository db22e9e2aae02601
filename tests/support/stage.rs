//! What there is no command for yet, done to the file: blocks, marks, deletions,
//! reassignments. Each ends with the line's first live contact holding the key, as the
//! rules have it.

use kinfold::Scope;
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::both::{engine_kind, key_text};
use crate::model::K;

/// One scope of a store's file, by its row.
pub struct Stage<'a> {
    raw: &'a Connection,
    scope: i64,
}

/// A line by the scope's row, the number of the kind and the key.
type Line = (i64, i64, String);

impl<'a> Stage<'a> {
    pub fn new(raw: &'a Connection, scope: &Scope) -> Self {
        let of_scope = (scope.org(), scope.location().unwrap_or_default());
        let make = "INSERT INTO scope (org, location) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        raw.execute(make, of_scope).expect("a scope");
        let find = "SELECT id FROM scope WHERE org = ?1 AND location = ?2";
        let scope = raw.query_row(find, of_scope, |row| row.get(0));
        let scope = scope.expect("a scope");
        Self { raw, scope }
    }

    /// From now on the key is listed and held by nobody.
    pub fn block(&self, key: K) {
        let line = self.line(key);
        let insert = "INSERT INTO blocked_key (scope, kind, key, blocked_at)
                      VALUES (?1, ?2, ?3, 0) ON CONFLICT DO NOTHING";
        self.run(insert, line.clone());
        self.settle(&line);
    }

    pub fn unblock(&self, key: K) {
        let line = self.line(key);
        let delete = "DELETE FROM blocked_key WHERE scope = ?1 AND kind = ?2 AND key = ?3";
        self.run(delete, line.clone());
        self.settle(&line);
    }

    /// Leaves a tombstone.
    pub fn delete(&self, contact: i64) {
        self.run("UPDATE contact SET state = 1 WHERE id = ?1", [contact]);
        self.settle_all(contact);
    }

    /// Puts a deleted contact back at its places; behind the holder of a key that went to
    /// somebody else, and without an external id that did.
    pub fn restore(&self, contact: i64) -> Vec<(K, i64)> {
        let mut reported = Vec::new();
        for line in self.lines_of(contact) {
            let key = super::both::model_key(kind_by_number(line.1), &line.2);
            // A blocked external id is held by nobody, and all the same no two list it.
            let other = match key.is_external() {
                true => self.first_live(&line),
                false => self.holder(&line),
            };
            let Some((holder, held_at)) = other else {
                continue;
            };
            let own = self.place(contact, &line).expect("it lists the key");
            if key.is_external() {
                self.leave(contact, &line);
            } else if own < held_at {
                // Behind the holder may be no room between two numbers, so those between
                // move up by one place each.
                let between = self.places(&line, own, held_at);
                self.set_place(&line, own, i64::MIN);
                for pair in between.windows(2) {
                    self.set_place(&line, pair[1], pair[0]);
                }
                self.set_place(&line, i64::MIN, held_at);
            } else {
                continue;
            }
            reported.push((key, holder));
        }
        self.run("UPDATE contact SET state = 0 WHERE id = ?1", [contact]);
        self.settle_all(contact);
        reported
    }

    pub fn mark_distinct(&self, one: i64, other: i64) {
        let pair = [one.min(other), one.max(other)];
        let insert = "INSERT INTO distinct_mark (one, other, marked_at) VALUES (?1, ?2, 0)
                      ON CONFLICT DO NOTHING";
        self.run(insert, pair);
        let decide = "UPDATE review_pair SET state = 'distinct' WHERE one = ?1 AND other = ?2";
        self.run(decide, pair);
    }

    /// Moves the contact to the front of the line; an external id is taken from its holder.
    pub fn reassign(&self, key: K, contact: i64) {
        let line = self.line(key);
        if key.is_external()
            && let Some((other, _)) = self.first_live(&line)
        {
            if other == contact {
                return;
            }
            self.leave(other, &line);
        }
        let front: i64 = self.number(
            "SELECT min(-1, coalesce(min(place), 0) - 1) FROM identifier
             WHERE scope = ?1 AND kind = ?2 AND key = ?3",
            line.clone(),
        );
        match self.place(contact, &line) {
            Some(place) => self.set_place(&line, place, front),
            None => self.list_at(contact, &line, front),
        }
        self.settle(&line);
    }

    /// Lists a key at the end of its line.
    pub fn list(&self, contact: i64, key: K) {
        let line = self.line(key);
        let last: i64 = self.number(
            "SELECT max((SELECT coalesce(max(seq), 0) FROM change),
                        (SELECT coalesce(max(place), 0) FROM identifier
                         WHERE scope = ?1 AND kind = ?2 AND key = ?3)) + 1",
            line.clone(),
        );
        self.list_at(contact, &line, last);
        self.settle(&line);
    }

    /// Takes a key off a contact.
    pub fn drop_identifier(&self, contact: i64, key: K) {
        let line = self.line(key);
        self.leave(contact, &line);
        self.settle(&line);
    }

    fn line(&self, key: K) -> Line {
        let kind = match engine_kind(key.kind()) {
            kinfold::Kind::Phone => 1,
            kinfold::Kind::Email => 2,
            kinfold::Kind::ExternalId => 3,
        };
        (self.scope, kind, key_text(key))
    }

    fn lines_of(&self, contact: i64) -> Vec<Line> {
        let mut select = self
            .raw
            .prepare_cached(
                "SELECT scope, kind, key FROM identifier WHERE contact = ?1 ORDER BY kind, key",
            )
            .expect("a query");
        let rows = select.query_map([contact], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.expect("rows").map(|row| row.expect("a row")).collect()
    }

    fn settle_all(&self, contact: i64) {
        for line in self.lines_of(contact) {
            self.settle(&line);
        }
    }

    /// Gives a key to the first live contact in its line, unless it is blocked. The old
    /// holder is cleared first: the file lets no two hold.
    fn settle(&self, line: &Line) {
        let clear = "UPDATE identifier SET holds = 0 WHERE scope = ?1 AND kind = ?2 AND key = ?3";
        self.run(clear, line.clone());
        let set = "UPDATE identifier SET holds = 1 WHERE scope = ?1 AND kind = ?2 AND key = ?3
                   AND contact = (
                       SELECT identifier.contact FROM identifier
                       JOIN contact ON contact.id = identifier.contact
                       WHERE identifier.scope = ?1 AND kind = ?2 AND key = ?3 AND state = 0
                         AND NOT EXISTS (SELECT 1 FROM blocked_key
                                         WHERE scope = ?1 AND kind = ?2 AND key = ?3)
                       ORDER BY place LIMIT 1)";
        self.run(set, line.clone());
    }

    fn holder(&self, line: &Line) -> Option<(i64, i64)> {
        self.who_and_where(
            "SELECT contact, place FROM identifier
             WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 1",
            line,
        )
    }

    /// The first live contact in a line, be the key blocked or not.
    fn first_live(&self, line: &Line) -> Option<(i64, i64)> {
        self.who_and_where(
            "SELECT contact.id, place FROM identifier
             JOIN contact ON contact.id = identifier.contact
             WHERE identifier.scope = ?1 AND kind = ?2 AND key = ?3 AND state = 0
             ORDER BY place LIMIT 1",
            line,
        )
    }

    fn who_and_where(&self, find: &str, line: &Line) -> Option<(i64, i64)> {
        let mut find = self.raw.prepare_cached(find).expect("a query");
        let found = find.query_row(line.clone(), |row| Ok((row.get(0)?, row.get(1)?)));
        found.optional().expect("a row")
    }

    fn place(&self, contact: i64, (scope, kind, key): &Line) -> Option<i64> {
        let find = "SELECT place FROM identifier
                    WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND contact = ?4";
        let mut find = self.raw.prepare_cached(find).expect("a query");
        let found = find.query_row(params![scope, kind, key, contact], |row| row.get(0));
        found.optional().expect("a row")
    }

    /// The places of a line from one to another, in order.
    fn places(&self, (scope, kind, key): &Line, first: i64, last: i64) -> Vec<i64> {
        let find = "SELECT place FROM identifier WHERE scope = ?1 AND kind = ?2 AND key = ?3
                    AND place BETWEEN ?4 AND ?5 ORDER BY place";
        let mut find = self.raw.prepare_cached(find).expect("a query");
        let rows = find.query_map(params![scope, kind, key, first, last], |row| row.get(0));
        rows.expect("rows").map(|row| row.expect("a row")).collect()
    }

    fn set_place(&self, (scope, kind, key): &Line, from: i64, to: i64) {
        let set = "UPDATE identifier SET place = ?5
                   WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND place = ?4";
        self.run(set, params![scope, kind, key, from, to]);
    }

    fn list_at(&self, contact: i64, (scope, kind, key): &Line, place: i64) {
        let insert = "INSERT INTO identifier
                          (scope, kind, key, contact, place, holds, position, verified)
                      VALUES (?1, ?2, ?3, ?4, ?5, 0,
                          (SELECT coalesce(max(position), 0) + 1 FROM identifier
                           WHERE contact = ?4 AND kind = ?2), 1)";
        self.run(insert, params![scope, kind, key, contact, place]);
    }

    fn leave(&self, contact: i64, (scope, kind, key): &Line) {
        let delete = "DELETE FROM identifier
                      WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND contact = ?4";
        self.run(delete, params![scope, kind, key, contact]);
    }

    fn number(&self, sql: &str, params: impl Params) -> i64 {
        let mut select = self.raw.prepare_cached(sql).expect("a query");
        select
            .query_row(params, |row| row.get(0))
            .expect("a number")
    }

    fn run(&self, sql: &str, params: impl Params) {
        let mut statement = self.raw.prepare_cached(sql).expect("a statement");
        statement.execute(params).expect("a change");
    }
}

fn kind_by_number(number: i64) -> kinfold::Kind {
    match number {
        1 => kinfold::Kind::Phone,
        2 => kinfold::Kind::Email,
        _ => kinfold::Kind::ExternalId,
    }
}
