//! The tools that change something.

use kinfold::wire::gohighlevel::{ContactRequest, GoHighLevel};
use kinfold::{ContactId, Error, MergeRules, OnConflict, ResolveRequest, Survivorship};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::Desk;
use super::answer::{Answer, Refusal};
use super::given::{Given, missing};

/// Merging is for `merge_contacts`, so that this one takes nothing away.
pub(super) fn resolve(desk: &Desk, mut given: Given) -> Result<Answer, Refusal> {
    let dry_run = given.flag("dry_run")?;
    let policy: OnConflict = given.read("on_conflict")?.unwrap_or_default();
    if policy == OnConflict::Merge {
        let reason = "it is not one of prefer_strongest, reject; merge_contacts merges";
        return Err(Error::invalid_request("on_conflict", policy.as_str(), reason).into());
    }
    let request = Value::Object(given.rest()).to_string();
    let request = ResolveRequest::from_json(&request)?.on_conflict(policy);
    let contacts = desk.to_write()?;
    let outcome = match dry_run {
        false => contacts.resolve(request)?,
        true => contacts.preview_resolve(request)?,
    };
    Answer::of(&outcome)
}

/// GoHighLevel's own upsert, of which the contact is answered.
pub(super) fn ghl_upsert(desk: &Desk, mut given: Given) -> Result<Answer, Refusal> {
    let email = given.text("email")?.filter(|email| !email.is_empty());
    let email = email.ok_or_else(|| missing("email"))?;
    let mut request = given.rest();
    // The API clears what is null; a client that fills in every argument means nothing by it.
    request.retain(|_, value| !value.is_null());
    request.insert("email".to_owned(), email.into());
    let request = ContactRequest::from_json(&Value::Object(request).to_string())?;
    let api = GoHighLevel::new(&desk.access).origin(&desk.origin);
    let reply = api.upsert(&request)?;
    let upserted: Upserted<'_> =
        serde_json::from_str(&reply.body).map_err(|_| Refusal::Internal)?;
    Answer::of_contact(upserted.contact.get())
}

/// What is answered of an upsert: the contact, to the digit.
#[derive(Deserialize)]
struct Upserted<'a> {
    #[serde(borrow)]
    contact: &'a RawValue,
}

pub(super) fn merge(desk: &Desk, mut given: Given) -> Result<Answer, Refusal> {
    let (survivor, absorbed) = (given.id("survivor")?, given.id("absorbed")?);
    let dry_run = given.flag("dry_run")?;
    let rules = MergeRules::every_field(survivorship(&mut given)?);
    let contacts = desk.to_write()?;
    let merged = match dry_run {
        false => contacts.merge(survivor, absorbed, &rules)?,
        true => contacts.preview_merge(survivor, absorbed, &rules)?,
    };
    Answer::of(&merged)
}

fn survivorship(given: &mut Given) -> Result<Survivorship, Error> {
    let Some(name) = given.text("survivorship")? else {
        return Ok(Survivorship::default());
    };
    match name.as_str() {
        "survivor" => Ok(Survivorship::Survivor),
        "most_recent" => Ok(Survivorship::MostRecent),
        "longest" => Ok(Survivorship::Longest),
        _ => {
            let reason = "it is not one of survivor, most_recent, longest";
            Err(Error::invalid_request("survivorship", &name, reason))
        }
    }
}

pub(super) fn mark_distinct(desk: &Desk, mut given: Given) -> Result<Answer, Refusal> {
    let (a, b): (ContactId, ContactId) = (given.id("a")?, given.id("b")?);
    let changed = desk.to_write()?.mark_distinct(a, b)?;
    Answer::of(&json!({ "a": a, "b": b, "distinct": true, "changed": changed }))
}
