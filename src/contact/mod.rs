//! The record: who somebody is, how they are reached, and what else is known.
//!
//! Pure: it knows no SQL, no file and no clock.

mod beside;
mod birthday;
mod conflict;
pub(crate) mod custom_field;
pub(crate) mod difference;
mod do_not_disturb;
pub(crate) mod draft;
mod fields;
mod id;
mod json;
pub(crate) mod limits;
mod memory;
mod note;
pub(crate) mod patch;
mod record;
pub(crate) mod refused;
mod task;

pub(crate) use beside::Beside;
pub use birthday::{Birthday, InvalidBirthday};
pub use conflict::Conflict;
pub use custom_field::{FieldDefinition, FieldDefinitionDraft, FieldDefinitionPatch, FieldType};
pub use do_not_disturb::{Channel, ChannelSetting, DoNotDisturb, Status};
pub use draft::Draft;
pub use fields::{Address, CustomField, Fields, Name, TextField};
pub use id::{ChangeId, ContactId, CustomFieldId, InvalidId, MemoryId, MergeId, NoteId, TaskId};
pub use json::{InvalidJson, Json, OrderedMap};
pub use limits::Limits;
pub use memory::{Memory, MemoryPatch, MemoryScope};
pub use note::{Note, NoteDraft, NotePatch};
pub use patch::{AddressPatch, Change, DoNotDisturbPatch, FieldsPatch, NamePatch};
pub use record::{Contact, Listing};
pub use refused::Rejected;
pub use task::{Task, TaskDraft, TaskPatch};
