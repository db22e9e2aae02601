//! Merging: what the survivor gains, where the absorbed contact's id leads, what is refused.

use kinfold::{ContactId, MergeRules, OnConflict, ResolveRequest, Update};

use crate::desk::{Desk, draft, held, json, lists};

fn usual() -> MergeRules {
    MergeRules::default()
}

/// "The survivor gains the absorbed contact's identifiers, each at the smaller of their two
/// places in line."
#[test]
fn the_survivor_gains_the_identifiers() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1 E1"), desk.person("P2 X1"));
    let merged = desk.once("merge", |contacts| contacts.merge(a, b, &usual()));
    assert_eq!(lists(&merged.contact), "P1 P2 E1 X1");
    assert_eq!(merged.contact, desk.get(a));

    // Of a line of three the last two become one, and stand where the second stood.
    let desk = Desk::new();
    let [first, second, third] = [(); 3].map(|()| desk.person("P1"));
    desk.once("merge", |contacts| contacts.merge(third, second, &usual()));
    assert_eq!(
        (desk.lists(first), desk.lists(third)),
        ("P1".into(), "(P1)".into())
    );
    let fourth = desk.person("P1");
    desk.once("delete", |contacts| contacts.delete(first));
    assert_eq!(
        (desk.lists(third), desk.lists(fourth)),
        ("P1".into(), "(P1)".into())
    );

    // The first and the last of a line become one: it holds, whoever stays.
    let desk = Desk::new();
    let [first, second, third] = [(); 3].map(|()| desk.person("P1"));
    desk.once("merge", |contacts| contacts.merge(third, first, &usual()));
    assert_eq!(
        (desk.lists(third), desk.lists(second)),
        ("P1".into(), "(P1)".into())
    );
}

/// "The absorbed contact's id goes on answering: it leads to the survivor, through any number
/// of merges."
#[test]
fn the_absorbed_id_goes_on_answering() {
    let desk = Desk::new();
    let people: Vec<ContactId> = (1..=6).map(|n| desk.person(&format!("E{n}"))).collect();
    for pair in people.windows(2) {
        desk.once("merge", |contacts| {
            contacts.merge(pair[1], pair[0], &usual())
        });
    }
    let last = people[5];
    for id in &people {
        assert_eq!(desk.get(*id).id, last);
    }
    assert_eq!(desk.contacts.count().unwrap(), 1);
    let first = people[0];
    // In every call that takes an id.
    let update = Update::new().add_tag("lead");
    assert_eq!(
        desk.once("update", |contacts| contacts.update(first, update))
            .contact
            .id,
        last
    );
    let other = desk.person("E7");
    assert!(desk.once("distinct", |contacts| contacts.mark_distinct(first, other)));
    assert!(
        !desk
            .unchanged(|contacts| contacts.mark_distinct(other, last))
            .unwrap()
    );
    let key = crate::desk::key("E7");
    let given = desk.once("reassign", |contacts| contacts.reassign(&key, first));
    assert_eq!((given.id, desk.lists(other)), (last, "(E7)".into()));
    let merged = desk.once("merge", |contacts| contacts.merge(first, other, &usual()));
    assert_eq!(merged.contact.id, last);
    assert_eq!(desk.contacts.merges(Some(first)).unwrap().len(), 6);
    // "Only delete, erase and restore refuse it and name the survivor."
    for refused in [
        desk.refused(|contacts| contacts.delete(first)),
        desk.refused(|contacts| contacts.restore(first)),
        desk.refused(|contacts| contacts.erase(first)),
    ] {
        assert_eq!(
            (refused.code(), refused.survivor()),
            ("INVALID_REQUEST", Some(last))
        );
    }
}

/// "Merging a contact with itself, or two contacts with different values for one external
/// source, is an error."
#[test]
fn what_can_not_be_merged() {
    let desk = Desk::new();
    let a = desk.person("X1 E1");
    let b = desk.person("X2 E2");
    let c = desk.person("Y1 E3");
    let gone = desk.person("E4");
    desk.contacts.delete(gone).unwrap();
    desk.once("merge", |contacts| contacts.merge(c, b, &usual()));
    for (survivor, absorbed, code, why) in [
        (a, a, "INVALID_REQUEST", "one contact is not two"),
        (c, b, "INVALID_REQUEST", "both ids lead to one contact"),
        (
            b,
            c,
            "INVALID_REQUEST",
            "the same, named by the absorbed id",
        ),
        (a, c, "INVALID_REQUEST", "C has X2 from B, and A has X1"),
        (a, b, "INVALID_REQUEST", "B leads to C"),
        (a, gone, "NOT_FOUND", "who is deleted is not merged"),
        (gone, a, "NOT_FOUND", "nor does it absorb anybody"),
        (
            a,
            ContactId::from_bytes([7; 16]),
            "NOT_FOUND",
            "there is nobody",
        ),
    ] {
        let error = desk.refused(|contacts| contacts.merge(survivor, absorbed, &usual()));
        assert_eq!(error.code(), code, "{why}");
        let error = desk.refused(|contacts| contacts.preview_merge(survivor, absorbed, &usual()));
        assert_eq!(error.code(), code, "a dry run: {why}");
    }
}

/// "A merge called for explicitly is allowed in spite of a distinct mark."
#[test]
fn a_distinct_mark_does_not_stand_in_the_way_of_an_explicit_merge() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("P1"));
    desk.once("distinct", |contacts| contacts.mark_distinct(a, b));
    let both = || ResolveRequest::from(draft("E1 P1")).on_conflict(OnConflict::Merge);
    let outcome = desk.contacts.resolve(both()).unwrap();
    assert!(outcome.merged.is_empty(), "a policy merges no marked pair");
    let merged = desk.once("merge", |contacts| contacts.merge(a, b, &usual()));
    assert_eq!(lists(&merged.contact), "P1 E1");
}

/// "The limit per kind does not apply to merges."
#[test]
fn a_merge_goes_over_the_limit() {
    let desk = Desk::with(kinfold::Kinfold::builder().most_identifiers_of_a_kind(2));
    let (a, b) = (desk.person("P1 P2"), desk.person("P3 P4"));
    let merged = desk.once("merge", |contacts| contacts.merge(a, b, &usual()));
    assert_eq!(lists(&merged.contact), "P1 P2 P3 P4");
    // From then on nothing is added, and what is there can be edited.
    let outcome = desk.resolve("P1 P5");
    assert_eq!((outcome.changed, outcome.rejected.len()), (false, 1));
    let refused =
        desk.refused(|contacts| contacts.update(a, Update::new().add_phone("+14155550105")));
    assert_eq!(
        (refused.code(), refused.field()),
        ("INVALID_REQUEST", Some("phone"))
    );
    let fewer = Update::new().remove(&crate::desk::key("P2"));
    assert_eq!(
        lists(
            &desk
                .once("update", |contacts| contacts.update(a, fewer))
                .contact
        ),
        "P1 P3 P4"
    );
}

/// The dry run of a merge is what the merge answers, but for its id and time.
#[test]
fn a_dry_run_shows_the_merged_contact() {
    let desk = Desk::new();
    let a = desk.make("P1 E1", r#"{"name":"Ana"}"#).contact.id;
    let b = desk
        .make(
            "(P1) E2".trim_matches('(').replace(')', "").as_str(),
            r#"{"company":"Acme"}"#,
        )
        .contact
        .id;
    let dry = desk
        .unchanged(|contacts| contacts.preview_merge(a, b, &usual()))
        .unwrap();
    let done = desk.once("merge", |contacts| contacts.merge(a, b, &usual()));
    assert!(dry.merge.is_none() && !done.merge.is_none());
    let (mut dry, mut done) = (json(&dry.contact), json(&done.contact));
    for printed in [&mut dry, &mut done] {
        printed.as_object_mut().unwrap().remove("updated_at");
    }
    assert_eq!(dry, done, "the version too");
}

/// The ledger: of the scope, and of one contact with all that lead to it.
#[test]
fn merges_are_listed_oldest_first() {
    let desk = Desk::new();
    let [a, b, c, d, e] = [1, 2, 3, 4, 5].map(|n| desk.person(&format!("E{n}")));
    let first = desk
        .once("merge", |contacts| contacts.merge(a, b, &usual()))
        .merge;
    let second = desk
        .once("merge", |contacts| contacts.merge(c, a, &usual()))
        .merge;
    let other = desk
        .once("merge", |contacts| contacts.merge(d, e, &usual()))
        .merge;
    desk.once("unmerge", |contacts| contacts.unmerge(first));
    let entries = |of| {
        let merges = desk.contacts.merges(of).unwrap();
        merges
            .into_iter()
            .map(|entry| (entry.merge, entry.survivor, entry.absorbed, entry.undone))
            .collect::<Vec<_>>()
    };
    let all = [
        (first, a, b, true),
        (second, c, a, false),
        (other, d, e, false),
    ];
    assert_eq!(entries(None), all);
    assert_eq!(entries(Some(c)), all[..2]);
    assert_eq!(entries(Some(a)), all[..2], "A leads to C");
    assert_eq!(entries(Some(b)), all[..1], "B stands alone again");
    assert_eq!(entries(Some(e)), all[2..]);
    let nobody = ContactId::from_bytes([7; 16]);
    assert_eq!(
        desk.contacts.merges(Some(nobody)).unwrap_err().code(),
        "NOT_FOUND"
    );
}

/// What a policy merges is in the ledger like what somebody merged, and can be undone.
#[test]
fn a_merge_by_policy_is_undone_like_any() {
    let desk = Desk::new();
    let (a, b, c) = (desk.person("P1"), desk.person("E1"), desk.person("X1"));
    let request = ResolveRequest::from(draft("P1 E1 X1")).on_conflict(OnConflict::Merge);
    let outcome = desk.once("merge", |contacts| contacts.resolve(request));
    assert_eq!(outcome.merged, [b, a]);
    let undone = desk.once("unmerge", |contacts| contacts.unmerge(outcome.merges[0]));
    assert_eq!((undone.survivor.id, undone.restored.id), (c, b));
    assert_eq!(held(&undone.conflicts), []);
    assert_eq!(
        (desk.lists(c), desk.lists(b)),
        ("P1 X1".into(), "E1".into())
    );
    desk.once("unmerge", |contacts| contacts.unmerge(outcome.merges[1]));
    assert_eq!((desk.lists(c), desk.lists(a)), ("X1".into(), "P1".into()));
}
