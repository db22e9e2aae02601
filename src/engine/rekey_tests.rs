//! What becomes of a store whose keys were made by other rules.

use std::sync::Arc;

use super::{Contacts, Kinfold};
use crate::contact::{ContactId, Draft};
use crate::ident::{Key, KeyRules, Kind, OwnRules, Region};
use crate::resolve::{MergeRules, Update};
use crate::scope::Scope;

/// Rules to which the part behind a `+` says nothing in an email, and an extension nothing in
/// a phone.
pub(super) struct StandIn;

impl KeyRules for StandIn {
    fn version(&self) -> String {
        "stand-in".to_owned()
    }

    fn key(&self, old: &Key, typed: &str, region: Option<Region>) -> Option<(Key, bool)> {
        let (key, verified) = OwnRules.key(old, typed, region)?;
        let shorter = match key.kind() {
            Kind::Email => {
                let (local, domain) = key.as_str().split_once('@')?;
                let local = local.split('+').next().unwrap_or(local);
                format!("{local}@{domain}")
            }
            Kind::Phone => key.as_str().split(';').next()?.to_owned(),
            Kind::ExternalId => key.as_str().to_lowercase(),
        };
        Some((Key::from_stored(key.kind(), shorter), verified))
    }
}

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn open(&self, rules: impl KeyRules + 'static) -> Contacts {
        let builder = Kinfold::builder().key_rules(Arc::new(rules));
        let kinfold = builder.open(self.folder.path()).unwrap();
        kinfold.contacts(Scope::default())
    }
}

fn create(contacts: &Contacts, draft: Draft) -> ContactId {
    let outcome = contacts.resolve(draft).unwrap();
    assert!(outcome.created);
    outcome.contact.id
}

fn keys(contacts: &Contacts, id: ContactId) -> Vec<(String, bool)> {
    let contact = contacts.get(id).unwrap();
    let listed = contact.identifiers.iter();
    listed
        .map(|listing| (listing.key.as_str().to_owned(), listing.holds))
        .collect()
}

fn ops(contacts: &Contacts) -> Vec<String> {
    let changes = contacts.changes_since(0, 100).unwrap();
    changes.into_iter().map(|change| change.op).collect()
}

#[test]
fn keys_that_fall_together_join_one_line_in_the_order_of_their_contacts() {
    let desk = Desk::new();
    let contacts = desk.open(OwnRules);
    let ana = create(&contacts, Draft::new().email("x+ana@example.com"));
    let ben = create(&contacts, Draft::new().email("x+ben@example.com"));
    // The line of the bare address begins behind the two, and ends up behind them.
    let cem = create(&contacts, Draft::new().email("X@example.com"));
    let dora = create(
        &contacts,
        Draft::new().phone("+14155550101").email("d@example.com"),
    );
    let before = contacts.get(dora).unwrap();
    drop(contacts);

    let contacts = desk.open(StandIn);
    let held = |is| vec![("x@example.com".to_owned(), is)];
    assert_eq!(keys(&contacts, ana), held(true));
    assert_eq!(keys(&contacts, ben), held(false));
    assert_eq!(keys(&contacts, cem), held(false));
    assert_eq!(
        contacts.get(dora).unwrap(),
        before,
        "nothing of hers is another"
    );
    let queue = contacts.review(false).unwrap();
    let pairs: Vec<_> = queue.iter().map(|pair| (pair.a, pair.b)).collect();
    assert_eq!(pairs, [(ana, ben), (ana, cem)]);
    assert!(queue.iter().all(|pair| pair.reason == "key rules"));
    assert_eq!(ops(&contacts)[4..], ["rekey", "rekey"], "ana's and ben's");
    let log = contacts.changes_since(4, 10).unwrap();
    let told = log[0].diff.as_str();
    assert!(
        told.contains("\"holders\""),
        "who lost the key is told: {told}"
    );
    assert_eq!(contacts.stats().unwrap().key_rules, "stand-in");
    let report = contacts.kinfold.check().unwrap();
    assert!(report.ok, "{:?}", report.problems);
    contacts.delete(ana).unwrap();
    assert_eq!(keys(&contacts, ben), held(true), "the next in line");
    drop(contacts);

    // What was typed is still there: the keys that were come back.
    let contacts = desk.open(OwnRules);
    assert_eq!(
        keys(&contacts, ben),
        [("x+ben@example.com".to_owned(), true)]
    );
    assert_eq!(keys(&contacts, cem), [("x@example.com".to_owned(), true)]);
    assert!(contacts.kinfold.check().unwrap().ok);
    let changes = ops(&contacts).len();
    drop(contacts);
    assert_eq!(
        ops(&desk.open(OwnRules)).len(),
        changes,
        "the same rules change nothing"
    );
}

#[test]
fn two_identifiers_of_one_contact_become_one() {
    let desk = Desk::new();
    let contacts = desk.open(OwnRules);
    let draft = Draft::new()
        .phone("+14155550101;ext=5")
        .phone("+14155550101")
        .phone("+14155550102;ext=7");
    let ana = create(&contacts, draft);
    drop(contacts);
    let contacts = desk.open(StandIn);
    let phones = ["+14155550101", "+14155550102"].map(|key| (key.to_owned(), true));
    assert_eq!(keys(&contacts, ana), phones);
    assert!(contacts.review(false).unwrap().is_empty());
    assert!(contacts.kinfold.check().unwrap().ok);
}

#[test]
fn external_ids_that_fall_together_are_left_to_somebody() {
    let desk = Desk::new();
    let contacts = desk.open(OwnRules);
    let ana = create(&contacts, Draft::new().external_id("crm", "a1"));
    let ben = create(&contacts, Draft::new().external_id("crm", "A1"));
    drop(contacts);
    let contacts = desk.open(StandIn);
    assert_eq!(keys(&contacts, ana), [("crm:a1".to_owned(), true)]);
    assert_eq!(keys(&contacts, ben), [("crm:A1".to_owned(), true)]);
    assert_eq!(contacts.review(false).unwrap().len(), 1);
    assert!(contacts.kinfold.check().unwrap().ok);
}

#[test]
fn blocks_and_undone_merges_follow_the_rules() {
    let desk = Desk::new();
    let contacts = desk.open(OwnRules);
    let ana = create(&contacts, Draft::new().email("ana+x@example.com"));
    let same = create(&contacts, Draft::new().email("same+y@example.com"));
    let blocked = Key::read(Kind::Email, "info+z@example.com").unwrap();
    contacts.block(&blocked).unwrap();
    let merge = contacts.merge(ana, same, &MergeRules::default()).unwrap();
    drop(contacts);

    let contacts = desk.open(StandIn);
    contacts.unmerge(merge.merge).unwrap();
    assert_eq!(keys(&contacts, ana), [("ana@example.com".to_owned(), true)]);
    assert_eq!(
        keys(&contacts, same),
        [("same@example.com".to_owned(), true)]
    );
    let blocked = contacts.blocked().unwrap();
    assert!(
        blocked
            .iter()
            .any(|blocked| blocked.key == "info@example.com")
    );
    assert!(contacts.kinfold.check().unwrap().ok);
}

/// Two spellings, one of which a merge brought: what the contact was given itself stays with it.
#[test]
fn what_falls_together_with_what_a_merge_brought_is_the_contact_s_own() {
    let desk = Desk::new();
    let contacts = desk.open(OwnRules);
    let ana = create(&contacts, Draft::new().phone("+14155550101"));
    let ben = create(&contacts, Draft::new().email("x+ben@example.com"));
    let merged = contacts.merge(ana, ben, &MergeRules::default()).unwrap();
    let added = Update::new().add_email("x+ana@example.com");
    contacts.update(ana, added).unwrap();
    drop(contacts);

    let contacts = desk.open(StandIn);
    contacts.unmerge(merged.merge).unwrap();
    let emails = |id| {
        let keys = keys(&contacts, id).into_iter().map(|(key, _)| key);
        keys.filter(|key| key.contains('@')).collect::<Vec<_>>()
    };
    assert_eq!(emails(ana), ["x@example.com"]);
    assert_eq!(emails(ben), ["x@example.com"]);
    assert!(contacts.kinfold.check().unwrap().ok);
    contacts.erase(ben).unwrap();
}

/// A pattern that could not meet the old keys blocks the new ones.
#[test]
fn a_new_key_of_a_blocked_shape_is_held_by_nobody() {
    let desk = Desk::new();
    let contacts = desk.open(OwnRules);
    let ana = create(&contacts, Draft::new().email("sales+ana@example.com"));
    let pattern = crate::ident::KeyPattern::read(Kind::Email, "sales@*").unwrap();
    contacts.block_pattern(&pattern).unwrap();
    drop(contacts);
    let contacts = desk.open(StandIn);
    assert_eq!(
        keys(&contacts, ana),
        [("sales@example.com".to_owned(), false)]
    );
    let listing = contacts.get(ana).unwrap().identifiers.remove(0);
    assert!(listing.blocked);
    assert!(contacts.kinfold.check().unwrap().ok);
}
