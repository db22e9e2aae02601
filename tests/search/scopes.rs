//! A search sees its own scope, and nothing of any other.

use std::collections::BTreeMap;

use kinfold::{Contacts, Draft, Key, Kind, Kinfold, SearchRequest, Update};

use crate::common::new_folder;
use crate::{found, page_by_page, person, scope, settle};

/// Organisations whose names begin or end like one another's, with and without locations.
fn scopes() -> Vec<(&'static str, Option<&'static str>)> {
    vec![
        ("acme", None),
        ("acme", Some("n")),
        ("acme", Some("north")),
        ("acmen", None),
        ("acm", Some("e")),
        ("other", Some("acme")),
    ]
}

fn of_all(kinfold: &Kinfold) -> Vec<Contacts> {
    let of = |(org, location)| kinfold.contacts(scope(org, location));
    scopes().into_iter().map(of).collect()
}

/// Everybody is called the same everywhere, and is told apart by the company.
#[test]
fn nobody_finds_whom_another_scope_has() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let all = of_all(&kinfold);
    // The scopes' contacts lie between one another, so that the rows of no scope are together.
    for round in 0..40 {
        for (number, contacts) in all.iter().enumerate() {
            if round % (number + 1) == 0 {
                let draft = person("Ana Ruiz", round)
                    .email(format!("ana{round}@example.com"))
                    .phone(format!("+1415555{round:04}"));
                contacts.resolve(draft).unwrap();
            }
        }
    }
    let counts = || -> Vec<u64> { all.iter().map(|one| one.count().unwrap()).collect() };
    let check = |what: &str| {
        for (contacts, count) in all.iter().zip(counts()) {
            for query in ["ana", "a", "ruiz an", "anna", "example", "415", "ana ruiz"] {
                let expected = match query {
                    "415" => 0,
                    _ => usize::try_from(count).unwrap(),
                };
                let page = contacts
                    .search(&SearchRequest::new(query).limit(1_000))
                    .unwrap();
                assert_eq!(page.hits.len(), expected, "{what}: {query}");
                let own = page
                    .hits
                    .iter()
                    .all(|hit| hit.contact.scope == *contacts.scope());
                assert!(own, "{what}: {query}");
            }
        }
    };
    check("in memory");
    settle(&kinfold, &folder);
    check("in the index");
    // Who is merged or goes in one scope goes in that one alone.
    let first: Vec<_> = all[0]
        .list(None, 3)
        .unwrap()
        .iter()
        .map(|one| one.id)
        .collect();
    all[0].delete(first[0]).unwrap();
    let key = Key::read(Kind::ExternalId, "crm:2").unwrap();
    all[0].update(first[2], Update::new().remove(&key)).unwrap();
    all[0]
        .merge(first[1], first[2], &Default::default())
        .unwrap();
    check("in both");
    settle(&kinfold, &folder);
    check("in the index again");
    // An id is worth nothing elsewhere.
    let empty = kinfold.contacts(scope("acme", Some("nort")));
    assert_eq!(found(&empty, "ana"), [""; 0]);
}

/// Rows are numbers, and terms begin with them: none is the beginning of another, whatever
/// bytes they have.
#[test]
fn rows_of_scopes_don_t_mix() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    // The rows of scopes count up, and their bytes are those of letters, of the terms' kinds
    // and of digits before long.
    let mut expected = BTreeMap::new();
    kinfold
        .transaction(|tx| {
            for number in 0..300_usize {
                let contacts = tx.contacts(scope(&format!("org{number}"), None));
                let name = format!("Ana n{number}");
                contacts.resolve(person(&name, number))?;
                expected.insert(number, name);
            }
            Ok::<_, kinfold::Error>(())
        })
        .unwrap();
    let check = || {
        for (number, name) in &expected {
            let contacts = kinfold.contacts(scope(&format!("org{number}"), None));
            for query in ["ana", "a", "n", "anna"] {
                assert_eq!(
                    found(&contacts, query),
                    [name.as_str()],
                    "{number}: {query}"
                );
            }
        }
    };
    check();
    settle(&kinfold, &folder);
    check();
}

/// What a name or a query holds can't reach into another scope's terms.
#[test]
fn no_text_reaches_into_another_scope() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let [mine, theirs] = [("mine", None), ("theirs", None)]
        .map(|(org, location)| kinfold.contacts(scope(org, location)));
    mine.resolve(person("Ana", 0)).unwrap();
    let bytes = "\u{1}\u{2}n\u{7f}ana";
    for (number, name) in ["nana", "n ana", "\u{2}nana", bytes, "pana", "qana 1nana"]
        .iter()
        .enumerate()
    {
        // A name may not hold everything.
        let _ = theirs.resolve(
            Draft::new()
                .external_id("crm", number.to_string())
                .name(*name),
        );
    }
    for settled in [false, true] {
        if settled {
            settle(&kinfold, &folder);
        }
        for query in ["ana", "nana", "\0\0\0\0\0\0\0\u{2}nana", "\u{2}n", bytes] {
            for name in found(&mine, query) {
                assert_eq!(name, "Ana", "{query:?}");
            }
            let request = SearchRequest::new(query).limit(1);
            let theirs = page_by_page(&theirs, &request);
            assert!(!theirs.contains(&"Ana".to_owned()), "{query:?}");
        }
    }
}
