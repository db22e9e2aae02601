//! Every documented field: given, stored, returned.

use serde_json::{Value, json};

use super::server::Server;
use super::support::Desk;
use super::{changes, only_contact};

/// What is given, what the store has of it (a pointer into the printed contact), what the answer
/// has (a pointer into the body).
struct Field {
    given: (&'static str, Value),
    stored: (&'static str, Value),
    returned: Option<(&'static str, Value)>,
}

fn field(
    given: (&'static str, Value),
    stored: (&'static str, Value),
    returned: Option<(&'static str, Value)>,
) -> Field {
    Field {
        given,
        stored,
        returned,
    }
}

/// Sends all of them at once, and then looks for each.
fn check(fields: &[Field], send: impl FnOnce(&str) -> Value, stored: impl FnOnce() -> Value) {
    let body: serde_json::Map<String, Value> = fields
        .iter()
        .map(|field| (field.given.0.to_owned(), field.given.1.clone()))
        .collect();
    let answer = send(&serde_json::to_string(&body).unwrap());
    let contact = stored();
    for field in fields {
        let name = field.given.0;
        let (pointer, value) = &field.stored;
        assert_eq!(contact.pointer(pointer), Some(value), "{name} in {contact}");
        if let Some((pointer, value)) = &field.returned {
            assert_eq!(answer.pointer(pointer), Some(value), "{name} in {answer}");
        }
    }
}

#[test]
fn every_field_of_bland() {
    let desk = Desk::new();
    let server = Server::start(&desk, &["--region", "US"]);
    let metadata = json!({"source": "api", "n": 1.50, "list": [1, {"a": null}], "none": null});
    #[rustfmt::skip]
    let fields = [
        field(("phone_number", json!("(415) 555-0100")), ("/phones/0/key", json!("+14155550100")), None),
        field(("email", json!("John@Example.com")), ("/emails/0/raw", json!("John@Example.com")), None),
        field(("external_id", json!("a:42")), ("/external_ids", json!([{"source": "default", "value": "a:42"}])), None),
        field(("name", json!("John Doe")), ("/name/full", json!("John Doe")), Some(("/data/contact/name", json!("John Doe")))),
        field(("metadata", metadata.clone()), ("/metadata", metadata.clone()), Some(("/data/contact/metadata", metadata))),
        field(("persona_id", json!("ann")), ("/org", json!("default")), Some(("/data/contact/org_id", json!("default")))),
        field(("agent_number", json!("(415) 555-0199")), ("/deleted", json!(false)), Some(("/errors", json!(null)))),
    ];
    check(
        &fields,
        |body| server.bland("/v1/contacts/resolve", body).json(),
        || only_contact(&desk),
    );
    let contact = only_contact(&desk);
    let memories = desk
        .run(&["memory", contact["id"].as_str().unwrap(), "list"])
        .lines();
    let of = |memory: &Value| (memory["persona_id"].clone(), memory["agent_number"].clone());
    let of: Vec<_> = memories.iter().map(of).collect();
    assert_eq!(
        of,
        [
            (json!("ann"), json!(null)),
            (json!(null), json!("+14155550199"))
        ]
    );
}

#[test]
fn every_field_of_ravan() {
    let desk = Desk::new();
    let server = Server::start(&desk, &["--location", "lisbon"]);
    #[rustfmt::skip]
    let fields = [
        field(("org_id", json!("default")), ("/org", json!("default")), Some(("/success", json!(true)))),
        field(("location_id", json!("lisbon")), ("/location", json!("lisbon")), Some(("/data/location_id", json!("lisbon")))),
        field(("name", json!("Alex Smith")), ("/name/full", json!("Alex Smith")), Some(("/data/name", json!("Alex Smith")))),
        field(("email", json!("Alex@Example.com")), ("/emails/0/key", json!("alex@example.com")), Some(("/data/email", json!("Alex@Example.com")))),
        field(("phone", json!("+1 415 777 4444")), ("/phones/0/raw", json!("+1 415 777 4444")), Some(("/data/phone", json!("+14157774444")))),
    ];
    check(
        &fields,
        |body| server.ravan(body).json(),
        || {
            let contacts = desk.run(&["--location", "lisbon", "list"]).lines();
            contacts.into_iter().next().unwrap()
        },
    );
    // What is not given is null, and there.
    let other = server.ravan(r#"{"org_id":"default","email":"other@example.com","name":null}"#);
    let data = &other.json()["data"];
    assert_eq!(
        (&data["name"], &data["phone"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(data["location_id"], "lisbon");
}

#[test]
fn every_field_of_contactship() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let data = json!([
        {"type": "location", "field": "dirección", "value": "Av. Insurgentes 123"},
        {"type": "number", "field": "seats", "value": "4"},
        {"type": "date", "field": "since", "value": "2026-01-02"},
        {"type": "text", "field": "empty", "value": ""},
    ]);
    let custom = json!({
        "dirección": {"type": "location", "value": "Av. Insurgentes 123"},
        "seats": {"type": "number", "value": "4"},
        "since": {"type": "date", "value": "2026-01-02"},
        "empty": {"type": "text", "value": ""},
    });
    #[rustfmt::skip]
    let fields = [
        field(("phone_number", json!("+1 212 456 7890")), ("/phones/0/key", json!("+12124567890")), Some(("/phone_number", json!("+12124567890")))),
        field(("full_name", json!("Juan Pérez")), ("/name/full", json!("Juan Pérez")), Some(("/full_name", json!("Juan Pérez")))),
        field(("country", json!("México")), ("/address/country", json!("México")), Some(("/country", json!("México")))),
        field(("email", json!("Juan@Ejemplo.com")), ("/emails/0/key", json!("juan@ejemplo.com")), Some(("/email", json!("Juan@Ejemplo.com")))),
        field(("description", json!("Lead\nof LinkedIn")), ("/description", json!("Lead\nof LinkedIn")), Some(("/description", json!("Lead\nof LinkedIn")))),
        field(("additional_data", data.clone()), ("/custom_fields", custom), Some(("/additional_data", data))),
        field(("unknown", json!("is ignored")), ("/org", json!("default")), Some(("/organization_id", json!("default")))),
    ];
    check(
        &fields,
        |body| server.contactship(body).json(),
        || only_contact(&desk),
    );
}

#[test]
fn a_field_that_contactship_is_given_twice_is_not_lost() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let data = json!([
        {"type": "text", "field": "notas", "value": "first"},
        {"type": "date", "field": "notas", "value": "2026-01-02"},
        {"type": "text", "field": "notas (2)", "value": "of that very name"},
        {"type": "text", "field": "notas", "value": "third"},
    ]);
    let body =
        json!({"phone_number": "+12124567890", "full_name": "Juan", "additional_data": data});
    let created = server.contactship(&body.to_string());
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.json()["additional_data"], data);
    let stored = only_contact(&desk);
    assert_eq!(
        stored["custom_fields"],
        json!({
            "notas": {"type": "text", "value": "first"},
            "notas (3)": {"type": "date", "value": "2026-01-02"},
            "notas (2)": {"type": "text", "value": "of that very name"},
            "notas (4)": {"type": "text", "value": "third"},
        })
    );
}

#[test]
fn an_email_that_contactship_is_given_of_somebody_else_goes_to_review() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let first = server.contactship(
        r#"{"phone_number":"+12124567890","full_name":"Ana","email":"office@example.com"}"#,
    );
    let second = server.contactship(
        r#"{"phone_number":"+12124567891","full_name":"Ben","email":"office@example.com"}"#,
    );
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(second.json()["email"], "office@example.com");
    let id = second.json()["id"].as_str().unwrap().to_owned();
    let stored = desk.run(&["get", &id]).json();
    assert_eq!(stored["emails"][0]["holds"], false);
    let pairs = desk.run(&["review", "--json"]).lines();
    assert_eq!(pairs.len(), 1, "{pairs:?}");

    let before = changes(&desk, &[]);
    let third = server.contactship(
        r#"{"phone_number":"+12124567891","full_name":"Cem","email":"cem@example.com"}"#,
    );
    assert_eq!(third.status, 409);
    assert_eq!(changes(&desk, &[]), before);
}
