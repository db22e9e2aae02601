//! JSON Lines: requests, and contacts as an export prints them.

use super::{json_lines, refused, request};

#[test]
fn json_lines_hold_requests() {
    let line = r#"{"phone":"+14155550101","lenient":false,"on_conflict":"merge","tags":["a"]}"#;
    let file = format!(
        "\u{feff}{line}\r\n\n  \n{{\"phone\":}}\n{{\"fone\":\"1\"}}\n{{\"phone\":1}}\n[]\n{line}"
    );
    let records = json_lines(&file);
    let lines: Vec<_> = records
        .iter()
        .map(|record| (record.line, record.request.is_ok()))
        .collect();
    assert_eq!(
        lines,
        [
            (1, true),
            (4, false),
            (5, false),
            (6, false),
            (7, false),
            (8, true)
        ]
    );
    assert_eq!(records[0].request.as_ref().unwrap(), &request(line));
    assert_eq!(records[0].text, line);
    assert_eq!(refused(&records[2]).0, "fone", "an unknown key is named");
    assert_eq!(refused(&records[3]).0, "phone");

    let records = json_lines(b"{\"name\":\"Jos\xE9\"}\n{\"email\":\"a@example.com\"}\n");
    assert!(refused(&records[0]).1.contains("UTF-8"));
    assert!(records[1].request.is_ok());
}

#[test]
fn an_exported_contact_can_be_imported() {
    let open = || {
        kinfold::Kinfold::open_in_memory()
            .unwrap()
            .contacts(kinfold::Scope::default())
            .default_region("US".parse().unwrap())
    };
    let from = open();
    from.resolve(request(
        r#"{"phones":["(415) 555-0101","+44 20 7946 0001"],"emails":["Ana@Example.com"],
            "external_ids":[{"source":"ghl","value":"x"}],"name":"Ana Ruiz","given":"Ana","company":"Acme",
            "address":{"line1":"1 Quay\nFlat 2","city":"Oslo"},"date_of_birth":"--02-29","tags":["lead"],
            "custom_fields":{"n":{"type":"number","value":1.50}},"metadata":{"a":{"b":[null]}},
            "do_not_disturb":{"all":false,"channels":{"SMS":{"status":"active","message":"no"}},
                "inbound":{"status":"inactive"}},
            "timezone":"Europe/Oslo","business_id":"b","type":"lead","visitor_id":"v",
            "followers":["u-1","u-2"],"offers":["o"],"products":["p"],"email_bounced":false,
            "email_unsubscribed":true,"last_session_activity_at":"2026-01-02T03:04:05.678Z",
            "attribution":{"utm":{"a":[1.50]}},"last_attribution":{"medium":"mail"}}"#,
    ))
    .unwrap();
    from.resolve(request(r#"{"email":"b@example.com"}"#))
        .unwrap();
    from.resolve(request(
        r#"{"email":"c@example.com","name":"Ana María Ruiz","address":{"country":"México"}}"#,
    ))
    .unwrap();
    let given = r#"{"email":"d@example.com","given":"Ana María"}"#;
    from.resolve(request(given)).unwrap();
    let parts = r#"{"email":"e@example.com","given":"Ana","family":"María Ruiz"}"#;
    from.resolve(request(parts)).unwrap();
    let mut file = String::new();
    from.for_each(|contact| {
        file.push_str(&serde_json::to_string(&contact).unwrap());
        file.push('\n');
        Ok(())
    })
    .unwrap();

    let to = kinfold::Kinfold::open_in_memory()
        .unwrap()
        .contacts(kinfold::Scope::default());
    for record in json_lines(&file) {
        assert!(record.is_printed_contact);
        to.resolve(record.request.unwrap()).unwrap();
    }
    let (before, after) = (from.list(None, 10).unwrap(), to.list(None, 10).unwrap());
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.fields, after.fields);
        let keys = |contact: &kinfold::Contact| -> Vec<_> {
            let listings = contact.identifiers.iter();
            listings
                .map(|listing| (listing.key.to_string(), listing.raw.clone(), listing.region))
                .collect()
        };
        let (before, after) = (keys(before), keys(after));
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            assert_eq!((&before.0, &before.1), (&after.0, &after.1));
        }
    }

    // What was worked out of a name is worked out there too, and did not become what was typed.
    let only_full = kinfold::Name {
        full: Some("Ana María Ruiz".to_owned()),
        ..kinfold::Name::default()
    };
    assert_eq!(after[2].fields.name, only_full);

    let deleted = r#"{"email":"a@example.com","created_at":"2026-01-02T03:04:05Z","deleted":true}"#;
    assert_eq!(
        refused(&json_lines(deleted)[0]).0,
        "deleted",
        "a tombstone is nobody to import"
    );
    assert_eq!(
        refused(&json_lines(r#"{"id":"1","email":"a@example.com"}"#)[0]).0,
        "id",
        "a request has no id"
    );
}

/// Parts that a name says by itself are printed alike by both stores, whichever of its parts
/// were given.
#[test]
fn printed_names_are_printed_again() {
    let open = || {
        let kinfold = kinfold::Kinfold::open_in_memory().unwrap();
        kinfold.contacts(kinfold::Scope::default())
    };
    #[rustfmt::skip]
    let names = [
        r#""name":"Ana María Ruiz""#,
        r#""name":"García Márquez, Gabriel""#,
        r#""name":"Ana""#,
        r#""name":"Ana María Ruiz","given":"Ana María","family":"Ruiz""#,
        r#""name":"Ana María Ruiz","given":"Ana","family":"María Ruiz""#,
        r#""name":"Ana María Ruiz","given":"Ana""#,
        r#""name":"Dr. Ruiz","given":"Ana","family":"Ruiz""#,
        r#""given":"Ana","family":"Ruiz""#,
        r#""given":"Ana","family":"María Ruiz""#,
        r#""given":"Ana María""#,
        r#""family":"Ruiz""#,
    ];
    let name = |contact: &kinfold::Contact| serde_json::to_string(&contact.fields.name).unwrap();
    for said in names {
        let (from, to) = (open(), open());
        let said = format!(r#"{{"email":"a@example.com",{said}}}"#);
        let contact = from.resolve(request(&said)).unwrap().contact;
        let file = serde_json::to_string(&contact).unwrap();
        let imported = || json_lines(&file).remove(0).request.unwrap();
        let copy = to.resolve(imported()).unwrap().contact;
        assert_eq!(name(&copy), name(&contact), "{said}");
        // At home it says nothing new.
        let again = from.resolve(imported()).unwrap();
        assert!(!again.changed && again.ignored.is_empty(), "{said}");
    }
}

/// A time zone that is none is kept beside its field, and the record with it.
#[test]
fn a_line_is_not_lost_for_its_time_zone() {
    #[rustfmt::skip]
    let cases = [
        (r#"{"email":"a@example.com","timezone":"europe/oslo"}"#,
            r#"{"email":"a@example.com","timezone":"europe/oslo"}"#, "one that is known"),
        (r#"{"email":"a@example.com","timezone":" CET+1 "}"#,
            r#"{"email":"a@example.com","metadata":{"timezone":"CET+1"}}"#, "one that is not"),
        (r#"{"timezone":"CET+1","metadata":{"timezone":1,"a":2},"email":"a@example.com"}"#,
            r#"{"email":"a@example.com","metadata":{"timezone":1,"a":2,"timezone 2":"CET+1"}}"#, "beside metadata of that name"),
        (r#"{"email":"a@example.com","created_at":"2026-01-02T03:04:05Z","timezone":"CET+1"}"#,
            r#"{"email":"a@example.com","metadata":{"timezone":"CET+1"}}"#, "a printed contact, of a version that did not look"),
        (r#"{"email":"a@example.com","timezone":" "}"#, r#"{"email":"a@example.com"}"#, "nothing at all"),
    ];
    for (line, expected, why) in cases {
        let read = json_lines(line).remove(0).request.unwrap();
        assert_eq!(
            super::parts(&read),
            super::parts(&request(expected)),
            "{why}"
        );
    }
    let bell = json_lines(r#"{"email":"a@example.com","timezone":"CET\u0007"}"#).remove(0);
    let contacts = kinfold::Kinfold::open_in_memory().unwrap();
    let contacts = contacts.contacts(kinfold::Scope::default());
    let error = contacts.resolve(bell.request.unwrap()).unwrap_err();
    assert_eq!(
        error.field(),
        Some("timezone"),
        "what no field takes is refused"
    );
}
