//! What is kept of an outcome gives back an equal one, in this version and in later ones.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::kept::{read, write};
use super::outcome::{Ignored, Outcome};
use crate::clock::Timestamp;
use crate::contact::{
    Address, Birthday, Channel, ChannelSetting, Conflict, Contact, ContactId, CustomField,
    DoNotDisturb, Fields, InboundSetting, InboundStatus, Json, Listing, MergeId, Name, OrderedMap,
    Rejected, Status,
};
use crate::ident::{Key, Kind};
use crate::scope::Scope;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-zé\"\\\\\u{0}-\u{1f}\u{2028}😀]{0,8}"]
}

fn json() -> impl Strategy<Value = Json> {
    let deep = format!("{}1{}", "[".repeat(127), "]".repeat(127));
    let written = vec![
        "123456789012345678901234567890",
        "-0.10000000000000000000000000001e-400",
        "1E+2",
        "null",
        "true",
        "\"\\u0000\\ud83d\\ude00\\/\"",
        "{\"a\":1,\"a\":2}",
        "{\"\":{\"b\":[]}}",
    ];
    let leaf = prop_oneof![
        select(written).prop_map(|text| Json::parse(text).unwrap()),
        Just(Json::parse(&deep).unwrap()),
        text().prop_map(|text| Json::from(text.as_str())),
    ];
    leaf.prop_flat_map(|leaf| {
        let list = Json::parse(&format!("[{},2]", leaf.as_str())).unwrap_or(leaf.clone());
        select(vec![leaf, list])
    })
}

fn map<V: std::fmt::Debug>(
    value: impl Strategy<Value = V>,
) -> impl Strategy<Value = OrderedMap<V>> {
    vec((text(), value), 0..4).prop_map(|entries| entries.into_iter().collect())
}

fn key() -> impl Strategy<Value = Key> {
    (select(Kind::ALL.to_vec()), text()).prop_map(|(kind, text)| Key::from_stored(kind, text))
}

fn listing() -> impl Strategy<Value = Listing> {
    let region = option::of(select(vec!["US", "DE", "GB"]));
    let flags = any::<[bool; 3]>();
    (key(), text(), region, flags, any::<i64>(), any::<i64>()).prop_map(
        |(key, raw, region, [verified, holds, blocked], place, position)| Listing {
            key,
            raw,
            region: region.map(|name| name.parse().unwrap()),
            verified,
            holds,
            blocked,
            place,
            position,
        },
    )
}

fn birthday() -> impl Strategy<Value = Birthday> {
    (option::of(1..=9999_i16), 1..=12_i8, 1..=28_i8)
        .prop_map(|(year, month, day)| Birthday::new(year, month, day).unwrap())
}

fn do_not_disturb() -> impl Strategy<Value = DoNotDisturb> {
    let status = select(vec![Status::Inactive, Status::Active, Status::Permanent]);
    let setting =
        (status, option::of(text()), option::of(text())).prop_map(|(status, message, code)| {
            ChannelSetting {
                status,
                message,
                code,
            }
        });
    let channels = btree_map(select(Channel::ALL.to_vec()), setting, 0..6);
    let status = select(vec![InboundStatus::Inactive, InboundStatus::Active]);
    let inbound = (status, option::of(text()))
        .prop_map(|(status, message)| InboundSetting { status, message });
    (any::<bool>(), channels, option::of(inbound)).prop_map(|(all, channels, inbound)| {
        DoNotDisturb {
            all,
            channels,
            inbound,
        }
    })
}

fn fields() -> impl Strategy<Value = Fields> {
    let custom = (text(), json()).prop_map(|(kind, value)| CustomField { kind, value });
    let texts = vec(option::of(text()), 18);
    let maps = (map(custom), map(json()));
    let list = || vec(text(), 0..4);
    let moments = (option::of(birthday()), option::of(any::<i64>()));
    // What the store gives is an object; here nothing asks what it is, but null is none.
    let object = || option::of(json().prop_filter("a null is no value", |json| !json.is_null()));
    (
        texts,
        moments,
        [list(), list(), list(), list()],
        maps,
        do_not_disturb(),
        any::<[Option<bool>; 2]>(),
        [object(), object()],
    )
        .prop_map(
            |(texts, moments, lists, (custom_fields, metadata), do_not_disturb, flags, objects)| {
                let mut texts = texts.into_iter().flat_map(|text| [text]);
                let mut next = || texts.next().unwrap();
                let (date_of_birth, last_session) = moments;
                let [tags, followers, offers, products] = lists;
                let [attribution, last_attribution] = objects;
                Fields {
                    name: Name {
                        full: next(),
                        given: next(),
                        family: next(),
                    },
                    address: Address {
                        line1: next(),
                        city: next(),
                        state: next(),
                        postal_code: next(),
                        country: next(),
                    },
                    company: next(),
                    website: next(),
                    gender: next(),
                    date_of_birth,
                    timezone: next(),
                    description: next(),
                    source: next(),
                    assigned_to: next(),
                    business_id: next(),
                    contact_type: next(),
                    visitor_id: next(),
                    followers,
                    offers,
                    products,
                    email_bounced: flags[0],
                    email_unsubscribed: flags[1],
                    last_session_activity_at: last_session.map(Timestamp::from_milliseconds),
                    attribution,
                    last_attribution,
                    tags,
                    custom_fields,
                    metadata,
                    do_not_disturb,
                }
            },
        )
}

fn contact() -> impl Strategy<Value = Contact> {
    let scope = select(vec![
        Scope::default(),
        Scope::new("acme", Some("lisbon")).unwrap(),
    ]);
    let moments = any::<[i64; 2]>();
    (
        any::<[u8; 16]>(),
        scope,
        vec(listing(), 0..5),
        fields(),
        moments,
        any::<bool>(),
        any::<u64>(),
        any::<i64>(),
    )
        .prop_map(
            |(id, scope, identifiers, fields, [created, updated], deleted, version, row)| Contact {
                id: ContactId::from_bytes(id),
                scope,
                identifiers,
                fields,
                created_at: Timestamp::from_milliseconds(created),
                updated_at: Timestamp::from_milliseconds(updated),
                deleted,
                version,
                row,
            },
        )
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let keys = || vec(key(), 0..3);
    let conflict = (key(), any::<[u8; 16]>()).prop_map(|(key, holder)| Conflict {
        key,
        holder: ContactId::from_bytes(holder),
    });
    let rejected = (text(), text(), text()).prop_map(|(field, value, reason)| Rejected {
        field,
        value,
        reason,
    });
    let ignored = (text(), json()).prop_map(|(field, value)| Ignored { field, value });
    (
        contact(),
        any::<[bool; 2]>(),
        [keys(), keys(), keys()],
        vec(conflict, 0..3),
        vec(any::<([u8; 16], [u8; 16])>(), 0..3),
        vec(rejected, 0..3),
        vec(ignored, 0..3),
    )
        .prop_map(
            |(contact, [created, changed], keys, conflicts, merges, rejected, ignored)| {
                let [matched_on, attached, listed] = keys;
                let (merged, merges): (Vec<_>, Vec<_>) = merges.into_iter().unzip();
                Outcome {
                    contact,
                    created,
                    matched_on,
                    attached,
                    listed,
                    conflicts,
                    merged: merged.into_iter().map(ContactId::from_bytes).collect(),
                    merges: merges.into_iter().map(MergeId::from_bytes).collect(),
                    rejected,
                    ignored,
                    changed,
                }
            },
        )
}

proptest! {
    #[test]
    fn what_is_kept_gives_back_an_equal_outcome(outcome in outcome()) {
        let text = write(&outcome).unwrap();
        let contact = &outcome.contact;
        let back = read(&text, &contact.scope, contact.row).unwrap();
        // Not prop_assert_eq: what an outcome prints says nothing of what is in it.
        prop_assert!(back == outcome, "{}", text);
        prop_assert_eq!(write(&back).unwrap(), text);
    }
}

/// Stores hold texts like this one, and later versions must go on reading them.
#[test]
fn an_outcome_that_was_kept_by_an_earlier_version_is_read() {
    let kept = concat!(
        r#"{"contact":{"id":"01020304-0506-0708-090a-0b0c0d0e0f10","identifiers":["#,
        r#"{"key":{"kind":"phone","key":"+14155550101"},"raw":"(415) 555-0101","region":"US","#,
        r#""verified":true,"holds":true,"blocked":false,"place":1048576,"position":1},"#,
        r#"{"key":{"kind":"external_id","key":"ghl:x"},"raw":"x","region":null,"#,
        r#""verified":true,"holds":false,"blocked":true,"place":-7,"position":2}],"#,
        r#""fields":{"name":{"full":null,"given":"Ana","family":"Ruiz"},"address":{"line1":null,"#,
        r#""city":"Ulm","state":null,"postal_code":null,"country":null},"company":"Acme","#,
        r#""website":null,"gender":null,"date_of_birth":"--09-25","timezone":null,"#,
        r#""description":null,"source":null,"assigned_to":null,"tags":["lead"],"#,
        r#""custom_fields":{"plan":{"type":"text","value":"gold"}},"metadata":{"n":1.10},"#,
        r#""do_not_disturb":{"all":false,"channels":{"SMS":{"status":"active","code":"c"}}}},"#,
        r#""created_at":1767323045678,"updated_at":1767323045679,"deleted":false,"version":2},"#,
        r#""created":false,"matched_on":[{"kind":"phone","key":"+14155550101"}],"attached":[],"#,
        r#""listed":[],"conflicts":[{"key":{"kind":"email","key":"a@x.org"},"#,
        r#""holder":"11111111-1111-1111-1111-111111111111"}],"#,
        r#""merged":["22222222-2222-2222-2222-222222222222"],"#,
        r#""merges":["33333333-3333-3333-3333-333333333333"],"#,
        r#""rejected":[{"field":"phone","value":"12","reason":"it is too short"}],"#,
        r#""ignored":[{"field":"company","value":"Hooli"}],"changed":true}"#
    );
    let scope = Scope::new("acme", None).unwrap();
    let outcome = read(kept, &scope, 5).unwrap();
    assert_eq!(write(&outcome).unwrap(), kept);
    let contact = &outcome.contact;
    assert_eq!((&contact.scope, contact.row), (&scope, 5));
    assert_eq!(contact.fields.name.given.as_deref(), Some("Ana"));
    assert_eq!(contact.identifiers.len(), 2);
    assert_eq!(outcome.merges.len(), 1);
}

#[test]
fn a_text_that_is_no_outcome_is_refused() {
    for text in ["", "null", "{}", "{\"contact\":null}", "[1]"] {
        assert!(read(text, &Scope::default(), 1).is_err(), "{text}");
    }
}
