//! An embedded local contact store with a deduplication engine.

mod clock;
pub mod contact;
pub mod engine;
mod error;
pub mod ident;
pub mod resolve;
mod scope;
pub(crate) mod store;

pub use clock::{Clock, InvalidTimestamp, SystemClock, Timestamp};
pub use contact::{
    Address, AddressPatch, Birthday, Change, ChangeId, Channel, ChannelSetting, Conflict, Contact,
    ContactId, CustomField, DoNotDisturb, DoNotDisturbPatch, Draft, Fields, FieldsPatch,
    InvalidBirthday, InvalidId, InvalidJson, Json, Limits, Listing, MergeId, Name, NamePatch,
    OrderedMap, Rejected, Status, TextField,
};
pub use engine::{Builder, Contacts, KeyReading, Kinfold};
pub use error::{Error, Result};
pub use ident::{Key, Kind, Region};
pub use resolve::{Ignored, OnConflict, Outcome, ResolveRequest};
pub use scope::{InvalidScope, MAX_SCOPE_NAME, Scope};
pub use store::{ChangeEntry, Durability, Finding, Report, Stats};
