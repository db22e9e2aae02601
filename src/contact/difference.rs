//! What changed between two versions of a contact, field by field, with what was
//! there before: the entry of the change log.

mod logged;

use serde::Serialize;

use logged::{Logged, LoggedAddress, LoggedName};

use super::fields::Fields;
use super::json::{Json, OrderedMap};
use super::kinds::{FlagField, ListField, ObjectField, TextField};
use super::record::Contact;
use crate::ident::Kind;

#[derive(Serialize)]
struct BeforeAfter<'a, T: ?Sized> {
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a T>,
}

#[derive(Serialize)]
struct ListDifference<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    added: Vec<Logged<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed: Vec<Logged<'a>>,
    /// What stayed in the list and is not what it was, as it was and as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed: Vec<Changed<'a>>,
    /// The keys, unless those that stayed stand as they stood and the new ones behind them.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<BeforeAfter<'a, Vec<&'a str>>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    before: Logged<'a>,
    after: Logged<'a>,
}

/// The differences, under the names that the fields have in JSON; empty if the
/// two say the same. Without a `before` everything in `after` is new.
pub(crate) fn difference(before: Option<&Contact>, after: &Contact) -> OrderedMap<Json> {
    let blank = Contact::blank(after.scope.clone());
    let before = before.unwrap_or(&blank);
    let (was, is) = (&before.fields, &after.fields);
    let mut all = OrderedMap::new();

    if was.name != is.name {
        one(
            &mut all,
            "name",
            LoggedName::of(&was.name).as_ref(),
            LoggedName::of(&is.name).as_ref(),
        );
    }
    for (kind, name) in [
        (Kind::Phone, "phones"),
        (Kind::Email, "emails"),
        (Kind::ExternalId, "external_ids"),
    ] {
        identifiers(&mut all, name, before, after, kind);
    }
    if was.address != is.address {
        one(
            &mut all,
            "address",
            LoggedAddress::of(&was.address).as_ref(),
            LoggedAddress::of(&is.address).as_ref(),
        );
    }
    for field in TextField::ALL {
        if was.text(field) != is.text(field) {
            one(&mut all, field.as_str(), was.text(field), is.text(field));
        }
    }
    if was.date_of_birth != is.date_of_birth {
        one(
            &mut all,
            "date_of_birth",
            was.date_of_birth.as_ref(),
            is.date_of_birth.as_ref(),
        );
    }
    if was.tags != is.tags {
        one(&mut all, "tags", some(&was.tags), some(&is.tags));
    }
    for field in ListField::ALL {
        let (was, is) = (was.list(field), is.list(field));
        if was != is {
            one(&mut all, field.as_str(), some(was), some(is));
        }
    }
    for field in FlagField::ALL {
        let (was, is) = (was.flag(field), is.flag(field));
        if was != is {
            one(&mut all, field.as_str(), was.as_ref(), is.as_ref());
        }
    }
    if was.last_session_activity_at != is.last_session_activity_at {
        one(
            &mut all,
            "last_session_activity_at",
            was.last_session_activity_at.as_ref(),
            is.last_session_activity_at.as_ref(),
        );
    }
    for field in ObjectField::ALL {
        let (was, is) = (was.object(field), is.object(field));
        if was != is {
            one(&mut all, field.as_str(), was, is);
        }
    }
    entries(
        &mut all,
        "custom_fields",
        &was.custom_fields,
        &is.custom_fields,
    );
    entries(&mut all, "metadata", &was.metadata, &is.metadata);
    if was.do_not_disturb != is.do_not_disturb {
        let said = |fields: &Fields| !fields.do_not_disturb.is_unset();
        one(
            &mut all,
            "do_not_disturb",
            said(was).then_some(&was.do_not_disturb),
            said(is).then_some(&is.do_not_disturb),
        );
    }
    if before.created_at != after.created_at && before.row != 0 {
        one(
            &mut all,
            "created_at",
            Some(&before.created_at),
            Some(&after.created_at),
        );
    }
    if before.deleted != after.deleted {
        one(
            &mut all,
            "deleted",
            Some(&before.deleted),
            Some(&after.deleted),
        );
    }
    all
}

/// A list, unless there is nothing in it.
fn some(list: &[String]) -> Option<&[String]> {
    (!list.is_empty()).then_some(list)
}

pub(super) fn one<T: Serialize + ?Sized>(
    all: &mut OrderedMap<Json>,
    name: &str,
    before: Option<&T>,
    after: Option<&T>,
) {
    all.insert(name, Json::of(&BeforeAfter { before, after }));
}

fn identifiers(
    all: &mut OrderedMap<Json>,
    name: &str,
    before: &Contact,
    after: &Contact,
    kind: Kind,
) {
    let (was, is) = (keys(before, kind), keys(after, kind));
    let stayed = was.iter().filter(|key| is.contains(key));
    let new = is.iter().filter(|key| !was.contains(key));
    let order = (!stayed.chain(new).eq(&is)).then_some(BeforeAfter {
        before: Some(&was),
        after: Some(&is),
    });
    let list = ListDifference {
        order,
        added: after
            .of_kind(kind)
            .filter(|listing| before.listing(&listing.key).is_none())
            .map(Logged)
            .collect(),
        removed: before
            .of_kind(kind)
            .filter(|listing| after.listing(&listing.key).is_none())
            .map(Logged)
            .collect(),
        changed: before
            .of_kind(kind)
            .filter_map(|was| {
                let is = after.listing(&was.key)?;
                let same = (was.holds, was.blocked, was.verified, &was.raw)
                    == (is.holds, is.blocked, is.verified, &is.raw);
                (!same).then_some(Changed {
                    before: Logged(was),
                    after: Logged(is),
                })
            })
            .collect(),
    };
    let lists = [
        list.added.is_empty(),
        list.removed.is_empty(),
        list.changed.is_empty(),
    ];
    if lists.contains(&false) || list.order.is_some() {
        all.insert(name, Json::of(&list));
    }
}

fn keys(contact: &Contact, kind: Kind) -> Vec<&str> {
    let listings = contact.of_kind(kind);
    listings.map(|listing| listing.key.as_str()).collect()
}

pub(super) fn entries<V: Serialize + PartialEq>(
    all: &mut OrderedMap<Json>,
    name: &str,
    before: &OrderedMap<V>,
    after: &OrderedMap<V>,
) {
    let mut changed = OrderedMap::new();
    for (entry, was) in before.iter() {
        let is = after.get(entry);
        if is != Some(was) {
            one(&mut changed, entry, Some(was), is);
        }
    }
    for (entry, is) in after.iter() {
        if before.get(entry).is_none() {
            one(&mut changed, entry, None, Some(is));
        }
    }
    if !changed.is_empty() {
        all.insert(name, Json::of(&changed));
    }
}
