//! Whose value stays when two contacts become one: survivorship, field by field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::contact::entries::{FieldName, FieldValue};
use crate::contact::refused::Refused;
use crate::contact::{Contact, Fields, Json, TextField};
use crate::error::Result;

/// Whose value stays when both contacts of a merge have one. An empty value never beats
/// a real one, whatever the rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Survivorship {
    /// The survivor's.
    #[default]
    Survivor,
    /// That of the contact that was changed last; the survivor's if both were at once.
    MostRecent,
    /// The longer one; the survivor's if both are as long.
    Longest,
    /// That of the contact whose `source` is this one; the survivor's if both or neither are.
    Source(String),
}

/// How a merge joins two contacts: a rule for every field, unless it has one of its own.
///
/// Some fields know no choice: tags, followers, offers and products are united, and what
/// says that somebody is not to be disturbed goes to the stricter of the two.
///
/// ```
/// use kinfold::{Draft, Kinfold, MergeRules, Scope, Survivorship, TextField};
///
/// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
/// let ana = Draft::new().email("ana@example.com").text(TextField::Company, "Acme");
/// let same = Draft::new().email("a@example.com").text(TextField::Company, "Acme Ltd, Leeds");
/// let (ana, same) = (contacts.resolve(ana)?.contact.id, contacts.resolve(same)?.contact.id);
///
/// let rules = MergeRules::default().field("company", Survivorship::Longest)?;
/// let merged = contacts.merge(ana, same, &rules)?;
/// assert_eq!(merged.contact.fields.company.as_deref(), Some("Acme Ltd, Leeds"));
///
/// // And back: the shorter one returns with the contact that had it.
/// let undone = contacts.unmerge(merged.merge)?;
/// assert_eq!(undone.survivor.fields.company.as_deref(), Some("Acme"));
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MergeRules {
    otherwise: Survivorship,
    fields: BTreeMap<String, Survivorship>,
}

impl MergeRules {
    /// The rule for every field that has none of its own.
    #[must_use]
    pub fn every_field(rule: Survivorship) -> Self {
        Self {
            otherwise: rule,
            fields: BTreeMap::new(),
        }
    }

    /// The rule for one field, by its name in JSON: `name`, `company`, `metadata` for
    /// every metadata key, `metadata.channel` for one.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest) if there is no such field,
    /// or if it knows no choice.
    pub fn field(mut self, name: &str, rule: Survivorship) -> Result<Self> {
        let is_a_map = matches!(name, "custom_fields" | "metadata");
        let chosen = name.parse::<FieldName>().ok();
        if !is_a_map && !chosen.is_some_and(|field| field.has_a_choice()) {
            let reason = "it is not a field whose survivorship can be chosen";
            return Err(Refused::request("survivorship", name, reason).into());
        }
        self.fields.insert(name.to_owned(), rule);
        Ok(self)
    }

    /// Whether the survivor's value stays wherever there is a choice.
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    fn of(&self, name: &FieldName) -> &Survivorship {
        self.fields
            .get(&name.to_string())
            .or_else(|| self.fields.get(name.field()))
            .unwrap_or(&self.otherwise)
    }
}

impl FieldName {
    /// Whether one of two values is chosen, rather than both kept or joined.
    fn has_a_choice(&self) -> bool {
        !matches!(
            self,
            Self::Tag(_)
                | Self::Item(..)
                | Self::Flag(_)
                | Self::DoNotDisturbAll
                | Self::Channel(_)
                | Self::Inbound
        )
    }
}

/// One side of a merge, as far as the rules look at it.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) updated_at: Timestamp,
}

impl<'a> Side<'a> {
    pub(crate) fn of(contact: &'a Contact) -> Self {
        Self {
            fields: &contact.fields,
            updated_at: contact.updated_at,
        }
    }
}

/// The survivor's fields after a merge, and those that the merge brought.
pub(crate) fn unite(
    survivor: Side<'_>,
    absorbed: Side<'_>,
    rules: &MergeRules,
) -> (Fields, Vec<FieldName>) {
    let mut united = survivor.fields.clone();
    let mut brought = Vec::new();
    for (name, other) in absorbed.fields.entries() {
        let value = match survivor.fields.entry(&name) {
            None => other,
            Some(own) if !prefers_other(&name, &own, &other, survivor, absorbed, rules) => continue,
            Some(_) => other,
        };
        united.set_entry(&name, Some(value));
        brought.push(name);
    }
    (united, brought)
}

fn prefers_other(
    name: &FieldName,
    own: &FieldValue,
    other: &FieldValue,
    survivor: Side<'_>,
    absorbed: Side<'_>,
    rules: &MergeRules,
) -> bool {
    if own == other {
        return false;
    }
    match (own, other) {
        (FieldValue::Setting(own), FieldValue::Setting(other)) => return own.status < other.status,
        (FieldValue::Inbound(own), FieldValue::Inbound(other)) => return own.status < other.status,
        // True is the careful answer.
        (FieldValue::Flag(own), FieldValue::Flag(other)) => return own < other,
        _ if !name.has_a_choice() => return false,
        _ => {}
    }
    match rules.of(name) {
        Survivorship::Survivor => false,
        Survivorship::MostRecent => absorbed.updated_at > survivor.updated_at,
        Survivorship::Longest => other.length() > own.length(),
        Survivorship::Source(source) => {
            let is_from = |side: Side<'_>| side.fields.text(TextField::Source) == Some(source);
            is_from(absorbed) && !is_from(survivor)
        }
    }
}

/// A value of a merge that the merged contact does not show. The ledger keeps it, and an
/// undo gives it back.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Lost {
    /// The name of the field; `metadata.KEY` for one key of a map.
    pub field: String,
    /// What stood there.
    pub value: Json,
}

impl std::fmt::Debug for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lost(..)")
    }
}

/// What the merged contact shows neither of the one nor of the other.
pub(crate) fn lost(survivor: &Fields, absorbed: &Fields, united: &Fields) -> Vec<Lost> {
    let gone = |fields: &Fields| -> Vec<Lost> {
        let entries = fields.entries().into_iter();
        entries
            .filter(|(name, value)| {
                !matches!(name, FieldName::Tag(_)) && united.entry(name).as_ref() != Some(value)
            })
            .map(|(name, value)| Lost {
                field: name.to_string(),
                value: value.to_json(),
            })
            .collect()
    };
    let mut lost = gone(survivor);
    lost.extend(gone(absorbed));
    lost
}
