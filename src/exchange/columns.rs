//! The fields that a column can go to.

use std::fmt;

use super::aliases;
use super::dates::DateOrder;
pub(super) use crate::contact::plain::plain;
use crate::contact::{FlagField, ListField, TextField};

/// The field that a column goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Left out on purpose.
    Ignored,
    Phone,
    Email,
    /// With the system that issued it.
    ExternalId(Option<String>),
    Name,
    Given,
    /// Joins the given name.
    Middle,
    Family,
    Text(TextField),
    DateOfBirth(Option<DateOrder>),
    Address(AddressColumn),
    Tags,
    List(ListField),
    Flag(FlagField),
    LastSessionActivity,
    Region,
    Metadata(String),
    CustomField(String),
}

/// A part of one of the addresses that a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AddressColumn {
    pub(super) part: &'static str,
    /// Of several addresses that are not empty, the one with the lowest rank is taken.
    pub(super) rank: u32,
}

/// The parts of an address.
const ADDRESS_PARTS: [&str; 5] = ["line1", "city", "state", "postal_code", "country"];

impl Target {
    /// Every name, for a message.
    pub(super) const NAMES: &'static str = "phone, email, external_id, external_id:SOURCE, \
        name, given, middle, family, company, website, gender, date_of_birth, \
        date_of_birth:dmy, date_of_birth:mdy, timezone, description, source, assigned_to, \
        business_id, type, visitor_id, email_bounced, email_unsubscribed, \
        last_session_activity_at, followers, offers, products, \
        address.line1, address.city, address.state, address.postal_code, address.country, \
        tags, region, metadata.KEY, custom_fields.KEY, ignore";

    /// The field with this name.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        let entry = |prefix: &str| {
            let key = name.strip_prefix(prefix)?.trim();
            (!key.is_empty()).then(|| key.to_owned())
        };
        if let Some(source) = entry("external_id:") {
            return Some(Self::ExternalId(Some(source)));
        }
        if let Some(key) = entry("metadata.") {
            return Some(Self::Metadata(key));
        }
        if let Some(key) = entry("custom_fields.") {
            return Some(Self::CustomField(key));
        }
        if let Some(part) = name.strip_prefix("address.") {
            let part = ADDRESS_PARTS.into_iter().find(|known| *known == part)?;
            return Some(Self::Address(AddressColumn { part, rank: 0 }));
        }
        Some(match name {
            "-" | "ignore" => Self::Ignored,
            "phone" => Self::Phone,
            "email" => Self::Email,
            "external_id" => Self::ExternalId(None),
            "name" => Self::Name,
            "given" => Self::Given,
            "middle" => Self::Middle,
            "family" => Self::Family,
            "date_of_birth" => Self::DateOfBirth(None),
            "date_of_birth:dmy" => Self::DateOfBirth(Some(DateOrder::DayFirst)),
            "date_of_birth:mdy" => Self::DateOfBirth(Some(DateOrder::MonthFirst)),
            "tags" => Self::Tags,
            "last_session_activity_at" => Self::LastSessionActivity,
            "region" => Self::Region,
            _ => {
                let text = TextField::by_name(name).map(Self::Text);
                let list = || ListField::by_name(name).map(Self::List);
                let flag = || FlagField::by_name(name).map(Self::Flag);
                return text.or_else(list).or_else(flag);
            }
        })
    }

    /// The field that a header means by itself: one of the usual names, or the name of
    /// the field.
    pub(super) fn of_header(header: &str) -> Option<Self> {
        let field = match header.trim() {
            // What a table wants left out it does not say in its header.
            "-" | "ignore" => None,
            // A "region" is part of an address where nothing else is said.
            "region" => None,
            name => Self::by_name(name),
        };
        field.or_else(|| aliases::find(&plain(header)))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ignored => "ignore",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::ExternalId(None) => "external_id",
            Self::ExternalId(Some(source)) => return write!(f, "external_id:{source}"),
            Self::Name => "name",
            Self::Given => "given",
            Self::Middle => "middle",
            Self::Family => "family",
            Self::Text(field) => field.as_str(),
            Self::DateOfBirth(None) => "date_of_birth",
            Self::DateOfBirth(Some(DateOrder::DayFirst)) => "date_of_birth:dmy",
            Self::DateOfBirth(Some(DateOrder::MonthFirst)) => "date_of_birth:mdy",
            Self::Address(AddressColumn { part, .. }) => return write!(f, "address.{part}"),
            Self::Tags => "tags",
            Self::List(field) => field.as_str(),
            Self::Flag(field) => field.as_str(),
            Self::LastSessionActivity => "last_session_activity_at",
            Self::Region => "region",
            Self::Metadata(key) => return write!(f, "metadata.{key}"),
            Self::CustomField(key) => return write!(f, "custom_fields.{key}"),
        })
    }
}
