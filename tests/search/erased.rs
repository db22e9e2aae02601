//! After a contact is erased, no file of the index holds a value that only it had, whoever
//! else has the index open or writes it. What the terms of an index are is told where they are
//! made; here it is told by bytes, and by the files that are gone.

use std::fs;
use std::path::Path;

use kinfold::{Contacts, Draft, Kinfold, TextField};

use crate::common::companion::{Companion, told};
use crate::common::{contacts, folder_of_child, new_folder, number_of_child, numbered_child, say};
use crate::{files, found, index, person, settle, until, word};

/// As an index may write them: folded, and phones the last digit first.
const SECRETS: &[&str] = &[
    "zebulonia",
    "quillworth",
    "zebuloniaquillworth",
    "Zebulonia",
    "Quillworth",
    "quillco",
    "zebraquill",
    "secretquill",
    "quilltag",
    "quilltown",
    "14155550177",
    "5550177",
    "77105555141",
    "7710555",
];

fn secret() -> Draft {
    let draft = Draft::new()
        .name("Zebulonia Quillworth")
        .email("zebraquill@secretquill.example")
        .phone("+14155550177")
        .text(TextField::Company, "QuillCo")
        .tag("quilltag");
    let town = r#"{"address":{"city":"Quilltown"}}"#;
    let town = kinfold::ResolveRequest::from_json(town);
    let mut draft = draft;
    if let Ok(town) = town {
        draft.fields.address = town.draft.fields.address;
    }
    draft
}

fn left_in(folder: &Path) -> Vec<String> {
    let mut left = Vec::new();
    for folder in [
        index(folder),
        folder.join("search.damaged"),
        folder.to_path_buf(),
    ] {
        for file in files(&folder) {
            // Segments are merged at any time, and files go.
            let Ok(bytes) = fs::read(&file) else {
                continue;
            };
            let text = String::from_utf8_lossy(&bytes);
            let secrets = SECRETS.iter().filter(|secret| text.contains(**secret));
            left.extend(secrets.map(|secret| format!("{secret} in {}", file.display())));
        }
    }
    left
}

fn neighbours(contacts: &Contacts, from: usize) {
    let people = (from..from + 50).map(|number| {
        let name = format!("Neighbour {}", word(number));
        let phone = format!("+1415556{number:04}");
        person(&name, number).phone(phone).tag("neighbour")
    });
    contacts.resolve_many(people).unwrap();
}

/// The files in which terms of the index stand.
fn data(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut data = files(&index(folder));
    let ends = |file: &std::path::PathBuf, end: &str| file.extension().is_some_and(|is| is == end);
    data.retain(|file| ends(file, "term") || ends(file, "idx") || ends(file, "store"));
    data
}

/// A store whose index has one segment, with the secret contact in it.
fn with_secret(folder: &Path) -> (Kinfold, Contacts, kinfold::ContactId) {
    let kinfold = Kinfold::open(folder).unwrap();
    let contacts = contacts(&kinfold);
    neighbours(&contacts, 0);
    let id = contacts.create(secret()).unwrap().contact.id;
    neighbours(&contacts, 50);
    kinfold.reindex().unwrap();
    settle(&kinfold, folder);
    assert_eq!(found(&contacts, "zebulonia"), ["Zebulonia Quillworth"]);
    (kinfold, contacts, id)
}

fn assert_nothing_left(folder: &Path, before: &[std::path::PathBuf], what: &str) {
    assert_eq!(left_in(folder), [""; 0], "{what}");
    let after = data(folder);
    let kept: Vec<_> = before.iter().filter(|file| after.contains(file)).collect();
    assert!(kept.is_empty(), "{what}: {kept:?}");
}

fn assert_others_are_found(contacts: &Contacts, what: &str) {
    for query in ["zebulonia", "quillw", "0177", "secretquill"] {
        assert_eq!(found(contacts, query), [""; 0], "{what}: {query}");
    }
    assert_eq!(found(contacts, "neighbour").len(), 100, "{what}");
    let one = format!("Neighbour {}", word(77));
    assert_eq!(found(contacts, &word(77)), [one], "{what}");
}

#[test]
fn nothing_is_left_in_the_index() {
    let (_above, folder) = new_folder();
    let (kinfold, contacts, id) = with_secret(&folder);
    let before = data(&folder);
    assert!(!before.is_empty());
    assert!(!contacts.erase(id).unwrap().pending);
    assert_nothing_left(&folder, &before, "erased");
    assert_others_are_found(&contacts, "erased");
    drop((contacts, kinfold));
    let again = crate::common::contacts(&Kinfold::open(&folder).unwrap());
    assert_others_are_found(&again, "opened again");
    assert_eq!(left_in(&folder), [""; 0]);
}

/// What was deleted or renamed long before is in the files as well, until they are written
/// anew.
#[test]
fn nothing_is_left_of_what_was_changed_before() {
    let (_above, folder) = new_folder();
    let (kinfold, contacts, id) = with_secret(&folder);
    let before = data(&folder);
    let other = kinfold::Update::new().name("Plain Name").add_tag("plain");
    contacts.update(id, other).unwrap();
    settle(&kinfold, &folder);
    contacts.delete(id).unwrap();
    settle(&kinfold, &folder);
    neighbours(&contacts, 0);
    assert!(!contacts.erase(id).unwrap().pending);
    assert_nothing_left(&folder, &before, "erased");
    assert_others_are_found(&contacts, "erased");
}

/// Whoever opens a store and does nothing but erase has to empty its index as well.
#[test]
fn an_index_that_this_handle_never_used_is_emptied() {
    let (_above, folder) = new_folder();
    let (kinfold, contacts, id) = with_secret(&folder);
    drop((contacts, kinfold));
    let before = data(&folder);
    let contacts = crate::common::contacts(&Kinfold::open(&folder).unwrap());
    assert!(!contacts.erase(id).unwrap().pending);
    assert_nothing_left(&folder, &before, "erased");
    assert_others_are_found(&contacts, "erased");
}

#[test]
fn nothing_is_left_in_what_was_set_aside() {
    let (_above, folder) = new_folder();
    let (kinfold, contacts, id) = with_secret(&folder);
    drop((contacts, kinfold));
    fs::write(index(&folder).join("meta.json"), "garbage").unwrap();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts_of(&kinfold);
    settle(&kinfold, &folder);
    let aside = folder.join("search.damaged");
    assert!(!files(&aside).is_empty());
    let before = data(&folder);
    assert!(!contacts.erase(id).unwrap().pending);
    assert_nothing_left(&folder, &before, "erased");
    assert_eq!(files(&aside).len(), 0, "what is damaged can't be emptied");
    assert_others_are_found(&contacts, "erased");
}

fn contacts_of(kinfold: &Kinfold) -> Contacts {
    contacts(kinfold)
}

const SEARCHES: usize = 0;
const WRITES_THE_INDEX: usize = 1;

fn play(folder: &Path) {
    let kinfold = Kinfold::open(folder).unwrap();
    let contacts = contacts(&kinfold);
    if number_of_child() == WRITES_THE_INDEX {
        kinfold.reindex().unwrap();
    }
    let count = found(&contacts, "zebulonia").len();
    say(&count.to_string());
    while told().is_some() {
        say(&found(&contacts, "zebulonia").len().to_string());
    }
}

#[test]
fn nothing_is_left_if_others_have_it_open() {
    if let Some(folder) = folder_of_child() {
        return play(&folder);
    }
    let test = "erased::nothing_is_left_if_others_have_it_open";
    for role in [SEARCHES, WRITES_THE_INDEX] {
        let what = ["another searches", "another writes the index"][role];
        let (_above, folder) = new_folder();
        let (kinfold, contacts, id) = with_secret(&folder);
        let mut opened = Some((kinfold, contacts));
        if role == WRITES_THE_INDEX {
            drop(opened.take());
        }
        let mut other = Companion::start(numbered_child(test, &folder, role));
        other.expect("1");
        let (_kinfold, contacts) = opened.unwrap_or_else(|| {
            let kinfold = Kinfold::open(&folder).unwrap();
            let contacts = contacts_of(&kinfold);
            (kinfold, contacts)
        });
        let before = data(&folder);
        let erased = contacts.erase(id).unwrap();
        assert!(!erased.pending, "{what}");
        assert_nothing_left(&folder, &before, what);
        assert_others_are_found(&contacts, what);
        assert_eq!(other.ask("again"), "0", "{what}");
        other.end();
        assert_eq!(left_in(&folder), [""; 0], "{what}");
    }
}

/// Who can't be waited for is said to be waited for.
#[cfg(unix)]
#[test]
fn a_writer_of_the_index_that_stands_still_leaves_it_pending() {
    if let Some(folder) = folder_of_child() {
        return play(&folder);
    }
    let test = "erased::a_writer_of_the_index_that_stands_still_leaves_it_pending";
    let (_above, folder) = new_folder();
    let (kinfold, contacts, id) = with_secret(&folder);
    drop((contacts, kinfold));
    let mut other = Companion::start(numbered_child(test, &folder, WRITES_THE_INDEX));
    other.expect("1");
    other.stop();
    let patience = std::time::Duration::from_millis(200);
    let kinfold = Kinfold::builder().busy_timeout(patience).open(&folder);
    let kinfold = kinfold.unwrap();
    let contacts = contacts_of(&kinfold);
    let before = data(&folder);
    assert!(contacts.erase(id).unwrap().pending);
    assert_others_are_found(&contacts, "pending");
    other.go_on();
    assert_eq!(other.ask("again"), "0");
    until("it is gone", || {
        data(&folder).iter().all(|file| !before.contains(file))
    });
    assert_others_are_found(&contacts, "gone");
    other.end();
    drop((contacts, kinfold));
    let contacts = contacts_of(&Kinfold::open(&folder).unwrap());
    assert_others_are_found(&contacts, "opened again");
    assert_nothing_left(&folder, &before, "opened again");
}
