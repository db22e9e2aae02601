//! Where contacts stand: everybody in a line, how far a list has come, in which scope.

use kinfold::{ContactId, Error, Kind, MergeRules, Scope, Update};

use crate::desk::{Desk, draft, key};

/// Everybody who lists a key, as a call and inside a transaction.
fn line(desk: &Desk, of: &str) -> Vec<ContactId> {
    let ids = |line: Vec<kinfold::Contact>| line.iter().map(|one| one.id).collect::<Vec<_>>();
    let alone = ids(desk.contacts.line(&key(of)).unwrap());
    let inside = desk.kinfold.transaction(|tx| {
        let contacts = tx.contacts_like(&desk.contacts);
        contacts.line(&key(of))
    });
    assert_eq!(alone, ids(inside.unwrap()));
    alone
}

#[test]
fn a_line_is_all_who_list_a_key_the_holder_first() {
    let desk = Desk::new();
    assert_eq!(line(&desk, "P1"), [], "nothing was ever written");
    let [a, b, c] = [1, 2, 3].map(|n| desk.person(&format!("P1 E{n}")));
    assert_eq!(line(&desk, "P1"), [a, b, c]);
    assert_eq!(line(&desk, "E2"), [b]);
    assert_eq!(line(&desk, "P9"), []);

    desk.contacts.reassign(&key("P1"), c).unwrap();
    assert_eq!(line(&desk, "P1"), [c, a, b]);
    desk.contacts.delete(c).unwrap();
    assert_eq!(line(&desk, "P1"), [a, b], "a tombstone is nobody");
    desk.contacts.restore(c).unwrap();
    assert_eq!(
        line(&desk, "P1"),
        [a, c, b],
        "right behind who holds it now"
    );
    desk.contacts.block(&key("P1")).unwrap();
    assert_eq!(line(&desk, "P1"), [a, c, b], "listed all the same");
    desk.contacts.merge(b, a, &MergeRules::default()).unwrap();
    assert_eq!(
        line(&desk, "P1"),
        [b, c],
        "at the smaller of their two places"
    );
}

#[test]
fn a_list_has_come_as_far_as_the_contact_it_goes_on_behind() {
    let desk = Desk::new();
    let ids = [1, 2, 3].map(|n| desk.person(&format!("E{n}")));
    let count = |id| desk.contacts.count_up_to(id).unwrap();
    assert_eq!(ids.map(count), [1, 2, 3]);
    desk.contacts.delete(ids[1]).unwrap();
    assert_eq!(ids.map(count), [1, 1, 2]);
    for id in ids {
        let behind = desk.contacts.list(Some(id), 10).unwrap().len() as u64;
        assert_eq!(count(id) + behind, desk.contacts.count().unwrap());
    }
    let nobody = ContactId::from_bytes([7; 16]);
    let error = desk.contacts.count_up_to(nobody).unwrap_err();
    assert!(matches!(error, Error::NotFound(_)));
    let elsewhere = desk.kinfold.contacts(Scope::new("acme", None).unwrap());
    assert!(elsewhere.count_up_to(ids[0]).is_err());
}

#[test]
fn a_scope_is_told_of_an_organisations_own_contacts_alone() {
    let desk = Desk::new();
    let scope = |org, location| Scope::new(org, location).unwrap();
    let own = [
        scope("acme", None),
        scope("acme", Some("lisbon")),
        scope("initech", Some("lisbon")),
    ];
    let ids = own.clone().map(|scope| {
        let made = desk.kinfold.contacts(scope).resolve(draft("E1"));
        made.unwrap().contact.id
    });
    assert_eq!(desk.kinfold.scope_of("acme", ids[0]).unwrap(), own[0]);
    assert_eq!(desk.kinfold.scope_of("acme", ids[1]).unwrap(), own[1]);
    assert!(desk.kinfold.scope_of("acme", ids[2]).is_err());
    let lisbon = desk.kinfold.contacts(own[1].clone());
    lisbon.delete(ids[1]).unwrap();
    assert_eq!(desk.kinfold.scope_of("acme", ids[1]).unwrap(), own[1]);
    lisbon.erase(ids[1]).unwrap();
    assert!(
        desk.kinfold.scope_of("acme", ids[1]).is_err(),
        "nothing is known of it"
    );
}

/// "External id before email before phone (the order is configurable)": for some calls alone.
#[test]
fn an_order_of_kinds_counts_for_the_calls_that_ask_for_it() {
    let desk = Desk::new();
    let [by_phone, by_email] = ["P1", "E1"].map(|keys| desk.person(keys));
    let kinds = [Kind::ExternalId, Kind::Phone, Kind::Email];
    let phone_first = desk.contacts.clone().strongest_first(kinds).unwrap();
    let preview = phone_first.preview_resolve(draft("P1 E1")).unwrap();
    assert_eq!(preview.contact.id, by_phone);
    let preview = desk.contacts.preview_resolve(draft("P1 E1")).unwrap();
    assert_eq!(preview.contact.id, by_email, "others go on as before");

    let inside = desk.kinfold.transaction(|tx| {
        let like = tx.contacts_like(&phone_first).resolve(draft("P1 E1"))?;
        let plain = tx.contacts_like(&desk.contacts);
        let set = plain
            .clone()
            .strongest_first(kinds)?
            .resolve(draft("P1 E1"))?;
        let plain = plain.resolve(draft("P1 E1"))?;
        Ok::<_, Error>([like, set, plain].map(|outcome| outcome.contact.id))
    });
    assert_eq!(inside.unwrap(), [by_phone, by_phone, by_email]);

    let twice = [Kind::Phone, Kind::Phone, Kind::Email];
    let error = desk.contacts.clone().strongest_first(twice).unwrap_err();
    assert_eq!(error.field(), Some("strongest_first"));
}

/// "A singular `phone` or `email` takes the place of the primary one", and so does null.
#[test]
fn the_primary_identifier_can_be_cleared() {
    let desk = Desk::new();
    let a = desk.person("P1 P2 E1 E2");
    let update = Update::new().clear_phone().clear_email();
    desk.once("update", |contacts| contacts.update(a, update));
    assert_eq!(desk.lists(a), "P2 E2");
    let json = Update::from_json(r#"{"phone":null,"email":null}"#).unwrap();
    assert_eq!(json, Update::new().clear_phone().clear_email());
}
