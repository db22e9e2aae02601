//! What a contact gains by absorbing another.

use super::survivorship::{MergeRules, Side, unite};
use crate::contact::Contact;
use crate::contact::entries::FieldName;
use crate::ident::Kind;

/// Merges `absorbed` into `survivor`. Returns the fields that the merge brought.
///
/// The survivor gains the identifiers, each at the smaller of its two places in line, and
/// the earlier of the two dates of creation; of the fields it gains what the rules say.
pub(crate) fn absorb(
    survivor: &mut Contact,
    absorbed: &Contact,
    rules: &MergeRules,
) -> Vec<FieldName> {
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
    survivor.created_at = survivor.created_at.min(absorbed.created_at);
    let (fields, brought) = unite(Side::of(survivor), Side::of(absorbed), rules);
    survivor.fields = fields;
    brought
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
