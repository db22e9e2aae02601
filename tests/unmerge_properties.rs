//! Merge then unmerge is the identity, for any two contacts, any fields and any rules; with
//! edits in between, exactly those edits remain.

#![allow(
    clippy::unwrap_used,
    reason = "what helps a test may stop at the first surprise too"
)]

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use kinfold::{
    Contact, ContactId, Contacts, Kinfold, MergeRules, ResolveRequest, Scope, Survivorship, Update,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// What stands in a field, by the names under which a request says it. The pools are small, so
/// that the two contacts often say the same or nearly.
fn fields() -> impl Strategy<Value = Map<String, Value>> {
    let text = |texts: &'static [&'static str]| {
        prop::option::of(select(texts).prop_map(|text| json!(text)))
    };
    let names = (
        text(&["Ana Ruiz", "Ana María Ruiz", "Юлия"]),
        text(&["Ana", "A."]),
        text(&["Ruiz", "García"]),
    );
    let texts = (
        text(&["Acme", "Acme Ltd, Leeds"]),
        text(&["https://a.example", "https://b.example/long"]),
        text(&["female", "f"]),
        text(&["Europe/Madrid", "America/Chihuahua"]),
        text(&["One line.", "One line.\nAnd another."]),
        text(&["hubspot", "import"]),
        text(&["u-1", "u-22"]),
        text(&["1990-09-25", "--02-29"]),
    );
    let part = text(&["1 High St", "Leeds", "LS1"]);
    let address = prop::option::of((part.clone(), part.clone(), part).prop_map(
        |(line1, city, postal_code)| {
            named([
                ("line1", line1),
                ("city", city),
                ("postal_code", postal_code),
            ])
        },
    ));
    let tags = subsequence(vec!["lead", "VIP", "vip", "press", "b2b"], 0..4);
    let entry = select(vec![
        json!(1),
        json!("two"),
        json!([3, null]),
        json!({"four": 4.50}),
    ]);
    let metadata =
        prop::collection::btree_map(select(vec!["channel", "score", "a.b"]), entry.clone(), 0..3);
    let custom = prop::collection::btree_map(select(vec!["plan", "Größe"]), entry, 0..2);
    let status = select(vec!["inactive", "active", "permanent"]);
    let channels = prop::collection::btree_map(select(vec!["Email", "SMS", "Call"]), status, 0..3);
    (
        names,
        texts,
        address,
        tags,
        metadata,
        custom,
        channels,
        any::<bool>(),
    )
        .prop_map(
            |(names, texts, address, tags, metadata, custom, channels, all)| {
                let (name, given, family) = names;
                let (company, website, gender, timezone, description, source, assigned_to, birth) =
                    texts;
                let mut said = named([
                    ("name", name),
                    ("given", given),
                    ("family", family),
                    ("company", company),
                    ("website", website),
                    ("gender", gender),
                    ("timezone", timezone),
                    ("description", description),
                    ("source", source),
                    ("assigned_to", assigned_to),
                    ("date_of_birth", birth),
                ]);
                if let Some(address) = address {
                    said.insert("address".into(), address.into());
                }
                said.insert("tags".into(), json!(tags));
                said.insert("metadata".into(), json!(metadata));
                let typed = custom.into_iter();
                let typed: BTreeMap<_, _> = typed
                    .map(|(name, value)| (name, json!({"type": "open", "value": value})))
                    .collect();
                said.insert("custom_fields".into(), json!(typed));
                let settings = channels.into_iter();
                let settings: BTreeMap<_, _> = settings
                    .map(|(channel, status)| (channel, json!({"status": status, "code": "7"})))
                    .collect();
                said.insert(
                    "do_not_disturb".into(),
                    json!({"all": all, "channels": settings}),
                );
                said
            },
        )
}

fn named<const N: usize>(of: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let given = of
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    given.collect()
}

fn identifiers() -> impl Strategy<Value = (Vec<&'static str>, Vec<&'static str>)> {
    let phones = vec!["+14155550101", "+1 415 555 0102", "+14155550103;ext=5"];
    let emails = vec!["ana@example.com", "A.R@Example.com", "info@example.com"];
    (subsequence(phones, 0..3), subsequence(emails, 0..3))
}

fn contact() -> impl Strategy<Value = Map<String, Value>> {
    (fields(), identifiers()).prop_map(|(mut said, (phones, emails))| {
        said.insert("phones".into(), json!(phones));
        said.insert("emails".into(), json!(emails));
        said
    })
}

/// An edit: some of the fields, some of them null, and identifiers.
fn edit() -> impl Strategy<Value = Map<String, Value>> {
    let clears = subsequence(
        vec![
            "company",
            "website",
            "tags",
            "address",
            "name",
            "date_of_birth",
            "metadata",
        ],
        0..3,
    );
    let few = contact().prop_flat_map(|said| {
        let names: Vec<String> = said.keys().cloned().collect();
        let some = subsequence(names, 0..4);
        (Just(said), some).prop_map(|(said, some)| {
            let kept = said.into_iter().filter(|(name, _)| some.contains(name));
            kept.collect::<Map<String, Value>>()
        })
    });
    let tags = subsequence(vec!["lead", "vip", "new"], 0..3);
    (few, clears, tags.clone(), tags).prop_map(|(mut said, clears, add, remove)| {
        for name in clears {
            said.insert(name.into(), Value::Null);
        }
        said.insert("add_tags".into(), json!(add));
        said.insert("remove_tags".into(), json!(remove));
        said
    })
}

fn rules() -> impl Strategy<Value = MergeRules> {
    let rule = || {
        select(vec![
            Survivorship::Survivor,
            Survivorship::MostRecent,
            Survivorship::Longest,
            Survivorship::Source("hubspot".into()),
        ])
    };
    let fields = vec![
        "name",
        "company",
        "metadata",
        "custom_fields.plan",
        "address",
    ];
    (
        rule(),
        prop::collection::vec((select(fields), rule()), 0..3),
    )
        .prop_map(|(all, of_fields)| {
            of_fields
                .into_iter()
                .fold(MergeRules::every_field(all), |rules, (field, rule)| {
                    rules.field(field, rule).unwrap()
                })
        })
}

struct Desk(Contacts);

impl Desk {
    /// A scope of its own, which is a store of its own but for the time that one takes.
    fn new() -> Self {
        static STORE: OnceLock<Kinfold> = OnceLock::new();
        static DESKS: AtomicU32 = AtomicU32::new(0);
        let store = STORE.get_or_init(|| Kinfold::open_in_memory().unwrap());
        let number = DESKS.fetch_add(1, Ordering::Relaxed);
        if number % 256 == 255 {
            let report = store.check().unwrap();
            assert!(report.ok, "{:?}", report.problems);
        }
        Self(store.contacts(Scope::new(&format!("desk {number}"), None).unwrap()))
    }

    /// A contact of its own, whatever it shares with others.
    fn create(&self, said: &Map<String, Value>, number: u32) -> ContactId {
        let mut said = said.clone();
        let id = json!([{"source": format!("own{number}"), "value": "1"}]);
        said.insert("external_ids".into(), id);
        let request = ResolveRequest::from_json(&Value::Object(said).to_string()).unwrap();
        self.0
            .create(request.allow_duplicates(true))
            .unwrap()
            .contact
            .id
    }

    fn get(&self, id: ContactId) -> Contact {
        self.0.get(id).unwrap()
    }
}

/// A contact as it is printed, but for the version.
fn printed(contact: &Contact) -> Value {
    let mut printed = serde_json::to_value(contact).unwrap();
    printed["version"].take();
    printed
}

/// A contact's fields and keys one by one: each is brought, edited and given back by itself.
fn one_by_one(contact: &Contact) -> BTreeMap<String, Value> {
    let mut each = BTreeMap::new();
    let Value::Object(printed) = serde_json::to_value(contact).unwrap() else {
        panic!("a contact is an object");
    };
    for (name, value) in printed {
        match (name.as_str(), value) {
            (
                "id" | "version" | "updated_at" | "created_at" | "deleted" | "org" | "location",
                _,
            ) => {}
            ("tags", Value::Array(tags)) => {
                for tag in tags {
                    let folded = tag.as_str().unwrap().to_lowercase();
                    each.insert(format!("tags.{folded}"), tag);
                }
            }
            ("phones" | "emails" | "external_ids", Value::Array(listed)) => {
                for listed in listed {
                    let key = listed.get("key").or(listed.get("source")).unwrap();
                    each.insert(format!("{name}.{key}"), json!(true));
                }
            }
            ("metadata" | "custom_fields", Value::Object(entries)) => {
                for (key, value) in entries {
                    each.insert(format!("{name}.{key}"), value);
                }
            }
            ("do_not_disturb", value) => {
                each.insert("do_not_disturb.all".into(), value["all"].clone());
                for (channel, setting) in value["channels"].as_object().unwrap() {
                    each.insert(format!("do_not_disturb.{channel}"), setting.clone());
                }
            }
            (_, value) => {
                each.insert(name, value);
            }
        }
    }
    each
}

/// Whoever is not to be disturbed, and of whom that is said again, stays so.
fn opt_outs(edit: &Map<String, Value>) -> Vec<String> {
    let Some(said) = edit.get("do_not_disturb") else {
        return Vec::new();
    };
    let mut named = Vec::new();
    if said["all"] == true {
        named.push("do_not_disturb.all".to_owned());
    }
    for (channel, setting) in said["channels"].as_object().unwrap() {
        if setting["status"] != "inactive" {
            named.push(format!("do_not_disturb.{channel}"));
        }
    }
    named
}

fn config() -> ProptestConfig {
    let long = std::env::var("KINFOLD_LONG_TESTS").is_ok_and(|switch| switch == "1");
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(if long { 20_000 } else { 400 })
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn merge_then_unmerge_is_the_identity(
        one in contact(),
        other in contact(),
        rules in rules(),
        third in prop::option::of(contact()),
    ) {
        let desk = Desk::new();
        // Somebody else in the same lines, before, between or behind the two.
        let third = third.map(|third| desk.create(&third, 3));
        let (a, b) = (desk.create(&one, 1), desk.create(&other, 2));
        let before: Vec<Value> = [Some(a), Some(b), third].into_iter().flatten()
            .map(|id| printed(&desk.get(id))).collect();
        let merged = desk.0.merge(a, b, &rules).unwrap();
        prop_assert_eq!(desk.get(b).id, a);
        let undone = desk.0.unmerge(merged.merge).unwrap();
        prop_assert_eq!(undone.conflicts.len(), 0);
        let after: Vec<Value> = [Some(a), Some(b), third].into_iter().flatten()
            .map(|id| printed(&desk.get(id))).collect();
        prop_assert_eq!(after, before);
    }

    #[test]
    fn exactly_the_edits_in_between_remain(
        one in contact(),
        other in contact(),
        rules in rules(),
        edit in edit(),
    ) {
        let desk = Desk::new();
        let (a, b) = (desk.create(&one, 1), desk.create(&other, 2));
        let (was_a, was_b) = (one_by_one(&desk.get(a)), printed(&desk.get(b)));
        let merge = desk.0.merge(a, b, &rules).unwrap();
        let opted_out = opt_outs(&edit);
        let update = Update::from_json(&Value::Object(edit).to_string()).unwrap();
        let edited = desk.0.update(a, update).unwrap();
        let (merged, edited) = (one_by_one(&merge.contact), one_by_one(&edited.contact));
        let undone = desk.0.unmerge(merge.merge).unwrap();

        let names = was_a.keys().chain(merged.keys()).chain(edited.keys());
        let mut expected = BTreeMap::new();
        for name in names {
            let is_edited = merged.get(name) != edited.get(name) || opted_out.contains(name);
            let stays = if is_edited { edited.get(name) } else { was_a.get(name) };
            expected.extend(stays.map(|value| (name.clone(), value.clone())));
        }
        prop_assert_eq!(one_by_one(&undone.survivor), expected);

        // The other has its own, whatever became of the survivor; only who holds a key that
        // both list may be another.
        let without_holders = |contact: &Value| {
            let mut contact = contact.clone();
            for kind in ["phones", "emails"] {
                for listed in contact[kind].as_array_mut().unwrap() {
                    listed["holds"].take();
                }
            }
            contact
        };
        prop_assert_eq!(without_holders(&printed(&undone.restored)), without_holders(&was_b));
    }

    /// Three contacts, two merges in any shape, undone in either order: all are as they were.
    #[test]
    fn two_merges_are_undone_in_any_order(
        one in contact(),
        other in contact(),
        third in contact(),
        shape in 0..3,
        first_first in any::<bool>(),
        rules in rules(),
    ) {
        let desk = Desk::new();
        let ids = [desk.create(&one, 1), desk.create(&other, 2), desk.create(&third, 3)];
        let [a, b, c] = ids;
        let before: Vec<Value> = ids.iter().map(|id| printed(&desk.get(*id))).collect();
        let first = desk.0.merge(a, b, &rules).unwrap().merge;
        let second = match shape {
            // Another one into the same, the same into another, or by the id of the absorbed.
            0 => desk.0.merge(a, c, &rules),
            1 => desk.0.merge(c, a, &rules),
            _ => desk.0.merge(c, b, &rules),
        };
        let second = second.unwrap().merge;
        let order = if first_first { [first, second] } else { [second, first] };
        for merge in order {
            let undone = desk.0.unmerge(merge).unwrap();
            prop_assert_eq!(undone.conflicts.len(), 0);
        }
        let after: Vec<Value> = ids.iter().map(|id| printed(&desk.get(*id))).collect();
        prop_assert_eq!(after, before);
    }
}
