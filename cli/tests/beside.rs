//! What stands beside contacts: `note`, `task`, `memory` and `field`.

mod support;

use serde_json::{Value, json};
use support::Desk;

/// A desk with a contact, and its id.
fn desk() -> (Desk, String) {
    let desk = Desk::new();
    let id = contact(&desk, "ana");
    (desk, id)
}

fn contact(desk: &Desk, name: &str) -> String {
    let email = format!("{name}@example.com");
    let outcome = desk.run(&["resolve", "--email", &email]).json();
    text(&outcome["contact"]["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The code and the field of a refusal, and its exit status.
fn refused(desk: &Desk, arguments: &[&str]) -> (i32, String, String) {
    let printed = desk.run(&[&["--json"], arguments].concat());
    let field = text(&printed.json()["error"]["field"]);
    (printed.status, printed.code(), field)
}

fn refusal(code: &str, field: &str) -> (i32, String, String) {
    (1, code.to_owned(), field.to_owned())
}

#[test]
fn notes_of_a_contact() {
    let (desk, ana) = desk();
    let add = [
        "note",
        &ana,
        "add",
        "-- call in the morning",
        "--title",
        "Calls",
        "--author",
        "maria",
    ];
    let note = desk.run(&add).json();
    assert_eq!(note["body"], "-- call in the morning");
    assert_eq!(
        (&note["contact"], &note["pinned"]),
        (&json!(ana), &json!(false))
    );
    let id = text(&note["id"]);
    desk.run(&["note", &ana, "add", "second", "--pinned"]);

    let patch = [
        "note",
        &ana,
        "update",
        &id,
        "--json-patch",
        r#"{"pinned":true,"title":null}"#,
    ];
    let changed = desk.run(&patch).json();
    assert_eq!(
        (&changed["pinned"], &changed["title"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(desk.run(&["note", &ana, "get", &id]).json(), changed);
    let list = desk.run(&["note", &ana, "list"]).lines();
    assert_eq!((list.len(), &list[0]), (2, &changed));

    let log = desk.run(&["changes", "--since", "3"]).lines();
    assert_eq!(
        (&log[0]["op"], &log[0]["contact"]),
        (&json!("note"), &json!(ana))
    );
    assert_eq!(log[0]["diff"]["note"]["title"], json!({"before": "Calls"}));

    assert_eq!(
        refused(&desk, &["note", &ana, "add", " "]),
        refusal("INVALID_FIELD", "body")
    );
    let unknown = [
        "note",
        &ana,
        "update",
        &id,
        "--json-patch",
        r#"{"text":"x"}"#,
    ];
    assert_eq!(refused(&desk, &unknown), refusal("INVALID_REQUEST", "text"));
    assert_eq!(
        desk.run(&["note", &ana, "delete", &id]).json(),
        json!({"deleted": id})
    );
    assert_eq!(
        refused(&desk, &["note", &ana, "get", &id]),
        refusal("NOT_FOUND", "")
    );
    assert_eq!(
        desk.run(&["note", &ana, "get", "7"]).status,
        2,
        "no id at all"
    );
    let elsewhere = desk.run(&["--json", "--org", "other", "note", &ana, "list"]);
    assert_eq!(
        (elsewhere.status, elsewhere.code().as_str()),
        (1, "NOT_FOUND")
    );
}

#[test]
fn tasks_of_a_contact() {
    let (desk, ana) = desk();
    let add = [
        "task",
        &ana,
        "add",
        "Send the contract",
        "--due",
        "2026-03-01T10:00:00+01:00",
        "--assigned-to",
        "maria",
    ];
    let task = desk.run(&add).json();
    assert_eq!(task["due_at"], "2026-03-01T09:00:00.000Z");
    let id = text(&task["id"]);
    assert_eq!(
        desk.run(&["task", &ana, "complete", &id]).json()["completed"],
        true
    );
    assert_eq!(
        desk.run(&["task", &ana, "complete", &id, "--undo"]).json()["completed"],
        false
    );
    let patch = [
        "task",
        &ana,
        "update",
        &id,
        "--json-patch",
        r#"{"due_at":null}"#,
    ];
    let changed = desk.run(&patch).json();
    assert_eq!(changed["due_at"], json!(null));
    assert_eq!(desk.run(&["task", &ana, "get", &id]).json(), changed);
    assert_eq!(desk.run(&["task", &ana, "list"]).lines(), [changed]);
    let soon = [
        "task",
        &ana,
        "update",
        &id,
        "--json-patch",
        r#"{"due_at":"soon"}"#,
    ];
    assert_eq!(refused(&desk, &soon), refusal("INVALID_FIELD", "due_at"));
    assert_eq!(
        desk.run(&["task", &ana, "add", "x", "--due", "soon"])
            .status,
        2
    );
    assert_eq!(desk.run(&["task", &ana, "delete", &id]).status, 0);
    assert_eq!(desk.run(&["task", &ana, "list"]).out, "");
}

#[test]
fn memories_of_a_contact() {
    let (desk, ana) = desk();
    let of = [
        "--region",
        "US",
        "memory",
        &ana,
        "of",
        "--agent-number",
        "(415) 555-0199",
    ];
    let made = desk.run(&of).json();
    assert_eq!(
        (&made["created"], &made["memory"]["agent_number"]),
        (&json!(true), &json!("+14155550199"))
    );
    let same = desk
        .run(&["memory", &ana, "of", "--agent-number", "+1 415 555 0199"])
        .json();
    assert_eq!(
        (&same["created"], &same["memory"]),
        (&json!(false), &made["memory"])
    );
    let id = text(&made["memory"]["id"]);
    assert_eq!(
        desk.run(&["memory", &ana, "of", "--persona", "p"]).json()["created"],
        true
    );

    let patch =
        r#"{"summary":"Likes tea.","facts":{"n":1.50},"append":{"recent_messages":["hi"]}}"#;
    let changed = desk.run(&["memory", &ana, "update", &id, "--json-patch", patch]);
    assert!(
        changed.out.contains(r#""facts":{"n":1.50}"#),
        "{}",
        changed.out
    );
    assert_eq!(
        desk.run(&["memory", &ana, "get", &id]).json(),
        changed.json()
    );
    assert_eq!(desk.run(&["memory", &ana, "list"]).lines().len(), 2);

    let bo = contact(&desk, "bo");
    assert_eq!(
        refused(&desk, &["memory", &bo, "get", &id]),
        refusal("NOT_FOUND", "")
    );
    assert_eq!(
        refused(&desk, &["memory", &bo, "delete", &id]),
        refusal("NOT_FOUND", "")
    );
    let empty = ["memory", &ana, "of", "--persona", " "];
    assert_eq!(
        refused(&desk, &empty),
        refusal("INVALID_FIELD", "persona_id")
    );
    assert_eq!(desk.run(&["memory", &ana, "of"]).status, 2, "whose?");
    assert_eq!(desk.run(&["memory", &ana, "delete", &id]).status, 0);
    assert_eq!(desk.run(&["memory", &ana, "list"]).lines().len(), 1);
}

/// A value is held against its definition, whoever gives it.
#[test]
fn custom_fields_of_a_scope() {
    let desk = Desk::new();
    let define = [
        "field",
        "define",
        "plan",
        "single_select",
        "--option",
        "silver",
        "--option",
        "gold",
    ];
    let plan = desk.run(&define).json();
    assert_eq!(
        (&plan["type"], &plan["options"]),
        (&json!("single_select"), &json!(["silver", "gold"]))
    );
    assert_eq!(refused(&desk, &define), refusal("INVALID_FIELD", "name"));

    let request = |value: &str| {
        let field = json!({"type": "single_select", "value": value});
        json!({"email": "ana@example.com", "custom_fields": {"plan": field}}).to_string()
    };
    let requests = desk.file(
        "requests.jsonl",
        [request("bronze"), request("gold")].join("\n"),
    );
    let answers = desk.run(&["resolve", "--batch", &requests]).lines();
    let error = &answers[0]["error"];
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("INVALID_FIELD"), &json!("custom_fields.plan"))
    );
    assert_eq!(error["value"], "\"bronze\"");
    assert_eq!(
        answers[1]["contact"]["custom_fields"]["plan"]["value"],
        "gold"
    );

    let patch = [
        "field",
        "update",
        "plan",
        "--json-patch",
        r#"{"type":"number","options":null}"#,
    ];
    assert_eq!(refused(&desk, &patch), refusal("INVALID_FIELD", "type"));
    let id = text(&plan["id"]);
    let patch = [
        "field",
        "update",
        &id,
        "--json-patch",
        r#"{"label":"Plan"}"#,
    ];
    assert_eq!(desk.run(&patch).json()["label"], "Plan");
    assert_eq!(desk.run(&["field", "get", "plan"]).json()["label"], "Plan");
    assert_eq!(desk.run(&["field", "list"]).lines().len(), 1);

    // Whether a first value defines its field.
    let yes = json!({"defines_fields_as_they_come": true});
    assert_eq!(desk.run(&["field", "as-they-come"]).json(), yes);
    let no = json!({"defines_fields_as_they_come": false});
    assert_eq!(desk.run(&["field", "as-they-come", "off"]).json(), no);
    let size = desk.file(
        "size.jsonl",
        r#"{"email":"bo@example.com","custom_fields":{"size":{"type":"number","value":38}}}"#,
    );
    let answer = &desk.run(&["resolve", "--batch", &size]).lines()[0];
    assert_eq!(answer["error"]["field"], "custom_fields.size");
    desk.run(&["field", "as-they-come", "on"]);
    assert_eq!(
        desk.run(&["resolve", "--batch", &size]).lines()[0]["created"],
        true
    );
    assert_eq!(desk.run(&["field", "list"]).lines()[1]["name"], "size");

    assert_eq!(
        desk.run(&["field", "remove", "plan"]).json(),
        json!({"removed": "plan"})
    );
    assert_eq!(
        refused(&desk, &["field", "get", "plan"]),
        refusal("NOT_FOUND", "")
    );
    assert_eq!(
        desk.run(&["list"]).lines()[0]["custom_fields"]["plan"]["value"],
        "gold"
    );
    let stats = desk.run(&["--json", "stats"]).json();
    assert_eq!(
        (&stats["custom_fields"], &stats["notes"]),
        (&json!(1), &json!(0))
    );

    // What happened to the scope names no contact.
    let log = desk.run(&["changes"]).lines();
    assert_eq!(
        (&log[0]["op"], &log[0]["contact"]),
        (&json!("field"), &json!(null))
    );
    assert_eq!(desk.run(&["--json", "check"]).json()["ok"], true);
}
