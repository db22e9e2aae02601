//! An outcome as it is kept, for who asks again.
//!
//! The JSON that is printed leaves out what only the store knows, and names the parts of
//! a name as others do. Here every member stands as it is, so that what is read back is
//! equal. The forms below mirror the types of the record, and no longer compile when one
//! of those gets a member that they don't have. A member that is added gets a default here,
//! so that the answers of the version before can still be read.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::outcome::{Ignored, Outcome};
use crate::clock::Timestamp;
use crate::contact::{
    Address, Birthday, Conflict, Contact, ContactId, CustomField, DoNotDisturb, Fields, Json,
    Listing, MergeId, Name, OrderedMap, Rejected,
};
use crate::ident::{Key, Kind, Region};
use crate::scope::Scope;

/// An outcome as the text that is kept. The scope and the row of its contact are not in
/// it: they stand beside it.
pub(crate) fn write(outcome: &Outcome) -> serde_json::Result<String> {
    let mut text = Vec::new();
    KeptOutcome::serialize(outcome, &mut serde_json::Serializer::new(&mut text))?;
    String::from_utf8(text).map_err(serde::ser::Error::custom)
}

/// An outcome from the text that was kept.
pub(crate) fn read(text: &str, scope: &Scope, row: i64) -> serde_json::Result<Outcome> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut outcome = KeptOutcome::deserialize(&mut reader)?;
    reader.end()?;
    outcome.contact.scope = scope.clone();
    outcome.contact.row = row;
    Ok(outcome)
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Outcome")]
struct KeptOutcome {
    #[serde(with = "KeptContact")]
    contact: Contact,
    created: bool,
    #[serde(with = "keys")]
    matched_on: Vec<Key>,
    #[serde(with = "keys")]
    attached: Vec<Key>,
    #[serde(with = "keys")]
    listed: Vec<Key>,
    #[serde(with = "conflicts")]
    conflicts: Vec<Conflict>,
    #[serde(with = "contact_ids")]
    merged: Vec<ContactId>,
    #[serde(with = "merge_ids")]
    merges: Vec<MergeId>,
    #[serde(with = "all_rejected")]
    rejected: Vec<Rejected>,
    #[serde(with = "all_ignored")]
    ignored: Vec<Ignored>,
    changed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Contact")]
struct KeptContact {
    #[serde(with = "as_text")]
    id: ContactId,
    #[serde(skip)]
    scope: Scope,
    #[serde(with = "listings")]
    identifiers: Vec<Listing>,
    #[serde(with = "KeptFields")]
    fields: Fields,
    #[serde(with = "as_milliseconds")]
    created_at: Timestamp,
    #[serde(with = "as_milliseconds")]
    updated_at: Timestamp,
    deleted: bool,
    version: u64,
    #[serde(skip)]
    row: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Listing")]
struct KeptListing {
    #[serde(with = "KeptKey")]
    key: Key,
    raw: String,
    #[serde(with = "as_region")]
    region: Option<Region>,
    verified: bool,
    holds: bool,
    blocked: bool,
    place: i64,
    position: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Key")]
struct KeptKey {
    #[serde(getter = "Key::kind")]
    kind: Kind,
    #[serde(getter = "text_of")]
    key: String,
}

fn text_of(key: &Key) -> String {
    key.as_str().to_owned()
}

impl From<KeptKey> for Key {
    fn from(kept: KeptKey) -> Self {
        Self::from_stored(kept.kind, kept.key)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Fields")]
struct KeptFields {
    #[serde(with = "KeptName")]
    name: Name,
    #[serde(with = "KeptAddress")]
    address: Address,
    company: Option<String>,
    website: Option<String>,
    gender: Option<String>,
    #[serde(with = "as_day")]
    date_of_birth: Option<Birthday>,
    timezone: Option<String>,
    description: Option<String>,
    source: Option<String>,
    assigned_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    business_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    visitor_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    followers: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    offers: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    products: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_bounced: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_unsubscribed: Option<bool>,
    #[serde(
        with = "as_milliseconds_if_known",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    last_session_activity_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attribution: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_attribution: Option<Json>,
    tags: Vec<String>,
    custom_fields: OrderedMap<CustomField>,
    metadata: OrderedMap<Json>,
    do_not_disturb: DoNotDisturb,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Name")]
struct KeptName {
    full: Option<String>,
    given: Option<String>,
    family: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Address")]
struct KeptAddress {
    line1: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Conflict")]
struct KeptConflict {
    #[serde(with = "KeptKey")]
    key: Key,
    #[serde(with = "as_text")]
    holder: ContactId,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Rejected")]
struct KeptRejected {
    field: String,
    value: String,
    reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Ignored")]
struct KeptIgnored {
    field: String,
    value: Json,
}

/// A list of which each member has a form above.
macro_rules! list {
    ($name:ident, $member:ident, $form:ident) => {
        mod $name {
            use super::*;

            pub(super) fn serialize<S: Serializer>(
                list: &[$member],
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                struct One<'a>(&'a $member);

                impl Serialize for One<'_> {
                    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                        $form::serialize(self.0, serializer)
                    }
                }

                serializer.collect_seq(list.iter().map(One))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Vec<$member>, D::Error> {
                struct One($member);

                impl<'de> Deserialize<'de> for One {
                    fn deserialize<D: Deserializer<'de>>(
                        deserializer: D,
                    ) -> Result<Self, D::Error> {
                        $form::deserialize(deserializer).map(One)
                    }
                }

                let list = Vec::<One>::deserialize(deserializer)?;
                Ok(list.into_iter().map(|One(member)| member).collect())
            }
        }
    };
}

list!(keys, Key, KeptKey);
list!(listings, Listing, KeptListing);
list!(conflicts, Conflict, KeptConflict);
list!(contact_ids, ContactId, as_text);
list!(merge_ids, MergeId, as_text);
list!(all_rejected, Rejected, KeptRejected);
list!(all_ignored, Ignored, KeptIgnored);

mod as_text {
    use super::*;

    pub(super) fn serialize<T: Display, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

mod as_day {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        day: &Option<Birthday>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        day.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Birthday>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        let day = text.map(|text| text.parse()).transpose();
        day.map_err(D::Error::custom)
    }
}

/// A region is not looked up again: one that later metadata don't know was read then.
mod as_region {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        region: &Option<Region>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        region.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Region>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(text.as_deref().and_then(Region::from_stored))
    }
}

mod as_milliseconds {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        moment: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        moment.as_milliseconds().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_milliseconds)
    }
}

mod as_milliseconds_if_known {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        moment: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        moment.map(Timestamp::as_milliseconds).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let milliseconds = Option::<i64>::deserialize(deserializer)?;
        Ok(milliseconds.map(Timestamp::from_milliseconds))
    }
}
