//! What is printed for a log or a panic says nothing of anybody.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::fmt::Debug;

use common::contacts;
use kinfold::{Draft, Error, Key, Kind, Kinfold, OnConflict, ResolveRequest, Scope};

/// What only the person and those who may read the record know.
const PERSONAL: &[&str] = &[
    "Quetzal",
    "5550101",
    "555-0101",
    "quetzal",
    "example",
    "x-4711",
    "Initech",
    "Elm Street",
    "Springfield",
    "1990",
    "09-25",
    "gold",
    "wardrobe",
    "late evening",
    "sigma",
    "omega",
    "Chihuahua",
    "b-815",
    "v-1623",
    "kappa",
    "u-42",
    "lemon offer",
    "plum product",
    "2025-11",
    "spring campaign",
];

const JSON: &str = r#"{
    "phones": [{"raw":"(415) 555-0101","region":"US"}], "email": "Quetzal@Example.com",
    "external_ids": [{"source":"crm","value":"x-4711"}],
    "name": {"full":"Ana Quetzal","given":"Ana","family":"Quetzal"},
    "company": "Initech", "date_of_birth": "1990-09-25",
    "address": {"line1":"Elm Street 1","city":"Springfield"},
    "tags": ["gold"], "metadata": {"place":"wardrobe"},
    "custom_fields": {"hour":{"type":"text","value":"late evening"}},
    "do_not_disturb": {"channels":{"SMS":{"status":"active","message":"sigma"}},
        "inbound":{"status":"active","message":"omega"}},
    "timezone": "America/Chihuahua", "business_id": "b-815", "visitor_id": "v-1623", "type": "kappa",
    "followers": ["u-42"], "offers": ["lemon offer"], "products": ["plum product"],
    "last_session_activity_at": "2025-11-09T08:07:06Z", "email_bounced": true,
    "attribution": {"name":"spring campaign"}, "last_attribution": {"name":"spring campaign"},
    "idempotency_key": "signup of Quetzal"
}"#;

fn says_nothing(what: &str, printed: &str) {
    for personal in PERSONAL {
        assert!(
            !printed.contains(personal),
            "{what} prints {personal}: {printed}"
        );
    }
}

fn debug_says_nothing(what: &str, value: &dyn Debug) {
    says_nothing(what, &format!("{value:?}"));
    says_nothing(what, &format!("{value:#?}"));
}

#[test]
fn debug_says_nothing_of_anybody() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let request = ResolveRequest::from_json(JSON).unwrap();
    let draft = request.draft.clone();
    let outcome = contacts.resolve(request.clone()).unwrap();
    let contact = outcome.contact.clone();
    // Another contact, a conflict, a rejected identifier and an ignored field.
    let other = ResolveRequest::from_json(
        r#"{"lenient":true,"emails":["other@example.org","Quetzal@Example.com"],"phone":"5550101",
            "external_ids":[{"source":"crm","value":"y"}],"company":"Hooli"}"#,
    );
    let conflicted = contacts.resolve(other.unwrap()).unwrap();
    assert!(!conflicted.conflicts.is_empty() && !conflicted.rejected.is_empty());
    let ignoring = Draft::new()
        .email("quetzal@example.com")
        .name("Late Evening Quetzal");
    let ignoring = contacts.resolve(ignoring).unwrap();
    assert!(!ignoring.ignored.is_empty());

    let fields = &contact.fields;
    let values: [(&str, &dyn Debug); 30] = [
        ("ResolveRequest", &request),
        ("Draft", &draft),
        ("FieldsPatch", &draft.fields),
        ("NamePatch", &draft.fields.name),
        ("Change<AddressPatch>", &draft.fields.address),
        ("lists", &draft.fields.lists),
        ("flags", &draft.fields.flags),
        ("objects", &draft.fields.objects),
        ("Change<String>", &draft.fields.last_session_activity_at),
        ("Change<DoNotDisturbPatch>", &draft.fields.do_not_disturb),
        ("Outcome", &outcome),
        ("Outcome with conflicts", &conflicted),
        ("Outcome with ignored", &ignoring),
        ("Contact", &contact),
        ("Fields", &contact.fields),
        ("Name", &contact.fields.name),
        ("Address", &contact.fields.address),
        ("Birthday", &contact.fields.date_of_birth),
        ("DoNotDisturb", &contact.fields.do_not_disturb),
        ("InboundSetting", &fields.do_not_disturb.inbound),
        ("Attribution", &fields.attribution),
        ("Json map", &contact.fields.metadata),
        ("CustomField map", &contact.fields.custom_fields),
        ("Json", &contact.fields.metadata.get("place").unwrap()),
        ("Listings", &contact.identifiers),
        ("ChangeEntry", &contacts.changes_since(0, 10).unwrap()),
        (
            "KeyReading",
            &contacts.read_phone("+1 415-555-0101").unwrap(),
        ),
        (
            "Key",
            &Key::read(Kind::Email, "quetzal@example.com").unwrap(),
        ),
        ("Contacts", &contacts),
        ("Report", &kinfold.check().unwrap()),
    ];
    for (what, value) in values {
        debug_says_nothing(what, value);
    }
    debug_says_nothing("Stats", &contacts.stats().unwrap());
}

#[test]
fn errors_say_nothing_of_anybody() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    contacts
        .resolve(ResolveRequest::from_json(JSON).unwrap())
        .unwrap();
    contacts
        .resolve(Draft::new().email("other@example.com"))
        .unwrap();
    let both = Draft::new()
        .email("quetzal@example.com")
        .email("other@example.com");
    let resolve = |json: &str| {
        let request = ResolveRequest::from_json(json);
        request
            .and_then(|request| contacts.resolve(request))
            .unwrap_err()
    };
    // The error, and whether the caller can still ask for what it was about.
    let errors: Vec<(Error, bool)> = vec![
        (resolve(r#"{"email":"Quetzal at example"}"#), true),
        (resolve(r#"{"phone":"5550101"}"#), true),
        (
            resolve(r#"{"email":"quetzal@example.com","date_of_birth":"25.09.1990"}"#),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","name":"Ana\u0000Quetzal"}"#),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","company":["Initech"]}"#),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","address":"Elm Street"}"#),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","metadata":"wardrobe"}"#),
            true,
        ),
        (
            resolve(
                r#"{"external_ids":[{"source":"crm","value":"x-4711"},{"source":"crm","value":"gold"}]}"#,
            ),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","idempotency_key":"Quetzal\u0000"}"#),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","idempotency_key":"signup of Quetzal"}"#),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","timezone":"Chihuahua"}"#),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","followers":["u-42\u0000"]}"#),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","attribution":"spring campaign"}"#),
            true,
        ),
        (
            resolve(r#"{"email":"quetzal@example.com","last_session_activity_at":"2025-11"}"#),
            true,
        ),
        (resolve(r#"{"lenient":true,"phone":"5550101"}"#), false),
        (resolve(r#""quetzal@example.com""#), true),
        (resolve("5550101"), true),
        (resolve(r#"["quetzal@example.com"]"#), true),
        (resolve(r#"{"email":"quetzal@example.com",}"#), true),
        (resolve(r#"{"email":quetzal}"#), true),
        (
            contacts
                .resolve(ResolveRequest::from(both).on_conflict(OnConflict::Reject))
                .unwrap_err(),
            false,
        ),
        (contacts.read_phone("5550101").unwrap_err(), true),
        (Scope::new("Quetzal\0", None).unwrap_err().into(), true),
    ];
    for (error, has_value) in &errors {
        says_nothing("Display", &error.to_string());
        debug_says_nothing("Debug", error);
        debug_says_nothing("rejected", &error.rejected());
        debug_says_nothing("holders", &error.holders());
        assert_eq!(error.value().is_some(), *has_value, "{error}");
    }
}

#[test]
fn a_damaged_store_says_which_row_and_not_whose() {
    let damages = [
        "UPDATE contact SET full_name = CAST(x'ff' || full_name AS TEXT)",
        "UPDATE contact SET date_of_birth = 'Quetzal'",
        "UPDATE contact SET tags = '\"Quetzal\"'",
        "UPDATE contact SET metadata = '[\"Quetzal\"]'",
        "UPDATE contact SET do_not_disturb = '{\"Quetzal\":1}'",
        "UPDATE contact SET followers = '[1]'",
        "UPDATE contact SET products = '\"Quetzal\"'",
        "UPDATE contact SET attribution = '[\"Quetzal\"]'",
        "UPDATE contact SET last_attribution = '\"Quetzal\"'",
    ];
    for damage in damages {
        let (_above, folder) = common::new_folder();
        let contacts = contacts(&Kinfold::open(&folder).unwrap());
        let request = ResolveRequest::from_json(JSON).unwrap();
        let id = contacts.resolve(request).unwrap().contact.id;
        common::raw(&folder).execute_batch(damage).unwrap();
        let error = contacts.get(id).unwrap_err();
        let corrupt = matches!(error, Error::StoreCorrupt(_));
        assert!(corrupt, "{damage}: {error:?}");
        says_nothing(damage, &format!("{error} {error:?}"));
    }

    let (_above, folder) = common::new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let request = ResolveRequest::from_json(JSON).unwrap();
    contacts(&kinfold).resolve(request).unwrap();
    let damage = "UPDATE identifier SET key = 'Quetzal' WHERE kind = 2";
    common::raw(&folder).execute_batch(damage).unwrap();
    let report = kinfold.check().unwrap();
    assert!(!report.ok, "a key that is not its own key");
    debug_says_nothing("Report", &report);
}
