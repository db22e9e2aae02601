//! What is known of a contact besides its identifiers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::birthday::Birthday;
use super::do_not_disturb::DoNotDisturb;
use super::json::{Json, OrderedMap};
use super::kinds::{FlagField, ListField, ObjectField, TextField};
use super::name::Name;
use crate::clock::Timestamp;

/// A field of one's own: a value and the name of its type.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// The name of the type: `text`, `number`, `date`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The value.
    pub value: Json,
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
    pub business_id: Option<String>,
    /// `type` in JSON.
    pub contact_type: Option<String>,
    pub visitor_id: Option<String>,
    pub followers: Vec<String>,
    pub offers: Vec<String>,
    pub products: Vec<String>,
    pub email_bounced: Option<bool>,
    pub email_unsubscribed: Option<bool>,
    pub last_session_activity_at: Option<Timestamp>,
    /// A JSON object.
    pub attribution: Option<Json>,
    /// A JSON object.
    pub last_attribution: Option<Json>,
    /// In the order in which they were added; no two differ only in case.
    pub tags: Vec<String>,
    pub custom_fields: OrderedMap<CustomField>,
    pub metadata: OrderedMap<Json>,
    pub do_not_disturb: DoNotDisturb,
}

impl Fields {
    /// One of the fields that are a text each.
    pub fn text(&self, field: TextField) -> Option<&str> {
        field.of(self).as_deref()
    }

    /// One of the fields that are a list each.
    pub fn list(&self, field: ListField) -> &[String] {
        field.of(self)
    }

    /// One of the fields that are true, false or not known.
    pub fn flag(&self, field: FlagField) -> Option<bool> {
        *field.of(self)
    }

    /// One of the fields that are a JSON object each.
    pub fn object(&self, field: ObjectField) -> Option<&Json> {
        field.of(self).as_ref()
    }

    /// The place of one of the fields that are a text each.
    pub(crate) fn text_mut(&mut self, field: TextField) -> &mut Option<String> {
        field.of_mut(self)
    }

    /// The place of one of the fields that are a list each.
    pub(crate) fn list_mut(&mut self, field: ListField) -> &mut Vec<String> {
        field.of_mut(self)
    }

    /// The place of one of the fields that are true, false or not known.
    pub(crate) fn flag_mut(&mut self, field: FlagField) -> &mut Option<bool> {
        field.of_mut(self)
    }

    /// The place of one of the fields that are a JSON object each.
    pub(crate) fn object_mut(&mut self, field: ObjectField) -> &mut Option<Json> {
        field.of_mut(self)
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
