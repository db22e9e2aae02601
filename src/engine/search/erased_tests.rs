//! After a contact is erased no segment of the index has a term that only it had. The bytes of
//! a dictionary don't show its terms, so they are read as terms.

use std::path::Path;

use super::sight::is_of_this_log;
use crate::contact::{Draft, TextField};
use crate::engine::{Contacts, Kinfold};
use crate::resolve::{MergeRules, Update};
use crate::scope::Scope;
use crate::search::{Folder, reached_on_disk, terms_on_disk};

/// What stands in terms of the contact alone: folded, phones with the last digit first.
const SECRETS: &[&str] = &[
    "zebulonia",
    "quillworth",
    "zebulonias",
    "quillco",
    "zebraquill",
    "secretquill",
    "quilltag",
    "77105555141",
];

fn secrets_in(folder: &Path) -> Vec<&'static str> {
    let terms = terms_on_disk::all(&folder.join("search"));
    let stands = |secret: &&&str| {
        let secret = secret.as_bytes();
        let holds = |term: &Vec<u8>| term.windows(secret.len()).any(|part| part == secret);
        terms.iter().any(holds)
    };
    SECRETS.iter().filter(stands).copied().collect()
}

fn neighbours(contacts: &Contacts, from: usize) {
    let drafts = (from..from + 20).map(|number| {
        let draft = Draft::new().external_id("crm", number.to_string());
        draft.name(format!("Neighbour Number{number}"))
    });
    contacts.resolve_many(drafts).unwrap();
}

#[test]
fn no_term_is_left_of_whom_was_erased() {
    let folder = tempfile::tempdir().unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    let contacts = kinfold.contacts(Scope::default());
    neighbours(&contacts, 0);
    kinfold.reindex().unwrap();
    // It is changed again and again, and so part of many segments, deleted in most of them.
    let secret = Draft::new()
        .name("Zebulonia Quillworth")
        .email("zebraquill@secretquill.example")
        .phone("+14155550177")
        .text(TextField::Company, "QuillCo")
        .tag("quilltag");
    let id = contacts.create(secret).unwrap().contact.id;
    for (number, name) in ["Zebulonia's Quillworth", "Plain Name"]
        .into_iter()
        .enumerate()
    {
        settle(&contacts);
        neighbours(&contacts, 20 * (number + 1));
        contacts.update(id, Update::new().name(name)).unwrap();
    }
    settle(&contacts);
    // What it was called before may be gone by now, or not.
    let there = secrets_in(folder.path());
    assert!(
        there.contains(&"quillco") && there.contains(&"77105555141"),
        "{there:?}"
    );
    let reached = reached_on_disk(&Folder::of_store(folder.path()), kinfold.inner.id).unwrap();
    assert!(!contacts.erase(id).unwrap().pending);
    assert_eq!(secrets_in(folder.path()), [""; 0]);
    // The entry up to which the index had followed the log went with it.
    let is_same = kinfold.inner.read(|tx| {
        assert_eq!(tx.entry_id(reached.change)?, None);
        is_of_this_log(tx, &reached)
    });
    assert!(is_same.unwrap(), "the log is the same all the same");
    neighbours(&contacts, 100);
    settle(&contacts);
    assert_eq!(secrets_in(folder.path()), [""; 0]);
    assert!(kinfold.check().unwrap().ok);
}

/// What was another's for a time, and is in the index as it was then.
#[test]
fn no_term_is_left_of_whom_a_merge_made_one_with_others() {
    let folder = tempfile::tempdir().unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    let contacts = kinfold.contacts(Scope::default());
    neighbours(&contacts, 0);
    kinfold.reindex().unwrap();
    let create = |draft| contacts.create(draft).unwrap().contact.id;
    let one = create(Draft::new().name("Plain Name").external_id("crm", "one"));
    let secret = Draft::new()
        .name("Zebulonia Quillworth")
        .email("zebraquill@secretquill.example")
        .phone("+14155550177");
    let other = create(secret);
    let merged = contacts.merge(one, other, &MergeRules::default()).unwrap();
    settle(&contacts);
    contacts.unmerge(merged.merge).unwrap();
    settle(&contacts);
    assert!(secrets_in(folder.path()).contains(&"zebraquill"));
    assert!(!contacts.erase(other).unwrap().pending);
    assert_eq!(secrets_in(folder.path()), [""; 0]);
}

/// Has the index follow up to now.
fn settle(contacts: &Contacts) {
    let inner = &contacts.kinfold.inner;
    let end = inner.read(|tx| tx.log_end()).unwrap();
    assert!(
        inner
            .search
            .is_purged(end, std::time::Duration::from_secs(20))
    );
}
