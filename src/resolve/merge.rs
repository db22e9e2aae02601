//! What a contact gains by absorbing another.

use crate::contact::difference::differing_fields;
use crate::contact::{Contact, FlagField, ListField, ObjectField, OrderedMap, TextField};
use crate::ident::Kind;

/// Merges `absorbed` into `survivor`, whose own values stay. Returns the fields that
/// the merge brought, as the ledger names them: `company`, `tags.lead`,
/// `metadata.channel`, …
///
/// The survivor gains the identifiers, each at the smaller of its two places in
/// line, and what it lacks of tags, followers, offers, products, custom fields and
/// metadata; fields that it has empty are filled, name and address as wholes.
/// Do-not-disturb goes to the stricter, as do bounced and unsubscribed email.
pub(crate) fn absorb(survivor: &mut Contact, absorbed: &Contact) -> Vec<String> {
    let behind = Kind::ALL.map(|kind| (kind, survivor.next_position(kind) - 1));
    for listing in &absorbed.identifiers {
        let present = survivor
            .identifiers
            .iter_mut()
            .find(|own| own.key == listing.key);
        match present {
            Some(own) => {
                own.place = own.place.min(listing.place);
                own.holds |= listing.holds;
            }
            None => {
                // As the store moves rows: all of a kind by as many places.
                let mut gained = listing.clone();
                let of_kind = behind.iter().find(|(kind, _)| *kind == listing.key.kind());
                gained.position += of_kind.map_or(0, |(_, behind)| *behind);
                survivor.list(gained);
            }
        }
    }
    let before = survivor.fields.clone();
    let (own, other) = (&mut survivor.fields, &absorbed.fields);
    if own.name.is_empty() && !other.name.is_empty() {
        own.name = other.name.clone();
    }
    if own.address.is_empty() && !other.address.is_empty() {
        own.address = other.address.clone();
    }
    for field in TextField::ALL {
        if let (None, Some(text)) = (own.text(field), other.text(field)) {
            *own.text_mut(field) = Some(text.to_owned());
        }
    }
    if let (None, Some(day)) = (own.date_of_birth, other.date_of_birth) {
        own.date_of_birth = Some(day);
    }
    for tag in &other.tags {
        if !own.has_tag(tag) {
            own.tags.push(tag.clone());
        }
    }
    for field in ListField::ALL {
        for item in other.list(field) {
            if !own.list(field).contains(item) {
                own.list_mut(field).push(item.clone());
            }
        }
    }
    for field in FlagField::ALL {
        // True is the careful answer: what somebody doesn't want is never forgotten.
        let either = own.flag(field).max(other.flag(field));
        *own.flag_mut(field) = either;
    }
    if own.last_session_activity_at.is_none() {
        own.last_session_activity_at = other.last_session_activity_at;
    }
    for field in ObjectField::ALL {
        if let (None, Some(object)) = (own.object(field), other.object(field)) {
            *own.object_mut(field) = Some(object.clone());
        }
    }
    gain(&mut own.custom_fields, &other.custom_fields);
    gain(&mut own.metadata, &other.metadata);
    own.do_not_disturb.join(&other.do_not_disturb);
    differing_fields(&before, own)
}

fn gain<V: Clone>(own: &mut OrderedMap<V>, other: &OrderedMap<V>) {
    for (name, value) in other.iter() {
        if own.get(name).is_none() {
            own.insert(name, value.clone());
        }
    }
}

/// Whether the two have different values for one external source, so that they can't
/// be one person.
pub(crate) fn differ_in_a_source(one: &Contact, other: &Contact) -> bool {
    one.external_ids().any(|listing| {
        let source = listing.key.source().unwrap_or_default();
        other
            .external_value(source)
            .is_some_and(|value| value != listing.key.value())
    })
}
