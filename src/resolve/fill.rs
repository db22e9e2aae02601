//! How the fields of a request meet those of the contact: step 8 of the rules.

use super::outcome::Ignored;
use crate::contact::patch::ReadFields;
use crate::contact::{
    Address, AddressPatch, Change, CustomField, DoNotDisturbPatch, Fields, Json, Name, NamePatch,
    OrderedMap,
};

/// Fills what is empty; what the contact has differently is ignored, and said.
pub(super) fn fill(fields: &mut Fields, said: &ReadFields) -> Vec<Ignored> {
    let mut ignored = Vec::new();
    let mut ignore = |field: &str, value: Json| {
        ignored.push(Ignored {
            field: field.to_owned(),
            value,
        });
    };

    let name = name_of(&said.name);
    if fields.name.is_empty() {
        fields.name = name;
    } else if !name.is_empty() {
        // What the contact's name says without being told is nothing new either.
        let own = &fields.name;
        let whole = own.display();
        let (given, family) = (own.display_given(), own.display_family());
        let own = [whole.as_deref(), given.as_deref(), family.as_deref()];
        for ((part, change), own) in said.name.parts().into_iter().zip(own) {
            if let Some(value) = change.value().filter(|value| Some(value.as_str()) != own) {
                ignore(part, Json::of(value));
            }
        }
    }
    if let Change::Set(patch) = &said.address {
        let address = address_of(patch);
        if fields.address.is_empty() {
            fields.address = address;
        } else if !address.is_empty() && address != fields.address {
            ignore("address", Json::of(&address));
        }
    }
    for (field, change) in &said.texts {
        fill_one(fields.text_mut(*field), change, |text| {
            ignore(field.as_str(), Json::of(text));
        });
    }
    fill_one(&mut fields.date_of_birth, &said.date_of_birth, |day| {
        ignore("date_of_birth", Json::of(day));
    });
    if let Change::Set(tags) = &said.tags {
        if fields.tags.is_empty() {
            fields.tags.clone_from(tags);
        } else {
            let lacking: Vec<_> = tags.iter().filter(|tag| !fields.has_tag(tag)).collect();
            if !lacking.is_empty() {
                ignore("tags", Json::of(&lacking));
            }
        }
    }
    for (field, change) in &said.lists {
        if let Change::Set(list) = change {
            let own = fields.list_mut(*field);
            if own.is_empty() {
                own.clone_from(list);
            } else {
                let lacking: Vec<_> = list.iter().filter(|item| !own.contains(item)).collect();
                if !lacking.is_empty() {
                    ignore(field.as_str(), Json::of(&lacking));
                }
            }
        }
    }
    for (field, change) in &said.flags {
        fill_one(fields.flag_mut(*field), change, |value| {
            ignore(field.as_str(), Json::of(value));
        });
    }
    fill_one(
        &mut fields.last_session_activity_at,
        &said.last_session_activity_at,
        |moment| ignore("last_session_activity_at", Json::of(moment)),
    );
    for (field, change) in &said.objects {
        fill_one(fields.object_mut(*field), change, |object| {
            ignore(field.as_str(), object.clone());
        });
    }
    fill_entries(
        &mut fields.custom_fields,
        &said.custom_fields,
        |name, value: &CustomField| {
            ignore(&format!("custom_fields.{name}"), Json::of(value));
        },
    );
    fill_entries(&mut fields.metadata, &said.metadata, |name, value| {
        ignore(&format!("metadata.{name}"), value.clone());
    });
    if let Change::Set(patch) = &said.do_not_disturb {
        let own = &mut fields.do_not_disturb;
        // False is what "never said" looks like, so true fills it.
        match patch.all.value() {
            Some(true) => own.all = true,
            Some(false) if own.all => ignore("do_not_disturb.all", Json::from(false)),
            Some(false) | None => {}
        }
        for (channel, change) in &patch.channels {
            if let Change::Set(setting) = change {
                match own.channels.get(channel) {
                    None => {
                        own.channels.insert(*channel, setting.clone());
                    }
                    Some(present) if present != setting => {
                        let field = format!("do_not_disturb.channels.{}", channel.as_str());
                        ignore(&field, Json::of(setting));
                    }
                    Some(_) => {}
                }
            }
        }
        fill_one(&mut own.inbound, &patch.inbound, |setting| {
            ignore("do_not_disturb.inbound", Json::of(setting));
        });
    }
    ignored
}

/// Fills a field that is one value.
fn fill_one<T: Clone + PartialEq>(own: &mut Option<T>, said: &Change<T>, ignore: impl FnOnce(&T)) {
    if let Change::Set(value) = said {
        match own {
            None => *own = Some(value.clone()),
            Some(own) if own != value => ignore(value),
            Some(_) => {}
        }
    }
}

fn fill_entries<V: Clone + PartialEq>(
    own: &mut OrderedMap<V>,
    said: &Change<OrderedMap<Change<V>>>,
    mut ignore: impl FnMut(&str, &V),
) {
    let Change::Set(entries) = said else { return };
    for (name, change) in entries.iter() {
        if let Change::Set(value) = change {
            match own.get(name) {
                None => {
                    own.insert(name, value.clone());
                }
                Some(present) if present != value => ignore(name, value),
                Some(_) => {}
            }
        }
    }
}

/// Lets what is named replace what is there; what is not named stays.
pub(super) fn replace(fields: &mut Fields, said: &ReadFields) {
    // A name with any part of its own takes the place of the whole: a part kept from
    // before would mix two names. Nulls alone clear just their parts. What was printed and
    // comes back is the name that is there, and what was worked out of it stays so.
    let name = name_of(&said.name);
    if name.is_empty() {
        let own = &mut fields.name;
        let parts = [&mut own.full, &mut own.given, &mut own.family];
        clear_named(said.name.parts().into_iter().zip(parts));
    } else if !name.shows_as(&fields.name) {
        fields.name = name;
    }
    match &said.address {
        Change::Keep => {}
        Change::Clear => fields.address = Address::default(),
        Change::Set(patch) => {
            let address = address_of(patch);
            if address.is_empty() {
                let own = &mut fields.address;
                let parts = [
                    &mut own.line1,
                    &mut own.city,
                    &mut own.state,
                    &mut own.postal_code,
                    &mut own.country,
                ];
                clear_named(patch.parts().into_iter().zip(parts));
            } else {
                let before = std::mem::replace(&mut fields.address, address);
                fields.address.keep_country_of(&before);
            }
        }
    }
    for (field, change) in &said.texts {
        set(fields.text_mut(*field), change);
    }
    set(&mut fields.date_of_birth, &said.date_of_birth);
    set_list(&mut fields.tags, &said.tags);
    for (field, change) in &said.lists {
        set_list(fields.list_mut(*field), change);
    }
    for (field, change) in &said.flags {
        set(fields.flag_mut(*field), change);
    }
    set(
        &mut fields.last_session_activity_at,
        &said.last_session_activity_at,
    );
    for (field, change) in &said.objects {
        set(fields.object_mut(*field), change);
    }
    replace_entries(&mut fields.custom_fields, &said.custom_fields);
    replace_entries(&mut fields.metadata, &said.metadata);
    match &said.do_not_disturb {
        Change::Keep => {}
        Change::Clear => fields.do_not_disturb = Default::default(),
        Change::Set(patch) => replace_do_not_disturb(fields, patch),
    }
}

fn replace_do_not_disturb(fields: &mut Fields, patch: &DoNotDisturbPatch) {
    let own = &mut fields.do_not_disturb;
    match patch.all {
        Change::Keep => {}
        Change::Clear => own.all = false,
        Change::Set(all) => own.all = all,
    }
    for (channel, change) in &patch.channels {
        match change {
            Change::Keep => {}
            Change::Clear => {
                own.channels.remove(channel);
            }
            Change::Set(setting) => {
                own.channels.insert(*channel, setting.clone());
            }
        }
    }
    set(&mut own.inbound, &patch.inbound);
}

fn set_list(own: &mut Vec<String>, change: &Change<Vec<String>>) {
    match change {
        Change::Keep => {}
        Change::Clear => own.clear(),
        Change::Set(list) => own.clone_from(list),
    }
}

fn replace_entries<V: Clone>(own: &mut OrderedMap<V>, said: &Change<OrderedMap<Change<V>>>) {
    match said {
        Change::Keep => {}
        Change::Clear => *own = OrderedMap::new(),
        Change::Set(entries) => {
            for (name, change) in entries.iter() {
                match change {
                    Change::Keep => {}
                    Change::Clear => {
                        own.remove(name);
                    }
                    Change::Set(value) => {
                        own.insert(name, value.clone());
                    }
                }
            }
        }
    }
}

fn set<T: Clone>(own: &mut Option<T>, change: &Change<T>) {
    match change {
        Change::Keep => {}
        Change::Clear => *own = None,
        Change::Set(value) => *own = Some(value.clone()),
    }
}

fn clear_named<'a>(
    parts: impl Iterator<Item = ((&'static str, &'a Change<String>), &'a mut Option<String>)>,
) {
    for ((_, change), own) in parts {
        if *change == Change::Clear {
            *own = None;
        }
    }
}

fn name_of(patch: &NamePatch) -> Name {
    Name {
        full: patch.full.value().cloned(),
        given: patch.given.value().cloned(),
        family: patch.family.value().cloned(),
    }
}

fn address_of(patch: &AddressPatch) -> Address {
    Address {
        line1: patch.line1.value().cloned(),
        city: patch.city.value().cloned(),
        state: patch.state.value().cloned(),
        postal_code: patch.postal_code.value().cloned(),
        country: patch.country.value().cloned(),
    }
}
