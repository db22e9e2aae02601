//! What a resolve reads, into plain values.

use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

use super::prepare;

/// The rows of a contact and of what it lists.
#[derive(Default)]
pub struct ContactRow {
    pub row: i64,
    pub uuid: [u8; 16],
    pub state: i64,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
    /// The columns from `full_name` on, as [`CONTACT`] has them.
    pub texts: [Option<String>; 28],
    /// The columns that are numbers, behind those.
    pub numbers: [Option<i64>; 3],
    pub listings: Vec<ListingRow>,
}

pub struct ListingRow {
    pub kind: i64,
    pub key: String,
    pub raw: Option<String>,
    pub region: Option<String>,
    pub verified: bool,
    pub holds: bool,
    #[expect(dead_code, reason = "it is read because the library reads it")]
    pub place: i64,
    pub position: i64,
    pub blocked: bool,
}

const CONTACT: &str = "
    SELECT uuid, state, version, created_at, updated_at,
           full_name, given_name, family_name,
           line1, city, state_region, postal_code, country,
           company, website, gender, date_of_birth, timezone, description, source,
           assigned_to, tags, custom_fields, metadata, do_not_disturb,
           business_id, contact_type, visitor_id, followers, offers, products,
           attribution, last_attribution,
           email_bounced, email_unsubscribed, last_session_activity_at
    FROM contact WHERE id = ?1";

const LISTINGS: &str = "
    SELECT kind, key, raw, region, verified, holds, place, position,
           holds = 0 AND EXISTS (SELECT 1 FROM blocked_key AS blocked
                                 WHERE blocked.scope = identifier.scope
                                   AND blocked.kind = identifier.kind
                                   AND blocked.key = identifier.key)
    FROM identifier WHERE contact = ?1";

/// The holder, or a row without one for a key that is blocked, or none.
const STANDING: &str = "
    SELECT contact FROM identifier WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 1
    UNION ALL
    SELECT NULL FROM blocked_key WHERE scope = ?1 AND kind = ?2 AND key = ?3
    LIMIT 1";

/// The shapes of keys that are blocked; asked for what nobody holds.
const PATTERNS: &str = "SELECT pattern FROM blocked_pattern WHERE scope = ?1 AND kind = ?2";

/// A contact and those that it absorbed, of whom marks and pairs may tell.
const FAMILY: &str = "
    WITH RECURSIVE family (id) AS (
        SELECT ?1
        UNION ALL
        SELECT contact.id FROM family JOIN contact ON contact.survivor = family.id
    )
    SELECT id FROM family";

const DISTINCT: &str = "
    SELECT other FROM distinct_mark WHERE one = ?1
    UNION ALL SELECT one FROM distinct_mark WHERE other = ?1";

const REVIEWED: &str = "
    SELECT other FROM review_pair WHERE one = ?1
    UNION ALL SELECT one FROM review_pair WHERE other = ?1";

/// A key as it is looked up: its kind and itself.
pub type RawKey<'a> = (i64, &'a str);

/// What the store says of a request's keys.
#[derive(Default)]
pub struct Situation {
    /// The row of the scope.
    pub scope: i64,
    /// Whether one of the keys is blocked.
    pub blocked: bool,
    /// The place of each key's holder among the holders.
    pub held_by: [Option<usize>; 3],
    pub holders: Vec<ContactRow>,
    /// How many distinct marks and review pairs the holders have, with whomever.
    pub pairs: usize,
}

/// The statements that read, and the row of the scope.
pub struct Reads<'connection> {
    scope: i64,
    standing: Statement<'connection>,
    patterns: Statement<'connection>,
    family: Statement<'connection>,
    contact: Statement<'connection>,
    listings: Statement<'connection>,
    distinct: Statement<'connection>,
    reviewed: Statement<'connection>,
}

impl<'connection> Reads<'connection> {
    pub fn new(connection: &'connection Connection) -> Self {
        let prepare = |sql| prepare(connection, sql);
        Self {
            // As in the library, it is known from the first call on.
            scope: prepare("SELECT id FROM scope WHERE org = ?1 AND location = ?2")
                .query_row(["default", ""], |row| row.get(0))
                .unwrap(),
            standing: prepare(STANDING),
            patterns: prepare(PATTERNS),
            family: prepare(FAMILY),
            contact: prepare(CONTACT),
            listings: prepare(LISTINGS),
            distinct: prepare(DISTINCT),
            reviewed: prepare(REVIEWED),
        }
    }

    pub fn situation(&mut self, keys: &[RawKey<'_>]) -> Situation {
        let mut situation = Situation {
            scope: self.scope,
            ..Situation::default()
        };
        for (held_by, (kind, key)) in situation.held_by.iter_mut().zip(keys) {
            let asked = params![situation.scope, kind, key];
            let found: Option<Option<i64>> = self
                .standing
                .query_row(asked, |row| row.get(0))
                .optional()
                .unwrap();
            situation.blocked |= match found {
                Some(holder) => holder.is_none(),
                None => {
                    let of_kind = params![situation.scope, kind];
                    let mut patterns = self.patterns.query(of_kind).unwrap();
                    let mut blocked = false;
                    while let Some(row) = patterns.next().unwrap() {
                        let pattern = row.get_ref(0).unwrap().as_str().unwrap();
                        blocked |= key.starts_with(pattern.trim_end_matches('*'));
                    }
                    blocked
                }
            };
            let Some(row) = found.flatten() else { continue };
            let known = situation.holders.iter().position(|other| other.row == row);
            *held_by = Some(known.unwrap_or_else(|| {
                situation.holders.push(ContactRow {
                    row,
                    ..ContactRow::default()
                });
                situation.holders.len() - 1
            }));
        }
        for holder in &mut situation.holders {
            self.read(holder);
        }
        if situation.holders.len() > 1 {
            for holder in &situation.holders {
                let family: Vec<i64> = self
                    .family
                    .query_map([holder.row], |row| row.get(0))
                    .unwrap()
                    .map(Result::unwrap)
                    .collect();
                for member in family {
                    for partners in [&mut self.distinct, &mut self.reviewed] {
                        let mut rows = partners.query([member]).unwrap();
                        while let Some(row) = rows.next().unwrap() {
                            let _: i64 = row.get(0).unwrap();
                            situation.pairs += 1;
                        }
                    }
                }
            }
        }
        situation
    }

    fn read(&mut self, contact: &mut ContactRow) {
        self.contact
            .query_row([contact.row], |found| {
                contact.uuid = found.get(0)?;
                contact.state = found.get(1)?;
                contact.version = found.get(2)?;
                contact.created_at = found.get(3)?;
                contact.updated_at = found.get(4)?;
                for (column, text) in (5..).zip(&mut contact.texts) {
                    *text = found.get(column)?;
                }
                for (column, number) in (33..).zip(&mut contact.numbers) {
                    *number = found.get(column)?;
                }
                Ok(())
            })
            .unwrap();
        contact.listings.reserve(4);
        let mut rows = self.listings.query([contact.row]).unwrap();
        while let Some(found) = rows.next().unwrap() {
            contact.listings.push(listing(found).unwrap());
        }
        contact
            .listings
            .sort_by_key(|listing| (listing.kind, listing.position));
    }
}

fn listing(found: &Row<'_>) -> rusqlite::Result<ListingRow> {
    Ok(ListingRow {
        kind: found.get(0)?,
        key: found.get(1)?,
        raw: found.get(2)?,
        region: found.get(3)?,
        verified: found.get(4)?,
        holds: found.get(5)?,
        place: found.get(6)?,
        position: found.get(7)?,
        blocked: found.get(8)?,
    })
}
