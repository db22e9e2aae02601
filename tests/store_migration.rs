//! Stores that earlier versions wrote are brought to today's format, with everything in them.

#![allow(
    clippy::unwrap_used,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;

use common::{answers, child, contacts, folder_of_child, new_folder, number, raw, say};
use kinfold::{Draft, Key, Kind, Kinfold, Scope};

fn fixture(format: u32) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fixtures.join(format!("format-{format}"))
}

/// A copy of a store that an earlier version wrote.
fn copy_of(format: u32) -> (tempfile::TempDir, PathBuf) {
    let (above, folder) = new_folder();
    fs::create_dir(&folder).unwrap();
    let database = folder.join("contacts.db");
    fs::copy(fixture(format).join("contacts.db"), &database).unwrap();
    (above, folder)
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_store_of_the_first_format_keeps_all_it_holds() {
    let (_above, folder) = copy_of(1);
    let before = raw(&folder);
    let line = "SELECT json_group_array(json_array(scope, kind, key, contact, place, holds,
                    position, verified, raw, region, brought_by, place_brought_by))
                FROM (SELECT * FROM identifier ORDER BY scope, kind, key, place)";
    let picture = |connection: &rusqlite::Connection| -> String {
        connection.query_row(line, [], |row| row.get(0)).unwrap()
    };
    let listed = picture(&before);
    drop(before);

    let kinfold = Kinfold::open(&folder).unwrap();
    let report = kinfold.check().unwrap();
    assert!(report.ok, "{:?}", report.problems);
    let default = contacts(&kinfold);
    let mut exported = Vec::new();
    default
        .for_each(|contact| {
            exported.push(serde_json::to_string(&contact).unwrap());
            Ok(())
        })
        .unwrap();
    assert_eq!(exported, lines(&fixture(1).join("contacts.jsonl")));
    let changes: Vec<String> = default
        .changes_since(0, 100)
        .unwrap()
        .iter()
        .map(|change| serde_json::to_string(change).unwrap())
        .collect();
    assert_eq!(changes, lines(&fixture(1).join("changes.jsonl")));
    assert_eq!(picture(&raw(&folder)), listed, "every line is as it was");
    assert_eq!(default.stats().unwrap().format, 3);
    assert_eq!(number(&raw(&folder), "PRAGMA user_version"), 3);

    // And it goes on being what it was: holders, blocked keys, places behind all others.
    let shared = Key::read(Kind::Phone, "+14155550102").unwrap();
    let ben = default.find(&shared).unwrap().unwrap();
    assert_eq!(ben.fields.name.full.as_deref(), Some("Ben Okoro"));
    let blocked = Key::read(Kind::Email, "noreply@example.com").unwrap();
    assert!(default.find(&blocked).unwrap().is_none());
    let acme = kinfold.contacts(Scope::new("acme", Some("madrid")).unwrap());
    assert_eq!(acme.count().unwrap(), 1);
    let outcome = default
        .resolve(Draft::new().email("new@example.com").phone("+442079460018"))
        .unwrap();
    assert!(!outcome.created && outcome.attached.len() == 1);
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn many_processes_migrate_one_store_once() {
    if let Some(folder) = folder_of_child() {
        let stats = contacts(&Kinfold::open(&folder).unwrap()).stats().unwrap();
        return say(&format!("{} {}", stats.store_id, stats.contacts));
    }
    let (_above, folder) = copy_of(1);
    let start = || child("many_processes_migrate_one_store_once", &folder).spawn();
    let children: Vec<Child> = (0..6).map(|_| start().unwrap()).collect();
    let mut said: Vec<String> = children.into_iter().flat_map(answers).collect();
    assert_eq!(said.len(), 6);
    said.dedup();
    assert_eq!(said.len(), 1, "all see the same store: {said:?}");
}

#[test]
fn a_migration_that_was_cut_off_begins_again() {
    // Killed at any point it leaves the old store or the new one, never something between.
    if let Some(folder) = folder_of_child() {
        say("ready");
        drop(Kinfold::open(&folder).unwrap());
        return;
    }
    for pause in 0..12_u64 {
        let (_above, folder) = copy_of(1);
        let mut process = child("a_migration_that_was_cut_off_begins_again", &folder)
            .spawn()
            .unwrap();
        let mut printed = std::io::BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("ready") {
            assert!(std::io::BufRead::read_line(&mut printed, &mut line).unwrap() > 0);
        }
        std::thread::sleep(std::time::Duration::from_micros(400 * pause));
        process.kill().unwrap();
        process.wait().unwrap();
        let kinfold = Kinfold::open(&folder).unwrap();
        assert!(kinfold.check().unwrap().ok);
        assert_eq!(contacts(&kinfold).count().unwrap(), 6);
    }
}
