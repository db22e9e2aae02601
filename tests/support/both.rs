//! What the model and the engine call the same things: keys, requests, outcomes.

use std::collections::BTreeMap;

use crate::model::{
    Field, Id, Identifiers, K, Kind, Named, Outcome, Policy, Refused, Request, Update,
};
use kinfold::{
    Change, ContactId, Draft, Error, FieldsPatch, Key, OnConflict, ResolveRequest, TextField,
};

/// What somebody types for a key, in one of two spellings.
pub fn typed(key: K, otherwise: bool) -> String {
    match (key, otherwise) {
        (K::Phone(number), false) => format!("+1415555{:04}", 100 + u16::from(number)),
        (K::Phone(number), true) => format!("+1 (415) 555-{:04}", 100 + u16::from(number)),
        (K::Email(number), false) => format!("person{number}@example.com"),
        (K::Email(number), true) => format!("Person{number}@EXAMPLE.com"),
        (K::External { source, value }, false) => format!("id-{source}-{value}"),
        (K::External { source, value }, true) => format!(" id-{source}-{value} "),
    }
}

fn source_name(source: u8) -> String {
    format!("system{source}")
}

pub fn engine_kind(kind: Kind) -> kinfold::Kind {
    match kind {
        Kind::Phone => kinfold::Kind::Phone,
        Kind::Email => kinfold::Kind::Email,
        Kind::External => kinfold::Kind::ExternalId,
    }
}

/// The canonical text of a key.
pub fn key_text(key: K) -> String {
    match key {
        K::External { source, .. } => format!("{}:{}", source_name(source), typed(key, false)),
        _ => typed(key, false),
    }
}

/// The model's key for a canonical text. All that is ever typed here comes from `typed`.
pub fn model_key(kind: kinfold::Kind, text: &str) -> K {
    let digits_after = |start: &str| text.rsplit(start).next().unwrap_or_default();
    match kind {
        kinfold::Kind::Phone => {
            let line: u16 = digits_after("+1415555").parse().expect("a line number");
            K::Phone(u8::try_from(line - 100).expect("a small number"))
        }
        kinfold::Kind::Email => {
            let name = text.trim_end_matches("@example.com");
            K::Email(
                name.trim_start_matches("person")
                    .parse()
                    .expect("a small number"),
            )
        }
        kinfold::Kind::ExternalId => {
            let (source, value) = digits_after("id-").split_once('-').expect("two numbers");
            K::External {
                source: source.parse().expect("a small number"),
                value: value.trim().parse().expect("a small number"),
            }
        }
    }
}

/// A request of the model in the engine's words. A key that stands in it again is typed
/// in another way.
pub fn engine_request(request: &Request) -> ResolveRequest {
    let mut draft = Draft::new();
    for (at, &key) in request.keys.iter().enumerate() {
        let text = typed(key, request.keys[..at].contains(&key));
        draft = match key {
            K::Phone(_) => draft.phone(text),
            K::Email(_) => draft.email(text),
            K::External { source, .. } => draft.external_id(source_name(source), text),
        };
    }
    draft.fields = fields_patch(
        &request.name,
        &request.company,
        &request.tags,
        &request.metadata,
    );
    ResolveRequest::from(draft).on_conflict(match request.policy {
        Policy::PreferStrongest => OnConflict::PreferStrongest,
        Policy::Merge => OnConflict::Merge,
        Policy::Reject => OnConflict::Reject,
    })
}

/// An update of the model in the engine's words.
pub fn engine_update(update: &Update) -> kinfold::Update {
    let fields = fields_patch(
        &update.name,
        &update.company,
        &update.tags,
        &update.metadata,
    );
    let mut typed_update = kinfold::Update::new().fields(fields);
    for identifiers in &update.identifiers {
        typed_update = match identifiers {
            Identifiers::One(key @ K::Phone(_)) => typed_update.phone(typed(*key, true)),
            Identifiers::One(key @ K::Email(_)) => typed_update.email(typed(*key, true)),
            Identifiers::One(key @ K::External { source, .. }) => {
                typed_update.external_id(source_name(*source), typed(*key, true))
            }
            Identifiers::All(Kind::Email, keys) => {
                typed_update.emails(keys.iter().map(|key| typed(*key, false)))
            }
            Identifiers::All(_, keys) => {
                typed_update.phones(keys.iter().map(|key| typed(*key, false)))
            }
            Identifiers::Add(key @ K::Email(_)) => typed_update.add_email(typed(*key, false)),
            Identifiers::Add(key) => typed_update.add_phone(typed(*key, false)),
            Identifiers::Remove(key) => typed_update.remove(&engine_key(*key)),
            Identifiers::Primary(key) => typed_update.make_primary(&engine_key(*key)),
        };
    }
    for tag in &update.add_tags {
        typed_update = typed_update.add_tag(tag_text(*tag));
    }
    for tag in &update.remove_tags {
        typed_update = typed_update.remove_tag(tag_text(*tag).to_uppercase());
    }
    typed_update
}

fn fields_patch(
    name: &Named<u8>,
    company: &Named<u8>,
    tags: &Named<Vec<u8>>,
    metadata: &Named<BTreeMap<u8, Option<u8>>>,
) -> FieldsPatch {
    let mut fields = FieldsPatch::default();
    fields.name.full = change(name, |name| format!("Name {name}"));
    let company = change(company, |company| company_text(*company));
    if company.is_named() {
        fields.texts.insert(TextField::Company, company);
    }
    fields.tags = change(tags, |tags| tags.iter().map(|tag| tag_text(*tag)).collect());
    fields.metadata = change(metadata, |metadata| {
        let entries = metadata.iter().map(|(key, value)| {
            let value = match value {
                Some(value) => Change::Set(i64::from(*value).into()),
                None => Change::Clear,
            };
            (format!("key{key}"), value)
        });
        entries.collect()
    });
    fields
}

fn tag_text(tag: u8) -> String {
    format!("tag{tag}")
}

/// The greater number is the longer text.
fn company_text(company: u8) -> String {
    format!(
        "Company {company:0width$}",
        width = usize::from(company) + 1
    )
}

fn change<T, U>(named: &Named<T>, value: impl Fn(&T) -> U) -> Change<U> {
    match named {
        None => Change::Keep,
        Some(None) => Change::Clear,
        Some(Some(named)) => Change::Set(value(named)),
    }
}

/// The number at the end of a text that `engine_request` made.
pub fn number_in(text: &str) -> u8 {
    let number = text.trim_start_matches(|character: char| !character.is_ascii_digit());
    number.parse().expect("a number at the end")
}

/// The engine's outcome in the model's words. What was rejected is put in order: the
/// rules give it none.
pub fn model_outcome(outcome: &kinfold::Outcome, number: impl Fn(ContactId) -> Id) -> Outcome {
    let keys = |keys: &[Key]| keys.iter().map(key).collect();
    let mut rejected: Vec<K> = outcome
        .rejected
        .iter()
        .map(|rejected| {
            let kind = rejected.field.parse().expect("a kind of identifier");
            let text = match kind {
                kinfold::Kind::ExternalId => rejected.value.clone(),
                kind => Key::read(kind, &rejected.value).expect("a key").to_string(),
            };
            model_key(kind, &text)
        })
        .collect();
    rejected.sort_unstable();
    let ignored = outcome
        .ignored
        .iter()
        .map(|ignored| match ignored.field.as_str() {
            "name" => Field::Name,
            "company" => Field::Company,
            "tags" => Field::Tags,
            entry if entry.starts_with("metadata.") => Field::Metadata(number_in(entry)),
            other => panic!("{other} was never named"),
        });
    let id = outcome.contact.id;
    Outcome {
        contact: (!id.is_none()).then(|| number(id)),
        created: outcome.created,
        matched_on: keys(&outcome.matched_on),
        attached: keys(&outcome.attached),
        listed: keys(&outcome.listed),
        conflicts: held(&outcome.conflicts, &number),
        merged: outcome.merged.iter().map(|id| number(*id)).collect(),
        rejected,
        ignored: ignored.collect(),
        already: Vec::new(),
        changed: outcome.changed,
    }
}

/// The model's outcome as far as the engine tells it.
pub fn told(outcome: Outcome) -> Outcome {
    let mut rejected = outcome.rejected;
    rejected.sort_unstable();
    Outcome {
        rejected,
        already: Vec::new(),
        ..outcome
    }
}

/// The engine's error in the model's words; none if it is not about what was asked.
pub fn model_refusal(error: &Error, number: impl Fn(ContactId) -> Id) -> Option<Refused> {
    Some(match error {
        Error::NoIdentifier { .. } => Refused::NoIdentifier,
        Error::IdentityConflict { holders } => Refused::IdentityConflict(held(holders, number)),
        Error::AlreadyExists { holders } => Refused::AlreadyExists(held(holders, number)),
        Error::InvalidRequest(_) => Refused::InvalidRequest,
        Error::InvalidIdentifier(_) => Refused::InvalidIdentifier,
        Error::Absorbed { survivor, .. } => Refused::Absorbed(number(*survivor)),
        Error::NotFound(_) | Error::NoSuch { .. } => Refused::NotFound,
        _ => return None,
    })
}

/// Keys and who holds them, in the model's words.
pub fn held(held: &[kinfold::Conflict], number: impl Fn(ContactId) -> Id) -> Vec<(K, Id)> {
    held.iter()
        .map(|conflict| (key(&conflict.key), number(conflict.holder)))
        .collect()
}

fn key(key: &Key) -> K {
    model_key(key.kind(), key.as_str())
}

/// A key of the model in the engine's words.
pub fn engine_key(key: K) -> Key {
    Key::read(engine_kind(key.kind()), &key_text(key)).expect("a key")
}
