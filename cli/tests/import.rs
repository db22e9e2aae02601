//! Files in and out, as scripts and people use them.

mod support;

use serde_json::{Value, json};
use support::Desk;

const PEOPLE: &str = "\
First Name,Last Name,E-mail 1 - Value,Phone 1 - Value,Labels,Shoe size
Ana,Ruiz,Ana@Example.com,(415) 555-0101,lead ::: vip,41
Ana,Ruiz,,+1 415 555 0101,,
Nobody,,,,,
Too,short
Bad,Phone,bad@example.com,12,,
";

/// The keys that scripts read, and what each counts.
#[test]
fn the_summary_counts() {
    let desk = Desk::new();
    let file = desk.file("people.csv", PEOPLE);
    let printed = desk.run(&["--json", "--region", "US", "import", &file]);
    assert_eq!(printed.status, 0, "{}", printed.err);
    let summary = printed.json();
    for (key, many) in [
        ("read", 5),
        ("created", 2),
        ("matched", 1),
        ("merged", 0),
        ("conflicts", 0),
        ("rejected", 2),
        ("left_out", 1),
    ] {
        assert_eq!(summary[key], many, "{key}");
    }
    assert!(summary["seconds"].is_number());
    assert_eq!(summary["columns_not_imported"], json!(["Shoe size"]));
    // Each problem with its line.
    for line in ["line 4:", "line 5:", "line 6:"] {
        assert!(printed.err.contains(line), "{line} in {}", printed.err);
    }
    // Again: everybody is known, nothing is written.
    let log = desk.run(&["changes"]).out;
    let again = desk
        .run(&["--json", "--region", "US", "import", &file])
        .json();
    assert_eq!(
        (&again["created"], &again["matched"]),
        (&json!(0), &json!(3))
    );
    assert_eq!(desk.run(&["changes"]).out, log);
}

/// `--strict` tells by the exit status that a record was rejected; the others are in.
#[test]
fn strict_and_rejects() {
    let desk = Desk::new();
    let file = desk.file("people.csv", PEOPLE);
    let rejects = desk.path().join("rejects.jsonl");
    let arguments = [
        "--region",
        "US",
        "import",
        &file,
        "--strict",
        "--rejects",
        rejects.to_str().unwrap(),
    ];
    assert_eq!(desk.run(&arguments).status, 1);
    assert_eq!(desk.run(&["count"]).json(), json!({"count":2}));
    let rejects: Vec<Value> = std::fs::read_to_string(rejects)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rejects[0]["error"]["code"], "NO_IDENTIFIER");
    assert_eq!(
        (&rejects[0]["line"], &rejects[0]["record"]),
        (&json!(4), &json!("Nobody,,,,,"))
    );
    assert_eq!(
        (&rejects[1]["line"], &rejects[1]["record"]),
        (&json!(5), &json!("Too,short"))
    );
    assert_eq!(rejects[2]["left_out"][0]["field"], "phone");
}

/// A conflict is imported and counted; under `reject` it is a rejected record.
#[test]
fn conflicts_by_policy() {
    let file = "phone,email\n+14155550101,\n,b@example.com\n+14155550101,b@example.com\n";
    for (policy, count) in [
        ("prefer_strongest", json!([2, 1, 0, 1, 0])),
        ("merge", json!([2, 1, 1, 0, 0])),
        ("reject", json!([2, 0, 0, 0, 1])),
    ] {
        let desk = Desk::new();
        let file = desk.file("people.csv", file);
        let summary = desk
            .run(&["--json", "import", &file, "--on-conflict", policy])
            .json();
        let counted: Vec<&Value> = ["created", "matched", "merged", "conflicts", "rejected"]
            .iter()
            .map(|key| &summary[key])
            .collect();
        assert_eq!(json!(counted), count, "{policy}");
        assert_eq!(desk.run(&["--json", "check"]).json()["ok"], true);
    }
}

/// A dry run counts records that meet each other in the file, as the import does.
#[test]
fn a_dry_run_counts_the_same_and_writes_nothing() {
    let desk = Desk::new();
    let file = desk.file("people.csv", PEOPLE);
    let mut dry = desk
        .run(&["--json", "--region", "US", "import", &file, "--dry-run"])
        .json();
    assert_eq!(desk.run(&["count"]).json(), json!({"count":0}));
    assert_eq!(desk.run(&["changes"]).out, "");
    let mut real = desk
        .run(&["--json", "--region", "US", "import", &file])
        .json();
    dry["seconds"].take();
    real["seconds"].take();
    assert_eq!(dry, real);
}

/// What one store exports another imports, to the last field.
#[test]
fn export_and_import_round_trip() {
    let desk = Desk::new();
    let request = json!({
        "phones": ["020 7946 0018", "+14155550101;ext=5"], "region": "GB",
        "emails": ["Ana@Bücher.example"], "external_ids": [{"source":"ghl","value":"a:b"}],
        "given": "Ana", "family": "Ruiz", "company": "Acme", "website": "https://example.com",
        "gender": "female", "date_of_birth": "--02-29", "timezone": "Europe/Madrid",
        "description": "two\nlines", "source": "api", "assigned_to": "u1", "tags": ["Lead","vip"],
        "address": {"line1":"1 Main St\nFlat 2","city":"Leeds","state":null,"postal_code":"LS1","country":"GB"},
        "custom_fields": {"plan":{"type":"text","value":"gold"}},
        "metadata": {"z":1.50,"a":{"b":[null,"\u{2028}"]}},
        "do_not_disturb": {"all":true,"channels":{"SMS":{"status":"permanent","code":"STOP"}}},
    });
    let printed = desk.run_with(&["resolve", "--batch", "-"], request.to_string().as_bytes());
    assert_eq!(printed.lines()[0]["created"], true, "{}", printed.out);
    let file = desk.path().join("all.jsonl");
    let file = file.to_str().unwrap();
    assert_eq!(desk.run(&["export", file]).status, 0);
    let summary = desk
        .run(&["--json", "--org", "copy", "import", file])
        .json();
    assert_eq!(
        (&summary["created"], &summary["rejected"]),
        (&json!(1), &json!(0))
    );
    let plain = |org: &str| {
        let mut contact = desk.run(&["--org", org, "export", "-"]).lines().remove(0);
        for own in ["id", "org", "created_at", "updated_at"] {
            contact[own].take();
        }
        contact
    };
    assert_eq!(plain("copy"), plain("default"));
}

/// People who share a line are still two people after a round trip, whoever comes first
/// in the file: a contact is not found by what it was printed to list and not to hold.
#[test]
fn shared_lines_stay_shared_in_a_round_trip() {
    let desk = Desk::new();
    let requests = concat!(
        "{\"email\":\"b@example.com\",\"name\":\"Bo\"}\n",
        "{\"phone\":\"+14155550101\",\"name\":\"Ana\"}\n",
        "{\"phone\":\"+14155550101\",\"email\":\"b@example.com\"}\n",
    );
    desk.run_with(&["resolve", "--batch", "-"], requests.as_bytes());
    let file = desk.path().join("all.jsonl");
    let file = file.to_str().unwrap();
    desk.run(&["export", file]);
    let summary = desk
        .run(&["--json", "--org", "copy", "import", file])
        .json();
    assert_eq!(
        (&summary["read"], &summary["created"]),
        (&json!(2), &json!(2))
    );
    let plain = |org: &str| -> Vec<Value> {
        let mut contacts = desk.run(&["--org", org, "export", "-"]).lines();
        for contact in &mut contacts {
            for own in ["id", "org", "created_at", "updated_at", "version"] {
                contact[own].take();
            }
        }
        contacts
    };
    assert_eq!(plain("copy"), plain("default"));
    let again = desk
        .run(&["--json", "--org", "copy", "import", file])
        .json();
    assert_eq!(
        (&again["created"], &again["unchanged"]),
        (&json!(0), &json!(2))
    );
}

/// A record that is refused leaves nothing behind, also not what it only lists.
#[test]
fn a_refused_record_is_not_half_there() {
    let desk = Desk::new();
    let phone = |holds: bool| json!([{"key":"+14155550101","raw":"+14155550101","holds":holds}]);
    let lines = [
        json!({"created_at":"x","emails":["b@example.com"],"phones":phone(false),"date_of_birth":"never"}),
        json!({"created_at":"x","phones":phone(false),"emails":[]}),
    ]
    .map(|line| line.to_string())
    .join("\n");
    let file = desk.file("all.jsonl", lines);
    let summary = desk.run(&["--json", "import", &file]).json();
    // The second holds nothing where it comes from; here nobody else wants the line.
    assert_eq!(
        (&summary["read"], &summary["created"], &summary["rejected"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(desk.run(&["count"]).json(), json!({"count":1}));
}

/// Whoever asks by an identifier wants to be found by it, however it is written.
#[test]
fn a_request_is_found_by_all_that_it_names() {
    let desk = Desk::new();
    desk.run(&["resolve", "--phone", "+14155550101"]);
    let line = json!({"phones":[{"key":"+14155550101","holds":false}]}).to_string();
    let answers = desk
        .run_with(&["resolve", "--batch", "-"], line.as_bytes())
        .lines();
    assert_eq!(answers[0]["created"], false);
}

#[test]
fn the_rejects_are_not_the_import() {
    let desk = Desk::new();
    let file = desk.file("people.csv", PEOPLE);
    let printed = desk.run(&["--json", "import", &file, "--rejects", &file]);
    assert_eq!(
        (printed.status, printed.code().as_str()),
        (1, "INVALID_REQUEST")
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), PEOPLE);
}

/// A file that is not what its name says is refused whole, with words on what to do.
#[test]
fn a_file_that_is_something_else() {
    let desk = Desk::new();
    for (name, bytes) in [
        ("zip.csv", &b"PK\x03\x04 a spreadsheet"[..]),
        ("card.csv", b"BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nEND:VCARD\n"),
        ("wide.csv", b"\xff\xfen\0a\0m\0e\0"),
        ("json.csv", b"{\"email\":\"a@example.com\"}\n"),
        ("table.jsonl", b"name,email\nAna,a@example.com\n"),
        ("empty.csv", b""),
        ("strange.csv", b"colour,size\nred,4\n"),
        ("unknown.bin", b"name,email\n"),
    ] {
        let file = desk.file(name, bytes);
        let printed = desk.run(&["--json", "import", &file]);
        assert_eq!(
            (printed.status, printed.code().as_str()),
            (1, "INVALID_REQUEST"),
            "{name}"
        );
    }
    // No record: nothing to do, and no fault.
    let file = desk.file("empty.jsonl", "");
    assert_eq!(desk.run(&["--json", "import", &file]).json()["read"], 0);
    assert_eq!(desk.run(&["count"]).json(), json!({"count":0}));
}

#[test]
fn a_map_names_columns_and_a_source_names_ids() {
    let desk = Desk::new();
    let file = desk.file(
        "people.csv",
        "Nr;Wer;Farbe;Mail\n7;Ana Ruiz;rot;ana@example.com\n",
    );
    let printed = desk.run(&[
        "--json",
        "import",
        &file,
        "--source",
        "crm",
        "--map",
        "Nr=external_id",
        "--map",
        "Wer=name",
        "--map",
        "Farbe=metadata.colour",
    ]);
    assert_eq!(printed.json()["created"], 1, "{}", printed.out);
    let contact = desk.run(&["find", "--external-id", "crm:7"]).json()["contact"].clone();
    assert_eq!(contact["name"]["full"], "Ana Ruiz");
    assert_eq!(contact["metadata"], json!({"colour":"rot"}));
    assert_eq!(contact["emails"][0]["key"], "ana@example.com");
    assert_eq!(contact["source"], "crm");
    for wrong in ["Nr", "Nr=shoe_size", "Missing=name"] {
        let printed = desk.run(&["--json", "import", &file, "--map", wrong]);
        assert!(matches!(printed.status, 1 | 2), "{wrong}");
    }
}

/// From a pipe, with the format said.
#[test]
fn standard_input() {
    let desk = Desk::new();
    let line = b"{\"email\":\"a@example.com\"}\n";
    let printed = desk.run_with(&["--json", "import", "-", "--format", "jsonl"], line);
    assert_eq!(printed.json()["created"], 1);
    let printed = desk.run_with(&["--json", "import", "-"], line);
    assert_eq!(printed.status, 1, "a pipe does not say its format");
}

/// A person reads words.
#[test]
fn words_for_a_person() {
    let desk = Desk::new();
    let file = desk.file("people.csv", PEOPLE);
    let printed = desk.run(&["--region", "US", "import", &file]);
    for word in ["created", "matched", "conflict", "refused"] {
        assert!(printed.out.contains(word), "{word} in {}", printed.out);
    }
}
