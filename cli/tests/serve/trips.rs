//! A contact that one API made is seen by the others, in their shapes.

use serde_json::{Value, json};

use super::server::{Server, TOKEN};
use super::support::Desk;
use super::{changes, only_contact};

#[test]
fn made_by_contactship_seen_by_bland_and_ravan() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let data = json!([{"type": "text", "field": "notas", "value": "premium"}]);
    let body = json!({
        "phone_number": "+12124567890", "full_name": "Juan Pérez", "country": "México",
        "email": "juan@ejemplo.com", "description": "Lead", "additional_data": data,
    });
    let created = server.contactship(&body.to_string()).json();
    let before = only_contact(&desk);

    let bland = server
        .bland("/v1/contacts/resolve", r#"{"email":"juan@ejemplo.com"}"#)
        .json();
    assert_eq!(bland["data"]["created"], false);
    assert_eq!(bland["data"]["contact"]["id"], created["id"]);
    assert_eq!(bland["data"]["contact"]["name"], "Juan Pérez");
    assert_eq!(
        bland["data"]["contact"]["org_id"],
        created["organization_id"]
    );

    let ravan = server
        .ravan(r#"{"org_id":"default","phone":"+12124567890"}"#)
        .json();
    assert_eq!(
        ravan["data"],
        json!({
            "id": created["id"], "name": "Juan Pérez", "email": "juan@ejemplo.com",
            "phone": "+12124567890", "location_id": null,
        })
    );
    // Looking changed nothing.
    assert_eq!(changes(&desk, &[]), 1);
    assert_eq!(only_contact(&desk), before);
}

#[test]
fn made_by_ravan_filled_by_bland_refused_by_contactship() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let ravan = server
        .ravan(r#"{"org_id":"default","name":"Alex","phone":"+14157774444"}"#)
        .json();
    let bland = server
        .bland(
            "/v1/contacts/resolve",
            r#"{"phone_number":"+14157774444","email":"alex@example.com","external_id":"7","metadata":{"a":1}}"#,
        )
        .json();
    assert_eq!(bland["data"]["contact"]["id"], ravan["data"]["id"]);
    assert_eq!(bland["data"]["contact"]["name"], "Alex");
    let contactship = server.contactship(r#"{"phone_number":"+14157774444","full_name":"Alex"}"#);
    assert_eq!(contactship.status, 409);
    let again = server
        .ravan(r#"{"org_id":"default","email":"alex@example.com"}"#)
        .json();
    assert_eq!(again["data"]["email"], "alex@example.com");
    assert_eq!(only_contact(&desk)["metadata"], json!({"a": 1}));
}

#[test]
fn the_log_knows_through_which_api_a_change_came() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    server.bland("/v1/contacts/resolve", r#"{"email":"a@example.com"}"#);
    server.ravan(r#"{"org_id":"default","email":"b@example.com"}"#);
    server.contactship(r#"{"phone_number":"+12124567890","full_name":"C"}"#);
    let changes = desk.run(&["changes"]).lines();
    let origins: Vec<&Value> = changes.iter().map(|change| &change["origin"]).collect();
    assert_eq!(origins, ["bland", "ravan", "contactship"]);
}

#[test]
fn a_key_for_all_locations_finds_contacts_by_their_ids() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let id = |email: &str| {
        let body = format!(r#"{{"org_id":"default","location_id":"lisbon","email":"{email}"}}"#);
        server.ravan(&body).json()["data"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (one, two) = (id("one@example.com"), id("two@example.com"));
    let merge = format!(r#"{{"primary_contact_id":"{one}","duplicate_contact_id":"{two}"}}"#);
    assert_eq!(server.bland("/v1/contacts/merge", &merge).status, 200);
    let ask = format!(r#"{{"contact_id":"{two}","persona_id":"ann"}}"#);
    let memory = server.bland("/v1/memory/contact", &ask).json();
    assert_eq!(memory["data"]["memory"]["contact_id"], one);
    let path = format!(
        "/v1/memory/contact/{}",
        memory["data"]["memory"]["id"].as_str().unwrap()
    );
    let again = server
        .send("GET", &path, &[("authorization", TOKEN)], b"")
        .json();
    assert_eq!(again["data"], memory["data"]["memory"]);
    let path = format!("/v1/memory/context?contact_id={two}&persona_id=ann");
    let context = server.send("GET", &path, &[("authorization", TOKEN)], b"");
    assert_eq!(context.status, 200);
}
