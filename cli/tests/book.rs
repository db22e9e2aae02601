//! `list` and `count` as an address book.

mod support;

use serde_json::{Value, json};
use support::{Desk, Printed};

/// Five people, in the order of their creation.
fn desk() -> Desk {
    let desk = Desk::new();
    let people = [
        r#"{"email":"zoe@example.com","name":"Zoé Ruiz","given":"Zoé","family":"Ruiz","tags":["lead","Madrid"]}"#,
        r#"{"email":"ola@example.com","name":"Öla Berg","given":"Öla","family":"Berg","company":"Acme","address":{"city":"Malmö"}}"#,
        r#"{"phone":"+14155550103"}"#,
        r#"{"email":"ana@example.com","phone":"+14155550104","name":"ana Zorn","given":"ana","family":"Zorn","tags":["Lead"]}"#,
        r#"{"external_id":"5","name":"Pia Acar","given":"Pia","family":"Acar","source":"web","assigned_to":"bo"}"#,
    ];
    let printed = desk.run_with(&["resolve", "--batch", "-"], people.join("\n").as_bytes());
    assert_eq!(printed.status, 0, "{}", printed.err);
    desk
}

fn names(lines: &[Value]) -> Vec<&str> {
    let names = lines.iter();
    names
        .map(|line| line["name"]["full"].as_str().unwrap_or_default())
        .collect()
}

#[test]
fn a_list_is_sorted_and_filtered_as_asked() {
    let desk = desk();
    // What is asked for, and who is printed.
    let cases: &[(&str, &[&str])] = &[
        ("", &["Zoé Ruiz", "Öla Berg", "", "ana Zorn", "Pia Acar"]),
        (
            "--sort created",
            &["Zoé Ruiz", "Öla Berg", "", "ana Zorn", "Pia Acar"],
        ),
        (
            "--sort created --descending",
            &["Pia Acar", "ana Zorn", "", "Öla Berg", "Zoé Ruiz"],
        ),
        (
            "--sort name",
            &["ana Zorn", "Öla Berg", "Pia Acar", "Zoé Ruiz", ""],
        ),
        (
            "--sort name --language sv",
            &["ana Zorn", "Pia Acar", "Zoé Ruiz", "Öla Berg", ""],
        ),
        (
            "--sort name --descending",
            &["Zoé Ruiz", "Pia Acar", "Öla Berg", "ana Zorn", ""],
        ),
        (
            "--sort family",
            &["Pia Acar", "Öla Berg", "Zoé Ruiz", "ana Zorn", ""],
        ),
        ("--sort name --limit 2", &["ana Zorn", "Öla Berg"]),
        ("--sort name --limit 0", &[]),
        ("--tag LEAD", &["Zoé Ruiz", "ana Zorn"]),
        ("--tag lead --tag madrid", &["Zoé Ruiz"]),
        ("--any-tag madrid --any-tag x", &["Zoé Ruiz"]),
        ("--company acme", &["Öla Berg"]),
        ("--city MALMÖ", &["Öla Berg"]),
        ("--city Malmö --has-phone", &[]),
        ("--source web --assigned-to bo", &["Pia Acar"]),
        (
            "--has-email --sort name",
            &["ana Zorn", "Öla Berg", "Zoé Ruiz"],
        ),
        ("--has-email --has-phone", &["ana Zorn"]),
        (
            "--changed-since 2020-01-01T00:00:00Z --has-phone",
            &["", "ana Zorn"],
        ),
        ("--changed-since 2100-01-01T00:00:00Z", &[]),
    ];
    for (options, expected) in cases {
        let options: Vec<&str> = options.split_whitespace().collect();
        let printed = desk.run(&[&["list"], &options[..]].concat());
        assert_eq!(printed.status, 0, "{options:?}: {}", printed.err);
        assert_eq!(names(&printed.lines()), *expected, "{options:?}");
        let is_filter = options
            .iter()
            .all(|one| !matches!(*one, "--sort" | "--limit"));
        if is_filter {
            let printed = desk.run(&[&["count"], &options[..]].concat());
            assert_eq!(
                printed.json(),
                json!({ "count": expected.len() }),
                "{options:?}"
            );
        }
    }
}

/// A list that a limit ended says how many there are and goes on from there.
#[test]
fn a_list_goes_on_by_its_cursor() {
    let desk = desk();
    let whole = desk.run(&["list", "--sort", "name"]);
    assert_eq!(whole.err, "", "nothing is left to be said");
    let whole = whole.lines();
    let cursor_of = |printed: &Printed| {
        let said = printed.err.trim().rsplit_once(' ');
        said.map(|(words, cursor)| (words.to_owned(), cursor.to_owned()))
    };
    let mut seen = Vec::new();
    let mut more: Vec<String> = Vec::new();
    loop {
        let mut arguments = vec!["list", "--sort", "name", "--limit", "2"];
        arguments.extend(more.iter().map(String::as_str));
        let printed = desk.run(&arguments);
        seen.extend(printed.lines());
        let Some((words, cursor)) = cursor_of(&printed) else {
            break;
        };
        assert_eq!(words, "5 in all; go on with --cursor");
        assert!(!cursor.contains("ana") && cursor.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        more = vec!["--cursor".to_owned(), cursor];
    }
    assert_eq!(seen, whole);
}

#[test]
fn a_page_is_one_value() {
    let desk = desk();
    let page = desk
        .run(&["list", "--sort", "family", "--limit", "3", "--page"])
        .json();
    assert_eq!(page["total"], 5);
    assert_eq!(
        names(page["contacts"].as_array().unwrap()),
        ["Pia Acar", "Öla Berg", "Zoé Ruiz"]
    );
    let cursor = page["next"].as_str().unwrap();
    let arguments = [
        "list", "--sort", "family", "--limit", "3", "--page", "--cursor", cursor,
    ];
    let rest = desk.run(&arguments).json();
    assert_eq!((&rest["total"], &rest["next"]), (&json!(5), &Value::Null));
    assert_eq!(
        names(rest["contacts"].as_array().unwrap()),
        ["ana Zorn", ""]
    );
    let all = desk.run(&["list", "--page"]).json();
    assert_eq!(all["contacts"].as_array().unwrap().len(), 5);
    let nobody = desk.run(&["--org", "nobody", "list", "--page"]).json();
    assert_eq!(nobody, json!({ "contacts": [], "total": 0, "next": null }));
}

#[test]
fn what_makes_no_list_is_refused() {
    let desk = desk();
    let id = desk.run(&["list", "--limit", "1"]).lines()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let cursor = desk.run(&["list", "--limit", "1", "--page"]).json()["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let usage: &[&[&str]] = &[
        &["--sort", "shoes"],
        &["--language", "sv"],
        &["--sort", "name", "--language", "not a tag"],
        &["--cursor", "nonsense"],
        &["--changed-since", "yesterday"],
        &["--sort", "name", "--after", &id],
        &["--tag", "lead", "--after", &id],
        &["--has-phone", "--after", &id],
        &["--page", "--after", &id],
    ];
    for options in usage {
        let printed = desk.run(&[&["list"], *options].concat());
        assert_eq!(
            (printed.status, printed.out.as_str()),
            (2, ""),
            "{options:?}"
        );
    }
    let refused: &[(&[&str], &str)] = &[
        (&["--sort", "name", "--cursor", &cursor], "cursor"),
        (&["--descending", "--cursor", &cursor], "cursor"),
        (&["--tag", ""], "tag"),
        (&["--company", " "], "company"),
        (&["--page", "--limit", "0"], "limit"),
        (&["--page", "--limit", "10001"], "limit"),
    ];
    for (options, field) in refused {
        let printed = desk.run(&[&["--json", "list"], *options].concat());
        assert_eq!(
            (printed.status, printed.code().as_str()),
            (1, "INVALID_REQUEST"),
            "{options:?}"
        );
        assert_eq!(printed.json()["error"]["field"], *field, "{options:?}");
    }
    // And the cursor is good where it came from.
    assert_eq!(desk.run(&["list", "--cursor", &cursor]).lines().len(), 4);
}

/// More than the program reads at a time.
#[test]
fn a_long_list_is_printed_whole() {
    let desk = Desk::new();
    let lines: Vec<String> = (0..2_300)
        .map(|number| {
            let name = format!("Person {:04}", number * 7 % 2_300);
            json!({ "email": format!("{number}@example.com"), "name": name }).to_string()
        })
        .collect();
    let lines = lines.join("\n");
    let arguments = [
        "--durability",
        "normal",
        "resolve",
        "--batch",
        "-",
        "--group",
        "1000",
    ];
    assert_eq!(desk.run_with(&arguments, lines.as_bytes()).status, 0);
    let printed = desk.run(&["list", "--sort", "name"]).lines();
    let expected: Vec<String> = (0..2_300)
        .map(|number| format!("Person {number:04}"))
        .collect();
    assert_eq!(names(&printed), expected);
    let some = desk.run(&["list", "--sort", "name", "--limit", "1500"]);
    assert_eq!(names(&some.lines()), expected[..1_500]);
    assert!(some.err.starts_with("2300 in all"), "{}", some.err);
}
