//! Changing a contact that is known by its id.

use std::fmt;

use super::fill;
use super::outcome::Outcome;
use super::plan::{Rules, Situation, within_limits};
use super::request::{ReadRequest, Requested, object, read_identifier};
use crate::contact::draft::{Typed, parse, unknown};
use crate::contact::entries::FieldName;
use crate::contact::limits::{self, Limits};
use crate::contact::patch::ReadFields;
use crate::contact::refused::Refused;
use crate::contact::{
    Address, Change, Conflict, Contact, Draft, Fields, FieldsPatch, Json, Listing, Name,
};
use crate::error::{Error, Result};
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
    /// [`Error::InvalidRequest`] for what is not JSON, an unknown key or a value of
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
    let mut read_all = |all: &[Typed], mut set: Box<dyn FnMut(&mut OfKind, &Typed, Key) + '_>| {
        for typed in all {
            let read = read_identifier(typed, region)?;
            if let Some((edits, _)) = of_kind
                .iter_mut()
                .zip(Kind::ALL)
                .find(|(_, kind)| *kind == typed.kind)
            {
                set(edits, typed, read.key.clone());
            }
            if !keys.iter().any(|other| other.key == read.key) {
                keys.push(read);
            }
        }
        Ok::<(), Error>(())
    };
    read_all(
        &update.draft.identifiers,
        Box::new(|edits, typed, key| match (&mut edits.all, typed.field) {
            (Some(all), "phones" | "emails" | "external_ids") => all.push(key),
            // Several of them: the first takes the place, the others come behind.
            (_, _) if typed.kind == Kind::ExternalId => edits.add.push(key),
            (_, _) if edits.primary.value().is_none() => edits.primary = Change::Set(key),
            (_, _) => edits.add.push(key),
        }),
    )?;
    read_all(&update.add, Box::new(|edits, _, key| edits.add.push(key)))?;
    let wanted = keys.len();
    let mut keys_only = |all: &[Typed], which: fn(&mut OfKind) -> &mut Vec<Key>| {
        for typed in all {
            let key = read_identifier(typed, region)?.key;
            let found = of_kind.iter_mut().zip(Kind::ALL);
            for (edits, _) in found.filter(|(_, kind)| *kind == key.kind()) {
                which(edits).push(key.clone());
            }
        }
        Ok::<(), Error>(())
    };
    keys_only(&update.remove, |edits| &mut edits.remove)?;
    keys_only(&update.primary, |edits| &mut edits.first)?;
    keys.truncate(wanted);
    keys.sort_by_key(|requested| requested.key.kind());
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

/// What an update will write.
#[derive(Clone, Debug)]
pub(crate) struct UpdatePlan {
    pub(crate) before: Contact,
    /// The keys that the contact no longer lists.
    pub(crate) dropped: Vec<Key>,
    pub(crate) listings: Vec<Listing>,
    /// Where in the contact's own order a key comes to stand.
    pub(crate) positions: Vec<(Key, i64)>,
    pub(crate) edited: Vec<FieldName>,
    /// Other holders, by their place among them, with whom the contact goes on the queue.
    pub(crate) review: Vec<usize>,
    /// The answer, but for version and time.
    pub(crate) outcome: Outcome,
}

/// Plans an update of the contact that is meant.
///
/// # Errors
///
/// [`Error::VersionMismatch`], [`Error::AlreadyExists`] for an external id of somebody else,
/// and what breaks a limit.
pub(crate) fn plan(
    update: &ReadUpdate,
    situation: &Situation,
    rules: &Rules,
) -> Result<UpdatePlan> {
    let meant = situation
        .meant
        .and_then(|meant| situation.holders.get(meant));
    let Some(before) = meant else {
        return Err(Error::NotFound(crate::contact::ContactId::NONE));
    };
    if let Some(expected) = update.expected_version
        && expected != before.version
    {
        let found = before.version;
        return Err(Error::VersionMismatch { expected, found });
    }
    let mut contact = before.clone();
    let mut plan = Identifiers::default();
    for (edits, kind) in update.of_kind.iter().zip(Kind::ALL) {
        let current: Vec<Key> = before.of_kind(kind).map(|own| own.key.clone()).collect();
        let wanted = wanted(edits, &current)?;
        if wanted != current {
            let most = rules.most_of_a_kind;
            if wanted.len() > most && wanted.len() > current.len() {
                let reason = format!("the contact would list more than {most} of a kind");
                return Err(Refused::request(kind.as_str(), "", reason).into());
            }
            plan.list(&mut contact, kind, &wanted, update, situation)?;
        }
    }
    if !plan.taken.is_empty() {
        return Err(Error::AlreadyExists {
            holders: plan.taken,
        });
    }

    edit(&mut contact.fields, update);
    within_limits(&before.fields, &contact.fields)?;
    let edited = before.fields.differing(&contact.fields);
    let is_reordered = before.fields != contact.fields;

    let named = || update.request.keys.iter().map(|requested| &requested.key);
    let held_before = |key: &&Key| before.holds(key);
    let newly = |key: &&Key| before.listing(key).is_none() && contact.listing(key).is_some();
    let touched = contact.identifiers != before.identifiers || is_reordered;
    let outcome = Outcome {
        created: false,
        matched_on: named().filter(held_before).cloned().collect(),
        attached: named()
            .filter(|key| contact.holds(key) && !before.holds(key))
            .cloned()
            .collect(),
        listed: named()
            .filter(|key| newly(key) && !contact.holds(key))
            .cloned()
            .collect(),
        conflicts: plan.conflicts,
        merged: Vec::new(),
        merges: Vec::new(),
        rejected: Vec::new(),
        ignored: Vec::new(),
        changed: touched,
        contact,
    };
    Ok(UpdatePlan {
        before: before.clone(),
        dropped: plan.dropped,
        listings: plan.listings,
        positions: plan.positions,
        edited,
        review: plan.review,
        outcome,
    })
}

/// The keys of a kind that the contact is to list, in its order.
fn wanted(edits: &OfKind, current: &[Key]) -> Result<Vec<Key>, Refused> {
    let mut wanted: Vec<Key> = match (&edits.all, &edits.primary) {
        (Some(all), Change::Set(first)) => {
            let others = all.iter().filter(|key| *key != first);
            std::iter::once(first).chain(others).cloned().collect()
        }
        (Some(all), _) => all.clone(),
        (None, Change::Set(first)) => {
            let others = current.iter().skip(1).filter(|key| *key != first);
            std::iter::once(first).chain(others).cloned().collect()
        }
        (None, Change::Clear) => match current.first().map(Key::kind) {
            // The id of the source that none was named for.
            Some(Kind::ExternalId) => {
                let named = |key: &&Key| key.source() != Some("default");
                current.iter().filter(named).cloned().collect()
            }
            _ => current.iter().skip(1).cloned().collect(),
        },
        (None, Change::Keep) => current.to_vec(),
    };
    for key in &edits.add {
        let of_source = |other: &Key| key.source().is_some() && other.source() == key.source();
        let is_there = wanted.contains(key);
        match wanted.iter_mut().find(|other| of_source(other)) {
            Some(other) => *other = key.clone(),
            None if is_there => {}
            None => wanted.push(key.clone()),
        }
    }
    wanted.retain(|key| !edits.remove.contains(key));
    for key in &edits.first {
        let Some(at) = wanted.iter().position(|other| other == key) else {
            let reason = "the contact does not list it; add it first";
            return Err(Refused::identifier("primary", key.value(), reason));
        };
        let first = wanted.remove(at);
        wanted.insert(0, first);
    }
    let mut once = Vec::new();
    for key in wanted {
        let other_value = |other: &Key| key.source().is_some() && other.source() == key.source();
        if once.contains(&key) {
            continue;
        }
        if once.iter().any(other_value) {
            let reason = "the source has two values; a contact has one";
            return Err(Refused::identifier("external_ids", key.value(), reason));
        }
        once.push(key);
    }
    Ok(once)
}

/// What an update does to the identifiers.
#[derive(Default)]
struct Identifiers {
    dropped: Vec<Key>,
    listings: Vec<Listing>,
    positions: Vec<(Key, i64)>,
    conflicts: Vec<Conflict>,
    review: Vec<usize>,
    /// External ids that others have.
    taken: Vec<Conflict>,
}

impl Identifiers {
    fn list(
        &mut self,
        contact: &mut Contact,
        kind: Kind,
        wanted: &[Key],
        update: &ReadUpdate,
        situation: &Situation,
    ) -> Result<()> {
        let mut own: Vec<Listing> = contact.of_kind(kind).cloned().collect();
        contact
            .identifiers
            .retain(|listing| listing.key.kind() != kind);
        for (index, key) in wanted.iter().enumerate() {
            let position = i64::try_from(index).unwrap_or(i64::MAX).saturating_add(1);
            let listing = match own.iter().position(|listing| listing.key == *key) {
                Some(at) => {
                    let mut kept = own.remove(at);
                    if kept.position != position {
                        kept.position = position;
                        self.positions.push((key.clone(), position));
                    }
                    kept
                }
                None => match self.new_listing(key, position, update, situation)? {
                    Some(listing) => {
                        self.listings.push(listing.clone());
                        listing
                    }
                    None => continue,
                },
            };
            contact.list(listing);
        }
        self.dropped
            .extend(own.into_iter().map(|listing| listing.key));
        Ok(())
    }

    fn new_listing(
        &mut self,
        key: &Key,
        position: i64,
        update: &ReadUpdate,
        situation: &Situation,
    ) -> Result<Option<Listing>> {
        let asked = update.request.keys.iter().zip(&situation.keys);
        let Some((requested, standing)) = asked
            .into_iter()
            .find(|(requested, _)| requested.key == *key)
        else {
            return Ok(None);
        };
        let is_external = key.kind() == Kind::ExternalId;
        if standing.blocked && is_external {
            let reason = "it is blocked in this scope";
            return Err(Refused::identifier(requested.field, &requested.raw, reason).into());
        }
        let other = standing
            .holder
            .filter(|holder| Some(*holder) != situation.meant && !standing.blocked);
        if let Some((index, holder)) = other.and_then(|index| {
            let holder = situation.holders.get(index)?;
            Some((index, holder))
        }) {
            let conflict = Conflict {
                key: key.clone(),
                holder: holder.id,
            };
            if is_external {
                self.taken.push(conflict);
                return Ok(None);
            }
            self.conflicts.push(conflict);
            let meant = situation.meant.unwrap_or(index);
            let decided = situation.distinct.contains(meant, index)
                || situation.reviewed.contains(meant, index);
            if !decided && !self.review.contains(&index) {
                self.review.push(index);
            }
        }
        Ok(Some(Listing {
            key: key.clone(),
            raw: requested.raw.clone(),
            region: requested.region,
            verified: requested.verified,
            holds: !standing.blocked && other.is_none(),
            blocked: standing.blocked,
            place: i64::MAX,
            position,
        }))
    }
}

/// The fields that an update names take the place of what is there, of name and address
/// part by part.
fn edit(fields: &mut Fields, update: &ReadUpdate) {
    let said = &update.request.fields;
    edit_name(&mut fields.name, said);
    edit_address(&mut fields.address, said);
    let others = ReadFields {
        name: Default::default(),
        address: Change::Keep,
        ..said.clone()
    };
    fill::replace(fields, &others);
    for tag in &update.add_tags {
        if !fields.has_tag(tag) {
            fields.tags.push(tag.clone());
        }
    }
    for tag in &update.remove_tags {
        let folded = tag.to_lowercase();
        fields.tags.retain(|own| own.to_lowercase() != folded);
    }
}

fn edit_name(name: &mut Name, said: &ReadFields) {
    let (full, given, family) = (&said.name.full, &said.name.given, &said.name.family);
    if full.is_named() {
        // The parts that are not named are those of the new whole.
        *name = Name {
            full: full.value().cloned(),
            given: given.value().cloned(),
            family: family.value().cloned(),
        };
    } else if given.is_named() || family.is_named() {
        let part = |change: &Change<String>, own: Option<String>| match change {
            Change::Keep => own,
            Change::Clear => None,
            Change::Set(value) => Some(value.clone()),
        };
        // The whole that was typed is that of other parts.
        *name = Name {
            given: part(given, name.given.clone()),
            family: part(family, name.family.clone()),
            full: None,
        };
    }
}

fn edit_address(address: &mut Address, said: &ReadFields) {
    match &said.address {
        Change::Keep => {}
        Change::Clear => *address = Address::default(),
        Change::Set(patch) => {
            let own = [
                &mut address.line1,
                &mut address.city,
                &mut address.state,
                &mut address.postal_code,
                &mut address.country,
            ];
            for ((_, change), own) in patch.parts().into_iter().zip(own) {
                match change {
                    Change::Keep => {}
                    Change::Clear => *own = None,
                    Change::Set(value) => *own = Some(value.clone()),
                }
            }
        }
    }
}
