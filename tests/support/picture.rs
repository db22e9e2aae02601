//! What stands in one scope, in the model's words: read from the file, or told by the model.

use std::collections::{BTreeMap, BTreeSet};

use kinfold::{ContactId, Scope};
use rusqlite::{Connection, Row};

use super::both::{model_key, number_in};
use crate::model::{self, Id, K, Pair, State, pair};

/// Contacts, lines, holders and pairs of one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    pub contacts: Vec<model::Contact>,
    /// Who lists each key, front first, tombstones in their places.
    pub lines: BTreeMap<K, Vec<Id>>,
    pub holders: BTreeMap<K, Id>,
    pub queue: BTreeSet<Pair>,
    pub distinct: BTreeSet<Pair>,
}

/// Which contact has which number: its place in the order of creation.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    rows: Vec<i64>,
    ids: Vec<ContactId>,
}

impl Numbers {
    pub fn read(raw: &Connection, scope: &Scope) -> Self {
        let mut select = raw
            .prepare_cached(
                "SELECT contact.id, uuid FROM contact JOIN scope ON scope.id = contact.scope
                 WHERE org = ?1 AND location = ?2 ORDER BY contact.id",
            )
            .expect("a query");
        let of_scope = (scope.org(), scope.location().unwrap_or_default());
        let mut found = select.query(of_scope).expect("rows");
        let mut numbers = Self::default();
        while let Some(row) = found.next().expect("a row") {
            numbers.rows.push(row.get_unwrap(0));
            numbers.ids.push(ContactId::from_bytes(row.get_unwrap(1)));
        }
        numbers
    }

    /// The number of a contact by the id that the outside knows.
    pub fn of(&self, id: ContactId) -> Id {
        let found = self.ids.iter().position(|other| *other == id);
        found.unwrap_or_else(|| panic!("{id} is in another scope, or nowhere"))
    }

    fn of_row(&self, row: i64) -> Id {
        let found = self.rows.iter().position(|other| *other == row);
        found.unwrap_or_else(|| panic!("row {row} is in another scope, or nowhere"))
    }

    /// The row of a contact by its number.
    pub fn row(&self, number: Id) -> i64 {
        self.rows[number]
    }

    pub fn id(&self, number: Id) -> ContactId {
        self.ids[number]
    }

    pub fn count(&self) -> usize {
        self.ids.len()
    }
}

impl Picture {
    /// What stands in the file.
    pub fn of_store(raw: &Connection, scope: &Scope) -> Self {
        let numbers = Numbers::read(raw, scope);
        let mut picture = Self::default();
        for &row in &numbers.rows {
            let mut select = raw
                .prepare_cached(
                    "SELECT state, survivor, full_name, company, tags, metadata
                     FROM contact WHERE id = ?1",
                )
                .expect("a query");
            let contact = select.query_row([row], |found| contact(found, &numbers));
            picture.contacts.push(contact.expect("a contact"));
        }
        let mut select = raw
            .prepare_cached(
                "SELECT kind, key, contact, holds
                 FROM identifier JOIN scope ON scope.id = identifier.scope
                 WHERE org = ?1 AND location = ?2 ORDER BY kind, key, place",
            )
            .expect("a query");
        let of_scope = (scope.org(), scope.location().unwrap_or_default());
        let mut rows = select.query(of_scope).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let kind = kind(row.get_unwrap(0));
            let text: String = row.get_unwrap(1);
            let key = model_key(kind, &text);
            let contact = numbers.of_row(row.get_unwrap(2));
            picture.lines.entry(key).or_default().push(contact);
            if row.get_unwrap(3) {
                picture.holders.insert(key, contact);
            }
        }
        let pairs = |query: &str| -> BTreeSet<Pair> {
            let mut select = raw.prepare_cached(query).expect("a query");
            let rows = select.query_map(of_scope, |row| Ok((row.get(0)?, row.get(1)?)));
            let rows = rows.expect("rows").map(|row| row.expect("a row"));
            rows.map(|(one, other)| pair(numbers.of_row(one), numbers.of_row(other)))
                .collect()
        };
        picture.queue = pairs(
            "SELECT one, other FROM review_pair JOIN scope ON scope.id = review_pair.scope
             WHERE org = ?1 AND location = ?2 AND state = 'open'",
        );
        picture.distinct = pairs(
            "SELECT one, other FROM distinct_mark
             JOIN contact ON contact.id = one JOIN scope ON scope.id = contact.scope
             WHERE org = ?1 AND location = ?2",
        );
        picture
    }

    /// What stands in the model.
    pub fn of_model(scope: &model::Scope) -> Self {
        let keys = scope.keys().into_iter();
        let held = |key| scope.holder(key).map(|holder| (key, holder));
        Self {
            contacts: (0..scope.count())
                .filter_map(|id| scope.contact(id).cloned())
                .collect(),
            lines: keys.clone().map(|key| (key, scope.line(key))).collect(),
            holders: keys.filter_map(held).collect(),
            queue: scope.queue().clone(),
            distinct: scope.distinct().clone(),
        }
    }
}

fn kind(number: i64) -> kinfold::Kind {
    match number {
        1 => kinfold::Kind::Phone,
        2 => kinfold::Kind::Email,
        3 => kinfold::Kind::ExternalId,
        _ => panic!("{number} is no kind"),
    }
}

fn contact(row: &Row<'_>, numbers: &Numbers) -> rusqlite::Result<model::Contact> {
    let number = |text: String| number_in(&text);
    let tags: Option<String> = row.get(4)?;
    let metadata: Option<String> = row.get(5)?;
    let tags: Vec<String> = tags.map_or_else(Vec::new, |json| read_json(&json));
    let metadata: BTreeMap<String, u8> = metadata.map_or_else(BTreeMap::new, |m| read_json(&m));
    Ok(model::Contact {
        state: match (row.get(0)?, row.get::<_, Option<i64>>(1)?) {
            (0, None) => State::Live,
            (1, None) => State::Deleted,
            (2, Some(survivor)) => State::Absorbed(numbers.of_row(survivor)),
            other => panic!("{other:?} is no state"),
        },
        name: row.get::<_, Option<String>>(2)?.map(number),
        company: row.get::<_, Option<String>>(3)?.map(number),
        tags: tags.into_iter().map(number).collect(),
        metadata: metadata
            .into_iter()
            .map(|(key, value)| (number(key), value))
            .collect(),
    })
}

fn read_json<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("JSON of its shape")
}
