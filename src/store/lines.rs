//! Lines: who stands in one, at which place, and who holds its key.

use rusqlite::{OptionalExtension, params};

use super::contacts::kind_number;
use super::failure::Result;
use super::{Reading, Writing};
use crate::ident::{Key, Kind};

/// Places that stay free behind each one in a line, for who is put right behind it.
pub(super) const ROOM_BEHIND: i64 = 1 << 20;

/// The first live contact in a line. Two look-ups, because the holder and those who wait
/// have an index each.
const FIRST_LIVE: &str = "
    SELECT contact, place FROM (
        SELECT contact, place FROM identifier
        WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 1
        UNION ALL
        SELECT contact, place FROM identifier
        WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 0)
    JOIN contact AS listing ON listing.id = contact
    WHERE listing.state = 0
    ORDER BY place LIMIT 1";

/// The live contacts in a line.
const LINE: &str = "
    SELECT contact FROM (
        SELECT contact, place FROM identifier
        WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 1
        UNION ALL
        SELECT contact, place FROM identifier
        WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 0)
    JOIN contact AS listing ON listing.id = contact
    WHERE listing.state = 0
    ORDER BY place";

const PLACES: &str = "
    SELECT place FROM identifier WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 1
    UNION ALL
    SELECT place FROM identifier WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 0
    ORDER BY place";

/// Looks through every merge: it is asked when somebody comes back to a key that another
/// has by now, which is rare.
const PLACES_IN_THE_LEDGER: &str = "
    SELECT kept.value ->> 'place'
    FROM merge, json_each(merge.survivor_before, '$.identifiers') AS kept
    WHERE merge.scope = ?1 AND undone_at IS NULL
      AND kept.value ->> 'kind' = ?2 AND kept.value ->> 'key' = ?3
    UNION
    SELECT kept.value ->> 'place'
    FROM merge, json_each(merge.absorbed_before, '$.identifiers') AS kept
    WHERE merge.scope = ?1 AND undone_at IS NULL
      AND kept.value ->> 'kind' = ?2 AND kept.value ->> 'key' = ?3";

/// A contact in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) contact: i64,
    pub(super) place: i64,
}

/// Who holds a key after a change, if that is somebody else than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HolderChange {
    pub(super) key: Key,
    pub(super) before: Option<i64>,
    pub(super) after: Option<i64>,
}

impl Reading<'_> {
    /// The holder of a key, and its place in line.
    pub(super) fn holder_in_line(&self, scope: i64, key: &Key) -> Result<Option<Standing>> {
        let mut find = self.connection.prepare_cached(
            "SELECT contact, place FROM identifier
             WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 1",
        )?;
        let line = params![scope, kind_number(key.kind()), key.as_str()];
        Ok(find.query_row(line, standing).optional()?)
    }

    /// The first live contact in a line, be its key blocked or not.
    pub(super) fn first_live(&self, scope: i64, key: &Key) -> Result<Option<Standing>> {
        let mut find = self.connection.prepare_cached(FIRST_LIVE)?;
        let line = params![scope, kind_number(key.kind()), key.as_str()];
        Ok(find.query_row(line, standing).optional()?)
    }

    /// The rows of the live contacts in a line, in order.
    pub(crate) fn line(&self, scope: i64, key: &Key) -> Result<Vec<i64>> {
        let mut find = self.connection.prepare_cached(LINE)?;
        let line = params![scope, kind_number(key.kind()), key.as_str()];
        let rows = find.query_map(line, |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every place in a line that is taken, in order.
    pub(super) fn places(&self, scope: i64, key: &Key) -> Result<Vec<i64>> {
        let mut find = self.connection.prepare_cached(PLACES)?;
        let line = params![scope, kind_number(key.kind()), key.as_str()];
        let rows = find.query_map(line, |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every place in a line that was given to somebody and may be again: those that are
    /// taken, and those that absorbed contacts come back to.
    pub(super) fn places_given(&self, scope: i64, key: &Key) -> Result<Vec<i64>> {
        let mut find = self.connection.prepare_cached(PLACES_IN_THE_LEDGER)?;
        let line = params![scope, kind_number(key.kind()), key.as_str()];
        let kept = find.query_map(line, |row| row.get(0))?;
        let mut places = kept.collect::<rusqlite::Result<Vec<i64>>>()?;
        places.extend(self.places(scope, key)?);
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }

    /// Whether a key is blocked.
    pub(super) fn is_blocked(&self, scope: i64, key: &Key) -> Result<bool> {
        let mut find = self.connection.prepare_cached(
            "SELECT 1 FROM blocked_key WHERE scope = ?1 AND kind = ?2 AND key = ?3",
        )?;
        Ok(find.exists(params![scope, kind_number(key.kind()), key.as_str()])?)
    }
}

fn standing(row: &rusqlite::Row<'_>) -> rusqlite::Result<Standing> {
    Ok(Standing {
        contact: row.get(0)?,
        place: row.get(1)?,
    })
}

/// A free place right behind another, in the room that was left for that. `taken` are the
/// places of the line in their order.
///
/// Who is put behind one that many were put behind before gets the closest that is left.
pub(super) fn right_behind(place: i64, taken: &[i64]) -> i64 {
    let mut behind = place;
    loop {
        // No number that the log gives, or gave, to somebody who joined the line.
        let end_of_room = (behind.div_euclid(ROOM_BEHIND) + 1).saturating_mul(ROOM_BEHIND);
        let later = taken.iter().copied().find(|other| *other > behind);
        let next = later.unwrap_or(i64::MAX).min(end_of_room);
        let room = next.saturating_sub(behind);
        if room > 1 {
            // Eighty fit right behind one, and behind each of those others, six deep.
            return next - (room / 8).max(1);
        }
        behind = next;
    }
}

impl Writing<'_> {
    /// The number that the next entry of the change log gets.
    pub(super) fn next_seq(&self) -> Result<i64> {
        let mut last = self.connection.prepare_cached(
            "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'change'), 0) + 1",
        )?;
        Ok(last.query_row([], |row| row.get(0))?)
    }

    /// Gives a key to the first live contact in its line, unless it is blocked.
    pub(super) fn settle(&self, scope: i64, key: &Key) -> Result<Option<HolderChange>> {
        let before = self.holder_in_line(scope, key)?.map(|held| held.contact);
        let after = match self.is_blocked(scope, key)? {
            true => None,
            false => self.first_live(scope, key)?.map(|first| first.contact),
        };
        if before == after {
            return Ok(None);
        }
        let mut set = self.connection.prepare_cached(
            "UPDATE identifier SET holds = ?4 WHERE contact = ?1 AND kind = ?2 AND key = ?3",
        )?;
        // The old holder goes first: no two may hold.
        for (contact, holds) in [(before, false), (after, true)] {
            if let Some(contact) = contact {
                set.execute(params![
                    contact,
                    kind_number(key.kind()),
                    key.as_str(),
                    holds
                ])?;
            }
        }
        Ok(Some(HolderChange {
            key: key.clone(),
            before,
            after,
        }))
    }

    /// Takes a contact out of a line.
    pub(super) fn leave_line(&self, contact: i64, key: &Key) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM identifier WHERE contact = ?1 AND kind = ?2 AND key = ?3")?
            .execute(params![contact, kind_number(key.kind()), key.as_str()])?;
        Ok(())
    }

    /// Moves a contact to another place in a line, by which it is nobody else's any more.
    pub(super) fn move_in_line(&self, contact: i64, key: &Key, place: i64) -> Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE identifier SET place = ?4, place_brought_by = NULL
                 WHERE contact = ?1 AND kind = ?2 AND key = ?3",
            )?
            .execute(params![
                contact,
                kind_number(key.kind()),
                key.as_str(),
                place
            ])?;
        Ok(())
    }

    /// Where in the contact's own order a key stands.
    pub(super) fn set_position(&self, contact: i64, key: &Key, position: i64) -> Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE identifier SET position = ?4
                 WHERE contact = ?1 AND kind = ?2 AND key = ?3",
            )?
            .execute(params![
                contact,
                kind_number(key.kind()),
                key.as_str(),
                position
            ])?;
        Ok(())
    }

    /// Behind a contact's identifiers of a kind.
    pub(super) fn next_position(&self, contact: i64, kind: Kind) -> Result<i64> {
        let mut last = self.connection.prepare_cached(
            "SELECT coalesce(max(position), 0) + 1 FROM identifier
             WHERE contact = ?1 AND kind = ?2",
        )?;
        Ok(last.query_row(params![contact, kind_number(kind)], |row| row.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::{ROOM_BEHIND, right_behind};

    #[test]
    fn who_is_put_right_behind_somebody_stands_before_all_who_came_later() {
        let first = ROOM_BEHIND;
        let mut line = vec![first, 5 * ROOM_BEHIND];
        for _ in 0..80 {
            let place = right_behind(first, &line);
            assert!(place > first && line.get(1).is_none_or(|next| place < *next));
            line.insert(1, place);
        }
        assert!(line.windows(2).all(|pair| pair[0] < pair[1]));
        // Each behind the one before.
        let mut last = first;
        for _ in 0..6 {
            let place = right_behind(last, &[first, last, 2 * ROOM_BEHIND]);
            assert!(place > last && place < 2 * ROOM_BEHIND);
            last = place;
        }
        // Nobody stands behind: there is all the room.
        assert!(right_behind(first, &[first]) > first);
        // No number is left between the two: the next best place.
        assert!(right_behind(7, &[7, 8, 9]) > 9);
        assert_eq!(right_behind(7, &[7, 8, 10]), 9);
        // In front of the line, where places are negative, it is the same.
        let front = -3 * ROOM_BEHIND;
        let place = right_behind(front, &[front, first]);
        assert!(place > front && place < front + ROOM_BEHIND);
    }
}
