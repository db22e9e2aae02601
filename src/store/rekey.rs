//! Computing every key anew, when other rules make other keys of what was typed.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::apply::{NewChange, Stamp};
use super::contacts::{kind_by_number, kind_number, shown, unreadable};
use super::failure::Result;
use super::life::Told;
use super::properties::KEY_RULES;
use super::{Reading, Writing, snapshot};
use crate::clock::Timestamp;
use crate::contact::Contact;
use crate::contact::difference::difference;
use crate::ident::{Key, KeyRules, Kind, Region};
use crate::resolve::unmerge::Record;
use crate::scope::Scope;

/// An identifier whose key is another one by now.
struct Rekeyed {
    scope: i64,
    contact: i64,
    old: Key,
    new: Key,
    verified: bool,
}

/// Who lists a key, in the order of the contacts.
const LISTING: &str = "
    SELECT contact FROM identifier WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 1
    UNION
    SELECT contact FROM identifier WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 0
    ORDER BY contact";

/// A line, by scope and key.
type Line = (i64, Key);

impl Reading<'_> {
    /// The identifiers that the rules bring to another key, in the order of their contacts.
    fn rekeyed(&self, rules: &dyn KeyRules) -> Result<Vec<Rekeyed>> {
        let mut select = self.connection.prepare(
            "SELECT scope, contact, kind, key, raw, region, verified FROM identifier
             ORDER BY contact, kind, position",
        )?;
        let mut rows = select.query([])?;
        let mut rekeyed = Vec::new();
        while let Some(row) = rows.next()? {
            let kind = kind_by_number(row.get(2)?, 2)?;
            let old = Key::from_stored(kind, text(row, 3)?);
            let raw = row.get_ref(4)?.as_str_or_null();
            let raw = raw.map_err(|error| unreadable(4, error))?;
            let region = row.get_ref(5)?.as_str_or_null();
            let region = region.map_err(|error| unreadable(5, error))?;
            let typed = raw.unwrap_or_else(|| shown(&old));
            let region = region.and_then(Region::from_stored);
            // What the rules can't read any more keeps the key that it has.
            let Some((new, verified)) = rules.key(&old, typed, region) else {
                continue;
            };
            if new != old || verified != row.get::<_, bool>(6)? {
                rekeyed.push(Rekeyed {
                    scope: row.get(0)?,
                    contact: row.get(1)?,
                    old,
                    new,
                    verified,
                });
            }
        }
        Ok(rekeyed)
    }
}

fn text<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> Result<&'a str> {
    let text = row.get_ref(column)?.as_str();
    Ok(text.map_err(|error| unreadable(column, error))?)
}

impl Writing<'_> {
    /// Computes every key anew. Those that fall together join one line in the order of their
    /// contacts, who go on the review queue. True if a key is another one by now.
    pub(crate) fn rekey(&self, rules: &dyn KeyRules, stamp: &Stamp<'_>) -> Result<bool> {
        let rekeyed = self.rekeyed(rules)?;
        let contacts: BTreeSet<(i64, i64)> = rekeyed
            .iter()
            .map(|identifier| (identifier.contact, identifier.scope))
            .collect();
        // The scope's names are not looked at.
        let scope = Scope::default();
        let before: Vec<(i64, Contact)> = contacts
            .iter()
            .map(|(contact, row)| Ok((*row, self.contact(*contact, &scope)?)))
            .collect::<Result<_>>()?;

        self.rekey_blocked(rules)?;
        let mut left: BTreeSet<Line> = BTreeSet::new();
        let mut joined: BTreeMap<Line, BTreeSet<i64>> = BTreeMap::new();
        let mut on_the_way = Vec::with_capacity(rekeyed.len());
        for (number, identifier) in rekeyed.iter().enumerate() {
            on_the_way.push(self.take_key(identifier, number)?);
        }
        for (identifier, on_the_way) in rekeyed.iter().zip(&on_the_way) {
            let line = (identifier.scope, identifier.new.clone());
            left.insert((identifier.scope, identifier.old.clone()));
            left.insert(line.clone());
            let others = self.write_key(identifier, on_the_way, stamp.now)?;
            if !others.is_empty() {
                joined.entry(line).or_default().extend(others);
            }
        }
        for (line, _) in joined
            .iter()
            .filter(|(line, _)| line.1.kind() != Kind::ExternalId)
        {
            self.order_by_contact(line)?;
        }
        // Who has another key by now is in the entry of its own.
        let mut told = Told::of(contacts.iter().map(|(contact, _)| *contact));
        for (scope, key) in &left {
            told.add(self.settle(*scope, key)?);
        }
        for ((scope, key), contacts) in &joined {
            self.queue_joined(*scope, key, contacts, stamp)?;
        }
        self.rekey_ledger(rules)?;

        for (scope_row, before) in &before {
            self.stamp_contact(before.row, stamp.now)?;
            let after = self.contact(before.row, &scope)?;
            let mut entry = difference(Some(before), &after);
            self.tell(&told.about(&after), &mut entry)?;
            let change = NewChange {
                scope: *scope_row,
                contact: Some(before.row),
                op: "rekey",
                difference: &entry,
            };
            self.log(&change, stamp)?;
        }
        self.set_property(KEY_RULES, &rules.version())?;
        Ok(!rekeyed.is_empty())
    }

    /// Takes an old key from who has it, before anybody gets a new one: that may be the old
    /// key of another. What stands in its place until then.
    fn take_key(&self, identifier: &Rekeyed, number: usize) -> Result<Key> {
        let kind = identifier.old.kind();
        let on_the_way = Key::from_stored(kind, format!("on the way {number}:"));
        self.connection
            .prepare_cached(
                "UPDATE identifier SET holds = 0, key = ?4
                 WHERE contact = ?1 AND kind = ?2 AND key = ?3",
            )?
            .execute(params![
                identifier.contact,
                kind_number(kind),
                identifier.old.as_str(),
                on_the_way.as_str()
            ])?;
        Ok(on_the_way)
    }

    /// Writes the new key; the contacts that list it then, if it was not this one alone.
    fn write_key(
        &self,
        identifier: &Rekeyed,
        on_the_way: &Key,
        now: Timestamp,
    ) -> Result<BTreeSet<i64>> {
        let Rekeyed {
            scope,
            contact,
            old,
            new,
            verified,
        } = identifier;
        let kind = kind_number(old.kind());
        let mut listing = self.connection.prepare_cached(LISTING)?;
        let rows = listing.query_map(params![scope, kind, new.as_str()], |row| row.get(0))?;
        let mut others: BTreeSet<i64> = rows.collect::<rusqlite::Result<_>>()?;
        if others.contains(contact) {
            // Two spellings of one contact fall together: the earlier place stays, and what
            // no merge brought is its own.
            self.connection
                .prepare_cached(
                    "UPDATE identifier SET place = min(identifier.place, other.place),
                         brought_by = iif(other.brought_by IS NULL, NULL, identifier.brought_by),
                         place_brought_by = iif(other.place < identifier.place,
                                                other.place_brought_by,
                                                identifier.place_brought_by)
                     FROM identifier AS other
                     WHERE identifier.contact = ?1 AND identifier.kind = ?2
                       AND identifier.key = ?4
                       AND other.contact = ?1 AND other.kind = ?2 AND other.key = ?3",
                )?
                .execute(params![contact, kind, on_the_way.as_str(), new.as_str()])?;
            self.leave_line(*contact, on_the_way)?;
            return Ok(BTreeSet::new());
        }
        let is_taken = new.kind() == Kind::ExternalId && !others.is_empty();
        // Only one may list an external id: this one keeps the key that it had.
        let key = if is_taken { old } else { new };
        // Until the line is put in order no two stand at one place.
        let taken = self.places(*scope, key)?;
        let own = self.place_of(*contact, on_the_way)?;
        let place = match taken.contains(&own) {
            true => super::lines::right_behind(own, &taken),
            false => own,
        };
        self.connection
            .prepare_cached(
                // What was typed is not written where it is the key.
                "UPDATE identifier SET key = ?4, verified = ?5, place = ?6,
                     raw = nullif(coalesce(raw, ?7), ?8)
                 WHERE contact = ?1 AND kind = ?2 AND key = ?3",
            )?
            .execute(params![
                contact,
                kind,
                on_the_way.as_str(),
                key.as_str(),
                verified,
                place,
                shown(old),
                shown(key)
            ])?;
        self.note_blocked(*scope, key, now)?;
        if !others.is_empty() {
            others.insert(*contact);
        }
        Ok(others)
    }

    fn place_of(&self, contact: i64, key: &Key) -> Result<i64> {
        let mut select = self.connection.prepare_cached(
            "SELECT place FROM identifier WHERE contact = ?1 AND kind = ?2 AND key = ?3",
        )?;
        let listing = params![contact, kind_number(key.kind()), key.as_str()];
        Ok(select.query_row(listing, |row| row.get(0))?)
    }

    /// Puts those who stand in a joined line in the order of their contacts, at the places
    /// that they have among them.
    fn order_by_contact(&self, (scope, key): &Line) -> Result<()> {
        let places = self.places(*scope, key)?;
        let mut listing = self.connection.prepare_cached(LISTING)?;
        let kind = kind_number(key.kind());
        let rows = listing.query_map(params![scope, kind, key.as_str()], |row| row.get(0))?;
        let contacts: Vec<i64> = rows.collect::<rusqlite::Result<_>>()?;
        let last = places.last().copied().unwrap_or_default();
        // Out of the way first: no two stand at one place in between.
        for behind in [Some(last), None] {
            for (number, (contact, place)) in (1..).zip(contacts.iter().zip(&places)) {
                let place = behind.map_or(*place, |last| last.saturating_add(number));
                self.move_in_line(*contact, key, place)?;
            }
        }
        Ok(())
    }

    /// Contacts that list one key by now, and did not before, may be one person.
    fn queue_joined(
        &self,
        scope: i64,
        key: &Key,
        contacts: &BTreeSet<i64>,
        stamp: &Stamp<'_>,
    ) -> Result<()> {
        let mut contacts = contacts.iter();
        let Some(first) = contacts.next() else {
            return Ok(());
        };
        for other in contacts {
            self.queue_review(scope, *first, *other, "key rules", &[key], stamp.now)?;
        }
        Ok(())
    }

    fn rekey_blocked(&self, rules: &dyn KeyRules) -> Result<()> {
        let mut select = self
            .connection
            .prepare("SELECT scope, kind, key FROM blocked_key")?;
        let mut rows = select.query([])?;
        let mut moved = Vec::new();
        while let Some(row) = rows.next()? {
            let kind = kind_by_number(row.get(1)?, 1)?;
            let old = Key::from_stored(kind, text(row, 2)?);
            if let Some((new, _)) = rules.key(&old, shown(&old), None)
                && new != old
            {
                moved.push((row.get::<_, i64>(0)?, old, new));
            }
        }
        for (scope, old, new) in moved {
            let kind = kind_number(old.kind());
            self.connection
                .prepare_cached(
                    "INSERT INTO blocked_key (scope, kind, key, blocked_at, pattern)
                     SELECT scope, kind, ?4, blocked_at, pattern FROM blocked_key
                     WHERE scope = ?1 AND kind = ?2 AND key = ?3 ON CONFLICT DO NOTHING",
                )?
                .execute(params![scope, kind, old.as_str(), new.as_str()])?;
            self.connection
                .prepare_cached(
                    "DELETE FROM blocked_key WHERE scope = ?1 AND kind = ?2 AND key = ?3",
                )?
                .execute(params![scope, kind, old.as_str()])?;
        }
        Ok(())
    }

    /// What the ledger gives back one day has the new keys as well.
    fn rekey_ledger(&self, rules: &dyn KeyRules) -> Result<()> {
        let mut select = self.connection.prepare(
            "SELECT id, survivor_before, absorbed_before FROM merge WHERE undone_at IS NULL",
        )?;
        let mut rows = select.query([])?;
        let mut rewritten = Vec::new();
        while let Some(row) = rows.next()? {
            let mut survivor = snapshot::read(text(row, 1)?)?;
            let mut absorbed = snapshot::read(text(row, 2)?)?;
            let changed = [&mut survivor, &mut absorbed].map(|record| rekey_record(record, rules));
            if changed.contains(&true) {
                let texts = (snapshot::write(&survivor)?, snapshot::write(&absorbed)?);
                rewritten.push((row.get::<_, i64>(0)?, texts));
            }
        }
        let mut update = self.connection.prepare_cached(
            "UPDATE merge SET survivor_before = ?2, absorbed_before = ?3 WHERE id = ?1",
        )?;
        for (merge, (survivor, absorbed)) in rewritten {
            update.execute(params![merge, survivor, absorbed])?;
        }
        Ok(())
    }
}

fn rekey_record(record: &mut Record, rules: &dyn KeyRules) -> bool {
    let mut changed = false;
    for listed in &mut record.listed {
        let listing = &mut listed.listing;
        if let Some((new, verified)) = rules.key(&listing.key, &listing.raw, listing.region)
            && (new != listing.key || verified != listing.verified)
        {
            (listing.key, listing.verified) = (new, verified);
            changed = true;
        }
    }
    let mut once = BTreeSet::new();
    record
        .listed
        .retain(|listed| once.insert(listed.listing.key.clone()));
    changed
}
