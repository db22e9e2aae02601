//! What an OpenAPI document says of the values that stand for themselves.

use std::borrow::Cow;

use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use crate::clock::Timestamp;
use crate::contact::{ContactId, CustomFieldId, Json, MemoryId, NoteId, OrderedMap, TaskId};

macro_rules! schema {
    ($($name:ty, $called:literal, $schema:expr;)+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($called)
            }
        }
    )+};
}

schema! {
    ContactId, "Id", id();
    CustomFieldId, "Id", id();
    MemoryId, "Id", id();
    NoteId, "Id", id();
    TaskId, "Id", id();
    Timestamp, "Timestamp", moment();
    Json, "Json", anything();
    OrderedMap<Json>, "JsonObject", object();
}

fn id() -> ObjectBuilder {
    text(SchemaFormat::Custom("uuid".to_owned()))
}

fn moment() -> ObjectBuilder {
    text(SchemaFormat::KnownFormat(KnownFormat::DateTime))
}

fn text(format: SchemaFormat) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(format))
}

fn anything() -> ObjectBuilder {
    use utoipa::openapi::schema::SchemaType;
    ObjectBuilder::new().schema_type(SchemaType::AnyValue)
}

fn object() -> ObjectBuilder {
    let free = Some(AdditionalProperties::FreeForm(true));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(free)
}
