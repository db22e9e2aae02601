//! A request that carries an idempotency key gets one answer, however often it is sent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::time::Duration;

use common::keyed::{Answer, WAYS, answers, by_email, keyed};
use common::{contacts, contacts_with_patience, new_folder, number, raw};
use kinfold::{
    Contacts, Draft, Error, Kinfold, OnConflict, Outcome, ResolveRequest, Scope, TextField,
};

fn merging(draft: Draft) -> ResolveRequest {
    ResolveRequest::from(draft).on_conflict(OnConflict::Merge)
}

/// Requests whose outcomes have something of everything, over people who are there.
fn requests_of_every_kind(contacts: &Contacts) -> Vec<(&'static str, ResolveRequest)> {
    let json = |json: &str| ResolveRequest::from_json(json).unwrap();
    let resolve = |request: ResolveRequest| contacts.resolve(request).unwrap();
    resolve(by_email("ana").external_id("crm", "1").name("Ana").into());
    resolve(by_email("bo").phone("+14155550102").into());
    resolve(by_email("cem").phone("+14155550103").into());
    resolve(by_email("dee").into());
    vec![
        (
            "a new contact with every field",
            json(
                r#"{"phones":[{"raw":"(415) 555-0101","region":"US"}],"email":"Eva@Example.com",
                    "external_ids":[{"source":"ghl","value":"x"}],"region":"US",
                    "name":{"full":"Eva Ruiz","given":"Eva"},"company":"Acme","website":"x.org",
                    "gender":"f","date_of_birth":"--02-29","timezone":"UTC","description":"a\nb",
                    "source":"web","assigned_to":"bo","address":{"line1":"Elm 1","country":"US"},
                    "tags":["b","a"],"custom_fields":{"plan":{"type":"own","value":[1.0,null]}},
                    "metadata":{"n":123456789012345678901234567890.000,"o":{"b":1,"a":2}},
                    "do_not_disturb":{"all":false,"channels":{"SMS":{"status":"permanent",
                        "message":"m","code":"c"},"FB":{"status":"inactive"}},
                        "inbound":{"status":"active","message":"i"}},
                    "business_id":"b","type":"lead","visitor_id":"v","followers":["u"],"offers":["o"],
                    "products":["p"],"email_bounced":false,"email_unsubscribed":true,
                    "last_session_activity_at":"2026-01-02T03:04:05.678Z",
                    "attribution":{"n":1.0},"last_attribution":{"n":1.00}}"#,
            ),
        ),
        (
            "identifiers that can't be read, and fields that are not used",
            json(
                r#"{"lenient":true,"phone":"oops","emails":["nobody","ana@example.com"],
                    "name":"Anna","metadata":{"k":1}}"#,
            ),
        ),
        (
            "a conflict and a review",
            json(r#"{"email":"ana@example.com","phone":"+14155550102"}"#),
        ),
        (
            "a contradiction",
            json(
                r#"{"email":"ana@example.com","phone":"+14155550109",
                    "external_ids":[{"source":"crm","value":"2"}]}"#,
            ),
        ),
        (
            "two merges",
            merging(
                by_email("bo")
                    .phone("+14155550103")
                    .email("dee@example.com"),
            ),
        ),
        ("nothing new", by_email("ana").into()),
    ]
}

#[test]
fn an_answer_that_was_kept_is_the_whole_outcome() {
    let (_above, folder) = new_folder();
    let asked = {
        let contacts = contacts(&Kinfold::open(&folder).unwrap());
        let requests = requests_of_every_kind(&contacts).into_iter();
        let asked = requests.map(|(what, request)| {
            let request = request.idempotency_key(what);
            let outcome = contacts.resolve(request.clone()).unwrap();
            assert_eq!(
                contacts.resolve(request.clone()).unwrap(),
                outcome,
                "{what}"
            );
            (what, request, outcome)
        });
        asked.collect::<Vec<_>>()
    };
    let of = |part: fn(&Outcome) -> bool| asked.iter().any(|(.., outcome)| part(outcome));
    assert!(of(|one| one.created) && of(|one| !one.changed) && of(|one| !one.listed.is_empty()));
    assert!(of(|one| one.rejected.len() > 1) && of(|one| !one.ignored.is_empty()));
    assert!(of(|one| !one.conflicts.is_empty()) && of(|one| one.merges.len() == 2));

    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    for (what, request, outcome) in &asked {
        assert_eq!(
            contacts.resolve(request.clone()).unwrap(),
            *outcome,
            "{what}"
        );
    }
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn an_answer_stays_what_it_was_whatever_becomes_of_the_contact() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let request = || keyed(by_email("ana").text(TextField::Company, "Acme"), "k");
    let first = contacts.resolve(request()).unwrap();
    type Step<'a> = (&'a str, Box<dyn Fn() -> Answer + 'a>);
    let steps: Vec<Step<'_>> = vec![
        (
            "it is edited",
            Box::new(|| contacts.upsert(by_email("ana").text(TextField::Company, "Initech"))),
        ),
        (
            "it gets a phone",
            Box::new(|| contacts.resolve(by_email("ana").phone("+14155550101"))),
        ),
        (
            "it is absorbed",
            Box::new(|| {
                contacts.resolve(Draft::new().external_id("crm", "1"))?;
                contacts.resolve(merging(by_email("ana").external_id("crm", "1")))
            }),
        ),
        (
            "its survivor is edited",
            Box::new(|| contacts.upsert(by_email("ana").name("Ana"))),
        ),
    ];
    for (what, step) in steps {
        assert!(step().unwrap().changed, "{what}");
        let log = contacts.changes_since(0, 100).unwrap();
        let again = contacts.resolve(request()).unwrap();
        assert_eq!(again, first, "{what}");
        assert_ne!(
            contacts.get(again.contact.id).unwrap(),
            again.contact,
            "{what}"
        );
        assert_eq!(contacts.changes_since(0, 100).unwrap(), log, "{what}");
    }
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn a_key_that_another_request_had_is_refused_and_nothing_is_written() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let draft = || by_email("ana").phone("+14155550101");
    let first = contacts.resolve(keyed(draft(), "used")).unwrap();
    let region = |name: &str| name.parse().unwrap();
    let others: Vec<(&str, ResolveRequest)> = vec![
        ("another identifier", by_email("bo").into()),
        (
            "one identifier more",
            draft().email("bo@example.com").into(),
        ),
        ("one identifier less", by_email("ana").into()),
        (
            "another spelling",
            by_email("ana").phone("+1 4155550101").into(),
        ),
        ("a field more", draft().name("Ana").into()),
        ("another policy", merging(draft())),
        ("lenient", ResolveRequest::from(draft()).lenient(true)),
        (
            "another region",
            ResolveRequest::from(draft()).region(region("DE")),
        ),
        ("nobody", Draft::new().name("Ana").into()),
    ];
    let refused = |what: &str, answer: Answer| {
        let error = answer.unwrap_err();
        assert!(
            matches!(error, Error::IdempotencyKeyReused(_)),
            "{what}: {error}"
        );
        assert_eq!(error.code(), "INVALID_REQUEST");
        assert_eq!(error.field(), Some("idempotency_key"));
        assert_eq!(error.value(), Some("used"));
        assert!(!error.is_storage() && !error.is_retryable() && !error.is_conflict());
        assert!(!format!("{error} {error:?}").contains("\"used\""));
    };
    for (what, other) in others {
        let other = other.idempotency_key("used");
        for (way, ask) in WAYS {
            refused(&format!("{what}, {way}"), ask(&kinfold, other.clone()));
        }
        refused(what, contacts.preview_resolve(other.clone()));
        refused(what, contacts.preview_upsert(other));
    }
    refused("an upsert", contacts.upsert(keyed(draft(), "used")));
    let elsewhere = contacts.clone().default_region(region("DE"));
    refused("another default", elsewhere.resolve(keyed(draft(), "used")));

    // One and two of the group in which it was asked.
    assert_eq!(contacts.count().unwrap(), 3);
    assert_eq!(contacts.changes_since(0, 10).unwrap().len(), 3);
    assert_eq!(answers(&folder), 1);
    assert_eq!(contacts.resolve(keyed(draft(), " used ")).unwrap(), first);
}

#[test]
fn a_key_is_that_of_one_scope() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let scopes = [("acme", None), ("acme", Some("lisbon")), ("lisbon", None)];
    let of = |(org, location)| kinfold.contacts(Scope::new(org, location).unwrap());
    let ask = |at: usize| {
        let person = format!("person{at}");
        of(scopes[at]).resolve(keyed(by_email(&person), "one key"))
    };
    let first: Vec<Outcome> = (0..3).map(|at| ask(at).unwrap()).collect();
    for (at, outcome) in first.iter().enumerate() {
        assert!(outcome.created);
        assert_eq!(ask(at).unwrap(), *outcome);
        assert_eq!(of(scopes[at]).count().unwrap(), 1);
    }
}

#[test]
fn a_group_that_is_taken_back_keeps_no_answer() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let request = || keyed(by_email("ana"), "k");
    let in_group = |fails: bool| {
        kinfold.transaction(|tx| {
            let inside = tx.contacts(Scope::default());
            let outcome = inside.resolve(request())?;
            // Inside, the answer is kept already.
            assert_eq!(inside.resolve(request())?, outcome);
            assert_eq!(inside.preview_resolve(request())?, outcome);
            assert!(inside.upsert(request()).is_err());
            match fails {
                true => Err(Error::Stopped),
                false => Ok(outcome),
            }
        })
    };
    assert!(matches!(in_group(true), Err(Error::Stopped)));
    let raw = raw(&folder);
    for table in ["scope", "contact", "identifier", "change", "answer"] {
        let rows = number(&raw, &format!("SELECT count(*) FROM {table}"));
        assert_eq!(rows, 0, "{table}");
    }
    let outcome = in_group(false).unwrap();
    assert!(outcome.created);
    assert_eq!(contacts(&kinfold).resolve(request()).unwrap(), outcome);
    assert_eq!(contacts(&kinfold).changes_since(0, 10).unwrap().len(), 1);
}

#[test]
fn each_request_of_a_group_has_its_own_key() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let group = || {
        [
            keyed(by_email("ana"), "a"),
            keyed(by_email("bo"), "b"),
            keyed(by_email("ana"), "a"),
            keyed(by_email("cem"), "a"),
            keyed(Draft::new().email("nobody"), "c"),
            keyed(by_email("ana"), "d"),
            by_email("ana").into(),
        ]
    };
    let first = contacts.resolve_many(group()).unwrap();
    assert_eq!(first[0].as_ref().unwrap(), first[2].as_ref().unwrap());
    let reused = first[3].as_ref().unwrap_err();
    assert!(matches!(reused, Error::IdempotencyKeyReused(_)));
    assert!(first[4].is_err());
    let created = [0, 1, 2, 5, 6].map(|at| first[at].as_ref().unwrap().created);
    assert_eq!(created, [true, true, true, false, false]);
    assert_eq!((contacts.count().unwrap(), answers(&folder)), (2, 3));

    // There is nothing to write for any of them now, so that no lock is needed.
    let impatient = contacts_with_patience(&folder, Duration::ZERO);
    let holder = raw(&folder);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let again = impatient.resolve_many(group()).unwrap();
    for (at, (first, again)) in first.iter().zip(&again).enumerate() {
        match (first, again) {
            (Ok(first), Ok(again)) => assert_eq!(first, again, "{at}"),
            (Err(first), Err(again)) => assert_eq!(first.to_string(), again.to_string()),
            _ => panic!("{at} is answered otherwise"),
        }
    }
}

#[test]
fn a_refusal_is_not_kept() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    for name in ["ana", "bo"] {
        contacts.resolve(by_email(name)).unwrap();
    }
    let both = || by_email("ana").email("bo@example.com");
    let rejecting = || keyed(both(), "k").on_conflict(OnConflict::Reject);
    assert!(contacts.resolve(rejecting()).unwrap_err().is_conflict());
    assert!(contacts.upsert(rejecting()).unwrap_err().is_conflict());
    // The conflict is settled: the same request is no longer refused.
    contacts.resolve(merging(both())).unwrap();
    let settled = contacts.resolve(rejecting()).unwrap();
    assert!(!settled.changed && settled.matched_on.len() == 2);
    // A key under which only refusals were given is free for another request.
    let unreadable = keyed(Draft::new().email("nobody"), "other");
    assert!(contacts.resolve(unreadable).is_err());
    assert!(
        contacts
            .resolve(keyed(by_email("cem"), "other"))
            .unwrap()
            .created
    );
}

#[test]
fn an_answer_is_kept_even_if_nothing_changed() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    contacts.resolve(by_email("ana").name("Ana")).unwrap();
    let first = contacts.resolve(keyed(by_email("ana"), "k")).unwrap();
    assert!(!first.changed && !first.created);
    assert_eq!(answers(&folder), 1);
    assert_eq!(contacts.changes_since(0, 10).unwrap().len(), 1);
    contacts.upsert(by_email("ana").name("Ana Ruiz")).unwrap();
    assert_eq!(
        contacts.resolve(keyed(by_email("ana"), "k")).unwrap(),
        first
    );
}

#[test]
fn a_preview_shows_the_answer_that_was_kept_and_keeps_none() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let request = || keyed(by_email("ana"), "k");
    let foretold = contacts.preview_resolve(request()).unwrap();
    assert!(foretold.created && foretold.contact.id.is_none());
    contacts.preview_upsert(request()).unwrap();
    assert_eq!((answers(&folder), contacts.count().unwrap()), (0, 0));
    let outcome = contacts.upsert(request()).unwrap();
    contacts.upsert(by_email("ana").name("Ana")).unwrap();
    assert_eq!(contacts.preview_upsert(request()).unwrap(), outcome);
    let other = contacts.preview_resolve(request());
    assert!(matches!(other, Err(Error::IdempotencyKeyReused(_))));
    assert_eq!(answers(&folder), 1);
}

#[test]
fn a_key_is_given_in_json_as_well() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let json = |json: &str| contacts.resolve(ResolveRequest::from_json(json).unwrap());
    let first = contacts.resolve(keyed(by_email("ana"), "k")).unwrap();
    let same = r#"{"idempotency_key":"k","email":"ana@example.com","phone":null,"lenient":false}"#;
    assert_eq!(json(same).unwrap(), first);
    let none = json(r#"{"idempotency_key":null,"email":"ana@example.com"}"#).unwrap();
    assert!(!none.created, "null is no key");
}

/// The answer to one who imports a file again is that of the first time, line by line.
#[cfg(feature = "exchange")]
#[test]
fn a_line_of_a_file_that_carries_a_key_is_answered_once() {
    use kinfold::ImportOptions;
    use kinfold::exchange::{Format, ReadOptions, Records};

    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let import = |file: &str| {
        let records = Records::open(file.as_bytes(), Format::JsonLines, &ReadOptions::default());
        let go_on = |_: kinfold::ImportEvent<'_>| std::ops::ControlFlow::Continue(());
        contacts.import(records.unwrap(), ImportOptions::default(), go_on)
    };
    let line = r#"{"idempotency_key":"k","email":"ana@example.com","name":"Ana"}"#;
    assert_eq!(import(line).unwrap().created, 1);
    contacts.upsert(by_email("ana").name("Ana Ruiz")).unwrap();
    let log = contacts.changes_since(0, 10).unwrap();
    assert_eq!(import(line).unwrap().created, 1);
    let other = line.replace("ana@", "bo@");
    let summary = import(&other).unwrap();
    assert_eq!((summary.created, summary.rejected), (0, 1));
    assert_eq!(contacts.changes_since(0, 10).unwrap(), log);
}

#[test]
fn an_answer_that_is_damaged_says_nothing_of_anybody() {
    for damage in [
        r#"UPDATE answer SET outcome = '{"Quetzal":1}'"#,
        r#"UPDATE answer SET outcome = replace(outcome, '"created":true', '"created":"Quetzal"')"#,
        r#"UPDATE answer SET outcome = replace(outcome, '1990-09-25', 'Quetzal')"#,
    ] {
        let (_above, folder) = new_folder();
        let kinfold = Kinfold::open(&folder).unwrap();
        let json =
            r#"{"email":"ana@example.com","date_of_birth":"1990-09-25","idempotency_key":"k"}"#;
        let ask = || contacts(&kinfold).resolve(ResolveRequest::from_json(json).unwrap());
        ask().unwrap();
        assert_eq!(raw(&folder).execute(damage, []).unwrap(), 1);
        let error = ask().unwrap_err();
        assert!(matches!(error, Error::StoreCorrupt(_)), "{damage}: {error}");
        let words = format!("{error} {error:?}");
        assert!(!words.contains("Quetzal"), "{words}");
    }
}
