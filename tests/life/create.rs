//! "Create is for those who don't want to find."

use kinfold::{Draft, ResolveRequest};

use crate::desk::{Desk, draft, held, lists, request};

fn twice(keys: &str) -> ResolveRequest {
    ResolveRequest::from(draft(keys)).allow_duplicates(true)
}

/// "If any key of the request has a holder, the error ALREADY_EXISTS names key and holder and
/// nothing is written."
#[test]
fn who_exists_is_not_made_again() {
    let desk = Desk::new();
    let made = desk.once("create", |contacts| {
        contacts.create(request("P1 E1", r#"{"name":"Ana"}"#))
    });
    assert!(made.created && made.changed && made.conflicts.is_empty());
    let a = made.contact.id;
    let b = desk.person("X1");
    for (keys, holders) in [
        ("P1", vec![("P1".to_owned(), a)]),
        ("P9 E1", vec![("E1".into(), a)]),
        (
            "P1 E1 X1",
            vec![("P1".into(), a), ("E1".into(), a), ("X1".into(), b)],
        ),
        ("E9 X1", vec![("X1".into(), b)]),
    ] {
        let error = desk.refused(|contacts| contacts.create(draft(keys)));
        assert_eq!(
            (error.code(), held(error.holders())),
            ("ALREADY_EXISTS", holders),
            "{keys}"
        );
        let error = desk.refused(|contacts| contacts.preview_create(draft(keys)));
        assert_eq!(error.code(), "ALREADY_EXISTS", "a dry run of {keys}");
    }
    assert_eq!(desk.contacts.count().unwrap(), 2);
}

/// "With allow_duplicates a new contact joins the lines of its phones and emails, though it may
/// hold none, and the pairs go on the review queue."
#[test]
fn a_duplicate_joins_the_lines() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1"), desk.person("E1"));
    let seen = desk
        .unchanged(|contacts| contacts.preview_create(twice("P1 E1")))
        .unwrap();
    assert!(seen.created && seen.contact.id.is_none());
    let made = desk.once("create", |contacts| contacts.create(twice("P1 E1")));
    assert_eq!(lists(&made.contact), "(P1) (E1)");
    assert_eq!(lists(&seen.contact), "(P1) (E1)");
    assert_eq!(held(&made.conflicts), [("P1".into(), a), ("E1".into(), b)]);
    assert_eq!(
        (
            made.listed.len(),
            made.attached.len(),
            made.matched_on.len()
        ),
        (2, 0, 0)
    );
    let queue = desk.contacts.review(false).unwrap();
    let pairs: Vec<_> = queue.iter().map(|pair| (pair.a, pair.b)).collect();
    assert_eq!(pairs, [(a, made.contact.id), (b, made.contact.id)]);
    // And again: who allows duplicates gets them.
    let again = desk.once("create", |contacts| contacts.create(twice("P1 E1")));
    assert_ne!(again.contact.id, made.contact.id);
    desk.once("delete", |contacts| contacts.delete(a));
    assert_eq!(
        desk.holder("P1"),
        Some(made.contact.id),
        "the next one in line"
    );
}

/// "An external id that is held is still an error."
#[test]
fn an_external_id_has_no_line() {
    let desk = Desk::new();
    let a = desk.person("X1 P1");
    let error = desk.refused(|contacts| contacts.create(twice("P1 X1")));
    assert_eq!(error.code(), "ALREADY_EXISTS");
    assert!(held(error.holders()).contains(&("X1".into(), a)));
    let made = desk.once("create", |contacts| contacts.create(twice("P1 X2")));
    assert_eq!(lists(&made.contact), "(P1) X2");
}

/// A deleted contact holds nothing, an absorbed one leads to its survivor, another scope is
/// another world.
#[test]
fn whom_it_meets() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("E2"));
    desk.once("merge", |contacts| {
        contacts.merge(a, b, &Default::default())
    });
    let error = desk.refused(|contacts| contacts.create(draft("E2")));
    assert_eq!(held(error.holders()), [("E2".into(), a)]);
    desk.once("delete", |contacts| contacts.delete(a));
    let made = desk.once("create", |contacts| contacts.create(draft("E1 E2")));
    assert_eq!(lists(&made.contact), "E1 E2");
    let elsewhere = desk
        .kinfold
        .contacts(kinfold::Scope::new("b", None).unwrap());
    assert!(elsewhere.create(draft("E1")).unwrap().created);
}

/// What can't be read, nobody, and nothing but blocked keys is refused as by a resolve.
#[test]
fn refusals() {
    let desk = Desk::new();
    desk.person("E1");
    let code = |request: ResolveRequest| desk.refused(|contacts| contacts.create(request)).code();
    assert_eq!(code(Draft::new().name("Ana").into()), "NO_IDENTIFIER");
    assert_eq!(
        code(Draft::new().email("nobody").into()),
        "INVALID_IDENTIFIER"
    );
    assert_eq!(
        code(Draft::new().email("noreply@example.com").into()),
        "NO_IDENTIFIER"
    );
    // A lenient one leaves out what it can't read, and is refused if nothing is left.
    let lenient = |draft: Draft| ResolveRequest::from(draft).lenient(true);
    assert_eq!(code(lenient(Draft::new().phone("12"))), "NO_IDENTIFIER");
    let made = desk.once("create", |contacts| {
        contacts.create(lenient(draft("E5").phone("12")))
    });
    assert_eq!(made.rejected.len(), 1);
}

/// A retry with the same idempotency key gets the same answer, rather than that the contact
/// exists.
#[test]
fn a_retry_gets_the_same_answer() {
    let desk = Desk::new();
    let request = || ResolveRequest::from(draft("E1")).idempotency_key("form-1");
    let made = desk.once("create", |contacts| contacts.create(request()));
    let again = desk
        .unchanged(|contacts| contacts.create(request()))
        .unwrap();
    assert_eq!(again, made);
    // Another request with that key is refused, and so is a resolve.
    let other = ResolveRequest::from(draft("E2")).idempotency_key("form-1");
    let error = desk.refused(|contacts| contacts.create(other));
    assert_eq!(
        (error.code(), error.field()),
        ("INVALID_REQUEST", Some("idempotency_key"))
    );
    desk.refused(|contacts| contacts.resolve(request()));
    desk.refused(|contacts| contacts.create(request().allow_duplicates(true)));
}

/// Several in one transaction: who was made earlier in the list is there for who comes later.
#[test]
fn many_at_once() {
    let desk = Desk::new();
    desk.person("E1");
    let answers = desk
        .contacts
        .create_many(["E1", "E2", "E2", "E3"].map(draft))
        .unwrap();
    let told: Vec<_> = answers
        .iter()
        .map(|answer| {
            answer
                .as_ref()
                .map_or_else(|error| error.code(), |_| "made")
        })
        .collect();
    assert_eq!(told, ["ALREADY_EXISTS", "made", "ALREADY_EXISTS", "made"]);
    assert_eq!(desk.contacts.count().unwrap(), 3);
}
