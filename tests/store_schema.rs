//! What the schema itself promises, whoever writes: seen by SQL, behind the library's back.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::path::Path;

use common::{contacts, new_folder, number, raw};
use kinfold::{Draft, Kinfold, TextField};

fn store_with_two_contacts(folder: &Path) -> Kinfold {
    let kinfold = Kinfold::open(folder).unwrap();
    for email in ["ana@example.com", "ben@example.com"] {
        contacts(&kinfold)
            .resolve(Draft::new().email(email))
            .unwrap();
    }
    kinfold
}

#[test]
fn every_table_is_strict() {
    let (_above, folder) = new_folder();
    drop(store_with_two_contacts(&folder));
    let raw = raw(&folder);
    let mut select = raw
        .prepare("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let tables: Vec<(String, bool)> = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(tables.len() > 5, "{tables:?}");
    for (table, strict) in tables {
        assert!(strict, "{table} takes any type in any column");
    }
}

#[test]
fn every_constraint_has_a_name() {
    // SQLite repeats the name when the constraint is broken, and a migration can speak of it.
    let (_above, folder) = new_folder();
    drop(store_with_two_contacts(&folder));
    let raw = raw(&folder);
    let mut select = raw
        .prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let statements = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut named = 0;
    for statement in statements {
        let statement = statement.unwrap();
        let lines = statement
            .lines()
            .map(|line| line.split("--").next().unwrap_or(""));
        let text = lines.collect::<Vec<_>>().join(" ").to_uppercase();
        let words: Vec<&str> = text
            .split(|character: char| !(character.is_alphanumeric() || character == '_'))
            .filter(|word| !word.is_empty())
            .collect();
        for (at, word) in words.iter().enumerate() {
            let begins = match *word {
                "CHECK" | "UNIQUE" | "REFERENCES" => true,
                "PRIMARY" | "FOREIGN" => words.get(at + 1) == Some(&"KEY"),
                _ => false,
            };
            // The row number has no constraint that could be broken.
            let row_number = *word == "PRIMARY" && words[at - 1] == "INTEGER";
            if begins && !row_number {
                assert_eq!(words[at - 2], "CONSTRAINT", "{}", words[at - 3..].join(" "));
                named += 1;
            }
        }
    }
    assert!(named > 20, "only {named} constraints were found");
}

#[test]
fn what_must_never_be_is_refused_by_the_schema() {
    let (_above, folder) = new_folder();
    let _kinfold = store_with_two_contacts(&folder);
    let raw = raw(&folder);
    raw.pragma_update(None, "foreign_keys", true).unwrap();
    // The statement, a word of SQLite's complaint, and why.
    let cases = [
        (
            "INSERT INTO identifier (scope, kind, key, contact, place, holds, position, verified)
             VALUES (1, 2, 'ana@example.com', 2, 99, 1, 2, 1)",
            "identifier.scope, identifier.kind, identifier.key",
            "a key has one holder",
        ),
        (
            "UPDATE identifier SET holds = 2",
            "identifier_holds_known",
            "a key is held or it is not",
        ),
        (
            "INSERT INTO scope (org, location) VALUES ('default', '')",
            "scope.org, scope.location",
            "a scope is interned once",
        ),
        (
            "INSERT INTO scope (org, location) VALUES ('acme', NULL)",
            "NOT NULL",
            "two scopes without location must not differ",
        ),
        (
            "UPDATE contact SET state = 2",
            "contact_absorbed_has_survivor",
            "an absorbed contact leads somewhere",
        ),
        (
            "UPDATE contact SET state = 2, survivor = id",
            "contact_is_not_its_survivor",
            "but not to itself",
        ),
        (
            "UPDATE contact SET metadata = '{'",
            "contact_metadata_json",
            "what is read as JSON is JSON",
        ),
        (
            "DELETE FROM contact WHERE id = 1",
            "FOREIGN KEY",
            "a contact goes with all that points to it",
        ),
        (
            "UPDATE contact SET version = 'many'",
            "cannot store TEXT value in INTEGER column",
            "tables are strict",
        ),
    ];
    for (statement, complaint, why) in cases {
        let error = raw.execute_batch(statement).unwrap_err().to_string();
        assert!(error.contains(complaint), "{why}: {error}");
    }
    assert!(_kinfold.check().unwrap().ok);
}

#[test]
fn a_sequence_number_is_never_given_twice() {
    // A follower that saw the number 2 would take the next entry for the one it knows.
    let (_above, folder) = new_folder();
    let kinfold = store_with_two_contacts(&folder);
    let last = contacts(&kinfold).stats().unwrap().last_seq;
    raw(&folder)
        .execute("DELETE FROM change WHERE seq = ?1", [last as i64])
        .unwrap();
    contacts(&kinfold)
        .resolve(Draft::new().email("cleo@example.com"))
        .unwrap();
    assert_eq!(contacts(&kinfold).stats().unwrap().last_seq, last + 1);
    drop(kinfold);

    // Not even when the log is emptied and the store is opened anew.
    raw(&folder).execute("DELETE FROM change", []).unwrap();
    let kinfold = Kinfold::open(&folder).unwrap();
    contacts(&kinfold)
        .resolve(Draft::new().email("dora@example.com"))
        .unwrap();
    assert_eq!(contacts(&kinfold).stats().unwrap().last_seq, last + 2);
}

#[test]
fn what_was_replaced_is_not_left_in_the_free_space() {
    // The log keeps the old text by design, once as what was added and once as what was
    // there before. A third copy would lie where the contact's row was.
    const WORD: &str = "unforgettable-company";
    const TIMES: usize = 1_000;
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let described = |text: &str| {
        let draft = Draft::new().email("ana@example.com");
        draft.text(TextField::Description, text)
    };
    contacts(&kinfold)
        .upsert(described(&format!("{WORD} ").repeat(TIMES)))
        .unwrap();
    contacts(&kinfold).upsert(described("nothing")).unwrap();
    let kept: i64 = number(
        &raw(&folder),
        &format!("SELECT sum(length(diff) - length(replace(diff, '{WORD}', ''))) FROM change"),
    );
    let kept = usize::try_from(kept).unwrap() / WORD.len();
    assert_eq!(kept, 2 * TIMES);

    raw(&folder)
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            assert_eq!(row.get::<_, i64>(0)?, 0, "the log was written back whole");
            Ok(())
        })
        .unwrap();
    let bytes = std::fs::read(folder.join("contacts.db")).unwrap();
    let found = bytes
        .windows(WORD.len())
        .filter(|window| *window == WORD.as_bytes())
        .count();
    assert!(found <= kept, "{found} in the file, {kept} in the log");
    let log = std::fs::metadata(folder.join("contacts.db-wal")).unwrap();
    assert_eq!(log.len(), 0);
}
