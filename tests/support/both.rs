//! What the model and the engine call the same things: keys, requests, outcomes.

use crate::model::{Field, Id, K, Kind, Named, Outcome, Policy, Refused, Request};
use kinfold::{Change, ContactId, Draft, Error, Key, OnConflict, ResolveRequest, TextField};

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
    let fields = &mut draft.fields;
    fields.name.full = change(&request.name, |name| format!("Name {name}"));
    let company = change(&request.company, |company| company_text(*company));
    if company.is_named() {
        fields.texts.insert(TextField::Company, company);
    }
    fields.tags = change(&request.tags, |tags| {
        tags.iter().map(|tag| format!("tag{tag}")).collect()
    });
    fields.metadata = change(&request.metadata, |metadata| {
        let entries = metadata.iter().map(|(key, value)| {
            let value = match value {
                Some(value) => Change::Set(i64::from(*value).into()),
                None => Change::Clear,
            };
            (format!("key{key}"), value)
        });
        entries.collect()
    });
    ResolveRequest::from(draft).on_conflict(match request.policy {
        Policy::PreferStrongest => OnConflict::PreferStrongest,
        Policy::Merge => OnConflict::Merge,
        Policy::Reject => OnConflict::Reject,
    })
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
        conflicts: holders(&outcome.conflicts, &number),
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

/// The engine's error in the model's words.
pub fn model_refusal(error: &Error, number: impl Fn(ContactId) -> Id) -> Refused {
    match error {
        Error::NoIdentifier { .. } => Refused::NoIdentifier,
        Error::IdentityConflict { holders: held } => {
            Refused::IdentityConflict(holders(held, &number))
        }
        Error::InvalidRequest(_) => Refused::InvalidRequest,
        other => panic!("the model has no {other:?}"),
    }
}

fn holders(held: &[kinfold::Conflict], number: impl Fn(ContactId) -> Id) -> Vec<(K, Id)> {
    held.iter()
        .map(|conflict| (key(&conflict.key), number(conflict.holder)))
        .collect()
}

fn key(key: &Key) -> K {
    model_key(key.kind(), key.as_str())
}
