//! The commands that only look: `find`, `list`, `changes`, `check`, `stats`, and what they
//! must not see.

mod support;

use serde_json::json;
use support::Desk;

/// The log: oldest first, from a number on, with what was there before.
#[test]
fn changes_tell_before_and_after() {
    let desk = Desk::new();
    desk.run(&[
        "--origin",
        "form",
        "resolve",
        "--email",
        "a@example.com",
        "--company",
        "Acme",
    ]);
    desk.run(&["upsert", "--email", "a@example.com", "--company", "Initech"]);
    desk.run(&["resolve", "--email", "a@example.com", "--company", "Other"]);
    let changes = desk.run(&["changes"]).lines();
    assert_eq!(changes.len(), 2, "what changed nothing is not in the log");
    assert_eq!(
        (&changes[0]["seq"], &changes[0]["op"]),
        (&json!(1), &json!("create"))
    );
    assert_eq!(changes[0]["origin"], "form");
    assert_eq!(
        (&changes[1]["seq"], &changes[1]["op"]),
        (&json!(2), &json!("update"))
    );
    assert_eq!(
        changes[1]["diff"],
        json!({"company":{"before":"Acme","after":"Initech"}})
    );
    assert_eq!(desk.run(&["changes", "--since", "1"]).lines(), changes[1..]);
    assert_eq!(desk.run(&["changes", "--limit", "1"]).lines(), changes[..1]);
}

#[test]
fn list_goes_on_after_an_id() {
    let desk = Desk::new();
    for number in 0..5 {
        desk.run(&["resolve", "--email", &format!("p{number}@example.com")]);
    }
    let all = desk.run(&["list"]).lines();
    assert_eq!(all.len(), 5);
    let first = desk.run(&["list", "--limit", "2"]).lines();
    assert_eq!(first, all[..2]);
    let id = first[1]["id"].as_str().unwrap();
    assert_eq!(desk.run(&["list", "--after", id]).lines(), all[2..]);
}

#[test]
fn find_writes_nothing_and_explains() {
    let desk = Desk::new();
    let id = desk.run(&["resolve", "--phone", "+14155550101"]).json()["contact"]["id"].clone();
    let found = desk
        .run(&[
            "--region",
            "US",
            "find",
            "--phone",
            "415-555-0101",
            "--explain",
        ])
        .json();
    assert_eq!(found["contact"]["id"], id);
    assert_eq!(found["reading"]["key"], "+14155550101");
    assert_eq!(found["reading"]["second_opinion"], "+14155550101");
    let nobody = desk.run(&["find", "--email", "nobody@example.com"]);
    assert_eq!((nobody.status, nobody.json()), (0, json!({"contact":null})));
    assert_eq!(desk.run(&["changes"]).lines().len(), 1);
}

/// Nothing is seen, found or counted across organisations and locations.
#[test]
fn scopes_do_not_see_each_other() {
    let desk = Desk::new();
    let scopes = [
        &["--org", "a"][..],
        &["--org", "b"],
        &["--org", "a", "--location", "l"],
    ];
    for scope in scopes {
        let resolve = ["resolve", "--email", "same@example.com"];
        let outcome = desk.run(&[scope, &resolve[..]].concat()).json();
        assert_eq!(outcome["created"], true, "{scope:?}");
        assert_eq!(
            desk.run(&[scope, &["count"][..]].concat()).json(),
            json!({"count":1})
        );
    }
    let id = desk.run(&["--org", "a", "list"]).lines()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let printed = desk.run(&["--json", "--org", "b", "get", &id]);
    assert_eq!((printed.status, printed.code().as_str()), (1, "NOT_FOUND"));
}

#[test]
fn check_finds_a_sound_store_sound() {
    let desk = Desk::new();
    desk.run(&["resolve", "--email", "a@example.com"]);
    let report = desk.run(&["--json", "check"]);
    assert_eq!((report.status, &report.json()["ok"]), (0, &json!(true)));
    let stats = desk.run(&["--json", "stats"]).json();
    assert_eq!(
        (&stats["contacts"], &stats["emails"]),
        (&json!(1), &json!(1))
    );
}
