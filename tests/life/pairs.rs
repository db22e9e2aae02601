//! Pairs of contacts: different people for sure, or for somebody to decide.

use kinfold::{ContactId, Decision, MergeRules, OnConflict, ResolveRequest, Survivorship};

use crate::desk::{Desk, draft, parsed};

fn merge(desk: &Desk, survivor: ContactId, absorbed: ContactId) -> kinfold::MergeId {
    let rules = MergeRules::default();
    desk.once("merge", |contacts| {
        contacts.merge(survivor, absorbed, &rules)
    })
    .merge
}

/// Who waits for a decision.
fn queue(desk: &Desk) -> Vec<(ContactId, ContactId)> {
    let queue = desk.contacts.review(false).unwrap();
    queue.iter().map(|pair| (pair.a, pair.b)).collect()
}

/// Identifiers of both in one request: what the policy merges, or puts on the queue.
fn both(desk: &Desk, keys: &str, policy: OnConflict) -> kinfold::Outcome {
    let request = ResolveRequest::from(draft(keys)).on_conflict(policy);
    desk.contacts.resolve(request).unwrap()
}

/// "No rule and no suggestion pairs them again, until the mark is lifted."
#[test]
fn who_is_distinct_is_not_paired() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1"), desk.person("E1"));
    assert!(desk.once("distinct", |contacts| contacts.mark_distinct(b, a)));
    assert!(
        !desk
            .unchanged(|contacts| contacts.mark_distinct(a, b))
            .unwrap(),
        "either way round"
    );
    let outcome = both(&desk, "P1 E1", OnConflict::Merge);
    assert_eq!((outcome.merged.len(), outcome.conflicts.len()), (0, 1));
    assert_eq!(queue(&desk), []);
    assert!(desk.once("lift", |contacts| contacts.lift_distinct(a, b)));
    assert!(
        !desk
            .unchanged(|contacts| contacts.lift_distinct(b, a))
            .unwrap()
    );
    // Now a conflict is for somebody to decide, and a policy may merge.
    both(&desk, "P1 E1", OnConflict::PreferStrongest);
    assert_eq!(queue(&desk), [(a, b)]);
    assert_eq!(both(&desk, "P1 E1", OnConflict::Merge).merged, [a]);
}

/// "It follows both through merges."
#[test]
fn a_mark_follows_both() {
    let desk = Desk::new();
    let [a, b, c, d] = ["E1", "E2", "E3", "E4"].map(|keys| desk.person(keys));
    desk.once("distinct", |contacts| contacts.mark_distinct(a, b));
    let first = merge(&desk, c, a);
    merge(&desk, d, b);
    assert!(
        !desk
            .unchanged(|contacts| contacts.mark_distinct(c, d))
            .unwrap(),
        "C is A, D is B"
    );
    assert_eq!(both(&desk, "E1 E2", OnConflict::Merge).merged.len(), 0);
    assert_eq!(queue(&desk), []);
    // A stands alone again: the mark was A's, and C has none but that it is not A.
    desk.once("unmerge", |contacts| contacts.unmerge(first));
    assert!(
        !desk
            .unchanged(|contacts| contacts.mark_distinct(a, d))
            .unwrap()
    );
    assert!(desk.once("distinct", |contacts| contacts.mark_distinct(c, d)));
    // Lifted between those whom they lead to.
    assert!(desk.once("lift", |contacts| contacts.lift_distinct(a, b)));
    assert!(desk.once("distinct", |contacts| contacts.mark_distinct(a, d)));
}

/// Marks of a contact with itself, or with nobody.
#[test]
fn a_mark_needs_two() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("E2"));
    let nobody = ContactId::from_bytes([9; 16]);
    merge(&desk, a, b);
    for (one, other, code) in [
        (a, a, "INVALID_REQUEST"),
        (a, b, "INVALID_REQUEST"),
        (a, nobody, "NOT_FOUND"),
        (nobody, a, "NOT_FOUND"),
    ] {
        for error in [
            desk.refused(|contacts| contacts.mark_distinct(one, other)),
            desk.refused(|contacts| contacts.lift_distinct(one, other)),
            desk.refused(|contacts| contacts.decide(one, other, &Decision::Later)),
            desk.refused(|contacts| contacts.decide(one, other, &Decision::Distinct)),
            desk.refused(|contacts| {
                contacts.decide(one, other, &Decision::Merge(Default::default()))
            }),
        ] {
            assert_eq!(error.code(), code);
        }
    }
}

/// "Every conflict puts the pair on the review queue, once", with why and since when.
#[test]
fn a_conflict_is_for_somebody_to_decide() {
    let desk = Desk::new();
    let (a, b, c) = (desk.person("P1 P2"), desk.person("E1"), desk.person("E2"));
    both(&desk, "P1 E1", OnConflict::PreferStrongest);
    let first = desk.contacts.review(false).unwrap();
    both(&desk, "P2 E2", OnConflict::PreferStrongest);
    assert_eq!(queue(&desk), [(a, b), (a, c)], "oldest first");
    assert_eq!(
        (first[0].reason.as_str(), first[0].later),
        ("conflict", false)
    );
    let keys: Vec<_> = first[0]
        .keys
        .iter()
        .map(|shared| shared.key.as_str())
        .collect();
    assert_eq!(keys, ["+14155550101"]);
    assert!(first[0].since <= desk.get(b).updated_at);
    // Once: the same again writes nothing.
    desk.unchanged(|_| both(&desk, "P1 E1", OnConflict::PreferStrongest));
    // It is the pair of those whom they lead to.
    let d = desk.person("E4");
    merge(&desk, d, a);
    assert_eq!(queue(&desk), [(b, d), (c, d)]);
    // Who is deleted waits for nobody, and waits again when it is back.
    desk.once("delete", |contacts| contacts.delete(c));
    assert_eq!(queue(&desk), [(b, d)]);
    desk.once("restore", |contacts| contacts.restore(c));
    assert_eq!(queue(&desk), [(b, d), (c, d)]);
}

/// "Decide merge, distinct or later; a decided pair does not come back by itself."
#[test]
fn a_decided_pair_does_not_come_back() {
    let decisions: [(Decision, &str); 3] = [
        (Decision::Distinct, "distinct"),
        (Decision::Later, "review"),
        (Decision::Merge(MergeRules::default()), "merge"),
    ];
    for (decision, op) in decisions {
        let desk = Desk::new();
        let (a, b) = (desk.person("P1 P2"), desk.person("E1"));
        both(&desk, "P1 E1", OnConflict::PreferStrongest);
        assert_eq!(queue(&desk), [(a, b)]);
        let merged = desk.once(op, |contacts| contacts.decide(a, b, &decision));
        assert_eq!(queue(&desk), [], "{op}");
        let later = desk.contacts.review(true).unwrap();
        assert_eq!(later.len(), usize::from(op == "review"), "{op}");
        assert!(
            later
                .iter()
                .all(|pair| pair.later && (pair.a, pair.b) == (a, b))
        );
        // Another conflict of the two, and the same one again.
        both(&desk, "P2 E1", OnConflict::PreferStrongest);
        both(&desk, "P1 E1", OnConflict::PreferStrongest);
        assert_eq!(queue(&desk), [], "{op} again");
        match merged {
            Some(merged) => {
                assert_eq!((merged.contact.id, desk.get(b).id), (a, a));
                // Undone, the two are different people.
                desk.once("unmerge", |contacts| contacts.unmerge(merged.merge));
                assert_eq!(desk.contacts.review(true).unwrap(), []);
                both(&desk, "P1 E1", OnConflict::PreferStrongest);
                assert_eq!(queue(&desk), []);
            }
            None => assert_ne!(op, "merge"),
        }
    }
}

/// What was put off can be decided later, and what is decided is decided.
#[test]
fn put_off_and_decided() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1"), desk.person("E1"));
    both(&desk, "P1 E1", OnConflict::PreferStrongest);
    desk.once("review", |contacts| contacts.decide(a, b, &Decision::Later));
    desk.unchanged(|contacts| contacts.decide(b, a, &Decision::Later))
        .unwrap();
    desk.once("distinct", |contacts| {
        contacts.decide(b, a, &Decision::Distinct)
    });
    assert_eq!(desk.contacts.review(true).unwrap(), []);
    desk.unchanged(|contacts| contacts.decide(a, b, &Decision::Distinct))
        .unwrap();
    desk.unchanged(|contacts| contacts.decide(a, b, &Decision::Later))
        .unwrap();
    // "Until the mark is lifted": then a conflict is for somebody to decide again.
    desk.once("lift", |contacts| contacts.lift_distinct(a, b));
    assert_eq!(desk.contacts.review(true).unwrap(), []);
    both(&desk, "P1 E1", OnConflict::PreferStrongest);
    assert_eq!(queue(&desk), [(a, b)]);
}

/// A merge by decision knows the rules of survivorship, and any pair may be decided.
#[test]
fn a_pair_is_merged_by_rules() {
    let desk = Desk::new();
    let a = desk.make("E1", r#"{"company":"Acme"}"#).contact.id;
    let b = desk.make("E2", r#"{"company":"Acme Ltd"}"#).contact.id;
    let decision = Decision::Merge(MergeRules::every_field(Survivorship::Longest));
    let merged = desk
        .once("merge", |contacts| contacts.decide(a, b, &decision))
        .unwrap();
    assert_eq!(merged.contact.fields.company.as_deref(), Some("Acme Ltd"));
    assert_eq!(merged.lost.len(), 1);
}

/// The log names both of a pair.
#[test]
fn the_log_tells_of_pairs() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1"), desk.person("E1"));
    desk.once("distinct", |contacts| contacts.mark_distinct(a, b));
    desk.once("lift", |contacts| contacts.lift_distinct(a, b));
    let log = desk.changes();
    for (entry, op) in log[2..].iter().zip(["distinct", "lift"]) {
        assert_eq!((entry.op.as_str(), entry.contact), (op, Some(a)));
        assert_eq!(parsed(entry.diff.as_str())["with"], b.to_string());
    }
}

/// No pair of two scopes.
#[test]
fn scopes_do_not_see_each_other() {
    let desk = Desk::new();
    let a = desk.person("E1");
    let other = desk
        .kinfold
        .contacts(kinfold::Scope::new("b", None).unwrap());
    let b = other.resolve(draft("E1")).unwrap().contact.id;
    for error in [
        desk.refused(|contacts| contacts.mark_distinct(a, b)),
        desk.refused(|contacts| contacts.merge(a, b, &Default::default())),
        desk.refused(|_| other.delete(a)),
        desk.refused(|_| other.update(a, kinfold::Update::new().add_tag("t"))),
        desk.refused(|_| other.reassign(&crate::desk::key("E1"), a)),
        desk.refused(|_| other.restore(a)),
        desk.refused(|_| other.erase(a)),
    ] {
        assert_eq!(error.code(), "NOT_FOUND");
    }
}
