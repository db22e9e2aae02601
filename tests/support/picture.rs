//! What stands in one scope, in the model's words: read from the file, or told by the model.

use std::collections::{BTreeMap, BTreeSet};

use kinfold::{ContactId, Scope};
use rusqlite::{Connection, Row};

use super::both::{model_key, number_in};
use crate::model::{self, Id, K, Pair, State, pair};

/// Contacts, lines, holders and pairs of one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    pub contacts: Vec<Person>,
    /// Who lists each key, front first, tombstones in their places.
    pub lines: BTreeMap<K, Vec<Id>>,
    pub holders: BTreeMap<K, Id>,
    pub blocked: BTreeSet<K>,
    /// Of contacts that lead to no other, and live.
    pub queue: BTreeSet<Pair>,
    /// Of contacts that lead to no other.
    pub distinct: BTreeSet<Pair>,
}

/// One contact, without its places in lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub state: State,
    /// Whose date of creation it has.
    pub created: Id,
    /// Phones, emails and external ids, the primary one of each first.
    pub keys: Vec<K>,
    pub name: Option<u8>,
    pub company: Option<u8>,
    pub tags: Vec<u8>,
    pub metadata: BTreeMap<u8, u8>,
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

    pub fn of_row(&self, row: i64) -> Id {
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
                    "SELECT state, survivor, erased_at IS NOT NULL,
                            full_name, company, tags, metadata,
                            (SELECT contact FROM change
                             WHERE op = 'create' AND at = own.created_at)
                     FROM contact AS own WHERE id = ?1",
                )
                .expect("a query");
            let person = select.query_row([row], |found| person(found, row, &numbers));
            picture.contacts.push(person.expect("a contact"));
        }
        let of_scope = (scope.org(), scope.location().unwrap_or_default());
        let mut select = raw
            .prepare_cached(
                "SELECT kind, key, contact, holds
                 FROM identifier JOIN scope ON scope.id = identifier.scope
                 WHERE org = ?1 AND location = ?2 ORDER BY kind, key, place",
            )
            .expect("a query");
        let mut rows = select.query(of_scope).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let key = key(row);
            let contact = numbers.of_row(row.get_unwrap(2));
            picture.lines.entry(key).or_default().push(contact);
            if row.get_unwrap(3) {
                picture.holders.insert(key, contact);
            }
        }
        let mut select = raw
            .prepare_cached(
                "SELECT kind, key, contact
                 FROM identifier JOIN scope ON scope.id = identifier.scope
                 WHERE org = ?1 AND location = ?2 ORDER BY kind, position",
            )
            .expect("a query");
        let mut rows = select.query(of_scope).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let contact = numbers.of_row(row.get_unwrap(2));
            picture.contacts[contact].keys.push(key(row));
        }
        let mut select = raw
            .prepare_cached(
                // What is notorious from the start is none of the model's keys.
                "SELECT kind, key FROM blocked_key JOIN scope ON scope.id = blocked_key.scope
                 WHERE org = ?1 AND location = ?2
                   AND (key LIKE '+1415555%' OR key LIKE 'person%' OR key LIKE 'system%')",
            )
            .expect("a query");
        let blocked = select.query_map(of_scope, |row| Ok(key(row)));
        picture.blocked = blocked
            .expect("rows")
            .map(|row| row.expect("a row"))
            .collect();

        let pairs = |query: &str| -> Vec<(Pair, String)> {
            let mut select = raw.prepare_cached(query).expect("a query");
            let rows = select.query_map(of_scope, |row| {
                let leads = |at: usize| picture.leads(numbers.of_row(row.get_unwrap(at)));
                Ok((pair(leads(0), leads(1)), row.get(2)?))
            });
            rows.expect("rows").map(|row| row.expect("a row")).collect()
        };
        let marks = pairs(
            "SELECT one, other, 'distinct' FROM distinct_mark
             JOIN contact ON contact.id = one JOIN scope ON scope.id = contact.scope
             WHERE org = ?1 AND location = ?2",
        );
        let reviews = pairs(
            "SELECT one, other, state FROM review_pair
             JOIN scope ON scope.id = review_pair.scope
             WHERE org = ?1 AND location = ?2",
        );
        // What was said of contacts that are one today is said of nobody.
        let of_two = |(pair, _): &&(Pair, String)| pair.0 != pair.1;
        picture.distinct = marks.iter().filter(of_two).map(|(pair, _)| *pair).collect();
        let open = reviews.iter().filter(of_two).map(|(pair, _)| *pair);
        let is_live = |id: Id| picture.contacts[id].state == State::Live;
        let is_decided = |pair: &Pair| {
            let of_these = reviews.iter().filter(|(other, _)| other == pair);
            of_these.into_iter().any(|(_, state)| state != "open")
        };
        let queue = open
            .filter(|pair| is_live(pair.0) && is_live(pair.1))
            .filter(|pair| !picture.distinct.contains(pair) && !is_decided(pair));
        picture.queue = queue.collect();
        picture
    }

    /// Whom a contact leads to.
    fn leads(&self, id: Id) -> Id {
        match self.contacts[id].state {
            State::Absorbed(survivor) => self.leads(survivor),
            _ => id,
        }
    }

    /// What is another in the other picture, line by line.
    pub fn differs(&self, other: &Self) -> String {
        let lines = |picture: &Self| -> Vec<String> {
            let contacts = picture.contacts.iter().enumerate();
            let mut lines: Vec<String> = contacts.map(|one| format!("{one:?}")).collect();
            lines.extend(picture.lines.iter().map(|line| format!("line {line:?}")));
            lines.extend([
                format!("held {:?}", picture.holders),
                format!("blocked {:?}", picture.blocked),
                format!("queue {:?}", picture.queue),
                format!("distinct {:?}", picture.distinct),
            ]);
            lines
        };
        let (own, others) = (lines(self), lines(other));
        let only = |ones: &[String], others: &[String], sign: char| -> Vec<String> {
            let mut only = ones.to_vec();
            only.retain(|line| !others.contains(line));
            only.iter().map(|line| format!("\n{sign} {line}")).collect()
        };
        [only(&own, &others, '-'), only(&others, &own, '+')]
            .concat()
            .concat()
    }

    /// What stands in the model.
    pub fn of_model(scope: &model::Scope) -> Self {
        let keys = scope.keys().into_iter();
        let held = |key| scope.holder(key).map(|holder| (key, holder));
        let person = |id| {
            let contact = scope.contact(id).expect("a contact");
            Person {
                state: contact.state,
                created: contact.created,
                keys: contact.keys(),
                name: contact.name,
                company: contact.company,
                tags: contact.tags.clone(),
                metadata: contact.metadata.clone(),
            }
        };
        Self {
            contacts: (0..scope.count()).map(person).collect(),
            lines: keys.clone().map(|key| (key, scope.line(key))).collect(),
            holders: keys.filter_map(held).collect(),
            blocked: scope.blocked().clone(),
            queue: scope.queue(),
            distinct: scope.distinct(),
        }
    }
}

/// The key in the first two columns.
fn key(row: &Row<'_>) -> K {
    let text: String = row.get_unwrap(1);
    model_key(kind(row.get_unwrap(0)), &text)
}

fn kind(number: i64) -> kinfold::Kind {
    match number {
        1 => kinfold::Kind::Phone,
        2 => kinfold::Kind::Email,
        3 => kinfold::Kind::ExternalId,
        _ => panic!("{number} is no kind"),
    }
}

fn person(row: &Row<'_>, own: i64, numbers: &Numbers) -> rusqlite::Result<Person> {
    let number = |text: String| number_in(&text);
    let tags: Option<String> = row.get(5)?;
    let metadata: Option<String> = row.get(6)?;
    let tags: Vec<String> = tags.map_or_else(Vec::new, |json| read_json(&json));
    let metadata: BTreeMap<String, u8> = metadata.map_or_else(BTreeMap::new, |m| read_json(&m));
    let created: Option<i64> = row.get(7)?;
    let state = match (row.get(0)?, row.get::<_, Option<i64>>(1)?, row.get(2)?) {
        (0, None, false) => State::Live,
        (1, None, false) => State::Deleted,
        (2, Some(survivor), false) => State::Absorbed(numbers.of_row(survivor)),
        (1, None, true) => State::Erased,
        other => panic!("{other:?} is no state"),
    };
    // Of one that leads to another nobody sees when it came.
    let created = created.filter(|_| matches!(state, State::Live | State::Deleted));
    Ok(Person {
        state,
        created: numbers.of_row(created.unwrap_or(own)),
        keys: Vec::new(),
        name: row.get::<_, Option<String>>(3)?.map(number),
        company: row.get::<_, Option<String>>(4)?.map(number),
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
