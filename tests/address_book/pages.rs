//! Pages: every contact on exactly one of them, whatever happens in between.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use icu_collator::options::CollatorOptions;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use kinfold::{
    BookCursor, BookRequest, Contact, ContactFilter, ContactId, Contacts, Draft, Durability,
    Kinfold, Language, Scope, SortBy, TextField,
};
use proptest::prelude::*;

use super::common::companion::{Companion, told};
use super::common::{child, folder_of_child, new_folder, raw, say};
use super::{all_pages, in_memory, named, names, numbered};

/// A store whose commits don't wait for the disk.
fn open(folder: &Path) -> Contacts {
    let builder = Kinfold::builder().durability(Durability::Normal);
    builder.open(folder).unwrap().contacts(Scope::default())
}

/// The live contacts in the order that a request asks for, by a sort of all of them.
fn plainly_sorted(
    contacts: &Contacts,
    sort: SortBy,
    descending: bool,
    tag: &str,
) -> Vec<ContactId> {
    let locale: icu_locale_core::Locale = tag.parse().unwrap();
    let preferences = CollatorPreferences::from(&locale);
    let collator = CollatorBorrowed::try_new(preferences, CollatorOptions::default()).unwrap();
    let text = |contact: &Contact| -> Option<String> {
        let name = &contact.fields.name;
        match (sort, name.display_family()) {
            (SortBy::Family, Some(family)) => {
                // A title is no part of a name that was given whole.
                let full = name.full.as_deref().filter(|_| name.family.is_some());
                let given = name.display_given();
                let rest = given.as_deref().or(full);
                let rest = rest.map(|rest| format!("\u{fffe}{rest}"));
                Some(format!("{family}{}", rest.unwrap_or_default()))
            }
            _ => name.display(),
        }
    };
    let all = contacts.list(None, usize::MAX).unwrap();
    let mut indexed: Vec<_> = all.iter().enumerate().collect();
    indexed.sort_by(|(a, one), (b, other)| {
        let ordering = match sort {
            SortBy::Created => one.created_at.cmp(&other.created_at),
            SortBy::Updated => one.updated_at.cmp(&other.updated_at),
            _ => match (text(one), text(other)) {
                (Some(one), Some(other)) => collator.compare(&one, &other),
                (None, None) => Ordering::Equal,
                // Last in either direction.
                (None, Some(_)) => return Ordering::Greater,
                (Some(_), None) => return Ordering::Less,
            },
        };
        let ordering = ordering.then(a.cmp(b));
        if descending {
            ordering.reverse()
        } else {
            ordering
        }
    });
    indexed.into_iter().map(|(_, contact)| contact.id).collect()
}

fn sorts() -> impl Strategy<Value = SortBy> {
    prop::sample::select(vec![
        SortBy::Name,
        SortBy::Family,
        SortBy::Created,
        SortBy::Updated,
    ])
}

fn tags() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["und", "sv", "cs", "de-u-co-phonebk"])
}

/// Few letters, so that many names are equal or nearly so.
fn names_of_people() -> impl Strategy<Value = (String, String, String)> {
    let part = || prop_oneof![2 => Just(String::new()), 5 => "[aäAcChzéß]{1,3}"];
    (part(), part(), part())
}

fn person(number: usize, (full, given, family): &(String, String, String)) -> Draft {
    let mut draft = named(number, full);
    if !given.is_empty() {
        draft = draft.given(given);
    }
    if !family.is_empty() {
        draft = draft.family(family);
    }
    draft
}

/// What somebody else does between two pages.
#[derive(Clone, Debug)]
enum Between {
    Nothing,
    Add((String, String, String)),
    Delete(prop::sample::Index),
    Rename(prop::sample::Index, String),
    Touch(prop::sample::Index),
}

fn between() -> impl Strategy<Value = Between> {
    prop_oneof![
        3 => Just(Between::Nothing),
        3 => names_of_people().prop_map(Between::Add),
        2 => any::<prop::sample::Index>().prop_map(Between::Delete),
        1 => (any::<prop::sample::Index>(), "[aäz]{1,3}")
            .prop_map(|(index, name)| Between::Rename(index, name)),
        1 => any::<prop::sample::Index>().prop_map(Between::Touch),
    ]
}

/// Deletes a contact, as the library logs it.
fn delete(folder: &Path, id: ContactId) {
    let raw = raw(folder);
    let statement = format!(
        "BEGIN IMMEDIATE;
         UPDATE identifier SET holds = 0
         WHERE contact = (SELECT id FROM contact WHERE uuid = x'{0}');
         UPDATE contact SET state = 1 WHERE uuid = x'{0}';
         INSERT INTO change (id, scope, contact, at, op, diff)
         SELECT randomblob(16), scope, id, 0, 'delete', '{{}}' FROM contact WHERE uuid = x'{0}';
         COMMIT;",
        id.to_string().replace('-', "")
    );
    raw.execute_batch(&statement).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pages_of_any_size_are_the_whole_list(
        people in prop::collection::vec(names_of_people(), 0..50),
        sort in sorts(),
        descending: bool,
        tag in tags(),
        size in 1..60_usize,
        split in any::<prop::sample::Index>(),
    ) {
        let kinfold = Kinfold::open_in_memory().unwrap();
        let contacts = kinfold.contacts(Scope::default());
        let drafts = people.iter().enumerate().map(|(number, name)| person(number, name));
        // Some of them at once, so that moments are equal.
        let mut drafts: Vec<_> = drafts.collect();
        let alone = drafts.split_off(split.index(drafts.len() + 1));
        contacts.resolve_many(drafts).unwrap();
        for draft in alone {
            contacts.resolve(draft).unwrap();
        }
        let request = BookRequest::new()
            .sort_by(sort)
            .descending(descending)
            .language(tag.parse::<Language>().unwrap())
            .limit(size);
        let expected = plainly_sorted(&contacts, sort, descending, tag);
        let ids = |pages: Vec<kinfold::BookPage>| -> Vec<ContactId> {
            let contacts = pages.into_iter().flat_map(|page| page.contacts);
            contacts.map(|contact| contact.id).collect()
        };

        let pages = all_pages(&request, |request| contacts.address_book(request));
        for (number, page) in pages.iter().enumerate() {
            prop_assert_eq!(page.total, people.len() as u64);
            let left = people.len() - number * size;
            prop_assert_eq!(page.contacts.len(), left.min(size));
        }
        prop_assert_eq!(&ids(pages), &expected);

        // A transaction remembers no list: there each page is a look at all of them.
        let pages = all_pages(&request, |request| {
            kinfold.transaction(|tx| tx.contacts(Scope::default()).address_book(request))
        });
        prop_assert_eq!(&ids(pages), &expected);
    }

    #[test]
    fn what_was_there_all_along_is_on_exactly_one_page(
        people in prop::collection::vec(names_of_people(), 1..40),
        happens in prop::collection::vec(between(), 0..40),
        sort in prop::sample::select(vec![SortBy::Name, SortBy::Family, SortBy::Created]),
        descending: bool,
        tag in tags(),
        size in 1..6_usize,
    ) {
        let (_above, folder) = new_folder();
        let contacts = open(&folder);
        contacts.resolve_many(people.iter().enumerate().map(|(n, name)| person(n, name))).unwrap();
        let mut request = BookRequest::new()
            .sort_by(sort)
            .descending(descending)
            .language(tag.parse::<Language>().unwrap())
            .limit(size);
        let at_first: Vec<Contact> = contacts.list(None, 1_000).unwrap();
        let mut untouched: BTreeSet<ContactId> = at_first.iter().map(|one| one.id).collect();
        let mut happens = happens.into_iter();
        let mut next_number = people.len();
        let mut seen: BTreeMap<ContactId, usize> = BTreeMap::new();
        let mut in_order: Vec<ContactId> = Vec::new();
        loop {
            let page = contacts.address_book(&request).unwrap();
            let live = contacts.list(None, 1_000).unwrap();
            prop_assert_eq!(page.total, live.len() as u64);
            for contact in &page.contacts {
                *seen.entry(contact.id).or_default() += 1;
                in_order.push(contact.id);
            }
            let Some(next) = page.next else { break };
            // As it goes through a program: as a text.
            let next: BookCursor = next.to_string().parse().unwrap();
            request = request.after(next);
            match happens.next().unwrap_or(Between::Nothing) {
                Between::Nothing => {}
                Between::Add(name) => {
                    contacts.resolve(person(next_number, &name)).unwrap();
                    next_number += 1;
                }
                Between::Delete(index) => {
                    // Anybody, also the one where the page ended.
                    let id = live[index.index(live.len())].id;
                    untouched.remove(&id);
                    delete(&folder, id);
                }
                Between::Rename(index, name) => {
                    let contact = &live[index.index(live.len())];
                    let email = contact.emails().next().unwrap().key.as_str().to_owned();
                    untouched.remove(&contact.id);
                    contacts.upsert(Draft::new().email(email).name(name)).unwrap();
                }
                Between::Touch(index) => {
                    let contact = &live[index.index(live.len())];
                    let email = contact.emails().next().unwrap().key.as_str().to_owned();
                    let company = format!("Company {}", seen.len());
                    let touched = Draft::new().email(email).text(TextField::Company, company);
                    contacts.upsert(touched).unwrap();
                }
            }
        }
        for id in &untouched {
            prop_assert_eq!(seen.get(id), Some(&1), "{:?} of {:?}", id, seen);
        }
        // And those stand in their order.
        let sorted = plainly_sorted(&contacts, sort, descending, tag);
        let of_untouched = |ids: Vec<ContactId>| -> Vec<ContactId> {
            ids.into_iter().filter(|id| untouched.contains(id)).collect()
        };
        prop_assert_eq!(of_untouched(in_order), of_untouched(sorted));
    }
}

/// More than a handle remembers of a list at once.
#[test]
fn a_long_list_is_paged_through_to_its_end() {
    const PEOPLE: usize = 10_000;
    let (_above, folder) = new_folder();
    let contacts = open(&folder);
    // In an order that is none of those asked for.
    let name = |number: usize| format!("Person {:05}", number * 7_919 % PEOPLE);
    for from in (0..PEOPLE).step_by(1_000) {
        let people = (from..from + 1_000).map(|number| named(number, &name(number)));
        contacts.resolve_many(people).unwrap();
    }
    for (size, descending) in [(100, false), (1_000, true), (7_777, false), (10_000, true)] {
        let request = BookRequest::new().limit(size).descending(descending);
        let pages = all_pages(&request, |request| contacts.address_book(request));
        assert!(pages.iter().all(|page| page.total == PEOPLE as u64));
        assert_eq!(pages.len(), PEOPLE.div_ceil(size));
        let mut found: Vec<String> = pages.iter().flat_map(names).collect();
        if descending {
            found.reverse();
        }
        let expected: Vec<String> = (0..PEOPLE)
            .map(|rank| format!("Person {rank:05}"))
            .collect();
        assert_eq!(found, expected, "pages of {size}");
    }

    // Several who page through one list at different places, in turns.
    let request = BookRequest::new().limit(500);
    let mut at: Vec<_> = [0, 1, 5, 12, 18]
        .map(|first| (first, request.clone()))
        .into();
    for (first, request) in &mut at {
        for _ in 0..*first {
            let page = contacts.address_book(request).unwrap();
            *request = request.clone().after(page.next);
        }
    }
    for turn in 0..2 {
        for (first, request) in &mut at {
            let page = contacts.address_book(request).unwrap();
            let rank = (*first + turn) * 500;
            let expected: Vec<String> = (rank..rank + 500)
                .map(|rank| format!("Person {rank:05}"))
                .collect();
            assert_eq!(names(&page), expected);
            *request = request.clone().after(page.next);
        }
    }
}

/// Whoever writes, a page is of the present state.
#[test]
fn what_a_handle_remembers_is_never_out_of_date() {
    if let Some(folder) = folder_of_child() {
        let contacts = open(&folder);
        say("ready");
        for (number, name) in std::iter::from_fn(told).enumerate() {
            contacts.resolve(named(1_000 + number, &name)).unwrap();
            say("done");
        }
        return;
    }
    let (_above, folder) = new_folder();
    let contacts = open(&folder);
    let another = open(&folder);
    for (number, name) in ["Bo", "Dee", "Finn", "Hugo"].into_iter().enumerate() {
        contacts.resolve(named(number, name)).unwrap();
    }
    let test = "pages::what_a_handle_remembers_is_never_out_of_date";
    let mut other = Companion::start(child(test, &folder));
    other.expect("ready");
    let request = BookRequest::new().limit(2);
    let first = contacts.address_book(&request).unwrap();
    assert_eq!(names(&first), ["Bo", "Dee"]);
    let rest = request.clone().after(first.next);
    let second = || {
        let page = contacts.address_book(&rest).unwrap();
        (names(&page).join(" "), page.total)
    };
    assert_eq!(second(), ("Finn Hugo".to_owned(), 4));
    assert_eq!(other.ask("Gina"), "done");
    assert_eq!(
        second(),
        ("Finn Gina".to_owned(), 5),
        "another process wrote"
    );
    another.resolve(named(10, "Eva")).unwrap();
    assert_eq!(second(), ("Eva Finn".to_owned(), 6), "another handle");
    contacts.resolve(named(11, "Dora")).unwrap();
    assert_eq!(second(), ("Dora Eva".to_owned(), 7), "the handle itself");
    contacts.resolve(named(12, "Ana")).unwrap();
    assert_eq!(
        second(),
        ("Dora Eva".to_owned(), 8),
        "what comes before stays before"
    );
    other.end();
}

/// The contact where a page ended may go or get another name.
#[test]
fn a_page_goes_on_where_the_last_one_ended_though_nobody_is_there() {
    let (_above, folder) = new_folder();
    let contacts = open(&folder);
    for (number, name) in ["Ana", "Bo", "Cem", "Dee"].into_iter().enumerate() {
        contacts.resolve(named(number, name)).unwrap();
    }
    let request = BookRequest::new().limit(2);
    let page = contacts.address_book(&request).unwrap();
    let rest = request.after(page.next);
    contacts.upsert(named(1, "Zoe")).unwrap();
    let found = || names(&contacts.address_book(&rest).unwrap());
    assert_eq!(found(), ["Cem", "Dee"], "Bo is Zoe now, and comes behind");
    delete(&folder, page.contacts[1].id);
    assert_eq!(found(), ["Cem", "Dee"], "and is gone");
    delete(&folder, page.contacts[0].id);
    assert_eq!(found(), ["Cem", "Dee"]);
    // All that is left may go, too.
    for contact in contacts.list(None, 10).unwrap() {
        delete(&folder, contact.id);
    }
    let page = contacts.address_book(&rest).unwrap();
    assert_eq!((page.contacts, page.total, page.next), (vec![], 0, None));
}

#[test]
fn a_cursor_is_good_for_its_own_list_alone() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let other_scope = kinfold.contacts(Scope::new("other", None).unwrap());
    let other_store = in_memory();
    for contacts in [&contacts, &other_scope, &other_store] {
        for number in 0..3 {
            contacts
                .resolve(named(number, &format!("Person {number}")))
                .unwrap();
        }
    }
    let request = BookRequest::new().limit(1);
    let next = contacts.address_book(&request).unwrap().next.unwrap();
    let request = request.after(next.clone());
    let swedish: Language = "sv".parse().unwrap();
    let cases = [
        ("another scope", &other_scope, request.clone()),
        ("another store", &other_store, request.clone()),
        (
            "another order",
            &contacts,
            request.clone().sort_by(SortBy::Family),
        ),
        (
            "the other direction",
            &contacts,
            request.clone().descending(true),
        ),
        (
            "another language",
            &contacts,
            request.clone().language(swedish),
        ),
    ];
    for (what, contacts, request) in cases {
        let refused = contacts.address_book(&request).unwrap_err();
        assert_eq!(refused.code(), "INVALID_REQUEST", "{what}");
        assert_eq!(refused.field(), Some("cursor"), "{what}");
        let printed = next.to_string();
        assert!(!refused.to_string().contains(&printed), "{what}");
    }
    // Other pages and other filters of the same order are no other list, nor is a handle
    // that was opened later.
    let wider = request
        .clone()
        .limit(7)
        .filter(ContactFilter::new().has_email(true));
    assert_eq!(
        names(&contacts.address_book(&wider).unwrap()),
        ["Person 1", "Person 2"]
    );
    let reopened = open(&folder);
    assert_eq!(
        names(&reopened.address_book(&request).unwrap()),
        ["Person 1"]
    );
}

/// A page in a transaction is of what the transaction wrote, and nobody else sees it.
#[test]
fn a_transaction_lists_what_it_wrote() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = kinfold.contacts(Scope::default());
    contacts.resolve(named(0, "Bo")).unwrap();
    let request = BookRequest::new();
    let listed = |page: kinfold::Result<kinfold::BookPage>| names(&page.unwrap()).join(" ");
    assert_eq!(listed(contacts.address_book(&request)), "Bo");
    let rolled_back: Result<(), kinfold::Error> = kinfold.transaction(|tx| {
        let inside = tx.contacts(Scope::default());
        inside.resolve(named(1, "Ana").tag("lead"))?;
        assert_eq!(listed(inside.address_book(&request)), "Ana Bo");
        assert_eq!(inside.count_matching(&ContactFilter::new().tag("lead"))?, 1);
        Err(kinfold::Error::Stopped)
    });
    assert!(rolled_back.is_err());
    assert_eq!(listed(contacts.address_book(&request)), "Bo");
    // The next change gets the number that was taken back, and is another one.
    contacts.resolve(numbered(2).name("Cem")).unwrap();
    assert_eq!(listed(contacts.address_book(&request)), "Bo Cem");
}
