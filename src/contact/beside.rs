//! What stands beside a contact, and how the log tells of it.

use serde::Serialize;

use super::difference::{entries, one};
use super::draft::{nullable, object, parse};
use super::json::{Json, OrderedMap};
use super::patch::Change;
use super::refused::Refused;
use crate::clock::Timestamp;

/// A note, a task, a memory, or the definition of a custom field.
pub(crate) trait Beside: Clone + PartialEq + Serialize {
    /// What it is called: the operation in the log, and the key under which it tells.
    const NAME: &'static str;

    /// Says when it was written, and gives it an id if it is new.
    fn stamp(&mut self, new_id: Option<[u8; 16]>, now: Timestamp);

    /// The entry of the change log: `{"note":{"id":…,"body":{"before":…,"after":…}}}`, with
    /// every member that differs. Of a list whose end went on it has what was `added`, and
    /// what was `removed` from its beginning.
    fn difference(before: Option<&Self>, after: Option<&Self>) -> OrderedMap<Json> {
        let (was, is) = (members(before), members(after));
        let mut differing = OrderedMap::new();
        if let Some(id) = is.get("id").or(was.get("id")) {
            differing.insert("id", id.clone());
        }
        let added = is.iter().filter(|(name, _)| was.get(name).is_none());
        for (name, _) in was.iter().chain(added) {
            member(&mut differing, name, was.get(name), is.get(name));
        }
        let mut entry = OrderedMap::new();
        entry.insert(Self::NAME, Json::of(&differing));
        entry
    }
}

/// What the entry itself says, or what follows from it.
const NOT_TOLD: [&str; 4] = ["id", "contact", "created_at", "updated_at"];

/// The members of what is printed.
fn members<T: Serialize>(value: Option<&T>) -> OrderedMap<Json> {
    value
        .map(|value| read(&Json::of(value)))
        .unwrap_or_default()
}

/// JSON of our own, taken apart.
fn read<T: serde::de::DeserializeOwned + Default>(json: &Json) -> T {
    serde_json::from_str(json.as_str()).unwrap_or_default()
}

fn member(all: &mut OrderedMap<Json>, name: &str, before: Option<&Json>, after: Option<&Json>) {
    let something = |value: &&Json| !matches!(value.as_str(), "null" | "[]" | "{}");
    let (before, after) = (before.filter(something), after.filter(something));
    if NOT_TOLD.contains(&name) || before == after {
        return;
    }
    let either = |is: fn(&Json) -> bool| before.is_some_and(is) || after.is_some_and(is);
    if either(Json::is_object) {
        let map = |json: Option<&Json>| json.map(read::<OrderedMap<Json>>).unwrap_or_default();
        entries(all, name, &map(before), &map(after));
    } else if either(Json::is_array) {
        let list = |json: Option<&Json>| json.map(read::<Vec<Json>>).unwrap_or_default();
        match slide(&list(before), &list(after)) {
            Some(slid) => {
                all.insert(name, Json::of(&slid));
            }
            None => one(all, name, before, after),
        }
    } else {
        one(all, name, before, after);
    }
}

/// How a list went on: at its end, and at its beginning if it is a window.
#[derive(Serialize)]
struct Slide<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    removed: &'a [Json],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    added: &'a [Json],
}

/// None if nothing of what was there stayed, or it is not a going on.
fn slide<'a>(before: &'a [Json], after: &'a [Json]) -> Option<Slide<'a>> {
    for gone in 0..=before.len() {
        let (removed, kept) = before.split_at_checked(gone)?;
        let goes_on = !kept.is_empty() || before.is_empty() || after.is_empty();
        if let (true, Some(added)) = (goes_on, after.strip_prefix(kept)) {
            return Some(Slide { removed, added });
        }
    }
    None
}

/// A patch in JSON as its keys and values.
pub(super) fn json_object(json: &str) -> Result<OrderedMap<Json>, Refused> {
    let value = Json::parse(json).map_err(|error| Refused::request("json_patch", json, error))?;
    object("json_patch", &value)
}

pub(super) fn truth(key: &str, value: &Json) -> Result<Change<bool>, Refused> {
    nullable(value, |value| {
        parse(key, value, "it must be true, false or null")
    })
}

impl<T: Clone> Change<T> {
    /// Does with an optional value what is said of it.
    pub(super) fn apply_to(&self, value: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *value = None,
            Self::Set(new) => *value = Some(new.clone()),
        }
    }

    /// What is left of a value of which something is said; cleared it is as it is at first.
    pub(super) fn over(&self, value: T) -> T
    where
        T: Default,
    {
        match self {
            Self::Keep => value,
            Self::Clear => T::default(),
            Self::Set(new) => new.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list that went on is told by what came and went; anything else as it was and is.
    #[test]
    fn a_window_is_told_by_what_slid() {
        for (before, after, told) in [
            ("[1,2]", "[1,2,3]", r#"{"added":[3]}"#),
            ("[1,2]", "[2,3]", r#"{"removed":[1],"added":[3]}"#),
            ("[1,1,2]", "[1,2]", r#"{"removed":[1]}"#),
            ("[]", "[1]", r#"{"added":[1]}"#),
            ("[1,2]", "[]", r#"{"removed":[1,2]}"#),
            ("[1,2]", "[3]", r#"{"before":[1,2],"after":[3]}"#),
            ("[1,2,3]", "[1,3]", r#"{"before":[1,2,3],"after":[1,3]}"#),
        ] {
            let [was, is] = [before, after].map(|text| Json::parse(text).unwrap());
            let mut all = OrderedMap::new();
            member(&mut all, "list", Some(&was), Some(&is));
            let entry = all.get("list").map(Json::as_str);
            assert_eq!(entry, Some(told), "{before} {after}");
        }
    }

    /// Null, false and nothing: only what says something is told.
    #[test]
    fn nothing_is_not_told() {
        for (before, after, told) in [
            ("null", "null", None),
            ("null", "[]", None),
            ("{}", "null", None),
            ("false", "true", Some(r#"{"before":false,"after":true}"#)),
            ("null", "\"a\"", Some(r#"{"after":"a"}"#)),
            (
                r#"{"a":1,"b":2}"#,
                r#"{"b":2}"#,
                Some(r#"{"a":{"before":1}}"#),
            ),
        ] {
            let [was, is] = [before, after].map(|text| Json::parse(text).unwrap());
            let mut all = OrderedMap::new();
            member(&mut all, "field", Some(&was), Some(&is));
            assert_eq!(all.get("field").map(Json::as_str), told, "{before} {after}");
        }
    }
}
