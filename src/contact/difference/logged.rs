//! How the log writes what a contact has: without what is nearly always so.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::contact::address::Address;
use crate::contact::name::Name;
use crate::contact::record::Listing;

/// An identifier in the log: its key, and what is not as it nearly always is. Half of the
/// bytes of a store are its log.
pub(super) struct Logged<'a>(pub(super) &'a Listing);

impl Serialize for Logged<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let listing = self.0;
        let key = &listing.key;
        let mut logged = serializer.serialize_map(None)?;
        match key.source() {
            Some(source) => {
                logged.serialize_entry("source", source)?;
                logged.serialize_entry("value", key.value())?;
            }
            None => logged.serialize_entry("key", key.as_str())?,
        }
        if listing.raw != key.value() {
            logged.serialize_entry("raw", &listing.raw)?;
        }
        for (name, is, usual) in [
            ("holds", listing.holds, true),
            ("blocked", listing.blocked, false),
            ("verified", listing.verified, true),
        ] {
            if is != usual {
                logged.serialize_entry(name, &is)?;
            }
        }
        if let Some(region) = &listing.region {
            logged.serialize_entry("region", region)?;
        }
        logged.end()
    }
}

/// A name in the log: the parts that were given.
#[derive(Serialize)]
pub(super) struct LoggedName<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    full: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
}

impl<'a> LoggedName<'a> {
    pub(super) fn of(name: &'a Name) -> Option<Self> {
        (!name.is_empty()).then_some(Self {
            full: name.full.as_deref(),
            given: name.given.as_deref(),
            family: name.family.as_deref(),
        })
    }
}

/// An address in the log: the parts that were given.
#[derive(Serialize)]
pub(super) struct LoggedAddress<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    line1: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

impl<'a> LoggedAddress<'a> {
    pub(super) fn of(address: &'a Address) -> Option<Self> {
        (!address.is_empty()).then_some(Self {
            line1: address.line1.as_deref(),
            city: address.city.as_deref(),
            state: address.state.as_deref(),
            postal_code: address.postal_code.as_deref(),
            country: address.country.as_deref(),
        })
    }
}
