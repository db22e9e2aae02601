//! Changing a contact that is known by its id: what is asked for.

pub(crate) mod plan;

use std::fmt;

use super::request::{ReadRequest, Requested, object, read_identifier};
use crate::contact::draft::{Typed, parse, unknown};
use crate::contact::limits::{self, Limits};
use crate::contact::refused::Refused;
use crate::contact::{Change, Draft, FieldsPatch, Json};
use crate::error::Result;
use crate::ident::{Key, Kind, Region};

/// What is to be changed of a contact. What is named replaces what is there, a null clears
/// it, what is not named stays.
///
/// Of name and address single parts can be named: given and family name, city, … Tags,
/// phones, emails and external ids can be replaced, added and removed without having been
/// read before.
///
/// ```
/// use kinfold::{Draft, Key, Kind, Kinfold, Scope, TextField, Update};
///
/// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
/// let ana = contacts.resolve(Draft::new().email("ana@old.example").name("Ana Ruiz"))?.contact;
///
/// let update = Update::new()
///     .email("ana@new.example") // takes the place of the primary one
///     .family("García")
///     .text(TextField::Company, "Acme")
///     .add_tag("lead")
///     .expected_version(ana.version);
/// let ana = contacts.update(ana.id, update)?.contact;
/// assert_eq!(ana.fields.name.display().as_deref(), Some("Ana García"));
/// assert_eq!(ana.emails().count(), 1);
///
/// // Somebody else changed it since: an error, not a surprise.
/// let late = contacts.update(ana.id, Update::new().add_tag("vip").expected_version(1));
/// assert_eq!(late.unwrap_err().field(), Some("expected_version"));
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Update {
    draft: Draft,
    add: Vec<Typed>,
    remove: Vec<Typed>,
    primary: Vec<Typed>,
    add_tags: Vec<String>,
    remove_tags: Vec<String>,
    expected_version: Option<u64>,
    region: Option<Region>,
}

impl fmt::Debug for Update {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update")
            .field("draft", &self.draft)
            .field("expected_version", &self.expected_version)
            .finish_non_exhaustive()
    }
}

impl Update {
    /// Changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The fields that it names.
    pub fn fields(mut self, fields: FieldsPatch) -> Self {
        self.draft.fields = fields;
        self
    }

    /// Names the whole name; its parts are those of the new one.
    #[must_use]
    pub fn name(mut self, full: impl Into<String>) -> Self {
        self.draft = self.draft.name(full);
        self
    }

    /// Names the given name.
    #[must_use]
    pub fn given(mut self, given: impl Into<String>) -> Self {
        self.draft = self.draft.given(given);
        self
    }

    /// Names the family name.
    #[must_use]
    pub fn family(mut self, family: impl Into<String>) -> Self {
        self.draft = self.draft.family(family);
        self
    }

    /// Names one of the fields that are a text each.
    #[must_use]
    pub fn text(mut self, field: crate::contact::TextField, text: impl Into<String>) -> Self {
        self.draft = self.draft.text(field, text);
        self
    }

    /// Empties one of the fields that are a text each.
    #[must_use]
    pub fn clear(mut self, field: crate::contact::TextField) -> Self {
        self.draft.fields.texts.insert(field, Change::Clear);
        self
    }

    /// Sets a metadata key.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Json>) -> Self {
        self.draft = self.draft.metadata(key, value);
        self
    }

    /// A phone that takes the place of the primary one.
    #[must_use]
    pub fn phone(mut self, typed: impl Into<String>) -> Self {
        self.draft
            .add(Kind::Phone, "phone", None, typed.into(), None);
        self
    }

    /// Removes the primary phone; the next one is the primary one then.
    #[must_use]
    pub fn clear_phone(mut self) -> Self {
        self.draft.null_identifiers.push("phone");
        self
    }

    /// Phones that take the place of all. Those that stay keep their places in line.
    #[must_use]
    pub fn phones<T: Into<String>>(self, typed: impl IntoIterator<Item = T>) -> Self {
        self.all(Kind::Phone, "phones", typed)
    }

    /// An email that takes the place of the primary one.
    #[must_use]
    pub fn email(mut self, typed: impl Into<String>) -> Self {
        self.draft
            .add(Kind::Email, "email", None, typed.into(), None);
        self
    }

    /// Removes the primary email; the next one is the primary one then.
    #[must_use]
    pub fn clear_email(mut self) -> Self {
        self.draft.null_identifiers.push("email");
        self
    }

    /// Emails that take the place of all. Those that stay keep their places in line.
    #[must_use]
    pub fn emails<T: Into<String>>(self, typed: impl IntoIterator<Item = T>) -> Self {
        self.all(Kind::Email, "emails", typed)
    }

    fn all<T: Into<String>>(
        mut self,
        kind: Kind,
        field: &'static str,
        typed: impl IntoIterator<Item = T>,
    ) -> Self {
        // Also if there are none.
        self.draft.null_identifiers.push(field);
        for typed in typed {
            self.draft.add(kind, field, None, typed.into(), None);
        }
        self
    }

    /// An external id that takes the place of the one of its source.
    #[must_use]
    pub fn external_id(mut self, source: impl Into<String>, value: impl Into<String>) -> Self {
        self.draft = self.draft.external_id(source, value);
        self
    }

    /// Adds a phone behind the others.
    #[must_use]
    pub fn add_phone(mut self, typed: impl Into<String>) -> Self {
        self.add.push(one(Kind::Phone, "add_phones", typed.into()));
        self
    }

    /// Adds an email behind the others.
    #[must_use]
    pub fn add_email(mut self, typed: impl Into<String>) -> Self {
        self.add.push(one(Kind::Email, "add_emails", typed.into()));
        self
    }

    /// Removes an identifier; that it isn't listed is no error.
    #[must_use]
    pub fn remove(mut self, key: &Key) -> Self {
        self.remove.push(of_key(key, "remove"));
        self
    }

    /// Puts a phone or an email before the others of the contact.
    #[must_use]
    pub fn make_primary(mut self, key: &Key) -> Self {
        self.primary.push(of_key(key, "primary"));
        self
    }

    /// Adds a tag, if it is not there yet.
    #[must_use]
    pub fn add_tag(mut self, tag: impl Into<String>) -> Self {
        self.add_tags.push(tag.into());
        self
    }

    /// Removes a tag, in whatever case it is written.
    #[must_use]
    pub fn remove_tag(mut self, tag: impl Into<String>) -> Self {
        self.remove_tags.push(tag.into());
        self
    }

    /// Refuses to change another version of the contact than this one.
    #[must_use]
    pub fn expected_version(mut self, version: u64) -> Self {
        self.expected_version = Some(version);
        self
    }

    /// Reads phones without a `+` in this region, whatever the default is.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Reads an update in JSON, as the program takes it: the keys of a request, where a
    /// null clears; and `add_tags`, `remove_tags`, `add_phones`, `remove_phones`,
    /// `primary_phone`, the same three of emails, `add_external_ids`,
    /// `remove_external_ids` and `expected_version`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest) for what is not JSON, an unknown key or a value of
    /// the wrong type.
    pub fn from_json(json: &str) -> Result<Self> {
        let mut update = Self::default();
        for (key, value) in object(json)?.iter() {
            if !update.set_json(key, value)? {
                return Err(unknown(key).into());
            }
        }
        for typed in &mut update.draft.identifiers {
            typed.only_listed = false;
        }
        Ok(update)
    }

    fn set_json(&mut self, key: &str, value: &Json) -> Result<bool, Refused> {
        let texts = || parse::<Vec<String>>(key, value, "it must be a list of texts");
        let text = || parse::<String>(key, value, "it must be a text");
        match key {
            "expected_version" | "region" if value.is_null() => {}
            "expected_version" => {
                self.expected_version = Some(parse(key, value, "it must be a whole number")?);
            }
            "region" => {
                let name = text()?;
                let region = name.parse();
                self.region = Some(region.map_err(|reason| Refused::request(key, &name, reason))?);
            }
            "add_tags" => self.add_tags.extend(texts()?),
            "remove_tags" => self.remove_tags.extend(texts()?),
            "add_phones" | "add_emails" | "add_external_ids" => {
                let (kind, field) = kind_of(key);
                self.add.extend(typed(kind, field, value)?);
            }
            "remove_phones" | "remove_emails" | "remove_external_ids" => {
                let (kind, field) = kind_of(key);
                self.remove.extend(typed(kind, field, value)?);
            }
            "primary_phone" => self
                .primary
                .push(one(Kind::Phone, "primary_phone", text()?)),
            "primary_email" => self
                .primary
                .push(one(Kind::Email, "primary_email", text()?)),
            "phones" | "emails" | "external_ids" => {
                let known = self.draft.set_json(key, value)?;
                let (_, field) = kind_of(key);
                self.draft.null_identifiers.push(field);
                return Ok(known);
            }
            _ => return self.draft.set_json(key, value),
        }
        Ok(true)
    }
}

fn kind_of(key: &str) -> (Kind, &'static str) {
    match key {
        "phones" => (Kind::Phone, "phones"),
        "add_phones" => (Kind::Phone, "add_phones"),
        "remove_phones" => (Kind::Phone, "remove_phones"),
        "emails" => (Kind::Email, "emails"),
        "add_emails" => (Kind::Email, "add_emails"),
        "remove_emails" => (Kind::Email, "remove_emails"),
        "add_external_ids" => (Kind::ExternalId, "add_external_ids"),
        "remove_external_ids" => (Kind::ExternalId, "remove_external_ids"),
        _ => (Kind::ExternalId, "external_ids"),
    }
}

/// Identifiers in a list, in the forms that a request takes.
fn typed(kind: Kind, field: &'static str, value: &Json) -> Result<Vec<Typed>, Refused> {
    let mut draft = Draft::new();
    draft.set_identifiers(kind, field, true, value)?;
    Ok(draft.identifiers)
}

fn one(kind: Kind, field: &'static str, value: String) -> Typed {
    Typed {
        kind,
        field,
        source: None,
        value,
        region: None,
        only_listed: false,
    }
}

fn of_key(key: &Key, field: &'static str) -> Typed {
    Typed {
        source: key.source().map(str::to_owned),
        ..one(key.kind(), field, key.value().to_owned())
    }
}

/// An update whose identifiers are keys and whose fields are within the limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadUpdate {
    /// Every key that the contact may come to list, and the fields.
    pub(crate) request: ReadRequest,
    of_kind: [OfKind; 3],
    add_tags: Vec<String>,
    remove_tags: Vec<String>,
    expected_version: Option<u64>,
}

/// What is said of the identifiers of one kind, as keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct OfKind {
    all: Option<Vec<Key>>,
    /// What takes the place of the primary one.
    primary: Change<Key>,
    add: Vec<Key>,
    remove: Vec<Key>,
    first: Vec<Key>,
}

impl OfKind {
    /// A key that the contact is to list, by the name under which it was given.
    fn name(&mut self, field: &str, key: Key) {
        match (&mut self.all, field) {
            (Some(all), "phones" | "emails" | "external_ids") => all.push(key),
            (_, "phone" | "email") if self.primary.value().is_none() => {
                self.primary = Change::Set(key);
            }
            // One of several: the first takes the place, the others come behind it.
            _ => self.add.push(key),
        }
    }
}

fn of(of_kind: &mut [OfKind; 3], kind: Kind) -> &mut OfKind {
    let [phones, emails, external_ids] = of_kind;
    match kind {
        Kind::Phone => phones,
        Kind::Email => emails,
        Kind::ExternalId => external_ids,
    }
}

/// Reads an update.
pub(crate) fn read(update: &Update, default_region: Option<Region>) -> Result<ReadUpdate> {
    let region = update.region.or(default_region);
    let mut of_kind: [OfKind; 3] = Default::default();
    for (edits, kind) in of_kind.iter_mut().zip(Kind::ALL) {
        let (singular, plural) = match kind {
            Kind::Phone => ("phone", "phones"),
            Kind::Email => ("email", "emails"),
            Kind::ExternalId => ("external_id", "external_ids"),
        };
        let is_null = |field| update.draft.null_identifiers.contains(&field);
        edits.all = is_null(plural).then(Vec::new);
        if is_null(singular) {
            edits.primary = Change::Clear;
        }
    }
    let mut keys: Vec<Requested> = Vec::new();
    for typed in update.draft.identifiers.iter().chain(&update.add) {
        let requested = read_identifier(typed, region)?;
        of(&mut of_kind, typed.kind).name(typed.field, requested.key.clone());
        if !keys.iter().any(|other| other.key == requested.key) {
            keys.push(requested);
        }
    }
    keys.sort_by_key(|requested| requested.key.kind());
    for typed in &update.remove {
        let key = read_identifier(typed, region)?.key;
        of(&mut of_kind, typed.kind).remove.push(key);
    }
    for typed in &update.primary {
        let key = read_identifier(typed, region)?.key;
        of(&mut of_kind, typed.kind).first.push(key);
    }
    let tags = |field: &str, tags: &[String]| -> Result<Vec<String>, Refused> {
        let read = tags.iter().map(|tag| limits::line(field, tag, Limits::TAG));
        Ok(read
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect())
    };
    Ok(ReadUpdate {
        request: ReadRequest {
            keys,
            fields: update.draft.fields.read()?,
            ..ReadRequest::default()
        },
        of_kind,
        add_tags: tags("add_tags", &update.add_tags)?,
        remove_tags: tags("remove_tags", &update.remove_tags)?,
        expected_version: update.expected_version,
    })
}
