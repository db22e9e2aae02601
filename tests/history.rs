//! What happened to one contact, through its merges.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use common::{contacts, new_folder, raw};
use kinfold::{
    ContactId, Contacts, Draft, Error, Kinfold, OnConflict, ResolveRequest, Retention, Scope,
    TextField,
};

fn by_email(name: &str) -> Draft {
    Draft::new().email(format!("{name}@example.com"))
}

fn create(contacts: &Contacts, name: &str) -> ContactId {
    let outcome = contacts.resolve(by_email(name)).unwrap();
    assert!(outcome.created, "{name}");
    outcome.contact.id
}

/// Merges the second into the first.
fn merge(contacts: &Contacts, survivor: &str, absorbed: &str) {
    let both = by_email(survivor).email(format!("{absorbed}@example.com"));
    let request = ResolveRequest::from(both).on_conflict(OnConflict::Merge);
    assert_eq!(contacts.resolve(request).unwrap().merged.len(), 1);
}

fn edit(contacts: &Contacts, name: &str, company: &str) {
    let draft = by_email(name).text(TextField::Company, company);
    assert!(contacts.upsert(draft).unwrap().changed);
}

/// The numbers and operations of a history: `1 create, 3 merge`.
fn told(contacts: &Contacts, id: ContactId) -> String {
    let history = contacts.history(id, 0, usize::MAX).unwrap();
    let entries = history.entries.iter();
    let entries: Vec<_> = entries
        .map(|entry| format!("{} {}", entry.seq, entry.op))
        .collect();
    match history.forgotten {
        Some(forgotten) => format!("… {forgotten}, {}", entries.join(", ")),
        None => entries.join(", "),
    }
}

#[test]
fn a_history_goes_through_every_merge() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let ana = create(&contacts, "ana"); // 1
    let bo = create(&contacts, "bo"); // 2
    let cem = create(&contacts, "cem"); // 3
    let dee = create(&contacts, "dee"); // 4
    edit(&contacts, "bo", "Acme"); // 5
    merge(&contacts, "ana", "bo"); // 6
    edit(&contacts, "cem", "Initech"); // 7
    merge(&contacts, "cem", "ana"); // 8
    edit(&contacts, "bo", "Umbrella"); // 9, of Cem, to whom Bo leads
    edit(&contacts, "dee", "Hooli"); // 10

    let whole = "1 create, 2 create, 3 create, 5 update, 6 merge, 7 update, 8 merge, 9 update";
    for (id, why) in [
        (cem, "the survivor has its own and those of all it absorbed"),
        (ana, "an absorbed contact leads to the survivor's"),
        (bo, "through two merges"),
    ] {
        assert_eq!(told(&contacts, id), whole, "{why}");
    }
    assert_eq!(told(&contacts, dee), "4 create, 10 update", "nobody else's");

    // Each entry names the contact to which it happened, by the id of that time.
    let entries = contacts.history(cem, 0, 100).unwrap().entries;
    let of: Vec<_> = entries.iter().map(|entry| entry.contact.unwrap()).collect();
    assert_eq!(of, [ana, bo, cem, bo, ana, cem, cem, cem]);
    let log = contacts.changes_since(0, 100).unwrap();
    assert!(entries.iter().all(|entry| log.contains(entry)));
}

#[test]
fn a_history_is_read_in_pages() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let ana = create(&contacts, "ana");
    create(&contacts, "bo");
    for company in 0..7 {
        edit(&contacts, "bo", &format!("Company {company}"));
        edit(&contacts, "ana", &format!("Company {company}"));
    }
    merge(&contacts, "ana", "bo");
    let whole = contacts.history(ana, 0, 100).unwrap().entries;
    assert_eq!(whole.len(), 17);
    for page in [1, 2, 5, 17, 18] {
        let mut paged = Vec::new();
        loop {
            let since = paged
                .last()
                .map_or(0, |entry: &kinfold::ChangeEntry| entry.seq);
            let next = contacts.history(ana, since, page).unwrap().entries;
            assert!(next.len() <= page);
            if next.is_empty() {
                break;
            }
            paged.extend(next);
        }
        assert_eq!(paged, whole, "pages of {page}");
    }
    assert!(contacts.history(ana, 0, 0).unwrap().entries.is_empty());
    assert!(
        contacts
            .history(ana, u64::MAX, 9)
            .unwrap()
            .entries
            .is_empty()
    );
}

/// What becomes of an entry's contact later takes nothing from the history.
#[test]
fn a_deleted_contact_has_a_history() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let ana = create(&contacts, "ana");
    edit(&contacts, "ana", "Acme");
    raw(&folder)
        .execute_batch("UPDATE identifier SET holds = 0; UPDATE contact SET state = 1")
        .unwrap();
    assert!(contacts.get(ana).unwrap().deleted);
    assert_eq!(told(&contacts, ana), "1 create, 2 update");
}

/// Who was set free again keeps the merge in its history, and nothing of what the other
/// did.
#[test]
fn an_undone_merge_stays_in_both_histories() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let ana = create(&contacts, "ana"); // 1
    let bo = create(&contacts, "bo"); // 2
    merge(&contacts, "ana", "bo"); // 3
    edit(&contacts, "ana", "Acme"); // 4
    raw(&folder)
        .execute_batch(
            "UPDATE contact SET state = 0, survivor = NULL WHERE state = 2;
             UPDATE merge SET undone_at = 1",
        )
        .unwrap();
    assert_eq!(told(&contacts, bo), "2 create, 3 merge");
    assert_eq!(told(&contacts, ana), "1 create, 3 merge, 4 update");
}

#[test]
fn a_history_says_what_is_missing() {
    let (_above, folder) = new_folder();
    let builder = Kinfold::builder().keep_changes(Retention::Entries(6));
    let kinfold = builder.open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let ana = create(&contacts, "ana"); // 1
    let bo = create(&contacts, "bo"); // 2
    let cem = create(&contacts, "cem"); // 3
    let dee = create(&contacts, "dee"); // 4
    edit(&contacts, "ana", "Acme"); // 5
    edit(&contacts, "cem", "Acme"); // 6
    for (id, whole) in [(ana, "1 create, 5 update"), (bo, "2 create")] {
        assert_eq!(told(&contacts, id), whole, "nothing is gone yet");
    }
    edit(&contacts, "dee", "Acme"); // 7
    edit(&contacts, "dee", "Initech"); // 8
    for (id, left, why) in [
        (ana, "… 2, 5 update", "its creation is gone"),
        (bo, "… 2, ", "everything is gone"),
        (cem, "3 create, 6 update", "nothing of it is gone"),
        (dee, "4 create, 7 update, 8 update", "nor of it"),
    ] {
        assert_eq!(told(&contacts, id), left, "{why}");
    }
    // Behind what is gone nothing is missing.
    assert_eq!(contacts.history(ana, 2, 10).unwrap().forgotten, None);
    assert_eq!(contacts.history(ana, 1, 10).unwrap().forgotten, Some(2));

    // What is missing of an absorbed contact is missing of the survivor.
    merge(&contacts, "dee", "ana"); // 9
    let after = "… 3, 4 create, 5 update, 7 update, 8 update, 9 merge";
    assert_eq!(told(&contacts, dee), after);

    // An entry that is gone does not take the place of one that is there.
    for company in 10..15 {
        edit(&contacts, "dee", &format!("Company {company}")); // to 14
    }
    let left = "… 8, 9 merge, 10 update, 11 update, 12 update, 13 update, 14 update";
    assert_eq!(told(&contacts, ana), left);
    edit(&contacts, "dee", "Acme"); // 15
    let page = contacts.history(ana, 0, 1).unwrap();
    let first: Vec<u64> = page.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!((first, page.forgotten), (vec![10], Some(9)));
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn nobody_has_the_history_of_another_scope() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let ana = create(&contacts, "ana");
    let other = kinfold.contacts(Scope::new("other", None).unwrap());
    for why in ["a scope that is not there", "one that is"] {
        let told = other.history(ana, 0, 10);
        assert!(
            matches!(told, Err(Error::NotFound(id)) if id == ana),
            "{why}"
        );
        let inside = kinfold.transaction(|tx| {
            let other = tx.contacts(other.scope().clone());
            other.history(ana, 0, 10)
        });
        assert!(
            matches!(inside, Err(Error::NotFound(id)) if id == ana),
            "{why}"
        );
        other.resolve(by_email("ana")).unwrap();
    }
    let inside = kinfold.transaction(|tx| {
        let own = tx.contacts(Scope::default());
        own.upsert(by_email("ana").text(TextField::Company, "Acme"))?;
        own.history(ana, 0, 10)
    });
    assert_eq!(
        inside.unwrap().entries.len(),
        2,
        "and what was just written"
    );
}
