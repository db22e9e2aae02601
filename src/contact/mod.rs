//! The record: who somebody is, how they are reached, and what else is known.
//!
//! Pure: it knows no SQL, no file and no clock.

mod birthday;
mod conflict;
pub(crate) mod difference;
mod do_not_disturb;
pub(crate) mod draft;
pub(crate) mod entries;
mod fields;
mod id;
mod json;
pub(crate) mod limits;
pub(crate) mod patch;
mod record;
pub(crate) mod redact;
pub(crate) mod refused;

pub use birthday::{Birthday, InvalidBirthday};
pub use conflict::Conflict;
pub use do_not_disturb::{Channel, ChannelSetting, DoNotDisturb, Status};
pub use draft::Draft;
pub use fields::{Address, CustomField, Fields, Name, TextField};
pub use id::{ChangeId, ContactId, InvalidId, MergeId};
pub use json::{InvalidJson, Json, OrderedMap};
pub use limits::Limits;
pub use patch::{AddressPatch, Change, DoNotDisturbPatch, FieldsPatch, NamePatch};
pub use record::{Contact, Listing};
pub use refused::Rejected;
