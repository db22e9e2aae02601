//! The words of a fault, as an API would say them.

use super::fault::{Api, Fault};
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
        (Fault::Library(error), _) => match refused(error) {
            Some(what) => format!("{}: {}", name(&what.field, api), what.reason),
            None => error.to_string(),
        },
        _ => fault.to_string(),
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
fn name(field: &str, api: Api) -> &str {
    match (api, field) {
        (Api::Bland | Api::Contactship, "phone") => "phone_number",
        (Api::Contactship, "name") => "full_name",
        (Api::Contactship, "address.country") => "country",
        (Api::Bland, "absorbed") => "duplicate_contact_id",
        (Api::GoHighLevel, "address.line1") => "address1",
        (Api::GoHighLevel, "address.city") => "city",
        (Api::GoHighLevel, "address.state") => "state",
        (Api::GoHighLevel, "address.postal_code") => "postalCode",
        (Api::GoHighLevel, "address.country") => "country",
        (Api::GoHighLevel, "given") => "firstName",
        (Api::GoHighLevel, "family") => "lastName",
        (Api::GoHighLevel, "company") => "companyName",
        (Api::GoHighLevel, "date_of_birth") => "dateOfBirth",
        (Api::GoHighLevel, "assigned_to") => "assignedTo",
        (Api::Contactship, custom) if custom.starts_with("custom_fields") => "additional_data",
        (Api::GoHighLevel, custom) if custom.starts_with("custom_fields") => "customFields",
        _ => field,
    }
}
