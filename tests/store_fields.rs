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
    FlagField, InboundSetting, InboundStatus, Json, Kinfold, ListField, ObjectField, OrderedMap,
    Status, TextField, Timestamp,
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

/// An object with one value in it.
fn object() -> impl Strategy<Value = Json> {
    (LINE, json()).prop_map(|(name, value)| {
        let name = Json::from(name.as_str());
        Json::parse(&format!("{{{}:{}}}", name.as_str(), value.as_str())).unwrap()
    })
}

/// Time zones as they may be typed, and as they are kept.
const ZONES: [(&str, &str); 4] = [
    ("", ""),
    (" Europe/Madrid", "Europe/Madrid"),
    (
        "america/argentina/buenos_aires",
        "America/Argentina/Buenos_Aires",
    ),
    ("utc", "UTC"),
];

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
        texts in prop::collection::vec(LINE, TextField::ALL.len()),
        (zone, description) in (prop::sample::select(ZONES.to_vec()), LINES),
        year in prop::option::of(1_i16..=9999),
        (month, day) in (1_i8..=12, 1_i8..=28),
        tags in prop::collection::vec(LINE, 0..5),
        metadata in prop::collection::vec((LINE, json()), 0..5),
        custom in prop::collection::vec((LINE, json()), 0..5),
        (all, message, inbound) in (any::<bool>(), LINES, prop::option::of(LINES)),
        lists in prop::collection::vec(prop::collection::vec(LINE, 0..4), ListField::ALL.len()),
        flags in prop::collection::vec(any::<bool>(), FlagField::ALL.len()),
        // From the year 1 to the year 9999.
        session in -62_135_596_800_000_i64..253_402_300_000_000,
        objects in prop::collection::vec(object(), ObjectField::ALL.len()),
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
        let texts: Vec<(TextField, String, String)> = TextField::ALL.into_iter().zip(texts)
            .map(|(field, text)| match field {
                TextField::Timezone => (field, zone.0.to_owned(), zone.1.to_owned()),
                TextField::Description => (field, description.clone(), description.clone()),
                _ => (field, text.clone(), text),
            })
            .collect();
        for (field, text, _) in &texts {
            draft = draft.text(*field, text);
        }
        let day = kinfold::Birthday::new(year, month, day).unwrap();
        draft.fields.date_of_birth = Change::Set(day.to_string());
        // A number in front, so that no two are the same and none is empty.
        let numbered = |at: usize, text: &str| format!("{at} {text}").trim().to_owned();
        let tags: Vec<String> = tags.iter().enumerate().map(|(at, tag)| numbered(at, tag)).collect();
        for tag in &tags {
            draft = draft.tag(tag);
        }
        let lists: Vec<(ListField, Vec<String>)> = ListField::ALL.into_iter().zip(lists)
            .map(|(field, list)| {
                let items = list.iter().enumerate().map(|(at, item)| numbered(at, item));
                (field, items.collect())
            })
            .collect();
        for (field, list) in &lists {
            for item in list {
                draft = draft.item(*field, item);
            }
        }
        for (field, flag) in FlagField::ALL.into_iter().zip(&flags) {
            draft = draft.flag(field, *flag);
        }
        let session = Timestamp::from_milliseconds(session);
        draft = draft.last_session_activity_at(session);
        for (field, object) in ObjectField::ALL.into_iter().zip(&objects) {
            draft = draft.object(field, object.clone());
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
            inbound: inbound.as_ref().map_or(Change::Keep, |message| {
                let status = InboundStatus::Active;
                Change::Set(InboundSetting { status, message: Some(message.clone()) })
            }),
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
        for (field, _, text) in &texts {
            prop_assert_eq!(fields.text(*field).map(str::to_owned), kept(text));
        }
        prop_assert_eq!(fields.date_of_birth, Some(day));
        prop_assert_eq!(&fields.tags, &tags);
        for (field, list) in &lists {
            prop_assert_eq!(fields.list(*field), list);
        }
        for (field, flag) in FlagField::ALL.into_iter().zip(flags) {
            prop_assert_eq!(fields.flag(field), Some(flag));
        }
        prop_assert_eq!(fields.last_session_activity_at, Some(session));
        for (field, object) in ObjectField::ALL.into_iter().zip(&objects) {
            prop_assert_eq!(fields.object(field), Some(object));
        }
        prop_assert_eq!(&fields.metadata, &metadata);
        prop_assert_eq!(&fields.custom_fields, &custom);
        prop_assert_eq!(fields.do_not_disturb.all, all);
        let setting = &fields.do_not_disturb.channels[&Channel::SMS];
        prop_assert_eq!(&setting.message, &kept(&message));
        let setting = fields.do_not_disturb.inbound.as_ref();
        prop_assert_eq!(setting.is_some(), inbound.is_some());
        if let Some((setting, message)) = setting.zip(inbound) {
            prop_assert_eq!(setting.status, InboundStatus::Active);
            prop_assert_eq!(&setting.message, &kept(&message));
        }

        // What is there is known to be there: nothing changes, and nothing is ignored.
        let again = contacts.resolve(draft.clone()).unwrap();
        prop_assert!(!again.changed && again.ignored.is_empty());
        prop_assert!(!contacts.upsert(draft).unwrap().changed);
    }
}
