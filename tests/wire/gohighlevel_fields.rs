//! Every field of the create document: given, stored, returned.

use kinfold::wire::gohighlevel::{DefinitionRequest, GoHighLevel};
use serde_json::{Value, json};

use crate::support::{LOCATION, access, contacts_of, create, get, id_of, told, update, upsert};

/// A member, its value in a request, where the library has it, and what is answered under
/// which name.
type Field = (
    &'static str,
    Value,
    &'static str,
    Value,
    &'static str,
    Value,
);

fn fields() -> Vec<Field> {
    let setting = json!({ "status": "permanent", "message": "asked us to", "code": "104" });
    let inbound = json!({ "status": "active", "message": "spam" });
    let channels = json!({ "Call": setting, "Email": setting, "SMS": setting,
                           "WhatsApp": setting, "GMB": setting, "FB": setting });
    #[rustfmt::skip]
    let fields = vec![
        ("firstName", json!("Ana"), "/name/given", json!("Ana"), "firstName", json!("Ana")),
        ("firstName", json!("ÁNA"), "/name/given", json!("ÁNA"), "firstNameLowerCase", json!("ána")),
        ("lastName", json!("Ruiz"), "/name/family", json!("Ruiz"), "lastName", json!("Ruiz")),
        ("lastName", json!("RUIZ"), "/name/family", json!("RUIZ"), "lastNameLowerCase", json!("ruiz")),
        ("name", json!("Ana Ruiz"), "/name/full", json!("Ana Ruiz"), "name", json!("Ana Ruiz")),
        ("name", json!("Ana RUIZ"), "/name/full", json!("Ana RUIZ"), "fullNameLowerCase", json!("ana ruiz")),
        ("name", json!("Ana Ruiz"), "/name/full", json!("Ana Ruiz"), "firstName", json!("Ana")),
        ("name", json!("Ana Ruiz"), "/name/full", json!("Ana Ruiz"), "lastName", json!("Ruiz")),
        ("email", json!("Ana@Example.com"), "/emails/0/key", json!("ana@example.com"), "email", json!("Ana@Example.com")),
        ("email", json!("Ana@Example.com"), "/emails/0/raw", json!("Ana@Example.com"), "emailLowerCase", json!("ana@example.com")),
        ("phone", json!("+1 (415) 555-0101"), "/phones/0/key", json!("+14155550101"), "phone", json!("+14155550101")),
        ("gender", json!("female"), "/gender", json!("female"), "gender", json!("female")),
        ("address1", json!("Rua 1"), "/address/line1", json!("Rua 1"), "address1", json!("Rua 1")),
        ("city", json!("Lisbon"), "/address/city", json!("Lisbon"), "city", json!("Lisbon")),
        ("state", json!("LX"), "/address/state", json!("LX"), "state", json!("LX")),
        ("postalCode", json!("1000-001"), "/address/postal_code", json!("1000-001"), "postalCode", json!("1000-001")),
        ("country", json!("PT"), "/address/country", json!("PT"), "country", json!("PT")),
        ("country", json!("Portugal"), "/address/country", json!("Portugal"), "country", json!("PT")),
        ("country", json!("Atlantis"), "/address/country", json!("Atlantis"), "country", json!("Atlantis")),
        ("website", json!("https://example.com"), "/website", json!("https://example.com"), "website", json!("https://example.com")),
        ("timezone", json!("Europe/Lisbon"), "/timezone", json!("Europe/Lisbon"), "timezone", json!("Europe/Lisbon")),
        ("dnd", json!(true), "/do_not_disturb/all", json!(true), "dnd", json!(true)),
        ("dnd", json!(false), "/do_not_disturb/all", json!(false), "dnd", json!(false)),
        ("dndSettings", channels.clone(), "/do_not_disturb/channels", channels.clone(), "dndSettings", channels),
        ("dndSettings", json!({"SMS":{"status":"inactive"}}), "/do_not_disturb/channels", json!({"SMS":{"status":"inactive"}}), "dndSettings", json!({"SMS":{"status":"inactive"}})),
        ("inboundDndSettings", json!({ "all": inbound }), "/do_not_disturb/inbound", inbound.clone(), "inboundDndSettings", json!({ "all": inbound })),
        ("tags", json!(["lead", "VIP"]), "/tags", json!(["lead", "VIP"]), "tags", json!(["lead", "VIP"])),
        ("source", json!("public api"), "/source", json!("public api"), "source", json!("public api")),
        ("companyName", json!("Acme"), "/company", json!("Acme"), "companyName", json!("Acme")),
        ("assignedTo", json!("user-1"), "/assigned_to", json!("user-1"), "assignedTo", json!("user-1")),
        ("dateOfBirth", json!("1990-09-25"), "/date_of_birth", json!("1990-09-25"), "dateOfBirth", json!("1990-09-25T00:00:00.000Z")),
        ("dateOfBirth", json!("1990-09-25T00:00:00.000Z"), "/date_of_birth", json!("1990-09-25"), "birthMonth", json!(8)),
        ("dateOfBirth", json!(654_220_800_000_i64), "/date_of_birth", json!("1990-09-25"), "birthDay", json!(25)),
        ("dateOfBirth", json!("--01-01"), "/date_of_birth", json!("--01-01"), "birthMonth", json!(0)),
    ];
    fields
}

/// The same way in by create, update and upsert.
#[test]
fn each_is_stored_and_returned() {
    for (member, value, stored_at, stored, answered, answer) in fields() {
        let whole = |with: Option<&Value>| {
            let mut body = json!({ "locationId": LOCATION, "phone": "+14155550199" });
            if member == "phone" {
                body["email"] = json!("someone@example.com");
                body.as_object_mut().unwrap().remove("phone");
            }
            if let Some(value) = with {
                body[member] = value.clone();
            }
            body.to_string()
        };
        for way in ["create", "update", "upsert", "upsert again"] {
            let access = access();
            let id = match way {
                "create" => id_of(&create(&access, &whole(Some(&value))).1),
                "upsert" => id_of(&upsert(&access, &whole(Some(&value))).1),
                "update" => {
                    let id = id_of(&create(&access, &whole(None)).1);
                    let (status, body) =
                        update(&access, &id, &json!({ member: value }).to_string());
                    assert_eq!(status, 200, "{member} {body}");
                    id
                }
                _ => {
                    upsert(&access, &whole(None));
                    let (_, body) = upsert(&access, &whole(Some(&value)));
                    assert_eq!(body["new"], false, "{member}");
                    id_of(&body)
                }
            };
            let kept = contacts_of(&access).get(id.parse().unwrap()).unwrap();
            let kept = serde_json::to_value(&kept).unwrap();
            assert_eq!(kept.pointer(stored_at), Some(&stored), "{member} {way}");
            let (_, body) = get(&access, &id);
            assert_eq!(body["contact"][answered], answer, "{member} {way}");
        }
    }
}

/// What is not known is not there; what is cleared is not known.
#[test]
fn null_says_nothing_on_create_and_clears_on_update() {
    let always = [
        "firstName",
        "lastName",
        "name",
        "gender",
        "address1",
        "city",
        "state",
        "postalCode",
        "country",
        "website",
        "timezone",
        "source",
        "companyName",
        "assignedTo",
        "dateOfBirth",
        "dndSettings",
        "inboundDndSettings",
        "birthMonth",
        "firstNameLowerCase",
    ];
    for (member, value, _, _, answered, _) in fields() {
        if matches!(member, "email" | "phone") {
            continue;
        }
        for nothing in [Value::Null, json!("")] {
            if nothing == json!("") && !value.is_string() {
                continue;
            }
            let access = access();
            let body = json!({ "email": "ana@example.com", member: nothing }).to_string();
            let (status, made) = create(&access, &body);
            assert_eq!(status, 201, "{member} {made}");
            for name in always {
                assert!(
                    made["contact"].get(name).is_none(),
                    "{member}: {name} is there"
                );
            }
        }
        let access = access();
        let body = json!({ "email": "ana@example.com", member: value }).to_string();
        let id = id_of(&create(&access, &body).1);
        let empty = update(&access, &id, &json!({ member: "" }).to_string());
        if value.is_string() {
            assert_eq!(empty.0, 200);
            assert!(
                !get(&access, &id).1["contact"][answered].is_null(),
                "{member} stays"
            );
        }
        let (status, body) = update(&access, &id, &json!({ member: null }).to_string());
        assert_eq!(status, 200, "{member} {body}");
        let left = &body["contact"][answered];
        let is_empty = left.is_null() || *left == json!(false) || *left == json!([]);
        assert!(is_empty, "{member}: {left}");
    }
}

/// A type, a value that fits it, and one that does not.
#[test]
fn custom_fields_of_every_type_come_back() {
    #[rustfmt::skip]
    let types = [
        ("TEXT", json!("My Text"), json!(1)),
        ("LARGE_TEXT", json!("one\ntwo"), json!(["one"])),
        ("SINGLE_OPTIONS", json!("gold"), json!("bronze")),
        ("RADIO", json!("gold"), json!("bronze")),
        ("NUMERICAL", json!(100), json!("many")),
        ("MONETORY", json!(100.5), json!("much")),
        ("CHECKBOX", json!(["gold", "silver"]), json!("gold")),
        ("MULTIPLE_OPTIONS", json!(["gold"]), json!(["bronze"])),
        ("FILE_UPLOAD", json!({"f":{"url":"https://example.com/f"}}), json!("f")),
        ("DATE", json!("2026-05-28"), json!("28/05/2026")),
        ("PHONE", json!("+14155550101"), json!("call me")),
        ("EMAIL", json!("ana@example.com"), json!("ana")),
    ];
    for (kind, fits, misfits) in types {
        let access = access();
        let ghl = GoHighLevel::new(&access);
        let mut body = json!({ "name": "My Field", "dataType": kind, "placeholder": "here",
                               "position": 3 });
        if matches!(
            kind,
            "SINGLE_OPTIONS" | "RADIO" | "CHECKBOX" | "MULTIPLE_OPTIONS"
        ) {
            body["options"] = json!(["gold", "silver"]);
        }
        let request = DefinitionRequest::from_json(&body.to_string()).unwrap();
        let (status, defined) = told(ghl.define(LOCATION, &request));
        assert_eq!(status, 201, "{defined}");
        let id = defined["customField"]["id"].clone();
        let options = body.get("options").cloned().unwrap_or_else(|| json!([]));
        assert_eq!(
            defined["customField"],
            json!({ "id": id, "name": "My Field", "fieldKey": "contact.my_field",
                    "placeholder": "here", "dataType": kind, "position": 3,
                    "picklistOptions": options, "locationId": LOCATION, "model": "contact" })
        );

        // By id or key, under either name, and with the key's prefix or without.
        for (number, named) in [
            json!({ "id": id, "field_value": fits }),
            json!({ "id": id, "value": fits }),
            json!({ "id": id, "key": "another", "value": fits }),
            json!({ "key": "my_field", "value": fits }),
            json!({ "key": "contact.my_field", "field_value": fits }),
            json!({ "id": id, "field_value": null, "value": fits }),
            json!({ "id": id, "field_value": " ", "value": fits }),
            json!({ "id": id, "field_value": fits, "value": null }),
            json!({ "id": id, "field_value": fits, "value": misfits }),
        ]
        .into_iter()
        .enumerate()
        {
            let body = json!({ "email": format!("{number}@example.com"), "customFields": [named] });
            let (status, made) = create(&access, &body.to_string());
            assert_eq!(status, 201, "{kind} {made}");
            let expected = json!([{ "id": id, "value": fits }]);
            assert_eq!(made["contact"]["customFields"], expected, "{kind}");
        }
        // A null and an empty text say nothing of a new contact; null clears what is there.
        let said = |value: Value| json!({ "customFields": [{ "id": id, "value": value }] });
        for nothing in [Value::Null, json!(" ")] {
            let mut body = said(nothing);
            body["phone"] = json!("+14155550101");
            let (status, made) = create(&access, &body.to_string());
            assert_eq!(status, 201, "{kind} {made}");
            assert_eq!(made["contact"]["customFields"], json!([]), "{kind}");
            let contact = id_of(&made);
            for (value, left) in [(fits.clone(), 1), (json!(""), 1), (Value::Null, 0)] {
                let (_, body) = update(&access, &contact, &said(value).to_string());
                let fields = body["contact"]["customFields"].as_array().unwrap();
                assert_eq!(fields.len(), left, "{kind}");
            }
            // Of two members the one that says something counts, and null more than nothing.
            for (one, other, left) in [
                (Value::Null, fits.clone(), 1),
                (json!(""), json!(" "), 1),
                (Value::Null, json!(""), 0),
                (json!(""), fits.clone(), 1),
                (json!(""), Value::Null, 0),
            ] {
                let both =
                    json!({ "customFields": [{ "id": id, "field_value": one, "value": other }] });
                let (_, body) = update(&access, &contact, &both.to_string());
                let fields = body["contact"]["customFields"].as_array().unwrap();
                assert_eq!(fields.len(), left, "{kind} {both}");
            }
            assert_eq!(told(ghl.delete(&contact)).0, 200);
        }
        let body =
            json!({ "email": "x@example.com", "customFields": [{ "id": id, "value": misfits }] });
        let (status, refused) = create(&access, &body.to_string());
        assert_eq!(status, 422, "{kind} {refused}");
        let message = refused["message"][0].as_str().unwrap();
        assert!(message.starts_with("customFields.my_field: "), "{message}");
    }
}

#[test]
fn a_definition_is_refused_in_the_apis_words() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let request = |body: &str| DefinitionRequest::from_json(body).unwrap();
    let body = r#"{"name":"Plan","dataType":"RADIO","options":["gold","tin"]}"#;
    let (status, defined) = told(ghl.define(LOCATION, &request(body)));
    assert_eq!(status, 201, "{defined}");
    assert_eq!(
        told(ghl.define(LOCATION, &request(body))).1["message"],
        json!(["name: a field of this location has it already"])
    );
    let id = defined["customField"]["id"].as_str().unwrap();
    let number = request(r#"{"dataType":"NUMERICAL"}"#);
    assert_eq!(
        told(ghl.redefine(LOCATION, id, &number)).1["message"],
        json!([
            "picklistOptions: it has options, which only SINGLE_OPTIONS, RADIO, CHECKBOX and \
             MULTIPLE_OPTIONS have"
        ])
    );
}

#[test]
fn an_unknown_custom_field_is_refused_and_nothing_is_written() {
    let access = access();
    let unknown = "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f";
    for named in [
        json!({ "id": unknown, "value": "x" }),
        json!({ "id": "6dvNaf7VhkQ9snc5vnjJ", "field_value": "x" }),
        json!({ "key": "nothing", "value": "x" }),
        json!({ "value": "x" }),
    ] {
        let body = json!({ "email": "ana@example.com", "customFields": [named] }).to_string();
        for (status, refused) in [create(&access, &body), upsert(&access, &body)] {
            assert_eq!(status, 422);
            let expected = "customFields.0.id: names no custom field of this location";
            assert_eq!(refused["message"], json!([expected]));
        }
    }
    assert_eq!(contacts_of(&access).count().unwrap(), 0);
}

/// A value whose definition was deleted is data still, and nothing that this API could name.
#[test]
fn a_value_outlives_its_definition() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let body = r#"{"name":"Size","dataType":"NUMERICAL"}"#;
    let define = || {
        let request = DefinitionRequest::from_json(body).unwrap();
        let defined = told(ghl.define(LOCATION, &request)).1;
        defined["customField"]["id"].as_str().unwrap().to_owned()
    };
    let id = &define();
    let given = json!({ "email": "ana@example.com", "customFields": [{ "id": id, "value": 38 }] });
    let contact = id_of(&create(&access, &given.to_string()).1);
    let deleted = told(ghl.delete_definition(LOCATION, id));
    assert_eq!(deleted, (200, json!({ "succeded": true })));
    let values = || get(&access, &contact).1["contact"]["customFields"].clone();
    assert_eq!(values(), json!([]));

    // Whoever puts back what it read loses nothing by it.
    let read = json!({ "city": "Lisbon", "customFields": values() });
    assert_eq!(update(&access, &contact, &read.to_string()).0, 200);
    let stored = contacts_of(&access).get(contact.parse().unwrap()).unwrap();
    let stored = stored.fields.custom_fields.get("size").unwrap();
    assert_eq!(stored.value.as_str(), "38");

    let id = define();
    assert_eq!(values(), json!([{ "id": id, "value": 38 }]));
}
