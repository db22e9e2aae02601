//! The table of who is found, through a whole store: the index and what is searched beside
//! it give what the rules give.

use crate::contact::Draft;
use crate::engine::Kinfold;
use crate::error::Error;
use crate::scope::Scope;
use crate::search::SearchRequest;
use crate::search::matching_tests::{listed, rows};

#[test]
fn the_table_holds_in_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    let scope = |row: usize| Scope::new(&format!("row{row}"), None).unwrap();
    // A scope for each row, because all of them are asked of the same index.
    let filled = kinfold.transaction(|tx| {
        for (row, (_, names, ..)) in rows().enumerate() {
            let contacts = tx.contacts(scope(row));
            for (number, name) in listed(names).into_iter().enumerate() {
                let draft = Draft::new().external_id("row", number.to_string());
                contacts.resolve(draft.name(name))?;
            }
        }
        Ok::<_, Error>(())
    });
    filled.unwrap();
    let check = |what: &str| {
        let mut wrong = Vec::new();
        for (row, (query, _, expected, why)) in rows().enumerate() {
            let contacts = kinfold.contacts(scope(row));
            let request = SearchRequest::new(*query).limit(100);
            let hits = contacts.search(&request).unwrap().hits;
            let found = hits.iter().map(|hit| hit.contact.fields.name.display());
            let found: Vec<String> = found.map(Option::unwrap_or_default).collect();
            if found != listed(expected) {
                wrong.push(format!("{query}: {why}: found {found:?}"));
            }
        }
        assert!(wrong.is_empty(), "{what}: {wrong:#?}");
    };
    check("beside an index");
    kinfold.reindex().unwrap();
    check("by the index");
    assert!(rows().count() >= 50);
}
