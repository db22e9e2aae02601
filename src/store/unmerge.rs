//! An undone merge, written.

use rusqlite::params;

use super::apply::{NewChange, Stamp};
use super::contacts::{kind_number, unreadable};
use super::failure::Result;
use super::life::Told;
use super::lines::right_behind;
use super::{Reading, Writing, snapshot};
use crate::clock::Timestamp;
use crate::contact::difference::difference;
use crate::contact::refused::Refused;
use crate::contact::{Conflict, Contact, ContactId, Json, MergeId};
use crate::error::Error;
use crate::ident::{Key, Kind};
use crate::resolve::MergeRules;
use crate::resolve::unmerge::{Later, Listed, MergeRow, Record, Role, Step, undo};
use crate::scope::Scope;

/// One entry of the merge ledger.
///
/// Serialised it is a line of the program's `merges`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct MergeEntry {
    /// The merge, by which it is undone.
    pub merge: MergeId,
    /// The contact that stayed.
    pub survivor: ContactId,
    /// The contact that was absorbed.
    pub absorbed: ContactId,
    /// When.
    pub at: Timestamp,
    /// Whether it was undone since.
    pub undone: bool,
}

/// What an undone merge leaves.
///
/// Serialised it is what the program's `unmerge` prints.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Unmerged {
    /// Today's survivor, which need not be the one of the merge: it may have been
    /// absorbed itself since.
    pub survivor: Contact,
    /// The contact that stands alone again.
    pub restored: Contact,
    /// The keys that it held before and that another contact holds now.
    pub conflicts: Vec<Conflict>,
}

/// An entry of the ledger with its rows.
struct Entry {
    survivor: i64,
    absorbed: i64,
    undone: bool,
    step: Step,
}

const ENTRY: &str = "
    SELECT id, survivor, absorbed, undone_at IS NOT NULL, at, rules,
           survivor_before, absorbed_before
    FROM merge WHERE ";

impl Reading<'_> {
    /// The ledger of a scope, or what of it concerns a family, oldest first.
    pub(crate) fn merges(&self, scope: i64, of: Option<i64>) -> Result<Vec<MergeEntry>> {
        let family = match of {
            Some(row) => Some(self.family(row)?),
            None => None,
        };
        let mut select = self.connection.prepare_cached(
            "SELECT merge.uuid, kept.uuid, gone.uuid, merge.at, merge.undone_at IS NOT NULL,
                    kept.id, gone.id
             FROM merge JOIN contact AS kept ON kept.id = merge.survivor
             JOIN contact AS gone ON gone.id = merge.absorbed
             WHERE merge.scope = ?1 ORDER BY merge.id",
        )?;
        let mut rows = select.query([scope])?;
        let mut merges = Vec::new();
        while let Some(row) = rows.next()? {
            let (kept, gone): (i64, i64) = (row.get(5)?, row.get(6)?);
            let concerns = |family: &Vec<i64>| family.contains(&kept) || family.contains(&gone);
            if family.as_ref().is_none_or(concerns) {
                merges.push(MergeEntry {
                    merge: MergeId::from_bytes(row.get(0)?),
                    survivor: ContactId::from_bytes(row.get(1)?),
                    absorbed: ContactId::from_bytes(row.get(2)?),
                    at: Timestamp::from_milliseconds(row.get(3)?),
                    undone: row.get(4)?,
                });
            }
        }
        Ok(merges)
    }

    fn ledger(&self, which: &str, by: impl rusqlite::Params) -> Result<Vec<Entry>> {
        let mut select = self
            .connection
            .prepare_cached(&format!("{ENTRY}{which} ORDER BY id"))?;
        let rows = select.query_map(by, |row| {
            let record = |column: usize| -> rusqlite::Result<Record> {
                snapshot::read(
                    row.get_ref(column)?
                        .as_str()
                        .map_err(|e| unreadable(column, e))?,
                )
            };
            let undone: bool = row.get(3)?;
            let rules: Option<String> = row.get(5)?;
            let rules = rules.map(|rules| serde_json::from_str::<MergeRules>(&rules));
            let rules = rules.transpose().map_err(|error| unreadable(5, error))?;
            Ok(Entry {
                survivor: row.get(1)?,
                absorbed: row.get(2)?,
                undone,
                step: Step {
                    merge: row.get(0)?,
                    at: Timestamp::from_milliseconds(row.get(4)?),
                    rules: rules.unwrap_or_default(),
                    // Of an undone merge nothing is kept.
                    survivor: if undone {
                        Record::default()
                    } else {
                        record(6)?
                    },
                    absorbed: if undone {
                        Record::default()
                    } else {
                        record(7)?
                    },
                },
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The merges on the way from one to today's survivor, and that survivor's row.
    fn way_to_today(&self, from: &Entry) -> Result<(Vec<Later>, i64)> {
        let (mut contact, mut after) = (from.survivor, from.step.merge);
        let mut way = Vec::new();
        loop {
            let as_survivor = self.ledger(
                "survivor = ?1 AND id > ?2 AND undone_at IS NULL",
                params![contact, after],
            )?;
            way.extend(as_survivor.into_iter().map(|entry| Later {
                step: entry.step,
                role: Role::Survivor,
            }));
            let absorbed = self.ledger("absorbed = ?1 AND undone_at IS NULL", params![contact])?;
            let Some(entry) = absorbed.into_iter().next() else {
                return Ok((way, contact));
            };
            (contact, after) = (entry.survivor, entry.step.merge);
            way.push(Later {
                step: entry.step,
                role: Role::Absorbed,
            });
        }
    }
}

impl Writing<'_> {
    /// Undoes a merge.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuch`] and [`Error::InvalidRequest`] if there is nothing to undo.
    pub(crate) fn unmerge(
        &self,
        scope_row: i64,
        scope: &Scope,
        merge: MergeId,
        stamp: &Stamp<'_>,
    ) -> Result<Unmerged> {
        let found = self.ledger(
            "uuid = ?1 AND scope = ?2",
            params![merge.as_bytes(), scope_row],
        )?;
        let entry = found.into_iter().next().ok_or_else(|| Error::NoSuch {
            what: "merge",
            id: merge.to_string(),
        })?;
        if entry.undone {
            let reason = "it was undone already";
            return Err(Error::from(Refused::request("merge", &merge.to_string(), reason)).into());
        }
        let (later, live) = self.way_to_today(&entry)?;
        let restored = entry.absorbed;
        let before = self.contact(live, scope)?;
        let record = self.record(live)?;
        let undone = undo(&entry.step, later, &record);

        for (merge, role, record) in &undone.rewritten {
            self.rewrite(*merge, *role, record)?;
        }
        let back = Back {
            scope: scope_row,
            live,
            restored,
            now: stamp.now,
        };
        let places = self.places_back(&back, &undone.restored, &undone.survivor)?;
        self.take_from_survivor(&back, &record, &undone.survivor)?;
        let not_given_back = self.stand_alone(&back, &undone.restored, &places)?;
        let mut told = Told::of([live, restored]);
        let of_both = undone.restored.listed.iter().chain(&record.listed);
        for listed in of_both {
            told.add(self.settle(scope_row, &listed.listing.key)?);
        }
        self.mark_undone(&entry, stamp)?;
        self.stamp_contact(live, stamp.now)?;
        self.set_updated_at(live, undone.survivor.updated_at)?;
        self.set_updated_at(restored, undone.restored.updated_at)?;

        let survivor = self.contact(live, scope)?;
        let alone = self.contact(restored, scope)?;
        let mut conflicts = not_given_back;
        for listed in &undone.restored.listed {
            let key = &listed.listing.key;
            let held = self.holder_in_line(scope_row, key)?;
            if let Some(held) = held.filter(|held| held.contact != restored)
                && listed.listing.holds
                && !conflicts.iter().any(|conflict| conflict.key == *key)
            {
                conflicts.push(Conflict {
                    key: key.clone(),
                    holder: self.id_of(held.contact)?,
                });
            }
        }
        let own_order = |conflict: &Conflict| {
            let listed = undone.restored.listed.iter();
            listed
                .map(|listed| &listed.listing.key)
                .position(|key| *key == conflict.key)
        };
        conflicts.sort_by_key(own_order);
        let mut entry = difference(Some(&before), &survivor);
        entry.insert("merge", Json::of(&merge));
        entry.insert("restored", Json::of(&[&alone]));
        if !conflicts.is_empty() {
            entry.insert("conflicts", Json::of(&conflicts));
        }
        self.tell(&told, &mut entry)?;
        let change = NewChange {
            scope: scope_row,
            contact: Some(live),
            op: "unmerge",
            difference: &entry,
        };
        self.log(&change, stamp)?;
        Ok(Unmerged {
            survivor,
            restored: alone,
            conflicts,
        })
    }

    /// A later merge that relied on the undone one.
    fn rewrite(&self, merge: MergeRow, role: Role, record: &Record) -> Result<()> {
        let statement = match role {
            Role::Survivor => "UPDATE merge SET survivor_before = ?2 WHERE id = ?1",
            Role::Absorbed => "UPDATE merge SET absorbed_before = ?2 WHERE id = ?1",
        };
        self.connection
            .prepare_cached(statement)?
            .execute(params![merge, snapshot::write(record)?])?;
        Ok(())
    }

    /// Where the restored contact stands again: at its own places, but behind whoever holds
    /// a key meanwhile: somebody else, or the survivor if it lists the key by itself since.
    fn places_back(&self, back: &Back, restored: &Record, will_be: &Record) -> Result<Vec<i64>> {
        let mut places = Vec::with_capacity(restored.listed.len());
        for listed in &restored.listed {
            let key = &listed.listing.key;
            let held = self.holder_in_line(back.scope, key)?;
            let own = listed.listing.place;
            let kept = will_be.listed(key).map(|kept| kept.listing.place);
            places.push(match held {
                Some(held)
                    if held.place > own
                        && (held.contact != back.live || kept == Some(held.place)) =>
                {
                    right_behind(held.place, &self.places_given(back.scope, key)?)
                }
                _ => own,
            });
        }
        Ok(places)
    }

    /// Gives today's survivor the record that is left to it.
    fn take_from_survivor(&self, back: &Back, is: &Record, will_be: &Record) -> Result<()> {
        for listed in &is.listed {
            if will_be.listed(&listed.listing.key).is_none() {
                self.leave_line(back.live, &listed.listing.key)?;
            }
        }
        for listed in &will_be.listed {
            match is.listed(&listed.listing.key) {
                Some(before) if before == listed => {}
                Some(before) => {
                    let key = &listed.listing.key;
                    let mut place = listed.listing.place;
                    if place != before.listing.place {
                        // Somebody may have been put there while it stood in the ledger alone.
                        place = self.free_place(back.scope, key, place)?;
                    }
                    let mut update = self.connection.prepare_cached(
                        "UPDATE identifier
                         SET place = ?4, brought_by = ?5, place_brought_by = ?6, position = ?7
                         WHERE contact = ?1 AND kind = ?2 AND key = ?3",
                    )?;
                    update.execute(params![
                        back.live,
                        kind_number(key.kind()),
                        key.as_str(),
                        place,
                        listed.brought_by,
                        listed.place_brought_by,
                        listed.listing.position,
                    ])?;
                }
                None => self.list_again(back, back.live, listed, listed.listing.place)?,
            }
        }
        self.write_record(back.live, will_be)
    }

    /// Puts the restored contact back; the external ids that somebody else has meanwhile.
    fn stand_alone(&self, back: &Back, record: &Record, places: &[i64]) -> Result<Vec<Conflict>> {
        self.connection
            .prepare_cached(
                "UPDATE contact SET state = 0, survivor = NULL, version = version + 1
                 WHERE id = ?1",
            )?
            .execute([back.restored])?;
        self.set_last_change(back.restored, self.next_seq()?)?;
        self.write_record(back.restored, record)?;
        let mut conflicts = Vec::new();
        for (listed, place) in record.listed.iter().zip(places) {
            let key = &listed.listing.key;
            if key.kind() == Kind::ExternalId
                && let Some(other) = self.first_live(back.scope, key)?
            {
                conflicts.push(Conflict {
                    key: key.clone(),
                    holder: self.id_of(other.contact)?,
                });
                continue;
            }
            self.list_again(back, back.restored, listed, *place)?;
        }
        Ok(conflicts)
    }

    /// Lists an identifier as it was, held by nobody as yet.
    fn list_again(&self, back: &Back, contact: i64, listed: &Listed, place: i64) -> Result<()> {
        let mut listing = listed.listing.clone();
        listing.holds = false;
        let place = self.free_place(back.scope, &listing.key, place)?;
        self.insert_listing(back.scope, contact, &listing, place)?;
        // A pattern of today does not know of a key that nobody listed.
        self.note_blocked(back.scope, &listing.key, back.now)?;
        // Another place than the recorded one is no merge's.
        let place_brought_by = listed
            .place_brought_by
            .filter(|_| place == listed.listing.place);
        let mut mark = self.connection.prepare_cached(
            "UPDATE identifier SET brought_by = ?4, place_brought_by = ?5
             WHERE contact = ?1 AND kind = ?2 AND key = ?3",
        )?;
        mark.execute(params![
            contact,
            kind_number(listing.key.kind()),
            listing.key.as_str(),
            listed.brought_by,
            place_brought_by,
        ])?;
        Ok(())
    }

    fn free_place(&self, scope: i64, key: &Key, place: i64) -> Result<i64> {
        let taken = self.places(scope, key)?;
        Ok(match taken.contains(&place) {
            true => right_behind(place, &self.places_given(scope, key)?),
            false => place,
        })
    }

    /// The fields of a record, and the merges that brought them.
    fn write_record(&self, contact: i64, record: &Record) -> Result<()> {
        let version: u64 = self
            .connection
            .prepare_cached("SELECT version FROM contact WHERE id = ?1")?
            .query_row([contact], |row| row.get(0))?;
        self.update_contact(contact, &record.fields, version, record.updated_at)?;
        self.connection
            .prepare_cached("UPDATE contact SET created_at = ?2 WHERE id = ?1")?
            .execute(params![contact, record.created_at.as_milliseconds()])?;
        self.connection
            .prepare_cached("DELETE FROM merge_mark WHERE contact = ?1")?
            .execute([contact])?;
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO merge_mark (contact, field, merge) VALUES (?1, ?2, ?3)")?;
        for (field, merge) in &record.marks {
            insert.execute(params![contact, field.to_string(), merge])?;
        }
        Ok(())
    }

    /// The merge is undone, and the two are different people. Nobody needs any more what they
    /// were.
    fn mark_undone(&self, entry: &Entry, stamp: &Stamp<'_>) -> Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE merge SET undone_at = ?2, undone_seq = ?3,
                     survivor_before = '{}', absorbed_before = '{}'
                 WHERE id = ?1",
            )?
            .execute(params![
                entry.step.merge,
                stamp.now.as_milliseconds(),
                self.next_seq()?
            ])?;
        self.write_distinct(entry.survivor, entry.absorbed, stamp.now)
    }

    fn set_updated_at(&self, contact: i64, at: Timestamp) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE contact SET updated_at = ?2 WHERE id = ?1")?
            .execute(params![contact, at.as_milliseconds()])?;
        Ok(())
    }
}

/// Who is concerned by an undone merge, by their rows.
struct Back {
    scope: i64,
    live: i64,
    restored: i64,
    now: Timestamp,
}
