//! Bad requests: which error, naming which field, and nothing written. The words of an
//! error say nothing of what was typed; its value does, cut.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use common::{Untouched, contacts};
use kinfold::{Error, Kinfold, Rejected, ResolveRequest, Scope};

fn reason(error: &Error) -> &str {
    match error {
        Error::InvalidIdentifier(Rejected { reason, .. })
        | Error::InvalidField(Rejected { reason, .. })
        | Error::InvalidRequest(Rejected { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

const IDENTIFIER: &str = "INVALID_IDENTIFIER";
const FIELD: &str = "INVALID_FIELD";
const REQUEST: &str = "INVALID_REQUEST";

#[test]
fn a_bad_request_names_the_field_the_value_and_the_reason() {
    let store = Untouched::new();
    // The request, the code, the field, the value.
    #[rustfmt::skip]
    let cases = [
        // Identifiers that can't be read.
        (r#"{"phone":"call me"}"#, IDENTIFIER, "phone", "call me"),
        (r#"{"phone":"415 555 0101"}"#, IDENTIFIER, "phone", "415 555 0101"),
        (r#"{"phone":"+999 555 0101"}"#, IDENTIFIER, "phone", "+999 555 0101"),
        (r#"{"phone":""}"#, IDENTIFIER, "phone", ""),
        (r#"{"phones":["+14155550101","oops"]}"#, IDENTIFIER, "phones", "oops"),
        (r#"{"email":"nobody"}"#, IDENTIFIER, "email", "nobody"),
        (r#"{"email":"Ana <ana@example.com>"}"#, IDENTIFIER, "email", "Ana <ana@example.com>"),
        (r#"{"emails":["ana@example.com","a b@example.com"]}"#, IDENTIFIER, "emails", "a b@example.com"),
        (r#"{"external_id":" "}"#, IDENTIFIER, "external_id", " "),
        (r#"{"external_ids":[{"source":"a:b","value":"1"}]}"#, IDENTIFIER, "external_ids", "1"),
        (r#"{"external_ids":[{"source":"a\u0000b","value":"1"}]}"#, IDENTIFIER, "external_ids", "1"),
        (r#"{"external_ids":[{"source":"crm","value":"1"},{"source":"crm","value":"2"}]}"#,
            REQUEST, "external_ids", "2"),
        // One of them unreadable, though another one is not.
        (r#"{"email":"ana@example.com","phone":"oops"}"#, IDENTIFIER, "phone", "oops"),
        // Fields that can't be kept.
        (r#"{"email":"ana@example.com","date_of_birth":"25/09/1990"}"#, FIELD, "date_of_birth", "25/09/1990"),
        (r#"{"email":"ana@example.com","date_of_birth":"1990-02-29"}"#, FIELD, "date_of_birth", "1990-02-29"),
        (r#"{"email":"ana@example.com","metadata":{" ":1}}"#, FIELD, "metadata", " "),
        (r#"{"email":"ana@example.com","metadata":{"a":1," a ":2}}"#, FIELD, "metadata.a", ""),
        (r#"{"email":"ana@example.com","custom_fields":{"a":{"type":"","value":1}}}"#, FIELD, "custom_fields.a", ""),
        (r#"{"email":"ana@example.com","timezone":"Lisbon"}"#, FIELD, "timezone", "Lisbon"),
        (r#"{"email":"ana@example.com","timezone":"GMT+2"}"#, FIELD, "timezone", "GMT+2"),
        (r#"{"email":"ana@example.com","last_session_activity_at":"yesterday"}"#,
            FIELD, "last_session_activity_at", "yesterday"),
        (r#"{"email":"ana@example.com","last_session_activity_at":"2026-02-03T04:05:06"}"#,
            FIELD, "last_session_activity_at", "2026-02-03T04:05:06"),
        // Keys that nobody knows.
        (r#"{"e-mail":"ana@example.com"}"#, REQUEST, "e-mail", ""),
        (r#"{"name":{"middle":"B"}}"#, REQUEST, "name.middle", ""),
        (r#"{"address":{"street":"B"}}"#, REQUEST, "address.street", ""),
        (r#"{"phones":[{"value":"1"}]}"#, REQUEST, "phones.value", ""),
        (r#"{"emails":[{"raw":"a@example.com","region":"US"}]}"#, REQUEST, "emails.region", ""),
        (r#"{"external_ids":[{"raw":"1"}]}"#, REQUEST, "external_ids.raw", ""),
        (r#"{"custom_fields":{"a":{"type":"text","value":1,"unit":"m"}}}"#, REQUEST, "custom_fields.a.unit", ""),
        (r#"{"do_not_disturb":{"everything":true}}"#, REQUEST, "do_not_disturb.everything", ""),
        (r#"{"do_not_disturb":{"inbound":{"status":"active","code":"1"}}}"#,
            REQUEST, "do_not_disturb.inbound", r#"{"status":"active","code":"1"}"#),
        (r#"{"do_not_disturb":{"channels":{"Fax":null}}}"#, REQUEST, "do_not_disturb.channels.Fax", "Fax"),
        // Values of the wrong type.
        (r#"{"phone":14155550101}"#, REQUEST, "phone", "14155550101"),
        (r#"{"phone":["+14155550101"]}"#, REQUEST, "phone", r#"["+14155550101"]"#),
        (r#"{"phones":"+14155550101"}"#, REQUEST, "phones", r#""+14155550101""#),
        (r#"{"emails":[7]}"#, REQUEST, "emails", "7"),
        (r#"{"emails":[null]}"#, REQUEST, "emails", "null"),
        (r#"{"emails":[{}]}"#, REQUEST, "emails", "{}"),
        (r#"{"external_ids":[{"source":"crm"}]}"#, REQUEST, "external_ids", r#"{"source":"crm"}"#),
        (r#"{"phones":[{"raw":"1","region":"ZZ"}]}"#, REQUEST, "phones.region", "ZZ"),
        (r#"{"name":7}"#, REQUEST, "name", "7"),
        (r#"{"company":{}}"#, REQUEST, "company", "{}"),
        (r#"{"tags":"lead"}"#, REQUEST, "tags", r#""lead""#),
        (r#"{"tags":[1]}"#, REQUEST, "tags", "[1]"),
        (r#"{"address":"Elm Street"}"#, REQUEST, "address", r#""Elm Street""#),
        (r#"{"address":{"city":1}}"#, REQUEST, "address.city", "1"),
        (r#"{"metadata":[]}"#, REQUEST, "metadata", "[]"),
        (r#"{"metadata":{"a":1,"a":2}}"#, REQUEST, "metadata", r#"{"a":1,"a":2}"#),
        (r#"{"custom_fields":{"a":1}}"#, REQUEST, "custom_fields.a", "1"),
        (r#"{"custom_fields":{"a":{"value":1}}}"#, REQUEST, "custom_fields.a", r#"{"value":1}"#),
        (r#"{"date_of_birth":1990}"#, REQUEST, "date_of_birth", "1990"),
        (r#"{"do_not_disturb":true}"#, REQUEST, "do_not_disturb", "true"),
        (r#"{"do_not_disturb":{"all":"yes"}}"#, REQUEST, "do_not_disturb", r#""yes""#),
        (r#"{"do_not_disturb":{"channels":{"Email":{"status":"on"}}}}"#,
            REQUEST, "do_not_disturb.channels.Email", r#"{"status":"on"}"#),
        (r#"{"do_not_disturb":{"inbound":{"status":"permanent"}}}"#,
            REQUEST, "do_not_disturb.inbound", r#"{"status":"permanent"}"#),
        (r#"{"do_not_disturb":{"inbound":"active"}}"#, REQUEST, "do_not_disturb.inbound", r#""active""#),
        (r#"{"type":["lead"]}"#, REQUEST, "type", r#"["lead"]"#),
        (r#"{"business_id":7}"#, REQUEST, "business_id", "7"),
        (r#"{"visitor_id":true}"#, REQUEST, "visitor_id", "true"),
        (r#"{"followers":"u-1"}"#, REQUEST, "followers", r#""u-1""#),
        (r#"{"offers":[1]}"#, REQUEST, "offers", "[1]"),
        (r#"{"products":{}}"#, REQUEST, "products", "{}"),
        (r#"{"email_bounced":"yes"}"#, REQUEST, "email_bounced", r#""yes""#),
        (r#"{"email_unsubscribed":1}"#, REQUEST, "email_unsubscribed", "1"),
        (r#"{"last_session_activity_at":1767323045}"#, REQUEST, "last_session_activity_at", "1767323045"),
        (r#"{"attribution":"web"}"#, REQUEST, "attribution", r#""web""#),
        (r#"{"last_attribution":["web"]}"#, REQUEST, "last_attribution", r#"["web"]"#),
        (r#"{"attribution":{"a":1,"a":2}}"#, REQUEST, "attribution", r#"{"a":1,"a":2}"#),
        (r#"{"address":{"country_code":52}}"#, REQUEST, "address.country_code", "52"),
        (r#"{"lenient":"yes"}"#, REQUEST, "lenient", r#""yes""#),
        (r#"{"region":1}"#, REQUEST, "region", "1"),
        (r#"{"region":"ZZ"}"#, REQUEST, "region", "ZZ"),
        (r#"{"on_conflict":"always"}"#, REQUEST, "on_conflict", "always"),
        (r#"{"email":"ana@example.com","idempotency_key":17}"#, REQUEST, "idempotency_key", "17"),
        (r#"{"email":"ana@example.com","idempotency_key":""}"#, REQUEST, "idempotency_key", ""),
        (r#"{"email":"ana@example.com","idempotency_key":" "}"#, REQUEST, "idempotency_key", " "),
        (r#"{"email":"ana@example.com","idempotency_key":"form\n17"}"#, REQUEST, "idempotency_key", "form\n17"),
        // What is not a request at all.
        ("", REQUEST, "request", ""),
        ("{", REQUEST, "request", "{"),
        ("[]", REQUEST, "request", "[]"),
        ("null", REQUEST, "request", "null"),
        (r#""ana@example.com""#, REQUEST, "request", r#""ana@example.com""#),
        ("14155550101", REQUEST, "request", "14155550101"),
        (r#"{"email":"a@example.com"} {}"#, REQUEST, "request", r#"{"email":"a@example.com"} {}"#),
        (r#"{"email":"a@example.com","email":"b@example.com"}"#,
            REQUEST, "request", r#"{"email":"a@example.com","email":"b@example.com"}"#),
        (r#"{"email":"\ud800"}"#, REQUEST, "request", r#"{"email":"\ud800"}"#),
    ];
    for (json, code, field, value) in cases {
        for error in [store.resolve(json), store.upsert(json)] {
            assert_eq!(error.code(), code, "{json}");
            assert_eq!(error.field(), Some(field), "{json}");
            assert_eq!(error.value(), Some(value), "{json}");
            assert!(!reason(&error).is_empty(), "{json}");
            assert!(!error.is_retryable() && !error.is_storage() && !error.is_conflict());
            let words = format!("{error} {error:?}");
            // Values so short or general that the words hold them anyway.
            if value.len() > 4 && !field.ends_with(value) {
                assert!(!words.contains(value), "{words}");
            }
        }
    }
}

#[test]
fn without_an_identifier_nobody_can_be_found() {
    let store = Untouched::new();
    let words = "At least one identifier (phone_number, email, or external_id) is required";
    let cases = [
        "{}",
        r#"{"name":"Ana Ruiz"}"#,
        r#"{"phones":[],"emails":[],"external_ids":[]}"#,
        r#"{"lenient":true}"#,
    ];
    for json in cases {
        for error in [store.resolve(json), store.upsert(json)] {
            assert_eq!(
                (error.code(), error.to_string()),
                ("NO_IDENTIFIER", words.into())
            );
            assert_eq!((error.field(), error.rejected().len()), (None, 0), "{json}");
        }
    }
    for field in [
        "phone",
        "email",
        "external_id",
        "phones",
        "emails",
        "external_ids",
    ] {
        // A resolve takes null as not given; an upsert would have to remove, and never does.
        let json = format!(r#"{{"{field}":null}}"#);
        assert_eq!(store.resolve(&json).code(), "NO_IDENTIFIER");
        let error = store.upsert(&json);
        assert_eq!((error.code(), error.field()), (IDENTIFIER, Some(field)));
        assert_eq!(error.value(), Some("null"));
    }
}

#[test]
fn a_lenient_request_needs_one_identifier_that_can_be_read() {
    let store = Untouched::new();
    let json = r#"{"lenient":true,"phone":"oops","emails":["nobody"],"external_id":""}"#;
    for error in [store.resolve(json), store.upsert(json)] {
        assert_eq!(error.code(), "NO_IDENTIFIER");
        let rejected = error.rejected().iter();
        let rejected: Vec<_> = rejected
            .map(|one| (one.field.as_str(), one.value.as_str()))
            .collect();
        let all = [("phone", "oops"), ("emails", "nobody"), ("external_id", "")];
        assert_eq!(rejected, all);
        assert!(error.rejected().iter().all(|one| !one.reason.is_empty()));
        let words = format!("{error} {error:?} {:?}", error.rejected());
        assert!(
            !words.contains("oops") && !words.contains("nobody"),
            "{words}"
        );
    }
    // Lenient is about identifiers alone.
    let json = r#"{"lenient":true,"email":"ana@example.com","date_of_birth":"soon"}"#;
    assert_eq!(store.resolve(json).field(), Some("date_of_birth"));

    // Where one is left, the others are reported beside the contact.
    let kinfold = Kinfold::open_in_memory().unwrap();
    let json = r#"{"lenient":true,"phone":"oops","email":"ana@example.com"}"#;
    let request = ResolveRequest::from_json(json).unwrap();
    let outcome = contacts(&kinfold).resolve(request).unwrap();
    assert!(outcome.created);
    assert_eq!(
        (outcome.rejected.len(), outcome.rejected[0].field.as_str()),
        (1, "phone")
    );
}

#[test]
fn a_scope_has_names_that_can_be_read() {
    let long = "x".repeat(kinfold::MAX_SCOPE_NAME + 1);
    for name in ["", " ", "\t", "a\0b", "a\nb", &long] {
        for (field, scope) in [
            ("org", Scope::new(name, None)),
            ("location", Scope::new("acme", Some(name))),
        ] {
            let error = Error::from(scope.unwrap_err());
            assert_eq!(
                (error.code(), error.field()),
                (REQUEST, Some(field)),
                "{name:?}"
            );
        }
    }
}
