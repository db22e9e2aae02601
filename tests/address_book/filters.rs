//! Which contacts a list is of, and how many they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kinfold::{
    AddressPatch, BookRequest, Change, Clock, ContactFilter, Draft, Kinfold, OnConflict,
    ResolveRequest, Scope, SortBy, SystemClock, TextField, Timestamp,
};

use super::{in_memory, names};

/// A clock that goes on by a second each time it is looked at.
#[derive(Default)]
struct Seconds(AtomicI64);

impl Clock for Seconds {
    fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(1_000 * self.0.fetch_add(1, Ordering::SeqCst))
    }

    fn new_id(&self) -> [u8; 16] {
        SystemClock.new_id()
    }
}

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_milliseconds(1_000 * seconds)
}

/// The people of the table of filters, one a second.
fn people() -> Vec<Draft> {
    let person = |name: &str| Draft::new().name(name);
    let company = |draft: Draft, name: &str| draft.text(TextField::Company, name);
    let in_city = |mut draft: Draft, city: &str| {
        draft.fields.address = Change::Set(AddressPatch {
            city: Change::Set(city.to_owned()),
            ..AddressPatch::default()
        });
        draft
    };
    vec![
        company(person("Ana"), "Acme")
            .email("ana@example.com")
            .tag("Lead")
            .tag("Madrid"),
        company(person("Bo"), "ACME ")
            .phone("+14155550102")
            .external_id("erp", "2")
            .tag("lead"),
        company(person("Cem"), "Acme Ltd")
            .email("cem@example.com")
            .phone("+14155550103")
            .tag("ÉLITE"),
        in_city(person("Dee"), "São Paulo ")
            .external_id("crm", "4")
            .text(TextField::Source, "Web")
            .text(TextField::AssignedTo, "user-7"),
        // Another id than Bo's: she lists the phone that is his.
        person("Eva")
            .external_id("erp", "5")
            .phone("+14155550102")
            .email("eva@example.com")
            .tag("madrid"),
    ]
}

#[test]
fn a_filter_lets_through_who_meets_all_of_it() {
    let clock = Arc::new(Seconds::default());
    let kinfold = Kinfold::builder()
        .clock(clock.clone())
        .open_in_memory()
        .unwrap();
    let contacts = kinfold.contacts(Scope::default());
    for (second, draft) in people().into_iter().enumerate() {
        clock.0.store(second as i64, Ordering::SeqCst);
        assert!(contacts.resolve(draft).unwrap().created, "{second}");
    }
    let filter = ContactFilter::new;
    let cases: Vec<(&str, ContactFilter, &str)> = vec![
        ("no condition", filter(), "Ana Bo Cem Dee Eva"),
        ("a tag, in whatever case", filter().tag("LEAD"), "Ana Bo"),
        (
            "the case of other alphabets too",
            filter().tag("élite"),
            "Cem",
        ),
        ("all of the tags", filter().tag("lead").tag("madrid"), "Ana"),
        (
            "one twice is one",
            filter().tag("lead").tag(" Lead "),
            "Ana Bo",
        ),
        ("no part of a tag", filter().tag("lea"), ""),
        (
            "any of the tags",
            filter().any_tag(["madrid", "élite"]),
            "Ana Cem Eva",
        ),
        (
            "any of no tags is no condition",
            filter().any_tag([""; 0]),
            "Ana Bo Cem Dee Eva",
        ),
        (
            "all of these and any of those",
            filter().tag("lead").any_tag(["madrid", "x"]),
            "Ana",
        ),
        (
            "a company, in whatever case",
            filter().company("acme"),
            "Ana Bo",
        ),
        (
            "and whatever spaces are around it",
            filter().company(" Acme Ltd "),
            "Cem",
        ),
        ("a city", filter().city(" SÃO Paulo"), "Dee"),
        ("no part of a city", filter().city("São"), ""),
        (
            "a company is no city",
            filter().company("Acme").city("Acme"),
            "",
        ),
        ("a source", filter().source("web"), "Dee"),
        (
            "who looks after them",
            filter().assigned_to("user-7"),
            "Dee",
        ),
        ("who has an email", filter().has_email(true), "Ana Cem Eva"),
        ("who has none", filter().has_email(false), "Bo Dee"),
        (
            "who lists a phone, held or not",
            filter().has_phone(true),
            "Bo Cem Eva",
        ),
        ("who has no phone", filter().has_phone(false), "Ana Dee"),
        ("both", filter().has_email(true).has_phone(true), "Cem Eva"),
        ("neither", filter().has_email(false).has_phone(false), "Dee"),
        (
            "who changed at that moment or later",
            filter().changed_since(seconds(3)),
            "Dee Eva",
        ),
        ("nobody yet", filter().changed_since(seconds(5)), ""),
        (
            "before there was a calendar",
            filter().changed_since(seconds(-9)),
            "Ana Bo Cem Dee Eva",
        ),
        (
            "everything at once",
            filter()
                .tag("madrid")
                .has_email(true)
                .changed_since(seconds(1)),
            "Eva",
        ),
    ];
    for (what, filter, expected) in cases {
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(
            contacts.count_matching(&filter).unwrap(),
            expected.len() as u64,
            "{what}"
        );
        for sort in [
            SortBy::Name,
            SortBy::Family,
            SortBy::Created,
            SortBy::Updated,
        ] {
            let request = BookRequest::new().sort_by(sort).filter(filter.clone());
            let page = contacts.address_book(&request).unwrap();
            assert_eq!(names(&page), expected, "{what}, by {sort:?}");
            assert_eq!(page.total, expected.len() as u64, "{what}");
            // On pages of one each, the total is that of all of them.
            let page = contacts.address_book(&request.limit(1)).unwrap();
            assert_eq!(page.total, expected.len() as u64, "{what}");
            assert_eq!(page.next.is_some(), expected.len() > 1, "{what}");
        }
    }
}

/// By time it is the order of what happened, and the other way round the newest first.
#[test]
fn lists_by_time_follow_what_happened() {
    let clock = Arc::new(Seconds::default());
    let kinfold = Kinfold::builder().clock(clock).open_in_memory().unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let by_email = |name: &str| Draft::new().email(format!("{name}@example.com"));
    for name in ["Ana", "Bo", "Cem", "Dee"] {
        contacts.resolve(by_email(name).name(name)).unwrap();
    }
    contacts
        .upsert(by_email("Bo").text(TextField::Company, "Acme"))
        .unwrap();
    let list = |sort, descending| {
        let request = BookRequest::new().sort_by(sort).descending(descending);
        names(&contacts.address_book(&request).unwrap())
    };
    assert_eq!(list(SortBy::Created, false), ["Ana", "Bo", "Cem", "Dee"]);
    assert_eq!(list(SortBy::Created, true), ["Dee", "Cem", "Bo", "Ana"]);
    assert_eq!(list(SortBy::Updated, false), ["Ana", "Cem", "Dee", "Bo"]);
    assert_eq!(list(SortBy::Updated, true), ["Bo", "Dee", "Cem", "Ana"]);

    // Of one moment, in the order in which they were created.
    let many = Kinfold::open_in_memory()
        .unwrap()
        .contacts(Scope::default());
    let people = ["Zoe", "Ana", "Mia"].map(|name| by_email(name).name(name));
    many.resolve_many(people).unwrap();
    let by_creation = BookRequest::new().sort_by(SortBy::Created);
    let page = many.address_book(&by_creation).unwrap();
    assert_eq!(names(&page), ["Zoe", "Ana", "Mia"]);
    let page = many.address_book(&by_creation.descending(true)).unwrap();
    assert_eq!(names(&page), ["Mia", "Ana", "Zoe"]);
}

#[test]
fn only_live_contacts_of_the_scope_are_listed() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let other = kinfold.contacts(Scope::new("other", None).unwrap());
    let lead = ContactFilter::new().tag("lead");
    for (contacts, why) in [(&contacts, "nothing was written"), (&other, "nor there")] {
        assert_eq!(contacts.count_matching(&lead).unwrap(), 0, "{why}");
        let page = contacts.address_book(&BookRequest::new()).unwrap();
        assert_eq!(
            (page.contacts, page.total, page.next),
            (vec![], 0, None),
            "{why}"
        );
    }
    let draft = || {
        Draft::new()
            .email("ana@example.com")
            .name("Ana")
            .tag("lead")
    };
    contacts.resolve(draft()).unwrap();
    contacts
        .resolve(Draft::new().phone("+14155550101").name("Bo").tag("lead"))
        .unwrap();
    other.resolve(draft()).unwrap();
    assert_eq!(contacts.count_matching(&lead).unwrap(), 2);
    assert_eq!(other.count_matching(&lead).unwrap(), 1);
    let both = Draft::new().email("ana@example.com").phone("+14155550101");
    let merged = contacts.resolve(ResolveRequest::from(both).on_conflict(OnConflict::Merge));
    assert_eq!(merged.unwrap().merged.len(), 1);
    assert_eq!(contacts.count_matching(&lead).unwrap(), 1);
    let page = contacts.address_book(&BookRequest::new()).unwrap();
    assert_eq!((names(&page), page.total), (vec!["Ana".to_owned()], 1));
}

#[test]
fn what_can_be_met_by_nobody_is_refused() {
    let contacts = in_memory();
    let filter = ContactFilter::new;
    let cases = [
        ("tag", filter().tag("")),
        ("tag", filter().any_tag(["lead", " "])),
        ("city", filter().city(" ")),
        ("company", filter().company("\t")),
        ("source", filter().source("")),
        ("assigned_to", filter().assigned_to("")),
    ];
    for (field, filter) in cases {
        let refused = contacts.count_matching(&filter).unwrap_err();
        assert_eq!(
            (refused.code(), refused.field()),
            ("INVALID_REQUEST", Some(field))
        );
        let request = BookRequest::new().filter(filter);
        let refused = contacts.address_book(&request).unwrap_err();
        assert_eq!(
            (refused.code(), refused.field()),
            ("INVALID_REQUEST", Some(field))
        );
    }
    for limit in [0, BookRequest::MOST + 1, usize::MAX] {
        let refused = contacts
            .address_book(&BookRequest::new().limit(limit))
            .unwrap_err();
        assert_eq!(
            (refused.code(), refused.field()),
            ("INVALID_REQUEST", Some("limit"))
        );
    }
    assert!(
        contacts
            .address_book(&BookRequest::new().limit(BookRequest::MOST))
            .is_ok()
    );
}

/// Who looks for somebody has typed what they know of that person.
#[test]
fn requests_print_nothing_of_whom_they_look_for() {
    let filter = ContactFilter::new()
        .tag("quetzal")
        .any_tag(["quetzal"])
        .company("Quetzal")
        .source("quetzal")
        .assigned_to("quetzal");
    let contacts = in_memory();
    for number in 0..2 {
        contacts.resolve(super::named(number, "Quetzal")).unwrap();
    }
    let page = contacts.address_book(&BookRequest::new().limit(1)).unwrap();
    let next = page.next.clone().unwrap();
    let request = BookRequest::new()
        .filter(filter.clone())
        .after(next.clone());
    for printed in [
        format!("{filter:?}"),
        format!("{request:?}"),
        format!("{page:?}"),
        format!("{next:?} {next}"),
    ] {
        assert!(!printed.to_lowercase().contains("quetzal"), "{printed}");
    }
}
