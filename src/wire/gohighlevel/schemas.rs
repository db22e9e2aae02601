//! What an OpenAPI document says of the bodies of requests. They are read member by member, so
//! no type has their shape.

use std::borrow::Cow;

use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ObjectBuilder, SchemaType, Type,
};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::search::{FARTHEST, MOST};
use super::{
    BulkTagsRequest, BusinessRequest, ContactRequest, DefinitionRequest, FollowersRequest,
    NoteRequest, SearchBody, TaskRequest,
};

type Members = &'static [(&'static str, fn() -> Schema)];

macro_rules! bodies {
    ($($name:ty, $called:literal, needed $needed:expr, $members:expr;)+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                body($members, &$needed).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(concat!("gohighlevel.", $called))
            }
        }
    )+};
}

bodies! {
    ContactRequest, "Contact", needed [], CONTACT;
    BulkTagsRequest, "BulkTags", needed ["contacts"], &[
        ("contacts", texts), ("tags", texts), ("locationId", text), ("removeAllTags", flag),
    ];
    BusinessRequest, "BulkBusiness", needed ["ids", "businessId"], &[
        ("locationId", text), ("ids", texts), ("businessId", text),
    ];
    DefinitionRequest, "DefineField", needed [], &[
        ("name", text), ("dataType", text), ("placeholder", text), ("position", number),
        ("options", texts), ("picklistOptions", list), ("textBoxListOptions", list),
        ("model", text),
    ];
    FollowersRequest, "AddFollowers", needed ["followers"], &[("followers", texts)];
    NoteRequest, "WriteNote", needed [], &[
        ("body", text), ("userId", text), ("title", text), ("color", text), ("pinned", flag),
    ];
    SearchBody, "Search", needed [], &[
        ("locationId", text), ("page", page), ("pageLimit", page_limit), ("query", text),
        ("filters", list), ("sort", list),
    ];
    TaskRequest, "WriteTask", needed [], &[
        ("title", text), ("body", text), ("dueDate", moment), ("completed", flag),
        ("assignedTo", text),
    ];
}

const CONTACT: Members = &[
    ("firstName", text),
    ("lastName", text),
    ("name", text),
    ("email", text),
    ("locationId", text),
    ("gender", text),
    ("phone", text),
    ("address1", text),
    ("city", text),
    ("state", text),
    ("postalCode", text),
    ("website", text),
    ("timezone", text),
    ("dnd", flag),
    ("dndSettings", object),
    ("inboundDndSettings", object),
    ("tags", texts),
    ("customFields", list),
    ("source", text),
    ("dateOfBirth", text),
    ("country", text),
    ("companyName", text),
    ("assignedTo", text),
    ("createNewIfDuplicateAllowed", flag),
];

fn body(members: Members, needed: &[&str]) -> Schema {
    let mut body = ObjectBuilder::new().schema_type(Type::Object);
    for (name, schema) in members {
        body = body.property(*name, schema());
    }
    needed
        .iter()
        .fold(body, |body, name| body.required(*name))
        .into()
}

fn or_null(of: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([of, Type::Null]))
}

fn text() -> Schema {
    or_null(Type::String).into()
}

fn flag() -> Schema {
    or_null(Type::Boolean).into()
}

fn number() -> Schema {
    or_null(Type::Integer).into()
}

fn page() -> Schema {
    from_one_to(FARTHEST)
}

fn page_limit() -> Schema {
    from_one_to(MOST)
}

fn from_one_to(most: usize) -> Schema {
    let number = or_null(Type::Integer).minimum(Some(1));
    number.maximum(Some(most)).into()
}

fn moment() -> Schema {
    let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    or_null(Type::String).format(Some(format)).into()
}

fn object() -> Schema {
    let free = Some(AdditionalProperties::FreeForm(true));
    or_null(Type::Object).additional_properties(free).into()
}

fn texts() -> Schema {
    let text = ObjectBuilder::new().schema_type(Type::String);
    ArrayBuilder::new().items(text).into()
}

fn list() -> Schema {
    let anything = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    ArrayBuilder::new().items(anything).into()
}
