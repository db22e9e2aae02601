//! What a contact gains by absorbing another.

use crate::contact::{Contact, OrderedMap, TextField};

/// Merges `absorbed` into `survivor`, whose own values stay. Returns the fields that
/// the merge brought, as the ledger names them: `company`, `tags.lead`,
/// `metadata.channel`, …
///
/// The survivor gains the identifiers, each at the smaller of its two places in
/// line, and what it lacks of tags, custom fields and metadata; fields that it has
/// empty are filled, name and address as wholes. Do-not-disturb goes to the stricter.
pub(crate) fn absorb(survivor: &mut Contact, absorbed: &Contact) -> Vec<String> {
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
            None => survivor.list(listing.clone()),
        }
    }
    let (own, other) = (&mut survivor.fields, &absorbed.fields);
    let mut brought = Vec::new();
    if own.name.is_empty() && !other.name.is_empty() {
        own.name = other.name.clone();
        brought.push("name".to_owned());
    }
    if own.address.is_empty() && !other.address.is_empty() {
        own.address = other.address.clone();
        brought.push("address".to_owned());
    }
    for field in TextField::ALL {
        if let (None, Some(text)) = (own.text(field), other.text(field)) {
            *own.text_mut(field) = Some(text.to_owned());
            brought.push(field.as_str().to_owned());
        }
    }
    if let (None, Some(day)) = (own.date_of_birth, other.date_of_birth) {
        own.date_of_birth = Some(day);
        brought.push("date_of_birth".to_owned());
    }
    for tag in &other.tags {
        if !own.has_tag(tag) {
            own.tags.push(tag.clone());
            brought.push(format!("tags.{tag}"));
        }
    }
    gain(
        &mut own.custom_fields,
        &other.custom_fields,
        "custom_fields",
        &mut brought,
    );
    gain(&mut own.metadata, &other.metadata, "metadata", &mut brought);
    let before = own.do_not_disturb.clone();
    own.do_not_disturb.join(&other.do_not_disturb);
    if own.do_not_disturb != before {
        brought.push("do_not_disturb".to_owned());
    }
    brought
}

fn gain<V: Clone>(
    own: &mut OrderedMap<V>,
    other: &OrderedMap<V>,
    field: &str,
    brought: &mut Vec<String>,
) {
    for (name, value) in other.iter() {
        if own.get(name).is_none() {
            own.insert(name, value.clone());
            brought.push(format!("{field}.{name}"));
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
