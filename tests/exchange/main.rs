//! Reading tables and JSON Lines, each case with why it is as it is.
#![cfg(feature = "exchange")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may stop at the first surprise too"
)]

mod files;
mod headers;
mod lines;
mod properties;
mod tables;

use kinfold::exchange::{Format, ReadOptions, Record, Records};
use kinfold::{Error, ResolveRequest};

fn open(
    file: impl AsRef<[u8]>,
    format: Format,
    options: &ReadOptions,
) -> Result<Vec<Record>, Error> {
    Records::open(file.as_ref(), format, options)?.collect()
}

fn csv(file: impl AsRef<[u8]>) -> Vec<Record> {
    open(file, Format::Csv, &ReadOptions::new()).unwrap()
}

fn json_lines(file: impl AsRef<[u8]>) -> Vec<Record> {
    open(file, Format::JsonLines, &ReadOptions::new()).unwrap()
}

fn request(json: &str) -> ResolveRequest {
    ResolveRequest::from_json(json).unwrap()
}

fn field_of(header: &str, options: &ReadOptions) -> Option<String> {
    // A second column that is known, so that the file is not refused.
    let file = format!("\"{header}\",email\n");
    let records = Records::open(file.as_bytes(), Format::Csv, options).unwrap();
    records.columns()[0].field.clone()
}

#[track_caller]
fn refused(record: &Record) -> (&str, String) {
    let error = record.request.as_ref().unwrap_err();
    assert_eq!(error.code().split('_').next(), Some("INVALID"), "{error}");
    (error.field().unwrap(), error.to_string())
}

/// Asserts that one row under a header is the request that this JSON is.
#[track_caller]
fn assert_row(header: &str, row: &str, json: &str, why: &str) {
    let records = csv(format!("{header}\n{row}\n"));
    assert_eq!(records.len(), 1, "{why}");
    let read = records.into_iter().next().unwrap().request;
    let read = read.unwrap_or_else(|error| panic!("{why}: {error}"));
    let expected = request(json);
    assert_eq!(parts(&read), parts(&expected), "{header}\n{row}\n{why}");
}

/// The request taken apart, so that a difference shows. A draft prints no content.
fn parts(request: &ResolveRequest) -> Vec<String> {
    let fields = &request.draft.fields;
    let mut parts = vec![];
    let mut add = |name: &str, change: &kinfold::Change<String>| {
        if let Some(value) = change.value() {
            parts.push(format!("{name}={value}"));
        }
    };
    add("name", &fields.name.full);
    add("given", &fields.name.given);
    add("family", &fields.name.family);
    add("date_of_birth", &fields.date_of_birth);
    add("last_session_activity_at", &fields.last_session_activity_at);
    for (field, change) in &fields.texts {
        add(field.as_str(), change);
    }
    if let Some(address) = fields.address.value() {
        add("line1", &address.line1);
        add("city", &address.city);
        add("state", &address.state);
        add("postal_code", &address.postal_code);
        add("country", &address.country);
    }
    for tag in fields.tags.value().into_iter().flatten() {
        parts.push(format!("tag={tag}"));
    }
    for (field, list) in &fields.lists {
        let list = list.value().into_iter().flatten();
        parts.extend(list.map(|item| format!("{}={item}", field.as_str())));
    }
    for (field, flag) in &fields.flags {
        parts.extend(
            flag.value()
                .map(|flag| format!("{}={flag}", field.as_str())),
        );
    }
    for (field, object) in &fields.objects {
        let object = object.value();
        parts.extend(object.map(|object| format!("{}={}", field.as_str(), object.as_str())));
    }
    for (key, value) in fields
        .metadata
        .value()
        .into_iter()
        .flat_map(|map| map.iter())
    {
        parts.push(format!(
            "metadata.{key}={}",
            value.value().unwrap().as_str()
        ));
    }
    for (key, value) in fields
        .custom_fields
        .value()
        .into_iter()
        .flat_map(|map| map.iter())
    {
        let value = value.value().unwrap();
        parts.push(format!(
            "custom.{key}={}:{}",
            value.kind,
            value.value.as_str()
        ));
    }
    // What a request's identifiers are is private; their keys are not.
    let contacts = kinfold::Kinfold::open_in_memory()
        .unwrap()
        .contacts(kinfold::Scope::default())
        .default_region("US".parse().unwrap());
    match contacts.resolve(request.clone().lenient(true)) {
        Ok(outcome) => {
            for listing in &outcome.contact.identifiers {
                parts.push(format!("{} as {}", listing.key, listing.raw));
            }
            for rejected in &outcome.rejected {
                parts.push(format!("rejected {}", rejected.value));
            }
        }
        Err(error) => {
            parts.push(format!("{error:?}"));
            parts.extend(
                error
                    .rejected()
                    .iter()
                    .map(|rejected| rejected.value.clone()),
            );
        }
    }
    parts
}
