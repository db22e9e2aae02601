//! What a resolve answers.

use std::fmt;

use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::contact::{Conflict, Contact, ContactId, Json, MergeId, Rejected};
use crate::ident::Key;

/// A field of the request that was not used, because the contact has its own.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Ignored {
    /// The name of the field; `metadata.KEY` for one key of a map.
    pub field: String,
    /// What the request said.
    pub value: Json,
}

impl fmt::Debug for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ignored({})", self.field)
    }
}

/// What a resolve answers: whose record it is, and what became of the request.
///
/// Serialised it is the JSON that the program prints.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The contact, as it is now. After a dry run a new one has no id.
    pub contact: Contact,
    /// Whether it is new.
    pub created: bool,
    /// The keys of the request that it held before, strongest first.
    pub matched_on: Vec<Key>,
    /// The keys of the request that it holds now and did not hold before.
    pub attached: Vec<Key>,
    /// The keys of the request that it newly lists and does not hold.
    pub listed: Vec<Key>,
    /// The keys of the request that another contact holds now.
    pub conflicts: Vec<Conflict>,
    /// The contacts that were absorbed, in the order in which they were.
    pub merged: Vec<ContactId>,
    /// The entries in the merge ledger, in the same order.
    pub merges: Vec<MergeId>,
    /// The identifiers that were left out, and why.
    pub rejected: Vec<Rejected>,
    /// The fields that were not used.
    pub ignored: Vec<Ignored>,
    /// Whether anything was written, or would have been by a dry run.
    pub changed: bool,
}

/// Keys as the program prints them: `{"kind":"phone","key":"+1…"}`.
struct Keys<'a>(&'a [Key]);

#[derive(Serialize)]
struct PrintedKey<'a> {
    kind: &'static str,
    key: &'a str,
}

impl Serialize for Keys<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for key in self.0 {
            list.serialize_element(&PrintedKey {
                kind: key.kind().as_str(),
                key: key.as_str(),
            })?;
        }
        list.end()
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut outcome = serializer.serialize_struct("Outcome", 11)?;
        outcome.serialize_field("contact", &self.contact)?;
        outcome.serialize_field("created", &self.created)?;
        outcome.serialize_field("matched_on", &Keys(&self.matched_on))?;
        outcome.serialize_field("attached", &Keys(&self.attached))?;
        outcome.serialize_field("listed", &Keys(&self.listed))?;
        outcome.serialize_field("conflicts", &self.conflicts)?;
        outcome.serialize_field("merged", &self.merged)?;
        outcome.serialize_field("merges", &self.merges)?;
        outcome.serialize_field("rejected", &self.rejected)?;
        outcome.serialize_field("ignored", &self.ignored)?;
        outcome.serialize_field("changed", &self.changed)?;
        outcome.end()
    }
}
