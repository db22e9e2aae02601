//! Import in the library: what is printed of a contact comes back as it was, also when the
//! import is stopped and run again.

#![cfg(feature = "exchange")]

use std::ops::ControlFlow;

use kinfold::exchange::{Format, ReadOptions, Records};
use kinfold::{Contacts, Error, ImportEvent, ImportOptions, ImportSummary, Kinfold, Scope};
use rusqlite::Connection;
use tempfile::TempDir;

const PHONE: &str = "+14155550101";

fn desk() -> (TempDir, Contacts) {
    let folder = tempfile::tempdir().unwrap();
    let contacts = Kinfold::open(folder.path())
        .unwrap()
        .contacts(Scope::default());
    (folder, contacts)
}

/// A contact as an export prints it: an email that it holds, if any, and the phone.
fn printed(email: Option<&str>, holds_phone: bool) -> String {
    let emails = email.map_or(String::new(), |email| {
        format!(r#"{{"key":"{email}","raw":"{email}","holds":true,"blocked":false}}"#)
    });
    let phone = format!(r#"{{"key":"{PHONE}","raw":"{PHONE}","holds":{holds_phone}}}"#);
    format!("{{\"emails\":[{emails}],\"phones\":[{phone}],\"created_at\":\"-\"}}\n")
}

fn import(
    contacts: &Contacts,
    file: &str,
    observe: impl FnMut(ImportEvent<'_>) -> ControlFlow<()>,
) -> Result<ImportSummary, Error> {
    let records = Records::open(file.as_bytes(), Format::JsonLines, &ReadOptions::new()).unwrap();
    contacts.import(records, ImportOptions::default(), observe)
}

fn go_on(_: ImportEvent<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Bo lists Ana's phone and stands before her in the file. Stopped between the two, the
/// import must not make him its holder: the next run would take Ana for Bo.
#[test]
fn an_import_that_was_stopped_can_be_run_again() {
    let (_folder, contacts) = desk();
    let mut file = printed(Some("bo@example.com"), false);
    for _ in 0..600 {
        file.push_str("{\"name\":\"nobody\"}\n");
    }
    file.push_str(&printed(None, true));
    let stopped = import(&contacts, &file, |event| match event {
        ImportEvent::Committed(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    assert!(matches!(stopped, Err(Error::Stopped)));
    assert_eq!(contacts.count().unwrap(), 1);
    let summary = import(&contacts, &file, go_on).unwrap();
    assert_eq!(
        (summary.created, summary.matched, summary.rejected),
        (1, 1, 600)
    );
    // Bo was there and unchanged at first, but now he lists a phone.
    assert_eq!((summary.unchanged, summary.conflicts), (0, 1));
    let key = contacts.read_phone(PHONE).unwrap().key;
    let ana = contacts.find(&key).unwrap().unwrap();
    assert_eq!(ana.emails().count(), 0, "the phone is Ana's");
    assert_eq!(contacts.count().unwrap(), 2);
}

/// A blocked key is listed by contacts and held by none, also after a round trip.
#[test]
fn a_blocked_key_is_listed_again() {
    let (folder, contacts) = desk();
    contacts
        .resolve(kinfold::Draft::new().email("first@example.com"))
        .unwrap();
    let raw = Connection::open(folder.path().join("contacts.db")).unwrap();
    raw.execute(
        "INSERT INTO blocked_key (scope, kind, key, blocked_at) VALUES (1, 1, ?1, 0)",
        [PHONE],
    )
    .unwrap();
    let mut told = 0;
    let summary = import(
        &contacts,
        &printed(Some("bo@example.com"), false),
        |event| {
            told += u8::from(!matches!(event, ImportEvent::Committed(_)));
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    assert_eq!(
        (summary.created, summary.rejected, summary.left_out, told),
        (1, 0, 0, 0)
    );
    let bo = contacts.list(None, 10).unwrap().pop().unwrap();
    let phone = bo.phones().next().unwrap();
    assert!(phone.blocked && !phone.holds);
}

/// What is left out at the end is told with its record, and once.
#[test]
fn what_is_left_out_is_told_with_its_record() {
    let (_folder, contacts) = desk();
    let line = printed(Some("bo@example.com"), false).replace(PHONE, "+999");
    let mut told = Vec::new();
    let summary = import(&contacts, &line, |event| {
        if let ImportEvent::LeftOut {
            line,
            text,
            identifiers,
        } = event
        {
            told.push((line, text.to_owned(), identifiers.len()));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!((summary.created, summary.left_out), (1, 1));
    assert_eq!(told, [(1, line.trim().to_owned(), 1)]);
}

/// A contact that held nothing where it comes from is nobody that can be found: it is
/// refused, and not taken for the one who holds what it listed.
#[test]
fn who_holds_nothing_is_not_taken_for_the_holder() {
    let (_folder, contacts) = desk();
    let file = printed(None, true) + &printed(None, false);
    let mut refused = Vec::new();
    let summary = import(&contacts, &file, |event| {
        if let ImportEvent::Rejected { line, error, .. } = event {
            refused.push((line, error.code()));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(
        (summary.created, summary.matched, summary.rejected),
        (1, 0, 1)
    );
    assert_eq!(refused, [(2, "IDENTITY_CONFLICT")]);
}
