//! What the program prints and how it exits, as scripts rely on it.

mod support;

use serde_json::{Value, json};
use support::Desk;

/// Keys that hold nothing are printed all the same.
#[test]
fn a_contact_is_printed_whole() {
    let desk = Desk::new();
    let printed = desk.run(&[
        "--json",
        "--region",
        "US",
        "resolve",
        "--phone",
        "(415) 555-0101",
        "--email",
        "Ana@Example.com",
        "--external-id",
        "ghl:a:b",
        "--external-id",
        "42",
        "--name",
        "Ana María Ruiz",
        "--metadata",
        r#"{"n":12345678901234567890.10,"o":{"a":[1, 2]}}"#,
    ]);
    assert_eq!(printed.status, 0, "{}", printed.err);
    let outcome = printed.json();
    assert!(
        printed.out.contains("12345678901234567890.10"),
        "every digit stays"
    );
    let contact = &outcome["contact"];
    assert_eq!(contact["org"], "default");
    assert_eq!(contact["location"], Value::Null);
    assert_eq!(
        contact["name"],
        json!({"full":"Ana María Ruiz","given":"Ana María","family":"Ruiz"})
    );
    let phone = &contact["phones"][0];
    assert_eq!(
        (
            &phone["key"],
            &phone["raw"],
            &phone["holds"],
            &phone["blocked"],
            &phone["verified"]
        ),
        (
            &json!("+14155550101"),
            &json!("(415) 555-0101"),
            &json!(true),
            &json!(false),
            &json!(true)
        )
    );
    assert_eq!(
        contact["emails"],
        json!([{"key":"ana@example.com","raw":"Ana@Example.com","holds":true,"blocked":false}])
    );
    // Split at the first colon only.
    assert_eq!(
        contact["external_ids"],
        json!([{"source":"ghl","value":"a:b"},{"source":"default","value":"42"}])
    );
    assert_eq!(
        contact["address"],
        json!({"line1":null,"city":null,"state":null,"postal_code":null,"country":null,
            "country_code":null})
    );
    for empty in [
        "company",
        "website",
        "gender",
        "date_of_birth",
        "timezone",
        "description",
        "source",
        "assigned_to",
        "business_id",
        "type",
        "visitor_id",
        "email_bounced",
        "email_unsubscribed",
        "last_session_activity_at",
        "attribution",
        "last_attribution",
    ] {
        assert_eq!(contact.get(empty), Some(&Value::Null), "{empty}");
    }
    for empty in ["tags", "followers", "offers", "products"] {
        assert_eq!(contact[empty], json!([]), "{empty}");
    }
    assert_eq!(contact["custom_fields"], json!({}));
    assert_eq!(
        contact["do_not_disturb"],
        json!({"all":false,"channels":{}})
    );
    assert_eq!(contact["deleted"], false);
    for at in ["created_at", "updated_at"] {
        let moment = contact[at].as_str().unwrap();
        assert!(moment.len() == 24 && moment.ends_with('Z'), "{moment}");
    }
    assert_eq!(outcome["created"], true);
    assert_eq!(outcome["changed"], true);
    assert_eq!(outcome["matched_on"], json!([]));
    assert_eq!(
        outcome["attached"],
        json!([
            {"kind":"phone","key":"+14155550101"},
            {"kind":"email","key":"ana@example.com"},
            {"kind":"external_id","key":"ghl:a:b"},
            {"kind":"external_id","key":"default:42"},
        ])
    );
    for empty in [
        "listed",
        "conflicts",
        "merged",
        "merges",
        "rejected",
        "ignored",
    ] {
        assert_eq!(outcome[empty], json!([]), "{empty}");
    }
}

/// Refusals say code, field and value, and exit with 1.
#[test]
fn refusals() {
    let desk = Desk::new();
    let table: &[(&[&str], &str, &str, &str)] = &[
        // nobody can be found by a name
        (&["resolve", "--name", "Ana"], "NO_IDENTIFIER", "", ""),
        // too short for any region
        (
            &["--region", "US", "resolve", "--phone", "12"],
            "INVALID_IDENTIFIER",
            "phone",
            "12",
        ),
        // no region to read it in
        (
            &["resolve", "--phone", "415 555 0101"],
            "INVALID_IDENTIFIER",
            "phone",
            "415 555 0101",
        ),
        (
            &["resolve", "--email", "nobody"],
            "INVALID_IDENTIFIER",
            "email",
            "nobody",
        ),
        (
            &["find", "--email", "nobody"],
            "INVALID_IDENTIFIER",
            "email",
            "nobody",
        ),
        // metadata is an object
        (
            &["resolve", "--email", "a@b.c", "--metadata", "[1]"],
            "INVALID_REQUEST",
            "metadata",
            "[1]",
        ),
        // an organisation has a name
        (&["--org", "", "count"], "INVALID_REQUEST", "org", ""),
        (
            &["--location", "", "count"],
            "INVALID_REQUEST",
            "location",
            "",
        ),
        (
            &["get", "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f"],
            "NOT_FOUND",
            "",
            "",
        ),
        (
            &["list", "--after", "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f"],
            "NOT_FOUND",
            "",
            "",
        ),
        (
            &["import", "no-such-file.csv"],
            "INVALID_REQUEST",
            "file",
            "no-such-file.csv",
        ),
        (
            &["export", "x.vcf", "--format", "vcard"],
            "INVALID_REQUEST",
            "format",
            "vcard",
        ),
    ];
    for (arguments, code, field, value) in table {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let printed = desk.run(&arguments);
        let error = &printed.json()["error"];
        assert_eq!(printed.status, 1, "{arguments:?}");
        assert_eq!(error["code"], *code, "{arguments:?}");
        assert_eq!(
            error["field"].as_str().unwrap_or_default(),
            *field,
            "{arguments:?}"
        );
        assert_eq!(
            error["value"].as_str().unwrap_or_default(),
            *value,
            "{arguments:?}"
        );
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    assert_eq!(
        desk.run(&["--json", "resolve"]).json()["error"]["message"],
        "At least one identifier (phone_number, email, or external_id) is required"
    );
    assert_eq!(
        desk.run(&["count", "--json"]).json(),
        json!({"count":0}),
        "nothing was written"
    );
}

/// Without `--json` a fault goes to stderr, so that stdout holds results only.
#[test]
fn faults_go_to_stderr_unless_json_is_asked_for() {
    let desk = Desk::new();
    let printed = desk.run(&["resolve", "--email", "nobody"]);
    assert_eq!((printed.status, printed.out.as_str()), (1, ""));
    assert!(
        printed.err.contains("email") && printed.err.contains("nobody"),
        "{}",
        printed.err
    );
}

#[test]
fn usage_exits_with_2() {
    let desk = Desk::new();
    for arguments in [
        &["resolv"][..],
        &["resolve", "--on-conflict", "fight"],
        &["--region", "ZZ", "count"],
        &["get", "not-an-id"],
        &["find"],
        &["find", "--email", "a@b.c", "--phone", "+14155550101"],
        &["resolve", "--batch", "-", "--email", "a@b.c"],
        &[],
    ] {
        assert_eq!(desk.run(arguments).status, 2, "{arguments:?}");
    }
    let printed = desk.run(&["--json", "get", "not-an-id"]);
    assert_eq!(
        (printed.status, printed.code().as_str()),
        (2, "INVALID_REQUEST")
    );
}

/// A store that can't be used exits with 3, whatever was asked.
#[test]
fn a_store_that_cannot_be_used_exits_with_3() {
    let desk = Desk::new();
    let file = desk.file("file", "not a folder");
    let run = |store: &str| {
        let mut command = desk.command();
        command.args(["--store", store, "--json", "count"]);
        let output = command.output().unwrap();
        let out: Value = serde_json::from_slice(&output.stdout).unwrap();
        (
            output.status.code(),
            out["error"]["code"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(
        run(&file),
        (Some(3), "STORAGE".to_owned()),
        "a file is no folder"
    );
    std::fs::create_dir(desk.path().join("other")).unwrap();
    desk.file(
        "other/contacts.db",
        "this is a text and no database, however long it may become",
    );
    let other = desk.path().join("other");
    assert_eq!(
        run(other.to_str().unwrap()),
        (Some(3), "STORE_CORRUPT".to_owned())
    );
    let future = desk.path().join("store");
    desk.run(&["count"]);
    let raw = std::fs::read(future.join("contacts.db")).unwrap();
    let mut newer = raw.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(future.join("contacts.db"), &newer).unwrap();
    assert_eq!(
        run(future.to_str().unwrap()),
        (Some(3), "STORE_TOO_NEW".to_owned())
    );
    assert_eq!(
        std::fs::read(future.join("contacts.db")).unwrap(),
        newer,
        "left as it is"
    );
}

#[test]
fn a_conflict_names_each_key_and_its_holder() {
    let desk = Desk::new();
    let a = desk
        .run(&["--json", "resolve", "--phone", "+14155550101"])
        .json();
    let b = desk
        .run(&["--json", "resolve", "--email", "b@example.com"])
        .json();
    let both = [
        "--json",
        "resolve",
        "--phone",
        "+14155550101",
        "--email",
        "b@example.com",
    ];
    let refused = desk.run(&[&both[..], &["--on-conflict", "reject"]].concat());
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (1, "IDENTITY_CONFLICT")
    );
    assert_eq!(
        refused.json()["error"]["holders"],
        json!([
            {"kind":"phone","key":"+14155550101","holder":a["contact"]["id"]},
            {"kind":"email","key":"b@example.com","holder":b["contact"]["id"]},
        ])
    );
    let preferred = desk.run(&both).json();
    assert_eq!(preferred["contact"]["id"], b["contact"]["id"]);
    assert_eq!(
        preferred["listed"],
        json!([{"kind":"phone","key":"+14155550101"}])
    );
    assert_eq!(
        preferred["conflicts"],
        json!([{"kind":"phone","key":"+14155550101","holder":a["contact"]["id"]}])
    );
    let merged = desk
        .run(&[&both[..], &["--on-conflict", "merge"]].concat())
        .json();
    assert_eq!(merged["merged"], json!([a["contact"]["id"]]));
    assert_eq!(merged["merges"].as_array().unwrap().len(), 1);
    // The absorbed id goes on answering.
    let id = a["contact"]["id"].as_str().unwrap();
    assert_eq!(
        desk.run(&["--json", "get", id]).json()["id"],
        b["contact"]["id"]
    );
    assert_eq!(desk.run(&["--json", "count"]).json(), json!({"count":1}));
}

/// A dry run prints the same outcome with nulls for ids that don't exist, and writes
/// nothing.
#[test]
fn a_dry_run_writes_nothing() {
    let desk = Desk::new();
    let printed = desk
        .run(&["--json", "resolve", "--email", "a@example.com", "--dry-run"])
        .json();
    assert_eq!(printed["contact"]["id"], Value::Null);
    assert_eq!(
        (&printed["created"], &printed["changed"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(desk.run(&["--json", "count"]).json(), json!({"count":0}));
    assert_eq!(desk.run(&["changes"]).out, "");
}

#[test]
fn the_environment_names_the_store() {
    let desk = Desk::new();
    desk.run(&["resolve", "--email", "a@example.com"]);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_kinfold"))
        .env("KINFOLD_STORE", desk.path().join("store"))
        .arg("count")
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim(),
        "{\"count\":1}"
    );
}

#[test]
fn help_and_version_are_no_faults() {
    let desk = Desk::new();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["resolve", "--help"],
        &["help", "import"],
    ] {
        let printed = desk.run(arguments);
        assert_eq!(
            (printed.status, printed.err.as_str()),
            (0, ""),
            "{arguments:?}"
        );
        assert!(!printed.out.is_empty());
    }
    assert_eq!(
        desk.run(&["--version"]).out,
        format!("kinfold {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_request_with_a_key_is_answered_once() {
    let desk = Desk::new();
    let signup = |email: &str| {
        let key = ["--idempotency-key", "-17"];
        desk.run(&[&["--json", "resolve", "--email", email][..], &key].concat())
    };
    let first = signup("ana@example.com");
    assert_eq!(first.status, 0, "{}", first.err);
    assert_eq!(first.json()["created"], true);
    assert_eq!(signup("ana@example.com").out, first.out);
    let other = signup("bo@example.com");
    assert_eq!((other.status, other.code()), (1, "INVALID_REQUEST".into()));
    assert_eq!(other.json()["error"]["field"], "idempotency_key");
    assert_eq!(other.json()["error"]["value"], "-17");
    // A dry run shows what was answered; lines of a batch have keys of their own.
    let again = ["--idempotency-key", "-17", "--dry-run"];
    let again = desk.run(
        &[
            &["--json", "resolve", "--email", "ana@example.com"][..],
            &again,
        ]
        .concat(),
    );
    assert_eq!(again.out, first.out);
    let line = r#"{"email":"cem@example.com","idempotency_key":"18"}"#;
    let file = desk.file("batch.jsonl", format!("{line}\n{line}\n"));
    for group in ["1", "2"] {
        let lines = desk
            .run(&["resolve", "--batch", &file, "--group", group])
            .lines();
        assert_eq!(lines[0]["created"], true);
        assert_eq!(lines[0], lines[1]);
    }
    let both = desk.run(&["resolve", "--batch", &file, "--idempotency-key", "19"]);
    assert_eq!(both.status, 2);
    assert_eq!(desk.run(&["--json", "count"]).json()["count"], 2);
}
