//! What is known of a contact besides its identifiers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::birthday::Birthday;
use super::do_not_disturb::DoNotDisturb;
use super::json::{Json, OrderedMap};

/// A name as it was given: whole, in parts, or both. It is filled, merged and
/// replaced as one field, so that it never mixes two people.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// The whole name.
    pub full: Option<String>,
    /// The given name or names.
    pub given: Option<String>,
    /// The family name or names.
    pub family: Option<String>,
}

impl Name {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The whole name: as it was given, else made of its parts.
    ///
    /// ```
    /// use kinfold::Name;
    ///
    /// let name = Name { given: Some("Ana María".into()), family: Some("Ruiz".into()), full: None };
    /// assert_eq!(name.display().as_deref(), Some("Ana María Ruiz"));
    /// ```
    pub fn display(&self) -> Option<String> {
        self.full
            .clone()
            .or_else(|| match (&self.given, &self.family) {
                (Some(given), Some(family)) => Some(format!("{given} {family}")),
                (given, family) => given.clone().or_else(|| family.clone()),
            })
    }
}

impl Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut name = serializer.serialize_struct("Name", 3)?;
        name.serialize_field("full", &self.display())?;
        name.serialize_field("given", &self.given)?;
        name.serialize_field("family", &self.family)?;
        name.end()
    }
}

/// A postal address. Like the name it is one field.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Street and number, or whatever stands above the city; may have several lines.
    pub line1: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State, province or region.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country, as it was given.
    pub country: Option<String>,
}

impl Address {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A field of one's own: a value and the name of its type.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// The name of the type: `text`, `number`, `date`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The value.
    pub value: Json,
}

/// The fields that are one text each, and nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TextField {
    /// The company somebody works for.
    Company,
    /// A web address.
    Website,
    /// The gender, as it was given.
    Gender,
    /// The time zone.
    Timezone,
    /// Notes about the contact; may have several lines.
    Description,
    /// Where the contact came from.
    Source,
    /// The user who looks after the contact.
    AssignedTo,
}

impl TextField {
    /// Every one of them, in the order of the record.
    pub const ALL: [Self; 7] = [
        Self::Company,
        Self::Website,
        Self::Gender,
        Self::Timezone,
        Self::Description,
        Self::Source,
        Self::AssignedTo,
    ];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Website => "website",
            Self::Gender => "gender",
            Self::Timezone => "timezone",
            Self::Description => "description",
            Self::Source => "source",
            Self::AssignedTo => "assigned_to",
        }
    }

    /// The field with this name in JSON.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

/// What is known of a contact besides its identifiers.
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the names are those of the record, and its types say the rest"
)]
pub struct Fields {
    pub name: Name,
    pub address: Address,
    pub company: Option<String>,
    pub website: Option<String>,
    pub gender: Option<String>,
    pub date_of_birth: Option<Birthday>,
    pub timezone: Option<String>,
    pub description: Option<String>,
    pub source: Option<String>,
    pub assigned_to: Option<String>,
    /// In the order in which they were added; no two differ only in case.
    pub tags: Vec<String>,
    pub custom_fields: OrderedMap<CustomField>,
    pub metadata: OrderedMap<Json>,
    pub do_not_disturb: DoNotDisturb,
}

impl Fields {
    /// One of the fields that are a text each.
    pub fn text(&self, field: TextField) -> Option<&str> {
        match field {
            TextField::Company => &self.company,
            TextField::Website => &self.website,
            TextField::Gender => &self.gender,
            TextField::Timezone => &self.timezone,
            TextField::Description => &self.description,
            TextField::Source => &self.source,
            TextField::AssignedTo => &self.assigned_to,
        }
        .as_deref()
    }

    /// The place of one of the fields that are a text each.
    pub(crate) fn text_mut(&mut self, field: TextField) -> &mut Option<String> {
        match field {
            TextField::Company => &mut self.company,
            TextField::Website => &mut self.website,
            TextField::Gender => &mut self.gender,
            TextField::Timezone => &mut self.timezone,
            TextField::Description => &mut self.description,
            TextField::Source => &mut self.source,
            TextField::AssignedTo => &mut self.assigned_to,
        }
    }

    /// Whether the contact has this tag; case makes no difference.
    pub fn has_tag(&self, tag: &str) -> bool {
        let folded = tag.to_lowercase();
        self.tags
            .iter()
            .any(|present| present.to_lowercase() == folded)
    }
}

macro_rules! debug_without_content {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            /// Says nothing of the person.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

debug_without_content!(Name, Address, CustomField, Fields);
