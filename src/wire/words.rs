//! The words of a fault, as an API would say them.

use std::borrow::Cow;

use super::fault::{Api, Fault};
use super::gohighlevel::own_name;
use crate::contact::Rejected;
use crate::error::Error;

/// What is said to the caller. Of a store that fails it is told no more than that.
pub(super) fn of(fault: &Fault, api: Api, status: u16) -> String {
    match (fault, api) {
        (_, _) if status == 500 => Fault::Internal.to_string(),
        (Fault::Library(Error::NoIdentifier { .. }), Api::Ravan) => {
            "At least one identifier (phone or email) is required".to_owned()
        }
        (Fault::Library(Error::AlreadyExists { .. }), Api::Contactship) => {
            "Contact with the same phone number already exists".to_owned()
        }
        (Fault::Field { field, reason }, _) => said(field, reason),
        (Fault::Library(error), _) => match refused(error) {
            Some(what) => said(&name(&what.field, api), &what.reason),
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

fn refused(error: &Error) -> Option<&Rejected> {
    match error {
        Error::InvalidIdentifier(what)
        | Error::InvalidField(what)
        | Error::InvalidRequest(what)
        | Error::IdempotencyKeyReused(what) => Some(what),
        _ => None,
    }
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
