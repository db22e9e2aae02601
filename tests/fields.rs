//! What the fields of a contact mean: how a request's meet the contact's, what a merge makes of
//! two, what is printed, and what is worked out and never kept.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use common::{contacts, new_folder, raw};
use kinfold::{Contact, Contacts, Draft, Kinfold, OnConflict, Outcome, ResolveRequest};
use serde_json::{Value, json};

fn memory() -> Contacts {
    contacts(&Kinfold::open_in_memory().unwrap())
}

/// The request that says this, of whoever has the email.
fn request(email: &str, said: &Value) -> ResolveRequest {
    let mut said = said.clone();
    said["email"] = json!(email);
    ResolveRequest::from_json(&said.to_string()).unwrap()
}

fn printed(contact: &Contact) -> Value {
    serde_json::from_str(&serde_json::to_string(contact).unwrap()).unwrap()
}

/// The members of a printed contact that this JSON has too.
fn same_members(contact: &Contact, expected: &Value) -> Value {
    let all = printed(contact);
    let members = expected.as_object().unwrap().keys();
    members.map(|key| (key.clone(), all[key].clone())).collect()
}

fn ignored(outcome: &Outcome) -> Vec<(&str, Value)> {
    let ignored = outcome.ignored.iter();
    ignored
        .map(|one| {
            let value = serde_json::from_str(one.value.as_str()).unwrap();
            (one.field.as_str(), value)
        })
        .collect()
}

/// Every field is printed, also when it holds nothing; a direction of do-not-disturb that
/// nobody spoke of is not.
#[test]
fn fields_that_hold_nothing_are_printed() {
    let contacts = memory();
    let contact = contacts
        .resolve(Draft::new().email("a@example.com"))
        .unwrap();
    let contact = contact.contact;
    let expected = json!({
        "name":{"full":null,"given":null,"family":null},
        "address":{"line1":null,"city":null,"state":null,"postal_code":null,"country":null,
            "country_code":null},
        "company":null,"website":null,"gender":null,"date_of_birth":null,"timezone":null,
        "description":null,"tags":[],"custom_fields":{},"metadata":{},
        "do_not_disturb":{"all":false,"channels":{}},"source":null,"assigned_to":null,
        "business_id":null,"type":null,"visitor_id":null,"followers":[],"offers":[],"products":[],
        "email_bounced":null,"email_unsubscribed":null,"last_session_activity_at":null,
        "attribution":null,"last_attribution":null,
    });
    assert_eq!(same_members(&contact, &expected), expected);
}

#[test]
fn fields_of_a_request_meet_those_of_the_contact() {
    // What the contact has, what is said of it, what a resolve makes of it and reports as
    // ignored, and what an upsert makes of it.
    #[rustfmt::skip]
    let cases = [
        (json!({}), json!({"type":"lead"}), json!({"type":"lead"}), vec![], json!({"type":"lead"}),
            "what is empty is filled"),
        (json!({"type":"lead"}), json!({"type":"customer"}), json!({"type":"lead"}), vec!["type"],
            json!({"type":"customer"}), "what is there is not overwritten, but replaced"),
        (json!({"type":"lead"}), json!({"type":null}), json!({"type":"lead"}), vec![], json!({"type":null}),
            "a null clears for those who replace"),
        (json!({"type":"lead"}), json!({"type":" "}), json!({"type":"lead"}), vec![], json!({"type":"lead"}),
            "an empty text says nothing"),
        (json!({"followers":["u-1"]}), json!({"followers":["u-2","u-1"]}), json!({"followers":["u-1"]}),
            vec!["followers"], json!({"followers":["u-2","u-1"]}), "a list is one field, as tags are"),
        (json!({"followers":["u-1","u-2"]}), json!({"followers":["u-2"]}), json!({"followers":["u-1","u-2"]}),
            vec![], json!({"followers":["u-2"]}), "nothing is ignored that is there"),
        (json!({}), json!({"offers":[" o-1 ","O-1","o-1",""]}), json!({"offers":["o-1","O-1"]}), vec![],
            json!({"offers":["o-1","O-1"]}), "no item stands twice, and case makes a difference"),
        (json!({"products":["p"]}), json!({"products":null}), json!({"products":["p"]}), vec![],
            json!({"products":[]}), "a null clears a list"),
        (json!({}), json!({"email_bounced":false}), json!({"email_bounced":false}), vec![],
            json!({"email_bounced":false}), "false is said, and not nothing"),
        (json!({"email_bounced":false}), json!({"email_bounced":true}), json!({"email_bounced":false}),
            vec!["email_bounced"], json!({"email_bounced":true}), "so it is not overwritten"),
        (json!({"email_unsubscribed":true}), json!({"email_unsubscribed":null}), json!({"email_unsubscribed":true}),
            vec![], json!({"email_unsubscribed":null}), "a null takes it back"),
        (json!({}), json!({"last_session_activity_at":"2026-01-02T05:04:05.5+02:00"}),
            json!({"last_session_activity_at":"2026-01-02T03:04:05.500Z"}), vec![],
            json!({"last_session_activity_at":"2026-01-02T03:04:05.500Z"}), "a moment is printed in UTC"),
        (json!({"last_session_activity_at":"2026-01-02T03:04:05Z"}),
            json!({"last_session_activity_at":"2026-01-02T04:04:05+01:00"}),
            json!({"last_session_activity_at":"2026-01-02T03:04:05.000Z"}), vec![],
            json!({"last_session_activity_at":"2026-01-02T03:04:05.000Z"}), "the same moment is nothing new"),
        (json!({"attribution":{"utm":"a"}}), json!({"attribution":{"medium":"b"},"last_attribution":{"medium":"b"}}),
            json!({"attribution":{"utm":"a"},"last_attribution":{"medium":"b"}}), vec!["attribution"],
            json!({"attribution":{"medium":"b"},"last_attribution":{"medium":"b"}}), "an object is one value, and never a mixture"),
        (json!({}), json!({"timezone":"america/chihuahua"}), json!({"timezone":"America/Chihuahua"}), vec![],
            json!({"timezone":"America/Chihuahua"}), "a time zone is spelled as the database spells it"),
        (json!({"timezone":"Europe/Madrid"}), json!({"timezone":"EUROPE/MADRID"}), json!({"timezone":"Europe/Madrid"}),
            vec![], json!({"timezone":"Europe/Madrid"}), "so another spelling is nothing new"),
        (json!({}), json!({"do_not_disturb":{"inbound":{"status":"active","message":"m"}}}),
            json!({"do_not_disturb":{"all":false,"channels":{},"inbound":{"status":"active","message":"m"}}}), vec![],
            json!({"do_not_disturb":{"all":false,"channels":{},"inbound":{"status":"active","message":"m"}}}),
            "the other direction of do-not-disturb"),
        (json!({"do_not_disturb":{"inbound":{"status":"inactive"}}}), json!({"do_not_disturb":{"inbound":{"status":"active"}}}),
            json!({"do_not_disturb":{"all":false,"channels":{},"inbound":{"status":"inactive"}}}), vec!["do_not_disturb.inbound"],
            json!({"do_not_disturb":{"all":false,"channels":{},"inbound":{"status":"active"}}}), "is a field like others"),
        (json!({"do_not_disturb":{"inbound":{"status":"active"}}}), json!({"do_not_disturb":{"inbound":null}}),
            json!({"do_not_disturb":{"all":false,"channels":{},"inbound":{"status":"active"}}}), vec![],
            json!({"do_not_disturb":{"all":false,"channels":{}}}), "and a null clears it"),
    ];
    for (has, said, filled, unused, replaced, why) in cases {
        let contacts = memory();
        for email in ["fill@example.com", "replace@example.com"] {
            contacts.resolve(request(email, &has)).unwrap();
        }
        let outcome = contacts
            .resolve(request("fill@example.com", &said))
            .unwrap();
        assert_eq!(same_members(&outcome.contact, &filled), filled, "{why}");
        let fields = ignored(&outcome).into_iter().map(|(field, _)| field);
        assert_eq!(fields.collect::<Vec<_>>(), unused, "{why}");
        let outcome = contacts
            .upsert(request("replace@example.com", &said))
            .unwrap();
        assert_eq!(same_members(&outcome.contact, &replaced), replaced, "{why}");
        let stored = contacts.get(outcome.contact.id).unwrap();
        assert_eq!(stored, outcome.contact, "{why}");
        let again = contacts.upsert(request("replace@example.com", &said));
        assert!(!again.unwrap().changed, "{why}");
    }
}

#[test]
fn a_merge_keeps_what_either_knew() {
    // The survivor's, the absorbed contact's, what becomes of them, and why.
    #[rustfmt::skip]
    let cases = [
        (json!({"type":"lead"}), json!({"type":"customer","business_id":"b"}),
            json!({"type":"lead","business_id":"b"}), "the survivor's value first"),
        (json!({"followers":["u-1","u-2"]}), json!({"followers":["u-3","u-1"]}),
            json!({"followers":["u-1","u-2","u-3"]}), "lists are united, in their order"),
        (json!({"offers":["A"]}), json!({"offers":["a"],"products":["p"]}),
            json!({"offers":["A","a"],"products":["p"]}), "letter by letter"),
        (json!({"email_unsubscribed":false}), json!({"email_unsubscribed":true}),
            json!({"email_unsubscribed":true}), "who unsubscribed stays unsubscribed: consent is never widened"),
        (json!({"email_unsubscribed":true}), json!({"email_unsubscribed":false}),
            json!({"email_unsubscribed":true}), "whichever of the two survives"),
        (json!({}), json!({"email_bounced":false}), json!({"email_bounced":false}), "false is more than nothing"),
        (json!({"email_bounced":false}), json!({}), json!({"email_bounced":false}), "on either side"),
        (json!({"last_session_activity_at":"2026-01-01T00:00:00Z"}), json!({"last_session_activity_at":"2026-02-02T00:00:00Z"}),
            json!({"last_session_activity_at":"2026-01-01T00:00:00.000Z"}), "the survivor's first, like other fields"),
        (json!({}), json!({"last_session_activity_at":"2026-02-02T00:00:00Z","attribution":{"a":1}}),
            json!({"last_session_activity_at":"2026-02-02T00:00:00.000Z","attribution":{"a":1}}), "what is empty is filled"),
        (json!({"attribution":{"a":1}}), json!({"attribution":{"b":2},"last_attribution":{"b":2}}),
            json!({"attribution":{"a":1},"last_attribution":{"b":2}}), "an object is one value"),
        (json!({"do_not_disturb":{"inbound":{"status":"inactive","message":"i"}}}),
            json!({"do_not_disturb":{"inbound":{"status":"active","message":"a"}}}),
            json!({"do_not_disturb":{"all":false,"channels":{},"inbound":{"status":"active","message":"a"}}}), "the stricter of the two"),
        (json!({"do_not_disturb":{"inbound":{"status":"active","message":"a"}}}),
            json!({"do_not_disturb":{"inbound":{"status":"inactive","message":"i"}}}),
            json!({"do_not_disturb":{"all":false,"channels":{},"inbound":{"status":"active","message":"a"}}}), "on whichever side it is"),
        (json!({}), json!({"do_not_disturb":{"inbound":{"status":"inactive"}}}),
            json!({"do_not_disturb":{"all":false,"channels":{},"inbound":{"status":"inactive"}}}), "even the mild one, where nothing was said"),
    ];
    for (own, other, expected, why) in cases {
        let contacts = memory();
        contacts.resolve(request("own@example.com", &own)).unwrap();
        contacts
            .resolve(request("other@example.com", &other))
            .unwrap();
        let both = Draft::new()
            .email("own@example.com")
            .email("other@example.com");
        let both = ResolveRequest::from(both).on_conflict(OnConflict::Merge);
        let merged = contacts.resolve(both).unwrap();
        assert_eq!(merged.merged.len(), 1);
        let stored = contacts.get(merged.merged[0]).unwrap();
        assert_eq!(stored, merged.contact, "{why}");
        assert_eq!(same_members(&stored, &expected), expected, "{why}");
    }
}

/// The log says what changed under the names of the fields, and the ledger which merge brought
/// what. The stub of the absorbed contact keeps none of it.
#[test]
fn the_log_and_the_ledger_know_every_field() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let all = json!({
        "business_id":"b","type":"lead","visitor_id":"v","followers":["u-1"],"offers":["o"],"products":["p"],
        "email_bounced":true,"email_unsubscribed":false,"last_session_activity_at":"2026-01-02T03:04:05Z",
        "attribution":{"a":1},"last_attribution":{"b":2},
        "do_not_disturb":{"inbound":{"status":"active"}},
    });
    contacts
        .resolve(request("other@example.com", &all))
        .unwrap();
    let log = contacts.changes_since(0, 10).unwrap();
    let created: Value = serde_json::from_str(log[0].diff.as_str()).unwrap();
    for (field, value) in all.as_object().unwrap() {
        let after = &created[field]["after"];
        match field.as_str() {
            "last_session_activity_at" => assert_eq!(after, "2026-01-02T03:04:05.000Z"),
            "do_not_disturb" => assert_eq!(after["inbound"], value["inbound"]),
            _ => assert_eq!(after, value, "{field}"),
        }
    }

    contacts
        .resolve(Draft::new().external_id("crm", "1"))
        .unwrap();
    let both = Draft::new()
        .external_id("crm", "1")
        .email("other@example.com");
    let both = ResolveRequest::from(both).on_conflict(OnConflict::Merge);
    contacts.resolve(both).unwrap();
    let store = raw(&folder);
    let mut select = store
        .prepare("SELECT field FROM merge_mark ORDER BY field")
        .unwrap();
    let marks = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let marks: Vec<String> = marks.map(Result::unwrap).collect();
    assert_eq!(
        marks,
        [
            "attribution",
            "business_id",
            "do_not_disturb.inbound",
            "email_bounced",
            "email_unsubscribed",
            "followers.u-1",
            "last_attribution",
            "last_session_activity_at",
            "offers.o",
            "products.p",
            "type",
            "visitor_id",
        ]
    );
    let left =
        "SELECT count(*) FROM contact WHERE state = 2 AND coalesce(business_id, contact_type,
        visitor_id, followers, offers, products, email_bounced, email_unsubscribed,
        last_session_activity_at, attribution, last_attribution, do_not_disturb) IS NOT NULL";
    assert_eq!(common::number(&store, left), 0, "a stub holds nothing");
}

#[test]
fn parts_of_a_name_are_worked_out_and_never_kept() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let ana = json!({"name":"Ana María Ruiz"});
    let outcome = contacts.resolve(request("ana@example.com", &ana)).unwrap();
    let whole = json!({"name":{"full":"Ana María Ruiz","given":"Ana María","family":"Ruiz"}});
    assert_eq!(same_members(&outcome.contact, &whole), whole);
    let name = &outcome.contact.fields.name;
    assert_eq!((&name.given, &name.family), (&None, &None));
    let kept = "SELECT count(*) FROM contact WHERE given_name IS NULL AND family_name IS NULL";
    assert_eq!(common::number(&raw(&folder), kept), 1);
    let log = contacts.changes_since(0, 10).unwrap();
    let created: Value = serde_json::from_str(log[0].diff.as_str()).unwrap();
    assert_eq!(created["name"], json!({"after":{"full":"Ana María Ruiz"}}));

    // What is said of the name, and what of it is ignored.
    #[rustfmt::skip]
    let cases = [
        (json!({"given":"Ana María"}), json!([]), "the name says so itself"),
        (json!({"family":"Ruiz"}), json!([]), "this, too"),
        (json!({"name":"Ana María Ruiz","given":"Ana María","family":"Ruiz"}), json!([]), "and all of it"),
        (json!({"given":"Ana"}), json!([["given", "Ana"]]), "another given name"),
        (json!({"name":"Ana Ruiz","family":"Ruiz"}), json!([["name", "Ana Ruiz"]]), "another whole name"),
    ];
    for (said, expected, why) in cases {
        let outcome = contacts.resolve(request("ana@example.com", &said)).unwrap();
        assert!(!outcome.changed, "{why}");
        assert_eq!(json!(ignored(&outcome)), expected, "{why}");
    }

    // What was printed and comes back stays what was typed.
    let printed = request("ana@example.com", &whole);
    assert!(!contacts.upsert(printed).unwrap().changed);

    // A part of its own is taken at its word, and the whole is made of it.
    let given = json!({"given":"Ana María Ruiz"});
    let outcome = contacts.upsert(request("ana@example.com", &given)).unwrap();
    let only_given =
        json!({"name":{"full":"Ana María Ruiz","given":"Ana María Ruiz","family":null}});
    assert_eq!(same_members(&outcome.contact, &only_given), only_given);
}

#[test]
fn a_country_stays_as_typed_beside_its_code() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    // What is said of an address, and the country and its code.
    #[rustfmt::skip]
    let cases = [
        (json!({"country":"México"}), json!("México"), json!("MX"), "the name stays, and its code is known"),
        (json!({"country":"Narnia"}), json!("Narnia"), json!(null), "so does one that is no country's"),
        (json!({"country":"México","country_code":"MX"}), json!("México"), json!("MX"), "what was printed goes back"),
        (json!({"country":"México","country_code":"US"}), json!("México"), json!("MX"), "the country is what was typed"),
        (json!({"country":"México","country_code":null}), json!("México"), json!("MX"), "known meanwhile"),
        (json!({"country_code":"MX"}), json!("MX"), json!("MX"), "alone the code is the country"),
        (json!({"country":null,"country_code":"MX"}), json!("MX"), json!("MX"), "beside nothing, too"),
        (json!({"city":"Oslo","country_code":null}), json!(null), json!(null), "no country at all"),
    ];
    for (number, (said, country, code, why)) in cases.into_iter().enumerate() {
        let email = format!("{number}@example.com");
        let said = request(&email, &json!({"address":said}));
        let contact = contacts.resolve(said).unwrap().contact;
        let address = &printed(&contact)["address"];
        assert_eq!(
            (&address["country"], &address["country_code"]),
            (&country, &code),
            "{why}"
        );
        // A printed address is nothing new to the contact that printed it.
        let again = request(&email, &json!({"address":address}));
        let again = contacts.upsert(again).unwrap();
        assert!(!again.changed && again.ignored.is_empty(), "{why}");
    }
    let log = contacts.changes_since(0, 100).unwrap();
    assert!(
        log.iter()
            .all(|entry| !entry.diff.as_str().contains("country_code"))
    );
}

/// Stores of versions that did not look hold any text.
#[test]
fn a_time_zone_that_was_kept_unchecked_is_read() {
    let (_above, folder) = new_folder();
    let contacts = contacts(&Kinfold::open(&folder).unwrap());
    let id = contacts
        .resolve(request("a@example.com", &json!({"timezone":"UTC"})))
        .unwrap()
        .contact
        .id;
    let older = "UPDATE contact SET timezone = 'Pacific Time'";
    raw(&folder).execute_batch(older).unwrap();
    let contact = contacts.get(id).unwrap();
    assert_eq!(contact.fields.timezone.as_deref(), Some("Pacific Time"));
    // It is no obstacle to other changes, and goes when a better one comes.
    let named = contacts.upsert(request("a@example.com", &json!({"name":"Ana"})));
    let contact = named.unwrap().contact;
    assert_eq!(contact.fields.timezone.as_deref(), Some("Pacific Time"));
    let zone = json!({"timezone":"America/Los_Angeles"});
    let contact = contacts
        .upsert(request("a@example.com", &zone))
        .unwrap()
        .contact;
    assert_eq!(
        contact.fields.timezone.as_deref(),
        Some("America/Los_Angeles")
    );
}
