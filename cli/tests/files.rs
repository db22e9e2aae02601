//! The files that the program writes hold an address book: they are whole, their owner's
//! alone, and never what they must not be.

#![cfg(unix)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;
use support::Desk;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.run(&["resolve", "--email", "a@example.com", "--name", "Ana"]);
    desk
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Whoever could read an older file of the name can't read the new one.
#[test]
fn exports_and_rejects_are_for_their_owner() {
    let desk = desk();
    for command in ["export", "rejects"] {
        let file = desk.file(&format!("{command}.jsonl"), "old");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let people = desk.file("people.csv", "email\nnobody\n");
        match command {
            "export" => desk.run(&["export", &file]),
            _ => desk.run(&["import", &people, "--rejects", &file]),
        };
        let written = std::fs::read_to_string(&file).unwrap();
        assert!(
            written.contains("\"emails\"") || written.contains("\"error\""),
            "{written}"
        );
        assert_eq!(mode(Path::new(&file)), 0o600, "{command}");
    }
    let left: Vec<_> = std::fs::read_dir(desk.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            !["store", "export.jsonl", "rejects.jsonl", "people.csv"].contains(&name.as_str())
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_link_is_written_through() {
    let desk = desk();
    let target = desk.file("target.jsonl", "old");
    let link = desk.path().join("link.jsonl");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    desk.run(&["export", link.to_str().unwrap()]);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(
        std::fs::read_to_string(&target)
            .unwrap()
            .contains("a@example.com")
    );
}

/// The store is not overwritten by what is exported from it.
#[test]
fn the_stores_own_files_are_refused() {
    let desk = desk();
    let people = desk.file("people.csv", "email\nnobody\n");
    for name in ["contacts.db", "contacts.db-wal", "contacts.lock"] {
        let file = desk.path().join("store").join(name);
        let file = file.to_str().unwrap();
        let printed = desk.run(&["--json", "export", file]);
        assert_eq!(
            (printed.status, printed.code().as_str()),
            (1, "INVALID_REQUEST"),
            "{name}"
        );
        let printed = desk.run(&["--json", "import", &people, "--rejects", file]);
        assert_eq!(
            (printed.status, printed.code().as_str()),
            (1, "INVALID_REQUEST"),
            "{name}"
        );
    }
    assert_eq!(desk.run(&["count"]).json(), json!({"count":1}));
    assert_eq!(desk.run(&["list"]).lines().len(), 1);
}

/// A device is written to as it is, and a full one is a fault.
#[test]
fn devices() {
    let desk = desk();
    assert_eq!(desk.run(&["export", "/dev/null"]).status, 0);
    if Path::new("/dev/full").exists() {
        let printed = desk.run(&["--json", "export", "/dev/full"]);
        assert_eq!(
            (printed.status, printed.code().as_str()),
            (1, "INVALID_REQUEST")
        );
        assert_eq!(printed.json()["error"]["value"], "/dev/full");
    }
}

/// What an import did before it failed is said.
#[test]
fn a_failed_import_says_how_far_it_came() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let desk = Desk::new();
    let rows: String = (0..3_000)
        .map(|row| format!("p{row}@example.com,{row}\n"))
        .collect();
    let people = desk.file("people.csv", format!("email,phone\n{rows}"));
    let printed = desk.run(&[
        "--region",
        "US",
        "import",
        &people,
        "--rejects",
        "/dev/full",
    ]);
    assert_eq!(printed.status, 1);
    assert!(
        printed.err.contains("did not end") && printed.err.contains("created"),
        "{}",
        printed.err
    );
}

/// What would move the cursor of a terminal is written out.
#[test]
fn a_file_does_not_write_to_the_terminal() {
    let desk = Desk::new();
    let header = format!("email,\u{1b}[31mEvil{}\n", "x".repeat(1_000_000));
    let people = desk.file("people.csv", format!("{header}a@example.com,1\n"));
    let printed = desk.run(&["import", &people]);
    assert!(
        !printed.err.contains('\u{1b}') && printed.err.len() < 1_000,
        "{}",
        printed.err.len()
    );
}

/// An empty variable is no variable, and the flag wins in any case.
#[test]
fn an_empty_variable_names_no_store() {
    let desk = desk();
    let output = desk
        .command()
        .env("KINFOLD_STORE", "")
        .arg("count")
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim(),
        "{\"count\":1}"
    );
}
