//! `resolve`, `upsert` and `create`: one request, or a file of them.

use std::process::ExitCode;

use kinfold::{Contacts, Draft, Json, Outcome, ResolveRequest, TextField};

use super::split_external_id;
use crate::arguments::ResolveArguments;
use crate::failure::Failure;
use crate::output::Output;

/// How fields of a request meet those of the contact.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    Fill,
    Replace,
    /// Nobody is found.
    Create {
        allow_duplicates: bool,
    },
}

pub(crate) fn run(
    contacts: &Contacts,
    how: &ResolveArguments,
    rule: Rule,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let outcome = once(contacts, request(how)?, how, rule)?;
    output.result(&outcome, || {
        super::show::outcome_in_words(&outcome, how.dry_run)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// One request, by the policy and leniency of the command line unless it says its own.
pub(super) fn once(
    contacts: &Contacts,
    request: ResolveRequest,
    how: &ResolveArguments,
    rule: Rule,
) -> Result<Outcome, kinfold::Error> {
    let request = with_defaults(request, how, rule);
    match (rule, how.dry_run) {
        (Rule::Fill, false) => contacts.resolve(request),
        (Rule::Fill, true) => contacts.preview_resolve(request),
        (Rule::Replace, false) => contacts.upsert(request),
        (Rule::Replace, true) => contacts.preview_upsert(request),
        (Rule::Create { .. }, false) => contacts.create(request),
        (Rule::Create { .. }, true) => contacts.preview_create(request),
    }
}

pub(super) fn with_defaults(
    request: ResolveRequest,
    how: &ResolveArguments,
    rule: Rule,
) -> ResolveRequest {
    let request = request
        .on_conflict_or(how.on_conflict.unwrap_or_default())
        .lenient_or(how.lenient);
    match rule {
        Rule::Create { allow_duplicates } => request.allow_duplicates_or(allow_duplicates),
        Rule::Fill | Rule::Replace => request,
    }
}

/// The request that the command line describes.
fn request(how: &ResolveArguments) -> Result<ResolveRequest, Failure> {
    let mut draft = Draft::new();
    for phone in &how.phone {
        draft = draft.phone(phone);
    }
    for email in &how.email {
        draft = draft.email(email);
    }
    for external_id in &how.external_id {
        let (source, value) = split_external_id(external_id);
        draft = draft.external_id(source, value);
    }
    if let Some(name) = &how.name {
        draft = draft.name(name);
    }
    if let Some(given) = &how.given {
        draft = draft.given(given);
    }
    if let Some(family) = &how.family {
        draft = draft.family(family);
    }
    if let Some(company) = &how.company {
        draft = draft.text(TextField::Company, company);
    }
    for tag in &how.tag {
        draft = draft.tag(tag);
    }
    if let Some(metadata) = &how.metadata {
        // The request's own reader says what is wrong with it.
        let json = Json::parse(metadata)
            .map_err(|error| kinfold::Error::invalid_request("metadata", metadata, error))?;
        let read = ResolveRequest::from_json(&format!("{{\"metadata\":{}}}", json.as_str()))?;
        draft.fields.metadata = read.draft.fields.metadata;
    }
    let request = ResolveRequest::from(draft);
    Ok(match &how.idempotency_key {
        Some(key) => request.idempotency_key(key),
        None => request,
    })
}
