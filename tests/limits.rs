//! What a text may hold and how long it may be: what goes over that is refused with its
//! field's name, never cut, and whatever its size is.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use common::{Untouched, contacts};
use kinfold::{Draft, Json, Kinfold, ResolveRequest};

const IDENTIFIER: &str = "INVALID_IDENTIFIER";
const FIELD: &str = "INVALID_FIELD";
const REQUEST: &str = "INVALID_REQUEST";

/// Every place of a request where a text can stand, with `?` in its place; whether it may
/// have several lines.
#[rustfmt::skip]
const TEXTS: &[(&str, &str, &str, bool)] = &[
    ("phone", IDENTIFIER, r#""phone":?"#, false),
    ("phones", IDENTIFIER, r#""phones":[{"raw":?}]"#, false),
    ("email", IDENTIFIER, r#""email":?"#, false),
    ("external_id", IDENTIFIER, r#""external_id":?"#, false),
    ("external_ids", IDENTIFIER, r#""external_ids":[{"source":"crm","value":?}]"#, false),
    ("name", FIELD, r#""name":?"#, false),
    ("given", FIELD, r#""given":?"#, false),
    ("family", FIELD, r#""name":{"family":?}"#, false),
    ("company", FIELD, r#""company":?"#, false),
    ("website", FIELD, r#""website":?"#, false),
    ("gender", FIELD, r#""gender":?"#, false),
    ("timezone", FIELD, r#""timezone":?"#, false),
    ("description", FIELD, r#""description":?"#, true),
    ("source", FIELD, r#""source":?"#, false),
    ("assigned_to", FIELD, r#""assigned_to":?"#, false),
    ("business_id", FIELD, r#""business_id":?"#, false),
    ("type", FIELD, r#""type":?"#, false),
    ("visitor_id", FIELD, r#""visitor_id":?"#, false),
    ("date_of_birth", FIELD, r#""date_of_birth":?"#, false),
    ("last_session_activity_at", FIELD, r#""last_session_activity_at":?"#, false),
    ("followers", FIELD, r#""followers":[?]"#, false),
    ("offers", FIELD, r#""offers":["o-1",?]"#, false),
    ("products", FIELD, r#""products":[?]"#, false),
    ("address.line1", FIELD, r#""address":{"line1":?}"#, true),
    ("address.city", FIELD, r#""address":{"city":?}"#, false),
    ("address.state", FIELD, r#""address":{"state":?}"#, false),
    ("address.postal_code", FIELD, r#""address":{"postal_code":?}"#, false),
    ("address.country", FIELD, r#""address":{"country":?}"#, false),
    ("tags", FIELD, r#""tags":[?]"#, false),
    ("metadata", FIELD, r#""metadata":{?:1}"#, false),
    ("custom_fields", FIELD, r#""custom_fields":{?:{"type":"own","value":1}}"#, false),
    ("custom_fields.a", FIELD, r#""custom_fields":{"a":{"type":?,"value":1}}"#, false),
    ("do_not_disturb.channels.SMS", FIELD,
        r#""do_not_disturb":{"channels":{"SMS":{"status":"active","message":?}}}"#, true),
    ("do_not_disturb.channels.SMS", FIELD,
        r#""do_not_disturb":{"channels":{"SMS":{"status":"active","code":?}}}"#, true),
    ("do_not_disturb.inbound", FIELD,
        r#""do_not_disturb":{"inbound":{"status":"active","message":?}}"#, true),
    ("idempotency_key", REQUEST, r#""idempotency_key":?"#, false),
];

/// A request that would be accepted without this text.
fn with_text(place: &str, text: &str) -> String {
    let place = place.replace('?', Json::from(text).as_str());
    format!(r#"{{"emails":["own@example.com"],{place}}}"#)
}

#[test]
fn no_text_holds_a_control_character() {
    let store = Untouched::new();
    for (field, code, place, several_lines) in TEXTS {
        for character in ['\0', '\u{7}', '\u{1b}', '\u{7f}', '\u{9c}', '\n', '\t'] {
            if *several_lines && matches!(character, '\n' | '\t') {
                continue;
            }
            let text = format!("some{character}thing");
            let error = store.resolve(&with_text(place, &text));
            assert_eq!(
                (error.code(), error.field()),
                (*code, Some(*field)),
                "{character:?}"
            );
            assert!(!format!("{error} {error:?}").contains("some"), "{error}");
        }
    }
}

#[test]
fn no_text_is_too_long_to_be_refused() {
    let store = Untouched::new();
    let huge = "é".repeat(500_000);
    let ten_megabytes = "é".repeat(5_000_000);
    for (field, code, place, _) in TEXTS {
        let text = match *field {
            "name" | "phone" | "email" => &ten_megabytes,
            _ => &huge,
        };
        let error = store.resolve(&with_text(place, text));
        assert_eq!((error.code(), error.field()), (*code, Some(*field)));
        assert_eq!(error.value().unwrap().chars().count(), 200, "{field}: cut");
        assert!(error.to_string().len() < 300, "{field}: {error}");
    }
    // The name of a key is as long as its writer wants, and is cut like a value.
    let places = [
        "?:1",
        r#""name":{?:1}"#,
        r#""do_not_disturb":{"channels":{?:1}}"#,
        r#""custom_fields":{?:1}"#,
        r#""metadata":{"a":[?],"a":1}"#,
    ];
    for place in places {
        let error = store.resolve(&with_text(place, &huge));
        assert_eq!(error.code(), REQUEST);
        assert!(error.field().unwrap().chars().count() <= 200, "{place}");
        assert!(error.value().unwrap().chars().count() <= 200, "{place}");
        assert!(error.to_string().len() < 1_000, "{place}");
    }
}

#[test]
fn the_limits_are_those_that_are_said() {
    use kinfold::Limits;
    let store = Untouched::new();
    let entries = |many: usize, value: &str| {
        let entries: Vec<String> = (0..many)
            .map(|at| format!(r#""key{at}":{value}"#))
            .collect();
        format!("{{{}}}", entries.join(","))
    };
    let texts = |many: usize| {
        let texts: Vec<String> = (0..many).map(|at| format!(r#""t{at}@x.org""#)).collect();
        format!("[{}]", texts.join(","))
    };
    let value = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 2));
    let custom = r#"{"type":"own","value":1}"#;
    let text = |long: usize| format!("\"{}\"", "x".repeat(long));
    let item = |long: usize| format!("[{}]", text(long));
    let object = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 8));
    // The field, and what fits and what doesn't.
    let cases = [
        ("name", text(Limits::NAME), text(Limits::NAME + 1)),
        ("company", text(Limits::LINE), text(Limits::LINE + 1)),
        ("website", text(Limits::WEBSITE), text(Limits::WEBSITE + 1)),
        ("description", text(Limits::TEXT), text(Limits::TEXT + 1)),
        ("business_id", text(Limits::LINE), text(Limits::LINE + 1)),
        ("type", text(Limits::LINE), text(Limits::LINE + 1)),
        ("visitor_id", text(Limits::LINE), text(Limits::LINE + 1)),
        ("tags", texts(Limits::TAGS), texts(Limits::TAGS + 1)),
        ("followers", texts(Limits::ITEMS), texts(Limits::ITEMS + 1)),
        ("offers", texts(Limits::ITEMS), texts(Limits::ITEMS + 1)),
        ("products", texts(Limits::ITEMS), texts(Limits::ITEMS + 1)),
        ("followers", item(Limits::ITEM), item(Limits::ITEM + 1)),
        (
            "attribution",
            object(Limits::OBJECT),
            object(Limits::OBJECT + 1),
        ),
        (
            "last_attribution",
            object(Limits::OBJECT),
            object(Limits::OBJECT + 1),
        ),
        (
            "metadata",
            entries(Limits::ENTRIES, "1"),
            entries(Limits::ENTRIES + 1, "1"),
        ),
        (
            "metadata.a",
            value(Limits::ENTRY_VALUE),
            value(Limits::ENTRY_VALUE + 1),
        ),
        (
            "custom_fields",
            entries(Limits::ENTRIES, custom),
            entries(Limits::ENTRIES + 1, custom),
        ),
    ];
    for (field, fits, too_much) in cases {
        let key = field.split('.').next().unwrap();
        let json = |value: &str| format!(r#"{{"email":"ana@example.com","{key}":{value}}}"#);
        let fits = ResolveRequest::from_json(&json(&fits)).unwrap();
        let fits = store.contacts.preview_resolve(fits).unwrap();
        assert!(fits.created && fits.rejected.is_empty(), "{field}");
        let error = store.resolve(&json(&too_much));
        assert_eq!((error.code(), error.field()), (FIELD, Some(field)));
    }
    let keyed = |long: usize| {
        let key = text(long);
        format!(r#"{{"email":"ana@example.com","idempotency_key":{key}}}"#)
    };
    let fits = ResolveRequest::from_json(&keyed(Limits::IDEMPOTENCY_KEY)).unwrap();
    assert!(store.contacts.preview_resolve(fits).unwrap().created);
    let error = store.resolve(&keyed(Limits::IDEMPOTENCY_KEY + 1));
    let refused = (error.code(), error.field());
    assert_eq!(refused, (REQUEST, Some("idempotency_key")));
    let too_many = format!(r#"{{"emails":{}}}"#, texts(Limits::REQUEST_IDENTIFIERS + 1));
    assert_eq!(store.resolve(&too_many).field(), Some("emails"));
    let mut draft = Draft::new();
    for number in 0..=Limits::REQUEST_IDENTIFIERS {
        draft = draft.email(format!("{number}@example.com"));
    }
    let error = store.contacts.resolve(draft).unwrap_err();
    assert_eq!(
        (error.code(), error.field()),
        (REQUEST, Some("identifiers"))
    );
}

#[test]
fn a_list_that_grows_keeps_to_its_limit() {
    use kinfold::{Limits, ListField};
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    let with = |email: &str, number: usize| {
        let draft = Draft::new().email(email);
        draft.item(ListField::Followers, format!("u-{number}"))
    };
    let full = (0..Limits::ITEMS).fold(Draft::new().email("a@example.com"), |draft, number| {
        draft.item(ListField::Followers, format!("u-{number}"))
    });
    contacts.resolve(full).unwrap();
    contacts.resolve(with("b@example.com", 5_000)).unwrap();
    // What a merge unites may be longer, and stay so.
    let both = Draft::new().email("a@example.com").email("b@example.com");
    let both = ResolveRequest::from(both).on_conflict(kinfold::OnConflict::Merge);
    let merged = contacts.resolve(both).unwrap().contact;
    assert_eq!(merged.fields.followers.len(), Limits::ITEMS + 1);
    let named = Draft::new().email("a@example.com").name("Ana");
    assert!(contacts.upsert(named).unwrap().changed);
}

#[test]
fn json_that_is_too_deep_is_refused_before_it_overflows_anything() {
    let store = Untouched::new();
    for depth in [129, 10_000, 1_000_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(Json::parse(&deep).is_err());
            let keys = [
                "metadata",
                "custom_fields",
                "name",
                "phones",
                "attribution",
                "followers",
                "unknown",
            ];
            for key in keys {
                let error = store.resolve(&format!(r#"{{"{key}":{deep}}}"#));
                assert_eq!(error.code(), REQUEST, "{key} {depth}");
            }
        }
    }
    // As deep as it may be, it is kept, and read back.
    let kinfold = Kinfold::open_in_memory().unwrap();
    let deep = format!("{}{}", "[".repeat(127), "]".repeat(127));
    let deep = Json::parse(&deep).unwrap();
    let draft = Draft::new()
        .email("ana@example.com")
        .metadata("a", deep.clone());
    let id = contacts(&kinfold).resolve(draft).unwrap().contact.id;
    let contact = contacts(&kinfold).get(id).unwrap();
    assert_eq!(contact.fields.metadata.get("a"), Some(&deep));
}
