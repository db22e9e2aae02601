//! Any text, read as a request in JSON and resolved: no panic, and what is accepted is
//! found again, repeats without a change, and prints as JSON.
#![no_main]

use std::cell::RefCell;

use kinfold::{Contacts, Kinfold, ResolveRequest, Scope};
use libfuzzer_sys::fuzz_target;

/// Inputs that one store in memory sees before it is checked and given up.
const MOST_RUNS: u32 = 2_000;

thread_local! {
    static STORE: RefCell<(Option<Kinfold>, u32)> = const { RefCell::new((None, 0)) };
}

/// The contacts of a scope that nobody used before.
fn contacts() -> Contacts {
    STORE.with_borrow_mut(|(store, runs)| {
        *runs += 1;
        if *runs > MOST_RUNS {
            if let Some(old) = store.take() {
                let report = old.check().expect("a check");
                assert!(report.ok, "{:?}", report.problems);
            }
            *runs = 1;
        }
        let kinfold =
            store.get_or_insert_with(|| Kinfold::open_in_memory().expect("memory for a store"));
        let scope = Scope::new(&format!("org{runs}"), None).expect("a scope");
        let region = "US".parse().expect("a region");
        kinfold.contacts(scope).default_region(region)
    })
}

fuzz_target!(|text: &str| {
    let request = match ResolveRequest::from_json(text) {
        Ok(request) => request,
        Err(error) => {
            assert_eq!(error.code(), "INVALID_REQUEST");
            return;
        }
    };
    let contacts = contacts();
    let foretold = contacts.preview_resolve(request.clone());
    let first = match contacts.resolve(request.clone()) {
        Ok(outcome) => outcome,
        Err(error) => {
            assert!(!error.is_storage(), "{error:?}");
            assert_eq!(contacts.count().expect("a count"), 0);
            return;
        }
    };
    assert!(first.created && first.changed);
    assert_eq!(foretold.expect("it was accepted").attached, first.attached);

    let printed = serde_json::to_string(&first).expect("an outcome prints");
    assert!(!printed.contains('\n'));
    let _: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");

    let stored = contacts.get(first.contact.id).expect("it is there");
    let stored = serde_json::to_string(&stored).expect("a contact prints");
    let answered = serde_json::to_string(&first.contact).expect("a contact prints");
    assert_eq!(stored, answered);
    for listing in &first.contact.identifiers {
        assert_eq!(
            contacts
                .find(&listing.key)
                .expect("a look-up")
                .map(|found| found.id),
            Some(first.contact.id)
        );
    }

    let again = contacts
        .resolve(request.clone())
        .expect("it is accepted again");
    assert_eq!(again.contact.id, first.contact.id);
    if again.created {
        // It carries an idempotency key.
        assert!(again == first, "the same answer, whole");
        return;
    }
    assert!(!again.changed);
    assert!(again.ignored.is_empty() && again.attached.is_empty());

    // What filled an empty contact is there already, so an upsert replaces it by itself.
    if let Ok(replaced) = contacts.upsert(request) {
        assert!(!replaced.created && !replaced.changed);
    }
});
