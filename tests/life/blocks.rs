//! Keys that nobody holds, because too many share them: by themselves, by their shape, and
//! those that a new scope starts with.

use kinfold::{Blocked, Contacts, Key, KeyPattern, Kind, OnConflict, ResolveRequest, Scope};

use crate::desk::{Desk, draft, key, lists, parsed};

fn emails(shape: &str) -> KeyPattern {
    KeyPattern::read(Kind::Email, shape).unwrap()
}

/// What is blocked, but for what a new scope starts with.
fn blocked(contacts: &Contacts) -> Vec<String> {
    let blocked = contacts.blocked().unwrap();
    let new = Desk::new();
    new.person("E1");
    let usual: Vec<String> = new
        .contacts
        .blocked()
        .unwrap()
        .into_iter()
        .map(|b| b.key)
        .collect();
    let keys = blocked.into_iter().map(|blocked: Blocked| blocked.key);
    keys.filter(|key| !usual.contains(key)).collect()
}

/// "Blocked keys are listed by contacts and held by none: they never match." "Lifting a block
/// gives the key back to the first live contact in its line."
#[test]
fn a_blocked_key_is_held_by_none() {
    let desk = Desk::new();
    let [a, b, c] = [1, 2, 3].map(|n| desk.person(&format!("P1 E{n}")));
    desk.contacts.delete(a).unwrap();
    assert!(desk.once("block", |contacts| contacts.block(&key("P1"))));
    assert_eq!([b, c].map(|id| desk.lists(id)), ["(P1) E2", "(P1) E3"]);
    assert_eq!(blocked(&desk.contacts), ["+14155550101"]);
    assert!(
        desk.get(b)
            .phones()
            .all(|phone| phone.blocked && !phone.holds)
    );
    // Case 11 and 12 of the rules.
    assert_eq!(
        desk.refused(|contacts| contacts.resolve(draft("P1")))
            .code(),
        "NO_IDENTIFIER"
    );
    let made = desk.resolve("P1 E9");
    assert!(made.created && lists(&made.contact) == "(P1) E9" && made.conflicts.is_empty());
    // The other way round nothing is left to do.
    assert!(
        !desk
            .unchanged(|contacts| contacts.block(&key("P1")))
            .unwrap()
    );
    assert!(desk.once("unblock", |contacts| contacts.unblock(&key("P1"))));
    assert_eq!(desk.holder("P1"), Some(b), "the first live one");
    assert!(
        !desk
            .unchanged(|contacts| contacts.unblock(&key("P1")))
            .unwrap()
    );
    assert_eq!(blocked(&desk.contacts), [""; 0]);
}

/// What happens to a line while its key is blocked shows when the block is lifted.
#[test]
fn a_line_goes_on_while_it_is_blocked() {
    let desk = Desk::new();
    let [a, b, c] = [1, 2, 3].map(|n| desk.person(&format!("P1 E{n}")));
    desk.once("block", |contacts| contacts.block(&key("P1")));
    desk.once("merge", |contacts| {
        contacts.merge(c, a, &Default::default())
    });
    desk.once("delete", |contacts| contacts.delete(b));
    desk.once("restore", |contacts| contacts.restore(b));
    assert_eq!(desk.holder("P1"), None);
    desk.once("unblock", |contacts| contacts.unblock(&key("P1")));
    assert_eq!(
        (desk.lists(c), desk.lists(b)),
        ("P1 E3 E1".into(), "(P1) E2".into())
    );
}

/// "A blocked external id is left out of the request and rejected: it neither contradicts nor is
/// stored."
#[test]
fn a_blocked_external_id() {
    let desk = Desk::new();
    let a = desk.person("P1 X1");
    for id in ["X1", "X2"] {
        desk.once("block", |contacts| contacts.block(&key(id)));
    }
    assert_eq!(desk.lists(a), "P1 (X1)");
    let outcome = desk
        .unchanged(|contacts| contacts.resolve(draft("P1 X2")))
        .unwrap();
    assert_eq!((outcome.contact.id, outcome.rejected.len()), (a, 1));
    assert_eq!(outcome.rejected[0].field, "external_id");
    desk.once("unblock", |contacts| contacts.unblock(&key("X1")));
    assert_eq!(desk.lists(a), "P1 X1");
}

/// A pattern unholds what is held, blocks what comes later, and gives back what it took.
#[test]
fn a_pattern_blocks_all_of_a_shape() {
    let desk = Desk::new();
    let people: Vec<_> = (1..=3)
        .map(|n| desk.person(&format!("P{n} E{n}")))
        .collect();
    let second = desk.person("E1");
    assert!(desk.once("block", |contacts| {
        contacts.block_pattern(&emails("E*@Example.com"))
    }));
    for (id, n) in people.iter().zip(1..) {
        assert_eq!(desk.lists(*id), format!("P{n} (E{n})"));
    }
    let later = desk.resolve("P4 E4").contact.id;
    assert_eq!(desk.lists(later), "P4 (E4)");
    assert_eq!(
        desk.refused(|contacts| contacts.resolve(draft("E5")))
            .code(),
        "NO_IDENTIFIER"
    );
    assert!(
        !desk
            .unchanged(|contacts| contacts.block_pattern(&emails("e*@example.com")))
            .unwrap()
    );
    // One key of the shape can't be lifted by itself.
    assert!(
        !desk
            .unchanged(|contacts| contacts.unblock(&key("E1")))
            .unwrap()
    );

    let log = desk.changes();
    let told = parsed(
        log.iter()
            .rfind(|entry| entry.op == "block")
            .unwrap()
            .diff
            .as_str(),
    );
    assert_eq!(
        told["blocked"],
        parsed(r#"{"kind":"email","pattern":"e*@example.com"}"#)
    );
    assert_eq!(told["holders"].as_array().unwrap().len(), 3);

    assert!(desk.once("unblock", |contacts| {
        contacts.unblock_pattern(&emails("e*@example.com"))
    }));
    assert_eq!(desk.lists(later), "P4 E4");
    assert_eq!(
        (desk.holder("E1"), desk.lists(second)),
        (Some(people[0]), "(E1)".into())
    );
    assert!(
        !desk
            .unchanged(|contacts| contacts.unblock_pattern(&emails("e*@example.com")))
            .unwrap()
    );
    assert_eq!(
        desk.refused(|contacts| contacts.unmerge(kinfold::MergeId::NONE))
            .code(),
        "NOT_FOUND"
    );
}

/// What is blocked twice is free when both are lifted, in any order.
#[test]
fn a_key_that_is_blocked_twice() {
    for lifts in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]] {
        let desk = Desk::new();
        let a = desk.person("P1 E1");
        let shapes = [emails("e1@*"), emails("*@example.com")];
        desk.once("block", |contacts| contacts.block_pattern(&shapes[0]));
        assert!(
            desk.once("block", |contacts| contacts.block(&key("E1"))),
            "now by itself, too"
        );
        desk.once("block", |contacts| contacts.block_pattern(&shapes[1]));
        for (count, lift) in lifts.iter().enumerate() {
            assert_eq!(desk.lists(a), "P1 (E1)", "{count} of {lifts:?}");
            let lifted = desk.once("unblock", |contacts| match lift {
                1 => contacts.unblock(&key("E1")),
                other => contacts.unblock_pattern(&shapes[other / 2]),
            });
            assert!(lifted, "{count} of {lifts:?}");
        }
        assert_eq!(desk.lists(a), "P1 E1", "{lifts:?}");
        assert_eq!(blocked(&desk.contacts), [""; 0]);
    }
}

/// Patterns of phones and external ids: only keys of their kind have the shape.
#[test]
fn patterns_of_every_kind() {
    let desk = Desk::new();
    let a = desk.person("P1 E1 X1 Y1");
    for (kind, shape, expected) in [
        (Kind::Phone, "+1 (415) *", "(P1) E1 X1 Y1"),
        (Kind::ExternalId, "x:*", "P1 E1 (X1) Y1"),
        (Kind::ExternalId, "*1", "P1 E1 (X1) (Y1)"),
        (Kind::Email, "*@example.*", "P1 (E1) X1 Y1"),
        (Kind::Email, "+1415*", "P1 E1 X1 Y1"),
    ] {
        let pattern = KeyPattern::read(kind, shape).unwrap();
        desk.once("block", |contacts| contacts.block_pattern(&pattern));
        assert_eq!(desk.lists(a), expected, "{shape}");
        desk.once("unblock", |contacts| contacts.unblock_pattern(&pattern));
        assert_eq!(desk.lists(a), "P1 E1 X1 Y1", "{shape} lifted");
    }
}

/// "A new scope starts with a short list of notorious values that can be switched off."
#[test]
fn a_new_scope_blocks_what_is_notorious() {
    let desk = Desk::new();
    let scopes = [
        Scope::default(),
        Scope::new("b", None).unwrap(),
        Scope::new("b", Some("l")).unwrap(),
    ];
    for scope in scopes {
        let contacts = desk.kinfold.contacts(scope);
        // Before anything was written there, and after.
        for email in [
            "noreply@example.com",
            "no-reply@example.org",
            "None@none.com",
        ] {
            let error = contacts
                .resolve(kinfold::Draft::new().email(email))
                .unwrap_err();
            assert_eq!(error.code(), "NO_IDENTIFIER", "{email}");
        }
        let made = contacts
            .resolve(draft("P1").email("noreply@example.com"))
            .unwrap();
        assert!(made.contact.emails().all(|email| email.blocked));
        assert!(!contacts.blocked().unwrap().is_empty());
        let zeros = kinfold::Draft::new().phone("+10000000000");
        let refused = contacts.resolve(zeros).unwrap_err();
        assert!(matches!(
            refused.code(),
            "NO_IDENTIFIER" | "INVALID_IDENTIFIER"
        ));
    }
}

#[test]
fn what_is_notorious_can_be_switched_off() {
    let desk = Desk::new();
    let email = || draft("P1").email("noreply@example.com");
    let made = desk.contacts.resolve(email()).unwrap().contact;
    let reply = Key::read(Kind::Email, "noreply@example.com").unwrap();
    assert!(
        !desk
            .unchanged(|contacts| contacts.block_notorious(true))
            .unwrap()
    );
    assert!(desk.once("unblock", |contacts| contacts.block_notorious(false)));
    assert_eq!(desk.contacts.blocked().unwrap(), []);
    assert_eq!(
        desk.contacts.find(&reply).unwrap().map(|found| found.id),
        Some(made.id)
    );
    assert!(
        !desk
            .unchanged(|contacts| contacts.block_notorious(false))
            .unwrap()
    );
    // One of them by itself.
    desk.once("block", |contacts| {
        contacts.block_pattern(&emails("noreply@*"))
    });
    assert_eq!(desk.contacts.find(&reply).unwrap(), None);
    assert!(desk.once("block", |contacts| contacts.block_notorious(true)));
    desk.once("unblock", |contacts| {
        contacts.unblock_pattern(&emails("noreply@*"))
    });
    assert_eq!(
        desk.contacts.find(&reply).unwrap().map(|found| found.id),
        Some(made.id)
    );
    assert!(
        desk.once("block", |contacts| contacts.block_notorious(true)),
        "the one that lacks"
    );

    // In a scope that has no contact yet.
    let other = desk.kinfold.contacts(Scope::new("new", None).unwrap());
    assert!(desk.once("unblock", |_| other.block_notorious(false)));
    let outcome = other
        .resolve(kinfold::Draft::new().email("noreply@example.com"))
        .unwrap();
    assert!(outcome.contact.emails().all(|email| email.holds));
    assert_eq!(
        desk.contacts.find(&reply).unwrap(),
        None,
        "the other scope has its own list"
    );
}

/// Where nothing is to be done, nothing is written, not even the list of a new scope.
#[test]
fn nothing_to_do_in_a_new_scope() {
    let desk = Desk::new();
    let none = Key::read(Kind::Email, "none@none.com").unwrap();
    for (number, (op, changes)) in [
        ("block", true),
        ("unblock", false),
        ("block", false),
        ("unblock", true),
        ("block", true),
        ("unblock", false),
        ("block", false),
        ("unblock", true),
        ("block", false),
        ("unblock", true),
    ]
    .into_iter()
    .enumerate()
    {
        let contacts = desk
            .kinfold
            .contacts(Scope::new(&format!("s{number}"), None).unwrap());
        let job = |_: &Contacts| match number {
            0 => contacts.block(&key("E1")),
            1 => contacts.unblock(&key("E1")),
            2 => contacts.block(&none),
            3 => contacts.unblock(&none),
            4 => contacts.block_pattern(&emails("x@*")),
            5 => contacts.unblock_pattern(&emails("x@*")),
            6 => contacts.block_pattern(&emails("noreply@*")),
            7 => contacts.unblock_pattern(&emails("noreply@*")),
            8 => contacts.block_notorious(true),
            _ => contacts.block_notorious(false),
        };
        let changed = match changes {
            true => desk.once(op, job),
            false => desk.unchanged(job).unwrap(),
        };
        assert_eq!(changed, changes, "{number}");
    }
}

/// Who is blocked takes no part in a merge by policy, nor in a conflict.
#[test]
fn nobody_is_merged_over_a_blocked_key() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1"), desk.person("E1"));
    desk.once("block", |contacts| contacts.block(&key("P1")));
    let request = ResolveRequest::from(draft("P1 E1")).on_conflict(OnConflict::Merge);
    let outcome = desk.once("update", |contacts| contacts.resolve(request));
    assert_eq!((outcome.contact.id, outcome.merged.len()), (b, 0));
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("(P1)".into(), "(P1) E1".into())
    );
    assert!(desk.contacts.review(true).unwrap().is_empty());
}
