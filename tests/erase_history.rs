//! What the log says of others after somebody was erased: nothing of who is gone, and all that is
//! their own.

mod common;

use kinfold::{
    Contact, ContactId, Contacts, Draft, Kinfold, MergeRules, Result, Timestamp, Update,
};

use common::{contacts, new_folder};

fn create(contacts: &Contacts, draft: Draft) -> Contact {
    contacts.create(draft).unwrap().contact
}

/// The history of somebody, as one text.
fn history(contacts: &Contacts, id: ContactId) -> String {
    let history = contacts.history(id, 0, 1_000).unwrap();
    let entries = history.entries.iter();
    entries
        .map(|entry| serde_json::to_string(entry).unwrap())
        .collect()
}

fn merge_and_undo(contacts: &Contacts, pairs: &[(ContactId, ContactId)]) -> Result<()> {
    let mut merges = Vec::new();
    for (survivor, absorbed) in pairs {
        merges.push(contacts.merge(*survivor, *absorbed, &MergeRules::default())?);
    }
    for merged in merges.iter().rev() {
        contacts.unmerge(merged.merge)?;
    }
    Ok(())
}

/// Two capital letters are the region of a phone only where a phone is.
#[test]
fn what_looks_like_a_region_goes_with_whose_it_is() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let ana = create(&contacts, Draft::new().email("ana@example.com"));
    let patch = r#"{"metadata":{"region":"QZ","plan":{"phones":[{"region":"JJ"}]}},
        "attribution":{"country_code":"ZQ"},"address":{"country":"México"}}"#;
    let update = Update::from_json(patch).unwrap();
    contacts.update(ana.id, update).unwrap();
    let ben = create(&contacts, Draft::new().phone("+4915112345678").name("Ben"));
    merge_and_undo(&contacts, &[(ben.id, ana.id)]).unwrap();
    contacts.erase(ana.id).unwrap();
    let said = history(&contacts, ben.id);
    for gone in ["QZ", "JJ", "ZQ", "MX", "México"] {
        assert!(!said.contains(&format!("\"{gone}\"")), "{gone}: {said}");
    }
    assert!(said.contains("+4915112345678"));
}

/// Who was one with somebody that was one with the erased keeps what is his own, also where the
/// log tells of a merge.
#[test]
fn what_is_another_s_own_stays_in_the_history_of_all() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let mut carol = Draft::new().phone("+14155550103");
    carol = carol.text(kinfold::TextField::Company, "CarolCo");
    let carol = create(&contacts, carol);
    let alice = create(&contacts, Draft::new().email("alice@example.com"));
    let dora = create(
        &contacts,
        Draft::new().email("dora@example.org").name("Dora Only"),
    );
    merge_and_undo(&contacts, &[(alice.id, carol.id), (dora.id, alice.id)]).unwrap();
    let before: Timestamp = contacts.get(carol.id).unwrap().updated_at;
    contacts.erase(dora.id).unwrap();
    for (id, own) in [
        (carol.id, ["+14155550103", "CarolCo"]),
        (alice.id, ["+14155550103", "alice@example.com"]),
    ] {
        let said = history(&contacts, id);
        for own in own {
            assert!(said.contains(own), "{own}: {said}");
        }
        assert!(!said.contains("null,\"raw\":null"), "{said}");
        assert!(!said.contains("dora@example.org") && !said.contains("Dora Only"));
    }
    assert_eq!(contacts.get(carol.id).unwrap().updated_at, before);
}
