//! Erasing: no value that only an erased contact had is left in any file of the store.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::fs;
use std::path::Path;
use std::sync::mpsc;

use common::{contacts, new_folder};
use kinfold::{
    ContactId, Contacts, Draft, Key, KeyPattern, Kind, Kinfold, MemoryPatch, MemoryScope,
    MergeRules, NoteDraft, NotePatch, OnConflict, ResolveRequest, TaskDraft, TextField, Update,
};

/// Values that no other text of a store holds by chance.
const SECRETS: &[&str] = &[
    "zebra-quill@secret.example",
    "Zebra-Quill@Secret.example",
    "+14155550177",
    "(415) 555-0177",
    "crmquill77",
    "Zebulonia",
    "Quillworth",
    "Quillworth Holdings",
    "7 Quill Crescent",
    "quilltag",
    "quillvalue",
    "quillkey",
    "1977-07-17",
    "quillnote.example",
    "quill message",
    "987654321012345",
];

fn secret_draft() -> Draft {
    let mut draft = Draft::new()
        .email("Zebra-Quill@Secret.example")
        .phone("+1 (415) 555-0177")
        .external_id("crm", "crmquill77")
        .given("Zebulonia")
        .family("Quillworth")
        .text(TextField::Company, "Quillworth Holdings")
        .text(TextField::Website, "https://quillnote.example")
        .tag("quilltag")
        .metadata("quillkey", "quillvalue")
        .metadata("number", 987_654_321_012_345);
    draft.fields.date_of_birth = kinfold::Change::Set("1977-07-17".into());
    let request = ResolveRequest::from_json(
        r#"{"address":{"line1":"7 Quill Crescent"},
            "do_not_disturb":{"channels":{"Email":{"status":"active","message":"quill message"}}}}"#,
    )
    .unwrap();
    draft.fields.address = request.draft.fields.address;
    draft.fields.do_not_disturb = request.draft.fields.do_not_disturb;
    draft
}

/// The secrets that stand in a file of the folder, byte for byte.
fn left_in(folder: &Path) -> Vec<String> {
    let mut left = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        // The secrets are ASCII: what else is no text does not matter.
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for secret in SECRETS.iter().filter(|secret| text.contains(**secret)) {
            let name = path.file_name().unwrap().display();
            left.push(format!("{secret} in {name}"));
        }
    }
    left
}

fn create(contacts: &Contacts, draft: Draft) -> ContactId {
    let outcome = contacts.resolve(draft).unwrap();
    assert!(outcome.created);
    outcome.contact.id
}

/// Neighbours, so that pages split and cells move around what is erased.
fn fill(contacts: &Contacts, from: u32) {
    let requests = (from..from + 300).map(|number| {
        Draft::new()
            .email(format!("neighbour{number}@example.com"))
            .phone(format!("+1415557{number:04}"))
            .name(format!("Neighbour Number{number}"))
            .metadata("note", "x".repeat((number as usize * 37) % 900).as_str())
    });
    contacts.resolve_many(requests).unwrap();
}

/// A store with the secret contact in its middle, and what became of it.
fn with_secret(live: impl FnOnce(&Contacts) -> ContactId) {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    fill(&contacts, 0);
    let id = live(&contacts);
    fill(&contacts, 300);
    assert!(!left_in(&folder).is_empty(), "the test sees what is there");

    let erased = contacts.erase(id).unwrap();
    assert!(!erased.pending);
    assert_eq!(left_in(&folder), Vec::<String>::new());
    assert_eq!(contacts.get(id).unwrap_err().code(), "NOT_FOUND");
    assert_eq!(contacts.restore(id).unwrap_err().code(), "NOT_FOUND");
    let last = contacts.stats().unwrap().last_seq;
    let log = contacts.changes_since(last - 1, 10).unwrap();
    assert_eq!(log.last().unwrap().op, "erase");
    assert_eq!(log.last().unwrap().diff.as_str(), "{}");
    let report = kinfold.check().unwrap();
    assert!(report.ok, "{:?}", report.problems);
    // Closing and opening writes nothing of it anew.
    drop((contacts, kinfold));
    Kinfold::open(&folder).unwrap();
    assert_eq!(left_in(&folder), Vec::<String>::new());
}

#[test]
fn a_contact_that_was_only_created() {
    with_secret(|contacts| create(contacts, secret_draft()));
}

#[test]
fn a_contact_with_a_history_of_its_own() {
    with_secret(|contacts| {
        let id = create(contacts, Draft::new().email("zebra-quill@secret.example"));
        contacts.upsert(secret_draft()).unwrap();
        let update = Update::new()
            .text(TextField::Company, "Elsewhere")
            .remove_tag("quilltag");
        contacts.update(id, update).unwrap();
        contacts
            .update(id, Update::new().email("other@example.org"))
            .unwrap();
        contacts.delete(id).unwrap();
        contacts.restore(id).unwrap();
        let kept = ResolveRequest::from(Draft::new().external_id("crm", "crmquill77"));
        contacts.resolve(kept.idempotency_key("answer-1")).unwrap();
        contacts.delete(id).unwrap();
        id
    });
}

#[test]
fn a_contact_and_those_that_it_absorbed() {
    with_secret(|contacts| {
        let survivor = create(contacts, Draft::new().email("plain@example.org"));
        let absorbed = create(contacts, secret_draft());
        contacts
            .merge(survivor, absorbed, &MergeRules::default())
            .unwrap();
        assert_eq!(
            contacts.erase(absorbed).unwrap_err().code(),
            "INVALID_REQUEST"
        );
        survivor
    });
}

/// Its values went through the records of others, and were edited there.
#[test]
fn a_contact_that_was_part_of_another_for_a_time() {
    with_secret(|contacts| {
        let first = create(
            contacts,
            Draft::new()
                .email("first@example.org")
                .text(TextField::Gender, "f"),
        );
        let secret = create(contacts, secret_draft());
        let outer = create(contacts, Draft::new().email("outer@example.org"));
        let inner = contacts
            .merge(first, secret, &MergeRules::default())
            .unwrap();
        let update = Update::new().text(TextField::Company, "Elsewhere");
        contacts.update(first, update).unwrap();
        contacts
            .merge(outer, first, &MergeRules::default())
            .unwrap();
        let kept = ResolveRequest::from(Draft::new().email("outer@example.org"));
        contacts.resolve(kept.idempotency_key("answer-2")).unwrap();
        contacts.unmerge(inner.merge).unwrap();
        secret
    });
}

/// What it was changed after it stood alone again, so that only the history of the other one
/// still tells of it; and what stood beside it was changed meanwhile.
#[test]
fn a_contact_that_changed_after_it_was_part_of_another() {
    with_secret(|contacts| {
        let first = create(contacts, Draft::new().email("first@example.org"));
        let secret = create(contacts, secret_draft());
        let note = NoteDraft::new("quill message").title("Zebulonia");
        let note = contacts.add_note(secret, &note).unwrap().id;
        let task = TaskDraft::new("quillvalue");
        let task = contacts.add_task(secret, &task).unwrap().id;
        let merge = contacts
            .merge(first, secret, &MergeRules::default())
            .unwrap();
        for body in ["quillkey", "harmless"] {
            let patch = NotePatch::from_json(&format!("{{\"body\":\"{body}\"}}")).unwrap();
            contacts.update_note(first, note, &patch).unwrap();
        }
        contacts.delete_task(first, task).unwrap();
        contacts.unmerge(merge.merge).unwrap();
        let clear = r#"{"name":null,"address":null,"company":null,"website":null,"tags":null,
            "metadata":null,"date_of_birth":null,"do_not_disturb":null,
            "phones":[],"external_ids":[],"emails":["other@example.org"]}"#;
        contacts
            .update(secret, Update::from_json(clear).unwrap())
            .unwrap();
        secret
    });
}

/// Notes, tasks and memories go with it, those of whom it absorbed as well.
#[test]
fn what_stands_beside_it() {
    with_secret(|contacts| {
        let survivor = create(contacts, Draft::new().email("plain@example.org"));
        let absorbed = create(contacts, secret_draft());
        for contact in [survivor, absorbed] {
            let note = NoteDraft::new("quill message").author("Quillworth");
            contacts.add_note(contact, &note).unwrap();
            let task = TaskDraft::new("7 Quill Crescent").assigned_to("quilltag");
            contacts.add_task(contact, &task).unwrap();
            let of = MemoryScope::Persona("quillkey".into());
            let memory = contacts.memory(contact, &of).unwrap().0;
            let patch = MemoryPatch::new()
                .summary("Zebulonia")
                .fact("quillkey", "quillvalue")
                .append_message("quill message");
            contacts.update_memory(memory.id, &patch).unwrap();
        }
        contacts
            .merge(survivor, absorbed, &MergeRules::default())
            .unwrap();
        survivor
    });
}

/// Others share keys with it, and were told so.
#[test]
fn a_contact_in_lines_and_pairs() {
    with_secret(|contacts| {
        let secret = create(contacts, secret_draft());
        let other = create(contacts, Draft::new().email("second@example.org"));
        let both = Draft::new()
            .email("second@example.org")
            .external_id("crm", "crmquill77");
        let both = ResolveRequest::from(both).on_conflict(OnConflict::Reject);
        assert_eq!(
            contacts.resolve(both).unwrap_err().code(),
            "IDENTITY_CONFLICT"
        );
        contacts.mark_distinct(secret, other).unwrap();
        let pattern = KeyPattern::read(Kind::Email, "zebra*").unwrap();
        contacts.block_pattern(&pattern).unwrap();
        secret
    });
}

/// What another contact has as well is its own, and stays.
#[test]
fn what_others_have_as_well_stays() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let first = create(&contacts, Draft::new().phone("+14155550101").tag("press"));
    let second = Draft::new()
        .email("b@example.org")
        .tag("press")
        .tag("quilltag");
    let second = create(&contacts, second);
    let merge = contacts
        .merge(first, second, &MergeRules::default())
        .unwrap();
    contacts.unmerge(merge.merge).unwrap();
    contacts.erase(second).unwrap();
    let log: Vec<String> = contacts
        .changes_since(0, 100)
        .unwrap()
        .iter()
        .map(|change| change.diff.as_str().to_owned())
        .collect();
    let log = log.join("\n");
    assert!(
        log.contains("press") && log.contains("+14155550101"),
        "{log}"
    );
    assert!(
        !log.contains("b@example.org") && !log.contains("quilltag"),
        "{log}"
    );
    assert_eq!(contacts.get(first).unwrap().fields.tags, ["press"]);
    assert!(kinfold.check().unwrap().ok);
}

/// The log tells others by names, and whoever is erased may have had one of them for a name of
/// its own making. What it named something deep inside goes, also if that was long ago.
#[test]
fn the_names_by_which_the_log_tells_of_others_stay() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let first = create(&contacts, Draft::new().phone("+14155550101").name("Sam"));
    let second = r#"{"email":"b@example.org",
        "metadata":{"name":1,"key":2,"before":3,"kind":4,"crm":{"quillname":true}}}"#;
    let second = contacts.resolve(ResolveRequest::from_json(second).unwrap());
    let second = second.unwrap().contact.id;
    let key = Key::read(Kind::Email, "noise@example.org").unwrap();
    contacts.block(&key).unwrap();
    let told = contacts.changes_since(0, 100).unwrap();
    let merge = contacts
        .merge(first, second, &MergeRules::default())
        .unwrap();
    contacts.unmerge(merge.merge).unwrap();
    contacts
        .upsert(Draft::new().email("b@example.org").metadata("crm", 5))
        .unwrap();

    contacts.erase(second).unwrap();
    let log = contacts.changes_since(0, 100).unwrap();
    assert!(log.contains(&told[0]), "the creation of the other");
    assert!(log.contains(&told[2]), "the block");
    assert!(
        !log.iter()
            .any(|change| change.diff.as_str().contains("quillname"))
    );
}

/// An id that somebody else gave is a value, also one of the past; what another was made with
/// is its own, whoever it was one with for a time.
#[test]
fn the_past_of_either_is_its_own() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let person = |email: &str, id: &str| {
        let draft = Draft::new().email(email).metadata("portal", id);
        create(&contacts, draft)
    };
    let (gone_id, kept_id) = (
        "6f1c2d3e-4b5a-4c6d-8e7f-901234567890",
        "7a1c2d3e-4b5a-4c6d-8e7f-901234567890",
    );
    let gone = person("a@example.org", gone_id);
    let kept = person("b@example.org", kept_id);
    for (survivor, absorbed) in [(gone, kept), (kept, gone)] {
        let merged = contacts.merge(survivor, absorbed, &MergeRules::default());
        contacts.unmerge(merged.unwrap().merge).unwrap();
    }
    for email in ["a@example.org", "b@example.org"] {
        let draft = Draft::new().email(email).metadata("portal", "moved");
        contacts.upsert(draft).unwrap();
    }
    let created = contacts.history(kept, 0, 1).unwrap().entries;
    contacts.erase(gone).unwrap();
    let log = contacts.changes_since(0, 100).unwrap();
    assert!(log.contains(&created[0]));
    assert!(
        !log.iter()
            .any(|change| change.diff.as_str().contains(gone_id))
    );
}

/// Answers that others got, and that name the erased contact or one that it absorbed.
#[test]
fn what_others_were_answered() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let gone = create(&contacts, Draft::new().email("a@example.org"));
    let absorbed = create(&contacts, Draft::new().phone("+14155550101"));
    for (draft, key) in [
        (Draft::new().email("a@example.org"), "one"),
        (Draft::new().phone("+14155550101"), "two"),
        (Draft::new().email("c@example.org"), "three"),
    ] {
        let draft = draft.external_id("crm", key);
        let asked = ResolveRequest::from(draft).allow_duplicates(true);
        contacts.create(asked.idempotency_key(key)).unwrap();
    }
    contacts
        .merge(gone, absorbed, &MergeRules::default())
        .unwrap();
    let kept = || common::number(&common::raw(&folder), "SELECT count(*) FROM answer");
    assert_eq!(kept(), 3);
    contacts.erase(gone).unwrap();
    assert_eq!(kept(), 1);
}

/// A place in line that a merge brought, and that could not be given back, is nobody's.
#[test]
fn a_contact_whose_place_somebody_had() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let phone = || Draft::new().phone("+14155550101");
    let first = create(&contacts, phone());
    let behind = ResolveRequest::from(phone().email("b@example.org")).allow_duplicates(true);
    let second = contacts.create(behind).unwrap().contact.id;
    let third = create(&contacts, Draft::new().email("c@example.org"));
    let rules = MergeRules::default();
    let inner = contacts.merge(second, first, &rules).unwrap().merge;
    let outer = contacts.merge(third, second, &rules).unwrap().merge;
    let key = Key::read(Kind::Phone, "+14155550101").unwrap();
    contacts.update(third, Update::new().remove(&key)).unwrap();
    create(&contacts, phone());
    contacts.unmerge(outer).unwrap();
    contacts.unmerge(inner).unwrap();
    contacts.erase(first).unwrap();
    assert!(kinfold.check().unwrap().ok);
}

/// The history of somebody who was one with it for a time says what it said of that one before
/// and since, down to the names of its parts.
#[test]
fn the_history_of_others_is_theirs() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold).default_region("US".parse().unwrap());
    let own = Draft::new().phone("415 555 0102").name("Bob");
    let own = own.text(TextField::Company, "Old Co").tag("name");
    let bob = create(&contacts, own);
    let update = Update::new().text(TextField::Company, "New Co");
    contacts.update(bob, update).unwrap();
    let before = contacts.history(bob, 0, 100).unwrap().entries;
    // The other has the same values, and calls things as the log does.
    let other = Draft::new().phone("415 555 0177").name("Zebulonia");
    let other = other
        .text(TextField::Company, "Old Co")
        .metadata("added", "full")
        .metadata("key", "after");
    let other = create(&contacts, other.tag("before").tag("name"));
    let merge = contacts.merge(bob, other, &MergeRules::default()).unwrap();
    contacts.unmerge(merge.merge).unwrap();
    let since = Update::new().add_phone("415 555 0103").add_tag("after");
    contacts.update(bob, since).unwrap();
    let last = contacts.history(bob, 0, 100).unwrap().entries;
    contacts.erase(other).unwrap();
    let after = contacts.history(bob, 0, 100).unwrap().entries;
    assert_eq!(after[..before.len()], before);
    assert_eq!(after.last(), last.last());
    assert_eq!(after.len(), last.len());
    assert_eq!(left_in(&folder), Vec::<String>::new());
}

/// A value that is nested as deeply as values may be is erased like any other, also when it
/// stands deeper still in the history of who absorbed it.
#[test]
fn however_deep_a_value_is() {
    let deep = format!("{}\"quillvalue\"{}", "[".repeat(125), "]".repeat(125));
    with_secret(|contacts| {
        let secret = create(contacts, Draft::new().email("zebra-quill@secret.example"));
        let update = format!("{{\"metadata\":{{\"deep\":{deep}}}}}");
        let update = Update::from_json(&update).unwrap();
        contacts.update(secret, update).unwrap();
        let survivor = create(contacts, Draft::new().email("plain@example.org"));
        contacts
            .merge(survivor, secret, &MergeRules::default())
            .unwrap();
        survivor
    });
}

/// Who reads an old state needs the write-ahead log: the database is done, and the next writer
/// does the rest.
#[test]
fn a_reader_in_the_way_makes_it_pending() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let here = contacts(&kinfold);
    fill(&here, 0);
    let id = create(&here, secret_draft());
    let (reads, is_read) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let elsewhere = Kinfold::open(&folder).unwrap();
    let reader = std::thread::spawn(move || {
        let mut waited = false;
        contacts(&elsewhere)
            .for_each(|_| {
                if !waited {
                    reads.send(()).unwrap();
                    may_go_on.recv().unwrap();
                    waited = true;
                }
                Ok(())
            })
            .unwrap();
    });
    is_read.recv().unwrap();
    assert!(here.erase(id).unwrap().pending);
    assert_eq!(here.get(id).unwrap_err().code(), "NOT_FOUND");
    go_on.send(()).unwrap();
    reader.join().unwrap();
    create(&here, Draft::new().email("next@example.org"));
    assert_eq!(left_in(&folder), Vec::<String>::new());
}

/// A process that dies right after it leaves the rest to whoever opens the store next.
#[test]
fn a_store_that_is_opened_anew_finishes_it() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let here = contacts(&kinfold);
    let id = create(&here, secret_draft());
    here.erase(id).unwrap();
    // As it is when the process died before the log was emptied.
    let raw = common::raw(&folder);
    raw.execute("INSERT INTO property VALUES ('erase_pending', '1')", [])
        .unwrap();
    drop((here, kinfold));
    let kinfold = Kinfold::open(&folder).unwrap();
    let pending: i64 = raw
        .query_row(
            "SELECT count(*) FROM property WHERE name = 'erase_pending'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(pending, 0);
    assert_eq!(left_in(&folder), Vec::<String>::new());
    drop(kinfold);
}

/// A build that knows no index leaves none behind that another one made: it could not take
/// anything out of it.
#[cfg(not(feature = "search"))]
#[test]
fn a_build_without_search_leaves_no_index() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let here = contacts(&kinfold);
    let indexes = ["search", "search.damaged"].map(|name| folder.join(name));
    let leave_one = || {
        for index in &indexes {
            fs::create_dir(index).unwrap();
            fs::write(index.join("0.term"), "Zebulonia").unwrap();
        }
    };
    leave_one();
    let id = create(&here, secret_draft());
    create(&here, Draft::new().email("next@example.org"));
    assert!(indexes.iter().all(|index| index.exists()), "until then");
    assert!(!here.erase(id).unwrap().pending);
    assert!(!indexes.iter().any(|index| index.exists()));
    assert_eq!(left_in(&folder), Vec::<String>::new());

    leave_one();
    let id = create(&here, secret_draft());
    let erased = kinfold.transaction(|tx| tx.contacts(here.scope().clone()).erase(id));
    erased.unwrap();
    assert!(!indexes.iter().any(|index| index.exists()));
}
