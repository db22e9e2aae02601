//! Bad input: the API's own error body, and nothing written.

use serde_json::Value;

use super::changes;
use super::server::{Answer, Server, TOKEN};
use super::support::Desk;

/// The words of a refusal, in whichever API's body.
fn words(answer: &Answer) -> String {
    let body = answer.json();
    let message = if body["errors"].is_array() {
        assert_eq!(body["data"], Value::Null, "{body}");
        &body["errors"][0]["message"]
    } else {
        if body["statusCode"].is_null() {
            assert_eq!(body["success"], false, "{body}");
        } else {
            assert_eq!(body["statusCode"], answer.status, "{body}");
        }
        &body["message"]
    };
    message.as_str().unwrap().to_owned()
}

#[test]
fn what_bland_can_not_read() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    #[rustfmt::skip]
    let cases = [
        ("", "request: it is not a JSON object"),
        ("{", "request: it is not a JSON object"),
        ("[]", "request: it is not a JSON object"),
        ("null", "request: it is not a JSON object"),
        (r#"{"email":"a@example.com"} x"#, "request: it is not a JSON object"),
        (r#"{"email":"a@example.com","email":"b@example.com"}"#, "request: it is not a JSON object"),
        (r#"{"email":"a@example.com","colour":"red"}"#, "colour is not a field of this call"),
        (r#"{"email":1}"#, "email must be a string"),
        (r#"{"phone_number":["+14155550100"]}"#, "phone_number must be a string"),
        (r#"{"email":"a@example.com","metadata":[]}"#, "metadata must be an object"),
        (r#"{"email":"a@example.com","metadata":{"a":1,"a":2}}"#, "metadata has a key that stands twice"),
        (r#"{"email":"a@example.com","name":{}}"#, "name must be a string"),
        (r#"{"email":"nobody"}"#, "email: "),
        (r#"{"email":""}"#, "At least one identifier"),
        (r#"{"phone_number":"12"}"#, "phone_number: "),
        (r#"{"phone_number":"(415) 555-0100"}"#, "phone_number: "),
        (r#"{"phone_number":"+14155550100","email":"Ana <ana@example.com>"}"#, "email: "),
        (r#"{"external_id":" "}"#, "At least one identifier"),
        (r#"{"email":"a@example.com","persona_id":"a\u0000b"}"#, "persona_id: "),
        (r#"{"email":null}"#, "At least one identifier"),
        (r#"{"email":"a@example.com","name":"a\u0000b"}"#, "name: "),
    ];
    for (body, said) in cases {
        let answer = server.bland("/v1/contacts/resolve", body);
        assert_eq!(answer.status, 400, "{body} {answer:?}");
        assert!(words(&answer).starts_with(said), "{body}: {answer:?}");
        assert_eq!(answer.json()["errors"][0]["error"], "BAD_REQUEST");
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8")
        );
    }
    let deep = format!(
        r#"{{"email":"a@example.com","metadata":{{"a":{}}}}}"#,
        "[".repeat(100_000)
    );
    assert_eq!(server.bland("/v1/contacts/resolve", &deep).status, 400);
    let not_text = server.send(
        "POST",
        "/v1/contacts/resolve",
        &[("authorization", TOKEN)],
        b"{\"email\":\"\xff@example.com\"}",
    );
    assert_eq!(
        (not_text.status, words(&not_text).as_str()),
        (400, "The body is not UTF-8")
    );
    assert_eq!(changes(&desk, &[]), 0);
}

#[test]
fn contacts_and_memories_that_bland_does_not_have() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let none = "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f";
    let answer = server.bland("/v1/contacts/resolve", r#"{"email":"a@example.com"}"#);
    let own = answer.json()["data"]["contact"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let merge = "/v1/contacts/merge";
    let memory = "/v1/memory/contact";
    #[rustfmt::skip]
    let cases = [
        (merge, format!(r#"{{"primary_contact_id":"{own}"}}"#), 400, "duplicate_contact_id is required"),
        (merge, format!(r#"{{"primary_contact_id":"{own}","duplicate_contact_id":"x"}}"#), 400, "duplicate_contact_id: it is not an id"),
        (merge, format!(r#"{{"primary_contact_id":"{own}","duplicate_contact_id":"{own}"}}"#), 400, "duplicate_contact_id: it is the primary contact itself; name two contacts"),
        (merge, format!(r#"{{"primary_contact_id":"{own}","duplicate_contact_id":"{none}"}}"#), 404, "Contact not found"),
        (merge, format!(r#"{{"primary_contact_id":"{none}","duplicate_contact_id":"{own}"}}"#), 404, "Contact not found"),
        (merge, format!(r#"{{"primary_contact_id":"{own}","duplicate":"{own}"}}"#), 400, "duplicate is not a field of this call"),
        (memory, format!(r#"{{"contact_id":"{own}"}}"#), 400, "persona_id or agent_number: one of them is required"),
        (memory, format!(r#"{{"contact_id":"{own}","persona_id":"a","agent_number":"1"}}"#), 400, "persona_id or agent_number: they name two memories"),
        (memory, r#"{"persona_id":"a"}"#.to_owned(), 400, "contact_id is required"),
        (memory, format!(r#"{{"contact_id":"{none}","persona_id":"a"}}"#), 404, "Contact not found"),
    ];
    for (path, body, status, said) in cases {
        let answer = server.bland(path, &body);
        assert_eq!(answer.status, status, "{body} {answer:?}");
        assert!(words(&answer).starts_with(said), "{body}: {answer:?}");
    }
    let key = [("authorization", TOKEN)];
    for (path, status) in [
        (format!("/v1/memory/contact/{none}"), 404),
        ("/v1/memory/contact/x".to_owned(), 404),
        ("/v1/memory/contact/%ff".to_owned(), 404),
        ("/v1/memory/context".to_owned(), 400),
        (format!("/v1/memory/context?contact_id={own}"), 400),
        (
            format!("/v1/memory/context?contact_id={none}&persona_id=a"),
            404,
        ),
    ] {
        let answer = server.send("GET", &path, &key, b"");
        assert_eq!(answer.status, status, "{path} {answer:?}");
        words(&answer);
    }
    assert_eq!(changes(&desk, &[]), 1);
}

#[test]
fn what_ravan_can_not_read() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    #[rustfmt::skip]
    let cases = [
        ("", "request: it is not a JSON object"),
        (r#"{"org_id":"default","email":"a@example.com","tags":[]}"#, "tags is not a field of this call"),
        (r#"{"org_id":7,"email":"a@example.com"}"#, "org_id must be a string"),
        (r#"{"org_id":"","email":"a@example.com"}"#, "org_id is required"),
        (r#"{"org_id":null,"email":"a@example.com"}"#, "org_id is required"),
        (r#"{"org_id":"default","location_id":7,"email":"a@example.com"}"#, "location_id must be a string"),
        (r#"{"org_id":"default","phone":"12"}"#, "phone: "),
        (r#"{"org_id":"default","email":"nobody"}"#, "email: "),
        (r#"{"org_id":"default","name":"Alex"}"#, "At least one identifier (phone or email) is required"),
    ];
    for (body, said) in cases {
        let answer = server.ravan(body);
        assert_eq!(answer.status, 400, "{body} {answer:?}");
        assert!(words(&answer).starts_with(said), "{body}: {answer:?}");
    }
    assert_eq!(changes(&desk, &[]), 0);
}

#[test]
fn what_contactship_can_not_read() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let with = |data: &str| {
        format!(r#"{{"phone_number":"+12124567890","full_name":"Ana","additional_data":{data}}}"#)
    };
    #[rustfmt::skip]
    let cases = [
        (String::new(), "request: it is not a JSON object"),
        ("{}".to_owned(), "phone_number is required"),
        (r#"{"phone_number":"+12124567890"}"#.to_owned(), "full_name is required"),
        (r#"{"phone_number":"+12124567890","full_name":" "}"#.to_owned(), "full_name is required"),
        (r#"{"phone_number":"12","full_name":"Ana"}"#.to_owned(), "phone_number: "),
        (r#"{"phone_number":"+12124567890","full_name":"Ana","email":"x"}"#.to_owned(), "email: "),
        (r#"{"phone_number":"+12124567890","full_name":"Ana","country":1}"#.to_owned(), "country must be a string"),
        (r#"{"phone_number":"+12124567890","full_name":"a\u0001b"}"#.to_owned(), "full_name: "),
        (with("{}"), "additional_data must be an array"),
        (with("[1]"), "additional_data.0 must be an object"),
        (with(r#"[{"type":"text","field":"a","value":"b"},{"type":"text","value":"b"}]"#), "additional_data.1.field is required"),
        (with(r#"[{"field":"a","value":"b"}]"#), "additional_data.0.type is required"),
        (with(r#"[{"type":"text","field":"a"}]"#), "additional_data.0.value is required"),
        (with(r#"[{"type":"number","field":"a","value":5}]"#), "additional_data.0.value must be a string"),
    ];
    for (body, said) in cases {
        let answer = server.contactship(&body);
        assert_eq!(answer.status, 400, "{body} {answer:?}");
        assert!(words(&answer).starts_with(said), "{body}: {answer:?}");
    }
    assert_eq!(changes(&desk, &[]), 0);
}

#[test]
fn a_path_or_method_that_is_not_there() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    #[rustfmt::skip]
    let cases = [
        ("GET", "/v1/contacts/resolve", 405, r#"{"data":null,"errors":[{"error":"METHOD_NOT_ALLOWED","message":"Method not allowed"}]}"#),
        ("POST", "/v1/contacts/unknown", 404, r#"{"data":null,"errors":[{"error":"NOT_FOUND","message":"Cannot find this path"}]}"#),
        ("GET", "/api/v1/ghl/contacts", 405, r#"{"success":false,"message":"Method not allowed","data":null}"#),
        ("POST", "/api/v1/ghl/unknown", 404, r#"{"success":false,"message":"Cannot find this path","data":null}"#),
        ("DELETE", "/v1/contacts", 405, r#"{"statusCode":405,"message":"Method not allowed","error":"Method Not Allowed"}"#),
        ("GET", "/unknown", 404, r#"{"statusCode":404,"message":"Cannot find this path","error":"Not Found"}"#),
    ];
    for (method, path, status, body) in cases {
        for path in [path.to_owned(), format!("{path}/")] {
            let answer = server.send(method, &path, &[("authorization", TOKEN)], b"{}");
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (status, body),
                "{path}"
            );
            assert_eq!(answer.header("allow").is_some(), status == 405);
        }
    }
    assert_eq!(changes(&desk, &[]), 0);
}
