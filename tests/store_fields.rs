//! Whatever a field may hold comes back as it was given: through the answer, the store
//! and the log.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use kinfold::{
    AddressPatch, Change, Channel, ChannelSetting, Contacts, CustomField, DoNotDisturbPatch, Draft,
    Json, Kinfold, OrderedMap, Status, TextField,
};
use proptest::prelude::*;

/// One store on disk for all cases, each with an email of its own.
static STORE: LazyLock<(tempfile::TempDir, Contacts)> = LazyLock::new(|| {
    let (above, folder) = common::new_folder();
    let durability = kinfold::Durability::Normal;
    let kinfold = Kinfold::builder().durability(durability).open(folder);
    (above, common::contacts(&kinfold.unwrap()))
});

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Any text of one line, with spaces that may be trimmed.
const LINE: &str = "\\PC{0,40}";

/// Any text of several lines.
const LINES: &str = "[\\PC\\n\\t]{0,80}";

/// Any JSON, not very deep.
fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|value| value.to_string()),
        "-?[1-9][0-9]{0,40}\\.[0-9]{1,40}",
        any::<String>().prop_map(|text| Json::from(text.as_str()).as_str().to_owned()),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop::collection::vec(inner, 0..4).prop_map(|values| format!("[{}]", values.join(",")))
    })
    .prop_map(|text| Json::parse(&text).unwrap())
}

/// What is kept of a text.
fn kept(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn set(text: &str) -> Change<String> {
    Change::Set(text.to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn fields_come_back_as_they_were_given(
        name in [LINE, LINE, LINE],
        address in (LINES, [LINE, LINE, LINE, LINE]),
        texts in [LINE, LINE, LINE, LINE, LINES, LINE, LINE],
        year in prop::option::of(1_i16..=9999),
        (month, day) in (1_i8..=12, 1_i8..=28),
        tags in prop::collection::vec(LINE, 0..5),
        metadata in prop::collection::vec((LINE, json()), 0..5),
        custom in prop::collection::vec((LINE, json()), 0..5),
        (all, message) in (any::<bool>(), LINES),
    ) {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut draft = Draft::new()
            .email(format!("person{number}@example.com"))
            .name(&name[0])
            .given(&name[1])
            .family(&name[2]);
        draft.fields.address = Change::Set(AddressPatch {
            line1: set(&address.0),
            city: set(&address.1[0]),
            state: set(&address.1[1]),
            postal_code: set(&address.1[2]),
            country: set(&address.1[3]),
        });
        for (field, text) in TextField::ALL.into_iter().zip(&texts) {
            draft = draft.text(field, text);
        }
        let day = kinfold::Birthday::new(year, month, day).unwrap();
        draft.fields.date_of_birth = Change::Set(day.to_string());
        // A number in front, so that no two are the same and none is empty.
        let numbered = |at: usize, text: &str| format!("{at} {text}").trim().to_owned();
        let tags: Vec<String> = tags.iter().enumerate().map(|(at, tag)| numbered(at, tag)).collect();
        for tag in &tags {
            draft = draft.tag(tag);
        }
        let metadata: OrderedMap<Json> = metadata.iter().enumerate()
            .map(|(at, (name, value))| (numbered(at, name), value.clone()))
            .collect();
        for (name, value) in metadata.iter() {
            draft = draft.metadata(name, value.clone());
        }
        let custom: OrderedMap<CustomField> = custom.iter().enumerate()
            .map(|(at, (name, value))| {
                let field = CustomField { kind: "anything".to_owned(), value: value.clone() };
                (numbered(at, name), field)
            })
            .collect();
        let entries = custom.iter().map(|(name, field)| (name, Change::Set(field.clone())));
        draft.fields.custom_fields = Change::Set(entries.collect());
        let setting = ChannelSetting {
            status: Status::Active,
            message: Some(message.clone()),
            code: None,
        };
        draft.fields.do_not_disturb = Change::Set(DoNotDisturbPatch {
            all: Change::Set(all),
            channels: [(Channel::SMS, Change::Set(setting))].into_iter().collect(),
        });

        let contacts = &STORE.1;
        let answered = contacts.resolve(draft.clone()).unwrap();
        prop_assert!(answered.created && answered.ignored.is_empty());
        let contact = contacts.get(answered.contact.id).unwrap();
        prop_assert_eq!(&contact, &answered.contact);

        let fields = &contact.fields;
        prop_assert_eq!(&fields.name.full, &kept(&name[0]));
        prop_assert_eq!(&fields.name.given, &kept(&name[1]));
        prop_assert_eq!(&fields.name.family, &kept(&name[2]));
        prop_assert_eq!(&fields.address.line1, &kept(&address.0));
        let others = [&fields.address.city, &fields.address.state, &fields.address.postal_code,
            &fields.address.country];
        for (own, given) in others.into_iter().zip(&address.1) {
            prop_assert_eq!(own, &kept(given));
        }
        for (field, text) in TextField::ALL.into_iter().zip(&texts) {
            prop_assert_eq!(fields.text(field).map(str::to_owned), kept(text));
        }
        prop_assert_eq!(fields.date_of_birth, Some(day));
        prop_assert_eq!(&fields.tags, &tags);
        prop_assert_eq!(&fields.metadata, &metadata);
        prop_assert_eq!(&fields.custom_fields, &custom);
        prop_assert_eq!(fields.do_not_disturb.all, all);
        let setting = &fields.do_not_disturb.channels[&Channel::SMS];
        prop_assert_eq!(&setting.message, &kept(&message));

        // What is there is known to be there: nothing changes, and nothing is ignored.
        let again = contacts.resolve(draft.clone()).unwrap();
        prop_assert!(!again.changed && again.ignored.is_empty());
        prop_assert!(!contacts.upsert(draft).unwrap().changed);
    }
}
