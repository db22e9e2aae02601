//! Bland, Ravan and Contactship as a library has them.

use kinfold::wire::bland::{self, MemoryRequest, MergeContacts, ResolveContact};
use kinfold::wire::contactship::{self, CreateContact};
use kinfold::wire::ravan::{self, GetOrCreateContact};
use kinfold::wire::{Access, Api, Fault, Locations};
use kinfold::{Contacts, Draft, Key, Kind, Kinfold, MemoryScope, Scope};

use super::support;

fn access() -> (Access, Contacts) {
    let kinfold = support::kinfold();
    let access = Access::new(kinfold.clone(), "acme", Locations::None).unwrap();
    (access, contacts(&kinfold))
}

fn contacts(kinfold: &Kinfold) -> Contacts {
    kinfold.contacts(Scope::new("acme", None).unwrap())
}

fn resolve(access: &Access, json: &str) -> Result<bland::Resolved, Fault> {
    let request = ResolveContact::from_json(json)?;
    Ok(bland::resolve(access, &request)?.data)
}

fn create(access: &Access, json: &str) -> Result<contactship::CreatedContact, Fault> {
    contactship::create(access, &CreateContact::from_json(json)?)
}

#[test]
fn a_resolve_that_finds_everything_writes_nothing() {
    let (access, contacts) = access();
    let json = r#"{"email":"john@example.com","persona_id":"ann","agent_number":"+14155550199"}"#;
    let first = resolve(&access, json).unwrap();
    assert!(first.created);
    let changes = contacts.last_change().unwrap();
    let again = resolve(&access, json).unwrap();
    assert_eq!((again.contact, again.created), (first.contact, false));
    assert_eq!(contacts.last_change().unwrap(), changes);
}

#[test]
fn without_a_persona_or_agent_nothing_is_remembered() {
    let (access, contacts) = access();
    let one = resolve(&access, r#"{"email":"john@example.com"}"#).unwrap();
    assert!(contacts.memories(one.contact.id).unwrap().is_empty());
    resolve(
        &access,
        r#"{"email":"john@example.com","agent_number":"x 7"}"#,
    )
    .unwrap();
    let of: Vec<_> = contacts.memories(one.contact.id).unwrap();
    assert_eq!(of.len(), 1);
    assert_eq!(of[0].of, MemoryScope::AgentNumber("x 7".to_owned()));
}

#[test]
fn a_memory_that_can_not_be_made_leaves_no_contact() {
    let (access, contacts) = access();
    let json = r#"{"email":"john@example.com","persona_id":"a\u0000b"}"#;
    let fault = resolve(&access, json).unwrap_err();
    assert_eq!(fault.reply(Api::Bland).status, 400);
    assert_eq!(contacts.last_change().unwrap(), 0);
}

#[test]
fn identifiers_of_two_people_do_not_merge_them() {
    let (access, contacts) = access();
    resolve(&access, r#"{"phone_number":"+14155550100"}"#).unwrap();
    let by_email = resolve(&access, r#"{"email":"john@example.com"}"#).unwrap();
    let both = resolve(
        &access,
        r#"{"phone_number":"+14155550100","email":"john@example.com"}"#,
    )
    .unwrap();
    assert_eq!(
        (both.contact.id, both.created),
        (by_email.contact.id, false)
    );
    assert_eq!(contacts.review(false).unwrap().len(), 1);
}

#[test]
fn a_merge_keeps_the_memories_of_both() {
    let (access, contacts) = access();
    let one = resolve(
        &access,
        r#"{"email":"john@example.com","persona_id":"ann"}"#,
    )
    .unwrap();
    let two = resolve(
        &access,
        r#"{"phone_number":"+14155550100","persona_id":"bob"}"#,
    )
    .unwrap();
    let request = MergeContacts {
        primary_contact_id: one.contact.id,
        duplicate_contact_id: two.contact.id,
    };
    let merged = bland::merge(&access, &request).unwrap().data;
    assert_eq!(merged.id, one.contact.id);
    for persona in ["ann", "bob"] {
        let ask = MemoryRequest {
            contact_id: two.contact.id,
            persona_id: Some(persona.to_owned()),
            agent_number: None,
        };
        let opened = bland::open_memory(&access, &ask).unwrap().data;
        assert!(!opened.created);
        assert_eq!(opened.memory.contact_id, one.contact.id);
    }
    assert_eq!(contacts.count().unwrap(), 1);
}

#[test]
fn ravan_fills_in_what_a_contact_has_not() {
    let (access, contacts) = access();
    let bare = contacts
        .resolve(Draft::new().phone("+14157774444"))
        .unwrap();
    let request = |json| GetOrCreateContact::from_json(json).unwrap();
    let named = request(
        r#"{"org_id":"acme","phone":"+14157774444","email":"alex@example.com","name":"Alex"}"#,
    );
    let answer = ravan::get_or_create(&access, &named).unwrap();
    assert_eq!(answer.data.id, bare.contact.id);
    assert_eq!(answer.data.name.as_deref(), Some("Alex"));
    let renamed = request(r#"{"org_id":"acme","email":"alex@example.com","name":"Sandro"}"#);
    let answer = ravan::get_or_create(&access, &renamed).unwrap();
    assert_eq!(answer.data.name.as_deref(), Some("Alex"));
}

#[test]
fn contactship_counts_a_phone_by_its_key() {
    let (access, contacts) = access();
    create(
        &access,
        r#"{"phone_number":"+1 (212) 456-7890","full_name":"Ana"}"#,
    )
    .unwrap();
    let changes = contacts.last_change().unwrap();
    let fault = create(
        &access,
        r#"{"phone_number":"tel:+12124567890","full_name":"Ben"}"#,
    );
    assert_eq!(fault.unwrap_err().reply(Api::Contactship).status, 409);
    assert_eq!(contacts.last_change().unwrap(), changes);

    // A phone that nobody can hold identifies nobody.
    let phone = Key::read(Kind::Phone, "+12124567899").unwrap();
    contacts.block(&phone).unwrap();
    let fault = create(
        &access,
        r#"{"phone_number":"+12124567899","full_name":"Cem"}"#,
    );
    assert_eq!(
        fault.unwrap_err().reply(Api::Contactship).body,
        r#"{"statusCode":400,"message":"phone_number can't be used: it identifies nobody","error":"Bad Request"}"#
    );
    assert_eq!(contacts.count().unwrap(), 1);
}

#[test]
fn what_a_form_left_empty_is_not_given() {
    let (access, contacts) = access();
    let john = resolve(
        &access,
        r#"{"phone_number":"+14155550100","email":"","external_id":" ","name":"","persona_id":"","agent_number":""}"#,
    );
    let john = contacts.get(john.unwrap().contact.id).unwrap();
    assert_eq!(
        (john.identifiers.len(), john.fields.name.display()),
        (1, None)
    );
    assert!(contacts.memories(john.id).unwrap().is_empty());

    let alex = GetOrCreateContact::from_json(
        r#"{"org_id":"acme","location_id":"","name":"","email":"alex@example.com","phone":""}"#,
    );
    let alex = ravan::get_or_create(&access, &alex.unwrap()).unwrap().data;
    assert_eq!(
        (alex.name, alex.phone, alex.location_id),
        (None, None, None)
    );

    let juan = create(
        &access,
        r#"{"phone_number":"+12124567890","full_name":"Juan","country":"","email":"","description":""}"#,
    );
    let juan = juan.unwrap();
    assert_eq!(
        (juan.country, juan.email, juan.description),
        (None, None, None)
    );

    // One of an address, too.
    let ask = MemoryRequest::from_query(|name| match name {
        "contact_id" => Some("0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f"),
        "persona_id" => Some("ann"),
        _ => Some(""),
    });
    assert_eq!(ask.unwrap().agent_number, None);
}

/// A `+` in an address is a space, unless it is encoded.
#[test]
fn an_agents_number_is_the_same_in_a_body_and_in_an_address() {
    let (access, contacts) = access();
    let ana = contacts.resolve(Draft::new().email("ana@example.com"));
    let ana = ana.unwrap().contact.id.to_string();
    let body = format!(r#"{{"contact_id":"{ana}","agent_number":"+442079460000"}}"#);
    bland::open_memory(&access, &MemoryRequest::from_json(&body).unwrap()).unwrap();
    let status = |number: &str| {
        let ask = MemoryRequest::from_query(|name| match name {
            "contact_id" => Some(&ana),
            "agent_number" => Some(number),
            _ => None,
        });
        match bland::context(&access, &ask.unwrap()) {
            Ok(_) => 200,
            Err(fault) => fault.reply(Api::Bland).status,
        }
    };
    for number in ["+442079460000", " 442079460000", " 44 20 7946 0000"] {
        assert_eq!(status(number), 200, "{number}");
    }
    for number in ["442079460000", " 442079460001", " agent"] {
        assert_eq!(status(number), 404, "{number}");
    }
}

#[test]
fn a_field_may_be_of_another_type_in_every_contact() {
    let (access, contacts) = access();
    let given = [
        ("text", "since yesterday"),
        ("date", "2026-01-02"),
        ("text", "since ever"),
    ];
    for (place, (kind, value)) in given.into_iter().enumerate() {
        let json = format!(
            r#"{{"phone_number":"+1212456789{place}","full_name":"Ana","additional_data":[{{"type":"{kind}","field":"since","value":"{value}"}}]}}"#
        );
        let created = create(&access, &json).unwrap();
        assert_eq!(created.additional_data[0].field, "since");
        let contact = contacts.get(created.id).unwrap();
        let (name, field) = contact.fields.custom_fields.iter().next().unwrap();
        let expected = if kind == "date" { "since (2)" } else { "since" };
        assert_eq!((name, field.kind.as_str()), (expected, kind));
    }
    let refused = create(
        &access,
        r#"{"phone_number":"+12124567899","full_name":"Ana","additional_data":[{"type":"date","field":"until","value":"soon"}]}"#,
    );
    let reply = refused.unwrap_err().reply(Api::Contactship);
    assert_eq!(reply.status, 400);
    assert!(
        reply.body.contains(r#""message":"additional_data: "#),
        "{}",
        reply.body
    );
}

#[test]
fn as_many_fields_as_a_contact_can_have_and_one_more() {
    let (access, _) = access();
    let body = |many: usize| {
        let entry = r#"{"type":"text","field":"same","value":"v"}"#;
        let data = vec![entry; many].join(",");
        format!(r#"{{"phone_number":"+12124567890","full_name":"Ana","additional_data":[{data}]}}"#)
    };
    let fault = create(&access, &body(1001)).unwrap_err();
    assert_eq!(
        fault.reply(Api::Contactship).body,
        r#"{"statusCode":400,"message":"additional_data has more than 1000 entries","error":"Bad Request"}"#
    );
    let created = create(&access, &body(1000)).unwrap();
    assert_eq!(created.additional_data.len(), 1000);
}

#[test]
fn contactship_is_told_of_a_field_that_is_not_defined() {
    let (access, contacts) = access();
    contacts.define_fields_as_they_come(false).unwrap();
    let refused = create(
        &access,
        r#"{"phone_number":"+12124567890","full_name":"Juan","additional_data":[
            {"type":"text","field":"notes","value":"premium"}]}"#,
    );
    let reply = refused.unwrap_err().reply(Api::Contactship);
    assert_eq!(
        reply.body,
        r#"{"statusCode":400,"message":"additional_data: it names a field that is not defined here","error":"Bad Request"}"#
    );
}

#[test]
fn an_access_can_be_narrowed_and_not_widened() {
    let open = |locations| Access::new(support::kinfold(), "acme", locations).unwrap();
    let lisbon = || Locations::One("lisbon".to_owned());
    let narrowed = open(Locations::All).for_location("Location-Id", "lisbon");
    assert_eq!(narrowed.unwrap().locations(), &lisbon());
    assert!(open(lisbon()).for_location("Location-Id", "lisbon").is_ok());
    for locations in [lisbon(), Locations::None] {
        let fault = open(locations).for_location("Location-Id", "porto");
        assert!(matches!(fault, Err(Fault::OtherScope { .. })));
    }
}

#[test]
fn what_another_organisation_has_is_not_there() {
    let kinfold = support::kinfold();
    let open = |org, locations| Access::new(kinfold.clone(), org, locations).unwrap();
    let acme = open("acme", Locations::None);
    let one = resolve(&acme, r#"{"email":"a@example.com","persona_id":"ann"}"#).unwrap();
    let two = resolve(&acme, r#"{"email":"b@example.com"}"#).unwrap();
    let (one, two) = (one.contact.id, two.contact.id);
    let memory = contacts(&kinfold).memories(one).unwrap()[0].id;
    let ask = MemoryRequest {
        contact_id: one,
        persona_id: Some("ann".to_owned()),
        agent_number: None,
    };
    let merge = MergeContacts {
        primary_contact_id: one,
        duplicate_contact_id: two,
    };
    let changes = contacts(&kinfold).last_change().unwrap();
    for locations in [
        Locations::None,
        Locations::All,
        Locations::One("lisbon".to_owned()),
    ] {
        let other = open("initech", locations);
        let faults = [
            bland::merge(&other, &merge).unwrap_err(),
            bland::open_memory(&other, &ask).unwrap_err(),
            bland::context(&other, &ask).unwrap_err(),
            bland::memory(&other, memory).unwrap_err(),
        ];
        for fault in faults {
            assert_eq!(fault.reply(Api::Bland).status, 404, "{fault:?}");
        }
    }
    assert_eq!(contacts(&kinfold).last_change().unwrap(), changes);
    // A key of all locations finds it in its own, also where that is none.
    let all = open("acme", Locations::All);
    assert_eq!(bland::memory(&all, memory).unwrap().data.contact_id, one);
}

#[test]
fn printed_for_a_log_they_say_nothing_of_the_person() {
    let (access, _) = access();
    let bland = ResolveContact::from_json(
        r#"{"email":"secret@example.com","name":"Secret","persona_id":"secret"}"#,
    )
    .unwrap();
    let resolved = bland::resolve(&access, &bland).unwrap();
    let ravan =
        GetOrCreateContact::from_json(r#"{"org_id":"acme","email":"secret@example.com"}"#).unwrap();
    let got = ravan::get_or_create(&access, &ravan).unwrap();
    let contactship =
        CreateContact::from_json(r#"{"phone_number":"+12124567890","full_name":"Secret"}"#)
            .unwrap();
    let created = contactship::create(&access, &contactship).unwrap();
    let ask = MemoryRequest {
        contact_id: got.data.id,
        persona_id: Some("secret".to_owned()),
        agent_number: None,
    };
    let opened = bland::open_memory(&access, &ask).unwrap();
    let printed = format!(
        "{bland:?} {resolved:?} {:?} {ravan:?} {got:?} {contactship:?} {created:?} {:?} {ask:?} {opened:?} {:?}",
        resolved.reply(),
        created.reply(),
        opened.reply(),
    );
    let printed = printed.to_lowercase();
    assert!(
        !printed.contains("secret") && !printed.contains("2124567890"),
        "{printed}"
    );
}
