//! Custom fields: what a scope defines, which values it takes, and what a first value
//! defines. Which values fit which type is a table in `src/contact/custom_field/values.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::sync::Barrier;

use common::{contacts, new_folder};
use kinfold::{
    Change, Contacts, Error, FieldDefinition, FieldDefinitionDraft, FieldDefinitionPatch,
    FieldType, Kinfold, Outcome, ResolveRequest, Scope,
};
use serde_json::{Value, json};

/// A request of a person of that name with custom fields, in JSON.
fn request(name: &str, fields: &str) -> ResolveRequest {
    let json = format!(r#"{{"email":"{name}@example.com","custom_fields":{fields}}}"#);
    ResolveRequest::from_json(&json).unwrap()
}

fn resolve(contacts: &Contacts, name: &str, fields: &str) -> Result<Outcome, Error> {
    contacts.resolve(request(name, fields))
}

const GOLD: &str = r#"{"plan":{"type":"text","value":"gold"}}"#;
const SILVER: &str = r#"{"plan":{"type":"text","value":"silver"}}"#;
const SEVEN: &str = r#"{"plan":{"type":"number","value":7}}"#;

/// Operation, contact or null, and what is told, of every entry of the log.
fn log(contacts: &Contacts) -> Vec<(String, bool, Value)> {
    let entries = contacts.changes_since(0, usize::MAX).unwrap().into_iter();
    let told = entries.map(|entry| {
        let diff = serde_json::from_str(entry.diff.as_str()).unwrap();
        (entry.op, entry.contact.is_none(), diff)
    });
    told.collect()
}

fn names(contacts: &Contacts) -> Vec<String> {
    let fields = contacts.fields().unwrap().into_iter();
    fields.map(|definition| definition.name).collect()
}

fn patch(json: &str) -> FieldDefinitionPatch {
    FieldDefinitionPatch::from_json(json).unwrap()
}

/// The refusal of a field: its name, and that nothing was written for it.
fn refused<T>(contacts: &Contacts, field: &str, call: impl FnOnce() -> Result<T, Error>) -> Error {
    let (log_before, fields) = (log(contacts), contacts.fields().unwrap());
    let Err(error) = call() else {
        panic!("accepted: {field}");
    };
    assert_eq!(
        (error.code(), error.field()),
        ("INVALID_FIELD", Some(field))
    );
    assert_eq!(log(contacts), log_before, "nothing is written");
    assert_eq!(contacts.fields().unwrap(), fields, "and nothing defined");
    error
}

/// A request names the type with each value, so a new scope needs no definitions before it.
#[test]
fn a_first_value_defines_its_field() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    assert!(contacts.defines_fields_as_they_come().unwrap());
    let two = r#"{"plan":{"type":"text","value":"gold"},"size":{"type":"number","value":38},
                  "none":null}"#;
    assert!(resolve(&contacts, "ana", two).unwrap().created);
    assert_eq!(names(&contacts), ["plan", "size"]);
    let plan = contacts.field("plan").unwrap();
    assert_eq!(contacts.field(&plan.id.to_string()).unwrap(), plan);
    assert_eq!(
        serde_json::to_value(&plan).unwrap(),
        json!({
            "id": plan.id.to_string(), "name": "plan", "label": null, "type": "text",
            "options": null, "placeholder": null, "position": 1,
            "created_at": plan.created_at.to_string(),
        })
    );
    // With the contact, in one transaction and one entry of the log.
    let entries = log(&contacts);
    assert_eq!((entries.len(), entries[0].0.as_str()), (1, "create"));
    assert_eq!(entries[0].2["defined_fields"], json!(["plan", "size"]));

    // From then on it is defined, for everybody.
    let error = refused(&contacts, "custom_fields.plan", || {
        resolve(&contacts, "bo", SEVEN)
    });
    assert_eq!(error.value(), Some("7"));
    resolve(&contacts, "bo", SILVER).unwrap();
    assert_eq!(log(&contacts)[1].2.get("defined_fields"), None);
}

/// A value that the contact does not take defines nothing, but is held against what is
/// defined: a refusal does not depend on what somebody has.
#[test]
fn a_value_that_is_not_taken_defines_nothing() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    resolve(&contacts, "ana", GOLD).unwrap();
    contacts.remove_definition("plan").unwrap();
    let before = log(&contacts);
    let outcome = resolve(&contacts, "ana", SEVEN).unwrap();
    assert!(!outcome.changed && outcome.ignored.len() == 1);
    assert!(!contacts.upsert(request("ana", GOLD)).unwrap().changed);
    assert_eq!(log(&contacts), before);
    assert_eq!(names(&contacts), [""; 0]);

    let text = FieldDefinitionDraft::new("plan", FieldType::Text);
    contacts.define_field(&text).unwrap();
    refused(&contacts, "custom_fields.plan", || {
        resolve(&contacts, "ana", SEVEN)
    });
}

#[test]
fn a_dry_run_defines_nothing() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    assert!(
        contacts
            .preview_resolve(request("ana", GOLD))
            .unwrap()
            .created
    );
    assert!(
        contacts
            .preview_upsert(request("ana", GOLD))
            .unwrap()
            .created
    );
    assert_eq!((names(&contacts).len(), log(&contacts).len()), (0, 0));
    contacts
        .define_field(&FieldDefinitionDraft::new("plan", FieldType::Number))
        .unwrap();
    refused(&contacts, "custom_fields.plan", || {
        contacts.preview_resolve(request("ana", GOLD))
    });
}

/// The setting is kept in the store, and its change is told by the log, of no contact.
#[test]
fn a_scope_can_be_told_to_refuse_what_it_does_not_define() {
    let (_above, folder) = new_folder();
    {
        let contacts = contacts(&Kinfold::open(&folder).unwrap());
        contacts.define_fields_as_they_come(true).unwrap();
        assert_eq!(log(&contacts), [], "it was so before");
        contacts.define_fields_as_they_come(false).unwrap();
        contacts.define_fields_as_they_come(false).unwrap();
        let told = json!({"defines_fields_as_they_come": {"before": true, "after": false}});
        assert_eq!(log(&contacts), [("settings".to_owned(), true, told)]);
    }
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    assert!(!contacts.defines_fields_as_they_come().unwrap());
    let error = refused(&contacts, "custom_fields.plan", || {
        resolve(&contacts, "ana", GOLD)
    });
    assert_eq!(
        error.to_string(),
        "custom_fields.plan: it is not defined in this scope; define it, or let the scope define \
         fields as they come"
    );
    refused(&contacts, "custom_fields.plan", || {
        contacts.upsert(request("ana", GOLD))
    });
    let many = contacts
        .resolve_many([request("ana", GOLD), request("bo", "{}")])
        .unwrap();
    assert!(
        many[0].is_err() && many[1].is_ok(),
        "each request for itself"
    );
    // What is cleared needs no definition.
    resolve(&contacts, "ana", r#"{"plan":null}"#).unwrap();

    contacts
        .define_field(&FieldDefinitionDraft::new("plan", FieldType::Text))
        .unwrap();
    resolve(&contacts, "ana", GOLD).unwrap();
    contacts.define_fields_as_they_come(true).unwrap();
    resolve(&contacts, "ana", r#"{"size":{"type":"number","value":38}}"#).unwrap();
    assert_eq!(names(&contacts), ["plan", "size"]);
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn a_definition_is_made_read_changed_and_removed() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let draft = FieldDefinitionDraft::new(" plan ", FieldType::SingleSelect)
        .label("Plan")
        .options(["silver", " gold "])
        .placeholder("choose");
    let plan = contacts.define_field(&draft).unwrap();
    assert_eq!((plan.name.as_str(), plan.position), ("plan", 1));
    let told = json!({"field": {
        "id": plan.id.to_string(), "name": {"after": "plan"}, "label": {"after": "Plan"},
        "type": {"after": "single_select"}, "options": {"added": ["silver", "gold"]},
        "placeholder": {"after": "choose"}, "position": {"after": 1},
    }});
    assert_eq!(log(&contacts), [("field".to_owned(), true, told)]);
    let size = FieldDefinitionDraft::new("size", FieldType::Number).position(-3);
    contacts.define_field(&size).unwrap();
    contacts
        .define_field(&FieldDefinitionDraft::new("late", FieldType::Text))
        .unwrap();
    assert_eq!(names(&contacts), ["size", "plan", "late"], "by position");

    let change = r#"{"label":null,"options":["silver","gold","platinum"],"position":-9}"#;
    let changed = contacts.redefine_field("plan", &patch(change)).unwrap();
    assert_eq!(contacts.field("plan").unwrap(), changed);
    assert_eq!(changed.id, plan.id);
    let told = json!({"field": {
        "id": plan.id.to_string(), "label": {"before": "Plan"},
        "options": {"added": ["platinum"]}, "position": {"before": 1, "after": -9},
    }});
    assert_eq!(
        log(&contacts).last().unwrap(),
        &("field".to_owned(), true, told)
    );
    assert_eq!(names(&contacts), ["plan", "size", "late"]);

    let before = log(&contacts);
    for nothing in [
        "{}",
        r#"{"label":null,"type":"single_select","placeholder":"choose"}"#,
    ] {
        contacts
            .redefine_field(&plan.id.to_string(), &patch(nothing))
            .unwrap();
    }
    assert_eq!(
        log(&contacts),
        before,
        "what changes nothing writes nothing"
    );

    contacts.remove_definition(&plan.id.to_string()).unwrap();
    assert_eq!(
        log(&contacts).last().unwrap().2["field"]["name"],
        json!({"before": "plan"})
    );
    for gone in ["plan", &plan.id.to_string()] {
        let error = contacts.field(gone).unwrap_err();
        assert_eq!(error.code(), "NOT_FOUND");
        assert!(error.to_string().contains(gone), "{error}");
        assert!(contacts.remove_definition(gone).is_err());
        assert!(contacts.redefine_field(gone, &patch("{}")).is_err());
    }
}

/// What a scope can't define, and the field that says why.
#[test]
fn a_definition_that_makes_no_sense_is_refused() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let field = |name: &str, kind: &str| FieldDefinitionDraft::new(name, FieldType::named(kind));
    contacts
        .define_field(&field("plan", "radio").options(["a"]))
        .unwrap();
    let long = "x".repeat(1_001);
    let many = (0..1_001).map(|number| number.to_string());
    for (draft, wrong) in [
        (field("plan", "radio"), "name"),
        (field(" ", "text"), "name"),
        (field("a\nb", "text"), "name"),
        (field(&long, "text"), "name"),
        (field("new", " "), "type"),
        (field("new", &long), "type"),
        (field("new", "text").label(&long), "label"),
        (field("new", "text").placeholder("a\0"), "placeholder"),
        // Only what is chosen has options.
        (field("new", "text").options(["a"]), "options"),
        (field("new", "own").options(["a"]), "options"),
        (field("new", "radio").options([""; 0]), "options"),
        (field("new", "radio").options(["a", " "]), "options"),
        (field("new", "radio").options(["a", "b", " a"]), "options"),
        (field("new", "radio").options(many), "options"),
    ] {
        refused(&contacts, wrong, || contacts.define_field(&draft));
    }
    for (json, wrong) in [
        (r#"{"type":null}"#, "type"),
        (r#"{"position":null}"#, "position"),
        (r#"{"type":"text"}"#, "options"),
        (r#"{"options":[]}"#, "options"),
    ] {
        refused(&contacts, wrong, || {
            contacts.redefine_field("plan", &patch(json))
        });
    }
    for (json, wrong) in [
        (r#"{"name":"other"}"#, "name"),
        (r#"{"options":"a"}"#, "options"),
        (r#"{"position":1.5}"#, "position"),
        ("7", "json_patch"),
    ] {
        let error = FieldDefinitionPatch::from_json(json).unwrap_err();
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_REQUEST", Some(wrong)),
            "{json}"
        );
    }
}

/// A type is given to a field only if what contacts have fits; all else may change, and what
/// contacts have stays.
#[test]
fn what_contacts_have_decides_which_type_a_field_can_get() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let size = r#"{"size":{"type":"text","value":"38"}}"#;
    let ana = resolve(&contacts, "ana", size).unwrap().contact;
    resolve(&contacts, "bo", GOLD).unwrap();
    for kind in ["number", "monetary", "location", "own", "large_text"] {
        let kind = patch(&format!(r#"{{"type":"{kind}"}}"#));
        contacts.redefine_field("size", &kind).unwrap();
    }
    for (json, fits) in [
        (r#"{"type":"date"}"#, false),
        (r#"{"type":"multi_select"}"#, false),
        (r#"{"type":"radio","options":["36","37"]}"#, false),
        (r#"{"type":"radio","options":["36","38"]}"#, true),
    ] {
        if fits {
            contacts.redefine_field("size", &patch(json)).unwrap();
        } else {
            let error = refused(&contacts, "type", || {
                contacts.redefine_field("size", &patch(json))
            });
            assert!(error.to_string().contains(&ana.id.to_string()), "{error}");
        }
    }
    assert_eq!(
        contacts.get(ana.id).unwrap(),
        ana,
        "the value is as it was written"
    );

    // Options go although somebody has one; it is only refused when it is given anew.
    contacts
        .redefine_field("size", &patch(r#"{"options":["36"]}"#))
        .unwrap();
    let anew = r#"{"size":{"type":"radio","value":"38"}}"#;
    refused(&contacts, "custom_fields.size", || {
        resolve(&contacts, "cem", anew)
    });
    assert_eq!(contacts.get(ana.id).unwrap(), ana);

    // Values stay when their definition goes, and a new one must fit them.
    contacts.remove_definition("plan").unwrap();
    let number = FieldDefinitionDraft::new("plan", FieldType::Number);
    refused(&contacts, "type", || contacts.define_field(&number));
    contacts
        .define_field(&FieldDefinitionDraft::new("plan", FieldType::Text))
        .unwrap();
    assert!(kinfold.check().unwrap().ok);
}

/// A tombstone may be restored, so its values count.
#[test]
fn a_deleted_contact_has_a_say() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    resolve(&contacts, "ana", GOLD).unwrap();
    let delete = "UPDATE identifier SET holds = 0; UPDATE contact SET state = 1";
    common::raw(&folder).execute_batch(delete).unwrap();
    let number = patch(r#"{"type":"number"}"#);
    refused(&contacts, "type", || {
        contacts.redefine_field("plan", &number)
    });
}

/// Every scope defines its own.
#[test]
fn another_scope_sees_nothing() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let own = contacts(&kinfold);
    let branch = kinfold.contacts(Scope::new("default", Some("branch")).unwrap());
    resolve(&own, "ana", GOLD).unwrap();
    own.define_fields_as_they_come(false).unwrap();
    let plan = own.field("plan").unwrap();

    assert_eq!(branch.fields().unwrap(), []);
    assert!(branch.defines_fields_as_they_come().unwrap());
    for field in ["plan", &plan.id.to_string()] {
        assert_eq!(branch.field(field).unwrap_err().code(), "NOT_FOUND");
        assert_eq!(
            branch.remove_definition(field).unwrap_err().code(),
            "NOT_FOUND"
        );
    }
    resolve(&branch, "ana", SEVEN).unwrap();
    assert_eq!(branch.field("plan").unwrap().kind, FieldType::Number);
    assert_eq!(own.field("plan").unwrap(), plan);
    let counted = |contacts: &Contacts| contacts.stats().unwrap().custom_fields;
    assert_eq!((counted(&own), counted(&branch)), (1, 1));
    assert_eq!(log(&branch).len(), 1);
}

/// Of eight first values at once one defines the field.
#[test]
fn eight_threads_define_one_field() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let start = Barrier::new(8);
    let taken = std::thread::scope(|threads| {
        let give = |number: usize| {
            let (kinfold, start) = (&kinfold, &start);
            threads.spawn(move || {
                let contacts = contacts(kinfold);
                let fields = if number.is_multiple_of(2) {
                    GOLD
                } else {
                    SEVEN
                };
                start.wait();
                resolve(&contacts, &format!("p{number}"), fields).is_ok()
            })
        };
        let all: Vec<_> = (0..8).map(give).collect();
        let done = all.into_iter().map(|thread| thread.join().unwrap());
        done.filter(|taken| *taken).count()
    });
    let contacts = contacts(&kinfold);
    assert_eq!(
        (taken, names(&contacts).len()),
        (4, 1),
        "those of the type that came first"
    );
    let defining = log(&contacts)
        .into_iter()
        .filter(|(.., told)| told.get("defined_fields").is_some());
    assert_eq!(defining.count(), 1);
}

/// What a transaction defines is there for its next call, and goes with it.
#[test]
fn definitions_share_a_transaction_with_other_calls() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let outside = contacts(&kinfold);
    let work = |tx: &kinfold::Transaction<'_>| -> Result<FieldDefinition, Error> {
        let contacts = tx.contacts(Scope::default());
        contacts.resolve(request("ana", GOLD))?;
        let error = contacts.resolve(request("bo", SEVEN)).unwrap_err();
        assert_eq!(
            error.field(),
            Some("custom_fields.plan"),
            "refused, and it goes on"
        );
        contacts.define_field(&FieldDefinitionDraft::new("size", FieldType::Number))?;
        contacts.remove_definition("size")?;
        contacts.define_fields_as_they_come(false)?;
        assert!(!contacts.defines_fields_as_they_come()?);
        assert_eq!(contacts.fields()?.len(), 1);
        let label = FieldDefinitionPatch {
            label: Change::Set("Plan".to_owned()),
            ..FieldDefinitionPatch::default()
        };
        contacts.redefine_field("plan", &label)?;
        contacts.field("plan")
    };
    let undone: Result<(), Error> = kinfold.transaction(|tx| {
        work(tx)?;
        Err(Error::Stopped)
    });
    assert!(undone.is_err());
    assert_eq!(
        (outside.fields().unwrap().len(), log(&outside).len()),
        (0, 0)
    );
    assert!(outside.defines_fields_as_they_come().unwrap());
    let plan = kinfold.transaction(work).unwrap();
    assert_eq!(outside.fields().unwrap(), [plan]);
}

/// An answer that is kept is given again, whatever was defined since.
#[test]
fn a_kept_answer_outlives_a_definition() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let asked = || request("ana", GOLD).idempotency_key("once");
    let first = contacts.resolve(asked()).unwrap();
    contacts.remove_definition("plan").unwrap();
    contacts.define_fields_as_they_come(false).unwrap();
    assert_eq!(contacts.resolve(asked()).unwrap(), first);
    refused(&contacts, "custom_fields.plan", || {
        resolve(&contacts, "ana", SILVER)
    });
}
