//! The library's refusals in the words of this API.

use crate::error::Error;
use crate::wire::fault::Fault;

/// The library's names of fields, and those of this API.
const NAMES: &[(&str, &str)] = &[
    ("name", "name"),
    ("given", "firstName"),
    ("family", "lastName"),
    ("address.line1", "address1"),
    ("address.city", "city"),
    ("address.state", "state"),
    ("address.postal_code", "postalCode"),
    ("address.country", "country"),
    ("company", "companyName"),
    ("date_of_birth", "dateOfBirth"),
    ("assigned_to", "assignedTo"),
    ("business_id", "businessId"),
    ("add_tags", "tags"),
    ("remove_tags", "tags"),
    ("colour", "color"),
    ("author", "userId"),
    ("due_at", "dueDate"),
    ("options", "picklistOptions"),
    ("type", "dataType"),
    ("label", "name"),
];

/// A refused field under the name that the client gave it.
pub(super) fn own(fault: Fault) -> Fault {
    let Fault::Library(error) = fault else {
        return fault;
    };
    match &error {
        Error::InvalidField(what) | Error::InvalidIdentifier(what) => {
            let reason = what.reason.clone();
            Fault::Field {
                field: own_name(&what.field),
                reason,
            }
        }
        Error::NotFound(_) => Fault::NotFound("Contact"),
        _ => Fault::Library(error),
    }
}

fn own_name(name: &str) -> String {
    if let Some(channel) = name.strip_prefix("do_not_disturb.channels.") {
        return format!("dndSettings.{channel}");
    }
    if name == "do_not_disturb.inbound" {
        return "inboundDndSettings.all".to_owned();
    }
    if let Some(field) = name.strip_prefix("custom_fields.") {
        return format!("customFields.{field}");
    }
    let known = NAMES.iter().find(|(library, _)| *library == name);
    known.map_or(name, |(_, own)| own).to_owned()
}
