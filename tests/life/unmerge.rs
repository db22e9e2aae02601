//! Undoing a merge: both stand as before it, except for what has been changed since; in any
//! order.

use kinfold::{Conflict, ContactId, MergeId, MergeRules, TextField, Update};

use crate::desk::{Desk, but_version, draft, held, key, lists};

fn merge(desk: &Desk, survivor: ContactId, absorbed: ContactId) -> MergeId {
    let rules = MergeRules::default();
    desk.once("merge", |contacts| {
        contacts.merge(survivor, absorbed, &rules)
    })
    .merge
}

/// Undoes it; what it reported.
fn undo(desk: &Desk, merge: MergeId) -> Vec<Conflict> {
    desk.once("unmerge", |contacts| contacts.unmerge(merge))
        .conflicts
}

fn update(desk: &Desk, id: ContactId, update: Update) {
    desk.once("update", |contacts| contacts.update(id, update));
}

fn company(desk: &Desk, id: ContactId) -> Option<String> {
    desk.get(id).fields.company
}

/// "Merge and unmerge together are the identity but for the mark, the log and the version."
#[test]
fn merge_and_unmerge_are_the_identity() {
    let desk = Desk::new();
    let a = desk.make(
        "P1 E1 X1",
        r#"{"name":"Ana Ruiz","tags":["lead"],"metadata":{"n":1.50}}"#,
    );
    let b = desk.make(
        "P1 P2 Y1",
        r#"{"company":"Acme","tags":["vip"],"metadata":{"m":2}}"#,
    );
    let others = [desk.person("P2"), desk.person("P1")];
    let (a, b) = (a.contact.id, b.contact.id);
    let all = || [a, b, others[0], others[1]].map(|id| but_version(&desk.get(id)));
    let before = all();
    let versions = [a, b].map(|id| desk.get(id).version);
    for survivor_first in [true, false] {
        let (survivor, absorbed) = if survivor_first { (a, b) } else { (b, a) };
        let merged = merge(&desk, survivor, absorbed);
        assert_eq!(undo(&desk, merged), []);
        assert_eq!(all(), before);
        assert!(desk.once("lift", |contacts| contacts.lift_distinct(a, b)));
    }
    assert!([a, b].map(|id| desk.get(id).version) > versions);
}

/// "The pair is marked distinct."
#[test]
fn who_was_parted_is_not_paired_again() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1"), desk.person("E1"));
    desk.resolve("P1 E1");
    assert_eq!(desk.contacts.review(true).unwrap().len(), 1);
    let merged = merge(&desk, a, b);
    undo(&desk, merged);
    assert!(desk.contacts.review(true).unwrap().is_empty());
    assert!(
        !desk
            .unchanged(|contacts| contacts.mark_distinct(a, b))
            .unwrap()
    );
    let again =
        kinfold::ResolveRequest::from(draft("P1 E1")).on_conflict(kinfold::OnConflict::Merge);
    let outcome = desk.contacts.resolve(again).unwrap();
    assert_eq!((outcome.merged.len(), outcome.conflicts.len()), (0, 1));
    assert!(desk.contacts.review(true).unwrap().is_empty());
}

/// "Every value and place in line that a merge brought remembers which merge that was; unmerge
/// gives back what still carries its mark." "A field filled by the merge and edited since: the
/// survivor keeps the edit, B has its own value."
#[test]
fn what_was_edited_since_stays_with_the_survivor() {
    let desk = Desk::new();
    let a = desk.make("E1", r#"{"name":"Ana"}"#).contact.id;
    let b = desk
        .make(
            "E2",
            r#"{"company":"Acme","gender":"f","tags":["vip"],"metadata":{"k":1,"l":2}}"#,
        )
        .contact
        .id;
    let merged = merge(&desk, a, b);
    let edit = Update::new()
        .text(TextField::Company, "Initech")
        .name("Ana Ruiz")
        .metadata("k", 7_i64)
        .add_tag("new")
        .add_email("e3@example.com");
    update(&desk, a, edit);
    let undone = desk.once("unmerge", |contacts| contacts.unmerge(merged));
    let (survivor, restored) = (&undone.survivor, &undone.restored);
    assert_eq!(
        survivor.fields.company.as_deref(),
        Some("Initech"),
        "edited"
    );
    assert_eq!(
        survivor.fields.name.display().as_deref(),
        Some("Ana Ruiz"),
        "its own, edited"
    );
    assert_eq!(survivor.fields.gender, None, "brought, and given back");
    assert_eq!(survivor.fields.tags, ["new"]);
    let metadata: Vec<_> = survivor.fields.metadata.iter().collect();
    assert_eq!(metadata.len(), 1, "k was edited, l goes back");
    assert_eq!((metadata[0].0, metadata[0].1.as_str()), ("k", "7"));
    assert_eq!(lists(survivor), "E1 E3");
    assert_eq!(restored.fields.company.as_deref(), Some("Acme"));
    assert_eq!(restored.fields.metadata.get("k").unwrap().as_str(), "1");
    assert_eq!(restored.fields.tags, ["vip"]);
    assert_eq!(lists(restored), "E2");
}

/// Emptying a field that a merge filled is an edit like any: it stays empty, and nothing comes
/// back by the undo.
#[test]
fn what_was_cleared_since_stays_cleared() {
    let desk = Desk::new();
    let a = desk.person("E1");
    let b = desk
        .make("E2", r#"{"company":"Acme","tags":["vip"]}"#)
        .contact
        .id;
    let merged = merge(&desk, a, b);
    update(
        &desk,
        a,
        Update::new().clear(TextField::Company).remove_tag("VIP"),
    );
    undo(&desk, merged);
    assert_eq!(
        (company(&desk, a), company(&desk, b)),
        (None, Some("Acme".into()))
    );
    assert_eq!(desk.get(b).fields.tags, ["vip"]);
}

/// "In other orders: A absorbed B, C absorbed A, then the first is undone: B stands alone, A
/// still leads to C." "Undoing an inner merge takes its values from today's survivor; undoing
/// the outer one later does not bring them back."
#[test]
fn the_inner_merge_is_undone_first() {
    let desk = Desk::new();
    let a = desk.make("E1 P1", r#"{"gender":"f"}"#).contact.id;
    let b = desk
        .make("E2 P1", r#"{"company":"Acme","tags":["vip"]}"#)
        .contact
        .id;
    let c = desk.make("E3", r#"{"name":"Cem"}"#).contact.id;
    let before = [a, b, c].map(|id| but_version(&desk.get(id)));
    let inner = merge(&desk, a, b);
    let outer = merge(&desk, c, a);
    assert_eq!(desk.lists(c), "P1 E3 E1 E2");

    let undone = desk.once("unmerge", |contacts| contacts.unmerge(inner));
    assert_eq!((undone.survivor.id, undone.restored.id), (c, b));
    assert_eq!(desk.get(a).id, c);
    assert_eq!(
        (desk.lists(c), desk.lists(b)),
        ("P1 E3 E1".into(), "(P1) E2".into())
    );
    assert_eq!(
        (company(&desk, c), company(&desk, b)),
        (None, Some("Acme".into()))
    );
    assert_eq!(
        desk.get(c).fields.gender.as_deref(),
        Some("f"),
        "that was A's own"
    );

    undo(&desk, outer);
    assert_eq!([a, b, c].map(|id| but_version(&desk.get(id))), before);
}

/// The same merges, undone from the outside in.
#[test]
fn the_outer_merge_is_undone_first() {
    let desk = Desk::new();
    let a = desk.make("E1 P1", r#"{"gender":"f"}"#).contact.id;
    let b = desk.make("E2 P1", r#"{"company":"Acme"}"#).contact.id;
    let c = desk.person("E3 P1");
    let before = [a, b, c].map(|id| but_version(&desk.get(id)));
    let inner = merge(&desk, a, b);
    let outer = merge(&desk, c, a);
    undo(&desk, outer);
    assert_eq!((desk.get(b).id, desk.lists(a)), (a, "P1 E1 E2".into()));
    undo(&desk, inner);
    assert_eq!([a, b, c].map(|id| but_version(&desk.get(id))), before);
}

/// What an inner merge had brought first, a later one brings when the inner one is undone: as
/// if it had never been made.
#[test]
fn a_later_merge_brings_what_the_undone_one_had_brought() {
    let desk = Desk::new();
    let a = desk.person("E1");
    let b = desk.make("E2", r#"{"company":"Acme"}"#).contact.id;
    let c = desk.make("E3", r#"{"company":"Initech"}"#).contact.id;
    let first = merge(&desk, a, b);
    let second = merge(&desk, a, c);
    assert_eq!(company(&desk, a).as_deref(), Some("Acme"));
    undo(&desk, first);
    assert_eq!(
        company(&desk, a).as_deref(),
        Some("Initech"),
        "C's, which had no effect before"
    );
    undo(&desk, second);
    assert_eq!(company(&desk, a), None);
    assert_eq!(company(&desk, c).as_deref(), Some("Initech"));
}

/// Three into one, undone in each of the six orders.
#[test]
fn any_order_leads_back() {
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        let desk = Desk::new();
        let people: Vec<ContactId> = (1..=4)
            .map(|n| {
                let fields = format!(r#"{{"name":"N{n}","tags":["t{n}"],"metadata":{{"k":{n}}}}}"#);
                desk.make(&format!("P1 E{n}"), &fields).contact.id
            })
            .collect();
        let before: Vec<_> = people
            .iter()
            .map(|id| but_version(&desk.get(*id)))
            .collect();
        // 1 into 2, 2 into 3, and 4 into 3.
        let merges =
            [(1, 0), (2, 1), (2, 3)].map(|(to, from)| merge(&desk, people[to], people[from]));
        for which in order {
            assert_eq!(undo(&desk, merges[which]), [], "{order:?}");
        }
        let after: Vec<_> = people
            .iter()
            .map(|id| but_version(&desk.get(*id)))
            .collect();
        assert_eq!(after, before, "{order:?}");
    }
}

/// "An identifier that moved and was then removed from the survivor stays removed there and
/// goes back to B."
#[test]
fn an_identifier_that_was_removed_goes_back_all_the_same() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("P1 E2"));
    let merged = merge(&desk, a, b);
    update(&desk, a, Update::new().remove(&key("P1")));
    assert_eq!(desk.holder("P1"), None);
    assert_eq!(undo(&desk, merged), []);
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("E1".into(), "P1 E2".into())
    );
}

/// One that was removed and added again is the survivor's own: it holds it, and the other one
/// lists it right behind.
#[test]
fn an_identifier_that_was_removed_and_added_again_is_the_survivors() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("E2 P1"));
    let merged = merge(&desk, a, b);
    update(&desk, a, Update::new().remove(&crate::desk::key("P1")));
    update(&desk, a, Update::new().add_phone("+14155550101"));
    let conflicts = undo(&desk, merged);
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].holder, a);
    assert_eq!(lists(&desk.get(a)), "P1 E1");
    assert_eq!(lists(&desk.get(b)), "(P1) E2");
}

/// One that was removed and that somebody else came to hold: B is listed right behind.
#[test]
fn an_identifier_that_somebody_else_got_stays_there() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("P1 E2"));
    let merged = merge(&desk, a, b);
    update(&desk, a, Update::new().remove(&key("P1")));
    let d = desk.person("P1 E4");
    let last = desk.person("P1 E5");
    let conflicts = undo(&desk, merged);
    assert_eq!(held(&conflicts), [("P1".into(), d)]);
    assert_eq!(
        [a, b, d, last].map(|id| desk.lists(id)),
        ["E1", "(P1) E2", "P1 E4", "(P1) E5"]
    );
    desk.once("delete", |contacts| contacts.delete(d));
    assert_eq!(
        desk.holder("P1"),
        Some(b),
        "right behind D, and before who came later"
    );
}

/// "One reassigned to D meanwhile: B lists it, D holds it."
#[test]
fn a_reassigned_identifier_stays_where_it_went() {
    let desk = Desk::new();
    let (a, b, d) = (desk.person("E1"), desk.person("P1 E2"), desk.person("E4"));
    let merged = merge(&desk, a, b);
    desk.once("reassign", |contacts| contacts.reassign(&key("P1"), d));
    assert_eq!(desk.lists(a), "(P1) E1 E2");
    let conflicts = undo(&desk, merged);
    assert_eq!(held(&conflicts), [("P1".into(), d)]);
    assert_eq!(
        [a, b, d].map(|id| desk.lists(id)),
        ["E1", "(P1) E2", "P1 E4"]
    );
}

/// Reassigned to the survivor itself: from then on it is the survivor's own, and B lists it
/// behind, also where the survivor stood in front already.
#[test]
fn what_was_reassigned_to_the_survivor_is_its_own() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("P1 X1"));
    let merged = merge(&desk, a, b);
    for own in ["P1", "X1"] {
        let contact = desk.once("reassign", |contacts| contacts.reassign(&key(own), a));
        assert_eq!(lists(&contact), "P1 E1 X1");
        let again = desk
            .unchanged(|contacts| contacts.reassign(&key(own), a))
            .unwrap();
        assert_eq!(again, contact);
    }
    let conflicts = undo(&desk, merged);
    assert_eq!(held(&conflicts), [("P1".into(), a), ("X1".into(), a)]);
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("P1 E1 X1".into(), "(P1)".into())
    );
}

/// "Of the two places in line each gets its own back."
#[test]
fn each_gets_its_own_place_back() {
    let desk = Desk::new();
    let [b, other, a] = [(); 3].map(|()| desk.person("P1"));
    let merged = merge(&desk, a, b);
    assert_eq!(desk.holder("P1"), Some(a), "at B's place, before the other");
    undo(&desk, merged);
    assert_eq!(
        [b, other, a].map(|id| desk.lists(id)),
        ["P1", "(P1)", "(P1)"]
    );
    desk.once("delete", |contacts| contacts.delete(b));
    assert_eq!(desk.holder("P1"), Some(other), "A stands behind it again");
}

/// "An external id that somebody else took meanwhile is not given back but reported as a
/// conflict."
#[test]
fn an_external_id_that_somebody_took_is_not_given_back() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("X1 E2"));
    let merged = merge(&desk, a, b);
    update(&desk, a, Update::new().remove(&key("X1")));
    let d = desk.person("X1");
    let conflicts = undo(&desk, merged);
    assert_eq!(held(&conflicts), [("X1".into(), d)]);
    assert_eq!([a, b, d].map(|id| desk.lists(id)), ["E1", "E2", "X1"]);
}

/// The survivor got another value of B's source after B's was taken from it: both keep their own.
#[test]
fn the_survivor_keeps_another_value_of_the_source() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("X1 E2"));
    let merged = merge(&desk, a, b);
    update(&desk, a, Update::new().external_id("x", "9"));
    assert_eq!(desk.lists(a), "E1 E2 X9");
    assert_eq!(undo(&desk, merged), []);
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("E1 X9".into(), "E2 X1".into())
    );
}

/// The survivor was deleted meanwhile: B lives, and what was the survivor's own stays with the
/// tombstone.
#[test]
fn the_survivor_was_deleted() {
    let desk = Desk::new();
    let a = desk.make("P1 E1", r#"{"name":"Ana"}"#).contact.id;
    let b = desk.make("P1 E2", r#"{"company":"Acme"}"#).contact.id;
    let merged = merge(&desk, a, b);
    desk.once("delete", |contacts| contacts.delete(a));
    assert_eq!(desk.contacts.count().unwrap(), 0);
    let undone = desk.once("unmerge", |contacts| contacts.unmerge(merged));
    assert!(undone.survivor.deleted && !undone.restored.deleted);
    assert_eq!(undone.conflicts, []);
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("(P1) (E1)".into(), "P1 E2".into())
    );
    assert_eq!(
        (company(&desk, a), company(&desk, b)),
        (None, Some("Acme".into()))
    );
    assert_eq!(desk.contacts.count().unwrap(), 1);
    // A's place is before B's, but B got the key meanwhile.
    let restored = desk.once("restore", |contacts| contacts.restore(a));
    assert_eq!(held(&restored.conflicts), [("P1".into(), b)]);
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("(P1) E1".into(), "P1 E2".into())
    );
}

/// The same after the survivor was put back.
#[test]
fn the_survivor_was_deleted_and_restored() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("P1"));
    let before = [a, b].map(|id| desk.lists(id));
    let merged = merge(&desk, a, b);
    desk.once("delete", |contacts| contacts.delete(a));
    desk.once("restore", |contacts| contacts.restore(a));
    assert_eq!(undo(&desk, merged), []);
    assert_eq!([a, b].map(|id| desk.lists(id)), before);
}

/// A key that was blocked meanwhile goes back, and is held by nobody; lifted, it is B's.
#[test]
fn a_blocked_key_goes_back_unheld() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("P1"));
    let merged = merge(&desk, a, b);
    desk.once("block", |contacts| contacts.block(&key("P1")));
    assert_eq!(undo(&desk, merged), []);
    assert_eq!((desk.lists(a), desk.lists(b)), ("E1".into(), "(P1)".into()));
    desk.once("unblock", |contacts| contacts.unblock(&key("P1")));
    assert_eq!(desk.holder("P1"), Some(b));
}

/// A merge that was undone can be made again, and undone again.
#[test]
fn merged_again() {
    let desk = Desk::new();
    let (a, b) = (
        desk.make("P1 E1", r#"{"name":"Ana"}"#),
        desk.make("P1 E2", r#"{"company":"Acme"}"#),
    );
    let (a, b) = (a.contact.id, b.contact.id);
    let before = [a, b].map(|id| but_version(&desk.get(id)));
    for (survivor, absorbed) in [(a, b), (b, a), (a, b)] {
        let merged = merge(&desk, survivor, absorbed);
        assert_eq!(desk.get(absorbed).id, survivor);
        undo(&desk, merged);
        assert_eq!([a, b].map(|id| but_version(&desk.get(id))), before);
    }
}

/// The one that stands alone again may be merged into somebody else, and what it had absorbed
/// before goes with it.
#[test]
fn what_had_been_absorbed_before_comes_along() {
    let desk = Desk::new();
    let [a, b, c, d] = [1, 2, 3, 4].map(|n| desk.person(&format!("E{n}")));
    merge(&desk, b, c);
    let wrong = merge(&desk, a, b);
    assert_eq!(desk.get(c).id, a);
    undo(&desk, wrong);
    assert_eq!((desk.get(c).id, desk.lists(b)), (b, "E2 E3".into()));
    let right = merge(&desk, d, b);
    assert_eq!((desk.get(c).id, desk.lists(d)), (d, "E4 E2 E3".into()));
    undo(&desk, right);
    assert_eq!(desk.lists(b), "E2 E3");
}

/// What can't be undone.
#[test]
fn refusals() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("E2"));
    let merged = merge(&desk, a, b);
    let elsewhere = desk
        .kinfold
        .contacts(kinfold::Scope::new("elsewhere", None).unwrap());
    elsewhere.resolve(draft("E1")).unwrap();
    let nobody = MergeId::from_bytes([7; 16]);
    assert_eq!(
        desk.refused(|contacts| contacts.unmerge(nobody)).code(),
        "NOT_FOUND"
    );
    assert_eq!(
        desk.refused(|_| elsewhere.unmerge(merged)).code(),
        "NOT_FOUND"
    );
    undo(&desk, merged);
    assert_eq!(
        desk.refused(|contacts| contacts.unmerge(merged)).code(),
        "INVALID_REQUEST"
    );
}

/// An undone merge tells in the log what went where.
#[test]
fn the_log_tells_of_it() {
    let desk = Desk::new();
    let (a, b) = (
        desk.person("E1"),
        desk.make("P1", r#"{"company":"Acme"}"#).contact.id,
    );
    let merged = merge(&desk, a, b);
    undo(&desk, merged);
    let log = desk.changes();
    let entry = log.last().unwrap();
    assert_eq!((entry.op.as_str(), entry.contact), ("unmerge", Some(a)));
    let told = crate::desk::parsed(entry.diff.as_str());
    assert_eq!(told["merge"], merged.to_string());
    assert_eq!(told["restored"][0]["id"], b.to_string());
    assert_eq!(told["company"]["before"], "Acme");
    assert_eq!(told["phones"]["removed"][0]["key"], "+14155550101");
}
