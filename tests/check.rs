//! `check` finds what a store must never be, rule by rule; `repair` puts right who holds
//! which key, and nothing else.

use kinfold::{
    Draft, FieldDefinitionDraft, FieldType, Kinfold, MemoryScope, NoteDraft, OnConflict,
    ResolveRequest, Scope, TaskDraft,
};
use rusqlite::Connection;
use tempfile::TempDir;

/// A store in which Ana (1) and Bo (2) share a phone that Ana holds, and Cem (3) absorbed
/// Dee (4).
fn store() -> (TempDir, Kinfold) {
    let folder = tempfile::tempdir().unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let draft = Draft::new;
    let ana = draft().phone("+14155550101").name("Ana");
    contacts
        .resolve(ResolveRequest::from(ana).idempotency_key("first"))
        .unwrap();
    let ana = contacts.list(None, 1).unwrap()[0].id;
    contacts.add_note(ana, &NoteDraft::new("note")).unwrap();
    contacts.add_task(ana, &TaskDraft::new("task")).unwrap();
    let agent = MemoryScope::AgentNumber("+14155550199".to_owned());
    contacts.memory(ana, &agent).unwrap();
    let plan = FieldDefinitionDraft::new("plan", FieldType::Radio).options(["gold"]);
    contacts.define_field(&plan).unwrap();
    contacts.resolve(draft().email("bo@example.com")).unwrap();
    contacts
        .resolve(draft().phone("+14155550101").email("bo@example.com"))
        .unwrap();
    contacts.resolve(draft().external_id("crm", "3")).unwrap();
    contacts.resolve(draft().email("dee@example.com")).unwrap();
    let both = draft().external_id("crm", "3").email("dee@example.com");
    contacts
        .resolve(ResolveRequest::from(both).on_conflict(OnConflict::Merge))
        .unwrap();
    kinfold
        .contacts(Scope::new("other", None).unwrap())
        .resolve(draft().email("x@example.com"))
        .unwrap();
    (folder, kinfold)
}

fn raw(folder: &TempDir) -> Connection {
    let raw = Connection::open(folder.path().join("contacts.db")).unwrap();
    raw.pragma_update(None, "foreign_keys", false).unwrap();
    raw
}

/// What is broken, by which statement, and the rule under which it must be found.
const BROKEN: &[(&str, &str, &str)] = &[
    (
        "a line whose first contact does not hold the key",
        "UPDATE identifier SET holds = 0 WHERE holds = 1 AND kind = 1",
        "holder",
    ),
    (
        "a key held by the second in line",
        "UPDATE identifier SET holds = 0 WHERE kind = 1;
         UPDATE identifier SET holds = 1 WHERE kind = 1 AND contact = 2",
        "holder",
    ),
    (
        "a key held by a tombstone",
        "UPDATE contact SET state = 1 WHERE id = 2",
        "holder",
    ),
    (
        "a blocked key that is held",
        "INSERT INTO blocked_key (scope, kind, key, blocked_at) VALUES (1, 1, '+14155550101', 0)",
        "holder",
    ),
    (
        "an external id that two live contacts list",
        "INSERT INTO identifier (scope, kind, key, contact, place, holds, position, verified)
         VALUES (1, 3, 'crm:3', 1, 999999999, 0, 1, 1)",
        "external id",
    ),
    (
        "an identifier in another scope than its contact",
        "UPDATE identifier SET scope = 2 WHERE key = 'bo@example.com'",
        "scope",
    ),
    (
        "a change in another scope than its contact",
        "UPDATE change SET scope = 2 WHERE seq = 1",
        "scope",
    ),
    (
        "an answer in another scope than its contact",
        "UPDATE answer SET scope = 2",
        "scope",
    ),
    (
        "an answer kept with another contact",
        "UPDATE answer SET contact = 2",
        "answer",
    ),
    (
        "an answer that names no contact",
        "UPDATE answer SET outcome = '[]'",
        "answer",
    ),
    (
        "a distinct mark across scopes",
        "INSERT INTO distinct_mark (one, other, marked_at) VALUES (1, 5, 0)",
        "scope",
    ),
    (
        "an absorbed contact that lists something",
        "UPDATE identifier SET contact = 4, holds = 0 WHERE key = 'dee@example.com'",
        "merge",
    ),
    (
        "absorbed contacts that lead to each other",
        "UPDATE contact SET state = 2, survivor = 4 WHERE id = 3",
        "merge",
    ),
    (
        "an absorbed contact without an entry in the ledger",
        "UPDATE merge SET undone_at = 0",
        "merge",
    ),
    (
        "a note of an erased contact",
        "UPDATE identifier SET holds = 0 WHERE contact = 1;
         UPDATE contact SET state = 1, erased_at = 0 WHERE id = 1;
         DELETE FROM task; DELETE FROM memory",
        "erased",
    ),
    (
        "a task of an erased contact",
        "UPDATE identifier SET holds = 0 WHERE contact = 1;
         UPDATE contact SET state = 1, erased_at = 0 WHERE id = 1;
         DELETE FROM note; DELETE FROM memory",
        "erased",
    ),
    (
        "a memory of an erased contact",
        "UPDATE identifier SET holds = 0 WHERE contact = 1;
         UPDATE contact SET state = 1, erased_at = 0 WHERE id = 1;
         DELETE FROM note; DELETE FROM task",
        "erased",
    ),
    (
        "a memory whose facts are a list",
        "UPDATE memory SET facts = '[]'",
        "memory",
    ),
    (
        "a memory whose messages are no list",
        "UPDATE memory SET recent_messages = '{}'",
        "memory",
    ),
    (
        "an agent's number as nobody would ask for it",
        "UPDATE memory SET name = '+1 (415) 555-0199'",
        "memory",
    ),
    (
        "a definition whose options are no list",
        "UPDATE custom_field SET options = '{}'",
        "custom field",
    ),
    (
        "a definition with an option that is no text",
        "UPDATE custom_field SET options = '[\"gold\",1]'",
        "custom field",
    ),
    (
        "a contact whose creation is not in the log",
        "DELETE FROM change WHERE op = 'create' AND contact = 1",
        "log",
    ),
    (
        "a key that is not its own key",
        "UPDATE identifier SET key = 'Bo@Example.com' WHERE key = 'bo@example.com'",
        "key",
    ),
    (
        "a last change that no entry of the log knows",
        "UPDATE contact SET last_change = last_change + 1 WHERE id = 1",
        "log",
    ),
    (
        "a last change that is not the last",
        "UPDATE contact SET last_change = last_change - 1 WHERE id = 1",
        "log",
    ),
    (
        "an absorbed contact whose last change is its own last entry",
        "UPDATE contact SET last_change = (SELECT max(seq) FROM change WHERE contact = 4)
         WHERE id = 4",
        "log",
    ),
    (
        "a row that points to nothing",
        "UPDATE identifier SET contact = 77 WHERE key = 'bo@example.com'",
        "integrity",
    ),
];

#[test]
fn a_sound_store_is_found_sound() {
    let (_folder, kinfold) = store();
    let report = kinfold.check().unwrap();
    assert!(
        report.ok && report.problems.is_empty(),
        "{:?}",
        report.problems
    );
    assert!(kinfold.repair().unwrap().repaired.is_empty());
}

#[test]
fn every_broken_rule_is_found() {
    for (what, statement, rule) in BROKEN {
        let (folder, kinfold) = store();
        raw(&folder).execute_batch(statement).unwrap();
        let report = kinfold.check().unwrap();
        assert!(!report.ok, "{what}");
        let rules: Vec<&str> = report.problems.iter().map(|problem| problem.rule).collect();
        assert!(rules.contains(rule), "{what}: found {rules:?}");
    }
}

/// Keys of other rules are no damage, but worth knowing.
#[test]
fn other_key_rules_are_a_note() {
    let (folder, kinfold) = store();
    let statement = "UPDATE property SET value = 'own=0' WHERE name = 'key_rules'";
    raw(&folder).execute_batch(statement).unwrap();
    let report = kinfold.check().unwrap();
    assert!(report.ok);
    assert!(report.notes.iter().any(|note| note.rule == "key rules"));
}

/// The holders are put right, and followers of the log are told.
#[test]
fn holders_are_repaired_and_logged() {
    for (what, statement, _) in BROKEN.iter().filter(|(.., rule)| *rule == "holder") {
        let (folder, kinfold) = store();
        raw(&folder).execute_batch(statement).unwrap();
        let contacts = kinfold.contacts(Scope::default());
        let before = contacts.changes_since(0, 100).unwrap().len();
        let report = kinfold.repair().unwrap();
        assert!(report.ok, "{what}: {:?}", report.problems);
        assert!(!report.repaired.is_empty(), "{what}");
        let changes = contacts.changes_since(0, 100).unwrap();
        assert!(changes.len() > before, "{what}");
        assert_eq!(changes.last().unwrap().op, "repair");
        assert!(
            changes.last().unwrap().diff.as_str().contains("changed"),
            "{what}"
        );
    }
}

/// A damaged database is not written to.
#[test]
fn what_is_damaged_is_left_alone() {
    let (folder, kinfold) = store();
    let statement = "UPDATE identifier SET holds = 0 WHERE kind = 1;
                     UPDATE identifier SET contact = 77 WHERE key = 'bo@example.com'";
    raw(&folder).execute_batch(statement).unwrap();
    let report = kinfold.repair().unwrap();
    assert!(!report.ok && report.repaired.is_empty());
    let held: i64 = raw(&folder)
        .query_row(
            "SELECT count(*) FROM identifier WHERE kind = 1 AND holds = 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(held, 0);
}
