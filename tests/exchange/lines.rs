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
            "do_not_disturb":{"all":false,"channels":{"SMS":{"status":"active","message":"no"}}}}"#,
    ))
    .unwrap();
    from.resolve(request(r#"{"email":"b@example.com"}"#))
        .unwrap();
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
