//! A contact's rows as one JSON text: what the ledger keeps of both sides of a merge.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Reading;
use super::contacts::{json_or_null, kind_by_number, kind_number, shown, unreadable};
use super::failure::Result;
use crate::clock::Timestamp;
use crate::contact::{Address, Fields, Json, Listing, Name};
use crate::ident::{Key, Region};
use crate::resolve::unmerge::{Listed, Record};

/// Everything of a contact that an undo gives back.
const SNAPSHOT: &str = "
    SELECT json_object(
        'contact', (SELECT json_object(
             'version', version, 'created_at', created_at, 'updated_at', updated_at,
             'full_name', full_name, 'given_name', given_name, 'family_name', family_name,
             'line1', line1, 'city', city, 'state_region', state_region,
             'postal_code', postal_code, 'country', country, 'company', company,
             'website', website, 'gender', gender, 'date_of_birth', date_of_birth,
             'timezone', timezone, 'description', description, 'source', source,
             'assigned_to', assigned_to, 'tags', tags, 'custom_fields', custom_fields,
             'metadata', metadata, 'do_not_disturb', do_not_disturb,
             'business_id', business_id, 'contact_type', contact_type,
             'visitor_id', visitor_id, 'followers', followers, 'offers', offers,
             'products', products, 'email_bounced', email_bounced,
             'email_unsubscribed', email_unsubscribed,
             'last_session_activity_at', last_session_activity_at,
             'attribution', attribution, 'last_attribution', last_attribution)
             FROM contact WHERE id = ?1),
        'identifiers', (SELECT json_group_array(json_object(
             'kind', kind, 'key', key, 'place', place, 'holds', holds,
             'position', position, 'verified', verified, 'raw', raw, 'region', region,
             'brought_by', brought_by, 'place_brought_by', place_brought_by))
             FROM (SELECT * FROM identifier WHERE contact = ?1 ORDER BY kind, position)),
        'marks', (SELECT json_group_array(json_object('field', field, 'merge', merge))
             FROM (SELECT * FROM merge_mark WHERE contact = ?1 ORDER BY field)))";

#[derive(Serialize, Deserialize)]
struct Snapshot {
    contact: Columns,
    identifiers: Vec<IdentifierColumns>,
    marks: Vec<Mark>,
}

/// The columns of `contact`. One that an older version did not have is as good as NULL.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Columns {
    version: u64,
    created_at: i64,
    updated_at: i64,
    full_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    line1: Option<String>,
    city: Option<String>,
    state_region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
    company: Option<String>,
    website: Option<String>,
    gender: Option<String>,
    date_of_birth: Option<String>,
    timezone: Option<String>,
    description: Option<String>,
    source: Option<String>,
    assigned_to: Option<String>,
    tags: Option<String>,
    custom_fields: Option<String>,
    metadata: Option<String>,
    do_not_disturb: Option<String>,
    business_id: Option<String>,
    contact_type: Option<String>,
    visitor_id: Option<String>,
    followers: Option<String>,
    offers: Option<String>,
    products: Option<String>,
    email_bounced: Option<i64>,
    email_unsubscribed: Option<i64>,
    last_session_activity_at: Option<i64>,
    attribution: Option<String>,
    last_attribution: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct IdentifierColumns {
    kind: i64,
    key: String,
    place: i64,
    holds: i64,
    position: i64,
    verified: i64,
    raw: Option<String>,
    region: Option<String>,
    brought_by: Option<i64>,
    place_brought_by: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Mark {
    field: String,
    merge: i64,
}

impl Reading<'_> {
    /// A contact's rows as they are now, as the ledger keeps them.
    pub(super) fn snapshot(&self, row: i64) -> Result<String> {
        let mut select = self.connection.prepare_cached(SNAPSHOT)?;
        Ok(select.query_row([row], |found| found.get(0))?)
    }

    /// A contact as merges see it, as it is now.
    pub(super) fn record(&self, row: i64) -> Result<Record> {
        Ok(read(&self.snapshot(row)?)?)
    }
}

/// A record from what the ledger keeps.
pub(super) fn read(snapshot: &str) -> rusqlite::Result<Record> {
    let snapshot: Snapshot =
        serde_json::from_str(snapshot).map_err(|error| unreadable(0, error))?;
    let columns = snapshot.contact;
    let mut marks = BTreeMap::new();
    for mark in snapshot.marks {
        let field = mark.field.parse().map_err(|error| unreadable(0, error))?;
        marks.insert(field, mark.merge);
    }
    let listed = snapshot.identifiers.into_iter().map(listed);
    Ok(Record {
        version: columns.version,
        created_at: Timestamp::from_milliseconds(columns.created_at),
        updated_at: Timestamp::from_milliseconds(columns.updated_at),
        fields: columns.fields()?,
        marks,
        listed: listed.collect::<rusqlite::Result<_>>()?,
    })
}

/// A record as the ledger keeps it.
pub(super) fn write(record: &Record) -> rusqlite::Result<String> {
    let snapshot = Snapshot {
        contact: Columns::of(record),
        identifiers: record.listed.iter().map(identifier_columns).collect(),
        marks: record
            .marks
            .iter()
            .map(|(field, merge)| Mark {
                field: field.to_string(),
                merge: *merge,
            })
            .collect(),
    };
    serde_json::to_string(&snapshot).map_err(|error| unreadable(0, error))
}

impl Columns {
    fn of(record: &Record) -> Self {
        let fields = record.fields.clone();
        Self {
            version: record.version,
            created_at: record.created_at.as_milliseconds(),
            updated_at: record.updated_at.as_milliseconds(),
            full_name: fields.name.full,
            given_name: fields.name.given,
            family_name: fields.name.family,
            line1: fields.address.line1,
            city: fields.address.city,
            state_region: fields.address.state,
            postal_code: fields.address.postal_code,
            country: fields.address.country,
            company: fields.company,
            website: fields.website,
            gender: fields.gender,
            date_of_birth: fields.date_of_birth.map(|day| day.to_string()),
            timezone: fields.timezone,
            description: fields.description,
            source: fields.source,
            assigned_to: fields.assigned_to,
            tags: json_or_null(&fields.tags),
            custom_fields: json_or_null(&fields.custom_fields),
            metadata: json_or_null(&fields.metadata),
            do_not_disturb: json_or_null(&fields.do_not_disturb),
            business_id: fields.business_id,
            contact_type: fields.contact_type,
            visitor_id: fields.visitor_id,
            followers: json_or_null(&fields.followers),
            offers: json_or_null(&fields.offers),
            products: json_or_null(&fields.products),
            email_bounced: fields.email_bounced.map(i64::from),
            email_unsubscribed: fields.email_unsubscribed.map(i64::from),
            last_session_activity_at: fields
                .last_session_activity_at
                .map(Timestamp::as_milliseconds),
            attribution: text_of(fields.attribution),
            last_attribution: text_of(fields.last_attribution),
        }
    }

    fn fields(self) -> rusqlite::Result<Fields> {
        let day = self.date_of_birth.map(|day| day.parse());
        Ok(Fields {
            name: Name {
                full: self.full_name,
                given: self.given_name,
                family: self.family_name,
            },
            address: Address {
                line1: self.line1,
                city: self.city,
                state: self.state_region,
                postal_code: self.postal_code,
                country: self.country,
            },
            company: self.company,
            website: self.website,
            gender: self.gender,
            date_of_birth: day.transpose().map_err(|error| unreadable(0, error))?,
            timezone: self.timezone,
            description: self.description,
            source: self.source,
            assigned_to: self.assigned_to,
            tags: json(self.tags)?,
            custom_fields: json(self.custom_fields)?,
            metadata: json(self.metadata)?,
            do_not_disturb: json(self.do_not_disturb)?,
            business_id: self.business_id,
            contact_type: self.contact_type,
            visitor_id: self.visitor_id,
            followers: json(self.followers)?,
            offers: json(self.offers)?,
            products: json(self.products)?,
            email_bounced: self.email_bounced.map(|flag| flag != 0),
            email_unsubscribed: self.email_unsubscribed.map(|flag| flag != 0),
            last_session_activity_at: self
                .last_session_activity_at
                .map(Timestamp::from_milliseconds),
            attribution: self.attribution.map(Json::from_stored),
            last_attribution: self.last_attribution.map(Json::from_stored),
        })
    }
}

fn text_of(object: Option<Json>) -> Option<String> {
    object.map(|object| object.as_str().to_owned())
}

fn json<T: DeserializeOwned + Default>(column: Option<String>) -> rusqlite::Result<T> {
    match column {
        Some(text) => serde_json::from_str(&text).map_err(|error| unreadable(0, error)),
        None => Ok(T::default()),
    }
}

fn listed(columns: IdentifierColumns) -> rusqlite::Result<Listed> {
    let key = Key::from_stored(kind_by_number(columns.kind, 0)?, columns.key);
    Ok(Listed {
        listing: Listing {
            raw: columns.raw.unwrap_or_else(|| shown(&key).to_owned()),
            key,
            region: columns.region.as_deref().and_then(Region::from_stored),
            verified: columns.verified != 0,
            holds: columns.holds != 0,
            blocked: false,
            place: columns.place,
            position: columns.position,
        },
        brought_by: columns.brought_by,
        place_brought_by: columns.place_brought_by,
    })
}

fn identifier_columns(listed: &Listed) -> IdentifierColumns {
    let listing = &listed.listing;
    IdentifierColumns {
        kind: kind_number(listing.key.kind()),
        key: listing.key.as_str().to_owned(),
        place: listing.place,
        holds: listing.holds.into(),
        position: listing.position,
        verified: listing.verified.into(),
        raw: (listing.raw != shown(&listing.key)).then(|| listing.raw.clone()),
        region: listing.region.map(|region| region.to_string()),
        brought_by: listed.brought_by,
        place_brought_by: listed.place_brought_by,
    }
}
