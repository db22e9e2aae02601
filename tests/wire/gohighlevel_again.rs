//! What is read of a contact and written back, and what is written once more.

use kinfold::wire::gohighlevel::{DefinitionRequest, GoHighLevel};
use kinfold::wire::{Access, contactship};
use serde_json::{Value, json};

use crate::support::{LOCATION, access, contacts_of, create, get, id_of, told, update, upsert};

fn changes(access: &Access) -> usize {
    contacts_of(access).changes_since(0, 1_000).unwrap().len()
}

/// The recipe for tags: the contact as it was read, with another list of tags.
fn read_and_put_back(access: &Access, id: &str) -> Value {
    let (_, mut body) = get(access, id);
    let mut contact = body["contact"].take();
    contact["tags"] = json!(["lead"]);
    let (status, answer) = update(access, id, &contact.to_string());
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["contact"]["tags"], json!(["lead"]));
    answer
}

#[test]
fn the_country_stays_as_another_api_gave_it() {
    let access = access();
    let body = r#"{"phone_number":"+525512345678","full_name":"Juan Pérez","country":"México"}"#;
    let request = contactship::CreateContact::from_json(body).unwrap();
    let id = contactship::create(&access, &request).unwrap().id;
    let answer = read_and_put_back(&access, &id.to_string());
    assert_eq!(answer["contact"]["country"], "MX");
    let country = || contacts_of(&access).get(id).unwrap().fields.address.country;
    assert_eq!(country().as_deref(), Some("México"));
    // Another country is another one.
    update(&access, &id.to_string(), r#"{"country":"PE"}"#);
    assert_eq!(country().as_deref(), Some("PE"));
}

#[test]
fn a_value_that_is_no_option_any_more_is_no_reason_to_refuse() {
    let access = access();
    let api = GoHighLevel::new(&access);
    let define = r#"{"name":"Tier","dataType":"SINGLE_OPTIONS","options":["gold","tin"]}"#;
    let define = DefinitionRequest::from_json(define).unwrap();
    let (_, defined) = told(api.define(LOCATION, &define));
    let field = defined["customField"]["id"].as_str().unwrap().to_owned();
    let give =
        |value: &str| json!({ "customFields": [{ "id": field, "value": value }] }).to_string();
    let id = id_of(&create(&access, r#"{"email":"ana@example.com"}"#).1);
    assert_eq!(update(&access, &id, &give("gold")).0, 200);
    let fewer = DefinitionRequest::from_json(r#"{"options":["tin","lead"]}"#).unwrap();
    assert_eq!(told(api.redefine(LOCATION, &field, &fewer)).0, 200);

    read_and_put_back(&access, &id);
    // Given to it anew it would be.
    assert_eq!(update(&access, &id, &give("tin")).0, 200);
    assert_eq!(update(&access, &id, &give("gold")).0, 422);
}

/// Two phones, of which this API shows one: null takes both.
#[test]
fn null_leaves_no_phone_and_no_email() {
    let access = access();
    upsert(
        &access,
        r#"{"email":"ana@example.com","phone":"+14155550101"}"#,
    );
    let (_, second) = upsert(
        &access,
        r#"{"email":"ana@example.com","phone":"+14155550102"}"#,
    );
    let id = id_of(&second);
    assert_eq!(second["contact"]["phone"], "+14155550102");
    let (_, cleared) = update(&access, &id, r#"{"phone":null}"#);
    assert_eq!(cleared["contact"].get("phone"), None);
    assert_eq!(cleared["contact"]["email"], "ana@example.com");
    let contact = contacts_of(&access).get(id.parse().unwrap()).unwrap();
    assert_eq!(contact.phones().count(), 0);
}

#[test]
fn an_upsert_is_one_change() {
    let access = access();
    let (_, made) = upsert(&access, r#"{"email":"ana@example.com","firstName":"Ana"}"#);
    assert_eq!(changes(&access), 1);
    let body = r#"{"email":"ana@example.com","phone":"+14155550177","lastName":"Ruiz"}"#;
    let (_, found) = upsert(&access, body);
    assert_eq!(changes(&access), 2);
    assert_eq!(id_of(&found), id_of(&made));
    assert_eq!(found["contact"]["firstName"], "Ana");
    assert_eq!(found["contact"]["lastName"], "Ruiz");
    assert_eq!(found["contact"]["phone"], "+14155550177");
    // Said once more it changes nothing.
    upsert(&access, body);
    assert_eq!(changes(&access), 2);
}

#[test]
fn a_name_and_one_of_its_parts_say_the_other_one() {
    let access = access();
    let (_, made) = create(
        &access,
        r#"{"email":"j@example.com","name":"Jane Doe","firstName":"Jane"}"#,
    );
    assert_eq!(made["contact"]["lastName"], "Doe");
    let (_, found) = upsert(
        &access,
        r#"{"email":"j@example.com","name":"Jane Roe","lastName":"Roe"}"#,
    );
    assert_eq!(found["contact"]["firstName"], "Jane");
    assert_eq!(found["contact"]["fullNameLowerCase"], "jane roe");
}
