//! Memories: what a persona or an agent remembers of a contact, one for each, whoever asks
//! and however the number is spelt.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::sync::Barrier;

use common::{contacts, new_folder, raw};
use kinfold::{
    Change, ContactId, Contacts, Draft, Error, Json, Kinfold, Limits, Memory, MemoryId,
    MemoryPatch, MemoryScope, OnConflict, ResolveRequest, Scope,
};
use serde_json::{Value, json};

fn resolve(contacts: &Contacts, email: &str) -> ContactId {
    let request = Draft::new().email(format!("{email}@example.com"));
    contacts.resolve(request).unwrap().contact.id
}

/// Merges the holders of two emails; the first one survives.
fn merge(contacts: &Contacts, survivor: &str, absorbed: &str) {
    let both = Draft::new()
        .email(format!("{survivor}@example.com"))
        .email(format!("{absorbed}@example.com"));
    let request = ResolveRequest::from(both).on_conflict(OnConflict::Merge);
    let outcome = contacts.resolve(request).unwrap();
    assert_eq!(outcome.merged.len(), 1, "{survivor} absorbs {absorbed}");
}

fn persona(id: &str) -> MemoryScope {
    MemoryScope::Persona(id.to_owned())
}

fn agent(number: &str) -> MemoryScope {
    MemoryScope::AgentNumber(number.to_owned())
}

fn patch(json: &str) -> MemoryPatch {
    MemoryPatch::from_json(json).unwrap()
}

/// A memory with a summary that says whose it was first.
fn remember(contacts: &Contacts, contact: ContactId, of: &MemoryScope, summary: &str) -> Memory {
    let (memory, created) = contacts.memory(contact, of).unwrap();
    assert!(created, "{summary}");
    let patch = MemoryPatch::new().summary(summary);
    contacts.update_memory(memory.id, &patch).unwrap()
}

fn told(contacts: &Contacts) -> (String, ContactId, Value) {
    let log = contacts.changes_since(0, usize::MAX).unwrap();
    let last = log.last().unwrap();
    let diff = serde_json::from_str(last.diff.as_str()).unwrap();
    (last.op.clone(), last.contact.unwrap(), diff)
}

fn is_not_found<T>(done: Result<T, Error>) -> bool {
    matches!(done, Err(Error::NotFound(_)))
}

fn is_no_such<T>(done: Result<T, Error>) -> bool {
    matches!(done, Err(Error::NoSuch { what: "memory", .. }))
}

#[test]
fn a_memory_is_made_once_and_then_found() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = resolve(&contacts, "ana");
    let before = contacts.get(ana).unwrap();
    assert_eq!(contacts.find_memory(ana, &persona("sales")).unwrap(), None);
    assert_eq!(
        contacts.changes_since(0, 100).unwrap().len(),
        1,
        "looking makes none"
    );

    let (memory, created) = contacts.memory(ana, &persona("sales")).unwrap();
    assert!(created);
    assert_eq!(
        serde_json::to_value(&memory).unwrap(),
        json!({
            "id": memory.id.to_string(), "contact": ana.to_string(), "persona_id": "sales",
            "agent_number": null, "summary": null, "facts": {}, "open_items": [],
            "recent_messages": [], "entities": [], "history": [],
            "created_at": memory.created_at.to_string(),
            "updated_at": memory.created_at.to_string(),
        })
    );
    let diff = json!({"memory": {"id": memory.id.to_string(), "persona_id": {"after": "sales"}}});
    assert_eq!(told(&contacts), ("memory".to_owned(), ana, diff));

    assert_eq!(
        contacts.memory(ana, &persona(" sales ")).unwrap(),
        (memory.clone(), false)
    );
    assert_eq!(
        contacts.find_memory(ana, &persona("sales")).unwrap(),
        Some(memory.clone())
    );
    assert_eq!(contacts.memory_by_id(memory.id).unwrap(), memory);
    assert_eq!(contacts.changes_since(0, 100).unwrap().len(), 2);
    // A number is another scope than a persona of the same name.
    assert!(contacts.memory(ana, &agent("sales")).unwrap().1);
    assert_eq!(contacts.memories(ana).unwrap().len(), 2);
    assert_eq!(
        contacts.get(ana).unwrap(),
        before,
        "the record itself is as it was"
    );
}

/// Spellings of a number, by the region of the contacts, and whether they are one memory.
#[test]
fn an_agent_number_is_known_in_all_its_spellings() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let abroad = contacts(&kinfold);
    let contacts = abroad.clone().default_region("US".parse().unwrap());
    let ana = resolve(&contacts, "ana");
    let (memory, _) = contacts.memory(ana, &agent("+1 (415) 555-0199")).unwrap();
    assert_eq!(memory.of, agent("+14155550199"));
    for (contacts, number, same) in [
        (&contacts, "+14155550199", true),
        (&contacts, "tel:+1-415-555-0199", true),
        (&contacts, "(415) 555-0199", true),
        // Nobody said in which country: it is kept as it is, and is another agent's.
        (&abroad, "(415) 555-0199", false),
        (&contacts, "+14155550199 ext. 5", false),
        (&contacts, "extension seven", false),
    ] {
        let (found, created) = contacts.memory(ana, &agent(number)).unwrap();
        assert_eq!((found.id == memory.id, created), (same, !same), "{number}");
    }
    let (found, created) = contacts.memory(ana, &agent("  extension seven")).unwrap();
    assert_eq!((found.of, created), (agent("extension seven"), false));
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn a_patch_changes_what_it_names() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = resolve(&contacts, "ana");
    let id = contacts.memory(ana, &persona("p")).unwrap().0.id;
    let first = patch(
        r#"{"summary":"Likes tea.","facts":{"plan":"gold","n":12345678901234567890.0},
            "open_items":[{"do":"call"}],"entities":[{"order":17}],
            "recent_messages":["one","two"],"history":["first"]}"#,
    );
    let memory = contacts.update_memory(id, &first).unwrap();
    let fact = |memory: &Memory, name: &str| memory.facts.get(name).map(|v| v.as_str().to_owned());
    assert_eq!(
        fact(&memory, "n").as_deref(),
        Some("12345678901234567890.0"),
        "to the digit"
    );

    // Facts one by one, lists as wholes, what is not named stays.
    let second = patch(
        r#"{"summary":null,"facts":{"plan":null,"size":38},"open_items":[],
            "append":{"recent_messages":["three"],"history":["second"]}}"#,
    );
    let memory = contacts.update_memory(id, &second).unwrap();
    let shown = serde_json::to_string(&memory).unwrap();
    for part in [
        r#""summary":null"#,
        r#""facts":{"n":12345678901234567890.0,"size":38}"#,
        r#""open_items":[]"#,
        r#""recent_messages":["one","two","three"]"#,
        r#""entities":[{"order":17}]"#,
        r#""history":["first","second"]"#,
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let diff = json!({"memory": {
        "id": id.to_string(),
        "summary": {"before": "Likes tea."},
        "facts": {"plan": {"before": "gold"}, "size": {"after": 38}},
        "open_items": {"removed": [{"do": "call"}]},
        "recent_messages": {"added": ["three"]},
        "history": {"added": ["second"]},
    }});
    assert_eq!(told(&contacts), ("memory".to_owned(), ana, diff));

    // A window: the last ones stay, and the log tells which went.
    let slide = MemoryPatch::new().append_message("four").keep_messages(2);
    let memory = contacts.update_memory(id, &slide).unwrap();
    assert_eq!(
        memory.recent_messages,
        [Json::from("three"), Json::from("four")]
    );
    let slid = json!({"removed": ["one", "two"], "added": ["four"]});
    assert_eq!(told(&contacts).2["memory"]["recent_messages"], slid);

    let log = contacts.changes_since(0, 100).unwrap();
    for nothing in [
        "{}",
        r#"{"summary":null,"facts":{"none":null,"size":38}}"#,
        r#"{"keep_messages":2,"append":{"history":[]}}"#,
    ] {
        assert_eq!(
            contacts.update_memory(id, &patch(nothing)).unwrap(),
            memory,
            "{nothing}"
        );
    }
    assert_eq!(
        contacts.changes_since(0, 100).unwrap(),
        log,
        "what changes nothing writes nothing"
    );

    let cleared = r#"{"facts":null,"recent_messages":null,"entities":null,"history":null}"#;
    let memory = contacts.update_memory(id, &patch(cleared)).unwrap();
    assert!(memory.facts.is_empty() && memory.history.is_empty());
    contacts.delete_memory(id).unwrap();
    let diff = json!({"memory": {"id": id.to_string(), "persona_id": {"before": "p"}}});
    assert_eq!(told(&contacts), ("memory".to_owned(), ana, diff));
    assert!(is_no_such(contacts.memory_by_id(id)));
    assert!(is_no_such(contacts.delete_memory(id)));
    assert!(
        contacts.memory(ana, &persona("p")).unwrap().1,
        "and it can be made anew"
    );
}

/// Refused, and never cut.
#[test]
fn what_is_too_much_is_refused() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = resolve(&contacts, "ana");
    for of in [
        persona(" "),
        agent(""),
        persona(&"x".repeat(1_001)),
        persona("a\0"),
    ] {
        let error = contacts.memory(ana, &of).unwrap_err();
        let field = match of {
            MemoryScope::Persona(_) => "persona_id",
            MemoryScope::AgentNumber(_) => "agent_number",
        };
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_FIELD", Some(field))
        );
    }
    let id = contacts.memory(ana, &persona("p")).unwrap().0.id;
    let full = MemoryPatch {
        recent_messages: Change::Set(vec![Json::from(1); Limits::MEMORY_ENTRIES]),
        facts: Change::Set(
            (0..1_000)
                .map(|n| (n.to_string(), Change::Set(n.into())))
                .collect(),
        ),
        ..MemoryPatch::default()
    };
    contacts.update_memory(id, &full).unwrap();
    let log = contacts.changes_since(0, 100).unwrap();
    let long = "x".repeat(65_537);
    let large = Json::from("x".repeat(1_048_576).as_str());
    for (patch, field) in [
        (MemoryPatch::new().summary(&long), "summary"),
        (MemoryPatch::new().fact("one more", true), "facts"),
        (MemoryPatch::new().fact("large", &*long), "facts.large"),
        (
            MemoryPatch::new().append_message("one more"),
            "recent_messages",
        ),
        (MemoryPatch::new().append_history(large), "history"),
    ] {
        let error = contacts.update_memory(id, &patch).unwrap_err();
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_FIELD", Some(field))
        );
    }
    assert_eq!(contacts.changes_since(0, 100).unwrap(), log);
    // As a window a full list goes on.
    let window = MemoryPatch::new()
        .append_message("one more")
        .keep_messages(1_000);
    let messages = contacts.update_memory(id, &window).unwrap().recent_messages;
    assert_eq!(messages.last(), Some(&Json::from("one more")));
}

#[test]
fn a_patch_in_json_is_refused_by_the_key_that_is_wrong() {
    for (json, field) in [
        ("{", "json_patch"),
        (r#"{"facts":[]}"#, "facts"),
        (r#"{"summary":{}}"#, "summary"),
        (r#"{"open_items":{}}"#, "open_items"),
        (r#"{"append":{"facts":[]}}"#, "append.facts"),
        (r#"{"append":{"history":"x"}}"#, "append.history"),
        (r#"{"keep_messages":-1}"#, "keep_messages"),
        (r#"{"persona_id":"x"}"#, "persona_id"),
    ] {
        let error = MemoryPatch::from_json(json).unwrap_err();
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_REQUEST", Some(field)),
            "{json}"
        );
    }
}

/// Of eight that ask at once, one makes the memory, and all are given the same.
#[test]
fn eight_threads_make_one_memory() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let ana = resolve(&contacts(&kinfold), "ana");
    for round in 0..10 {
        let of = persona(&format!("round {round}"));
        let start = Barrier::new(8);
        let answers: Vec<(Memory, bool)> = std::thread::scope(|threads| {
            let ask = |_| {
                threads.spawn(|| {
                    let contacts = contacts(&kinfold);
                    start.wait();
                    contacts.memory(ana, &of).unwrap()
                })
            };
            let asked: Vec<_> = (0..8).map(ask).collect();
            asked
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(answers.iter().filter(|(_, created)| *created).count(), 1);
        assert!(answers.iter().all(|(memory, _)| *memory == answers[0].0));
    }
    let contacts = contacts(&kinfold);
    assert_eq!(contacts.memories(ana).unwrap().len(), 10);
    let log = contacts.changes_since(0, 100).unwrap();
    assert_eq!(log.iter().filter(|entry| entry.op == "memory").count(), 10);
}

#[test]
fn nobody_else_sees_it() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let (ana, bo) = (resolve(&contacts, "ana"), resolve(&contacts, "bo"));
    let memory = remember(&contacts, ana, &persona("p"), "Ana's");
    assert_eq!(contacts.find_memory(bo, &persona("p")).unwrap(), None);
    assert_eq!(contacts.memories(bo).unwrap(), []);
    let elsewhere = [
        kinfold.contacts(Scope::new("default", Some("branch")).unwrap()),
        kinfold.contacts(Scope::new("never", None).unwrap()),
    ];
    resolve(&elsewhere[0], "ana");
    for other in &elsewhere {
        assert!(is_no_such(other.memory_by_id(memory.id)));
        assert!(is_no_such(
            other.update_memory(memory.id, &MemoryPatch::new())
        ));
        assert!(is_no_such(other.delete_memory(memory.id)));
        assert!(is_not_found(other.memory(ana, &persona("p"))));
        assert!(is_not_found(other.find_memory(ana, &persona("p"))));
        assert!(is_not_found(other.memories(ana)));
    }
    assert!(is_no_such(
        contacts.memory_by_id(MemoryId::from_bytes([7; 16]))
    ));
    let counted = |contacts: &Contacts| contacts.stats().unwrap().memories;
    assert_eq!((counted(&contacts), counted(&elsewhere[0])), (1, 0));
}

/// Who absorbs others has their memories: its own answers first, then those of the others in
/// the order of their merges, each before those it had absorbed itself.
#[test]
fn a_survivor_remembers_what_all_that_it_absorbed_did() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let names = ["ana", "bo", "cem", "dee", "eva"];
    let [ana, bo, cem, dee, eva] = names.map(|name| resolve(&contacts, name));
    for (contact, name, personas) in [
        (ana, "ana", &["all", "not cem"][..]),
        (bo, "bo", &["all", "not cem", "bo and ana's"]),
        (cem, "cem", &["all"]),
        (
            dee,
            "dee",
            &["all", "not cem", "bo and ana's", "dee and eva"],
        ),
        (eva, "eva", &["dee and eva"]),
    ] {
        for persona in personas {
            remember(&contacts, contact, &self::persona(persona), name);
        }
    }
    // ana absorbs bo; cem absorbs ana, then dee, then eva.
    merge(&contacts, "ana", "bo");
    for absorbed in ["ana", "dee", "eva"] {
        merge(&contacts, "cem", absorbed);
    }
    for (of, whose) in [
        ("all", "cem"),
        // bo was absorbed before ana was, but ana's own came before bo's and still does.
        ("not cem", "ana"),
        ("bo and ana's", "bo"),
        ("dee and eva", "dee"),
    ] {
        for asked in [ana, bo, cem, dee, eva] {
            let (memory, created) = contacts.memory(asked, &persona(of)).unwrap();
            let summary = memory.summary.as_deref();
            assert_eq!((summary, created), (Some(whose), false), "{of}");
            assert_eq!(memory.contact, cem);
            assert_eq!(
                contacts.find_memory(asked, &persona(of)).unwrap(),
                Some(memory)
            );
        }
    }
    assert_eq!(contacts.memories(bo).unwrap().len(), 11, "none is lost");

    // Written to in its place, and told of whom it belongs to now.
    let (memory, _) = contacts.memory(bo, &persona("bo and ana's")).unwrap();
    contacts
        .update_memory(memory.id, &MemoryPatch::new().fact("n", 1))
        .unwrap();
    assert_eq!(told(&contacts).1, cem);
    let (new, created) = contacts.memory(bo, &persona("new")).unwrap();
    assert!(created && new.contact == cem);
    assert!(kinfold.check().unwrap().ok);
}

/// A deleted contact can be restored, so it is remembered; but no memory of it is made or
/// changed.
#[test]
fn a_deleted_contact_is_remembered_and_nothing_is_added() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = resolve(&contacts, "ana");
    let memory = remember(&contacts, ana, &persona("p"), "Likes tea.");
    let delete = "UPDATE identifier SET holds = 0; UPDATE contact SET state = 1";
    raw(&folder).execute_batch(delete).unwrap();

    assert_eq!(
        contacts.memory(ana, &persona("p")).unwrap(),
        (memory.clone(), false)
    );
    assert_eq!(
        contacts.memories(ana).unwrap(),
        std::slice::from_ref(&memory)
    );
    assert_eq!(contacts.memory_by_id(memory.id).unwrap(), memory);
    assert!(is_not_found(contacts.memory(ana, &persona("other"))));
    assert!(is_not_found(
        contacts.update_memory(memory.id, &MemoryPatch::new())
    ));
    assert!(is_not_found(contacts.delete_memory(memory.id)));
}

#[test]
fn memories_share_a_transaction_with_other_calls() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let done: Result<MemoryId, Error> = kinfold.transaction(|tx| {
        let contacts = tx.contacts(Scope::default());
        let ana = contacts
            .resolve(Draft::new().email("ana@example.com"))?
            .contact
            .id;
        let (memory, created) = contacts.memory(ana, &persona("p"))?;
        assert!(created && !contacts.memory(ana, &persona("p"))?.1);
        let memory = contacts.update_memory(memory.id, &MemoryPatch::new().summary("Tea."))?;
        assert_eq!(
            contacts.find_memory(ana, &persona("p"))?,
            Some(memory.clone())
        );
        assert_eq!(contacts.memory_by_id(memory.id)?, memory);
        let gone = contacts.memory(ana, &persona("gone"))?.0.id;
        contacts.delete_memory(gone)?;
        assert_eq!(contacts.memories(ana)?, std::slice::from_ref(&memory));
        Ok(memory.id)
    });
    let memory = contacts(&kinfold).memory_by_id(done.unwrap()).unwrap();
    assert_eq!(memory.summary.as_deref(), Some("Tea."));
}

#[test]
fn debug_says_nothing_of_anybody() {
    let contacts = contacts(&Kinfold::open_in_memory().unwrap());
    let ana = resolve(&contacts, "ana");
    let word = "wardrobe";
    let patch = MemoryPatch::new()
        .summary(word)
        .fact(word, word)
        .append_message(word)
        .append_history(word);
    let (memory, _) = contacts.memory(ana, &agent(word)).unwrap();
    let memory = contacts.update_memory(memory.id, &patch).unwrap();
    let all = format!("{patch:?}{memory:?}{:?}{:?}", persona(word), agent(word));
    assert!(!all.contains(word), "{all}");
}
