//! Contacts and what they list, as rows.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, params};
use serde::de::{DeserializeOwned, Error as _};

use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::{Address, Contact, ContactId, Fields, Json, Listing, Name};
use crate::ident::{Key, Kind, Region};
use crate::scope::Scope;

/// A row of `contact` in the state `LIVE` is a contact, in `DELETED` a tombstone, in
/// `ABSORBED` the stub that leads to a survivor. SQL writes the numbers out.
const DELETED: i64 = 1;

/// The number of a kind in the column `kind`.
pub(super) fn kind_number(kind: Kind) -> i64 {
    match kind {
        Kind::Phone => 1,
        Kind::Email => 2,
        Kind::ExternalId => 3,
    }
}

pub(super) fn kind_by_number(number: i64, column: usize) -> rusqlite::Result<Kind> {
    match number {
        1 => Ok(Kind::Phone),
        2 => Ok(Kind::Email),
        3 => Ok(Kind::ExternalId),
        _ => Err(rusqlite::Error::IntegralValueOutOfRange(column, number)),
    }
}

/// The holder of a key. A bound parameter in place of the 1 would not use the partial
/// index.
const HOLDER: &str = "
    SELECT contact FROM identifier
    WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND holds = 1";

/// A contact and all that were absorbed by it, or by those.
const FAMILY: &str = "
    WITH RECURSIVE family (id) AS (
        SELECT ?1
        UNION ALL
        SELECT contact.id FROM family JOIN contact ON contact.survivor = family.id
    )
    SELECT id FROM family";

/// Where an id leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) row: i64,
    pub(crate) deleted: bool,
}

impl Reading<'_> {
    /// The contact that an id leads to, through any number of merges.
    pub(crate) fn find(&self, scope: i64, id: ContactId) -> Result<Option<Found>> {
        let mut follow = self.connection.prepare_cached(
            "WITH RECURSIVE path (id, survivor, state, erased_at) AS (
                 SELECT id, survivor, state, erased_at FROM contact
                 WHERE uuid = ?1 AND scope = ?2
                 UNION
                 SELECT next.id, next.survivor, next.state, next.erased_at
                 FROM path JOIN contact AS next ON next.id = path.survivor
             )
             SELECT id, state FROM path WHERE survivor IS NULL AND erased_at IS NULL",
        )?;
        let found = follow.query_row(params![id.as_bytes(), scope], |row| {
            Ok(Found {
                row: row.get(0)?,
                deleted: row.get::<_, i64>(1)? == DELETED,
            })
        });
        Ok(found.optional()?)
    }

    /// A contact and all that lead to it, itself first.
    pub(super) fn family(&self, row: i64) -> Result<Vec<i64>> {
        let mut select = self.connection.prepare_cached(FAMILY)?;
        let rows = select.query_map([row], |found| found.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The row of an id itself, wherever it leads: a place in a list.
    pub(crate) fn row_of(&self, scope: i64, id: ContactId) -> Result<Option<i64>> {
        let mut find = self
            .connection
            .prepare_cached("SELECT id FROM contact WHERE uuid = ?1 AND scope = ?2")?;
        Ok(find
            .query_row(params![id.as_bytes(), scope], |row| row.get(0))
            .optional()?)
    }

    /// The contact in a row, with all that it lists.
    pub(crate) fn contact(&self, row: i64, scope: &Scope) -> Result<Contact> {
        let mut select = self.connection.prepare_cached(
            "SELECT uuid, state, version, created_at, updated_at,
                    full_name, given_name, family_name,
                    line1, city, state_region, postal_code, country,
                    company, website, gender, date_of_birth, timezone, description, source,
                    assigned_to, tags, custom_fields, metadata, do_not_disturb,
                    business_id, contact_type, visitor_id, followers, offers, products,
                    email_bounced, email_unsubscribed, last_session_activity_at,
                    attribution, last_attribution
             FROM contact WHERE id = ?1",
        )?;
        let mut contact = select.query_row([row], |found| {
            Ok(Contact {
                id: ContactId::from_bytes(found.get(0)?),
                scope: scope.clone(),
                identifiers: Vec::new(),
                deleted: found.get::<_, i64>(1)? == DELETED,
                version: found.get(2)?,
                created_at: Timestamp::from_milliseconds(found.get(3)?),
                updated_at: Timestamp::from_milliseconds(found.get(4)?),
                fields: fields(found)?,
                row,
            })
        })?;
        contact.identifiers = self.listings(row)?;
        Ok(contact)
    }

    fn listings(&self, contact: i64) -> Result<Vec<Listing>> {
        let mut select = self.connection.prepare_cached(
            // What is held is not blocked.
            "SELECT kind, key, raw, region, verified, holds, place, position,
                    holds = 0 AND EXISTS (SELECT 1 FROM blocked_key AS blocked
                                          WHERE blocked.scope = identifier.scope
                                            AND blocked.kind = identifier.kind
                                            AND blocked.key = identifier.key)
             FROM identifier WHERE contact = ?1",
        )?;
        let rows = select.query_map([contact], |row| {
            let kind = kind_by_number(row.get(0)?, 0)?;
            let key = Key::from_stored(kind, row.get_ref(1)?.as_str()?);
            let raw: Option<String> = row.get(2)?;
            let region = row.get_ref(3)?.as_str_or_null()?;
            Ok(Listing {
                raw: raw.unwrap_or_else(|| shown(&key).to_owned()),
                key,
                region: region.and_then(Region::from_stored),
                verified: row.get(4)?,
                holds: row.get(5)?,
                place: row.get(6)?,
                position: row.get(7)?,
                blocked: row.get(8)?,
            })
        })?;
        let mut listings = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        // They lie in the order of their keys.
        listings.sort_by_key(|listing| (listing.key.kind(), listing.position));
        Ok(listings)
    }

    /// The row of the contact that holds a key.
    pub(crate) fn holder(&self, scope: i64, key: &Key) -> Result<Option<i64>> {
        let mut find = self.connection.prepare_cached(HOLDER)?;
        let key = params![scope, kind_number(key.kind()), key.as_str()];
        Ok(find.query_row(key, |row| row.get(0)).optional()?)
    }

    /// The rows of live contacts in the order of their creation, after a row.
    pub(crate) fn page(&self, scope: i64, after: i64, limit: usize) -> Result<Vec<i64>> {
        let mut select = self.connection.prepare_cached(
            "SELECT id FROM contact WHERE scope = ?1 AND state = 0 AND id > ?2
             ORDER BY id LIMIT ?3",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = select.query_map(params![scope, after, limit], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many live contacts were made up to a row.
    pub(crate) fn count_up_to(&self, scope: i64, row: i64) -> Result<u64> {
        let mut count = self.connection.prepare_cached(
            "SELECT count(*) FROM contact WHERE scope = ?1 AND state = 0 AND id <= ?2",
        )?;
        Ok(count.query_row([scope, row], |row| row.get(0))?)
    }

    /// How many live contacts there are.
    pub(crate) fn count(&self, scope: i64) -> Result<u64> {
        let mut count = self
            .connection
            .prepare_cached("SELECT count(*) FROM contact WHERE scope = ?1 AND state = 0")?;
        Ok(count.query_row([scope], |row| row.get(0))?)
    }
}

/// What is shown of a key where nothing else was typed.
pub(super) fn shown(key: &Key) -> &str {
    match key.kind() {
        Kind::ExternalId => key.value(),
        Kind::Phone | Kind::Email => key.as_str(),
    }
}

/// Columns 5 and following of the contact's row.
fn fields(row: &Row<'_>) -> rusqlite::Result<Fields> {
    let day: Option<String> = row.get(16)?;
    let last_session: Option<i64> = row.get(33)?;
    Ok(Fields {
        name: Name {
            full: row.get(5)?,
            given: row.get(6)?,
            family: row.get(7)?,
        },
        address: Address {
            line1: row.get(8)?,
            city: row.get(9)?,
            state: row.get(10)?,
            postal_code: row.get(11)?,
            country: row.get(12)?,
        },
        company: row.get(13)?,
        website: row.get(14)?,
        gender: row.get(15)?,
        date_of_birth: match day {
            Some(day) => Some(day.parse().map_err(|error| unreadable(16, error))?),
            None => None,
        },
        timezone: row.get(17)?,
        description: row.get(18)?,
        source: row.get(19)?,
        assigned_to: row.get(20)?,
        tags: json(row, 21)?,
        custom_fields: json(row, 22)?,
        metadata: json(row, 23)?,
        do_not_disturb: json(row, 24)?,
        business_id: row.get(25)?,
        contact_type: row.get(26)?,
        visitor_id: row.get(27)?,
        followers: json(row, 28)?,
        offers: json(row, 29)?,
        products: json(row, 30)?,
        email_bounced: row.get(31)?,
        email_unsubscribed: row.get(32)?,
        last_session_activity_at: last_session.map(Timestamp::from_milliseconds),
        attribution: object(row, 34)?,
        last_attribution: object(row, 35)?,
    })
}

pub(super) fn json<T: DeserializeOwned + Default>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    match row
        .get_ref(column)?
        .as_str_or_null()
        .map_err(|error| unreadable(column, error))?
    {
        Some(text) => serde_json::from_str(text).map_err(|error| unreadable(column, error)),
        None => Ok(T::default()),
    }
}

fn object(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Json>> {
    let value: Option<Json> = json(row, column)?;
    match value.as_ref().is_none_or(Json::is_object) {
        true => Ok(value),
        false => {
            let error = serde_json::Error::custom("it is not an object");
            Err(unreadable(column, error))
        }
    }
}

/// A text as it lies in its row.
pub(super) fn text_of<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<Option<&'a str>> {
    let text = row.get_ref(column)?.as_str_or_null();
    text.map_err(|error| unreadable(column, error))
}

pub(super) fn unreadable(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// What a field is in its column: JSON, or NULL where there is nothing.
pub(super) fn json_or_null<T: serde::Serialize + PartialEq + Default>(value: &T) -> Option<String> {
    (*value != T::default()).then(|| Json::of(value).as_str().to_owned())
}

impl Writing<'_> {
    /// Adds a contact without identifiers; its row.
    pub(super) fn insert_contact(&self, scope: i64, contact: &Contact) -> Result<i64> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO contact (uuid, scope, version, created_at, updated_at,
                 full_name, given_name, family_name,
                 line1, city, state_region, postal_code, country,
                 company, website, gender, date_of_birth, timezone, description, source,
                 assigned_to, tags, custom_fields, metadata, do_not_disturb,
                 business_id, contact_type, visitor_id, followers, offers, products,
                 email_bounced, email_unsubscribed, last_session_activity_at,
                 attribution, last_attribution)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31,
                 ?32, ?33, ?34, ?35, ?36)",
        )?;
        let fields = &contact.fields;
        insert.execute(params![
            contact.id.as_bytes(),
            scope,
            contact.version,
            contact.created_at.as_milliseconds(),
            contact.updated_at.as_milliseconds(),
            fields.name.full,
            fields.name.given,
            fields.name.family,
            fields.address.line1,
            fields.address.city,
            fields.address.state,
            fields.address.postal_code,
            fields.address.country,
            fields.company,
            fields.website,
            fields.gender,
            fields.date_of_birth.map(|day| day.to_string()),
            fields.timezone,
            fields.description,
            fields.source,
            fields.assigned_to,
            json_or_null(&fields.tags),
            json_or_null(&fields.custom_fields),
            json_or_null(&fields.metadata),
            json_or_null(&fields.do_not_disturb),
            fields.business_id,
            fields.contact_type,
            fields.visitor_id,
            json_or_null(&fields.followers),
            json_or_null(&fields.offers),
            json_or_null(&fields.products),
            fields.email_bounced,
            fields.email_unsubscribed,
            fields
                .last_session_activity_at
                .map(Timestamp::as_milliseconds),
            fields.attribution.as_ref().map(Json::as_str),
            fields.last_attribution.as_ref().map(Json::as_str),
        ])?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Writes a contact's fields, version and time of change.
    pub(super) fn update_contact(
        &self,
        row: i64,
        fields: &Fields,
        version: u64,
        updated_at: Timestamp,
    ) -> Result<()> {
        let mut update = self.connection.prepare_cached(
            "UPDATE contact SET version = ?2, updated_at = ?3,
                 full_name = ?4, given_name = ?5, family_name = ?6,
                 line1 = ?7, city = ?8, state_region = ?9, postal_code = ?10, country = ?11,
                 company = ?12, website = ?13, gender = ?14, date_of_birth = ?15,
                 timezone = ?16, description = ?17, source = ?18, assigned_to = ?19,
                 tags = ?20, custom_fields = ?21, metadata = ?22, do_not_disturb = ?23,
                 business_id = ?24, contact_type = ?25, visitor_id = ?26, followers = ?27,
                 offers = ?28, products = ?29, email_bounced = ?30, email_unsubscribed = ?31,
                 last_session_activity_at = ?32, attribution = ?33, last_attribution = ?34
             WHERE id = ?1",
        )?;
        update.execute(params![
            row,
            version,
            updated_at.as_milliseconds(),
            fields.name.full,
            fields.name.given,
            fields.name.family,
            fields.address.line1,
            fields.address.city,
            fields.address.state,
            fields.address.postal_code,
            fields.address.country,
            fields.company,
            fields.website,
            fields.gender,
            fields.date_of_birth.map(|day| day.to_string()),
            fields.timezone,
            fields.description,
            fields.source,
            fields.assigned_to,
            json_or_null(&fields.tags),
            json_or_null(&fields.custom_fields),
            json_or_null(&fields.metadata),
            json_or_null(&fields.do_not_disturb),
            fields.business_id,
            fields.contact_type,
            fields.visitor_id,
            json_or_null(&fields.followers),
            json_or_null(&fields.offers),
            json_or_null(&fields.products),
            fields.email_bounced,
            fields.email_unsubscribed,
            fields
                .last_session_activity_at
                .map(Timestamp::as_milliseconds),
            fields.attribution.as_ref().map(Json::as_str),
            fields.last_attribution.as_ref().map(Json::as_str),
        ])?;
        Ok(())
    }

    /// Lists an identifier at a place in its line.
    pub(super) fn insert_listing(
        &self,
        scope: i64,
        contact: i64,
        listing: &Listing,
        place: i64,
    ) -> Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO identifier
                 (scope, kind, key, contact, place, holds, position, verified, raw, region)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let raw = (listing.raw != shown(&listing.key)).then_some(&listing.raw);
        insert.execute(params![
            scope,
            kind_number(listing.key.kind()),
            listing.key.as_str(),
            contact,
            place,
            listing.holds,
            listing.position,
            listing.verified,
            raw,
            listing.region.map(|region| region.to_string()),
        ])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::HOLDER;
    use crate::store::open::{Options, open_in_memory};
    use crate::store::situation::STANDING;

    /// The look-ups of every resolve find their rows by an index made for them.
    #[test]
    fn look_ups_use_their_index() {
        let connection = open_in_memory(&Options::default()).unwrap();
        let explained = |query: &str| format!("EXPLAIN QUERY PLAN {query}");
        let mut standing = connection.prepare(&explained(STANDING)).unwrap();
        let steps: Vec<String> = standing
            .query_map(params![1, 1, "+14155550101"], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(
            steps
                .join(" ")
                .contains("COVERING INDEX identifier_one_holder"),
            "{steps:?}"
        );
        let listings = "SELECT key FROM identifier WHERE contact = 1";
        let page = "SELECT id FROM contact WHERE scope = 1 AND state = 0 AND id > 1 ORDER BY id";
        for (query, index, parameters) in [
            (
                HOLDER,
                "COVERING INDEX identifier_one_holder",
                params![1, 1, "+14155550101"],
            ),
            (listings, "PRIMARY KEY (contact=?)", params![]),
            (page, "contact_live_by_scope", params![]),
        ] {
            let plan: String = connection
                .query_row(&explained(query), parameters, |row| row.get(3))
                .unwrap();
            assert!(plan.contains(index), "{query}: {plan}");
        }
    }
}
