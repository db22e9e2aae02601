//! What other address books and contact stores are known to get wrong, each as a test.

use kinfold::{Change, Channel, ContactId, MergeRules, ResolveRequest, Status, Update};

use crate::desk::{Desk, but_version, draft, json, lists, request};

fn merge(desk: &Desk, survivor: ContactId, absorbed: ContactId) -> kinfold::Merged {
    let rules = MergeRules::default();
    desk.once("merge", |contacts| {
        contacts.merge(survivor, absorbed, &rules)
    })
}

/// Known from others: of two contacts with an email each, one email is gone after the merge.
#[test]
fn merging_loses_no_second_address_or_identifier() {
    let desk = Desk::new();
    let one = r#"{"address":{"line1":"Calle 1","city":"León"}}"#;
    let other = r#"{"address":{"line1":"1 High Street","city":"Leeds"}}"#;
    let a = desk.make("P1 P2 E1 X1", one).contact.id;
    let b = desk.make("P3 P1 E2 E3 Y1", other).contact.id;
    let merged = merge(&desk, a, b);
    assert_eq!(lists(&merged.contact), "P1 P2 P3 E1 E2 E3 X1 Y1");
    // A contact has one address. The other is named by the answer, stands in the log, and comes
    // back with an undo.
    let lost: Vec<&str> = merged.lost.iter().map(|lost| lost.field.as_str()).collect();
    assert_eq!(lost, ["address"]);
    assert!(merged.lost[0].value.as_str().contains("1 High Street"));
    let log = desk.changes();
    assert!(log.last().unwrap().diff.as_str().contains("1 High Street"));
    let undone = desk.once("unmerge", |contacts| contacts.unmerge(merged.merge));
    let address = undone.restored.fields.address;
    assert_eq!(address.line1.as_deref(), Some("1 High Street"));
}

/// Known from others: what was noted about the contact that is merged away is gone. What was
/// noted since the merge stays with the survivor for whom it was.
#[test]
fn merging_loses_no_note() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("E2"));
    let note = |id, text: &str| {
        let draft = kinfold::NoteDraft::new(text);
        desk.once("note", |contacts| contacts.add_note(id, &draft));
    };
    let notes = |id| -> Vec<String> {
        let notes = desk.contacts.notes(id).unwrap().into_iter();
        let mut bodies: Vec<String> = notes.map(|note| note.body).collect();
        bodies.sort();
        bodies
    };
    note(a, "of a");
    note(b, "of b");
    let merged = merge(&desk, a, b).merge;
    assert_eq!(notes(a), ["of a", "of b"]);
    assert_eq!(notes(b), ["of a", "of b"], "it leads there");
    note(a, "since");
    desk.once("unmerge", |contacts| contacts.unmerge(merged));
    assert_eq!(
        (notes(a), notes(b)),
        (vec!["of a".into(), "since".into()], vec!["of b".into()])
    );
}

/// Known from others: groups and labels of the contact that is merged away are gone.
#[test]
fn merging_loses_no_tag_and_no_field_of_ones_own() {
    let desk = Desk::new();
    let a = desk
        .make("E1", r#"{"tags":["a","b"],"metadata":{"x":1}}"#)
        .contact
        .id;
    let other = r#"{"tags":["B","c"],"metadata":{"x":2,"y":3},
        "custom_fields":{"plan":{"type":"text","value":"gold"}}}"#;
    let b = desk.make("E2", other).contact.id;
    let contact = merge(&desk, a, b).contact;
    assert_eq!(contact.fields.tags, ["a", "b", "c"]);
    assert_eq!(contact.fields.metadata.len(), 2);
    assert_eq!(
        contact
            .fields
            .custom_fields
            .get("plan")
            .unwrap()
            .value
            .as_str(),
        r#""gold""#
    );
}

/// Known from others: the survivor has an empty company, so the merged contact has none.
#[test]
fn an_empty_value_beats_no_real_one() {
    let every = [
        MergeRules::default(),
        MergeRules::every_field(kinfold::Survivorship::MostRecent),
        MergeRules::every_field(kinfold::Survivorship::Longest),
        MergeRules::every_field(kinfold::Survivorship::Source("nowhere".to_owned())),
    ];
    for rules in &every {
        for survivor_is_empty in [true, false] {
            let desk = Desk::new();
            let full = r#"{"name":"Ana","company":"Acme","website":"https://a.example",
                "gender":"f","date_of_birth":"1990-09-25","timezone":"Europe/Madrid",
                "description":"d","source":"web","assigned_to":"u1","tags":["t"],
                "address":{"city":"León"},"metadata":{"k":0},
                "custom_fields":{"c":{"type":"text","value":""}},
                "business_id":"b","type":"lead","visitor_id":"v","followers":["u2"],
                "offers":["o"],"products":["p"],"email_bounced":false,"email_unsubscribed":true,
                "last_session_activity_at":"2026-01-01T00:00:00Z",
                "attribution":{"medium":"ads"},"last_attribution":{"medium":"mail"},
                "do_not_disturb":{"all":true,"channels":{"SMS":{"status":"inactive"}},
                                  "inbound":{"status":"inactive"}}}"#;
            let printed = json(&Desk::new().make("E1", full).contact);
            let unsaid: Vec<&String> = printed
                .as_object()
                .unwrap()
                .iter()
                .filter(|(_, value)| value.is_null() || value.as_array().is_some_and(Vec::is_empty))
                .map(|(name, _)| name)
                .collect();
            // Whoever adds a field adds it here.
            assert_eq!(unsaid, ["external_ids", "location", "phones"]);
            let (first, second) = if survivor_is_empty {
                ("{}", full)
            } else {
                (full, "{}")
            };
            let (a, b) = (desk.make("E1", first), desk.make("E2", second));
            let filled = if survivor_is_empty { &b } else { &a };
            let fields = filled.contact.fields.clone();
            let merged = desk.once("merge", |contacts| {
                contacts.merge(a.contact.id, b.contact.id, rules)
            });
            assert!(
                merged.contact.fields == fields,
                "{rules:?} {survivor_is_empty}"
            );
            assert_eq!(merged.lost, []);
        }
    }
}

/// Known from others: who had unsubscribed is written to again, because the record that was
/// kept had not. Also after a merge in between is undone: nobody's own no goes with it.
#[test]
fn the_consent_of_one_is_not_widened_by_the_other() {
    let settings = [None, Some("inactive"), Some("active"), Some("permanent")];
    let fields = |status: Option<&str>| match status {
        Some(status) => {
            format!(r#"{{"do_not_disturb":{{"channels":{{"Email":{{"status":"{status}"}}}}}}}}"#)
        }
        None => "{}".to_owned(),
    };
    let of = |desk: &Desk, id| {
        let settings = desk.get(id).fields.do_not_disturb.channels;
        settings.get(&Channel::Email).map(|setting| setting.status)
    };
    let desk = Desk::new();
    let mut people = 0;
    for first in settings {
        for second in settings {
            for third in settings {
                let mut make = |status| {
                    people += 1;
                    desk.make(&format!("E{people}"), &fields(status)).contact.id
                };
                let a = make(first);
                let b = make(second);
                let c = make(third);
                let [of_a, of_b, of_c] = [a, b, c].map(|id| of(&desk, id));
                let inner = merge(&desk, a, b).merge;
                assert_eq!(of(&desk, a), of_a.max(of_b), "the stricter of two");
                let outer = merge(&desk, c, a).merge;
                assert_eq!(of(&desk, c), of_a.max(of_b).max(of_c), "of three");
                desk.once("unmerge", |contacts| contacts.unmerge(inner));
                assert_eq!(
                    of(&desk, c),
                    of_a.max(of_c),
                    "of the two that are one still"
                );
                assert_eq!(of(&desk, b), of_b, "its own");
                desk.once("unmerge", |contacts| contacts.unmerge(outer));
                assert_eq!([a, b, c].map(|id| of(&desk, id)), [of_a, of_b, of_c]);
            }
        }
    }
}

/// A no that was said to the merged contact is the survivor's own, and stays with it.
#[test]
fn a_no_that_was_said_after_the_merge_stays() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("E2"));
    let merged = merge(&desk, a, b).merge;
    let no = r#"{"do_not_disturb":{"all":true,"channels":{"SMS":{"status":"permanent"}}}}"#;
    desk.once("update", |contacts| {
        contacts.update(a, Update::from_json(no)?)
    });
    let undone = desk.once("unmerge", |contacts| contacts.unmerge(merged));
    let settings = undone.survivor.fields.do_not_disturb;
    assert!(settings.all);
    assert_eq!(settings.channels[&Channel::SMS].status, Status::Permanent);
}

/// Known from others: a link that was kept to the contact that was merged away leads nowhere.
#[test]
fn a_merged_id_does_not_answer_not_found() {
    let desk = Desk::new();
    let (a, b) = (desk.person("E1"), desk.person("E2"));
    merge(&desk, a, b);
    assert_eq!(desk.get(b).id, a);
    assert_eq!(desk.contacts.merges(Some(b)).unwrap().len(), 1);
    let update = Update::new().add_tag("t");
    assert_eq!(
        desk.once("update", |contacts| contacts.update(b, update))
            .contact
            .id,
        a
    );
    // A page that ended with it goes on behind it.
    let c = desk.person("E3");
    let page = desk.contacts.list(Some(b), 10).unwrap();
    assert_eq!(
        page.iter().map(|contact| contact.id).collect::<Vec<_>>(),
        [c]
    );
    // Also when the survivor is deleted: it says so, rather than that there never was anybody.
    desk.once("delete", |contacts| contacts.delete(a));
    assert_eq!((desk.get(b).id, desk.get(b).deleted), (a, true));
}

/// Known from others: the next import of the same file makes the duplicate anew.
#[cfg(feature = "exchange")]
#[test]
fn an_import_brings_no_absorbed_contact_back() {
    use kinfold::exchange::{Format, ReadOptions, Records};
    use std::ops::ControlFlow;
    let desk = Desk::new();
    let file = "name,email,phone,id\n\
                Ana Ruiz,e1@example.com,+14155550101,1\n\
                Ana María Ruiz,e2@example.com,+14155550102,\n\
                Ben,e3@example.com,,3\n";
    let import = || {
        let records = Records::open(file.as_bytes(), Format::Csv, &ReadOptions::new()).unwrap();
        desk.contacts
            .import(records, Default::default(), |_| ControlFlow::Continue(()))
            .unwrap()
    };
    assert_eq!(import().created, 3);
    let [a, b] = ["E1", "E2"].map(|key| desk.holder(key).unwrap());
    let merged = merge(&desk, a, b).contact;
    for _ in 0..2 {
        let summary = desk.unchanged(|_| import());
        assert_eq!((summary.created, summary.matched), (0, 3));
    }
    assert_eq!((desk.contacts.count().unwrap(), desk.get(b)), (2, merged));
}

/// Known from others: father and son, or two customers called Ana García, become one.
#[test]
fn two_people_with_one_name_are_two() {
    let desk = Desk::new();
    let fields = r#"{"name":"Ana García","address":{"city":"Madrid"},"company":"Acme"}"#;
    for policy in [
        kinfold::OnConflict::PreferStrongest,
        kinfold::OnConflict::Merge,
    ] {
        for keys in ["E1", "E2", "P1 E3", "X1"] {
            let request = request(keys, fields).on_conflict(policy);
            desk.contacts.resolve(request).unwrap();
        }
    }
    assert_eq!(desk.contacts.count().unwrap(), 4);
    assert!(desk.contacts.review(true).unwrap().is_empty());
    assert!(desk.contacts.merges(None).unwrap().is_empty());
}

/// Known from others: a family shares a line, and the one who called last has it alone.
#[test]
fn who_shares_a_line_keeps_it() {
    let desk = Desk::new();
    let ana = desk.make("P1 E1", r#"{"name":"Ana"}"#).contact.id;
    let ben = desk.make("P1 E2", r#"{"name":"Ben"}"#).contact.id;
    let before = [ana, ben].map(|id| but_version(&desk.get(id)));
    desk.unchanged(|contacts| contacts.resolve(draft("P1 E2")))
        .unwrap();
    desk.unchanged(|contacts| contacts.resolve(draft("P1")))
        .unwrap();
    assert_eq!([ana, ben].map(|id| but_version(&desk.get(id))), before);
}

/// Known from others: an empty cell of a later import clears what somebody typed.
#[test]
fn what_is_not_said_clears_nothing() {
    let desk = Desk::new();
    let id = desk
        .make("E1", r#"{"name":"Ana","company":"Acme","tags":["t"]}"#)
        .contact
        .id;
    for fields in [
        "{}",
        r#"{"name":"","company":"  "}"#,
        r#"{"given":"","address":{"city":""}}"#,
    ] {
        let asked = || request("E1", fields);
        desk.unchanged(|contacts| contacts.upsert(asked())).unwrap();
        desk.unchanged(|contacts| contacts.resolve(asked()))
            .unwrap();
    }
    let mut silent = ResolveRequest::from(draft("E1"));
    silent.draft.fields.tags = Change::Keep;
    desk.unchanged(|contacts| contacts.upsert(silent)).unwrap();
    assert_eq!(json(&desk.get(id))["tags"], serde_json::json!(["t"]));
}
