//! Stores that earlier versions wrote are brought to today's format, with everything in them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;

use common::{answers, child, contacts, folder_of_child, new_folder, number, raw, say};
use kinfold::{Contact, Draft, FlagField, Json, Key, Kind, Kinfold, ListField, OrderedMap, Scope};

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

/// The members of an object, as they are written.
fn members(json: &str) -> OrderedMap<Json> {
    serde_json::from_str(json).unwrap()
}

/// Whether a printed value holds nothing.
fn is_nothing(value: &Json) -> bool {
    matches!(value.as_str(), "null" | "[]" | "{}")
}

/// Nothing of a printed contact is lost or invented: each member stands there as it was, the
/// name's parts and the country's code only where the contact itself says what they are, and
/// what is new holds nothing.
fn same_but_for_what_is_worked_out(before: &str, after: &Contact) {
    let printed = serde_json::to_string(after).unwrap();
    let (was, is) = (members(before), members(&printed));
    for (member, was) in was.iter() {
        let is = is.get(member);
        let is = is.unwrap_or_else(|| panic!("{member} is lost: {printed}"));
        match member {
            "name" => {
                let (was, is) = (members(was.as_str()), members(is.as_str()));
                assert_eq!((was.len(), is.len()), (3, 3));
                assert_eq!(
                    was.get("full").unwrap().as_str(),
                    is.get("full").unwrap().as_str()
                );
                let name = &after.fields.name;
                let parts = [
                    ("given", name.given.as_deref(), name.display_given()),
                    ("family", name.family.as_deref(), name.display_family()),
                ];
                for (part, kept, shown) in parts {
                    let part = |all: &OrderedMap<Json>| all.get(part).unwrap().text();
                    assert_eq!(
                        part(&was).as_deref(),
                        kept,
                        "what is kept is what was there"
                    );
                    assert_eq!(part(&is).as_deref(), shown.as_deref());
                }
            }
            "address" => {
                let (was, is) = (members(was.as_str()), members(is.as_str()));
                for (part, value) in was.iter() {
                    assert_eq!(
                        is.get(part).map(Json::as_str),
                        Some(value.as_str()),
                        "{part}"
                    );
                }
                assert_eq!(is.len(), was.len() + 1);
                let code = is.get("country_code").unwrap().text();
                assert_eq!(code.as_deref(), after.fields.address.country_code());
            }
            _ => assert_eq!(is.as_str(), was.as_str(), "{member}"),
        }
    }
    for (member, is) in is.iter() {
        assert!(
            was.get(member).is_some() || is_nothing(is),
            "{member} was not there"
        );
    }
}

/// Opens a copy of a store of an earlier format: all that it listed, exported and logged is
/// there as it was.
fn open_copy_of(format: u32) -> (tempfile::TempDir, Kinfold) {
    let (above, folder) = copy_of(format);
    let line = "SELECT json_group_array(json_array(scope, kind, key, contact, place, holds,
                    position, verified, raw, region, brought_by, place_brought_by))
                FROM (SELECT * FROM identifier ORDER BY scope, kind, key, place)";
    let picture = |connection: &rusqlite::Connection| -> String {
        connection.query_row(line, [], |row| row.get(0)).unwrap()
    };
    let listed = picture(&raw(&folder));

    let kinfold = Kinfold::open(&folder).unwrap();
    let report = kinfold.check().unwrap();
    assert!(report.ok, "{:?}", report.problems);
    let default = contacts(&kinfold);
    let before = lines(&fixture(format).join("contacts.jsonl"));
    let mut exported = Vec::new();
    default
        .for_each(|contact| {
            exported.push(contact);
            Ok(())
        })
        .unwrap();
    assert_eq!(exported.len(), before.len());
    for (before, after) in before.iter().zip(&exported) {
        match format {
            1 | 2 => same_but_for_what_is_worked_out(before, after),
            _ => assert_eq!(serde_json::to_string(after).unwrap(), *before),
        }
    }
    let changes: Vec<String> = default
        .changes_since(0, 100)
        .unwrap()
        .iter()
        .map(|change| serde_json::to_string(change).unwrap())
        .collect();
    assert_eq!(changes, lines(&fixture(format).join("changes.jsonl")));
    assert_eq!(picture(&raw(&folder)), listed, "every line is as it was");
    assert_eq!(default.stats().unwrap().format, 4);
    assert_eq!(number(&raw(&folder), "PRAGMA user_version"), 4);
    (above, kinfold)
}

#[test]
fn a_store_of_the_first_format_keeps_all_it_holds() {
    let (_above, kinfold) = open_copy_of(1);
    let default = contacts(&kinfold);
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
fn a_store_of_the_second_format_keeps_all_it_holds() {
    let (_above, kinfold) = open_copy_of(2);
    let default = contacts(&kinfold);
    // The chain of merges still leads to its survivor, and what that has is read as it was.
    let chi = Key::read(Kind::Email, "ana@example.com").unwrap();
    let chi = default.find(&chi).unwrap().unwrap();
    assert_eq!(chi.fields.name.full.as_deref(), Some("Chi Nguyen"));
    assert_eq!(chi.fields.timezone.as_deref(), Some("Asia/Ho_Chi_Minh"));
    let big = chi.fields.metadata.get("big").unwrap();
    assert_eq!(big.as_str(), "12345678901234567890");
    let ben = Key::read(Kind::Email, "ben@example.com").unwrap();
    let ben = default.find(&ben).unwrap().unwrap();
    assert_eq!(ben.fields.address.country.as_deref(), Some("UK"));
    assert_eq!(ben.fields.address.country_code(), Some("GB"));
    assert_eq!(ben.fields.name.display_family().as_deref(), Some("Okoro"));
    // Fields of today find their place beside those of then.
    let draft = Draft::new()
        .email("ben@example.com")
        .item(ListField::Followers, "u-1")
        .flag(FlagField::EmailUnsubscribed, true);
    let outcome = default.resolve(draft).unwrap();
    assert!(!outcome.created && outcome.changed);
    let ben = default.get(ben.id).unwrap();
    assert_eq!(ben.fields.followers, ["u-1"]);
    assert_eq!(ben.fields.email_unsubscribed, Some(true));
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn a_store_of_the_third_format_keeps_all_it_holds() {
    let (above, kinfold) = open_copy_of(3);
    let default = contacts(&kinfold);
    let find = |email| {
        let key = Key::read(Kind::Email, email).unwrap();
        default.find(&key).unwrap()
    };
    let chi = find("chi@example.com").unwrap();
    assert_eq!(default.memories(chi.id).unwrap().len(), 1);
    assert!(find("dan@example.com").is_none(), "a tombstone");
    assert!(find("info@example.com").is_none());
    // Whose last change was which: also of whom a merge gave back, or something was taken from.
    let raw = raw(&above.path().join("store"));
    let last = |name: &str| {
        let query = format!("SELECT last_change FROM contact WHERE full_name = '{name}'");
        number(&raw, &query)
    };
    let entry = |op: &str| {
        number(
            &raw,
            &format!("SELECT max(seq) FROM change WHERE op = '{op}'"),
        )
    };
    for (name, op) in [
        ("Ben Okoro", "unmerge"),
        ("Chi Nguyen", "unmerge"),
        ("Ana María Ruiz", "merge"),
        ("Hal", "reassign"),
        ("Dan", "delete"),
    ] {
        assert_eq!(last(name), entry(op), "{name}");
    }
}

/// Merges that an earlier version made are undone as well: everybody stands as before, and a
/// pair on the queue is again that of the two for whom it was made.
#[test]
fn merges_of_an_earlier_format_are_undone() {
    for backwards in [false, true] {
        let (_above, kinfold) = open_copy_of(2);
        let default = contacts(&kinfold);
        let mut merges = default.merges(None).unwrap();
        if backwards {
            merges.reverse();
        }
        let [one, other] = merges.try_into().unwrap();
        assert_eq!(default.review(false).unwrap().len(), 1);
        for merge in [one, other] {
            let undone = default.unmerge(merge.merge).unwrap();
            assert!(undone.conflicts.is_empty());
            assert!(kinfold.check().unwrap().ok);
        }
        assert_eq!(default.count().unwrap(), 8);
        let find = |email| {
            let key = Key::read(Kind::Email, email).unwrap();
            default.find(&key).unwrap().unwrap()
        };
        let (ana, ben) = (find("ana@example.com"), find("ben@example.com"));
        assert_eq!(ana.fields.name.full.as_deref(), Some("Ana María Ruiz"));
        assert_eq!(ana.fields.tags, ["lead", "VIP"]);
        let same = find("ana.ruiz@example.org");
        assert_eq!(same.fields.tags, ["vip", "press"]);
        // The request that merged the two said this of the survivor.
        assert_eq!(same.fields.company.as_deref(), Some("Ruiz & Co"));
        let queue = default.review(true).unwrap();
        let pairs: Vec<_> = queue.iter().map(|pair| (pair.a, pair.b)).collect();
        assert_eq!(pairs, [(ana.id, ben.id)]);
    }
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
