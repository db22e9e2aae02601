//! `changes`, `changes --follow` and `history`.

mod support;

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use kinfold::{Draft, Kinfold, Retention, Scope};
use serde_json::{Value, json};
use support::Desk;

fn numbers(lines: &[Value]) -> Vec<u64> {
    lines
        .iter()
        .filter_map(|line| line["seq"].as_u64())
        .collect()
}

/// The changes of this process and of others, each as soon as it is there.
#[test]
fn changes_are_followed_as_they_come() {
    let desk = Desk::new();
    desk.run(&["resolve", "--email", "a@example.com"]);
    let mut follower = desk
        .command()
        .args(["changes", "--follow", "--limit", "4"])
        .spawn()
        .unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let out = BufReader::new(follower.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        for line in out.lines() {
            tell.send(serde_json::from_str::<Value>(&line.unwrap()).unwrap())
                .unwrap();
        }
    });
    let next = || told.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!(next()["seq"], 1, "what was there before");
    for (seq, email) in [(2, "b@example.com"), (3, "c@example.com")] {
        desk.run(&["resolve", "--email", email]);
        let written = Instant::now();
        let change = next();
        assert_eq!(
            (&change["seq"], &change["op"]),
            (&json!(seq), &json!("create"))
        );
        assert_eq!(change["diff"]["emails"]["added"][0]["key"], email);
        // It stands there before anything else happens; a starting program takes longer.
        assert!(written.elapsed() < Duration::from_secs(1));
    }
    desk.run(&["resolve", "--email", "d@example.com"]);
    assert_eq!(next()["seq"], 4);
    assert!(follower.wait().unwrap().success(), "the limit ends it");
    reader.join().unwrap();
    let nothing = desk.run(&["changes", "--follow", "--limit", "0"]);
    assert_eq!((nothing.status, nothing.out.as_str()), (0, ""));
}

#[test]
fn a_history_goes_through_merges_and_is_limited() {
    let desk = Desk::new();
    let id = |email: &str| {
        let outcome = desk.run(&["resolve", "--email", email]).json();
        outcome["contact"]["id"].as_str().unwrap().to_owned()
    };
    let (ana, bo) = (id("ana@example.com"), id("bo@example.com"));
    desk.run(&["resolve", "--email", "cem@example.com"]);
    let both = [
        "resolve",
        "--email",
        "ana@example.com",
        "--email",
        "bo@example.com",
        "--on-conflict",
        "merge",
    ];
    desk.run(&both);
    for id in [&ana, &bo] {
        let history = desk.run(&["history", id]);
        let lines = history.lines();
        assert_eq!(numbers(&lines), [1, 2, 4], "{id}");
        for line in &lines {
            for key in ["seq", "at", "op", "contact", "diff"] {
                assert!(line.get(key).is_some(), "{key} of {line}");
            }
        }
        assert_eq!(lines[1]["contact"], json!(bo));
        assert_eq!(lines[2]["op"], "merge");
        assert_eq!(history.err, "");
    }
    let page = |more: &[&str]| numbers(&desk.run(&[&["history", &ana], more].concat()).lines());
    assert_eq!(page(&["--limit", "2"]), [1, 2]);
    assert_eq!(page(&["--since", "2"]), [4]);
    assert!(page(&["--limit", "0"]).is_empty());
    for limit in ["0", "1"] {
        let stranger = "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f";
        let printed = desk.run(&["--json", "history", stranger, "--limit", limit]);
        assert_eq!((printed.status, printed.code().as_str()), (1, "NOT_FOUND"));
    }
}

/// What an application had deleted of the log is said, and is no obstacle unless it was
/// asked for.
#[test]
fn a_log_that_was_cut_says_so() {
    let desk = Desk::new();
    let builder = Kinfold::builder().keep_changes(Retention::Entries(3));
    let kinfold = builder.open(desk.path().join("store")).unwrap();
    let contacts = kinfold.contacts(Scope::default());
    let resolve = |name: &str| {
        let draft = Draft::new().email(format!("{name}@example.com"));
        contacts.resolve(draft).unwrap().contact.id.to_string()
    };
    let ids: Vec<String> = ["ana", "bo", "cem", "dee", "eva"].map(resolve).into();

    let all = desk.run(&["changes"]);
    assert_eq!(numbers(&all.lines()), [3, 4, 5]);
    assert!(
        all.err.contains("up to number 2 were deleted"),
        "{}",
        all.err
    );
    let followed = desk.run(&["changes", "--follow", "--limit", "2"]);
    assert_eq!(numbers(&followed.lines()), [3, 4]);
    assert_eq!(
        numbers(&desk.run(&["changes", "--since", "2"]).lines()),
        [3, 4, 5]
    );
    for since in ["0", "1"] {
        let printed = desk.run(&["--json", "changes", "--since", since]);
        assert_eq!((printed.status, printed.code().as_str()), (1, "NOT_FOUND"));
        let error = &printed.json()["error"];
        assert_eq!(
            (&error["forgotten"], &error["last"]),
            (&json!(2), &json!(5))
        );
    }

    let missing = desk.run(&["history", &ids[0]]);
    assert_eq!((missing.status, missing.out.as_str()), (0, ""));
    assert!(
        missing.err.contains("Some of this history"),
        "{}",
        missing.err
    );
    let whole = desk.run(&["history", &ids[4]]);
    assert_eq!((numbers(&whole.lines()), whole.err.as_str()), (vec![5], ""));
}
