//! What a merge leaves in the ledger: everything that an exact undo needs.

use kinfold::{
    Contacts, Draft, Json, Kinfold, OnConflict, Outcome, ResolveRequest, Scope, TextField,
};
use rusqlite::Connection;
use tempfile::TempDir;

struct Desk {
    folder: TempDir,
    contacts: Contacts,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let contacts = Kinfold::open(folder.path())
            .unwrap()
            .contacts(Scope::default());
        Self { folder, contacts }
    }

    fn raw(&self) -> Connection {
        Connection::open(self.folder.path().join("contacts.db")).unwrap()
    }

    fn resolve(&self, draft: Draft) -> Outcome {
        self.contacts.resolve(draft).unwrap()
    }

    fn merge(&self, draft: Draft) -> Outcome {
        let request = ResolveRequest::from(draft).on_conflict(OnConflict::Merge);
        self.contacts.resolve(request).unwrap()
    }

    /// One column of the ledger's last entry.
    fn ledger(&self, column: &str) -> Json {
        let text: String = self
            .raw()
            .query_row(
                &format!("SELECT {column} FROM merge ORDER BY id DESC LIMIT 1"),
                [],
                |row| row.get(0),
            )
            .unwrap();
        Json::parse(&text).unwrap()
    }

    /// The fields of the contact in a row that merges brought, with the merge of each.
    fn marks(&self, contact: i64) -> Vec<(String, i64)> {
        let raw = self.raw();
        let mut select = raw
            .prepare("SELECT field, merge FROM merge_mark WHERE contact = ?1 ORDER BY field")
            .unwrap();
        let rows = select
            .query_map([contact], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

fn columns(raw: &Connection, table: &str) -> Vec<String> {
    let mut select = raw
        .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
        .unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// A column that is added and forgotten in the snapshot would be lost by an undo.
#[test]
fn both_contacts_are_kept_column_by_column() {
    let desk = Desk::new();
    desk.resolve(Draft::new().email("a@example.com").name("Ana"));
    desk.resolve(Draft::new().external_id("crm", "1"));
    desk.merge(Draft::new().email("a@example.com").external_id("crm", "1"));
    // What the row is by itself, and not what it says.
    let of_the_row = [
        "id",
        "uuid",
        "scope",
        "state",
        "survivor",
        "contact",
        "erased_at",
        "last_change",
    ];
    let of_the_row = of_the_row.map(str::to_owned);
    for side in ["survivor_before", "absorbed_before"] {
        let snapshot = desk.ledger(side);
        for table in ["contact", "identifier"] {
            for column in columns(&desk.raw(), table) {
                let kept = snapshot.as_str().contains(&format!("\"{column}\":"));
                assert!(
                    kept || of_the_row.contains(&column),
                    "{table}.{column} in {side}"
                );
            }
        }
    }
    assert!(desk.ledger("absorbed_before").as_str().contains("Ana"));
    let log = desk.contacts.changes_since(0, 10).unwrap();
    let merge = log.last().unwrap();
    assert_eq!(merge.op, "merge");
    assert!(
        merge.diff.as_str().contains("\"absorbed\":[{"),
        "the log says what is gone"
    );
}

/// What a merge brought carries its mark, until somebody edits it: an edit stays with the
/// survivor when the merge is undone.
#[test]
fn marks_last_until_the_field_is_edited() {
    let desk = Desk::new();
    let absorbed = Draft::new()
        .email("a@example.com")
        .text(TextField::Company, "Acme")
        .text(TextField::Gender, "f")
        .tag("lead")
        .metadata("k", "v");
    desk.resolve(absorbed);
    desk.resolve(Draft::new().external_id("crm", "1"));
    let survivor = 2;
    // The request of the merge itself names the gender: that is its own value.
    let request = Draft::new()
        .email("a@example.com")
        .external_id("crm", "1")
        .text(TextField::Gender, "x");
    let request = ResolveRequest::from(request).on_conflict(OnConflict::Merge);
    desk.contacts.upsert(request).unwrap();
    let fields = |marks: Vec<(String, i64)>| -> Vec<String> {
        marks.into_iter().map(|(field, _)| field).collect()
    };
    assert_eq!(
        fields(desk.marks(survivor)),
        ["company", "metadata.k", "tags.lead"]
    );
    let edit = Draft::new()
        .external_id("crm", "1")
        .text(TextField::Company, "Initech");
    desk.contacts.upsert(edit).unwrap();
    assert_eq!(fields(desk.marks(survivor)), ["metadata.k", "tags.lead"]);
    // Writing the same again is no edit.
    desk.contacts
        .upsert(Draft::new().external_id("crm", "1").metadata("k", "v"))
        .unwrap();
    assert_eq!(fields(desk.marks(survivor)), ["metadata.k", "tags.lead"]);
}

/// A key that both list keeps the smaller place, and the ledger both; identifiers and
/// places say which merge brought them.
#[test]
fn places_and_their_merges() {
    let desk = Desk::new();
    desk.resolve(Draft::new().phone("+14155550101")); // 1 holds the phone
    desk.resolve(Draft::new().email("b@example.com"));
    desk.resolve(Draft::new().phone("+14155550101").email("b@example.com")); // 2 lists it
    let merged = desk.merge(Draft::new().phone("+14155550101").email("b@example.com"));
    assert_eq!(merged.contact.phones().count(), 1);
    assert!(merged.contact.phones().all(|phone| phone.holds));
    let raw = desk.raw();
    let (place, by, place_by): (i64, Option<i64>, Option<i64>) = raw
        .query_row(
            "SELECT place, brought_by, place_brought_by FROM identifier WHERE kind = 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!(
        (by, place_by),
        (None, Some(1)),
        "the row is its own, the place is not"
    );
    assert_eq!(
        place,
        1 << 20,
        "the place of the first change, with room behind it"
    );
    assert!(
        desk.ledger("survivor_before")
            .as_str()
            .contains(&format!("\"place\":{}", 3 << 20))
    );
    assert!(
        desk.ledger("absorbed_before")
            .as_str()
            .contains(&format!("\"place\":{}", 1 << 20))
    );
}

/// A pair that was merged waits for nobody, and comes back to nobody when the merge is undone:
/// then they are two for sure.
#[test]
fn a_merged_pair_leaves_the_queue_for_good() {
    let desk = Desk::new();
    desk.resolve(Draft::new().phone("+14155550101"));
    desk.resolve(Draft::new().email("b@example.com"));
    let both = || Draft::new().phone("+14155550101").email("b@example.com");
    desk.resolve(both());
    let queued = || desk.contacts.review(true).unwrap().len();
    assert_eq!(queued(), 1);
    let merged = desk.merge(both());
    assert_eq!(queued(), 0, "one person now");
    desk.contacts.unmerge(merged.merges[0]).unwrap();
    assert_eq!(queued(), 0, "two people now");
    let again = desk.resolve(both());
    assert_eq!((again.conflicts.len(), queued()), (1, 0));
}

#[test]
fn what_a_merge_brings_and_what_is_new_keep_their_order() {
    // The absorbed contact's first phone is one that both list, so its second keeps the
    // second place; a new one comes behind it, in the answer as in the store.
    let desk = Desk::new();
    let shared = "+14155550101";
    desk.resolve(Draft::new().email("ana@example.com").phone(shared));
    let other = Draft::new().external_id("crm", "1");
    desk.resolve(other.clone());
    desk.resolve(other.phone(shared).phone("+14155550102"));
    let both = Draft::new().email("ana@example.com").phone("+14155550102");
    let outcome = desk.merge(both.phone("+14155550100"));
    assert_eq!(outcome.merged.len(), 1);
    let phones = outcome.contact.phones().map(|phone| phone.key.as_str());
    let phones: Vec<&str> = phones.collect();
    assert_eq!(phones, [shared, "+14155550102", "+14155550100"]);
    let stored = desk.contacts.get(outcome.contact.id).unwrap();
    assert_eq!(stored, outcome.contact);
}
