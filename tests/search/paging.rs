//! Page by page: nobody twice, nobody missing, and nothing behind a cursor of another search.

use kinfold::{
    AddressPatch, Change, ContactFilter, Contacts, Draft, Kinfold, SearchCursor, SearchRequest,
    TextField,
};

use crate::common::{contacts, new_folder};
use crate::{found_by, page_by_page, person, scope, settle};

/// Some hundred people of each rank, some of whom changed at the same moment.
fn crowd(contacts: &Contacts) {
    let names = [
        "Ana",
        "Ana Ruiz",
        "Anabel Ruiz",
        "Hannah",
        "Anna Bell",
        "Bob Ana",
    ];
    for group in 0..12 {
        let drafts = (0..12).map(|number| {
            let number = group * 12 + number;
            let mut draft = person(names[number % names.len()], number);
            // By another cycle than the names.
            if (number / 6 + number) % 3 == 0 {
                draft = draft.tag("lead").text(TextField::Company, "Acme");
            }
            if number % 4 == 0 {
                draft = draft.email(format!("ana{number}@example.com"));
            }
            if number % 5 == 0 {
                draft.fields.address = Change::Set(AddressPatch {
                    city: Change::Set("Madrid".to_owned()),
                    ..AddressPatch::default()
                });
            }
            draft
        });
        contacts.resolve_many(drafts).unwrap();
    }
}

#[test]
fn pages_are_one_list() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    crowd(&contacts);
    let filter = ContactFilter::new;
    let filters = [
        filter(),
        filter().tag("LEAD"),
        filter().tag("lead").company("acme"),
        filter().city("madrid"),
        filter().has_email(true),
        filter().has_email(false).any_tag(["lead", "nobody"]),
        filter().tag("nobody"),
    ];
    for settled in [false, true] {
        if settled {
            settle(&kinfold, &folder);
        }
        for query in ["ana", "a", "an ru", "anna", "hanna"] {
            let mut sizes = Vec::new();
            for filter in &filters {
                let request = SearchRequest::new(query).filter(filter.clone());
                let whole = found_by(&contacts, &request.clone().limit(1_000));
                for limit in [1, 7, whole.len().clamp(1, 1_000)] {
                    let pages = page_by_page(&contacts, &request.clone().limit(limit));
                    assert_eq!(pages, whole, "{query} by {limit}");
                }
                sizes.push(whole.len());
            }
            assert!(sizes[0] > sizes[1] && sizes[4] > 0, "{query}: {sizes:?}");
            assert_eq!(sizes[1], sizes[2], "{query}");
            assert_eq!(sizes[6], 0, "{query}");
        }
    }
}

/// Between two pages the index comes up, or goes: the list goes on where it was.
#[test]
fn a_list_goes_on_whatever_becomes_of_the_index() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    crowd(&contacts);
    let request = SearchRequest::new("ana").limit(10);
    let whole = page_by_page(&contacts, &request);
    let (mut names, mut request) = (Vec::new(), request);
    for page_number in 0.. {
        match page_number {
            2 => settle(&kinfold, &folder),
            4 => drop(kinfold.reindex().unwrap()),
            6 => {
                // Somebody else comes, and is found at the top of the list, or not.
                contacts.resolve(person("Ana", 10_000)).unwrap();
            }
            _ => {}
        }
        let page = contacts.search(&request).unwrap();
        let of_page = page
            .hits
            .iter()
            .map(|hit| hit.contact.fields.name.display());
        names.extend(of_page.map(Option::unwrap_or_default));
        match page.next {
            Some(next) => request = request.after(next),
            None => break,
        }
    }
    assert_eq!(names, whole);
}

#[test]
fn a_cursor_is_of_one_search() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    crowd(&contacts);
    let request = SearchRequest::new("ana").limit(2);
    let next = contacts.search(&request).unwrap().next.unwrap();
    // It may stand in an address.
    let read: SearchCursor = next.to_string().parse().unwrap();
    assert_eq!(read, next);
    assert!(
        contacts
            .search(&request.clone().after(read.clone()))
            .is_ok()
    );
    let again = Kinfold::open(&folder).unwrap();
    let again = crate::common::contacts(&again);
    assert!(again.search(&request.clone().after(read.clone())).is_ok());

    let refused = |contacts: &Contacts, query: &str, cursor: SearchCursor| {
        let request = SearchRequest::new(query).after(cursor);
        let error = contacts.search(&request).unwrap_err();
        (error.code(), error.field().map(str::to_owned))
    };
    let cursor = || Some("cursor".to_owned());
    let (_above, elsewhere) = new_folder();
    let elsewhere = crate::common::contacts(&Kinfold::open(&elsewhere).unwrap());
    for (what, contacts, query) in [
        ("another query", &contacts, "an"),
        (
            "another scope",
            &kinfold.contacts(scope("acme", None)),
            "ana",
        ),
        ("another store", &elsewhere, "ana"),
    ] {
        let refused = refused(contacts, query, read.clone());
        assert_eq!(refused, ("INVALID_REQUEST", cursor()), "{what}");
    }
    // No other one was ever given out.
    let text = next.to_string();
    for at in 0..text.len() {
        let digit = if &text[at..=at] == "0" { "1" } else { "0" };
        let other = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
        let other: SearchCursor = other.parse().unwrap();
        assert_eq!(
            refused(&contacts, "ana", other).0,
            "INVALID_REQUEST",
            "{at}"
        );
    }
    for text in ["", "0", "zz", &text[1..], &format!("{text}00"), "é"] {
        assert!(text.parse::<SearchCursor>().is_err(), "{text}");
    }
}

#[test]
fn a_page_has_a_size() {
    let contacts = contacts(&Kinfold::open_in_memory().unwrap());
    contacts
        .resolve(Draft::new().email("ana@example.com"))
        .unwrap();
    for limit in [0, SearchRequest::MOST + 1, usize::MAX] {
        // Also if nothing is asked for.
        for query in ["ana", ""] {
            let error = contacts
                .search(&SearchRequest::new(query).limit(limit))
                .unwrap_err();
            assert_eq!(
                (error.code(), error.field()),
                ("INVALID_REQUEST", Some("limit"))
            );
        }
    }
}
