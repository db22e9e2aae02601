//! The change log, and what is read back: order, redirection, pages, scopes and fields.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::collections::BTreeSet;

use common::{contacts, new_folder};
use kinfold::{
    ChangeEntry, Contact, ContactId, Contacts, Draft, Error, Json, Key, Kind, Kinfold, OnConflict,
    ResolveRequest, Scope, TextField,
};

/// A value inside JSON, by SQLite's path to it, as text; `-` if there is none.
fn at(json: &Json, path: &str) -> String {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    let value: Option<String> = database
        .query_row(
            "SELECT CAST(?1 ->> ?2 AS TEXT)",
            [json.as_str(), path],
            |row| row.get(0),
        )
        .unwrap();
    value.unwrap_or_else(|| "-".to_owned())
}

fn by_email(name: &str) -> Draft {
    Draft::new().email(format!("{name}@example.com"))
}

fn merging(draft: Draft) -> ResolveRequest {
    ResolveRequest::from(draft).on_conflict(OnConflict::Merge)
}

fn key(name: &str) -> Key {
    Key::read(Kind::Email, &format!("{name}@example.com")).unwrap()
}

#[test]
fn every_change_is_one_entry_and_says_what_was_there_before() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let plain = contacts(&kinfold);
    let (user, crm) = (
        plain.clone().origin("user").unwrap(),
        plain.clone().origin("crm").unwrap(),
    );
    let company = |draft: Draft, name: &str| draft.text(TextField::Company, name);
    let with_id = |draft: Draft, source: &str| draft.external_id(source, "1");
    let both_ids = || Draft::new().external_id("a", "1").external_id("b", "1");
    let both_emails = || by_email("ana").email("ben@example.com");

    type Step<'a> = (
        &'a str,
        Box<dyn Fn() -> kinfold::Result<kinfold::Outcome> + 'a>,
        Option<(&'a str, Option<&'a str>, &'a [(&'a str, &'a str)])>,
    );
    // What is done, how, and the entry: its operation, origin and parts of the difference.
    let steps: Vec<Step<'_>> = vec![
        (
            "a new contact",
            Box::new(|| user.resolve(with_id(company(by_email("ana"), "Acme"), "a"))),
            Some((
                "create",
                Some("user"),
                &[
                    ("$.company.before", "-"),
                    ("$.company.after", "Acme"),
                    ("$.emails.added[0].key", "ana@example.com"),
                    ("$.external_ids.added[0].source", "a"),
                ],
            )),
        ),
        (
            "nothing new",
            Box::new(|| crm.resolve(company(by_email("ana"), "Initech"))),
            None,
        ),
        (
            "a field replaced",
            Box::new(|| crm.upsert(company(by_email("ana"), "Initech"))),
            Some((
                "update",
                Some("crm"),
                &[
                    ("$.company.before", "Acme"),
                    ("$.company.after", "Initech"),
                    ("$.emails", "-"),
                ],
            )),
        ),
        (
            "the same again",
            Box::new(|| crm.upsert(company(by_email("ana"), "Initech"))),
            None,
        ),
        (
            "a field cleared",
            Box::new(|| {
                let json = r#"{"email":"ana@example.com","company":null}"#;
                plain.upsert(ResolveRequest::from_json(json).unwrap())
            }),
            Some((
                "update",
                None,
                &[("$.company.before", "Initech"), ("$.company.after", "-")],
            )),
        ),
        (
            "an identifier more",
            Box::new(|| plain.resolve(by_email("ana").phone("+14155550101"))),
            Some(("update", None, &[("$.phones.added[0].key", "+14155550101")])),
        ),
        (
            "somebody else",
            Box::new(|| plain.resolve(with_id(company(by_email("ben"), "Hooli"), "b"))),
            Some(("create", None, &[("$.company.after", "Hooli")])),
        ),
        (
            "two ids of two contacts: somebody has to look, and nothing else changes",
            Box::new(|| user.resolve(both_ids())),
            Some((
                "review",
                Some("user"),
                &[("$.emails", "-"), ("$.review[1]", "-")],
            )),
        ),
        (
            "the same again, already on the queue",
            Box::new(|| user.resolve(both_ids())),
            None,
        ),
        (
            "a merge",
            Box::new(|| crm.resolve(merging(both_emails()))),
            Some((
                "merge",
                Some("crm"),
                &[
                    ("$.company.before", "-"),
                    ("$.company.after", "Hooli"),
                    ("$.emails.added[0].key", "ben@example.com"),
                    ("$.external_ids.added[0].source", "b"),
                    ("$.merges[1]", "-"),
                ],
            )),
        ),
        (
            "the merge again",
            Box::new(|| crm.resolve(merging(both_emails()))),
            None,
        ),
    ];

    let mut seen: Vec<ChangeEntry> = Vec::new();
    for (what, call, expected) in &steps {
        let outcome = call().unwrap();
        assert_eq!(outcome.changed, expected.is_some(), "{what}");
        let last = seen.last().map_or(0, |entry| entry.seq);
        let new = plain.changes_since(last, 10).unwrap();
        assert_eq!(new.len(), usize::from(expected.is_some()), "{what}");
        let (Some((op, origin, parts)), Some(entry)) = (expected, new.first()) else {
            continue;
        };
        assert_eq!(entry.op, *op, "{what}");
        assert_eq!(entry.origin.as_deref(), *origin, "{what}");
        assert_eq!(entry.contact, Some(outcome.contact.id), "{what}");
        assert!(entry.seq > last, "{what}");
        for (path, value) in *parts {
            assert_eq!(at(&entry.diff, path), *value, "{what}: {path}");
        }
        if let Some(merge) = outcome.merges.first() {
            assert_eq!(at(&entry.diff, "$.merges[0]"), merge.to_string());
        }
        seen.extend(new);
    }

    assert_eq!(
        plain.changes_since(0, usize::MAX).unwrap(),
        seen,
        "the whole log"
    );
    assert_eq!(
        plain.changes_since(0, 2).unwrap(),
        seen[..2],
        "from its beginning"
    );
    assert_eq!(
        plain.changes_since(u64::MAX, 2).unwrap(),
        [],
        "and none behind its end"
    );
    let ids: BTreeSet<_> = seen.iter().map(|entry| entry.id).collect();
    assert_eq!(ids.len(), seen.len(), "each has an id of its own");
    assert!(seen.iter().all(|entry| !entry.id.is_none()));
    assert!(seen.is_sorted_by_key(|entry| entry.at));
}

#[test]
fn a_scope_never_sees_another() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let scopes = [
        Scope::new("acme", None).unwrap(),
        Scope::new("acme", Some("lisbon")).unwrap(),
        Scope::new("lisbon", None).unwrap(),
        Scope::new("ACME", None).unwrap(),
        Scope::new("acme", Some("acme")).unwrap(),
    ];
    // The same people in each; the more, the later the scope.
    let mut contacts: Vec<(Contacts, Vec<ContactId>)> = Vec::new();
    for (index, scope) in scopes.iter().enumerate() {
        let own = kinfold.contacts(scope.clone());
        assert_eq!(own.count().unwrap(), 0, "{scope:?} is still empty");
        let people = (0..=index).map(|number| {
            let outcome = own.resolve(by_email(&format!("person{number}"))).unwrap();
            assert!(outcome.created, "{scope:?}");
            outcome.contact.id
        });
        let ids = people.collect();
        contacts.push((own, ids));
    }
    for (own, ids) in &contacts {
        let scope = own.scope();
        let listed = own.list(None, 100).unwrap();
        assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), *ids);
        assert!(listed.iter().all(|contact| contact.scope == *scope));
        assert_eq!(own.count().unwrap(), ids.len() as u64, "{scope:?}");
        let changed: Vec<_> = own.changes_since(0, 100).unwrap();
        let changed: Vec<_> = changed.iter().filter_map(|entry| entry.contact).collect();
        assert_eq!(changed, *ids, "{scope:?}");
        let stats = own.stats().unwrap();
        let numbers = (stats.contacts, stats.emails, stats.changes);
        let many = ids.len() as u64;
        assert_eq!(numbers, (many, many, many), "{scope:?}");
        for number in 0..scopes.len() {
            let found = own.find(&key(&format!("person{number}"))).unwrap();
            assert_eq!(found.map(|contact| contact.id), ids.get(number).copied());
        }
        let foreign = contacts.iter().flat_map(|(_, ids)| ids);
        for id in foreign.filter(|id| !ids.contains(id)) {
            assert!(matches!(own.get(*id), Err(Error::NotFound(unknown)) if unknown == *id));
            assert!(matches!(own.list(Some(*id), 1), Err(Error::NotFound(_))));
        }
    }
}

#[test]
fn the_id_of_an_absorbed_contact_leads_to_its_survivor() {
    // Who absorbs whom: a chain, the same chain from its other end, and all into one.
    let orders = [
        [("c", "d"), ("b", "c"), ("a", "b")],
        [("a", "b"), ("b", "c"), ("c", "d")],
        [("a", "b"), ("a", "c"), ("a", "d")],
    ];
    for order in orders {
        let kinfold = Kinfold::open_in_memory().unwrap();
        let contacts = contacts(&kinfold);
        let names = ["a", "b", "c", "d"];
        let ids = names.map(|name| contacts.resolve(by_email(name)).unwrap().contact.id);
        for (winner, other) in order {
            // The first email of a request is the strongest.
            let request = by_email(winner).email(format!("{other}@example.com"));
            let outcome = contacts.resolve(merging(request)).unwrap();
            assert_eq!(outcome.merged.len(), 1, "{order:?}");
            let survivor = outcome.contact;
            assert_eq!(contacts.get(outcome.merged[0]).unwrap(), survivor);
        }
        for (name, id) in names.iter().zip(ids) {
            let contact = contacts.get(id).unwrap();
            assert_eq!(contact.id, ids[0], "{order:?}: {name}");
            assert_eq!(contacts.find(&key(name)).unwrap(), Some(contact));
        }
        assert_eq!(contacts.get(ids[0]).unwrap().emails().count(), 4);
        assert_eq!(contacts.count().unwrap(), 1);
        assert_eq!(contacts.stats().unwrap().absorbed, 3);
        assert!(kinfold.check().unwrap().ok);
    }
}

#[test]
fn pages_are_the_whole_list_whatever_their_size() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let mut ids = Vec::new();
    for number in 0..23 {
        let outcome = contacts.resolve(by_email(&number.to_string())).unwrap();
        ids.push(outcome.contact.id);
    }
    for (winner, other) in [("3", "4"), ("9", "0"), ("21", "22")] {
        let request = by_email(winner).email(format!("{other}@example.com"));
        contacts.resolve(merging(request)).unwrap();
    }
    let mut all: Vec<Contact> = Vec::new();
    contacts
        .for_each(|contact| {
            all.push(contact);
            Ok(())
        })
        .unwrap();
    assert_eq!(all.len(), 20);
    for size in [1, 2, 7, 19, 20, 21, usize::MAX] {
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = contacts.list(after, size).unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= size);
            after = Some(last.id);
            paged.extend(page);
        }
        assert_eq!(paged, all, "pages of {size}");
    }
    // A page may begin behind a contact that was absorbed since the page before it was read.
    let page = contacts.list(Some(ids[4]), 1).unwrap();
    assert_eq!(page[0].id, ids[5]);
    assert!(contacts.list(Some(ids[20]), 0).unwrap().is_empty());
    // Who reads the list can stop it, and gets the own error back.
    let stopped = contacts.for_each(|_| Err(Error::Stopped));
    assert!(matches!(stopped, Err(Error::Stopped)));
}

#[test]
fn json_stays_as_it_was_written() {
    let (_above, folder) = new_folder();
    // What was written, what is kept, and why.
    let cases = [
        (
            "12345678901234567890123456789.000",
            None,
            "every digit of a number",
        ),
        ("-0", None, "also of zero"),
        ("1E+2", None, "as it was written"),
        (
            "[1,\n 2]",
            Some("[1,2]"),
            "white space between values means nothing",
        ),
        (
            r#""two\nlines""#,
            None,
            "a line break in a text is escaped, so a value is one line",
        ),
        (r#"" a  b ""#, None, "white space inside a text is its own"),
        (r#""\u0000\\\" {""#, None, "escapes"),
        (
            r#"{"b":1,"a":{"c":[null,true]}}"#,
            None,
            "the order of keys",
        ),
        ("\"\u{2028}語\"", None, "any character"),
    ];
    let name = |index: usize| format!("case {index}");
    let id = {
        let kinfold = Kinfold::open(&folder).unwrap();
        let mut draft = by_email("ana");
        for (index, (written, ..)) in cases.iter().enumerate() {
            draft = draft.metadata(name(index), Json::parse(written).unwrap());
        }
        contacts(&kinfold).resolve(draft).unwrap().contact.id
    };
    let kinfold = Kinfold::open(&folder).unwrap();
    let contact = contacts(&kinfold).get(id).unwrap();
    let log = contacts(&kinfold).changes_since(0, 1).unwrap();
    let line = log[0].diff.as_str();
    assert!(!line.contains('\n'), "an entry of the log is one line");
    for (index, (written, kept, why)) in cases.iter().enumerate() {
        let kept = kept.unwrap_or(written);
        let value = contact.fields.metadata.get(&name(index)).unwrap();
        assert_eq!(value.as_str(), kept, "{why}");
        let logged = format!("\"{}\":{{\"after\":{kept}}}", name(index));
        assert!(line.contains(&logged), "{why}: in the log");
    }
}

#[test]
fn an_identifier_is_logged_with_what_is_not_as_usual() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    // What is typed, and how the entry names it.
    let cases = [
        (
            r#"{"phone":"+14155550101","external_id":"17"}"#,
            r#"{"phones":{"added":[{"key":"+14155550101"}]},
                "external_ids":{"added":[{"source":"default","value":"17"}]}}"#,
        ),
        (
            r#"{"phone":"(415) 555-0102","region":"US"}"#,
            r#"{"phones":{"added":[{"key":"+14155550102","raw":"(415) 555-0102","region":"US"}]}}"#,
        ),
        (
            r#"{"phone":"+4915112345"}"#,
            r#"{"phones":{"added":[{"key":"+4915112345","verified":false}]}}"#,
        ),
        (
            r#"{"email":"Ana@Example.com"}"#,
            r#"{"emails":{"added":[{"key":"ana@example.com","raw":"Ana@Example.com"}]}}"#,
        ),
        (
            // Another id: somebody else, who does not hold the phone.
            r#"{"external_id":"18","phone":"+14155550101"}"#,
            r#"{"phones":{"added":[{"key":"+14155550101","holds":false}]},
                "external_ids":{"added":[{"source":"default","value":"18"}]}}"#,
        ),
        (
            r#"{"email":"b@example.com","given":"Bo","address":{"city":"Lisbon"}}"#,
            r#"{"name":{"after":{"given":"Bo"}},"emails":{"added":[{"key":"b@example.com"}]},
                "address":{"after":{"city":"Lisbon"}}}"#,
        ),
    ];
    for (typed, logged) in cases {
        let last = contacts.stats().unwrap().last_seq;
        let request = ResolveRequest::from_json(typed).unwrap();
        assert!(contacts.resolve(request).unwrap().created, "{typed}");
        let change = contacts.changes_since(last, 1).unwrap().remove(0);
        let mut diff: serde_json::Value = serde_json::from_str(change.diff.as_str()).unwrap();
        diff.as_object_mut().unwrap().remove("review");
        let logged: serde_json::Value = serde_json::from_str(logged).unwrap();
        assert_eq!(diff, logged, "{typed}");
    }
}
