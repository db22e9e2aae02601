//! A contact's fields one by one: what a merge brings, an undo gives back and an edit
//! makes the contact's own.

use std::fmt;
use std::str::FromStr;

use super::address::Address;
use super::birthday::Birthday;
use super::do_not_disturb::{Channel, ChannelSetting, InboundSetting};
use super::fields::{CustomField, Fields};
use super::json::Json;
use super::kinds::{FlagField, ListField, ObjectField, TextField};
use super::name::Name;
use crate::clock::Timestamp;

/// The name of a field that is filled, brought or edited by itself. Name and address are
/// one each; so is every tag, item of a list, custom field, metadata key and channel.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FieldName {
    Name,
    Address,
    Text(TextField),
    Flag(FlagField),
    Object(ObjectField),
    DateOfBirth,
    LastSessionActivity,
    /// One item of a list.
    Item(ListField, String),
    /// In lower case: tags that differ only in case are one.
    Tag(String),
    CustomField(String),
    Metadata(String),
    DoNotDisturbAll,
    Channel(Channel),
    Inbound,
}

/// What stands in such a field.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum FieldValue {
    Name(Name),
    Address(Address),
    Text(String),
    Day(Birthday),
    CustomField(CustomField),
    Json(Json),
    Flag(bool),
    Moment(Timestamp),
    /// Do-not-disturb on every channel.
    On,
    Setting(ChannelSetting),
    Inbound(InboundSetting),
}

const TAGS: &str = "tags.";
const CUSTOM_FIELDS: &str = "custom_fields.";
const METADATA: &str = "metadata.";
const ALL_CHANNELS: &str = "do_not_disturb.all";
const CHANNELS: &str = "do_not_disturb.channels.";
const INBOUND: &str = "do_not_disturb.inbound";
const LAST_SESSION_ACTIVITY: &str = "last_session_activity_at";

impl FieldName {
    /// The name of the field that it is a part of: `metadata` for `metadata.channel`.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Text(field) => field.as_str(),
            Self::Flag(field) => field.as_str(),
            Self::Object(field) => field.as_str(),
            Self::DateOfBirth => "date_of_birth",
            Self::LastSessionActivity => LAST_SESSION_ACTIVITY,
            Self::Item(list, _) => list.as_str(),
            Self::Tag(_) => "tags",
            Self::CustomField(_) => "custom_fields",
            Self::Metadata(_) => "metadata",
            Self::DoNotDisturbAll | Self::Channel(_) | Self::Inbound => "do_not_disturb",
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "{TAGS}{tag}"),
            Self::CustomField(name) => write!(f, "{CUSTOM_FIELDS}{name}"),
            Self::Metadata(key) => write!(f, "{METADATA}{key}"),
            Self::Item(list, item) => write!(f, "{}.{item}", list.as_str()),
            Self::DoNotDisturbAll => f.write_str(ALL_CHANNELS),
            Self::Inbound => f.write_str(INBOUND),
            Self::Channel(channel) => write!(f, "{CHANNELS}{}", channel.as_str()),
            whole => f.write_str(whole.field()),
        }
    }
}

impl fmt::Debug for FieldName {
    /// Tags, and the names of custom fields and metadata keys, were typed by somebody.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.field())
    }
}

impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FieldValue(..)")
    }
}

/// A name that no field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the name of a field")]
pub(crate) struct UnknownField;

impl FromStr for FieldName {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, UnknownField> {
        if let Some(tag) = name.strip_prefix(TAGS) {
            return Ok(Self::Tag(tag.to_lowercase()));
        }
        if let Some(field) = name.strip_prefix(CUSTOM_FIELDS) {
            return Ok(Self::CustomField(field.to_owned()));
        }
        if let Some(key) = name.strip_prefix(METADATA) {
            return Ok(Self::Metadata(key.to_owned()));
        }
        if let Some(channel) = name.strip_prefix(CHANNELS) {
            let channel = channel.parse().map_err(|()| UnknownField)?;
            return Ok(Self::Channel(channel));
        }
        match name {
            "name" => Ok(Self::Name),
            "address" => Ok(Self::Address),
            "date_of_birth" => Ok(Self::DateOfBirth),
            LAST_SESSION_ACTIVITY => Ok(Self::LastSessionActivity),
            ALL_CHANNELS => Ok(Self::DoNotDisturbAll),
            INBOUND => Ok(Self::Inbound),
            _ => Self::of_a_kind(name).ok_or(UnknownField),
        }
    }
}

impl FieldName {
    fn of_a_kind(name: &str) -> Option<Self> {
        let item = || {
            let (list, item) = name.split_once('.')?;
            Some(Self::Item(ListField::by_name(list)?, item.to_owned()))
        };
        let text = TextField::by_name(name).map(Self::Text);
        text.or_else(|| FlagField::by_name(name).map(Self::Flag))
            .or_else(|| ObjectField::by_name(name).map(Self::Object))
            .or_else(item)
    }
}

impl Fields {
    /// Every field that holds something, in the order of the record.
    pub(crate) fn entries(&self) -> Vec<(FieldName, FieldValue)> {
        let mut entries = Vec::new();
        let mut add = |name: FieldName| {
            if let Some(value) = self.entry(&name) {
                entries.push((name, value));
            }
        };
        add(FieldName::Name);
        add(FieldName::Address);
        for field in TextField::ALL {
            add(FieldName::Text(field));
        }
        add(FieldName::DateOfBirth);
        for field in FlagField::ALL {
            add(FieldName::Flag(field));
        }
        for field in ObjectField::ALL {
            add(FieldName::Object(field));
        }
        add(FieldName::LastSessionActivity);
        add(FieldName::DoNotDisturbAll);
        add(FieldName::Inbound);
        for channel in Channel::ALL {
            add(FieldName::Channel(channel));
        }
        let tags = self.tags.iter().map(|tag| {
            let name = FieldName::Tag(tag.to_lowercase());
            (name, FieldValue::Text(tag.clone()))
        });
        let items = ListField::ALL.into_iter().flat_map(|list| {
            let items = self.list(list).iter();
            items.map(move |item| {
                let name = FieldName::Item(list, item.clone());
                (name, FieldValue::Text(item.clone()))
            })
        });
        let custom_fields = self.custom_fields.iter().map(|(name, field)| {
            let name = FieldName::CustomField(name.to_owned());
            (name, FieldValue::CustomField(field.clone()))
        });
        let metadata = self.metadata.iter().map(|(key, value)| {
            let name = FieldName::Metadata(key.to_owned());
            (name, FieldValue::Json(value.clone()))
        });
        entries.extend(tags.chain(items).chain(custom_fields).chain(metadata));
        entries
    }

    /// What stands in a field, if anything does.
    pub(crate) fn entry(&self, name: &FieldName) -> Option<FieldValue> {
        match name {
            FieldName::Name => (!self.name.is_empty()).then(|| FieldValue::Name(self.name.clone())),
            FieldName::Address => {
                (!self.address.is_empty()).then(|| FieldValue::Address(self.address.clone()))
            }
            FieldName::Text(field) => {
                let text = self.text(*field)?;
                Some(FieldValue::Text(text.to_owned()))
            }
            FieldName::DateOfBirth => self.date_of_birth.map(FieldValue::Day),
            FieldName::Flag(field) => self.flag(*field).map(FieldValue::Flag),
            FieldName::Object(field) => {
                let object = self.object(*field)?;
                Some(FieldValue::Json(object.clone()))
            }
            FieldName::LastSessionActivity => self.last_session_activity_at.map(FieldValue::Moment),
            FieldName::Item(list, item) => {
                let is_there = self.list(*list).contains(item);
                is_there.then(|| FieldValue::Text(item.clone()))
            }
            FieldName::Inbound => {
                let setting = self.do_not_disturb.inbound.as_ref()?;
                Some(FieldValue::Inbound(setting.clone()))
            }
            FieldName::Tag(folded) => {
                let tag = self.tags.iter().find(|tag| tag.to_lowercase() == *folded)?;
                Some(FieldValue::Text(tag.clone()))
            }
            FieldName::CustomField(name) => {
                let field = self.custom_fields.get(name)?;
                Some(FieldValue::CustomField(field.clone()))
            }
            FieldName::Metadata(key) => {
                let value = self.metadata.get(key)?;
                Some(FieldValue::Json(value.clone()))
            }
            FieldName::DoNotDisturbAll => self.do_not_disturb.all.then_some(FieldValue::On),
            FieldName::Channel(channel) => {
                let setting = self.do_not_disturb.channels.get(channel)?;
                Some(FieldValue::Setting(setting.clone()))
            }
        }
    }

    /// Sets a field, or empties it. A value of another field's type changes nothing.
    pub(crate) fn set_entry(&mut self, name: &FieldName, value: Option<FieldValue>) {
        match (name, value) {
            (FieldName::Name, Some(FieldValue::Name(value))) => self.name = value,
            (FieldName::Name, None) => self.name = Name::default(),
            (FieldName::Address, Some(FieldValue::Address(value))) => self.address = value,
            (FieldName::Address, None) => self.address = Address::default(),
            (FieldName::Text(field), Some(FieldValue::Text(value))) => {
                *self.text_mut(*field) = Some(value);
            }
            (FieldName::Text(field), None) => *self.text_mut(*field) = None,
            (FieldName::DateOfBirth, Some(FieldValue::Day(value))) => {
                self.date_of_birth = Some(value);
            }
            (FieldName::DateOfBirth, None) => self.date_of_birth = None,
            (FieldName::Flag(field), Some(FieldValue::Flag(value))) => {
                *self.flag_mut(*field) = Some(value);
            }
            (FieldName::Flag(field), None) => *self.flag_mut(*field) = None,
            (FieldName::Object(field), Some(FieldValue::Json(value))) => {
                *self.object_mut(*field) = Some(value);
            }
            (FieldName::Object(field), None) => *self.object_mut(*field) = None,
            (FieldName::LastSessionActivity, Some(FieldValue::Moment(value))) => {
                self.last_session_activity_at = Some(value);
            }
            (FieldName::LastSessionActivity, None) => self.last_session_activity_at = None,
            (FieldName::Item(list, item), None) => {
                self.list_mut(*list).retain(|other| other != item);
            }
            (FieldName::Item(list, item), Some(_)) => {
                if !self.list(*list).contains(item) {
                    self.list_mut(*list).push(item.clone());
                }
            }
            (FieldName::Inbound, Some(FieldValue::Inbound(value))) => {
                self.do_not_disturb.inbound = Some(value);
            }
            (FieldName::Inbound, None) => self.do_not_disturb.inbound = None,
            (FieldName::Tag(folded), value) => {
                let place = self
                    .tags
                    .iter()
                    .position(|tag| tag.to_lowercase() == *folded);
                match (place.and_then(|place| self.tags.get_mut(place)), value) {
                    (Some(tag), Some(FieldValue::Text(value))) => *tag = value,
                    (None, Some(FieldValue::Text(value))) => self.tags.push(value),
                    (_, None) => self.tags.retain(|tag| tag.to_lowercase() != *folded),
                    (_, Some(_)) => {}
                }
            }
            (FieldName::CustomField(name), Some(FieldValue::CustomField(value))) => {
                self.custom_fields.insert(name, value);
            }
            (FieldName::CustomField(name), None) => {
                self.custom_fields.remove(name);
            }
            (FieldName::Metadata(key), Some(FieldValue::Json(value))) => {
                self.metadata.insert(key, value);
            }
            (FieldName::Metadata(key), None) => {
                self.metadata.remove(key);
            }
            (FieldName::DoNotDisturbAll, value) => {
                self.do_not_disturb.all = matches!(value, Some(FieldValue::On));
            }
            (FieldName::Channel(channel), Some(FieldValue::Setting(value))) => {
                self.do_not_disturb.channels.insert(*channel, value);
            }
            (FieldName::Channel(channel), None) => {
                self.do_not_disturb.channels.remove(channel);
            }
            (_, Some(_)) => {}
        }
    }

    /// The fields that differ between two versions of a contact.
    pub(crate) fn differing(&self, other: &Self) -> Vec<FieldName> {
        let (own, others) = (self.entries(), other.entries());
        let mut names: Vec<FieldName> = own
            .iter()
            .filter(|(name, value)| other.entry(name).as_ref() != Some(value))
            .map(|(name, _)| name.clone())
            .collect();
        let added = others
            .into_iter()
            .filter(|(name, _)| self.entry(name).is_none());
        names.extend(added.map(|(name, _)| name));
        names
    }
}

impl FieldValue {
    /// How long it is, in characters: by it the longest of two values is told.
    pub(crate) fn length(&self) -> usize {
        let characters =
            |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
        match self {
            Self::Name(name) => {
                let parts = characters(&name.given) + characters(&name.family);
                characters(&name.full).max(parts)
            }
            Self::Address(address) => [
                &address.line1,
                &address.city,
                &address.state,
                &address.postal_code,
                &address.country,
            ]
            .into_iter()
            .map(characters)
            .sum(),
            Self::Text(text) => text.chars().count(),
            Self::Day(day) => day.to_string().len(),
            Self::CustomField(field) => field.value.as_str().chars().count(),
            Self::Json(value) => value.as_str().chars().count(),
            Self::On | Self::Flag(_) => 1,
            // Moments are as long as each other.
            Self::Moment(_) => 1,
            Self::Inbound(setting) => characters(&setting.message),
            Self::Setting(setting) => characters(&setting.message) + characters(&setting.code),
        }
    }

    /// The value as the record prints it.
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Name(name) => Json::of(name),
            Self::Address(address) => Json::of(address),
            Self::Text(text) => Json::of(text),
            Self::Day(day) => Json::of(day),
            Self::CustomField(field) => Json::of(field),
            Self::Json(value) => value.clone(),
            Self::On => Json::from(true),
            Self::Flag(flag) => Json::from(*flag),
            Self::Moment(moment) => Json::of(moment),
            Self::Inbound(setting) => Json::of(setting),
            Self::Setting(setting) => Json::of(setting),
        }
    }
}
