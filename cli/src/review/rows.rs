//! Two contacts as rows: what is of one kind stands on one line.

use kinfold::{Contact, Json, OrderedMap};
use serde_json::Value;

use crate::output::on_one_line;

/// One line of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) left: String,
    pub(super) right: String,
}

/// How the two sides of a row stand to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Same,
    Different,
    /// Only one of the two has something.
    OneSided,
}

impl Row {
    pub(super) fn standing(&self) -> Standing {
        match (
            self.left == self.right,
            self.left.is_empty() || self.right.is_empty(),
        ) {
            (true, _) => Standing::Same,
            (false, true) => Standing::OneSided,
            (false, false) => Standing::Different,
        }
    }
}

/// What tells nothing of who somebody is.
const LEFT_OUT: [&str; 4] = ["org", "location", "deleted", "version"];

/// One value of a contact: the name of its row, what it is told apart by among those of that
/// name, and what is shown.
struct Entry {
    name: String,
    known_by: String,
    text: String,
}

/// What two contacts have, in the order of the record; an identifier that both have stands on
/// one line.
pub(super) fn rows(left: &Contact, right: &Contact) -> Vec<Row> {
    let (left, right) = (members(left), members(right));
    let mut rows = Vec::new();
    let mut names: Vec<&str> = left.iter().map(|(name, _)| name).collect();
    names.extend(right.iter().map(|(name, _)| name));
    let mut seen = Vec::new();
    for name in names {
        if seen.contains(&name) || LEFT_OUT.contains(&name) {
            continue;
        }
        seen.push(name);
        let mut others = entries(name, right.get(name));
        for own in entries(name, left.get(name)) {
            let same = |other: &Entry| (&other.name, &other.known_by) == (&own.name, &own.known_by);
            let other = others.iter().position(same).map(|at| others.remove(at));
            rows.push(Row {
                name: own.name,
                left: own.text,
                right: other.map(|other| other.text).unwrap_or_default(),
            });
        }
        rows.extend(others.into_iter().map(|other| Row {
            name: other.name,
            left: String::new(),
            right: other.text,
        }));
    }
    rows
}

/// A contact as it is printed, so that no field is forgotten here.
fn members(contact: &Contact) -> OrderedMap<Json> {
    let printed = serde_json::to_string(contact).unwrap_or_default();
    serde_json::from_str(&printed).unwrap_or_default()
}

fn entries(name: &str, json: Option<&Json>) -> Vec<Entry> {
    let value = json.and_then(|json| serde_json::from_str(json.as_str()).ok());
    let mut entries = Vec::new();
    match (name, value) {
        ("phones" | "emails" | "external_ids", Some(Value::Array(identifiers))) => {
            let name = name.trim_end_matches('s');
            entries.extend(identifiers.iter().map(|listing| identifier(name, listing)));
        }
        // The whole stands for its parts.
        ("name", Some(Value::Object(parts))) => add(&mut entries, name, parts.get("full")),
        (name, Some(value)) => add(&mut entries, name, Some(&value)),
        (_, None) => {}
    }
    entries
}

fn identifier(name: &str, listing: &Value) -> Entry {
    let text = |member: &str| listing.get(member).and_then(Value::as_str);
    let is = |member: &str| listing.get(member).and_then(Value::as_bool);
    let key = match (text("key"), text("source"), text("value")) {
        (Some(key), ..) => key.to_owned(),
        (None, Some(source), Some(value)) => format!("{source}:{value}"),
        _ => String::new(),
    };
    let mut shown = on_one_line(&key);
    match (is("blocked"), is("holds")) {
        (Some(true), _) => shown.push_str(" (blocked)"),
        (_, Some(false)) => shown.push_str(" (held by another)"),
        _ => {}
    }
    Entry {
        name: name.to_owned(),
        known_by: key,
        text: shown,
    }
}

/// Adds a value, and what is inside it under names with a dot; nothing of what is empty.
fn add(entries: &mut Vec<Entry>, name: &str, value: Option<&Value>) {
    let text = match value {
        None | Some(Value::Null | Value::Bool(false)) => return,
        Some(Value::Object(members)) => {
            for (member, value) in members {
                add(entries, &format!("{name}.{member}"), Some(value));
            }
            return;
        }
        Some(Value::Array(items)) => {
            let each = items.iter().map(|item| match item {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            each.collect::<Vec<_>>().join(", ")
        }
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    if !text.is_empty() {
        entries.push(Entry {
            name: on_one_line(name),
            known_by: String::new(),
            text: on_one_line(&text),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Standing, rows};
    use kinfold::{Draft, Kinfold, ResolveRequest, Scope};

    #[test]
    fn what_belongs_together_stands_on_one_line() {
        let contacts = Kinfold::open_in_memory()
            .unwrap()
            .contacts(Scope::default());
        let make = |draft: Draft, fields: &str| {
            let mut request = ResolveRequest::from_json(fields).unwrap();
            let mut draft = draft;
            draft.fields = request.draft.fields;
            request.draft = draft;
            contacts
                .create(request.allow_duplicates(true))
                .unwrap()
                .contact
        };
        let left = make(
            Draft::new()
                .phone("+14155550101")
                .phone("+14155550102")
                .external_id("crm", "1"),
            r#"{"name":"Ana","company":"Acme","tags":["a","b"],"metadata":{"k":"v"}}"#,
        );
        let right = make(
            Draft::new().phone("+14155550102").email("b@example.com"),
            r#"{"name":"Ana","address":{"city":"Le\u202eon"},"metadata":{"k":"w"},
                "do_not_disturb":{"channels":{"SMS":{"status":"active"}}}}"#,
        );
        let rows = rows(&left, &right);
        let told = |name: &str| -> Vec<(String, String, Standing)> {
            let named = rows.iter().filter(|row| row.name == name);
            named
                .map(|row| (row.left.clone(), row.right.clone(), row.standing()))
                .collect()
        };
        let row = |left: &str, right: &str, standing| (left.to_owned(), right.to_owned(), standing);
        for (name, expected) in [
            ("name", vec![row("Ana", "Ana", Standing::Same)]),
            (
                "phone",
                vec![
                    row("+14155550101", "", Standing::OneSided),
                    row(
                        "+14155550102",
                        "+14155550102 (held by another)",
                        Standing::Different,
                    ),
                ],
            ),
            ("email", vec![row("", "b@example.com", Standing::OneSided)]),
            ("external_id", vec![row("crm:1", "", Standing::OneSided)]),
            ("company", vec![row("Acme", "", Standing::OneSided)]),
            ("tags", vec![row("a, b", "", Standing::OneSided)]),
            ("metadata.k", vec![row("v", "w", Standing::Different)]),
            // What turns the direction of writing is written out.
            (
                "address.city",
                vec![row("", "Le\\u{202e}on", Standing::OneSided)],
            ),
            (
                "do_not_disturb.channels.SMS.status",
                vec![row("", "active", Standing::OneSided)],
            ),
            ("gender", vec![]),
            ("version", vec![]),
        ] {
            assert_eq!(told(name), expected, "{name}");
        }
        // In the order of the record: the name first.
        assert!(matches!(
            rows.iter().position(|row: &Row| row.name == "name"),
            Some(0 | 1)
        ));
    }
}
