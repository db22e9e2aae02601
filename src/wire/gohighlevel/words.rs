//! The library's fields in the words of this API.

use std::borrow::Cow;

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

/// The name that this API has for a field of the library's.
pub(in crate::wire) fn own_name(name: &str) -> Cow<'_, str> {
    if let Some(channel) = name.strip_prefix("do_not_disturb.channels.") {
        return format!("dndSettings.{channel}").into();
    }
    if name == "do_not_disturb.inbound" {
        return "inboundDndSettings.all".into();
    }
    if let Some(field) = name.strip_prefix("custom_fields.") {
        return format!("customFields.{field}").into();
    }
    let known = NAMES.iter().find(|(library, _)| *library == name);
    known.map_or(name, |(_, own)| own).into()
}
