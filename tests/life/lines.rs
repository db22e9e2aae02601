//! Who holds a key when somebody leaves a line, comes back to it, or is put in front: delete,
//! restore, reassign.

use kinfold::{ContactId, Update};

use crate::desk::{Desk, held, key, lists};

/// Three who list P1, in this order.
fn three(desk: &Desk) -> [ContactId; 3] {
    [1, 2, 3].map(|n| desk.person(&format!("P1 E{n}")))
}

/// Who holds P1, and who would if each holder in turn were deleted.
fn line(desk: &Desk) -> Vec<ContactId> {
    let mut line = Vec::new();
    while let Some(holder) = desk.holder("P1") {
        line.push(holder);
        desk.contacts.delete(holder).unwrap();
    }
    line
}

/// "When the holder leaves (it is deleted, or drops the identifier), the next one holds."
#[test]
fn the_next_one_holds() {
    let desk = Desk::new();
    let [a, b, c] = three(&desk);
    let deleted = desk.once("delete", |contacts| contacts.delete(a));
    assert!(deleted.deleted && lists(&deleted) == "(P1) (E1)");
    assert_eq!([b, c].map(|id| desk.lists(id)), ["P1 E2", "(P1) E3"]);
    let dropped = Update::new().remove(&key("P1"));
    desk.once("update", |contacts| contacts.update(b, dropped));
    assert_eq!([b, c].map(|id| desk.lists(id)), ["E2", "P1 E3"]);
    desk.once("delete", |contacts| contacts.delete(c));
    assert_eq!(desk.holder("P1"), None);
    // "Who newly lists a key joins at the end of its line", and here the line is empty.
    let d = desk.person("P1");
    assert_eq!(desk.holder("P1"), Some(d));
}

/// "Deleting leaves a tombstone, which holds nothing but keeps its places; restore puts the
/// contact back at them."
#[test]
fn who_comes_back_stands_where_it_stood() {
    // Who was not in front keeps its place in the middle.
    let desk = Desk::new();
    let [a, b, c] = three(&desk);
    desk.once("delete", |contacts| contacts.delete(b));
    let restored = desk.once("restore", |contacts| contacts.restore(b));
    assert_eq!(
        (lists(&restored.contact), held(&restored.conflicts)),
        ("(P1) E2".into(), vec![])
    );
    assert_eq!(line(&desk), [a, b, c]);

    // Who is alone in its lines has them back.
    let desk = Desk::new();
    let a = desk.person("P1 E1 X1");
    desk.once("delete", |contacts| contacts.delete(a));
    assert_eq!(desk.lists(a), "(P1) (E1) (X1)");
    let restored = desk.once("restore", |contacts| contacts.restore(a));
    assert_eq!(
        (lists(&restored.contact), held(&restored.conflicts)),
        ("P1 E1 X1".into(), vec![])
    );
}

/// "A key that got another holder meanwhile stays with that one and the restored contact goes
/// right behind it."
#[test]
fn a_key_that_got_another_holder_stays_there() {
    let desk = Desk::new();
    let [a, b, c] = three(&desk);
    desk.once("delete", |contacts| contacts.delete(a));
    let restored = desk.once("restore", |contacts| contacts.restore(a));
    assert_eq!(held(&restored.conflicts), [("P1".into(), b)]);
    assert_eq!(lists(&restored.contact), "(P1) E1");
    assert_eq!(
        line(&desk),
        [b, a, c],
        "right behind, and before who stood there"
    );

    // Two came and went: the one who came back first stands before the one who came back later.
    let desk = Desk::new();
    let [a, b, c] = three(&desk);
    desk.once("delete", |contacts| contacts.delete(a));
    desk.once("delete", |contacts| contacts.delete(b));
    desk.once("restore", |contacts| contacts.restore(a));
    desk.once("restore", |contacts| contacts.restore(b));
    assert_eq!(line(&desk), [c, b, a], "each right behind the holder");

    // Deleted and restored many times, nobody's place is ever taken twice.
    let desk = Desk::new();
    let [a, b, c] = three(&desk);
    for _ in 0..40 {
        for id in [a, b] {
            desk.once("delete", |contacts| contacts.delete(id));
            desk.once("restore", |contacts| contacts.restore(id));
        }
    }
    let line = line(&desk);
    assert_eq!(line.len(), 3);
    assert!(line.contains(&a) && line.contains(&b) && line.contains(&c));
}

/// "An external id held by another meanwhile is not restored. Both are reported as conflicts."
#[test]
fn an_external_id_that_somebody_has_is_not_restored() {
    let desk = Desk::new();
    let a = desk.person("P1 X1 Y1");
    desk.once("delete", |contacts| contacts.delete(a));
    let b = desk.person("P1 X1");
    let restored = desk.once("restore", |contacts| contacts.restore(a));
    assert_eq!(
        held(&restored.conflicts),
        [("P1".into(), b), ("X1".into(), b)]
    );
    assert_eq!(
        (lists(&restored.contact), desk.lists(b)),
        ("(P1) Y1".into(), "P1 X1".into())
    );
}

/// Of a deleted contact everything is there to look at, and nothing to change.
#[test]
fn what_a_tombstone_allows() {
    let desk = Desk::new();
    let a = desk.make("E1", r#"{"name":"Ana"}"#).contact.id;
    let b = desk.person("E2");
    desk.once("delete", |contacts| contacts.delete(a));
    let tombstone = desk.get(a);
    assert!(tombstone.deleted && tombstone.fields.name.display().as_deref() == Some("Ana"));
    assert_eq!(desk.contacts.count().unwrap(), 1);
    let rules = kinfold::MergeRules::default();
    for refused in [
        desk.refused(|contacts| contacts.delete(a)),
        desk.refused(|contacts| contacts.update(a, Update::new().add_tag("t"))),
        desk.refused(|contacts| contacts.reassign(&key("E2"), a)),
        desk.refused(|contacts| contacts.merge(b, a, &rules)),
        desk.refused(|contacts| contacts.mark_distinct(a, b)),
    ] {
        assert_eq!(refused.code(), "NOT_FOUND");
    }
    let live = desk.refused(|contacts| contacts.restore(b));
    assert_eq!((live.code(), live.field()), ("INVALID_REQUEST", Some("id")));
    let nobody = ContactId::from_bytes([9; 16]);
    assert_eq!(
        desk.refused(|contacts| contacts.restore(nobody)).code(),
        "NOT_FOUND"
    );
    assert_eq!(
        desk.refused(|contacts| contacts.delete(nobody)).code(),
        "NOT_FOUND"
    );
    assert_eq!(
        desk.refused(|contacts| contacts.erase(nobody)).code(),
        "NOT_FOUND"
    );
}

/// What leads to a deleted contact comes back with it.
#[test]
fn a_family_goes_and_comes_together() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("E2"));
    let rules = kinfold::MergeRules::default();
    desk.once("merge", |contacts| contacts.merge(a, b, &rules));
    desk.once("delete", |contacts| contacts.delete(a));
    assert!(desk.get(b).deleted);
    desk.once("restore", |contacts| contacts.restore(a));
    assert_eq!((desk.get(b).id, desk.lists(a)), (a, "E1 E2".into()));
}

/// "reassign(key, contact) moves a contact to the front."
#[test]
fn a_number_gets_a_new_owner() {
    let desk = Desk::new();
    let [a, b, c] = three(&desk);
    let contact = desk.once("reassign", |contacts| contacts.reassign(&key("P1"), c));
    assert_eq!(lists(&contact), "P1 E3");
    // To who has it already: nothing to do.
    desk.unchanged(|contacts| contacts.reassign(&key("P1"), c))
        .unwrap();
    let outsider = desk.person("E9");
    let contact = desk.once("reassign", |contacts| {
        contacts.reassign(&key("P1"), outsider)
    });
    assert_eq!(lists(&contact), "P1 E9", "who did not list it does now");
    assert_eq!(line(&desk), [outsider, c, a, b]);

    // Nobody lists it: it is given all the same.
    let desk = Desk::new();
    let a = desk.person("E1");
    let contact = desk.once("reassign", |contacts| contacts.reassign(&key("P5"), a));
    assert_eq!(lists(&contact), "P5 E1");
}

/// A deleted contact in front of the line stays behind who got the key, also when it is back.
#[test]
fn who_comes_back_stands_behind_the_new_owner() {
    let desk = Desk::new();
    let [a, b, c] = three(&desk);
    desk.once("delete", |contacts| contacts.delete(a));
    desk.once("reassign", |contacts| contacts.reassign(&key("P1"), c));
    let restored = desk.once("restore", |contacts| contacts.restore(a));
    assert_eq!(held(&restored.conflicts), []);
    assert_eq!(
        line(&desk),
        [c, a, b],
        "its place is behind the front, as it was"
    );
}

/// "An external id has no line: reassigning it takes it from its holder, and is refused if the
/// contact has another value for that source."
#[test]
fn an_external_id_is_taken_from_its_holder() {
    let desk = Desk::new();
    let (a, b, c) = (
        desk.person("X1 E1"),
        desk.person("E2"),
        desk.person("X2 E3"),
    );
    let versions = desk.get(a).version;
    let contact = desk.once("reassign", |contacts| contacts.reassign(&key("X1"), b));
    assert_eq!(
        (lists(&contact), desk.lists(a)),
        ("E2 X1".into(), "E1".into())
    );
    assert!(desk.get(a).version > versions, "A changed, too");
    desk.unchanged(|contacts| contacts.reassign(&key("X1"), b))
        .unwrap();
    let error = desk.refused(|contacts| contacts.reassign(&key("X1"), c));
    assert_eq!(
        (error.code(), error.field()),
        ("INVALID_REQUEST", Some("external_id"))
    );

    // From a tombstone, too: it comes back without.
    desk.once("delete", |contacts| contacts.delete(b));
    desk.once("reassign", |contacts| contacts.reassign(&key("X1"), a));
    let restored = desk.once("restore", |contacts| contacts.restore(b));
    assert_eq!(held(&restored.conflicts), [("X1".into(), a)]);
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("E1 X1".into(), "E2".into())
    );
}

/// "A blocked key can be reassigned; it is held only after unblocking."
#[test]
fn a_blocked_key_can_be_reassigned() {
    let desk = Desk::new();
    let [a, b, c] = three(&desk);
    desk.once("block", |contacts| contacts.block(&key("P1")));
    let contact = desk.once("reassign", |contacts| contacts.reassign(&key("P1"), b));
    assert_eq!(
        (lists(&contact), desk.holder("P1")),
        ("(P1) E2".into(), None)
    );
    desk.once("unblock", |contacts| contacts.unblock(&key("P1")));
    assert_eq!(line(&desk), [b, a, c]);
}

/// Who else holds a key because of it is told by the entry of the log.
#[test]
fn the_log_says_who_holds_now() {
    let desk = Desk::new();
    let [a, b, _] = three(&desk);
    desk.once("delete", |contacts| contacts.delete(a));
    let log = desk.changes();
    let told = crate::desk::parsed(log.last().unwrap().diff.as_str());
    assert_eq!(told["deleted"]["after"], true);
    assert_eq!(told["holders"][0]["key"], "+14155550101");
    assert_eq!(told["holders"][0]["holder"], b.to_string());
}
