//! Notes and tasks: what stands beside a contact, and whose it is after a merge.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use common::{contacts, new_folder, number, raw};
use kinfold::{
    Change, ContactId, Contacts, Draft, Error, Kinfold, MemoryPatch, MemoryScope, MergeRules,
    NoteDraft, NoteId, NotePatch, OnConflict, ResolveRequest, Scope, TaskDraft, TaskId, TaskPatch,
};
use serde_json::{Value, json};

fn resolve(contacts: &Contacts, email: &str) -> ContactId {
    let request = Draft::new().email(format!("{email}@example.com"));
    contacts.resolve(request).unwrap().contact.id
}

/// Merges the holders of two emails; the first one survives.
fn merge(contacts: &Contacts, survivor: &str, absorbed: &str) -> ContactId {
    let both = Draft::new()
        .email(format!("{survivor}@example.com"))
        .email(format!("{absorbed}@example.com"));
    let request = ResolveRequest::from(both).on_conflict(OnConflict::Merge);
    let outcome = contacts.resolve(request).unwrap();
    assert_eq!(outcome.merged.len(), 1, "{survivor} absorbs {absorbed}");
    outcome.contact.id
}

/// The last entry of the log: its operation, its contact, and what it tells.
fn last_change(contacts: &Contacts) -> (String, ContactId, Value) {
    let log = contacts.changes_since(0, usize::MAX).unwrap();
    let last = log.last().unwrap();
    let told = serde_json::from_str(last.diff.as_str()).unwrap();
    (last.op.clone(), last.contact.unwrap(), told)
}

fn printed(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn is_not_found<T>(done: Result<T, Error>) -> bool {
    matches!(done, Err(Error::NotFound(_)))
}

fn is_no_such<T>(done: Result<T, Error>, what: &str) -> bool {
    done.is_err_and(|error| {
        let named = matches!(&error, Error::NoSuch { what: named, .. } if *named == what);
        named && error.code() == "NOT_FOUND"
    })
}

#[test]
fn a_note_is_written_read_changed_and_deleted() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = resolve(&contacts, "ana");
    let before = contacts.get(ana).unwrap();

    let draft = NoteDraft::new(" Call in\nthe morning. ")
        .title("Calls")
        .author("maria");
    let note = contacts.add_note(ana, &draft).unwrap();
    assert_eq!(
        printed(&note),
        json!({
            "id": note.id.to_string(), "contact": ana.to_string(), "title": "Calls",
            "body": "Call in\nthe morning.", "colour": null, "pinned": false, "author": "maria",
            "created_at": note.created_at.to_string(), "updated_at": note.created_at.to_string(),
        })
    );
    let told = json!({"note": {
        "id": note.id.to_string(), "title": {"after": "Calls"},
        "body": {"after": "Call in\nthe morning."}, "pinned": {"after": false},
        "author": {"after": "maria"},
    }});
    assert_eq!(last_change(&contacts), ("note".to_owned(), ana, told));
    assert_eq!(contacts.note(ana, note.id).unwrap(), note);

    let patch = NotePatch::from_json(r#"{"pinned":true,"title":null,"colour":"yellow"}"#).unwrap();
    let changed = contacts.update_note(ana, note.id, &patch).unwrap();
    assert!(changed.pinned && changed.title.is_none() && changed.body == note.body);
    let told = json!({"note": {
        "id": note.id.to_string(), "title": {"before": "Calls"}, "colour": {"after": "yellow"},
        "pinned": {"before": false, "after": true},
    }});
    assert_eq!(last_change(&contacts), ("note".to_owned(), ana, told));
    let other = contacts.add_note(ana, &NoteDraft::new("Second")).unwrap();
    assert_eq!(
        contacts.notes(ana).unwrap(),
        [changed.clone(), other.clone()]
    );

    contacts.delete_note(ana, note.id).unwrap();
    let (op, contact, told) = last_change(&contacts);
    assert_eq!((op.as_str(), contact), ("note", ana));
    assert_eq!(
        told["note"]["body"],
        json!({"before": "Call in\nthe morning."})
    );
    assert_eq!(contacts.notes(ana).unwrap(), [other]);
    assert!(is_no_such(contacts.note(ana, note.id), "note"));
    assert!(is_no_such(contacts.delete_note(ana, note.id), "note"));

    // The record's own version counts the record's own changes.
    assert_eq!(contacts.get(ana).unwrap(), before);
}

#[test]
fn a_task_is_written_completed_and_deleted() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = resolve(&contacts, "ana");
    let draft = TaskDraft::new("Send the contract")
        .body("Two copies.")
        .due_at("2026-03-01T10:00:00+01:00".parse().unwrap())
        .assigned_to("maria");
    let task = contacts.add_task(ana, &draft).unwrap();
    assert_eq!(
        printed(&task),
        json!({
            "id": task.id.to_string(), "contact": ana.to_string(), "title": "Send the contract",
            "body": "Two copies.", "due_at": "2026-03-01T09:00:00.000Z", "completed": false,
            "assigned_to": "maria", "created_at": task.created_at.to_string(),
            "updated_at": task.created_at.to_string(),
        })
    );
    assert_eq!(contacts.task(ana, task.id).unwrap(), task);

    let done = contacts.complete_task(ana, task.id, true).unwrap();
    assert!(done.completed);
    let told = json!({"task": {
        "id": task.id.to_string(), "completed": {"before": false, "after": true},
    }});
    assert_eq!(last_change(&contacts), ("task".to_owned(), ana, told));
    assert!(
        !contacts
            .complete_task(ana, task.id, false)
            .unwrap()
            .completed
    );

    let patch = TaskPatch::from_json(r#"{"due_at":null,"body":null}"#).unwrap();
    let changed = contacts.update_task(ana, task.id, &patch).unwrap();
    assert_eq!((changed.due_at, &changed.body), (None, &None));
    assert_eq!(contacts.tasks(ana).unwrap(), [changed]);
    contacts.delete_task(ana, task.id).unwrap();
    assert_eq!(contacts.tasks(ana).unwrap(), []);
    assert!(is_no_such(
        contacts.complete_task(ana, task.id, true),
        "task"
    ));
}

/// If nothing changes, nothing is written: no entry, no new time.
#[test]
fn what_changes_nothing_writes_nothing() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = resolve(&contacts, "ana");
    let note = contacts
        .add_note(ana, &NoteDraft::new("Hello").title("T"))
        .unwrap();
    let task = contacts.add_task(ana, &TaskDraft::new("Call")).unwrap();
    let log = contacts.changes_since(0, 100).unwrap();
    for patch in [
        "{}",
        r#"{"body":"Hello","colour":null}"#,
        r#"{"title":" T ","body":""}"#,
    ] {
        let patch = NotePatch::from_json(patch).unwrap();
        assert_eq!(contacts.update_note(ana, note.id, &patch).unwrap(), note);
    }
    assert_eq!(contacts.complete_task(ana, task.id, false).unwrap(), task);
    assert_eq!(contacts.changes_since(0, 100).unwrap(), log);
}

/// What is refused, by which field, and nothing is written.
#[test]
fn what_says_nothing_or_too_much_is_refused() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = resolve(&contacts, "ana");
    let note = contacts.add_note(ana, &NoteDraft::new("Hello")).unwrap();
    let task = contacts.add_task(ana, &TaskDraft::new("Call")).unwrap();
    let log = contacts.changes_since(0, 100).unwrap();
    let long = "x".repeat(65_537);

    for (draft, field) in [
        (NoteDraft::new(" \n "), "body"),
        (NoteDraft::new(&long), "body"),
        (NoteDraft::new("a\0b"), "body"),
        (NoteDraft::new("a").title("two\nlines"), "title"),
        (NoteDraft::new("a").colour(&long), "colour"),
        (NoteDraft::new("a").author("a\u{1b}b"), "author"),
    ] {
        let error = contacts.add_note(ana, &draft).unwrap_err();
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_FIELD", Some(field))
        );
    }
    for (draft, field) in [
        (TaskDraft::new(""), "title"),
        (TaskDraft::new("two\nlines"), "title"),
        (TaskDraft::new("a").body(&long), "body"),
        (TaskDraft::new("a").assigned_to(&long), "assigned_to"),
    ] {
        let error = contacts.add_task(ana, &draft).unwrap_err();
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_FIELD", Some(field))
        );
    }
    // A note without a body and a task without a title are none.
    let patch = NotePatch {
        body: Change::Clear,
        ..NotePatch::default()
    };
    let error = contacts.update_note(ana, note.id, &patch).unwrap_err();
    assert_eq!(error.field(), Some("body"));
    let patch = TaskPatch {
        title: Change::Clear,
        ..TaskPatch::default()
    };
    let error = contacts.update_task(ana, task.id, &patch).unwrap_err();
    assert_eq!(error.field(), Some("title"));
    assert_eq!(contacts.changes_since(0, 100).unwrap(), log);
}

/// The JSON of a patch, the code and the field of its refusal.
#[test]
fn a_patch_in_json_is_refused_by_the_key_that_is_wrong() {
    for (json, field) in [
        ("", "json_patch"),
        ("[]", "json_patch"),
        (r#"{"text":"a"}"#, "text"),
        (r#"{"body":1}"#, "body"),
        (r#"{"pinned":"yes"}"#, "pinned"),
        (r#"{"body":"a","body":"b"}"#, "json_patch"),
    ] {
        let error = NotePatch::from_json(json).unwrap_err();
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_REQUEST", Some(field)),
            "{json}"
        );
    }
    for (json, code, field) in [
        (r#"{"due_at":"tomorrow"}"#, "INVALID_FIELD", "due_at"),
        (r#"{"due_at":5}"#, "INVALID_REQUEST", "due_at"),
        (r#"{"completed":1}"#, "INVALID_REQUEST", "completed"),
        (r#"{"done":true}"#, "INVALID_REQUEST", "done"),
    ] {
        let error = TaskPatch::from_json(json).unwrap_err();
        assert_eq!((error.code(), error.field()), (code, Some(field)), "{json}");
    }
}

/// Neither another contact nor another scope sees or touches a note or a task.
#[test]
fn nobody_else_sees_them() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let ana = resolve(&contacts, "ana");
    let bo = resolve(&contacts, "bo");
    let note = contacts.add_note(ana, &NoteDraft::new("Hello")).unwrap().id;
    let task = contacts.add_task(ana, &TaskDraft::new("Call")).unwrap().id;
    let elsewhere = [
        kinfold.contacts(Scope::new("default", Some("branch")).unwrap()),
        kinfold.contacts(Scope::new("never", None).unwrap()),
    ];
    let there = resolve(&elsewhere[0], "ana");
    let done = NotePatch::default();

    assert_eq!(contacts.notes(bo).unwrap(), []);
    assert_eq!(contacts.tasks(bo).unwrap(), []);
    assert!(is_no_such(contacts.note(bo, note), "note"));
    assert!(is_no_such(contacts.update_note(bo, note, &done), "note"));
    assert!(is_no_such(contacts.delete_note(bo, note), "note"));
    assert!(is_no_such(contacts.complete_task(bo, task, true), "task"));
    for other in &elsewhere {
        assert!(is_not_found(other.notes(ana)));
        assert!(is_not_found(other.note(ana, note)));
        assert!(is_not_found(other.add_note(ana, &NoteDraft::new("x"))));
        assert!(is_not_found(other.delete_note(ana, note)));
        assert!(is_not_found(other.tasks(ana)));
        assert!(is_not_found(other.complete_task(ana, task, true)));
    }
    assert!(is_no_such(elsewhere[0].note(there, note), "note"));
    assert!(is_no_such(elsewhere[0].delete_task(there, task), "task"));
    let stranger = ContactId::from_bytes([7; 16]);
    assert!(is_not_found(contacts.notes(stranger)));
    assert!(is_no_such(
        contacts.note(ana, NoteId::from_bytes([7; 16])),
        "note"
    ));
    assert!(is_no_such(
        contacts.task(ana, TaskId::from_bytes([7; 16])),
        "task"
    ));
    let counted = |stats: kinfold::Stats| (stats.notes, stats.tasks);
    assert_eq!(counted(contacts.stats().unwrap()), (1, 1));
    assert_eq!(counted(elsewhere[0].stats().unwrap()), (0, 0));
}

/// A merge moves no row: what belongs to an absorbed contact belongs to its survivor, however
/// it is asked for, and is written to in its place.
#[test]
fn a_survivor_has_the_notes_and_tasks_of_all_that_it_absorbed() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let mut ids = Vec::new();
    for name in ["ana", "bo", "cem"] {
        let id = resolve(&contacts, name);
        contacts.add_note(id, &NoteDraft::new(name)).unwrap();
        contacts.add_task(id, &TaskDraft::new(name)).unwrap();
        ids.push(id);
    }
    let (ana, bo, cem) = (ids[0], ids[1], ids[2]);
    assert_eq!(merge(&contacts, "bo", "ana"), bo);
    assert_eq!(merge(&contacts, "cem", "bo"), cem);

    for id in [ana, bo, cem] {
        let notes = contacts.notes(id).unwrap();
        let bodies: Vec<_> = notes.iter().map(|note| note.body.as_str()).collect();
        assert_eq!(
            bodies,
            ["ana", "bo", "cem"],
            "in the order in which they were written"
        );
        assert!(notes.iter().all(|note| note.contact == cem));
        let tasks = contacts.tasks(id).unwrap();
        let titles: Vec<_> = tasks.iter().map(|task| task.title.as_str()).collect();
        assert_eq!(titles, ["ana", "bo", "cem"]);
        assert!(tasks.iter().all(|task| task.contact == cem));
    }
    let first = contacts.notes(cem).unwrap()[0].clone();
    let patch = NotePatch {
        pinned: Change::Set(true),
        ..NotePatch::default()
    };
    contacts.update_note(ana, first.id, &patch).unwrap();
    assert_eq!(
        last_change(&contacts).1,
        cem,
        "the log names whose it is now"
    );
    assert!(contacts.note(bo, first.id).unwrap().pinned);
    let new = contacts.add_note(ana, &NoteDraft::new("new")).unwrap();
    assert_eq!(new.contact, cem);
    let raw = raw(&folder);
    for (what, rows) in [("ana", 1), ("bo", 1), ("cem", 2)] {
        let rows_of = number(
            &raw,
            &format!(
                "SELECT count(*) FROM note WHERE contact IN
                     (SELECT contact FROM task WHERE title = '{what}')"
            ),
        );
        assert_eq!(
            rows_of, rows,
            "{what}: new ones are the survivor's, the others stay"
        );
    }
    contacts.delete_note(bo, first.id).unwrap();
    assert_eq!(contacts.notes(cem).unwrap().len(), 3);
    assert!(kinfold.check().unwrap().ok);
}

/// A deleted contact can be restored, so it keeps what stands beside it; but nothing is
/// written to it.
#[test]
fn a_deleted_contact_keeps_its_notes_and_gets_no_others() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = resolve(&contacts, "ana");
    let note = contacts.add_note(ana, &NoteDraft::new("Hello")).unwrap();
    let task = contacts.add_task(ana, &TaskDraft::new("Call")).unwrap();
    let delete = "UPDATE identifier SET holds = 0; UPDATE contact SET state = 1";
    raw(&folder).execute_batch(delete).unwrap();
    let log = contacts.changes_since(0, 100).unwrap();

    assert_eq!(contacts.notes(ana).unwrap(), std::slice::from_ref(&note));
    assert_eq!(contacts.task(ana, task.id).unwrap(), task);
    assert!(is_not_found(contacts.add_note(ana, &NoteDraft::new("x"))));
    assert!(is_not_found(contacts.update_note(
        ana,
        note.id,
        &NotePatch::default()
    )));
    assert!(is_not_found(contacts.delete_note(ana, note.id)));
    assert!(is_not_found(contacts.add_task(ana, &TaskDraft::new("x"))));
    assert!(is_not_found(contacts.complete_task(ana, task.id, true)));
    assert!(is_not_found(contacts.delete_task(ana, task.id)));
    assert_eq!(contacts.changes_since(0, 100).unwrap(), log);
}

/// Inside a shared transaction they are seen at once, and go with it.
#[test]
fn they_share_a_transaction_with_other_calls() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let outside = contacts(&kinfold);
    let work = |tx: &kinfold::Transaction<'_>| -> Result<(ContactId, NoteId), Error> {
        let contacts = tx.contacts(Scope::default()).origin("form")?;
        let ana = contacts
            .resolve(Draft::new().email("ana@example.com"))?
            .contact
            .id;
        let note = contacts.add_note(ana, &NoteDraft::new("Hello"))?;
        let patch = NotePatch {
            pinned: Change::Set(true),
            ..NotePatch::default()
        };
        contacts.update_note(ana, note.id, &patch)?;
        let task = contacts.add_task(ana, &TaskDraft::new("Call"))?;
        contacts.complete_task(ana, task.id, true)?;
        let patch = TaskPatch {
            body: Change::Set("Now".to_owned()),
            ..TaskPatch::default()
        };
        contacts.update_task(ana, task.id, &patch)?;
        let gone = contacts.add_note(ana, &NoteDraft::new("Gone"))?;
        contacts.delete_note(ana, gone.id)?;
        let gone = contacts.add_task(ana, &TaskDraft::new("Gone"))?;
        contacts.delete_task(ana, gone.id)?;
        assert!(
            contacts.add_note(ana, &NoteDraft::new("")).is_err(),
            "refused, and it goes on"
        );
        assert_eq!(contacts.notes(ana)?.len(), 1);
        assert!(contacts.note(ana, note.id)?.pinned);
        assert!(contacts.task(ana, task.id)?.completed);
        assert_eq!(contacts.tasks(ana)?.len(), 1);
        Ok((ana, note.id))
    };
    let undone: Result<(), Error> = kinfold.transaction(|tx| {
        work(tx)?;
        Err(Error::Stopped)
    });
    assert!(undone.is_err());
    assert_eq!(outside.stats().unwrap().notes, 0);
    let (ana, note) = kinfold.transaction(work).unwrap();
    assert!(outside.note(ana, note).unwrap().pinned);
    let log = outside.changes_since(0, 100).unwrap();
    assert!(
        log.iter()
            .all(|entry| entry.origin.as_deref() == Some("form"))
    );
}

/// Notes, tasks and memories go back with the undo of a merge, as they are by then; what was
/// written of the survivor since stays with it, and so does whose memory it was.
#[test]
fn they_go_back_when_a_merge_is_undone() {
    let contacts = contacts(&Kinfold::open_in_memory().unwrap());
    let [ana, ben, cem] = ["ana", "ben", "cem"].map(|name| resolve(&contacts, name));
    let of = MemoryScope::Persona("guide".into());
    let mut notes = Vec::new();
    for (contact, text) in [(ana, "a"), (ben, "b"), (cem, "c")] {
        notes.push(
            contacts
                .add_note(contact, &NoteDraft::new(text))
                .unwrap()
                .id,
        );
        contacts.add_task(contact, &TaskDraft::new(text)).unwrap();
        let memory = contacts.memory(contact, &of).unwrap().0;
        let patch = MemoryPatch::new().summary(text);
        contacts.update_memory(memory.id, &patch).unwrap();
    }
    let inner = contacts.merge(ana, ben, &MergeRules::default()).unwrap();
    let outer = contacts.merge(cem, ana, &MergeRules::default()).unwrap();
    let bodies = |contact| -> Vec<String> {
        let notes = contacts.notes(contact).unwrap().into_iter();
        let tasks = contacts.tasks(contact).unwrap().into_iter();
        let memories = contacts.memories(contact).unwrap().into_iter();
        let mut all: Vec<String> = notes
            .map(|note| note.body)
            .chain(tasks.map(|task| task.title))
            .chain(memories.filter_map(|memory| memory.summary))
            .collect();
        all.sort();
        all
    };
    assert_eq!(bodies(cem), ["a", "a", "a", "b", "b", "b", "c", "c", "c"]);
    let patch = NotePatch {
        body: Change::Set("b again".to_owned()),
        ..NotePatch::default()
    };
    contacts.update_note(cem, notes[1], &patch).unwrap();
    contacts.add_note(cem, &NoteDraft::new("since")).unwrap();

    contacts.unmerge(inner.merge).unwrap();
    assert_eq!(bodies(ben), ["b", "b", "b again"]);
    assert_eq!(bodies(cem), ["a", "a", "a", "c", "c", "c", "since"]);
    assert_eq!(contacts.note(ben, notes[1]).unwrap().contact, ben);
    contacts.unmerge(outer.merge).unwrap();
    assert_eq!(bodies(ana), ["a", "a", "a"]);
    assert_eq!(bodies(cem), ["c", "c", "c", "since"]);
    for (contact, summary) in [(ana, "a"), (ben, "b"), (cem, "c")] {
        let (memory, created) = contacts.memory(contact, &of).unwrap();
        assert!(!created && memory.summary.as_deref() == Some(summary));
    }
}

/// `{:?}` of any of them says nothing of the person.
#[test]
fn debug_says_nothing_of_anybody() {
    let contacts = contacts(&Kinfold::open_in_memory().unwrap());
    let ana = resolve(&contacts, "ana");
    let word = "wardrobe";
    let note = NoteDraft::new(word).title(word).colour(word).author(word);
    let task = TaskDraft::new(word).body(word).assigned_to(word);
    let patch = NotePatch {
        body: Change::Set(word.to_owned()),
        ..NotePatch::default()
    };
    let task_patch = TaskPatch {
        title: Change::Set(word.to_owned()),
        ..TaskPatch::default()
    };
    let written = (
        contacts.add_note(ana, &note).unwrap(),
        contacts.add_task(ana, &task).unwrap(),
    );
    let refused = contacts
        .add_note(ana, &NoteDraft::new("wardrobe\0"))
        .unwrap_err();
    let all = format!("{note:?}{task:?}{patch:?}{task_patch:?}{written:?}{refused:?}{refused}");
    assert!(!all.contains(word), "{all}");
}
