//! The record: who somebody is, how they are reached, and what else is known.
//!
//! Pure: it knows no SQL, no file and no clock.

mod address;
mod beside;
mod birthday;
mod conflict;
mod country;
pub(crate) mod custom_field;
pub(crate) mod difference;
mod do_not_disturb;
pub(crate) mod draft;
pub(crate) mod entries;
mod fields;
mod id;
mod json;
mod kinds;
pub(crate) mod limits;
mod memory;
mod name;
pub(crate) mod name_parts;
mod note;
pub(crate) mod patch;
pub(crate) mod plain;
mod record;
pub(crate) mod redact;
pub(crate) mod refused;
mod task;
pub(crate) mod timezone;

pub use address::Address;
pub(crate) use beside::Beside;
pub use birthday::{Birthday, InvalidBirthday};
pub use conflict::Conflict;
pub use custom_field::{FieldDefinition, FieldDefinitionDraft, FieldDefinitionPatch, FieldType};
pub use do_not_disturb::{
    Channel, ChannelSetting, DoNotDisturb, InboundSetting, InboundStatus, Status,
};
pub use draft::Draft;
pub use fields::{CustomField, Fields};
pub use id::{ChangeId, ContactId, CustomFieldId, InvalidId, MemoryId, MergeId, NoteId, TaskId};
pub use json::{InvalidJson, Json, OrderedMap};
pub use kinds::{FlagField, ListField, ObjectField, TextField};
pub use limits::Limits;
pub use memory::{Memory, MemoryPatch, MemoryScope};
pub use name::Name;
pub use note::{Note, NoteDraft, NotePatch};
pub use patch::{AddressPatch, Change, DoNotDisturbPatch, FieldsPatch, NamePatch};
pub use record::{Contact, Listing};
pub use refused::Rejected;
pub use task::{Task, TaskDraft, TaskPatch};
