//! One record as it was typed, before anything of it is read.

use std::fmt;

use super::fields::CustomField;
use super::json::{Json, OrderedMap};
use super::kinds::{FlagField, ListField, ObjectField, TextField};
use super::limits::Limits;
use super::patch::{AddressPatch, Change, DoNotDisturbPatch, FieldsPatch};
use super::refused::Refused;
use crate::clock::Timestamp;
use crate::ident::{Kind, Region, TypedPhone};

/// An identifier as it was typed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) kind: Kind,
    /// The name under which it was given: `phone`, `phones`, …
    pub(crate) field: &'static str,
    /// The system that issued an external id.
    pub(crate) source: Option<String>,
    pub(crate) value: String,
    /// The region of this very phone, before that of the request.
    pub(crate) region: Option<Region>,
    /// Whether it was printed as listed and not held: the contact is to list it, but not
    /// to be found by it.
    pub(crate) only_listed: bool,
}

/// One record as it was typed: identifiers and fields, nothing read yet.
///
/// ```
/// use kinfold::Draft;
///
/// let draft = Draft::new()
///     .phone("(415) 555-0101")
///     .email("Ana@Example.com")
///     .external_id("ghl", "x-42")
///     .name("Ana María Ruiz")
///     .tag("lead")
///     .metadata("channel", "web");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Draft {
    pub(crate) identifiers: Vec<Typed>,
    /// Identifiers that were named with a null.
    pub(crate) null_identifiers: Vec<&'static str>,
    /// What is said of the other fields.
    pub fields: FieldsPatch,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("identifiers", &self.identifiers.len())
            .finish_non_exhaustive()
    }
}

impl Draft {
    /// A record that says nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a phone, as it was typed. Without a `+` it is read in the default region.
    #[must_use]
    pub fn phone(mut self, typed: impl Into<TypedPhone>) -> Self {
        self.add(Kind::Phone, "phone", None, typed.into().into_text(), None);
        self
    }

    /// Adds a phone that was typed in a region, whatever the default region is.
    #[must_use]
    pub fn phone_in(mut self, typed: impl Into<String>, region: Region) -> Self {
        self.add(Kind::Phone, "phone", None, typed.into(), Some(region));
        self
    }

    /// Adds an email, as it was typed.
    #[must_use]
    pub fn email(mut self, typed: impl Into<String>) -> Self {
        self.add(Kind::Email, "email", None, typed.into(), None);
        self
    }

    /// Adds the id that the system `source` issued; an empty source is `default`.
    #[must_use]
    pub fn external_id(mut self, source: impl Into<String>, value: impl Into<String>) -> Self {
        self.add(
            Kind::ExternalId,
            "external_id",
            Some(source.into()),
            value.into(),
            None,
        );
        self
    }

    /// Names the whole name.
    #[must_use]
    pub fn name(mut self, full: impl Into<String>) -> Self {
        self.fields.name.full = Change::Set(full.into());
        self
    }

    /// Names the given name.
    #[must_use]
    pub fn given(mut self, given: impl Into<String>) -> Self {
        self.fields.name.given = Change::Set(given.into());
        self
    }

    /// Names the family name.
    #[must_use]
    pub fn family(mut self, family: impl Into<String>) -> Self {
        self.fields.name.family = Change::Set(family.into());
        self
    }

    /// Names one of the fields that are a text each.
    #[must_use]
    pub fn text(mut self, field: TextField, text: impl Into<String>) -> Self {
        self.fields.texts.insert(field, Change::Set(text.into()));
        self
    }

    /// Adds to one of the fields that are a list each.
    #[must_use]
    pub fn item(mut self, field: ListField, item: impl Into<String>) -> Self {
        let list = self.fields.lists.entry(field).or_default();
        list.or_default().push(item.into());
        self
    }

    /// Names one of the fields that are true, false or not known.
    #[must_use]
    pub fn flag(mut self, field: FlagField, value: bool) -> Self {
        self.fields.flags.insert(field, Change::Set(value));
        self
    }

    /// Names one of the fields that are a JSON object each.
    #[must_use]
    pub fn object(mut self, field: ObjectField, object: impl Into<Json>) -> Self {
        let object = Change::Set(object.into());
        self.fields.objects.insert(field, object);
        self
    }

    /// Names the moment of the last session.
    #[must_use]
    pub fn last_session_activity_at(mut self, moment: Timestamp) -> Self {
        self.fields.last_session_activity_at = Change::Set(moment.to_string());
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.fields.tags.or_default().push(tag.into());
        self
    }

    /// Adds a metadata key.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Json>) -> Self {
        self.fields
            .metadata
            .or_default()
            .insert(key, Change::Set(value.into()));
        self
    }

    /// Takes out the identifiers that the contact is only to list, for when those who
    /// hold them are there. None if there are none.
    #[cfg(feature = "exchange")]
    pub(crate) fn take_only_listed(&mut self) -> Option<Self> {
        let (later, now) = std::mem::take(&mut self.identifiers)
            .into_iter()
            .partition(|typed: &Typed| typed.only_listed);
        self.identifiers = now;
        (!Vec::is_empty(&later)).then(|| Self {
            identifiers: later,
            ..Self::default()
        })
    }

    pub(crate) fn add(
        &mut self,
        kind: Kind,
        field: &'static str,
        source: Option<String>,
        value: String,
        region: Option<Region>,
    ) {
        self.identifiers.push(Typed {
            kind,
            field,
            source,
            value,
            region,
            only_listed: false,
        });
    }

    /// Sets what a request in JSON says under one of its keys; false if a draft has
    /// no such key.
    ///
    /// Besides the request's own form it takes that of a printed contact: `name` as
    /// an object, identifiers as objects with `raw` or `key`.
    pub(crate) fn set_json(&mut self, key: &str, value: &Json) -> Result<bool, Refused> {
        match key {
            "phone" => self.set_identifiers(Kind::Phone, "phone", false, value)?,
            "phones" => self.set_identifiers(Kind::Phone, "phones", true, value)?,
            "email" => self.set_identifiers(Kind::Email, "email", false, value)?,
            "emails" => self.set_identifiers(Kind::Email, "emails", true, value)?,
            "external_id" => self.set_identifiers(Kind::ExternalId, "external_id", false, value)?,
            "external_ids" => {
                self.set_identifiers(Kind::ExternalId, "external_ids", true, value)?
            }
            "name" if value.is_object() => {
                for (part, value) in object(key, value)?.iter() {
                    match part {
                        "full" => self.fields.name.full = text(key, value)?,
                        "given" => self.fields.name.given = text(key, value)?,
                        "family" => self.fields.name.family = text(key, value)?,
                        _ => return Err(unknown(&format!("name.{part}"))),
                    }
                }
            }
            "name" => self.fields.name.full = text(key, value)?,
            "given" => self.fields.name.given = text(key, value)?,
            "family" => self.fields.name.family = text(key, value)?,
            "date_of_birth" => self.fields.date_of_birth = text(key, value)?,
            "address" => self.fields.address = nullable(value, address)?,
            "tags" => self.fields.tags = texts(key, value)?,
            "last_session_activity_at" => {
                self.fields.last_session_activity_at = text(key, value)?;
            }
            "custom_fields" => {
                self.fields.custom_fields = nullable(value, |value| {
                    object(key, value)?
                        .iter()
                        .map(|(name, value)| {
                            let field = nullable(value, |value| custom_field(name, value))?;
                            Ok((name.to_owned(), field))
                        })
                        .collect()
                })?;
            }
            "metadata" => {
                self.fields.metadata = nullable(value, |value| {
                    let entries = object(key, value)?.into_iter();
                    Ok(entries
                        .map(|(name, value)| match value.is_null() {
                            true => (name, Change::Clear),
                            false => (name, Change::Set(value)),
                        })
                        .collect())
                })?;
            }
            "do_not_disturb" => {
                self.fields.do_not_disturb = nullable(value, do_not_disturb)?;
            }
            _ => return self.set_one_of_a_kind(key, value),
        }
        Ok(true)
    }

    fn set_one_of_a_kind(&mut self, key: &str, value: &Json) -> Result<bool, Refused> {
        let fields = &mut self.fields;
        if let Some(field) = TextField::by_name(key) {
            fields.texts.insert(field, text(key, value)?);
        } else if let Some(field) = ListField::by_name(key) {
            fields.lists.insert(field, texts(key, value)?);
        } else if let Some(field) = FlagField::by_name(key) {
            let flag = nullable(value, |value| {
                parse(key, value, "it must be true, false or null")
            });
            fields.flags.insert(field, flag?);
        } else if let Some(field) = ObjectField::by_name(key) {
            let object = nullable(value, |value| object(key, value).map(|_| value.clone()));
            fields.objects.insert(field, object?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    pub(crate) fn set_identifiers(
        &mut self,
        kind: Kind,
        field: &'static str,
        several: bool,
        value: &Json,
    ) -> Result<(), Refused> {
        if value.is_null() {
            self.null_identifiers.push(field);
            return Ok(());
        }
        if !several {
            let value = parse(field, value, "it must be a text")?;
            self.add(kind, field, None, value, None);
            return Ok(());
        }
        let values: Vec<Json> = parse(field, value, "it must be a list")?;
        if values.len() > Limits::REQUEST_IDENTIFIERS {
            let reason = format!("they are more than {}", Limits::REQUEST_IDENTIFIERS);
            return Err(Refused::request(field, "", reason));
        }
        for value in &values {
            let (mut source, mut typed, mut key, mut region) = (None, None, None, None);
            let mut only_listed = false;
            if value.is_object() {
                for (part, value) in object(field, value)?.iter() {
                    let place = match (part, kind) {
                        ("source", Kind::ExternalId) => &mut source,
                        ("value", Kind::ExternalId) => &mut typed,
                        ("raw", Kind::Phone | Kind::Email) => &mut typed,
                        ("key", Kind::Phone | Kind::Email) => &mut key,
                        ("region", Kind::Phone) => &mut region,
                        ("holds", Kind::Phone | Kind::Email) => {
                            let holds: bool =
                                parse(field, value, "its member \"holds\" must be true or false")?;
                            only_listed = !holds;
                            continue;
                        }
                        ("blocked" | "verified", Kind::Phone | Kind::Email) => continue,
                        _ => return Err(unknown(&format!("{field}.{part}"))),
                    };
                    *place = text(field, value)?.value().cloned();
                }
            } else {
                typed = Some(parse(field, value, "it must hold texts")?);
            }
            let region = match region {
                Some(region) => Some(region.parse().map_err(|reason| {
                    Refused::request(format!("{field}.region"), &region, reason)
                })?),
                None => None,
            };
            let typed = typed.or(key).ok_or_else(|| {
                Refused::request(field, value.as_str(), "it holds an entry without a value")
            })?;
            self.add(kind, field, source, typed, region);
            if let Some(added) = self.identifiers.last_mut() {
                added.only_listed = only_listed;
            }
        }
        Ok(())
    }
}

pub(crate) fn unknown(key: &str) -> Refused {
    Refused::request(key, "", "is not a key that a request has")
}

pub(crate) fn parse<'a, T: serde::Deserialize<'a>>(
    key: &str,
    value: &'a Json,
    reason: &str,
) -> Result<T, Refused> {
    serde_json::from_str(value.as_str()).map_err(|_| Refused::request(key, value.as_str(), reason))
}

pub(super) fn object(key: &str, value: &Json) -> Result<OrderedMap<Json>, Refused> {
    serde_json::from_str(value.as_str()).map_err(|error| match value.is_object() {
        true => Refused::request(key, value.as_str(), error),
        false => Refused::request(key, value.as_str(), "it must be an object"),
    })
}

pub(super) fn nullable<T>(
    value: &Json,
    read: impl FnOnce(&Json) -> Result<T, Refused>,
) -> Result<Change<T>, Refused> {
    match value.is_null() {
        true => Ok(Change::Clear),
        false => read(value).map(Change::Set),
    }
}

pub(super) fn text(key: &str, value: &Json) -> Result<Change<String>, Refused> {
    nullable(value, |value| {
        parse(key, value, "it must be a text or null")
    })
}

fn texts(key: &str, value: &Json) -> Result<Change<Vec<String>>, Refused> {
    nullable(value, |value| {
        parse(key, value, "it must be a list of texts")
    })
}

fn address(value: &Json) -> Result<AddressPatch, Refused> {
    let mut patch = AddressPatch::default();
    let mut code = Change::Keep;
    for (part, value) in object("address", value)?.iter() {
        let field = format!("address.{part}");
        let place = match part {
            "country_code" => &mut code,
            _ => patch.part_mut(part).ok_or_else(|| unknown(&field))?,
        };
        *place = text(&field, value)?;
    }
    // Beside a country it is what was printed of it; alone it is what is known of one.
    let says_country = |change: &Change<String>| change.value().is_some();
    if says_country(&code) && !says_country(&patch.country) {
        patch.country = code;
    }
    Ok(patch)
}

fn custom_field(name: &str, value: &Json) -> Result<CustomField, Refused> {
    let field = format!("custom_fields.{name}");
    let shape = "it must be an object with \"type\" and \"value\"";
    if !value.is_object() {
        return Err(Refused::request(&field, value.as_str(), shape));
    }
    let (mut kind, mut inner) = (None, None);
    for (part, value) in object(&field, value)?.into_iter() {
        match part.as_str() {
            "type" => kind = text(&field, &value)?.value().cloned(),
            "value" => inner = Some(value),
            _ => return Err(unknown(&format!("{field}.{part}"))),
        }
    }
    match (kind, inner) {
        (Some(kind), Some(value)) => Ok(CustomField { kind, value }),
        _ => Err(Refused::request(&field, value.as_str(), shape)),
    }
}

fn do_not_disturb(value: &Json) -> Result<DoNotDisturbPatch, Refused> {
    const FIELD: &str = "do_not_disturb";
    let mut patch = DoNotDisturbPatch::default();
    for (part, value) in object(FIELD, value)?.iter() {
        match part {
            "all" => {
                patch.all = nullable(value, |value| {
                    parse(FIELD, value, "its member \"all\" must be true or false")
                })?;
            }
            "channels" => {
                for (name, value) in object(FIELD, value)?.iter() {
                    let field = format!("{FIELD}.channels.{name}");
                    let channel = name.parse().map_err(|()| {
                        Refused::request(
                            &field,
                            name,
                            "it is not a channel: Call, Email, SMS, WhatsApp, GMB or FB",
                        )
                    })?;
                    let setting = nullable(value, |value| {
                        parse(
                            &field,
                            value,
                            "it must be an object with \"status\" (active, inactive or permanent)",
                        )
                    })?;
                    patch.channels.insert(channel, setting);
                }
            }
            "inbound" => {
                let field = format!("{FIELD}.inbound");
                let shape = "it must be an object with \"status\" (active or inactive)";
                patch.inbound = nullable(value, |value| parse(&field, value, shape))?;
            }
            _ => return Err(unknown(&format!("{FIELD}.{part}"))),
        }
    }
    Ok(patch)
}
