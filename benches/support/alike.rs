//! Proof that both sides do the same work: after the same tasks on two copies of one
//! small store every table has the same rows, but for ids and moments.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use kinfold::{Durability, Timestamp};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::raw::{self, Raw};
use super::work::{Tasks, Work, answer_all};
use super::{ours, stores};

const PEOPLE: u64 = 200;

/// Does every kind of work on both sides and compares. Returns a number that is another
/// one when stores of the same people become others.
pub fn check() -> u64 {
    let scratch = tempfile::tempdir_in(stores::root()).unwrap();
    let filled = scratch.path().join("filled");
    stores::fill(&filled, PEOPLE);
    let recipe = recipe(&filled);
    let [ours, by_hand] =
        ["ours", "raw"].map(|name| stores::copy(&filled, &scratch.path().join(name)));

    let connection = raw::connect(&by_hand, Durability::Normal);
    let mut by_hand_side = Raw::new(&connection);
    let mut our_side = ours::open(&ours, Durability::Normal);
    let mut tasks = [Tasks::new(PEOPLE), Tasks::new(PEOPLE)];
    for work in Work::ALL {
        // One store has few people: more tasks than that also make new ones.
        for (group, calls) in [(1, 30), (10, 1)] {
            let [ours, by_hand] = &mut tasks;
            if group == 1 || matches!(work, Work::Created | Work::FoundByOne) {
                answer_all(&mut our_side, ours, (work, group), calls);
                answer_all(&mut by_hand_side, by_hand, (work, group), calls);
            }
        }
        same_rows(work, &ours, &by_hand);
    }
    recipe
}

fn same_rows(work: Work, ours: &Path, by_hand: &Path) {
    let (ours, by_hand) = (dump(ours), dump(by_hand));
    for (one, other) in ours.iter().zip(&by_hand) {
        assert_eq!(one, other, "after {work} (ours first)");
    }
    assert_eq!(ours.len(), by_hand.len(), "after {work}");
}

fn recipe(folder: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    dump(folder).hash(&mut hasher);
    hasher.finish()
}

/// The schema, and every row of every table with what differs from run to run left out.
fn dump(folder: &Path) -> Vec<String> {
    let connection = Connection::open(folder.join("contacts.db")).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut select = connection.prepare(sql).unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let mut lines = texts("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'property'
                  AND name NOT LIKE 'sqlite_stat%' ORDER BY name";
    for table in texts(tables) {
        let mut select = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap();
        let names: Vec<String> = select
            .column_names()
            .iter()
            .map(|&name| name.to_owned())
            .collect();
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let mut line = table.clone();
            for (column, name) in names.iter().enumerate() {
                let value = match row.get_ref(column).unwrap() {
                    ValueRef::Text(text) => masked(str::from_utf8(text).unwrap()),
                    ValueRef::Blob(_) => "(id)".to_owned(),
                    ValueRef::Integer(_)
                        if name == "since" || name == "at" || name.ends_with("_at") =>
                    {
                        "(moment)".to_owned()
                    }
                    other => format!("{other:?}"),
                };
                line.push_str(&format!("\n  {name}: {value}"));
            }
            lines.push(line);
        }
    }
    lines
}

/// A text without the ids and moments in it.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match volatile(rest, masked.ends_with(':')) {
            Some(length) => {
                masked.push('#');
                length
            }
            None => {
                masked.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    masked
}

/// The length of the id or moment with which a text begins.
fn volatile(text: &str, is_value: bool) -> Option<usize> {
    let begins = |length: usize| text.get(..length);
    if begins(36).is_some_and(|id| uuid::Uuid::try_parse(id).is_ok()) {
        return Some(36);
    }
    if begins(24).is_some_and(|moment| moment.parse::<Timestamp>().is_ok()) {
        return Some(24);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (is_value && digits == 13).then_some(digits)
}
