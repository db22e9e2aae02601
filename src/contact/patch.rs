//! What a request says of a contact's fields: named or not, a value or null.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::birthday::Birthday;
use super::do_not_disturb::{Channel, ChannelSetting, InboundSetting};
use super::fields::CustomField;
use super::json::{Json, OrderedMap};
use super::kinds::{FlagField, ListField, ObjectField, TextField};
use super::limits::{self, Limits};
use super::refused::Refused;
use super::timezone;
use crate::clock::Timestamp;

/// What a request says of one field.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// The field is not named.
    #[default]
    Keep,
    /// It is named with an explicit null.
    Clear,
    /// It is named with a value.
    Set(T),
}

impl<T> Change<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The same, of a borrowed value.
    pub(crate) fn as_ref(&self) -> Change<&T> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(value),
        }
    }

    /// Whether the field is named at all.
    pub fn is_named(&self) -> bool {
        !matches!(self, Self::Keep)
    }

    /// The value, made empty first if there is none.
    pub(crate) fn or_default(&mut self) -> &mut T
    where
        T: Default,
    {
        loop {
            match self {
                Self::Set(value) => return value,
                Self::Keep | Self::Clear => *self = Self::Set(T::default()),
            }
        }
    }

    pub(super) fn try_map<U>(
        self,
        read: impl FnOnce(T) -> Result<Option<U>, Refused>,
    ) -> Result<Change<U>, Refused> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            // An empty text says nothing: it neither fills nor clears.
            Self::Set(value) => read(value)?.map_or(Change::Keep, Change::Set),
        })
    }
}

impl<T> fmt::Debug for Change<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keep => "Keep",
            Self::Clear => "Clear",
            Self::Set(_) => "Set(..)",
        })
    }
}

/// What a request says of the name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Name")]
pub struct NamePatch {
    pub full: Change<String>,
    pub given: Change<String>,
    pub family: Change<String>,
}

impl NamePatch {
    /// The parts under their names in a request.
    pub(crate) fn parts(&self) -> [(&'static str, &Change<String>); 3] {
        [
            ("name", &self.full),
            ("given", &self.given),
            ("family", &self.family),
        ]
    }
}

/// What a request says of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Address")]
pub struct AddressPatch {
    pub line1: Change<String>,
    pub city: Change<String>,
    pub state: Change<String>,
    pub postal_code: Change<String>,
    pub country: Change<String>,
}

impl AddressPatch {
    pub(crate) fn parts(&self) -> [(&'static str, &Change<String>); 5] {
        [
            ("line1", &self.line1),
            ("city", &self.city),
            ("state", &self.state),
            ("postal_code", &self.postal_code),
            ("country", &self.country),
        ]
    }

    pub(crate) fn part_mut(&mut self, name: &str) -> Option<&mut Change<String>> {
        Some(match name {
            "line1" => &mut self.line1,
            "city" => &mut self.city,
            "state" => &mut self.state,
            "postal_code" => &mut self.postal_code,
            "country" => &mut self.country,
            _ => return None,
        })
    }
}

/// What a request says of do-not-disturb.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoNotDisturbPatch {
    /// On no channel at all.
    pub all: Change<bool>,
    /// Channel by channel.
    pub channels: BTreeMap<Channel, Change<ChannelSetting>>,
    /// In the other direction.
    pub inbound: Change<InboundSetting>,
}

/// What a request says of a contact's fields.
///
/// A resolve fills with it what is empty; an upsert lets it replace what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Fields")]
pub struct FieldsPatch {
    pub name: NamePatch,
    pub address: Change<AddressPatch>,
    pub texts: BTreeMap<TextField, Change<String>>,
    /// As typed; it is read when the request is.
    pub date_of_birth: Change<String>,
    pub tags: Change<Vec<String>>,
    pub lists: BTreeMap<ListField, Change<Vec<String>>>,
    pub flags: BTreeMap<FlagField, Change<bool>>,
    /// As typed (RFC 3339); it is read when the request is.
    pub last_session_activity_at: Change<String>,
    pub objects: BTreeMap<ObjectField, Change<Json>>,
    pub custom_fields: Change<OrderedMap<Change<CustomField>>>,
    pub metadata: Change<OrderedMap<Change<Json>>>,
    pub do_not_disturb: Change<DoNotDisturbPatch>,
}

/// The same, read: trimmed, within the limits, dates understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReadFields {
    pub(crate) name: NamePatch,
    pub(crate) address: Change<AddressPatch>,
    pub(crate) texts: BTreeMap<TextField, Change<String>>,
    pub(crate) date_of_birth: Change<Birthday>,
    pub(crate) tags: Change<Vec<String>>,
    pub(crate) lists: BTreeMap<ListField, Change<Vec<String>>>,
    pub(crate) flags: BTreeMap<FlagField, Change<bool>>,
    pub(crate) last_session_activity_at: Change<Timestamp>,
    pub(crate) objects: BTreeMap<ObjectField, Change<Json>>,
    pub(crate) custom_fields: Change<OrderedMap<Change<CustomField>>>,
    pub(crate) metadata: Change<OrderedMap<Change<Json>>>,
    pub(crate) do_not_disturb: Change<DoNotDisturbPatch>,
}

impl ReadFields {
    /// Whether no field is named.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl FieldsPatch {
    /// Holds every value against the limits and reads what has a grammar.
    pub(crate) fn read(&self) -> Result<ReadFields, Refused> {
        let part = |field: &str, change: &Change<String>, most: usize| {
            change
                .as_ref()
                .try_map(|text| limits::line(field, text, most))
        };
        let texts = read_each(&self.texts, |field, text| {
            let name = field.as_str();
            match field {
                TextField::Description => limits::lines(name, text, Limits::TEXT),
                TextField::Website => limits::line(name, text, Limits::WEBSITE),
                TextField::Timezone => timezone::read(name, text),
                _ => limits::line(name, text, Limits::LINE),
            }
        })?;
        Ok(ReadFields {
            name: NamePatch {
                full: part("name", &self.name.full, Limits::NAME)?,
                given: part("given", &self.name.given, Limits::NAME)?,
                family: part("family", &self.name.family, Limits::NAME)?,
            },
            address: self
                .address
                .as_ref()
                .try_map(|address| read_address(address).map(Some))?,
            texts,
            date_of_birth: read_parsed("date_of_birth", &self.date_of_birth)?,
            tags: self
                .tags
                .as_ref()
                .try_map(|tags| read_tags(tags).map(Some))?,
            lists: read_each(&self.lists, |field, list| {
                read_list(field.as_str(), list).map(Some)
            })?,
            flags: self.flags.clone(),
            last_session_activity_at: read_parsed(
                "last_session_activity_at",
                &self.last_session_activity_at,
            )?,
            objects: read_each(&self.objects, |field, value| {
                read_object(field.as_str(), value).map(Some)
            })?,
            custom_fields: self.custom_fields.as_ref().try_map(|map| {
                read_entries("custom_fields", map, |name, field| {
                    let at = format!("custom_fields.{name}");
                    let kind = limits::line(&at, &field.kind, Limits::ENTRY_NAME)?
                        .ok_or_else(|| Refused::field(&at, "", "it has no type"))?;
                    let value = entry_value(&at, &field.value)?;
                    Ok(CustomField { kind, value })
                })
            })?,
            metadata: self.metadata.as_ref().try_map(|map| {
                read_entries("metadata", map, |name, value| {
                    entry_value(&format!("metadata.{name}"), value)
                })
            })?,
            do_not_disturb: self
                .do_not_disturb
                .as_ref()
                .try_map(|patch| read_do_not_disturb(patch).map(Some))?,
        })
    }
}

fn read_each<F: Copy + Ord, T, U>(
    named: &BTreeMap<F, Change<T>>,
    read: impl Fn(F, &T) -> Result<Option<U>, Refused>,
) -> Result<BTreeMap<F, Change<U>>, Refused> {
    let read_one = |(field, change): (&F, &Change<T>)| {
        let change = change.as_ref().try_map(|value| read(*field, value))?;
        Ok((*field, change))
    };
    named.iter().map(read_one).collect()
}

/// Reads a text that has a grammar.
fn read_parsed<T: FromStr<Err: fmt::Display>>(
    field: &str,
    change: &Change<String>,
) -> Result<Change<T>, Refused> {
    change.as_ref().try_map(|text| {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let read = text.trim().parse().map(Some);
        read.map_err(|reason| Refused::field(field, text, reason))
    })
}

fn read_do_not_disturb(patch: &DoNotDisturbPatch) -> Result<DoNotDisturbPatch, Refused> {
    let text = |at: &str, text: &Option<String>| match text {
        Some(text) => limits::lines(at, text, Limits::LINE),
        None => Ok(None),
    };
    let mut read = DoNotDisturbPatch {
        all: patch.all.clone(),
        inbound: patch.inbound.as_ref().try_map(|setting| {
            Ok(Some(InboundSetting {
                status: setting.status,
                message: text("do_not_disturb.inbound", &setting.message)?,
            }))
        })?,
        ..Default::default()
    };
    for (channel, change) in &patch.channels {
        let at = format!("do_not_disturb.channels.{}", channel.as_str());
        let change = change.as_ref().try_map(|setting| {
            Ok(Some(ChannelSetting {
                status: setting.status,
                message: text(&at, &setting.message)?,
                code: text(&at, &setting.code)?,
            }))
        })?;
        read.channels.insert(*channel, change);
    }
    Ok(read)
}

fn read_address(address: &AddressPatch) -> Result<AddressPatch, Refused> {
    let mut read = AddressPatch::default();
    for (name, change) in address.parts() {
        let field = format!("address.{name}");
        let cleaned = change.as_ref().try_map(|text| match name {
            "line1" => limits::lines(&field, text, Limits::TEXT),
            _ => limits::line(&field, text, Limits::LINE),
        })?;
        if let Some(part) = read.part_mut(name) {
            *part = cleaned;
        }
    }
    Ok(read)
}

/// Tags without their repetitions; the first spelling stays.
fn read_tags(tags: &[String]) -> Result<Vec<String>, Refused> {
    let most = (Limits::TAG, Limits::TAGS);
    read_set("tags", tags, most, str::to_lowercase)
}

/// A list without its repetitions.
fn read_list(field: &str, list: &[String]) -> Result<Vec<String>, Refused> {
    let most = (Limits::ITEM, Limits::ITEMS);
    read_set(field, list, most, str::to_owned)
}

/// Texts of at most so many characters, at most so many of them, no two the same as they are
/// `compared`.
fn read_set(
    field: &str,
    texts: &[String],
    (longest, most): (usize, usize),
    compared: impl Fn(&str) -> String,
) -> Result<Vec<String>, Refused> {
    let mut read = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for text in texts {
        if let Some(text) = limits::line(field, text, longest)?
            && seen.insert(compared(&text))
        {
            read.push(text);
        }
    }
    if read.len() > most {
        let reason = format!("they are more than {most}");
        return Err(Refused::field(field, "", reason));
    }
    Ok(read)
}

fn read_object(field: &str, value: &Json) -> Result<Json, Refused> {
    if !value.is_object() {
        let reason = "it must be a JSON object";
        return Err(Refused::field(field, value.as_str(), reason));
    }
    within(field, value, Limits::OBJECT)
}

pub(super) fn read_entries<T: Clone>(
    field: &str,
    map: &OrderedMap<Change<T>>,
    read: impl Fn(&str, &T) -> Result<T, Refused>,
) -> Result<Option<OrderedMap<Change<T>>>, Refused> {
    if map.len() > Limits::ENTRIES {
        let reason = format!("it has more than {} entries", Limits::ENTRIES);
        return Err(Refused::field(field, "", reason));
    }
    let mut entries = OrderedMap::new();
    for (name, change) in map.iter() {
        let name = limits::line(field, name, Limits::ENTRY_NAME)?
            .ok_or_else(|| Refused::field(field, name, "it has an entry without a name"))?;
        let change = change
            .as_ref()
            .try_map(|value| read(&name, value).map(Some))?;
        if entries.insert(name.clone(), change).is_some() {
            return Err(Refused::field(
                format!("{field}.{name}"),
                "",
                "it stands twice",
            ));
        }
    }
    Ok(Some(entries))
}

pub(super) fn entry_value(field: &str, value: &Json) -> Result<Json, Refused> {
    within(field, value, Limits::ENTRY_VALUE)
}

fn within(field: &str, value: &Json, most: usize) -> Result<Json, Refused> {
    if value.as_str().len() > most {
        let reason = format!("it is longer than {most} bytes of JSON");
        return Err(Refused::field(field, value.as_str(), reason));
    }
    Ok(value.clone())
}
