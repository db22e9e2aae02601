//! A contact and the identifiers that it lists.

use std::fmt;

use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};

use super::fields::Fields;
use super::id::ContactId;
use crate::clock::Timestamp;
use crate::ident::{Key, Kind, Region};
use crate::scope::Scope;

/// An identifier as a contact lists it.
#[derive(Clone, PartialEq, Eq)]
pub struct Listing {
    /// The canonical form; keys alone are compared.
    pub key: Key,
    /// What was typed.
    pub raw: String,
    /// The region in which a phone without country code was read.
    pub region: Option<Region>,
    /// Whether a phone is valid in the numbering plan known to this library, and
    /// not just possible. Always true for the other kinds.
    pub verified: bool,
    /// Whether the contact holds the key: it is the first live one in the key's line.
    pub holds: bool,
    /// Whether the key is blocked in the scope, so that nobody holds it.
    pub blocked: bool,
    /// The place in the key's line; the store gives it.
    pub(crate) place: i64,
    /// The place among the contact's own identifiers of this kind, counted from 1.
    pub(crate) position: i64,
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("kind", &self.key.kind())
            .field("holds", &self.holds)
            .field("blocked", &self.blocked)
            .finish_non_exhaustive()
    }
}

impl Serialize for Listing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let phone = self.key.kind() == Kind::Phone;
        if self.key.kind() == Kind::ExternalId {
            let mut id = serializer.serialize_struct("ExternalId", 2)?;
            id.serialize_field("source", self.key.source().unwrap_or_default())?;
            id.serialize_field("value", self.key.value())?;
            return id.end();
        }
        let mut listing = serializer.serialize_struct("Listing", if phone { 6 } else { 4 })?;
        listing.serialize_field("key", self.key.as_str())?;
        listing.serialize_field("raw", &self.raw)?;
        listing.serialize_field("holds", &self.holds)?;
        listing.serialize_field("blocked", &self.blocked)?;
        if phone {
            listing.serialize_field("verified", &self.verified)?;
            listing.serialize_field("region", &self.region)?;
        }
        listing.end()
    }
}

/// A contact: its identifiers, its fields, and since when it is what it is.
///
/// Serialised it is the JSON that the program prints. Printed with `{:?}` it says
/// nothing of the person.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// The id by which the outside knows it.
    pub id: ContactId,
    /// Whose contact it is.
    pub scope: Scope,
    /// Phones, then emails, then external ids, each in the contact's own order.
    pub identifiers: Vec<Listing>,
    /// What else is known of it.
    pub fields: Fields,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Whether it was deleted, and only a tombstone keeps its places.
    pub deleted: bool,
    /// How many changes it has seen, counted from 1.
    pub version: u64,
    /// The row in the store; 0 as long as there is none.
    pub(crate) row: i64,
}

impl Contact {
    /// A contact of which nothing is known yet.
    pub(crate) fn blank(scope: Scope) -> Self {
        Self {
            id: ContactId::NONE,
            scope,
            identifiers: Vec::new(),
            fields: Fields::default(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            deleted: false,
            version: 0,
            row: 0,
        }
    }

    /// Counts a change, and says when it was.
    pub(crate) fn stamp(&mut self, now: Timestamp, created: bool) {
        self.version += 1;
        self.updated_at = now;
        if created {
            self.created_at = now;
        }
    }

    /// The phones it lists, the primary one first.
    pub fn phones(&self) -> impl Iterator<Item = &Listing> {
        self.of_kind(Kind::Phone)
    }

    /// The emails it lists, the primary one first.
    pub fn emails(&self) -> impl Iterator<Item = &Listing> {
        self.of_kind(Kind::Email)
    }

    /// The external ids it lists.
    pub fn external_ids(&self) -> impl Iterator<Item = &Listing> {
        self.of_kind(Kind::ExternalId)
    }

    /// The identifiers of one kind, in the contact's own order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Listing> {
        self.identifiers
            .iter()
            .filter(move |listing| listing.key.kind() == kind)
    }

    /// The listing of a key.
    pub fn listing(&self, key: &Key) -> Option<&Listing> {
        self.identifiers.iter().find(|listing| listing.key == *key)
    }

    /// Whether it holds a key.
    pub fn holds(&self, key: &Key) -> bool {
        self.listing(key).is_some_and(|listing| listing.holds)
    }

    /// The contact's value for an external source.
    pub(crate) fn external_value(&self, source: &str) -> Option<&str> {
        self.external_ids()
            .find(|listing| listing.key.source() == Some(source))
            .map(|listing| listing.key.value())
    }

    /// Adds an identifier behind the others of its kind.
    pub(crate) fn list(&mut self, listing: Listing) {
        let kind = listing.key.kind();
        let at = self
            .identifiers
            .partition_point(|other| other.key.kind() <= kind);
        self.identifiers.insert(at, listing);
    }

    /// Behind its identifiers of a kind.
    pub(crate) fn next_position(&self, kind: Kind) -> i64 {
        let positions = self.of_kind(kind).map(|listing| listing.position);
        positions.max().unwrap_or_default() + 1
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("id", &self.id)
            .field("identifiers", &self.identifiers.len())
            .field("version", &self.version)
            .field("deleted", &self.deleted)
            .finish_non_exhaustive()
    }
}

/// The identifiers of one kind as a JSON array.
struct OfKind<'a>(&'a Contact, Kind);

impl Serialize for OfKind<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for listing in self.0.of_kind(self.1) {
            list.serialize_element(listing)?;
        }
        list.end()
    }
}

impl Serialize for Contact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = &self.fields;
        let mut record = serializer.serialize_struct("Contact", 35)?;
        record.serialize_field("id", &self.id)?;
        record.serialize_field("org", self.scope.org())?;
        record.serialize_field("location", &self.scope.location())?;
        record.serialize_field("name", &fields.name)?;
        record.serialize_field("phones", &OfKind(self, Kind::Phone))?;
        record.serialize_field("emails", &OfKind(self, Kind::Email))?;
        record.serialize_field("external_ids", &OfKind(self, Kind::ExternalId))?;
        record.serialize_field("address", &fields.address)?;
        record.serialize_field("company", &fields.company)?;
        record.serialize_field("website", &fields.website)?;
        record.serialize_field("gender", &fields.gender)?;
        record.serialize_field("date_of_birth", &fields.date_of_birth)?;
        record.serialize_field("timezone", &fields.timezone)?;
        record.serialize_field("description", &fields.description)?;
        record.serialize_field("tags", &fields.tags)?;
        record.serialize_field("custom_fields", &fields.custom_fields)?;
        record.serialize_field("metadata", &fields.metadata)?;
        record.serialize_field("do_not_disturb", &fields.do_not_disturb)?;
        record.serialize_field("source", &fields.source)?;
        record.serialize_field("assigned_to", &fields.assigned_to)?;
        record.serialize_field("business_id", &fields.business_id)?;
        record.serialize_field("type", &fields.contact_type)?;
        record.serialize_field("visitor_id", &fields.visitor_id)?;
        record.serialize_field("followers", &fields.followers)?;
        record.serialize_field("offers", &fields.offers)?;
        record.serialize_field("products", &fields.products)?;
        record.serialize_field("email_bounced", &fields.email_bounced)?;
        record.serialize_field("email_unsubscribed", &fields.email_unsubscribed)?;
        record.serialize_field("last_session_activity_at", &fields.last_session_activity_at)?;
        record.serialize_field("attribution", &fields.attribution)?;
        record.serialize_field("last_attribution", &fields.last_attribution)?;
        record.serialize_field("created_at", &self.created_at)?;
        record.serialize_field("updated_at", &self.updated_at)?;
        record.serialize_field("deleted", &self.deleted)?;
        record.serialize_field("version", &self.version)?;
        record.end()
    }
}
