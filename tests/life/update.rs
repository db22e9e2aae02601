//! Changing a contact by its id: partial, null clears, what is not named stays.

use kinfold::{ContactId, Error, Update};

use crate::desk::{Desk, has, held, json, key, lists, parsed};

/// What the contact lists and has, the patch, what it has then or the code and field of the
/// error, and why.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const FIELDS: &[Row] = &[
    // Named fields replace, null clears, unnamed stay.
    ("E1", r#"{"company":"Acme","gender":"f"}"#, r#"{"company":"Initech"}"#, r#"{"company":"Initech","gender":"f"}"#,
        "what is named replaces, what is not stays"),
    ("E1", r#"{"company":"Acme","gender":"f"}"#, r#"{"company":null}"#, r#"{"company":null,"gender":"f"}"#,
        "null clears"),
    ("E1", r#"{"company":"Acme"}"#, r#"{"company":"  "}"#, r#"{"company":"Acme"}"#,
        "an empty text says nothing; who wants it empty says null"),
    ("E1", r#"{"name":"Ana Ruiz"}"#, r#"{"name":"Ana García"}"#, r#"{"name":{"full":"Ana García"}}"#,
        "the whole name"),
    ("E1", r#"{"given":"Ana","family":"Ruiz"}"#, r#"{"family":"García"}"#, r#"{"name":{"full":"Ana García","given":"Ana","family":"García"}}"#,
        "an update may name a part of the name, and the whole follows"),
    ("E1", r#"{"given":"Ana","family":"Ruiz"}"#, r#"{"family":null}"#, r#"{"name":{"full":"Ana","given":"Ana","family":null}}"#,
        "and may clear one"),
    ("E1", r#"{"name":"Ana Ruiz"}"#, r#"{"name":null}"#, r#"{"name":{"full":null,"given":null,"family":null}}"#,
        "null for the whole clears all of it"),
    ("E1", r#"{"address":{"line1":"Calle 1","city":"León"}}"#, r#"{"address":{"city":"Leeds"}}"#,
        r#"{"address":{"line1":"Calle 1","city":"Leeds"}}"#,
        "an update may name a part of the address"),
    ("E1", r#"{"address":{"line1":"Calle 1","city":"León"}}"#, r#"{"address":{"line1":null}}"#, r#"{"address":{"line1":null,"city":"León"}}"#,
        "and may clear one"),
    ("E1", r#"{"address":{"line1":"Calle 1","city":"León"}}"#, r#"{"address":null}"#, r#"{"address":{"line1":null,"city":null}}"#,
        "null for the whole clears all of it"),
    ("E1", r#"{"date_of_birth":"1990-09-25"}"#, r#"{"date_of_birth":null,"timezone":"Europe/Madrid"}"#, r#"{"date_of_birth":null,"timezone":"Europe/Madrid"}"#,
        "several at once"),
    ("E1", r#"{"metadata":{"a":1,"b":2}}"#, r#"{"metadata":{"b":null,"c":{"d":[3]}}}"#, r#"{"metadata":{"a":1,"c":{"d":[3]}}}"#,
        "metadata is patched key by key"),
    ("E1", r#"{"metadata":{"a":1,"b":2}}"#, r#"{"metadata":null}"#, r#"{"metadata":{}}"#,
        "and cleared as a whole"),
    ("E1", r#"{"custom_fields":{"a":{"type":"text","value":"x"}}}"#,
        r#"{"custom_fields":{"a":null,"b":{"type":"text","value":"y"}}}"#,
        r#"{"custom_fields":{"b":{"value":"y"}}}"#,
        "custom fields as well"),
    ("E1", r#"{"do_not_disturb":{"all":true,"channels":{"SMS":{"status":"active"},"FB":{"status":"active"}}}}"#,
        r#"{"do_not_disturb":{"all":false,"channels":{"SMS":{"status":"inactive"}}}}"#,
        r#"{"do_not_disturb":{"all":false,"channels":{"SMS":{"status":"inactive"},"FB":{"status":"active"}}}}"#,
        "do-not-disturb channel by channel; by id somebody may say yes again"),

    // Tags: replaced, added, removed.
    ("E1", r#"{"tags":["a","b"]}"#, r#"{"tags":["c"]}"#, r#"{"tags":["c"]}"#, "named, they replace all"),
    ("E1", r#"{"tags":["a","b"]}"#, r#"{"tags":null}"#, r#"{"tags":[]}"#, "null clears"),
    ("E1", r#"{"tags":["Lead"]}"#, r#"{"add_tags":["vip","LEAD"]}"#, r#"{"tags":["Lead","vip"]}"#,
        "added without a read before; case makes no difference, and what was typed first is shown"),
    ("E1", r#"{"tags":["Lead","vip"]}"#, r#"{"remove_tags":["lead","none"]}"#, r#"{"tags":["vip"]}"#,
        "removed in any case; what is not there is no error"),
    ("E1", r#"{"tags":["a"]}"#, r#"{"add_tags":["b"],"remove_tags":["a","b"]}"#, r#"{"tags":[]}"#,
        "removing comes last"),
];

#[test]
fn what_is_named_replaces_what_is_not_stays() {
    for (number, (keys, before, patch, after, why)) in FIELDS.iter().enumerate() {
        let desk = Desk::new();
        let made = desk.make(keys, before).contact;
        let after = parsed(after);
        let changes = !has(&json(&made), &after);
        let update = || Update::from_json(patch).unwrap();
        let seen = desk
            .unchanged(|contacts| contacts.preview_update(made.id, update()))
            .unwrap();
        let outcome = match changes {
            true => desk.once("update", |contacts| contacts.update(made.id, update())),
            false => desk
                .unchanged(|contacts| contacts.update(made.id, update()))
                .unwrap(),
        };
        let printed = json(&outcome.contact);
        assert!(has(&printed, &after), "row {number}, {why}: {printed}");
        assert_eq!((outcome.changed, seen.changed), (changes, changes), "{why}");
        assert_eq!(
            outcome.contact.version,
            made.version + u64::from(changes),
            "{why}"
        );
        assert_eq!(
            outcome.contact.version, seen.contact.version,
            "a dry run: {why}"
        );
        assert_eq!(
            outcome.contact.updated_at > made.updated_at,
            changes,
            "{why}"
        );
        assert_eq!(
            desk.get(made.id),
            outcome.contact,
            "what is answered is what is there"
        );
        // Once more it says nothing new.
        let again = desk
            .unchanged(|contacts| contacts.update(made.id, update()))
            .unwrap();
        assert!(!again.changed, "{why}");
        assert!(!outcome.created && outcome.merged.is_empty() && outcome.ignored.is_empty());
    }
}

/// What the contact lists, the patch, what it lists then, and why.
#[rustfmt::skip]
const IDENTIFIERS: &[(&str, &str, &str, &str)] = &[
    ("P1 P2", r#"{"phone":"+14155550103"}"#, "P3 P2", "a singular takes the place of the primary one"),
    ("P1 P2", r#"{"phone":"+14155550102"}"#, "P2", "also if the contact lists it already"),
    ("P1 P2", r#"{"phone":"+1 (415) 555-0101"}"#, "P1 P2", "it is the primary one already"),
    ("E1", r#"{"phone":"+14155550103"}"#, "P3 E1", "there was none"),
    ("P1 P2", r#"{"phone":null}"#, "P2", "null takes the primary one away"),
    ("E1", r#"{"phone":null}"#, "E1", "there is none to take away"),
    ("P1 P2", r#"{"phones":["+14155550103"]}"#, "P3", "a plural takes the place of all"),
    ("P1 P2", r#"{"phones":["+14155550103","+14155550101"]}"#, "P3 P1", "in the order in which they are named"),
    ("P1 P2 E1", r#"{"phones":[]}"#, "E1", "an empty list is none"),
    ("P1 P2 E1", r#"{"phones":null}"#, "E1", "and so is null"),
    ("P1 P2", r#"{"phone":"+14155550104","phones":["+14155550103"]}"#, "P4 P3", "both: the singular comes first"),
    ("E1 E2", r#"{"email":"E3@Example.com"}"#, "E3 E2", "emails as phones"),
    ("E1 E2", r#"{"emails":["e2@example.com"]}"#, "E2", "emails as phones"),
    ("E1", r#"{"add_emails":["e2@example.com","e1@example.com"]}"#, "E1 E2", "added behind; what is there stays"),
    ("P1 E1 E2", r#"{"remove_emails":["E1@example.com","e9@example.com"]}"#, "P1 E2", "removed; what is not there is no error"),
    ("P1 P2 P3", r#"{"primary_phone":"+14155550103"}"#, "P3 P1 P2", "made primary; the others keep their order"),
    ("E1", r#"{"add_emails":["e2@example.com"],"primary_email":"e2@example.com"}"#, "E2 E1", "added and made primary at once"),
    ("E1 E2", r#"{"email":"e3@example.com","add_emails":["e4@example.com"],"remove_emails":["e2@example.com"]}"#, "E3 E4",
        "the primary one replaced, one added, one removed"),
    ("X1 Y1", r#"{"external_ids":[{"source":"x","value":"2"}]}"#, "X2", "a plural takes the place of all"),
    ("X1 Y1", r#"{"add_external_ids":[{"source":"x","value":"2"}]}"#, "X2 Y1", "a source has one value"),
    ("X1 Y1", r#"{"remove_external_ids":[{"source":"x","value":"1"}]}"#, "Y1", "removed"),
    ("X1 Y1", r#"{"remove_external_ids":[{"source":"x","value":"2"}]}"#, "X1 Y1", "another value is not removed"),
    ("P1 E1 X1", r#"{"phones":[],"emails":[],"external_ids":[]}"#, "", "by id a contact may lose all: it is known by its id"),
];

#[test]
fn identifiers_are_replaced_added_removed_made_primary() {
    for (number, (before, patch, after, why)) in IDENTIFIERS.iter().enumerate() {
        let desk = Desk::new();
        let made = desk.make(before, "{}").contact;
        let update = || Update::from_json(patch).unwrap();
        let seen = desk
            .unchanged(|contacts| contacts.preview_update(made.id, update()))
            .unwrap();
        let outcome = match before == after {
            false => desk.once("update", |contacts| contacts.update(made.id, update())),
            true => desk
                .unchanged(|contacts| contacts.update(made.id, update()))
                .unwrap(),
        };
        assert_eq!(lists(&outcome.contact), *after, "row {number}, {why}");
        assert_eq!(lists(&seen.contact), *after, "a dry run: {why}");
        assert_eq!(
            (&seen.attached, &seen.listed),
            (&outcome.attached, &outcome.listed),
            "{why}"
        );
        assert_eq!(desk.get(made.id), outcome.contact, "{why}");
    }
}

/// What is refused: the patch, the code, the field, and why. Nothing is written.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &str, &str)] = &[
    (r#"{"phone":"12"}"#, "INVALID_IDENTIFIER", "phone", "it can't be read"),
    (r#"{"add_emails":["nobody"]}"#, "INVALID_IDENTIFIER", "add_emails", "it can't be read"),
    (r#"{"remove_phones":["12"]}"#, "INVALID_IDENTIFIER", "remove_phones", "nor can what is to go"),
    (r#"{"primary_phone":"+14155550109"}"#, "INVALID_IDENTIFIER", "primary", "the contact does not list it"),
    (r#"{"external_ids":[{"source":"x","value":"5"},{"source":"x","value":"6"}]}"#, "INVALID_IDENTIFIER", "external_ids", "a source has one value"),
    (r#"{"date_of_birth":"1990-02-30"}"#, "INVALID_FIELD", "date_of_birth", "there is no such day"),
    (r#"{"compny":"Acme"}"#, "INVALID_REQUEST", "compny", "an unknown key is named"),
    (r#"{"tags":"lead"}"#, "INVALID_REQUEST", "tags", "it is a list"),
    (r#"{"expected_version":"one"}"#, "INVALID_REQUEST", "expected_version", "it is a number"),
    (r#"[]"#, "INVALID_REQUEST", "request", "it is an object"),
    (r#"{"on_conflict":"merge"}"#, "INVALID_REQUEST", "on_conflict", "an update merges nobody"),
    (r#"{"metadata":[1]}"#, "INVALID_REQUEST", "metadata", "it is an object"),
];

#[test]
fn what_can_not_be_read_is_refused() {
    let desk = Desk::new();
    let id = desk.person("P1 E1 X1");
    for (patch, code, field, why) in REFUSED {
        let error = desk.refused(|contacts| contacts.update(id, Update::from_json(patch)?));
        assert_eq!(
            (error.code(), error.field()),
            (*code, Some(*field)),
            "{why}"
        );
        let dry = desk.refused(|contacts| contacts.preview_update(id, Update::from_json(patch)?));
        assert_eq!(
            (dry.code(), dry.field()),
            (*code, Some(*field)),
            "a dry run: {why}"
        );
    }
    let nobody = ContactId::from_bytes([9; 16]);
    let error = desk.refused(|contacts| contacts.update(nobody, Update::new()));
    assert_eq!(error.code(), "NOT_FOUND");
}

/// "With an expected version on request (a lost update is an error, not a surprise)."
#[test]
fn a_lost_update_is_an_error() {
    let desk = Desk::new();
    let seen = desk.make("E1", "{}").contact;
    let edit = |tag: &str| Update::new().add_tag(tag).expected_version(seen.version);
    let first = desk.once("update", |contacts| contacts.update(seen.id, edit("one")));
    assert_eq!(first.contact.version, seen.version + 1);
    let error = desk.refused(|contacts| contacts.update(seen.id, edit("two")));
    match error {
        Error::VersionMismatch { expected, found } => {
            assert_eq!((expected, found), (seen.version, seen.version + 1));
        }
        other => panic!("{other}"),
    }
    // Also if there is nothing to change: who expects another version has seen another contact.
    let error = desk.refused(|contacts| contacts.update(seen.id, edit("one")));
    assert_eq!(error.field(), Some("expected_version"));
    let patch = format!(
        r#"{{"add_tags":["two"],"expected_version":{}}}"#,
        seen.version + 1
    );
    let update = Update::from_json(&patch).unwrap();
    desk.once("update", |contacts| contacts.update(seen.id, update));
}

/// A phone or an email of somebody else is listed behind it, and the pair is for somebody to
/// decide; an external id of somebody else is an error.
#[test]
fn identifiers_of_somebody_else() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1 E1 X1"), desk.person("P2"));
    let update = || {
        Update::new()
            .add_phone("+14155550101")
            .email("e1@example.com")
    };
    let seen = desk
        .unchanged(|contacts| contacts.preview_update(b, update()))
        .unwrap();
    let outcome = desk.once("update", |contacts| contacts.update(b, update()));
    assert_eq!(lists(&outcome.contact), "P2 (P1) (E1)");
    assert_eq!(
        held(&outcome.conflicts),
        [("P1".into(), a), ("E1".into(), a)]
    );
    assert_eq!(held(&seen.conflicts), held(&outcome.conflicts));
    assert_eq!(outcome.listed, [key("P1"), key("E1")]);
    let queue = desk.contacts.review(false).unwrap();
    assert_eq!((queue.len(), queue[0].a, queue[0].b), (1, a, b));
    let keys: Vec<&str> = queue[0]
        .keys
        .iter()
        .map(|shared| shared.key.as_str())
        .collect();
    assert_eq!(keys, ["+14155550101", "e1@example.com"]);

    let error = desk.refused(|contacts| contacts.update(b, Update::new().external_id("x", "1")));
    assert_eq!(error.code(), "ALREADY_EXISTS");
    assert_eq!(held(error.holders()), [("X1".into(), a)]);
    // What is freed in the same moment is free.
    desk.once("update", |contacts| {
        contacts.update(a, Update::new().remove(&key("X1")))
    });
    desk.once("update", |contacts| {
        contacts.update(b, Update::new().external_id("x", "1"))
    });
    assert_eq!(desk.holder("X1"), Some(b));
}

/// "Who newly lists a key joins at the end of its line": who drops it and takes it again, too.
#[test]
fn who_takes_a_key_again_stands_at_the_end() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1 E1"), desk.person("P1 E2"));
    desk.once("update", |contacts| {
        contacts.update(a, Update::new().phones([""; 0]))
    });
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("E1".into(), "P1 E2".into())
    );
    let again = Update::new().phone("+14155550101");
    desk.once("update", |contacts| contacts.update(a, again));
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("(P1) E1".into(), "P1 E2".into())
    );
    // Who only reorders its own, or names what it has, keeps its place.
    let c = desk.person("P1 E3");
    let reordered = Update::new().phones(["+14155550109", "+14155550101"]);
    desk.once("update", |contacts| contacts.update(a, reordered));
    desk.once("delete", |contacts| contacts.delete(b));
    assert_eq!(
        (desk.holder("P1"), desk.lists(c)),
        (Some(a), "(P1) E3".into())
    );
}

/// A new order of identifiers is a change that the log tells of.
#[test]
fn the_log_tells_of_a_new_order() {
    let desk = Desk::new();
    let id = desk.person("P1 P2 P3");
    let primary = Update::new().make_primary(&key("P3"));
    desk.once("update", |contacts| contacts.update(id, primary));
    let log = desk.changes();
    let told = parsed(log.last().unwrap().diff.as_str());
    let order = |numbers: [u8; 3]| numbers.map(|n| format!("+1415555010{n}"));
    assert_eq!(
        told["phones"]["order"],
        serde_json::json!({"before": order([1, 2, 3]), "after": order([3, 1, 2])})
    );
    // A new one behind the others, or one that goes, is no new order.
    let edit = Update::new().add_phone("+14155550104").remove(&key("P1"));
    desk.once("update", |contacts| contacts.update(id, edit));
    let log = desk.changes();
    let told = parsed(log.last().unwrap().diff.as_str());
    assert_eq!(told["phones"].get("order"), None);
    assert_eq!(told["phones"]["added"][0]["key"], "+14155550104");
    assert_eq!(told["phones"]["removed"][0]["key"], "+14155550101");
}

/// A blocked key may be listed; a blocked external id is not stored.
#[test]
fn blocked_identifiers() {
    let desk = Desk::new();
    let id = desk.person("E1");
    for blocked in ["P1", "X1"] {
        desk.once("block", |contacts| contacts.block(&key(blocked)));
    }
    let listed = Update::new().add_phone("+14155550101");
    let outcome = desk.once("update", |contacts| contacts.update(id, listed));
    assert_eq!(
        (lists(&outcome.contact), outcome.conflicts.len()),
        ("(P1) E1".into(), 0)
    );
    let error = desk.refused(|contacts| contacts.update(id, Update::new().external_id("x", "1")));
    assert_eq!(
        (error.code(), error.field()),
        ("INVALID_IDENTIFIER", Some("external_id"))
    );
}

/// "Limits per kind": nothing is dropped in silence.
#[test]
fn a_limit_is_an_error() {
    let desk = Desk::with(kinfold::Kinfold::builder().most_identifiers_of_a_kind(2));
    let id = desk.person("P1 P2");
    let third = Update::new().add_phone("+14155550103");
    let error = desk.refused(|contacts| contacts.update(id, third));
    assert_eq!(
        (error.code(), error.field()),
        ("INVALID_REQUEST", Some("phone"))
    );
    let replaced = Update::new().phone("+14155550103");
    desk.once("update", |contacts| contacts.update(id, replaced));
    assert_eq!(desk.lists(id), "P3 P2");
}

/// Several calls of one shared transaction, each with its entry, all or none.
#[test]
fn in_a_shared_transaction() {
    let desk = Desk::new();
    let (a, b) = (desk.person("P1 E1"), desk.person("P1 E2"));
    let scope = kinfold::Scope::default;
    let failed: Result<(), Error> = desk.kinfold.transaction(|tx| {
        let contacts = tx.contacts(scope());
        contacts.update(a, Update::new().add_tag("t"))?;
        let merged = contacts.merge(a, b, &Default::default())?;
        assert_eq!(lists(&merged.contact), "P1 E1 E2");
        contacts.unmerge(merged.merge)?;
        contacts.delete(a)?;
        assert_eq!(lists(&contacts.get(b)?), "P1 E2");
        contacts.restore(a)?;
        contacts.reassign(&key("P1"), a)?;
        contacts.lift_distinct(a, b)?;
        contacts.delete(ContactId::from_bytes([9; 16]))?;
        Ok(())
    });
    assert_eq!(failed.unwrap_err().code(), "NOT_FOUND");
    assert_eq!(
        (desk.lists(a), desk.lists(b)),
        ("P1 E1".into(), "(P1) E2".into())
    );
    assert_eq!(desk.changes().len(), 2, "two were made, and nothing else");
}
