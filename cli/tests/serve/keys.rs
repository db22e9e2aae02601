//! What a key opens, and how often.

use std::time::Duration;

use super::changes;
use super::server::Server;
use super::support::Desk;

const CONFIG: &str = r#"{
  "keys": [
    {"key": "k-own", "org": "acme"},
    {"key": "k-lisbon", "org": "acme", "location": "lisbon", "region": "PT"},
    {"key": "k-all", "org": "acme", "location": "*"},
    {"key": "k-reads", "org": "acme", "read_only": true},
    {"key": "k-seldom", "org": "acme",
     "rate": {"requests": 2, "interval_milliseconds": 1000, "per_day": 3}}
  ],
  "locations": [{"org": "acme", "location": "lisbon", "allow_duplicates": true, "decides_first": "phone"}]
}"#;

fn start(desk: &Desk) -> Server {
    let config = desk.file("serve.json", CONFIG);
    Server::start_with(desk, &["--config", &config])
}

fn resolve(server: &Server, headers: &[(&str, &str)]) -> u16 {
    let body = br#"{"email":"ana@example.com"}"#;
    let answer = server.send("POST", "/v1/contacts/resolve", headers, body);
    answer.status
}

#[test]
fn each_api_looks_at_its_own_header() {
    let desk = Desk::new();
    let server = start(&desk);
    let bland = r#"{"email":"ana@example.com"}"#;
    let ravan = r#"{"org_id":"acme","email":"ana@example.com"}"#;
    let contactship = r#"{"phone_number":"+12124567890","full_name":"Ana"}"#;
    #[rustfmt::skip]
    let cases = [
        ("/v1/contacts/resolve", bland, "authorization", "k-own", 200),
        ("/v1/contacts/resolve", bland, "Authorization", "Bearer k-own", 200),
        ("/v1/contacts/resolve", bland, "Authorization", "bearer  k-own", 200),
        ("/v1/contacts/resolve", bland, "Authorization", "Basic k-own", 401),
        ("/v1/contacts/resolve", bland, "authorization", "k-ow", 401),
        ("/v1/contacts/resolve", bland, "authorization", "k-own2", 401),
        ("/v1/contacts/resolve", bland, "authorization", "", 401),
        ("/v1/contacts/resolve", bland, "x-api-key", "k-own", 401),
        ("/api/v1/ghl/contacts", ravan, "X-Api-Key", "k-own", 200),
        ("/api/v1/ghl/contacts", ravan, "authorization", "k-own", 401),
        ("/v1/contacts", contactship, "x-api-key", "k-own", 201),
        ("/v1/contacts", contactship, "authorization", "k-own", 401),
    ];
    for (path, body, header, key, status) in cases {
        let answer = server.send("POST", path, &[(header, key)], body.as_bytes());
        assert_eq!(answer.status, status, "{path} {header}: {key}: {answer:?}");
    }
    let bland = server.send("POST", "/v1/contacts/resolve", &[], b"{}");
    assert_eq!(
        bland.body,
        r#"{"data":null,"errors":[{"error":"UNAUTHORIZED","message":"Invalid token: access token is invalid"}]}"#
    );
    assert_eq!(bland.header("www-authenticate"), Some("Bearer"));
    let ravan = server.send("POST", "/api/v1/ghl/contacts", &[], b"{}");
    assert_eq!(
        ravan.body,
        r#"{"success":false,"message":"Invalid token: access token is invalid","data":null}"#
    );
    let contactship = server.send("POST", "/v1/contacts", &[], b"{}");
    assert_eq!(
        contactship.body,
        r#"{"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"}"#
    );
}

#[test]
fn a_key_opens_its_own_scope_and_no_other() {
    let desk = Desk::new();
    let server = start(&desk);
    let ravan = |key: &str, body: &str| {
        let answer = server.send(
            "POST",
            "/api/v1/ghl/contacts",
            &[("X-Api-Key", key)],
            body.as_bytes(),
        );
        (answer.status, answer.body)
    };
    #[rustfmt::skip]
    let cases = [
        ("k-own", r#"{"org_id":"initech","email":"a@example.com"}"#, "org_id"),
        ("k-own", r#"{"org_id":"acme","location_id":"lisbon","email":"a@example.com"}"#, "location_id"),
        ("k-lisbon", r#"{"org_id":"acme","location_id":"porto","email":"a@example.com"}"#, "location_id"),
        ("k-all", r#"{"org_id":"initech","location_id":"lisbon","email":"a@example.com"}"#, "org_id"),
    ];
    for (key, body, field) in cases {
        let (status, answer) = ravan(key, body);
        assert_eq!(status, 403, "{key} {body}");
        let expected = format!(
            r#"{{"success":false,"message":"{field}: the key does not open it","data":null}}"#
        );
        assert_eq!(answer, expected);
    }
    let lisbon = ["--org", "acme", "--location", "lisbon"];
    for scope in [&["--org", "acme"][..], &["--org", "initech"], &lisbon] {
        assert_eq!(changes(&desk, scope), 0);
    }

    // The same person, by the two keys that open Lisbon; one knows its region.
    let body = r#"{"org_id":"acme","location_id":"lisbon","phone":"+351 912 345 678"}"#;
    let (status, first) = ravan("k-all", body);
    assert_eq!(status, 200);
    let (_, second) = ravan("k-lisbon", r#"{"org_id":"acme","phone":"912 345 678"}"#);
    assert_eq!(second, first);
    assert_eq!(changes(&desk, &lisbon), 1);
}

#[test]
fn the_header_location_id_counts_for_every_api() {
    let desk = Desk::new();
    let server = start(&desk);
    let location = |key, location| [("authorization", key), ("Location-Id", location)];
    assert_eq!(resolve(&server, &location("k-own", "lisbon")), 403);
    assert_eq!(resolve(&server, &location("k-lisbon", "porto")), 403);
    assert_eq!(resolve(&server, &location("k-lisbon", "lisbon")), 200);
    assert_eq!(
        changes(&desk, &["--org", "acme", "--location", "lisbon"]),
        1
    );
    assert_eq!(resolve(&server, &location("k-all", "porto")), 200);
    assert_eq!(changes(&desk, &["--org", "acme", "--location", "porto"]), 1);
    assert_eq!(changes(&desk, &["--org", "acme"]), 0);
}

#[test]
fn what_is_named_twice_must_agree() {
    let desk = Desk::new();
    let server = start(&desk);
    let with = |name, one, other| {
        let headers = [("authorization", "k-all"), (name, one), (name, other)];
        resolve(&server, &headers)
    };
    assert_eq!(with("Location-Id", "lisbon", "porto"), 403);
    assert_eq!(with("Location-Id", "porto", "lisbon"), 403);
    let list = |key, query: &str| {
        let path = format!("/contacts/?{query}&limit=1");
        let answer = server.send("GET", &path, &[("authorization", key)], b"");
        answer.status
    };
    let create = |query: &str| {
        let body = br#"{"locationId":"lisbon","email":"ana@example.com"}"#;
        let path = format!("/contacts/?{query}");
        let answer = server.send("POST", &path, &[("authorization", "k-all")], body);
        answer.status
    };
    for query in [
        "locationId=lisbon&locationId=porto",
        "locationId=porto&locationId=lisbon",
    ] {
        assert_eq!(list("k-all", query), 403, "{query}");
        assert_eq!(list("k-lisbon", query), 403, "{query}");
        assert_eq!(create(query), 403, "{query}");
    }
    assert_eq!(create("locationId=porto"), 403);

    for key in ["authorization", "x-api-key"] {
        let (path, body, done) = match key {
            "x-api-key" => (
                "/v1/contacts",
                r#"{"phone_number":"+12124567890","full_name":"Ana"}"#,
                201,
            ),
            _ => (
                "/v1/contacts/resolve",
                r#"{"email":"ana@example.com"}"#,
                200,
            ),
        };
        let send = |one, other| {
            let headers = [(key, one), (key, other)];
            server.send("POST", path, &headers, body.as_bytes()).status
        };
        assert_eq!(send("k-own", "k-lisbon"), 401);
        assert_eq!(send("k-lisbon", "k-own"), 401);
        assert_eq!(send("k-own", "unknown"), 401);
        assert_eq!(
            changes(&desk, &["--org", "acme"]),
            usize::from(key == "x-api-key")
        );
        assert_eq!(send("k-own", "Bearer k-own"), done);
    }
    for location in ["lisbon", "porto"] {
        let scope = ["--org", "acme", "--location", location];
        assert_eq!(changes(&desk, &scope), 0);
    }
    assert_eq!(with("Location-Id", "lisbon", "lisbon"), 200);
    assert_eq!(list("k-all", "locationId=lisbon&locationId=lisbon"), 200);
}

/// Wherever a location can stand, an empty one is not given.
#[test]
fn an_empty_location_is_not_given() {
    let desk = Desk::new();
    let server = start(&desk);
    let empty = ("Location-Id", " ");
    let bland = r#"{"email":"ana@example.com"}"#;
    let ghl = r#"{"locationId":"","email":"ana@example.com"}"#;
    let ravan = r#"{"org_id":"acme","location_id":"","email":"ana@example.com"}"#;
    let contactship = r#"{"phone_number":"+12124567890","full_name":"Ana"}"#;
    for (key, status) in [("k-own", 200), ("k-lisbon", 200), ("k-all", 422)] {
        let (bearer, own) = (("authorization", key), ("x-api-key", key));
        #[rustfmt::skip]
        let cases = [
            ("GET", "/contacts/?locationId=&limit=1", vec![bearer, empty], "", status),
            ("GET", "/contacts/search?email=ana@example.com&locationId=%20", vec![bearer], "", status),
            ("GET", "/contacts/search/duplicate?email=ana@example.com&locationId", vec![bearer], "", status),
            ("GET", "/contacts/business/b?locationId=", vec![bearer], "", status),
            ("POST", "/contacts/upsert?locationId=", vec![bearer, empty], ghl, status),
            ("POST", "/contacts/search", vec![bearer, empty], r#"{"locationId":" "}"#, status),
            ("POST", "/v1/contacts/resolve", vec![bearer, empty], bland, 200),
            ("POST", "/api/v1/ghl/contacts", vec![own, empty], ravan, 200),
            ("POST", "/v1/contacts", vec![own, empty], contactship, 201),
        ];
        for (method, path, headers, body, status) in cases {
            let answer = server.send(method, path, &headers, body.as_bytes());
            // The organisation's own contacts are those that this one made first.
            let expected = if key == "k-all" && status == 201 {
                409
            } else {
                status
            };
            assert_eq!(answer.status, expected, "{key} {method} {path} {answer:?}");
            if status == 422 {
                let said = "locationId should not be empty: the token opens all locations";
                assert_eq!(answer.json()["message"][0], said, "{method} {path}");
            }
        }
    }
    // One that is given counts, whatever stands beside it.
    let list = |query: &str| {
        let path = format!("/contacts/?{query}");
        let headers = [("authorization", "k-all"), ("Location-Id", "")];
        server.send("GET", &path, &headers, b"").status
    };
    assert_eq!(list("locationId=&locationId=lisbon"), 200);
    assert_eq!(list("locationId=lisbon&locationId="), 200);
    let own = [("authorization", "k-lisbon"), ("Location-Id", "l\u{e9}on")];
    assert_eq!(resolve(&server, &own), 403, "what is not text is no name");
    let path = "/locations/%20/customFields";
    let answer = server.send("GET", path, &own[..1], b"");
    assert_eq!(answer.status, 403, "a path names one");
}

#[test]
fn no_request_names_all_locations() {
    let desk = Desk::new();
    let server = start(&desk);
    let key = "k-all";
    let ravan = r#"{"org_id":"acme","location_id":"*","email":"ana@example.com"}"#;
    let gohighlevel = r#"{"locationId":"*","email":"ana@example.com"}"#;
    let bland = r#"{"email":"ana@example.com"}"#;
    let header = ("Location-Id", "*");
    let bearer = ("authorization", key);
    #[rustfmt::skip]
    let cases = [
        ("/api/v1/ghl/contacts", vec![("x-api-key", key)], ravan),
        ("/contacts/", vec![bearer], gohighlevel),
        ("/contacts/?locationId=*", vec![bearer], bland),
        ("/v1/contacts/resolve", vec![bearer, header], bland),
    ];
    for (path, headers, body) in cases {
        let answer = server.send("POST", path, &headers, body.as_bytes());
        assert_eq!(answer.status, 403, "{path} {answer:?}");
    }
    assert_eq!(changes(&desk, &["--org", "acme", "--location", "*"]), 0);
}

#[test]
fn a_key_for_reading_writes_nothing() {
    let desk = Desk::new();
    let server = start(&desk);
    assert_eq!(resolve(&server, &[("authorization", "k-reads")]), 401);
    assert_eq!(changes(&desk, &["--org", "acme"]), 0);
}

#[test]
fn a_key_that_calls_too_often_waits() {
    let desk = Desk::new();
    let server = start(&desk);
    let key = [("authorization", "k-seldom")];
    let call = || {
        let body = br#"{"email":"ana@example.com"}"#;
        server.send("POST", "/v1/contacts/resolve", &key, body)
    };
    assert_eq!(call().status, 200);
    assert_eq!(call().status, 200);
    let refused = call();
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.body,
        r#"{"data":null,"errors":[{"error":"TOO_MANY_REQUESTS","message":"Too Many Requests"}]}"#
    );
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("x-ratelimit-max"), Some("2"));
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(
        refused.header("x-ratelimit-interval-milliseconds"),
        Some("1000")
    );
    assert_eq!(refused.header("x-ratelimit-limit-daily"), Some("3"));
    assert_eq!(refused.header("x-ratelimit-daily-remaining"), Some("1"));
    // Another key has calls of its own.
    assert_eq!(resolve(&server, &[("authorization", "k-own")]), 200);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(call().status, 200);
    let refused = call();
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!(wait > 80_000, "until tomorrow: {wait}");
}

#[test]
fn a_config_that_is_not_understood_is_refused() {
    let desk = Desk::new();
    #[rustfmt::skip]
    let cases = [
        (r#"{"key":[]}"#, "expected `keys` or `locations` at line 1 column 6"),
        (r#"{"keys":[{"key":"k","org":"a","orgs":1}]}"#, "expected one of `key`, `org`"),
        (r#"{"keys":{"secret":"acme"}}"#, "expected a sequence at line 1 column"),
        (r#"{"keys":["secret, expected secret"]}"#, "expected an object with key and org at line 1 column"),
        (r#"{"keys":[{"secret":"acme"}]}"#, "expected one of `key`, `org`"),
        (r#"{"keys":[{"key":"k","org":"a","region":"XX"}],"locations":"secret"}"#, "expected a sequence at line 1 column"),
        (r#"{"keys":[{"key":"k"}]}"#, "missing field `org`"),
        (r#"{"keys":[{"key":"","org":"a"}]}"#, "keys.key"),
        (r#"{"keys":[{"key":"a b","org":"a"}]}"#, "keys.key"),
        (r#"{"keys":[{"key":"k","org":""}]}"#, "org"),
        (r#"{"keys":[{"key":"k","org":"a","location":""}]}"#, "location"),
        (r#"{"keys":[{"key":"k","org":"a"},{"key":"k","org":"b"}]}"#, "given twice"),
        (r#"{"keys":[{"key":"k","org":"a","region":"XX"}]}"#, "keys.region"),
        (r#"{"keys":[{"key":"k","org":"a","rate":{"requests":0}}]}"#, "keys.rate"),
        (r#"{"keys":[{"key":"k","org":"a","rate":{"requests":1,"burst":2}}]}"#, "expected one of `requests`"),
        (r#"{"locations":[{"org":"a","location":"l"},{"org":"a","location":"l"}]}"#, "given twice"),
        (r#"{"locations":[{"org":"a","decides_first":"fax"}]}"#, "expected `email` or `phone`"),
        (r#"{"#, "EOF"),
    ];
    for (config, said) in cases {
        let file = desk.file("bad.json", config);
        let printed = desk.run(&["serve", "--listen", "127.0.0.1:0", "--config", &file]);
        assert_eq!(printed.status, 1, "{config} {}", printed.err);
        assert!(printed.err.contains(said), "{config}: {}", printed.err);
        // It may be a key that stands in the wrong place.
        assert!(!printed.err.contains("secret"), "{config}: {}", printed.err);
    }
    let printed = desk.run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--config",
        "/nowhere.json",
    ]);
    assert_eq!(printed.status, 1);
    let printed = desk.run(&["serve", "--listen", "127.0.0.1:0", "--token", "a b"]);
    assert_eq!(printed.status, 2);
}
