//! What a search follows and looks at: which contacts changed, and what there is of them.

use std::ops::Range;

use super::Reading;
use super::contacts::{json, text_of, unreadable};
use super::failure::Result;
use crate::contact::ChangeId;
use rusqlite::{OptionalExtension, Row};

/// What a search looks at, of one contact's row, and what it filters by.
pub(crate) struct SearchedRow<'a> {
    pub(crate) row: i64,
    pub(crate) scope: i64,
    pub(crate) last_change: u64,
    /// Milliseconds since 1970.
    pub(crate) updated_at: i64,
    /// Neither deleted nor absorbed. What is not live is not found, whatever the row holds.
    pub(crate) is_live: bool,
    pub(crate) full_name: Option<&'a str>,
    pub(crate) given_name: Option<&'a str>,
    pub(crate) family_name: Option<&'a str>,
    pub(crate) company: Option<&'a str>,
    pub(crate) city: Option<&'a str>,
    pub(crate) source: Option<&'a str>,
    pub(crate) assigned_to: Option<&'a str>,
    pub(crate) tags: &'a [String],
    pub(crate) phones: &'a Keys,
    pub(crate) emails: &'a Keys,
}

/// The keys of one kind that a contact lists, in its own order.
#[derive(Default)]
pub(crate) struct Keys {
    text: String,
    listed: Vec<(i64, Range<usize>)>,
}

impl Keys {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let listed = self.listed.iter();
        listed.filter_map(|(_, range)| self.text.get(range.clone()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    fn clear(&mut self) {
        self.text.clear();
        self.listed.clear();
    }

    fn push(&mut self, position: i64, key: &str) {
        let begins = self.text.len();
        self.text.push_str(key);
        self.listed.push((position, begins..self.text.len()));
    }

    /// They come in the order of their keys.
    fn put_in_order(&mut self) {
        if self.listed.len() > 1 {
            self.listed.sort_unstable_by_key(|(position, _)| *position);
        }
    }
}

/// The contacts that changed since a number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Number of the last change and row, each contact once, the oldest change first.
    pub(crate) rows: Vec<(u64, i64)>,
    /// Those of them that were erased: not even an index that is about to go may hold anything
    /// of them.
    pub(crate) erased: Vec<i64>,
    /// Who changed up to this number, and not later, is among the rows.
    pub(crate) up_to: u64,
    /// Whether there are no more.
    pub(crate) is_all: bool,
}

// The conditions of the partial indexes are written out, so that they are used. Of two bounds
// SQLite begins at the one that stands first.
const TOUCHED: &str = "
    SELECT last_change, id FROM contact
    WHERE last_change > ?1 AND last_change > 0 ORDER BY last_change";

const ERASED: &str = "
    SELECT id FROM contact
    WHERE erased_at IS NOT NULL AND last_change > ?1 AND last_change <= ?2 ORDER BY last_change";

const LOG_END: &str = "
    SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'change'), 0)";

const ENTRY_ID: &str = "SELECT id FROM change WHERE seq = ?1";

const LIVE_OF_SCOPE: &str = "
    SELECT last_change, id FROM contact WHERE scope = ?1 AND state = 0 ORDER BY id";

const LIVE: &str = "SELECT last_change, id FROM contact WHERE state = 0 ORDER BY id";

const SEARCHED: &str = "
    SELECT id, scope, last_change, updated_at, state, full_name, given_name, family_name, company,
           city, tags, source, assigned_to
    FROM contact WHERE id = ?1";

const LISTED: &str = "
    SELECT contact, kind, position, key FROM identifier WHERE contact = ?1 AND kind < 3";

// The same of contacts that stand beside each other: two walks instead of two look-ups for each.

const SEARCHED_BETWEEN: &str = "
    SELECT id, scope, last_change, updated_at, state, full_name, given_name, family_name, company,
           city, tags, source, assigned_to
    FROM contact WHERE id BETWEEN ?1 AND ?2 ORDER BY id";

const LISTED_BETWEEN: &str = "
    SELECT contact, kind, position, key FROM identifier
    WHERE contact BETWEEN ?1 AND ?2 ORDER BY contact";

impl Reading<'_> {
    /// The number of the last entry of the log, of all scopes, also if it was deleted since;
    /// 0 before the first. It never goes down.
    pub(crate) fn log_end(&self) -> Result<u64> {
        let mut select = self.connection.prepare_cached(LOG_END)?;
        Ok(select.query_row([], |row| row.get(0))?)
    }

    /// The id of an entry of the log; none if it was deleted, or never was.
    pub(crate) fn entry_id(&self, seq: u64) -> Result<Option<ChangeId>> {
        let mut select = self.connection.prepare_cached(ENTRY_ID)?;
        let id = select.query_row([seq], |row| Ok(ChangeId::from_bytes(row.get(0)?)));
        Ok(id.optional()?)
    }

    /// The number up to which some scope's log was cut, 0 if none was.
    pub(crate) fn forgotten_anywhere(&self) -> Result<u64> {
        let mut select = self
            .connection
            .prepare_cached("SELECT coalesce(max(changes_forgotten), 0) FROM scope")?;
        Ok(select.query_row([], |row| row.get(0))?)
    }

    /// The contacts of all scopes that changed after a number: what an entry is about, what
    /// was absorbed or given back or lost something by it. They are as many as the limit says,
    /// or a few more. Needs no entry of the log to be there still.
    pub(crate) fn touched_since(&self, since: u64, limit: usize) -> Result<Touched> {
        let mut select = self.connection.prepare_cached(TOUCHED)?;
        let mut found = select.query([since])?;
        let mut touched = Touched {
            rows: Vec::new(),
            erased: Vec::new(),
            up_to: since,
            is_all: true,
        };
        while let Some(row) = found.next()? {
            let (last_change, row) = (row.get(0)?, row.get(1)?);
            // Whom one change touched is not parted.
            if touched.rows.len() >= limit && last_change != touched.up_to {
                touched.is_all = false;
                break;
            }
            touched.up_to = last_change;
            touched.rows.push((last_change, row));
        }
        if touched.is_all {
            touched.up_to = self.log_end()?.max(since);
        }
        let mut select = self.connection.prepare_cached(ERASED)?;
        let erased = select.query_map([since, touched.up_to], |row| row.get(0))?;
        touched.erased = erased.collect::<rusqlite::Result<_>>()?;
        Ok(touched)
    }

    /// Whether a row is that of a contact of a scope.
    pub(crate) fn is_in_scope(&self, row: i64, scope: i64) -> Result<bool> {
        let mut select = self
            .connection
            .prepare_cached("SELECT 1 FROM contact WHERE id = ?1 AND scope = ?2")?;
        Ok(select.exists([row, scope])?)
    }

    /// Number of the last change and row of every live contact, of one scope or of all, in the
    /// order of their creation.
    pub(crate) fn live_rows(&self, scope: Option<i64>) -> Result<Vec<(u64, i64)>> {
        let query = scope.map_or(LIVE, |_| LIVE_OF_SCOPE);
        let mut select = self.connection.prepare_cached(query)?;
        let live = select.query_map(rusqlite::params_from_iter(scope), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(live.collect::<rusqlite::Result<_>>()?)
    }

    /// Offers contacts in the order given. A row that does not exist is left out.
    pub(crate) fn for_each_searched(
        &self,
        rows: &[i64],
        mut each: impl FnMut(&SearchedRow<'_>),
    ) -> Result<()> {
        if let Some((first, last)) = stretch(rows) {
            return self.for_each_between(rows, first, last, &mut each);
        }
        let mut contact = self.connection.prepare_cached(SEARCHED)?;
        let mut listed = self.connection.prepare_cached(LISTED)?;
        let mut identifiers = Identifiers::default();
        for &row in rows {
            let mut contact = contact.query([row])?;
            let Some(found) = contact.next()? else {
                continue;
            };
            identifiers.clear();
            let mut listed = listed.query([row])?;
            while let Some(listing) = listed.next()? {
                identifiers.push(listing)?;
            }
            identifiers.offer(found, &mut each)?;
        }
        Ok(())
    }

    /// The same of rows in ascending order that are most of those from the first to the last.
    fn for_each_between(
        &self,
        rows: &[i64],
        first: i64,
        last: i64,
        each: &mut impl FnMut(&SearchedRow<'_>),
    ) -> Result<()> {
        let mut contacts = self.connection.prepare_cached(SEARCHED_BETWEEN)?;
        let mut contacts = contacts.query([first, last])?;
        let mut listed = self.connection.prepare_cached(LISTED_BETWEEN)?;
        let mut listed = listed.query([first, last])?;
        let mut listing = listed.next()?;
        let mut identifiers = Identifiers::default();
        let mut wanted = rows.iter().copied().peekable();
        while let Some(found) = contacts.next()? {
            let row: i64 = found.get(0)?;
            while wanted.next_if(|wanted| *wanted < row).is_some() {}
            if wanted.peek() != Some(&row) {
                continue;
            }
            identifiers.clear();
            while let Some(one) = listing {
                let of: i64 = one.get(0)?;
                if of > row {
                    break;
                }
                if of == row {
                    identifiers.push(one)?;
                }
                listing = listed.next()?;
            }
            identifiers.offer(found, each)?;
        }
        Ok(())
    }
}

/// The first and the last of rows that are most of those between them, in ascending order.
fn stretch(rows: &[i64]) -> Option<(i64, i64)> {
    /// Of so many rows one at least is wanted.
    const SPARSE: u64 = 2;
    let (&first, &last) = (rows.first()?, rows.last()?);
    let count = u64::try_from(rows.len()).ok()?;
    let is_dense = last.checked_sub(first)?.unsigned_abs() < count.saturating_mul(SPARSE);
    (count > 1 && is_dense && rows.is_sorted_by(|one, next| one < next)).then_some((first, last))
}

/// The phones and emails of one contact.
#[derive(Default)]
struct Identifiers {
    phones: Keys,
    emails: Keys,
}

impl Identifiers {
    fn clear(&mut self) {
        self.phones.clear();
        self.emails.clear();
    }

    fn push(&mut self, listing: &Row<'_>) -> Result<()> {
        let keys = match listing.get::<_, i64>(1)? {
            1 => &mut self.phones,
            2 => &mut self.emails,
            _ => return Ok(()),
        };
        let key = listing.get_ref(3)?.as_str();
        let key = key.map_err(|error| unreadable(3, error))?;
        keys.push(listing.get(2)?, key);
        Ok(())
    }

    /// Offers the contact whose they are.
    fn offer(&mut self, found: &Row<'_>, each: &mut impl FnMut(&SearchedRow<'_>)) -> Result<()> {
        self.phones.put_in_order();
        self.emails.put_in_order();
        let tags: Vec<String> = json(found, 10)?;
        each(&SearchedRow {
            row: found.get(0)?,
            scope: found.get(1)?,
            last_change: found.get(2)?,
            updated_at: found.get(3)?,
            is_live: found.get::<_, i64>(4)? == 0,
            full_name: text_of(found, 5)?,
            given_name: text_of(found, 6)?,
            family_name: text_of(found, 7)?,
            company: text_of(found, 8)?,
            city: text_of(found, 9)?,
            source: text_of(found, 11)?,
            assigned_to: text_of(found, 12)?,
            tags: &tags,
            phones: &self.phones,
            emails: &self.emails,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ENTRY_ID, ERASED, LISTED, LISTED_BETWEEN, LIVE, LIVE_OF_SCOPE, LOG_END, SEARCHED,
        SEARCHED_BETWEEN, TOUCHED, stretch,
    };
    use crate::store::open::{Options, open_in_memory};

    /// The plan says the same wherever the walk begins.
    #[test]
    fn who_changed_last_is_found_without_a_walk_through_the_others() {
        let connection = open_in_memory(&Options::default()).unwrap();
        connection
            .execute_batch(
                "INSERT INTO scope (id, org, location) VALUES (9, 'org', '');
                 WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 5000)
                 INSERT INTO contact (uuid, scope, version, created_at, updated_at, last_change)
                 SELECT randomblob(16), 9, 1, 0, 0, n FROM number",
            )
            .unwrap();
        let mut touched = connection.prepare(TOUCHED).unwrap();
        let rows = touched.query_map([4_998], |_| Ok(())).unwrap();
        assert_eq!(rows.count(), 2);
        let steps = touched.get_status(rusqlite::StatementStatus::VmStep);
        assert!(steps < 100, "{steps} steps");
    }

    #[test]
    fn rows_beside_each_other_are_read_in_one_walk() {
        for (rows, expected) in [
            // Too few to tell.
            (&[][..], None),
            (&[7], None),
            (&[7, 8, 9], Some((7, 9))),
            // Every other one is missing.
            (&[1, 3, 5, 7], Some((1, 7))),
            (&[1, 3, 5, 9], None),
            // In an order of their own, or twice.
            (&[9, 8, 7], None),
            (&[7, 9, 8], None),
            (&[7, 7, 8], None),
            (&[i64::MIN, i64::MAX], None),
        ] {
            assert_eq!(stretch(rows), expected, "{rows:?}");
        }
    }

    /// None of them reads more of the log or of the contacts than it gives.
    #[test]
    fn what_is_followed_is_found_by_its_indexes() {
        let connection = open_in_memory(&Options::default()).unwrap();
        for (query, index) in [
            (
                TOUCHED,
                "SEARCH contact USING COVERING INDEX contact_by_last_change (last_change>?)",
            ),
            (
                ERASED,
                "SEARCH contact USING INDEX contact_erased (last_change>? AND last_change<?)",
            ),
            (LOG_END, "SCAN sqlite_sequence"),
            (
                ENTRY_ID,
                "SEARCH change USING INTEGER PRIMARY KEY (rowid=?)",
            ),
            (
                LIVE_OF_SCOPE,
                "SEARCH contact USING INDEX contact_live_by_scope (scope=?)",
            ),
            (LIVE, "SCAN contact"),
            (
                SEARCHED,
                "SEARCH contact USING INTEGER PRIMARY KEY (rowid=?)",
            ),
            (
                LISTED,
                "SEARCH identifier USING PRIMARY KEY (contact=? AND kind<?)",
            ),
            (
                SEARCHED_BETWEEN,
                "SEARCH contact USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
            ),
            (
                LISTED_BETWEEN,
                "SEARCH identifier USING PRIMARY KEY (contact>? AND contact<?)",
            ),
        ] {
            let mut plan = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
                .unwrap();
            let parameters = vec![1; plan.parameter_count()];
            let steps = plan.query_map(rusqlite::params_from_iter(parameters), |row| row.get(3));
            let steps: Vec<String> = steps.unwrap().collect::<Result<_, _>>().unwrap();
            assert!(steps.iter().any(|step| step == index), "{steps:?}");
            // Nothing is sorted, and nothing else is read.
            let most = if query == LOG_END { 3 } else { 1 };
            assert!(steps.len() <= most, "{steps:?}");
        }
    }
}
