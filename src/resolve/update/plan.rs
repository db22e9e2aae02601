//! What an update of a contact will write.

use std::borrow::Cow;

use super::{OfKind, ReadUpdate};
use crate::contact::custom_field::NewDefinition;
use crate::contact::entries::FieldName;
use crate::contact::patch::ReadFields;
use crate::contact::refused::Refused;
use crate::contact::{
    Address, Change, Conflict, Contact, ContactId, CustomField, Fields, InboundStatus, Listing,
    Name, OrderedMap, Status,
};
use crate::error::{Error, Result};
use crate::ident::{Key, Kind};
use crate::resolve::asked::strength;
use crate::resolve::fill;
use crate::resolve::outcome::Outcome;
use crate::resolve::plan::{Rules, Situation, within_limits};

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
    /// What it says again of not disturbing somebody: if a merge brought that, it is the
    /// contact's own from now on, and no undo takes it away.
    pub(crate) affirmed: Vec<FieldName>,
    /// The custom fields that the values define.
    pub(crate) defines: Vec<NewDefinition>,
    /// Whether the contact itself is written, and not just the review queue.
    pub(crate) touched: bool,
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
        return Err(Error::NotFound(ContactId::NONE));
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
                let field = match kind {
                    Kind::Phone => "phones",
                    Kind::Email => "emails",
                    Kind::ExternalId => "external_ids",
                };
                return Err(Refused::request(field, "", reason).into());
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
    let said = &update.request.fields;
    let affirmed = affirmed(said, &before.fields, &contact.fields);
    let mut defines = situation
        .custom_fields
        .check(&news_of(said, &before.fields))?;
    defines.retain(|new| new.is_edited(&edited));
    let is_reordered = before.fields != contact.fields;

    let named = || update.request.keys.iter().map(|requested| &requested.key);
    let held_before = |key: &&Key| before.holds(key);
    let newly = |key: &&Key| before.listing(key).is_none() && contact.listing(key).is_some();
    let touched = contact.identifiers != before.identifiers || is_reordered;
    let (conflicts, review) = conflicts(update, situation, &contact);
    let mut matched_on: Vec<Key> = named().filter(held_before).cloned().collect();
    matched_on.sort_by_key(|key| strength(key.kind(), rules));
    let outcome = Outcome {
        created: false,
        matched_on,
        attached: named()
            .filter(|key| contact.holds(key) && !before.holds(key))
            .cloned()
            .collect(),
        listed: named()
            .filter(|key| newly(key) && !contact.holds(key))
            .cloned()
            .collect(),
        conflicts,
        merged: Vec::new(),
        merges: Vec::new(),
        rejected: Vec::new(),
        ignored: Vec::new(),
        changed: touched || !review.is_empty(),
        contact,
    };
    Ok(UpdatePlan {
        before: before.clone(),
        dropped: plan.dropped,
        listings: plan.listings,
        positions: plan.positions,
        affirmed,
        edited,
        defines,
        touched,
        review,
        outcome,
    })
}

/// What an update says of custom fields that the contact does not have so already: who reads a
/// contact and writes it back is not refused for a definition that was changed meanwhile.
fn news_of(said: &ReadFields, own: &Fields) -> Change<OrderedMap<Change<CustomField>>> {
    let Change::Set(values) = &said.custom_fields else {
        return said.custom_fields.clone();
    };
    let is_news = |name: &str, change: &Change<CustomField>| {
        change.value().is_none() || change.value() != own.custom_fields.get(name)
    };
    let news = values.iter().filter(|(name, change)| is_news(name, change));
    Change::Set(news.map(|(name, change)| (name, change.clone())).collect())
}

/// The keys of the update that the contact lists and others hold, and with whom of them it
/// goes on the review queue.
fn conflicts(
    update: &ReadUpdate,
    situation: &Situation,
    contact: &Contact,
) -> (Vec<Conflict>, Vec<usize>) {
    let (mut conflicts, mut review) = (Vec::new(), Vec::new());
    for (requested, standing) in update.request.keys.iter().zip(&situation.keys) {
        let (Some(index), Some(meant)) = (standing.holder, situation.meant) else {
            continue;
        };
        let Some(holder) = situation.holders.get(index) else {
            continue;
        };
        if index == meant || contact.listing(&requested.key).is_none() {
            continue;
        }
        conflicts.push(Conflict {
            key: requested.key.clone(),
            holder: holder.id,
        });
        let decided =
            situation.distinct.contains(meant, index) || situation.reviewed.contains(meant, index);
        if !decided && !review.contains(&index) {
            review.push(index);
        }
    }
    (conflicts, review)
}

impl UpdatePlan {
    /// Says whether a merge had brought what is said again, so that this changes something.
    pub(crate) fn affirm(&mut self, was_brought: bool) {
        if was_brought {
            self.edited.extend(self.affirmed.iter().cloned());
            self.touched = true;
            self.outcome.changed = true;
        } else {
            self.affirmed.clear();
        }
    }
}

/// The opt-outs that an update names and that are there already.
fn affirmed(said: &ReadFields, before: &Fields, after: &Fields) -> Vec<FieldName> {
    let mut named = Vec::new();
    if let Change::Set(patch) = &said.do_not_disturb {
        if patch.all.value() == Some(&true) {
            named.push(FieldName::DoNotDisturbAll);
        }
        let inbound = patch.inbound.value();
        if inbound.is_some_and(|setting| setting.status > InboundStatus::Inactive) {
            named.push(FieldName::Inbound);
        }
        for (channel, change) in &patch.channels {
            let setting = change.value();
            if setting.is_some_and(|setting| setting.status > Status::Inactive) {
                named.push(FieldName::Channel(*channel));
            }
        }
    }
    let flags = said.flags.iter();
    let set = flags.filter(|(_, change)| change.value() == Some(&true));
    named.extend(set.map(|(field, _)| FieldName::Flag(*field)));
    named.retain(|name| before.entry(name) == after.entry(name));
    named
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
            let field = match key.kind() {
                Kind::Email => "primary_email",
                _ => "primary_phone",
            };
            return Err(Refused::identifier(field, key.value(), reason));
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
        let taken_by = other.filter(|_| is_external);
        if let Some(holder) = taken_by.and_then(|index| situation.holders.get(index)) {
            self.taken.push(Conflict {
                key: key.clone(),
                holder: holder.id,
            });
            return Ok(None);
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
    let mut edited = name.clone();
    edit_parts(&mut edited, said);
    // Who names what is printed already changes nothing of it.
    if !edited.shows_as(name) {
        *name = edited;
    }
}

fn edit_parts(name: &mut Name, said: &ReadFields) {
    let (full, given, family) = (&said.name.full, &said.name.given, &said.name.family);
    if full.is_named() {
        // The parts that are not named are those of the new whole.
        *name = Name {
            full: full.value().cloned(),
            given: given.value().cloned(),
            family: family.value().cloned(),
        };
    } else if given.is_named() || family.is_named() {
        let part = |change: &Change<String>, own: Option<Cow<'_, str>>| match change {
            Change::Keep => own.map(Cow::into_owned),
            Change::Clear => None,
            Change::Set(value) => Some(value.clone()),
        };
        // The whole that was typed is that of other parts.
        *name = Name {
            given: part(given, name.display_given()),
            family: part(family, name.display_family()),
            full: None,
        };
    }
}

fn edit_address(address: &mut Address, said: &ReadFields) {
    let before = address.clone();
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
    address.keep_country_of(&before);
}
