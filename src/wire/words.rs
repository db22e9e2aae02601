//! The words of a fault, as an API would say them.

use std::borrow::Cow;

use super::fault::{Api, Fault};
use super::gohighlevel::own_name;
use crate::contact::Rejected;
use crate::error::Error;

/// What reasons of ours speak of, where an API has another word for it or can do nothing about it.
const REASONS: &[(Api, &str, &str)] = &[
    (Api::Bland, "survivor", "primary contact"),
    (Api::Bland, "in this scope", "here"),
    (Api::Ravan, "in this scope", "here"),
    (
        Api::Contactship,
        "it is not defined in this scope; define it, or let the scope define fields as they come",
        "it names a field that is not defined here",
    ),
    (Api::Contactship, "in this scope", "here"),
    (
        Api::GoHighLevel,
        "single_select, radio, checkbox and multi_select",
        "SINGLE_OPTIONS, RADIO, CHECKBOX and MULTIPLE_OPTIONS",
    ),
    (
        Api::GoHighLevel,
        "it is defined in this scope already; redefine it instead",
        "a field of this location has it already",
    ),
    (Api::GoHighLevel, "in this scope", "in this location"),
];

/// What is said to the caller. Of a store that fails it is told no more than that.
pub(super) fn of(fault: &Fault, api: Api, status: u16) -> String {
    match (fault, api) {
        (_, _) if status == 500 => Fault::Internal.to_string(),
        (Fault::Library(error @ Error::NoIdentifier { rejected }), _) => match rejected.first() {
            // A key that is blocked: who it is, is not said of it.
            Some(what) => format!(
                "{} can't be used: it identifies nobody",
                name(&what.field, api)
            ),
            None if api == Api::Ravan => {
                "At least one identifier (phone or email) is required".to_owned()
            }
            None => error.to_string(),
        },
        (Fault::NotFound(what) | Fault::Library(Error::NoSuch { what, .. }), _) => not_found(what),
        (Fault::Library(Error::NotFound(_)), _) => not_found("contact"),
        (Fault::Library(Error::AlreadyExists { .. }), Api::Contactship) => {
            "Contact with the same phone number already exists".to_owned()
        }
        (Fault::Field { field, reason }, _) => said(field, reason),
        (Fault::Library(error), _) => match refused(error) {
            Some(what) => said(&name(&what.field, api), &reason(&what.reason, api)),
            None => error.to_string(),
        },
        _ => fault.to_string(),
    }
}

/// `phone_number must be a string`, `email: it has no @`.
fn said(field: &str, reason: &str) -> String {
    let goes_on = ["must ", "should ", "is ", "has ", "or ", "and "];
    match goes_on.iter().any(|verb| reason.starts_with(verb)) {
        true => format!("{field} {reason}"),
        false => format!("{field}: {reason}"),
    }
}

/// `Contact not found`.
fn not_found(what: &str) -> String {
    let mut letters = what.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect::<String>() + " not found"
}

fn refused(error: &Error) -> Option<&Rejected> {
    match error {
        Error::InvalidIdentifier(what)
        | Error::InvalidField(what)
        | Error::InvalidRequest(what)
        | Error::IdempotencyKeyReused(what) => Some(what),
        _ => None,
    }
}

/// A reason of ours in the words of an API.
fn reason(reason: &str, api: Api) -> String {
    let own = REASONS.iter().filter(|(other, _, _)| *other == api);
    own.fold(reason.to_owned(), |reason, (_, ours, theirs)| {
        reason.replace(ours, theirs)
    })
}

/// The name that an API has for a field of ours.
fn name(field: &str, api: Api) -> Cow<'_, str> {
    let name = match (api, field) {
        (Api::Bland | Api::Contactship, "phone") => "phone_number",
        (Api::Contactship, "name") => "full_name",
        (Api::Contactship, "address.country") => "country",
        (Api::Bland, "absorbed") => "duplicate_contact_id",
        (Api::Contactship, custom) if custom.starts_with("custom_fields") => "additional_data",
        (Api::GoHighLevel, field) => return own_name(field),
        _ => field,
    };
    Cow::Borrowed(name)
}
