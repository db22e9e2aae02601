//! Whose contact a call is about: duplicates, upserts, locations, tokens.

use kinfold::wire::gohighlevel::{
    ContactRequest, FindRequest, GoHighLevel, SearchBody, TagsRequest,
};
use kinfold::wire::{Access, DecidesFirst, Locations, Settings};
use kinfold::{Kinfold, Scope};
use serde_json::json;

use crate::support::{
    LOCATION, access, access_to, contacts_of, create, get, id_of, kinfold, request, told, update,
    upsert,
};

fn set(access: Access, settings: Settings) -> Access {
    access.settings([(Some(LOCATION.to_owned()), settings)])
}

fn allowing_duplicates() -> Access {
    let settings = Settings {
        allow_duplicates: true,
        ..Settings::default()
    };
    set(access(), settings)
}

#[test]
fn a_contact_that_is_there_is_named_and_nothing_is_written() {
    let access = access();
    let by_email = id_of(&create(&access, r#"{"email":"ana@example.com"}"#).1);
    let by_phone = id_of(&create(&access, r#"{"phone":"+14155550101"}"#).1);
    let cases = [
        (r#"{"email":"ANA@example.com"}"#, "email", &by_email),
        (r#"{"phone":"+1 415 555 0101"}"#, "phone", &by_phone),
        (
            r#"{"phone":"+14155550101","email":"new@example.com"}"#,
            "phone",
            &by_phone,
        ),
        (
            r#"{"phone":"+14155550101","email":"ana@example.com"}"#,
            "email",
            &by_email,
        ),
    ];
    for (body, field, holder) in cases {
        let (status, refused) = create(&access, body);
        assert_eq!(status, 400, "{body}");
        assert_eq!(
            refused,
            json!({
                "statusCode": 400,
                "message": "This location does not allow duplicated contacts.",
                "meta": { "contactId": holder, "matchingField": field },
            })
        );
    }
    assert_eq!(contacts_of(&access).count().unwrap(), 2);
    assert!(contacts_of(&access).review(true).unwrap().is_empty());

    let settings = Settings {
        decides_first: DecidesFirst::Phone,
        ..Settings::default()
    };
    let (_, refused) = create(&set(access, settings), cases[3].0);
    assert_eq!(
        refused["meta"],
        json!({ "contactId": by_phone, "matchingField": "phone" })
    );
}

#[test]
fn a_location_may_allow_duplicates() {
    let access = allowing_duplicates();
    let first = id_of(&create(&access, r#"{"email":"ana@example.com"}"#).1);
    let (status, second) = create(&access, r#"{"email":"ana@example.com","firstName":"Ben"}"#);
    assert_eq!(
        (status, &second["contact"]["email"]),
        (201, &json!("ana@example.com"))
    );
    assert_ne!(id_of(&second), first);
    let review = contacts_of(&access).review(true).unwrap();
    assert_eq!(review.len(), 1);

    // An upsert finds the one who holds it, unless it asks for a new one.
    let (_, found) = upsert(&access, r#"{"email":"ana@example.com"}"#);
    assert_eq!(
        (id_of(&found), &found["new"]),
        (first.clone(), &json!(false))
    );
    let asked = r#"{"email":"ana@example.com","createNewIfDuplicateAllowed":true}"#;
    let (status, third) = upsert(&access, asked);
    assert_eq!((status, &third["new"]), (200, &json!(true)));
    assert_ne!(id_of(&third), first);
    assert_eq!(contacts_of(&access).count().unwrap(), 3);

    let found = GoHighLevel::new(&access).find(&FindRequest {
        email: Some("Ana@Example.com".to_owned()),
        ..FindRequest::default()
    });
    let (_, found) = told(found);
    assert_eq!(
        found["contacts"].as_array().unwrap().len(),
        3,
        "all that list it"
    );
    assert_eq!(
        found["contacts"][0]["id"],
        first.as_str(),
        "who holds it comes first"
    );

    // Where duplicates are not allowed nobody gets a new one.
    let strict = crate::support::access();
    create(&strict, r#"{"email":"ana@example.com"}"#);
    let (status, found) = upsert(&strict, asked);
    assert_eq!((status, &found["new"]), (200, &json!(false)));
}

#[test]
fn the_identifier_that_decides_first_is_a_setting() {
    for (decides_first, wins) in [(DecidesFirst::Email, 0), (DecidesFirst::Phone, 1)] {
        let settings = Settings {
            decides_first,
            ..Settings::default()
        };
        let access = set(access(), settings);
        let both = [
            id_of(&create(&access, r#"{"email":"ana@example.com"}"#).1),
            id_of(&create(&access, r#"{"phone":"+14155550101"}"#).1),
        ];
        let body = r#"{"email":"ana@example.com","phone":"+14155550101","firstName":"Ana"}"#;
        let (status, found) = upsert(&access, body);
        assert_eq!((status, id_of(&found)), (200, both[wins].clone()));
        assert_eq!(found["new"], false);
        let members: Vec<&String> = found.as_object().unwrap().keys().collect();
        assert_eq!(
            members,
            ["contact", "new", "traceId"],
            "no word of the other"
        );

        let other = get(&access, &both[1 - wins]).1;
        assert!(
            other["contact"].get("firstName").is_none(),
            "the other stays as it is"
        );
        let review = contacts_of(&access).review(true).unwrap();
        assert_eq!(review.len(), 1, "somebody is to look at the two");
        upsert(&access, body);
        assert_eq!(contacts_of(&access).review(true).unwrap().len(), 1);
        assert_eq!(contacts_of(&access).count().unwrap(), 2);
    }
}

/// This API names the parts of name and address one by one.
#[test]
fn an_upsert_leaves_what_it_does_not_name() {
    let access = access();
    let whole = r#"{"email":"ana@example.com","firstName":"Ana","lastName":"Ruiz",
        "address1":"Rua 1","city":"Lisbon","tags":["lead"],"companyName":"Acme"}"#;
    let (_, made) = upsert(&access, whole);
    assert_eq!(made["new"], true);
    let part =
        r#"{"email":"ana@example.com","lastName":"García","city":"Porto","companyName":null}"#;
    let (_, changed) = upsert(&access, part);
    let contact = &changed["contact"];
    assert_eq!(contact["firstName"], "Ana");
    assert_eq!(contact["lastName"], "García");
    assert_eq!(contact["address1"], "Rua 1");
    assert_eq!(contact["city"], "Porto");
    assert_eq!(contact["tags"], json!(["lead"]));
    assert!(contact.get("companyName").is_none(), "null clears");

    let before = contacts_of(&access).last_change().unwrap();
    upsert(&access, part);
    let after = contacts_of(&access).last_change().unwrap();
    assert_eq!(before, after, "nothing new, nothing written");
}

/// The identifier that an upsert names is the one that is shown then; the one before stays.
#[test]
fn an_upsert_brings_its_phone_to_the_front() {
    let access = access();
    upsert(
        &access,
        r#"{"email":"ana@example.com","phone":"+14155550101"}"#,
    );
    let (_, changed) = upsert(
        &access,
        r#"{"email":"ana@example.com","phone":"+14155550102"}"#,
    );
    assert_eq!(changed["contact"]["phone"], "+14155550102");
    let kept = contacts_of(&access)
        .get(id_of(&changed).parse().unwrap())
        .unwrap();
    assert_eq!(kept.phones().count(), 2);
    // A null says nothing of an identifier here.
    let (status, same) = upsert(&access, r#"{"email":"ana@example.com","phone":null}"#);
    assert_eq!(
        (status, &same["contact"]["phone"]),
        (200, &json!("+14155550102"))
    );
}

#[test]
fn an_update_replaces_identifiers_and_null_removes_them() {
    let access = access();
    let id = id_of(
        &create(
            &access,
            r#"{"email":"ana@example.com","phone":"+14155550101"}"#,
        )
        .1,
    );
    let (_, changed) = update(&access, &id, r#"{"email":"new@example.com","phone":null}"#);
    assert_eq!(changed["contact"]["email"], "new@example.com");
    assert!(changed["contact"].get("phone").is_none());
    let (status, refused) = update(&access, &id, r#"{"email":"nobody"}"#);
    assert_eq!(status, 422);
    assert!(
        refused["message"][0]
            .as_str()
            .unwrap()
            .starts_with("email: ")
    );
}

/// The recipe that looks first and then writes, as it was meant and with somebody in between.
#[test]
fn a_lookup_then_upsert_makes_one_contact() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let look = || {
        let request = FindRequest {
            location_id: Some(LOCATION.to_owned()),
            email: Some("ana@example.com".to_owned()),
            ..FindRequest::default()
        };
        told(ghl.find(&request)).1["contacts"]
            .as_array()
            .unwrap()
            .clone()
    };
    assert!(look().is_empty());
    assert!(look().is_empty(), "the other one looks, too");
    let body = r#"{"email":"ana@example.com","firstName":"Ana"}"#;
    let id = id_of(&create(&access, body).1);
    let (status, refused) = create(&access, body);
    assert_eq!((status, &refused["meta"]["contactId"]), (400, &json!(id)));
    assert_eq!(look()[0]["id"], id.as_str());
    assert_eq!(update(&access, &id, r#"{"firstName":"Anna"}"#).0, 200);
    assert_eq!(contacts_of(&access).count().unwrap(), 1);
}

#[test]
fn a_deleted_contact_is_not_there() {
    let access = access();
    let id = id_of(&create(&access, r#"{"email":"ana@example.com"}"#).1);
    let delete = || told(GoHighLevel::new(&access).delete(&id));
    assert_eq!(delete(), (200, json!({ "succeded": true })));
    let ghl = GoHighLevel::new(&access);
    // It is said in one way, whoever is asked for and in whichever call.
    for answer in [
        delete(),
        get(&access, &id),
        get(&access, "x"),
        get(&access, "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f"),
        told(ghl.notes(&id)),
        told(ghl.tasks(&id)),
        update(&access, &id, r#"{"city":"Lisbon"}"#),
    ] {
        let expected =
            json!({ "statusCode": 404, "message": "Contact not found", "error": "Not Found" });
        assert_eq!(answer, (404, expected));
    }
    assert_eq!(create(&access, r#"{"email":"ana@example.com"}"#).0, 201);
}

fn all(kinfold: &Kinfold) -> Access {
    Access::new(kinfold.clone(), "acme", Locations::All).unwrap()
}

#[test]
fn a_contact_of_another_location_is_not_found() {
    let kinfold = kinfold();
    let (lisbon, porto) = (access_to(&kinfold, "lisbon"), access_to(&kinfold, "porto"));
    let id = id_of(&create(&lisbon, r#"{"email":"ana@example.com"}"#).1);
    assert_eq!(get(&porto, &id).0, 404);
    assert_eq!(update(&porto, &id, r#"{"city":"Porto"}"#).0, 404);
    assert_eq!(told(GoHighLevel::new(&porto).delete(&id)).0, 404);
    assert_eq!(get(&lisbon, &id).0, 200);

    // A location that the token does not open is refused, wherever it is named.
    let body = r#"{"locationId":"porto","email":"ben@example.com"}"#;
    assert_eq!(create(&lisbon, body).0, 403);
    let by_header = GoHighLevel::new(&lisbon).location_header(Some("porto"));
    assert_eq!(
        told(by_header.create(&request(r#"{"email":"b@example.com"}"#))).0,
        403
    );
    assert_eq!(told(by_header.get(&id)).0, 403);
    let disagree = r#"{"locationId":"lisbon","email":"b@example.com"}"#;
    assert_eq!(told(by_header.create(&request(disagree))).0, 403);
    for location in ["lisbon", "porto"] {
        let scope = Scope::new("acme", Some(location)).unwrap();
        let expected = u64::from(location == "lisbon");
        assert_eq!(
            kinfold.contacts(scope).count().unwrap(),
            expected,
            "{location}"
        );
    }
}

#[test]
fn a_token_for_all_locations_finds_the_one_of_an_id() {
    let kinfold = kinfold();
    let lisbon = access_to(&kinfold, "lisbon");
    let id = id_of(&create(&lisbon, r#"{"email":"ana@example.com"}"#).1);
    let every = all(&kinfold);
    let (status, body) = get(&every, &id);
    assert_eq!(
        (status, &body["contact"]["locationId"]),
        (200, &json!("lisbon"))
    );
    assert_eq!(update(&every, &id, r#"{"city":"Lisbon"}"#).0, 200);
    let at = |location| {
        GoHighLevel::new(&every)
            .location_header(Some(location))
            .get(&id)
    };
    assert_eq!(told(at("lisbon")).0, 200);
    assert_eq!(told(at("porto")).0, 404);

    let other = Access::new(kinfold.clone(), "initech", Locations::All).unwrap();
    assert_eq!(get(&other, &id).0, 404, "another organisation");

    // Who makes a contact says where.
    let (status, refused) = create(&every, r#"{"email":"ben@example.com"}"#);
    assert_eq!(status, 422);
    assert!(
        refused["message"][0]
            .as_str()
            .unwrap()
            .starts_with("locationId should")
    );
    let body = r#"{"email":"ben@example.com","locationId":"porto"}"#;
    assert_eq!(create(&every, body).1["contact"]["locationId"], "porto");
    let header = GoHighLevel::new(&every).location_header(Some("faro"));
    let (status, made) = told(header.create(&request(r#"{"email":"ben@example.com"}"#)));
    assert_eq!(
        (status, &made["contact"]["locationId"]),
        (201, &json!("faro"))
    );
}

#[test]
fn a_token_that_may_only_read_writes_nothing() {
    let kinfold = kinfold();
    let access = access_to(&kinfold, LOCATION);
    let id = id_of(&create(&access, r#"{"email":"ana@example.com"}"#).1);
    let reads = access.clone().read_only(true);
    assert_eq!(get(&reads, &id).0, 200);
    let ghl = GoHighLevel::new(&reads);
    let before = contacts_of(&access).last_change().unwrap();
    for (status, body) in [
        create(&reads, r#"{"email":"ben@example.com"}"#),
        upsert(&reads, r#"{"email":"ana@example.com"}"#),
        update(&reads, &id, r#"{"city":"Lisbon"}"#),
        told(ghl.delete(&id)),
    ] {
        assert_eq!(status, 401);
        assert_eq!(body["error"], "Unauthorized");
    }
    assert_eq!(contacts_of(&access).last_change().unwrap(), before);
}

#[test]
fn bad_input_is_told_in_the_apis_words() {
    let access = access();
    #[rustfmt::skip]
    let cases = [
        ("", 400, ""),
        ("[]", 400, ""),
        (r#"{"email":"#, 400, ""),
        (r#"{"email":"a@example.com","email":"b@example.com"}"#, 400, ""),
        (r#"{"email":1}"#, 422, "email must be a string"),
        (r#"{"email":["a@example.com"]}"#, 422, "email must be a string"),
        (r#"{"email":"nobody"}"#, 422, "email: "),
        (r#"{"phone":"call me"}"#, 422, "phone: "),
        (r#"{"phone":"555 0101"}"#, 422, "phone: "),
        (r#"{"email":"a@example.com","postalCode":35061}"#, 422, "postalCode must be a string"),
        (r#"{"email":"a@example.com","tags":"lead"}"#, 422, "tags must be an array of strings"),
        (r#"{"email":"a@example.com","tags":[1]}"#, 422, "tags must be an array of strings"),
        (r#"{"email":"a@example.com","dnd":"yes"}"#, 422, "dnd must be a boolean value"),
        (r#"{"email":"a@example.com","dndSettings":[]}"#, 422, "dndSettings must be an object"),
        (r#"{"email":"a@example.com","dndSettings":{"SMS":{}}}"#, 422, "dndSettings.SMS: status"),
        (r#"{"email":"a@example.com","inboundDndSettings":{"all":{"status":"permanent"}}}"#, 422, "inboundDndSettings.all: status"),
        (r#"{"email":"a@example.com","timezone":"Lisbon"}"#, 422, "timezone: "),
        (r#"{"email":"a@example.com","dateOfBirth":"25/09/1990"}"#, 422, "dateOfBirth: "),
        (r#"{"email":"a@example.com","firstName":"a\u0000b"}"#, 422, "firstName: "),
        (r#"{"email":"a@example.com","customFields":{}}"#, 422, "customFields must be an array"),
        (r#"{"email":"a@example.com","customFields":["x"]}"#, 422, "customFields.0 must be an object"),
        (r#"{"email":"a@example.com","createNewIfDuplicateAllowed":1}"#, 422, "createNewIfDuplicateAllowed must"),
        (r#"{"email":null,"phone":""}"#, 422, "email or phone: "),
    ];
    for (body, expected, begins) in cases {
        for (status, told) in [create(&access, body), upsert(&access, body)] {
            assert_eq!(status, expected, "{body}: {told}");
            let message = match told["message"].as_array() {
                Some(messages) => messages[0].as_str().unwrap(),
                None => told["message"].as_str().unwrap(),
            };
            assert!(message.starts_with(begins), "{body}: {message}");
            assert_eq!(told["message"].is_array(), status == 422);
        }
    }
    let long = format!(
        r#"{{"email":"a@example.com","companyName":"{}"}}"#,
        "x".repeat(2_000)
    );
    let (status, told) = create(&access, &long);
    assert_eq!(status, 422);
    let message = told["message"][0].as_str().unwrap();
    assert!(message.starts_with("companyName: "), "{message}");
    assert_eq!(contacts_of(&access).count().unwrap(), 0);
    // What nobody knows is nobody's business.
    let unknown = r#"{"email":"a@example.com","unknown":{"deep":[1]},"password":null}"#;
    assert_eq!(create(&access, unknown).0, 201);
}

/// What is printed for a log has nothing of the person in it.
#[test]
fn nothing_that_is_printed_tells_of_anybody() {
    let access = access();
    let body = r#"{"email":"quetzal@example.com","firstName":"quetzal","tags":["quetzal"],
        "customFields":[{"key":"x","value":"quetzal"}]}"#;
    let read = request(body);
    let search = SearchBody::from_json(
        r#"{"query":"quetzal","filters":[{"field":"email","operator":"eq","value":"quetzal"}]}"#,
    );
    let ghl = GoHighLevel::new(&access);
    let reply = ghl
        .create(&request(r#"{"email":"quetzal@example.com"}"#))
        .unwrap();
    let refused = [
        ghl.create(&read).unwrap_err(),
        ghl.create(&request(r#"{"email":"quetzal@example.com"}"#))
            .unwrap_err(),
        ghl.create(&request(r#"{"email":"quetzal"}"#)).unwrap_err(),
        ContactRequest::from_json(r#"["quetzal"]"#).unwrap_err(),
        ContactRequest::from_json(r#"{"tags":"quetzal"}"#).unwrap_err(),
    ];
    let mut printed = format!(
        "{read:?} {:?} {:?} {reply:?}",
        search.unwrap(),
        read.custom_fields
    );
    for fault in &refused {
        printed += &format!(" {fault:?} {fault}");
    }
    let tags = TagsRequest {
        tags: vec!["quetzal".to_owned()],
    };
    printed += &format!(" {tags:?}");
    assert!(!printed.to_lowercase().contains("quetzal"), "{printed}");
}
