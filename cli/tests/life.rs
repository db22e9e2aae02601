//! The commands for the life of a contact, with the program as scripts call it: what they
//! print, what they refuse, and how they exit.

mod support;

use serde_json::{Value, json};
use support::{Desk, Printed};

/// Makes a contact; its id.
fn person(desk: &Desk, options: &[&str]) -> String {
    let arguments = [&["create", "--allow-duplicates"], options].concat();
    id(&done(desk, &arguments)["contact"])
}

fn id(contact: &Value) -> String {
    contact["id"].as_str().unwrap().to_owned()
}

/// What a command prints that does what it is asked.
fn done(desk: &Desk, arguments: &[&str]) -> Value {
    let printed = desk.run(arguments);
    assert_eq!(
        (printed.status, printed.err.as_str()),
        (0, ""),
        "{arguments:?}: {}",
        printed.out
    );
    printed.json()
}

/// What it refuses: the error, in JSON.
fn refused(desk: &Desk, arguments: &[&str]) -> Value {
    let printed = desk.run(&[arguments, &["--json"]].concat());
    assert_eq!(printed.status, 1, "{arguments:?}: {}", printed.out);
    assert_eq!(printed.err, "", "{arguments:?}");
    printed.json()["error"].clone()
}

fn keys(contact: &Value, kind: &str) -> Vec<String> {
    let listed = contact[kind].as_array().unwrap();
    let key = |listing: &Value| listing["key"].as_str().unwrap().to_owned();
    listed.iter().map(key).collect()
}

const NOBODY: &str = "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f";

/// `create`: a held key is ALREADY_EXISTS with its holders.
#[test]
fn create() {
    let desk = Desk::new();
    let ana = [
        "create",
        "--phone",
        "+14155550101",
        "--name",
        "Ana",
        "--tag",
        "lead",
    ];
    let dry = done(&desk, &[&ana[..], &["--dry-run"]].concat());
    assert_eq!(
        (&dry["created"], &dry["contact"]["id"]),
        (&json!(true), &Value::Null)
    );
    let made = done(&desk, &ana);
    assert_eq!(
        (&made["created"], &made["changed"]),
        (&json!(true), &json!(true))
    );
    let holder = id(&made["contact"]);
    let error = refused(&desk, &ana);
    assert_eq!(error["code"], "ALREADY_EXISTS");
    assert_eq!(
        error["holders"],
        json!([{"kind":"phone","key":"+14155550101","holder":holder}])
    );
    assert_eq!(desk.run(&ana).status, 1, "in words, too");

    let twice = done(&desk, &[&ana[..], &["--allow-duplicates"]].concat());
    assert_eq!(
        (
            &twice["created"],
            &twice["listed"].as_array().unwrap().len()
        ),
        (&json!(true), &1)
    );
    assert_eq!(
        desk.run(&["review"]).lines().len(),
        1,
        "the pair is for somebody to decide"
    );

    let keyed = [
        "create",
        "--email",
        "a@example.com",
        "--idempotency-key",
        "form-1",
    ];
    assert_eq!(done(&desk, &keyed), done(&desk, &keyed));
    assert_eq!(
        refused(&desk, &["create", "--name", "Ana"])["code"],
        "NO_IDENTIFIER"
    );
    let unreadable = refused(&desk, &["create", "--phone", "12"]);
    assert_eq!(
        (&unreadable["code"], &unreadable["field"]),
        (&json!("INVALID_IDENTIFIER"), &json!("phone"))
    );
}

/// `create --batch`: line by line, also in groups that share a commit.
#[test]
fn create_in_batches() {
    for group in [&[][..], &["--group", "10"]] {
        let desk = Desk::new();
        let file = desk.file(
            "batch.jsonl",
            r#"{"email":"a@example.com"}
{"email":"A@example.com"}
{"email":"a@example.com","allow_duplicates":true}
nothing
{"email":"b@example.com"}"#,
        );
        let printed = desk.run(&[&["create", "--batch", &file], group].concat());
        assert_eq!(printed.status, 0, "{}", printed.err);
        let told: Vec<String> = printed
            .lines()
            .iter()
            .map(|line| match line["error"]["code"].as_str() {
                Some(code) => code.to_owned(),
                None => line["created"].to_string(),
            })
            .collect();
        assert_eq!(
            told,
            ["true", "ALREADY_EXISTS", "true", "INVALID_REQUEST", "true"]
        );
        let printed =
            desk.run(&[&["create", "--allow-duplicates", "--batch", &file], group].concat());
        assert_eq!(
            printed.lines()[1]["created"],
            true,
            "for the lines that don't say it"
        );
    }
}

/// `update`: named fields replace, null clears, unnamed stay.
#[test]
fn update() {
    let desk = Desk::new();
    let ana = person(
        &desk,
        &[
            "--email",
            "a@example.com",
            "--name",
            "Ana",
            "--company",
            "Acme",
        ],
    );
    let patch = r#"{"company":null,"gender":"f","add_emails":["b@example.com"],
        "metadata":{"n":12345678901234567890.10}}"#;
    let dry = done(&desk, &["update", &ana, "--json-patch", patch, "--dry-run"]);
    let printed = desk.run(&["update", &ana, "--json-patch", patch]);
    let outcome = printed.json();
    assert!(
        printed.out.contains("12345678901234567890.10"),
        "every digit stays"
    );
    let contact = &outcome["contact"];
    assert_eq!(
        (&contact["company"], &contact["gender"]),
        (&Value::Null, &json!("f"))
    );
    assert_eq!(contact["name"]["full"], "Ana");
    assert_eq!(keys(contact, "emails"), ["a@example.com", "b@example.com"]);
    assert_eq!(
        (&outcome["changed"], &outcome["created"]),
        (&json!(true), &json!(false))
    );
    for member in [
        "matched_on",
        "attached",
        "listed",
        "conflicts",
        "merged",
        "rejected",
        "ignored",
    ] {
        assert_eq!(outcome[member], dry[member], "{member}");
    }
    assert_eq!(contact["version"], dry["contact"]["version"]);
    let again = done(&desk, &["update", &ana, "--json-patch", patch]);
    assert_eq!(
        (&again["changed"], &again["contact"]),
        (&json!(false), contact)
    );

    // From stdin, which nobody reads in the list of processes.
    let printed = desk.run_with(
        &["update", &ana, "--json-patch", "-"],
        br#"{"company":"Initech"}"#,
    );
    assert_eq!(printed.json()["contact"]["company"], "Initech");

    // A version that somebody else has changed.
    let stale = [
        "update",
        &ana,
        "--json-patch",
        r#"{"company":"Acme"}"#,
        "--expected-version",
        "1",
    ];
    let error = refused(&desk, &stale);
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("INVALID_REQUEST"), &json!("expected_version"))
    );

    // Phones are read in the region, identifiers of somebody else are said.
    let ben = person(&desk, &["--phone", "+14155550102"]);
    let phone = r#"{"add_phones":["(415) 555-0102"]}"#;
    let outcome = done(
        &desk,
        &["--region", "US", "update", &ana, "--json-patch", phone],
    );
    assert_eq!(
        outcome["conflicts"],
        json!([{"kind":"phone","key":"+14155550102","holder":ben}])
    );
    assert_eq!(
        outcome["listed"],
        json!([{"kind":"phone","key":"+14155550102"}])
    );
    let error = refused(&desk, &["update", &ana, "--json-patch", phone]);
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("INVALID_IDENTIFIER"), &json!("add_phones"))
    );

    for (patch, code, field) in [
        (r#"{"compny":"x"}"#, "INVALID_REQUEST", "compny"),
        ("[1]", "INVALID_REQUEST", "request"),
        (
            r#"{"date_of_birth":"1990-02-30"}"#,
            "INVALID_FIELD",
            "date_of_birth",
        ),
    ] {
        let error = refused(&desk, &["update", &ana, "--json-patch", patch]);
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!(code), &json!(field)),
            "{patch}"
        );
    }
    let nobody = refused(&desk, &["update", NOBODY, "--json-patch", "{}"]);
    assert_eq!(nobody["code"], "NOT_FOUND");
}

/// `tag`: case makes no difference; the outcome is printed.
#[test]
fn tag() {
    let desk = Desk::new();
    let ana = person(&desk, &["--email", "a@example.com", "--tag", "Lead"]);
    let outcome = done(&desk, &["tag", &ana, "add", "vip", "LEAD"]);
    assert_eq!(
        (&outcome["contact"]["tags"], &outcome["changed"]),
        (&json!(["Lead", "vip"]), &json!(true))
    );
    let outcome = done(&desk, &["tag", &ana, "add", "vip"]);
    assert_eq!(outcome["changed"], false);
    let outcome = done(&desk, &["tag", &ana, "remove", "lead", "none"]);
    assert_eq!(outcome["contact"]["tags"], json!(["vip"]));
    // A tag that looks like an option.
    let outcome = done(&desk, &["tag", &ana, "add", "--", "--json"]);
    assert_eq!(outcome["contact"]["tags"], json!(["vip", "--json"]));
    assert_eq!(
        refused(&desk, &["tag", NOBODY, "add", "x"])["code"],
        "NOT_FOUND"
    );
}

/// `merge`, `merges` and `unmerge`, as COMMAND_LINE.md prints them.
#[test]
fn merge_and_unmerge() {
    let desk = Desk::new();
    let ana = person(&desk, &["--email", "a@example.com", "--company", "Acme"]);
    let same = person(
        &desk,
        &[
            "--phone",
            "+14155550101",
            "--company",
            "Acme Ltd",
            "--tag",
            "vip",
        ],
    );
    let dry = done(&desk, &["merge", &ana, &same, "--dry-run"]);
    assert_eq!(dry["merge"], Value::Null);
    assert_eq!(dry["lost"], json!([{"field":"company","value":"Acme Ltd"}]));
    assert_eq!(keys(&dry["contact"], "phones"), ["+14155550101"]);
    assert_eq!(done(&desk, &["count"])["count"], 2);

    let merged = done(&desk, &["merge", &ana, &same]);
    let merge = merged["merge"].as_str().unwrap();
    assert_eq!(
        (&merged["contact"]["id"], &merged["lost"]),
        (&json!(ana), &dry["lost"])
    );
    assert_eq!(done(&desk, &["get", &same])["id"], json!(ana));
    let entries = desk.run(&["merges"]).lines();
    assert_eq!(entries.len(), 1);
    let members: Vec<&String> = entries[0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["absorbed", "at", "merge", "survivor", "undone"]);
    assert_eq!(
        (
            &entries[0]["merge"],
            &entries[0]["survivor"],
            &entries[0]["absorbed"],
            &entries[0]["undone"]
        ),
        (&json!(merge), &json!(ana), &json!(same), &json!(false))
    );
    assert_eq!(desk.run(&["merges", &same]).lines(), entries);

    let undone = done(&desk, &["unmerge", merge]);
    let members: Vec<&String> = undone.as_object().unwrap().keys().collect();
    assert_eq!(members, ["conflicts", "restored", "survivor"]);
    assert_eq!(
        (&undone["survivor"]["id"], &undone["restored"]["id"]),
        (&json!(ana), &json!(same))
    );
    assert_eq!(undone["conflicts"], json!([]));
    assert_eq!(undone["restored"]["company"], "Acme Ltd");
    assert_eq!(desk.run(&["merges"]).lines()[0]["undone"], true);
    assert_eq!(
        refused(&desk, &["unmerge", merge])["code"],
        "INVALID_REQUEST"
    );
    assert_eq!(refused(&desk, &["unmerge", NOBODY])["code"], "NOT_FOUND");
    assert_eq!(
        refused(&desk, &["merge", &ana, &ana])["code"],
        "INVALID_REQUEST"
    );
    assert_eq!(
        refused(&desk, &["merge", &ana, NOBODY])["code"],
        "NOT_FOUND"
    );
    assert_eq!(refused(&desk, &["merges", NOBODY])["code"], "NOT_FOUND");
}

/// `merge --survivorship`: for all fields, or for one.
#[test]
fn survivorship() {
    let fields = |desk: &Desk, options: &[&str]| {
        let one = r#"{"email":"a@example.com","name":"Ana María","company":"Acme","source":"web","metadata":{"a=b":1}}"#;
        let other = r#"{"email":"b@example.com","name":"Ana","company":"Acme Ltd","source":"crm","metadata":{"a=b":22}}"#;
        let file = desk.file("two.jsonl", format!("{one}\n{other}"));
        let made = desk.run(&["create", "--batch", &file]).lines();
        let (one, other) = (id(&made[0]["contact"]), id(&made[1]["contact"]));
        let arguments = [&["merge", &one, &other, "--dry-run"], options].concat();
        let merged = done(desk, &arguments);
        let contact = &merged["contact"];
        json!([
            contact["name"]["full"],
            contact["company"],
            contact["source"],
            contact["metadata"]["a=b"]
        ])
    };
    for (options, expected) in [
        (&[][..], json!(["Ana María", "Acme", "web", 1])),
        (
            &["--survivorship", "longest"],
            json!(["Ana María", "Acme Ltd", "web", 22]),
        ),
        (
            &["--survivorship", "most-recent"],
            json!(["Ana", "Acme Ltd", "crm", 22]),
        ),
        (
            &["--survivorship", "source:crm"],
            json!(["Ana", "Acme Ltd", "crm", 22]),
        ),
        (
            &["--survivorship", "company=longest"],
            json!(["Ana María", "Acme Ltd", "web", 1]),
        ),
        (
            &[
                "--survivorship",
                "most-recent",
                "--survivorship",
                "name=survivor",
                "--survivorship",
                "metadata.a=b=survivor",
            ],
            json!(["Ana María", "Acme Ltd", "crm", 1]),
        ),
    ] {
        assert_eq!(fields(&Desk::new(), options), expected, "{options:?}");
    }
    let desk = Desk::new();
    let (a, b) = (
        person(&desk, &["--email", "a@x.org"]),
        person(&desk, &["--email", "b@x.org"]),
    );
    let error = refused(&desk, &["merge", &a, &b, "--survivorship", "tags=longest"]);
    assert_eq!(
        (&error["code"], &error["field"], &error["value"]),
        (
            &json!("INVALID_REQUEST"),
            &json!("survivorship"),
            &json!("tags")
        )
    );
    let usage = desk.run(&["merge", &a, &b, "--survivorship", "shortest"]);
    assert_eq!(usage.status, 2);
}

/// `delete`, `restore` and `erase` refuse the id of a merged contact, and name the survivor.
#[test]
fn delete_restore_erase() {
    let desk = Desk::new();
    let ana = person(
        &desk,
        &["--email", "a@example.com", "--name", "Ana Unverwechselbar"],
    );
    let same = person(&desk, &["--phone", "+14155550101"]);
    let merge = done(&desk, &["merge", &ana, &same])["merge"]
        .as_str()
        .unwrap()
        .to_owned();
    for command in ["delete", "restore", "erase"] {
        let error = refused(&desk, &[command, &same]);
        assert_eq!(
            (&error["code"], &error["survivor"]),
            (&json!("INVALID_REQUEST"), &json!(ana)),
            "{command}"
        );
        assert_eq!(refused(&desk, &[command, NOBODY])["code"], "NOT_FOUND");
    }
    assert_eq!(
        refused(&desk, &["restore", &ana])["code"],
        "INVALID_REQUEST"
    );

    let deleted = done(&desk, &["delete", &ana]);
    assert_eq!(deleted["contact"]["deleted"], true);
    assert_eq!(done(&desk, &["get", &ana])["deleted"], true);
    assert_eq!(
        done(&desk, &["find", "--email", "a@example.com"])["contact"],
        Value::Null
    );
    assert_eq!(refused(&desk, &["delete", &ana])["code"], "NOT_FOUND");
    let other = person(&desk, &["--email", "a@example.com"]);
    let restored = done(&desk, &["restore", &ana]);
    let members: Vec<&String> = restored.as_object().unwrap().keys().collect();
    assert_eq!(members, ["conflicts", "contact"]);
    assert_eq!(
        restored["conflicts"],
        json!([{"kind":"email","key":"a@example.com","holder":other}])
    );
    assert_eq!(restored["contact"]["deleted"], false);

    assert_eq!(done(&desk, &["erase", &ana]), json!({"pending":false}));
    assert_eq!(refused(&desk, &["get", &ana])["code"], "NOT_FOUND");
    assert_eq!(
        refused(&desk, &["get", &same])["code"],
        "NOT_FOUND",
        "it led to her"
    );
    assert_eq!(refused(&desk, &["unmerge", &merge])["code"], "NOT_FOUND");
    let files = std::fs::read_dir(desk.path().join("store")).unwrap();
    for file in files.map(|file| file.unwrap().path()) {
        let bytes = std::fs::read(&file).unwrap();
        let name = b"Unverwechselbar";
        let is_there = bytes.windows(name.len()).any(|window| window == name);
        assert!(!is_there, "{}", file.display());
    }
    assert_eq!(done(&desk, &["check"])["ok"], true);
}

/// `distinct A B [--lift]`.
#[test]
fn distinct() {
    let desk = Desk::new();
    let a = person(&desk, &["--email", "a@example.com"]);
    let b = person(&desk, &["--phone", "+14155550101"]);
    let answer =
        |distinct: bool, changed: bool| json!({"a":a,"b":b,"distinct":distinct,"changed":changed});
    assert_eq!(done(&desk, &["distinct", &a, &b]), answer(true, true));
    assert_eq!(done(&desk, &["distinct", &a, &b]), answer(true, false));
    let both = [
        "resolve",
        "--email",
        "a@example.com",
        "--phone",
        "+14155550101",
        "--on-conflict",
        "merge",
    ];
    assert_eq!(done(&desk, &both)["merged"], json!([]));
    assert_eq!(
        done(&desk, &["distinct", &a, &b, "--lift"]),
        answer(false, true)
    );
    assert_eq!(
        done(&desk, &["distinct", &a, &b, "--lift"]),
        answer(false, false)
    );
    assert_eq!(done(&desk, &both)["merged"].as_array().unwrap().len(), 1);
    assert_eq!(
        refused(&desk, &["distinct", &a, &b])["code"],
        "INVALID_REQUEST",
        "one contact now"
    );
    assert_eq!(
        refused(&desk, &["distinct", &a, NOBODY])["code"],
        "NOT_FOUND"
    );
}

/// `reassign KIND KEY ID`: kind and key as in an outcome.
#[test]
fn reassign() {
    let desk = Desk::new();
    let ana = person(
        &desk,
        &[
            "--phone",
            "+14155550101",
            "--email",
            "a@example.com",
            "--external-id",
            "crm:a:b",
        ],
    );
    let ben = person(
        &desk,
        &["--email", "b@example.com", "--external-id", "ghl:1"],
    );
    for (kind, key) in [
        ("phone", "(415) 555-0101"),
        ("email", "A@Example.com"),
        ("external_id", "crm:a:b"),
    ] {
        let given = done(&desk, &["--region", "US", "reassign", kind, key, &ben]);
        assert_eq!(given["contact"]["id"], json!(ben), "{kind}");
    }
    let contact = done(&desk, &["get", &ben]);
    assert_eq!(keys(&contact, "phones"), ["+14155550101"]);
    assert_eq!(contact["phones"][0]["holds"], true);
    assert_eq!(contact["emails"][1]["holds"], true);
    assert_eq!(contact["external_ids"].as_array().unwrap().len(), 2);
    assert_eq!(
        done(&desk, &["find", "--email", "a@example.com"])["contact"]["id"],
        json!(ben)
    );
    assert_eq!(done(&desk, &["get", &ana])["external_ids"], json!([]));
    // Without a source it is `default`, as everywhere on the command line.
    let given = done(&desk, &["reassign", "external_id", "42", &ana]);
    assert_eq!(
        given["contact"]["external_ids"],
        json!([{"source":"default","value":"42"}])
    );
    let error = refused(&desk, &["reassign", "external_id", "ghl:2", &ben]);
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("INVALID_REQUEST"), &json!("external_id"))
    );
    let error = refused(&desk, &["reassign", "phone", "12", &ben]);
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("INVALID_IDENTIFIER"), &json!("phone"))
    );
    assert_eq!(
        refused(&desk, &["reassign", "phone", "+14155550101", NOBODY])["code"],
        "NOT_FOUND"
    );
}

/// `block KIND KEY [--lift]`, with a `*` a pattern; `--notorious`; `blocked`.
#[test]
fn block() {
    let desk = Desk::new();
    let ana = person(
        &desk,
        &["--phone", "+14155550101", "--email", "info@example.com"],
    );
    let holds = |kind: &str| done(&desk, &["get", &ana])[kind][0]["holds"] == true;
    let answer = |kind: &str, key: &str, blocked: bool, changed: bool| json!({"kind":kind,"key":key,"blocked":blocked,"changed":changed});
    let phone = ["--region", "US", "block", "phone", "415-555-0101"];
    assert_eq!(
        done(&desk, &phone),
        answer("phone", "+14155550101", true, true)
    );
    assert_eq!(
        done(&desk, &phone),
        answer("phone", "+14155550101", true, false)
    );
    assert!(!holds("phones"));
    let find = done(&desk, &["find", "--phone", "+14155550101"]);
    assert_eq!(find["contact"], Value::Null);
    let lift = [&phone[..], &["--lift"]].concat();
    assert_eq!(
        done(&desk, &lift),
        answer("phone", "+14155550101", false, true)
    );
    assert_eq!(
        done(&desk, &lift),
        answer("phone", "+14155550101", false, false)
    );
    assert!(holds("phones"));

    assert_eq!(
        done(&desk, &["block", "email", "Info@*"]),
        answer("email", "info@*", true, true)
    );
    assert!(!holds("emails"));
    let listed = desk.run(&["blocked"]).lines();
    let named = |key: &str| listed.iter().filter(|line| line["key"] == key).count();
    assert_eq!(
        (named("info@*"), named("noreply@*"), named("+14155550101")),
        (1, 1, 0)
    );
    let members: Vec<&String> = listed[0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["key", "kind", "since"]);
    // One key of a shape that is blocked stays blocked.
    assert_eq!(
        done(&desk, &["block", "email", "info@example.com", "--lift"]),
        answer("email", "info@example.com", true, false)
    );
    assert_eq!(
        done(&desk, &["block", "email", "info@*", "--lift"]),
        answer("email", "info@*", false, true)
    );
    assert!(holds("emails"));
    assert_eq!(
        done(&desk, &["block", "external_id", "test*"]),
        answer("external_id", "default:test*", true, true)
    );

    assert_eq!(
        done(&desk, &["block", "--notorious", "off"]),
        json!({"notorious":false,"changed":true})
    );
    assert_eq!(desk.run(&["blocked"]).lines().len(), 1);
    assert_eq!(
        done(&desk, &["block", "--notorious", "on"]),
        json!({"notorious":true,"changed":true})
    );
    assert_eq!(
        done(&desk, &["block", "--notorious", "on"]),
        json!({"notorious":true,"changed":false})
    );

    assert_eq!(
        refused(&desk, &["block", "phone", "12"])["code"],
        "INVALID_IDENTIFIER"
    );
    let error = refused(&desk, &["block", "email", "**"]);
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("INVALID_REQUEST"), &json!("key"))
    );
}

/// `review`: JSON Lines where a program reads, and decisions without the screen.
#[test]
fn review() {
    let desk = Desk::new();
    let pairs: Vec<(String, String)> = (1..=3)
        .map(|n| {
            let (phone, email) = (format!("+1415555010{n}"), format!("e{n}@example.com"));
            let a = person(&desk, &["--phone", &phone]);
            let b = person(&desk, &["--email", &email]);
            done(&desk, &["resolve", "--phone", &phone, "--email", &email]);
            (a, b)
        })
        .collect();
    let queue = desk.run(&["review"]);
    assert_eq!(queue.lines(), desk.run(&["review", "--json"]).lines());
    let queue = queue.lines();
    assert_eq!(queue.len(), 3);
    let (a, b) = &pairs[0];
    assert_eq!((&queue[0]["a"], &queue[0]["b"]), (&json!(a), &json!(b)));
    assert_eq!(
        (&queue[0]["reason"], &queue[0]["later"]),
        (&json!("conflict"), &json!(false))
    );
    assert_eq!(
        queue[0]["keys"],
        json!([{"kind":"phone","key":"+14155550101"}])
    );
    assert!(queue[0]["since"].as_str().unwrap().ends_with('Z'));

    let decide = |pair: &(String, String), decision: &str| {
        done(&desk, &["review", &pair.0, &pair.1, "--decide", decision])
    };
    let later = decide(&pairs[0], "later");
    assert_eq!(later, json!({"a":a,"b":b,"decision":"later"}));
    let merged = decide(&pairs[1], "merge");
    assert_eq!(
        (&merged["decision"], &merged["contact"]["id"]),
        (&json!("merge"), &json!(pairs[1].0))
    );
    assert!(merged["merge"].is_string() && merged["lost"].is_array());
    assert_eq!(decide(&pairs[2], "distinct")["decision"], "distinct");
    assert_eq!(desk.run(&["review"]).lines(), Vec::<Value>::new());
    let put_off = desk.run(&["review", "--later"]).lines();
    assert_eq!((put_off.len(), &put_off[0]["later"]), (1, &json!(true)));
    assert_eq!(
        refused(&desk, &["review", a, a, "--decide", "merge"])["code"],
        "INVALID_REQUEST"
    );
    assert_eq!(
        refused(&desk, &["review", a, NOBODY, "--decide", "later"])["code"],
        "NOT_FOUND"
    );
}

/// `backup`: a file for its owner alone that opens as a store; nothing is overwritten.
#[test]
fn backup() {
    let desk = Desk::new();
    let ana = person(&desk, &["--email", "a@example.com"]);
    let folder = desk.path().join("copy");
    std::fs::create_dir(&folder).unwrap();
    let copy = folder.join("contacts.db");
    let copy = copy.to_str().unwrap();
    let printed = done(&desk, &["--json", "backup", copy]);
    assert_eq!(printed["file"], copy);
    let length = std::fs::metadata(copy).unwrap().len();
    assert_eq!(printed["bytes"], json!(length));
    let read = done(&desk, &["--store", folder.to_str().unwrap(), "get", &ana]);
    assert_eq!(read["emails"][0]["key"], "a@example.com");

    let error = refused(&desk, &["backup", copy]);
    assert_eq!(
        (&error["code"], &error["field"], &error["value"]),
        (&json!("INVALID_REQUEST"), &json!("file"), &json!(copy))
    );
    let own = desk.path().join("store").join("contacts.db-journal");
    assert_eq!(
        refused(&desk, &["backup", own.to_str().unwrap()])["field"],
        "file"
    );
    let nowhere = desk.path().join("no").join("where.db");
    let error = refused(&desk, &["backup", nowhere.to_str().unwrap()]);
    assert_eq!(
        (&error["code"], &error["value"]),
        (&json!("INVALID_REQUEST"), &json!(nowhere))
    );
}

/// Faults of usage exit with 2, and say so as JSON where JSON was asked for.
#[test]
fn faults_of_usage() {
    let desk = Desk::new();
    let table: &[&[&str]] = &[
        &["update", NOBODY],
        &["update", "no-id", "--json-patch", "{}"],
        &["tag", NOBODY, "add"],
        &["tag", NOBODY, "replace", "x"],
        &["merge", NOBODY],
        &["unmerge", "no-id"],
        &["distinct", NOBODY],
        &["reassign", "fax", "+14155550101", NOBODY],
        &["block"],
        &["block", "phone"],
        &["block", "--lift"],
        &["block", "phone", "+14155550101", "--notorious", "on"],
        &["block", "--notorious", "maybe"],
        &["review", NOBODY],
        &["review", NOBODY, NOBODY],
        &["review", "--decide", "merge"],
        &["review", NOBODY, NOBODY, "--decide", "perhaps"],
        &["delete"],
        &["create", "--batch", "x", "--phone", "+14155550101"],
        &["backup"],
    ];
    for arguments in table {
        let printed: Printed = desk.run(arguments);
        assert_eq!(
            (printed.status, printed.out.as_str()),
            (2, ""),
            "{arguments:?}"
        );
        let printed = desk.run(&[&["--json"], *arguments].concat());
        assert_eq!(
            (printed.status, printed.code().as_str()),
            (2, "INVALID_REQUEST"),
            "{arguments:?}"
        );
    }
}

/// Errors are words on stderr unless JSON is asked for.
#[test]
fn errors_in_words() {
    let desk = Desk::new();
    person(&desk, &["--email", "a@example.com"]);
    let printed = desk.run(&["create", "--email", "a@example.com"]);
    assert_eq!((printed.status, printed.out.as_str()), (1, ""));
    assert!(
        printed.err.contains("a@example.com is held by"),
        "{}",
        printed.err
    );
}

/// Every command has a word on what it does.
#[test]
fn help() {
    let desk = Desk::new();
    let help = desk.run(&["--help"]).out;
    for command in [
        "create", "update", "tag", "merge", "unmerge", "merges", "distinct", "review", "reassign",
        "block", "blocked", "delete", "restore", "erase", "backup",
    ] {
        let line = help
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{command} ")));
        assert!(
            line.is_some_and(|line| line.split_whitespace().count() > 3),
            "{command}"
        );
        let own = desk.run(&["help", command]);
        assert_eq!(own.status, 0, "{command}");
    }
}
