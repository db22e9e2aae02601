//! The record: who somebody is, how they are reached, and what else is known.
//!
//! Pure: it knows no SQL, no file and no clock.

mod address;
mod birthday;
mod conflict;
mod country;
pub(crate) mod difference;
mod do_not_disturb;
pub(crate) mod draft;
pub(crate) mod entries;
mod fields;
mod id;
mod json;
mod kinds;
pub(crate) mod limits;
mod name;
mod name_parts;
pub(crate) mod patch;
pub(crate) mod plain;
mod record;
pub(crate) mod redact;
pub(crate) mod refused;
pub(crate) mod timezone;

pub use address::Address;
pub use birthday::{Birthday, InvalidBirthday};
pub use conflict::Conflict;
pub use do_not_disturb::{
    Channel, ChannelSetting, DoNotDisturb, InboundSetting, InboundStatus, Status,
};
pub use draft::Draft;
pub use fields::{CustomField, Fields};
pub use id::{ChangeId, ContactId, InvalidId, MergeId};
pub use json::{InvalidJson, Json, OrderedMap};
pub use kinds::{FlagField, ListField, ObjectField, TextField};
pub use limits::Limits;
pub use name::Name;
pub use patch::{AddressPatch, Change, DoNotDisturbPatch, FieldsPatch, NamePatch};
pub use record::{Contact, Listing};
pub use refused::Rejected;
